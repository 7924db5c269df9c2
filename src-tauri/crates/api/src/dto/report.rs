use serde::{Deserialize, Serialize};

use super::MailboxName;

/// The report. If the counts differ, that is its first line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ReportView {
    /// The company.
    pub project: String,
    /// What moved from, e.g. `Exchange2007`.
    pub source: String,
    /// First start.
    pub from: Option<String>,
    /// Last progress.
    pub to: Option<String>,
    /// Whether every count reconciles.
    pub reconciled: bool,
    /// Addresses of the mailboxes whose counts do not.
    pub differing: Vec<String>,
    /// Batch by batch.
    pub batches: Vec<BatchLedger>,
    /// All of it.
    pub total: LedgerView,
    /// Mailbox by mailbox.
    pub users: Vec<UserLedger>,
    /// Skipped items by reason.
    pub skipped_reasons: Vec<SkippedReason>,
    /// Skipped items, one by one.
    pub skipped: Vec<SkippedItemView>,
    /// The independent read-back, once it ran.
    pub verification: Option<VerificationView>,
    /// Mail of our own.
    pub mails: Vec<MailSent>,
    /// Directory objects whose TargetAddress was written, by address.
    pub forwarded: Vec<String>,
    /// Mailboxes that are mail-enabled users now.
    pub converted: Vec<ConvertedMailbox>,
    /// Whether names, subjects and people's own folder names are hidden.
    pub redacted: bool,
    /// What came over when.
    pub throughput: ReportThroughput,
    /// How many mailboxes are in which state.
    pub states: Vec<MailboxesInState>,
    /// Items by kind.
    pub kinds: Vec<ItemsOfKind>,
    /// Who did what and when, oldest first.
    pub actions: Vec<ReportAction>,
    /// The domain's DNS, before and since.
    pub dns: Vec<DnsAccount>,
    /// Licences that were given, by product.
    pub licences: Vec<LicencesOfProduct>,
    /// Letters to people, by letter.
    pub letters: Vec<LettersOfKind>,
    /// Batches that the migration service ran.
    pub cloud_batches: Vec<CloudBatchAccount>,
    /// What is still to do.
    pub to_do: Vec<ReportTask>,
    /// Mailboxes that stay on the old server, because somebody said so.
    pub staying: Vec<MailboxName>,
    /// Files written.
    pub files: Vec<ReportFile>,
}

/// What came over when, for a chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ReportThroughput {
    /// How many seconds a point stands for; 0 when nothing came over.
    pub seconds_per_point: u32,
    /// The points, without gaps, oldest first.
    pub points: Vec<MovedPoint>,
}

/// What came over in a span of time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct MovedPoint {
    /// When it began.
    pub at: String,
    /// Items that this computer copied.
    pub items: u32,
    /// Items that the migration service told of.
    pub service_items: u32,
    /// Bytes of both.
    #[cfg_attr(feature = "bindings", specta(type = u32))]
    pub bytes: u64,
}

/// How many mailboxes are in a state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct MailboxesInState {
    /// MigrationUserStatus name.
    pub status: String,
    /// How many.
    pub mailboxes: u32,
}

/// The account of one kind of items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ItemsOfKind {
    /// `Mail`, or the rule that left them out: `Calendar`, `Contacts`, `Tasks`, `Notes`, `Outbox`, `PublicFolders` …
    pub kind: String,
    /// Its account.
    pub ledger: LedgerView,
}

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ReportAction {
    /// When.
    pub at: String,
    /// Who did it, or was at the computer; null in lines from before names were kept.
    pub who: Option<String>,
    /// What, as a code: `BatchCreated`, `BatchStarted`, `SkippedSigned`, `ConversionWritten`, `MxMoved` …
    pub what: String,
    /// Whose mailbox, where it is about one.
    pub mailbox: Option<String>,
    /// More about it: a batch's name, a domain, an address.
    pub detail: String,
}

/// What the project remembers of a domain's DNS.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct DnsAccount {
    /// The domain.
    pub domain: String,
    /// Its records from before anything was changed, as lines of a zone file.
    pub before: Vec<String>,
    /// Its records as they were seen last, as lines of a zone file.
    pub now: Vec<String>,
    /// When they were seen.
    pub seen_at: Option<String>,
    /// Since when every server that decides sends mail to the tenant alone.
    pub mx_moved_at: Option<String>,
    /// When a test mail last proved it.
    pub delivered_at: Option<String>,
}

/// Licences of one product that were given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct LicencesOfProduct {
    /// The product.
    pub product: String,
    /// How many people got it.
    pub people: u32,
}

/// How many of a letter went out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct LettersOfKind {
    /// `notice`, `reminder`, `ready` or `phone`.
    pub letter: String,
    /// Handed in.
    pub sent: u32,
    /// Refused, or its answer lost.
    pub not_sent: u32,
}

/// A batch that the migration service ran.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct CloudBatchAccount {
    /// Our batch.
    pub batch: String,
    /// Its name in the tenant.
    pub cloud_name: String,
    /// When it was made there.
    pub made_at: Option<String>,
    /// When it was removed there.
    pub removed_at: Option<String>,
}

