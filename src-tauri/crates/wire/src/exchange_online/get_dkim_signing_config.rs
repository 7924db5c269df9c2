//! `Get-DkimSigningConfig`: where a domain's two DKIM names must point. Never worked out: read here.

use serde_json::{Map, Value};

use super::{Cmdlet, Identity, decode};

/// A domain's. One that was never set up is answered with an error.
#[must_use]
pub fn of_domain(domain: &Identity) -> Cmdlet {
    Cmdlet::new("Get-DkimSigningConfig").with("Identity", domain)
}

/// A domain's DKIM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DkimSigningConfig {
    /// The domain.
    pub domain: String,
    /// Whether mail is signed.
    pub enabled: bool,
    /// `Valid`, `CnameMissing`, …
    pub status: Option<String>,
    /// Where `selector1._domainkey` must point.
    pub selector1_cname: Option<String>,
    /// Where `selector2._domainkey` must point.
    pub selector2_cname: Option<String>,
}

impl DkimSigningConfig {
    /// Reads one object of the cmdlet's output; nothing if it does not say whose it is.
    #[must_use]
    pub fn read(object: &Map<String, Value>) -> Option<Self> {
        Some(Self {
            domain: decode::text(object, "Domain").or_else(|| decode::text(object, "Identity"))?,
            enabled: decode::flag(object, "Enabled").unwrap_or(false),
            status: decode::text(object, "Status"),
            selector1_cname: decode::text(object, "Selector1CNAME"),
            selector2_cname: decode::text(object, "Selector2CNAME"),
        })
    }
}
