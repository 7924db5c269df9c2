//! `Get-InboxRule`: the rules in a mailbox.

use serde_json::{Map, Value};

use super::{Cmdlet, Identity, decode};

/// Every rule of the mailbox.
#[must_use]
pub fn all(mailbox: &Identity) -> Cmdlet {
    Cmdlet {
        select: &["Name", "Enabled", "ForwardTo", "RedirectTo"],
        ..Cmdlet::new("Get-InboxRule").with("Mailbox", mailbox)
    }
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxRule {
    /// Its name.
    pub name: String,
    /// Whether it is on.
    pub enabled: bool,
    /// Whether it sends mail on.
    pub forwards: bool,
}

impl InboxRule {
    /// Reads one object of the cmdlet's output; nothing if it has no name.
    #[must_use]
    pub fn read(object: &Map<String, Value>) -> Option<Self> {
        Some(Self {
            name: decode::text(object, "Name")?,
            enabled: decode::flag(object, "Enabled").unwrap_or(true),
            forwards: ["ForwardTo", "RedirectTo"]
                .iter()
                .any(|name| !decode::list(object, name).is_empty()),
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_rule_says_whether_it_sends_mail_on() {
        let mailbox = Identity::new("anna@nordvik.se").unwrap();
        assert_eq!(
            serde_json::to_string(&all(&mailbox).parameters).unwrap(),
            r#"{"Mailbox":"anna@nordvik.se"}"#
        );
        let read = |json: &str| InboxRule::read(&serde_json::from_str(json).unwrap());
        let rule = read(
            r#"{"Name":"Fakturor","Enabled":true,"ForwardTo":["bo@nordvik.se"],"RedirectTo":null}"#,
        )
        .unwrap();
        assert!(rule.enabled && rule.forwards);
        assert!(read(r#"{"Name":"Skräp","ForwardTo":null}"#).is_some_and(|rule| !rule.forwards));
        assert_eq!(read("{}"), None);
    }
}
