//! The company and its mailboxes: seeded personas.

use rand::Rng;
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use crate::company::Company;
use crate::seed;

pub(crate) const COMPANY: &str = "Nordvik Bygg AB";
pub(crate) const NETBIOS: &str = "NORDVIK";
pub(crate) const DOMAIN: &str = "nordvik.example";
/// The domain of the company's former name: everyone still has an address there.
pub(crate) const FORMER_DOMAIN: &str = "nordvikbygg.example";
/// A bought company's domain, which nobody has verified in the tenant.
pub(crate) const UNVERIFIED_DOMAIN: &str = "nordvikmark.example";
/// What nothing outside the company's own network can reach.
pub(crate) const LOCAL_DOMAIN: &str = "nordvik.local";
pub(crate) const TENANT_DOMAIN: &str = "nordvik.onmicrosoft.example";
/// The domains that the tenant has accepted.
pub(crate) const ACCEPTED_DOMAINS: [&str; 3] = [DOMAIN, FORMER_DOMAIN, TENANT_DOMAIN];
pub(crate) const BASE_DN: &str = "DC=nordvik,DC=example";
pub(crate) const PEOPLE_DN: &str = "OU=Personal,OU=Nordvik,DC=nordvik,DC=example";
/// The account that migrates: Full Access to every mailbox, the right to write `targetAddress`.
pub(crate) const ACCOUNT: &str = "migrering";
pub(crate) const NOTIFY: &str = "it@nordvik.example";

/// What the old server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum SourceVersion {
    /// Exchange 2007 with Service Pack 3.
    #[default]
    Exchange2007,
    /// Exchange 2003 with Service Pack 2.
    Exchange2003,
}

/// What a mailbox of the company is, in Exchange's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MailboxKind {
    /// A person's.
    UserMailbox,
    /// One that many share.
    SharedMailbox,
    /// A room's.
    RoomMailbox,
    /// A thing's that is booked.
    EquipmentMailbox,
    /// A person's whose account is in another forest.
    LinkedMailbox,
}

impl MailboxKind {
    /// `RecipientTypeDetails` of Exchange Online.
    pub(crate) const fn cloud_name(self) -> &'static str {
        match self {
            Self::UserMailbox | Self::LinkedMailbox => "UserMailbox",
            Self::SharedMailbox => "SharedMailbox",
            Self::RoomMailbox => "RoomMailbox",
            Self::EquipmentMailbox => "EquipmentMailbox",
        }
    }

    /// `msExchRecipientTypeDetails`.
    pub(crate) const fn type_details(self) -> u32 {
        match self {
            Self::UserMailbox => 1,
            Self::LinkedMailbox => 2,
            Self::SharedMailbox => 4,
            Self::RoomMailbox => 16,
            Self::EquipmentMailbox => 32,
        }
    }
}

/// What stands in the way of a mailbox's migration. None by default: every mailbox of a world can be migrated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Hurdle {
    /// Directory synchronisation has not brought it to the tenant.
    MailUserMissing,
    /// AdminSDHolder protects the account: `targetAddress` cannot be written.
    ProtectedAccount,
    /// Its address is in a domain that the tenant has not verified, so the tenant does not know it.
    UnverifiedDomain,
    /// Its address ends in `.local`, so the tenant does not know it.
    LocalAddress,
    /// A contact has one of its addresses too, so directory synchronisation refused it.
    AddressTwice,
    /// Its mail is forwarded elsewhere already.
    ForwardingSet,
    /// It is hidden from address lists. It can be migrated, and should stay hidden.
    Hidden,
    /// Directory synchronisation has brought `msExchMailboxGuid` to the tenant: by a licence no mailbox comes of it, and
    /// Microsoft's service alone makes one.
    StuckMailboxGuid,
    /// The tenant has a mailbox for it already, and nobody knows whose mail is in it.
    MailboxOnBothSides,
    /// A mailbox with its address was removed from the tenant some weeks ago and is not gone yet.
    SoftDeletedTwin,
    /// Once it has a mailbox, a group gives it a licence.
    LicensedByGroup,
    /// Once it has a mailbox, a group should give it a licence, and there is none left.
    GroupLicenceFailed,
    /// Somebody has said that it is used in Sweden.
    LocatedInSweden,
    /// Somebody has said that it is used where Microsoft sells nothing.
    LocatedWhereForbidden,
}

impl Hurdle {
    /// Those that one company has all of, in the order of their mailboxes.
    pub(crate) const ALL: [Self; 7] = [
        Self::MailUserMissing,
        Self::UnverifiedDomain,
        Self::LocalAddress,
        Self::AddressTwice,
        Self::ForwardingSet,
        Self::Hidden,
        Self::ProtectedAccount,
    ];

    /// Whether directory synchronisation brought nothing to the tenant because of it.
    pub(crate) const fn keeps_from_tenant(self) -> bool {
        matches!(
            self,
            Self::MailUserMissing
                | Self::UnverifiedDomain
                | Self::LocalAddress
                | Self::AddressTwice
        )
    }
}

