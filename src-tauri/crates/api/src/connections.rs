//! A project's endpoints as ports, built from its settings and its secrets.

use std::sync::Arc;

use secrecy::SecretString;
use stegvis_connect::http::Application;
use stegvis_connect::imap::{ImapAuth, ImapEndpoint, ImapProber, ImapSource, ImapTarget};
use stegvis_connect::ldap::{ActiveDirectory, DirectorySettings, DirectorySignIn};
use stegvis_connect::migration::{MigrationApi, TenantMigration};
use stegvis_connect::smtp::{SmtpMailer, SmtpSettings};
use stegvis_connect::tenant::{CloudTenant, TenantSettings, TenantSignIn};
use stegvis_connect::tls::Trust;
use stegvis_engine::ports::{
    ByteBudget, CloudMigration, Directory, Gate, Mailer, Probe, SourceConnector, TargetConnector,
    Tenant,
};
use stegvis_model::{Security, SmtpAddress};
use url::Url;

use crate::practice::PracticeDetails;
use crate::secrets::{SecretName, Secrets};
use crate::{Error, ErrorCode};

/// Mail in memory at once, for all mailboxes together.
const BUDGET: u64 = 48 * 1024 * 1024;

/// Where everything is and as whom we go there; no secret among it.
#[derive(Clone)]
pub(crate) struct Places {
    pub(crate) details: PracticeDetails,
    pub(crate) trust: Trust,
}

/// A project's ports.
pub(crate) struct Connections {
    pub(crate) source: Arc<dyn SourceConnector>,
    pub(crate) source_endpoint: ImapEndpoint,
    pub(crate) source_probe: Arc<dyn Probe>,
    pub(crate) source_gate: Gate,
    pub(crate) target: Arc<dyn TargetConnector>,
    /// The target, read as any mailbox is: for the read-back.
    pub(crate) target_reader: Arc<dyn SourceConnector>,
    pub(crate) target_probe: Arc<dyn Probe>,
    pub(crate) target_gate: Gate,
    pub(crate) directory: Arc<dyn Directory>,
    pub(crate) tenant: Arc<dyn Tenant>,
    /// The tenant's migration service, and the ways to make it an endpoint.
    pub(crate) cloud: Arc<dyn CloudMigration>,
    pub(crate) migrations: MigrationApi,
    pub(crate) mailer: Arc<dyn Mailer>,
}

impl Places {
    pub(crate) fn practice(details: PracticeDetails) -> Self {
        let trust = Trust::SystemAnd(details.ca_pem.clone());
        Self { details, trust }
    }

    /// Puts the practice organisation's secrets where secrets go, so that everything after it finds
    /// them as it would find the administrator's own.
    pub(crate) async fn keep_secrets(&self, secrets: &Secrets, project: &str) {
        let details = &self.details;
        for (name, secret) in [
            (SecretName::Source, &details.source.password),
            (SecretName::Directory, &details.directory.password),
            (SecretName::Tenant, &details.tenant.client_secret),
            (SecretName::Mail, &details.smtp.password),
        ] {
            secrets
                .keep(project, name, &SecretString::from(secret.clone()))
                .await;
        }
    }

    /// Builds the ports. Nothing is sent yet.
    pub(crate) async fn connect(
        &self,
        secrets: &Secrets,
        project: &str,
    ) -> Result<Connections, Error> {
        let details = &self.details;
        let secret = async |name| {
            secrets.find(project, name).await.ok_or_else(|| {
                Error::new(
                    ErrorCode::Keychain,
                    "a password is not kept any more",
                    "Enter it again under Connect.",
                )
            })
        };
        let budget = ByteBudget::new(BUDGET);
        let (source_gate, target_gate) = (Gate::default(), Gate::default());
        let source_endpoint = ImapEndpoint {
            host: details.source.host.clone(),
            port: details.source.port,
            security: Security::ImplicitTls,
            trust: self.trust.clone(),
            auth: ImapAuth::Delegate {
                account: details.source.account.clone(),
                password: secret(SecretName::Source).await?,
            },
            allow_plaintext: false,
            gate: source_gate.clone(),
            budget: budget.clone(),
        };
        let tenant = Arc::new(CloudTenant::new(TenantSettings {
            tenant_id: details.tenant_id.clone(),
            sign_in: TenantSignIn::Secret(Application {
                token_url: address(&details.tenant.token_url)?,
                client_id: details.tenant.client_id.clone(),
                client_secret: secret(SecretName::Tenant).await?,
            }),
            graph: address(&details.tenant.graph)?,
            admin_api: address(&details.tenant.admin_api)?,
            trust: self.trust.clone(),
            usage_location: None,
        })?);
        let target_endpoint = ImapEndpoint {
            host: details.tenant.imap_host.clone(),
            port: details.tenant.imap_port,
            security: Security::ImplicitTls,
            trust: self.trust.clone(),
            auth: ImapAuth::OAuth(tenant.mailbox_tokens().clone()),
            allow_plaintext: false,
            gate: target_gate.clone(),
            budget,
        };
        let directory = ActiveDirectory::new(DirectorySettings {
            hosts: vec![details.directory.host.clone()],
            port: details.directory.port,
            security: Security::ImplicitTls,
            sign_in: DirectorySignIn::Password {
                account: details.directory.account.clone(),
                password: secret(SecretName::Directory).await?,
            },
            base_dn: Some(details.directory.base_dn.clone()),
            trust: self.trust.clone(),
        })?;
        let mailer = SmtpMailer::new(SmtpSettings {
            host: details.smtp.host.clone(),
            port: details.smtp.port,
            security: Security::StartTls,
            account: Some((
                details.smtp.account.clone(),
                secret(SecretName::Mail).await?,
            )),
            from: notify(details)?,
            trust: self.trust.clone(),
        });
        let migrations = tenant.migrations(crate::cloud::REPLICATION);
        Ok(Connections {
            source: Arc::new(ImapSource(source_endpoint.clone())),
            source_probe: Arc::new(ImapProber(source_endpoint.clone())),
            source_endpoint,
            source_gate,
            target: Arc::new(ImapTarget(target_endpoint.clone())),
            target_reader: Arc::new(ImapSource(target_endpoint.clone())),
            target_probe: Arc::new(ImapProber(target_endpoint)),
            target_gate,
            directory: Arc::new(directory),
            tenant,
            cloud: Arc::new(TenantMigration(migrations.clone())),
            migrations,
            mailer: Arc::new(mailer),
        })
    }
}

/// Who gets the status mail, and whom it is from.
pub(crate) fn notify(details: &PracticeDetails) -> Result<SmtpAddress, Error> {
    details
        .notify
        .parse()
        .map_err(|error| Error::invalid(format!("{}: {error}", details.notify), "Name an address."))
}

fn address(text: &str) -> Result<Url, Error> {
    Url::parse(text)
        .map_err(|error| Error::invalid(format!("{text}: {error}"), "Name an https:// address."))
}
