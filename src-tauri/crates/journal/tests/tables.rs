//! The tables as the engine uses them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::path::PathBuf;

use jiff::Timestamp;
use stegvis_journal::{
    Acknowledged, CopiedPlace, FolderPlan, Intent, Journal, JournalError, NewDirectoryChange,
    NewItem, NewUser, Signature, Skip, TargetPlace, Values,
};
use stegvis_model::{
    Counts, DirectoryChangeKind, DirectoryChangeState, Engine, Fingerprint, InternalDate, ItemKey,
    ItemState, MessageFlags, MigrationEvent, MigrationUserId, RecipientKind, SkipReason, SyncState,
};

const AT: Timestamp = Timestamp::UNIX_EPOCH;

struct Fixture {
    journal: Journal,
    path: PathBuf,
    user: MigrationUserId,
    _folder: tempfile::TempDir,
}

fn anna() -> NewUser {
    NewUser {
        address: "Anna@nordvik.example".parse().unwrap(),
        display_name: "Anna".into(),
        kind: RecipientKind::UserMailbox,
    }
}

fn fixture() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.stegvis");
    let journal = Journal::open(&path).unwrap();
    let user = journal
        .transaction(|tx| {
            let batch = tx.insert_batch("Pilot", None)?;
            tx.insert_user(batch, &anna())
        })
        .map_err(|error: JournalError| error)
        .unwrap();
    Fixture {
        journal,
        path,
        user,
        _folder: folder,
    }
}

fn item(key: &str, flags: MessageFlags) -> NewItem {
    NewItem {
        key: ItemKey(key.into()),
        size: 100,
        date: InternalDate {
            seconds: 5,
            offset_minutes: 60,
        },
        flags,
    }
}

