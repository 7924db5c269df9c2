//! What a crash left behind.

use jiff::Timestamp;
use stegvis_journal::{Journal, JournalError};
use stegvis_model::{
    DirectoryChangeKind, MigrationEvent, MigrationUser, MigrationUserStatus, StoppedBy,
};

/// Turns whatever was in flight when the program ended into `Stopped{Interrupted}`, before anything
/// else is done with the journal. Returns those MigrationUsers; the administrator may resume them.
///
/// A conversion that may have been written stays Converting: its mailbox may be gone, and only the directory can
/// tell (`conversion::Conversions::recover`).
///
/// # Errors
/// The journal's.
pub fn recover(journal: &Journal, at: Timestamp) -> Result<Vec<MigrationUser>, JournalError> {
    journal.transaction(|tx| {
        let mut stopped = Vec::new();
        for user in tx.users()? {
            let converting = user.status == MigrationUserStatus::Converting
                && tx
                    .directory_change(DirectoryChangeKind::Conversion, &user.address)?
                    .is_some_and(|change| change.run > 0);
            if user.status.in_flight() && !converting {
                stopped.push(tx.apply_event(
                    user.id,
                    MigrationEvent::Stopped(StoppedBy::Interrupted),
                    "",
                    at,
                )?);
            }
        }
        Ok(stopped)
    })
}
