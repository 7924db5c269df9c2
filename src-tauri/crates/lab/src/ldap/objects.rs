//! What the directory holds when the company is new.

use super::entries::Entry;
use crate::org::{
    ACCOUNT, BASE_DN, DOMAIN, FORMER_DOMAIN, Hurdle, MailboxKind, PEOPLE_DN, Persona,
};
use crate::seed;

const CONFIGURATION: &str = "CN=Configuration,DC=nordvik,DC=example";
const SCHEMA: &str = "CN=Schema,CN=Configuration,DC=nordvik,DC=example";
const EXCHANGE: &str =
    "CN=Nordvik,CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=nordvik,DC=example";
const SERVERS: &str = "CN=Servers,CN=Exchange Administrative Group (FYDIBOHF23SPDLT),CN=Administrative Groups,CN=Nordvik,CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=nordvik,DC=example";

/// What an unsigned-in client may read.
pub(super) fn root() -> Entry {
    let mut root = Entry::default();
    root.set("objectClass", &["top"]);
    root.set("defaultNamingContext", &[BASE_DN]);
    root.set("rootDomainNamingContext", &[BASE_DN]);
    root.set("configurationNamingContext", &[CONFIGURATION]);
    root.set("schemaNamingContext", &[SCHEMA]);
    root.set("namingContexts", &[BASE_DN, CONFIGURATION, SCHEMA]);
    root.set("dnsHostName", &["dc01.nordvik.example"]);
    root.set("isGlobalCatalogReady", &["TRUE"]);
    root.set("domainFunctionality", &["3"]);
    root.set("forestFunctionality", &["3"]);
    root.set("domainControllerFunctionality", &["3"]);
    root.set("supportedLDAPVersion", &["3", "2"]);
    root.set("supportedControl", &["1.2.840.113556.1.4.319"]);
    root
}

pub(super) fn containers() -> Vec<Entry> {
    let category = |name: &str| format!("CN={name},{SCHEMA}");
    let container = |dn: &str, class: &str, shown: &str| {
        let mut entry = Entry::new(dn, &["top", class]);
        entry.set("objectCategory", &[&category(shown)]);
        entry
    };
    let mut domain = container(BASE_DN, "domainDNS", "Domain-DNS");
    domain.set("dc", &["nordvik"]);
    let mut organisation = container(
        EXCHANGE,
        "msExchOrganizationContainer",
        "ms-Exch-Organization-Container",
    );
    organisation.set("objectVersion", &["11222"]);
    let mut version = container(
        &format!("CN=ms-Exch-Schema-Version-Pt,{SCHEMA}"),
        "attributeSchema",
        "Attribute-Schema",
    );
    version.set("rangeUpper", &["14625"]);
    let mut server = container(
        &format!("CN=SRV-MAIL01,{SERVERS}"),
        "msExchExchangeServer",
        "ms-Exch-Exchange-Server",
    );
    server.set("serialNumber", &["Version 8.3 (Build 30083.6)"]);
    server.set("versionNumber", &["1912832083"]);
    server.set("msExchCurrentServerRoles", &["54"]);
    server.set(
        "networkAddress",
        &["ncacn_ip_tcp:srv-mail01.nordvik.example"],
    );
    vec![
        domain,
        container(&format!("CN=Users,{BASE_DN}"), "container", "Container"),
        container(
            &format!("OU=Nordvik,{BASE_DN}"),
            "organizationalUnit",
            "Organizational-Unit",
        ),
        container(PEOPLE_DN, "organizationalUnit", "Organizational-Unit"),
        container(
            &format!("CN=Microsoft Exchange System Objects,{BASE_DN}"),
            "msExchSystemObjectsContainer",
            "ms-Exch-System-Objects-Container",
        ),
        container(CONFIGURATION, "configuration", "Configuration"),
        container(SCHEMA, "dMD", "DMD"),
        version,
        organisation,
        server,
    ]
}

fn user(seed: u64, dn: &str, account: &str) -> Entry {
    let mut entry = Entry::new(dn, &["top", "person", "organizationalPerson", "user"]);
    entry.set("objectCategory", &[&format!("CN=Person,{SCHEMA}")]);
    entry.set_bytes(
        "objectGUID",
        vec![seed::guid(seed, &["object", account]).to_vec()],
    );
    entry.set("sAMAccountName", &[account]);
    entry.set("userPrincipalName", &[&format!("{account}@{DOMAIN}")]);
    entry.set("userAccountControl", &["512"]);
    entry
}

