use jiff::Timestamp;
use rusqlite::{Row, params};
use stegvis_model::{BatchId, CloudStage, SmtpAddress, StoredName as _};

use crate::table::read_time;
use crate::{JournalError, Tx};

pub(crate) const UP: &str = "
CREATE TABLE cloud_batch (
    batch_id INTEGER PRIMARY KEY REFERENCES batch (id),
    name TEXT NOT NULL UNIQUE,
    endpoint TEXT NOT NULL,
    notify TEXT NOT NULL DEFAULT '',
    start_after TEXT,
    intended_at TEXT NOT NULL,
    made_at TEXT,
    start_asked_at TEXT,
    stage TEXT,
    status TEXT,
    created_at TEXT,
    started_at TEXT,
    last_synced_at TEXT,
    observed_at TEXT,
    removed_at TEXT
) STRICT;
";

const COLUMNS: &str =
    "batch_id, name, endpoint, notify, start_after, intended_at, made_at, start_asked_at,
    stage, status, created_at, started_at, last_synced_at, observed_at, removed_at";

/// What of a batch of the migration service is decided before it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCloudBatchRow {
    /// Our batch.
    pub batch: BatchId,
    /// Its name in the tenant.
    pub name: String,
    /// The service's endpoint.
    pub endpoint: String,
    /// Who gets the service's own status mails.
    pub notify: Vec<SmtpAddress>,
    /// When it starts by itself.
    pub start_after: Option<Timestamp>,
}

/// A batch of ours as the migration service runs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudBatchRow {
    /// What was decided before it was made.
    pub new: NewCloudBatchRow,
    /// When it was decided: from then on a batch of this name in the tenant is ours.
    pub intended_at: Timestamp,
    /// When it was known to be there.
    pub made_at: Option<Timestamp>,
    /// When we last asked for its start.
    pub start_asked_at: Option<Timestamp>,
    /// What the service told last.
    pub seen: Option<CloudBatchSeen>,
    /// When it was told.
    pub observed_at: Option<Timestamp>,
    /// When it was removed from the tenant; nothing more is asked of it.
    pub removed_at: Option<Timestamp>,
}

/// What the service tells of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudBatchSeen {
    /// How far it is.
    pub stage: CloudStage,
    /// In Microsoft's own word.
    pub status: String,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it was started.
    pub started: Option<Timestamp>,
    /// When anything was copied last.
    pub last_synced: Option<Timestamp>,
}

fn read(row: &Row<'_>) -> Result<CloudBatchRow, JournalError> {
    let notify: String = row.get(3)?;
    let intended: String = row.get(5)?;
    let (stage, status): (Option<String>, Option<String>) = (row.get(8)?, row.get(9)?);
    let seen = match (stage, status) {
        (Some(stage), Some(status)) => Some(CloudBatchSeen {
            stage: CloudStage::from_name(&stage)?,
            status,
            created: read_time("cloud_batch.created_at", row.get(10)?)?,
            started: read_time("cloud_batch.started_at", row.get(11)?)?,
            last_synced: read_time("cloud_batch.last_synced_at", row.get(12)?)?,
        }),
        (None, None) => None,
        (stage, status) => {
            return Err(JournalError::Damaged {
                column: "cloud_batch.stage",
                value: format!("{stage:?}/{status:?}"),
            });
        }
    };
    Ok(CloudBatchRow {
        new: NewCloudBatchRow {
            batch: BatchId(row.get(0)?),
            name: row.get(1)?,
            endpoint: row.get(2)?,
            notify: notify
                .split_ascii_whitespace()
                .map(|address| {
                    address.parse().map_err(|_| JournalError::Damaged {
                        column: "cloud_batch.notify",
                        value: address.to_owned(),
                    })
                })
                .collect::<Result<_, _>>()?,
            start_after: read_time("cloud_batch.start_after", row.get(4)?)?,
        },
        intended_at: intended.parse().map_err(|_| JournalError::Damaged {
            column: "cloud_batch.intended_at",
            value: intended,
        })?,
        made_at: read_time("cloud_batch.made_at", row.get(6)?)?,
        start_asked_at: read_time("cloud_batch.start_asked_at", row.get(7)?)?,
        seen,
        observed_at: read_time("cloud_batch.observed_at", row.get(13)?)?,
        removed_at: read_time("cloud_batch.removed_at", row.get(14)?)?,
    })
}

