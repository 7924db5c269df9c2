//! What a crash left behind.

use jiff::Timestamp;
use stegvis_journal::{Journal, JournalError};
use stegvis_model::{MigrationEvent, MigrationUser, StoppedBy};

/// Turns whatever was in flight when the program ended into `Stopped{Interrupted}`, before anything
/// else is done with the journal. Returns those MigrationUsers; the administrator may resume them.
///
/// # Errors
/// The journal's.
pub fn recover(journal: &Journal, at: Timestamp) -> Result<Vec<MigrationUser>, JournalError> {
    journal.transaction(|tx| {
        tx.users()?
            .into_iter()
            .filter(|user| user.status.in_flight())
            .map(|user| {
                tx.apply_event(
                    user.id,
                    MigrationEvent::Stopped(StoppedBy::Interrupted),
                    "",
                    at,
                )
            })
            .collect()
    })
}
