//! `Get-Mailbox -SoftDeletedMailbox` and `-InactiveMailboxOnly`: mailboxes that were removed and still hold their
//! addresses, for thirty days or for as long as a hold lasts.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::get_mailbox::guid_bytes;
use super::{Cmdlet, decode};
use crate::json;

const SELECT: &[&str] = &[
    "DisplayName",
    "PrimarySmtpAddress",
    "EmailAddresses",
    "ExchangeGuid",
    "WhenSoftDeleted",
    "IsInactiveMailbox",
];

/// Those that can still come back.
#[must_use]
pub fn soft_deleted() -> Cmdlet {
    with("SoftDeletedMailbox")
}

/// Those that a hold keeps.
#[must_use]
pub fn inactive() -> Cmdlet {
    with("InactiveMailboxOnly")
}

fn with(switch: &'static str) -> Cmdlet {
    Cmdlet {
        select: SELECT,
        ..Cmdlet::new("Get-Mailbox")
            .with("ResultSize", "Unlimited")
            .with(switch, true)
    }
}

/// A mailbox that was removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedMailbox {
    /// The name people know it by.
    pub display_name: String,
    /// The primary SMTP address.
    pub primary_smtp_address: Option<String>,
    /// Every address with its prefix.
    pub email_addresses: Vec<String>,
    /// Its GUID, written out: what picks it among others of its name.
    pub exchange_guid: String,
    /// When it was removed.
    pub when_soft_deleted: Option<Timestamp>,
    /// Whether a hold keeps it.
    pub is_inactive: bool,
}

impl DeletedMailbox {
    /// Reads one object of the cmdlet's output; nothing if no GUID picks it.
    #[must_use]
    pub fn read(object: &Map<String, Value>) -> Option<Self> {
        let exchange_guid = json::text(object, "ExchangeGuid")?;
        guid_bytes(&exchange_guid)?;
        Some(Self {
            display_name: json::text(object, "DisplayName")
                .unwrap_or_else(|| exchange_guid.clone()),
            primary_smtp_address: json::text(object, "PrimarySmtpAddress"),
            email_addresses: json::texts(object, "EmailAddresses"),
            exchange_guid,
            when_soft_deleted: decode::time(object, "WhenSoftDeleted"),
            is_inactive: decode::flag(object, "IsInactiveMailbox") == Some(true),
        })
    }

    /// Its GUID as a directory keeps it.
    #[must_use]
    pub fn guid(&self) -> Option<[u8; 16]> {
        guid_bytes(&self.exchange_guid)
    }

    /// Every SMTP address, without prefix.
    pub fn smtp_addresses(&self) -> impl Iterator<Item = &str> {
        self.email_addresses
            .iter()
            .filter_map(|proxy| {
                let (prefix, address) = proxy.split_once(':')?;
                prefix.eq_ignore_ascii_case("smtp").then_some(address)
            })
            .chain(self.primary_smtp_address.as_deref())
    }
}
