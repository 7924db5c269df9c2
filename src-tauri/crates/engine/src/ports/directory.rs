//! The old directory (Active Directory).

use async_trait::async_trait;
use stegvis_model::{RecipientKind, SmtpAddress};

use super::EndpointError;

/// A mailbox-enabled object of the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryRecipient {
    /// Its distinguished name.
    pub dn: String,
    /// The name people know it by.
    pub display_name: String,
    /// The primary SMTP address (`mail`, or the `SMTP:` proxy address).
    pub address: SmtpAddress,
    /// Every SMTP proxy address, the primary included.
    pub proxy_addresses: Vec<SmtpAddress>,
    /// What kind of mailbox it is.
    pub kind: RecipientKind,
    /// `mailNickname`.
    pub alias: String,
    /// `targetAddress` as it stands, with its prefix.
    pub target_address: Option<String>,
    /// Whether it is hidden from address lists.
    pub hidden: bool,
    /// Whether AdminSDHolder protects it (`adminCount` 1), which denies most accounts the write.
    pub protected: bool,
}

/// The directory. The only writes are `targetAddress`, each planned, backed up, read back and undoable.
#[async_trait]
pub trait Directory: Send + Sync {
    /// Every mailbox-enabled user, room, equipment, shared and linked mailbox, system mailboxes left out.
    async fn mailboxes(&self) -> Result<Vec<DirectoryRecipient>, EndpointError>;

    /// The mailbox-enabled object with this address among its proxy addresses.
    async fn find(
        &self,
        address: &SmtpAddress,
    ) -> Result<Option<DirectoryRecipient>, EndpointError>;

    /// The whole entry as LDIF (RFC 2849), to be kept before anything is written.
    async fn export(&self, dn: &str) -> Result<String, EndpointError>;

    /// Sets `targetAddress`, or removes it.
    async fn write_target_address(
        &self,
        dn: &str,
        value: Option<&str>,
    ) -> Result<(), EndpointError>;

    /// Whether the account may write `targetAddress` of this object, proved by writing the value that stands there.
    async fn may_write_target_address(&self, dn: &str) -> Result<(), EndpointError>;
}
