use rusqlite::{OptionalExtension as _, params};

use crate::{JournalError, Tx};

pub(crate) const UP: &str = "
CREATE TABLE setting (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
";

impl Tx<'_> {
    /// The value kept under `key`. Never a secret: those live in the keychain.
    pub fn setting(&self, key: &str) -> Result<Option<String>, JournalError> {
        Ok(self
            .0
            .prepare_cached("SELECT value FROM setting WHERE key = ?1")?
            .query_row([key], |row| row.get(0))
            .optional()?)
    }

    /// Keeps a value under `key`.
    pub fn set_setting(&self, key: &str, value: &str) -> Result<(), JournalError> {
        self.0
            .prepare_cached(
                "INSERT INTO setting (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            )?
            .execute(params![key, value])?;
        Ok(())
    }

    /// Forgets what is kept under `key`.
    pub fn clear_setting(&self, key: &str) -> Result<(), JournalError> {
        self.0
            .prepare_cached("DELETE FROM setting WHERE key = ?1")?
            .execute([key])?;
        Ok(())
    }
}
