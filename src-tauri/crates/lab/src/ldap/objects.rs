//! What the directory holds when the company is new.

mod exchange2003;
mod mailbox;
mod organisation;
mod others;

use super::entries::Entry;
use super::name;
use crate::org::{BASE_DN, DOMAIN, Hurdle, PEOPLE_DN, Persona, SourceVersion};
use crate::seed;

pub(super) const CONFIGURATION: &str = "CN=Configuration,DC=nordvik,DC=example";
const SCHEMA: &str = "CN=Schema,CN=Configuration,DC=nordvik,DC=example";
const HOST: &str = "dc01.nordvik.example";

/// Every object, in the order in which a search finds them.
pub(super) fn all(seed: u64, source: SourceVersion, personas: &[Persona]) -> Vec<Entry> {
    let has = |hurdle| {
        personas
            .iter()
            .any(|persona| persona.hurdle == Some(hurdle))
    };
    let mut entries = domain();
    entries.extend(organisation::all(has(Hurdle::LocalAddress)));
    for (at, persona) in personas.iter().enumerate() {
        entries.push(mailbox::mailbox(seed, at, persona, personas));
    }
    entries.extend(others::all(seed, personas));
    match source {
        SourceVersion::Exchange2007 => entries,
        SourceVersion::Exchange2003 => exchange2003::before(entries),
    }
}

/// What an unsigned-in client may read. `usn` is the highest update sequence number.
pub(super) fn root(usn: u64) -> Entry {
    let server = format!("CN=DC01,CN=Servers,CN=Default-First-Site-Name,CN=Sites,{CONFIGURATION}");
    let mut root = Entry::default();
    root.set("currentTime", &[&now()]);
    root.set("defaultNamingContext", &[BASE_DN]);
    root.set("rootDomainNamingContext", &[BASE_DN]);
    root.set("configurationNamingContext", &[CONFIGURATION]);
    root.set("schemaNamingContext", &[SCHEMA]);
    root.set("namingContexts", &[BASE_DN, CONFIGURATION, SCHEMA]);
    root.set("dnsHostName", &[HOST]);
    root.set("serverName", &[&server]);
    root.set("dsServiceName", &[&format!("CN=NTDS Settings,{server}")]);
    root.set(
        "ldapServiceName",
        &[&format!("{DOMAIN}:dc01$@{}", DOMAIN.to_uppercase())],
    );
    root.set("highestCommittedUSN", &[&usn.to_string()]);
    root.set("isSynchronized", &["TRUE"]);
    root.set("isGlobalCatalogReady", &["TRUE"]);
    // Windows Server 2008.
    root.set("domainFunctionality", &["3"]);
    root.set("forestFunctionality", &["3"]);
    root.set("domainControllerFunctionality", &["3"]);
    root.set("supportedLDAPVersion", &["3", "2"]);
    root.set("supportedControl", super::CONTROLS);
    root.set("supportedExtension", &[super::START_TLS]);
    // Active Directory, its integration of LDAP, and that of 2008.
    root.set(
        "supportedCapabilities",
        &[
            "1.2.840.113556.1.4.800",
            "1.2.840.113556.1.4.1670",
            "1.2.840.113556.1.4.1791",
            "1.2.840.113556.1.4.1935",
        ],
    );
    root
}

fn now() -> String {
    jiff::Timestamp::now()
        .strftime("%Y%m%d%H%M%S.0Z")
        .to_string()
}

/// `nordvik.example/Nordvik/Personal/Åsa Öhrström`.
pub(super) fn canonical_name(dn: &str) -> String {
    let mut names: Vec<String> = Vec::new();
    let mut rest = Some(dn);
    while let Some(part) = rest {
        if part.starts_with("DC=") {
            break;
        }
        names.extend(name::first(part).map(|name| name.replace('/', "\\/")));
        rest = parent(part);
    }
    names.push(DOMAIN.to_owned());
    names.reverse();
    if names.len() == 1 {
        return format!("{DOMAIN}/");
    }
    names.join("/")
}

/// What follows the first name.
fn parent(dn: &str) -> Option<&str> {
    let mut escaped = false;
    for (at, byte) in dn.bytes().enumerate() {
        match byte {
            b'\\' if !escaped => escaped = true,
            b',' if !escaped => return dn.get(at + 1..),
            _ => escaped = false,
        }
    }
    None
}

/// An object and its class as the schema calls it.
fn object(dn: &str, classes: &[&str], category: &str) -> Entry {
    let mut entry = Entry::new(dn, classes);
    entry.set("objectCategory", &[&format!("CN={category},{SCHEMA}")]);
    entry
}

fn container(dn: &str) -> Entry {
    object(dn, &["top", "container"], "Container")
}