#[test]
fn one_address_is_in_one_batch_only_whatever_its_case() {
    let fixture = fixture();
    let twice = fixture.journal.transaction(|tx| {
        let batch = tx.insert_batch("Batch 2", None)?;
        let same = NewUser {
            address: "ANNA@NORDVIK.EXAMPLE".parse().unwrap(),
            ..anna()
        };
        tx.insert_user(batch, &same)
    });
    assert!(matches!(twice, Err(JournalError::Sqlite(_))));
    assert_eq!(
        fixture
            .journal
            .transaction(|tx| tx.batches())
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn a_status_changes_only_by_the_law_and_leaves_a_line_in_the_log() {
    let fixture = fixture();
    let skip_ahead = fixture
        .journal
        .transaction(|tx| tx.apply_event(fixture.user, MigrationEvent::Converted, "", AT));
    assert!(matches!(skip_ahead, Err(JournalError::Illegal(_))));
    fixture
        .journal
        .transaction(|tx| tx.apply_event(fixture.user, MigrationEvent::Started, "", AT))
        .unwrap();
    let log = fixture.journal.transaction(|tx| tx.log_entries()).unwrap();
    assert_eq!(log.len(), 1);
    assert_eq!(
        (log[0].what.as_str(), log[0].user),
        ("Validating", Some(fixture.user))
    );
}

#[test]
fn an_unknown_stored_status_is_an_error_and_not_a_default() {
    let fixture = fixture();
    let tampering = rusqlite::Connection::open(&fixture.path).unwrap();
    tampering
        .execute("UPDATE migration_user SET status = 'Paused'", [])
        .unwrap();
    assert!(matches!(
        fixture.journal.transaction(|tx| tx.users()),
        Err(JournalError::Unknown(_))
    ));
}

#[test]
fn an_item_goes_from_listed_to_intended_to_copied_and_the_tally_follows() {
    let fixture = fixture();
    let journal = &fixture.journal;
    let flags = MessageFlags {
        seen: true,
        draft: true,
        keywords: vec!["$Forwarded".into()],
        ..MessageFlags::default()
    };
    let place = CopiedPlace {
        validity: 9,
        uid: 4,
    };
    let open = journal
        .transaction(|tx| {
            let plan = FolderPlan::CopyTo("Sent Items".parse()?);
            let folder = tx.plan_folder(fixture.user, &"Skickat".parse()?, &plan)?;
            tx.insert_items(
                folder.id,
                &[
                    item("1.1", flags.clone()),
                    item("1.2", MessageFlags::default()),
                ],
            )?;
            tx.insert_items(folder.id, &[item("1.1", MessageFlags::default())])?;
            tx.folder_listed(folder.id, &SyncState("1.3".into()), 2)?;
            tx.target_accounted(
                folder.id,
                TargetPlace {
                    validity: 9,
                    next: 1,
                },
            )?;
            tx.open_items(fixture.user)
        })
        .map_err(|error: JournalError| error)
        .unwrap();
    assert_eq!(open.len(), 2, "listing an item again adds nothing");
    assert_eq!(open[0].item.flags, flags);
    let (rest, tally, numbers) = journal
        .transaction(|tx| {
            tx.intend(&[Intent {
                row: open[0].row,
                fingerprint: Fingerprint([1; 16]),
                size: 120,
            }])?;
            tx.acknowledge(&[Acknowledged {
                row: open[0].row,
                at: Some(place),
            }])?;
            let skip = Skip {
                row: open[1].row,
                reason: SkipReason::TooLarge,
                detail: "no".into(),
            };
            tx.skip(&[skip])?;
            Ok::<_, JournalError>((
                tx.open_items(fixture.user)?,
                tx.tally(fixture.user)?,
                tx.copied_numbers(open[0].folder, 9, 1)?,
            ))
        })
        .unwrap();
    assert!(rest.is_empty());
    let states: Vec<_> = tally
        .iter()
        .map(|tally| (tally.state, tally.items, tally.bytes))
        .collect();
    assert_eq!(
        states,
        [(ItemState::Copied, 1, 120), (ItemState::Skipped, 1, 100)]
    );
    assert_eq!(numbers, [4]);
}

#[test]
fn a_folder_keeps_the_target_it_was_first_given() {
    let fixture = fixture();
    let again = fixture
        .journal
        .transaction(|tx| {
            let source = "Kunder".parse()?;
            tx.plan_folder(
                fixture.user,
                &source,
                &FolderPlan::CopyTo("Kunder".parse()?),
            )?;
            tx.plan_folder(
                fixture.user,
                &source,
                &FolderPlan::CopyTo("Kunder (2)".parse()?),
            )
        })
        .map_err(|error: JournalError| error)
        .unwrap();
    assert_eq!(again.plan, FolderPlan::CopyTo("Kunder".parse().unwrap()));
}

fn forwarding(after: &[u8]) -> NewDirectoryChange {
    NewDirectoryChange {
        kind: DirectoryChangeKind::Forwarding,
        address: "Anna@nordvik.example".parse().unwrap(),
        dn: "CN=Anna".into(),
        version: None,
        before: Values::from([("mail".into(), vec![vec![0, 255], Vec::new()])]),
        after: Values::from([("targetAddress".into(), vec![after.to_vec()])]),
    }
}

#[test]
fn a_directory_change_reads_back_byte_for_byte_and_is_not_planned_over_while_it_stands() {
    let fixture = fixture();
    let state = |state| {
        fixture.journal.transaction(|tx| {
            let change = tx
                .directory_change(
                    DirectoryChangeKind::Forwarding,
                    &"ANNA@nordvik.example".parse().unwrap(),
                )?
                .unwrap();
            tx.directory_change_is(change.id, state, None, "", AT)?;
            Ok::<_, JournalError>(change)
        })
    };
    let plan = |after: &[u8]| {
        fixture
            .journal
            .transaction(|tx| tx.plan_directory_change(&forwarding(after), AT))
    };
    let id = plan(b"one").unwrap();
    assert_eq!(plan(b"two").unwrap(), id);
    let change = state(DirectoryChangeState::Writing).unwrap();
    assert_eq!(change.planned, forwarding(b"two"));
    fixture
        .journal
        .transaction(|tx| tx.directory_change_run(id, 1))
        .map_err(|error: JournalError| error)
        .unwrap();
    for standing in [
        DirectoryChangeState::Writing,
        DirectoryChangeState::Proved,
        DirectoryChangeState::Failed,
    ] {
        state(standing).unwrap();
        assert!(matches!(plan(b"three"), Err(JournalError::Stands(_))));
    }
    state(DirectoryChangeState::Undone).unwrap();
    plan(b"three").unwrap();
    assert_eq!(
        state(DirectoryChangeState::Planned).unwrap().planned,
        forwarding(b"three")
    );
}

#[test]
fn a_signature_says_who_signed_for_how_many_items() {
    let fixture = fixture();
    let signature = fixture
        .journal
        .transaction(|tx| {
            assert_eq!(tx.skipped_signature(fixture.user)?, None);
            tx.sign_skipped(fixture.user, "it@nordvik.example", 3, AT)?;
            tx.sign_skipped(fixture.user, "it@nordvik.example", 4, AT)?;
            tx.skipped_signature(fixture.user)
        })
        .map_err(|error: JournalError| error)
        .unwrap();
    assert_eq!(
        signature,
        Some(Signature {
            by: "it@nordvik.example".into(),
            items: 4,
            at: Some(AT),
        })
    );
}

#[test]
fn an_act_has_the_name_of_whoever_was_at_the_computer_and_a_status_that_moved_by_itself_has_none() {
    let Fixture {
        journal,
        user,
        _folder,
        ..
    } = fixture();
    let one = |what: &str| {
        journal
            .transaction(|tx| tx.log(AT, None, what, ""))
            .unwrap();
    };
    one("Before");
    journal.acts_as("karin");
    one("BatchCreated");
    journal
        .transaction(|tx| tx.apply_event(user, MigrationEvent::Started, "", AT))
        .unwrap();
    let lines = journal.transaction(|tx| tx.log_entries()).unwrap();
    let who: Vec<_> = lines.iter().map(|line| line.who.as_deref()).collect();
    assert_eq!(who, [None, Some("karin"), None]);
}

#[test]
fn what_came_over_in_the_same_seconds_is_one_row_and_the_engines_are_told_apart() {
    let Fixture {
        journal, _folder, ..
    } = fixture();
    let counts = |items| Counts { items, bytes: 100 };
    let at = |second| Timestamp::from_second(second).unwrap();
    journal
        .transaction(|tx| {
            tx.moved(Engine::Direct, counts(1), at(1_001))?;
            tx.moved(Engine::Direct, counts(2), at(1_004))?;
            tx.moved(Engine::Service, counts(4), at(1_004))?;
            tx.moved(Engine::Direct, counts(8), at(1_005))?;
            tx.moved(Engine::Direct, Counts::default(), at(2_000))
        })
        .unwrap();
    let moved = journal.transaction(|tx| tx.all_moved()).unwrap();
    let told: Vec<_> = moved
        .iter()
        .map(|row| (row.at.as_second(), row.engine, row.counts.items))
        .collect();
    assert_eq!(
        told,
        [
            (1_000, Engine::Direct, 3),
            (1_000, Engine::Service, 4),
            (1_005, Engine::Direct, 8)
        ]
    );
}
