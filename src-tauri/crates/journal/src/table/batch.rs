use jiff::Timestamp;
use rusqlite::params;
use stegvis_model::{BatchId, MigrationBatch, SmtpAddress};

use crate::table::read_time;
use crate::{JournalError, Tx};

pub(crate) const UP: &str = "
CREATE TABLE batch (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    notify TEXT,
    started_at TEXT,
    status_mail_at TEXT,
    report_mail_at TEXT
) STRICT;
";

impl Tx<'_> {
    /// Makes a batch.
    pub fn insert_batch(
        &self,
        name: &str,
        notify: Option<&SmtpAddress>,
    ) -> Result<BatchId, JournalError> {
        self.0
            .prepare_cached("INSERT INTO batch (name, notify) VALUES (?1, ?2)")?
            .execute(params![name, notify.map(ToString::to_string)])?;
        Ok(BatchId(self.0.last_insert_rowid()))
    }

    /// Every batch, oldest first.
    pub fn batches(&self) -> Result<Vec<MigrationBatch>, JournalError> {
        let mut statement = self.0.prepare_cached(
            "SELECT id, name, notify, started_at, status_mail_at, report_mail_at FROM batch ORDER BY id",
        )?;
        let mut rows = statement.query([])?;
        let mut batches = Vec::new();
        while let Some(row) = rows.next()? {
            let notify: Option<String> = row.get(2)?;
            batches.push(MigrationBatch {
                id: BatchId(row.get(0)?),
                name: row.get(1)?,
                notify: notify
                    .map(|value| {
                        value.parse().map_err(|_| JournalError::Damaged {
                            column: "batch.notify",
                            value,
                        })
                    })
                    .transpose()?,
                started_at: read_time("batch.started_at", row.get(3)?)?,
                status_mail_at: read_time("batch.status_mail_at", row.get(4)?)?,
                report_mail_at: read_time("batch.report_mail_at", row.get(5)?)?,
            });
        }
        Ok(batches)
    }

    /// Notes the first start; a later one changes nothing.
    pub fn batch_started(&self, id: BatchId, at: Timestamp) -> Result<(), JournalError> {
        self.0
            .prepare_cached(
                "UPDATE batch SET started_at = ?2 WHERE id = ?1 AND started_at IS NULL",
            )?
            .execute(params![id.0, at.to_string()])?;
        Ok(())
    }

    /// Notes that the status mail was sent.
    pub fn status_mail_sent(&self, id: BatchId, at: Timestamp) -> Result<(), JournalError> {
        self.0
            .prepare_cached("UPDATE batch SET status_mail_at = ?2 WHERE id = ?1")?
            .execute(params![id.0, at.to_string()])?;
        Ok(())
    }

    /// Notes that the final report was sent.
    pub fn report_mail_sent(&self, id: BatchId, at: Timestamp) -> Result<(), JournalError> {
        self.0
            .prepare_cached("UPDATE batch SET report_mail_at = ?2 WHERE id = ?1")?
            .execute(params![id.0, at.to_string()])?;
        Ok(())
    }
}
