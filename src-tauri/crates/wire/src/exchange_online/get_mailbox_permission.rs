//! `Get-MailboxPermission`: who may open a mailbox.

use serde_json::{Map, Value};

use super::{Cmdlet, Identity, decode};

/// Everybody who may open the mailbox.
#[must_use]
pub fn all(mailbox: &Identity) -> Cmdlet {
    Cmdlet {
        select: &["User", "AccessRights", "IsInherited", "Deny"],
        ..Cmdlet::new("Get-MailboxPermission").with("Identity", mailbox)
    }
}

/// Whether this one may.
#[must_use]
pub fn of(mailbox: &Identity, user: &Identity) -> Cmdlet {
    all(mailbox).with("User", user)
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxPermission {
    /// Who: an address, a name, a SID, or an application's object id.
    pub user: String,
    /// Whether it is the right to open the whole mailbox.
    pub full_access: bool,
    /// Whether it comes from above and not from this mailbox.
    pub inherited: bool,
    /// Whether it takes the right.
    pub deny: bool,
}

impl MailboxPermission {
    /// Reads one object of the cmdlet's output; nothing if it does not say whose it is.
    #[must_use]
    pub fn read(object: &Map<String, Value>) -> Option<Self> {
        Some(Self {
            user: decode::text(object, "User")?,
            full_access: decode::names(object, "AccessRights")
                .iter()
                .any(|right| right.eq_ignore_ascii_case("FullAccess")),
            inherited: decode::flag(object, "IsInherited").unwrap_or(false),
            deny: decode::flag(object, "Deny").unwrap_or(false),
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn an_entry_says_who_and_what() {
        let mailbox = Identity::new("anna@nordvik.se").unwrap();
        assert_eq!(
            serde_json::to_string(&all(&mailbox).parameters).unwrap(),
            r#"{"Identity":"anna@nordvik.se"}"#
        );
        let read = |json: &str| MailboxPermission::read(&serde_json::from_str(json).unwrap());
        let bo = read(r#"{"User":"bo@nordvik.se","AccessRights":["FullAccess","DeleteItem"],"IsInherited":false,"Deny":"False"}"#).unwrap();
        assert!(bo.full_access && !bo.inherited && !bo.deny);
        // As PowerShell prints a list.
        let printed = read(
            r#"{"User":"x","AccessRights":"{ReadPermission, FullAccess}","IsInherited":true}"#,
        );
        assert!(printed.is_some_and(|one| one.full_access && one.inherited));
        assert_eq!(read(r#"{"AccessRights":["FullAccess"]}"#), None);
    }
}
