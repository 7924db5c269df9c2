//! What the migration service left behind: noted, then copied, over mailboxes in memory.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod paused;
mod world;

use paused::paused;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use stegvis_engine::recover::recover;
use stegvis_engine::report::{report, user_report};
use stegvis_engine::runner::{Route, Run, RunEvent};
use stegvis_engine::service::{CloudGap, gap_of};
use stegvis_engine::sync::SyncPorts;
use stegvis_journal::{CloudUserSeen, Journal, JournalError, NewCloudBatchRow, NewUser};
use stegvis_model::{
    CloudStage, Ledger, MessageFlags, MigrationEvent, MigrationUserId, MigrationUserStatus,
    RecipientKind, SkipReason,
};
use tokio_util::sync::CancellationToken;
use world::{Breaks, Message, Source, StoppedClock, Target, World};

const AT: jiff::Timestamp = jiff::Timestamp::UNIX_EPOCH;

fn message(number: usize) -> Message {
    let text = format!("Message-ID: <{number}@nordvik>\r\nSubject: {number}\r\n\r\ntext");
    (
        1_000_000 + i64::try_from(number).unwrap(),
        text.into_bytes(),
    )
}

/// So many messages in two folders, of which the service brought over those that `there` says; and a third folder that
/// it did not bring at all.
fn world(there: &[bool], breaks: Breaks) -> World {
    let mut source: BTreeMap<String, Vec<Message>> = BTreeMap::new();
    let mut target = BTreeMap::new();
    for folder in ["INBOX", "Projekt"] {
        target.insert(folder.to_owned(), Vec::new());
    }
    for (number, there) in there.iter().enumerate() {
        let folder = ["INBOX", "Projekt", "Arkiv"][number % 3];
        let (date, bytes) = message(number);
        source
            .entry(folder.to_owned())
            .or_default()
            .push((date, bytes.clone()));
        if let (true, Some(copies)) = (*there, target.get_mut(folder)) {
            copies.push((date, MessageFlags::default(), bytes));
        }
    }
    World {
        source,
        target: Mutex::new(target),
        breaks: Mutex::new(breaks),
        refused: Vec::new(),
        in_groups: false,
        largest: None,
    }
}

struct Bench {
    world: Arc<World>,
    journal: Arc<Journal>,
    user: MigrationUserId,
    _folder: tempfile::TempDir,
}

impl Bench {
    /// A mailbox that the service has synced.
    fn of(world: World) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let journal = Arc::new(Journal::open(&folder.path().join("test.stegvis")).unwrap());
        let user = journal
            .transaction(|tx| {
                let batch = tx.insert_batch("Pilot", None)?;
                let user = tx.insert_user(
                    batch,
                    &NewUser {
                        address: "anna@nordvik.example".parse().unwrap(),
                        display_name: "Anna".into(),
                        kind: RecipientKind::UserMailbox,
                    },
                )?;
                let new = NewCloudBatchRow {
                    batch,
                    name: "Pilot (Stegvis 0a1b)".to_owned(),
                    endpoint: "Old server".to_owned(),
                    notify: Vec::new(),
                    start_after: None,
                };
                tx.intend_cloud_batch(&new, AT)?;
                let seen = CloudUserSeen {
                    stage: CloudStage::Synced,
                    status: "Synced".to_owned(),
                    synced: None,
                    skipped: None,
                    error: None,
                };
                tx.cloud_user_seen(user, &seen, AT)?;
                for event in [
                    MigrationEvent::Started,
                    MigrationEvent::Validated,
                    MigrationEvent::Provisioned,
                    MigrationEvent::Forwarded,
                    MigrationEvent::InitialSyncCompleted,
                ] {
                    tx.apply_event(user, event, "", AT)?;
                }
                Ok::<_, JournalError>(user)
            })
            .unwrap();
        Self {
            world: Arc::new(world),
            journal,
            user,
            _folder: folder,
        }
    }

    fn ports(&self) -> SyncPorts {
        SyncPorts {
            journal: self.journal.clone(),
            source: Arc::new(Source(self.world.clone())),
            target: Arc::new(Target(self.world.clone())),
            clock: Arc::new(StoppedClock),
            progress: Arc::new(|_| {}),
            first_pause: Duration::from_millis(1),
        }
    }

    fn gap(&self) -> CloudGap {
        let journal = self.journal.clone();
        CloudGap {
            journal: self.journal.clone(),
            sync: self.ports(),
            concurrency: 2,
            patience: Duration::from_secs(1),
            events: Arc::new(move |event| {
                if let RunEvent::User(user) = event {
                    let account = journal.transaction(|tx| user_report(tx, &user));
                    let synced = user.status == MigrationUserStatus::Synced;
                    assert!(!synced || account.unwrap().ledger.reconciles());
                }
            }),
            clock: Arc::new(StoppedClock),
            sign_in: Arc::new(|_| None),
        }
    }

    fn ledger(&self) -> Ledger {
        report(&self.journal).unwrap().total()
    }

    fn status(&self) -> MigrationUserStatus {
        report(&self.journal).unwrap().users[0].user.status
    }

    /// Folder by folder, what stands on each side, sorted.
    fn sides(&self) -> [BTreeMap<String, Vec<Message>>; 2] {
        let target = self.world.target.lock().unwrap();
        let target = target.iter().map(|(name, messages)| {
            let messages = messages
                .iter()
                .map(|(date, _, bytes)| (*date, bytes.clone()));
            (name.clone(), messages.collect())
        });
        [self.world.source.clone(), target.collect()].map(|mut side| {
            side.values_mut()
                .for_each(|messages: &mut Vec<Message>| messages.sort());
            side.retain(|_, messages| !messages.is_empty());
            side
        })
    }
}

