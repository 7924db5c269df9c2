//! What of this program is left in the tenant.

use async_trait::async_trait;
use stegvis_engine::ports::{EndpointError, EndpointErrorKind, Footprint};
use stegvis_model::SmtpAddress;
use stegvis_wire::exchange_online::get_mailbox_permission::MailboxPermission;
use stegvis_wire::exchange_online::{
    Identity, get_mailbox_permission, get_migration_endpoint, new_service_principal,
    remove_migration_endpoint,
};

use super::CloudTenant;
use crate::exchange_online::CmdletError;

pub(super) fn identity(text: &str) -> Result<Identity, EndpointError> {
    Identity::new(text)
        .map_err(|error| EndpointError::new(EndpointErrorKind::Refused, error.to_string()))
}

impl CloudTenant {
    /// The names under which Exchange Online may show this program.
    pub(super) async fn own_names(&self) -> Result<Vec<String>, EndpointError> {
        let app_id = self.settings.sign_in.client_id();
        let mut names = vec![app_id.to_owned()];
        let cmdlet = new_service_principal::get(app_id);
        match self.exchange.invoke(&cmdlet).await {
            Ok(objects) => {
                names.extend(objects.iter().find_map(new_service_principal::object_id));
            }
            // Not there, or not ours to ask: the token names it as well.
            Err(CmdletError::Failed(failed)) if failed.is_not_found() || failed.status == 403 => {
                names.push(self.enterprise_application(app_id).await?);
            }
            Err(error) => return Err(error.into()),
        }
        Ok(names)
    }
}

#[async_trait]
impl Footprint for CloudTenant {
    async fn may_open(&self, mailbox: &SmtpAddress) -> Result<bool, EndpointError> {
        let names = self.own_names().await?;
        let cmdlet = get_mailbox_permission::all(&identity(&mailbox.to_string())?);
        match self.exchange.invoke(&cmdlet).await {
            Ok(objects) => Ok(objects
                .iter()
                .filter_map(MailboxPermission::read)
                .any(|one| {
                    one.full_access
                        && !one.deny
                        && names.iter().any(|own| own.eq_ignore_ascii_case(&one.user))
                })),
            // Where there is no mailbox, nobody opens it.
            Err(CmdletError::Failed(failed)) if failed.is_not_found() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn is_known(&self) -> Result<bool, EndpointError> {
        let cmdlet = new_service_principal::get(self.settings.sign_in.client_id());
        match self.exchange.invoke(&cmdlet).await {
            Ok(objects) => Ok(!objects.is_empty()),
            Err(CmdletError::Failed(failed)) if failed.is_not_found() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn remove_endpoint(&self, name: &str) -> Result<(), EndpointError> {
        let name = identity(name)?;
        let there = self
            .exchange
            .invoke(&get_migration_endpoint::outlook_anywhere())
            .await?;
        let there = there
            .iter()
            .filter_map(get_migration_endpoint::MigrationEndpoint::read)
            .any(|endpoint| name.is(&endpoint.identity));
        if !there {
            return Ok(());
        }
        match self
            .exchange
            .invoke(&remove_migration_endpoint::remove(&name))
            .await
        {
            Ok(_) => Ok(()),
            Err(CmdletError::Failed(failed)) if failed.is_not_found() => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
