//! A project's endpoints as ports, built from its places and its secrets. What is not connected yet answers that it is not.

use std::sync::Arc;

use stegvis_connect::http::Application;
use stegvis_connect::imap::{ImapAuth, ImapEndpoint, ImapProber, ImapSource, ImapTarget};
use stegvis_connect::ldap::{ActiveDirectory, DirectoryHabits, DirectorySettings, DirectorySignIn};
use stegvis_connect::migration::{MigrationApi, TenantMigration};
use stegvis_connect::smtp::{SmtpMailer, SmtpSettings};
use stegvis_connect::tenant::{CloudTenant, TenantSettings, TenantSignIn};
use stegvis_engine::ports::{
    ByteBudget, CloudMigration, Directory, Gate, Habits, Mailer, Probe, SourceConnector,
    TargetConnector, Tenant,
};
use stegvis_model::Security;

use crate::Error;
use crate::absent::Absent;
use crate::dto::MailDto;
use crate::places::{Places, security, smtp_address, trust};
use crate::secrets::{SecretName, Secrets};
use crate::sign_in::kept::{Remembered, Signed, Way};
use crate::sign_in::sign_in_of;

/// Mail in memory at once, for all mailboxes together.
const BUDGET: u64 = 48 * 1024 * 1024;

/// A project's ports.
pub(crate) struct Connections {
    pub(crate) source: Arc<dyn SourceConnector>,
    /// Nothing while the old server is not connected.
    pub(crate) source_endpoint: Option<ImapEndpoint>,
    pub(crate) source_probe: Arc<dyn Probe>,
    pub(crate) source_gate: Gate,
    pub(crate) target: Arc<dyn TargetConnector>,
    /// The target, read as any mailbox is: for the read-back.
    pub(crate) target_reader: Arc<dyn SourceConnector>,
    pub(crate) target_probe: Arc<dyn Probe>,
    pub(crate) target_gate: Gate,
    pub(crate) directory: Arc<dyn Directory>,
    /// The same, asked for rights and habits.
    pub(crate) habits_before: Arc<dyn Habits>,
    pub(crate) tenant: Arc<dyn Tenant>,
    /// The same by its own type, for what no port asks of it; or why there is none.
    pub(crate) cloud_tenant: Result<Arc<CloudTenant>, Absent>,
    /// The one sign-in that all of it goes by.
    pub(crate) tenant_sign_in: Result<TenantSignIn, Absent>,
    /// The tenant's migration service, and the ways to make it an endpoint.
    pub(crate) cloud: Arc<dyn CloudMigration>,
    pub(crate) migrations: Option<MigrationApi>,
    pub(crate) mailer: Arc<dyn Mailer>,
}

/// What the ports are built with.
pub(crate) struct Keys<'a> {
    pub(crate) secrets: &'a Secrets,
    /// The project, as its secrets are named.
    pub(crate) project: &'a str,
    pub(crate) remembered: &'a Remembered,
}

impl Keys<'_> {
    async fn password(
        &self,
        name: SecretName,
        whose: &str,
        remedy: &'static str,
    ) -> Result<secrecy::SecretString, Absent> {
        self.secrets
            .find(self.project, name)
            .await
            .ok_or_else(|| Absent::password(whose, remedy))
    }
}

/// That somebody is signed in who opens no mailbox but their own.
pub(crate) fn person_opens_nothing() -> Absent {
    Absent::new(
        "a person is signed in, and a person's sign-in opens no mailbox but their own",
        "Sign in as the application with its certificate under Prepare, or let Microsoft's migration service copy (Connect).",
    )
}

