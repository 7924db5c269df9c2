use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, params};
use stegvis_model::{
    DirectoryChangeCause, DirectoryChangeKind, DirectoryChangeState, ExchangeVersion, SmtpAddress,
    StoredName as _,
};

use crate::{JournalError, Tx};

/// One row a kind and address: the change that counts now. What came before it is in the log and in the backups.
pub(crate) const UP: &str = "
CREATE TABLE directory_change (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    address TEXT NOT NULL,
    address_key TEXT NOT NULL,
    dn TEXT NOT NULL,
    version TEXT,
    state TEXT NOT NULL,
    cause TEXT,
    detail TEXT NOT NULL DEFAULT '',
    backup TEXT,
    run INTEGER NOT NULL DEFAULT 0,
    changed_at TEXT NOT NULL,
    UNIQUE (kind, address_key)
) STRICT;
CREATE TABLE directory_value (
    change_id INTEGER NOT NULL REFERENCES directory_change (id),
    moment TEXT NOT NULL,
    name TEXT NOT NULL,
    value BLOB NOT NULL
) STRICT;
CREATE INDEX directory_value_change ON directory_value (change_id);
";

const COLUMNS: &str = "id, kind, address, dn, version, state, cause, detail, backup, run";

/// Attributes of an object with their values, in bytes; one that is absent has no entry.
pub type Values = BTreeMap<String, Vec<Vec<u8>>>;

/// A change of a directory object as it is planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDirectoryChange {
    /// What is changed.
    pub kind: DirectoryChangeKind,
    /// The primary SMTP address of the object.
    pub address: SmtpAddress,
    /// The object.
    pub dn: String,
    /// The version of its server, where it matters.
    pub version: Option<ExchangeVersion>,
    /// The touched attributes as they stand.
    pub before: Values,
    /// The touched attributes as they will.
    pub after: Values,
}

/// A change of a directory object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryChange {
    /// Its row.
    pub id: i64,
    /// What was planned.
    pub planned: NewDirectoryChange,
    /// Where it is.
    pub state: DirectoryChangeState,
    /// Why it failed.
    pub cause: Option<DirectoryChangeCause>,
    /// The server's own words, or what differs; may be empty.
    pub detail: String,
    /// The name of its backup.
    pub backup: Option<String>,
    /// The run that wrote it. Above 0 the object stands changed, or may; 0 when it is as it was.
    pub run: i64,
}

fn read(row: &Row<'_>) -> Result<DirectoryChange, JournalError> {
    let text = |index: usize| row.get::<_, String>(index);
    let (kind, address, state) = (text(1)?, text(2)?, text(5)?);
    let version: Option<String> = row.get(4)?;
    let cause: Option<String> = row.get(6)?;
    Ok(DirectoryChange {
        id: row.get(0)?,
        planned: NewDirectoryChange {
            kind: DirectoryChangeKind::from_name(&kind)?,
            address: address.parse().map_err(|_| JournalError::Damaged {
                column: "directory_change.address",
                value: address,
            })?,
            dn: text(3)?,
            version: version
                .map(|name| ExchangeVersion::from_name(&name))
                .transpose()?,
            before: Values::new(),
            after: Values::new(),
        },
        state: DirectoryChangeState::from_name(&state)?,
        cause: cause
            .map(|name| DirectoryChangeCause::from_name(&name))
            .transpose()?,
        detail: text(7)?,
        backup: row.get(8)?,
        run: row.get(9)?,
    })
}

