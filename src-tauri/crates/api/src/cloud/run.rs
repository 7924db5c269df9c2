//! A run over the service: what of the project's batches it is given, watched over, or asked to take up again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use jiff::Timestamp;
use stegvis_engine::ports::{Clock as _, MailboxRef};
use stegvis_engine::runner::RunEvent;
use stegvis_engine::service::{
    CloudGap, CloudNews, CloudRun, CloudRunError, Pace, PassEnd, is_gone,
};
use stegvis_journal::CloudBatchRow;
use stegvis_model::{BatchId, Engine, MigrationUser, MigrationUserStatus};
use tokio_util::sync::CancellationToken;

use super::needs::{Need, is_open};
use crate::migrate::{PROVISIONING_PATIENCE, Task};
use crate::project::Project;
use crate::{Error, ErrorCode};

/// How often the practice company's service is asked: it hurries.
const PACE: Pace = Pace {
    first: Duration::from_millis(400),
    slowest: Duration::from_secs(3),
    settle: Duration::from_secs(20),
};

/// How often a comparison that broke is begun again.
const AGAIN: u32 = 2;

impl Project {
    /// The parts of a run over the service.
    pub(crate) fn cloud_run(self: &Arc<Self>) -> Result<CloudRun, Error> {
        let (watched, told) = (Arc::clone(self), Arc::clone(self));
        let ports = self.connections();
        Ok(CloudRun {
            journal: Arc::clone(&self.journal),
            cloud: ports.cloud.clone(),
            directory: ports.directory.clone(),
            tenant: ports.tenant.clone(),
            mail: Some((ports.mailer.clone(), Arc::new(self.letters()?))),
            events: Arc::new(move |event| watched.heard(event)),
            news: Arc::new(move |news| told.heard_of_cloud(news)),
            clock: self.clock.clone(),
            pace: PACE,
        })
    }

    /// What compares source and target after the service, and copies what it left.
    pub(crate) fn cloud_gap(
        self: &Arc<Self>,
        mailboxes: &BTreeMap<String, MailboxRef>,
    ) -> Result<CloudGap, Error> {
        let parts = self.parts(mailboxes)?;
        let watched = Arc::clone(self);
        Ok(CloudGap {
            journal: Arc::clone(&self.journal),
            sync: parts.sync,
            concurrency: self.concurrency()?,
            patience: PROVISIONING_PATIENCE,
            events: Arc::new(move |event: RunEvent| watched.heard(event)),
            clock: self.clock.clone(),
            sign_in: parts.sign_in,
        })
    }

    /// Every batch that the service is to do something for, side by side, until it is at rest or we stop watching.
    pub(crate) async fn run_cloud(
        self: &Arc<Self>,
        task: Task,
        stop: &CancellationToken,
    ) -> Result<(), Error> {
        let needs = self.cloud_needs(task)?;
        if needs.is_empty() {
            return Ok(());
        }
        let run = self.cloud_run()?;
        let runs = needs.into_iter().map(|(batch, need)| {
            let run = &run;
            async move {
                match need {
                    Need::Make(plan) => run.run(batch, &plan, stop).await,
                    Need::Again => run.retry(batch, stop).await,
                    Need::GoOn => run.go_on(batch, stop).await,
                    Need::Watch => run.watch(batch, stop).await,
                }
            }
        });
        // One batch's trouble is no reason to leave another.
        for ended in join_all(runs).await {
            ended.map_err(trouble)?;
        }
        Ok(())
    }

    /// Compares what the service moved with the source, and sends the final report.
    pub(crate) async fn compare_cloud(
        self: &Arc<Self>,
        mailboxes: &BTreeMap<String, MailboxRef>,
        stop: &CancellationToken,
    ) -> Result<(), Error> {
        let hosted = self.hosted()?;
        // What it moved is compared though its batch was taken out since.
        if hosted.is_empty() && !self.uncompared()? {
            return Ok(());
        }
        self.ask_for_access(stop).await?;
        let gap = self.cloud_gap(mailboxes)?;
        let mut end = gap.compare(false, stop).await?;
        // Access to a mailbox that was just made comes and goes for a while: what it broke is read again.
        for _ in 0..AGAIN {
            if end.troubles.is_empty() || end.stopped {
                break;
            }
            tokio::time::sleep(PACE.slowest).await;
            end = gap.compare(false, stop).await?;
        }
        unread(&end)?;
        if !end.stopped {
            let run = self.cloud_run()?;
            for batch in hosted {
                run.report_mail(batch).await?;
            }
        }
        Ok(())
    }

    /// Whether the service moved a mailbox that was never compared.
    fn uncompared(&self) -> Result<bool, Error> {
        self.setting(|tx| {
            let users = tx.users()?;
            for batch in tx.cloud_batches()? {
                let left = tx.cloud_users(batch.new.batch)?.into_iter().any(|row| {
                    let mut users = users.iter();
                    row.compared_at.is_none()
                        && users.any(|user| {
                            user.id == row.user && user.status == MigrationUserStatus::Synced
                        })
                });
                if left {
                    return Ok(true);
                }
            }
            Ok(false)
        })
    }

    /// Asks for access to the mailboxes that the service moved, where it was not given yet or was taken back.
    pub(super) async fn ask_for_access(
        self: &Arc<Self>,
        stop: &CancellationToken,
    ) -> Result<(), Error> {
        let run = self.cloud_run()?;
        // Those too whose batch was taken out of the service since.
        for row in self.setting(|tx| tx.cloud_batches())? {
            run.settle_all(row.new.batch, stop).await?;
        }
        Ok(())
    }

