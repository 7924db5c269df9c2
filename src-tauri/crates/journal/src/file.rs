use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::error::JournalError;
use crate::migrations::MIGRATIONS;

/// An open journal. Reads and writes are transactions of a few milliseconds, so one connection behind
/// a lock serves every mailbox.
#[derive(Debug)]
pub struct Journal {
    connection: Mutex<Connection>,
    path: PathBuf,
    /// Who is at this computer, for the log.
    who: RwLock<Option<Arc<str>>>,
    /// Held for as long as the journal is open; the system gives it back when the process dies.
    _lock: File,
}

/// A transaction. What a table can do hangs on it, one file a table.
#[derive(Debug)]
pub struct Tx<'a>(pub(crate) Transaction<'a>, pub(crate) Option<Arc<str>>);

impl Journal {
    /// Opens a journal, making it or bringing it to this version where needed.
    ///
    /// # Errors
    /// [`JournalError::InUse`] when another process has it open.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let lock_path = path.with_extension("stegvis-lock");
        let file = |source| JournalError::File {
            path: lock_path.clone(),
            source,
        };
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(file)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(JournalError::InUse(path.to_owned())),
            Err(TryLockError::Error(source)) => return Err(file(source)),
        }
        let mut connection = Connection::open(path)?;
        // Write-ahead logging with NORMAL survives a killed process without loss, and a power cut with
        // at most the last transactions: what those said is found again at the target (engine::recover).
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        connection.set_prepared_statement_cache_capacity(64);
        MIGRATIONS.to_latest(&mut connection)?;
        Ok(Self {
            connection: Mutex::new(connection),
            path: path.to_owned(),
            who: RwLock::default(),
            _lock: lock,
        })
    }

    /// Where it lives.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whose acts the log's lines are from now on; the journal asks no system for a name.
    pub fn acts_as(&self, who: &str) {
        let mut known = self.who.write().unwrap_or_else(PoisonError::into_inner);
        *known = Some(Arc::from(who));
    }

    fn who(&self) -> Option<Arc<str>> {
        let known = self.who.read().unwrap_or_else(PoisonError::into_inner);
        known.clone()
    }

    /// Does `work` in one transaction: all of it is kept, or nothing.
    ///
    /// # Errors
    /// What `work` reports, or SQLite.
    pub fn transaction<R, E: From<JournalError>>(
        &self,
        work: impl FnOnce(&Tx<'_>) -> Result<R, E>,
    ) -> Result<R, E> {
        transact(&mut self.connection(), self.who(), work)
    }

    /// The same, and it is on disk when this returns: a power cut loses neither it nor anything before it. For what
    /// must be known to have been begun before something outside is written that nobody could find again.
    ///
    /// # Errors
    /// What `work` reports, or SQLite.
    pub fn durably<R, E: From<JournalError>>(
        &self,
        work: impl FnOnce(&Tx<'_>) -> Result<R, E>,
    ) -> Result<R, E> {
        let mut connection = self.connection();
        let synchronous = |connection: &Connection, how| {
            connection
                .pragma_update(None, "synchronous", how)
                .map_err(|error| E::from(JournalError::from(error)))
        };
        synchronous(&connection, "FULL")?;
        let result = transact(&mut connection, self.who(), work);
        synchronous(&connection, "NORMAL")?;
        result
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A panic inside a transaction rolled it back; the connection itself is sound.
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn transact<R, E: From<JournalError>>(
    connection: &mut Connection,
    who: Option<Arc<str>>,
    work: impl FnOnce(&Tx<'_>) -> Result<R, E>,
) -> Result<R, E> {
    let sqlite = |error: rusqlite::Error| E::from(JournalError::from(error));
    let begun = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(sqlite)?;
    let tx = Tx(begun, who);
    let result = work(&tx)?;
    tx.0.commit().map_err(sqlite)?;
    Ok(result)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_project_opens_once_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("practice.stegvis");
        let first = Journal::open(&path).unwrap();
        assert!(matches!(Journal::open(&path), Err(JournalError::InUse(_))));
        drop(first);
        Journal::open(&path).unwrap();
    }

    #[test]
    fn a_transaction_that_fails_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::open(&dir.path().join("practice.stegvis")).unwrap();
        let failed: Result<(), JournalError> = journal.transaction(|tx| {
            tx.set_setting("name", "Nordvik")?;
            Err(JournalError::Missing {
                what: "anything",
                id: 1,
            })
        });
        assert!(failed.is_err());
        assert_eq!(journal.transaction(|tx| tx.setting("name")).unwrap(), None);
    }
}
