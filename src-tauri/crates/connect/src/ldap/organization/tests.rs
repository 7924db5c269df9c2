use super::super::entry::of;
use super::*;

const EX: &str = "CN=Nordvik,CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=corp,DC=example";

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
