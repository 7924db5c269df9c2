//! A batch's name is decided and kept before the batch is made, so that it is never made twice.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use stegvis_journal::{CloudBatchRow, Journal, JournalError, NewCloudBatchRow, Tx};
use stegvis_model::{BatchId, FailureCode, MigrationEvent, MigrationUserStatus, SmtpAddress};

use tokio_util::sync::CancellationToken;

use super::{CloudPlan, CloudRun, CloudRunError, MOST_USERS};
use crate::ports::CloudBatch;

/// The service's limit for a batch's name.
const LONGEST: usize = 64;
/// How many names are tried before somebody is asked.
const NAMES: u32 = 20;
/// What our clock and the service's may differ by.
const SKEW: SignedDuration = SignedDuration::from_hours(24);
/// The same, where the time alone must tell whose a batch is: it would not let us sign in by a clock that is worse.
const FINE_SKEW: SignedDuration = SignedDuration::from_hours(1);
/// Where what tells this project from others is kept.
const PROJECT: &str = "cloudProject";

impl CloudRun {
    /// What was decided of this batch; decides it now where nothing was, and tells nothing when we were stopped. A name is ours from before the batch is made:
    /// one that exists before we chose it is somebody else's, and another is chosen.
    pub(super) async fn intended(
        &self,
        batch: BatchId,
        plan: &CloudPlan,
        stop: &CancellationToken,
    ) -> Result<Option<CloudBatchRow>, CloudRunError> {
        let (ours, users, row) = self.journal.transaction(|tx| {
            let ours = tx.batches()?.into_iter().find(|found| found.id == batch);
            let users = addresses(tx, batch)?;
            Ok::<_, JournalError>((ours, users, tx.cloud_batch(batch)?))
        })?;
        let ours = ours.ok_or(CloudRunError::NotMade)?;
        if users.len() > MOST_USERS {
            return Err(CloudRunError::TooMany(users.len()));
        }
        if let Some(row) = row.filter(|row| row.removed_at.is_none()) {
            if row.made_at.is_some() {
                return Ok(Some(row));
            }
            let call = || self.cloud.batch(&row.new.name);
            let Some(found) = self.asked(batch, stop, call).await? else {
                return Ok(None);
            };
            let ours = match &found {
                None => true,
                Some(found) => self.is_ours(&row, found).await?,
            };
            if ours {
                return self.intend(batch, plan, row.new.name);
            }
        }
        let project = mark(&self.journal, self.clock.now())?;
        let mut name = String::new();
        for attempt in 0..NAMES {
            name = cloud_name(&ours.name, &project, attempt);
            match self.asked(batch, stop, || self.cloud.batch(&name)).await? {
                None => return Ok(None),
                Some(None) => return self.intend(batch, plan, name),
                Some(Some(_)) => {}
            }
        }
        Err(CloudRunError::NamesTaken(name))
    }

    fn intend(
        &self,
        batch: BatchId,
        plan: &CloudPlan,
        name: String,
    ) -> Result<Option<CloudBatchRow>, CloudRunError> {
        let new = NewCloudBatchRow {
            batch,
            name,
            endpoint: plan.endpoint.clone(),
            notify: plan.notify.clone(),
            start_after: plan.start_after,
        };
        Ok(self.journal.durably(|tx| {
            tx.intend_cloud_batch(&new, self.clock.now())?;
            tx.cloud_batch(batch)
        })?)
    }

    /// Whether what stands in the tenant under our name is ours: made after we chose the name, and of our mailboxes.
    pub(super) async fn is_ours(
        &self,
        row: &CloudBatchRow,
        found: &CloudBatch,
    ) -> Result<bool, CloudRunError> {
        Ok(self.whose(row, found).await? == Whose::Ours)
    }

    /// Whose it is that stands in the tenant under our name. One that lists nobody yet, and that
    /// we have not seen before, is told by its time alone.
    pub(super) async fn whose(
        &self,
        row: &CloudBatchRow,
        found: &CloudBatch,
    ) -> Result<Whose, CloudRunError> {
        if older(row, found) {
            return Ok(Whose::Theirs);
        }
        let users = self.cloud.users(&row.new.name).await?;
        let ours = self
            .journal
            .transaction(|tx| addresses(tx, row.new.batch))?;
        let mine = users
            .iter()
            .filter(|user| ours.contains(&user.address.to_ascii_lowercase()))
            .count();
        Ok(if users.is_empty() {
            let since = row.intended_at.checked_sub(FINE_SKEW);
            let young = since.is_ok_and(|since| found.created.is_some_and(|at| at >= since));
            if young || row.made_at.is_some() {
                Whose::Ours
            } else {
                Whose::Theirs
            }
        } else if mine == users.len() {
            Whose::Ours
        } else if mine == 0 {
            Whose::Theirs
        } else {
            Whose::Both
        })
    }
}

