use std::path::{Path, PathBuf};

use stegvis_model::{MigrationUserId, MigrationUserStatus};

use super::{LeftBehind, Recipient};
use crate::Error;
use crate::report::words::Language;

/// What a template may name.
pub(super) const FIELDS: [&str; 12] = [
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
    "redo",
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
    /// How Outlook gets a new profile. It goes with the letter that says that the mailbox is ready.
    Guide,
}

impl Letter {
    /// All, in the order in which they are sent.
    pub const ALL: [Self; 5] = [
        Self::Notice,
        Self::Reminder,
        Self::Ready,
        Self::Phone,
        Self::Guide,
    ];

    /// Those that are sent by themselves.
    pub const SENT: [Self; 4] = [Self::Notice, Self::Reminder, Self::Ready, Self::Phone];

    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Reminder => "reminder",
            Self::Ready => "ready",
            Self::Phone => "phone",
            Self::Guide => "guide",
        }
    }

    /// The letter of this name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|letter| letter.name() == name)
    }

    /// Whether it is true for somebody whose mailbox is so far: two of them say that the mailbox has moved.
    pub(super) const fn is_due(self, status: MigrationUserStatus) -> bool {
        use MigrationUserStatus as S;
        !matches!(self, Self::Ready | Self::Phone)
            || matches!(
                status,
                S::Synced
                    | S::IncrementalSyncing
                    | S::Converting
                    | S::Completed
                    | S::CompletedWithWarnings
            )
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
            (Self::Guide, Language::English) => include_str!("guide.en.txt"),
            (Self::Guide, Language::Swedish) => include_str!("guide.sv.txt"),
        }
    }
}

/// Somebody of whom everything is known, and somebody of whom nothing is.
pub(super) fn samples() -> Result<[Recipient; 2], Error> {
    let nobody = Recipient {
        user: MigrationUserId(0),
        status: None,
        address: super::address("anna@example.com")?,
        name: String::new(),
        left_behind: Vec::new(),
        redo: Vec::new(),
    };
    let anna = Recipient {
        name: "Anna".to_owned(),
        left_behind: vec![LeftBehind {
            folder: "Inbox".to_owned(),
            date: "2011-05-02".to_owned(),
            megabytes: "42".to_owned(),
        }],
        redo: vec!["Rule: A".to_owned()],
        ..nobody.clone()
    };
    Ok([anna, nobody])
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