impl Tx<'_> {
    /// Keeps what is planned, in place of an earlier plan for the same address that nothing came of, or that was undone.
    ///
    /// # Errors
    /// [`JournalError::Stands`] when the change before it stands.
    pub fn plan_directory_change(
        &self,
        new: &NewDirectoryChange,
        at: Timestamp,
    ) -> Result<i64, JournalError> {
        let key = new.address.key();
        if let Some(before) = self.directory_change(new.kind, &new.address)? {
            if before.run > 0 {
                return Err(JournalError::Stands(new.address.clone()));
            }
            self.0
                .prepare_cached("DELETE FROM directory_value WHERE change_id = ?1")?
                .execute([before.id])?;
        }
        let id: i64 = self
            .0
            .prepare_cached(
                "INSERT INTO directory_change (kind, address, address_key, dn, version, state, changed_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (kind, address_key) DO UPDATE SET address = excluded.address, dn = excluded.dn,
                 version = excluded.version, state = excluded.state, cause = NULL, detail = '', backup = NULL,
                 run = 0, changed_at = excluded.changed_at
                 RETURNING id",
            )?
            .query_row(
                params![
                    new.kind.name(),
                    new.address.to_string(),
                    key,
                    new.dn,
                    new.version.map(stegvis_model::StoredName::name),
                    DirectoryChangeState::Planned.name(),
                    at.to_string()
                ],
                |row| row.get(0),
            )?;
        for (moment, values) in [("before", &new.before), ("after", &new.after)] {
            for (name, values) in values {
                for value in values {
                    self.0
                        .prepare_cached(
                            "INSERT INTO directory_value (change_id, moment, name, value) VALUES (?1, ?2, ?3, ?4)",
                        )?
                        .execute(params![id, moment, name, value])?;
                }
            }
        }
        Ok(id)
    }

    /// Moves a change on, and says so in the log. Where the state says that the object is as it was, no run has
    /// written it.
    pub fn directory_change_is(
        &self,
        id: i64,
        state: DirectoryChangeState,
        cause: Option<DirectoryChangeCause>,
        detail: &str,
        at: Timestamp,
    ) -> Result<(), JournalError> {
        self.0
            .prepare_cached(
                "UPDATE directory_change SET state = ?2, cause = ?3, detail = ?4, changed_at = ?5,
                 run = CASE WHEN ?6 THEN 0 ELSE run END WHERE id = ?1",
            )?
            .execute(params![
                id,
                state.name(),
                cause.map(stegvis_model::StoredName::name),
                detail,
                at.to_string(),
                matches!(
                    state,
                    DirectoryChangeState::Planned
                        | DirectoryChangeState::BackedUp
                        | DirectoryChangeState::Undone
                )
            ])?;
        let change = self.directory_change_row(id)?;
        let what = format!("{}{state}", change.planned.kind);
        let cause = cause.map_or_else(String::new, |cause| format!(" {cause}"));
        self.log(
            at,
            None,
            &what,
            &format!("{}{cause}", change.planned.address),
        )
    }

    /// Notes the name of the backup.
    pub fn directory_change_backup(&self, id: i64, backup: &str) -> Result<(), JournalError> {
        self.0
            .prepare_cached("UPDATE directory_change SET backup = ?2 WHERE id = ?1")?
            .execute(params![id, backup])?;
        Ok(())
    }

    /// Notes which run writes it, or with 0 that none has.
    pub fn directory_change_run(&self, id: i64, run: i64) -> Result<(), JournalError> {
        self.0
            .prepare_cached("UPDATE directory_change SET run = ?2 WHERE id = ?1")?
            .execute(params![id, run])?;
        Ok(())
    }

    /// The number of the last run that wrote a change of this kind; 0 when none did.
    pub fn last_directory_run(&self, kind: DirectoryChangeKind) -> Result<i64, JournalError> {
        Ok(self
            .0
            .prepare_cached("SELECT coalesce(max(run), 0) FROM directory_change WHERE kind = ?1")?
            .query_row([kind.name()], |row| row.get(0))?)
    }

    /// The change of this kind to the object with this address.
    pub fn directory_change(
        &self,
        kind: DirectoryChangeKind,
        address: &SmtpAddress,
    ) -> Result<Option<DirectoryChange>, JournalError> {
        let id: Option<i64> = self
            .0
            .prepare_cached("SELECT id FROM directory_change WHERE kind = ?1 AND address_key = ?2")?
            .query_row(params![kind.name(), address.key()], |row| row.get(0))
            .optional()?;
        id.map(|id| self.directory_change_row(id)).transpose()
    }

    /// Every change of this kind, in the order they were planned first.
    pub fn directory_changes(
        &self,
        kind: DirectoryChangeKind,
    ) -> Result<Vec<DirectoryChange>, JournalError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT id FROM directory_change WHERE kind = ?1 ORDER BY id")?;
        let ids = statement
            .query_map([kind.name()], |row| row.get(0))?
            .collect::<Result<Vec<i64>, _>>()?;
        ids.into_iter()
            .map(|id| self.directory_change_row(id))
            .collect()
    }

    fn directory_change_row(&self, id: i64) -> Result<DirectoryChange, JournalError> {
        let mut statement = self.0.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM directory_change WHERE id = ?1"
        ))?;
        let mut rows = statement.query([id])?;
        let Some(row) = rows.next()? else {
            return Err(JournalError::Missing {
                what: "directory change",
                id,
            });
        };
        let mut change = read(row)?;
        let mut statement = self.0.prepare_cached(
            "SELECT moment, name, value FROM directory_value WHERE change_id = ?1 ORDER BY rowid",
        )?;
        let mut rows = statement.query([id])?;
        while let Some(row) = rows.next()? {
            let moment: String = row.get(0)?;
            let values = match moment.as_str() {
                "before" => &mut change.planned.before,
                "after" => &mut change.planned.after,
                _ => {
                    return Err(JournalError::Damaged {
                        column: "directory_value.moment",
                        value: moment,
                    });
                }
            };
            values.entry(row.get(1)?).or_default().push(row.get(2)?);
        }
        Ok(change)
    }
}