/// Whose a batch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    Ours,
    Theirs,
    /// It has mailboxes of ours, and others.
    Both,
}

/// What a batch of this project is going to be called in the tenant, unless another is called so already.
///
/// # Errors
/// The journal's.
pub fn name_in_tenant(
    journal: &Journal,
    batch: &str,
    now: Timestamp,
) -> Result<String, JournalError> {
    Ok(cloud_name(batch, &mark(journal, now)?, 0))
}

/// What tells this project from another of the same tenant; kept, so that it stays when the file moves.
fn mark(journal: &Journal, now: Timestamp) -> Result<String, JournalError> {
    journal.transaction(|tx| {
        if let Some(kept) = tx.setting(PROJECT)? {
            return Ok(kept);
        }
        let mut hash = Sha256::new();
        hash.update(journal.path().as_os_str().as_encoded_bytes());
        hash.update(now.to_string());
        let made = hex(&hash.finalize());
        tx.set_setting(PROJECT, &made)?;
        Ok(made)
    })
}

/// Whether it was there before we chose its name.
pub(super) fn older(row: &CloudBatchRow, found: &CloudBatch) -> bool {
    found.created.is_some_and(|created| {
        created
            .checked_add(SKEW)
            .is_ok_and(|latest| latest < row.intended_at)
    })
}

/// The addresses of a batch, as they are compared.
fn addresses(tx: &Tx<'_>, batch: BatchId) -> Result<BTreeSet<String>, JournalError> {
    Ok(tx
        .users()?
        .iter()
        .filter(|user| user.batch == batch)
        .map(|user| user.address.key())
        .collect())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The name in the tenant: our batch's, cut to what fits, and whose it is.
fn cloud_name(batch: &str, project: &str, attempt: u32) -> String {
    let digits: String = if attempt == 0 {
        project.chars().take(4).collect()
    } else {
        let hash = Sha256::digest(format!("{project}/{attempt}"));
        hex(&hash).chars().take(4).collect()
    };
    let tail = format!(" (Stegvis {digits})");
    let room = LONGEST.saturating_sub(tail.chars().count());
    let head: String = batch.chars().take(room).collect();
    format!("{}{tail}", head.trim_end())
}

/// Puts the mailboxes whose rows the service dropped, or whose record it lost, into a batch of their own: starting the
/// old one again would not take them in. Nothing where there are none.
///
/// # Errors
/// The journal's.
pub fn refused_anew(
    journal: &Journal,
    batch: BatchId,
    name: &str,
    notify: Option<&SmtpAddress>,
    at: Timestamp,
) -> Result<Option<BatchId>, JournalError> {
    journal.transaction(|tx| {
        let refused: Vec<_> = tx
            .users()?
            .into_iter()
            .filter(|user| {
                user.batch == batch
                    && user.status
                        == MigrationUserStatus::Failed {
                            code: FailureCode::RowRefused,
                        }
            })
            .collect();
        if refused.is_empty() {
            return Ok(None);
        }
        let anew = tx.insert_batch(name, notify)?;
        for user in refused {
            tx.apply_event(user.id, MigrationEvent::Resumed, "", at)?;
            tx.move_user(user.id, anew)?;
        }
        Ok(Some(anew))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_fits_and_tells_whose_it_is() {
        assert_eq!(cloud_name("Pilot", "0a1bcc", 0), "Pilot (Stegvis 0a1b)");
        let long = cloud_name(&"Å".repeat(80), "0a1bcc", 0);
        assert_eq!(long.chars().count(), LONGEST);
        assert!(long.ends_with(" (Stegvis 0a1b)"));
        assert_ne!(
            cloud_name("Pilot", "0a1bcc", 1),
            cloud_name("Pilot", "0a1bcc", 2)
        );
    }
}
