//! When a batch may be removed from the tenant.

use jiff::{SignedDuration, Timestamp};
use stegvis_journal::CloudBatchRow;
use stegvis_model::{CloudStage, MigrationUser, MigrationUserStatus};

/// How long after the change of MX mail may still be sent by the old one.
pub const MX_REST: SignedDuration = SignedDuration::from_hours(72);

/// What is known of where mail goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RemovalFacts {
    /// Since when MX leads to the tenant.
    pub mx_moved_at: Option<Timestamp>,
    /// Whether a test mail proved it.
    pub delivery_proved: bool,
}

/// What keeps a batch from being removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemovalGuard {
    /// The service is still at work on it.
    NotAtRest,
    /// So many of its mailboxes are neither synced nor completed.
    NotSynced(usize),
    /// MX does not lead to the tenant.
    MxNotMoved,
    /// It has done so only since yesterday or the day before: mail may come the old way until then.
    MxMovedLately(Timestamp),
    /// No test mail has proved that mail arrives.
    DeliveryUnproved,
}

/// What stands as the service's word for a batch that it no longer has.
pub(super) const GONE: &str = "Gone";

/// Whether the service, when it was last asked, no longer had the batch.
#[must_use]
pub fn is_gone(batch: &CloudBatchRow) -> bool {
    let seen = batch.seen.as_ref();
    seen.is_some_and(|seen| seen.stage == CloudStage::Unknown && seen.status == GONE)
}

/// Whether nothing of the batch is left that could be lost: the service has it no more, lost its record of it, or was
/// never asked to begin.
#[must_use]
pub fn is_idle(batch: &CloudBatchRow) -> bool {
    batch.seen.as_ref().is_some_and(|seen| match seen.stage {
        CloudStage::Corrupted => true,
        CloudStage::Created => batch.start_asked_at.is_none(),
        CloudStage::Unknown => is_gone(batch),
        _ => false,
    })
}

/// What keeps this batch from being removed; nothing where it may be. A batch that the service no longer has, whose
/// record it lost, or that it never began, moves nobody's mail: it may be taken out and made anew.
#[must_use]
pub fn may_remove(
    batch: &CloudBatchRow,
    users: &[MigrationUser],
    facts: &RemovalFacts,
    now: Timestamp,
) -> Vec<RemovalGuard> {
    let stage = batch.seen.as_ref().map(|seen| seen.stage);
    if is_idle(batch) {
        return Vec::new();
    }
    let mut guards = Vec::new();
    if !stage.is_some_and(CloudStage::is_at_rest) {
        guards.push(RemovalGuard::NotAtRest);
    }
    let left = users
        .iter()
        .filter(|user| user.batch == batch.new.batch)
        .filter(|user| {
            !matches!(
                user.status,
                MigrationUserStatus::Synced
                    | MigrationUserStatus::Completed
                    | MigrationUserStatus::CompletedWithWarnings
            )
        })
        .count();
    if left > 0 {
        guards.push(RemovalGuard::NotSynced(left));
    }
    match facts.mx_moved_at {
        None => guards.push(RemovalGuard::MxNotMoved),
        Some(moved) => {
            if now.duration_since(moved) < MX_REST {
                let until = moved.checked_add(MX_REST).unwrap_or(Timestamp::MAX);
                guards.push(RemovalGuard::MxMovedLately(until));
            }
        }
    }
    if !facts.delivery_proved {
        guards.push(RemovalGuard::DeliveryUnproved);
    }
    guards
}
