//! Letters sent: through Graph or the project's mail server, each person once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};

use stegvis_engine::letters::{Pace, UserMail, send};
use stegvis_engine::ports::{Mail, Mailer};
use stegvis_journal::{LetterRow, LetterStage};
use stegvis_model::MigrationUser;
use tokio_util::sync::CancellationToken;

use super::project::{known, no_sender, nobody};
use super::{Letter, address, is_person, nobody_moved, templates};
use crate::dto::{
    AppEvent, LetterFieldsDto, LetterPerson, LetterSending, LetterState, LetterWay, LettersView,
    MailDto,
};
use crate::project::{Project, count};
use crate::report::words::Language;
use crate::{App, Error, ErrorCode};

/// Graph takes this many mails a minute from one mailbox.
const GRAPH_A_MINUTE: usize = 30;

/// A run of letters.
#[derive(Debug, Default)]
pub(crate) struct Posting {
    stop: Option<CancellationToken>,
    letter: Option<Letter>,
    of: u32,
    done: u32,
}

impl App {
    /// Sends a letter to everyone who was not sent it yet, whatever became of it; or to these people, whom a person named:
    /// they get it whether or not they have it. Returns when all are sent, or it is stopped, or trouble that everyone
    /// would meet ended it.
    ///
    /// # Errors
    /// When no project is open, letters are being sent already, something is missing in them, or nothing takes mail.
    pub async fn send_letters(
        &self,
        letter: &str,
        only: Option<Vec<String>>,
    ) -> Result<LettersView, Error> {
        let project = self.project().await?;
        project
            .send_letters(known(letter)?, only.as_deref())
            .await?;
        project.letters_view()
    }

    /// Asks what sends letters to stop between two.
    ///
    /// # Errors
    /// When no project is open.
    pub async fn stop_letters(&self) -> Result<LettersView, Error> {
        let project = self.project().await?;
        project.stop_letters();
        project.letters_view()
    }
}

impl Project {
    fn posting(&self) -> std::sync::MutexGuard<'_, Posting> {
        self.posting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether letters are being sent right now.
    pub(crate) fn letters_running(&self) -> bool {
        self.posting().stop.is_some()
    }

    /// Asks what sends letters to stop between two.
    pub(crate) fn stop_letters(&self) {
        if let Some(stop) = &self.posting().stop {
            stop.cancel();
        }
    }

    pub(super) fn letters_view(&self) -> Result<LettersView, Error> {
        let (users, rows) = self
            .setting(|tx| Ok::<_, stegvis_journal::JournalError>((tx.users()?, tx.letters()?)))?;
        let mut senders = Vec::new();
        if self.connections().cloud_tenant.is_ok() {
            senders.push(LetterWay::Graph);
        }
        if matches!(self.places().mail, Some(MailDto::Smtp { .. })) {
            senders.push(LetterWay::Smtp);
        }
        let letters = Letter::SENT
            .into_iter()
            .map(|letter| {
                let running = self.posting().letter == Some(letter);
                state(letter, &users, &rows, running, self.edited(letter)?)
            })
            .collect::<Result<_, Error>>()?;
        let fields = self.letter_fields()?;
        let posting = self.posting();
        Ok(LettersView {
            letters,
            fields,
            merge_fields: templates::FIELDS
                .iter()
                .map(|&field| field.to_owned())
                .collect(),
            senders,
            running: posting.letter.map(|letter| letter.name().to_owned()),
            of: posting.of,
            done: posting.done,
            folder: self.letters_folder().display().to_string(),
        })
    }

