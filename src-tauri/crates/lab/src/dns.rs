//! The company's DNS: the server that decides for its zone, whose host changes it step by step, and a resolver in
//! front of it that remembers what it heard.

mod answer;
mod cache;
mod serve;
mod test_mail;
mod zone;

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::net::{TcpListener, UdpSocket};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::store::Record;
use crate::world::World;
use cache::Cache;
use serve::Server;
pub(crate) use test_mail::test_mail;
pub(crate) use zone::{OLD_SERVER, Zone, keys, mail_exchange};

/// A change that the company's DNS host makes when it is told to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DnsStep {
    /// What will be changed is kept by others for five minutes.
    LowerTtl,
    /// Mail goes to the tenant.
    MoveMx,
    /// Outlook goes to the tenant, and what led to the old server beside it is gone.
    MoveAutodiscover,
    /// The tenant may send as the domain, beside the old server.
    AddSpf,
    /// Only the tenant may.
    TidySpf,
    /// The names of the tenant's keys.
    Dkim,
    /// What others do with mail that only claims to be the company's: for now they report.
    Dmarc,
    /// All as it was before.
    Back,
}

impl DnsStep {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::LowerTtl,
        Self::MoveMx,
        Self::MoveAutodiscover,
        Self::AddSpf,
        Self::TidySpf,
        Self::Dkim,
        Self::Dmarc,
        Self::Back,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LowerTtl => "lowerTtl",
            Self::MoveMx => "moveMx",
            Self::MoveAutodiscover => "moveAutodiscover",
            Self::AddSpf => "addSpf",
            Self::TidySpf => "tidySpf",
            Self::Dkim => "dkim",
            Self::Dmarc => "dmarc",
            Self::Back => "back",
        }
    }

    /// The step of this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }
}

impl World {
    /// The zone as it stands.
    pub(crate) fn zone(&self) -> Zone {
        self.store.read(|state| Zone::after(&state.dns))
    }

    /// The DNS host makes a change.
    pub(crate) fn change_dns(&self, step: DnsStep) -> io::Result<()> {
        self.store.note(Record::DnsChanged { step })
    }
}

/// A port that is free for both kinds of packet.
pub(crate) struct Bound {
    tcp: TcpListener,
    udp: UdpSocket,
    pub(crate) port: u16,
}

/// A loopback port for DNS.
pub(crate) async fn bind() -> io::Result<Bound> {
    let mut last = None;
    for _ in 0..20 {
        let (tcp, port) = crate::net::bind().await?;
        match UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).await {
            Ok(udp) => return Ok(Bound { tcp, udp, port }),
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| io::ErrorKind::AddrInUse.into()))
}

/// Serves the server that decides, and the resolver.
pub(crate) fn start(
    world: &Arc<World>,
    authoritative: Bound,
    resolver: Bound,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) {
    let cache = Arc::new(Cache::default());
    for (bound, server) in [
        (authoritative, Server::Authoritative),
        (resolver, Server::Resolver(cache)),
    ] {
        let world = Arc::clone(world);
        let answer = Arc::new(move |message: &[u8]| server.answer(&world.zone(), message));
        serve::udp(tasks, stop, bound.udp, Arc::clone(&answer));
        crate::net::serve(tasks, stop, bound.tcp, move |socket| {
            serve::tcp(Arc::clone(&answer), socket)
        });
    }
}

#[cfg(test)]
mod tests;
