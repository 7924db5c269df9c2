//! The same company before it went to Exchange 2007: one server of 2003, whose schema knows no kinds of mailboxes
//! and no accepted domains. A room is a disabled account that is its own master, and nothing tells it from a
//! shared mailbox.

use super::Entry;
use crate::ldap::name;
use crate::ldap::schema::Schema;
use crate::org::SourceVersion;

/// What is called otherwise.
const NAMES: [(&str, &str); 3] = [
    (
        "Exchange Administrative Group (FYDIBOHF23SPDLT)",
        "First Administrative Group",
    ),
    ("CN=Mailbox Database 2,", "CN=Mailbox Store 2 (SRV-MAIL01),"),
    ("CN=Mailbox Database,", "CN=Mailbox Store (SRV-MAIL01),"),
];
/// What was not there yet.
const LATER: [&str; 2] = ["CN=Transport Settings,", "CN=SRV-HUB01,"];

pub(super) fn before(entries: Vec<Entry>) -> Vec<Entry> {
    entries
        .into_iter()
        .filter(|entry| !LATER.iter().any(|later| entry.dn.contains(later)))
        .map(downgraded)
        .collect()
}

fn downgraded(mut entry: Entry) -> Entry {
    let renamed = |text: &str| {
        NAMES
            .iter()
            .fold(text.to_owned(), |text, (new, old)| text.replace(new, old))
    };
    entry.dn = renamed(&entry.dn);
    entry.normal = name::normal(&entry.dn).unwrap_or_default();
    entry.attributes.retain(|name, _| {
        Schema(SourceVersion::Exchange2003)
            .attribute(name)
            .is_some()
    });
    for (_, values) in entry.attributes.values_mut() {
        for value in values {
            if let Ok(text) = std::str::from_utf8(value) {
                *value = renamed(text).into_bytes();
            }
        }
    }
    // The name stands in the object as well, without what follows it.
    if let Some(own) = name::first(&entry.dn) {
        for naming in ["name", "cn"] {
            if !entry.values(naming).is_empty() {
                entry.set(naming, &[&own]);
            }
        }
    }
    if !entry.values("serialNumber").is_empty() {
        entry.set(
            "serialNumber",
            &["Version 6.5 (Build 7638.2: Service Pack 2)"],
        );
        entry.set("versionNumber", &["7638"]);
    }
    if !entry.values("rangeUpper").is_empty() {
        entry.set("rangeUpper", &["6870"]);
    }
    if !entry.values("objectVersion").is_empty() {
        entry.set("objectVersion", &["6903"]);
    }
    entry
}
