//! Everything a directory holds that has to do with mail, read in one go, and what of it will bite.

use stegvis_engine::directory::{DirectoryFacts, DirectoryFinding, directory_findings};
use stegvis_engine::ports::{
    Directory, DirectoryOrganization, DirectoryRecipient, EndpointError, OtherRecipient,
    TenantDomain,
};

/// What was read.
pub(crate) struct DirectoryRead {
    pub(crate) mailboxes: Vec<DirectoryRecipient>,
    pub(crate) others: Vec<OtherRecipient>,
    pub(crate) organization: DirectoryOrganization,
}

impl DirectoryRead {
    pub(crate) async fn of(directory: &dyn Directory) -> Result<Self, EndpointError> {
        let (mailboxes, others, organization) = tokio::try_join!(
            directory.mailboxes(),
            directory.others(),
            directory.organization(),
        )?;
        Ok(Self {
            mailboxes,
            others,
            organization,
        })
    }

    /// Without the tenant's domains nothing is said about what it has verified.
    pub(crate) fn findings(
        &self,
        tenant_domains: Option<&[TenantDomain]>,
    ) -> Vec<DirectoryFinding> {
        directory_findings(&DirectoryFacts {
            mailboxes: &self.mailboxes,
            others: &self.others,
            organization: &self.organization,
            tenant_domains,
        })
    }
}