pub(super) fn mailbox(persona: &Persona) -> Entry {
    let alias = persona.alias.as_str();
    let address = persona.address();
    // sAMAccountName holds twenty characters.
    let account: String = alias.chars().take(20).collect();
    let mut entry = user(0, &persona.dn(), &account);
    entry.set("cn", &[&persona.display_name]);
    entry.set("displayName", &[&persona.display_name]);
    entry.set("userPrincipalName", &[&address]);
    entry.set_bytes("objectGUID", vec![persona.object_guid.to_vec()]);
    entry.set("mailNickname", &[alias]);
    entry.set("mail", &[&address]);
    let domain = DOMAIN.replace('.', "-");
    entry.set(
        "proxyAddresses",
        &[
            &format!("SMTP:{address}"),
            &format!("smtp:{alias}@{FORMER_DOMAIN}"),
            &format!("X400:c=SE;a= ;p=Nordvik;o={domain};s={alias};"),
        ],
    );
    entry.set("legacyExchangeDN", &[&persona.legacy_exchange_dn()]);
    entry.set(
        "homeMDB",
        &[&format!(
            "CN=Mailbox Database,CN=First Storage Group,CN=InformationStore,CN=SRV-MAIL01,{SERVERS}"
        )],
    );
    entry.set(
        "homeMTA",
        &[&format!("CN=Microsoft MTA,CN=SRV-MAIL01,{SERVERS}")],
    );
    entry.set(
        "msExchHomeServerName",
        &["/o=Nordvik/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Configuration/cn=Servers/cn=SRV-MAIL01"],
    );
    entry.set_bytes("msExchMailboxGuid", vec![persona.mailbox_guid.to_vec()]);
    entry.set("msExchVersion", &["4535486012416"]);
    entry.set("mDBUseDefaults", &["TRUE"]);
    entry.set("msExchUserAccountControl", &["0"]);
    entry.set(
        "msExchRecipientTypeDetails",
        &[&persona.kind.type_details().to_string()],
    );
    let display_type = match persona.kind {
        MailboxKind::RoomMailbox => "7",
        MailboxKind::UserMailbox | MailboxKind::SharedMailbox => "1073741824",
    };
    entry.set("msExchRecipientDisplayType", &[display_type]);
    match persona.kind {
        MailboxKind::UserMailbox => {
            if let Some((first, last)) = persona.display_name.split_once(' ') {
                entry.set("givenName", &[first]);
                entry.set("sn", &[last]);
            }
        }
        // The accounts of rooms and shared mailboxes are disabled.
        MailboxKind::RoomMailbox | MailboxKind::SharedMailbox => {
            entry.set("userAccountControl", &["514"]);
        }
    }
    if persona.hurdle == Some(Hurdle::ProtectedAccount) {
        entry.set("adminCount", &["1"]);
    }
    entry
}

/// What a careful client must not take for a mailbox, and the account that migrates.
pub(super) fn others(seed: u64) -> Vec<Entry> {
    let mut account = user(seed, &format!("CN=Migrering,CN=Users,{BASE_DN}"), ACCOUNT);
    account.set("cn", &["Migrering"]);
    account.set("displayName", &["Migrering"]);

    let system_name = "SystemMailbox{1f05a927-1b8a-4c3e-9e3b-5d3c2b0a7f11}";
    let mut system = user(
        seed,
        &format!("CN={system_name},CN=Microsoft Exchange System Objects,{BASE_DN}"),
        "SM_1f05a9271b8a4c3e",
    );
    system.set("cn", &[system_name]);
    system.set("displayName", &[system_name]);
    system.set("mailNickname", &[system_name]);
    let system_address = format!("SystemMailbox1f05a927@{DOMAIN}");
    system.set("mail", &[&system_address]);
    system.set("proxyAddresses", &[&format!("SMTP:{system_address}")]);
    system.set(
        "homeMDB",
        &[&format!(
            "CN=Mailbox Database,CN=First Storage Group,CN=InformationStore,CN=SRV-MAIL01,{SERVERS}"
        )],
    );
    system.set("msExchRecipientTypeDetails", &["16384"]);
    system.set("msExchHideFromAddressLists", &["TRUE"]);

    let mut group = Entry::new(format!("CN=Alla,{PEOPLE_DN}"), &["top", "group"]);
    group.set("objectCategory", &[&format!("CN=Group,{SCHEMA}")]);
    group.set_bytes(
        "objectGUID",
        vec![seed::guid(seed, &["object", "alla"]).to_vec()],
    );
    group.set("cn", &["Alla"]);
    group.set("displayName", &["Alla på Nordvik"]);
    group.set("sAMAccountName", &["Alla"]);
    group.set("mailNickname", &["alla"]);
    group.set("mail", &[&format!("alla@{DOMAIN}")]);
    group.set("proxyAddresses", &[&format!("SMTP:alla@{DOMAIN}")]);
    group.set("msExchRecipientTypeDetails", &["256"]);

    let contact_name = "Bengt Ählström";
    let mut contact = Entry::new(
        format!("CN={contact_name},{PEOPLE_DN}"),
        &["top", "person", "organizationalPerson", "contact"],
    );
    contact.set("objectCategory", &[&format!("CN=Person,{SCHEMA}")]);
    contact.set_bytes(
        "objectGUID",
        vec![seed::guid(seed, &["object", "bengt"]).to_vec()],
    );
    contact.set("cn", &[contact_name]);
    contact.set("displayName", &["Bengt Ählström (el)"]);
    contact.set("mailNickname", &["bengt.ahlstrom"]);
    contact.set("mail", &["bengt@ahlstromsel.example"]);
    contact.set("proxyAddresses", &["SMTP:bengt@ahlstromsel.example"]);
    contact.set("targetAddress", &["SMTP:bengt@ahlstromsel.example"]);
    contact.set("msExchRecipientTypeDetails", &["64"]);

    // An account without a mailbox.
    let mut plain = user(
        seed,
        &format!("CN=svc-backup,CN=Users,{BASE_DN}"),
        "svc-backup",
    );
    plain.set("cn", &["svc-backup"]);
    vec![account, system, group, contact, plain]
}
