//! DNS: what the tenant needs, what every side says, and what may be changed now.

mod choice;
mod facade;
mod page;
mod plan;
mod seen;
mod view;
mod watching;
mod words;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use stegvis_connect::clock::SystemClock;
use stegvis_connect::dns::{
    DnsServers, DnsSettings, name_server, read_service_records, system_resolvers,
};
use stegvis_engine::dns::{
    Accepted, DnsCheck, Domains, Expected, Pace, WatchEnd, WatchEvent, compare, observe, watch,
};
use stegvis_engine::ports::{NameServer, TenantDns};
use stegvis_journal::Journal;
use stegvis_model::{DnsName, DnsRecord, DomainName};
use tokio_util::sync::CancellationToken;

use crate::absent::Absent;
use crate::journals::open_project;
use crate::project::Project;
use crate::{Error, ErrorCode};
use seen::TenantSaid;

pub(crate) use page::waiting;
pub(crate) use watching::DnsWatch;

pub use crate::dto::{
    DeliveryView, DnsChangeView, DnsFindingView, DnsRecordView, DnsServerView, DnsSubjectView,
    DnsView, MailView, PlannedChange, PlannedFields, PlannedStep, TtlLine,
};
pub use plan::{DnsPlan, PlanRequest, plan_dns};
pub use view::DnsEvent;

/// What is asked, and of whom. What is not said here, an open project knows.
#[derive(Debug, Clone, Default)]
pub struct DnsQuery {
    /// The domain.
    pub domain: Option<String>,
    /// What the tenant needs: Graph's answer to `serviceConfigurationRecords`, in JSON. Without it the tenant is asked.
    pub expected: Option<Vec<u8>>,
    /// `address` or `address:port`, at most two; without any, this computer's own.
    pub resolvers: Vec<String>,
    /// `address:port` of the servers that decide, where they are not to be searched for.
    pub authoritative: Vec<String>,
    /// Names of the old server, beside those within the domain.
    pub old: Vec<String>,
    /// The project that remembers what was before: its file, or the folder it is in.
    pub project: Option<PathBuf>,
}

/// Looks once, from every side.
///
/// # Errors
/// InvalidInput; Endpoint when nobody answered.
pub async fn check_dns(query: &DnsQuery) -> Result<DnsView, Error> {
    let asked = Asked::read(query)?;
    let check = asked.look().await?;
    Ok(view::dns(&check))
}

/// Looks until all is right everywhere, and tells what it sees. Nothing comes back when it was cancelled.
///
/// # Errors
/// InvalidInput.
pub async fn watch_dns(
    query: &DnsQuery,
    shortest: Option<Duration>,
    cancel: &CancellationToken,
    tell: impl FnMut(DnsEvent) + Send,
) -> Result<Option<DnsView>, Error> {
    let asked = Asked::read(query)?;
    follow(&asked, Pace::default(), shortest, cancel, tell).await
}

async fn follow(
    asked: &Asked,
    ordinary: Pace,
    shortest: Option<Duration>,
    cancel: &CancellationToken,
    mut tell: impl FnMut(DnsEvent) + Send,
) -> Result<Option<DnsView>, Error> {
    let pace = shortest.map_or(ordinary, |shortest| Pace {
        shortest,
        ordinary: shortest,
        ..ordinary
    });
    let mut kept = Ok(());
    let end = watch(
        &asked.dns,
        &asked.expected,
        &asked.old,
        &SystemClock,
        pace,
        cancel,
        |event| {
            if let WatchEvent::Seen(check) = &event {
                kept = asked.keep(check);
            }
            tell(view::event(event));
        },
    )
    .await;
    kept?;
    Ok(match end {
        WatchEnd::Everywhere(check) => Some(view::dns(&check)),
        WatchEnd::Cancelled => None,
    })
}

/// A query that was understood.
struct Asked {
    domain: DomainName,
    dns: DnsServers,
    expected: Expected,
    old: Vec<DnsName>,
    addresses: Vec<IpAddr>,
    /// What the tenant takes mail for, where it was asked.
    accepted: Domains,
    journal: Option<Arc<Journal>>,
}

impl Asked {
    fn read(query: &DnsQuery) -> Result<Self, Error> {
        let domain = domain(query.domain.as_deref().unwrap_or_default())?;
        let Some(expected) = &query.expected else {
            return Err(Error::invalid(
                "nobody says what the tenant needs",
                "Give its records, or a project whose tenant can be asked.",
            ));
        };
        let records = read_records(expected)?;
        let mut asked = Self::of(
            domain,
            records,
            &query.resolvers,
            &query.authoritative,
            &query.old,
        )?;
        let journal = query.project.as_deref().map(open_project).transpose()?;
        asked.journal = journal.map(Arc::new);
        Ok(asked)
    }

