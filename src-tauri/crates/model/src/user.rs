use crate::{BatchId, MigrationUserId, MigrationUserStatus, RecipientKind, SmtpAddress};

/// One mailbox's migration inside a batch (not a person, not a sign-in).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationUser {
    /// Its row in the journal.
    pub id: MigrationUserId,
    /// The batch it belongs to.
    pub batch: BatchId,
    /// The primary SMTP address of the source mailbox.
    pub address: SmtpAddress,
    /// The name people know it by; may be empty.
    pub display_name: String,
    /// What kind of mailbox it is.
    pub kind: RecipientKind,
    /// Where it is.
    pub status: MigrationUserStatus,
    /// The server's own words about a failure, or empty.
    pub detail: String,
}
