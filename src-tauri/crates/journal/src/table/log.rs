use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, params};
use stegvis_model::MigrationUserId;

use crate::table::read_time;
use crate::{JournalError, Tx};

pub(crate) const UP: &str = "
CREATE TABLE log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    user_id INTEGER,
    what TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT ''
) STRICT;
";

/// Lines from before this column have nobody's name.
pub(crate) const WHO: &str = "ALTER TABLE log ADD COLUMN who TEXT;";

/// A line of the append-only log: who did what when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// When.
    pub at: Option<Timestamp>,
    /// To which MigrationUser, if to one.
    pub user: Option<MigrationUserId>,
    /// What: a status name, or an action's.
    pub what: String,
    /// More about it.
    pub detail: String,
    /// Who did it, or was at this computer when it happened; nothing where the engine moved a status by itself.
    pub who: Option<String>,
}

impl Tx<'_> {
    /// Adds a line: an act of whoever the journal acts as.
    pub fn log(
        &self,
        at: Timestamp,
        user: Option<MigrationUserId>,
        what: &str,
        detail: &str,
    ) -> Result<(), JournalError> {
        self.add_line(at, user, what, detail, self.1.as_deref())
    }

    /// Adds a line about what went on by itself: nobody's act.
    pub(crate) fn log_by_itself(
        &self,
        at: Timestamp,
        user: Option<MigrationUserId>,
        what: &str,
        detail: &str,
    ) -> Result<(), JournalError> {
        self.add_line(at, user, what, detail, None)
    }

    fn add_line(
        &self,
        at: Timestamp,
        user: Option<MigrationUserId>,
        what: &str,
        detail: &str,
        who: Option<&str>,
    ) -> Result<(), JournalError> {
        self.0
            .prepare_cached(
                "INSERT INTO log (at, user_id, what, detail, who) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                at.to_string(),
                user.map(|id| id.0),
                what,
                detail,
                who
            ])?;
        Ok(())
    }

    /// When the last line was added.
    pub fn last_logged(&self) -> Result<Option<Timestamp>, JournalError> {
        let last = self
            .0
            .prepare_cached("SELECT at FROM log ORDER BY id DESC LIMIT 1")?
            .query_row([], |row| row.get(0))
            .optional()?;
        read_time("log.at", last)
    }

    /// Every line, oldest first.
    pub fn log_entries(&self) -> Result<Vec<LogEntry>, JournalError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT at, user_id, what, detail, who FROM log ORDER BY id")?;
        let mut rows = statement.query([])?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next()? {
            entries.push(LogEntry {
                at: read_time("log.at", row.get(0)?)?,
                user: row.get::<_, Option<i64>>(1)?.map(MigrationUserId),
                what: row.get(2)?,
                detail: row.get(3)?,
                who: row.get(4)?,
            });
        }
        Ok(entries)
    }
}
