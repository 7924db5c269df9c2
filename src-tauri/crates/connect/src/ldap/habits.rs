//! Rights and habits of the old mailboxes, as Active Directory keeps them: who opens a mailbox, who sends as its owner
//! or on behalf of them, and where mail goes besides. What is inside a mailbox (its rules, its automatic reply) no
//! directory knows; that is told as unreadable.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use ldap3::ldap_escape;
use stegvis_engine::ports::{DirectoryEntry, EndpointError, Habit, Habits, MailboxHabits};
use stegvis_model::{HabitKind, SmtpAddress};
use stegvis_wire::security_descriptor::{self, Ace, AceKind, SEND_AS, Sid};

use super::{ActiveDirectory, MAILBOXES, recipient};

/// What is read of a mailbox.
const ATTRIBUTES: &[&str] = &[
    "mail",
    "proxyAddresses",
    "mailNickname",
    "cn",
    "objectSid",
    "msExchMasterAccountSid",
    "msExchMailboxSecurityDescriptor",
    "nTSecurityDescriptor",
    "publicDelegates",
    "altRecipient",
    "deliverAndRedirect",
];
/// What is read of whoever has a right.
const HOLDER: &[&str] = &[
    "objectSid",
    "msExchMasterAccountSid",
    "sAMAccountName",
    "userPrincipalName",
    "displayName",
    "cn",
    "mail",
    "proxyAddresses",
    "targetAddress",
];
/// What a domain controller is, by Windows' versions; those before 2003 do not say.
const LEVEL: &str = "domainControllerFunctionality";
/// How many are looked for in one search: a filter of some kilobytes.
const AT_ONCE: usize = 100;
/// Full access, in a mailbox's own descriptor (`fsdrightMailboxOwner`).
const FULL_ACCESS: u32 = 0x0000_0001;
/// Groups that Exchange and the domain give every mailbox to, by the names that Windows knows them by.
const SYSTEM_GROUPS: &[&str] = &[
    "exchange domain servers",
    "exchange enterprise servers",
    "exchange servers",
    "exchange services",
    "exchange organization administrators",
    "exchange recipient administrators",
    "exchange public folder administrators",
    "exchange view-only administrators",
    "exchange trusted subsystem",
    "exchange windows permissions",
    "organization management",
    "public folder management",
    "delegated setup",
];
/// Those of every domain, by the last number of their SIDs: the administrator, the domain's administrators, its
/// controllers, the certificate publishers, the schema's and the forest's administrators, the policy's owners, RAS
/// servers.
const SYSTEM_RIDS: &[u32] = &[500, 512, 516, 517, 518, 519, 520, 526, 527, 553];

/// The old organisation, asked for rights and habits.
#[derive(Debug, Clone)]
pub struct DirectoryHabits {
    /// The directory.
    pub directory: Arc<ActiveDirectory>,
    /// The names of this program's own accounts, as they sign in.
    pub own: Vec<String>,
}

/// Whom a right belongs to, before it is known who that is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Whom {
    Sid(Sid),
    Dn(String),
}

/// Who that is.
#[derive(Debug, Clone)]
struct Holder {
    /// An address in lower case, else a name.
    who: String,
    account: Option<String>,
    sign_in: Option<String>,
}

#[async_trait]
impl Habits for DirectoryHabits {
    async fn habits(&self, mailboxes: &[SmtpAddress]) -> Result<Vec<MailboxHabits>, EndpointError> {
        let wanted: BTreeSet<String> = mailboxes.iter().map(SmtpAddress::key).collect();
        let entries = self
            .directory
            .all_with_descriptors(MAILBOXES, ATTRIBUTES)
            .await?;
        let mut told = Vec::new();
        for entry in &entries {
            if let Some(address) = recipient::primary(entry)
                && wanted.contains(&address.key())
            {
                told.push((address, raw(entry)));
            }
        }
        let whom: BTreeSet<&Whom> = told
            .iter()
            .flat_map(|(_, raw)| raw.found.iter().map(|(_, whom, _)| whom))
            .collect();
        let known = self.holders(whom).await?;
        Ok(told
            .into_iter()
            .map(|(address, raw)| self.named(address, raw, &known))
            .collect())
    }
}