/// One mailbox of the company.
#[derive(Debug, Clone)]
pub(crate) struct Persona {
    pub(crate) alias: String,
    pub(crate) display_name: String,
    pub(crate) kind: MailboxKind,
    pub(crate) hurdle: Option<Hurdle>,
    /// Whether it holds a message of two and a half megabytes.
    pub(crate) large: bool,
    /// What its mailbox in the tenant is.
    pub(crate) cloud_kind: MailboxKind,
    /// The directory object's GUID.
    pub(crate) object_guid: [u8; 16],
    /// The on-premises mailbox's GUID.
    pub(crate) mailbox_guid: [u8; 16],
    /// The tenant's object id.
    pub(crate) cloud_guid: [u8; 16],
    /// The GUID of the mailbox in the tenant, as its digits are read.
    pub(crate) exchange_guid: [u8; 16],
}

impl Persona {
    pub(crate) fn address(&self) -> String {
        let domain = match self.hurdle {
            Some(Hurdle::UnverifiedDomain) => UNVERIFIED_DOMAIN,
            Some(Hurdle::LocalAddress) => LOCAL_DOMAIN,
            _ => DOMAIN,
        };
        format!("{}@{domain}", self.alias)
    }

    pub(crate) fn routing_address(&self) -> String {
        format!("{}@{TENANT_DOMAIN}", self.alias)
    }

    pub(crate) fn dn(&self) -> String {
        format!("CN={},{PEOPLE_DN}", self.display_name)
    }

    /// What the mailbox in the tenant is called inside Exchange.
    pub(crate) fn cloud_legacy_exchange_dn(&self) -> String {
        format!(
            "/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn={}-{}",
            seed::guid_text(self.cloud_guid).replace('-', ""),
            self.alias
        )
    }

    /// What the old mailbox is called inside Exchange.
    pub(crate) fn legacy_exchange_dn(&self) -> String {
        format!(
            "/o=Nordvik/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn={}",
            self.alias
        )
    }
}

const FIRST: &[&str] = &[
    "Åsa", "Göran", "Håkan", "Björn", "Per", "Märta", "Joakim", "Gunilla", "Sören", "Lena",
    "Örjan", "Käthe", "Ingrid", "Jörgen", "Anneli", "Pär", "Ebba", "Stig", "Birgitta", "Tomas",
    "Åke", "Solveig", "Mats", "Karin", "René",
];
const LAST: &[&str] = &[
    "Öhrström",
    "Wikström",
    "Sjögren",
    "Lindqvist",
    "Månsson",
    "Ågren",
    "Åkesson",
    "Bäckström",
    "Nyström",
    "Häggkvist",
    "Åström",
    "Norén",
    "Löfgren",
    "Forsén",
    "Dahlström",
    "Björk",
    "Sandström",
    "Hedlund",
    "Ekström",
    "Östberg",
    "Lundgren",
    "Sköld",
    "Palmér",
    "Bergström",
    "Öberg",
];
const ROOMS: &[&str] = &["Tallen", "Älgen", "Björken", "Åsen"];

/// The mailboxes of a company of `count`, in the order in which its lists show them. With `hurdles`, one more
/// for each of them.
pub(crate) fn personas(seed: u64, count: u32, company: Company, hurdles: bool) -> Vec<Persona> {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let mut names = people(seed);
    let mut personas: Vec<Persona> = Vec::with_capacity(count);
    let mut rooms = ROOMS.iter();
    for index in 0..count {
        // From ten mailboxes on, one room and one shared mailbox; then a room for every forty more.
        let (display_name, kind) = match index {
            8 if count >= 10 => (room(rooms.next()), MailboxKind::RoomMailbox),
            9 if count >= 10 => ("Nordvik Info".to_owned(), MailboxKind::SharedMailbox),
            // From twenty on, a thing that is booked and somebody whose account is elsewhere.
            18 if count >= 20 => ("Minibuss".to_owned(), MailboxKind::EquipmentMailbox),
            19 if count >= 20 => (names.next().unwrap_or_default(), MailboxKind::LinkedMailbox),
            49 | 89 | 129 => (room(rooms.next()), MailboxKind::RoomMailbox),
            _ => (names.next().unwrap_or_default(), MailboxKind::UserMailbox),
        };
        let own = company.hurdles();
        let hurdle = (index + own.len())
            .checked_sub(count)
            .and_then(|at| own.get(at))
            .copied();
        let mut next = persona(seed, &personas, display_name, kind, hurdle);
        next.large = company.is_large(index);
        if company == Company::FewLicences && kind != MailboxKind::LinkedMailbox {
            next.cloud_kind = kind;
        }
        personas.push(next);
    }
    if hurdles {
        for hurdle in Hurdle::ALL {
            let name = names.next().unwrap_or_default();
            let next = persona(
                seed,
                &personas,
                name,
                MailboxKind::UserMailbox,
                Some(hurdle),
            );
            personas.push(next);
        }
    }
    personas
}