    async fn send_letters(&self, letter: Letter, only: Option<&[String]>) -> Result<(), Error> {
        if !Letter::SENT.contains(&letter) {
            return Err(Error::invalid(
                "the guide is not sent by itself",
                "It goes with the letter *ready*; save it to hand it out.",
            ));
        }
        let stop = CancellationToken::new();
        // Taken before anything is read: two runs at once would send a letter twice.
        {
            let _still = self.begins()?;
            let mut posting = self.posting();
            if posting.stop.is_some() {
                return Err(Error::new(
                    ErrorCode::Running,
                    "letters are being sent already",
                    "Wait until that has ended, or stop it.",
                ));
            }
            *posting = Posting {
                stop: Some(stop.clone()),
                letter: Some(letter),
                ..Posting::default()
            };
        }
        let _running = Running(self);
        let fields = self.letter_fields()?;
        if fields.date.trim().is_empty() && matches!(letter, Letter::Notice | Letter::Reminder) {
            return Err(Error::invalid(
                "the day of the move is not said",
                "Write it under *Date*, as it should be read.",
            ));
        }
        let (mailer, pace) = self.letter_mailer(&fields)?;
        let letters = self.letters_to_send(letter, &fields, only)?;
        self.posting().of = count(letters.len());
        self.tell_letters();
        let told = |done: usize| {
            self.posting().done = count(done);
            self.tell_letters();
        };
        let trouble = send(
            mailer.as_ref(),
            &self.journal,
            self.clock.as_ref(),
            pace,
            &letters,
            &stop,
            &told,
        )
        .await?;
        drop(_running);
        self.tell_letters();
        match trouble {
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    }

    fn tell_letters(&self) {
        match self.letters_view() {
            Ok(view) => (self.events)(AppEvent::Letters { view }),
            Err(error) => tracing::warn!(%error, "the letters could not be read"),
        }
    }

    fn letter_mailer(&self, fields: &LetterFieldsDto) -> Result<(Arc<dyn Mailer>, Pace), Error> {
        let connections = self.connections();
        match fields.way {
            LetterWay::Graph => {
                if fields.from.trim().is_empty() {
                    return Err(no_sender());
                }
                let tenant = match &connections.cloud_tenant {
                    Ok(tenant) => tenant,
                    Err(absent) => return Err(absent.error().into()),
                };
                let pace = Pace {
                    way: "Graph",
                    a_minute: Some(GRAPH_A_MINUTE),
                };
                Ok((Arc::new(tenant.mailer(address(&fields.from)?)), pace))
            }
            LetterWay::Smtp => {
                let places = self.places();
                let Some(MailDto::Smtp { from, .. }) = &places.mail else {
                    return Err(Error::invalid(
                        "the project has no mail server of its own",
                        "Name one under Connect, or send through Graph.",
                    ));
                };
                if let Some(other) = other_sender(from, &fields.from)? {
                    return Err(other);
                }
                let pace = Pace {
                    way: "Smtp",
                    a_minute: None,
                };
                Ok((Arc::clone(&connections.mailer), pace))
            }
        }
    }

    /// The letters of a run, all of them composed before the first one goes.
    fn letters_to_send(
        &self,
        letter: Letter,
        fields: &LetterFieldsDto,
        only: Option<&[String]>,
    ) -> Result<Vec<UserMail>, Error> {
        let language = Language::of(Some(&fields.language));
        let people = self.letter_people(language)?;
        let tried: BTreeSet<i64> = self
            .setting(|tx| tx.letters())?
            .into_iter()
            .filter(|row| row.letter == letter.name())
            .map(|row| row.user.0)
            .collect();
        let named: Option<Vec<_>> = only
            .map(|only| {
                only.iter()
                    .map(|text| address(text))
                    .collect::<Result<_, _>>()
            })
            .transpose()?;
        if let Some(stranger) = named
            .iter()
            .flatten()
            .find(|named| !people.iter().any(|person| person.address == **named))
        {
            return Err(Error::invalid(
                format!("{stranger} is nobody of this project who is written to"),
                "Name people whose mailboxes move.",
            ));
        }
        if people.is_empty() {
            return Err(nobody());
        }
        // Who was named is written to on a person's word; nobody else is told that a mailbox has moved that has not.
        let due = |status| letter.is_due(status);
        if named.is_none() && !people.iter().any(|person| person.status.is_none_or(due)) {
            return Err(nobody_moved());
        }
        people
            .iter()
            .filter(|person| match &named {
                Some(named) => named.contains(&person.address),
                None => person.status.is_none_or(due) && !tried.contains(&person.user.0),
            })
            .map(|person| {
                let written = self.written(letter, language, fields, person)?;
                Ok(UserMail {
                    user: person.user,
                    letter: letter.name().to_owned(),
                    mail: Mail {
                        to: person.address.clone(),
                        subject: written.letter.subject,
                        text: written.letter.text,
                        attachments: written.attachments,
                    },
                })
            })
            .collect()
    }
}

/// Whatever ends a run, even its being dropped, the next one may begin.
struct Running<'a>(&'a Project);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let mut posting = self.0.posting();
        posting.stop = None;
        posting.letter = None;
    }
}

