//! What became of a mailbox's object in the directory: forwarded, converted to a mail user, or left half way.
//! The rules are Microsoft's own for Exchange 2003 and 2007, written down once more and apart from whoever converts.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::ldap::Born;
use crate::org::{Persona, SourceVersion};
use crate::store::State;

/// What became of a mailbox's object in the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum DirectoryState {
    /// It is as it was born, every byte.
    #[default]
    Untouched,
    /// Its mail goes to the tenant, and nothing else about it has changed.
    Forwarding,
    /// It is a mail-enabled user, as it should be.
    Converted,
    /// It is no longer what it was and not yet what it should become.
    HalfConverted,
}

/// What makes a user a mailbox: nothing of it may be left.
const REMOVED: [&str; 9] = [
    "homeMDB",
    "homeMTA",
    "msExchHomeServerName",
    "msExchMailboxSecurityDescriptor",
    "mDBUseDefaults",
    "msExchUserAccountControl",
    "msExchUserCulture",
    "altRecipient",
    "deliverAndRedirect",
];
/// What takes an object out of the address policies.
const NO_POLICY: &str = "{26491CFC-9E50-4857-861B-0CB8DF22B5D7}";

type Attributes = BTreeMap<String, Vec<Vec<u8>>>;

/// Judges one object. The second half says what is wrong with it, if anything is.
pub(super) fn state(
    born: &Born,
    state: &State,
    source: SourceVersion,
    persona: &Persona,
) -> (DirectoryState, Vec<String>) {
    let Some((before, now)) = born.before_and_now(state, &persona.dn()) else {
        return (DirectoryState::Untouched, Vec::new());
    };
    let case = Case {
        source,
        persona,
        before: &before,
        now: &now,
    };
    case.judge()
}

/// One object, as it was and as it is.
struct Case<'a> {
    source: SourceVersion,
    persona: &'a Persona,
    before: &'a Attributes,
    now: &'a Attributes,
}

impl Case<'_> {
    fn judge(&self) -> (DirectoryState, Vec<String>) {
        let changed = self.changed();
        if changed.is_empty() {
            return (DirectoryState::Untouched, Vec::new());
        }
        let targets = texts(self.now, "targetAddress");
        if changed.iter().all(|name| *name == "targetaddress") {
            return if self.forwards() {
                (DirectoryState::Forwarding, Vec::new())
            } else {
                let elsewhere = format!("targetAddress is {targets:?}");
                (DirectoryState::Untouched, vec![elsewhere])
            };
        }
        let mut defects = Vec::new();
        for name in REMOVED {
            if !set(self.now, name).is_empty() {
                defects.push(format!("{name} is still there"));
            }
        }
        if !self.forwards() {
            defects.push(format!("targetAddress is {targets:?}"));
        }
        self.addresses(&mut defects);
        self.kind(&mut defects);
        for name in changed {
            if !self.may_change(name) {
                defects.push(format!("{name} has changed, and should not have"));
            }
        }
        let state = if defects.is_empty() {
            DirectoryState::Converted
        } else {
            DirectoryState::HalfConverted
        };
        (state, defects)
    }

    fn changed(&self) -> BTreeSet<&str> {
        self.before
            .keys()
            .chain(self.now.keys())
            // An administrator may take the protection from an account; the account that migrates cannot.
            .filter(|name| *name != "admincount")
            .filter(|name| set(self.before, name) != set(self.now, name))
            .map(String::as_str)
            .collect()
    }

    fn forwards(&self) -> bool {
        let target = format!("SMTP:{}", self.persona.routing_address());
        texts(self.now, "targetAddress")
            .iter()
            .any(|value| value.eq_ignore_ascii_case(&target))
    }

    fn may_change(&self, name: &str) -> bool {
        // On 2003 the GUID stays what it was.
        let always = ["targetaddress", "proxyaddresses", "msexchpoliciesexcluded"];
        let with_2007 = [
            "msexchmailboxguid",
            "msexchrecipienttypedetails",
            "msexchrecipientdisplaytype",
        ];
        REMOVED.iter().any(|known| known.eq_ignore_ascii_case(name))
            || always.contains(&name)
            || self.source == SourceVersion::Exchange2007 && with_2007.contains(&name)
    }

    /// Every address is kept, and both names inside Exchange are added: replies to mail from before and to mail
    /// from the cloud find their way.
    fn addresses(&self, defects: &mut Vec<String>) {
        let legacy = [
            texts(self.before, "legacyExchangeDN").concat(),
            self.persona.cloud_legacy_exchange_dn(),
        ];
        let (before, now) = (
            texts(self.before, "proxyAddresses"),
            texts(self.now, "proxyAddresses"),
        );
        let added: Vec<&String> = now.iter().filter(|value| !before.contains(value)).collect();
        let is = |value: &str, name: &str| {
            value.split_once(':').is_some_and(|(prefix, rest)| {
                prefix.eq_ignore_ascii_case("x500") && rest.eq_ignore_ascii_case(name)
            })
        };
        for name in &legacy {
            if added.iter().filter(|value| is(value, name)).count() != 1 {
                defects.push(format!("proxyAddresses has not X500:{name}"));
            }
        }
        for value in added {
            if !legacy.iter().any(|name| is(value, name)) {
                defects.push(format!(
                    "proxyAddresses has {value}, which nobody asked for"
                ));
            }
        }
        for value in before.iter().filter(|value| !now.contains(value)) {
            defects.push(format!("proxyAddresses has lost {value}"));
        }
    }

    fn kind(&self, defects: &mut Vec<String>) {
        let excluded = texts(self.now, "msExchPoliciesExcluded");
        if !excluded.iter().any(|v| v.eq_ignore_ascii_case(NO_POLICY)) {
            defects.push(format!("msExchPoliciesExcluded has not {NO_POLICY}"));
        }
        if self.source == SourceVersion::Exchange2003 {
            return;
        }
        if set(self.now, "msExchMailboxGuid") != [directory_bytes(self.persona.exchange_guid)] {
            let which = "the ExchangeGuid of the tenant's mailbox";
            defects.push(format!("msExchMailboxGuid is not {which}"));
        }
        for (name, value) in [
            ("msExchRecipientTypeDetails", "128"),
            ("msExchRecipientDisplayType", "6"),
        ] {
            let found = texts(self.now, name);
            if found != [value] {
                defects.push(format!("{name} is {found:?}, not {value}"));
            }
        }
    }
}

