//! `Get-MigrationStatistics`: all batches of the tenant together.

use serde_json::{Map, Value};

use super::get_migration_batch::Counts;
use super::{Cmdlet, decode};

/// All of it.
#[must_use]
pub fn all() -> Cmdlet {
    Cmdlet::new("Get-MigrationStatistics")
}

/// The tenant's migrations, counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationStatistics {
    /// How many users are where.
    pub counts: Counts,
    /// `ExchangeOutlookAnywhere`, …
    pub migration_type: Option<String>,
    /// For Microsoft's support.
    pub diagnostic_info: Option<String>,
}

impl MigrationStatistics {
    /// Reads the object of the cmdlet's output.
    #[must_use]
    pub fn read(object: &Map<String, Value>) -> Self {
        Self {
            counts: Counts::read(object),
            migration_type: decode::text(object, "MigrationType"),
            diagnostic_info: decode::text(object, "DiagnosticInfo"),
        }
    }
}
