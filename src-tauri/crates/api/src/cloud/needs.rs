//! What each batch of the project needs of the service: to be made, started again, or watched.

use jiff::Timestamp;
use stegvis_engine::ports::Clock as _;
use stegvis_engine::runner::RunEvent;
use stegvis_engine::service::{CloudPlan, refused_anew};
use stegvis_journal::{CloudBatchRow, JournalError};
use stegvis_lists::{StagedRow, write_staged_csv};
use stegvis_model::{
    BatchId, Engine, FailureCode, MigrationBatch, MigrationEvent, MigrationUser,
    MigrationUserStatus, RetryClass,
};

use super::endpoint::no_endpoint;
use crate::Error;
use crate::migrate::{Task, numbered};
use crate::project::{Project, is_over};

/// What a batch needs of the service.
pub(super) enum Need {
    Make(CloudPlan),
    Again,
    Watch,
}

impl Project {
    /// The batches that need something for this task, and what.
    pub(super) fn cloud_needs(&self, task: Task) -> Result<Vec<(BatchId, Need)>, Error> {
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
                    if (row.is_some() || self.engine()? == Engine::Service)
                        && (any(is_open) || any(is_stopped) || (failed && any(is_failed))) =>
                {
                    self.queue_again(&mine, failed)?;
                    let plan = self.cloud_task(batch, batch.id, row, at)?;
                    needs.push((batch.id, Need::Make(plan)));
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
}

/// Whether the service has it, or is to have it.
pub(super) fn is_open(status: MigrationUserStatus) -> bool {
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
