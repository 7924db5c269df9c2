//! What the engine asks of the world. `stegvis-connect` implements these over real sockets.
//!
//! Every call may be made twice with one result. Nothing here knows a protocol: an item's key and a
//! folder's sync state are opaque strings, so that EWS and WebDAV sources only add implementations.

mod backups;
mod body;
mod cloud;
mod cloud_migration;
mod directory;
mod dns;
mod error;
mod fingerprint;
mod gate;
mod habits;
mod licences;
mod mail;
mod probe;
mod provisioning;
mod source;
mod target;
mod tenant;

pub use backups::{Backup, Backups};
pub use body::{Body, BodyStream, ByteBudget, Chunk, Held};
pub use cloud::CloudMailboxes;
pub use cloud_migration::{
    CloudBatch, CloudEndpoint, CloudMigration, CloudStage, CloudUser, CloudUserDetail, LeftOut,
    NewCloudBatch, Reached, RefusedRow,
};
pub use directory::{
    AcceptedDomain, AttributeChange, Directory, DirectoryEntry, DirectoryOrganization,
    DirectoryRecipient, ExchangeServer, OtherRecipient, OtherRecipientKind,
};
pub use dns::{Dns, DnsAnswer, DnsQuestion, NameServer, TenantDkim, TenantDns};
pub use error::{EndpointError, EndpointErrorKind, Side};
pub use fingerprint::{FINGERPRINT_FIELDS, fingerprint};
pub use gate::Gate;
pub use habits::{Footprint, Habit, Habits, MailboxHabits};
pub use licences::{
    Assignment, LicenceHolder, LicenceStock, Licences, Licensed, MailboxPlan, Product, Refusal,
    RefusalCause,
};
pub use mail::{Attachment, Mail, Mailer};
pub use probe::{Answer, Probe};
pub use provisioning::{DeletedMailbox, ImapAccess, ImapPlan, ProvisioningError};
pub use source::{
    Changes, ChangesRequest, FetchRequest, Fetched, FetchedBody, ItemMeta, SourceConnector,
    SourceFolder, SourceMailbox,
};
pub use target::{
    Ack, Candidate, CandidatesRequest, Outgoing, TargetConnector, TargetFolder, TargetMailbox,
    Written,
};
pub use tenant::{CloudMailbox, Organization, Tenant, TenantDomain, TenantRecipient};

use stegvis_model::SmtpAddress;

/// Whose mailbox to open, on either side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxRef {
    /// The primary SMTP address of the source mailbox: the row's identity.
    pub address: SmtpAddress,
    /// The name to sign in with, when the mailbox has its own; otherwise the endpoint's account opens it.
    pub sign_in: Option<String>,
}

/// The clock, so that logs and snapshots mean something.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> jiff::Timestamp;
}
