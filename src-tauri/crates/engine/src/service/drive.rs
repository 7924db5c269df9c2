//! Making, starting, stopping and removing a batch of the service.

use stegvis_journal::{CloudBatchRow, CloudBatchSeen, JournalError};
use stegvis_model::{
    BatchId, CloudStage, FailureCode, MigrationEvent, MigrationUser, MigrationUserStatus,
    RetryClass, StoppedBy,
};
use tokio_util::sync::CancellationToken;

use super::make::{Whose, older};
use super::removal::GONE;
use super::watch::pause;
use super::{CloudEnd, CloudNews, CloudPlan, CloudRun, CloudRunError, RemovalFacts, may_remove};
use crate::letters::Post;
use crate::ports::{CloudBatch, EndpointErrorKind, NewCloudBatch};
use crate::runner::RunEvent;

impl CloudRun {
    /// Gives the batch to the service, or finds what an earlier call gave it; starts it unless it starts by itself; and
    /// watches until it is at rest. `stop` ends the watching only: the service goes on.
    ///
    /// # Errors
    /// [`CloudRunError`]; what goes wrong with a mailbox is that mailbox's status.
    pub async fn run(
        &self,
        batch: BatchId,
        plan: &CloudPlan,
        stop: &CancellationToken,
    ) -> Result<CloudEnd, CloudRunError> {
        let Some(row) = self.intended(batch, plan, stop).await? else {
            return Ok(CloudEnd::NotStarted);
        };
        let Some(made) = self.made(&row, plan, stop).await? else {
            return Ok(CloudEnd::NotStarted);
        };
        self.journal
            .durably(|tx| tx.cloud_batch_made(batch, self.clock.now()))?;
        if made.stage == CloudStage::Created
            && plan.start_after.is_none()
            && !self.ask_start(&row, stop).await?
        {
            return Ok(CloudEnd::NotStarted);
        }
        self.watch(batch, stop).await
    }

    /// Asks for the batch. Asking is repeated where it was not heard; where it may have been, the next run finds out.
    async fn made(
        &self,
        row: &CloudBatchRow,
        plan: &CloudPlan,
        stop: &CancellationToken,
    ) -> Result<Option<CloudBatch>, CloudRunError> {
        let new = NewCloudBatch {
            name: row.new.name.clone(),
            endpoint: row.new.endpoint.clone(),
            list: plan.list.clone(),
            notify: row.new.notify.clone(),
            start_after: row.new.start_after,
        };
        loop {
            let asked = tokio::select! {
                asked = self.cloud.make(&new) => asked,
                () = stop.cancelled() => return Ok(None),
            };
            match asked {
                Ok(made) if older(row, &made) => {
                    return Err(CloudRunError::NamesTaken(made.name));
                }
                Ok(made) => return Ok(Some(made)),
                Err(error) => match error.kind {
                    EndpointErrorKind::Throttled { wait } => {
                        (self.news)(CloudNews::Trouble(row.new.batch, error));
                        if !pause(wait, stop).await {
                            return Ok(None);
                        }
                    }
                    _ => return Err(error.into()),
                },
            }
        }
    }

