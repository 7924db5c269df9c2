//! `Get-MigrationBatch`: the batches of the tenant, and how far they are.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::migration_status::MigrationBatchStatus;
use super::{Cmdlet, Identity, decode};

const NAME: &str = "Get-MigrationBatch";

/// Every batch. How a batch is found whose making got no answer.
#[must_use]
pub fn all() -> Cmdlet {
    Cmdlet::new(NAME)
}

/// The one of this name; if there is none the cmdlet fails.
#[must_use]
pub fn by_identity(batch: &Identity) -> Cmdlet {
    Cmdlet::new(NAME).with("Identity", batch)
}

/// The one of this name, with the service's own account of it.
#[must_use]
pub fn with_report(batch: &Identity) -> Cmdlet {
    by_identity(batch).with("IncludeReport", true)
}

/// A batch. Not everything appears for every kind of migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationBatch {
    /// Its name.
    pub identity: String,
    /// How far it is.
    pub status: MigrationBatchStatus,
    /// `ExchangeOutlookAnywhere`, …
    pub migration_type: Option<String>,
    /// The endpoint that it uses.
    pub source_endpoint: Option<String>,
    /// How many users.
    pub counts: Counts,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it was started.
    pub started: Option<Timestamp>,
    /// When the first copy was done.
    pub initial_sync: Option<Timestamp>,
    /// When anything was copied last.
    pub last_synced: Option<Timestamp>,
    /// Who gets the status mails.
    pub notification_emails: Vec<String>,
    /// Where the list of errors can be fetched.
    pub error_report_url: Option<String>,
    /// Where the list of successes can be fetched.
    pub success_report_url: Option<String>,
    /// Rows of the list that the service dropped.
    pub row_errors: Vec<RowError>,
    /// The service's own account.
    pub report: Option<String>,
}

/// How many users of a batch are where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// All.
    pub total: Option<u64>,
    /// On their way.
    pub active: Option<u64>,
    /// Waiting.
    pub pending: Option<u64>,
    /// Whose mailbox is made.
    pub provisioned: Option<u64>,
    /// Copied.
    pub synced: Option<u64>,
    /// At their very end.
    pub finalized: Option<u64>,
    /// Failed.
    pub failed: Option<u64>,
    /// Stopped.
    pub stopped: Option<u64>,
}

impl Counts {
    pub(super) fn read(object: &Map<String, Value>) -> Self {
        let number = |name| decode::number(object, name);
        Self {
            total: number("TotalCount"),
            active: number("ActiveCount"),
            pending: number("PendingCount"),
            provisioned: number("ProvisionedCount"),
            synced: number("SyncedCount"),
            finalized: number("FinalizedCount").or_else(|| number("CompletedCount")),
            failed: number("FailedCount"),
            stopped: number("StoppedCount"),
        }
    }
}

/// A row that was dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// Which row, counted from one.
    pub row: Option<u64>,
    /// Whose.
    pub email_address: Option<String>,
    /// Why.
    pub message: String,
}

impl RowError {
    /// Reads an object, or a bare text.
    #[must_use]
    pub fn read(value: &Value) -> Option<Self> {
        match value {
            Value::String(message) => Some(Self {
                row: None,
                email_address: None,
                message: message.clone(),
            }),
            Value::Object(object) => Some(Self {
                row: decode::number(object, "RowIndex"),
                email_address: decode::text(object, "EmailAddress"),
                message: decode::text(object, "LocalizedErrorMessage")
                    .or_else(|| decode::text(object, "ErrorMessage"))
                    .or_else(|| decode::text(object, "Message"))?,
            }),
            _ => None,
        }
    }
}

impl MigrationBatch {
    /// Reads one object of the cmdlet's output; nothing if it has neither name nor status.
    #[must_use]
    pub fn read(object: &Map<String, Value>) -> Option<Self> {
        let text = |name| decode::text(object, name);
        let time = |name| decode::time(object, name);
        let utc = |name: &str, plain: &str| {
            decode::time(object, name).or_else(|| decode::time(object, plain))
        };
        Some(Self {
            identity: text("Identity")?,
            status: MigrationBatchStatus::named(&text("Status")?),
            migration_type: text("MigrationType"),
            source_endpoint: text("SourceEndpoint"),
            counts: Counts::read(object),
            created: utc("CreationDateTimeUTC", "CreationDateTime"),
            started: utc("StartDateTimeUTC", "StartDateTime"),
            initial_sync: time("InitialSyncDateTime"),
            last_synced: time("LastSyncedDateTime"),
            notification_emails: decode::texts(object, "NotificationEmails"),
            error_report_url: text("ErrorReportUrl"),
            success_report_url: text("SuccessReportUrl"),
            row_errors: ["MigrationErrors", "ValidationWarnings"]
                .iter()
                .flat_map(|name| decode::list(object, name))
                .filter_map(RowError::read)
                .collect(),
            report: text("Report"),
        })
    }
}
