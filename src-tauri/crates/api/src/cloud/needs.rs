//! What each batch of the project needs of the service: to be made, started again, or watched.

use std::collections::BTreeSet;

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
use crate::migrate::{Task, next_try};
use crate::project::{Project, is_over};

/// What a batch needs of the service.
pub(super) enum Need {
    Make(CloudPlan),
    /// What failed too.
    Again,
    GoOn,
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
                    if failed && any(is_retried) {
                        needs.push((batch.id, Need::Again));
                    } else if any(is_open) || any(is_stopped) {
                        needs.push((batch.id, Need::GoOn));
                    }
                    if failed && any(is_refused) {
                        let name = next_try(&batch.name, &names);
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
                    if (row.is_some()
                        || (self.engine()? == Engine::Service && !begun_here(batch, &rows)))
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

    /// Refuses a time for what the service has already: it starts when it was told to, and no later telling is known to
    /// change that.
    pub(crate) fn may_set_time(&self) -> Result<(), Error> {
        let (batches, users, rows) =
            self.setting(|tx| Ok((tx.batches()?, tx.users()?, tx.cloud_batches()?)))?;
        match going_on(&batches, &users, &rows) {
            None => Ok(()),
            Some(batch) => Err(Error::invalid(
                format!(
                    "the service has the batch {} already: no other time can be set for it",
                    batch.name
                ),
                "Leave the time out. Or, where it has not begun yet, take the batch out of the service and start it with the new time.",
            )),
        }
    }

    /// The batches that are copied from here, also after the service was chosen for those to come.
    pub(crate) fn begun_here(&self) -> Result<BTreeSet<BatchId>, Error> {
        let (batches, rows) = self.setting(|tx| Ok((tx.batches()?, tx.cloud_batches()?)))?;
        let begun = batches.iter().filter(|batch| begun_here(batch, &rows));
        Ok(begun.map(|batch| batch.id).collect())
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

/// A batch that the service has already and that a start lets go on.
fn going_on<'a>(
    batches: &'a [MigrationBatch],
    users: &[MigrationUser],
    rows: &[CloudBatchRow],
) -> Option<&'a MigrationBatch> {
    let made = |batch: &&MigrationBatch| {
        let mut rows = rows.iter().filter(|row| row.new.batch == batch.id);
        rows.any(|row| row.made_at.is_some() && row.removed_at.is_none())
    };
    let goes_on = |batch: &&MigrationBatch| {
        let mut users = users.iter().filter(|user| user.batch == batch.id);
        users.any(|user| is_open(user.status) || is_stopped(user.status))
    };
    batches.iter().filter(made).find(goes_on)
}

/// Whether this computer began to copy the batch, and the service never had it.
fn begun_here(batch: &MigrationBatch, rows: &[CloudBatchRow]) -> bool {
    batch.started_at.is_some() && rows.iter().all(|row| row.new.batch != batch.id)
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

#[cfg(test)]
mod tests {
    use stegvis_journal::NewCloudBatchRow;
    use stegvis_model::{MigrationUserId, RecipientKind, StoppedBy};

    use super::super::run::at_work;
    use super::*;

    const AT: Timestamp = Timestamp::UNIX_EPOCH;

    fn batch(id: i64, started: bool) -> MigrationBatch {
        MigrationBatch {
            id: BatchId(id),
            name: format!("Batch {id}"),
            notify: None,
            started_at: started.then_some(AT),
            status_mail_at: None,
            report_mail_at: None,
        }
    }

    fn row(id: i64, made: bool, removed: bool) -> CloudBatchRow {
        CloudBatchRow {
            new: NewCloudBatchRow {
                batch: BatchId(id),
                name: format!("Batch {id} (Stegvis 0a1b)"),
                endpoint: "Old server".to_owned(),
                notify: Vec::new(),
                start_after: None,
            },
            intended_at: AT,
            made_at: made.then_some(AT),
            start_asked_at: None,
            seen: None,
            observed_at: None,
            removed_at: removed.then_some(AT),
        }
    }

    fn user(batch: i64, status: MigrationUserStatus) -> Option<MigrationUser> {
        Some(MigrationUser {
            id: MigrationUserId(batch),
            batch: BatchId(batch),
            address: "anna@nordvik.example".parse().ok()?,
            display_name: "Anna".to_owned(),
            kind: RecipientKind::UserMailbox,
            status,
            detail: String::new(),
        })
    }

    #[test]
    fn what_this_computer_began_stays_its_own_whatever_is_chosen_since() {
        assert!(begun_here(&batch(1, true), &[row(2, true, false)]));
        assert!(!begun_here(&batch(1, false), &[]));
        // What the service had is free for either when it was taken out.
        assert!(!begun_here(&batch(1, true), &[row(1, true, false)]));
        assert!(!begun_here(&batch(1, true), &[row(1, true, true)]));
    }

    #[test]
    fn a_time_is_refused_for_what_the_service_has_and_goes_on_with() {
        use MigrationUserStatus as S;
        let stopped = S::Stopped {
            by: StoppedBy::Administrator,
        };
        let named = |status, made, removed| {
            let users: Vec<_> = user(1, status).into_iter().collect();
            going_on(&[batch(1, true)], &users, &[row(1, made, removed)])
                .map(|batch| batch.name.clone())
        };
        let first = Some("Batch 1".to_owned());
        assert_eq!(named(S::Queued, true, false), first);
        assert_eq!(named(stopped, true, false), first);
        assert_eq!(named(S::Synced, true, false), None);
        assert_eq!(named(S::Queued, false, false), None);
        assert_eq!(named(S::Queued, true, true), None);
    }

    #[test]
    fn only_what_was_made_is_stopped_in_the_service() {
        use MigrationUserStatus as S;
        let users: Vec<_> = [
            user(1, S::Syncing),
            user(2, S::Queued),
            user(3, S::Synced),
            user(4, S::Syncing),
        ]
        .into_iter()
        .flatten()
        .collect();
        let rows = [
            row(1, true, false),
            row(2, false, false),
            row(3, true, false),
            row(4, true, true),
        ];
        let (stopped, decided) = at_work(&users, &rows);
        let ids = |rows: Vec<&CloudBatchRow>| -> Vec<i64> {
            rows.iter().map(|row| row.new.batch.0).collect()
        };
        assert_eq!((ids(stopped), ids(decided)), (vec![1], vec![2]));
    }
}
