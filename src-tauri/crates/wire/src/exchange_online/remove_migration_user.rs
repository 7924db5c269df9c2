//! `Remove-MigrationUser`: takes a user out of its batch; the mailbox stays.

use super::{Cmdlet, Identity};

/// Takes it out.
#[must_use]
pub fn remove(user: &Identity) -> Cmdlet {
    Cmdlet::new("Remove-MigrationUser")
        .with("Identity", user)
        .with("Confirm", false)
}
