//! A mailbox's preconditions, read again when its turn comes: the preflight may be days old.

use stegvis_model::{FailureCode, MigrationUser, TenantRecipientKind};

use super::user::ended;
use super::{Run, Shared, Staged, UserEnd};
use crate::ports::{MailboxRef, Side, TenantRecipient};

impl Run {
    pub(super) async fn validate(
        &self,
        staged: &Staged,
        user: &MigrationUser,
        mailbox: &MailboxRef,
        shared: &Shared,
    ) -> Result<TenantRecipient, UserEnd> {
        let organization = shared
            .organization
            .get_or_try_init(|| staged.tenant.organization())
            .await
            .map_err(ended(Side::Target))?;
        if !organization.directory_sync {
            return Err(UserEnd::Failed(
                FailureCode::DirectorySyncOff,
                String::new(),
            ));
        }
        let found = staged
            .directory
            .find(&user.address)
            .await
            .map_err(ended(Side::Source))?;
        if found.is_none() {
            return Err(UserEnd::Failed(
                FailureCode::SourceMailboxMissing,
                String::new(),
            ));
        }
        let recipient = staged
            .tenant
            .recipient(&user.address)
            .await
            .map_err(ended(Side::Target))?;
        let Some(recipient) = recipient else {
            return Err(UserEnd::Failed(FailureCode::MailUserMissing, String::new()));
        };
        match recipient.kind {
            TenantRecipientKind::MailUser | TenantRecipientKind::Mailbox => {}
            TenantRecipientKind::Other => {
                return Err(UserEnd::Failed(
                    FailureCode::RecipientKindUnsupported,
                    String::new(),
                ));
            }
        }
        let mut source = self
            .sync
            .source
            .open(mailbox)
            .await
            .map_err(ended(Side::Source))?;
        source.close().await;
        Ok(recipient)
    }
}
