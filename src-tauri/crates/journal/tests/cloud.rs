//! What the migration service told, as the journal keeps it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use jiff::Timestamp;
use stegvis_journal::{
    CloudBatchSeen, CloudLeftOutRow, CloudUserDetailSeen, CloudUserSeen, Journal, JournalError,
    NewCloudBatchRow, NewUser,
};
use stegvis_model::{BatchId, CloudStage, MigrationUserId, RecipientKind};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

fn fixture() -> (tempfile::TempDir, Journal, BatchId, MigrationUserId) {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(&folder.path().join("test.stegvis")).unwrap();
    let (batch, user) = journal
        .transaction(|tx| {
            let batch = tx.insert_batch("Pilot", None)?;
            let user = NewUser {
                address: "anna@nordvik.example".parse().unwrap(),
                display_name: "Anna".into(),
                kind: RecipientKind::UserMailbox,
            };
            Ok::<_, JournalError>((batch, tx.insert_user(batch, &user)?))
        })
        .unwrap();
    (folder, journal, batch, user)
}

fn new(batch: BatchId, name: &str) -> NewCloudBatchRow {
    NewCloudBatchRow {
        batch,
        name: name.to_owned(),
        endpoint: "Old server".to_owned(),
        notify: vec!["it@nordvik.example".parse().unwrap()],
        start_after: Some(at(9)),
    }
}

fn seen(stage: CloudStage) -> CloudUserSeen {
    CloudUserSeen {
        stage,
        status: "Syncing".to_owned(),
        synced: Some(5),
        skipped: None,
        error: None,
    }
}

#[test]
fn a_name_is_decided_anew_only_while_nothing_was_made_of_it() {
    let (_folder, journal, batch, _) = fixture();
    journal
        .transaction(|tx| {
            tx.intend_cloud_batch(&new(batch, "one"), at(1))?;
            tx.intend_cloud_batch(&new(batch, "one"), at(2))?;
            let row = tx.cloud_batch(batch)?.unwrap();
            assert_eq!((row.new, row.intended_at), (new(batch, "one"), at(1)));
            tx.intend_cloud_batch(&new(batch, "two"), at(3))?;
            tx.cloud_batch_made(batch, at(4))?;
            let told = CloudBatchSeen {
                stage: CloudStage::Copying,
                status: "Syncing".to_owned(),
                created: Some(at(4)),
                started: None,
                last_synced: None,
            };
            tx.cloud_batch_seen(batch, &told, at(5))?;
            tx.intend_cloud_batch(&new(batch, "three"), at(6))?;
            let row = tx.cloud_batch(batch)?.unwrap();
            assert_eq!((row.new.name.as_str(), row.intended_at), ("two", at(3)));
            assert_eq!((row.made_at, row.seen), (Some(at(4)), Some(told)));
            tx.cloud_batch_removed(batch, at(7))?;
            tx.intend_cloud_batch(&new(batch, "two"), at(8))?;
            let row = tx.cloud_batches()?.remove(0);
            assert_eq!(
                (row.intended_at, row.made_at, row.removed_at),
                (at(8), None, None)
            );
            assert_eq!(row.seen, None);
            Ok::<_, JournalError>(())
        })
        .unwrap();
}

#[test]
fn what_is_told_again_is_nothing_new() {
    let (_folder, journal, batch, user) = fixture();
    journal
        .transaction(|tx| {
            assert!(tx.cloud_user_seen(user, &seen(CloudStage::Copying), at(1))?);
            assert!(!tx.cloud_user_seen(user, &seen(CloudStage::Copying), at(2))?);
            let row = tx.cloud_user(user)?.unwrap();
            assert_eq!(
                (row.observed_at, row.changed_at),
                (Some(at(2)), Some(at(1)))
            );
            assert!(tx.cloud_user_seen(user, &seen(CloudStage::Synced), at(3))?);
            assert_eq!(tx.cloud_users(batch)?[0].changed_at, Some(at(3)));
            Ok::<_, JournalError>(())
        })
        .unwrap();
}

#[test]
fn a_mailbox_is_held_up_while_the_time_it_was_held_up_grows() {
    let (_folder, journal, _, user) = fixture();
    let detail = |seconds| CloudUserDetailSeen {
        stalled_seconds: Some(seconds),
        ..CloudUserDetailSeen::default()
    };
    journal
        .transaction(|tx| {
            tx.cloud_user_seen(user, &seen(CloudStage::Copying), at(1))?;
            for (seconds, stalled) in [(0, None), (60, Some(at(60))), (60, None)] {
                tx.cloud_user_detailed(user, &detail(seconds), "Syncing/", at(60))?;
                assert_eq!(tx.cloud_user(user)?.unwrap().stalled_at, stalled);
            }
            Ok::<_, JournalError>(())
        })
        .unwrap();
}

#[test]
fn what_was_left_out_is_what_was_told_last() {
    let (_folder, journal, _, user) = fixture();
    let item = |subject: &str| CloudLeftOutRow {
        subject: Some(subject.to_owned()),
        size: Some(99),
        sent: Some(at(5)),
        ..CloudLeftOutRow::default()
    };
    journal
        .transaction(|tx| {
            tx.keep_cloud_left_out(user, &[item("a"), item("b")])?;
            tx.keep_cloud_left_out(user, &[item("c")])?;
            assert_eq!(tx.cloud_left_out(user)?, [item("c")]);
            Ok::<_, JournalError>(())
        })
        .unwrap();
}

#[test]
fn an_unknown_stored_stage_is_an_error_and_not_a_default() {
    let (_folder, journal, _, user) = fixture();
    journal
        .transaction(|tx| tx.cloud_user_seen(user, &seen(CloudStage::Copying), at(1)))
        .map_err(|error: JournalError| error)
        .unwrap();
    let tampering = rusqlite::Connection::open(journal.path()).unwrap();
    tampering
        .execute("UPDATE cloud_user SET stage = 'Dancing'", [])
        .unwrap();
    assert!(matches!(
        journal.transaction(|tx| tx.cloud_user(user)),
        Err(JournalError::Unknown(_))
    ));
}
