//! `Remove-MailboxPermission`: takes back what [`super::add_mailbox_permission`] gave.

use super::{Cmdlet, Identity};

/// Takes Full Access back. Done twice, the cmdlet only warns.
#[must_use]
pub fn full_access(mailbox: &Identity, user: &Identity) -> Cmdlet {
    Cmdlet::new("Remove-MailboxPermission")
        .with("Identity", mailbox)
        .with("User", user)
        .with("AccessRights", vec!["FullAccess"])
        .with("InheritanceType", "All")
        .with("Confirm", false)
}
