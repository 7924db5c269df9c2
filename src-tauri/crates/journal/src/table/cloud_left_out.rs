use jiff::Timestamp;
use rusqlite::params;
use stegvis_model::MigrationUserId;

use crate::table::{read_time, to_i64, to_u64};
use crate::{JournalError, Tx};

pub(crate) const UP: &str = "
CREATE TABLE cloud_left_out (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES migration_user (id),
    kind TEXT,
    subject TEXT,
    folder TEXT,
    sent_at TEXT,
    size INTEGER
) STRICT;
CREATE INDEX cloud_left_out_user ON cloud_left_out (user_id);
";

/// An item that the migration service says it left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CloudLeftOutRow {
    /// Why: `LargeItem`, `BadItem`, …
    pub kind: Option<String>,
    /// Its subject.
    pub subject: Option<String>,
    /// Where it lies.
    pub folder: Option<String>,
    /// When it was sent.
    pub sent: Option<Timestamp>,
    /// How large it is.
    pub size: Option<u64>,
}

impl Tx<'_> {
    /// Keeps what the service left out of a mailbox, in place of what it told before.
    pub fn keep_cloud_left_out(
        &self,
        user: MigrationUserId,
        items: &[CloudLeftOutRow],
    ) -> Result<(), JournalError> {
        self.0
            .prepare_cached("DELETE FROM cloud_left_out WHERE user_id = ?1")?
            .execute([user.0])?;
        let mut statement = self.0.prepare_cached(
            "INSERT INTO cloud_left_out (user_id, kind, subject, folder, sent_at, size)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        for item in items {
            statement.execute(params![
                user.0,
                item.kind,
                item.subject,
                item.folder,
                item.sent.map(|at| at.to_string()),
                item.size.map(to_i64)
            ])?;
        }
        Ok(())
    }

    /// What the service says it left out of a mailbox.
    pub fn cloud_left_out(
        &self,
        user: MigrationUserId,
    ) -> Result<Vec<CloudLeftOutRow>, JournalError> {
        let mut statement = self.0.prepare_cached(
            "SELECT kind, subject, folder, sent_at, size FROM cloud_left_out WHERE user_id = ?1 ORDER BY id",
        )?;
        let mut rows = statement.query([user.0])?;
        let mut items = Vec::new();
        while let Some(row) = rows.next()? {
            items.push(CloudLeftOutRow {
                kind: row.get(0)?,
                subject: row.get(1)?,
                folder: row.get(2)?,
                sent: read_time("cloud_left_out.sent_at", row.get(3)?)?,
                size: row.get::<_, Option<i64>>(4)?.map(to_u64),
            });
        }
        Ok(items)
    }
}
