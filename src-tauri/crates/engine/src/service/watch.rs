//! Watching a batch until it is at rest.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use stegvis_journal::{CloudBatchRow, JournalError};
use stegvis_model::{BatchId, CloudStage, MigrationUserStatus};
use tokio_util::sync::CancellationToken;

use super::poll::Kept;
use super::settle::FEW;
use super::{CloudEnd, CloudNews, CloudRun, CloudRunError};
use crate::ports::{CloudBatch, EndpointError, EndpointErrorKind};

impl CloudRun {
    /// Asks the service how far it is, lets every mailbox follow, and goes on watching until it is at rest. After a
    /// restart this is all there is to do.
    ///
    /// # Errors
    /// [`CloudRunError`]. Trouble that passes is waited out and told as [`CloudNews::Trouble`].
    pub async fn watch(
        &self,
        batch: BatchId,
        stop: &CancellationToken,
    ) -> Result<CloudEnd, CloudRunError> {
        let (mut looked, mut settled) = (BTreeSet::new(), BTreeSet::new());
        let (mut last, mut moving, mut mailed) = (None, false, false);
        loop {
            let row = self.row(batch)?;
            let Some(found) = self
                .asked(batch, stop, || self.cloud.batch(&row.new.name))
                .await?
            else {
                return Ok(CloudEnd::LeftRunning);
            };
            let now = self.clock.now();
            let mut changed = false;
            match found {
                None if self.lately(row.made_at.or(row.start_asked_at), now) => {}
                None if row.made_at.is_none() => return Err(CloudRunError::NotMade),
                None => return Err(self.gone(&row)?),
                Some(found) => {
                    if row.made_at.is_none() && !self.is_ours(&row, &found).await? {
                        return Err(CloudRunError::NotMade);
                    }
                    moving |= !found.stage.is_at_rest();
                    // Just after a start the service may still tell what was before it.
                    let at_rest = found.stage.is_at_rest()
                        && found.stage != CloudStage::Created
                        && (moving || !self.lately(row.start_asked_at, now));
                    let Some(kept) = self.look(&row, &found, at_rest, stop).await? else {
                        return Ok(CloudEnd::LeftRunning);
                    };
                    changed = kept.changed;
                    moving |= kept.stirred;
                    if !self.details(batch, FEW, &mut looked).await?.left {
                        looked.clear();
                    }
                    if !self.settle(batch, FEW, &mut settled).await? {
                        settled.clear();
                    }
                    mailed = mailed || self.status_mail(batch).await?;
                    (self.news)(CloudNews::Seen(batch));
                    if found.stage == CloudStage::Corrupted {
                        return Err(CloudRunError::Corrupted(row.new.name));
                    }
                    if at_rest && kept.users_rest {
                        self.drain(batch, stop).await?;
                        (self.news)(CloudNews::Seen(batch));
                        return Ok(CloudEnd::AtRest);
                    }
                    if found.stage == CloudStage::Created {
                        let asked = row.start_asked_at.is_some();
                        if !asked && row.new.start_after.is_none() {
                            return Ok(CloudEnd::NotStarted);
                        }
                        let unheard = asked && !self.lately(row.start_asked_at, now);
                        if unheard && !self.ask_start(&row, stop).await? {
                            return Ok(CloudEnd::LeftRunning);
                        }
                    }
                }
            }
            let next = self.pace.after(last, changed);
            last = Some(next);
            if !pause(next, stop).await {
                return Ok(CloudEnd::LeftRunning);
            }
        }
    }

    /// Whether that was so short a time ago that the service need not show it yet.
    fn lately(&self, at: Option<Timestamp>, now: Timestamp) -> bool {
        let settle = SignedDuration::try_from(self.pace.settle).unwrap_or(SignedDuration::MAX);
        at.is_some_and(|at| now.duration_since(at) < settle)
    }

    /// Keeps the batch and its users as they are told; nothing when we were stopped.
    pub(super) async fn look(
        &self,
        row: &CloudBatchRow,
        found: &CloudBatch,
        at_rest: bool,
        stop: &CancellationToken,
    ) -> Result<Option<Kept>, CloudRunError> {
        // Before its start there is nothing to tell of them.
        let users = if found.stage == CloudStage::Created {
            Some(Vec::new())
        } else {
            self.asked(row.new.batch, stop, || self.cloud.users(&row.new.name))
                .await?
        };
        Ok(match users {
            Some(users) => Some(self.keep(row, found, &users, at_rest)?),
            None => None,
        })
    }

    /// Looks at every mailbox that is still due, once.
    async fn drain(&self, batch: BatchId, stop: &CancellationToken) -> Result<(), JournalError> {
        let mut tried = BTreeSet::new();
        loop {
            let looked = self.details(batch, FEW, &mut tried).await?;
            match looked.wait {
                Some(wait) if !pause(wait, stop).await => return Ok(()),
                None if !looked.left => break,
                _ => {}
            }
        }
        self.settle_all(batch, stop).await
    }

    /// Reads the forwarding of every synced mailbox of a batch and asks for access to it, where neither was done yet or
    /// was refused before. What fails is told in the log, and asked again the next time.
    ///
    /// # Errors
    /// The journal's.
    pub async fn settle_all(
        &self,
        batch: BatchId,
        stop: &CancellationToken,
    ) -> Result<(), JournalError> {
        let mut tried = BTreeSet::new();
        while !stop.is_cancelled() && self.settle(batch, FEW, &mut tried).await? {}
        Ok(())
    }

    /// Sends the status mail once every mailbox receives its mail in the tenant or has ended. Returns whether it was tried.
    async fn status_mail(&self, batch: BatchId) -> Result<bool, JournalError> {
        let users = self.journal.transaction(|tx| tx.users())?;
        let prepared = users.iter().filter(|user| user.batch == batch).all(|user| {
            user.status.forwards()
                || matches!(
                    user.status,
                    MigrationUserStatus::Failed { .. } | MigrationUserStatus::Stopped { .. }
                )
        });
        if prepared {
            self.post().status_mails(&|found| found == batch).await?;
        }
        Ok(prepared)
    }

    /// Asks until it is answered: trouble that passes is told and waited out, for as long as it lasts, because the
    /// migration goes on meanwhile. Nothing when we were stopped.
    pub(super) async fn asked<'a, T>(
        &'a self,
        batch: BatchId,
        stop: &CancellationToken,
        call: impl Fn() -> futures::future::BoxFuture<'a, Result<T, EndpointError>>,
    ) -> Result<Option<T>, EndpointError> {
        let mut last = None;
        loop {
            let answer = tokio::select! {
                answer = call() => answer,
                () = stop.cancelled() => return Ok(None),
            };
            let error = match answer {
                Ok(answer) => return Ok(Some(answer)),
                Err(error) if error.kind == EndpointErrorKind::Cancelled => return Ok(None),
                Err(error) if !error.is_transient() => return Err(error),
                Err(error) => error,
            };
            let wait = match error.kind {
                EndpointErrorKind::Throttled { wait } => wait,
                _ => {
                    let next = self.pace.after(last, false);
                    last = Some(next);
                    next
                }
            };
            (self.news)(CloudNews::Trouble(batch, error));
            if !pause(wait, stop).await {
                return Ok(None);
            }
        }
    }
}

/// Waits; false when we were stopped first.
pub(super) async fn pause(wait: Duration, stop: &CancellationToken) -> bool {
    tokio::select! {
        () = tokio::time::sleep(wait) => true,
        () = stop.cancelled() => false,
    }
}
