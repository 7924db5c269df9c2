//! Conversion against a directory in memory: what is written, what is refused, and what a crash leaves.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

#[path = "conversion/crash.rs"]
mod crash;
#[path = "conversion/forest.rs"]
mod forest;
#[path = "conversion/forwarding.rs"]
mod forwarding;
#[path = "conversion/plan.rs"]
mod plan;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use forest::{Forest, Fuse, cloud, dn, mailbox, organization};
use stegvis_engine::conversion::{Conversions, Words};
use stegvis_engine::directory::{Changed, DirectoryChanges, MxFacts};
use stegvis_engine::ports::{Clock, DirectoryEntry};
use stegvis_journal::{Journal, JournalError, NewUser};
use stegvis_model::{
    ConversionGate, DirectoryChangeCause as Cause, DirectoryChangeKind as Kind,
    DirectoryChangeState as State, MigrationEvent, MigrationUserStatus as Status, RecipientKind,
    SmtpAddress,
};
use tokio_util::sync::CancellationToken;

struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH
    }
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("user{number}")).collect()
}

fn address(name: &str) -> SmtpAddress {
    format!("{name}@nordvik.example").parse().unwrap()
}

fn addresses(names: &[String]) -> Vec<SmtpAddress> {
    names.iter().map(|name| address(name)).collect()
}

/// The administrator's word for what only a migration's journal knows.
fn word() -> Words {
    Words {
        by: "it@nordvik.example".into(),
        gates: [ConversionGate::Synced, ConversionGate::SkippedSigned].into(),
    }
}

fn changes(forest: &Arc<Forest>, folder: &Path) -> DirectoryChanges {
    DirectoryChanges {
        journal: Arc::new(Journal::open(&folder.join("test.stegvis")).unwrap()),
        directory: forest.clone(),
        backups: forest.clone(),
        clock: Arc::new(StoppedClock),
        first_pause: Duration::ZERO,
    }
}

fn conversions(forest: &Arc<Forest>, folder: &Path) -> Conversions {
    Conversions {
        changes: changes(forest, folder),
        cloud: forest.clone(),
        organization: organization(),
        version: None,
        mx: MxFacts::default(),
        words: word(),
        tell: Arc::new(|_| {}),
    }
}

fn go() -> CancellationToken {
    CancellationToken::new()
}

fn cause(changed: &Changed) -> Option<Cause> {
    match changed {
        Changed::Failed(trouble) => Some(trouble.cause),
        _ => None,
    }
}

/// Every object is a whole mailbox or a whole mail user, and says which.
fn converted(entries: &BTreeMap<String, DirectoryEntry>) -> Vec<bool> {
    entries
        .values()
        .map(|entry| {
            let gone = [
                "homeMDB",
                "homeMTA",
                "msExchHomeServerName",
                "msExchMailboxSecurityDescriptor",
                "mDBUseDefaults",
                "msExchUserAccountControl",
                "msExchUserCulture",
            ]
            .map(|name| entry.values(name).is_empty());
            let come = [
                entry.texts("proxyAddresses").len() == 5,
                entry.text("msExchRecipientTypeDetails") == Some("128"),
                entry.text("msExchRecipientDisplayType") == Some("6"),
                entry.values("msExchMailboxGuid") == [vec![7; 16]],
                entry.values("msExchPoliciesExcluded").len() == 1,
            ];
            let signs: Vec<bool> = gone.into_iter().chain(come).collect();
            assert!(
                signs.iter().all(|sign| *sign == signs[0]),
                "half converted: {} {signs:?}",
                entry.dn
            );
            signs[0]
        })
        .collect()
}

