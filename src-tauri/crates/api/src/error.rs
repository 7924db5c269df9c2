use serde::{Deserialize, Serialize};

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
