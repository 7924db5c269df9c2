//! What one person must do again in the new mailbox, because it did not move.

use stegvis_journal::{Journal, JournalError};
use stegvis_model::{HabitKind, SmtpAddress};

use super::{LeftBehind, address, left_behind};
use crate::dto::{RedoItem, RedoKind};
use crate::project::Project;
use crate::report::words::Language;
use crate::{App, Error};

impl App {
    /// What this person must do again: first what everybody must, then what this mailbox had, then what was left behind.
    ///
    /// # Errors
    /// When no project is open, or it has no such mailbox.
    pub async fn redo_list(&self, address: &str) -> Result<Vec<RedoItem>, Error> {
        self.project().await?.redo_list(address)
    }
}

impl Project {
    fn redo_list(&self, of: &str) -> Result<Vec<RedoItem>, Error> {
        redo_list(&self.journal, of)
    }
}

/// What the person of this address must do again.
pub(super) fn redo_list(journal: &Journal, of: &str) -> Result<Vec<RedoItem>, Error> {
    let of = address(of)?;
    let user = journal.transaction(|tx| tx.user_of(&of))?.ok_or_else(|| {
        Error::invalid(
            format!("the project has no mailbox {of}"),
            "Name one of its mailboxes.",
        )
    })?;
    let had = had(journal, &of)?;
    let mut items = vec![
        item(RedoKind::OutlookProfile, None),
        item(RedoKind::Phone, None),
        item(RedoKind::Signature, None),
    ];
    // What could not be read may be there all the same.
    for kind in [RedoKind::AutomaticReply, RedoKind::Rule] {
        if !had.iter().any(|(had, _)| *had == kind) {
            items.push(item(kind, None));
        }
    }
    items.extend(had.into_iter().map(|(kind, value)| item(kind, Some(value))));
    let left: Vec<LeftBehind> = journal.transaction(|tx| left_behind(tx, user.id))?;
    items.extend(left.into_iter().map(|left| RedoItem {
        folder: Some(left.folder),
        date: Some(left.date),
        megabytes: left.megabytes.parse().ok(),
        ..item(RedoKind::LeftBehind, None)
    }));
    Ok(items)
}

const fn item(kind: RedoKind, value: Option<String>) -> RedoItem {
    RedoItem {
        kind,
        folder: None,
        date: None,
        megabytes: None,
        value,
    }
}

/// What this mailbox had and the new one has not yet.
fn had(journal: &Journal, of: &SmtpAddress) -> Result<Vec<(RedoKind, String)>, JournalError> {
    let tasks = journal.transaction(|tx| tx.habit_tasks())?;
    Ok(tasks
        .into_iter()
        .filter(|task| task.done_at.is_none() && task.task.address == *of)
        .filter_map(|task| {
            let kind = match task.task.kind {
                HabitKind::FullAccess | HabitKind::SendAs | HabitKind::SendOnBehalf => {
                    RedoKind::Delegate
                }
                HabitKind::Forwarding => RedoKind::Forwarding,
                HabitKind::InboxRule => RedoKind::Rule,
                HabitKind::AutomaticReply => RedoKind::AutomaticReply,
            };
            let words: Vec<&str> = [&*task.task.who, &*task.task.detail]
                .into_iter()
                .filter(|text| !text.is_empty())
                .collect();
            // Where nobody knows more, it is what everybody must do.
            (!words.is_empty()).then(|| (kind, words.join(", ")))
        })
        .collect())
}

/// The same in words, one line each, for the letter.
pub(super) fn redo_words(
    journal: &Journal,
    of: &SmtpAddress,
    language: Language,
) -> Result<Vec<String>, JournalError> {
    Ok(had(journal, of)?
        .into_iter()
        .map(|(kind, value)| {
            let what = match kind {
                RedoKind::Delegate => language.pick("May act for you", "Får agera åt dig"),
                RedoKind::Forwarding => language.pick("Forwarding to", "Vidarebefordran till"),
                RedoKind::Rule => language.pick("Rule", "Regel"),
                _ => language.pick("Automatic reply", "Automatiskt svar"),
            };
            format!("{what}: {value}")
        })
        .collect())
}