impl DirectoryHabits {
    fn named(
        &self,
        address: SmtpAddress,
        raw: Raw,
        known: &BTreeMap<Whom, Holder>,
    ) -> MailboxHabits {
        let key = address.key();
        let mut habits: Vec<Habit> = raw
            .found
            .into_iter()
            .filter_map(|(kind, whom, detail)| {
                let holder = known.get(&whom);
                let who = match (holder, &whom) {
                    (Some(holder), _) => holder.who.clone(),
                    (None, Whom::Sid(sid)) => {
                        well_known(sid).map_or_else(|| sid.to_string(), str::to_owned)
                    }
                    (None, Whom::Dn(dn)) => dn.clone(),
                };
                let system = SYSTEM_GROUPS.contains(&who.to_lowercase().as_str())
                    || holder
                        .and_then(|holder| holder.account.as_deref())
                        .is_some_and(|account| {
                            SYSTEM_GROUPS.contains(&account.to_lowercase().as_str())
                        });
                // Everybody may do with their own mailbox what they like.
                if system || who == key {
                    return None;
                }
                let own = holder.is_some_and(|holder| self.is_own(holder));
                Some(Habit {
                    kind,
                    who,
                    detail: detail.to_owned(),
                    own,
                })
            })
            .collect();
        habits.sort();
        habits.dedup();
        MailboxHabits {
            address,
            habits,
            unreadable: raw.unreadable,
        }
    }

    /// Whether it is an account that this program signs in with.
    fn is_own(&self, holder: &Holder) -> bool {
        self.own.iter().any(|own| {
            let bare = own.rsplit(['\\', '/']).next().unwrap_or(own);
            let bare = bare.split('@').next().unwrap_or(bare);
            let is = |name: &Option<String>, text: &str| {
                name.as_deref()
                    .is_some_and(|name| name.eq_ignore_ascii_case(text))
            };
            is(&holder.account, bare) || is(&holder.sign_in, own)
        })
    }

    /// Who these are, so many in one search; in the whole forest where a global catalogue answers.
    async fn holders(
        &self,
        whom: BTreeSet<&Whom>,
    ) -> Result<BTreeMap<Whom, Holder>, EndpointError> {
        let all: Vec<&Whom> = whom.into_iter().collect();
        if all.is_empty() {
            return Ok(BTreeMap::new());
        }
        // Since Windows Server 2003 a SID may be asked for as people write it; before, only by its bytes.
        let root = self.directory.read("", &[LEVEL]).await?;
        let written = root.text(LEVEL).is_some_and(|level| level != "0");
        let mut known = BTreeMap::new();
        for some in all.chunks(AT_ONCE) {
            let terms: String = some.iter().map(|whom| term(whom, written)).collect();
            let filter = format!("(|{terms})");
            for entry in self.directory.anywhere(&filter, HOLDER).await? {
                let holder = holder(&entry);
                let sids = ["objectSid", "msExchMasterAccountSid"];
                let sids = sids.iter().flat_map(|name| entry.values(name));
                for sid in sids.filter_map(|bytes| Sid::read(bytes)) {
                    known
                        .entry(Whom::Sid(sid))
                        .or_insert_with(|| holder.clone());
                }
                if let Some(Whom::Dn(dn)) = some
                    .iter()
                    .find(|whom| matches!(whom, Whom::Dn(dn) if dn.eq_ignore_ascii_case(&entry.dn)))
                {
                    known.insert(Whom::Dn(dn.clone()), holder);
                }
            }
        }
        Ok(known)
    }
}

fn term(whom: &Whom, written: bool) -> String {
    match whom {
        Whom::Sid(sid) => {
            let sid = if written {
                sid.to_string()
            } else {
                let bytes = sid.to_bytes();
                bytes.iter().map(|byte| format!("\\{byte:02x}")).collect()
            };
            format!("(objectSid={sid})(msExchMasterAccountSid={sid})")
        }
        Whom::Dn(dn) => format!("(distinguishedName={})", ldap_escape(dn.as_str())),
    }
}

