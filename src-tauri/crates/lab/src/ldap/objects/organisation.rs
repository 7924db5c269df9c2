//! The forest and its Exchange organisation: servers, stores, what it accepts mail for.

use super::{CONFIGURATION, Entry, SCHEMA, container, object};
use crate::org::{BASE_DN, DOMAIN, FORMER_DOMAIN, LOCAL_DOMAIN, NETBIOS};

const EXCHANGE: &str =
    "CN=Nordvik,CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=nordvik,DC=example";
const GROUP: &str = "CN=Exchange Administrative Group (FYDIBOHF23SPDLT),CN=Administrative Groups";
/// The administrative group of Exchange 2007, as `legacyExchangeDN` names it.
pub(super) const LEGACY_GROUP: &str =
    "/o=Nordvik/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)";
/// The server of the mailboxes.
pub(super) const SERVER: &str = "SRV-MAIL01";
/// The policy that gives everybody their addresses, and the mark of address policies.
pub(super) const POLICY: &str =
    "{5F4A7B9C-31D2-4C0E-9A3B-7D2E61C8F054},{26491CFC-9E50-4857-861B-0CB8DF22B5D7}";

fn server(name: &str) -> String {
    format!("CN={name},CN=Servers,{GROUP},{EXCHANGE}")
}

/// The message transfer agent that a mailbox names.
pub(super) fn mta() -> String {
    format!("CN=Microsoft MTA,{}", server(SERVER))
}

/// The store of the mailbox at this place: every fourth is in the second one.
pub(super) fn store(at: usize) -> String {
    let (group, store) = if at % 4 == 3 {
        ("Second Storage Group", "Mailbox Database 2")
    } else {
        ("First Storage Group", "Mailbox Database")
    };
    format!(
        "CN={store},CN={group},CN=InformationStore,{}",
        server(SERVER)
    )
}

/// The address lists that everybody is in who is not hidden.
pub(super) fn address_lists() -> [String; 2] {
    let lists = format!("CN=Address Lists Container,{EXCHANGE}");
    [
        format!("CN=All Users,CN=All Address Lists,{lists}"),
        format!("CN=Default Global Address List,CN=All Global Address Lists,{lists}"),
    ]
}

pub(super) fn all(local_suffix: bool) -> Vec<Entry> {
    let mut entries = forest(local_suffix);
    entries.extend(exchange());
    entries.extend(servers());
    entries.extend(accepted());
    entries
}

fn forest(local_suffix: bool) -> Vec<Entry> {
    let partitions = format!("CN=Partitions,{CONFIGURATION}");
    let partition = |name: &str, context: &str, flags: &str| {
        let mut entry = object(
            &format!("CN={name},{partitions}"),
            &["top", "crossRef"],
            "Cross-Ref",
        );
        entry.set("nCName", &[context]);
        entry.set("dnsRoot", &[DOMAIN]);
        entry.set("systemFlags", &[flags]);
        entry
    };
    let mut suffixes = object(
        &partitions,
        &["top", "crossRefContainer"],
        "Cross-Ref-Container",
    );
    suffixes.set("uPNSuffixes", &[FORMER_DOMAIN]);
    if local_suffix {
        suffixes.set("uPNSuffixes", &[FORMER_DOMAIN, LOCAL_DOMAIN]);
    }
    let mut version = object(
        &format!("CN=ms-Exch-Schema-Version-Pt,{SCHEMA}"),
        &["top", "attributeSchema"],
        "Attribute-Schema",
    );
    // Exchange 2007 with Service Pack 3.
    version.set("rangeUpper", &["14625"]);
    vec![
        object(CONFIGURATION, &["top", "configuration"], "Configuration"),
        object(SCHEMA, &["top", "dMD"], "DMD"),
        version,
        suffixes,
        // 1: a naming context, 2: of a domain.
        partition("Enterprise Configuration", CONFIGURATION, "1"),
        partition("Enterprise Schema", SCHEMA, "1"),
        partition(NETBIOS, BASE_DN, "3"),
    ]
}

