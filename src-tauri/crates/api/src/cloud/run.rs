//! A run over the service: what of the project's batches it is given, watched over, or asked to take up again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use jiff::Timestamp;
use stegvis_engine::ports::{Clock as _, MailboxRef};
use stegvis_engine::runner::RunEvent;
use stegvis_engine::service::{
    CloudGap, CloudNews, CloudPlan, CloudRun, CloudRunError, Pace, PassEnd, refused_anew,
};
use stegvis_journal::{CloudBatchRow, JournalError};
use stegvis_lists::{StagedRow, write_staged_csv};
use stegvis_model::{
    BatchId, Engine, FailureCode, MigrationBatch, MigrationEvent, MigrationUser,
    MigrationUserStatus, RetryClass,
};
use tokio_util::sync::CancellationToken;

use super::endpoint::no_endpoint;
use crate::migrate::{PROVISIONING_PATIENCE, Task, numbered};
use crate::project::{Project, is_over};
use crate::{Error, ErrorCode};

/// How often the practice company's service is asked: it hurries.
const PACE: Pace = Pace {
    first: Duration::from_millis(400),
    slowest: Duration::from_secs(3),
    settle: Duration::from_secs(20),
};

/// What a batch needs of the service.
enum Need {
    Make(CloudPlan),
    Again,
    Watch,
}

