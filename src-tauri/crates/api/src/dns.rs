//! DNS: what the tenant needs, what every side says, and what may be changed now.

mod plan;
mod view;
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
    DnsCheck, Domains, Expected, Pace, WatchEnd, WatchEvent, compare, keep_seen, observe, watch,
};
use stegvis_engine::ports::NameServer;
use stegvis_journal::Journal;
use stegvis_model::{DnsName, DomainName};
use tokio_util::sync::CancellationToken;

use crate::Error;
use crate::journals::open_project;

pub use crate::dto::{
    DeliveryView, DnsChangeView, DnsFindingView, DnsRecordView, DnsServerView, DnsSubjectView,
    DnsView, MailView, PlannedChange, PlannedFields, PlannedStep, TtlLine,
};
pub use plan::{DnsPlan, PlanRequest, plan_dns};
pub use view::DnsEvent;

/// What is asked, and of whom.
#[derive(Debug, Clone, Default)]
pub struct DnsQuery {
    /// The domain.
    pub domain: String,
    /// What the tenant needs: Graph's answer to `serviceConfigurationRecords`, in JSON.
    pub expected: Vec<u8>,
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
    mut tell: impl FnMut(DnsEvent) + Send,
) -> Result<Option<DnsView>, Error> {
    let asked = Asked::read(query)?;
    let ordinary = Pace::default();
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
        let domain: DomainName = query.domain.parse().map_err(|error| {
            Error::invalid(
                format!("{error}"),
                "Give the domain of the mail addresses, such as nordvik.example.",
            )
        })?;
        let records = read_service_records(&query.expected).map_err(|error| {
            Error::invalid(
                format!("the expected records cannot be read: {error}"),
                "Give the answer of Microsoft Graph to GET /domains/DOMAIN/serviceConfigurationRecords.",
            )
        })?;
        let expected = Expected::new(DnsName::from(&domain), records);
        if expected.records().is_empty() {
            return Err(Error::invalid(
                format!("the expected records have none for mail of {domain}"),
                "Give the records of this domain; the tenant lists them when Exchange is among its services.",
            ));
        }
        let mut resolvers = servers(&query.resolvers)?;
        if resolvers.is_empty() {
            resolvers = system_resolvers();
        }
        let mut settings = DnsSettings::new(resolvers);
        settings.authoritative = servers(&query.authoritative)?;
        let (mut old, mut addresses) = (Vec::new(), Vec::new());
        for host in &query.old {
            match (host.parse::<IpAddr>(), host.parse::<DnsName>()) {
                (Ok(address), _) => addresses.push(address),
                (Err(_), Ok(name)) => old.push(name),
                (Err(_), Err(error)) => {
                    return Err(Error::invalid(
                        error.to_string(),
                        "Name the old server by its host name or its address.",
                    ));
                }
            }
        }
        Ok(Self {
            dns: DnsServers::new(settings),
            expected,
            old,
            addresses,
            accepted: Domains::new(),
            journal: query
                .project
                .as_deref()
                .map(open_project)
                .transpose()?
                .map(Arc::new),
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
            Some(journal) => journal.transaction(|tx| Ok(keep_seen(tx, check)?)),
            None => Ok(()),
        }
    }
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
