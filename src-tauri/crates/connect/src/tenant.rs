//! The tenant as the engine asks for it: Graph for the organisation, its domains and licences; the Exchange
//! admin interface for what is a mailbox and who may open it.

mod access;
mod dns_records;
mod footprint;
mod habits;
mod licences;
mod license;
mod mailbox;
mod provisioning;
mod receive_size;
mod recipient;
mod sign_in;

use std::sync::Arc;

use async_trait::async_trait;
use stegvis_engine::ports::{
    CloudMailbox, DeletedMailbox, EndpointError, EndpointErrorKind, ImapAccess, Organization,
    ProvisioningError, Tenant, TenantDomain, TenantRecipient,
};
use stegvis_model::{DomainName, SmtpAddress};
use stegvis_wire::exchange_online::{self, get_mailbox, get_recipient};
use stegvis_wire::graph;
use tokio::sync::OnceCell;
use url::Url;

use crate::exchange_online::{CmdletError, ExchangeOnline};
use crate::graph::Graph;
use crate::graph_mail::GraphMailer;
use crate::http::{Authorized, HttpClient, TokenSource};
use crate::migration::{MigrationApi, Replication};
use crate::tls::Trust;

pub use sign_in::TenantSignIn;

/// Where a tenant is and as whom we go there.
#[derive(Debug, Clone)]
pub struct TenantSettings {
    /// The tenant's GUID.
    pub tenant_id: String,
    /// As whom.
    pub sign_in: TenantSignIn,
    /// Graph's base address.
    pub graph: Url,
    /// The Exchange admin interface's, up to and with the tenant's GUID.
    pub admin_api: Url,
    /// What the servers' certificates must show.
    pub trust: Trust,
    /// Two letters (ISO 3166): where users are who say nothing themselves. If none, the organisation's country.
    pub usage_location: Option<String>,
}

impl TenantSettings {
    /// A tenant of Microsoft's worldwide cloud.
    ///
    /// # Errors
    /// If the tenant's id cannot stand in an address.
    pub fn worldwide(tenant_id: &str, sign_in: TenantSignIn) -> Result<Self, url::ParseError> {
        Ok(Self {
            tenant_id: tenant_id.to_owned(),
            sign_in,
            graph: Url::parse("https://graph.microsoft.com/v1.0")?,
            admin_api: Url::parse(&format!(
                "https://outlook.office365.com/adminapi/beta/{tenant_id}"
            ))?,
            trust: Trust::System,
            usage_location: None,
        })
    }
}

/// A tenant of Microsoft 365.
#[derive(Debug)]
pub struct CloudTenant {
    settings: TenantSettings,
    graph: Graph,
    exchange: ExchangeOnline,
    tokens: Arc<TokenSource>,
    initial_domain: OnceCell<DomainName>,
    service_principal: OnceCell<String>,
}

impl CloudTenant {
    /// Nothing is sent yet.
    ///
    /// # Errors
    /// If the trust cannot be built or an address is not an HTTPS one.
    pub fn new(settings: TenantSettings) -> Result<Self, EndpointError> {
        let trust = &settings.trust;
        let [graph_tokens, exchange_tokens] = settings
            .sign_in
            .tokens(trust, [graph::SCOPE, exchange_online::SCOPE])?;
        let graph = Graph::new(
            settings.graph.clone(),
            Authorized::new(HttpClient::new(&settings.graph, trust)?, graph_tokens),
        );
        let http = HttpClient::new(&settings.admin_api, trust)?;
        let authorized = Authorized::new(http, exchange_tokens.clone());
        let (base, tenant_id) = (settings.admin_api.clone(), settings.tenant_id.clone());
        let exchange = if settings.sign_in.is_person() {
            ExchangeOnline::of_person(base, tenant_id, authorized)
        } else {
            ExchangeOnline::new(base, tenant_id, authorized)
        };
        Ok(Self {
            settings,
            graph,
            exchange,
            tokens: exchange_tokens,
            initial_domain: OnceCell::new(),
            service_principal: OnceCell::new(),
        })
    }

    /// Tokens for Exchange Online: its admin interface, and IMAP with XOAUTH2.
    #[must_use]
    pub const fn mailbox_tokens(&self) -> &Arc<TokenSource> {
        &self.tokens
    }

    /// The Exchange admin interface, by the same sign-in, connections and gate.
    #[must_use]
    pub const fn exchange(&self) -> &ExchangeOnline {
        &self.exchange
    }

    /// The tenant's migration service, by the same.
    #[must_use]
    pub fn migrations(&self, replication: Replication) -> MigrationApi {
        MigrationApi::new(self.exchange.clone(), replication)
    }

    /// Mail from this mailbox of the tenant, by the same sign-in.
    #[must_use]
    pub fn mailer(&self, from: SmtpAddress) -> GraphMailer {
        GraphMailer::new(self.graph.clone(), from)
    }

    /// The domain that routes to the cloud whatever the others do.
    async fn initial_domain(&self) -> Result<&DomainName, EndpointError> {
        self.initial_domain
            .get_or_try_init(|| async {
                self.domains()
                    .await?
                    .into_iter()
                    .find(|domain| domain.initial)
                    .map(|domain| domain.name)
                    .ok_or_else(|| {
                        EndpointError::new(
                            EndpointErrorKind::Protocol,
                            "the tenant names no initial domain",
                        )
                    })
            })
            .await
    }