fn holder(entry: &DirectoryEntry) -> Holder {
    let text = |name| entry.text(name).map(str::to_owned);
    // Whoever is outside is met at the address outside.
    let outside = entry
        .text("targetAddress")
        .and_then(|target| target.split_once(':'))
        .filter(|(prefix, _)| prefix.eq_ignore_ascii_case("smtp"))
        .and_then(|(_, address)| address.parse::<SmtpAddress>().ok());
    let who = recipient::primary(entry)
        .or(outside)
        .map(|address| address.key())
        .or_else(|| text("displayName"))
        .or_else(|| text("sAMAccountName"))
        .or_else(|| text("cn"))
        .unwrap_or_else(|| entry.dn.clone());
    Holder {
        who,
        account: text("sAMAccountName"),
        sign_in: text("userPrincipalName"),
    }
}

/// What an entry tells, with whoever it names not known yet.
#[derive(Debug, Default, PartialEq, Eq)]
struct Raw {
    found: Vec<(HabitKind, Whom, &'static str)>,
    unreadable: Vec<HabitKind>,
}

fn raw(entry: &DirectoryEntry) -> Raw {
    let mut raw = Raw::default();
    let mailbox = entry.values("msExchMailboxSecurityDescriptor").first();
    raw.rights(mailbox, HabitKind::FullAccess, |ace| {
        ace.mask & FULL_ACCESS != 0 && ace.object.is_none()
    });
    let object = entry.values("nTSecurityDescriptor").first();
    raw.rights(object, HabitKind::SendAs, |ace| {
        ace.is_about_right(&SEND_AS)
    });
    for dn in entry.texts("publicDelegates") {
        let whom = Whom::Dn(dn.to_owned());
        raw.found.push((HabitKind::SendOnBehalf, whom, ""));
    }
    if let Some(dn) = entry.text("altRecipient").filter(|dn| !dn.is_empty()) {
        let copy = entry
            .text("deliverAndRedirect")
            .is_some_and(|value| value.eq_ignore_ascii_case("TRUE"));
        let whom = Whom::Dn(dn.to_owned());
        let detail = if copy { "keepsCopy" } else { "" };
        raw.found.push((HabitKind::Forwarding, whom, detail));
    }
    raw.unreadable
        .extend([HabitKind::InboxRule, HabitKind::AutomaticReply]);
    raw
}

impl Raw {
    /// Whom the descriptor gives this right by name. Where one entry takes it from somebody, another does not give it.
    fn rights(&mut self, bytes: Option<&Vec<u8>>, kind: HabitKind, is: impl Fn(&Ace) -> bool) {
        let read = bytes.and_then(|bytes| security_descriptor::read(bytes).ok());
        let Some(descriptor) = read else {
            // Not there, not ours to read, or not understood.
            self.unreadable.push(kind);
            return;
        };
        let access = descriptor.access.unwrap_or_default();
        let about: Vec<&Ace> = access
            .iter()
            .filter(|ace| !ace.inherit_only && is(ace))
            .collect();
        let denied = |sid: &Sid| {
            about
                .iter()
                .any(|ace| ace.kind == AceKind::Deny && ace.sid == *sid)
        };
        let given = about.iter().filter(|ace| {
            ace.kind == AceKind::Allow
                && !ace.inherited
                && !is_system(&ace.sid)
                && !denied(&ace.sid)
        });
        let given: Vec<_> = given
            .map(|ace| (kind, Whom::Sid(ace.sid.clone()), ""))
            .collect();
        self.found.extend(given);
    }
}

/// The system's own: itself, the owner, the machine's groups, the domain's administrators.
fn is_system(sid: &Sid) -> bool {
    match sid.numbers() {
        // Creator owner and its like.
        (3, _) => true,
        (5, [21, .., rid]) => SYSTEM_RIDS.contains(rid),
        // BUILTIN.
        (5, [32, ..]) => true,
        // Self, the controllers, SYSTEM, the services. Whoever has signed in (11) is worth telling.
        (5, [one]) => *one != 11,
        _ => false,
    }
}

fn well_known(sid: &Sid) -> Option<&'static str> {
    match sid.numbers() {
        (1, [0]) => Some("Everyone"),
        (5, [11]) => Some("Authenticated Users"),
        _ => None,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn sid(parts: &[u32]) -> Sid {
        let mut bytes = vec![1, u8::try_from(parts.len()).unwrap(), 0, 0, 0, 0, 0, 5];
        bytes.extend(parts.iter().flat_map(|part| part.to_le_bytes()));
        Sid::read(&bytes).unwrap()
    }

    fn ace(kind: u8, flags: u8, mask: u32, object: Option<[u8; 16]>, sid: &Sid) -> Vec<u8> {
        let mut body = mask.to_le_bytes().to_vec();
        if let Some(object) = object {
            body.extend(1_u32.to_le_bytes());
            body.extend(object);
        }
        body.extend(sid.to_bytes());
        let size = u16::try_from(body.len() + 4).unwrap();
        let mut ace = vec![kind, flags];
        ace.extend(size.to_le_bytes());
        ace.extend(body);
        ace
    }

    fn descriptor(aces: &[Vec<u8>]) -> Vec<u8> {
        let body = aces.concat();
        let mut bytes = vec![1, 0, 4, 0x80];
        bytes.extend([0_u32, 0, 0, 20].iter().flat_map(|at| at.to_le_bytes()));
        bytes.extend([4, 0]);
        bytes.extend(u16::try_from(body.len() + 8).unwrap().to_le_bytes());
        bytes.extend(u16::try_from(aces.len()).unwrap().to_le_bytes());
        bytes.extend([0, 0]);
        bytes.extend(body);
        bytes
    }

    fn entry(attributes: &[(&str, Vec<u8>)]) -> DirectoryEntry {
        DirectoryEntry {
            dn: "CN=Anna,DC=nordvik,DC=example".to_owned(),
            attributes: attributes
                .iter()
                .map(|(name, value)| ((*name).to_owned(), vec![value.clone()]))
                .collect(),
        }
    }

    #[test]
    fn only_what_was_given_by_name_to_somebody_counts() {
        let bo = sid(&[21, 1, 2, 3, 1105]);
        let eva = sid(&[21, 1, 2, 3, 1106]);
        let mailbox = descriptor(&[
            ace(0, 0, 0x2_0001, None, &sid(&[10])),
            ace(0, 0, 0x2_0001, None, &sid(&[21, 1, 2, 3, 512])),
            ace(0, 2, 0x2_0001, None, &bo),
            ace(0, 0x10, 0x2_0001, None, &eva),
            ace(1, 0, 1, None, &eva),
            // To read the rights alone opens nothing.
            ace(0, 0, 0x2_0000, None, &sid(&[21, 1, 2, 3, 1107])),
        ]);
        let object = descriptor(&[
            ace(5, 0, 0x100, Some(SEND_AS), &sid(&[10])),
            ace(5, 0, 0x100, Some([7; 16]), &bo),
            ace(5, 0, 0x100, Some(SEND_AS), &eva),
            ace(0, 0, 0xF_01FF, None, &sid(&[32, 548])),
            // Full control has every extended right.
            ace(0, 0, 0xF_01FF, None, &bo),
        ]);
        let found = raw(&entry(&[
            ("msExchMailboxSecurityDescriptor", mailbox),
            ("nTSecurityDescriptor", object),
            ("altRecipient", b"CN=Pia,DC=x".to_vec()),
            ("deliverAndRedirect", b"TRUE".to_vec()),
        ]));
        assert_eq!(
            found.found,
            [
                (HabitKind::FullAccess, Whom::Sid(bo.clone()), ""),
                (HabitKind::SendAs, Whom::Sid(eva), ""),
                (HabitKind::SendAs, Whom::Sid(bo), ""),
                (
                    HabitKind::Forwarding,
                    Whom::Dn("CN=Pia,DC=x".to_owned()),
                    "keepsCopy"
                ),
            ]
        );
        assert_eq!(
            found.unreadable,
            [HabitKind::InboxRule, HabitKind::AutomaticReply]
        );
    }

    #[test]
    fn rights_that_cannot_be_read_are_told_as_such() {
        let found = raw(&entry(&[(
            "msExchMailboxSecurityDescriptor",
            vec![1, 2, 3],
        )]));
        assert_eq!(
            found.unreadable,
            [
                HabitKind::FullAccess,
                HabitKind::SendAs,
                HabitKind::InboxRule,
                HabitKind::AutomaticReply
            ]
        );
    }
}
