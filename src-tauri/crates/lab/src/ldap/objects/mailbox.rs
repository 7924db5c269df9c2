//! Mailboxes: all that Exchange 2007 keeps of one in the directory, so that there is something to take away and
//! to bring back.

use super::organisation::{LEGACY_GROUP, POLICY, SERVER, address_lists, mta, store};
use super::others;
use super::{Entry, SELF, account_sid, domain_sid, user};
use crate::org::{ACCOUNT, DOMAIN, FORMER_DOMAIN, Hurdle, LOCAL_DOMAIN, MailboxKind, Persona};

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
    let other = neighbour.map(|other| account_sid(seed, &other.alias));
    // The migrating account opens every one.
    let opens = [SELF.to_vec(), account_sid(seed, ACCOUNT)]
        .into_iter()
        .chain(other.clone());
    entry.set_bytes(
        "msExchMailboxSecurityDescriptor",
        vec![security_descriptor(opens.map(full_access).collect())],
    );
    let sends = std::iter::once(SELF.to_vec()).chain(other);
    entry.set_bytes(
        "nTSecurityDescriptor",
        vec![security_descriptor(sends.map(send_as).collect())],
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

/// An entry that lets somebody open the whole mailbox and read these rights.
fn full_access(sid: Vec<u8>) -> Vec<u8> {
    // Access allowed, inherited by what is below.
    ace([0, 2], &0x0002_0001_u32.to_le_bytes(), sid)
}

/// An entry that lets somebody send as the object: an extended right, by its GUID.
fn send_as(sid: Vec<u8>) -> Vec<u8> {
    const SEND_AS: [u8; 16] = [
        0x54, 0x1a, 0x72, 0xab, 0x2f, 0x1e, 0xd0, 0x11, 0x98, 0x19, 0x00, 0xaa, 0x00, 0x40, 0x52,
        0x9b,
    ];
    let mut what = 0x0000_0100_u32.to_le_bytes().to_vec();
    // The GUID of the object type is there, that of an inherited one is not.
    what.extend(1_u32.to_le_bytes());
    what.extend(SEND_AS);
    ace([5, 0], &what, sid)
}

fn ace(head: [u8; 2], what: &[u8], sid: Vec<u8>) -> Vec<u8> {
    let mut entry = head.to_vec();
    let size = u16::try_from(4 + what.len() + sid.len()).unwrap_or(u16::MAX);
    entry.extend(size.to_le_bytes());
    entry.extend(what);
    entry.extend(sid);
    entry
}

/// Who may do what, in the form in which Windows keeps it.
fn security_descriptor(aces: Vec<Vec<u8>>) -> Vec<u8> {
    let count = u16::try_from(aces.len()).unwrap_or(u16::MAX);
    let entries = aces.concat();
    // Revision 4: entries about single rights may be among them.
    let mut list = vec![4, 0];
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
