use std::path::PathBuf;

use stegvis_model::{IllegalTransition, UnknownName};
use thiserror::Error;

/// What can go wrong with a journal.
#[derive(Debug, Error)]
pub enum JournalError {
    /// Another process has it open.
    #[error("{0} is open in another window or command")]
    InUse(PathBuf),
    /// The file or its lock cannot be opened.
    #[error("{path} cannot be opened: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// SQLite's words.
    #[error("the journal: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The file is of a later version, or not a journal.
    #[error("the journal cannot be brought to this version: {0}")]
    Migration(#[from] rusqlite_migration::Error),
    /// A stored value that this version does not know.
    #[error("the journal holds something this version does not know: {0}")]
    Unknown(#[from] UnknownName),
    /// A stored address that does not parse.
    #[error("the journal holds a damaged value in {column}: {value:?}")]
    Damaged {
        /// Where.
        column: &'static str,
        /// What.
        value: String,
    },
    /// An event that cannot happen.
    #[error(transparent)]
    Illegal(#[from] IllegalTransition),
    /// A change of a directory object stands: its values are what an undo needs, so no other is planned over it.
    #[error("a change of {0} stands: it must be undone before another is planned")]
    Stands(stegvis_model::SmtpAddress),
    /// A row that should exist does not.
    #[error("the journal has no {what} {id}")]
    Missing {
        /// What.
        what: &'static str,
        /// Which.
        id: i64,
    },
}
