use std::io;
use std::path::PathBuf;

/// Why the practice organisation cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// A file or a socket.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        source: io::Error,
    },
    /// The folder holds another practice organisation: other options were given when it was made.
    #[error("{0} holds a practice organisation made with other options")]
    DifferentWorld(PathBuf),
    /// Another process runs the practice organisation in this folder.
    #[error("{0} is in use by another process")]
    InUse(PathBuf),
    /// The log holds something that no version of this crate writes.
    #[error("the log of the practice organisation is damaged: {0}")]
    Damaged(String),
    /// The kind of company takes more mailboxes than were asked for.
    #[error("this practice organisation takes at least {least} mailboxes")]
    TooFew {
        /// How many it takes.
        least: u32,
    },
    /// No certificate could be made.
    #[error("the certificate of the practice organisation: {0}")]
    Certificate(String),
}

impl LabError {
    /// For `map_err` on I/O results.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}
