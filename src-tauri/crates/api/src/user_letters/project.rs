//! The letters of an open project: its words, its templates, and each letter as one person would get it.

use std::path::{Path, PathBuf};

use stegvis_engine::ports::{Attachment, Clock as _};
use stegvis_model::SmtpAddress;

use super::{
    Letter, LetterFields, Recipient, UserLetter, address, letter_file, merge, merge_for,
    nobody_moved, of_project, template, templates,
};
use crate::dto::{LetterFieldsDto, LetterPreview, LetterWay, LettersView, MailDto, ReportFile};
use crate::project::{Project, damaged, key};
use crate::report::words::Language;
use crate::{App, Error, ErrorCode};

/// Under which key the words are kept that are the same for everybody.
const FIELDS: &str = "letters.fields";

/// The largest message that moves, where nobody said another: Exchange Online's own limit is 36 MB.
const LIMIT_MB: u32 = 25;

impl App {
    /// The letters, and how far each is.
    ///
    /// # Errors
    /// When no project is open or it cannot be read; so for every call here.
    pub async fn letters_view(&self) -> Result<LettersView, Error> {
        self.project().await?.letters_view()
    }

    /// Keeps what is the same for everybody, and how it is sent.
    pub async fn set_letter_fields(&self, fields: LetterFieldsDto) -> Result<LettersView, Error> {
        let project = self.project().await?;
        project.set_letter_fields(&fields)?;
        project.letters_view()
    }

    /// A letter as one person would get it: this one, or the first.
    pub async fn letter_preview(
        &self,
        letter: &str,
        language: &str,
        address: Option<String>,
    ) -> Result<LetterPreview, Error> {
        let language = Language::of(Some(language));
        self.project()
            .await?
            .letter_preview(known(letter)?, language, address.as_deref())
    }

    /// The template that is used: the administrator's own, or ours.
    pub async fn letter_template(&self, letter: &str, language: &str) -> Result<String, Error> {
        let folder = self.project().await?.letters_folder();
        template(Some(&folder), known(letter)?, Language::of(Some(language)))
    }

    /// Keeps a template of the administrator's own; without one ours is used again. One that does not render is refused,
    /// with the line and the reason, and the one before it stays.
    pub async fn set_letter_template(
        &self,
        letter: &str,
        language: &str,
        text: Option<String>,
    ) -> Result<LettersView, Error> {
        let project = self.project().await?;
        project.set_letter_template(known(letter)?, Language::of(Some(language)), text)?;
        project.letters_view()
    }

    /// Writes a letter to each person as an `.eml` file, which Outlook opens as a draft; the guide as a page.
    pub async fn save_letters(&self, letter: &str) -> Result<Vec<ReportFile>, Error> {
        self.project().await?.save_letters(known(letter)?)
    }
}

/// The letter of this name.
pub(super) fn known(letter: &str) -> Result<Letter, Error> {
    Letter::of(letter).ok_or_else(|| {
        let all: Vec<&str> = Letter::ALL.iter().map(|letter| letter.name()).collect();
        Error::invalid(
            format!("there is no letter {letter:?}"),
            format!("There are {}.", all.join(", ")),
        )
    })
}

impl Project {
    pub(super) fn letters_folder(&self) -> PathBuf {
        self.dir.join("letters")
    }

    pub(super) fn letter_fields(&self) -> Result<LetterFieldsDto, Error> {
        if let Some(text) = self.setting(|tx| tx.setting(FIELDS))? {
            return serde_json::from_str(&text).map_err(|error| damaged(FIELDS, &error));
        }
        let places = self.places();
        let (way, from) = match &places.mail {
            Some(MailDto::Smtp { from, .. }) => (LetterWay::Smtp, from.clone()),
            Some(MailDto::Graph { from }) => (LetterWay::Graph, from.clone()),
            None => (LetterWay::Graph, String::new()),
        };
        Ok(LetterFieldsDto {
            company: places.company.clone(),
            date: String::new(),
            hours: String::new(),
            helpdesk: String::new(),
            keep_until: String::new(),
            limit_mb: LIMIT_MB,
            language: Language::of(self.setting(|tx| tx.setting(key::LANGUAGE))?.as_deref())
                .tag()
                .to_owned(),
            way,
            from,
        })
    }