#[test]
fn what_is_missing_is_named_without_a_write_and_copied_on_request() {
    let there: Vec<bool> = (0..30).map(|number| number % 5 != 0).collect();
    let bench = Bench::of(world(&there, Breaks::default()));
    let before = bench.sides();
    assert_eq!(gap_of(&bench.journal).unwrap(), None);
    let never = CancellationToken::new();
    let end = paused(bench.gap().compare(false, &never)).unwrap();
    assert_eq!(
        (end.mailboxes, end.troubles.len(), end.stopped),
        (1, 0, false)
    );
    assert_eq!(bench.sides(), before);
    assert!(!bench.world.target.lock().unwrap().contains_key("Arkiv"));
    let gap = gap_of(&bench.journal).unwrap().unwrap();
    assert_eq!((gap.there, gap.missing.items, gap.mailboxes), (16, 14, 1));
    let ledger = bench.ledger();
    assert_eq!((ledger.source.items, ledger.skipped.items), (30, 14));
    let reasons = report(&bench.journal).unwrap().skipped_by_reason();
    assert_eq!(reasons, BTreeMap::from([(SkipReason::LeftByService, 14)]));

    let end = paused(bench.gap().fill(&never)).unwrap();
    assert_eq!((end.mailboxes, end.troubles.len()), (1, 0));
    let [source, target] = bench.sides();
    assert_eq!(source, target);
    let gap = gap_of(&bench.journal).unwrap().unwrap();
    assert_eq!((gap.there, gap.missing.items, gap.mailboxes), (30, 0, 0));
    assert_eq!(paused(bench.gap().fill(&never)).unwrap().mailboxes, 0);
    assert_eq!(bench.status(), MigrationUserStatus::Synced);
}

#[test]
fn a_mailbox_that_cannot_be_read_stays_synced_and_is_compared_another_time() {
    let breaks = Breaks {
        reads: vec![0; 60],
        writes: Vec::new(),
    };
    let bench = Bench::of(world(&[true; 9], breaks));
    let end = paused(bench.gap().compare(false, &CancellationToken::new())).unwrap();
    assert_eq!(end.troubles.len(), 1);
    assert_eq!(bench.status(), MigrationUserStatus::Synced);
    assert!(bench.ledger().reconciles());
    bench.world.breaks.lock().unwrap().reads.clear();
    let end = paused(bench.gap().compare(false, &CancellationToken::new())).unwrap();
    assert_eq!((end.mailboxes, end.troubles.len()), (1, 0));
}

#[test]
fn copying_from_here_leaves_what_the_service_has_alone() {
    let bench = Bench::of(world(&[true; 9], Breaks::default()));
    let run = Run {
        journal: bench.journal.clone(),
        sync: bench.ports(),
        route: Route::CopyOnly,
        concurrency: 2,
        incremental: true,
        only: None,
        events: Arc::new(|_| panic!("nothing is ours to do")),
        clock: Arc::new(StoppedClock),
        sign_in: Arc::new(|_| None),
    };
    run.resume(true).unwrap();
    paused(run.run(&CancellationToken::new())).unwrap();
    assert_eq!(bench.ledger(), Ledger::default());
}

