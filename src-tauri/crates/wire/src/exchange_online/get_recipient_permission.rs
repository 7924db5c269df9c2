//! `Get-RecipientPermission`: who may send as somebody.

use serde_json::{Map, Value};

use super::{Cmdlet, Identity, decode};

/// Everybody who may send as this recipient.
#[must_use]
pub fn all(recipient: &Identity) -> Cmdlet {
    Cmdlet {
        select: &[
            "Trustee",
            "AccessRights",
            "AccessControlType",
            "IsInherited",
        ],
        ..Cmdlet::new("Get-RecipientPermission").with("Identity", recipient)
    }
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipientPermission {
    /// Who.
    pub trustee: String,
    /// Whether it is the right to send as the recipient.
    pub send_as: bool,
    /// Whether it comes from above.
    pub inherited: bool,
    /// Whether it takes the right.
    pub deny: bool,
}

impl RecipientPermission {
    /// Reads one object of the cmdlet's output; nothing if it does not say whose it is.
    #[must_use]
    pub fn read(object: &Map<String, Value>) -> Option<Self> {
        Some(Self {
            trustee: decode::text(object, "Trustee")?,
            send_as: decode::names(object, "AccessRights")
                .iter()
                .any(|right| right.eq_ignore_ascii_case("SendAs")),
            inherited: decode::flag(object, "IsInherited").unwrap_or(false),
            deny: decode::text(object, "AccessControlType")
                .is_some_and(|kind| kind.eq_ignore_ascii_case("Deny")),
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_trustee_sends_as_the_recipient_unless_it_is_denied() {
        let read = |json: &str| RecipientPermission::read(&serde_json::from_str(json).unwrap());
        let bo = read(r#"{"Trustee":"bo@nordvik.se","AccessRights":["SendAs"],"AccessControlType":"Allow","IsInherited":false}"#).unwrap();
        assert!(bo.send_as && !bo.deny && !bo.inherited);
        let denied = read(r#"{"Trustee":"x","AccessRights":"SendAs","AccessControlType":"Deny"}"#);
        assert!(denied.is_some_and(|one| one.send_as && one.deny));
        assert_eq!(read("{}"), None);
    }
}