fn state(
    letter: Letter,
    users: &[MigrationUser],
    rows: &[LetterRow],
    running: bool,
    edited: Vec<String>,
) -> Result<LetterState, Error> {
    let rows: BTreeMap<i64, &LetterRow> = rows
        .iter()
        .filter(|row| row.letter == letter.name())
        .map(|row| (row.user.0, row))
        .collect();
    // Whoever was written to stays on the list; for whom the letter is not true yet, is not on it yet.
    let waits = |user: &MigrationUser| is_person(user.kind) && letter.is_due(user.status);
    let people = users
        .iter()
        .filter(|user| waits(user) || rows.contains_key(&user.id.0))
        .map(|user| {
            let row = rows.get(&user.id.0);
            Ok(LetterPerson {
                address: user.address.to_string(),
                name: user.display_name.clone(),
                state: match row.map(|row| row.stage) {
                    None => LetterSending::Waiting,
                    Some(LetterStage::Intended) if running => LetterSending::Sending,
                    Some(LetterStage::Intended | LetterStage::Unknown) => LetterSending::Unknown,
                    Some(LetterStage::Sent) => LetterSending::Sent,
                    Some(LetterStage::Failed) => LetterSending::Failed,
                },
                at: row.and_then(|row| row.at).map(|at| at.to_string()),
                way: row.map(|row| way(&row.way)).transpose()?,
                server_words: row.map(|row| row.words.clone()).unwrap_or_default(),
            })
        })
        .collect::<Result<Vec<_>, Error>>()?;
    let of =
        |state: LetterSending| count(people.iter().filter(|person| person.state == state).count());
    let last_at = rows
        .values()
        .filter(|row| row.stage == LetterStage::Sent)
        .filter_map(|row| row.at)
        .max();
    Ok(LetterState {
        letter: letter.name().to_owned(),
        total: count(people.len()),
        sent: of(LetterSending::Sent),
        failed: of(LetterSending::Failed),
        unknown: of(LetterSending::Unknown),
        last_at: last_at.map(|at| at.to_string()),
        edited,
        people,
    })
}

/// By SMTP the letters are from whom the mail server knows: another address in the fields would be one that nobody sees.
fn other_sender(server: &str, said: &str) -> Result<Option<Error>, Error> {
    if said.trim().is_empty() || address(server)? == address(said)? {
        return Ok(None);
    }
    Ok(Some(Error::invalid(
        format!("the mail server sends from {server}, and the letters are to be from {said}"),
        format!("Name {server} under *From*, change it under Connect, or send through Graph."),
    )))
}

fn way(name: &str) -> Result<LetterWay, Error> {
    match name {
        "Graph" => Ok(LetterWay::Graph),
        "Smtp" => Ok(LetterWay::Smtp),
        other => Err(crate::project::damaged("letter_sent.way", &other)),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn by_smtp_nobody_is_named_whom_the_letters_are_not_from() {
        let from = "it@nordvik.example";
        assert!(other_sender(from, " ").unwrap().is_none());
        assert!(other_sender(from, "IT@nordvik.example").unwrap().is_none());
        let refused = other_sender(from, "anna@nordvik.example").unwrap().unwrap();
        assert_eq!(refused.code, ErrorCode::InvalidInput);
        assert!(refused.help.contains(from), "{}", refused.help);
    }
}
