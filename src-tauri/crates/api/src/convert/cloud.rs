//! The cloud mailboxes, as the tenant and its mailboxes themselves tell of them.

use std::sync::Arc;

use async_trait::async_trait;
use stegvis_engine::ports::{
    CloudMailbox, CloudMailboxes, EndpointError, MailboxRef, SourceConnector, Tenant,
};
use stegvis_model::SmtpAddress;

/// Asks the tenant, and opens mailboxes as any reader does.
pub(super) struct TenantMailboxes {
    pub(super) tenant: Arc<dyn Tenant>,
    pub(super) reader: Arc<dyn SourceConnector>,
}

#[async_trait]
impl CloudMailboxes for TenantMailboxes {
    async fn mailbox(&self, address: &SmtpAddress) -> Result<Option<CloudMailbox>, EndpointError> {
        self.tenant.mailbox(address).await
    }

    async fn opens(&self, address: &SmtpAddress) -> Option<Result<(), EndpointError>> {
        let mailbox = MailboxRef {
            address: address.clone(),
            sign_in: None,
        };
        let folders = async {
            let mut open = self.reader.open(&mailbox).await?;
            let folders = open.folders().await;
            open.close().await;
            folders.map(drop)
        };
        Some(folders.await)
    }

    async fn licensed(&self, address: &SmtpAddress) -> Option<bool> {
        let recipient = self.tenant.recipient(address).await.ok()?;
        recipient.map(|recipient| recipient.licensed)
    }
}
