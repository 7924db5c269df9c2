use jiff::Timestamp;
use rusqlite::{Row, params};
use stegvis_model::MigrationUserId;

use crate::table::read_time;
use crate::{JournalError, Tx};

pub(crate) const UP: &str = "
CREATE TABLE letter_sent (
    user_id INTEGER NOT NULL REFERENCES migration_user (id),
    letter TEXT NOT NULL,
    address TEXT NOT NULL,
    way TEXT NOT NULL,
    state TEXT NOT NULL,
    at TEXT NOT NULL,
    words TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (user_id, letter)
) STRICT;
";

/// How far one person's letter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterStage {
    /// It was about to be sent. Where nobody sends it any more, nobody knows whether it went.
    Intended,
    /// It was handed in.
    Sent,
    /// It was refused: it did not go.
    Failed,
    /// The answer was lost: it may have gone.
    Unknown,
}

impl LetterStage {
    const fn name(self) -> &'static str {
        match self {
            Self::Intended => "Intended",
            Self::Sent => "Sent",
            Self::Failed => "Failed",
            Self::Unknown => "Unknown",
        }
    }

    fn of(name: String) -> Result<Self, JournalError> {
        [Self::Intended, Self::Sent, Self::Failed, Self::Unknown]
            .into_iter()
            .find(|stage| stage.name() == name)
            .ok_or(JournalError::Damaged {
                column: "letter_sent.state",
                value: name,
            })
    }
}

/// One person's letter, as it was last sent or tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterRow {
    /// Whose.
    pub user: MigrationUserId,
    /// Which letter.
    pub letter: String,
    /// Where it went.
    pub address: String,
    /// Through what.
    pub way: String,
    /// How far it is.
    pub stage: LetterStage,
    /// Since when.
    pub at: Option<Timestamp>,
    /// The server's words, where it was refused or its answer lost.
    pub words: String,
}

fn read(row: &Row<'_>) -> Result<LetterRow, JournalError> {
    Ok(LetterRow {
        user: MigrationUserId(row.get(0)?),
        letter: row.get(1)?,
        address: row.get(2)?,
        way: row.get(3)?,
        stage: LetterStage::of(row.get(4)?)?,
        at: read_time("letter_sent.at", row.get(5)?)?,
        words: row.get(6)?,
    })
}

impl Tx<'_> {
    /// Every letter that was ever tried, by person and letter.
    pub fn letters(&self) -> Result<Vec<LetterRow>, JournalError> {
        let mut statement = self.0.prepare_cached(
            "SELECT user_id, letter, address, way, state, at, words FROM letter_sent ORDER BY user_id, letter",
        )?;
        let mut rows = statement.query([])?;
        let mut letters = Vec::new();
        while let Some(row) = rows.next()? {
            letters.push(read(row)?);
        }
        Ok(letters)
    }

    /// Notes that a letter is about to be sent, in place of what was known of an earlier try.
    pub fn letter_intended(
        &self,
        user: MigrationUserId,
        letter: &str,
        address: &str,
        way: &str,
        at: Timestamp,
    ) -> Result<(), JournalError> {
        self.0
            .prepare_cached(
                "INSERT INTO letter_sent (user_id, letter, address, way, state, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (user_id, letter) DO UPDATE SET address = excluded.address, way = excluded.way,
                 state = excluded.state, at = excluded.at, words = ''",
            )?
            .execute(params![
                user.0,
                letter,
                address,
                way,
                LetterStage::Intended.name(),
                at.to_string()
            ])?;
        Ok(())
    }

    /// Notes what became of it, and adds a line to the log.
    pub fn letter_ended(
        &self,
        user: MigrationUserId,
        letter: &str,
        stage: LetterStage,
        words: &str,
        at: Timestamp,
    ) -> Result<(), JournalError> {
        self.0
            .prepare_cached(
                "UPDATE letter_sent SET state = ?3, at = ?4, words = ?5 WHERE user_id = ?1 AND letter = ?2",
            )?
            .execute(params![
                user.0,
                letter,
                stage.name(),
                at.to_string(),
                words
            ])?;
        let what = match stage {
            LetterStage::Sent => "LetterSent",
            LetterStage::Failed => "LetterFailed",
            LetterStage::Intended | LetterStage::Unknown => "LetterUnknown",
        };
        self.log(at, Some(user), what, letter)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use stegvis_model::RecipientKind;

    use super::*;
    use crate::{Journal, NewUser};

    #[test]
    fn a_letter_is_intended_before_it_is_sent_and_sent_once() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::open(&dir.path().join("practice.stegvis")).unwrap();
        let at: Timestamp = "2026-11-25T12:00:00Z".parse().unwrap();
        let letters = journal
            .transaction(|tx| {
                let batch = tx.insert_batch("Pilot", None)?;
                let user = tx.insert_user(
                    batch,
                    &NewUser {
                        address: "anna@nordvik.example".parse().unwrap(),
                        display_name: "Anna".to_owned(),
                        kind: RecipientKind::UserMailbox,
                    },
                )?;
                tx.letter_intended(user, "notice", "anna@nordvik.example", "Smtp", at)?;
                let intended = tx.letters()?;
                tx.letter_ended(user, "notice", LetterStage::Failed, "550 no", at)?;
                let failed = tx.letters()?;
                tx.letter_intended(user, "notice", "anna@nordvik.example", "Graph", at)?;
                tx.letter_ended(user, "notice", LetterStage::Sent, "", at)?;
                Ok::<_, JournalError>([intended, failed, tx.letters()?])
            })
            .unwrap();
        let seen: Vec<_> = letters
            .iter()
            .flatten()
            .map(|row| (row.stage, &*row.way, &*row.words))
            .collect();
        assert_eq!(
            seen,
            [
                (LetterStage::Intended, "Smtp", ""),
                (LetterStage::Failed, "Smtp", "550 no"),
                (LetterStage::Sent, "Graph", ""),
            ]
        );
        let log = journal.transaction(|tx| tx.log_entries()).unwrap();
        let what: Vec<&str> = log.iter().map(|entry| &*entry.what).collect();
        assert_eq!(what, ["LetterFailed", "LetterSent"]);
    }
}
