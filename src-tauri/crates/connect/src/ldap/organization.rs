//! The forest and its Exchange organisation, put together from the entries that describe them.

use std::collections::{BTreeMap, BTreeSet};

use stegvis_engine::ports::{
    AcceptedDomain, DirectoryEntry, DirectoryOrganization, ExchangeServer,
};
use stegvis_model::{DomainName, ExchangeVersion};

use super::names;

/// What the root of every directory says about itself.
pub(super) const ROOT: &[&str] = &[
    "defaultNamingContext",
    "configurationNamingContext",
    "schemaNamingContext",
    "dnsHostName",
    "domainFunctionality",
    "forestFunctionality",
    "isGlobalCatalogReady",
];

/// The objects below `CN=Microsoft Exchange,CN=Services` that are looked at. A class that the schema lacks
/// leaves its own term undefined, and the others hold.
pub(super) const EXCHANGE: &str = "(|(objectClass=msExchOrganizationContainer)(objectClass=msExchExchangeServer)(objectClass=msExchPrivateMDB)(objectClass=msExchAcceptedDomain)(objectClass=msExchRecipientPolicy))";
pub(super) const EXCHANGE_ATTRIBUTES: &[&str] = &[
    "cn",
    "objectClass",
    "serialNumber",
    "msExchCurrentServerRoles",
    "msExchMailboxRetentionPeriod",
    "msExchAcceptedDomainName",
    "msExchAcceptedDomainFlags",
    "gatewayProxy",
    "msExchNonAuthoritativeDomains",
];

/// The domains of the forest, and the suffixes beside them.
pub(super) const PARTITIONS: &str = "(|(objectClass=crossRef)(objectClass=crossRefContainer))";
pub(super) const PARTITION_ATTRIBUTES: &[&str] =
    &["objectClass", "dnsRoot", "systemFlags", "uPNSuffixes"];
/// `systemFlags` of a crossRef: its partition is a domain.
const IS_DOMAIN: u32 = 2;
/// `msExchAcceptedDomainFlags`, the lowest two bits: 0 authoritative, 1 external relay, 2 internal relay.
const RELAY: u32 = 3;

/// What the directory said.
pub(super) struct Said<'a> {
    pub(super) root: &'a DirectoryEntry,
    /// `rangeUpper` of `ms-Exch-Schema-Version-Pt`.
    pub(super) schema_version: Option<u32>,
    pub(super) exchange: &'a [DirectoryEntry],
    pub(super) partitions: &'a [DirectoryEntry],
}

impl Said<'_> {
    pub(super) fn organization(&self) -> DirectoryOrganization {
        let domain = self
            .root
            .text("defaultNamingContext")
            .map(names::dns_domain)
            .unwrap_or_default();
        let of = |class: &'static str| self.exchange.iter().filter(move |entry| is(entry, class));
        let mut servers: Vec<_> = of("msExchExchangeServer").map(server).collect();
        servers.sort_by(|one, other| one.name.cmp(&other.name));
        let mut accepted: BTreeMap<DomainName, bool> = of("msExchAcceptedDomain")
            .filter_map(accepted_domain)
            .collect();
        if accepted.is_empty() {
            // Exchange 2003 accepts what its recipient policies give addresses in.
            for policy in of("msExchRecipientPolicy") {
                for (name, authoritative) in policy_domains(policy) {
                    *accepted.entry(name).or_insert(true) &= authoritative;
                }
            }
        }
        DirectoryOrganization {
            domain_controller: self.root.text("dnsHostName").unwrap_or_default().to_owned(),
            domain_level: number(self.root, "domainFunctionality"),
            forest_level: number(self.root, "forestFunctionality"),
            schema_version: self.schema_version,
            exchange_organization: of("msExchOrganizationContainer")
                .next()
                .and_then(|entry| names::first_name(&entry.dn)),
            servers,
            accepted_domains: accepted
                .into_iter()
                .map(|(name, authoritative)| AcceptedDomain {
                    name,
                    authoritative,
                })
                .collect(),
            upn_suffixes: self.upn_suffixes(&domain),
            mailbox_retention: of("msExchPrivateMDB")
                .filter_map(|entry| {
                    let seconds = entry.text("msExchMailboxRetentionPeriod")?.parse().ok()?;
                    Some((entry.dn.clone(), seconds))
                })
                .collect(),
            domain,
        }
    }

    fn upn_suffixes(&self, domain: &str) -> Vec<String> {
        let domains = self
            .partitions
            .iter()
            .filter(|entry| {
                is(entry, "crossRef")
                    && number(entry, "systemFlags").is_some_and(|flags| flags & IS_DOMAIN != 0)
            })
            .filter_map(|entry| entry.text("dnsRoot"));
        let beside = self
            .partitions
            .iter()
            .flat_map(|entry| entry.texts("uPNSuffixes"));
        domains
            .chain(beside)
            .chain([domain])
            .filter(|suffix| !suffix.is_empty())
            .map(str::to_lowercase)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    }
}

