//! Where directory entries are kept before anything is written to them.

use async_trait::async_trait;

use super::DirectoryEntry;

/// An entry as it stood, twice: as values, and as the text that other programs read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// The whole entry.
    pub entry: DirectoryEntry,
    /// The same as LDIF (RFC 2849).
    pub ldif: String,
}

/// A durable place for backups. One that was kept is never written over.
#[async_trait]
pub trait Backups: Send + Sync {
    /// Keeps a backup so that it survives a power cut, and says under what name. The words of an error are the system's.
    async fn keep(&self, backup: &Backup) -> Result<String, String>;

    /// Reads back what is kept under a name; nothing where there is nothing.
    async fn read(&self, name: &str) -> Result<Option<Backup>, String>;
}