fn exchange() -> Vec<Entry> {
    let mut organisation = object(
        EXCHANGE,
        &["top", "container", "msExchOrganizationContainer"],
        "ms-Exch-Organization-Container",
    );
    organisation.set("objectVersion", &["11222"]);
    organisation.set("msExchVersion", &["4535486012416"]);
    organisation.set("legacyExchangeDN", &["/o=Nordvik"]);
    let below = |name: &str| container(&format!("{name},{EXCHANGE}"));
    let lists = |name: &str| below(&format!("{name},CN=Address Lists Container"));
    let mut entries = vec![
        container(&format!("CN=Services,{CONFIGURATION}")),
        object(
            &format!("CN=Microsoft Exchange,CN=Services,{CONFIGURATION}"),
            &["top", "container", "msExchConfigurationContainer"],
            "ms-Exch-Configuration-Container",
        ),
        organisation,
        below("CN=Address Lists Container"),
        lists("CN=All Address Lists"),
        lists("CN=All Global Address Lists"),
        below("CN=Administrative Groups"),
        below(GROUP),
        below(&format!("CN=Servers,{GROUP}")),
    ];
    for list in address_lists() {
        entries.push(object(
            &list,
            &["top", "addressBookContainer"],
            "Address-Book-Container",
        ));
    }
    entries
}

fn servers() -> Vec<Entry> {
    let exchange_server = |name: &str, roles: &str| {
        let mut entry = object(
            &server(name),
            &["top", "server", "msExchExchangeServer"],
            "ms-Exch-Exchange-Server",
        );
        entry.set("serialNumber", &["Version 8.3 (Build 30083.6)"]);
        entry.set("versionNumber", &["1912832083"]);
        entry.set("msExchCurrentServerRoles", &[roles]);
        entry.set(
            "networkAddress",
            &[
                &format!("netbios:{name}"),
                &format!("ncacn_ip_tcp:{}.{DOMAIN}", name.to_lowercase()),
            ],
        );
        entry.set(
            "legacyExchangeDN",
            &[&format!(
                "{LEGACY_GROUP}/cn=Configuration/cn=Servers/cn={name}"
            )],
        );
        entry
    };
    let at = server(SERVER);
    let mut entries = vec![
        // Mailboxes, unified messaging, client access, transport.
        exchange_server(SERVER, "54"),
        // Client access and transport.
        exchange_server("SRV-HUB01", "36"),
        object(&mta(), &["top", "mTA"], "MTA"),
        container(&format!("CN=InformationStore,{at}")),
    ];
    for group in ["First Storage Group", "Second Storage Group"] {
        entries.push(object(
            &format!("CN={group},CN=InformationStore,{at}"),
            &["top", "container", "msExchStorageGroup"],
            "ms-Exch-Storage-Group",
        ));
    }
    // A disconnected mailbox is kept for thirty days, in the second store for fourteen.
    for (place, seconds) in [(0, "2592000"), (3, "1209600")] {
        let mut store = object(
            &store(place),
            &["top", "msExchMDB", "msExchPrivateMDB"],
            "ms-Exch-Private-MDB",
        );
        store.set("msExchMailboxRetentionPeriod", &[seconds]);
        entries.push(store);
    }
    entries
}

fn accepted() -> Vec<Entry> {
    let transport = format!("CN=Transport Settings,{EXCHANGE}");
    let domains = format!("CN=Accepted Domains,{transport}");
    let policies = format!("CN=Recipient Policies,{EXCHANGE}");
    let accepted = |name: &str, flags: &str| {
        let mut entry = object(
            &format!("CN={name},{domains}"),
            &["top", "msExchAcceptedDomain"],
            "ms-Exch-Accepted-Domain",
        );
        entry.set("msExchAcceptedDomainName", &[name]);
        entry.set("msExchAcceptedDomainFlags", &[flags]);
        entry
    };
    let mut policy = object(
        &format!("CN=Default Policy,{policies}"),
        &["top", "msExchGenericPolicy", "msExchRecipientPolicy"],
        "ms-Exch-Recipient-Policy",
    );
    policy.set(
        "gatewayProxy",
        &[
            &format!("SMTP:@{DOMAIN}"),
            &format!("smtp:@{FORMER_DOMAIN}"),
            "X400:c=SE;a= ;p=Nordvik;o=nordvik-example;",
        ],
    );
    vec![
        container(&transport),
        container(&domains),
        // 0: whoever is not known here is refused. 2: sent on to another server inside.
        accepted(DOMAIN, "0"),
        accepted(FORMER_DOMAIN, "0"),
        accepted("bygglager.example", "2"),
        container(&policies),
        policy,
    ]
}
