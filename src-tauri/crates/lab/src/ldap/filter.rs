//! Filters, with the third truth value of RFC 4511: an attribute the schema does not have is neither there
//! nor not there, and its negation finds nothing either.

use ldap3_proto::proto::{LdapFilter, LdapMatchingRuleAssertion, LdapSubstringFilter};

use super::entries::Entry;
use super::modify::written;

/// Whether the filter is true of the entry.
pub(super) fn matches(filter: &LdapFilter, entry: &Entry) -> bool {
    holds(filter, entry, 0) == Some(true)
}

const DEEPEST: u8 = 64;

fn holds(filter: &LdapFilter, entry: &Entry, depth: u8) -> Option<bool> {
    if depth > DEEPEST {
        return None;
    }
    match filter {
        LdapFilter::And(all) => {
            let mut result = Some(true);
            for one in all {
                match holds(one, entry, depth + 1) {
                    Some(false) => return Some(false),
                    None => result = None,
                    Some(true) => {}
                }
            }
            result
        }
        LdapFilter::Or(any) => {
            let mut result = Some(false);
            for one in any {
                match holds(one, entry, depth + 1) {
                    Some(true) => return Some(true),
                    None => result = None,
                    Some(false) => {}
                }
            }
            result
        }
        LdapFilter::Not(one) => holds(one, entry, depth + 1).map(|held| !held),
        LdapFilter::Present(name) => {
            written(name)?;
            Some(!entry.values(name).is_empty())
        }
        LdapFilter::Equality(name, wanted) | LdapFilter::Approx(name, wanted) => {
            any(entry, name, |value| equal(name, value, wanted))
        }
        LdapFilter::Substring(name, wanted) => any(entry, name, |value| substring(value, wanted)),
        LdapFilter::GreaterOrEqual(name, wanted) => compare(entry, name, wanted, |a, b| a >= b),
        LdapFilter::LessOrEqual(name, wanted) => compare(entry, name, wanted, |a, b| a <= b),
        LdapFilter::Extensible(rule) => bits(entry, rule),
    }
}

fn any(entry: &Entry, name: &str, test: impl Fn(&str) -> bool) -> Option<bool> {
    written(name)?;
    let mut values = entry.values(name).iter();
    Some(values.any(|value| std::str::from_utf8(value).is_ok_and(&test)))
}

fn equal(name: &str, value: &str, wanted: &str) -> bool {
    let (value, wanted) = (value.to_lowercase(), wanted.trim().to_lowercase());
    if name.eq_ignore_ascii_case("objectCategory") && !wanted.contains('=') {
        // The short name of a class stands for its object in the schema.
        return value.starts_with(&format!("cn={wanted},"));
    }
    value == wanted
}

fn substring(value: &str, wanted: &LdapSubstringFilter) -> bool {
    let value = value.to_lowercase();
    let mut rest = value.as_str();
    if let Some(initial) = &wanted.initial {
        match rest.strip_prefix(&initial.to_lowercase()) {
            Some(after) => rest = after,
            None => return false,
        }
    }
    for middle in &wanted.any {
        match rest.split_once(&middle.to_lowercase()) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    wanted
        .final_
        .as_ref()
        .is_none_or(|end| rest.ends_with(&end.to_lowercase()))
}

fn compare(
    entry: &Entry,
    name: &str,
    wanted: &str,
    test: impl Fn(i64, i64) -> bool,
) -> Option<bool> {
    let wanted: i64 = wanted.parse().ok()?;
    any(entry, name, |value| {
        value.parse().is_ok_and(|value| test(value, wanted))
    })
}

/// Active Directory's bitwise rules, `:1.2.840.113556.1.4.803:=` (all bits) and `.804` (any bit).
fn bits(entry: &Entry, rule: &LdapMatchingRuleAssertion) -> Option<bool> {
    let name = rule.type_.as_deref()?;
    let wanted: i64 = rule.match_value.parse().ok()?;
    match rule.matching_rule.as_deref()? {
        "1.2.840.113556.1.4.803" => compare(entry, name, &rule.match_value, |value, _| {
            value & wanted == wanted
        }),
        "1.2.840.113556.1.4.804" => compare(entry, name, &rule.match_value, |value, _| {
            value & wanted != 0
        }),
        _ => None,
    }
}
