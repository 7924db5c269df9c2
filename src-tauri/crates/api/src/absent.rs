//! What stands in a project's ports where a part is not connected yet: every question gets one answer, which says what is
//! missing and where to mend it.

use async_trait::async_trait;
use stegvis_engine::ports::{
    Answer, AttributeChange, CloudBatch, CloudEndpoint, CloudMailbox, CloudMigration, CloudUser,
    CloudUserDetail, DeletedMailbox, Directory, DirectoryEntry, DirectoryOrganization,
    DirectoryRecipient, EndpointError, EndpointErrorKind, Habits, ImapAccess, Mail, MailboxHabits,
    MailboxRef, Mailer, NewCloudBatch, Organization, OtherRecipient, Probe, ProvisioningError,
    Reached, SourceConnector, SourceMailbox, TargetConnector, TargetMailbox, Tenant, TenantDomain,
    TenantRecipient,
};
use stegvis_model::SmtpAddress;

/// A part that is not connected, and why.
#[derive(Debug, Clone)]
pub(crate) struct Absent(EndpointError);

impl Absent {
    pub(crate) fn new(words: impl Into<String>, remedy: &'static str) -> Self {
        Self(EndpointError::new(
            EndpointErrorKind::NotConnected { remedy },
            words,
        ))
    }

    /// The old server, of which nobody has said where it is.
    pub(crate) fn source() -> Self {
        Self::new(
            "the old server is not connected yet",
            "Say under Connect where it is and as whom it is read.",
        )
    }

    /// The directory.
    pub(crate) fn directory() -> Self {
        Self::new(
            "the old directory is not connected yet",
            "Say under Prepare which domain controller to ask and as whom.",
        )
    }

    /// The tenant.
    pub(crate) fn tenant() -> Self {
        Self::new(
            "nobody is signed in to Microsoft 365 yet",
            "Sign in under Prepare.",
        )
    }

    /// Our own mail.
    pub(crate) fn mail() -> Self {
        Self::new(
            "there is no way for our own mail yet",
            "Say under Connect how status mails are sent.",
        )
    }

    /// A password that is in no keychain.
    pub(crate) fn password(whose: &str, remedy: &'static str) -> Self {
        Self::new(
            format!("the password of {whose} is not kept any more"),
            remedy,
        )
    }

    pub(crate) fn error(&self) -> EndpointError {
        self.0.clone()
    }

    fn refuse<T>(&self) -> Result<T, EndpointError> {
        Err(self.error())
    }
}

#[async_trait]
impl Habits for Absent {
    async fn habits(&self, _: &[SmtpAddress]) -> Result<Vec<MailboxHabits>, EndpointError> {
        self.refuse()
    }
}

#[async_trait]
impl SourceConnector for Absent {
    async fn open(&self, _: &MailboxRef) -> Result<Box<dyn SourceMailbox>, EndpointError> {
        self.refuse()
    }
}

#[async_trait]
impl TargetConnector for Absent {
    async fn open(&self, _: &MailboxRef) -> Result<Box<dyn TargetMailbox>, EndpointError> {
        self.refuse()
    }
}

#[async_trait]
impl Probe for Absent {
    fn endpoint(&self) -> String {
        String::new()
    }

    async fn probe(&self) -> Result<Answer, EndpointError> {
        self.refuse()
    }
}

#[async_trait]
impl Mailer for Absent {
    async fn send(&self, _: &Mail) -> Result<(), EndpointError> {
        self.refuse()
    }
}

#[async_trait]
impl Directory for Absent {
    async fn mailboxes(&self) -> Result<Vec<DirectoryRecipient>, EndpointError> {
        self.refuse()
    }

    async fn find(&self, _: &SmtpAddress) -> Result<Option<DirectoryRecipient>, EndpointError> {
        self.refuse()
    }

    async fn others(&self) -> Result<Vec<OtherRecipient>, EndpointError> {
        self.refuse()
    }

