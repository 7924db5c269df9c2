//! Mailboxes: all that Exchange 2007 keeps of one in the directory, so that there is something to take away and
//! to bring back.

use super::organisation::{LEGACY_GROUP, POLICY, SERVER, address_lists, mta, store};
use super::others;
use super::{Entry, SELF, account_sid, domain_sid, user};
use crate::org::{DOMAIN, FORMER_DOMAIN, Hurdle, LOCAL_DOMAIN, MailboxKind, Persona};

/// The mailbox at this place among all.
pub(super) fn mailbox(seed: u64, at: usize, persona: &Persona, all: &[Persona]) -> Entry {
    let alias = persona.alias.as_str();
    let address = persona.address();
    let mut entry = user(seed, &persona.dn(), alias);
    entry.set("displayName", &[&persona.display_name]);
    entry.set("userPrincipalName", &[&address]);
    entry.set_bytes("objectGUID", vec![persona.object_guid.to_vec()]);
    entry.set("mailNickname", &[alias]);
    entry.set("mail", &[&address]);
    let proxies = proxies(persona, &address);
    let proxies: Vec<&str> = proxies.iter().map(String::as_str).collect();
    entry.set("proxyAddresses", &proxies);
    entry.set("legacyExchangeDN", &[&persona.legacy_exchange_dn()]);
    entry.set("homeMDB", &[&store(at)]);
    entry.set("homeMTA", &[&mta()]);
    entry.set(
        "msExchHomeServerName",
        &[&format!(
            "{LEGACY_GROUP}/cn=Configuration/cn=Servers/cn={SERVER}"
        )],
    );
    entry.set_bytes("msExchMailboxGuid", vec![persona.mailbox_guid.to_vec()]);
    entry.set("msExchVersion", &["4535486012416"]);
    entry.set("msExchUserCulture", &["sv-SE"]);
    entry.set("msExchPoliciesIncluded", &[POLICY]);
    entry.set(
        "msExchRecipientTypeDetails",
        &[&persona.kind.type_details().to_string()],
    );
    let [users, everybody] = address_lists();
    entry.set("showInAddressBook", &[&users, &everybody]);
    // One in three has quotas of its own.
    if at % 3 == 2 {
        entry.set("mDBUseDefaults", &["FALSE"]);
        entry.set("mDBStorageQuota", &["1900000"]);
        entry.set("mDBOverQuotaLimit", &["2000000"]);
        entry.set("mDBOverHardQuotaLimit", &["2300000"]);
    } else {
        entry.set("mDBUseDefaults", &["TRUE"]);
    }
    // Whoever may open the mailbox besides its owner, and may send in its name.
    let neighbour = all.get(at.wrapping_sub(1)).filter(|_| at % 5 == 4);
    entry.set_bytes(
        "msExchMailboxSecurityDescriptor",
        vec![security_descriptor(
            neighbour.map(|other| account_sid(seed, &other.alias)),
        )],
    );
    if let Some(other) = neighbour {
        entry.set("publicDelegates", &[&other.dn()]);
    }
    kind(seed, persona, &mut entry);
    hurdle(persona, &mut entry);
    entry
}

fn proxies(persona: &Persona, address: &str) -> Vec<String> {
    let alias = persona.alias.as_str();
    let domain = DOMAIN.replace('.', "-");
    let mut proxies = vec![
        format!("SMTP:{address}"),
        format!("smtp:{alias}@{FORMER_DOMAIN}"),
        format!("X400:c=SE;a= ;p=Nordvik;o={domain};s={alias};"),
    ];
    match persona.hurdle {
        Some(Hurdle::UnverifiedDomain | Hurdle::LocalAddress) => {
            proxies.push(format!("smtp:{alias}@{DOMAIN}"));
        }
        Some(Hurdle::AddressTwice) => proxies.push(format!("smtp:{}", others::TWICE)),
        _ => {}
    }
    proxies
}

