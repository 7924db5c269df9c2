use std::path::{Path, PathBuf};

use crate::Error;
use crate::report::words::Language;

/// What a template may name.
pub(super) const FIELDS: [&str; 11] = [
    "name",
    "address",
    "upn",
    "web",
    "company",
    "date",
    "hours",
    "helpdesk",
    "keep_until",
    "limit_mb",
    "left_behind",
];

/// A letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Letter {
    /// A week before.
    Notice,
    /// The day before.
    Reminder,
    /// The mailbox is ready.
    Ready,
    /// What to do on the phone.
    Phone,
}

impl Letter {
    /// All, in the order in which they are sent.
    pub const ALL: [Self; 4] = [Self::Notice, Self::Reminder, Self::Ready, Self::Phone];

    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Reminder => "reminder",
            Self::Ready => "ready",
            Self::Phone => "phone",
        }
    }

    /// The letter of this name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|letter| letter.name() == name)
    }

    pub(super) fn file_name(self, language: Language) -> String {
        format!("{}.{}.txt", self.name(), language.tag())
    }

    pub(super) const fn template(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Notice, Language::English) => include_str!("notice.en.txt"),
            (Self::Notice, Language::Swedish) => include_str!("notice.sv.txt"),
            (Self::Reminder, Language::English) => include_str!("reminder.en.txt"),
            (Self::Reminder, Language::Swedish) => include_str!("reminder.sv.txt"),
            (Self::Ready, Language::English) => include_str!("ready.en.txt"),
            (Self::Ready, Language::Swedish) => include_str!("ready.sv.txt"),
            (Self::Phone, Language::English) => include_str!("phone.en.txt"),
            (Self::Phone, Language::Swedish) => include_str!("phone.sv.txt"),
        }
    }
}

/// Writes our templates into a folder, to be edited. A file that is there already is left alone.
///
/// # Errors
/// CannotWrite.
pub fn write_templates(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    std::fs::create_dir_all(folder).map_err(|error| Error::cannot_write(folder, &error))?;
    let mut written = Vec::new();
    for letter in Letter::ALL {
        for language in [Language::English, Language::Swedish] {
            let path = folder.join(letter.file_name(language));
            let made = std::fs::OpenOptions::new()
                .write(true)
                .create_new(true)
                .open(&path);
            let mut file = match made {
                Ok(file) => file,
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(Error::cannot_write(&path, &error)),
            };
            std::io::Write::write_all(&mut file, letter.template(language).as_bytes())
                .map_err(|error| Error::cannot_write(&path, &error))?;
            written.push(path);
        }
    }
    Ok(written)
}
