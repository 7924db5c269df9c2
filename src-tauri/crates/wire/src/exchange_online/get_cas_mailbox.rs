//! `Get-CASMailbox`: by which protocols a mailbox may be opened.

use serde_json::{Map, Value};

use super::{Cmdlet, decode};
use crate::json;

/// Every mailbox of the organisation.
#[must_use]
pub fn all() -> Cmdlet {
    Cmdlet {
        select: &["PrimarySmtpAddress", "ImapEnabled"],
        ..Cmdlet::new("Get-CASMailbox").with("ResultSize", "Unlimited")
    }
}

/// A mailbox's protocols.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CasMailbox {
    /// The primary SMTP address.
    pub primary_smtp_address: String,
    /// Whether IMAP may open it.
    pub imap_enabled: bool,
}

impl CasMailbox {
    /// Reads one object of the cmdlet's output; nothing if it does not say whose it is, or nothing of IMAP.
    #[must_use]
    pub fn read(object: &Map<String, Value>) -> Option<Self> {
        Some(Self {
            primary_smtp_address: json::text(object, "PrimarySmtpAddress")?,
            imap_enabled: decode::flag(object, "ImapEnabled")?,
        })
    }
}
