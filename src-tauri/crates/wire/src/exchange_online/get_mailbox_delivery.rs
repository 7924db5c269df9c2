//! `Get-Mailbox`, asked where a mailbox's mail goes and who sends on its behalf.

use serde_json::{Map, Value};

use super::{Cmdlet, Identity, decode};

/// Where the mail of this mailbox goes.
#[must_use]
pub fn of(mailbox: &Identity) -> Cmdlet {
    Cmdlet {
        select: &[
            "PrimarySmtpAddress",
            "GrantSendOnBehalfTo",
            "ForwardingAddress",
            "ForwardingSmtpAddress",
            "DeliverToMailboxAndForward",
        ],
        ..Cmdlet::new("Get-Mailbox").with("Identity", mailbox)
    }
}

/// Where a mailbox's mail goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxDelivery {
    /// Its primary address.
    pub primary_smtp_address: String,
    /// Who sends on its behalf: names, as Exchange identifies them.
    pub send_on_behalf: Vec<String>,
    /// The recipient of the organisation that its mail goes to, by name.
    pub forwarding: Option<String>,
    /// The address anywhere that its mail goes to, without prefix.
    pub forwarding_smtp: Option<String>,
    /// Whether a copy stays.
    pub keeps_copy: bool,
}

impl MailboxDelivery {
    /// Reads one object of the cmdlet's output; nothing if it has no primary address.
    #[must_use]
    pub fn read(object: &Map<String, Value>) -> Option<Self> {
        let filled = |name| decode::text(object, name).filter(|text: &String| !text.is_empty());
        Some(Self {
            primary_smtp_address: decode::text(object, "PrimarySmtpAddress")?,
            send_on_behalf: decode::texts(object, "GrantSendOnBehalfTo"),
            forwarding: filled("ForwardingAddress"),
            forwarding_smtp: filled("ForwardingSmtpAddress").map(|text| {
                match text.split_once(':') {
                    Some((prefix, address)) if prefix.eq_ignore_ascii_case("smtp") => {
                        address.to_owned()
                    }
                    _ => text,
                }
            }),
            keeps_copy: decode::flag(object, "DeliverToMailboxAndForward").unwrap_or(false),
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn forwarding_inside_and_outside_are_told_apart() {
        let read = |json: &str| MailboxDelivery::read(&serde_json::from_str(json).unwrap());
        let anna = read(
            r#"{"PrimarySmtpAddress":"anna@nordvik.se","GrantSendOnBehalfTo":["Bo Ek"],"ForwardingAddress":null,
                "ForwardingSmtpAddress":"smtp:anna@hemma.example","DeliverToMailboxAndForward":"True"}"#,
        )
        .unwrap();
        assert_eq!(anna.send_on_behalf, ["Bo Ek"]);
        assert_eq!(anna.forwarding, None);
        assert_eq!(anna.forwarding_smtp.as_deref(), Some("anna@hemma.example"));
        assert!(anna.keeps_copy);
        assert_eq!(read("{}"), None);
    }
}
