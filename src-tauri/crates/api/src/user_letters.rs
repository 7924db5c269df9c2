//! Letters to the people whose mailboxes move: a week before, the day before, the day itself, one for
//! phones, and the guide for Outlook. From templates that the administrator may replace, in English and Swedish.

mod mailing;
mod project;
mod redo;
mod templates;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;
use stegvis_connect::clock::SystemClock;
use stegvis_connect::smtp::draft;
use stegvis_engine::habits::renew_tasks;
use stegvis_engine::ports::Clock as _;
use stegvis_engine::ports::{Attachment, Mail};
use stegvis_journal::{Journal, JournalError, Tx};
use stegvis_lists::{RowStatus, read_list};
use stegvis_model::{
    InternalDate, MigrationUserId, MigrationUserStatus, RecipientKind, SkipReason, SmtpAddress,
};

use crate::journals::open_project;
use crate::report::words::Language;
use crate::{Error, ErrorCode};

pub(crate) use mailing::Posting;
pub use redo::redo_line;
pub use templates::{Letter, write_templates};

/// A template larger than this is none.
const MOST_TEMPLATE_BYTES: u64 = 256 * 1024;

/// Where people sign in on the web.
const WEB: &str = "https://outlook.office.com";

/// What is the same for everybody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LetterFields {
    /// The organisation, which signs.
    pub company: String,
    /// The day of the move, as it should be read.
    pub date: String,
    /// The hours, as they should be read.
    pub hours: String,
    /// Whom to ask.
    pub helpdesk: String,
    /// How long the old profile is kept, as it should be read.
    pub keep_until: String,
    /// The largest message that moves, in megabytes.
    pub limit_mb: u32,
}

/// What is wanted.
#[derive(Debug, Clone)]
pub struct LettersRequest {
    /// Which letter.
    pub letter: Letter,
    /// A language tag: `en`, `sv`.
    pub language: String,
    /// A folder with templates that replace ours.
    pub templates: Option<PathBuf>,
    /// Who it is from.
    pub from: String,
    /// A mailbox list, in any form that `stegvis list` reads.
    pub list: Option<Vec<u8>>,
    /// A project: its mailboxes, their names, and what could not be moved.
    pub project: Option<PathBuf>,
    /// What is the same for everybody.
    pub fields: LetterFields,
}

/// A letter to one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct UserLetter {
    /// To whom.
    pub to: String,
    /// The name, where it is known.
    pub name: String,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
}

/// What did not move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct LeftBehind {
    folder: String,
    date: String,
    megabytes: String,
}

/// Somebody a letter goes to.
#[derive(Debug, Clone)]
struct Recipient {
    /// Zero for somebody who is in no project.
    user: MigrationUserId,
    /// How far the mailbox is; nothing for somebody who is in no project.
    status: Option<MigrationUserStatus>,
    address: SmtpAddress,
    name: String,
    left_behind: Vec<LeftBehind>,
    /// What was set in the old mailbox, in words.
    redo: Vec<String>,
}

/// Composes the letters.
///
/// # Errors
/// InvalidInput for a template that is wrong, an address, or nobody to write to; NotAList; the journal's.
pub fn compose_letters(request: &LettersRequest) -> Result<Vec<UserLetter>, Error> {
    let language = Language::of(Some(&request.language));
    let template = template(request.templates.as_deref(), request.letter, language)?;
    let recipients = recipients(request, language)?;
    recipients
        .iter()
        .map(|recipient| merge(&template, &request.fields, recipient))
        .collect()
}

