//! `Add-MailboxPermission`: who may open a mailbox.

use super::Cmdlet;

/// Lets `user` (for an application: the object id of its service principal) open the whole mailbox,
/// without Outlook adding it to anyone's profile. Done twice, the cmdlet only warns.
#[must_use]
pub fn full_access(mailbox: &str, user: &str) -> Cmdlet {
    Cmdlet::new("Add-MailboxPermission")
        .with("Identity", mailbox)
        .with("User", user)
        .with("AccessRights", vec!["FullAccess"])
        .with("InheritanceType", "All")
        .with("AutoMapping", false)
        .with("Confirm", false)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn full_access_is_a_list_of_one_right_and_asks_nothing_back() {
        let parameters = full_access("anna@nordvik.se", "o-1").parameters;
        assert_eq!(
            serde_json::to_string(&parameters).unwrap(),
            r#"{"AccessRights":["FullAccess"],"AutoMapping":false,"Confirm":false,"Identity":"anna@nordvik.se","InheritanceType":"All","User":"o-1"}"#
        );
    }
}
