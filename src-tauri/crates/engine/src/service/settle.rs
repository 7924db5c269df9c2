//! What is asked of single mailboxes: a few at a time, and each when there is a reason.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::stream::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use stegvis_journal::{CloudLeftOutRow, CloudUserDetailSeen, CloudUserRow, JournalError};
use stegvis_model::{BatchId, CloudStage, MigrationUser, MigrationUserId, MigrationUserStatus};

use super::CloudRun;
use crate::ports::{EndpointError, EndpointErrorKind};

/// How many are looked at by themselves between two polls.
pub(super) const FEW: usize = 4;
/// How many calls go side by side once the service is at rest.
const AT_ONCE: usize = 4;
/// How long what one tells of a moving mailbox holds good.
const FRESH: SignedDuration = SignedDuration::from_mins(10);

/// What of a mailbox a look by itself belongs to.
fn look(row: &CloudUserRow) -> String {
    let seen = &row.seen;
    let skipped = seen.skipped.map_or_else(String::new, |n| n.to_string());
    format!("{}/{skipped}", seen.status)
}

/// Whether the service is asked for this one by itself, and how urgently: the smaller, the sooner.
fn urgency(row: &CloudUserRow, now: Timestamp) -> Option<u8> {
    let seen_so = row.detailed_of.as_deref() == Some(look(row).as_str());
    let stale = row
        .detailed_at
        .is_none_or(|at| now.duration_since(at) >= FRESH);
    match row.seen.stage {
        CloudStage::Failed | CloudStage::Corrupted => (!seen_so).then_some(0),
        CloudStage::Synced => (!seen_so && row.seen.skipped.is_some_and(|n| n > 0)).then_some(1),
        CloudStage::Copying | CloudStage::Provisioning if row.seen.error.is_some() => {
            stale.then_some(2)
        }
        CloudStage::Copying => stale.then_some(3),
        _ => None,
    }
}

/// How looks at single mailboxes went.
pub(super) struct Looked {
    /// Whether some are still due.
    pub(super) left: bool,
    /// How long the service asks to wait, if it does.
    pub(super) wait: Option<Duration>,
}

impl CloudRun {
    /// Looks at the few that most need it.
    pub(super) async fn details(
        &self,
        batch: BatchId,
        most: usize,
        tried: &mut BTreeSet<MigrationUserId>,
    ) -> Result<Looked, JournalError> {
        let now = self.clock.now();
        let (rows, users) = self.journal.transaction(|tx| {
            Ok::<_, JournalError>((tx.cloud_users(batch)?, users_of(tx.users()?, batch)))
        })?;
        let mut due: Vec<(u8, Option<Timestamp>, CloudUserRow)> = rows
            .into_iter()
            .filter(|row| !tried.contains(&row.user))
            .filter_map(|row| Some((urgency(&row, now)?, row.detailed_at, row)))
            .collect();
        due.sort_by_key(|(urgency, last, row)| (*urgency, *last, row.user));
        let mut looked = Looked {
            left: due.len() > most,
            wait: None,
        };
        let asked: Vec<(CloudUserRow, MigrationUser)> = due
            .into_iter()
            .take(most)
            .filter_map(|(_, _, row)| {
                let user = users.iter().find(|user| user.id == row.user)?.clone();
                Some((row, user))
            })
            .collect();
        tried.extend(asked.iter().map(|(row, _)| row.user));
        let mut looks = futures::stream::iter(asked)
            .map(|(row, user)| async move {
                let told = self.cloud.user(&user.address.to_string()).await;
                (row, told)
            })
            .buffer_unordered(AT_ONCE);
        while let Some((row, told)) = looks.next().await {
            let told = match told {
                Ok(told) => told,
                Err(error) => {
                    tracing::info!(user = %row.user, detail = error.detail, "a look at one mailbox failed");
                    if let EndpointErrorKind::Throttled { wait } = error.kind {
                        looked.wait = Some(wait);
                        tried.remove(&row.user);
                    }
                    continue;
                }
            };
            let detail = CloudUserDetailSeen {
                bytes: told.bytes,
                bytes_total: told.bytes_total,
                items_total: told.items_total,
                bytes_per_minute: told.bytes_per_minute,
                stalled_seconds: told.stalled.map(|stalled| stalled.as_secs()),
            };
            let left_out: Vec<CloudLeftOutRow> = told
                .left_out
                .into_iter()
                .map(|item| CloudLeftOutRow {
                    kind: item.kind,
                    subject: item.subject,
                    folder: item.folder,
                    sent: item.sent,
                    size: item.size,
                })
                .collect();
            self.journal.transaction(|tx| {
                tx.cloud_user_detailed(row.user, &detail, &look(&row), self.clock.now())?;
                tx.keep_cloud_left_out(row.user, &left_out)
            })?;
        }
        Ok(looked)
    }

    /// Reads back the forwarding of synced mailboxes and asks for access to them, so that they can be read again.
    /// Neither stops the migration when it fails. Returns whether any are left.
    pub(super) async fn settle(
        &self,
        batch: BatchId,
        most: usize,
        tried: &mut BTreeSet<MigrationUserId>,
    ) -> Result<bool, JournalError> {
        let due = self.journal.transaction(|tx| {
            let mut due = Vec::new();
            let asked: BTreeSet<MigrationUserId> = tx
                .cloud_users(batch)?
                .into_iter()
                .filter(|row| row.access_asked_at.is_some())
                .map(|row| row.user)
                .collect();
            for user in users_of(tx.users()?, batch) {
                if user.status != MigrationUserStatus::Synced || tried.contains(&user.id) {
                    continue;
                }
                let forwarded = tx.target_address(user.id)?.is_some();
                let granted = asked.contains(&user.id);
                if !forwarded || !granted {
                    due.push((user, forwarded, granted));
                }
            }
            Ok::<_, JournalError>(due)
        })?;
        let left = due.len() > most;
        let due: Vec<_> = due.into_iter().take(most).collect();
        tried.extend(due.iter().map(|(user, _, _)| user.id));
        let mut settling = futures::stream::iter(due)
            .map(|(user, forwarded, granted)| async move {
                let entry = if forwarded {
                    Ok(None)
                } else {
                    self.directory.find(&user.address).await
                };
                let access = if granted {
                    Err(None)
                } else {
                    self.tenant.grant_access(&user.address).await.map_err(Some)
                };
                (user, entry, access)
            })
            .buffer_unordered(AT_ONCE);
        let untold = |user: &MigrationUser, error: &EndpointError| {
            tracing::info!(address = %user.address, detail = error.detail, "a synced mailbox is not settled yet");
        };
        while let Some((user, entry, access)) = settling.next().await {
            let forwarding = match entry {
                Ok(entry) => entry.and_then(|entry| entry.target_address),
                Err(error) => {
                    untold(&user, &error);
                    None
                }
            };
            if let Err(Some(error)) = &access {
                untold(&user, error);
            }
            self.journal.transaction(|tx| {
                if let Some(forwarding) = forwarding {
                    tx.target_address_written(user.id, &forwarding)?;
                }
                if access.is_ok() {
                    tx.cloud_access_asked(user.id, self.clock.now())?;
                }
                Ok::<_, JournalError>(())
            })?;
        }
        Ok(left)
    }
}

fn users_of(users: Vec<MigrationUser>, batch: BatchId) -> Vec<MigrationUser> {
    users
        .into_iter()
        .filter(|user| user.batch == batch)
        .collect()
}