    fn set_letter_fields(&self, fields: &LetterFieldsDto) -> Result<(), Error> {
        if !fields.from.trim().is_empty() {
            address(&fields.from)?;
        }
        let fields = LetterFieldsDto {
            language: Language::of(Some(&fields.language)).tag().to_owned(),
            ..fields.clone()
        };
        let text = serde_json::to_string(&fields).map_err(|error| damaged(FIELDS, &error))?;
        self.setting(|tx| tx.set_setting(FIELDS, &text))
    }

    /// The languages in which a letter's template is the administrator's own.
    pub(super) fn edited(&self, letter: Letter) -> Result<Vec<String>, Error> {
        let folder = self.letters_folder();
        let mut edited = Vec::new();
        for language in [Language::English, Language::Swedish] {
            if template(Some(&folder), letter, language)? != letter.template(language) {
                edited.push(language.tag().to_owned());
            }
        }
        Ok(edited)
    }

    /// Everyone who is written to, with what each must do again.
    pub(super) fn letter_people(&self, language: Language) -> Result<Vec<Recipient>, Error> {
        of_project(&self.journal, false, language, self.clock.now())
    }

    fn letter_preview(
        &self,
        letter: Letter,
        language: Language,
        of: Option<&str>,
    ) -> Result<LetterPreview, Error> {
        let people = self.letter_people(language)?;
        let of = of.map(address).transpose()?;
        let person = match &of {
            Some(of) => people.iter().find(|person| person.address == *of),
            None => people.first(),
        };
        let person = person.ok_or_else(nobody)?;
        let fields = self.letter_fields()?;
        let written = self.written(letter, language, &fields, person)?;
        Ok(LetterPreview {
            to: written.letter.to,
            name: written.letter.name,
            subject: written.letter.subject,
            text: written.letter.text,
            attachments: written
                .attachments
                .into_iter()
                .map(|attachment| attachment.name)
                .collect(),
            people: people
                .iter()
                .map(|person| person.address.to_string())
                .collect(),
        })
    }

    /// A letter, and what goes with it.
    pub(super) fn written(
        &self,
        letter: Letter,
        language: Language,
        fields: &LetterFieldsDto,
        person: &Recipient,
    ) -> Result<Written, Error> {
        let folder = self.letters_folder();
        let fields = words(fields);
        let merged = |letter| -> Result<UserLetter, Error> {
            merge(&template(Some(&folder), letter, language)?, &fields, person)
        };
        let attachments = match letter {
            Letter::Ready => vec![page(&merged(Letter::Guide)?, language)],
            _ => Vec::new(),
        };
        Ok(Written {
            letter: merged(letter)?,
            attachments,
        })
    }