impl Places {
    /// Builds the ports. Nothing is sent yet.
    pub(crate) async fn connect(&self, keys: &Keys<'_>) -> Result<Connections, Error> {
        let budget = ByteBudget::new(BUDGET);
        let (source_gate, target_gate) = (Gate::default(), Gate::default());
        let source_endpoint = self.source_endpoint(keys, &source_gate, &budget).await?;
        let (source, source_probe): (Arc<dyn SourceConnector>, Arc<dyn Probe>) =
            match &source_endpoint {
                Ok(endpoint) => (
                    Arc::new(ImapSource(endpoint.clone())),
                    Arc::new(ImapProber(endpoint.clone())),
                ),
                Err(absent) => (Arc::new(absent.clone()), Arc::new(absent.clone())),
            };
        let tenant_sign_in = self.tenant_sign_in(keys).await;
        let tenant = match (&self.tenant, &tenant_sign_in) {
            (Some(signed), Ok(sign_in)) => cloud_tenant(signed, sign_in)
                .map(Arc::new)
                .map_err(|error| Absent::new(error.message, "Sign in again under Prepare.")),
            (None, _) => Err(Absent::tenant()),
            (_, Err(absent)) => Err(absent.clone()),
        };
        let target_endpoint = match (&self.tenant, &tenant) {
            (Some(signed), Ok(tenant)) => {
                let (host, port) = signed.place.imap()?;
                Ok(ImapEndpoint {
                    host,
                    port,
                    security: Security::ImplicitTls,
                    trust: signed.place.trust(),
                    auth: ImapAuth::OAuth(tenant.mailbox_tokens().clone()),
                    allow_plaintext: false,
                    gate: target_gate.clone(),
                    budget,
                })
            }
            (None, _) => Err(Absent::tenant()),
            (_, Err(absent)) => Err(absent.clone()),
        };
        let target_probe: Arc<dyn Probe> = match &target_endpoint {
            Ok(endpoint) => Arc::new(ImapProber(endpoint.clone())),
            Err(absent) => Arc::new(absent.clone()),
        };
        let opens = match &tenant_sign_in {
            Ok(sign_in) if sign_in.is_person() => Err(person_opens_nothing()),
            _ => target_endpoint,
        };
        let (target, target_reader): (Arc<dyn TargetConnector>, Arc<dyn SourceConnector>) =
            match opens {
                Ok(endpoint) => (
                    Arc::new(ImapTarget(endpoint.clone())),
                    Arc::new(ImapSource(endpoint)),
                ),
                Err(absent) => (Arc::new(absent.clone()), Arc::new(absent)),
            };
        let migrations = tenant
            .as_ref()
            .ok()
            .map(|tenant| tenant.migrations(crate::cloud::REPLICATION));
        let (directory, habits_before) = self.old_directory(keys).await?;
        Ok(Connections {
            source,
            source_probe,
            source_endpoint: source_endpoint.ok(),
            source_gate,
            target,
            target_reader,
            target_probe,
            target_gate,
            directory,
            habits_before,
            mailer: self.mailer(keys, &tenant).await?,
            cloud: match (&migrations, &tenant) {
                (Some(migrations), _) => Arc::new(TenantMigration(migrations.clone())),
                (None, Err(absent)) => Arc::new(absent.clone()),
                (None, Ok(_)) => Arc::new(Absent::tenant()),
            },
            migrations,
            tenant: match &tenant {
                Ok(tenant) => Arc::clone(tenant) as Arc<dyn Tenant>,
                Err(absent) => Arc::new(absent.clone()),
            },
            cloud_tenant: tenant,
            tenant_sign_in,
        })
    }

    async fn source_endpoint(
        &self,
        keys: &Keys<'_>,
        gate: &Gate,
        budget: &ByteBudget,
    ) -> Result<Result<ImapEndpoint, Absent>, Error> {
        let Some(source) = &self.source else {
            return Ok(Err(Absent::source()));
        };
        let remedy = "Enter it again under Connect.";
        let password = match keys
            .password(SecretName::Source, "the old server", remedy)
            .await
        {
            Ok(password) => password,
            Err(absent) => return Ok(Err(absent)),
        };
        Ok(Ok(ImapEndpoint {
            host: source.host.clone(),
            port: source.port,
            security: security(&source.security)?,
            trust: trust(&source.trust),
            auth: ImapAuth::Delegate {
                account: source.account.clone(),
                password,
            },
            allow_plaintext: false,
            gate: gate.clone(),
            budget: budget.clone(),
        }))
    }

