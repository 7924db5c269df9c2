//! `Get-Recipient`: anything that mail can be sent to.

use serde_json::{Map, Value};

use super::Cmdlet;
use crate::json;

const SELECT: &[&str] = &[
    "RecipientTypeDetails",
    "PrimarySmtpAddress",
    "EmailAddresses",
    "ExchangeGuid",
    "ExternalDirectoryObjectId",
];

/// The recipient that has this address, or none: then the cmdlet fails with
/// `ManagementObjectNotFoundException`.
#[must_use]
pub fn by_address(address: &str) -> Cmdlet {
    Cmdlet {
        select: SELECT,
        ..Cmdlet::new("Get-Recipient").with("Identity", address)
    }
}

/// Every recipient of the organisation.
#[must_use]
pub fn all() -> Cmdlet {
    Cmdlet {
        select: SELECT,
        ..Cmdlet::new("Get-Recipient").with("ResultSize", "Unlimited")
    }
}

/// A recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// `MailUser`, `UserMailbox`, `MailUniversalDistributionGroup`, …
    pub recipient_type_details: String,
    /// The primary SMTP address.
    pub primary_smtp_address: Option<String>,
    /// Every address with its prefix.
    pub email_addresses: Vec<String>,
    /// The mailbox's GUID; on a mail user, the one that directory synchronisation brought along. None
    /// where it is all zeroes.
    pub exchange_guid: Option<String>,
    /// The id of the same object in Graph.
    pub external_directory_object_id: Option<String>,
}

impl Recipient {
    /// Reads one object of the cmdlet's output; nothing if it does not say what it is.
    #[must_use]
    pub fn read(object: &Map<String, Value>) -> Option<Self> {
        Some(Self {
            recipient_type_details: json::text(object, "RecipientTypeDetails")?,
            primary_smtp_address: json::text(object, "PrimarySmtpAddress"),
            email_addresses: json::texts(object, "EmailAddresses"),
            exchange_guid: json::text(object, "ExchangeGuid")
                .filter(|guid| guid.bytes().any(|byte| !matches!(byte, b'0' | b'-'))),
            external_directory_object_id: json::text(object, "ExternalDirectoryObjectId"),
        })
    }

    /// Every SMTP address, without prefix.
    pub fn smtp_addresses(&self) -> impl Iterator<Item = &str> {
        self.email_addresses.iter().filter_map(|proxy| {
            let (prefix, address) = proxy.split_once(':')?;
            prefix.eq_ignore_ascii_case("smtp").then_some(address)
        })
    }

    /// Whether it is a mail user that can become a mailbox.
    #[must_use]
    pub fn is_mail_user(&self) -> bool {
        self.recipient_type_details == "MailUser"
    }

    /// Whether it is a mailbox of this tenant, of any kind.
    #[must_use]
    pub fn is_mailbox(&self) -> bool {
        // RemoteUserMailbox and its like are mailboxes elsewhere.
        self.recipient_type_details.ends_with("Mailbox")
            && !self.recipient_type_details.starts_with("Remote")
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn recipient(json: &str) -> Option<Recipient> {
        Recipient::read(&serde_json::from_str(json).unwrap())
    }

    #[test]
    fn a_mail_user_shows_its_addresses_and_whether_a_mailbox_guid_was_synced() {
        let anna = recipient(
            r#"{"RecipientTypeDetails":"MailUser","PrimarySmtpAddress":"anna@nordvik.se",
                "EmailAddresses":["SMTP:anna@nordvik.se","smtp:anna@nordvik.onmicrosoft.com","X500:/o=x"],
                "ExchangeGuid":"00000000-0000-0000-0000-000000000000","ExternalDirectoryObjectId":"u-1"}"#,
        )
        .unwrap();
        assert!(anna.is_mail_user() && !anna.is_mailbox());
        assert_eq!(anna.exchange_guid, None);
        assert_eq!(
            anna.smtp_addresses().collect::<Vec<_>>(),
            ["anna@nordvik.se", "anna@nordvik.onmicrosoft.com"]
        );
    }

    #[test]
    fn rooms_are_mailboxes_and_remote_mailboxes_and_groups_are_not() {
        let is_mailbox = |kind: &str| {
            recipient(&format!(
                r#"{{"RecipientTypeDetails":"{kind}","EmailAddresses":"SMTP:a@b.se"}}"#
            ))
            .unwrap()
            .is_mailbox()
        };
        assert!(is_mailbox("UserMailbox") && is_mailbox("RoomMailbox"));
        assert!(!is_mailbox("RemoteUserMailbox") && !is_mailbox("MailUniversalDistributionGroup"));
        assert_eq!(recipient("{}"), None);
    }
}
