//! Distinguished names (RFC 4514), as far as they must be compared.

/// The name in one form only: lower case, no spaces around separators, escapes undone. Whatever a value holds
/// that separates names is written `\2c` and the like, so that a comma in the result always separates. Nothing
/// if it is no distinguished name.
pub(crate) fn normal(dn: &str) -> Option<String> {
    let mut parts = Vec::new();
    let mut rest = dn;
    loop {
        let (kind, after) = rest.split_once('=')?;
        let kind = kind.trim();
        if kind.is_empty()
            || !kind
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'))
        {
            return None;
        }
        let (value, end) = value(after)?;
        if value.is_empty() {
            return None;
        }
        parts.push(format!(
            "{}={}",
            kind.to_lowercase(),
            escaped(&value.to_lowercase())
        ));
        match end {
            Some(next) => rest = next,
            None => return Some(parts.join(",")),
        }
    }
}

/// The first name's value, as people read it.
pub(super) fn first(dn: &str) -> Option<String> {
    let (_, after) = dn.split_once('=')?;
    value(after).map(|(value, _)| value)
}

/// A value for a name.
pub(crate) fn escape(value: &str) -> String {
    value
        .chars()
        .flat_map(|c| {
            let special = matches!(c, ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '=' | '#');
            special.then_some('\\').into_iter().chain([c])
        })
        .collect()
}

/// A value up to its separator, and what follows that.
fn value(text: &str) -> Option<(String, Option<&str>)> {
    let mut bytes = Vec::new();
    // Spaces at the end do not count unless they are escaped.
    let mut length = 0;
    let mut rest = text.trim_start();
    loop {
        let mut chars = rest.chars();
        let Some(next) = chars.next() else {
            break;
        };
        match next {
            ',' | ';' => {
                bytes.truncate(length);
                return Some((String::from_utf8(bytes).ok()?, Some(chars.as_str())));
            }
            '\\' => {
                let pair = chars
                    .as_str()
                    .get(..2)
                    .filter(|pair| pair.bytes().all(|byte| byte.is_ascii_hexdigit()))
                    .and_then(|pair| u8::from_str_radix(pair, 16).ok());
                if let Some(byte) = pair {
                    bytes.push(byte);
                    rest = chars.as_str().get(2..)?;
                } else {
                    let escaped = chars.next()?;
                    bytes.extend_from_slice(escaped.encode_utf8(&mut [0; 4]).as_bytes());
                    rest = chars.as_str();
                }
                length = bytes.len();
            }
            plain => {
                bytes.extend_from_slice(plain.encode_utf8(&mut [0; 4]).as_bytes());
                if plain != ' ' {
                    length = bytes.len();
                }
                rest = chars.as_str();
            }
        }
    }
    bytes.truncate(length);
    Some((String::from_utf8(bytes).ok()?, None))
}

fn escaped(value: &str) -> String {
    value
        .replace('\\', r"\5c")
        .replace(',', r"\2c")
        .replace('=', r"\3d")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_compared_without_regard_to_case_spaces_and_kinds_of_escape() {
        let plain = normal("cn=åsa,dc=nordvik");
        assert!(plain.is_some());
        assert_eq!(normal("CN = Åsa , DC=Nordvik"), plain);
        assert_eq!(normal(r"CN=\C3\85sa,DC=nordvik"), plain);
        let comma = normal(r"CN=Öhrström\, Åsa,DC=nordvik");
        assert_eq!(normal(r"CN=Öhrström\2c Åsa,DC=nordvik"), comma);
        assert_ne!(normal("CN=Öhrström,CN=Åsa,DC=nordvik"), comma);
        for bad in ["", "nonsense", "=x", "CN=", r"CN=\", r"CN=\ff", "C N=x"] {
            assert_eq!(normal(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_escaped_reads_back(value in "[a-zåäö][a-zåäö,+=\\\\\"<>;# ]{0,20}[a-z]") {
            let dn = format!("CN={},DC=x", escape(&value));
            prop_assert_eq!(first(&dn), Some(value));
            prop_assert_eq!(normal(&dn).map(|n| n.matches(',').count()), Some(1));
        }

        #[test]
        fn no_text_makes_a_panic(text in ".{0,40}") {
            let _ = (normal(&text), first(&text));
        }
    }
}
