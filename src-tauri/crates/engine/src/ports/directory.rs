//! The old directory (Active Directory).

use std::collections::BTreeMap;

use async_trait::async_trait;
use stegvis_model::{DomainName, ExchangeVersion, RecipientKind, SmtpAddress};

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
    /// `userPrincipalName`, as it stands.
    pub user_principal_name: Option<String>,
    /// `targetAddress` as it stands, with its prefix.
    pub target_address: Option<String>,
    /// `altRecipient`: the DN of whoever gets the mail besides, or instead.
    pub alternate_recipient: Option<String>,
    /// The server that holds the mailbox: the last `cn=` of `msExchHomeServerName`.
    pub server: Option<String>,
    /// The store that holds it: the first name of `homeMDB`.
    pub store: Option<String>,
    /// Whether it is hidden from address lists.
    pub hidden: bool,
    /// Whether the account is disabled (`userAccountControl`), as those of rooms and shared mailboxes are.
    pub disabled: bool,
    /// Whether AdminSDHolder protects it (`adminCount` 1), which denies most accounts the write.
    pub protected: bool,
}

/// What comes to the tenant by directory synchronisation and is not migrated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherRecipient {
    /// Its distinguished name.
    pub dn: String,
    /// The name people know it by.
    pub display_name: String,
    /// Its primary address, where it has one.
    pub address: Option<SmtpAddress>,
    /// What it is.
    pub kind: OtherRecipientKind,
}

/// What an [`OtherRecipient`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OtherRecipientKind {
    /// A distribution group or a mail-enabled security group.
    Group,
    /// A group whose members a filter names; directory synchronisation does not carry it.
    DynamicGroup,
    /// A contact outside the organisation.
    MailContact,
    /// A user whose mailbox is elsewhere.
    MailUser,
}

/// A server of the Exchange organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExchangeServer {
    /// Its name.
    pub name: String,
    /// `serialNumber` as it stands: `Version 8.3 (Build 30083.6)`.
    pub serial_number: String,
    /// The product, where the number tells one that a staged migration takes.
    pub version: Option<ExchangeVersion>,
    /// `msExchCurrentServerRoles`: 2 mailbox, 4 client access, 16 unified messaging, 32 hub transport. Exchange 2003 has none.
    pub roles: Option<u32>,
}

/// A domain that the old organisation accepts mail for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedDomain {
    /// Its name.
    pub name: DomainName,
    /// Whether an unknown address in it is refused rather than sent on: forwarding to it would loop.
    pub authoritative: bool,
}

/// The forest and its Exchange organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryOrganization {
    /// The DNS name of the domain whose controller answers.
    pub domain: String,
    /// The controller that answers (`dnsHostName`).
    pub domain_controller: String,
    /// `domainFunctionality`.
    pub domain_level: Option<u32>,
    /// `forestFunctionality`.
    pub forest_level: Option<u32>,
    /// `rangeUpper` of `ms-Exch-Schema-Version-Pt` (6870 = 2003, 10637 = 2007, 14625 = 2007 SP3); nothing without Exchange.
    pub schema_version: Option<u32>,
    /// The name of the Exchange organisation.
    pub exchange_organization: Option<String>,
    /// Its servers.
    pub servers: Vec<ExchangeServer>,
    /// What it accepts mail for.
    pub accepted_domains: Vec<AcceptedDomain>,
    /// Suffixes of user principal names: the forest's domains and `uPNSuffixes`.
    pub upn_suffixes: Vec<String>,
    /// For how many seconds a store keeps a disconnected mailbox, by the store's DN, where it says (`msExchMailboxRetentionPeriod`).
    pub mailbox_retention: BTreeMap<String, u64>,
}

/// An object as it stands: every attribute with its values, in bytes. What they mean, the syntax of each says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryEntry {
    /// Its distinguished name.
    pub dn: String,
    /// Values by the name of the attribute as the server writes it. The order of values means nothing.
    pub attributes: BTreeMap<String, Vec<Vec<u8>>>,
}

impl DirectoryEntry {
    /// The values of an attribute, whatever the casing of its name.
    #[must_use]
    pub fn values(&self, name: &str) -> &[Vec<u8>] {
        self.attributes
            .iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map_or(&[], |(_, values)| values)
    }

    /// The values of an attribute that are text.
    #[must_use]
    pub fn texts(&self, name: &str) -> Vec<&str> {
        self.values(name)
            .iter()
            .filter_map(|value| std::str::from_utf8(value).ok())
            .collect()
    }

    /// The first of them.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.texts(name).into_iter().next()
    }
}

/// A change of one attribute, told by values: what is deleted must stand there, or the whole modification is refused.
/// So a change made by someone else in the meantime is never written over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeChange {
    /// The attribute.
    pub name: String,
    /// Values that stand there and go.
    pub delete: Vec<Vec<u8>>,
    /// Values that come.
    pub add: Vec<Vec<u8>>,
}

impl AttributeChange {
    /// The change that takes this one back.
    #[must_use]
    pub fn inverse(&self) -> Self {
        Self {
            name: self.name.clone(),
            delete: self.add.clone(),
            add: self.delete.clone(),
        }
    }
}

/// The directory. Its only writes are those of the staged method, each planned, backed up, read back and undoable.
#[async_trait]
pub trait Directory: Send + Sync {
    /// Every mailbox-enabled user, room, equipment, shared and linked mailbox, system mailboxes left out.
    async fn mailboxes(&self) -> Result<Vec<DirectoryRecipient>, EndpointError>;

    /// The mailbox-enabled object with this address among its proxy addresses.
    async fn find(
        &self,
        address: &SmtpAddress,
    ) -> Result<Option<DirectoryRecipient>, EndpointError>;

    /// Groups, contacts and mail users.
    async fn others(&self) -> Result<Vec<OtherRecipient>, EndpointError>;

    /// The forest and its Exchange organisation.
    async fn organization(&self) -> Result<DirectoryOrganization, EndpointError>;

    /// The object, whole: every attribute that this account may read.
    async fn entry(&self, dn: &str) -> Result<DirectoryEntry, EndpointError>;

    /// The DNs of every object, in the whole forest where the controller is a global catalogue, that has this value
    /// among its `proxyAddresses`; the value with its prefix.
    async fn holders(&self, proxy_address: &str) -> Result<Vec<String>, EndpointError>;

    /// The whole entry as LDIF (RFC 2849), to be kept before anything is written.
    async fn export(&self, dn: &str) -> Result<String, EndpointError>;

    /// Changes one object in one step: all of it or nothing.
    async fn modify(&self, dn: &str, changes: &[AttributeChange]) -> Result<(), EndpointError>;

    /// Which of these attributes the account may not write on this object, as the controller computes it. Nothing is written.
    async fn unwritable(&self, dn: &str, attributes: &[&str])
    -> Result<Vec<String>, EndpointError>;

    /// Sets `targetAddress`, or removes it.
    async fn write_target_address(
        &self,
        dn: &str,
        value: Option<&str>,
    ) -> Result<(), EndpointError>;

    /// Whether the account may write `targetAddress` of this object, proved by writing the value that stands there.
    async fn may_write_target_address(&self, dn: &str) -> Result<(), EndpointError>;
}
