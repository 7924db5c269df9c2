//! The Exchange organisation in the forest's configuration: a server, its store, what it accepts mail for.

use super::ldif::Ldif;
use super::{BASE, CONFIGURATION, Exchange, Forest};

/// The name of the organisation.
pub(super) const ORGANIZATION: &str = "Nordvik";
/// How long the store keeps a disconnected mailbox: thirty days.
const RETENTION: &str = "2592000";
const MAILBOXES_OF_A_STORE: usize = 250;

/// Where things are, and what they are called.
pub(super) struct Places {
    exchange: Exchange,
}

impl Places {
    pub(super) const fn new(exchange: Exchange) -> Self {
        Self { exchange }
    }

    fn group(&self) -> &'static str {
        match self.exchange {
            Exchange::V2003 => "First Administrative Group",
            // Every organisation of Exchange 2007 has this one.
            Exchange::V2007 => "Exchange Administrative Group (FYDIBOHF23SPDLT)",
        }
    }

    const fn server_name(&self) -> &'static str {
        match self.exchange {
            Exchange::V2003 => "EX2003",
            Exchange::V2007 => "EX2007",
        }
    }

    fn root() -> String {
        format!("CN={ORGANIZATION},CN=Microsoft Exchange,CN=Services,{CONFIGURATION}")
    }

    fn server(&self) -> String {
        format!(
            "CN={},CN=Servers,CN={},CN=Administrative Groups,{}",
            self.server_name(),
            self.group(),
            Self::root()
        )
    }

    /// The store of the mailbox with this number. A store that held thousands would be slow to fill: each of its
    /// mailboxes is a link back.
    pub(super) fn store(&self, mailbox: usize) -> String {
        let number = match mailbox / MAILBOXES_OF_A_STORE {
            0 => String::new(),
            more => format!(" {}", more + 1),
        };
        let name = match self.exchange {
            Exchange::V2003 => format!("Mailbox Store{number} (EX2003)"),
            Exchange::V2007 => format!("Mailbox Database{number}"),
        };
        format!(
            "CN={name},CN=First Storage Group,CN=InformationStore,{}",
            self.server()
        )
    }

    pub(super) fn transfer_agent(&self) -> String {
        format!("CN=Microsoft MTA,{}", self.server())
    }

    pub(super) fn legacy_server(&self) -> String {
        format!(
            "/o={ORGANIZATION}/ou={}/cn=Configuration/cn=Servers/cn={}",
            self.group(),
            self.server_name()
        )
    }

    pub(super) fn legacy_recipient(&self, alias: &str) -> String {
        format!(
            "/o={ORGANIZATION}/ou={}/cn=Recipients/cn={alias}",
            self.group()
        )
    }
}

/// The tree, in one transaction.
pub(super) fn file(forest: Forest) -> String {
    let exchange = forest.exchange;
    let places = Places::new(exchange);
    let mut ldif = Ldif::default();
    let root = Places::root();
    let above = root.split_once(',').unwrap().1;
    ldif.add(above, "msExchConfigurationContainer");
    ldif.add(&root, "msExchOrganizationContainer");
    for container in [
        "CN=Administrative Groups".to_owned(),
        format!("CN={},CN=Administrative Groups", places.group()),
        format!("CN=Servers,CN={},CN=Administrative Groups", places.group()),
        "CN=Recipient Policies".to_owned(),
        "CN=Transport Settings".to_owned(),
        "CN=Accepted Domains,CN=Transport Settings".to_owned(),
    ] {
        ldif.add(&format!("{container},{root}"), "container");
    }
    let server = ldif
        .add(&places.server(), "msExchExchangeServer")
        .value("legacyExchangeDN", places.legacy_server());
    match exchange {
        Exchange::V2003 => {
            server
                .value("serialNumber", "Version 6.5 (Build 7638.2: Service Pack 2)")
                .value("versionNumber", "7638");
        }
        Exchange::V2007 => {
            server
                .value("serialNumber", "Version 8.3 (Build 30083.6)")
                .value("versionNumber", "1912701347")
                // Mailbox, client access and hub transport.
                .value("msExchCurrentServerRoles", "38")
                .value("msExchVersion", "4535486012416");
        }
    }
    for container in [
        "CN=Microsoft MTA",
        "CN=InformationStore",
        "CN=First Storage Group,CN=InformationStore",
    ] {
        ldif.add(&format!("{container},{}", places.server()), "container");
    }
    for first in (0..forest.mailboxes.max(1)).step_by(MAILBOXES_OF_A_STORE) {
        ldif.add(&places.store(first), "msExchPrivateMDB")
            .value("msExchMailboxRetentionPeriod", RETENTION);
    }
    let policy = format!("CN=Default Policy,CN=Recipient Policies,{root}");
    ldif.add(&policy, "msExchRecipientPolicy")
        .value("gatewayProxy", "SMTP:@nordvik.example")
        .value("gatewayProxy", "smtp:@nordvik.local")
        .value("gatewayProxy", "smtp:@partner.example")
        .value("gatewayProxy", "X400:c=SE;a= ;p=Nordvik;o=Exchange;")
        .value("msExchNonAuthoritativeDomains", "smtp:@partner.example");
    if exchange == Exchange::V2007 {
        for (name, flags) in [
            ("nordvik.example", "0"),
            ("nordvik.local", "0"),
            ("partner.example", "2"),
        ] {
            ldif.add(
                &format!("CN={name},CN=Accepted Domains,CN=Transport Settings,{root}"),
                "msExchAcceptedDomain",
            )
            .value("msExchAcceptedDomainName", name)
            .value("msExchAcceptedDomainFlags", flags);
        }
    }
    ldif.extend(
        &format!("CN=Partitions,{CONFIGURATION}"),
        "uPNSuffixes",
        ["nordvik.example"],
    );
    // Where Exchange keeps what is nobody's.
    ldif.add(
        &format!("CN=Microsoft Exchange System Objects,{BASE}"),
        "container",
    );
    ldif.0
}
