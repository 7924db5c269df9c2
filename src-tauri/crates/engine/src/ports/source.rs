//! The old server's mailboxes. Reading only: there is no call that could change one.

use async_trait::async_trait;
use stegvis_model::{
    FolderPath, InternalDate, ItemKey, MessageFlags, SkipReason, SyncState, WellKnownFolder,
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Body, EndpointError, MailboxRef};

/// Opens source mailboxes.
#[async_trait]
pub trait SourceConnector: Send + Sync {
    /// Connects, signs in and opens the mailbox.
    async fn open(&self, mailbox: &MailboxRef) -> Result<Box<dyn SourceMailbox>, EndpointError>;
}

/// A folder of a source mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFolder {
    /// Its place.
    pub path: FolderPath,
    /// What it is, where the server tells.
    pub well_known: Option<WellKnownFolder>,
    /// Whether it can hold items (IMAP: not `\Noselect`).
    pub selectable: bool,
    /// How many items it holds, where the server tells cheaply.
    pub items: Option<u64>,
    /// The state that a full listing would now lead to, where the server tells cheaply: equal to the
    /// state we hold, there is nothing new.
    pub state: Option<SyncState>,
}

/// Asks what is new in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangesRequest {
    /// The folder.
    pub folder: FolderPath,
    /// How far it was listed; `None` lists everything.
    pub since: Option<SyncState>,
}

/// An item as listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemMeta {
    /// Its identity.
    pub key: ItemKey,
    /// Its size in bytes as the server estimates it (Exchange's may differ from the literal's).
    pub size: u64,
    /// When it arrived.
    pub date: InternalDate,
    /// Its flags.
    pub flags: MessageFlags,
}

/// What is new in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// New items, in the source's order.
    pub items: Vec<ItemMeta>,
    /// How far the folder is listed now.
    pub state: SyncState,
    /// The source has given up every key it handed out before (IMAP: a new UIDVALIDITY), so `items` is
    /// the whole folder again.
    pub reset: bool,
    /// How many items the folder holds in all.
    pub total: u64,
}

/// Asks for items of one folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchRequest {
    /// The folder.
    pub folder: FolderPath,
    /// The items, with their listed sizes, which only guide the size of a batch.
    pub items: Vec<(ItemKey, u64)>,
}

/// An item's content, or why there is none.
#[derive(Debug)]
pub enum FetchedBody {
    /// The message.
    Message(Body),
    /// It cannot be had; the reason, and the server's words.
    Unavailable(SkipReason, String),
}

/// One answer to a [`FetchRequest`].
#[derive(Debug)]
pub struct Fetched {
    /// Which request, counted from zero.
    pub request: usize,
    /// Which item.
    pub key: ItemKey,
    /// Its content.
    pub body: FetchedBody,
}

/// An open source mailbox.
#[async_trait]
pub trait SourceMailbox: Send {
    /// Every folder, parents before children.
    async fn folders(&mut self) -> Result<Vec<SourceFolder>, EndpointError>;

    /// What is new in each folder, answered in the order asked; asked side by side where the protocol can.
    async fn changes(&mut self, requests: &[ChangesRequest])
    -> Result<Vec<Changes>, EndpointError>;

    /// Sends the content of every item asked for into `into`, exactly one [`Fetched`] each, request by
    /// request. Returns early with `Cancelled` when `stop` is set or the receiver is gone.
    async fn fetch(
        &mut self,
        requests: Vec<FetchRequest>,
        into: mpsc::Sender<Fetched>,
        stop: CancellationToken,
    ) -> Result<(), EndpointError>;

    /// Signs out, if the connection still stands.
    async fn close(&mut self);
}
