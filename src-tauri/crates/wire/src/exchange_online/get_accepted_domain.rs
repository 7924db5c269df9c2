//! `Get-AcceptedDomain`: the domains that the tenant takes mail for.

use serde_json::{Map, Value};

use super::{Cmdlet, decode};

/// Every one.
#[must_use]
pub fn all() -> Cmdlet {
    Cmdlet::new("Get-AcceptedDomain")
}

/// An accepted domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedDomain {
    /// Its name.
    pub domain_name: String,
    /// `Authoritative`, `InternalRelay`: the latter passes on what it has no recipient for.
    pub domain_type: Option<String>,
    /// Whether new addresses get it.
    pub default: bool,
    /// Whether the tenant was born with it.
    pub initial: bool,
}

impl AcceptedDomain {
    /// Reads one object of the cmdlet's output; nothing if it has no name.
    #[must_use]
    pub fn read(object: &Map<String, Value>) -> Option<Self> {
        Some(Self {
            domain_name: decode::text(object, "DomainName")?,
            domain_type: decode::text(object, "DomainType"),
            default: decode::flag(object, "Default").unwrap_or(false),
            initial: decode::flag(object, "InitialDomain").unwrap_or(false),
        })
    }
}
