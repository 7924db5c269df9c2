//! One look at a batch: the batch and its users, in two calls, kept in one transaction.

use std::collections::BTreeMap;

use stegvis_journal::{CloudBatchRow, CloudBatchSeen, CloudUserSeen, JournalError, Tx};
use stegvis_model::{
    CloudStage, FailureCode, MigrationEvent, MigrationUser, MigrationUserStatus, RetryClass,
    StoppedBy,
};

use super::CloudRun;
use super::failures::failure_of;
use super::map::events_of;
use crate::ports::{CloudBatch, CloudUser, RefusedRow};
use crate::runner::RunEvent;

/// What stands beside a mailbox that the service does not list though its batch is at rest.
const NOT_LISTED: &str = "the migration service does not list this mailbox";

/// What a look brought.
pub(super) struct Kept {
    /// Whether the service said anything new.
    pub(super) changed: bool,
    /// Whether the batch or a user of it is in another state than before, and not only further on.
    pub(super) stirred: bool,
    /// Whether every user it lists is at rest.
    pub(super) users_rest: bool,
}

impl CloudRun {
    /// Keeps what the service said and lets every mailbox follow it.
    pub(super) fn keep(
        &self,
        row: &CloudBatchRow,
        found: &CloudBatch,
        users: &[CloudUser],
        believed_at_rest: bool,
    ) -> Result<Kept, JournalError> {
        let now = self.clock.now();
        let told: BTreeMap<String, &CloudUser> = users
            .iter()
            .map(|user| (user.address.to_ascii_lowercase(), user))
            .collect();
        let batch = row.new.batch;
        let seen = CloudBatchSeen {
            stage: found.stage,
            status: found.status.clone(),
            created: found.created,
            started: found.started,
            last_synced: found.last_synced,
        };
        let mut moved = Vec::new();
        let mut kept = Kept {
            changed: row.seen.as_ref() != Some(&seen),
            stirred: row.seen.as_ref().is_some_and(|before| {
                (&before.status, before.started) != (&seen.status, seen.started)
            }),
            users_rest: true,
        };
        self.journal.transaction(|tx| {
            tx.cloud_batch_made(batch, now)?;
            tx.cloud_batch_seen(batch, &seen, now)?;
            if found.started.is_some() || !matches!(found.stage, CloudStage::Created) {
                tx.batch_started(batch, found.started.unwrap_or(now))?;
            }
            let known: BTreeMap<_, _> = tx
                .cloud_users(batch)?
                .into_iter()
                .map(|row| (row.user, row.seen))
                .collect();
            for user in tx.users()?.into_iter().filter(|user| user.batch == batch) {
                match told.get(&user.address.key()) {
                    Some(told) => {
                        let now_seen = seen_of(told);
                        // In a batch at rest a word that is not known is waited for by nobody.
                        kept.users_rest &= told.stage.is_at_rest()
                            || (believed_at_rest && told.stage == CloudStage::Unknown);
                        let before = known.get(&user.id);
                        if before != Some(&now_seen) {
                            kept.changed = true;
                            kept.stirred |= before.is_some_and(|before| {
                                (&before.status, &before.error)
                                    != (&now_seen.status, &now_seen.error)
                            });
                            tx.cloud_user_seen(user.id, &now_seen, now)?;
                        }
                        self.follow(tx, user, told, &mut moved)?;
                    }
                    None => self.unlisted(tx, user, found, believed_at_rest, &mut moved)?,
                }
            }
            Ok::<_, JournalError>(())
        })?;
        kept.changed |= !moved.is_empty();
        for user in moved {
            (self.events)(RunEvent::User(user));
        }
        Ok(kept)
    }

    fn follow(
        &self,
        tx: &Tx<'_>,
        user: MigrationUser,
        told: &CloudUser,
        moved: &mut Vec<MigrationUser>,
    ) -> Result<(), JournalError> {
        let words = told.error.as_deref().unwrap_or_default();
        let events = events_of(user.status, told.stage, &told.status, failure_of(words));
        let detail = match told.stage {
            CloudStage::Failed | CloudStage::Corrupted => words,
            _ => "",
        };
        if events.is_empty() {
            // Failed again, for the same cause in other words.
            let MigrationUserStatus::Failed { code } = user.status else {
                return Ok(());
            };
            let again = told.stage == CloudStage::Failed
                && detail != user.detail
                && code == failure_of(words)
                && code.retry() != RetryClass::Never;
            if !again {
                return Ok(());
            }
            let events = [MigrationEvent::Resumed, MigrationEvent::Failed(code)];
            return self.apply(tx, user, &events, detail, moved);
        }
        self.apply(tx, user, &events, detail, moved)
    }

    /// A mailbox of ours that the service does not list: its row was dropped; or the batch ended without it.
    fn unlisted(
        &self,
        tx: &Tx<'_>,
        user: MigrationUser,
        found: &CloudBatch,
        at_rest: bool,
        moved: &mut Vec<MigrationUser>,
    ) -> Result<(), JournalError> {
        let open = user.status == MigrationUserStatus::Queued || user.status.in_flight();
        let passes = matches!(
            user.status,
            MigrationUserStatus::IncrementalSyncing | MigrationUserStatus::Converting
        );
        if !open || passes {
            return Ok(());
        }
        if let Some(words) = refusal(&user, &found.refused) {
            let event = MigrationEvent::Failed(FailureCode::RowRefused);
            return self.apply(tx, user, &[event], words, moved);
        }
        if !at_rest {
            return Ok(());
        }
        let (event, detail) = match found.stage {
            CloudStage::Stopped => (MigrationEvent::Stopped(StoppedBy::Administrator), ""),
            CloudStage::Corrupted => (
                MigrationEvent::Failed(FailureCode::ServiceRecordLost),
                found.status.as_str(),
            ),
            _ => (MigrationEvent::Failed(FailureCode::RowRefused), NOT_LISTED),
        };
        self.apply(tx, user, &[event], detail, moved)
    }

    fn apply(
        &self,
        tx: &Tx<'_>,
        user: MigrationUser,
        events: &[MigrationEvent],
        detail: &str,
        moved: &mut Vec<MigrationUser>,
    ) -> Result<(), JournalError> {
        let mut user = user;
        for event in events {
            user = tx.apply_event(user.id, *event, detail, self.clock.now())?;
        }
        moved.push(user);
        Ok(())
    }
}

fn seen_of(user: &CloudUser) -> CloudUserSeen {
    CloudUserSeen {
        stage: user.stage,
        status: user.status.clone(),
        synced: user.synced,
        skipped: user.skipped,
        error: user.error.clone(),
    }
}

/// The words for a dropped row, where one is this mailbox's: by its address, or by the address in its words.
fn refusal<'a>(user: &MigrationUser, refused: &'a [RefusedRow]) -> Option<&'a str> {
    let key = user.address.key();
    refused
        .iter()
        .find(|row| match &row.address {
            Some(address) => address.trim().to_ascii_lowercase() == key,
            None => row
                .words
                .to_ascii_lowercase()
                .split(|c: char| c.is_whitespace() || "\"'<>(),;:".contains(c))
                .any(|word| word == key),
        })
        .map(|row| row.words.as_str())
}