/// Whoever else opens this mailbox and sends in its name, where somebody does, with the mailbox's place among all: every
/// fifth has its neighbour for that.
pub(crate) fn neighbour<'a>(
    personas: &'a [Persona],
    persona: &Persona,
) -> Option<(usize, &'a Persona)> {
    let at = personas
        .iter()
        .position(|other| other.alias == persona.alias)?;
    let other = personas.get(at.checked_sub(1)?).filter(|_| at % 5 == 4)?;
    Some((at, other))
}

/// The first eight are the ones everybody knows; the rest are drawn. Never ends: after every pair of names
/// is used, initials tell namesakes apart.
fn people(seed: u64) -> impl Iterator<Item = String> {
    let known: Vec<String> = FIRST
        .iter()
        .zip(LAST)
        .take(8)
        .map(|(first, last)| format!("{first} {last}"))
        .collect();
    let mut drawn: Vec<String> = FIRST
        .iter()
        .flat_map(|first| LAST.iter().map(move |last| format!("{first} {last}")))
        .filter(|name| !known.contains(name))
        .collect();
    drawn.shuffle(&mut seed::rng(seed, &["people"]));
    let namesakes = drawn.clone();
    let initials = (0_u32..).flat_map(move |round| {
        let letter = char::from(b'A' + u8::try_from(round % 26).unwrap_or(0));
        namesakes
            .clone()
            .into_iter()
            .map(move |name| match name.split_once(' ') {
                Some((first, last)) => format!("{first} {letter}{} {last}", round / 26 + 1),
                None => name,
            })
    });
    known.into_iter().chain(drawn).chain(initials)
}

fn room(name: Option<&&str>) -> String {
    format!("Konferensrum {}", name.unwrap_or(&"Granen"))
}

fn persona(
    seed: u64,
    others: &[Persona],
    display_name: String,
    kind: MailboxKind,
    hurdle: Option<Hurdle>,
) -> Persona {
    let base = alias(&display_name, kind);
    let mut alias = base.clone();
    let mut number = 2;
    while others.iter().any(|other| other.alias == alias) {
        alias = format!("{base}{number}");
        number += 1;
    }
    let mailbox_guid = seed::guid(seed, &["mailbox", &alias]);
    let exchange_guid = match hurdle {
        // What was synchronised stays the mailbox's when the service makes one.
        Some(Hurdle::StuckMailboxGuid) => seed::digits_of(mailbox_guid),
        _ => seed::guid(seed, &["exchange guid", &alias]),
    };
    Persona {
        object_guid: seed::guid(seed, &["object", &alias]),
        mailbox_guid,
        cloud_guid: seed::guid(seed, &["cloud", &alias]),
        exchange_guid,
        alias,
        display_name,
        kind,
        hurdle,
        large: false,
        cloud_kind: MailboxKind::UserMailbox,
    }
}

fn alias(display_name: &str, kind: MailboxKind) -> String {
    match kind {
        MailboxKind::SharedMailbox => "info".to_owned(),
        _ => ascii(display_name).replace(' ', "."),
    }
}

/// `Åsa Öhrström` is `asa ohrstrom` to an old mail system.
pub(crate) fn ascii(text: &str) -> String {
    text.to_lowercase()
        .chars()
        .map(|c| match c {
            'å' | 'ä' | 'á' | 'à' => 'a',
            'ö' | 'ø' => 'o',
            'é' | 'è' | 'ê' => 'e',
            'ü' => 'u',
            other if other.is_ascii_alphanumeric() => other,
            _ => ' ',
        })
        .collect()
}

/// A password that looks like one, the same after every restart.
pub(crate) fn password(seed: u64, of: &str) -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let mut rng = seed::rng(seed, &["password", of]);
    (0..20)
        .map(|_| {
            let at = rng.random_range(0..LETTERS.len());
            char::from(LETTERS.get(at).copied().unwrap_or(b'x'))
        })
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn everyone_has_an_address_of_their_own_in_ascii() {
        let all = personas(7, 1500, Company::Ordinary, true);
        assert_eq!(all.len(), 1507);
        let aliases: BTreeSet<&str> = all.iter().map(|p| p.alias.as_str()).collect();
        let names: BTreeSet<String> = all.iter().map(Persona::dn).collect();
        assert_eq!((aliases.len(), names.len()), (1507, 1507));
        assert!(aliases.iter().all(|a| a.is_ascii() && !a.contains(' ')));
    }

    #[test]
    fn ten_mailboxes_hold_one_room_and_one_shared_mailbox_and_no_hurdle() {
        let all = personas(7, 10, Company::Ordinary, false);
        let of = |kind| all.iter().filter(|p| p.kind == kind).count();
        assert_eq!(of(MailboxKind::RoomMailbox), 1);
        assert_eq!(of(MailboxKind::SharedMailbox), 1);
        assert!(all.iter().all(|p| p.hurdle.is_none()));
        assert_eq!(
            all.first().unwrap().address(),
            "asa.ohrstrom@nordvik.example"
        );
    }
}