impl Project {
    /// The parts of a run over the service.
    pub(crate) fn cloud_run(self: &Arc<Self>) -> Result<CloudRun, Error> {
        let (watched, told) = (Arc::clone(self), Arc::clone(self));
        Ok(CloudRun {
            journal: Arc::clone(&self.journal),
            cloud: self.connections.cloud.clone(),
            directory: self.connections.directory.clone(),
            tenant: self.connections.tenant.clone(),
            mail: Some((self.connections.mailer.clone(), Arc::new(self.letters()?))),
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

    fn cloud_needs(&self, task: Task) -> Result<Vec<(BatchId, Need)>, Error> {
        let (batches, users, rows) =
            self.setting(|tx| Ok((tx.batches()?, tx.users()?, tx.cloud_batches()?)))?;
        let mut names: Vec<String> = batches.iter().map(|batch| batch.name.clone()).collect();
        let mut needs = Vec::new();
        for batch in &batches {
            let mine: Vec<&MigrationUser> =
                users.iter().filter(|user| user.batch == batch.id).collect();
            let any = |is: fn(MigrationUserStatus) -> bool| mine.iter().any(|user| is(user.status));
            let row = rows
                .iter()
                .find(|row| row.new.batch == batch.id && row.removed_at.is_none());
            match (task, row) {
                (Task::Watch, Some(row)) if row.made_at.is_some() && any(is_open) => {
                    needs.push((batch.id, Need::Watch));
                }
                (Task::Go { failed, at }, Some(row)) if row.made_at.is_some() => {
                    if any(is_open) || any(is_stopped) || (failed && any(is_retried)) {
                        needs.push((batch.id, Need::Again));
                    }
                    if failed && any(is_refused) {
                        let name = numbered(&batch.name, 2, &names);
                        let now = self.clock.now();
                        let anew = refused_anew(
                            &self.journal,
                            batch.id,
                            &name,
                            batch.notify.as_ref(),
                            now,
                        )?;
                        names.push(name);
                        if let Some(anew) = anew {
                            needs.push((anew, Need::Make(self.cloud_task(batch, anew, None, at)?)));
                        }
                    }
                }
                (Task::Go { failed, at }, row)
                    if row.is_some() || self.engine()? == Engine::Service =>
                {
                    if any(is_open) || any(is_stopped) || (failed && any(is_failed)) {
                        self.queue_again(&mine, failed)?;
                        needs.push((
                            batch.id,
                            Need::Make(self.cloud_task(batch, batch.id, row, at)?),
                        ));
                    }
                }
                _ => {}
            }
        }
        Ok(needs)
    }

    /// What was stopped or failed before the service was given the batch waits for it again.
    fn queue_again(&self, users: &[&MigrationUser], failed: bool) -> Result<(), Error> {
        let now = self.clock.now();
        let again = self.setting(|tx| {
            let again = users
                .iter()
                .filter(|user| is_stopped(user.status) || (failed && is_failed(user.status)));
            again
                .map(|user| tx.apply_event(user.id, MigrationEvent::Resumed, "", now))
                .collect::<Result<Vec<_>, JournalError>>()
        })?;
        for user in again {
            self.heard(RunEvent::User(user));
        }
        Ok(())
    }

    /// What the service is given for a batch: those of its mailboxes that are not over.
    fn cloud_task(
        &self,
        batch: &MigrationBatch,
        of: BatchId,
        row: Option<&CloudBatchRow>,
        at: Option<Timestamp>,
    ) -> Result<CloudPlan, Error> {
        let endpoint = match row {
            Some(row) => row.new.endpoint.clone(),
            None => self.cloud_endpoint()?.ok_or_else(no_endpoint)?,
        };
        let users = self.setting(|tx| tx.users())?;
        let rows: Vec<StagedRow> = users
            .into_iter()
            .filter(|user| user.batch == of && !is_over(user.status))
            .map(|user| StagedRow {
                address: user.address,
            })
            .collect();
        let list = write_staged_csv(&rows)
            .map_err(|error| Error::invalid(error.to_string(), "Make several batches of it."))?;
        Ok(CloudPlan {
            endpoint,
            notify: batch.notify.iter().cloned().collect(),
            start_after: at,
            list: list.into_bytes(),
        })
    }

    /// Compares what the service moved with the source, and sends the final report.
    pub(crate) async fn compare_cloud(
        self: &Arc<Self>,
        mailboxes: &BTreeMap<String, MailboxRef>,
        stop: &CancellationToken,
    ) -> Result<(), Error> {
        let hosted = self.hosted()?;
        if hosted.is_empty() {
            return Ok(());
        }
        let end = self.cloud_gap(mailboxes)?.compare(false, stop).await?;
        unread(&end)?;
        if !end.stopped {
            let run = self.cloud_run()?;
            for batch in hosted {
                run.report_mail(batch).await?;
            }
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
        let users = self.setting(|tx| tx.users())?;
        let mut at_work = self.hosted()?;
        at_work.retain(|batch| {
            let mut users = users.iter();
            users.any(|user| user.batch == *batch && is_open(user.status))
        });
        if at_work.is_empty() {
            if let Some(stop) = self.live().stop.clone() {
                stop.cancel();
            }
            return Ok(());
        }
        let run = self.cloud_run()?;
        for batch in at_work {
            run.stop(batch).await.map_err(trouble)?;
        }
        self.live().stop_asked = true;
        Ok(())
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
            "Somebody removed it in the tenant. Choose its mailboxes for a new batch."
        }
        CloudRunError::Corrupted(_) => "Remove the batch, and start it anew; what is copied stays.",
        CloudRunError::NamesTaken(_) => "Rename the batch.",
        CloudRunError::TooMany(_) => "Make several batches of it.",
        CloudRunError::Guarded(_) => "Wait until what keeps it there is over.",
    };
    Error::new(ErrorCode::Endpoint, error.to_string(), help)
}

fn is_open(status: MigrationUserStatus) -> bool {
    status == MigrationUserStatus::Queued
        || (status.in_flight()
            && !matches!(
                status,
                MigrationUserStatus::Converting | MigrationUserStatus::IncrementalSyncing
            ))
}

fn is_stopped(status: MigrationUserStatus) -> bool {
    matches!(status, MigrationUserStatus::Stopped { .. })
}

fn is_failed(status: MigrationUserStatus) -> bool {
    matches!(status, MigrationUserStatus::Failed { code } if code.retry() != RetryClass::Never)
}

fn is_refused(status: MigrationUserStatus) -> bool {
    let code = FailureCode::RowRefused;
    status == MigrationUserStatus::Failed { code }
}

/// Whether starting the batch again takes it up.
fn is_retried(status: MigrationUserStatus) -> bool {
    is_failed(status) && !is_refused(status)
}
