//! `Stop-MigrationBatch`: what is copied stays; [`super::start_migration_batch`] goes on from there.

use super::{Cmdlet, Identity};

/// Stops it.
#[must_use]
pub fn stop(batch: &Identity) -> Cmdlet {
    Cmdlet::new("Stop-MigrationBatch")
        .with("Identity", batch)
        .with("Confirm", false)
}