#[tokio::test]
async fn one_is_converted_then_the_rest_and_all_of_it_is_taken_back() {
    let (names, folder) = (names(60), tempfile::tempdir().unwrap());
    let forest = Forest::of(&names);
    let before = forest.snapshot();
    let conversions = conversions(&forest, folder.path());
    let first = conversions
        .convert(&addresses(&names)[..1], &go())
        .await
        .unwrap();
    assert_eq!(first[0].changed, Changed::Done);
    let all = conversions
        .convert(&addresses(&names), &go())
        .await
        .unwrap();
    assert_eq!(all[0].changed, Changed::AlreadyDone);
    assert!(all[1..].iter().all(|one| one.changed == Changed::Done));
    assert!(converted(&forest.snapshot()).iter().all(|one| *one));
    assert_eq!(*forest.modifications.lock().unwrap(), 60, "one modify each");
    assert_eq!(forest.backups.lock().unwrap().len(), 60);
    let undone = conversions.undo(None, &go()).await.unwrap();
    assert_eq!(undone.len(), 60);
    assert!(undone.iter().all(|one| one.changed == Changed::Undone));
    assert_eq!(forest.snapshot(), before);
    let nothing = conversions.undo(None, &go()).await.unwrap();
    assert!(nothing.is_empty());
}

#[tokio::test]
async fn a_run_is_rolled_back_without_the_runs_before_it() {
    let (names, folder) = (names(4), tempfile::tempdir().unwrap());
    let forest = Forest::of(&names);
    let conversions = conversions(&forest, folder.path());
    let all = addresses(&names);
    conversions.convert(&all[..1], &go()).await.unwrap();
    conversions.convert(&all, &go()).await.unwrap();
    conversions.roll_back(&go()).await.unwrap();
    assert_eq!(converted(&forest.snapshot()), [true, false, false, false]);
}

#[tokio::test]
async fn an_object_without_rights_fails_alone_and_before_anything_is_written() {
    let (names, folder) = (names(5), tempfile::tempdir().unwrap());
    let forest = Forest::of(&names);
    forest.denied.lock().unwrap().insert(dn("user0"));
    forest.refused.lock().unwrap().insert(dn("user3"));
    let outcomes = conversions(&forest, folder.path())
        .convert(&addresses(&names), &go())
        .await
        .unwrap();
    let causes: Vec<_> = outcomes.iter().map(|one| cause(&one.changed)).collect();
    let rights = Some(Cause::RightsMissing);
    assert_eq!(causes, [rights, None, None, rights, None]);
    assert_eq!(
        converted(&forest.snapshot()),
        [false, true, true, false, true]
    );
}