fn unit(dn: &str) -> Entry {
    object(dn, &["top", "organizationalUnit"], "Organizational-Unit")
}

fn domain() -> Vec<Entry> {
    vec![
        object(BASE_DN, &["top", "domain", "domainDNS"], "Domain-DNS"),
        container(&format!("CN=Users,{BASE_DN}")),
        unit(&format!("OU=Nordvik,{BASE_DN}")),
        unit(PEOPLE_DN),
        object(
            &format!("CN=Microsoft Exchange System Objects,{BASE_DN}"),
            &["top", "container", "msExchSystemObjectsContainer"],
            "ms-Exch-System-Objects-Container",
        ),
    ]
}

/// An account.
fn user(seed: u64, dn: &str, account: &str) -> Entry {
    let mut entry = object(
        dn,
        &["top", "person", "organizationalPerson", "user"],
        "Person",
    );
    // An account's name holds twenty characters.
    let account: String = account.chars().take(20).collect();
    entry.set("sAMAccountName", &[&account]);
    entry.set("sAMAccountType", &["805306368"]);
    entry.set("userPrincipalName", &[&format!("{account}@{DOMAIN}")]);
    entry.set("userAccountControl", &["512"]);
    entry.set("accountExpires", &["9223372036854775807"]);
    entry.set("primaryGroupID", &["513"]);
    entry.set("pwdLastSet", &["128803689000000000"]);
    entry.set_bytes("objectSid", vec![account_sid(seed, &account)]);
    entry
}

/// A security identifier of this domain.
fn account_sid(seed: u64, of: &str) -> Vec<u8> {
    domain_sid(seed, "nordvik", of)
}

/// A security identifier: S-1-5-21, the domain's three numbers, the account's own.
fn domain_sid(seed: u64, domain: &str, of: &str) -> Vec<u8> {
    let mut sid = vec![1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0];
    let numbers = seed::guid(seed, &["domain sid", domain]);
    sid.extend(numbers.iter().take(12));
    let [low, high, ..] = seed::guid(seed, &["rid", of]);
    let rid = 1100 + u32::from(low) + 256 * u32::from(high);
    sid.extend(rid.to_le_bytes());
    sid
}

/// SELF, S-1-5-10: whose a mailbox without an account of its own is.
const SELF: [u8; 12] = [1, 1, 0, 0, 0, 0, 0, 5, 10, 0, 0, 0];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::company::Company;
    use crate::ldap::schema::{Schema, Syntax};
    use crate::org::personas;

    const VERSIONS: [SourceVersion; 2] = [SourceVersion::Exchange2007, SourceVersion::Exchange2003];

    #[test]
    fn every_attribute_of_every_object_is_in_the_schema_and_allowed_on_it() {
        for (source, entry) in VERSIONS.into_iter().flat_map(|source| {
            let all = all(7, source, &personas(7, 60, Company::Ordinary, true));
            all.into_iter().map(move |entry| (source, entry))
        }) {
            for (name, values) in entry.attributes.values() {
                let attribute = Schema(source).attribute(name);
                assert!(
                    attribute.is_some_and(|a| a.name == name && a.stands_on(&entry)),
                    "{name} of {}",
                    entry.dn
                );
                assert!(!values.is_empty(), "{name} of {}", entry.dn);
                assert!(
                    values.len() == 1 || attribute.is_some_and(|a| !a.single),
                    "{name} of {}",
                    entry.dn
                );
            }
        }
    }

    #[test]
    fn every_object_that_is_pointed_to_is_there_under_the_name_it_is_pointed_to_by() {
        for source in VERSIONS {
            every_name_is_there(
                source,
                &all(7, source, &personas(7, 60, Company::Ordinary, true)),
            );
        }
    }

    fn every_name_is_there(source: SourceVersion, all: &[Entry]) {
        let names: std::collections::BTreeSet<&str> =
            all.iter().map(|entry| entry.dn.as_str()).collect();
        assert_eq!(names.len(), all.len());
        for entry in all {
            for (name, values) in entry.attributes.values() {
                let Some(attribute) = Schema(source).attribute(name) else {
                    continue;
                };
                // The schema's own objects are not there.
                if attribute.syntax != Syntax::Name || name == "objectCategory" {
                    continue;
                }
                for value in values {
                    let value = String::from_utf8_lossy(value);
                    assert!(names.contains(&*value), "{name} of {}: {value}", entry.dn);
                }
            }
        }
    }

    #[test]
    fn a_canonical_name_reads_from_the_domain_down() {
        assert_eq!(
            canonical_name(r"CN=Ählström\, Erik,OU=Personal,OU=Nordvik,DC=nordvik,DC=example"),
            "nordvik.example/Nordvik/Personal/Ählström, Erik"
        );
        assert_eq!(canonical_name(BASE_DN), "nordvik.example/");
    }
}
