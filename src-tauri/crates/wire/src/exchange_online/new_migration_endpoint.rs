//! `New-MigrationEndpoint`: makes a way to the old server. Its output is a
//! [`super::get_migration_endpoint::MigrationEndpoint`].

use super::encode::UnprovedCredential;
use super::{Cmdlet, Identity, OutlookAnywhere};

/// What to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewMigrationEndpoint<'a> {
    /// Its name.
    pub name: &'a Identity,
    /// The way.
    pub connection: OutlookAnywhere<'a>,
    /// How many mailboxes it copies at once.
    pub max_concurrent_migrations: Option<u32>,
    /// How many of these may be later passes; not more than the former.
    pub max_concurrent_incremental_syncs: Option<u32>,
    /// Makes it although the server cannot be reached.
    pub skip_verification: bool,
}

impl NewMigrationEndpoint<'_> {
    /// The cmdlet. It takes the account's password, and how one travels is not known: see the credential's type.
    #[must_use]
    pub fn cmdlet(&self, credential: UnprovedCredential<'_>) -> Cmdlet {
        let cmdlet = Cmdlet::once("New-MigrationEndpoint").with("Name", self.name);
        let incremental = self
            .max_concurrent_incremental_syncs
            .map(|many| many.min(self.max_concurrent_migrations.unwrap_or(many)));
        self.connection
            .describe(cmdlet, credential)
            .with_some("MaxConcurrentMigrations", self.max_concurrent_migrations)
            .with_some("MaxConcurrentIncrementalSyncs", incremental)
            .with_some("SkipVerification", self.skip_verification.then_some(true))
    }
}
