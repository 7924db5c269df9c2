use std::path::Path;

use serde::{Deserialize, Serialize};
use stegvis_engine::ports::{EndpointError, EndpointErrorKind};
use stegvis_journal::JournalError;

/// What can go wrong when something is asked of the product. The wizard has words for every code; a
/// code exists only if someone acts on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub enum ErrorCode {
    /// No project is open.
    NoProject,
    /// Another process has the project open.
    ProjectInUse,
    /// The folder holds no project, or a damaged one.
    ProjectUnreadable,
    /// A file could not be written.
    CannotWrite,
    /// The system has no program for a file, or could not start it.
    CannotOpen,
    /// The input is not valid; the message names the place.
    InvalidInput,
    /// A file is no list of mailboxes.
    NotAList,
    /// Something is running that must end first.
    Running,
    /// Nothing is chosen.
    NothingChosen,
    /// The endpoint must be tested and saved first.
    EndpointMissing,
    /// Endpoint did not answer or refused; the message holds its words.
    Endpoint,
    /// A part of the project is not connected yet; the message names it.
    NotConnected,
    /// The keychain refused.
    Keychain,
    /// The practice organisation did not start.
    Practice,
    /// This version cannot do it yet.
    NotAvailableYet,
    /// A defect of the program.
    Internal,
}

/// An error as people meet it: what happened, what to do, and whether trying again can help.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
#[error("{message}")]
pub struct Error {
    /// Its code.
    pub code: ErrorCode,
    /// What happened, for the terminal and for *Details*.
    pub message: String,
    /// What to do about it, for the terminal.
    pub help: String,
    /// Whether the same request may succeed when made again.
    pub retry: bool,
}

impl Error {
    /// An error that trying again does not mend.
    pub fn new(code: ErrorCode, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            help: help.into(),
            retry: false,
        }
    }

    pub(crate) fn invalid(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidInput, message, help)
    }

    pub(crate) fn cannot_write(path: &Path, error: &std::io::Error) -> Self {
        Self::new(
            ErrorCode::CannotWrite,
            format!("{} cannot be written: {error}", path.display()),
            "Choose a folder you may write to, on a disk with room.",
        )
    }
}

impl From<JournalError> for Error {
    fn from(error: JournalError) -> Self {
        let message = error.to_string();
        match error {
            JournalError::InUse(_) => Self {
                retry: true,
                ..Self::new(
                    ErrorCode::ProjectInUse,
                    message,
                    "Close the other window or wait for the other command.",
                )
            },
            JournalError::File { .. } => Self::new(
                ErrorCode::CannotWrite,
                message,
                "Choose a folder you may write to, on a disk with room.",
            ),
            JournalError::Migration(_)
            | JournalError::Unknown(_)
            | JournalError::Damaged { .. } => Self::new(
                ErrorCode::ProjectUnreadable,
                message,
                "Open it with the version that last wrote it. Nothing in it was changed.",
            ),
            JournalError::Stands(_) => {
                Self::new(ErrorCode::InvalidInput, message, "Undo it first.")
            }
            JournalError::Sqlite(_) | JournalError::Illegal(_) | JournalError::Missing { .. } => {
                Self::new(
                    ErrorCode::Internal,
                    message,
                    "Keep the project folder and report this.",
                )
            }
        }
    }
}

impl From<EndpointError> for Error {
    fn from(error: EndpointError) -> Self {
        if let EndpointErrorKind::NotConnected { remedy } = error.kind {
            return Self::new(ErrorCode::NotConnected, error.detail, remedy);
        }
        Self {
            retry: error.is_transient(),
            ..Self::new(
                ErrorCode::Endpoint,
                error.detail,
                "See what the server said, and try again.",
            )
        }
    }
}