    async fn organization(&self) -> Result<DirectoryOrganization, EndpointError> {
        self.refuse()
    }

    async fn entry(&self, _: &str) -> Result<DirectoryEntry, EndpointError> {
        self.refuse()
    }

    async fn holders(&self, _: &str) -> Result<Vec<String>, EndpointError> {
        self.refuse()
    }

    async fn export(&self, _: &str) -> Result<String, EndpointError> {
        self.refuse()
    }

    async fn modify(&self, _: &str, _: &[AttributeChange]) -> Result<(), EndpointError> {
        self.refuse()
    }

    async fn unwritable(&self, _: &str, _: &[&str]) -> Result<Vec<String>, EndpointError> {
        self.refuse()
    }

    async fn write_target_address(&self, _: &str, _: Option<&str>) -> Result<(), EndpointError> {
        self.refuse()
    }

    async fn may_write_target_address(&self, _: &str) -> Result<(), EndpointError> {
        self.refuse()
    }
}

#[async_trait]
impl Tenant for Absent {
    async fn organization(&self) -> Result<Organization, EndpointError> {
        self.refuse()
    }

    async fn domains(&self) -> Result<Vec<TenantDomain>, EndpointError> {
        self.refuse()
    }

    async fn recipient(&self, _: &SmtpAddress) -> Result<Option<TenantRecipient>, EndpointError> {
        self.refuse()
    }

    async fn recipients(&self) -> Result<Vec<TenantRecipient>, EndpointError> {
        self.refuse()
    }

    async fn mailbox(&self, _: &SmtpAddress) -> Result<Option<CloudMailbox>, EndpointError> {
        self.refuse()
    }

    async fn license(&self, _: &SmtpAddress) -> Result<Option<String>, EndpointError> {
        self.refuse()
    }

    async fn grant_access(&self, _: &SmtpAddress) -> Result<(), EndpointError> {
        self.refuse()
    }

    async fn revoke_access(&self, _: &SmtpAddress) -> Result<(), EndpointError> {
        self.refuse()
    }

    async fn receive_size(&self, _: &SmtpAddress) -> Result<Option<u64>, EndpointError> {
        self.refuse()
    }

    async fn set_receive_size(&self, _: &SmtpAddress, _: u64) -> Result<(), EndpointError> {
        self.refuse()
    }

    async fn deleted_mailboxes(&self) -> Result<Vec<DeletedMailbox>, EndpointError> {
        self.refuse()
    }

    async fn provisioning_errors(&self) -> Result<Vec<ProvisioningError>, EndpointError> {
        self.refuse()
    }

    async fn imap_access(&self) -> Result<ImapAccess, EndpointError> {
        self.refuse()
    }
}

#[async_trait]
impl CloudMigration for Absent {
    async fn endpoints(&self) -> Result<Vec<CloudEndpoint>, EndpointError> {
        self.refuse()
    }

    async fn test(&self, _: &str) -> Result<Reached, EndpointError> {
        self.refuse()
    }

    async fn set_at_once(&self, _: &str, _: u32) -> Result<(), EndpointError> {
        self.refuse()
    }

    async fn make(&self, _: &NewCloudBatch) -> Result<CloudBatch, EndpointError> {
        self.refuse()
    }

    async fn batch(&self, _: &str) -> Result<Option<CloudBatch>, EndpointError> {
        self.refuse()
    }

    async fn start(&self, _: &str) -> Result<(), EndpointError> {
        self.refuse()
    }

    async fn stop(&self, _: &str) -> Result<(), EndpointError> {
        self.refuse()
    }

    async fn remove(&self, _: &str) -> Result<(), EndpointError> {
        self.refuse()
    }

    async fn users(&self, _: &str) -> Result<Vec<CloudUser>, EndpointError> {
        self.refuse()
    }

    async fn user(&self, _: &str) -> Result<CloudUserDetail, EndpointError> {
        self.refuse()
    }
}
