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

    /// Every value kept under a key that begins so, by key.
    pub fn settings_under(&self, prefix: &str) -> Result<Vec<(String, String)>, JournalError> {
        let mut statement = self.0.prepare_cached(
            "SELECT key, value FROM setting WHERE substr(key, 1, length(?1)) = ?1 ORDER BY key",
        )?;
        let rows = statement.query_map([prefix], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
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
