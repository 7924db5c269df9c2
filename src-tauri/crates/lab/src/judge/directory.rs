//! What became of a mailbox's object in the directory: forwarded, converted to a mail user, or left half way.
//! The rules are Microsoft's own for Exchange 2007, written down once more and apart from whoever converts.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::ldap::Born;
use crate::org::Persona;
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
    persona: &Persona,
) -> (DirectoryState, Vec<String>) {
    let Some((before, now)) = born.before_and_now(state, &persona.dn()) else {
        return (DirectoryState::Untouched, Vec::new());
    };
    judge(persona, &before, &now)
}

fn judge(
    persona: &Persona,
    before: &Attributes,
    now: &Attributes,
) -> (DirectoryState, Vec<String>) {
    let changed: Vec<&str> = before
        .keys()
        .chain(now.keys())
        .filter(|name| set(before, name) != set(now, name))
        .map(String::as_str)
        .collect();
    let target = format!("SMTP:{}", persona.routing_address());
    let forwards = texts(now, "targetAddress")
        .iter()
        .any(|value| value.eq_ignore_ascii_case(&target));
    if changed.is_empty() {
        return (DirectoryState::Untouched, Vec::new());
    }
    if changed.iter().all(|name| *name == "targetaddress") {
        return if forwards {
            (DirectoryState::Forwarding, Vec::new())
        } else {
            let elsewhere = format!("targetAddress is {:?}", texts(now, "targetAddress"));
            (DirectoryState::Untouched, vec![elsewhere])
        };
    }
    let defects = defects(persona, before, now, forwards, &target, &changed);
    if defects.is_empty() {
        (DirectoryState::Converted, defects)
    } else {
        (DirectoryState::HalfConverted, defects)
    }
}

fn defects(
    persona: &Persona,
    before: &Attributes,
    now: &Attributes,
    forwards: bool,
    target: &str,
    changed: &[&str],
) -> Vec<String> {
    let mut defects = Vec::new();
    for name in REMOVED {
        if !set(now, name).is_empty() {
            defects.push(format!("{name} is still there"));
        }
    }
    if !forwards {
        defects.push(format!("targetAddress is not {target}"));
    }
    // Replies to mail from before and to mail from the cloud both find their way.
    let legacy = [
        texts(before, "legacyExchangeDN").concat(),
        persona.cloud_legacy_exchange_dn(),
    ];
    let added: Vec<Vec<u8>> = set(now, "proxyAddresses")
        .into_iter()
        .filter(|value| !set(before, "proxyAddresses").contains(value))
        .collect();
    let added: Vec<String> = added
        .iter()
        .map(|value| String::from_utf8_lossy(value).into_owned())
        .collect();
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
    for value in &added {
        if !legacy.iter().any(|name| is(value, name)) {
            defects.push(format!(
                "proxyAddresses has {value}, which nobody asked for"
            ));
        }
    }
    for value in set(before, "proxyAddresses") {
        if !set(now, "proxyAddresses").contains(&value) {
            let value = String::from_utf8_lossy(&value).into_owned();
            defects.push(format!("proxyAddresses has lost {value}"));
        }
    }
    if set(now, "msExchMailboxGuid") != [directory_bytes(persona.exchange_guid)] {
        defects
            .push("msExchMailboxGuid is not the ExchangeGuid of the tenant's mailbox".to_owned());
    }
    for (name, value) in [
        ("msExchRecipientTypeDetails", "128"),
        ("msExchRecipientDisplayType", "6"),
    ] {
        if texts(now, name) != [value] {
            defects.push(format!("{name} is {:?}, not {value}", texts(now, name)));
        }
    }
    let excluded = texts(now, "msExchPoliciesExcluded");
    if !excluded.iter().any(|v| v.eq_ignore_ascii_case(NO_POLICY)) {
        defects.push(format!("msExchPoliciesExcluded has not {NO_POLICY}"));
    }
    let expected = [
        "targetaddress",
        "proxyaddresses",
        "msexchmailboxguid",
        "msexchrecipienttypedetails",
        "msexchrecipientdisplaytype",
        "msexchpoliciesexcluded",
    ];
    for name in changed {
        let removed = REMOVED.iter().any(|known| known.eq_ignore_ascii_case(name));
        if !removed && !expected.contains(name) {
            defects.push(format!("{name} has changed, and should not have"));
        }
    }
    defects
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
    use crate::org::personas;

    fn born() -> (Persona, Attributes) {
        let personas = personas(7, 10, false);
        let born = Born::new(7, &personas);
        let persona = personas.first().unwrap().clone();
        let (before, _) = born
            .before_and_now(&State::default(), &persona.dn())
            .unwrap();
        (persona, before)
    }

    fn converted(persona: &Persona, before: &Attributes) -> Attributes {
        let mut now = before.clone();
        let mut put = |name: &str, value: &[u8]| {
            now.insert(name.to_lowercase(), vec![value.to_vec()]);
        };
        put(
            "targetAddress",
            format!("SMTP:{}", persona.routing_address()).as_bytes(),
        );
        put("msExchMailboxGuid", &directory_bytes(persona.exchange_guid));
        put("msExchRecipientTypeDetails", b"128");
        put("msExchRecipientDisplayType", b"6");
        put("msExchPoliciesExcluded", NO_POLICY.as_bytes());
        for name in REMOVED {
            now.remove(&name.to_lowercase());
        }
        let proxies = now.get_mut("proxyaddresses").unwrap();
        for name in [
            persona.legacy_exchange_dn(),
            persona.cloud_legacy_exchange_dn(),
        ] {
            proxies.push(format!("x500:{name}").into_bytes());
        }
        now
    }

    #[test]
    fn a_conversion_is_judged_by_every_attribute() {
        let (persona, before) = born();
        let whole = converted(&persona, &before);
        let state = |now: &Attributes| judge(&persona, &before, now).0;
        assert_eq!(state(&before), DirectoryState::Untouched);
        assert_eq!(
            judge(&persona, &before, &whole),
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

    #[test]
    fn forwarding_to_the_tenant_alone_is_forwarding() {
        let (persona, before) = born();
        let mut now = before.clone();
        let value = format!("smtp:{}", persona.routing_address());
        now.insert("targetaddress".to_owned(), vec![value.into_bytes()]);
        assert_eq!(judge(&persona, &before, &now).0, DirectoryState::Forwarding);
        now.insert(
            "targetaddress".to_owned(),
            vec![b"SMTP:x@y.example".to_vec()],
        );
        let (state, why) = judge(&persona, &before, &now);
        assert_eq!((state, why.len()), (DirectoryState::Untouched, 1));
    }
}
