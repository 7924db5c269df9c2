//! Microsoft's migration service as an engine, over a service in memory.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod cloud;
mod leaving;
#[allow(
    dead_code,
    reason = "the checks ask more of the office than the service does"
)]
mod office;
mod paused;

use paused::paused;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cloud::{Service, Step, WAY, failing};
use jiff::SignedDuration;
use office::{Office, address};
use proptest::prelude::*;
use stegvis_engine::ports::{Clock as _, CloudMigration as _, CloudStage, EndpointErrorKind};
use stegvis_engine::recover::recover;
use stegvis_engine::runner::RunEvent;
use stegvis_engine::service::{
    CloudEnd, CloudNews, CloudPlan, CloudRun, CloudRunError, Hold, Pace, RemovalFacts,
    RemovalGuard, hold, refused_anew,
};
use stegvis_journal::{CloudBatchRow, Journal, JournalError, NewCloudBatchRow, NewUser};
use stegvis_model::{
    BatchId, FailureCode, MigrationEvent, MigrationUser, MigrationUserStatus as Status,
    RecipientKind, StoppedBy,
};
use tokio_util::sync::CancellationToken;

const PROJECT: &str = "0a1b000000000000";
const NAME: &str = "Pilot (Stegvis 0a1b)";

struct Bench {
    service: Arc<Service>,
    office: Arc<Office>,
    journal: Arc<Journal>,
    batch: BatchId,
    moved: Arc<Mutex<Vec<MigrationUser>>>,
    trouble: Arc<Mutex<Vec<EndpointErrorKind>>>,
    _folder: tempfile::TempDir,
}

impl Bench {
    fn of(people: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let journal = Arc::new(Journal::open(&folder.path().join("test.stegvis")).unwrap());
        let mut office = Office::of(people);
        for mailbox in &mut office.mailboxes {
            mailbox.target_address =
                Some(format!("SMTP:{}@nordvik.onmicrosoft.com", mailbox.alias));
        }
        let batch = journal
            .transaction(|tx| {
                tx.set_setting("cloudProject", PROJECT)?;
                let batch = tx.insert_batch("Pilot", None)?;
                for mailbox in &office.mailboxes {
                    let user = NewUser {
                        address: mailbox.address.clone(),
                        display_name: mailbox.display_name.clone(),
                        kind: RecipientKind::UserMailbox,
                    };
                    tx.insert_user(batch, &user)?;
                }
                Ok::<_, JournalError>(batch)
            })
            .unwrap();
        Self {
            service: Arc::new(Service::new()),
            office: Arc::new(office),
            journal,
            batch,
            moved: Arc::default(),
            trouble: Arc::default(),
            _folder: folder,
        }
    }

    fn run(&self) -> CloudRun {
        let (moved, trouble) = (Arc::clone(&self.moved), Arc::clone(&self.trouble));
        CloudRun {
            journal: self.journal.clone(),
            cloud: self.service.clone(),
            directory: self.office.clone(),
            tenant: self.office.clone(),
            mail: None,
            events: Arc::new(move |event| {
                if let RunEvent::User(user) = event {
                    moved.lock().unwrap().push(user);
                }
            }),
            news: Arc::new(move |news| {
                if let CloudNews::Trouble(_, error) = news {
                    trouble.lock().unwrap().push(error.kind);
                }
            }),
            clock: self.service.clone(),
            pace: Pace::default(),
        }
    }

    fn plan(&self) -> CloudPlan {
        let mut list = "EmailAddress\r\n".to_owned();
        for mailbox in &self.office.mailboxes {
            list.push_str(&format!("{}\r\n", mailbox.address));
        }
        CloudPlan {
            endpoint: "Old server".to_owned(),
            notify: Vec::new(),
            start_after: None,
            list: list.into_bytes(),
        }
    }

    async fn run_to_end(&self) -> Result<CloudEnd, CloudRunError> {
        self.run()
            .run(self.batch, &self.plan(), &CancellationToken::new())
            .await
    }

    async fn retry(&self) -> Result<CloudEnd, CloudRunError> {
        self.run()
            .retry(self.batch, &CancellationToken::new())
            .await
    }

