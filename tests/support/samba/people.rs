//! Who is in the directory: mailboxes of every kind that bites, and what comes by directory synchronisation.

use sha2::{Digest as _, Sha256};

use super::ldif::Ldif;
use super::organization::Places;
use super::{BASE, Exchange, Forest};

/// The organisational unit of everyone with a mailbox: the migration account's rights are given on it.
pub(super) const STAFF: &str = "OU=Staff,DC=nordvik,DC=local";
const OUTSIDE: &str = "OU=Outside,DC=nordvik,DC=local";
const FIRST: [&str; 10] = [
    "Anna", "Björn", "Åsa", "Lars", "Märta", "Per", "Eva", "Göran", "Karin", "Nils",
];
const LAST: [&str; 7] = [
    "Svensson",
    "Öberg",
    "Lindqvist",
    "Åkesson",
    "Nyström",
    "Ek",
    "Håkansson",
];
/// How many mailboxes a transaction adds.
const AT_ONCE: usize = 250;
/// SELF, S-1-5-10.
const SELF: [u8; 12] = [1, 1, 0, 0, 0, 0, 0, 5, 10, 0, 0, 0];

/// A mailbox of the directory.
#[derive(Debug, Clone)]
pub struct Person {
    /// `mailNickname`, and the account's name.
    pub alias: String,
    /// Where it is.
    pub dn: String,
    /// Its display name.
    pub name: String,
    /// Its primary address.
    pub address: String,
    /// What is particular about it; the alias of everyone particular begins with it.
    pub what: What,
}

/// What can be particular about a mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Nothing.
    Ordinary,
    /// A room.
    Room,
    /// A projector.
    Equipment,
    /// A mailbox of several people.
    Shared,
    /// Its account is in another forest.
    Linked,
    /// Not in address lists.
    Hidden,
    /// The account is disabled.
    Disabled,
    /// `adminCount` 1, and an access list that inherits nothing: the migration account may read, and write nothing.
    Protected,
    /// A secondary address in a domain that nobody verified (`oldbrand.example`).
    Unverified,
    /// The primary address ends in `nordvik.local`.
    Local,
    /// The secondary address `order@nordvik.example` belongs to two.
    Twice,
    /// `altRecipient` is the contact `CN=Pia Partner,OU=Outside`, with a copy kept.
    Redirected,
    /// `targetAddress` is set already.
    Forwarded,
}

const PARTICULAR: [(What, &str, &str); 13] = [
    (What::Room, "room", "Konferensrum Älgen"),
    (What::Equipment, "equipment", "Projektor 2"),
    (What::Shared, "shared", "Info Nordvik"),
    (What::Linked, "linked", "Linnea Länkad"),
    (What::Hidden, "hidden", "Hilda Dold"),
    (What::Disabled, "disabled", "Dan Avstängd"),
    (What::Protected, "protected", "Petra Skyddad"),
    (What::Unverified, "unverified", "Ulf Gammal"),
    (What::Local, "local", "Lo Lokal"),
    (What::Twice, "twice1", "Tor Dubbel"),
    (What::Twice, "twice2", "Tea Dubbel"),
    (What::Redirected, "redirected", "Rut Omdirigerad"),
    (What::Forwarded, "forwarded", "Frans Vidare"),
];

/// Everyone with a mailbox, the particular ones first.
pub(super) fn people(mailboxes: usize) -> Vec<Person> {
    let particular = PARTICULAR
        .iter()
        .map(|&(what, alias, name)| (what, alias.to_owned(), name.to_owned()));
    let ordinary = (1..).map(|number| {
        let name = format!(
            "{} {} {number:03}",
            FIRST[number % 10],
            LAST[number / 10 % 7]
        );
        (What::Ordinary, format!("user{number:03}"), name)
    });
    particular
        .chain(ordinary)
        .take(mailboxes)
        .map(|(what, alias, name)| Person {
            dn: format!("CN={name},{STAFF}"),
            address: if what == What::Local {
                format!("{alias}@nordvik.local")
            } else {
                format!("{alias}@nordvik.example")
            },
            alias,
            name,
            what,
        })
        .collect()
}

