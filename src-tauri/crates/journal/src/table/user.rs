use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, params};
use stegvis_model::{
    BatchId, MigrationEvent, MigrationUser, MigrationUserId, MigrationUserStatus, RecipientKind,
    SmtpAddress, StoredName as _, transition,
};

use crate::{JournalError, Tx};

pub(crate) const UP: &str = "
CREATE TABLE migration_user (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    batch_id INTEGER NOT NULL REFERENCES batch (id),
    address TEXT NOT NULL,
    address_key TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    cause TEXT,
    detail TEXT NOT NULL DEFAULT '',
    directory_backup TEXT,
    target_address TEXT,
    target_address_before TEXT
) STRICT;
";

const COLUMNS: &str = "id, batch_id, address, display_name, kind, status, cause, detail";

/// A mailbox to put into a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    /// Its primary SMTP address.
    pub address: SmtpAddress,
    /// The name people know it by.
    pub display_name: String,
    /// What kind of mailbox it is.
    pub kind: RecipientKind,
}

fn read(row: &Row<'_>) -> Result<MigrationUser, JournalError> {
    let address: String = row.get(2)?;
    let kind: String = row.get(4)?;
    let (status, cause): (String, Option<String>) = (row.get(5)?, row.get(6)?);
    Ok(MigrationUser {
        id: MigrationUserId(row.get(0)?),
        batch: BatchId(row.get(1)?),
        address: address.parse().map_err(|_| JournalError::Damaged {
            column: "migration_user.address",
            value: address,
        })?,
        display_name: row.get(3)?,
        kind: RecipientKind::from_name(&kind)?,
        status: MigrationUserStatus::from_stored(&status, cause.as_deref())?,
        detail: row.get(7)?,
    })
}

impl Tx<'_> {
    /// Puts a mailbox into a batch, Queued. One address is in one batch only.
    pub fn insert_user(
        &self,
        batch: BatchId,
        user: &NewUser,
    ) -> Result<MigrationUserId, JournalError> {
        self.0
            .prepare_cached(
                "INSERT INTO migration_user (batch_id, address, address_key, display_name, kind, status)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                batch.0,
                user.address.to_string(),
                user.address.key(),
                user.display_name,
                user.kind.name(),
                MigrationUserStatus::Queued.name()
            ])?;
        Ok(MigrationUserId(self.0.last_insert_rowid()))
    }

    /// Every MigrationUser, in the order they were put in.
    pub fn users(&self) -> Result<Vec<MigrationUser>, JournalError> {
        let mut statement = self
            .0
            .prepare_cached(&format!("SELECT {COLUMNS} FROM migration_user ORDER BY id"))?;
        let mut rows = statement.query([])?;
        let mut users = Vec::new();
        while let Some(row) = rows.next()? {
            users.push(read(row)?);
        }
        Ok(users)
    }

    /// The MigrationUser with this address.
    pub fn user_of(&self, address: &SmtpAddress) -> Result<Option<MigrationUser>, JournalError> {
        let mut statement = self.0.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM migration_user WHERE address_key = ?1"
        ))?;
        let mut rows = statement.query([address.key()])?;
        rows.next()?.map(read).transpose()
    }

    /// One MigrationUser.
    pub fn user(&self, id: MigrationUserId) -> Result<MigrationUser, JournalError> {
        let mut statement = self.0.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM migration_user WHERE id = ?1"
        ))?;
        let mut rows = statement.query([id.0])?;
        match rows.next()? {
            Some(row) => read(row),
            None => Err(JournalError::Missing {
                what: "MigrationUser",
                id: id.0,
            }),
        }
    }

    /// The one place where a status changes: the law is asked, the row and the log line are written together.
    pub fn apply_event(
        &self,
        id: MigrationUserId,
        event: MigrationEvent,
        detail: &str,
        at: Timestamp,
    ) -> Result<MigrationUser, JournalError> {
        let before = self.user(id)?;
        let status = transition(before.status, event)?;
        self.0
            .prepare_cached(
                "UPDATE migration_user SET status = ?2, cause = ?3, detail = ?4 WHERE id = ?1",
            )?
            .execute(params![id.0, status.name(), status.cause(), detail])?;
        self.log_by_itself(
            at,
            Some(id),
            status.name(),
            &status.cause().map_or_else(String::new, str::to_owned),
        )?;
        Ok(MigrationUser {
            status,
            detail: detail.to_owned(),
            ..before
        })
    }

    /// Moves a MigrationUser to another batch, with what the migration service told of it forgotten.
    pub fn move_user(&self, id: MigrationUserId, batch: BatchId) -> Result<(), JournalError> {
        self.0
            .prepare_cached("DELETE FROM cloud_user WHERE user_id = ?1")?
            .execute([id.0])?;
        self.0
            .prepare_cached("UPDATE migration_user SET batch_id = ?2 WHERE id = ?1")?
            .execute(params![id.0, batch.0])?;
        Ok(())
    }

    /// Keeps the directory entry as it stood before anything was written to it; the first one counts.
    pub fn keep_directory_backup(
        &self,
        id: MigrationUserId,
        ldif: &str,
        target_address: Option<&str>,
    ) -> Result<(), JournalError> {
        self.0
            .prepare_cached(
                "UPDATE migration_user SET directory_backup = ?2, target_address_before = ?3
                 WHERE id = ?1 AND directory_backup IS NULL",
            )?
            .execute(params![id.0, ldif, target_address])?;
        Ok(())
    }

    /// The directory entry as it stood before, if it was ever touched.
    pub fn directory_backup(&self, id: MigrationUserId) -> Result<Option<String>, JournalError> {
        Ok(self
            .0
            .prepare_cached("SELECT directory_backup FROM migration_user WHERE id = ?1")?
            .query_row([id.0], |row| row.get(0))
            .optional()?
            .flatten())
    }

    /// Notes the TargetAddress that was written and read back.
    pub fn target_address_written(
        &self,
        id: MigrationUserId,
        value: &str,
    ) -> Result<(), JournalError> {
        self.0
            .prepare_cached("UPDATE migration_user SET target_address = ?2 WHERE id = ?1")?
            .execute(params![id.0, value])?;
        Ok(())
    }

    /// The TargetAddress that we wrote, if we did.
    pub fn target_address(&self, id: MigrationUserId) -> Result<Option<String>, JournalError> {
        Ok(self
            .0
            .prepare_cached("SELECT target_address FROM migration_user WHERE id = ?1")?
            .query_row([id.0], |row| row.get(0))
            .optional()?
            .flatten())
    }
}
