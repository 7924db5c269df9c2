//! `Set-MigrationBatch`: a corrected list, or other people to tell.

use super::encode::{self, ByteForm};
use super::{Cmdlet, Identity};

const NAME: &str = "Set-MigrationBatch";

/// Who gets the status mails from now on.
#[must_use]
pub fn notification_emails(batch: &Identity, addresses: &[&str]) -> Cmdlet {
    Cmdlet::new(NAME)
        .with("Identity", batch)
        .with("NotificationEmails", addresses.to_vec())
}

/// Another list: users that are only in the new one are added, and none is taken out.
#[must_use]
pub fn csv(batch: &Identity, csv: &[u8], form: ByteForm) -> Cmdlet {
    Cmdlet::new(NAME)
        .with("Identity", batch)
        .with("CSVData", encode::bytes(csv, form))
}
