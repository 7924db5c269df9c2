//! A mail user becomes a mailbox that we can open.

use std::time::Duration;

use stegvis_model::{FailureCode, MigrationUser, SmtpAddress, TenantRecipientKind};
use tokio::time::Instant;

use super::user::ended;
use super::{Run, Staged, UserEnd};
use crate::licences::ASSIGNED;
use crate::ports::{
    EndpointError, EndpointErrorKind, MailboxRef, Side, TargetConnector, TenantRecipient,
};

/// Between two looks. The tenant takes seconds in practice and minutes in earnest.
const FIRST_LOOK: Duration = Duration::from_millis(200);
const LAST_LOOK: Duration = Duration::from_secs(15);

impl Run {
    /// Returns the address in the tenant's own domain, where forwarding must point.
    pub(super) async fn provision(
        &self,
        staged: &Staged,
        user: &MigrationUser,
        mailbox: &MailboxRef,
        recipient: TenantRecipient,
    ) -> Result<SmtpAddress, UserEnd> {
        let deadline = Instant::now() + staged.provisioning_patience;
        let mut look = FIRST_LOOK;
        let mut recipient = recipient;
        if recipient.kind == TenantRecipientKind::MailUser {
            if recipient.mailbox_guid_synced {
                return Err(UserEnd::Failed(
                    FailureCode::MailboxGuidSynced,
                    String::new(),
                ));
            }
            let given = staged
                .tenant
                .license(&user.address)
                .await
                .map_err(ended(Side::Target))?;
            if let Some(product) = given {
                let at = self.clock.now();
                self.journal
                    .transaction(|tx| tx.log(at, Some(user.id), ASSIGNED, &product))?;
            }
        }
        while recipient.kind != TenantRecipientKind::Mailbox {
            if Instant::now() >= deadline {
                return Err(UserEnd::Failed(
                    FailureCode::ProvisioningTimedOut,
                    String::new(),
                ));
            }
            tokio::time::sleep(look).await;
            look = (look * 2).min(LAST_LOOK);
            if let Some(now) = staged
                .tenant
                .recipient(&user.address)
                .await
                .map_err(ended(Side::Target))?
            {
                recipient = now;
            }
        }
        staged
            .tenant
            .grant_access(&user.address)
            .await
            .map_err(ended(Side::Target))?;
        until_it_opens(self.sync.target.as_ref(), mailbox, deadline)
            .await
            .map_err(ended(Side::Target))?;
        recipient.routing_address.ok_or_else(|| {
            UserEnd::Failed(
                FailureCode::ProvisioningRefused,
                "the mailbox has no address in the tenant's own domain".to_owned(),
            )
        })
    }
}

/// A permission settles in its own time: a refusal just after it was granted means "not yet".
pub(crate) async fn until_it_opens(
    target: &dyn TargetConnector,
    mailbox: &MailboxRef,
    deadline: Instant,
) -> Result<(), EndpointError> {
    let mut look = FIRST_LOOK;
    loop {
        match target.open(mailbox).await {
            Ok(mut opened) => {
                opened.close().await;
                return Ok(());
            }
            Err(error) => {
                let may_settle = error.is_transient()
                    || matches!(
                        error.kind,
                        EndpointErrorKind::SignInRefused | EndpointErrorKind::RightsMissing
                    );
                if !may_settle || Instant::now() >= deadline {
                    return Err(error);
                }
                tokio::time::sleep(look).await;
                look = (look * 2).min(LAST_LOOK);
            }
        }
    }
}
