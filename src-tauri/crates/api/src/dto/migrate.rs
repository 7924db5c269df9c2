use serde::{Deserialize, Serialize};

/// What *Start migration* will do: the same value the dry run prints and the runner carries out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct PlanView {
    /// The batch's name.
    pub batch: String,
    /// The mailboxes, by address.
    pub mailboxes: Vec<String>,
    /// Items to copy, where already known.
    pub items: Option<u32>,
    /// Bytes to copy, where already known.
    #[cfg_attr(feature = "bindings", specta(type = Option<u32>))]
    pub bytes: Option<u64>,
    /// The steps, in order.
    pub steps: Vec<PlanStep>,
    /// Mailboxes that stay as they are.
    pub untouched: u32,
    /// Where the status mail goes.
    pub notify: Option<String>,
    /// Whether anything can be started.
    pub startable: bool,
    /// `Direct` or `Service`.
    pub engine: String,
    /// What can be pasted instead (Show commands); empty for the direct engine.
    pub commands: Vec<super::CommandLine>,
}

/// A step of the plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct PlanStep {
    /// What it does.
    pub kind: PlanStepKind,
    /// To how many mailboxes or objects.
    pub count: u32,
    /// A value for the words: a file, an address, a limit.
    pub value: String,
}

/// What a step of the plan does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub enum PlanStepKind {
    /// The migration service is given a batch; `value` is its name in the tenant.
    MakeBatch,
    /// Directory objects are backed up to LDIF.
    BackUpDirectory,
    /// Mail users become mailboxes.
    Provision,
    /// TargetAddress is written.
    Forward,
    /// Mail is copied.
    Copy,
    /// The status mail is sent.
    StatusMail,
    /// The final report is sent.
    ReportMail,
    /// Source and target are read again and compared.
    Verify,
    /// What the migration service left out is named, and can be copied by this computer.
    Compare,
}

/// The run: users first, batches second.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct RunView {
    /// Whether something is moving.
    pub running: bool,
    /// Whether it was asked to stop and is finishing what is in flight.
    pub stopping: bool,
    /// The batches.
    pub batches: Vec<BatchView>,
    /// The mailboxes, in a stable order.
    pub users: Vec<MigrationUserView>,
    /// Throughput, oldest first, one point every few seconds.
    pub throughput: Vec<ThroughputPoint>,
    /// When an endpoint made everyone wait.
    pub throttled: Vec<ThrottledSpan>,
    /// When the run started.
    pub started_at: Option<String>,
    /// When something last moved.
    pub last_progress_at: Option<String>,
    /// The earliest expected end.
    pub expected_from: Option<String>,
    /// The latest expected end.
    pub expected_to: Option<String>,
    /// When the status mail was sent.
    pub status_mail_at: Option<String>,
    /// When the final report was sent.
    pub report_mail_at: Option<String>,
    /// `Direct` or `Service`.
    pub engine: String,
    /// What the service left out and this computer may copy; null until source and target were compared.
    pub gap: Option<GapView>,
    /// Why the service cannot be watched just now, in its own words; the migration goes on without us.
    pub watch_trouble: Option<String>,
    /// Mailboxes that take larger messages than before, though nothing is copied into them now: the next run puts it back.
    pub sizes_raised: Vec<String>,
}

/// What the migration service left in the source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct GapView {
    /// Items of the source that stand in the target.
    pub there: u32,
    /// Items that do not, and can be copied.
    pub missing: u32,
    /// In how many mailboxes.
    pub mailboxes: u32,
    /// What they weigh.
    #[cfg_attr(feature = "bindings", specta(type = u32))]
    pub bytes: u64,
}

/// A batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct BatchView {
    /// Its name.
    pub name: String,
    /// BatchStatus name.
    pub status: String,
    /// Mailboxes in it.
    pub users: u32,
    /// Its name in the tenant, where the migration service runs it.
    pub cloud_name: Option<String>,
    /// The service's own word for how far it is.
    pub cloud_status: Option<String>,
    /// When the service will stop or remove it by itself, if that is near.
    pub cleanup_at: Option<String>,
    /// Which of the two: `Stops` or `Removes`.
    pub cleanup_kind: Option<String>,
    /// When the service starts it by itself; null once it has, or where it does not.
    pub starts_at: Option<String>,
}

/// One mailbox's migration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct MigrationUserView {
    /// Its number in the journal.
    pub id: u32,
    /// Its address.
    pub address: String,
    /// The name people know it by.
    pub name: String,
    /// The batch's name.
    pub batch: String,
    /// MigrationUserStatus name: `Queued`, `Validating`, `Provisioning`, `Forwarding`, `Syncing`, `Synced`,
    /// `IncrementalSyncing`, `Converting`, `Completed`, `CompletedWithWarnings`, `Failed`, `Stopped`.
    pub status: String,
    /// FailureCode name when Failed, StoppedBy name when Stopped.
    pub cause: Option<String>,
    /// `Now`, `AfterFix`, `Never` when Failed.
    pub retry: Option<String>,
    /// The server's own words about the failure.
    pub server_words: Option<String>,
    /// Items accounted for.
    pub items_done: u32,
    /// Items in the source, once listed.
    pub items_total: u32,
    /// Of those done, skipped.
    pub items_skipped: u32,
    /// Bytes copied.
    #[cfg_attr(feature = "bindings", specta(type = u32))]
    pub bytes_done: u64,
    /// Bytes in the source, once listed.
    #[cfg_attr(feature = "bindings", specta(type = u32))]
    pub bytes_total: u64,
    /// Bytes a minute, lately; null when nothing moves.
    #[cfg_attr(feature = "bindings", specta(type = Option<u32>))]
    pub bytes_per_minute: Option<u64>,
    /// When something last moved.
    pub last_progress_at: Option<String>,
    /// When it should be done.
    pub expected_at: Option<String>,
    /// Until when an endpoint makes it wait.
    pub throttled_until: Option<String>,
    /// The migration service's own word for how far it is.
    pub cloud_status: Option<String>,
    /// Whether the service says that something holds it up.
    pub stalled: bool,
}

/// Throughput at a moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ThroughputPoint {
    /// When.
    pub at: String,
    /// Bytes a minute.
    #[cfg_attr(feature = "bindings", specta(type = u32))]
    pub bytes_per_minute: u64,
}

/// A stretch of waiting that an endpoint asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ThrottledSpan {
    /// From.
    pub from: String,
    /// To; null while it lasts.
    pub to: Option<String>,
}