    fn of(
        domain: DomainName,
        records: Vec<DnsRecord>,
        resolvers: &[String],
        authoritative: &[String],
        old: &[String],
    ) -> Result<Self, Error> {
        let expected = Expected::new(DnsName::from(&domain), records);
        if expected.records().is_empty() {
            return Err(Error::invalid(
                format!("the expected records have none for mail of {domain}"),
                "Give the records of this domain; the tenant lists them when Exchange is among its services.",
            ));
        }
        let mut resolvers = servers(resolvers)?;
        if resolvers.is_empty() {
            resolvers = system_resolvers();
        }
        let mut settings = DnsSettings::new(resolvers);
        settings.authoritative = servers(authoritative)?;
        let (old, addresses) = hosts(old)?;
        Ok(Self {
            domain,
            dns: DnsServers::new(settings),
            expected,
            old,
            addresses,
            accepted: Domains::new(),
            journal: None,
        })
    }

    async fn look(&self) -> Result<DnsCheck, Error> {
        let seen = observe(&self.dns, &self.expected, &SystemClock).await?;
        let check = compare(&self.expected, &self.old, &seen);
        self.keep(&check)?;
        Ok(check)
    }

    fn keep(&self, check: &DnsCheck) -> Result<(), Error> {
        match &self.journal {
            Some(journal) => journal.transaction(|tx| seen::keep(tx, &self.domain, check)),
            None => Ok(()),
        }
    }
}

impl Project {
    /// What is asked for this project: its tenant tells what it needs, unless the query does. The old directory is read
    /// beside it, for mailboxes that nobody thought of.
    async fn dns_asked(&self, query: &DnsQuery) -> Result<Asked, Error> {
        let (asked, ()) = tokio::join!(self.dns_asked_of(query), self.read_mailboxes_again());
        asked
    }

    async fn dns_asked_of(&self, query: &DnsQuery) -> Result<Asked, Error> {
        let domain = match &query.domain {
            Some(given) => domain(given)?,
            None => self.dns_domain_needed()?,
        };
        let choice = self.dns_choice(&domain)?;
        let or = |given: &Vec<String>, known: Vec<String>| {
            if given.is_empty() {
                known
            } else {
                given.clone()
            }
        };
        let (records, said) = match &query.expected {
            Some(given) => (read_records(given)?, None),
            None => {
                let connections = self.connections();
                let tenant = connections.cloud_tenant.as_ref();
                let tenant: &dyn TenantDns = &**tenant.map_err(Absent::error)?;
                let (mut records, dkim, accepted) = tokio::try_join!(
                    tenant.service_records(&domain),
                    tenant.dkim(&domain),
                    tenant.accepted_domains(),
                )?;
                let enabled = dkim.as_ref().map(|dkim| dkim.enabled);
                records.extend(dkim.into_iter().flat_map(|dkim| dkim.records));
                let accepted: Domains = accepted
                    .into_iter()
                    .map(|domain| {
                        let how = if domain.authoritative {
                            Accepted::Authoritative
                        } else {
                            Accepted::InternalRelay
                        };
                        (domain.name, how)
                    })
                    .collect();
                (records, Some((accepted, enabled)))
            }
        };
        let mut asked = Asked::of(
            domain,
            records,
            &or(&query.resolvers, choice.resolvers),
            &or(&query.authoritative, choice.authoritative),
            &or(&query.old, choice.old),
        )?;
        if let Some((accepted, enabled)) = said {
            let said = TenantSaid::new(&accepted, enabled);
            self.journal
                .transaction(|tx| seen::store(tx, "tenant", &asked.domain, &said))?;
            asked.accepted = accepted;
        }
        asked.journal = Some(Arc::clone(&self.journal));
        Ok(asked)
    }
}

fn domain(text: &str) -> Result<DomainName, Error> {
    text.parse().map_err(|error| {
        Error::invalid(
            format!("{error}"),
            "Give the domain of the mail addresses, such as nordvik.example.",
        )
    })
}

fn read_records(json: &[u8]) -> Result<Vec<DnsRecord>, Error> {
    read_service_records(json).map_err(|error| {
        Error::new(
            ErrorCode::InvalidInput,
            format!("the expected records cannot be read: {error}"),
            "Give the answer of Microsoft Graph to GET /domains/DOMAIN/serviceConfigurationRecords.",
        )
    })
}

/// Names and addresses of the old server.
fn hosts(texts: &[String]) -> Result<(Vec<DnsName>, Vec<IpAddr>), Error> {
    let (mut names, mut addresses) = (Vec::new(), Vec::new());
    for host in texts {
        match (host.parse::<IpAddr>(), host.parse::<DnsName>()) {
            (Ok(address), _) => addresses.push(address),
            (Err(_), Ok(name)) => names.push(name),
            (Err(_), Err(error)) => {
                return Err(Error::invalid(
                    error.to_string(),
                    "Name the old server by its host name or its address.",
                ));
            }
        }
    }
    Ok((names, addresses))
}

fn servers(texts: &[String]) -> Result<Vec<NameServer>, Error> {
    texts
        .iter()
        .map(|text| {
            let address = text
                .parse::<SocketAddr>()
                .or_else(|_| text.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, 53)));
            address.map(name_server).map_err(|_| {
                Error::invalid(
                    format!("{text:?} is not the address of a server"),
                    "Give an address such as 9.9.9.9, or one with its port such as 127.0.0.1:5353.",
                )
            })
        })
        .collect()
}
