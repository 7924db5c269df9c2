//! What values an attribute may hold, and when two of them are the same.

use ldap3_proto::proto::{LdapResult, LdapResultCode};

use super::schema::{Attribute, Syntax};
use super::{name, result};

/// The value as the directory keeps it, or why it does not. `exists` tells whether there is an object of that name.
pub(super) fn kept(
    attribute: &Attribute,
    value: &[u8],
    exists: impl Fn(&str) -> bool,
) -> Result<Vec<u8>, LdapResult> {
    let bad = || {
        result(
            LdapResultCode::InvalidAttributeSyntax,
            &format!(
                "0000200B: AtrErr: DSID-03151904, #1: problem 1005 (CONSTRAINT_ATT_TYPE), data 0, Att ({})",
                attribute.name
            ),
        )
    };
    if value.is_empty() {
        return Err(bad());
    }
    let text = std::str::from_utf8(value);
    match attribute.syntax {
        Syntax::Octets(longest) if value.len() <= longest => Ok(value.to_vec()),
        Syntax::Octets(_) => Err(bad()),
        Syntax::Text(longest) => match text {
            Ok(text) if text.len() <= longest => Ok(value.to_vec()),
            _ => Err(bad()),
        },
        Syntax::Boolean if matches!(value, b"TRUE" | b"FALSE") => Ok(value.to_vec()),
        Syntax::Boolean | Syntax::Time => Err(bad()),
        Syntax::Integer => number::<i32>(text.ok()).ok_or_else(bad),
        Syntax::LargeInteger => number::<i64>(text.ok()).ok_or_else(bad),
        Syntax::Name => {
            let Some(normal) = text.ok().and_then(name::normal) else {
                return Err(result(
                    LdapResultCode::InvalidDNSyntax,
                    "00002089: NameErr: DSID-03050B39, problem 2003 (BAD_ATT_SYNTAX), data 0",
                ));
            };
            if exists(&normal) {
                Ok(value.to_vec())
            } else {
                Err(result(
                    LdapResultCode::ConstraintViolation,
                    "000020B5: AtrErr: DSID-03152392, #1: problem 1005 (CONSTRAINT_ATT_TYPE), data 0: the referenced object is not there",
                ))
            }
        }
    }
}

/// A number is kept without its leading zeros.
fn number<N: std::str::FromStr + ToString>(text: Option<&str>) -> Option<Vec<u8>> {
    let number: N = text?.parse().ok()?;
    Some(number.to_string().into_bytes())
}

/// Whether two values of the attribute are one.
pub(super) fn same(attribute: &Attribute, one: &[u8], other: &[u8]) -> bool {
    let texts = || {
        std::str::from_utf8(one)
            .ok()
            .zip(std::str::from_utf8(other).ok())
    };
    match attribute.syntax {
        Syntax::Text(_) => texts().map_or(one == other, |(one, other)| {
            one.to_lowercase() == other.to_lowercase()
        }),
        Syntax::Name => texts().map_or(one == other, |(one, other)| {
            one == other
                || (name::normal(one).is_some() && name::normal(one) == name::normal(other))
        }),
        _ => one == other,
    }
}
