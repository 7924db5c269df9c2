use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use thiserror::Error;

/// Why a text is no name that DNS can hold.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is not a name that DNS can hold")]
pub struct DnsNameError(String);

/// A name in DNS, in lower case and without the last dot. Unlike a [`crate::DomainName`] it may hold
/// underscores (`_dmarc`), a wildcard and a single label; the root is `.`, which as a mail exchange
/// says that a domain takes no mail (RFC 7505).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DnsName(String);

impl DnsName {
    /// The name in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the root.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0 == "."
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

    /// The part before `domain`: `@` for the domain itself, the whole name where it lies elsewhere.
    #[must_use]
    pub fn relative_to(&self, domain: &Self) -> &str {
        if self == domain {
            return "@";
        }
        self.0
            .strip_suffix(&domain.0)
            .and_then(|rest| rest.strip_suffix('.'))
            .unwrap_or(&self.0)
    }

    /// The name `label.self`.
    ///
    /// # Errors
    /// If the two together are no name.
    pub fn below(&self, label: &str) -> Result<Self, DnsNameError> {
        format!("{label}.{}", self.0).parse()
    }

    /// The name one label up; nothing above the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        self.0
            .split_once('.')
            .filter(|(_, rest)| !rest.is_empty())
            .map(|(_, rest)| Self(rest.to_owned()))
    }
}

impl FromStr for DnsName {
    type Err = DnsNameError;

    fn from_str(text: &str) -> Result<Self, DnsNameError> {
        if text == "." {
            return Ok(Self(text.to_owned()));
        }
        let name = text.strip_suffix('.').unwrap_or(text);
        let fits = |label: &str| {
            (1..=63).contains(&label.len()) && label.bytes().all(|byte| byte.is_ascii_graphic())
        };
        if name.len() > 253 || !name.split('.').all(fits) {
            return Err(DnsNameError(text.to_owned()));
        }
        Ok(Self(name.to_ascii_lowercase()))
    }
}

impl fmt::Display for DnsName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&crate::DomainName> for DnsName {
    fn from(domain: &crate::DomainName) -> Self {
        Self(domain.as_str().to_owned())
    }
}

/// The kinds of record that a mail domain's move touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DnsRecordKind {
    /// Where mail goes.
    Mx,
    /// Another name for.
    Cname,
    /// Words: SPF, DMARC, proof of ownership.
    Txt,
    /// Where something is, with its port.
    Srv,
    /// An address.
    A,
    /// An address of the newer kind.
    Aaaa,
}

impl DnsRecordKind {
    /// As it stands in a zone file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mx => "MX",
            Self::Cname => "CNAME",
            Self::Txt => "TXT",
            Self::Srv => "SRV",
            Self::A => "A",
            Self::Aaaa => "AAAA",
        }
    }
}

impl fmt::Display for DnsRecordKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a record says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DnsValue {
    /// Mail goes to `exchange`; the lowest preference is tried first.
    Mx {
        /// Its place in the queue.
        preference: u16,
        /// The server.
        exchange: DnsName,
    },
    /// The name is another name for this one.
    Cname(DnsName),
    /// The words, put together where they come in pieces.
    Txt(String),
    /// The service is there.
    Srv {
        /// Lower is tried first.
        priority: u16,
        /// Heavier is tried oftener.
        weight: u16,
        /// The port.
        port: u16,
        /// The server.
        target: DnsName,
    },
    /// An address.
    A(Ipv4Addr),
    /// An address of the newer kind.
    Aaaa(Ipv6Addr),
}

impl DnsValue {
    /// The kind of record that says it.
    #[must_use]
    pub const fn kind(&self) -> DnsRecordKind {
        match self {
            Self::Mx { .. } => DnsRecordKind::Mx,
            Self::Cname(_) => DnsRecordKind::Cname,
            Self::Txt(_) => DnsRecordKind::Txt,
            Self::Srv { .. } => DnsRecordKind::Srv,
            Self::A(_) => DnsRecordKind::A,
            Self::Aaaa(_) => DnsRecordKind::Aaaa,
        }
    }

    /// The server that it leads to, if it leads to one by name.
    #[must_use]
    pub const fn target(&self) -> Option<&DnsName> {
        match self {
            Self::Mx { exchange, .. } => Some(exchange),
            Self::Cname(target) | Self::Srv { target, .. } => Some(target),
            Self::Txt(_) | Self::A(_) | Self::Aaaa(_) => None,
        }
    }
}

impl fmt::Display for DnsValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mx {
                preference,
                exchange,
            } => write!(f, "{preference} {exchange}"),
            Self::Cname(target) => write!(f, "{target}"),
            Self::Txt(text) => f.write_str(text),
            Self::Srv {
                priority,
                weight,
                port,
                target,
            } => write!(f, "{priority} {weight} {port} {target}"),
            Self::A(address) => write!(f, "{address}"),
            Self::Aaaa(address) => write!(f, "{address}"),
        }
    }
}

/// A record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DnsRecord {
    /// Its name.
    pub name: DnsName,
    /// For how many seconds others may keep it.
    pub ttl: u32,
    /// What it says.
    pub value: DnsValue,
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> DnsName {
        text.parse().unwrap()
    }

    #[test]
    fn a_name_is_told_from_its_domain() {
        let domain = name("Nordvik.Example.");
        assert_eq!(domain.as_str(), "nordvik.example");
        assert_eq!(domain.relative_to(&domain), "@");
        assert_eq!(
            name("_dmarc.nordvik.example").relative_to(&domain),
            "_dmarc"
        );
        assert_eq!(
            name("mail.sydnordvik.example").relative_to(&domain),
            "mail.sydnordvik.example"
        );
        assert!(!name("sydnordvik.example").is_within(&domain));
        assert_eq!(domain.parent().unwrap().as_str(), "example");
        assert_eq!(name("example").parent(), None);
    }

    #[test]
    fn what_dns_cannot_hold_is_no_name() {
        for text in ["", "a..b", "a b.example", "å.example", &"a".repeat(64)] {
            assert!(text.parse::<DnsName>().is_err(), "{text}");
        }
        assert!(name(".").is_root());
    }

    proptest! {
        #[test]
        fn what_parses_reads_back(text in "\\PC{0,80}") {
            if let Ok(name) = text.parse::<DnsName>() {
                prop_assert_eq!(name.to_string().parse::<DnsName>().unwrap(), name);
            }
        }
    }
}