fn is(entry: &DirectoryEntry, class: &str) -> bool {
    entry
        .texts("objectClass")
        .iter()
        .any(|own| own.eq_ignore_ascii_case(class))
}

fn number(entry: &DirectoryEntry, name: &str) -> Option<u32> {
    entry.text(name)?.parse().ok()
}

fn server(entry: &DirectoryEntry) -> ExchangeServer {
    let serial_number = entry.text("serialNumber").unwrap_or_default().to_owned();
    ExchangeServer {
        name: entry
            .text("cn")
            .map(str::to_owned)
            .or_else(|| names::first_name(&entry.dn))
            .unwrap_or_default(),
        version: version(&serial_number),
        roles: number(entry, "msExchCurrentServerRoles"),
        serial_number,
    }
}

/// `Version 6.5 (Build 7638.2: Service Pack 2)`. Exchange 2000 was 6.0.
fn version(serial_number: &str) -> Option<ExchangeVersion> {
    let number = serial_number.strip_prefix("Version ")?;
    let mut parts = number.split(['.', ' ']).map(str::parse::<u32>);
    match (parts.next()?.ok()?, parts.next()?.ok()?) {
        (6, 5) => Some(ExchangeVersion::Exchange2003),
        (8, _) => Some(ExchangeVersion::Exchange2007),
        (14.., _) => Some(ExchangeVersion::Exchange2010OrLater),
        _ => None,
    }
}

/// A leading `*.` means the domains below as well; the name is what counts here.
fn accepted_domain(entry: &DirectoryEntry) -> Option<(DomainName, bool)> {
    let name = entry.text("msExchAcceptedDomainName")?;
    let name = name.strip_prefix("*.").unwrap_or(name).parse().ok()?;
    let flags = number(entry, "msExchAcceptedDomainFlags").unwrap_or(0);
    Some((name, flags & RELAY == 0))
}

/// `SMTP:@corp.example` and `smtp:%g.%s@corp.example`: the organisation answers for these, except for those
/// listed beside.
fn policy_domains(entry: &DirectoryEntry) -> Vec<(DomainName, bool)> {
    let domain = |template: &str| -> Option<DomainName> {
        let (kind, address) = template.split_once(':')?;
        let (_, domain) = address.rsplit_once('@')?;
        kind.eq_ignore_ascii_case("smtp")
            .then(|| domain.parse().ok())?
    };
    let elsewhere: BTreeSet<_> = entry
        .texts("msExchNonAuthoritativeDomains")
        .into_iter()
        .filter_map(domain)
        .collect();
    entry
        .texts("gatewayProxy")
        .into_iter()
        .filter_map(domain)
        .map(|name| {
            let authoritative = !elsewhere.contains(&name);
            (name, authoritative)
        })
        .collect()
}

#[cfg(test)]
mod tests;