/// A GUID as the directory keeps it: the first three groups of its digits are numbers, lowest byte first.
fn directory_bytes(digits: [u8; 16]) -> Vec<u8> {
    let [a, b, c, d, e, f, g, h, rest @ ..] = digits;
    let mut bytes = vec![d, c, b, a, f, e, h, g];
    bytes.extend(rest);
    bytes
}

/// The values in one order.
fn set(of: &Attributes, name: &str) -> Vec<Vec<u8>> {
    let mut values = of.get(&name.to_lowercase()).cloned().unwrap_or_default();
    values.sort();
    values
}

fn texts(of: &Attributes, name: &str) -> Vec<String> {
    set(of, name)
        .iter()
        .map(|value| String::from_utf8_lossy(value).into_owned())
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::company::Company;
    use crate::org::personas;

    fn born(source: SourceVersion) -> (Persona, Attributes) {
        let personas = personas(7, 10, Company::Ordinary, false);
        let born = Born::new(7, source, &personas);
        let persona = personas.first().unwrap().clone();
        let (before, _) = born
            .before_and_now(&State::default(), &persona.dn())
            .unwrap();
        (persona, before)
    }

    fn judge(
        source: SourceVersion,
        persona: &Persona,
        before: &Attributes,
        now: &Attributes,
    ) -> (DirectoryState, Vec<String>) {
        Case {
            source,
            persona,
            before,
            now,
        }
        .judge()
    }

    fn converted(source: SourceVersion, persona: &Persona, before: &Attributes) -> Attributes {
        let mut now = before.clone();
        let mut put = |name: &str, value: &[u8]| {
            now.insert(name.to_lowercase(), vec![value.to_vec()]);
        };
        let target = format!("SMTP:{}", persona.routing_address());
        put("targetAddress", target.as_bytes());
        put("msExchPoliciesExcluded", NO_POLICY.as_bytes());
        if source == SourceVersion::Exchange2007 {
            put("msExchMailboxGuid", &directory_bytes(persona.exchange_guid));
            put("msExchRecipientTypeDetails", b"128");
            put("msExchRecipientDisplayType", b"6");
        }
        for name in REMOVED {
            now.remove(&name.to_lowercase());
        }
        let legacy = texts(before, "legacyExchangeDN").concat();
        let proxies = now.get_mut("proxyaddresses").unwrap();
        for name in [legacy, persona.cloud_legacy_exchange_dn()] {
            proxies.push(format!("x500:{name}").into_bytes());
        }
        now
    }

    #[test]
    fn a_conversion_is_judged_by_every_attribute() {
        for source in [SourceVersion::Exchange2007, SourceVersion::Exchange2003] {
            let (persona, before) = born(source);
            let whole = converted(source, &persona, &before);
            let state = |now: &Attributes| judge(source, &persona, &before, now).0;
            assert_eq!(state(&before), DirectoryState::Untouched);
            assert_eq!(
                judge(source, &persona, &before, &whole),
                (DirectoryState::Converted, Vec::new())
            );
            // Whatever single attribute is left as it was: half way.
            for name in whole.keys().chain(before.keys()) {
                if before.get(name) == whole.get(name) {
                    continue;
                }
                let mut half = whole.clone();
                match before.get(name) {
                    Some(values) => half.insert(name.clone(), values.clone()),
                    None => half.remove(name),
                };
                assert_eq!(state(&half), DirectoryState::HalfConverted, "{name}");
            }
            // And so is one that should have been left alone.
            let mut half = whole.clone();
            half.insert("mail".to_owned(), vec![b"other@nordvik.example".to_vec()]);
            assert_eq!(state(&half), DirectoryState::HalfConverted);
            let mut half = whole;
            half.get_mut("proxyaddresses").unwrap().remove(1);
            assert_eq!(state(&half), DirectoryState::HalfConverted);
        }
    }

    #[test]
    fn the_guid_is_the_clouds_on_2007_and_the_old_one_on_2003() {
        let (persona, before) = born(SourceVersion::Exchange2003);
        let of_2007 = converted(SourceVersion::Exchange2007, &persona, &before);
        let (state, defects) = judge(SourceVersion::Exchange2003, &persona, &before, &of_2007);
        assert_eq!(state, DirectoryState::HalfConverted);
        assert!(defects.contains(&"msexchmailboxguid has changed, and should not have".to_owned()));
    }

    #[test]
    fn forwarding_to_the_tenant_alone_is_forwarding() {
        let source = SourceVersion::Exchange2007;
        let (persona, before) = born(source);
        let mut now = before.clone();
        let value = format!("smtp:{}", persona.routing_address());
        now.insert("targetaddress".to_owned(), vec![value.into_bytes()]);
        assert_eq!(
            judge(source, &persona, &before, &now).0,
            DirectoryState::Forwarding
        );
        now.insert(
            "targetaddress".to_owned(),
            vec![b"SMTP:x@y.example".to_vec()],
        );
        let (state, why) = judge(source, &persona, &before, &now);
        assert_eq!((state, why.len()), (DirectoryState::Untouched, 1));
    }
}