    async fn old_directory(
        &self,
        keys: &Keys<'_>,
    ) -> Result<(Arc<dyn Directory>, Arc<dyn Habits>), Error> {
        let none = |absent: Absent| -> (Arc<dyn Directory>, Arc<dyn Habits>) {
            (Arc::new(absent.clone()), Arc::new(absent))
        };
        let Some(directory) = &self.directory else {
            return Ok(none(Absent::directory()));
        };
        let own: Vec<String> = std::iter::once(&directory.account)
            .chain(self.source.as_ref().map(|source| &source.account))
            .cloned()
            .collect();
        let remedy = "Enter it again under Prepare.";
        let password = match keys
            .password(SecretName::Directory, "the directory", remedy)
            .await
        {
            Ok(password) => password,
            Err(absent) => return Ok(none(absent)),
        };
        let directory = match ActiveDirectory::new(DirectorySettings {
            hosts: directory.hosts.clone(),
            port: directory.port,
            security: security(&directory.security)?,
            sign_in: DirectorySignIn::Password {
                account: directory.account.clone(),
                password,
            },
            base_dn: directory.base_dn.clone(),
            trust: trust(&directory.trust),
        }) {
            Ok(directory) => Arc::new(directory),
            Err(error) => return Ok(none(Absent::new(error.detail, remedy))),
        };
        let habits = DirectoryHabits {
            directory: Arc::clone(&directory),
            own,
        };
        Ok((directory, Arc::new(habits)))
    }

    /// What cannot be used is absent, and says why: a project opens whatever its sign-in has come to.
    async fn tenant_sign_in(&self, keys: &Keys<'_>) -> Result<TenantSignIn, Absent> {
        let again = "Sign in again under Prepare.";
        let signed = self.tenant.as_ref().ok_or_else(Absent::tenant)?;
        if signed.way != Way::Secret {
            return sign_in_of(keys.remembered, signed)
                .await
                .map_err(|error| Absent::new(error.message, again));
        }
        let authority = signed
            .place
            .authority(&signed.tenant_id)
            .map_err(|error| Absent::new(error.message, again))?;
        let remedy = "Open the project again.";
        Ok(TenantSignIn::Secret(Application {
            token_url: authority.token_url,
            client_id: signed.place.client_id.clone(),
            client_secret: keys
                .password(SecretName::Tenant, "the application", remedy)
                .await?,
        }))
    }

    async fn mailer(
        &self,
        keys: &Keys<'_>,
        tenant: &Result<Arc<CloudTenant>, Absent>,
    ) -> Result<Arc<dyn Mailer>, Error> {
        Ok(match (&self.mail, tenant) {
            (None, _) => Arc::new(Absent::mail()),
            (Some(MailDto::Graph { .. }), Err(absent)) => Arc::new(absent.clone()),
            (Some(MailDto::Graph { from }), Ok(tenant)) => {
                Arc::new(tenant.mailer(smtp_address(from)?))
            }
            (
                Some(MailDto::Smtp {
                    host,
                    port,
                    security: protected,
                    account,
                    from,
                    trust: trusted,
                }),
                _,
            ) => {
                let remedy = "Enter it again under Connect.";
                let account = match account {
                    None => None,
                    Some(account) => match keys
                        .password(SecretName::Mail, "the mail server", remedy)
                        .await
                    {
                        Ok(password) => Some((account.clone(), password)),
                        Err(absent) => return Ok(Arc::new(absent)),
                    },
                };
                Arc::new(SmtpMailer::new(SmtpSettings {
                    host: host.clone(),
                    port: *port,
                    security: security(protected)?,
                    account,
                    from: smtp_address(from)?,
                    trust: trust(trusted),
                }))
            }
        })
    }
}

fn cloud_tenant(signed: &Signed, sign_in: &TenantSignIn) -> Result<CloudTenant, Error> {
    let settings = TenantSettings {
        tenant_id: signed.tenant_id.clone(),
        sign_in: sign_in.clone(),
        graph: signed.place.graph()?,
        admin_api: signed.place.exchange(&signed.tenant_id)?,
        trust: signed.place.trust(),
        usage_location: None,
    };
    Ok(CloudTenant::new(settings)?)
}
