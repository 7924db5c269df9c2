//! A MigrationUser follows what happens to its directory object, in the same transaction.

use jiff::Timestamp;
use stegvis_journal::{DirectoryChange, JournalError, Tx};
use stegvis_model::{
    DirectoryChangeKind, DirectoryChangeState as State, ItemState, MigrationEvent, MigrationUser,
    MigrationUserStatus as Status,
};

/// The conversion of this object entered a state; the migration of the mailbox, where the journal has one, goes along.
pub(super) fn entered(
    tx: &Tx<'_>,
    change: &DirectoryChange,
    state: State,
    at: Timestamp,
) -> Result<(), JournalError> {
    if change.planned.kind != DirectoryChangeKind::Conversion {
        return Ok(());
    }
    let Some(user) = tx.user_of(&change.planned.address)? else {
        return Ok(());
    };
    let event = match (state, user.status) {
        (State::Writing, Status::Synced) => MigrationEvent::ConversionStarted,
        (State::Proved, Status::Converting) if skipped(tx, &user)? > 0 => {
            MigrationEvent::ConvertedWithWarnings
        }
        (State::Proved, Status::Converting) => MigrationEvent::Converted,
        // The object is as it was, and so is the migration.
        (
            State::Planned | State::BackedUp | State::Undone,
            Status::Converting | Status::Completed | Status::CompletedWithWarnings,
        ) => MigrationEvent::ConversionUndone,
        _ => return Ok(()),
    };
    tx.apply_event(user.id, event, "", at).map(drop)
}

/// How many items of a mailbox were not copied.
pub(crate) fn skipped(tx: &Tx<'_>, user: &MigrationUser) -> Result<u64, JournalError> {
    Ok(tx
        .tally(user.id)?
        .into_iter()
        .filter(|tally| tally.state == ItemState::Skipped)
        .map(|tally| tally.items)
        .sum())
}
