//! `Get-CASMailboxPlan`: by which protocols the mailboxes of a licence may be opened when they are made.

use serde_json::{Map, Value};

use super::{Cmdlet, decode};
use crate::json;

/// Every plan of the organisation: there are as many as kinds of licences.
#[must_use]
pub fn all() -> Cmdlet {
    Cmdlet::new("Get-CASMailboxPlan").with("ResultSize", "Unlimited")
}

/// A plan's protocols.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CasMailboxPlan {
    /// What picks it: `ExchangeOnlineEnterprise-…`.
    pub identity: String,
    /// The name that people know: `ExchangeOnlineEnterprise`.
    pub display_name: String,
    /// Whether IMAP may open its mailboxes.
    pub imap_enabled: bool,
}

impl CasMailboxPlan {
    /// Reads one object of the cmdlet's output; nothing if it has no name, or says nothing of IMAP.
    #[must_use]
    pub fn read(object: &Map<String, Value>) -> Option<Self> {
        let display_name = json::text(object, "DisplayName");
        let identity = json::text(object, "Identity").or_else(|| json::text(object, "Name"));
        Some(Self {
            identity: identity.clone().or_else(|| display_name.clone())?,
            display_name: display_name.or(identity)?,
            imap_enabled: decode::flag(object, "ImapEnabled")?,
        })
    }
}
