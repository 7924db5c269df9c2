//! An endpoint of the migration service that is made from here: by Microsoft's module, or by a person in the admin centre
//! while this waits. The old server's password comes from the keychain and goes to the module's standard input alone.

use std::time::Duration;

use secrecy::SecretString;
use stegvis_connect::migration::{
    AdminCentre, DirectRest, EndpointRoute, ModuleSession, PowerShell, RouteState,
};
use stegvis_engine::ports::Tenant as _;
use stegvis_wire::exchange_online::Identity;
use stegvis_wire::exchange_online::new_migration_endpoint::NewMigrationEndpoint;
use stegvis_wire::exchange_online::outlook_anywhere::{
    Authentication, Locate, OutlookAnywhere, Permission,
};

use crate::absent::Absent;
use crate::cloud::module_program;
use crate::dto::{EndpointView, NewEndpointDto};
use crate::project::Project;
use crate::secrets::SecretName;
use crate::{App, Error, ErrorCode};

/// How long a person may take in the admin centre: for so long an endpoint is waited for.
pub const ENDPOINT_PATIENCE: Duration = Duration::from_secs(60 * 60);

impl App {
    /// Makes an endpoint of the migration service, or waits until a person has made it.
    pub async fn make_cloud_endpoint(
        &self,
        endpoint: NewEndpointDto,
    ) -> Result<EndpointView, Error> {
        let project = self.project().await?;
        project.make_cloud_endpoint(&endpoint, false).await
    }

    /// The same, also in the way that nobody has proved against Microsoft's service (`DirectRest`): for whoever says that
    /// they try it.
    pub async fn try_cloud_endpoint(
        &self,
        endpoint: NewEndpointDto,
    ) -> Result<EndpointView, Error> {
        let project = self.project().await?;
        project.make_cloud_endpoint(&endpoint, true).await
    }

    /// Waits no longer for an endpoint.
    pub async fn cancel_cloud_endpoint(&self) -> Result<EndpointView, Error> {
        let project = self.project().await?;
        project.waits.cancel_endpoint();
        project.endpoint_view().await
    }
}

impl Project {
    async fn make_cloud_endpoint(
        &self,
        new: &NewEndpointDto,
        unproved: bool,
    ) -> Result<EndpointView, Error> {
        if !(1..=100).contains(&new.max_concurrent_migrations) {
            return Err(Error::invalid(
                format!(
                    "{} mailboxes at the same time",
                    new.max_concurrent_migrations
                ),
                "Choose between 1 and 100; 20 is the usual number.",
            ));
        }
        let name = identity(&new.name, "the endpoint")?;
        let proxy = identity(&new.host, "the public name")?;
        let (places, ports) = self.standing();
        let source = places
            .source
            .as_ref()
            .ok_or_else(|| Error::from(Absent::source().error()))?;
        let own = new.exchange_server.as_deref().unwrap_or(&source.host);
        let server = identity(own, "the old server")?;
        let mailbox = match (&new.email_address, self.chosen_addresses()?.first()) {
            (Some(address), _) => Some(identity(address, "the mailbox")?),
            (None, Some(first)) => Some(identity(&first.to_string(), "the mailbox")?),
            (None, None) => None,
        };
        let migrations = ports
            .migrations
            .clone()
            .ok_or_else(|| Error::from(Absent::tenant().error()))?;
        let route: Box<dyn EndpointRoute> = match new.route.as_str() {
            "AdminCentre" => Box::new(AdminCentre {
                migrations,
                limit: ENDPOINT_PATIENCE,
            }),
            "PowerShell" => Box::new(PowerShell {
                program: module_program(),
                session: self.module_session().await?,
            }),
            "DirectRest" if unproved => Box::new(DirectRest {
                migrations,
                allowed: true,
            }),
            "DirectRest" => {
                return Err(Error::new(
                    ErrorCode::NotAvailableYet,
                    "nobody has proved how Exchange Online's admin interface takes the old server's password: the form \
                     is a guess",
                    "Choose PowerShell or AdminCentre, or try it with `stegvis endpoint make --route direct-rest --unproved`.",
                ));
            }
            other => {
                return Err(Error::invalid(
                    format!("{other} is no way to make an endpoint"),
                    "Choose PowerShell, AdminCentre or DirectRest.",
                ));
            }
        };
        // In the admin centre a person makes it, and types the password there.
        let makes = new.route != "AdminCentre";
        let password = self.source_password(makes).await?;
        let making = self.waits.begin_endpoint()?;
        let endpoint = NewMigrationEndpoint {
            name: &name,
            connection: OutlookAnywhere {
                permission: Some(Permission::FullAccess),
                ..OutlookAnywhere::at(Locate::Manual {
                    exchange_server: &server,
                    rpc_proxy_server: &proxy,
                    authentication: Authentication::default(),
                    email_address: mailbox.as_ref(),
                })
            },
            max_concurrent_migrations: Some(new.max_concurrent_migrations),
            max_concurrent_incremental_syncs: None,
            skip_verification: false,
        };
        let account = source.account.replace('/', "\\");
        let work = async {
            if let RouteState::Closed(why) = route.state().await {
                return Err(Error::invalid(
                    why,
                    "Choose another way: the Exchange admin centre is always there.",
                ));
            }
            route.make(&endpoint, &account, &password).await?;
            Ok(())
        };
        let made = tokio::select! {
            made = work => Some(made),
            () = making.stop.cancelled() => None,
        };
        drop(making);
        match made {
            // Whatever was under way may have come to its end all the same: that is seen by looking.
            None => self.read_service().await,
            Some(made) => {
                made?;
                // What this program made is this program's to remove in the end.
                if makes {
                    self.made_endpoint(&name.to_string())?;
                }
                self.read_service().await?;
                self.choose_cloud_endpoint(&name.to_string()).await
            }
        }
    }

    /// The admin centre asks the person itself.
    async fn source_password(&self, needed: bool) -> Result<SecretString, Error> {
        if !needed {
            return Ok(String::new().into());
        }
        let project = self.secrets_name();
        let found = self.secrets.find(&project, SecretName::Source).await;
        found.ok_or_else(|| {
            Absent::password("the old server", "Enter it again under Connect.")
                .error()
                .into()
        })
    }

    /// As whom the module signs in: as this project does.
    async fn module_session(&self) -> Result<ModuleSession, Error> {
        let (places, ports) = self.standing();
        let tenant = ports
            .cloud_tenant
            .as_ref()
            .map_err(|absent| Error::from(absent.error()))?;
        let token = tenant.mailbox_tokens().token().await?;
        let signed = places.tenant.as_ref();
        let person = matches!(&ports.tenant_sign_in, Ok(sign_in) if sign_in.is_person());
        if person && let Some(name) = signed.and_then(|signed| signed.name.clone()) {
            return Ok(ModuleSession::User { name, token });
        }
        let domains = tenant.domains().await?;
        let initial = domains.into_iter().find(|domain| domain.initial);
        let initial = initial.ok_or_else(|| {
            Error::new(
                ErrorCode::Endpoint,
                "the tenant names no initial domain",
                "Make the endpoint in the Exchange admin centre.",
            )
        })?;
        Ok(ModuleSession::Application {
            organization: initial.name.to_string(),
            token,
        })
    }
}

fn identity(text: &str, what: &str) -> Result<Identity, Error> {
    Identity::new(text)
        .map_err(|error| Error::invalid(format!("{what}: {error}"), "Give it a plain name."))
}
