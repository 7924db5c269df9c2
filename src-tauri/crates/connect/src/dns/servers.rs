//! Finding the servers that decide: the resolver names them, or the name servers above do and give their
//! addresses along (glue).

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use hickory_resolver::proto::op::Message;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use stegvis_engine::ports::{EndpointError, EndpointErrorKind, NameServer};
use stegvis_model::DnsName;

use super::exchange::Exchange;
use super::{DnsSettings, dns_name, name};

/// No domain worth moving has more name servers.
const MOST_SERVERS: usize = 8;

/// The resolvers of this computer, at most two.
#[must_use]
pub fn system_resolvers() -> Vec<NameServer> {
    let Ok((config, _)) = hickory_resolver::system_conf::read_system_conf() else {
        return Vec::new();
    };
    config
        .name_servers()
        .iter()
        .take(2)
        .map(|server| super::name_server(SocketAddr::new(server.ip, 53)))
        .collect()
}

/// The servers of the zone that the domain lies in. A domain below its zone's top has no NS records of its
/// own, so that the walk goes up until there are some.
pub(super) async fn authoritative(
    exchange: &Exchange,
    settings: &DnsSettings,
    domain: &DnsName,
) -> Result<Vec<NameServer>, EndpointError> {
    let mut last = EndpointError::new(
        EndpointErrorKind::NotFound,
        format!("no resolver names the servers of {domain}"),
    );
    for resolver in &settings.resolvers {
        let mut zone = Some(domain.clone());
        while let Some(at) = zone.take() {
            // The servers of a top-level domain decide nothing for ours.
            if at.parent().is_none() && at != *domain {
                break;
            }
            let asked = exchange
                .ask(resolver.address, &name(&at)?, RecordType::NS, true)
                .await;
            match asked {
                Ok(message) => {
                    let hosts = hosts(&message, &at);
                    if hosts.is_empty() {
                        zone = at.parent();
                        continue;
                    }
                    let mut servers = Vec::new();
                    for host in hosts {
                        let address = match glue(&message, &host) {
                            Some(address) => Some(address),
                            None => address(exchange, resolver.address, &host).await,
                        };
                        if let Some(address) = address {
                            servers.push(NameServer {
                                name: host.to_string(),
                                address: SocketAddr::new(address, settings.port),
                            });
                        }
                    }
                    if !servers.is_empty() {
                        return Ok(servers);
                    }
                    last = EndpointError::new(
                        EndpointErrorKind::NotFound,
                        format!("the servers of {at} have no address"),
                    );
                }
                Err(error) => last = error,
            }
        }
    }
    Err(last)
}

/// The servers named for this zone, each once.
fn hosts(message: &Message, zone: &DnsName) -> BTreeSet<DnsName> {
    message
        .answers
        .iter()
        .filter(|record| dns_name(&record.name).as_ref() == Some(zone))
        .filter_map(|record| match &record.data {
            RData::NS(host) => dns_name(host),
            _ => None,
        })
        .filter(|host| !host.is_root())
        .take(MOST_SERVERS)
        .collect()
}

fn glue(message: &Message, host: &DnsName) -> Option<IpAddr> {
    let of_host = message
        .additionals
        .iter()
        .filter(|record| dns_name(&record.name).as_ref() == Some(host));
    first_address(of_host.map(|record| &record.data))
}

async fn address(exchange: &Exchange, resolver: SocketAddr, host: &DnsName) -> Option<IpAddr> {
    let host: Name = name(host).ok()?;
    for kind in [RecordType::A, RecordType::AAAA] {
        let asked = exchange.ask(resolver, &host, kind, true).await;
        // The answer may go through other names; its addresses are the host's all the same.
        if let Ok(message) = asked
            && let Some(address) = first_address(message.answers.iter().map(|record| &record.data))
        {
            return Some(address);
        }
    }
    None
}

/// The first address, of the older kind where there is one: not every office has the newer.
fn first_address<'a>(data: impl Iterator<Item = &'a RData>) -> Option<IpAddr> {
    let mut newer = None;
    for data in data {
        match data {
            RData::A(address) => return Some(IpAddr::V4(address.0)),
            RData::AAAA(address) => {
                newer.get_or_insert(IpAddr::V6(address.0));
            }
            _ => {}
        }
    }
    newer
}