/// The same letters as the bytes of `.eml` files, which Outlook opens as drafts: with the guide, where it goes along.
/// Of a project, *ready* and *phone* are for those alone whose mailbox has moved, unless a list names whom they are for.
///
/// # Errors
/// As for [`compose_letters`], and for an address that the letters are from and that is none.
pub fn letter_files(request: &LettersRequest) -> Result<Vec<(UserLetter, Vec<u8>)>, Error> {
    let language = Language::of(Some(&request.language));
    let folder = request.templates.as_deref();
    let mut recipients = recipients(request, language)?;
    if request.list.is_none() {
        recipients.retain(|one| one.status.is_none_or(|at| request.letter.is_due(at)));
        if recipients.is_empty() {
            return Err(nobody_moved());
        }
    }
    recipients
        .iter()
        .map(|recipient| {
            let merged = |letter| -> Result<UserLetter, Error> {
                merge(
                    &template(folder, letter, language)?,
                    &request.fields,
                    recipient,
                )
            };
            let attachments = match request.letter {
                Letter::Ready => vec![project::page(&merged(Letter::Guide)?, language)],
                _ => Vec::new(),
            };
            let letter = merged(request.letter)?;
            let file = letter_file(&request.from, &letter, &attachments)?;
            Ok((letter, file))
        })
        .collect()
}

/// What says so where a letter waits for the first mailbox that has moved.
fn nobody_moved() -> Error {
    Error::new(
        ErrorCode::NothingChosen,
        "no mailbox has moved yet, and this letter says that it has",
        "Send it when the first mailboxes are synced.",
    )
}

/// A letter as the bytes of an `.eml` file, with the files that go with it.
fn letter_file(
    from: &str,
    letter: &UserLetter,
    attachments: &[Attachment],
) -> Result<Vec<u8>, Error> {
    let mail = Mail {
        to: address(&letter.to)?,
        subject: letter.subject.clone(),
        text: letter.text.clone(),
        attachments: attachments.to_vec(),
    };
    Ok(draft(
        &address(from)?,
        &letter.name,
        &mail,
        SystemClock.now(),
    )?)
}

fn address(text: &str) -> Result<SmtpAddress, Error> {
    text.parse().map_err(|error| {
        Error::invalid(
            format!("{error}"),
            "Give an address such as anna@nordvik.example.",
        )
    })
}

/// The administrator's template where there is one, and ours otherwise.
fn template(folder: Option<&Path>, letter: Letter, language: Language) -> Result<String, Error> {
    let Some(folder) = folder else {
        return Ok(letter.template(language).to_owned());
    };
    let path = folder.join(letter.file_name(language));
    if !path.exists() {
        return Ok(letter.template(language).to_owned());
    }
    let read = || -> std::io::Result<String> {
        use std::io::Read as _;
        let mut bytes = Vec::new();
        std::fs::File::open(&path)?
            .take(MOST_TEMPLATE_BYTES)
            .read_to_end(&mut bytes)?;
        // Notepad puts a mark in front.
        let text = String::from_utf8(bytes).map_err(std::io::Error::other)?;
        Ok(text.trim_start_matches('\u{feff}').replace("\r\n", "\n"))
    };
    read().map_err(|error| {
        Error::invalid(
            format!("{} cannot be read: {error}", path.display()),
            "Save it as text in UTF-8.",
        )
    })
}

fn recipients(request: &LettersRequest, language: Language) -> Result<Vec<Recipient>, Error> {
    let mut all = match &request.project {
        Some(project) => {
            let journal = open_project(project)?;
            let everybody = request.list.is_some();
            of_project(&journal, everybody, language, SystemClock.now())?
        }
        None => Vec::new(),
    };
    if let Some(list) = &request.list {
        let listed = listed(list)?;
        if request.project.is_some() {
            all.retain(|recipient| listed.contains(&recipient.address));
        } else {
            all = listed
                .into_iter()
                .map(|address| Recipient {
                    user: MigrationUserId(0),
                    status: None,
                    address,
                    name: String::new(),
                    left_behind: Vec::new(),
                    redo: Vec::new(),
                })
                .collect();
        }
    }
    if all.is_empty() {
        return Err(Error::new(
            ErrorCode::NothingChosen,
            "there is nobody to write to",
            "Give a list of mailboxes, a project that has some, or both: then those of the list.",
        ));
    }
    Ok(all)
}

fn listed(bytes: &[u8]) -> Result<Vec<SmtpAddress>, Error> {
    let list = read_list(bytes, None).map_err(|error| {
        Error::new(
            ErrorCode::NotAList,
            error.to_string(),
            "Choose a CSV, XLSX, XLS or ODS file with a column of e-mail addresses.",
        )
    })?;
    list.rows
        .iter()
        .filter(|row| row.status() != RowStatus::Rejected)
        .map(|row| address(&row.text))
        .collect()
}

