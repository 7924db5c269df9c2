//! `Remove-MigrationBatch`: the batch and its users go; the mailboxes stay.

use super::{Cmdlet, Identity};

/// Removes it.
#[must_use]
pub fn remove(batch: &Identity) -> Cmdlet {
    Cmdlet::new("Remove-MigrationBatch")
        .with("Identity", batch)
        .with("Confirm", false)
}
