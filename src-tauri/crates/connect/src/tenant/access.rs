//! The right to open a mailbox by IMAP: the application known to Exchange Online once, then full access
//! mailbox by mailbox; and the same taken back when the migration is over.

use std::time::Duration;

use secrecy::ExposeSecret;
use stegvis_engine::ports::{EndpointError, EndpointErrorKind};
use stegvis_model::SmtpAddress;
use stegvis_wire::exchange_online::{
    Identity, add_mailbox_permission, new_service_principal, remove_mailbox_permission,
};
use stegvis_wire::oauth;
use tokio::time::{Instant, sleep};

use super::CloudTenant;
use crate::exchange_online::CmdletError;

/// What was just made is not at once everywhere; Microsoft's own tools ask again for five minutes.
const REPLICATION: Duration = Duration::from_secs(300);
const PAUSE: Duration = Duration::from_secs(5);

impl CloudTenant {
    pub(super) async fn add_full_access(&self, address: &SmtpAddress) -> Result<(), EndpointError> {
        let missing = |words: &str| {
            EndpointError::new(EndpointErrorKind::NotFound, format!("{address} {words}"))
        };
        match self.get_recipient(address).await? {
            None => return Err(missing("is not in the tenant")),
            Some(found) if !found.is_mailbox() => return Err(missing("has no mailbox yet")),
            Some(_) => {}
        }
        let principal = self
            .service_principal
            .get_or_try_init(|| self.find_or_make_service_principal())
            .await?;
        let cmdlet = add_mailbox_permission::full_access(&address.to_string(), principal);
        let give_up = Instant::now() + REPLICATION;
        loop {
            match self.exchange.invoke(&cmdlet).await {
                Ok(_) => return Ok(()),
                Err(CmdletError::Failed(failed)) if failed.is_already_there() => return Ok(()),
                Err(CmdletError::Failed(failed))
                    if failed.is_not_found() && Instant::now() < give_up =>
                {
                    sleep(PAUSE).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// What is not there any more needs no permission taken from it.
    pub(super) async fn remove_full_access(
        &self,
        address: &SmtpAddress,
    ) -> Result<(), EndpointError> {
        match self.get_recipient(address).await? {
            Some(found) if found.is_mailbox() => {}
            _ => return Ok(()),
        }
        let principal = match self.service_principal.get() {
            Some(principal) => principal.clone(),
            // Nobody is made known only to take a right from it.
            None => match self.find_service_principal().await? {
                Some(principal) => principal,
                None => {
                    let app_id = self.settings.sign_in.client_id();
                    self.enterprise_application(app_id).await?
                }
            },
        };
        let identity = |text: &str| {
            Identity::new(text)
                .map_err(|error| EndpointError::new(EndpointErrorKind::Protocol, error.to_string()))
        };
        let cmdlet = remove_mailbox_permission::full_access(
            &identity(&address.to_string())?,
            &identity(&principal)?,
        );
        match self.exchange.invoke(&cmdlet).await {
            Ok(_) => Ok(()),
            Err(CmdletError::Failed(failed)) if failed.is_not_found() => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn find_or_make_service_principal(&self) -> Result<String, EndpointError> {
        if let Some(id) = self.find_service_principal().await? {
            return Ok(id);
        }
        let app_id = self.settings.sign_in.client_id();
        let object_id = self.enterprise_application(app_id).await?;
        let cmdlet = new_service_principal::new(app_id, &object_id, "Stegvis");
        match self.exchange.invoke(&cmdlet).await {
            Ok(_) => Ok(object_id),
            Err(CmdletError::Failed(failed)) if failed.is_already_there() => Ok(object_id),
            Err(error) => Err(error.into()),
        }
    }

    /// Its object id, where Exchange Online knows the application and lets it ask.
    async fn find_service_principal(&self) -> Result<Option<String>, EndpointError> {
        let cmdlet = new_service_principal::get(self.settings.sign_in.client_id());
        match self.exchange.invoke(&cmdlet).await {
            Ok(objects) => Ok(objects.iter().find_map(new_service_principal::object_id)),
            // Not there, or not ours to ask.
            Err(CmdletError::Failed(failed)) if failed.is_not_found() || failed.status == 403 => {
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Graph knows the id, if it may be asked; otherwise our own token names it, if it is the application's and not a
    /// person's.
    pub(super) async fn enterprise_application(
        &self,
        app_id: &str,
    ) -> Result<String, EndpointError> {
        match self.graph.service_principal(app_id).await {
            Err(error)
                if !self.settings.sign_in.is_person()
                    && matches!(
                        error.kind,
                        EndpointErrorKind::RightsMissing | EndpointErrorKind::NotFound
                    ) =>
            {
                let token = self.tokens.token().await?;
                oauth::object_id(token.expose_secret()).ok_or(error)
            }
            answer => answer,
        }
    }
}
