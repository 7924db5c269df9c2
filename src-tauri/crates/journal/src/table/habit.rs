use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, params};
use stegvis_model::{HabitKind, HabitSide, MigrationUserStatus, SmtpAddress, StoredName as _};

use crate::table::read_time;
use crate::{JournalError, Tx};

pub(crate) const UP: &str = "
CREATE TABLE habit_reading (
    side TEXT NOT NULL,
    address_key TEXT NOT NULL,
    address TEXT NOT NULL,
    unreadable TEXT NOT NULL DEFAULT '',
    read_at TEXT NOT NULL,
    PRIMARY KEY (side, address_key)
) STRICT;
CREATE TABLE habit (
    side TEXT NOT NULL,
    address_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    who TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '',
    own INTEGER NOT NULL DEFAULT 0,
    FOREIGN KEY (side, address_key) REFERENCES habit_reading (side, address_key)
) STRICT;
CREATE INDEX habit_of ON habit (side, address_key);
CREATE TABLE habit_task (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    address_key TEXT NOT NULL,
    address TEXT NOT NULL,
    kind TEXT NOT NULL,
    who TEXT NOT NULL DEFAULT '',
    detail TEXT NOT NULL DEFAULT '',
    command TEXT,
    outside INTEGER NOT NULL DEFAULT 0,
    made_at TEXT NOT NULL,
    done_at TEXT,
    UNIQUE (address_key, kind, who)
) STRICT;
";

/// A right to a mailbox or a habit of it, as one side told it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HabitRow {
    /// Which.
    pub kind: HabitKind,
    /// Who has it; empty where it is nobody's but the mailbox's.
    pub who: String,
    /// More of it.
    pub detail: String,
    /// Whether it is this program's own.
    pub own: bool,
}

/// What one side told of a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HabitReading {
    /// Whose.
    pub address: SmtpAddress,
    /// What is so.
    pub habits: Vec<HabitRow>,
    /// What could not be read.
    pub unreadable: Vec<HabitKind>,
    /// When it was read.
    pub read_at: Option<Timestamp>,
}

/// A task before it is in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewHabitTask {
    /// Whose mailbox.
    pub address: SmtpAddress,
    /// What about.
    pub kind: HabitKind,
    /// Who gets the right; empty where the owner is asked.
    pub who: String,
    /// More of it.
    pub detail: String,
    /// What does it, as a person types it.
    pub command: Option<String>,
    /// Whether whoever gets it is outside what is migrated.
    pub outside: bool,
}

/// A task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HabitTask {
    /// Its number.
    pub id: i64,
    /// What is to be done.
    pub task: NewHabitTask,
    /// When it was called done, or was seen to be.
    pub done_at: Option<Timestamp>,
}

fn damaged(column: &'static str, value: String) -> JournalError {
    JournalError::Damaged { column, value }
}

fn address(column: &'static str, text: String) -> Result<SmtpAddress, JournalError> {
    text.parse().map_err(|_| damaged(column, text))
}

fn read_kinds(names: &str) -> Result<Vec<HabitKind>, JournalError> {
    Ok(names
        .split_ascii_whitespace()
        .map(HabitKind::from_name)
        .collect::<Result<_, _>>()?)
}

/// How many of the rights that become tasks could not be read. Rules and automatic replies never can, from outside.
fn lacking(unreadable: &[HabitKind]) -> usize {
    let rights = unreadable.iter();
    rights
        .filter(|kind| matches!(kind, HabitKind::FullAccess | HabitKind::SendAs))
        .count()
}

fn lacks_rights(unreadable: &[HabitKind]) -> bool {
    lacking(unreadable) > 0
}

fn read_task(row: &Row<'_>) -> Result<HabitTask, JournalError> {
    let kind: String = row.get(2)?;
    Ok(HabitTask {
        id: row.get(0)?,
        task: NewHabitTask {
            address: address("habit_task.address", row.get(1)?)?,
            kind: HabitKind::from_name(&kind)?,
            who: row.get(3)?,
            detail: row.get(4)?,
            command: row.get(5)?,
            outside: row.get::<_, i64>(6)? != 0,
        },
        done_at: read_time("habit_task.done_at", row.get(7)?)?,
    })
}