impl Tx<'_> {
    /// Notes under what name a batch is about to be made in the tenant: before it is. What was decided of one that was
    /// never made, or was removed since, is decided anew.
    pub fn intend_cloud_batch(
        &self,
        new: &NewCloudBatchRow,
        at: Timestamp,
    ) -> Result<(), JournalError> {
        let notify: Vec<String> = new.notify.iter().map(ToString::to_string).collect();
        self.0
            .prepare_cached(
                "INSERT INTO cloud_batch (batch_id, name, endpoint, notify, start_after, intended_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (batch_id) DO UPDATE SET name = excluded.name, endpoint = excluded.endpoint,
                 notify = excluded.notify, start_after = excluded.start_after,
                 intended_at = CASE WHEN name = excluded.name AND removed_at IS NULL
                     THEN intended_at ELSE excluded.intended_at END,
                 made_at = NULL, start_asked_at = NULL, stage = NULL, status = NULL, created_at = NULL,
                 started_at = NULL, last_synced_at = NULL, observed_at = NULL, removed_at = NULL
                 WHERE made_at IS NULL OR removed_at IS NOT NULL",
            )?
            .execute(params![
                new.batch.0,
                new.name,
                new.endpoint,
                notify.join(" "),
                new.start_after.map(|at| at.to_string()),
                at.to_string()
            ])?;
        Ok(())
    }

    /// The batch as the service runs it, if it was ever given to it.
    pub fn cloud_batch(&self, batch: BatchId) -> Result<Option<CloudBatchRow>, JournalError> {
        let mut statement = self.0.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM cloud_batch WHERE batch_id = ?1"
        ))?;
        let mut rows = statement.query([batch.0])?;
        rows.next()?.map(read).transpose()
    }

    /// Every batch that was given to the service, oldest first.
    pub fn cloud_batches(&self) -> Result<Vec<CloudBatchRow>, JournalError> {
        let mut statement = self.0.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM cloud_batch ORDER BY batch_id"
        ))?;
        let mut rows = statement.query([])?;
        let mut batches = Vec::new();
        while let Some(row) = rows.next()? {
            batches.push(read(row)?);
        }
        Ok(batches)
    }

    /// Notes that it is there; the first time counts.
    pub fn cloud_batch_made(&self, batch: BatchId, at: Timestamp) -> Result<(), JournalError> {
        self.0
            .prepare_cached(
                "UPDATE cloud_batch SET made_at = ?2 WHERE batch_id = ?1 AND made_at IS NULL",
            )?
            .execute(params![batch.0, at.to_string()])?;
        Ok(())
    }

    /// Notes that its start is about to be asked for.
    pub fn cloud_start_asked(&self, batch: BatchId, at: Timestamp) -> Result<(), JournalError> {
        self.0
            .prepare_cached("UPDATE cloud_batch SET start_asked_at = ?2 WHERE batch_id = ?1")?
            .execute(params![batch.0, at.to_string()])?;
        Ok(())
    }

    /// Keeps what the service told of it.
    pub fn cloud_batch_seen(
        &self,
        batch: BatchId,
        seen: &CloudBatchSeen,
        at: Timestamp,
    ) -> Result<(), JournalError> {
        let text = |at: Option<Timestamp>| at.map(|at| at.to_string());
        self.0
            .prepare_cached(
                "UPDATE cloud_batch SET stage = ?2, status = ?3, created_at = ?4, started_at = ?5,
                 last_synced_at = ?6, observed_at = ?7 WHERE batch_id = ?1",
            )?
            .execute(params![
                batch.0,
                seen.stage.name(),
                seen.status,
                text(seen.created),
                text(seen.started),
                text(seen.last_synced),
                at.to_string()
            ])?;
        Ok(())
    }

    /// Notes that it was removed from the tenant.
    pub fn cloud_batch_removed(&self, batch: BatchId, at: Timestamp) -> Result<(), JournalError> {
        self.0
            .prepare_cached("UPDATE cloud_batch SET removed_at = ?2 WHERE batch_id = ?1")?
            .execute(params![batch.0, at.to_string()])?;
        Ok(())
    }
}
