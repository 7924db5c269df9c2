//! What is kept of rights and habits.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use jiff::Timestamp;
use stegvis_journal::{HabitReading, HabitRow, Journal, JournalError, NewHabitTask};
use stegvis_model::{HabitKind, HabitSide};

fn at(day: u8) -> Timestamp {
    format!("2026-11-{day:02}T08:00:00Z").parse().unwrap()
}

fn reading(who: &str) -> HabitReading {
    HabitReading {
        address: "Anna@nordvik.example".parse().unwrap(),
        habits: vec![HabitRow {
            kind: HabitKind::FullAccess,
            who: who.to_owned(),
            detail: String::new(),
            own: false,
        }],
        unreadable: vec![HabitKind::InboxRule, HabitKind::AutomaticReply],
        read_at: None,
    }
}

fn task(who: &str) -> NewHabitTask {
    NewHabitTask {
        address: "anna@nordvik.example".parse().unwrap(),
        kind: HabitKind::FullAccess,
        who: who.to_owned(),
        detail: String::new(),
        command: Some("Add-MailboxPermission".to_owned()),
        outside: false,
    }
}

fn journal() -> (tempfile::TempDir, Journal) {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(&folder.path().join("p.stegvis")).unwrap();
    (folder, journal)
}

#[test]
fn what_was_before_is_kept_once_and_what_is_now_is_kept_anew() {
    let (_folder, journal) = journal();
    journal
        .transaction(|tx| {
            for side in [HabitSide::Before, HabitSide::After] {
                assert!(tx.keep_habits(side, &reading("bo@nordvik.example"), at(20))?);
            }
            assert!(!tx.keep_habits(HabitSide::Before, &reading("eva@nordvik.example"), at(21))?);
            assert!(tx.keep_habits(HabitSide::After, &reading("eva@nordvik.example"), at(21))?);
            let [before] = &tx.habits(HabitSide::Before)?[..] else {
                panic!("one mailbox");
            };
            assert_eq!(before.habits[0].who, "bo@nordvik.example");
            assert_eq!(before.unreadable.len(), 2);
            assert_eq!(before.read_at, Some(at(20)));
            let after = tx.habits(HabitSide::After)?;
            assert_eq!(after[0].habits, reading("eva@nordvik.example").habits);
            assert_eq!(tx.habits_read_at(HabitSide::After)?, Some(at(21)));
            Ok::<_, JournalError>(())
        })
        .unwrap();
}

#[test]
fn rights_that_could_not_be_read_are_asked_for_again_and_kept() {
    let (_folder, journal) = journal();
    let address = reading("").address;
    let lacking = HabitReading {
        habits: Vec::new(),
        unreadable: vec![HabitKind::FullAccess, HabitKind::InboxRule],
        ..reading("")
    };
    let [unknown, again, read, once] = journal
        .transaction(|tx| {
            tx.keep_habits(HabitSide::Before, &lacking, at(20))?;
            let unknown = tx.habits_known()?.is_empty();
            let again = tx.keep_habits(HabitSide::Before, &lacking, at(21))?;
            let read = tx.keep_habits(HabitSide::Before, &reading("bo@nordvik.example"), at(22))?;
            assert_eq!(tx.habits_known()?, [address]);
            let once =
                tx.keep_habits(HabitSide::Before, &reading("eva@nordvik.example"), at(23))?;
            Ok::<_, JournalError>([unknown, again, read, once])
        })
        .unwrap();
    assert!(unknown && !again && read && !once);
}

#[test]
fn a_task_keeps_its_number_and_one_that_is_seen_to_be_done_is_done() {
    let (_folder, journal) = journal();
    journal
        .transaction(|tx| {
            tx.keep_habit_tasks(
                &[task("bo@nordvik.example"), task("eva@nordvik.example")],
                at(20),
            )?;
            let first = tx.habit_tasks()?;
            assert!(tx.habit_task_done(first[0].id, Some(at(21)))?);
            tx.keep_habit_tasks(&[task("bo@nordvik.example")], at(22))?;
            let then = tx.habit_tasks()?;
            assert_eq!(then[0].done_at, Some(at(21)), "a person's word stays");
            assert_eq!((then[1].id, then[1].done_at), (first[1].id, Some(at(22))));
            assert!(tx.habit_task_done(first[0].id, None)?);
            assert!(!tx.habit_task_done(99, None)?);
            assert_eq!(tx.habit_tasks()?[0].done_at, None);
            Ok::<_, JournalError>(())
        })
        .unwrap();
}
