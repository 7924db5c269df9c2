//! `Start-MigrationBatch`: starts a batch, resumes a stopped one, and tries its failed users again.

use super::{Cmdlet, Identity};

/// Starts it. A batch that is under way is left as it is.
#[must_use]
pub fn start(batch: &Identity) -> Cmdlet {
    Cmdlet::new("Start-MigrationBatch").with("Identity", batch)
}
