//! What becomes of a batch that is gone, lost or taken out, and of the mailboxes that it had.

use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use stegvis_engine::letters::Letters;
use stegvis_engine::ports::{EndpointError, Mail, Mailer};
use stegvis_engine::report::Report;
use stegvis_engine::service::may_remove;
use stegvis_model::MigrationBatch;

use super::*;

/// Mail from outside still goes to the old server.
const NOTHING: RemovalFacts = RemovalFacts {
    mx_moved_at: None,
    delivery_proved: false,
};

fn held() -> Vec<Step> {
    [&WAY[..4], &[WAY[3]; 50], &WAY[5..]].concat()
}

impl Bench {
    fn guards(&self) -> Vec<RemovalGuard> {
        may_remove(&self.row(), &self.users(), &NOTHING, self.service.now())
    }
}

#[test]
fn a_batch_that_is_gone_in_the_tenant_is_forgotten_and_what_was_not_synced_is_free() {
    paused(async {
        let bench = Bench::of(2);
        bench.script(1, vec![held()]);
        let (run, batch, plan) = (bench.run(), bench.batch, bench.plan());
        let running =
            tokio::spawn(async move { run.run(batch, &plan, &CancellationToken::new()).await });
        tokio::time::sleep(Duration::from_secs(300)).await;
        assert_eq!(
            (bench.status(0), bench.status(1)),
            (Status::Synced, Status::Syncing)
        );
        assert!(bench.guards().contains(&RemovalGuard::NotAtRest));
        bench.service.state.lock().unwrap().batches.clear();
        assert!(matches!(
            running.await.unwrap(),
            Err(CloudRunError::Gone(_))
        ));
        assert_eq!(bench.guards(), []);
        bench.run().remove(batch, &NOTHING).await.unwrap();
        let by = StoppedBy::Administrator;
        assert_eq!(
            (bench.status(0), bench.status(1)),
            (Status::Synced, Status::Stopped { by })
        );
        assert!(bench.row().removed_at.is_some());
        bench.script(1, vec![WAY.to_vec()]);
        assert_eq!(bench.run_to_end().await.unwrap(), CloudEnd::AtRest);
        assert_eq!(bench.status(1), Status::Synced);
    });
}

#[test]
fn what_a_lost_record_failed_waits_again_once_the_batch_is_out() {
    paused(async {
        let bench = Bench::of(2);
        let lost = (CloudStage::Corrupted, "Corrupted", None);
        bench.script(0, vec![vec![WAY[0], WAY[3], lost]]);
        bench.script(1, vec![failing("Job is poisoned, poison count = 6.")]);
        assert!(matches!(
            bench.run_to_end().await,
            Err(CloudRunError::Corrupted(_))
        ));
        bench.run().remove(bench.batch, &NOTHING).await.unwrap();
        assert_eq!(bench.status(0), Status::Queued);
        assert_eq!(bench.status(1), failed(FailureCode::ServiceGaveUp));
    });
}

#[test]
fn a_batch_that_was_made_and_never_begun_may_be_taken_out_and_one_that_was_asked_to_begin_may_not()
{
    paused(async {
        let bench = Bench::of(1);
        let mut plan = bench.plan();
        plan.start_after = Some(bench.service.now() + SignedDuration::from_hours(10));
        let (run, batch) = (bench.run(), bench.batch);
        let running =
            tokio::spawn(async move { run.run(batch, &plan, &CancellationToken::new()).await });
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!(bench.row().seen.unwrap().stage, CloudStage::Created);
        assert_eq!(bench.guards(), []);
        running.abort();
        let now = bench.service.now();
        let asked = |tx: &stegvis_journal::Tx<'_>| tx.cloud_start_asked(batch, now);
        bench.journal.transaction(asked).unwrap();
        assert!(!bench.guards().is_empty());
    });
}

