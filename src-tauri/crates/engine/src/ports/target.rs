//! The tenant's mailboxes. Adding only: there is no call that deletes or changes an item.

use async_trait::async_trait;
use stegvis_model::{
    Fingerprint, FolderPath, InternalDate, ItemRowId, MessageFlags, SkipReason, WellKnownFolder,
};
use tokio::sync::mpsc;

use super::{Body, EndpointError, MailboxRef};

/// Opens target mailboxes.
#[async_trait]
pub trait TargetConnector: Send + Sync {
    /// Connects, signs in and opens the mailbox.
    async fn open(&self, mailbox: &MailboxRef) -> Result<Box<dyn TargetMailbox>, EndpointError>;
}

/// A folder of a target mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetFolder {
    /// Its place.
    pub path: FolderPath,
    /// What it is, where the server tells or its name does.
    pub well_known: Option<WellKnownFolder>,
    /// Whether it can hold items.
    pub selectable: bool,
    /// How many items it holds.
    pub items: u64,
    /// The next number it will give an item (IMAP: UIDNEXT), with the numbering's era (UIDVALIDITY).
    pub next: Written,
}

/// A place in a target folder: the era of its numbering and a number. IMAP: UIDVALIDITY and UID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Written {
    /// The era.
    pub validity: u32,
    /// The number.
    pub uid: u32,
}

/// Asks what stands in a target folder from a number on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CandidatesRequest {
    /// The folder.
    pub folder: FolderPath,
    /// The first number of interest.
    pub from_uid: u32,
}

/// An item of the target that may be the copy of one of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Where it stands.
    pub at: Written,
    /// What it is.
    pub fingerprint: Fingerprint,
    /// When it arrived.
    pub date: InternalDate,
    /// Its size in bytes.
    pub size: u64,
}

/// An item to write.
#[derive(Debug)]
pub struct Outgoing {
    /// Its row in the ledger, given back in the acknowledgement.
    pub row: ItemRowId,
    /// The folder, which exists.
    pub folder: FolderPath,
    /// The flags to give it.
    pub flags: MessageFlags,
    /// The date to give it.
    pub date: InternalDate,
    /// The bytes.
    pub body: Body,
    /// Write it by itself: it was once refused in company, and we want to know which one was meant.
    pub alone: bool,
}

/// What became of an [`Outgoing`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ack {
    /// It stands there, at the place told where the server tells (IMAP: APPENDUID).
    Copied {
        /// The row.
        row: ItemRowId,
        /// The place.
        at: Option<Written>,
    },
    /// The target will not have it.
    Refused {
        /// The row.
        row: ItemRowId,
        /// Why.
        reason: SkipReason,
        /// The server's words.
        detail: String,
    },
    /// It was refused together with others; it must be written again, alone.
    Unsettled {
        /// The row.
        row: ItemRowId,
    },
}

/// An open target mailbox.
#[async_trait]
pub trait TargetMailbox: Send {
    /// Every folder.
    async fn folders(&mut self) -> Result<Vec<TargetFolder>, EndpointError>;

    /// Makes these folders, parents first; one that exists already is no error.
    async fn create(&mut self, folders: &[FolderPath]) -> Result<(), EndpointError>;

    /// What stands in each folder, answered in the order asked.
    async fn candidates(
        &mut self,
        requests: &[CandidatesRequest],
    ) -> Result<Vec<Vec<Candidate>>, EndpointError>;

    /// The largest item the target says it takes.
    fn largest_item(&self) -> Option<u64>;

    /// The character that parts folder names here and so cannot stand inside one.
    fn delimiter(&self) -> Option<char>;

    /// Writes what `items` brings until it ends, and acknowledges each. On an error, what was not
    /// acknowledged may or may not stand in the target: [`Self::candidates`] tells.
    async fn write(
        &mut self,
        items: mpsc::Receiver<Outgoing>,
        acks: mpsc::UnboundedSender<Ack>,
    ) -> Result<(), EndpointError>;

    /// Signs out, if the connection still stands.
    async fn close(&mut self);
}
