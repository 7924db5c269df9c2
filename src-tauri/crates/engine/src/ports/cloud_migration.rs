//! Exchange Online's own migration service: it pulls the mailboxes; we make its batches and watch.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use stegvis_model::SmtpAddress;

pub use stegvis_model::CloudStage;

use super::EndpointError;

/// A way to the old server that the service knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudEndpoint {
    /// Its name.
    pub name: String,
    /// The public name of the RPC proxy.
    pub proxy: Option<String>,
    /// How many mailboxes it copies at once.
    pub at_once: Option<u32>,
}

/// How a test of the service's own way to the old server ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// Whether it reached it and may open the mailboxes.
    pub works: bool,
    /// Its own words, where it has any.
    pub words: Option<String>,
}

/// A batch to be made. It is not started by being made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCloudBatch {
    /// Its name in the tenant: at most 64 characters, and nobody else's.
    pub name: String,
    /// By which endpoint.
    pub endpoint: String,
    /// The service's CSV file: UTF-8 without a mark, at most 2,000 rows.
    pub list: Vec<u8>,
    /// Who gets the service's own status mails.
    pub notify: Vec<SmtpAddress>,
    /// When it starts by itself, if not when it is told to.
    pub start_after: Option<Timestamp>,
}

/// A batch as the service tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudBatch {
    /// Its name.
    pub name: String,
    /// How far it is.
    pub stage: CloudStage,
    /// In Microsoft's own word.
    pub status: String,
    /// Rows that the service dropped.
    pub refused: Vec<RefusedRow>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it was started.
    pub started: Option<Timestamp>,
    /// When anything was copied last.
    pub last_synced: Option<Timestamp>,
}

/// A row that the service dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedRow {
    /// Whose, where it says so.
    pub address: Option<String>,
    /// Its own words.
    pub words: String,
}

/// A user of a batch as the service tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudUser {
    /// The address in the list.
    pub address: String,
    /// How far it is.
    pub stage: CloudStage,
    /// In Microsoft's own word.
    pub status: String,
    /// Items copied.
    pub synced: Option<u64>,
    /// Items left out.
    pub skipped: Option<u64>,
    /// Why it failed, or what holds it up.
    pub error: Option<String>,
}

/// A user in detail. Dear to the service: for a few at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudUserDetail {
    /// What [`CloudMigration::users`] tells too.
    pub user: CloudUser,
    /// Bytes that came over.
    pub bytes: Option<u64>,
    /// Bytes there are, as far as the service knows.
    pub bytes_total: Option<u64>,
    /// Items there are.
    pub items_total: Option<u64>,
    /// How many bytes in the last minute.
    pub bytes_per_minute: Option<u64>,
    /// For how long it was held up in all.
    pub stalled: Option<Duration>,
    /// What was left out.
    pub left_out: Vec<LeftOut>,
}

/// An item that the service left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LeftOut {
    /// Why: `LargeItem`, `BadItem`, …
    pub kind: Option<String>,
    /// Its subject.
    pub subject: Option<String>,
    /// Where it lies.
    pub folder: Option<String>,
    /// When it was sent.
    pub sent: Option<Timestamp>,
    /// How large it is.
    pub size: Option<u64>,
}

/// The service. What it knows is asked, never remembered: after a restart the truth is there.
#[async_trait]
pub trait CloudMigration: Send + Sync {
    /// The endpoints over Outlook Anywhere; one that was made in the admin centre is among them.
    async fn endpoints(&self) -> Result<Vec<CloudEndpoint>, EndpointError>;

    /// Whether the service reaches the old server by this endpoint.
    async fn test(&self, endpoint: &str) -> Result<Reached, EndpointError>;

    /// Sets how many mailboxes the endpoint copies at once.
    async fn set_at_once(&self, endpoint: &str, at_once: u32) -> Result<(), EndpointError>;

    /// Makes the batch, or finds the one of this name: never a second one.
    async fn make(&self, new: &NewCloudBatch) -> Result<CloudBatch, EndpointError>;

    /// The batch of this name, if there is one.
    async fn batch(&self, name: &str) -> Result<Option<CloudBatch>, EndpointError>;

    /// Starts a batch, goes on with a stopped one, or tries its failed users again.
    async fn start(&self, name: &str) -> Result<(), EndpointError>;

    /// Stops it: what is copied stays.
    async fn stop(&self, name: &str) -> Result<(), EndpointError>;

    /// Removes a batch that is at rest. The mailboxes stay.
    async fn remove(&self, name: &str) -> Result<(), EndpointError>;

    /// Every user of a batch, a thousand in a call.
    async fn users(&self, name: &str) -> Result<Vec<CloudUser>, EndpointError>;

    /// One user in detail, with what was left out.
    async fn user(&self, address: &str) -> Result<CloudUserDetail, EndpointError>;
}
