use rusqlite::{Row, params};
use stegvis_model::{
    Counts, Fingerprint, FolderId, InternalDate, ItemKey, ItemRowId, ItemState, MessageFlags,
    MigrationUserId, SkipReason, StoredName as _,
};

use crate::table::{to_i64, to_u64};
use crate::{JournalError, Tx};

pub(crate) const UP: &str = "
CREATE TABLE item (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    folder_id INTEGER NOT NULL REFERENCES folder (id),
    key TEXT NOT NULL,
    size INTEGER NOT NULL,
    date_seconds INTEGER NOT NULL,
    date_offset INTEGER NOT NULL,
    flags INTEGER NOT NULL DEFAULT 0,
    keywords TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL,
    fingerprint BLOB,
    target_validity INTEGER,
    target_uid INTEGER,
    reason TEXT,
    detail TEXT NOT NULL DEFAULT '',
    UNIQUE (folder_id, key)
) STRICT;
CREATE INDEX item_open ON item (folder_id, id) WHERE state IN ('Pending', 'Intended');
CREATE INDEX item_target ON item (folder_id, target_uid) WHERE target_uid IS NOT NULL;
";

/// What a message that could not be copied was about, where it could be read.
pub(crate) const SUBJECT: &str = "ALTER TABLE item ADD COLUMN subject TEXT;";

/// An item as listed in the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewItem {
    /// Its identity there.
    pub key: ItemKey,
    /// Its size as listed.
    pub size: u64,
    /// When it arrived.
    pub date: InternalDate,
    /// Its flags.
    pub flags: MessageFlags,
}

/// An item that is not accounted for yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenItem {
    /// Its row.
    pub row: ItemRowId,
    /// Its folder.
    pub folder: FolderId,
    /// What was listed.
    pub item: NewItem,
    /// What it is across servers, once it was read: it may have been written.
    pub intended: Option<Fingerprint>,
}

/// An item about to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Intent {
    /// Its row.
    pub row: ItemRowId,
    /// What it is across servers.
    pub fingerprint: Fingerprint,
    /// Its true size.
    pub size: u64,
}

/// Where a copy stands in the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopiedPlace {
    /// The era of the folder's numbering.
    pub validity: u32,
    /// Its number.
    pub uid: u32,
}

/// An item that the target acknowledged, or that was found standing there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acknowledged {
    /// Its row.
    pub row: ItemRowId,
    /// Where it stands, where the target tells.
    pub at: Option<CopiedPlace>,
}

/// An item that could not be copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skip {
    /// Its row.
    pub row: ItemRowId,
    /// Why.
    pub reason: SkipReason,
    /// The server's own words.
    pub detail: String,
}

/// A skipped item, for the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedItem {
    /// Whose.
    pub user: MigrationUserId,
    /// Its folder.
    pub folder: FolderId,
    /// What was listed.
    pub item: NewItem,
    /// Why.
    pub reason: SkipReason,
    /// The server's own words.
    pub detail: String,
    /// What it is about, where its head could be read.
    pub subject: Option<String>,
}

/// How many items of a folder are in a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ItemTally {
    /// The folder.
    pub folder: FolderId,
    /// The state.
    pub state: ItemState,
    /// How many.
    pub items: u64,
    /// How many bytes.
    pub bytes: u64,
}

fn pack(flags: &MessageFlags) -> (u8, String) {
    let bits = [
        flags.seen,
        flags.answered,
        flags.flagged,
        flags.deleted,
        flags.draft,
    ];
    let packed = bits
        .iter()
        .enumerate()
        .fold(0, |sum, (bit, set)| sum | (u8::from(*set) << bit));
    // A keyword is an atom (RFC 3501 section 9) and holds no space.
    (packed, flags.keywords.join(" "))
}

fn unpack(bits: u8, keywords: &str) -> MessageFlags {
    let set = |bit: u8| bits & (1 << bit) != 0;
    MessageFlags {
        seen: set(0),
        answered: set(1),
        flagged: set(2),
        deleted: set(3),
        draft: set(4),
        keywords: keywords
            .split_ascii_whitespace()
            .map(str::to_owned)
            .collect(),
    }
}

const LISTED: &str = "key, size, date_seconds, date_offset, flags, keywords";

fn read_listed(row: &Row<'_>, from: usize) -> Result<NewItem, rusqlite::Error> {
    let keywords: String = row.get(from + 5)?;
    Ok(NewItem {
        key: ItemKey(row.get(from)?),
        size: to_u64(row.get(from + 1)?),
        date: InternalDate {
            seconds: row.get(from + 2)?,
            offset_minutes: row.get(from + 3)?,
        },
        flags: unpack(row.get(from + 4)?, &keywords),
    })
}