#[test]
fn a_strangers_batch_under_our_name_is_left_there_and_one_with_mailboxes_of_both_is_named() {
    paused(async {
        let bench = Bench::of(1);
        bench.run_to_end().await.unwrap();
        bench.service.stranger(NAME, &["cfo@nordvik.example"]);
        bench.run().remove(bench.batch, &NOTHING).await.unwrap();
        assert!(bench.row().removed_at.is_some());
        let state = || bench.service.state.lock().unwrap();
        assert!(state().batches.contains_key(NAME));

        let bench = Bench::of(1);
        bench.run_to_end().await.unwrap();
        let ours = address("u0").key();
        bench
            .service
            .stranger(NAME, &[&ours, "cfo@nordvik.example"]);
        assert!(matches!(
            bench.run().remove(bench.batch, &NOTHING).await,
            Err(CloudRunError::NotOurs(_))
        ));
        assert_eq!(bench.row().removed_at, None);
    });
}

#[test]
fn a_batch_of_ours_whose_mailboxes_were_given_other_addresses_is_not_forgotten() {
    paused(async {
        let bench = Bench::of(1);
        bench.run_to_end().await.unwrap();
        for batch in bench.service.state.lock().unwrap().batches.values_mut() {
            let users = std::mem::take(&mut batch.users).into_iter();
            batch.users = users
                .map(|(address, script)| (format!("renamed.{address}"), script))
                .collect();
        }
        assert!(matches!(
            bench.run().remove(bench.batch, &NOTHING).await,
            Err(CloudRunError::NotOurs(_))
        ));
        assert_eq!(bench.row().removed_at, None);
    });
}

#[test]
fn a_batch_that_lists_nobody_is_not_ours_by_that() {
    paused(async {
        let bench = Bench::of(1);
        bench.service.stranger(NAME, &[]);
        tokio::time::sleep(Duration::from_secs(2 * 3600)).await;
        let new = NewCloudBatchRow {
            batch: bench.batch,
            name: NAME.to_owned(),
            endpoint: "Old server".to_owned(),
            notify: Vec::new(),
            start_after: None,
        };
        let now = bench.service.now();
        let intend = |tx: &stegvis_journal::Tx<'_>| tx.intend_cloud_batch(&new, now);
        bench.journal.transaction(intend).unwrap();
        assert!(matches!(bench.watch().await, Err(CloudRunError::NotMade)));
        assert_eq!(bench.run_to_end().await.unwrap(), CloudEnd::AtRest);
        assert_ne!(bench.row().new.name, NAME);
        assert_eq!(bench.service.state.lock().unwrap().batches[NAME].starts, 0);
    });
}

#[test]
fn a_retry_of_a_batch_at_work_tries_what_failed_again_once_it_is_at_rest() {
    paused(async {
        let bench = Bench::of(2);
        let poisoned = failing("Job is poisoned, poison count = 6.");
        bench.script(0, vec![poisoned, WAY.to_vec()]);
        bench.script(1, vec![held()]);
        let (run, batch, plan) = (bench.run(), bench.batch, bench.plan());
        let stop = CancellationToken::new();
        let watching = stop.clone();
        let running = tokio::spawn(async move { run.run(batch, &plan, &watching).await });
        tokio::time::sleep(Duration::from_secs(300)).await;
        stop.cancel();
        running.await.unwrap().unwrap();
        assert_eq!(
            (bench.status(0), bench.status(1)),
            (failed(FailureCode::ServiceGaveUp), Status::Syncing)
        );
        // Going on asks nothing of what failed; a retry does.
        let going = bench.run();
        let stop = CancellationToken::new();
        tokio::select! {
            ended = going.go_on(batch, &stop) => assert_eq!(ended.unwrap(), CloudEnd::AtRest),
            () = tokio::time::sleep(Duration::from_secs(60)) => {}
        }
        assert_eq!(bench.status(0), failed(FailureCode::ServiceGaveUp));
        assert_eq!(bench.retry().await.unwrap(), CloudEnd::AtRest);
        assert_eq!(
            (bench.status(0), bench.status(1)),
            (Status::Synced, Status::Synced)
        );
        assert_eq!(bench.service.state.lock().unwrap().batches[NAME].starts, 2);
    });
}