    async fn watch(&self) -> Result<CloudEnd, CloudRunError> {
        self.run()
            .watch(self.batch, &CancellationToken::new())
            .await
    }

    fn users(&self) -> Vec<MigrationUser> {
        self.journal.transaction(|tx| tx.users()).unwrap()
    }

    fn status(&self, number: usize) -> Status {
        self.users()[number].status
    }

    fn row(&self) -> CloudBatchRow {
        let row = self.journal.transaction(|tx| tx.cloud_batch(self.batch));
        row.unwrap().unwrap()
    }

    fn script(&self, number: usize, ways: Vec<Vec<Step>>) {
        let mut state = self.service.state.lock().unwrap();
        state
            .ways
            .insert(address(&format!("u{number}")).key(), ways);
    }

    fn calls(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.service.state.lock().unwrap().calls)
    }
}

fn failed(code: FailureCode) -> Status {
    Status::Failed { code }
}

#[test]
fn a_batch_is_made_started_and_watched_to_its_end() {
    paused(async {
        let bench = Bench::of(3);
        bench
            .service
            .state
            .lock()
            .unwrap()
            .skips
            .insert(address("u2").key(), 2);
        let run = bench.run();
        let (batch, plan) = (bench.batch, bench.plan());
        let ended =
            tokio::spawn(async move { run.run(batch, &plan, &CancellationToken::new()).await });
        assert_eq!(ended.await.unwrap().unwrap(), CloudEnd::AtRest);
        assert!(
            bench
                .users()
                .iter()
                .all(|user| user.status == Status::Synced)
        );
        let row = bench.row();
        assert_eq!(row.new.name, NAME);
        assert_eq!(row.seen.unwrap().status, "Synced");
        bench
            .journal
            .transaction(|tx| {
                for user in tx.users()? {
                    let there = tx.target_address(user.id)?.unwrap();
                    assert!(there.ends_with("@nordvik.onmicrosoft.com"));
                    let told = tx.cloud_user(user.id)?.unwrap();
                    assert!(told.access_asked_at.is_some());
                }
                let third = tx.users()?[2].id;
                assert_eq!(tx.cloud_left_out(third)?.len(), 2);
                assert!(tx.batches()?[0].started_at.is_some());
                Ok::<_, JournalError>(())
            })
            .unwrap();
        let seen: Vec<String> = bench
            .moved
            .lock()
            .unwrap()
            .iter()
            .filter(|user| user.address == address("u0"))
            .map(|user| user.status.to_string())
            .collect();
        assert_eq!(seen, ["Validating", "Provisioning", "Syncing", "Synced"]);
    });
}