    async fn get_recipient(
        &self,
        address: &SmtpAddress,
    ) -> Result<Option<get_recipient::Recipient>, EndpointError> {
        let cmdlet = get_recipient::by_address(&address.to_string());
        let objects = match self.exchange.invoke(&cmdlet).await {
            Ok(objects) => objects,
            Err(CmdletError::Failed(failed)) if failed.is_not_found() => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        // An identity matches names and aliases too; ours is an address and nothing else.
        Ok(objects
            .iter()
            .filter_map(get_recipient::Recipient::read)
            .find(|found| recipient::has_address(found, address)))
    }
}

#[async_trait]
impl Tenant for CloudTenant {
    async fn organization(&self) -> Result<Organization, EndpointError> {
        let (organization, skus) =
            tokio::try_join!(self.graph.organization(), self.graph.subscribed_skus())?;
        Ok(Organization {
            display_name: organization.display_name,
            directory_sync: organization.on_premises_sync_enabled == Some(true),
            last_directory_sync: organization.on_premises_last_sync,
            free_mailbox_licences: skus
                .iter()
                .filter(|sku| sku.mailbox().is_some())
                .map(graph::subscribed_skus::SubscribedSku::free_units)
                .fold(0, u32::saturating_add),
        })
    }

    async fn domains(&self) -> Result<Vec<TenantDomain>, EndpointError> {
        let domains = self.graph.domains().await?;
        Ok(domains
            .into_iter()
            .filter_map(|domain| {
                // A name that is no domain name cannot be anyone's mail domain.
                let name = domain.id.parse().ok()?;
                Some(TenantDomain {
                    name,
                    verified: domain.is_verified,
                    federated: domain.is_federated(),
                    initial: domain.is_initial,
                })
            })
            .collect())
    }

    async fn recipient(
        &self,
        address: &SmtpAddress,
    ) -> Result<Option<TenantRecipient>, EndpointError> {
        let Some(found) = self.get_recipient(address).await? else {
            return Ok(None);
        };
        let initial = self.initial_domain().await?;
        let text = address.to_string();
        let (user, skus) = tokio::try_join!(self.graph.user(&text), self.graph.subscribed_skus())?;
        let licensed = user.is_some_and(|user| graph::subscribed_skus::is_licensed(&user, &skus));
        recipient::read(&found, initial, licensed)
            .map(Some)
            .ok_or_else(|| {
                EndpointError::new(
                    EndpointErrorKind::Protocol,
                    format!("Exchange Online names no primary SMTP address of {address}"),
                )
            })
    }

    async fn recipients(&self) -> Result<Vec<TenantRecipient>, EndpointError> {
        let cmdlet = get_recipient::all();
        let (objects, users, skus, initial) = tokio::try_join!(
            async { Ok(self.exchange.invoke(&cmdlet).await?) },
            self.graph.users(),
            self.graph.subscribed_skus(),
            self.initial_domain(),
        )?;
        let licensed = recipient::Licensed::of(&users, &skus);
        Ok(objects
            .iter()
            .filter_map(get_recipient::Recipient::read)
            .filter_map(|found| recipient::read(&found, initial, licensed.has(&found)))
            .collect())
    }

    async fn mailbox(&self, address: &SmtpAddress) -> Result<Option<CloudMailbox>, EndpointError> {
        let cmdlet = get_mailbox::by_address(&address.to_string());
        let objects = match self.exchange.invoke(&cmdlet).await {
            Ok(objects) => objects,
            Err(CmdletError::Failed(failed)) if failed.is_not_found() => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let found = objects
            .iter()
            .filter_map(get_mailbox::Mailbox::read)
            .find(|found| mailbox::has_address(found, address));
        let Some(found) = found else {
            return Ok(None);
        };
        let initial = self.initial_domain().await?;
        mailbox::read(&found, initial).map(Some).ok_or_else(|| {
            EndpointError::new(
                EndpointErrorKind::Protocol,
                format!("the mailbox of {address} has no address in {initial}"),
            )
        })
    }

    async fn license(&self, address: &SmtpAddress) -> Result<Option<String>, EndpointError> {
        self.assign_license(address).await
    }

    async fn grant_access(&self, address: &SmtpAddress) -> Result<(), EndpointError> {
        self.add_full_access(address).await
    }

    async fn revoke_access(&self, address: &SmtpAddress) -> Result<(), EndpointError> {
        self.remove_full_access(address).await
    }

    async fn receive_size(&self, address: &SmtpAddress) -> Result<Option<u64>, EndpointError> {
        self.max_receive_size(address).await
    }

    async fn set_receive_size(
        &self,
        address: &SmtpAddress,
        bytes: u64,
    ) -> Result<(), EndpointError> {
        self.set_max_receive_size(address, bytes).await
    }

    async fn deleted_mailboxes(&self) -> Result<Vec<DeletedMailbox>, EndpointError> {
        self.all_deleted_mailboxes().await
    }

    async fn provisioning_errors(&self) -> Result<Vec<ProvisioningError>, EndpointError> {
        self.all_provisioning_errors().await
    }

    async fn imap_access(&self) -> Result<ImapAccess, EndpointError> {
        self.all_imap_access().await
    }
}
