//! DNS: the servers that decide, and the resolvers that everyone else asks.

use std::fmt;
use std::net::SocketAddr;

use async_trait::async_trait;
use stegvis_model::{DnsName, DnsRecord, DnsRecordKind};

use super::EndpointError;

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
