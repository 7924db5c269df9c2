//! What may keep the tenant from making a mailbox, or this program from opening it: each is one list of the whole
//! tenant, so that two thousand mailboxes are judged in a few calls.

use stegvis_model::SmtpAddress;

/// A mailbox that was removed and still holds its addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedMailbox {
    /// What the cmdlets pick it by: its `ExchangeGuid`, written out.
    pub identity: String,
    /// The name people know it by.
    pub display_name: String,
    /// Every SMTP address it holds.
    pub addresses: Vec<SmtpAddress>,
    /// Its GUID, in the byte order of the directory.
    pub exchange_guid: Option<[u8; 16]>,
    /// When it was removed.
    pub deleted_at: Option<jiff::Timestamp>,
    /// Whether a hold keeps it, so that it does not go away by itself.
    pub inactive: bool,
}

/// An error that the tenant keeps with a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvisioningError {
    /// Every SMTP address of the user, and the name it signs in with where that is an address.
    pub addresses: Vec<SmtpAddress>,
    /// Who found it: `PropertyConflict` of directory synchronisation, or a service's instance (`exchange/…`).
    pub category: String,
    /// The property that is wrong, where it is one (`ProxyAddresses`).
    pub property: Option<String>,
    /// Its value, or the service's own words.
    pub detail: String,
    /// Since when.
    pub since: Option<jiff::Timestamp>,
}

/// Who may be opened by IMAP.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImapAccess {
    /// Every mailbox by its primary SMTP address, and whether it may.
    pub mailboxes: Vec<(SmtpAddress, bool)>,
    /// The plans that new mailboxes are made by.
    pub plans: Vec<ImapPlan>,
}

/// A plan that new mailboxes are made by, one for each kind of licence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImapPlan {
    /// What the cmdlets pick it by.
    pub identity: String,
    /// The name that people know.
    pub name: String,
    /// Whether its mailboxes may be opened by IMAP.
    pub enabled: bool,
}
