use rusqlite::{OptionalExtension as _, Row, params};
use stegvis_model::{FolderId, FolderPath, MigrationUserId, SyncState};

use crate::table::{to_i64, to_u64};
use crate::{JournalError, Tx};

pub(crate) const UP: &str = "
CREATE TABLE folder (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES migration_user (id),
    source_path TEXT NOT NULL,
    target_path TEXT,
    excluded_rule TEXT,
    sync_state TEXT,
    source_items INTEGER NOT NULL DEFAULT 0,
    target_validity INTEGER,
    target_next INTEGER,
    UNIQUE (user_id, source_path)
) STRICT;
";

const COLUMNS: &str = "id, user_id, source_path, target_path, excluded_rule, sync_state, source_items, target_validity, target_next";

/// Where a source folder goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FolderPlan {
    /// Its items are copied into this folder.
    CopyTo(FolderPath),
    /// A rule leaves it out.
    Excluded(String),
}

/// Up to where everything in a target folder is accounted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TargetPlace {
    /// The era of the folder's numbering (IMAP: UIDVALIDITY).
    pub validity: u32,
    /// The first number not accounted for.
    pub next: u32,
}

/// A folder's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// Its row.
    pub id: FolderId,
    /// Whose.
    pub user: MigrationUserId,
    /// Its place in the source.
    pub source: FolderPath,
    /// Where it goes.
    pub plan: FolderPlan,
    /// How far it has been listed.
    pub sync_state: Option<SyncState>,
    /// How many items the source said it holds.
    pub source_items: u64,
    /// Up to where the target folder is accounted for.
    pub target: Option<TargetPlace>,
}

fn read(row: &Row<'_>) -> Result<Folder, JournalError> {
    let source: String = row.get(2)?;
    let (target, rule): (Option<String>, Option<String>) = (row.get(3)?, row.get(4)?);
    let plan = match (target, rule) {
        (Some(path), None) => FolderPlan::CopyTo(path.parse()?),
        (None, Some(rule)) => FolderPlan::Excluded(rule),
        (target, rule) => {
            return Err(JournalError::Damaged {
                column: "folder.target_path",
                value: format!("{target:?}/{rule:?}"),
            });
        }
    };
    let place: (Option<u32>, Option<u32>) = (row.get(7)?, row.get(8)?);
    Ok(Folder {
        id: FolderId(row.get(0)?),
        user: MigrationUserId(row.get(1)?),
        source: source.parse()?,
        plan,
        sync_state: row.get::<_, Option<String>>(5)?.map(SyncState),
        source_items: to_u64(row.get(6)?),
        target: place
            .0
            .zip(place.1)
            .map(|(validity, next)| TargetPlace { validity, next }),
    })
}

impl Tx<'_> {
    /// Notes where a source folder goes. A folder that is known keeps its target: what was copied
    /// there stays the truth.
    pub fn plan_folder(
        &self,
        user: MigrationUserId,
        source: &FolderPath,
        plan: &FolderPlan,
    ) -> Result<Folder, JournalError> {
        let (target, rule) = match plan {
            FolderPlan::CopyTo(path) => (Some(path.to_string()), None),
            FolderPlan::Excluded(rule) => (None, Some(rule)),
        };
        let key = source.to_string();
        self.0
            .prepare_cached(
                "INSERT INTO folder (user_id, source_path, target_path, excluded_rule) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (user_id, source_path) DO NOTHING",
            )?
            .execute(params![user.0, key, target, rule])?;
        let found = self
            .0
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM folder WHERE user_id = ?1 AND source_path = ?2"
            ))?
            .query_row(params![user.0, key], |row| Ok(read(row)))
            .optional()?;
        found.unwrap_or(Err(JournalError::Missing {
            what: "folder of MigrationUser",
            id: user.0,
        }))
    }

    /// Every folder of a MigrationUser, in the order they were met.
    pub fn folders(&self, user: MigrationUserId) -> Result<Vec<Folder>, JournalError> {
        let mut statement = self.0.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM folder WHERE user_id = ?1 ORDER BY id"
        ))?;
        let mut rows = statement.query([user.0])?;
        let mut folders = Vec::new();
        while let Some(row) = rows.next()? {
            folders.push(read(row)?);
        }
        Ok(folders)
    }

    /// Notes how many items an excluded folder holds.
    pub fn excluded_items(&self, id: FolderId, items: u64) -> Result<(), JournalError> {
        self.0
            .prepare_cached(
                "UPDATE folder SET source_items = ?2 WHERE id = ?1 AND excluded_rule IS NOT NULL",
            )?
            .execute(params![id.0, to_i64(items)])?;
        Ok(())
    }

    /// Notes how far a folder is listed and how many items the source says it holds. Belongs into the
    /// transaction that inserts the listed items.
    pub fn folder_listed(
        &self,
        id: FolderId,
        state: &SyncState,
        source_items: u64,
    ) -> Result<(), JournalError> {
        self.0
            .prepare_cached("UPDATE folder SET sync_state = ?2, source_items = ?3 WHERE id = ?1")?
            .execute(params![id.0, state.0, to_i64(source_items)])?;
        Ok(())
    }

    /// Notes up to where the target folder is accounted for.
    pub fn target_accounted(&self, id: FolderId, place: TargetPlace) -> Result<(), JournalError> {
        self.0
            .prepare_cached(
                "UPDATE folder SET target_validity = ?2, target_next = ?3 WHERE id = ?1",
            )?
            .execute(params![id.0, place.validity, place.next])?;
        Ok(())
    }
}