/// The unit `OU=Staff`, with its access list.
pub(super) fn staff(access: &str) -> String {
    let mut ldif = Ldif::default();
    ldif.add(STAFF, "organizationalUnit")
        .value("nTSecurityDescriptor", access);
    ldif.0
}

/// Everyone, each file a transaction: a large one takes more than its share. `inheriting_nothing` is the access list
/// of the protected one.
pub(super) fn files(forest: Forest, inheriting_nothing: &str) -> Vec<String> {
    let mut others = Ldif::default();
    outsiders(&mut others, forest.exchange);
    exchanges_own(&mut others, forest.exchange);
    let mut files = vec![others.0];
    for (number, people) in people(forest.mailboxes).chunks(AT_ONCE).enumerate() {
        let store = Places::new(forest.exchange).store(number * AT_ONCE);
        let mut ldif = Ldif::default();
        for person in people {
            mailbox(
                &mut ldif,
                forest.exchange,
                person,
                &store,
                inheriting_nothing,
            );
        }
        files.push(ldif.0);
    }
    files
}

fn mailbox(
    ldif: &mut Ldif,
    exchange: Exchange,
    person: &Person,
    store: &str,
    inheriting_nothing: &str,
) {
    let places = Places::new(exchange);
    let Person {
        alias, what, dn, ..
    } = person;
    let disabled = matches!(
        what,
        What::Room | What::Equipment | What::Shared | What::Linked | What::Disabled
    );
    let entry = ldif
        .add(dn, "user")
        .value("sAMAccountName", alias)
        .value("userPrincipalName", format!("{alias}@nordvik.local"))
        .value("displayName", &person.name)
        .value("userAccountControl", if disabled { "514" } else { "512" })
        .value("mail", &person.address)
        .value("mailNickname", alias)
        .value("proxyAddresses", format!("SMTP:{}", person.address))
        .value("proxyAddresses", format!("smtp:{alias}@partner.example"))
        .value(
            "proxyAddresses",
            format!("X400:C=SE;A= ;P=Nordvik;O=Exchange;S={alias};"),
        )
        .value("legacyExchangeDN", places.legacy_recipient(alias))
        .value("homeMDB", store)
        .value("homeMTA", places.transfer_agent())
        .value("msExchHomeServerName", places.legacy_server())
        .value("msExchMailboxGuid", Sha256::digest(alias)[..16].to_vec())
        .value("msExchMailboxSecurityDescriptor", descriptor())
        .value("msExchUserAccountControl", if disabled { "2" } else { "0" })
        .value("msExchALObjectVersion", "47")
        .value("mDBUseDefaults", "TRUE")
        .value(
            "msExchPoliciesIncluded",
            "{4EA6D9A1-2F9C-4A2B-8A1E-3B8C5D2F7A10},{26491CFC-9E50-4857-861B-0CB8DF22B5D7}",
        );
    if exchange == Exchange::V2007 {
        let (details, display) = match what {
            What::Room => ("16", "7"),
            What::Equipment => ("32", "8"),
            What::Shared => ("4", "0"),
            What::Linked => ("2", "1073741824"),
            _ => ("1", "1073741824"),
        };
        entry
            .value("msExchRecipientTypeDetails", details)
            .value("msExchRecipientDisplayType", display)
            .value("msExchUserCulture", "sv-SE")
            .value("msExchVersion", "4535486012416");
    }
    match what {
        What::Room | What::Equipment | What::Shared => {
            entry.value("msExchMasterAccountSid", "S-1-5-10");
        }
        What::Linked => {
            entry.value(
                "msExchMasterAccountSid",
                "S-1-5-21-1111111-2222222-3333333-1104",
            );
        }
        What::Hidden => {
            entry.value("msExchHideFromAddressLists", "TRUE");
        }
        What::Protected => {
            entry
                .value("adminCount", "1")
                .value("nTSecurityDescriptor", inheriting_nothing);
        }
        What::Unverified => {
            entry.value("proxyAddresses", "smtp:ulf@oldbrand.example");
        }
        What::Twice => {
            entry.value("proxyAddresses", "smtp:order@nordvik.example");
        }
        What::Redirected => {
            entry
                .value("altRecipient", format!("CN=Pia Partner,{OUTSIDE}"))
                .value("deliverAndRedirect", "TRUE");
        }
        What::Forwarded => {
            entry.value("targetAddress", "SMTP:frans@elsewhere.example");
        }
        What::Ordinary | What::Disabled | What::Local => {}
    }
}

