//! The tenant: Microsoft 365 as the Graph and the Exchange admin interface show it.

use async_trait::async_trait;
use stegvis_model::{DomainName, SmtpAddress, TenantRecipientKind};

use super::{DeletedMailbox, EndpointError, ImapAccess, ProvisioningError};

/// The organisation's own facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Its name.
    pub display_name: String,
    /// Whether directory synchronisation is on.
    pub directory_sync: bool,
    /// When it last ran.
    pub last_directory_sync: Option<jiff::Timestamp>,
    /// Free licences of products that bring a mailbox.
    pub free_mailbox_licences: u32,
}

/// A domain of the tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantDomain {
    /// Its name.
    pub name: DomainName,
    /// Whether its ownership is proved.
    pub verified: bool,
    /// Whether sign-in is federated (single sign-on).
    pub federated: bool,
    /// Whether it is the tenant's first domain (`NAME.onmicrosoft.com`), which routes to the cloud.
    pub initial: bool,
}

/// What the tenant holds under an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantRecipient {
    /// What it is.
    pub kind: TenantRecipientKind,
    /// The primary SMTP address there.
    pub address: SmtpAddress,
    /// Its address in the tenant's initial domain: where forwarding must point.
    pub routing_address: Option<SmtpAddress>,
    /// Whether a synced msExchMailboxGuid keeps a licence from making a mailbox (facts `onprem.md` section 5.5).
    pub mailbox_guid_synced: bool,
    /// Its mailbox's `ExchangeGuid`, or the one that was synced, in the byte order of the directory.
    pub exchange_guid: Option<[u8; 16]>,
    /// Whether it has a licence that brings a mailbox.
    pub licensed: bool,
}

/// A mailbox of the tenant, as far as the old directory must know it once the old mailbox is converted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudMailbox {
    /// The primary SMTP address.
    pub address: SmtpAddress,
    /// Its address in the tenant's initial domain.
    pub routing_address: SmtpAddress,
    /// `LegacyExchangeDN` there: replies to mail sent from the cloud mailbox name it.
    pub legacy_exchange_dn: String,
    /// `ExchangeGuid`, in the byte order of the directory; `Guid` is another thing.
    pub exchange_guid: Option<[u8; 16]>,
}

/// The tenant.
#[async_trait]
pub trait Tenant: Send + Sync {
    /// The organisation.
    async fn organization(&self) -> Result<Organization, EndpointError>;

    /// Its domains.
    async fn domains(&self) -> Result<Vec<TenantDomain>, EndpointError>;

    /// What it holds under this address.
    async fn recipient(
        &self,
        address: &SmtpAddress,
    ) -> Result<Option<TenantRecipient>, EndpointError>;

    /// Everything it holds, for checks over many addresses in few calls.
    async fn recipients(&self) -> Result<Vec<TenantRecipient>, EndpointError>;

    /// The mailbox that has this address; nothing where it is a mail user still, or nothing at all.
    async fn mailbox(&self, address: &SmtpAddress) -> Result<Option<CloudMailbox>, EndpointError>;

    /// Gives the mail user a licence that brings a mailbox, where it has none, and says of which product. The mailbox
    /// follows in its own time: ask [`Self::recipient`] until it is there.
    async fn license(&self, address: &SmtpAddress) -> Result<Option<String>, EndpointError>;

    /// Lets this program open the mailbox, where it may not yet (Add-MailboxPermission).
    async fn grant_access(&self, address: &SmtpAddress) -> Result<(), EndpointError>;

    /// Takes back what [`Self::grant_access`] gave (Remove-MailboxPermission); nothing where the mailbox is gone.
    async fn revoke_access(&self, address: &SmtpAddress) -> Result<(), EndpointError>;

    /// How large a message the mailbox takes, in bytes: what is copied into it counts too. Nothing where there is no
    /// mailbox.
    async fn receive_size(&self, address: &SmtpAddress) -> Result<Option<u64>, EndpointError>;

    /// Sets it; of more than the tenant allows it makes the most that it does (Set-Mailbox).
    async fn set_receive_size(
        &self,
        address: &SmtpAddress,
        bytes: u64,
    ) -> Result<(), EndpointError>;

    /// Every mailbox that was removed and still holds its addresses, those on hold among them.
    async fn deleted_mailboxes(&self) -> Result<Vec<DeletedMailbox>, EndpointError>;

    /// Every error that the tenant keeps with a user, of directory synchronisation and of its services.
    async fn provisioning_errors(&self) -> Result<Vec<ProvisioningError>, EndpointError>;

    /// Which mailboxes may be opened by IMAP, and which will be once they are made.
    async fn imap_access(&self) -> Result<ImapAccess, EndpointError>;
}
