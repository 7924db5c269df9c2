//! A probe for each permission: one call that changes nothing, and what it shows.

use secrecy::ExposeSecret;
use serde::Serialize;
use stegvis_connect::exchange_online::CmdletError;
use stegvis_engine::ports::{EndpointError, EndpointErrorKind};
use stegvis_wire::exchange_online::{get_accepted_domain, get_migration_endpoint};
use stegvis_wire::graph::probe::{self, Shown};
use stegvis_wire::graph::{domains, organization};
use stegvis_wire::http::Request;
use stegvis_wire::oauth;

use super::access::TenantAccess;
use super::permissions::{ALL, Permission, Probe, Resource};
use super::words;
use crate::Error;

/// What a probe found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ProbeResult {
    /// It is there.
    Granted,
    /// It is not, and the remedy says who gives it.
    Missing,
    /// It is not needed for this kind of sign-in, or can be left out and was.
    NotAsked,
    /// The tenant's answer shows neither; its words are there.
    Unclear,
}

/// What it was found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ProvedBy {
    /// A call to the tenant.
    Call,
    /// What the tenant's own token lists.
    Token,
}

/// One permission, probed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PermissionProbe {
    /// Which, why and when.
    #[serde(flatten)]
    pub permission: Permission,
    /// What was found.
    pub result: ProbeResult,
    /// By what; none where nothing was asked.
    pub proved_by: Option<ProvedBy>,
    /// What to do, where it is missing.
    pub remedy: Option<String>,
    /// The tenant's own words, where it refused.
    pub server_words: Option<String>,
}

/// All of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProbeView {
    /// Whether all that is not optional is there.
    pub ready: bool,
    /// One by one.
    pub permissions: Vec<PermissionProbe>,
}

/// What a call showed, before it is put in words.
struct Found {
    shown: Shown,
    words: Option<String>,
}

impl TenantAccess {
    /// Probes each permission.
    ///
    /// # Errors
    /// Endpoint, with cause and remedy, when the sign-in itself is refused or the tenant does not answer.
    pub async fn probe(&self) -> Result<ProbeView, Error> {
        let mut held = Vec::new();
        for tokens in &self.tokens {
            let token = tokens
                .token()
                .await
                .map_err(|error| words::endpoint(&error))?;
            if let Some(hints) = oauth::hints(token.expose_secret()) {
                let scopes = hints.scp.unwrap_or_default();
                held.extend(scopes.split_ascii_whitespace().map(str::to_owned));
                held.extend(hints.roles);
            }
        }
        let mut permissions = Vec::new();
        for permission in ALL {
            let listed = held.iter().any(|known| known == permission.name);
            permissions.push(self.one(permission, listed).await?);
        }
        let ready = permissions.iter().all(|probe| {
            probe.permission.optional
                || matches!(probe.result, ProbeResult::Granted | ProbeResult::NotAsked)
        });
        Ok(ProbeView { ready, permissions })
    }

    async fn one(&self, permission: Permission, listed: bool) -> Result<PermissionProbe, Error> {
        let person = self.is_person();
        let used = if person {
            permission.person
        } else {
            permission.application
        };
        let mut probe = PermissionProbe {
            permission,
            result: ProbeResult::NotAsked,
            proved_by: None,
            remedy: None,
            server_words: None,
        };
        if !used || (permission.optional && !listed) {
            return Ok(probe);
        }
        if permission.probe == Probe::Token {
            // Listed, or it would not have come so far.
            probe.result = ProbeResult::Granted;
            probe.proved_by = Some(ProvedBy::Token);
            return Ok(probe);
        }
        let found = self.found(permission.probe).await?;
        probe.proved_by = Some(ProvedBy::Call);
        probe.server_words = found.words;
        probe.result = match found.shown {
            Shown::Granted => ProbeResult::Granted,
            // The same refusal stands for a permission and for a role that is missing: the token tells which it is not.
            Shown::Missing if listed && permission.probe == Probe::AdminInterface => {
                probe.proved_by = Some(ProvedBy::Token);
                ProbeResult::Granted
            }
            Shown::Missing => {
                probe.remedy = Some(remedy(&permission, person));
                ProbeResult::Missing
            }
            Shown::Nothing => ProbeResult::Unclear,
        };
        Ok(probe)
    }

    async fn found(&self, probe: Probe) -> Result<Found, Error> {
        let base = &self.graph_base;
        match probe {
            Probe::Organization => self.graph(organization::request(base)).await,
            Probe::Domains => self.graph(domains::request(base)).await,
            Probe::Users => self.graph(probe::reads_users(base)).await,
            Probe::ChangeUsers => self.graph(probe::changes_users(base)).await,
            Probe::Licences => self.graph(probe::gives_licences(base)).await,
            Probe::Mail => self.graph(probe::sends_mail(base, self.is_person())).await,
            Probe::Applications => self.graph(probe::reads_applications(base)).await,
            Probe::AdminInterface => self.cmdlet(&get_accepted_domain::all()).await,
            Probe::MigrationRole => {
                self.cmdlet(&get_migration_endpoint::outlook_anywhere())
                    .await
            }
            Probe::Token => Ok(Found {
                shown: Shown::Nothing,
                words: None,
            }),
        }
    }

    async fn graph(&self, request: Request) -> Result<Found, Error> {
        let said = self
            .graph
            .said(&request)
            .await
            .map_err(|error| words::endpoint(&error))?;
        Ok(match said {
            Ok(_) => Found {
                shown: Shown::Granted,
                words: None,
            },
            Err(refusal) => {
                let shown = probe::shown(&refusal);
                // Words of a refusal that proves the permission would only frighten.
                let words = (shown != Shown::Granted).then(|| refusal.to_string());
                Found { shown, words }
            }
        })
    }

    async fn cmdlet(&self, cmdlet: &stegvis_wire::exchange_online::Cmdlet) -> Result<Found, Error> {
        let error = match self.exchange.invoke(cmdlet).await {
            Ok(_) => {
                return Ok(Found {
                    shown: Shown::Granted,
                    words: None,
                });
            }
            Err(CmdletError::Failed(failed)) => EndpointError::from(CmdletError::Failed(failed)),
            Err(CmdletError::Endpoint(error)) => return Err(words::endpoint(&error)),
        };
        let shown = match error.kind {
            EndpointErrorKind::RightsMissing | EndpointErrorKind::SignInRefused => Shown::Missing,
            _ => Shown::Nothing,
        };
        Ok(Found {
            shown,
            words: Some(error.detail),
        })
    }
}

fn remedy(permission: &Permission, person: bool) -> String {
    let kind = if person { "delegated" } else { "application" };
    match permission.resource {
        Resource::Role if person => format!(
            "At entra.microsoft.com, Roles & admins, give the person who signs in the role {}; then sign in again.",
            permission.name
        ),
        Resource::Role => format!(
            "At entra.microsoft.com, Roles & admins, {}, add the enterprise application of this registration as an active member; it may take half an hour.",
            permission.name
        ),
        resource => format!(
            "At the registration, API permissions, add the {kind} permission {} of {}, and press Grant admin consent; then sign in again.",
            permission.name,
            resource.title()
        ),
    }
}