#[tokio::test]
async fn a_pilot_that_is_not_proved_keeps_the_rest_from_being_begun() {
    let (names, folder) = (names(3), tempfile::tempdir().unwrap());
    let forest = Forest::of(&names);
    let lost = format!("x500:{}", cloud("user0").legacy_exchange_dn);
    forest.unfindable.lock().unwrap().insert(lost);
    let conversions = conversions(&forest, folder.path());
    let outcomes = conversions
        .convert(&addresses(&names), &go())
        .await
        .unwrap();
    assert_eq!(cause(&outcomes[0].changed), Some(Cause::ProofFailed));
    assert_eq!(outcomes[1].changed, Changed::NotBegun);
    assert_eq!(converted(&forest.snapshot()), [true, false, false]);
    // It stands converted, so it can be proved later without being written again.
    forest.unfindable.lock().unwrap().clear();
    let again = conversions
        .convert(&addresses(&names), &go())
        .await
        .unwrap();
    assert!(again.iter().all(|one| one.changed == Changed::Done));
    assert_eq!(*forest.modifications.lock().unwrap(), 3);
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_is_settled_by_reading_and_never_made_twice() {
    let (names, folder) = (names(3), tempfile::tempdir().unwrap());
    let forest = Forest::of(&names);
    let conversions = conversions(&forest, folder.path());
    let all = addresses(&names);
    // Lost, but the controller can be asked again.
    *forest.answer_lost.lock().unwrap() = true;
    let one = conversions.convert(&all[..1], &go()).await.unwrap();
    assert_eq!(one[0].changed, Changed::Done);
    conversions.undo(None, &go()).await.unwrap();
    *forest.modifications.lock().unwrap() = 0;
    // Lost, and then nobody answers: the journal says so, and nothing else is begun.
    *forest.answer_lost.lock().unwrap() = true;
    *forest.gone.lock().unwrap() = true;
    let outcomes = conversions.convert(&all, &go()).await.unwrap();
    assert!(matches!(outcomes[0].changed, Changed::Unsettled(_)));
    assert_eq!(outcomes[1].changed, Changed::NotBegun);
    let state = || {
        let change = conversions.changes.find(Kind::Conversion, &all[0]);
        change.unwrap().unwrap().state
    };
    assert_eq!(state(), State::Writing);
    // Still gone: the next run fails, and forgets nothing.
    let outcomes = conversions.convert(&all, &go()).await.unwrap();
    assert_eq!(cause(&outcomes[0].changed), Some(Cause::Unreachable));
    assert_eq!(state(), State::Writing);
    *forest.gone.lock().unwrap() = false;
    let outcomes = conversions.convert(&all, &go()).await.unwrap();
    assert!(outcomes.iter().all(|one| one.changed == Changed::Done));
    assert_eq!(*forest.modifications.lock().unwrap(), 3);
}

#[tokio::test]
async fn what_cannot_be_backed_up_is_not_written() {
    let (names, folder) = (names(2), tempfile::tempdir().unwrap());
    let forest = Forest::of(&names);
    *forest.disk_full.lock().unwrap() = true;
    let outcomes = conversions(&forest, folder.path())
        .convert(&addresses(&names), &go())
        .await
        .unwrap();
    assert!(
        outcomes
            .iter()
            .all(|one| cause(&one.changed) == Some(Cause::BackupFailed))
    );
    assert_eq!(*forest.modifications.lock().unwrap(), 0);
}

#[tokio::test]
async fn without_a_migration_and_without_the_administrators_word_nothing_is_converted() {
    let (names, folder) = (names(1), tempfile::tempdir().unwrap());
    let forest = Forest::of(&names);
    forest.closed.lock().unwrap().insert("user0".into());
    let conversions = Conversions {
        words: Words::default(),
        ..conversions(&forest, folder.path())
    };
    let outcomes = conversions
        .convert(&addresses(&names), &go())
        .await
        .unwrap();
    let Changed::Failed(trouble) = &outcomes[0].changed else {
        panic!("{outcomes:?}")
    };
    assert_eq!(
        trouble.detail,
        "Synced noMigration; SkippedSigned noMigration; CloudMailboxReadable refused (closed)"
    );
    assert!(forest.backups.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_undo_refuses_to_write_over_somebody_elses_change_and_shows_both() {
    let (names, folder) = (names(2), tempfile::tempdir().unwrap());
    let forest = Forest::of(&names);
    let conversions = conversions(&forest, folder.path());
    conversions
        .convert(&addresses(&names), &go())
        .await
        .unwrap();
    forest.set("user1", "targetAddress", &["SMTP:boss@other.example"]);
    let before = forest.snapshot();
    let outcomes = conversions.undo(None, &go()).await.unwrap();
    let Changed::Failed(trouble) = &outcomes[0].changed else {
        panic!("{outcomes:?}")
    };
    assert_eq!(trouble.cause, Cause::ChangedMeanwhile);
    assert_eq!(
        trouble.detail,
        "targetAddress: was SMTP:user1@nordvik.onmicrosoft.example, planned SMTP:user1@nordvik.onmicrosoft.example, found SMTP:boss@other.example"
    );
    assert_eq!(forest.snapshot()[&dn("user1")], before[&dn("user1")]);
    assert_eq!(outcomes[1].changed, Changed::Undone);
    // Put right by hand, it can be undone.
    forest.set(
        "user1",
        "targetAddress",
        &["SMTP:user1@nordvik.onmicrosoft.example"],
    );
    let outcomes = conversions.undo(None, &go()).await.unwrap();
    assert_eq!(outcomes[0].changed, Changed::Undone);
}

#[tokio::test]
async fn an_undo_refuses_when_the_backup_tells_otherwise_than_the_journal() {
    let (names, folder) = (names(1), tempfile::tempdir().unwrap());
    let forest = Forest::of(&names);
    let conversions = conversions(&forest, folder.path());
    conversions
        .convert(&addresses(&names), &go())
        .await
        .unwrap();
    for backup in forest.backups.lock().unwrap().values_mut() {
        backup.entry.attributes.remove("homeMDB");
    }
    let outcomes = conversions.undo(None, &go()).await.unwrap();
    assert_eq!(cause(&outcomes[0].changed), Some(Cause::BackupFailed));
    assert_eq!(converted(&forest.snapshot()), [true]);
}

/// Puts a mailbox into a migration and takes it as far as Synced.
fn synced(conversions: &Conversions, name: &str) -> stegvis_model::MigrationUserId {
    let at = jiff::Timestamp::UNIX_EPOCH;
    conversions
        .changes
        .journal
        .transaction(|tx| {
            let batch = tx.insert_batch("Pilot", None)?;
            let id = tx.insert_user(
                batch,
                &NewUser {
                    address: address(name),
                    display_name: String::new(),
                    kind: RecipientKind::UserMailbox,
                },
            )?;
            for event in [
                MigrationEvent::Started,
                MigrationEvent::Validated,
                MigrationEvent::Provisioned,
                MigrationEvent::Forwarded,
                MigrationEvent::InitialSyncCompleted,
            ] {
                tx.apply_event(id, event, "", at)?;
            }
            Ok::<_, JournalError>(id)
        })
        .unwrap()
}

#[tokio::test]
async fn a_migration_follows_its_conversion_and_its_undo() {
    let (names, folder) = (names(1), tempfile::tempdir().unwrap());
    let forest = Forest::of(&names);
    let conversions = Conversions {
        words: Words::default(),
        ..conversions(&forest, folder.path())
    };
    let id = synced(&conversions, "user0");
    let status = || {
        conversions
            .changes
            .journal
            .transaction(|tx| tx.user(id))
            .map_err(|error: JournalError| error)
            .unwrap()
            .status
    };
    forest.refused.lock().unwrap().insert(dn("user0"));
    conversions
        .convert(&addresses(&names), &go())
        .await
        .unwrap();
    assert_eq!(status(), Status::Synced, "nothing was written");
    forest.refused.lock().unwrap().clear();
    conversions
        .convert(&addresses(&names), &go())
        .await
        .unwrap();
    assert_eq!(status(), Status::Completed);
    conversions.undo(None, &go()).await.unwrap();
    assert_eq!(status(), Status::Synced);
}

#[tokio::test]
async fn a_conversion_under_way_is_not_forgotten_by_the_recovery_of_the_copying() {
    let (names, folder) = (names(1), tempfile::tempdir().unwrap());
    let forest = Forest::of(&names);
    let killed = conversions(&forest, folder.path());
    let id = synced(&killed, "user0");
    // The modification was made, and nobody was told.
    crash(&forest, &killed, &names, |forest| {
        *forest.modifications.lock().unwrap() == 1
    })
    .await;
    drop(killed);
    let conversions = conversions(&forest, folder.path());
    let journal = &conversions.changes.journal;
    let stopped = stegvis_engine::recover::recover(journal, jiff::Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(stopped, []);
    let settled = conversions.recover().await.unwrap();
    assert_eq!(settled, [(address("user0"), State::Written)]);
    conversions
        .convert(&addresses(&names), &go())
        .await
        .unwrap();
    let user = journal
        .transaction(|tx| tx.user(id))
        .map_err(|error: JournalError| error)
        .unwrap();
    assert_eq!(user.status, Status::Completed);
}

/// Ends the world at the first call after which something has come true.
async fn crash(
    forest: &Arc<Forest>,
    conversions: &Conversions,
    names: &[String],
    come_true: impl Fn(&Forest) -> bool,
) {
    for call in 1.. {
        *forest.calls.lock().unwrap() = 0;
        *forest.fuse.lock().unwrap() = Some(Fuse { call, after: true });
        let addresses = addresses(names);
        let go = go();
        let ended = tokio::select! {
            done = conversions.convert(&addresses, &go) => { done.unwrap(); false }
            () = forest.ended.notified() => true,
        };
        *forest.fuse.lock().unwrap() = None;
        assert!(ended, "it never came true");
        if come_true(forest) {
            return;
        }
    }
}

#[test]
fn the_mailboxes_of_these_tests_are_whole() {
    assert_eq!(
        converted(&BTreeMap::from([(dn("a"), mailbox("a"))])),
        [false]
    );
}
