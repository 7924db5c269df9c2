//! `Remove-ServicePrincipal`: an application is no longer known to Exchange Online, and its rights to mailboxes go
//! with it.

use super::{Cmdlet, Identity};

/// Makes the application unknown. `application` is its application id or its object id.
#[must_use]
pub fn by_id(application: &Identity) -> Cmdlet {
    Cmdlet::new("Remove-ServicePrincipal")
        .with("Identity", application)
        .with("Confirm", false)
}