/// Keeps what is sent, or has no way out.
#[derive(Default)]
struct Outbox {
    sent: Mutex<Vec<String>>,
    shut: AtomicBool,
}

#[async_trait]
impl Mailer for Outbox {
    async fn send(&self, mail: &Mail) -> Result<(), EndpointError> {
        if self.shut.load(Ordering::Relaxed) {
            let words = "the sink is shut";
            return Err(EndpointError::new(EndpointErrorKind::Unreachable, words));
        }
        self.sent.lock().unwrap().push(mail.subject.clone());
        Ok(())
    }
}

/// Counts what it is told, in the subject.
struct Counting;

impl Counting {
    fn mail(kind: &str, report: &Report, counted: impl Fn(Status) -> bool) -> Option<Mail> {
        let users = report.users.iter();
        let count = users.filter(|user| counted(user.user.status)).count();
        Some(Mail {
            to: address("admin"),
            subject: format!("{kind} {count} of {}", report.users.len()),
            text: String::new(),
            attachments: Vec::new(),
        })
    }
}

impl Letters for Counting {
    fn status_mail(&self, _: &MigrationBatch, report: &Report) -> Option<Mail> {
        Self::mail("status", report, Status::forwards)
    }

    fn report_mail(&self, _: &MigrationBatch, report: &Report) -> Option<Mail> {
        Self::mail("report", report, |status| status == Status::Synced)
    }
}

#[test]
fn the_status_mail_goes_out_when_mail_is_forwarded_and_the_report_after_the_comparison_each_once() {
    paused(async {
        let bench = Bench::of(3);
        bench.script(1, vec![failing("Job is poisoned, poison count = 6.")]);
        bench.script(2, vec![held()]);
        let outbox = Arc::new(Outbox::default());
        let run = CloudRun {
            mail: Some((outbox.clone(), Arc::new(Counting))),
            ..bench.run()
        };
        let sent = || outbox.sent.lock().unwrap().clone();
        outbox.shut.store(true, Ordering::Relaxed);
        let (watching, batch, plan) = (run.clone(), bench.batch, bench.plan());
        let stop = CancellationToken::new();
        let left = stop.clone();
        let running = tokio::spawn(async move { watching.run(batch, &plan, &left).await });
        tokio::time::sleep(Duration::from_secs(300)).await;
        stop.cancel();
        running.await.unwrap().unwrap();
        assert_eq!(sent(), Vec::<String>::new());
        let noted = || bench.journal.transaction(|tx| tx.batches()).unwrap()[0].clone();
        assert_eq!(
            noted().status_mail_at,
            None,
            "what was not sent is not noted"
        );
        // The third is copied still: its mail is forwarded already. The report waits.
        outbox.shut.store(false, Ordering::Relaxed);
        let never = CancellationToken::new();
        tokio::select! {
            _ = run.watch(batch, &never) => panic!("it is at work"),
            () = tokio::time::sleep(Duration::from_secs(60)) => {}
        }
        assert_eq!(sent(), ["status 2 of 3"]);
        run.report_mail(batch).await.unwrap();
        assert_eq!(sent().len(), 1, "one is at work");
        assert_eq!(run.watch(batch, &never).await.unwrap(), CloudEnd::AtRest);
        assert_eq!(sent().len(), 1, "nothing was compared yet");
        for _ in 0..2 {
            run.report_mail(batch).await.unwrap();
        }
        assert_eq!(sent(), ["status 2 of 3", "report 2 of 3"]);
        assert!(noted().status_mail_at.is_some() && noted().report_mail_at.is_some());
    });
}
