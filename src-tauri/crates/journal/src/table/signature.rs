use jiff::Timestamp;
use rusqlite::params;
use stegvis_model::MigrationUserId;

use crate::table::{read_time, to_i64, to_u64};
use crate::{JournalError, Tx};

pub(crate) const UP: &str = "
CREATE TABLE skipped_signature (
    user_id INTEGER NOT NULL PRIMARY KEY REFERENCES migration_user (id),
    by TEXT NOT NULL,
    items INTEGER NOT NULL,
    at TEXT NOT NULL
) STRICT;
";

/// The administrator's word that the items which were not copied may stay behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Whose.
    pub by: String,
    /// How many items were skipped when it was given: more than that, and it no longer counts.
    pub items: u64,
    /// When.
    pub at: Option<Timestamp>,
}

impl Tx<'_> {
    /// Signs for the items of a mailbox that were skipped so far, in place of an earlier signature.
    pub fn sign_skipped(
        &self,
        user: MigrationUserId,
        by: &str,
        items: u64,
        at: Timestamp,
    ) -> Result<(), JournalError> {
        self.0
            .prepare_cached(
                "INSERT INTO skipped_signature (user_id, by, items, at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (user_id) DO UPDATE SET by = excluded.by, items = excluded.items, at = excluded.at",
            )?
            .execute(params![user.0, by, to_i64(items), at.to_string()])?;
        self.log(at, Some(user), "SkippedSigned", &format!("{items} {by}"))
    }

    /// The signature for a mailbox's skipped items.
    pub fn skipped_signature(
        &self,
        user: MigrationUserId,
    ) -> Result<Option<Signature>, JournalError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT by, items, at FROM skipped_signature WHERE user_id = ?1")?;
        let mut rows = statement.query([user.0])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        Ok(Some(Signature {
            by: row.get(0)?,
            items: to_u64(row.get(1)?),
            at: read_time("skipped_signature.at", Some(row.get(2)?))?,
        }))
    }
}