    /// Asks for the start; false when we were stopped before it was heard. Noted before, so that a start that was cut
    /// off is asked for again.
    pub(super) async fn ask_start(
        &self,
        row: &CloudBatchRow,
        stop: &CancellationToken,
    ) -> Result<bool, CloudRunError> {
        let (batch, name) = (row.new.batch, row.new.name.as_str());
        let now = self.clock.now();
        self.journal.durably(|tx| {
            tx.cloud_start_asked(batch, now)?;
            tx.batch_started(batch, now)
        })?;
        let started = self.asked(batch, stop, || self.cloud.start(name)).await;
        match started {
            Ok(heard) => Ok(heard.is_some()),
            Err(error) if error.kind == EndpointErrorKind::Refused => {
                // An earlier call may have been heard without our knowing.
                let found = self.cloud.batch(name).await?;
                match found {
                    Some(found) if !found.stage.is_at_rest() => Ok(true),
                    _ => Err(error.into()),
                }
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Starts the batch again: the service takes up what failed or was stopped, and nothing else. A batch that is still
    /// at work takes nothing up; it is watched, and what has failed is tried again once it is at rest.
    ///
    /// # Errors
    /// As for [`Self::watch`].
    pub async fn retry(
        &self,
        batch: BatchId,
        stop: &CancellationToken,
    ) -> Result<CloudEnd, CloudRunError> {
        self.again(batch, true, stop).await
    }

    /// Lets the batch go on: one at rest is started again, one at work is watched.
    ///
    /// # Errors
    /// As for [`Self::watch`].
    pub async fn go_on(
        &self,
        batch: BatchId,
        stop: &CancellationToken,
    ) -> Result<CloudEnd, CloudRunError> {
        self.again(batch, false, stop).await
    }

    async fn again(
        &self,
        batch: BatchId,
        failed: bool,
        stop: &CancellationToken,
    ) -> Result<CloudEnd, CloudRunError> {
        let row = self.row(batch)?;
        let Some(found) = self
            .asked(batch, stop, || self.cloud.batch(&row.new.name))
            .await?
        else {
            return Ok(CloudEnd::LeftRunning);
        };
        let Some(found) = found else {
            return Err(self.gone(&row)?);
        };
        match found.stage {
            CloudStage::Corrupted => return Err(CloudRunError::Corrupted(row.new.name)),
            // It waits for its hour, which the service keeps.
            CloudStage::Created
                if row.start_asked_at.is_none()
                    && row.new.start_after.is_some_and(|at| at > self.clock.now()) =>
            {
                return self.watch(batch, stop).await;
            }
            CloudStage::Created => {}
            // What is true now, so that what changes from here on is the start's doing.
            stage => {
                let at_rest = stage.is_at_rest();
                if self.look(&row, &found, at_rest, stop).await?.is_none() {
                    return Ok(CloudEnd::LeftRunning);
                }
                if !at_rest {
                    let ended = self.watch(batch, stop).await?;
                    if !failed || ended != CloudEnd::AtRest {
                        return Ok(ended);
                    }
                }
                let users = self.journal.transaction(|tx| tx.users())?;
                if !users
                    .iter()
                    .any(|user| user.batch == batch && retried(user))
                {
                    return Ok(CloudEnd::AtRest);
                }
            }
        }
        if !self.ask_start(&row, stop).await? {
            return Ok(CloudEnd::LeftRunning);
        }
        self.watch(batch, stop).await
    }

    /// Stops the batch: what is copied stays. The mailboxes become Stopped when the service says that they are.
    ///
    /// # Errors
    /// [`CloudRunError`].
    pub async fn stop(&self, batch: BatchId) -> Result<(), CloudRunError> {
        let row = self.row(batch)?;
        Ok(self.cloud.stop(&row.new.name).await?)
    }

    /// Removes the batch from the tenant, where nothing keeps it there; one that is not there any more is forgotten. The
    /// mailboxes stay, and those that are not synced wait for another batch.
    ///
    /// # Errors
    /// [`CloudRunError::Guarded`] with what keeps it.
    pub async fn remove(&self, batch: BatchId, facts: &RemovalFacts) -> Result<(), CloudRunError> {
        let row = self.row(batch)?;
        let name = row.new.name.clone();
        let Some(found) = self.cloud.batch(&name).await? else {
            return self.removed(batch);
        };
        match self.whose(&row, &found).await? {
            Whose::Ours => {}
            // The very batch that we made, whose mailboxes do not look like ours any more, is not forgotten unlooked at.
            Whose::Theirs
                if row.made_at.is_some() && !older(&row, &found) && same(&row, &found) =>
            {
                return Err(CloudRunError::NotOurs(name));
            }
            Whose::Theirs => return self.removed(batch),
            Whose::Both => return Err(CloudRunError::NotOurs(name)),
        }
        let users = self.cloud.users(&name).await?;
        let at_rest = found.stage.is_at_rest() && found.stage != CloudStage::Created;
        self.keep(&row, &found, &users, at_rest)?;
        let (row, users) = (self.row(batch)?, self.journal.transaction(|tx| tx.users())?);
        let guards = may_remove(&row, &users, facts, self.clock.now());
        if !guards.is_empty() {
            return Err(CloudRunError::Guarded(guards));
        }
        match self.cloud.remove(&name).await {
            Err(error) if error.kind != EndpointErrorKind::NotFound => Err(error.into()),
            _ => self.removed(batch),
        }
    }

    /// Sends the final report, once, if every mailbox is synced or failed for good. For after source and target were
    /// compared: until then there are no numbers to report.
    ///
    /// # Errors
    /// The journal's.
    pub async fn report_mail(&self, batch: BatchId) -> Result<(), JournalError> {
        self.post().report_mails(&|found| found == batch).await
    }

    pub(super) fn post(&self) -> Post<'_> {
        Post {
            journal: &self.journal,
            mail: self.mail.as_ref(),
            events: self.events.as_ref(),
            clock: self.clock.as_ref(),
        }
    }

    /// The batch is out of the service: nobody is at its mailboxes any more, and those that it had not synced are free
    /// for another.
    fn removed(&self, batch: BatchId) -> Result<(), CloudRunError> {
        let now = self.clock.now();
        let freed = self.journal.transaction(|tx| {
            tx.cloud_batch_removed(batch, now)?;
            let mut freed = Vec::new();
            for user in tx.users()?.into_iter().filter(|user| user.batch == batch) {
                if let Some(event) = freeing(user.status) {
                    freed.push(tx.apply_event(user.id, event, "", now)?);
                }
            }
            Ok::<_, JournalError>(freed)
        })?;
        for user in freed {
            (self.events)(RunEvent::User(user));
        }
        Ok(())
    }

    /// Notes that the service no longer has the batch, so that nothing keeps anyone from forgetting it.
    pub(super) fn gone(&self, row: &CloudBatchRow) -> Result<CloudRunError, JournalError> {
        let seen = CloudBatchSeen {
            stage: CloudStage::Unknown,
            status: GONE.to_owned(),
            created: None,
            started: None,
            last_synced: None,
        };
        let now = self.clock.now();
        self.journal
            .transaction(|tx| tx.cloud_batch_seen(row.new.batch, &seen, now))?;
        Ok(CloudRunError::Gone(row.new.name.clone()))
    }

    /// The batch's row, while it is with the service.
    pub(super) fn row(&self, batch: BatchId) -> Result<CloudBatchRow, CloudRunError> {
        self.journal
            .transaction(|tx| tx.cloud_batch(batch))?
            .filter(|row| row.removed_at.is_none())
            .ok_or(CloudRunError::NotMade)
    }
}

/// What becomes of a mailbox when its batch is out of the service.
fn freeing(status: MigrationUserStatus) -> Option<MigrationEvent> {
    use MigrationUserStatus as S;
    match status {
        S::Validating | S::Provisioning | S::Forwarding | S::Syncing => {
            Some(MigrationEvent::Stopped(StoppedBy::Administrator))
        }
        // The removal was the remedy.
        S::Failed {
            code: FailureCode::ServiceRecordLost,
        } => Some(MigrationEvent::Resumed),
        S::Queued
        | S::Synced
        | S::IncrementalSyncing
        | S::Converting
        | S::Completed
        | S::CompletedWithWarnings
        | S::Failed { .. }
        | S::Stopped { .. } => None,
    }
}

/// Whether starting the batch again takes this mailbox up.
fn retried(user: &MigrationUser) -> bool {
    match user.status {
        MigrationUserStatus::Stopped { .. } => true,
        MigrationUserStatus::Failed { code } => {
            code != FailureCode::RowRefused && code.retry() != RetryClass::Never
        }
        _ => false,
    }
}

/// Whether it is the batch that we saw under this name before, and none that was made in its place.
fn same(row: &CloudBatchRow, found: &CloudBatch) -> bool {
    row.seen
        .as_ref()
        .is_none_or(|seen| seen.created == found.created)
}
