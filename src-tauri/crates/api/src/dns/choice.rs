//! What is asked, and of whom: chosen by the administrator, or known from where the project goes.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::str::FromStr as _;

use stegvis_model::{DnsName, DomainName};

use super::page::waiting;
use super::{hosts, servers};
use crate::Error;
use crate::dto::DnsSettingsDto;
use crate::places::Places;
use crate::project::{Project, damaged};

/// The domain that is looked at.
const DOMAIN: &str = "dns.domain";

/// Views of more resolvers than this are no help to anybody.
const MOST_RESOLVERS: usize = 2;

/// A key of what is kept of a domain. `engine::dns` keeps its own beside these.
pub(super) fn key(what: &str, domain: &DomainName) -> String {
    format!("dns.{what}.{domain}")
}

impl Project {
    /// The domains of the mailboxes, the one with most of them first.
    pub(super) fn dns_domains(&self) -> Result<Vec<DomainName>, Error> {
        let mut counts: BTreeMap<DomainName, usize> = BTreeMap::new();
        let (moving, waiting) = self
            .journal
            .transaction(|tx| Ok::<_, Error>((tx.users()?, waiting(tx)?)))?;
        let moving = moving.iter().map(|user| &user.address);
        for address in moving.chain(&waiting) {
            *counts.entry(address.domain().clone()).or_default() += 1;
        }
        let mut domains: Vec<_> = counts.into_iter().collect();
        domains.sort_by(|(a, many), (b, others)| others.cmp(many).then(a.cmp(b)));
        Ok(domains.into_iter().map(|(domain, _)| domain).collect())
    }

    /// The domain that is looked at.
    pub(super) fn dns_domain(&self) -> Result<Option<DomainName>, Error> {
        let domains = self.dns_domains()?;
        let kept = self.setting(|tx| tx.setting(DOMAIN))?;
        let kept = kept.and_then(|kept| domains.iter().find(|one| one.as_str() == kept));
        Ok(kept.or(domains.first()).cloned())
    }

    /// The same, where there must be one.
    pub(super) fn dns_domain_needed(&self) -> Result<DomainName, Error> {
        self.dns_domain()?.ok_or_else(|| {
            Error::invalid(
                "no mailbox is chosen, so that no domain is known",
                "Choose the mailboxes first.",
            )
        })
    }

    /// What was chosen for this domain; where nothing was, what the project knows.
    pub(super) fn dns_choice(&self, domain: &DomainName) -> Result<DnsSettingsDto, Error> {
        let kept = self.setting(|tx| tx.setting(&key("settings", domain)))?;
        let mut choice: DnsSettingsDto = match kept {
            Some(text) => {
                serde_json::from_str(&text).map_err(|error| damaged("dns.settings", &error))?
            }
            None => DnsSettingsDto {
                domain: domain.to_string(),
                ..DnsSettingsDto::default()
            },
        };
        let known = known(&self.places());
        for (chosen, known) in [
            (&mut choice.resolvers, known.resolvers),
            (&mut choice.authoritative, known.authoritative),
            (&mut choice.old, known.old),
        ] {
            if chosen.is_empty() {
                *chosen = known;
            }
        }
        Ok(choice)
    }

    /// Keeps what the administrator chose.
    pub(super) fn choose_dns(&self, mut choice: DnsSettingsDto) -> Result<(), Error> {
        let domain = DomainName::from_str(&choice.domain)
            .map_err(|error| Error::invalid(error.to_string(), "Choose one of the domains."))?;
        if !self.dns_domains()?.contains(&domain) {
            return Err(Error::invalid(
                format!("no mailbox of the project has an address in {domain}"),
                "Choose one of the domains of the mailboxes.",
            ));
        }
        let lists = [
            &mut choice.resolvers,
            &mut choice.authoritative,
            &mut choice.old,
        ];
        for list in lists {
            for line in &mut *list {
                *line = line.trim().to_owned();
            }
            list.retain(|line| !line.is_empty());
        }
        if choice.resolvers.len() > MOST_RESOLVERS {
            return Err(Error::invalid(
                "more than two resolvers",
                "Name two at most; two that others use show enough.",
            ));
        }
        servers(&choice.resolvers)?;
        servers(&choice.authoritative)?;
        hosts(&choice.old)?;
        // What is known anyway is not kept: it may be known otherwise tomorrow.
        let known = known(&self.places());
        for (chosen, known) in [
            (&mut choice.resolvers, known.resolvers),
            (&mut choice.authoritative, known.authoritative),
            (&mut choice.old, known.old),
        ] {
            if *chosen == known {
                chosen.clear();
            }
        }
        let text =
            serde_json::to_string(&choice).map_err(|error| damaged("dns.settings", &error))?;
        self.setting(|tx| {
            tx.set_setting(DOMAIN, domain.as_str())?;
            tx.set_setting(&key("settings", &domain), &text)
        })
    }
}

/// What the project knows by itself: the practice company's servers, and where the old server is.
fn known(places: &Places) -> DnsSettingsDto {
    let mut known = DnsSettingsDto::default();
    if let Some(dns) = &places.dns {
        known.resolvers.push(dns.resolver.clone());
        known.authoritative.push(dns.authoritative.clone());
        known.old.push(dns.old_server.clone());
    }
    let source = places.source.iter().map(|source| &source.host);
    let directory = places.directory.iter().flat_map(|one| &one.hosts);
    for host in source.chain(directory) {
        if is_outside(host) && !known.old.contains(host) {
            known.old.push(host.clone());
        }
    }
    known
}

/// Whether a host is on another computer: this one's own names stand in every mail.
fn is_outside(host: &str) -> bool {
    match host.parse::<IpAddr>() {
        Ok(address) => !address.is_loopback() && !address.is_unspecified(),
        Err(_) => host.parse::<DnsName>().is_ok() && !host.eq_ignore_ascii_case("localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_computer_is_never_the_old_server() {
        for here in ["localhost", "127.0.0.1", "::1", "0.0.0.0", ""] {
            assert!(!is_outside(here), "{here}");
        }
        for outside in ["mail.nordvik.example", "192.0.2.25", "2001:db8::1"] {
            assert!(is_outside(outside), "{outside}");
        }
    }
}