#[test]
fn what_the_service_left_is_still_filled_when_its_batch_was_taken_out() {
    let there: Vec<bool> = (0..30).map(|number| number % 5 != 0).collect();
    let bench = Bench::of(world(&there, Breaks::default()));
    let never = CancellationToken::new();
    paused(bench.gap().compare(false, &never)).unwrap();
    bench
        .journal
        .transaction(|tx| {
            let batch = tx.batches()?[0].id;
            tx.cloud_batch_removed(batch, AT)
        })
        .map_err(|error: JournalError| error)
        .unwrap();
    assert_eq!(gap_of(&bench.journal).unwrap().unwrap().missing.items, 14);
    // The process ends in the middle of it.
    paused(async {
        let gap = bench.gap();
        let mut pass = Box::pin(gap.fill(&never));
        while bench.status() != MigrationUserStatus::IncrementalSyncing {
            assert!(futures::poll!(pass.as_mut()).is_pending());
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    recover(&bench.journal, AT).unwrap();
    assert_eq!(bench.status(), MigrationUserStatus::Synced);
    assert_eq!(paused(bench.gap().fill(&never)).unwrap().mailboxes, 1);
    let [source, target] = bench.sides();
    assert_eq!(source, target);
    assert_eq!(gap_of(&bench.journal).unwrap().unwrap().missing.items, 0);
}

#[test]
fn what_is_too_large_is_missed_like_the_rest_and_told_as_too_large_when_the_gap_is_filled() {
    let mut world = world(&[true, false, true, false, false], Breaks::default());
    let (_, large) = &mut world.source.get_mut("Projekt").unwrap()[0];
    large.resize(5000, b'x');
    world.largest = Some(4000);
    let bench = Bench::of(world);
    let never = CancellationToken::new();
    paused(bench.gap().compare(false, &never)).unwrap();
    assert_eq!(gap_of(&bench.journal).unwrap().unwrap().missing.items, 4);
    assert_eq!(paused(bench.gap().fill(&never)).unwrap().troubles.len(), 0);
    let reasons = report(&bench.journal).unwrap().skipped_by_reason();
    assert_eq!(reasons, BTreeMap::from([(SkipReason::TooLarge, 1)]));
    let gap = gap_of(&bench.journal).unwrap().unwrap();
    assert_eq!((gap.there, gap.missing.items), (4, 0));
    assert!(bench.ledger().reconciles());
    assert_eq!(bench.status(), MigrationUserStatus::Synced);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn wherever_passes_end_a_synced_mailbox_reconciles_and_nothing_is_copied_twice(
        there in proptest::collection::vec(any::<bool>(), 1..40),
        reads in proptest::collection::vec(0_u32..30, 0..4),
        writes in proptest::collection::vec(0_u32..30, 0..4),
        ends in proptest::collection::vec((any::<bool>(), 0_u32..40), 0..5),
    ) {
        let bench = Bench::of(world(&there, Breaks { reads, writes }));
        let never = CancellationToken::new();
        for (fills, polls) in ends {
            paused(async {
                let gap = bench.gap();
                let pass = async {
                    if fills { gap.fill(&never).await } else { gap.compare(true, &never).await }
                };
                // Dropped in the middle, as a killed process is.
                let mut pass = Box::pin(pass);
                for _ in 0..polls {
                    if futures::poll!(pass.as_mut()).is_ready() {
                        break;
                    }
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            });
            recover(&bench.journal, AT).unwrap();
            prop_assert_eq!(bench.status(), MigrationUserStatus::Synced);
            prop_assert!(bench.ledger().reconciles());
        }
        paused(async {
            bench.gap().compare(true, &never).await.unwrap();
            bench.gap().fill(&never).await.unwrap();
        });
        let [source, target] = bench.sides();
        prop_assert_eq!(source, target);
        prop_assert!(bench.ledger().reconciles());
        prop_assert_eq!(bench.ledger().copied.items, there.len() as u64);
        prop_assert_eq!(bench.journal.transaction(|tx| tx.left_by_service(bench.user)).unwrap().items, 0);
    }
}