impl Tx<'_> {
    /// Inserts listed items as Pending. One that is known already is left as it is.
    pub fn insert_items(&self, folder: FolderId, items: &[NewItem]) -> Result<(), JournalError> {
        let mut statement = self.0.prepare_cached(
            "INSERT INTO item (folder_id, key, size, date_seconds, date_offset, flags, keywords, state)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'Pending') ON CONFLICT (folder_id, key) DO NOTHING",
        )?;
        for item in items {
            let (bits, keywords) = pack(&item.flags);
            statement.execute(params![
                folder.0,
                item.key.0,
                to_i64(item.size),
                item.date.seconds,
                item.date.offset_minutes,
                bits,
                keywords
            ])?;
        }
        Ok(())
    }

    /// The source has given up every key of this folder: its rows step aside, and the new listing is
    /// matched against what stands in the target.
    pub fn supersede_items(&self, folder: FolderId) -> Result<(), JournalError> {
        self.0
            .prepare_cached("UPDATE item SET state = 'Superseded' WHERE folder_id = ?1")?
            .execute([folder.0])?;
        Ok(())
    }

    /// Items of a MigrationUser that are not accounted for, folder by folder in the source's order.
    pub fn open_items(&self, user: MigrationUserId) -> Result<Vec<OpenItem>, JournalError> {
        let mut statement = self.0.prepare_cached(&format!(
            "SELECT item.id, folder_id, fingerprint, {LISTED} FROM item JOIN folder ON folder.id = folder_id
             WHERE folder.user_id = ?1 AND state IN ('Pending', 'Intended') ORDER BY folder_id, item.id"
        ))?;
        let mut rows = statement.query([user.0])?;
        let mut items = Vec::new();
        while let Some(row) = rows.next()? {
            let fingerprint: Option<[u8; 16]> = row.get(2)?;
            items.push(OpenItem {
                row: ItemRowId(row.get(0)?),
                folder: FolderId(row.get(1)?),
                intended: fingerprint.map(Fingerprint),
                item: read_listed(row, 3)?,
            });
        }
        Ok(items)
    }

    /// Notes that these items are about to be written.
    pub fn intend(&self, intents: &[Intent]) -> Result<(), JournalError> {
        let mut statement = self.0.prepare_cached(
            "UPDATE item SET state = 'Intended', fingerprint = ?2, size = ?3 WHERE id = ?1",
        )?;
        for intent in intents {
            statement.execute(params![
                intent.row.0,
                intent.fingerprint.0,
                to_i64(intent.size)
            ])?;
        }
        Ok(())
    }

    /// Notes that these items stand in the target.
    pub fn acknowledge(&self, items: &[Acknowledged]) -> Result<(), JournalError> {
        let mut statement = self.0.prepare_cached(
            "UPDATE item SET state = 'Copied', target_validity = ?2, target_uid = ?3 WHERE id = ?1",
        )?;
        for item in items {
            statement.execute(params![
                item.row.0,
                item.at.map(|at| at.validity),
                item.at.map(|at| at.uid)
            ])?;
        }
        Ok(())
    }

    /// Notes that these items could not be copied.
    pub fn skip(&self, skips: &[Skip]) -> Result<(), JournalError> {
        let mut statement = self.0.prepare_cached(
            "UPDATE item SET state = 'Skipped', reason = ?2, detail = ?3 WHERE id = ?1",
        )?;
        for skip in skips {
            statement.execute(params![skip.row.0, skip.reason.name(), skip.detail])?;
        }
        Ok(())
    }

    /// Keeps what these items are about: of those alone that were skipped.
    pub fn note_subjects(&self, subjects: &[(ItemRowId, String)]) -> Result<(), JournalError> {
        let mut statement = self
            .0
            .prepare_cached("UPDATE item SET subject = ?2 WHERE id = ?1 AND state = 'Skipped'")?;
        for (row, subject) in subjects {
            statement.execute(params![row.0, subject])?;
        }
        Ok(())
    }

    /// Opens again what was left behind in the source, so that it is looked for or copied. Returns how many.
    pub fn reopen_left(&self, user: MigrationUserId) -> Result<u64, JournalError> {
        let opened = self
            .0
            .prepare_cached(
                "UPDATE item SET state = 'Pending', reason = NULL, detail = ''
                 WHERE state = 'Skipped' AND reason = ?2
                 AND folder_id IN (SELECT id FROM folder WHERE user_id = ?1)",
            )?
            .execute(params![user.0, SkipReason::LeftByService.name()])?;
        Ok(opened as u64)
    }

    /// What was left behind in a MigrationUser's source.
    pub fn left_by_service(&self, user: MigrationUserId) -> Result<Counts, JournalError> {
        let (items, bytes): (i64, Option<i64>) = self
            .0
            .prepare_cached(
                "SELECT COUNT(*), SUM(size) FROM item
                 WHERE state = 'Skipped' AND reason = ?2
                 AND folder_id IN (SELECT id FROM folder WHERE user_id = ?1)",
            )?
            .query_row(params![user.0, SkipReason::LeftByService.name()], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        Ok(Counts {
            items: to_u64(items),
            bytes: bytes.map_or(0, to_u64),
        })
    }

    /// Whether anything that was left behind stands there with these words.
    pub fn left_with(&self, user: MigrationUserId, detail: &str) -> Result<bool, JournalError> {
        Ok(self
            .0
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM item
                 WHERE state = 'Skipped' AND reason = ?2 AND detail = ?3
                 AND folder_id IN (SELECT id FROM folder WHERE user_id = ?1))",
            )?
            .query_row(
                params![user.0, SkipReason::LeftByService.name(), detail],
                |row| row.get(0),
            )?)
    }

    /// Accounts for whatever is open as left behind in the source: a pass over a mailbox that the migration service
    /// moved ended early. A folder whose listing was cut off counts what was listed, until it is listed whole.
    pub fn leave_open(&self, user: MigrationUserId, detail: &str) -> Result<(), JournalError> {
        self.0
            .prepare_cached(
                "UPDATE item SET state = 'Skipped', reason = ?2, detail = ?3
                 WHERE state IN ('Pending', 'Intended')
                 AND folder_id IN (SELECT id FROM folder WHERE user_id = ?1)",
            )?
            .execute(params![user.0, SkipReason::LeftByService.name(), detail])?;
        self.0
            .prepare_cached(
                "UPDATE folder SET source_items =
                 (SELECT COUNT(*) FROM item WHERE folder_id = folder.id AND state <> 'Superseded')
                 WHERE user_id = ?1 AND sync_state IS NULL AND excluded_rule IS NULL",
            )?
            .execute([user.0])?;
        Ok(())
    }

    /// The numbers, from `from` on, under which copies of ours stand in this folder's target.
    pub fn copied_numbers(
        &self,
        folder: FolderId,
        validity: u32,
        from: u32,
    ) -> Result<Vec<u32>, JournalError> {
        let mut statement = self.0.prepare_cached(
            "SELECT target_uid FROM item
             WHERE folder_id = ?1 AND target_validity = ?2 AND target_uid >= ?3 AND state = 'Copied' ORDER BY target_uid",
        )?;
        let numbers = statement.query_map(params![folder.0, validity, from], |row| row.get(0))?;
        Ok(numbers.collect::<Result<_, _>>()?)
    }

    /// What of this folder stands in the target under a number that the target did not tell.
    pub fn copied_without_number(
        &self,
        folder: FolderId,
    ) -> Result<Vec<(Fingerprint, InternalDate)>, JournalError> {
        let mut statement = self.0.prepare_cached(
            "SELECT fingerprint, date_seconds, date_offset FROM item
             WHERE folder_id = ?1 AND state = 'Copied' AND target_uid IS NULL AND fingerprint IS NOT NULL",
        )?;
        let rows = statement.query_map([folder.0], |row| {
            let date = InternalDate {
                seconds: row.get(1)?,
                offset_minutes: row.get(2)?,
            };
            Ok((Fingerprint(row.get(0)?), date))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many items of each folder of a MigrationUser are in which state.
    pub fn tally(&self, user: MigrationUserId) -> Result<Vec<ItemTally>, JournalError> {
        let mut statement = self.0.prepare_cached(
            "SELECT folder_id, state, COUNT(*), SUM(size) FROM item JOIN folder ON folder.id = folder_id
             WHERE folder.user_id = ?1 GROUP BY folder_id, state ORDER BY folder_id, state",
        )?;
        let mut rows = statement.query([user.0])?;
        let mut tallies = Vec::new();
        while let Some(row) = rows.next()? {
            let state: String = row.get(1)?;
            tallies.push(ItemTally {
                folder: FolderId(row.get(0)?),
                state: ItemState::from_name(&state)?,
                items: to_u64(row.get(2)?),
                bytes: to_u64(row.get(3)?),
            });
        }
        Ok(tallies)
    }

    /// Every skipped item of the project.
    pub fn skipped_items(&self) -> Result<Vec<SkippedItem>, JournalError> {
        let mut statement = self.0.prepare_cached(&format!(
            "SELECT folder.user_id, folder_id, reason, detail, subject, {LISTED}
             FROM item JOIN folder ON folder.id = folder_id WHERE state = 'Skipped' ORDER BY item.id"
        ))?;
        let mut rows = statement.query([])?;
        let mut items = Vec::new();
        while let Some(row) = rows.next()? {
            let reason: String = row.get(2)?;
            items.push(SkippedItem {
                user: MigrationUserId(row.get(0)?),
                folder: FolderId(row.get(1)?),
                reason: SkipReason::from_name(&reason)?,
                detail: row.get(3)?,
                subject: row.get(4)?,
                item: read_listed(row, 5)?,
            });
        }
        Ok(items)
    }
}
