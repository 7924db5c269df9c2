//! The sync of one mailbox over ports in memory: whatever breaks wherever, the end is the same.
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
use stegvis_engine::report::report;
use stegvis_engine::runner::{Route, Run};
use stegvis_engine::sync::SyncPorts;
use stegvis_journal::{Journal, NewUser};
use stegvis_model::{Ledger, MigrationUserStatus, RecipientKind};
use tokio_util::sync::CancellationToken;
use world::{Breaks, Message, Source, StoppedClock, Target, World};

const ADDRESS: &str = "anna@nordvik.example";

fn message(number: usize, with_id: bool) -> Message {
    let id = if with_id {
        format!("Message-ID: <{number}@nordvik>\r\n")
    } else {
        String::new()
    };
    let text = format!(
        "{id}Date: day {number}\r\nSubject: {number}\r\n\r\n{}",
        "x".repeat(number % 7)
    );
    (
        1_000_000 + i64::try_from(number / 3).unwrap(),
        text.into_bytes(),
    )
}

/// Two folders; every fifth message stands twice, every seventh has no Message-ID.
fn source(messages: usize) -> BTreeMap<String, Vec<Message>> {
    let mut folders: BTreeMap<String, Vec<Message>> = BTreeMap::new();
    for number in 0..messages {
        let folder = folders
            .entry(
                if number % 2 == 0 {
                    "INBOX"
                } else {
                    "Projekt/Älvsbyn"
                }
                .to_owned(),
            )
            .or_default();
        folder.push(message(number, number % 7 != 0));
        if number % 5 == 0 {
            folder.push(message(number, number % 7 != 0));
        }
    }
    folders
}

fn world(messages: usize, breaks: Breaks) -> World {
    World {
        source: source(messages),
        target: Mutex::default(),
        breaks: Mutex::new(breaks),
        refused: Vec::new(),
        in_groups: false,
        largest: None,
    }
}

struct Bench {
    world: Arc<World>,
    journal: Arc<Journal>,
    _folder: tempfile::TempDir,
}

impl Bench {
    fn new(world: World) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let journal = Arc::new(Journal::open(&folder.path().join("test.stegvis")).unwrap());
        journal
            .transaction(|tx| {
                let batch = tx.insert_batch("Pilot", None)?;
                let user = NewUser {
                    address: ADDRESS.parse().unwrap(),
                    display_name: "Anna".into(),
                    kind: RecipientKind::UserMailbox,
                };
                tx.insert_user(batch, &user)
            })
            .map_err(|error: stegvis_journal::JournalError| error)
            .unwrap();
        Self {
            world: Arc::new(world),
            journal,
            _folder: folder,
        }
    }

    fn run(&self) -> Run {
        let ports = SyncPorts {
            journal: self.journal.clone(),
            source: Arc::new(Source(self.world.clone())),
            target: Arc::new(Target(self.world.clone())),
            clock: Arc::new(StoppedClock),
            progress: Arc::new(|_| {}),
            first_pause: Duration::from_millis(1),
        };
        Run {
            journal: self.journal.clone(),
            sync: ports,
            route: Route::CopyOnly,
            concurrency: 2,
            incremental: true,
            only: None,
            events: Arc::new(|_| {}),
            clock: Arc::new(StoppedClock),
            sign_in: Arc::new(|_| None),
        }
    }

    fn status(&self) -> MigrationUserStatus {
        report(&self.journal).unwrap().users[0].user.status
    }

    fn ledger(&self) -> Ledger {
        report(&self.journal).unwrap().total()
    }

    /// Every message of both sides, folder by folder, sorted.
    fn sides(
        &self,
    ) -> (
        BTreeMap<String, Vec<Message>>,
        BTreeMap<String, Vec<Message>>,
    ) {
        let mut source = self.world.source.clone();
        source.values_mut().for_each(|messages| messages.sort());
        let target = self.world.target.lock().unwrap();
        let mut target: BTreeMap<String, Vec<Message>> = target
            .iter()
            .map(|(name, messages)| {
                (
                    name.clone(),
                    messages
                        .iter()
                        .map(|(date, _, bytes)| (*date, bytes.clone()))
                        .collect(),
                )
            })
            .collect();
        target
            .values_mut()
            .for_each(|messages: &mut Vec<Message>| messages.sort());
        target.retain(|_, messages| !messages.is_empty());
        (source, target)
    }
}

#[test]
fn a_mailbox_is_copied_once_and_a_second_run_writes_nothing() {
    let bench = Bench::new(world(40, Breaks::default()));
    paused(async {
        bench.run().run(&CancellationToken::new()).await.unwrap();
        bench.run().run(&CancellationToken::new()).await.unwrap();
    });
    let (source, target) = bench.sides();
    assert_eq!(source, target);
    assert_eq!(bench.status(), MigrationUserStatus::Synced);
    assert!(bench.ledger().reconciles());
}

#[test]
fn what_the_target_refuses_is_skipped_with_its_reason_even_out_of_a_group() {
    let refused = message(3, true).1;
    let bench = Bench::new(World {
        refused: vec![refused],
        in_groups: true,
        ..world(10, Breaks::default())
    });
    paused(bench.run().run(&CancellationToken::new())).unwrap();
    let ledger = bench.ledger();
    assert_eq!((ledger.copied.items, ledger.skipped.items), (11, 1));
    assert!(ledger.reconciles());
    let report = report(&bench.journal).unwrap();
    assert_eq!(report.skipped[0].item.detail, "no");
}

#[test]
fn a_program_that_ends_in_mid_flight_finds_itself_stopped_and_goes_on() {
    let bench = Bench::new(world(40, Breaks::default()));
    let interrupted = paused(async {
        let run = bench.run();
        // Dropped in the middle, as a killed process is.
        tokio::time::timeout(Duration::from_millis(5), async {
            run.run(&CancellationToken::new()).await
        })
        .await
    });
    drop(interrupted);
    recover(&bench.journal, jiff::Timestamp::UNIX_EPOCH).unwrap();
    paused(async {
        let run = bench.run();
        run.resume(false).unwrap();
        run.run(&CancellationToken::new()).await.unwrap();
    });
    let (source, target) = bench.sides();
    assert_eq!(source, target);
    assert_eq!(bench.status(), MigrationUserStatus::Synced);
}

#[test]
fn a_run_of_some_batches_leaves_the_others_be() {
    let bench = Bench::new(world(6, Breaks::default()));
    let never = CancellationToken::new();
    let of = |only: &[i64]| Run {
        only: Some(only.iter().map(|id| stegvis_model::BatchId(*id)).collect()),
        ..bench.run()
    };
    paused(of(&[]).run(&never)).unwrap();
    assert_eq!(bench.ledger(), Ledger::default());
    let started = || bench.journal.transaction(|tx| tx.batches()).unwrap()[0].started_at;
    assert_eq!(started(), None);
    paused(of(&[1]).run(&never)).unwrap();
    assert!(started().is_some());
    assert!(bench.ledger().copied.items > 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn wherever_connections_break_the_end_is_the_same(
        messages in 1_usize..60,
        reads in proptest::collection::vec(0_u32..40, 0..6),
        writes in proptest::collection::vec(0_u32..40, 0..6),
    ) {
        let bench = Bench::new(world(messages, Breaks { reads, writes }));
        paused(bench.run().run(&CancellationToken::new())).unwrap();
        let (source, target) = bench.sides();
        prop_assert_eq!(source, target);
        prop_assert_eq!(bench.status(), MigrationUserStatus::Synced);
        prop_assert!(bench.ledger().reconciles());
    }
}
