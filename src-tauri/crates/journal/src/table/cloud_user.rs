use jiff::Timestamp;
use rusqlite::{Row, params};
use stegvis_model::{BatchId, CloudStage, Counts, Engine, MigrationUserId, StoredName as _};

use crate::table::{read_time, to_i64, to_u64};
use crate::{JournalError, Tx};

pub(crate) const UP: &str = "
CREATE TABLE cloud_user (
    user_id INTEGER PRIMARY KEY REFERENCES migration_user (id),
    stage TEXT NOT NULL,
    status TEXT NOT NULL,
    synced INTEGER,
    skipped INTEGER,
    error TEXT,
    observed_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    bytes INTEGER,
    bytes_total INTEGER,
    items_total INTEGER,
    bytes_per_minute INTEGER,
    stalled_seconds INTEGER,
    stalled_at TEXT,
    detailed_at TEXT,
    detailed_of TEXT,
    access_asked_at TEXT,
    compared_at TEXT
) STRICT;
";

const COLUMNS: &str =
    "user_id, stage, status, synced, skipped, error, observed_at, changed_at, bytes, bytes_total,
    items_total, bytes_per_minute, stalled_seconds, stalled_at, detailed_at, detailed_of, access_asked_at, compared_at";

/// What the service tells of a user in its list of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudUserSeen {
    /// How far it is.
    pub stage: CloudStage,
    /// In Microsoft's own word.
    pub status: String,
    /// Items copied.
    pub synced: Option<u64>,
    /// Items left out.
    pub skipped: Option<u64>,
    /// Why it failed, or what holds it up.
    pub error: Option<String>,
}

/// What the service tells of a user when it is asked for this one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CloudUserDetailSeen {
    /// Bytes that came over.
    pub bytes: Option<u64>,
    /// Bytes there are, as far as the service knows.
    pub bytes_total: Option<u64>,
    /// Items there are.
    pub items_total: Option<u64>,
    /// How many bytes in the last minute.
    pub bytes_per_minute: Option<u64>,
    /// For how many seconds it was held up in all.
    pub stalled_seconds: Option<u64>,
}

/// A MigrationUser as the migration service told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudUserRow {
    /// Whose.
    pub user: MigrationUserId,
    /// What the list of users told last.
    pub seen: CloudUserSeen,
    /// When it was told.
    pub observed_at: Option<Timestamp>,
    /// When it last told anything new.
    pub changed_at: Option<Timestamp>,
    /// What the last look at this one told.
    pub detail: CloudUserDetailSeen,
    /// When the time it was held up last grew between two looks; nothing when it did not at the last.
    pub stalled_at: Option<Timestamp>,
    /// When it was last looked at by itself.
    pub detailed_at: Option<Timestamp>,
    /// What it was then: so that it is looked at again when it is something else.
    pub detailed_of: Option<String>,
    /// When we asked for access to the new mailbox.
    pub access_asked_at: Option<Timestamp>,
    /// When source and target were last compared to the end.
    pub compared_at: Option<Timestamp>,
}

fn read(row: &Row<'_>) -> Result<CloudUserRow, JournalError> {
    let count = |column: usize| -> Result<Option<u64>, rusqlite::Error> {
        Ok(row.get::<_, Option<i64>>(column)?.map(to_u64))
    };
    let stage: String = row.get(1)?;
    Ok(CloudUserRow {
        user: MigrationUserId(row.get(0)?),
        seen: CloudUserSeen {
            stage: CloudStage::from_name(&stage)?,
            status: row.get(2)?,
            synced: count(3)?,
            skipped: count(4)?,
            error: row.get(5)?,
        },
        observed_at: read_time("cloud_user.observed_at", row.get(6)?)?,
        changed_at: read_time("cloud_user.changed_at", row.get(7)?)?,
        detail: CloudUserDetailSeen {
            bytes: count(8)?,
            bytes_total: count(9)?,
            items_total: count(10)?,
            bytes_per_minute: count(11)?,
            stalled_seconds: count(12)?,
        },
        stalled_at: read_time("cloud_user.stalled_at", row.get(13)?)?,
        detailed_at: read_time("cloud_user.detailed_at", row.get(14)?)?,
        detailed_of: row.get(15)?,
        access_asked_at: read_time("cloud_user.access_asked_at", row.get(16)?)?,
        compared_at: read_time("cloud_user.compared_at", row.get(17)?)?,
    })
}

/// How much more it is than it was; what the service counts anew is not counted twice.
fn gained(then: Option<u64>, now: Option<u64>) -> u64 {
    now.unwrap_or(0).saturating_sub(then.unwrap_or(0))
}

