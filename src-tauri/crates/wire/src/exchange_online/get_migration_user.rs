//! `Get-MigrationUser`: the users of a batch. An `Identity` that is not known is answered with *all* users, so that
//! whoever asks for one takes [`only`] that one.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::migration_status::MigrationUserStatus;
use super::{Cmdlet, Identity, decode};

const NAME: &str = "Get-MigrationUser";

/// One user, by address.
#[must_use]
pub fn by_identity(user: &Identity) -> Cmdlet {
    Cmdlet::new(NAME).with("Identity", user)
}

/// Every user of a batch: one call, a thousand on a page, which is how two thousand are watched.
#[must_use]
pub fn of_batch(batch: &Identity) -> Cmdlet {
    Cmdlet::new(NAME)
        .with("BatchId", batch)
        .with("ResultSize", "Unlimited")
}

/// The failed users of a batch.
#[must_use]
pub fn failed(batch: &Identity) -> Cmdlet {
    of_batch(batch).with("StatusSummary", "Failed")
}

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationUser {
    /// The address in the list.
    pub identity: String,
    /// The mailbox's address.
    pub mailbox_email_address: Option<String>,
    /// Which batch.
    pub batch_id: Option<String>,
    /// The service's id of it.
    pub guid: Option<String>,
    /// How far.
    pub status: MigrationUserStatus,
    /// `Active`, `Completed`, `Failed`, `Stopped`, `Synced`.
    pub status_summary: Option<String>,
    /// `Active`, `Waiting`, `Completed`, `Stopped`, `Failed`, `Corrupted`.
    pub state: Option<String>,
    /// `Discovery`, `Validation`, `Injection`, `Processing`.
    pub workflow_stage: Option<String>,
    /// Items copied.
    pub synced_item_count: Option<u64>,
    /// Items left out.
    pub skipped_item_count: Option<u64>,
    /// When anything was copied last.
    pub last_successful_sync: Option<Timestamp>,
    /// Why it failed, or what holds it up.
    pub error_summary: Option<String>,
    /// `Perfect`, `Good`, `Investigate`, `Poor`.
    pub data_consistency_score: Option<String>,
}

impl MigrationUser {
    /// Reads one object of the cmdlet's output; nothing if it has neither address nor status.
    #[must_use]
    pub fn read(object: &Map<String, Value>) -> Option<Self> {
        let text = |name| decode::text(object, name);
        Some(Self {
            identity: text("Identity")?,
            mailbox_email_address: text("MailboxEmailAddress"),
            batch_id: text("BatchId"),
            guid: text("Guid"),
            status: MigrationUserStatus::named(&text("Status")?),
            status_summary: text("StatusSummary"),
            state: text("State"),
            workflow_stage: text("WorkflowStage"),
            synced_item_count: decode::number(object, "SyncedItemCount"),
            skipped_item_count: decode::number(object, "SkippedItemCount"),
            last_successful_sync: decode::time(object, "LastSuccessfulSyncTime"),
            error_summary: text("ErrorSummary"),
            data_consistency_score: text("DataConsistencyScore"),
        })
    }
}

/// The one user asked for among those that came, if it came.
#[must_use]
pub fn only(user: &Identity, came: &[Map<String, Value>]) -> Option<MigrationUser> {
    came.iter()
        .filter_map(MigrationUser::read)
        .find(|found| user.is(&found.identity))
}
