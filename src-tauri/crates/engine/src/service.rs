//! Exchange Online's own migration service as an engine: the same states, journal and report as copying here.
//!
//! What the service knows is asked and kept; what is kept decides nothing that the service has not said. It goes on
//! whether anyone watches or not, so every entry may be taken again after any end of the program.

mod cleanup;
mod drive;
mod failures;
mod gap;
mod make;
mod map;
mod pace;
mod poll;
mod removal;
mod settle;
mod watch;

use std::sync::Arc;

use jiff::Timestamp;
use stegvis_journal::{Journal, JournalError};
use stegvis_model::{BatchId, SmtpAddress};

use crate::letters::Mails;
use crate::ports::{Clock, CloudMigration, Directory, EndpointError, Tenant};
use crate::runner::RunEvent;

pub use cleanup::{Cleanup, CleanupKind, cleanup};
pub use failures::failure_of;
pub use gap::{CloudGap, GapCount, PassEnd, PassTrouble, gap_of};
pub use make::{name_in_tenant, refused_anew};
pub use map::{Hold, events_of, hold};
pub use pace::Pace;
pub use removal::{MX_REST, RemovalFacts, RemovalGuard, is_gone, is_idle, may_remove};

/// How many rows a list of the service may have.
pub const MOST_USERS: usize = 2000;

/// A batch given to the service, or about to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudPlan {
    /// By which of the service's endpoints.
    pub endpoint: String,
    /// Who gets the service's own status mails.
    pub notify: Vec<SmtpAddress>,
    /// When it starts by itself; now, where nothing is said.
    pub start_after: Option<Timestamp>,
    /// The service's CSV of this batch's mailboxes.
    pub list: Vec<u8>,
}

/// How a run or a watch ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloudEnd {
    /// The service has come to rest: every mailbox is synced, failed or stopped.
    AtRest,
    /// We stopped watching; the service goes on.
    LeftRunning,
    /// The batch is there, and nobody has asked for its start.
    NotStarted,
}

/// What whoever watches is told besides the mailboxes' own changes.
#[derive(Debug, Clone)]
pub enum CloudNews {
    /// The service was asked, and what it said is in the journal.
    Seen(BatchId),
    /// It cannot be asked just now, and will be again; the migration goes on without us.
    Trouble(BatchId, EndpointError),
}

/// Why a batch cannot be driven.
#[derive(Debug, thiserror::Error)]
pub enum CloudRunError {
    /// The tenant's trouble.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// The journal's.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The batch was never given to the service, or was removed from it.
    #[error("this batch is not with the migration service")]
    NotMade,
    /// It was, and the service no longer has it.
    #[error("the migration service no longer has the batch {0}")]
    Gone(String),
    /// The service lost its record of it: it must be removed and made anew.
    #[error("the migration service has lost its record of the batch {0}")]
    Corrupted(String),
    /// What the service has under its name is of other people's mailboxes too.
    #[error("the batch {0} in the tenant has mailboxes that are not of this project")]
    NotOurs(String),
    /// No name could be found that is nobody else's.
    #[error("every name for the batch is taken in the tenant, such as {0}")]
    NamesTaken(String),
    /// More mailboxes than a list of the service may have.
    #[error("{0} mailboxes are more than a batch of the service takes")]
    TooMany(usize),
    /// It may not be removed yet.
    #[error("the batch may not be removed yet")]
    Guarded(Vec<RemovalGuard>),
}

/// The parts of a run over the service.
#[derive(Clone)]
pub struct CloudRun {
    /// The truth, as far as it was told.
    pub journal: Arc<Journal>,
    /// The service.
    pub cloud: Arc<dyn CloudMigration>,
    /// The old directory, where the service writes TargetAddress.
    pub directory: Arc<dyn Directory>,
    /// The tenant.
    pub tenant: Arc<dyn Tenant>,
    /// What sends our mail, and what composes it.
    pub mail: Option<Mails>,
    /// Who watches the mailboxes.
    pub events: Arc<dyn Fn(RunEvent) + Send + Sync>,
    /// Who watches the service.
    pub news: Arc<dyn Fn(CloudNews) + Send + Sync>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// How often the service is asked.
    pub pace: Pace,
}
