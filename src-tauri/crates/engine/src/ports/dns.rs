//! DNS: the servers that decide, and the resolvers that everyone else asks.

use std::fmt;
use std::net::SocketAddr;

use async_trait::async_trait;
use stegvis_model::{DnsName, DnsRecord, DnsRecordKind, DomainName};

use super::{AcceptedDomain, EndpointError};

/// A server that can be asked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NameServer {
    /// Its name, or its address where it has none.
    pub name: String,
    /// Where it is asked.
    pub address: SocketAddr,
}

impl fmt::Display for NameServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// A name and the kind of record wanted of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DnsQuestion {
    /// The name.
    pub name: DnsName,
    /// The kind.
    pub kind: DnsRecordKind,
}

/// What a server answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DnsAnswer {
    /// The records of this name: those of the kind asked for, or the CNAME that stands in their place.
    pub records: Vec<DnsRecord>,
    /// Whether the server decides for this name; a resolver only repeats what it heard.
    pub authoritative: bool,
    /// For how many seconds it may go on saying that there is nothing.
    pub negative_ttl: Option<u32>,
}

/// Asks DNS.
#[async_trait]
pub trait Dns: Send + Sync {
    /// The servers that decide for this domain, however they are found; at least one.
    async fn authoritative(&self, domain: &DnsName) -> Result<Vec<NameServer>, EndpointError>;

    /// The resolvers whose view is watched, in the administrator's order.
    fn resolvers(&self) -> Vec<NameServer>;

    /// Asks one server one question. That there is nothing is an answer; no answer is an error.
    async fn ask(
        &self,
        server: &NameServer,
        question: &DnsQuestion,
    ) -> Result<DnsAnswer, EndpointError>;
}

/// What the tenant says of the keys that mail of a domain is signed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantDkim {
    /// The records that it needs for them.
    pub records: Vec<DnsRecord>,
    /// Whether it signs.
    pub enabled: bool,
}

/// What the tenant needs of a domain's DNS. It is asked and never computed.
#[async_trait]
pub trait TenantDns: Send + Sync {
    /// The records that mail needs, as the tenant gives them; DKIM has its own call.
    async fn service_records(&self, domain: &DomainName) -> Result<Vec<DnsRecord>, EndpointError>;

    /// The keys' records; nothing while the tenant has none for this domain.
    async fn dkim(&self, domain: &DomainName) -> Result<Option<TenantDkim>, EndpointError>;

    /// What the tenant takes mail for.
    async fn accepted_domains(&self) -> Result<Vec<AcceptedDomain>, EndpointError>;
}
