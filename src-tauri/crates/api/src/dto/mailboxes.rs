use serde::{Deserialize, Serialize};

/// The list of mailboxes to move.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct MailboxesView {
    /// Every mailbox of the directory.
    pub rows: Vec<MailboxRow>,
}

/// A mailbox, as people know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct MailboxName {
    /// Its address.
    pub address: String,
    /// The name people know it by.
    pub name: String,
}

/// Mailboxes of the old directory that no batch and no list has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct MailboxesLeft {
    /// Nobody chose them, and nobody said that they stay behind.
    pub unchosen: Vec<MailboxName>,
    /// Somebody said so.
    pub staying: Vec<MailboxName>,
}

/// A mailbox of the directory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct MailboxRow {
    /// Its primary SMTP address.
    pub address: String,
    /// The name people know it by.
    pub name: String,
    /// RecipientKind name: `UserMailbox`, `LinkedMailbox`, `SharedMailbox`, `RoomMailbox`, `EquipmentMailbox`.
    pub kind: String,
    /// Whether it is on the list.
    pub chosen: bool,
    /// Whether it is in the pilot.
    pub pilot: bool,
    /// The batch it is in already.
    pub batch: Option<String>,
    /// What the administrator should know of it.
    pub note: Option<MailboxNote>,
}

/// What the administrator should know of a mailbox before choosing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub enum MailboxNote {
    /// The tenant has no mail user for it: it cannot move yet.
    MailUserMissing,
    /// AdminSDHolder protects the account: forwarding may be refused.
    Protected,
    /// Hidden from address lists.
    Hidden,
    /// Its address domain is not verified in the tenant.
    DomainUnverified,
    /// It forwards already.
    Forwards,
}

/// What the administrator chose for a mailbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct MailboxChoice {
    /// The mailbox.
    pub address: String,
    /// On the list.
    pub chosen: bool,
    /// In the pilot.
    pub pilot: bool,
}
