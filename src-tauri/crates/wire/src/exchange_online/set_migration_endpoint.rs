//! `Set-MigrationEndpoint`: another number at once, or a new password.

use super::encode::UnprovedCredential;
use super::{Cmdlet, Identity};

const NAME: &str = "Set-MigrationEndpoint";

/// How many mailboxes it copies at once.
#[must_use]
pub fn concurrency(endpoint: &Identity, migrations: u32, incremental_syncs: Option<u32>) -> Cmdlet {
    Cmdlet::new(NAME)
        .with("Identity", endpoint)
        .with("MaxConcurrentMigrations", migrations)
        .with_some(
            "MaxConcurrentIncrementalSyncs",
            incremental_syncs.map(|many| many.min(migrations)),
        )
}

/// The account's new password.
#[must_use]
pub fn credential(endpoint: &Identity, credential: UnprovedCredential<'_>) -> Cmdlet {
    Cmdlet::new(NAME)
        .with("Identity", endpoint)
        .with("Credentials", credential.value())
}
