//! `Remove-MigrationEndpoint`: refused while a batch uses it.

use super::{Cmdlet, Identity};

/// Removes it.
#[must_use]
pub fn remove(endpoint: &Identity) -> Cmdlet {
    Cmdlet::new("Remove-MigrationEndpoint")
        .with("Identity", endpoint)
        .with("Confirm", false)
}
