//! Filters, with the third truth value of RFC 4511: an attribute the schema does not have is neither there
//! nor not there, and its negation finds nothing either.

use ldap3_proto::proto::{LdapFilter, LdapMatchingRuleAssertion, LdapSubstringFilter};

use super::entries::{Directory, Entry};
use super::name;
use super::schema::{Origin, Syntax};

/// Whether the filter is true of the entry.
pub(super) fn matches(filter: &LdapFilter, entry: &Entry, directory: &Directory) -> bool {
    Matching { entry, directory }.holds(filter, 0) == Some(true)
}

const DEEPEST: u8 = 64;

struct Matching<'a, 'b> {
    entry: &'a Entry,
    directory: &'a Directory<'b>,
}

impl Matching<'_, '_> {
    fn holds(&self, filter: &LdapFilter, depth: u8) -> Option<bool> {
        if depth > DEEPEST {
            return None;
        }
        match filter {
            LdapFilter::And(all) => {
                let mut result = Some(true);
                for one in all {
                    match self.holds(one, depth + 1) {
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
                    match self.holds(one, depth + 1) {
                        Some(true) => return Some(true),
                        None => result = None,
                        Some(false) => {}
                    }
                }
                result
            }
            LdapFilter::Not(one) => self.holds(one, depth + 1).map(|held| !held),
            LdapFilter::Present(name) => self.any(name, |_, _| true),
            LdapFilter::Equality(name, wanted) | LdapFilter::Approx(name, wanted) => {
                let normal = name::normal(wanted);
                // Every object has its own name among its attributes.
                if name.eq_ignore_ascii_case("distinguishedName") {
                    return Some(normal.as_deref() == Some(self.entry.normal.as_str()));
                }
                if let Some(sid) = sid(wanted)
                    && let Some(Syntax::Octets(_)) =
                        self.directory.schema().attribute(name).map(|a| a.syntax)
                {
                    return Some(self.entry.values(name).contains(&sid));
                }
                let lower = wanted.trim().to_lowercase();
                self.any(name, |syntax, value| {
                    equal(name, syntax, value, &lower, normal.as_deref())
                })
            }
            // A distinguished name is whole or nothing.
            LdapFilter::Substring(name, wanted) => self.any(name, |syntax, value| {
                syntax != Syntax::Name && substring(value, wanted)
            }),
            LdapFilter::GreaterOrEqual(name, wanted) => self.compare(name, wanted, |a, b| a >= b),
            LdapFilter::LessOrEqual(name, wanted) => self.compare(name, wanted, |a, b| a <= b),
            LdapFilter::Extensible(rule) => self.bits(rule),
        }
    }

    fn any(&self, name: &str, test: impl Fn(Syntax, &str) -> bool) -> Option<bool> {
        let attribute = self.directory.schema().attribute(name)?;
        let passes = |value: &Vec<u8>| match attribute.syntax {
            // Bytes are there or not; they are no text to be looked into.
            Syntax::Octets(_) => test(attribute.syntax, &String::from_utf8_lossy(value)),
            _ => std::str::from_utf8(value).is_ok_and(|value| test(attribute.syntax, value)),
        };
        match attribute.origin {
            Origin::Constructed => None,
            Origin::LinksOf(_) => {
                let values = self.directory.values(self.entry, attribute.name);
                Some(values.iter().any(passes))
            }
            Origin::Written | Origin::Kept => {
                Some(self.entry.values(attribute.name).iter().any(passes))
            }
        }
    }

    fn compare(&self, name: &str, wanted: &str, test: impl Fn(i64, i64) -> bool) -> Option<bool> {
        let wanted: i64 = wanted.parse().ok()?;
        self.any(name, |_, value| {
            value.parse().is_ok_and(|value| test(value, wanted))
        })
    }

    /// Active Directory's bitwise rules, `:1.2.840.113556.1.4.803:=` (all bits) and `.804` (any bit).
    fn bits(&self, rule: &LdapMatchingRuleAssertion) -> Option<bool> {
        let name = rule.type_.as_deref()?;
        let wanted: i64 = rule.match_value.parse().ok()?;
        match rule.matching_rule.as_deref()? {
            "1.2.840.113556.1.4.803" => {
                self.compare(name, &rule.match_value, |value, _| value & wanted == wanted)
            }
            "1.2.840.113556.1.4.804" => {
                self.compare(name, &rule.match_value, |value, _| value & wanted != 0)
            }
            _ => None,
        }
    }
}

/// A security identifier as people write it, in bytes: domain controllers since 2003 take it so.
fn sid(text: &str) -> Option<Vec<u8>> {
    let mut numbers = text.strip_prefix("S-1-")?.split('-');
    let authority: u64 = numbers.next()?.parse().ok()?;
    let parts: Vec<u32> = numbers
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    let mut bytes = vec![1, u8::try_from(parts.len()).ok()?];
    bytes.extend(authority.to_be_bytes().iter().skip(2));
    bytes.extend(parts.iter().flat_map(|part| part.to_le_bytes()));
    Some(bytes)
}

/// `wanted` is in lower case; `normal` is the same as a name, if it is one.
fn equal(name: &str, syntax: Syntax, value: &str, wanted: &str, normal: Option<&str>) -> bool {
    if syntax != Syntax::Name {
        return value.to_lowercase() == wanted;
    }
    if name.eq_ignore_ascii_case("objectCategory") && normal.is_none() {
        // The short name of a class stands for its object in the schema.
        let short = value.to_lowercase();
        return short
            .strip_prefix("cn=")
            .and_then(|rest| rest.strip_prefix(wanted))
            .is_some_and(|rest| rest.starts_with(','));
    }
    normal.is_some() && name::normal(value).as_deref() == normal
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
