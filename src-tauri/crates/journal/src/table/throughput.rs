use jiff::Timestamp;
use rusqlite::params;
use stegvis_model::{Counts, Engine, StoredName as _};

use crate::table::{read_time, to_i64, to_u64};
use crate::{JournalError, Tx};

/// Seconds that one row holds: two days of copying are 35,000 small rows.
const SLOT: i64 = 5;

/// How much came over when. Items have no time of their own: there are too many of them.
pub(crate) const UP: &str = "
CREATE TABLE throughput (
    at TEXT NOT NULL,
    engine TEXT NOT NULL,
    items INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (at, engine)
) STRICT, WITHOUT ROWID;
";

/// What came over in a few seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// When those seconds began.
    pub at: Timestamp,
    /// Who moved it.
    pub engine: Engine,
    /// How much.
    pub counts: Counts,
}

impl Tx<'_> {
    /// Notes that so much came over. What the migration service moved came some time before it was told.
    pub fn moved(&self, engine: Engine, counts: Counts, at: Timestamp) -> Result<(), JournalError> {
        if counts == Counts::default() {
            return Ok(());
        }
        let second = at.as_second();
        let slot = Timestamp::from_second(second - second.rem_euclid(SLOT)).unwrap_or(at);
        self.0
            .prepare_cached(
                "INSERT INTO throughput (at, engine, items, bytes) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (at, engine) DO UPDATE SET items = items + excluded.items, bytes = bytes + excluded.bytes",
            )?
            .execute(params![
                slot.to_string(),
                engine.name(),
                to_i64(counts.items),
                to_i64(counts.bytes)
            ])?;
        Ok(())
    }

    /// What came over when, oldest first.
    pub fn all_moved(&self) -> Result<Vec<Moved>, JournalError> {
        let mut statement = self.0.prepare_cached(
            "SELECT at, engine, items, bytes FROM throughput ORDER BY at, engine",
        )?;
        let mut rows = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let Some(at) = read_time("throughput.at", row.get(0)?)? else {
                continue;
            };
            let engine: String = row.get(1)?;
            all.push(Moved {
                at,
                engine: Engine::from_name(&engine)?,
                counts: Counts {
                    items: to_u64(row.get(2)?),
                    bytes: to_u64(row.get(3)?),
                },
            });
        }
        Ok(all)
    }
}
