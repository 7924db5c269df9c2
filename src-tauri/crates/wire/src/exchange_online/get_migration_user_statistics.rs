//! `Get-MigrationUserStatistics`: one user in detail. Dear to the service: for failed and active users only, one
//! call each.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::get_migration_user::MigrationUser;
use super::{Cmdlet, Identity, decode};

/// The statistics, with so many skipped items.
#[must_use]
pub fn with_skipped_items(user: &Identity, most: u32) -> Cmdlet {
    Cmdlet::new("Get-MigrationUserStatistics")
        .with("Identity", user)
        .with("IncludeSkippedItems", true)
        .with("LimitSkippedItemsTo", most)
}

/// The statistics, with the service's own account.
#[must_use]
pub fn with_report(user: &Identity) -> Cmdlet {
    Cmdlet::new("Get-MigrationUserStatistics")
        .with("Identity", user)
        .with("IncludeReport", true)
}

/// A user in detail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationUserStatistics {
    /// What [`super::get_migration_user`] tells too.
    pub user: MigrationUser,
    /// Why it failed, with the exception's class in front.
    pub error: Option<String>,
    /// How long it waited.
    pub queued: Option<Duration>,
    /// How long it was copied.
    pub in_progress: Option<Duration>,
    /// How long ago it was done.
    pub synced: Option<Duration>,
    /// How long it was held up.
    pub stalled: Option<Duration>,
    /// How many bytes there are, as far as the service knows.
    pub estimated_size: Option<u64>,
    /// How many items.
    pub estimated_count: Option<u64>,
    /// How many bytes came over.
    pub bytes_transferred: Option<u64>,
    /// How many in the last minute.
    pub bytes_per_minute: Option<u64>,
    /// How much of the whole.
    pub percentage_complete: Option<u8>,
    /// What was left out.
    pub skipped_items: Vec<SkippedItem>,
    /// The service's own account.
    pub report: Option<String>,
    /// For Microsoft's support.
    pub diagnostic_info: Option<String>,
}

/// An item that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SkippedItem {
    /// Why: `LargeItem`, `BadItem`, …
    pub kind: Option<String>,
    /// Its subject.
    pub subject: Option<String>,
    /// Who sent it.
    pub sender: Option<String>,
    /// When it was sent.
    pub date_sent: Option<Timestamp>,
    /// Where it lies.
    pub folder: Option<String>,
    /// How large it is.
    pub size: Option<u64>,
    /// How grave the service thinks it is.
    pub scoring_classifications: Vec<String>,
    /// The item in words, where the service sends no more than that.
    pub raw: Option<String>,
}

impl SkippedItem {
    /// Reads an object, or a bare text.
    #[must_use]
    pub fn read(value: &Value) -> Option<Self> {
        match value {
            Value::String(raw) => Some(Self {
                raw: Some(raw.clone()),
                ..Self::default()
            }),
            Value::Object(object) => {
                let text = |name| decode::text(object, name);
                Some(Self {
                    kind: text("Kind"),
                    subject: text("Subject"),
                    sender: text("Sender"),
                    date_sent: decode::time(object, "DateSent")
                        .or_else(|| decode::time(object, "Date")),
                    folder: text("FolderName").or_else(|| text("Folder")),
                    size: decode::size(object, "MessageSize")
                        .or_else(|| decode::size(object, "Size")),
                    scoring_classifications: decode::texts(object, "ScoringClassifications"),
                    raw: None,
                })
            }
            _ => None,
        }
    }
}

impl MigrationUserStatistics {
    /// Reads one object of the cmdlet's output; nothing if it has neither address nor status.
    #[must_use]
    pub fn read(object: &Map<String, Value>) -> Option<Self> {
        let (text, span) = (
            |name| decode::text(object, name),
            |name| decode::span(object, name),
        );
        Some(Self {
            user: MigrationUser::read(object)?,
            error: text("Error"),
            queued: span("TotalQueuedDuration"),
            in_progress: span("TotalInProgressDuration"),
            synced: span("TotalSyncedDuration"),
            stalled: span("TotalStalledDuration"),
            estimated_size: decode::size(object, "EstimatedTotalTransferSize"),
            estimated_count: decode::number(object, "EstimatedTotalTransferCount"),
            bytes_transferred: decode::size(object, "BytesTransferred"),
            bytes_per_minute: decode::size(object, "CurrentBytesTransferredPerMinute"),
            percentage_complete: decode::percentage(object, "PercentageComplete"),
            skipped_items: decode::list(object, "SkippedItems")
                .iter()
                .filter_map(SkippedItem::read)
                .collect(),
            report: text("Report"),
            diagnostic_info: text("DiagnosticInfo"),
        })
    }
}