/// Whether somebody reads what is sent there.
const fn is_person(kind: RecipientKind) -> bool {
    matches!(
        kind,
        RecipientKind::UserMailbox | RecipientKind::LinkedMailbox
    )
}

/// The people of a project, with what each must do again; with `everybody`, its rooms, things and shared mailboxes too.
fn of_project(
    journal: &Journal,
    everybody: bool,
    language: Language,
    now: Timestamp,
) -> Result<Vec<Recipient>, Error> {
    Ok(journal.transaction(|tx| {
        // What follows from what was read, whether or not anybody has looked at it yet.
        renew_tasks(tx, now)?;
        let tasks = tx.habit_tasks()?;
        let mut all = Vec::new();
        for user in tx.users()? {
            if everybody || is_person(user.kind) {
                all.push(Recipient {
                    user: user.id,
                    status: Some(user.status),
                    left_behind: left_behind(tx, user.id)?,
                    redo: redo::redo_words(&tasks, &user.address, language),
                    address: user.address,
                    name: user.display_name,
                });
            }
        }
        Ok::<_, JournalError>(all)
    })?)
}

/// What of a mailbox did not move, by folder and date.
fn left_behind(tx: &Tx<'_>, user: MigrationUserId) -> Result<Vec<LeftBehind>, JournalError> {
    let folders = tx.folders(user)?;
    let mut left: Vec<LeftBehind> = tx
        .skipped_items()?
        .iter()
        .filter(|item| item.user == user && item.reason != SkipReason::GoneFromSource)
        .map(|item| LeftBehind {
            folder: folders
                .iter()
                .find(|folder| folder.id == item.folder)
                .map(|folder| folder.source.to_string())
                .unwrap_or_default(),
            date: day(item.item.date),
            megabytes: megabytes(item.item.size),
        })
        .collect();
    left.sort_by(|a, b| (&a.folder, &a.date).cmp(&(&b.folder, &b.date)));
    Ok(left)
}

/// The day on which a message arrived, where it arrived.
fn day(date: InternalDate) -> String {
    let local = date.seconds + i64::from(date.offset_minutes) * 60;
    jiff::Timestamp::from_second(local)
        .map(|time| time.strftime("%Y-%m-%d").to_string())
        .unwrap_or_default()
}

fn megabytes(bytes: u64) -> String {
    match bytes.div_ceil(1_000_000) {
        0 | 1 => "1".to_owned(),
        more => more.to_string(),
    }
}

fn merge(
    template: &str,
    fields: &LetterFields,
    recipient: &Recipient,
) -> Result<UserLetter, Error> {
    merge_for(
        template,
        fields,
        &recipient.address.to_string(),
        &recipient.name,
        &recipient.left_behind,
        &recipient.redo,
    )
}

/// For somebody whose address may be words.
fn merge_for(
    template: &str,
    fields: &LetterFields,
    address: &str,
    name: &str,
    left_behind: &[LeftBehind],
    redo: &[String],
) -> Result<UserLetter, Error> {
    let mut environment = Environment::new();
    // A field with a typing error must not become an empty place in forty letters.
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let text = environment
        .render_str(
            template,
            minijinja::context! {
                name,
                address,
                upn => address,
                web => WEB,
                company => fields.company,
                date => fields.date,
                hours => fields.hours,
                helpdesk => fields.helpdesk,
                keep_until => fields.keep_until,
                limit_mb => fields.limit_mb,
                left_behind,
                redo,
            },
        )
        .map_err(|error| {
            let line = error
                .line()
                .map_or_else(String::new, |line| format!(" in line {line}"));
            Error::invalid(
                format!("the template is wrong{line}: {error}"),
                format!("The fields are {}.", templates::FIELDS.join(", ")),
            )
        })?;
    let (subject, text) = text.split_once('\n').unwrap_or((&text, ""));
    Ok(UserLetter {
        to: address.to_owned(),
        name: name.to_owned(),
        subject: subject.trim().to_owned(),
        text: format!("{}\n", text.trim()),
    })
}

#[cfg(test)]
mod tests;
