//! DNS over UDP and, for long answers, TCP: each server is asked by itself, so that nothing between us
//! and it can answer in its place.

mod exchange;
mod expected;
mod servers;

use std::net::SocketAddr;
use std::time::Duration;

use async_trait::async_trait;
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};
use stegvis_engine::ports::{
    Dns, DnsAnswer, DnsQuestion, EndpointError, EndpointErrorKind, NameServer,
};
use stegvis_model::{DnsName, DnsRecord, DnsRecordKind, DnsValue};

use exchange::Exchange;

pub use expected::read_service_records;
pub(crate) use expected::service_records;
pub use servers::system_resolvers;

/// More records than this of one name and kind are no answer to take seriously.
const MOST_RECORDS: usize = 64;

/// More text than this in one record is not either.
const MOST_TEXT: usize = 16 * 1024;

/// How DNS is asked.
#[derive(Debug, Clone)]
pub struct DnsSettings {
    /// Whose view is watched.
    pub resolvers: Vec<NameServer>,
    /// The servers that decide, where they are not to be searched for.
    pub authoritative: Vec<NameServer>,
    /// The port of servers that are found by name.
    pub port: u16,
    /// How long a server may take.
    pub timeout: Duration,
}

impl DnsSettings {
    /// These resolvers, and the servers they lead to.
    #[must_use]
    pub fn new(resolvers: Vec<NameServer>) -> Self {
        Self {
            resolvers,
            authoritative: Vec::new(),
            port: 53,
            timeout: Duration::from_secs(3),
        }
    }
}

/// DNS over sockets.
#[derive(Debug, Clone)]
pub struct DnsServers {
    settings: DnsSettings,
    exchange: Exchange,
}

impl DnsServers {
    /// DNS by these settings. Nothing is asked yet.
    #[must_use]
    pub fn new(settings: DnsSettings) -> Self {
        let exchange = Exchange {
            timeout: settings.timeout,
        };
        Self { settings, exchange }
    }
}

/// A server by its address, named by it.
#[must_use]
pub fn name_server(address: SocketAddr) -> NameServer {
    let name = if address.port() == 53 {
        address.ip().to_string()
    } else {
        address.to_string()
    };
    NameServer { name, address }
}

#[async_trait]
impl Dns for DnsServers {
    async fn authoritative(&self, domain: &DnsName) -> Result<Vec<NameServer>, EndpointError> {
        if !self.settings.authoritative.is_empty() {
            return Ok(self.settings.authoritative.clone());
        }
        servers::authoritative(&self.exchange, &self.settings, domain).await
    }

    fn resolvers(&self) -> Vec<NameServer> {
        self.settings.resolvers.clone()
    }

    async fn ask(
        &self,
        server: &NameServer,
        question: &DnsQuestion,
    ) -> Result<DnsAnswer, EndpointError> {
        let decides = !self.settings.resolvers.contains(server);
        let message = self
            .exchange
            .ask(
                server.address,
                &name(&question.name)?,
                record_type(question.kind),
                // A server that decides has nobody to ask for us.
                !decides,
            )
            .await?;
        let records = message
            .answers
            .iter()
            .filter_map(record)
            .filter(|record| {
                record.name == question.name
                    && (record.value.kind() == question.kind
                        || record.value.kind() == DnsRecordKind::Cname)
            })
            .take(MOST_RECORDS)
            .collect();
        let negative_ttl = message.authorities.iter().find_map(|record| {
            let RData::SOA(soa) = &record.data else {
                return None;
            };
            // RFC 2308 section 5.
            Some(soa.minimum.min(record.ttl))
        });
        Ok(DnsAnswer {
            records,
            authoritative: message.metadata.authoritative,
            negative_ttl,
        })
    }
}

fn name(name: &DnsName) -> Result<Name, EndpointError> {
    let mut fqdn = Name::from_ascii(name.as_str())
        .map_err(|error| EndpointError::new(EndpointErrorKind::Refused, error.to_string()))?;
    fqdn.set_fqdn(true);
    Ok(fqdn)
}

fn record_type(kind: DnsRecordKind) -> RecordType {
    match kind {
        DnsRecordKind::Mx => RecordType::MX,
        DnsRecordKind::Cname => RecordType::CNAME,
        DnsRecordKind::Txt => RecordType::TXT,
        DnsRecordKind::Srv => RecordType::SRV,
        DnsRecordKind::A => RecordType::A,
        DnsRecordKind::Aaaa => RecordType::AAAA,
    }
}

fn dns_name(name: &Name) -> Option<DnsName> {
    name.to_ascii().parse().ok()
}

/// A record of a kind we know; one whose name no mail domain can have is none.
fn record(record: &Record) -> Option<DnsRecord> {
    let value = match &record.data {
        RData::MX(mx) => DnsValue::Mx {
            preference: mx.preference,
            exchange: dns_name(&mx.exchange)?,
        },
        RData::CNAME(target) => DnsValue::Cname(dns_name(target)?),
        RData::TXT(txt) => {
            let bytes = txt.txt_data.concat();
            let bytes = bytes.get(..bytes.len().min(MOST_TEXT)).unwrap_or_default();
            DnsValue::Txt(String::from_utf8_lossy(bytes).into_owned())
        }
        RData::SRV(srv) => DnsValue::Srv {
            priority: srv.priority,
            weight: srv.weight,
            port: srv.port,
            target: dns_name(&srv.target)?,
        },
        RData::A(address) => DnsValue::A(address.0),
        RData::AAAA(address) => DnsValue::Aaaa(address.0),
        _ => return None,
    };
    Some(DnsRecord {
        name: dns_name(&record.name)?,
        ttl: record.ttl,
        value,
    })
}

#[cfg(test)]
mod tests;