impl Tx<'_> {
    /// Keeps what a side told of a mailbox. What was before the migration is kept once and not written over, but where
    /// rights could not be read: those are kept when they can be, until the mailbox is converted. What the tenant told
    /// takes the place of what it told earlier. Says whether anything was kept.
    pub fn keep_habits(
        &self,
        side: HabitSide,
        reading: &HabitReading,
        at: Timestamp,
    ) -> Result<bool, JournalError> {
        let key = reading.address.key();
        if side == HabitSide::Before
            && let Some(known) = self.unreadable(side, &key)?
            && !(lacks_rights(&known)
                && lacking(&reading.unreadable) < lacking(&known)
                && self.is_as_it_was(&reading.address)?)
        {
            return Ok(false);
        }
        let unreadable: Vec<&str> = reading.unreadable.iter().map(|kind| kind.name()).collect();
        self.0
            .prepare_cached("DELETE FROM habit WHERE side = ?1 AND address_key = ?2")?
            .execute(params![side.name(), key])?;
        self.0
            .prepare_cached(
                "INSERT INTO habit_reading (side, address_key, address, unreadable, read_at)
                 VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (side, address_key) DO UPDATE SET
                 address = excluded.address, unreadable = excluded.unreadable, read_at = excluded.read_at",
            )?
            .execute(params![
                side.name(),
                key,
                reading.address.to_string(),
                unreadable.join(" "),
                at.to_string()
            ])?;
        let mut insert = self.0.prepare_cached(
            "INSERT INTO habit (side, address_key, kind, who, detail, own) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        for habit in &reading.habits {
            insert.execute(params![
                side.name(),
                key,
                habit.kind.name(),
                habit.who,
                habit.detail,
                i64::from(habit.own)
            ])?;
        }
        Ok(true)
    }

    /// What a side could not tell of a mailbox; nothing where it was never read.
    fn unreadable(
        &self,
        side: HabitSide,
        key: &str,
    ) -> Result<Option<Vec<HabitKind>>, JournalError> {
        let known: Option<String> = self
            .0
            .prepare_cached(
                "SELECT unreadable FROM habit_reading WHERE side = ?1 AND address_key = ?2",
            )?
            .query_row(params![side.name(), key], |row| row.get(0))
            .optional()?;
        known.map(|kinds| read_kinds(&kinds)).transpose()
    }

    /// Whether the old mailbox of this address is still one: conversion takes its rights away.
    fn is_as_it_was(&self, address: &SmtpAddress) -> Result<bool, JournalError> {
        Ok(self.user_of(address)?.is_none_or(|user| {
            !matches!(
                user.status,
                MigrationUserStatus::Converting
                    | MigrationUserStatus::Completed
                    | MigrationUserStatus::CompletedWithWarnings
            )
        }))
    }

    /// The mailboxes whose rights of before are known, or cannot be learnt any more: nobody needs to ask for them again.
    pub fn habits_known(&self) -> Result<Vec<SmtpAddress>, JournalError> {
        let mut known = Vec::new();
        for reading in self.habits(HabitSide::Before)? {
            if !lacks_rights(&reading.unreadable) || !self.is_as_it_was(&reading.address)? {
                known.push(reading.address);
            }
        }
        Ok(known)
    }

    /// What a side told, mailbox by mailbox.
    pub fn habits(&self, side: HabitSide) -> Result<Vec<HabitReading>, JournalError> {
        let mut statement = self.0.prepare_cached(
            "SELECT address, unreadable, read_at, address_key FROM habit_reading WHERE side = ?1 ORDER BY address_key",
        )?;
        let mut habits = self.0.prepare_cached(
            "SELECT kind, who, detail, own FROM habit WHERE side = ?1 AND address_key = ?2 ORDER BY rowid",
        )?;
        let mut rows = statement.query([side.name()])?;
        let mut readings = Vec::new();
        while let Some(row) = rows.next()? {
            let unreadable: String = row.get(1)?;
            let key: String = row.get(3)?;
            let mut own = habits.query(params![side.name(), key])?;
            let mut told = Vec::new();
            while let Some(row) = own.next()? {
                let kind: String = row.get(0)?;
                told.push(HabitRow {
                    kind: HabitKind::from_name(&kind)?,
                    who: row.get(1)?,
                    detail: row.get(2)?,
                    own: row.get::<_, i64>(3)? != 0,
                });
            }
            readings.push(HabitReading {
                address: address("habit_reading.address", row.get(0)?)?,
                habits: told,
                unreadable: read_kinds(&unreadable)?,
                read_at: read_time("habit_reading.read_at", Some(row.get(2)?))?,
            });
        }
        Ok(readings)
    }

    /// When a side was read last.
    pub fn habits_read_at(&self, side: HabitSide) -> Result<Option<Timestamp>, JournalError> {
        let last = self
            .0
            .prepare_cached(
                "SELECT read_at FROM habit_reading WHERE side = ?1 ORDER BY read_at DESC LIMIT 1",
            )?
            .query_row([side.name()], |row| row.get(0))
            .optional()?;
        read_time("habit_reading.read_at", last)
    }

    /// Makes the tasks these, and keeps what was done of them: one that is there keeps its number and its state, and one
    /// that is not among them any more is done, because it was seen to be.
    pub fn keep_habit_tasks(
        &self,
        tasks: &[NewHabitTask],
        at: Timestamp,
    ) -> Result<(), JournalError> {
        for known in self.habit_tasks()? {
            let wanted = tasks.iter().any(|task| {
                task.address == known.task.address
                    && task.kind == known.task.kind
                    && task.who == known.task.who
            });
            if !wanted && known.done_at.is_none() {
                self.habit_task_done(known.id, Some(at))?;
            }
        }
        let mut insert = self.0.prepare_cached(
            "INSERT INTO habit_task (address_key, address, kind, who, detail, command, outside, made_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (address_key, kind, who) DO UPDATE SET
             detail = excluded.detail, command = excluded.command, outside = excluded.outside",
        )?;
        for task in tasks {
            insert.execute(params![
                task.address.key(),
                task.address.to_string(),
                task.kind.name(),
                task.who,
                task.detail,
                task.command,
                i64::from(task.outside),
                at.to_string()
            ])?;
        }
        Ok(())
    }

    /// Every task, by mailbox.
    pub fn habit_tasks(&self) -> Result<Vec<HabitTask>, JournalError> {
        let mut statement = self.0.prepare_cached(
            "SELECT id, address, kind, who, detail, command, outside, done_at FROM habit_task ORDER BY address_key, id",
        )?;
        let mut rows = statement.query([])?;
        let mut tasks = Vec::new();
        while let Some(row) = rows.next()? {
            tasks.push(read_task(row)?);
        }
        Ok(tasks)
    }

    /// Calls a task done, or not done after all. Says whether there is one of this number.
    pub fn habit_task_done(
        &self,
        id: i64,
        done_at: Option<Timestamp>,
    ) -> Result<bool, JournalError> {
        let changed = self
            .0
            .prepare_cached("UPDATE habit_task SET done_at = ?2 WHERE id = ?1")?
            .execute(params![id, done_at.map(|at| at.to_string())])?;
        Ok(changed > 0)
    }
}