fn kind(seed: u64, persona: &Persona, entry: &mut Entry) {
    let display_type = match persona.kind {
        MailboxKind::RoomMailbox => "7",
        MailboxKind::EquipmentMailbox => "8",
        _ => "1073741824",
    };
    entry.set("msExchRecipientDisplayType", &[display_type]);
    entry.set("msExchUserAccountControl", &["0"]);
    if persona.kind == MailboxKind::UserMailbox {
        if let Some((first, last)) = persona.display_name.split_once(' ') {
            entry.set("givenName", &[first]);
            entry.set("sn", &[last]);
        }
        return;
    }
    // Nobody signs in with the account of a room, of a thing, of a shared mailbox, or of one whose owner's
    // account is in another forest.
    entry.set("userAccountControl", &["514"]);
    entry.set("msExchUserAccountControl", &["2"]);
    let owner = match persona.kind {
        MailboxKind::LinkedMailbox => domain_sid(seed, "another forest", &persona.alias),
        _ => SELF.to_vec(),
    };
    entry.set_bytes("msExchMasterAccountSid", vec![owner]);
    let resource = match persona.kind {
        MailboxKind::RoomMailbox => "Room",
        MailboxKind::EquipmentMailbox => "Equipment",
        _ => return,
    };
    entry.set(
        "msExchResourceMetaData",
        &[&format!("ResourceType:{resource}")],
    );
    entry.set("msExchResourceSearchProperties", &[resource]);
    entry.set("msExchResourceDisplay", &[resource]);
    entry.set("msExchResourceCapacity", &["9"]);
}

fn hurdle(persona: &Persona, entry: &mut Entry) {
    match persona.hurdle {
        Some(Hurdle::ProtectedAccount) => entry.set("adminCount", &["1"]),
        Some(Hurdle::LocalAddress) => entry.set(
            "userPrincipalName",
            &[&format!("{}@{LOCAL_DOMAIN}", persona.alias)],
        ),
        Some(Hurdle::ForwardingSet) => entry.set(
            "targetAddress",
            &[&format!("SMTP:{}@uppdrag.example", persona.alias)],
        ),
        Some(Hurdle::Hidden) => {
            entry.set("msExchHideFromAddressLists", &["TRUE"]);
            entry.attributes.remove("showinaddressbook");
            // Somebody outside reads along.
            entry.set("altRecipient", &[&others::contact_dn()]);
            entry.set("deliverAndRedirect", &["TRUE"]);
        }
        // These stand in the tenant.
        Some(
            Hurdle::MailUserMissing
            | Hurdle::UnverifiedDomain
            | Hurdle::AddressTwice
            | Hurdle::StuckMailboxGuid
            | Hurdle::MailboxOnBothSides
            | Hurdle::SoftDeletedTwin
            | Hurdle::LicensedByGroup
            | Hurdle::GroupLicenceFailed
            | Hurdle::LocatedInSweden
            | Hurdle::LocatedWhereForbidden,
        )
        | None => {}
    }
}

/// Who may do what with the mailbox, in the form in which Windows keeps it: the owner everything, and whoever
/// `other` is.
fn security_descriptor(other: Option<Vec<u8>>) -> Vec<u8> {
    // Full mailbox access and to read these rights.
    const MASK: u32 = 0x0002_0001;
    let mut entries = Vec::new();
    let mut count = 0_u16;
    for sid in std::iter::once(SELF.to_vec()).chain(other) {
        // Access allowed, inherited by what is below.
        entries.extend([0, 2]);
        let size = u16::try_from(8 + sid.len()).unwrap_or(u16::MAX);
        entries.extend(size.to_le_bytes());
        entries.extend(MASK.to_le_bytes());
        entries.extend(sid);
        count += 1;
    }
    let mut list = vec![2, 0];
    let size = u16::try_from(8 + entries.len()).unwrap_or(u16::MAX);
    list.extend(size.to_le_bytes());
    list.extend(count.to_le_bytes());
    list.extend([0, 0]);
    list.extend(entries);
    // Self-relative, with a list: the owner at 20, the group at 32, no audit, the list at 44.
    let mut descriptor = vec![1, 0, 0x04, 0x80];
    for offset in [20_u32, 32, 0, 44] {
        descriptor.extend(offset.to_le_bytes());
    }
    descriptor.extend(SELF);
    descriptor.extend(SELF);
    descriptor.extend(list);
    descriptor
}