    /// The batches that are with the service.
    pub(crate) fn hosted(&self) -> Result<Vec<BatchId>, Error> {
        let rows = self.setting(|tx| tx.cloud_batches())?;
        Ok(rows
            .into_iter()
            .filter(|row| row.removed_at.is_none())
            .map(|row| row.new.batch)
            .collect())
    }

    /// Goes on watching what the service is at; it went on while the program was not there.
    pub(crate) fn watch_cloud(self: &Arc<Self>) -> Result<(), Error> {
        if self.cloud_needs(Task::Watch)?.is_empty() {
            return Ok(());
        }
        self.begin(Task::Watch)
    }

    /// Stops what runs: what is copied here between two messages; what the service is at when it says that it has
    /// stopped, which is waited for.
    pub(crate) async fn stop_run(self: &Arc<Self>) -> Result<(), Error> {
        let (users, rows) = self.setting(|tx| Ok((tx.users()?, tx.cloud_batches()?)))?;
        let (at_work, decided) = at_work(&users, &rows);
        let here = self.live().here;
        let running = self.live().stop.clone();
        if let Some(stop) = running.as_ref()
            && (at_work.is_empty() || !decided.is_empty() || here)
        {
            stop.cancel();
        }
        if at_work.is_empty() {
            return Ok(());
        }
        let run = self.cloud_run()?;
        self.live().stop_asked = running.is_some();
        // One batch that cannot be stopped is no reason to leave the others running.
        let mut first = Ok(());
        for row in at_work {
            let stopped = run.stop(row.new.batch).await.map_err(trouble);
            first = first.and(stopped);
        }
        first?;
        // Nobody else waits for it to be at rest.
        if self.live().running() {
            return Ok(());
        }
        self.watch_cloud()
    }

    /// When the service is to start.
    pub(crate) fn moment(&self, text: &str) -> Result<Timestamp, Error> {
        if self.engine()? != Engine::Service {
            return Err(Error::invalid(
                "only Microsoft's migration service starts at a set time",
                "Leave the time out.",
            ));
        }
        let at: Timestamp = text.parse().map_err(|error| {
            Error::invalid(
                format!("{text}: {error}"),
                "Name a moment, such as 2008-05-31T20:00:00Z.",
            )
        })?;
        if at <= self.clock.now() {
            return Err(Error::invalid(
                format!("{text} is over"),
                "Name a moment that is to come.",
            ));
        }
        Ok(at)
    }

    /// What the service said is in the journal; what it did not say is told.
    fn heard_of_cloud(&self, news: CloudNews) {
        match news {
            CloudNews::Seen(batch) => {
                self.live().trouble = None;
                if let Err(error) = self.follow_cloud(batch) {
                    tracing::warn!(%error, "what the service told could not be read");
                }
            }
            CloudNews::Trouble(_, error) => self.live().trouble = Some(error.detail),
        }
        self.tell_run();
    }
}

/// The batches that the service is at, and those that it was only going to be given: of these there is nothing that it
/// could stop.
pub(super) fn at_work<'a>(
    users: &[MigrationUser],
    rows: &'a [CloudBatchRow],
) -> (Vec<&'a CloudBatchRow>, Vec<&'a CloudBatchRow>) {
    let open = |row: &&CloudBatchRow| {
        let mut users = users.iter();
        users.any(|user| user.batch == row.new.batch && is_open(user.status))
    };
    rows.iter()
        .filter(|row| row.removed_at.is_none() && !is_gone(row))
        .filter(open)
        .partition(|row| row.made_at.is_some())
}

/// Mailboxes that could not be read: the first one's words, and how many there are.
pub(super) fn unread(end: &PassEnd) -> Result<(), Error> {
    let Some(first) = end.troubles.first() else {
        return Ok(());
    };
    Err(Error {
        retry: true,
        ..Error::new(
            ErrorCode::Endpoint,
            format!(
                "{} mailboxes could not be compared; {}: {}",
                end.troubles.len(),
                first.user.address,
                first.detail
            ),
            "Start the batch again to repeat the comparison.",
        )
    })
}

/// Why a batch cannot be driven, for people.
pub(super) fn trouble(error: CloudRunError) -> Error {
    let help = match &error {
        CloudRunError::Endpoint(_) => {
            return match error {
                CloudRunError::Endpoint(error) => error.into(),
                other => Error::new(ErrorCode::Endpoint, other.to_string(), ""),
            };
        }
        CloudRunError::Journal(_) => "Check the disk, and try again.",
        CloudRunError::NotMade => "Start the batch.",
        CloudRunError::Gone(_) => {
            "Somebody removed it in the tenant. Take it out here too, under Finish or with `stegvis batch remove`; what is not synced then goes into a new one."
        }
        CloudRunError::Corrupted(_) => {
            "Take the batch out of the service, under Finish or with `stegvis batch remove`, and start it anew; what is copied stays."
        }
        CloudRunError::NotOurs(_) => {
            "See in the Exchange admin centre whose it is. It is left alone until no mailbox of this project is in it."
        }
        CloudRunError::NamesTaken(_) => {
            "Remove batches of this name that nobody needs any more in the Exchange admin centre, and start again."
        }
        CloudRunError::TooMany(_) => "Make several batches of it.",
        CloudRunError::Guarded(_) => "Wait until what keeps it there is over.",
    };
    Error::new(ErrorCode::Endpoint, error.to_string(), help)
}