impl Tx<'_> {
    /// What the service told of a MigrationUser, if it ever did.
    pub fn cloud_user(&self, user: MigrationUserId) -> Result<Option<CloudUserRow>, JournalError> {
        let mut statement = self.0.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM cloud_user WHERE user_id = ?1"
        ))?;
        let mut rows = statement.query([user.0])?;
        rows.next()?.map(read).transpose()
    }

    /// What the service told of the MigrationUsers of a batch.
    pub fn cloud_users(&self, batch: BatchId) -> Result<Vec<CloudUserRow>, JournalError> {
        let mut statement = self.0.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM cloud_user
             WHERE user_id IN (SELECT id FROM migration_user WHERE batch_id = ?1) ORDER BY user_id"
        ))?;
        let mut rows = statement.query([batch.0])?;
        let mut users = Vec::new();
        while let Some(row) = rows.next()? {
            users.push(read(row)?);
        }
        Ok(users)
    }

    /// Keeps what the service told; `changed_at` moves on only when it is something new. Returns whether it is.
    pub fn cloud_user_seen(
        &self,
        user: MigrationUserId,
        seen: &CloudUserSeen,
        at: Timestamp,
    ) -> Result<bool, JournalError> {
        let before = self.cloud_user(user)?;
        let new = before.as_ref().is_none_or(|before| before.seen != *seen);
        let then = before.as_ref().and_then(|before| before.seen.synced);
        let items = gained(then, seen.synced);
        self.moved(Engine::Service, Counts { items, bytes: 0 }, at)?;
        let at = at.to_string();
        let changed = match before.filter(|_| !new).and_then(|row| row.changed_at) {
            Some(before) => before.to_string(),
            None => at.clone(),
        };
        self.0
            .prepare_cached(
                "INSERT INTO cloud_user (user_id, stage, status, synced, skipped, error, observed_at, changed_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                 ON CONFLICT (user_id) DO UPDATE SET stage = excluded.stage, status = excluded.status,
                 synced = excluded.synced, skipped = excluded.skipped, error = excluded.error,
                 observed_at = excluded.observed_at, changed_at = excluded.changed_at",
            )?
            .execute(params![
                user.0,
                seen.stage.name(),
                seen.status,
                seen.synced.map(to_i64),
                seen.skipped.map(to_i64),
                seen.error,
                at,
                changed
            ])?;
        Ok(new)
    }

    /// Keeps what a look at one user told, and as what it was looked at.
    pub fn cloud_user_detailed(
        &self,
        user: MigrationUserId,
        detail: &CloudUserDetailSeen,
        of: &str,
        at: Timestamp,
    ) -> Result<(), JournalError> {
        let known = self.cloud_user(user)?.map(|row| row.detail);
        let bytes = gained(known.as_ref().and_then(|known| known.bytes), detail.bytes);
        self.moved(Engine::Service, Counts { items: 0, bytes }, at)?;
        let before = known.and_then(|known| known.stalled_seconds);
        let stalls = matches!((before, detail.stalled_seconds), (Some(before), Some(now)) if now > before)
            || (before.is_none() && detail.stalled_seconds.is_some_and(|now| now > 0));
        self.0
            .prepare_cached(
                "UPDATE cloud_user SET bytes = ?2, bytes_total = ?3, items_total = ?4, bytes_per_minute = ?5,
                 stalled_seconds = ?6, stalled_at = ?7, detailed_of = ?8, detailed_at = ?9 WHERE user_id = ?1",
            )?
            .execute(params![
                user.0,
                detail.bytes.map(to_i64),
                detail.bytes_total.map(to_i64),
                detail.items_total.map(to_i64),
                detail.bytes_per_minute.map(to_i64),
                detail.stalled_seconds.map(to_i64),
                stalls.then(|| at.to_string()),
                of,
                at.to_string()
            ])?;
        Ok(())
    }

    /// Notes that access to the new mailbox was asked for.
    pub fn cloud_access_asked(
        &self,
        user: MigrationUserId,
        at: Timestamp,
    ) -> Result<(), JournalError> {
        self.0
            .prepare_cached("UPDATE cloud_user SET access_asked_at = ?2 WHERE user_id = ?1")?
            .execute(params![user.0, at.to_string()])?;
        Ok(())
    }

    /// Notes that access to the new mailbox was taken back: who wants to read it asks again.
    pub fn cloud_access_taken(&self, user: MigrationUserId) -> Result<(), JournalError> {
        self.0
            .prepare_cached("UPDATE cloud_user SET access_asked_at = NULL WHERE user_id = ?1")?
            .execute(params![user.0])?;
        Ok(())
    }

    /// Notes that source and target were compared to the end.
    pub fn cloud_user_compared(
        &self,
        user: MigrationUserId,
        at: Timestamp,
    ) -> Result<(), JournalError> {
        self.0
            .prepare_cached("UPDATE cloud_user SET compared_at = ?2 WHERE user_id = ?1")?
            .execute(params![user.0, at.to_string()])?;
        Ok(())
    }
}
