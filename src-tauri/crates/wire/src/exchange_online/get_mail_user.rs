//! `Get-MailUser`: those who can become mailboxes. Its output is a [`super::get_recipient::Recipient`].

use super::{Cmdlet, Identity};

const NAME: &str = "Get-MailUser";

/// The mail user of this address; if there is none the cmdlet fails with `ManagementObjectNotFoundException`.
#[must_use]
pub fn by_identity(user: &Identity) -> Cmdlet {
    Cmdlet::new(NAME).with("Identity", user)
}

/// Every mail user.
#[must_use]
pub fn all() -> Cmdlet {
    Cmdlet::new(NAME).with("ResultSize", "Unlimited")
}

/// Those that were removed and can still come back: twins that hold an address.
#[must_use]
pub fn soft_deleted() -> Cmdlet {
    all().with("SoftDeletedMailUser", true)
}