/// Groups, contacts, mail users.
fn outsiders(ldif: &mut Ldif, exchange: Exchange) {
    ldif.add(OUTSIDE, "organizationalUnit");
    let mut other = |class: &str, name: &str, alias: &str, target: Option<&str>| {
        let entry = ldif
            .add(&format!("CN={name},{OUTSIDE}"), class)
            .value("displayName", name)
            .value("mailNickname", alias)
            .value("mail", format!("{alias}@nordvik.example"))
            .value("proxyAddresses", format!("SMTP:{alias}@nordvik.example"))
            .value(
                "legacyExchangeDN",
                Places::new(exchange).legacy_recipient(alias),
            );
        if matches!(class, "user" | "group") {
            entry.value("sAMAccountName", alias);
        }
        if let Some(target) = target {
            entry.value("targetAddress", target);
        }
    };
    other("group", "Alla på Nordvik", "alla", None);
    other("group", "Ledningen", "ledningen", None);
    other(
        "msExchDynamicDistributionList",
        "Kontoret i Umeå",
        "umea",
        None,
    );
    other(
        "contact",
        "Pia Partner",
        "pia",
        Some("SMTP:pia@partner.example"),
    );
    other(
        "contact",
        "Rolf Revisor",
        "rolf",
        Some("SMTP:rolf@audit.example"),
    );
    other(
        "user",
        "Moa Mejl",
        "moa",
        Some("SMTP:moa@elsewhere.example"),
    );
}

/// What Exchange keeps for itself and nobody migrates.
fn exchanges_own(ldif: &mut Ldif, exchange: Exchange) {
    let places = Places::new(exchange);
    let system = format!("CN=Microsoft Exchange System Objects,{BASE}");
    for (dn, alias) in [
        (
            format!("CN=SystemMailbox{{1F05A927-3BE2-4FB9-AA03-B59FE3B56F4C}},{system}"),
            "SystemMailbox{1F05A927}",
        ),
        (
            format!("CN=CAS_{{6B4E2E4C}},CN=Users,{BASE}"),
            "extest_6b4e2e4c",
        ),
    ] {
        ldif.add(&dn, "user")
            .value(
                "sAMAccountName",
                alias
                    .replace(['{', '}'], "")
                    .get(..19.min(alias.len() - 2))
                    .unwrap(),
            )
            .value("mailNickname", alias)
            .value(
                "mail",
                format!("{}@nordvik.example", alias.replace(['{', '}'], "")),
            )
            .value("homeMDB", places.store(0))
            .value("userAccountControl", "514");
    }
}

/// A security descriptor as MS-DTYP section 2.4.6 lays it out: SELF owns the mailbox and has full access to it.
fn descriptor() -> Vec<u8> {
    let entry_size = 8 + SELF.len();
    let list_size = 8 + entry_size;
    let mut out = vec![1, 0, 0x04, 0x80];
    let owner = 20;
    let group = owner + SELF.len();
    let list = group + SELF.len();
    for offset in [owner, group, 0, list] {
        out.extend(u32::try_from(offset).unwrap().to_le_bytes());
    }
    out.extend(SELF);
    out.extend(SELF);
    out.extend([2, 0]);
    out.extend(u16::try_from(list_size).unwrap().to_le_bytes());
    out.extend([1, 0, 0, 0]);
    out.extend([0, 2]);
    out.extend(u16::try_from(entry_size).unwrap().to_le_bytes());
    out.extend(0x0002_0003_u32.to_le_bytes());
    out.extend(SELF);
    out
}
