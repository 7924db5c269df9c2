//! What a crash left behind.

use jiff::Timestamp;
use stegvis_journal::{Journal, JournalError};
use stegvis_model::{
    DirectoryChangeKind, MigrationEvent, MigrationUser, MigrationUserStatus, StoppedBy,
};

use crate::runner::{hosted, moved_by_service};

/// What stands beside an item whose pass was cut off: it was neither found in the target nor missed there.
pub(crate) const NOT_COMPARED: &str = "not compared yet";

/// Turns whatever was in flight when the program ended into `Stopped{Interrupted}`, before anything
/// else is done with the journal. Returns those MigrationUsers; the administrator may resume them.
///
/// A conversion that may have been written stays Converting: its mailbox may be gone, and only the directory can
/// tell (`conversion::Conversions::recover`). What Microsoft's migration service is doing goes on, and only the service
/// can tell how far it is (`service::CloudRun::watch`); a pass of our own over such a mailbox is over, and what it had
/// not come to counts as left behind.
///
/// # Errors
/// The journal's.
pub fn recover(journal: &Journal, at: Timestamp) -> Result<Vec<MigrationUser>, JournalError> {
    journal.transaction(|tx| {
        let mut stopped = Vec::new();
        let hosted = hosted(tx)?;
        for user in tx.users()? {
            if user.status == MigrationUserStatus::IncrementalSyncing
                && moved_by_service(tx, &hosted, &user)?
            {
                tx.leave_open(user.id, NOT_COMPARED)?;
                tx.apply_event(user.id, MigrationEvent::IncrementalSyncCompleted, "", at)?;
                continue;
            }
            if hosted.contains(&user.batch) && user.status != MigrationUserStatus::Converting {
                continue;
            }
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
