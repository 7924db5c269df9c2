//! What a careful client must not take for a mailbox, and the account that migrates.

use super::organisation::store;
use super::{Entry, object, user};
use crate::ldap::name::escape;
use crate::org::{ACCOUNT, BASE_DN, DOMAIN, Hurdle, MailboxKind, PEOPLE_DN, Persona};

/// The address that a mailbox and a contact both have.
pub(super) const TWICE: &str = "order@nordvik.example";

const CONTACT: &str = "Bengt Ählström";

pub(super) fn contact_dn() -> String {
    format!("CN={CONTACT},{PEOPLE_DN}")
}

pub(super) fn all(seed: u64, personas: &[Persona]) -> Vec<Entry> {
    let mut entries = accounts(seed);
    entries.extend(groups(personas));
    entries.extend(elsewhere(seed, personas));
    entries
}

/// Accounts that have no mailbox of anybody's.
fn accounts(seed: u64) -> Vec<Entry> {
    let mut account = user(seed, &format!("CN=Migrering,CN=Users,{BASE_DN}"), ACCOUNT);
    account.set("displayName", &["Migrering"]);
    let plain = user(
        seed,
        &format!("CN=svc-backup,CN=Users,{BASE_DN}"),
        "svc-backup",
    );
    let name = "SystemMailbox{1f05a927-1b8a-4c3e-9e3b-5d3c2b0a7f11}";
    let mut system = user(
        seed,
        &format!("CN={name},CN=Microsoft Exchange System Objects,{BASE_DN}"),
        "SM_1f05a9271b8a4c3e",
    );
    system.set("displayName", &[name]);
    system.set("mailNickname", &[name]);
    let address = format!("SystemMailbox1f05a927@{DOMAIN}");
    system.set("mail", &[&address]);
    system.set("proxyAddresses", &[&format!("SMTP:{address}")]);
    system.set("homeMDB", &[&store(0)]);
    system.set("msExchRecipientTypeDetails", &["16384"]);
    system.set("msExchHideFromAddressLists", &["TRUE"]);
    vec![account, system, plain]
}

fn groups(personas: &[Persona]) -> Vec<Entry> {
    let group = |name: &str, shown: &str, alias: &str, kind: &str, details: &str| {
        let mut entry = object(
            &format!("CN={name},{PEOPLE_DN}"),
            &["top", "group"],
            "Group",
        );
        entry.set("displayName", &[shown]);
        entry.set("sAMAccountName", &[name]);
        entry.set("groupType", &[kind]);
        mail(&mut entry, alias, &format!("{alias}@{DOMAIN}"), details);
        entry
    };
    let members = |entry: &mut Entry, of: &dyn Fn(usize, &Persona) -> bool| {
        let names: Vec<String> = personas
            .iter()
            .enumerate()
            .filter(|(at, persona)| of(*at, persona))
            .map(|(_, persona)| persona.dn())
            .collect();
        if !names.is_empty() {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            entry.set("member", &names);
        }
    };
    // 8: universal; the highest bit makes it one that rights are given to.
    let mut everybody = group("Alla", "Alla på Nordvik", "alla", "8", "256");
    members(&mut everybody, &|_, persona| {
        persona.kind == MailboxKind::UserMailbox
    });
    let mut accountants = group("Ekonomi", "Ekonomi", "ekonomi", "-2147483640", "1024");
    members(&mut accountants, &|at, _| at % 7 == 1);
    let mut foremen = group("Platschefer", "Platschefer", "platschefer", "8", "256");
    members(&mut foremen, &|at, _| at % 5 == 2);
    let mut dynamic = object(
        &format!("CN=Kontoret,{PEOPLE_DN}"),
        &["top", "msExchBaseClass", "msExchDynamicDistributionList"],
        "ms-Exch-Dynamic-Distribution-List",
    );
    dynamic.set("displayName", &["Kontoret"]);
    dynamic.set("msExchDynamicDLBaseDN", &[PEOPLE_DN]);
    dynamic.set(
        "msExchDynamicDLFilter",
        &["(&(mailNickname=*)(objectCategory=person)(homeMDB=*))"],
    );
    mail(
        &mut dynamic,
        "kontoret",
        &format!("kontoret@{DOMAIN}"),
        "2048",
    );
    vec![everybody, accountants, foremen, dynamic]
}

/// Contacts and mail users: their mail goes elsewhere.
fn elsewhere(seed: u64, personas: &[Persona]) -> Vec<Entry> {
    let contact = |name: &str, shown: &str, alias: &str, address: &str| {
        let mut entry = object(
            &format!("CN={name},{PEOPLE_DN}"),
            &["top", "person", "organizationalPerson", "contact"],
            "Person",
        );
        entry.set("displayName", &[shown]);
        mail(&mut entry, alias, address, "64");
        entry.set("targetAddress", &[&format!("SMTP:{address}")]);
        entry
    };
    let bengt = contact(
        CONTACT,
        "Bengt Ählström (el)",
        "bengt.ahlstrom",
        "bengt@ahlstromsel.example",
    );
    // Names with a comma are common where lists are sorted by last names.
    let name = escape("Ählström, Erik");
    let mut erik = user(seed, &format!("CN={name},{PEOPLE_DN}"), "erik.ahlstrom");
    erik.set("displayName", &["Ählström, Erik"]);
    mail(
        &mut erik,
        "erik.ahlstrom",
        &format!("erik.ahlstrom@{DOMAIN}"),
        "128",
    );
    erik.set("targetAddress", &["SMTP:erik@ahlstromsel.example"]);
    erik.set("msExchRecipientDisplayType", &["6"]);
    let mut entries = vec![bengt, erik];
    let twice = |persona: &Persona| persona.hurdle == Some(Hurdle::AddressTwice);
    if personas.iter().any(twice) {
        let mut order = contact("Order (gamla)", "Order (gamla)", "order.gamla", TWICE);
        order.set("targetAddress", &["SMTP:order@bygglager.example"]);
        entries.push(order);
    }
    entries
}

fn mail(entry: &mut Entry, alias: &str, address: &str, details: &str) {
    entry.set("mailNickname", &[alias]);
    entry.set("mail", &[address]);
    entry.set("proxyAddresses", &[&format!("SMTP:{address}")]);
    entry.set("msExchRecipientTypeDetails", &[details]);
    entry.set("msExchVersion", &["4535486012416"]);
    entry.set(
        "legacyExchangeDN",
        &[&format!(
            "{}/cn=Recipients/cn={alias}",
            super::organisation::LEGACY_GROUP
        )],
    );
}