/// What a person does after the program ended: opens the project, which recovers and watches; then starts again.
async fn reopened(bench: &Bench) -> Result<CloudEnd, CloudRunError> {
    recover(&bench.journal, bench.service.now()).unwrap();
    match bench.watch().await {
        Ok(CloudEnd::NotStarted) | Err(CloudRunError::NotMade) => bench.run_to_end().await,
        other => other,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn wherever_the_process_ends_there_is_one_batch_and_the_journal_agrees_with_the_service(
        fuses in proptest::collection::vec(0_u32..40, 0..5),
        fails in proptest::collection::vec(any::<bool>(), 4),
        lag in 0_u32..3,
    ) {
        paused(async {
            let bench = Bench::of(4);
            for (number, _) in fails.iter().enumerate().filter(|(_, fails)| **fails) {
                bench.script(number, vec![failing("Job is poisoned, poison count = 6.")]);
            }
            bench.service.state.lock().unwrap().lag = lag;
            for fuse in fuses {
                bench.service.state.lock().unwrap().fuse = Some(fuse);
                tokio::select! {
                    biased;
                    () = bench.service.ended.notified() => {}
                    _ = reopened(&bench) => {}
                }
                bench.service.state.lock().unwrap().fuse = None;
                let made = bench.service.state.lock().unwrap().made;
                assert!(made <= 1);
            }
            assert_eq!(reopened(&bench).await.unwrap(), CloudEnd::AtRest);
            let state = bench.service.state.lock().unwrap();
            assert_eq!(state.made, 1);
            assert_eq!(state.batches.keys().collect::<Vec<_>>(), [&bench.row().new.name]);
            let users = bench.users();
            assert_eq!(users.len(), 4);
            for (user, fails) in users.iter().zip(&fails) {
                let expected = if *fails { failed(FailureCode::ServiceGaveUp) } else { Status::Synced };
                assert_eq!(user.status, expected);
            }
            drop(state);
            bench.journal.transaction(|tx| {
                for user in tx.users()? {
                    assert_eq!(tx.target_address(user.id)?.is_some(), user.status == Status::Synced);
                }
                Ok::<_, JournalError>(())
            }).unwrap();
        });
    }
}

#[test]
fn an_unknown_status_changes_nothing_and_is_kept_as_it_is() {
    paused(async {
        let bench = Bench::of(2);
        bench.script(
            0,
            vec![vec![
                WAY[0],
                WAY[3],
                (CloudStage::Unknown, "Quarantining", None),
            ]],
        );
        let stop = CancellationToken::new();
        let run = bench.run();
        let plan = bench.plan();
        let watching = run.run(bench.batch, &plan, &stop);
        tokio::select! {
            ended = watching => panic!("one mailbox is still on its way: {ended:?}"),
            () = tokio::time::sleep(Duration::from_secs(6 * 3600)) => {}
        }
        assert_eq!(bench.status(0), Status::Syncing);
        assert_eq!(bench.status(1), Status::Synced);
        let user = bench.users()[0].id;
        let told = bench
            .journal
            .transaction(|tx| tx.cloud_user(user))
            .unwrap()
            .unwrap();
        assert_eq!(told.seen.status, "Quarantining");
    });
}

#[test]
fn a_strangers_batch_of_the_same_name_is_not_adopted() {
    paused(async {
        let bench = Bench::of(1);
        bench.service.stranger(NAME, &["cfo@nordvik.example"]);
        assert_eq!(bench.run_to_end().await.unwrap(), CloudEnd::AtRest);
        let name = bench.row().new.name;
        assert_ne!(name, NAME);
        let state = bench.service.state.lock().unwrap();
        assert_eq!(state.batches[NAME].starts, 0);
        assert_eq!(state.batches[&name].starts, 1);
    });
}

#[test]
fn nor_is_one_that_came_while_we_were_away_between_deciding_and_making() {
    paused(async {
        let bench = Bench::of(1);
        let new = NewCloudBatchRow {
            batch: bench.batch,
            name: NAME.to_owned(),
            endpoint: "Old server".to_owned(),
            notify: Vec::new(),
            start_after: None,
        };
        let now = bench.service.now();
        bench
            .journal
            .transaction(|tx| tx.intend_cloud_batch(&new, now))
            .map_err(|error: JournalError| error)
            .unwrap();
        bench.service.stranger(NAME, &["cfo@nordvik.example"]);
        let watched = bench.watch().await;
        assert!(matches!(watched, Err(CloudRunError::NotMade)));
        assert_eq!(bench.run_to_end().await.unwrap(), CloudEnd::AtRest);
        assert_ne!(bench.row().new.name, NAME);
        assert_eq!(bench.service.state.lock().unwrap().batches[NAME].starts, 0);
    });
}

#[test]
fn a_retry_touches_only_what_failed_even_while_the_service_still_tells_the_past() {
    paused(async {
        let bench = Bench::of(3);
        let words = "A valid primary e-mail address couldn't be found in the cloud-based service.";
        bench.script(1, vec![failing(words), WAY.to_vec()]);
        bench.service.state.lock().unwrap().lag = 3;
        bench.run_to_end().await.unwrap();
        assert_eq!(bench.status(1), failed(FailureCode::MailUserMissing));
        assert_eq!(bench.users()[1].detail, words);
        bench.moved.lock().unwrap().clear();
        let ended = bench.retry().await;
        assert_eq!(ended.unwrap(), CloudEnd::AtRest);
        assert!(
            bench
                .users()
                .iter()
                .all(|user| user.status == Status::Synced)
        );
        let touched: BTreeSet<String> = bench
            .moved
            .lock()
            .unwrap()
            .iter()
            .map(|user| user.address.to_string())
            .collect();
        assert_eq!(
            touched.into_iter().collect::<Vec<_>>(),
            ["u1@nordvik.example"]
        );
        bench.calls();
        let ended = bench.retry().await;
        assert_eq!(ended.unwrap(), CloudEnd::AtRest);
        assert!(
            !bench.calls().contains(&"start"),
            "nothing was left to retry"
        );
    });
}

#[test]
fn a_failure_that_comes_again_in_other_words_tells_the_new_ones() {
    paused(async {
        let bench = Bench::of(1);
        bench.script(
            0,
            vec![
                failing("Job is poisoned, poison count = 6."),
                failing("Insufficient access rights to perform the operation"),
            ],
        );
        bench.run_to_end().await.unwrap();
        assert_eq!(bench.status(0), failed(FailureCode::ServiceGaveUp));
        bench.retry().await.unwrap();
        assert_eq!(bench.status(0), failed(FailureCode::ForwardingRefused));
        assert!(bench.users()[0].detail.starts_with("Insufficient"));
    });
}

#[test]
fn a_stop_stops_what_has_not_ended_and_a_retry_goes_on_with_it() {
    paused(async {
        let bench = Bench::of(2);
        bench.script(1, vec![[&WAY[..4], &[WAY[3]; 50], &WAY[5..]].concat()]);
        let (run, batch, plan) = (bench.run(), bench.batch, bench.plan());
        let running =
            tokio::spawn(async move { run.run(batch, &plan, &CancellationToken::new()).await });
        tokio::time::sleep(Duration::from_secs(300)).await;
        assert_eq!(bench.status(1), Status::Syncing);
        bench.run().stop(bench.batch).await.unwrap();
        assert_eq!(running.await.unwrap().unwrap(), CloudEnd::AtRest);
        let by = StoppedBy::Administrator;
        assert_eq!(
            (bench.status(0), bench.status(1)),
            (Status::Synced, Status::Stopped { by })
        );
        bench.retry().await.unwrap();
        assert_eq!(bench.status(1), Status::Synced);
    });
}

#[test]
fn ceasing_to_watch_stops_nothing_and_what_is_in_flight_is_not_taken_for_cut_off() {
    paused(async {
        let bench = Bench::of(1);
        bench.script(0, vec![[&WAY[..4], &[WAY[3]; 50], &WAY[5..]].concat()]);
        let stop = CancellationToken::new();
        let (run, batch, plan, watching) = (bench.run(), bench.batch, bench.plan(), stop.clone());
        let running = tokio::spawn(async move { run.run(batch, &plan, &watching).await });
        tokio::time::sleep(Duration::from_secs(300)).await;
        stop.cancel();
        assert_eq!(running.await.unwrap().unwrap(), CloudEnd::LeftRunning);
        assert!(!bench.calls().contains(&"stop"));
        assert_eq!(recover(&bench.journal, bench.service.now()).unwrap(), []);
        assert_eq!(bench.status(0), Status::Syncing);
    });
}

#[test]
fn a_dropped_row_fails_with_the_services_words_and_goes_into_a_batch_of_its_own() {
    paused(async {
        let bench = Bench::of(2);
        let words = "The value \"u1 @nordvik.example\" isn't a valid SMTP address.";
        bench
            .service
            .state
            .lock()
            .unwrap()
            .refuse
            .insert(address("u1").key(), words);
        assert_eq!(bench.run_to_end().await.unwrap(), CloudEnd::AtRest);
        assert_eq!(bench.status(1), failed(FailureCode::RowRefused));
        assert_eq!(bench.users()[1].detail, words);
        let now = bench.service.now();
        let anew = refused_anew(&bench.journal, bench.batch, "Pilot 2", None, now).unwrap();
        let moved = &bench.users()[1];
        assert_eq!((Some(moved.batch), moved.status), (anew, Status::Queued));
        assert_eq!(
            refused_anew(&bench.journal, bench.batch, "Pilot 3", None, now).unwrap(),
            None
        );
    });
}

#[test]
fn a_mailbox_that_the_service_does_not_list_at_the_end_is_not_lost() {
    paused(async {
        let bench = Bench::of(2);
        let mut plan = bench.plan();
        plan.list = format!("EmailAddress\r\n{}\r\n", address("u0")).into_bytes();
        let ended = bench
            .run()
            .run(bench.batch, &plan, &CancellationToken::new())
            .await;
        assert_eq!(ended.unwrap(), CloudEnd::AtRest);
        assert_eq!(bench.status(1), failed(FailureCode::RowRefused));
    });
}

#[test]
fn trouble_that_passes_is_waited_out_and_consent_that_is_gone_ends_the_watching_alone() {
    paused(async {
        let bench = Bench::of(1);
        let wait = Duration::from_secs(90);
        let throttled = EndpointErrorKind::Throttled { wait };
        bench.service.state.lock().unwrap().trouble = vec![
            throttled.clone(),
            EndpointErrorKind::Unreachable,
            EndpointErrorKind::Disconnected,
        ];
        assert_eq!(bench.run_to_end().await.unwrap(), CloudEnd::AtRest);
        assert_eq!(bench.trouble.lock().unwrap().first(), Some(&throttled));
        assert_eq!(bench.service.state.lock().unwrap().made, 1);

        let bench = Bench::of(1);
        bench.script(0, vec![[&WAY[..4], &[WAY[3]; 50], &WAY[5..]].concat()]);
        let (run, batch, plan) = (bench.run(), bench.batch, bench.plan());
        let running =
            tokio::spawn(async move { run.run(batch, &plan, &CancellationToken::new()).await });
        tokio::time::sleep(Duration::from_secs(300)).await;
        bench.service.state.lock().unwrap().trouble = vec![EndpointErrorKind::SignInRefused];
        assert!(matches!(
            running.await.unwrap(),
            Err(CloudRunError::Endpoint(_))
        ));
        assert_eq!(bench.status(0), Status::Syncing);
        bench.watch().await.unwrap();
        assert_eq!(bench.status(0), Status::Synced);
    });
}

#[test]
fn what_holds_a_mailbox_up_is_told_from_a_failure() {
    paused(async {
        let bench = Bench::of(2);
        let load = "Relinquishing job because of large delays due to unfavorable server health 'StalledDueToTarget_DiskLatency'";
        let held = (CloudStage::Copying, "Syncing", Some(load));
        bench.script(0, vec![[&WAY[..4], &[held; 20]].concat()]);
        bench.script(
            1,
            vec![failing(
                "SyncTimeoutException: no email could be downloaded for 5 hours",
            )],
        );
        let (run, plan) = (bench.run(), bench.plan());
        let stop = CancellationToken::new();
        tokio::select! {
            ended = run.run(bench.batch, &plan, &stop) => panic!("{ended:?}"),
            () = tokio::time::sleep(Duration::from_secs(600)) => {}
        }
        let rows = bench
            .journal
            .transaction(|tx| tx.cloud_users(bench.batch))
            .unwrap();
        let now = run.clock.now();
        assert_eq!(hold(&rows[0], now), Some(Hold::Throttled));
        assert_eq!(hold(&rows[1], now), None);
        assert_eq!(bench.status(0), Status::Syncing);
        assert_eq!(bench.status(1), failed(FailureCode::ServiceGaveUp));
    });
}

#[test]
fn a_batch_is_removed_only_when_nothing_keeps_it() {
    paused(async {
        let bench = Bench::of(1);
        bench.script(0, vec![failing("nobody knows"), WAY.to_vec()]);
        bench.run_to_end().await.unwrap();
        let run = bench.run();
        let guards = |ended| match ended {
            Err(CloudRunError::Guarded(guards)) => guards,
            other => panic!("{other:?}"),
        };
        let none = RemovalFacts::default();
        assert_eq!(
            guards(run.remove(bench.batch, &none).await),
            [
                RemovalGuard::NotSynced(1),
                RemovalGuard::MxNotMoved,
                RemovalGuard::DeliveryUnproved
            ]
        );
        run.retry(bench.batch, &CancellationToken::new())
            .await
            .unwrap();
        let moved = run.clock.now();
        let facts = RemovalFacts {
            mx_moved_at: Some(moved),
            delivery_proved: true,
        };
        let until = moved + SignedDuration::from_hours(72);
        assert_eq!(
            guards(run.remove(bench.batch, &facts).await),
            [RemovalGuard::MxMovedLately(until)]
        );
        tokio::time::sleep(Duration::from_secs(73 * 3600)).await;
        run.remove(bench.batch, &facts).await.unwrap();
        assert!(bench.service.state.lock().unwrap().batches.is_empty());
        assert!(bench.row().removed_at.is_some());
        assert_eq!(bench.status(0), Status::Synced);
    });
}

#[test]
fn a_batch_whose_record_is_lost_is_removed_and_made_anew() {
    paused(async {
        let bench = Bench::of(1);
        bench.script(
            0,
            vec![vec![
                WAY[0],
                WAY[3],
                (CloudStage::Corrupted, "Corrupted", None),
            ]],
        );
        assert!(matches!(
            bench.run_to_end().await,
            Err(CloudRunError::Corrupted(_))
        ));
        assert_eq!(bench.status(0), failed(FailureCode::ServiceRecordLost));
        bench
            .run()
            .remove(bench.batch, &RemovalFacts::default())
            .await
            .unwrap();
        bench.script(0, vec![WAY.to_vec()]);
        assert_eq!(bench.run_to_end().await.unwrap(), CloudEnd::AtRest);
        assert_eq!(bench.status(0), Status::Synced);
        assert_eq!(bench.service.state.lock().unwrap().made, 2);
    });
}

#[test]
fn two_thousand_mailboxes_are_watched_with_a_handful_of_calls() {
    paused(async {
        let bench = Bench::of(2000);
        let held = vec![[&WAY[..4], &[WAY[3]; 30], &WAY[5..]].concat()];
        for number in 0..2000 {
            bench.script(number, held.clone());
        }
        let (run, batch, plan) = (bench.run(), bench.batch, bench.plan());
        let running =
            tokio::spawn(async move { run.run(batch, &plan, &CancellationToken::new()).await });
        tokio::time::sleep(Duration::from_secs(240)).await;
        bench.calls();
        let before = bench.office.calls();
        tokio::time::sleep(Duration::from_secs(60)).await;
        let calls = bench.calls();
        let polls = calls.iter().filter(|name| **name == "batch").count();
        assert!((2..=5).contains(&polls), "{polls} polls in a minute");
        assert!(
            calls.len() <= polls * 6,
            "{} calls in {polls} polls",
            calls.len()
        );
        assert_eq!(bench.office.calls(), before, "nobody is synced yet");
        running.abort();
    });
}

#[test]
fn more_mailboxes_than_a_list_takes_are_refused_before_anything_is_asked() {
    paused(async {
        let bench = Bench::of(2001);
        assert!(matches!(
            bench.run_to_end().await,
            Err(CloudRunError::TooMany(2001))
        ));
        assert_eq!(bench.calls(), Vec::<&str>::new());
    });
}

#[test]
fn a_batch_that_starts_by_itself_is_waited_for() {
    paused(async {
        let bench = Bench::of(1);
        let mut plan = bench.plan();
        plan.start_after = Some(bench.service.now() + SignedDuration::from_hours(10));
        let (run, batch) = (bench.run(), bench.batch);
        let running =
            tokio::spawn(async move { run.run(batch, &plan, &CancellationToken::new()).await });
        tokio::time::sleep(Duration::from_secs(3600)).await;
        assert!(!bench.calls().contains(&"start"));
        assert_eq!(bench.status(0), Status::Queued);
        // Whoever asks again, as after a restart, does not start it before its time either.
        let again = bench.run();
        let asked =
            tokio::spawn(async move { again.retry(batch, &CancellationToken::new()).await });
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert!(!bench.calls().contains(&"start"));
        asked.abort();
        // Its time comes.
        bench.service.start(NAME).await.unwrap();
        assert_eq!(running.await.unwrap().unwrap(), CloudEnd::AtRest);
        assert_eq!(bench.status(0), Status::Synced);
    });
}

#[test]
fn a_conversion_in_the_meantime_is_left_alone() {
    paused(async {
        let bench = Bench::of(1);
        bench.run_to_end().await.unwrap();
        let user = bench.users()[0].id;
        let now = bench.service.now();
        bench
            .journal
            .transaction(|tx| tx.apply_event(user, MigrationEvent::ConversionStarted, "", now))
            .unwrap();
        bench.watch().await.unwrap();
        assert_eq!(bench.status(0), Status::Converting);
    });
}
