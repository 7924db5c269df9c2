use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Why a text is not an address or a domain name that Exchange Online accepts.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AddressError {
    /// Nothing was given.
    #[error("the address is empty")]
    Empty,
    /// There is not exactly one `@` between a local part and a domain.
    #[error("{0:?} must have one @ between name and domain")]
    AtSign(String),
    /// A character that may not stand there.
    #[error("{text:?} holds the character {character:?}, which may not stand in an address")]
    Character {
        /// The whole text.
        text: String,
        /// The first bad character.
        character: char,
    },
    /// A part is longer than RFC 5321 section 4.5.3.1 allows.
    #[error("{0:?} is too long: at most 64 characters before the @, 255 after it")]
    TooLong(String),
    /// A dot at the start, at the end, or twice in a row.
    #[error("{0:?} has a dot at the start, at the end, or twice in a row")]
    Dots(String),
    /// The domain is not a dotted name of letters, digits and hyphens.
    #[error("{0:?} is not a domain name")]
    Domain(String),
}

/// A DNS domain name in lower case, with at least two labels (RFC 1035 section 2.3.1).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DomainName(String);

impl DomainName {
    /// The name in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is `other` or a name below it.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self == other
            || self
                .0
                .strip_suffix(&other.0)
                .is_some_and(|rest| rest.ends_with('.'))
    }
}

impl FromStr for DomainName {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        if text.len() > 255 {
            return Err(AddressError::TooLong(text.to_owned()));
        }
        if !text.contains('.') || !text.split('.').all(label) {
            return Err(AddressError::Domain(text.to_owned()));
        }
        Ok(Self(text.to_ascii_lowercase()))
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An SMTP address in the form Exchange stores: a dot-atom local part (RFC 5322 section 3.2.3) and a
/// [`DomainName`]. Written as given, compared without regard to case, as Exchange does.
#[derive(Debug, Clone)]
pub struct SmtpAddress {
    local: String,
    domain: DomainName,
}

impl SmtpAddress {
    /// The part before the `@`, as written.
    #[must_use]
    pub fn local(&self) -> &str {
        &self.local
    }

    /// The domain.
    #[must_use]
    pub fn domain(&self) -> &DomainName {
        &self.domain
    }

    /// The form to compare, index and store by: all lower case.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}@{}", self.local.to_ascii_lowercase(), self.domain)
    }

    /// The same local part at another domain.
    #[must_use]
    pub fn at(&self, domain: &DomainName) -> Self {
        Self {
            local: self.local.clone(),
            domain: domain.clone(),
        }
    }
}

impl FromStr for SmtpAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        let Some((local, domain)) = text.split_once('@').filter(|(local, domain)| {
            !local.is_empty() && !domain.is_empty() && !domain.contains('@')
        }) else {
            return Err(AddressError::AtSign(text.to_owned()));
        };
        if local.len() > 64 {
            return Err(AddressError::TooLong(text.to_owned()));
        }
        let allowed = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
        if let Some(character) = local.chars().find(|&c| !allowed(c)) {
            return Err(AddressError::Character {
                text: text.to_owned(),
                character,
            });
        }
        if local.starts_with('.') || local.ends_with('.') || local.contains("..") {
            return Err(AddressError::Dots(text.to_owned()));
        }
        let domain = domain
            .parse()
            .map_err(|_| AddressError::Domain(domain.to_owned()))?;
        Ok(Self {
            local: local.to_owned(),
            domain,
        })
    }
}

impl fmt::Display for SmtpAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.local, self.domain)
    }
}

impl PartialEq for SmtpAddress {
    fn eq(&self, other: &Self) -> bool {
        self.domain == other.domain && self.local.eq_ignore_ascii_case(&other.local)
    }
}

impl Eq for SmtpAddress {}

impl PartialOrd for SmtpAddress {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for SmtpAddress {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl std::hash::Hash for SmtpAddress {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_address_compares_without_case_and_prints_as_written() {
        let address: SmtpAddress = "Anna.Berg@Nordvik.Example".parse().unwrap();
        assert_eq!(address, "anna.berg@nordvik.example".parse().unwrap());
        assert_eq!(address.to_string(), "Anna.Berg@nordvik.example");
    }

    #[test]
    fn each_bad_address_is_told_what_is_wrong_with_it() {
        let error = |text: &str| text.parse::<SmtpAddress>().unwrap_err();
        assert_eq!(error(""), AddressError::Empty);
        assert_eq!(error("anna"), AddressError::AtSign("anna".into()));
        assert_eq!(error("a@b@c.se"), AddressError::AtSign("a@b@c.se".into()));
        assert!(matches!(
            error("åsa@nordvik.example"),
            AddressError::Character {
                character: 'å', ..
            }
        ));
        assert!(matches!(
            error("a b@nordvik.example"),
            AddressError::Character { character: ' ', .. }
        ));
        assert_eq!(
            error("a..b@nordvik.example"),
            AddressError::Dots("a..b@nordvik.example".into())
        );
        assert_eq!(
            error("anna@nordvik"),
            AddressError::Domain("nordvik".into())
        );
    }

    #[test]
    fn a_domain_lies_within_itself_and_its_parents_only() {
        let domain = |text: &str| text.parse::<DomainName>().unwrap();
        assert!(domain("mail.nordvik.example").is_within(&domain("nordvik.example")));
        assert!(!domain("sydnordvik.example").is_within(&domain("nordvik.example")));
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_what_parses_reads_back(text in "\\PC{0,80}") {
            if let Ok(address) = text.parse::<SmtpAddress>() {
                prop_assert_eq!(address.to_string().parse::<SmtpAddress>().unwrap(), address);
            }
        }
    }
}