/// Something that is still to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ReportTask {
    /// What.
    pub task: ReportTaskKind,
    /// How many it concerns.
    pub count: u32,
    /// Which: addresses, a domain, a batch, a day.
    pub about: Vec<String>,
}

/// What may still be to do when a project is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub enum ReportTaskKind {
    /// Mailboxes whose counts do not reconcile.
    Reconcile,
    /// Mailboxes that are not over.
    FinishMailboxes,
    /// Mailboxes of the old server that are in no batch, and of whom nobody said that they stay behind.
    DecideMailboxes,
    /// The read-back has not run, or does not agree.
    ReadBack,
    /// Skipped items that nobody signed for.
    SignSkipped,
    /// Mailboxes that are not converted.
    Convert,
    /// Folders that hold no mail were left out: their items are carried by hand.
    CarryExcluded,
    /// Nothing is known of the domain's DNS, or mail does not go to the tenant yet.
    MoveMx,
    /// No test mail has proved that mail comes directly.
    ProveDelivery,
    /// Rights and habits that do not move by themselves.
    Habits,
    /// The rights and habits of the old side were never read.
    ReadHabits,
    /// People without a licence, or of whom nobody knows that they have one, each with the day on which the mailbox is
    /// closed.
    Licences,
    /// Letters that were refused, or of which nobody knows.
    SendLetters,
    /// Batches that stand in the tenant.
    RemoveBatches,
    /// What this program was given was never taken back.
    CleanUp,
    /// Keep the old databases until then.
    KeepOldServer,
}

/// A mailbox that is a mail-enabled user now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ConvertedMailbox {
    /// Its address.
    pub address: String,
    /// The name people know it by.
    pub name: String,
    /// When it was converted.
    pub at: String,
    /// Whether it was proved.
    pub proved: bool,
    /// Who signed for what was skipped of it, if anything was.
    pub signed_by: Option<String>,
    /// Until when the old server keeps the mailbox, where it says.
    pub undo_until: Option<String>,
}

/// `source = copied + skipped + excluded`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct LedgerView {
    /// Items in the source.
    pub source: u32,
    /// Items the target acknowledged.
    pub copied: u32,
    /// Items that could not be copied.
    pub skipped: u32,
    /// Items a rule left out.
    pub excluded: u32,
    /// Bytes copied.
    #[cfg_attr(feature = "bindings", specta(type = u32))]
    pub bytes: u64,
    /// Whether it adds up.
    pub reconciles: bool,
}

/// A batch's account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct BatchLedger {
    /// The batch.
    pub batch: String,
    /// Its mailboxes.
    pub mailboxes: u32,
    /// Its account.
    pub ledger: LedgerView,
}

/// A mailbox's account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct UserLedger {
    /// The mailbox.
    pub address: String,
    /// The name people know it by.
    pub name: String,
    /// Its batch.
    pub batch: String,
    /// MigrationUserStatus name.
    pub status: String,
    /// FailureCode or StoppedBy name.
    pub cause: Option<String>,
    /// When it was first begun with.
    pub started_at: Option<String>,
    /// When everything had come over, the last time.
    pub synced_at: Option<String>,
    /// How often it was begun with again.
    pub retries: u32,
    /// Its account.
    pub ledger: LedgerView,
    /// Folder by folder.
    pub folders: Vec<FolderLedger>,
}

/// A folder's account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct FolderLedger {
    /// The folder in the source.
    pub source: String,
    /// The folder in the target; null when excluded.
    pub target: Option<String>,
    /// The rule that left it out; null when it is copied.
    pub excluded_by: Option<String>,
    /// Its account.
    pub ledger: LedgerView,
}

/// How many items were skipped for a reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct SkippedReason {
    /// SkipReason name.
    pub reason: String,
    /// How many.
    pub items: u32,
}

/// A skipped item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct SkippedItemView {
    /// The mailbox.
    pub address: String,
    /// The folder.
    pub folder: String,
    /// What it is about, where its head could be read.
    pub subject: Option<String>,
    /// When it arrived.
    pub date: String,
    /// Its size in bytes.
    #[cfg_attr(feature = "bindings", specta(type = u32))]
    pub size: u64,
    /// SkipReason name.
    pub reason: String,
    /// The server's own words.
    pub server_words: String,
    /// Who signed for what was skipped of its mailbox, and so for this.
    pub signed_by: Option<String>,
}

/// The independent read-back: source and target read again over fresh connections and compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct VerificationView {
    /// When it ended.
    pub at: String,
    /// Items compared, bytes, flags and date.
    pub compared: u32,
    /// Items in the source that are not in the target.
    pub missing: u32,
    /// Items in the target more often than in the source.
    pub extra: u32,
    /// Items that differ in flags or date.
    pub differing: u32,
    /// Whether it agrees.
    pub agrees: bool,
}

/// A mail of our own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct MailSent {
    /// Which.
    pub kind: MailSentKind,
    /// To whom.
    pub to: String,
    /// When.
    pub at: String,
}

/// Which mail of our own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub enum MailSentKind {
    /// After all mailboxes are provisioned and forwarding.
    Status,
    /// After the last initial sync.
    FinalReport,
}

/// A file of the report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ReportFile {
    /// `html`, `csv`, `json`, or one of the other tables: `skipped`, `actions`.
    pub format: String,
    /// Where it is.
    pub path: String,
}
