use serde::{Deserialize, Serialize};

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
    /// Files written.
    pub files: Vec<ReportFile>,
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
    /// MigrationUserStatus name.
    pub status: String,
    /// FailureCode or StoppedBy name.
    pub cause: Option<String>,
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
    /// When it arrived.
    pub date: String,
    /// Its size in bytes.
    #[cfg_attr(feature = "bindings", specta(type = u32))]
    pub size: u64,
    /// SkipReason name.
    pub reason: String,
    /// The server's own words.
    pub server_words: String,
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
    /// `html`, `csv` or `json`.
    pub format: String,
    /// Where it is.
    pub path: String,
}
