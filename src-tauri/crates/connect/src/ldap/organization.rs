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
mod tests {
    use super::super::entry::of;
    use super::*;

    const EX: &str =
        "CN=Nordvik,CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=corp,DC=example";

    fn root() -> DirectoryEntry {
        of(
            "",
            &[
                ("defaultNamingContext", &["DC=corp,DC=example"]),
                ("dnsHostName", &["dc1.corp.example"]),
                ("domainFunctionality", &["4"]),
            ],
        )
    }

    fn said(exchange: &[DirectoryEntry], partitions: &[DirectoryEntry]) -> DirectoryOrganization {
        Said {
            root: &root(),
            schema_version: Some(6870),
            exchange,
            partitions,
        }
        .organization()
    }

    fn domains(organization: &DirectoryOrganization) -> Vec<(String, bool)> {
        organization
            .accepted_domains
            .iter()
            .map(|domain| (domain.name.to_string(), domain.authoritative))
            .collect()
    }

    #[test]
    fn a_forest_without_exchange_has_its_domain_and_nothing_else() {
        let organization = said(&[], &[]);
        assert_eq!(organization.domain, "corp.example");
        assert_eq!(organization.domain_controller, "dc1.corp.example");
        assert_eq!(organization.domain_level, Some(4));
        assert_eq!(organization.upn_suffixes, ["corp.example"]);
        assert_eq!(organization.exchange_organization, None);
        assert!(organization.accepted_domains.is_empty());
    }

    #[test]
    fn accepted_domains_are_those_of_exchange_2007_before_any_policy() {
        let policy: &[&str] = &["SMTP:@old.example"];
        let organization = said(
            &[
                of(
                    EX,
                    &[("objectClass", &["top", "msExchOrganizationContainer"])],
                ),
                of(
                    "CN=a",
                    &[
                        ("objectClass", &["msExchAcceptedDomain"]),
                        ("msExchAcceptedDomainName", &["corp.example"]),
                        ("msExchAcceptedDomainFlags", &["0"]),
                    ],
                ),
                of(
                    "CN=b",
                    &[
                        ("objectClass", &["msExchAcceptedDomain"]),
                        ("msExchAcceptedDomainName", &["*.relay.example"]),
                        ("msExchAcceptedDomainFlags", &["2"]),
                    ],
                ),
                of(
                    "CN=p",
                    &[
                        ("objectClass", &["msExchRecipientPolicy"]),
                        ("gatewayProxy", policy),
                    ],
                ),
            ],
            &[],
        );
        assert_eq!(
            organization.exchange_organization.as_deref(),
            Some("Nordvik")
        );
        assert_eq!(
            domains(&organization),
            [
                ("corp.example".into(), true),
                ("relay.example".into(), false)
            ]
        );
    }

    #[test]
    fn exchange_2003_accepts_what_its_policies_give_addresses_in() {
        let organization = said(
            &[of(
                "CN=p",
                &[
                    ("objectClass", &["msExchRecipientPolicy"]),
                    (
                        "gatewayProxy",
                        &[
                            "SMTP:%g.%s@corp.example",
                            "smtp:@shared.example",
                            "X400:c=SE;a= ;p=Nordvik",
                        ],
                    ),
                    ("msExchNonAuthoritativeDomains", &["smtp:@shared.example"]),
                ],
            )],
            &[],
        );
        assert_eq!(
            domains(&organization),
            [
                ("corp.example".into(), true),
                ("shared.example".into(), false)
            ]
        );
    }

    #[test]
    fn servers_and_stores_say_their_version_their_roles_and_how_long_they_keep() {
        let organization = said(
            &[
                of(
                    "CN=EX2,CN=Servers",
                    &[
                        ("objectClass", &["msExchExchangeServer"]),
                        ("cn", &["EX2"]),
                        ("serialNumber", &["Version 8.3 (Build 30083.6)"]),
                        ("msExchCurrentServerRoles", &["54"]),
                    ],
                ),
                of(
                    "CN=EX1,CN=Servers",
                    &[
                        ("objectClass", &["msExchExchangeServer"]),
                        (
                            "serialNumber",
                            &["Version 6.5 (Build 7638.2: Service Pack 2)"],
                        ),
                    ],
                ),
                of(
                    "CN=Store,CN=EX2",
                    &[
                        ("objectClass", &["msExchPrivateMDB"]),
                        ("msExchMailboxRetentionPeriod", &["2592000"]),
                    ],
                ),
            ],
            &[],
        );
        let shown: Vec<_> = organization
            .servers
            .iter()
            .map(|server| (&*server.name, server.version, server.roles))
            .collect();
        assert_eq!(
            shown,
            [
                ("EX1", Some(ExchangeVersion::Exchange2003), None),
                ("EX2", Some(ExchangeVersion::Exchange2007), Some(54)),
            ]
        );
        assert_eq!(
            organization.mailbox_retention.get("CN=Store,CN=EX2"),
            Some(&2_592_000)
        );
        assert_eq!(version("Version 6.0 (Build 6249.4: Service Pack 3)"), None);
        assert_eq!(
            version("Version 14.3 (Build 30123.4)"),
            Some(ExchangeVersion::Exchange2010OrLater)
        );
        assert_eq!(version("nonsense"), None);
    }

    #[test]
    fn suffixes_are_the_forests_domains_and_those_set_beside() {
        let organization = said(
            &[],
            &[
                of(
                    "CN=Partitions",
                    &[
                        ("objectClass", &["crossRefContainer"]),
                        ("uPNSuffixes", &["Mail.example", "corp.local"]),
                    ],
                ),
                of(
                    "CN=SUB,CN=Partitions",
                    &[
                        ("objectClass", &["crossRef"]),
                        ("dnsRoot", &["sub.corp.example"]),
                        ("systemFlags", &["3"]),
                    ],
                ),
                of(
                    "CN=DNS,CN=Partitions",
                    &[
                        ("objectClass", &["crossRef"]),
                        ("dnsRoot", &["zones.corp.example"]),
                        ("systemFlags", &["5"]),
                    ],
                ),
            ],
        );
        assert_eq!(
            organization.upn_suffixes,
            [
                "corp.example",
                "corp.local",
                "mail.example",
                "sub.corp.example"
            ]
        );
    }
}