    fn set_letter_template(
        &self,
        letter: Letter,
        language: Language,
        text: Option<String>,
    ) -> Result<(), Error> {
        let folder = self.letters_folder();
        let path = folder.join(letter.file_name(language));
        let Some(text) = text else {
            return match std::fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    Err(Error::cannot_write(&path, &error))
                }
                _ => Ok(()),
            };
        };
        let text = text.replace("\r\n", "\n");
        // For somebody of whom everything is known, and for somebody of whom nothing is.
        for person in templates::samples()? {
            let rendered = merge(&text, &words(&self.letter_fields()?), &person)?;
            if rendered.subject.is_empty() || rendered.text.trim().is_empty() {
                return Err(Error::invalid(
                    "the template has no subject or no text",
                    "Its first line is the subject; the text follows below.",
                ));
            }
        }
        std::fs::create_dir_all(&folder)
            .and_then(|()| whole(&path, text.as_bytes()))
            .map_err(|error| Error::cannot_write(&path, &error))
    }

    fn save_letters(&self, letter: Letter) -> Result<Vec<ReportFile>, Error> {
        let fields = self.letter_fields()?;
        let language = Language::of(Some(&fields.language));
        let folder = self.letters_folder();
        if letter == Letter::Guide {
            let text = template(Some(&folder), letter, language)?;
            let own = language.pick("your e-mail address", "din e‑postadress");
            let page = page(
                &merge_for(&text, &words(&fields), own, "", &[], &[])?,
                language,
            );
            let path = folder.join(&page.name);
            std::fs::create_dir_all(&folder)
                .and_then(|()| whole(&path, &page.bytes))
                .map_err(|error| Error::cannot_write(&path, &error))?;
            return Ok(vec![ReportFile {
                format: "html".to_owned(),
                path: path.display().to_string(),
            }]);
        }
        if fields.from.trim().is_empty() {
            return Err(no_sender());
        }
        let folder = folder.join(letter.name());
        std::fs::create_dir_all(&folder).map_err(|error| Error::cannot_write(&folder, &error))?;
        let mut people = self.letter_people(language)?;
        if people.is_empty() {
            return Err(nobody());
        }
        people.retain(|person| person.status.is_none_or(|at| letter.is_due(at)));
        if people.is_empty() {
            return Err(nobody_moved());
        }
        people
            .iter()
            .map(|person| {
                let written = self.written(letter, language, &fields, person)?;
                let bytes = letter_file(&fields.from, &written.letter, &written.attachments)?;
                let path = folder.join(format!("{}.eml", file_stem(&person.address)));
                whole(&path, &bytes).map_err(|error| Error::cannot_write(&path, &error))?;
                Ok(ReportFile {
                    format: "eml".to_owned(),
                    path: path.display().to_string(),
                })
            })
            .collect()
    }
}

/// A letter, and what goes with it.
pub(super) struct Written {
    pub(super) letter: UserLetter,
    pub(super) attachments: Vec<Attachment>,
}

pub(super) fn words(fields: &LetterFieldsDto) -> LetterFields {
    LetterFields {
        company: fields.company.clone(),
        date: fields.date.clone(),
        hours: fields.hours.clone(),
        helpdesk: fields.helpdesk.clone(),
        keep_until: fields.keep_until.clone(),
        limit_mb: fields.limit_mb,
    }
}

pub(super) fn no_sender() -> Error {
    Error::invalid(
        "nobody is named whom the letters are from",
        "Name an address under *From*.",
    )
}

pub(super) fn nobody() -> Error {
    Error::new(
        ErrorCode::NothingChosen,
        "there is nobody to write to",
        "Put mailboxes into a batch first.",
    )
}

/// An address may hold characters that a file name may not.
pub(super) fn file_stem(address: &SmtpAddress) -> String {
    address
        .to_string()
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || ".-_@".contains(c) {
                c
            } else {
                '-'
            }
        })
        .collect()
}

/// All of it or what was there before.
fn whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".new");
    let new = path.with_file_name(name);
    std::fs::write(&new, bytes)?;
    std::fs::rename(&new, path)
}

/// The guide as a page of its own, which any browser shows and prints.
pub(super) fn page(guide: &UserLetter, language: Language) -> Attachment {
    let escaped = |text: &str| {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('"', "&quot;")
    };
    let (title, text) = (escaped(&guide.subject), escaped(&guide.text));
    let html = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n\
         <style>body{{font:16px/1.5 'Segoe UI',Arial,sans-serif;max-width:42em;margin:2em auto;padding:0 1em;color:#222}}\
         h1{{font-size:1.4em}}div{{white-space:pre-wrap}}</style>\n</head>\n<body>\n<h1>{title}</h1>\n<div>{text}</div>\n</body>\n</html>\n",
        language.tag()
    );
    Attachment {
        name: format!("Outlook.{}.html", language.tag()),
        media_type: "text/html; charset=utf-8".to_owned(),
        bytes: html.into_bytes(),
    }
}
