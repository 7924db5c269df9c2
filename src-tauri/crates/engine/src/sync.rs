//! One mailbox: list, plan, read, write, acknowledge; again from where it broke off.

mod attempt;
mod copy;
pub(crate) mod patience;
mod progress;
mod subject;

use std::sync::Arc;
use std::time::Duration;

use stegvis_journal::{Journal, JournalError};
use stegvis_model::{FailureCode, MigrationUserId};
use tokio_util::sync::CancellationToken;

use crate::ports::{
    Clock, EndpointError, EndpointErrorKind, MailboxRef, Side, SourceConnector, TargetConnector,
};

pub use progress::Progress;

/// What the sync of a mailbox needs.
#[derive(Clone)]
pub struct SyncPorts {
    /// The truth.
    pub journal: Arc<Journal>,
    /// The old server.
    pub source: Arc<dyn SourceConnector>,
    /// The tenant's mailboxes.
    pub target: Arc<dyn TargetConnector>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Who wants to know how far it is; called after the commit, a few times a second at most.
    pub progress: Arc<dyn Fn(&Progress) + Send + Sync>,
    /// The first pause after a broken connection; later ones double up to a minute.
    pub first_pause: Duration,
}

/// What is done with an item that does not stand in the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// It is copied.
    Copy,
    /// It is noted as left behind, and nothing is written to the target.
    Note,
}

/// Why a sync ended before its end.
#[derive(Debug)]
pub enum SyncEnd {
    /// It was asked to stop.
    Stopped,
    /// It cannot go on.
    Failed {
        /// The cause.
        code: FailureCode,
        /// The server's words.
        detail: String,
    },
}

/// Trouble inside an attempt.
#[derive(Debug)]
pub(crate) enum Trouble {
    Endpoint(Side, EndpointError),
    Journal(JournalError),
    Stopped,
}

impl From<JournalError> for Trouble {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

pub(crate) fn on(side: Side) -> impl Fn(EndpointError) -> Trouble {
    move |error| match error.kind {
        EndpointErrorKind::Cancelled => Trouble::Stopped,
        _ => Trouble::Endpoint(side, error),
    }
}

/// Accounts for every item of the mailbox. May be called again after any end, and does what is left.
///
/// # Errors
/// [`SyncEnd`], with everything done so far in the journal.
pub async fn sync_mailbox(
    ports: &SyncPorts,
    user: MigrationUserId,
    mailbox: &MailboxRef,
    missing: Missing,
    stop: &CancellationToken,
) -> Result<(), SyncEnd> {
    let mut patience = patience::Patience::new(ports.first_pause);
    let mut alone = false;
    loop {
        if stop.is_cancelled() {
            return Err(SyncEnd::Stopped);
        }
        let mut progress = Progress::read(&ports.journal, user).map_err(journal_failed)?;
        let before = progress.items_done();
        let ended =
            attempt::attempt(ports, user, mailbox, missing, stop, alone, &mut progress).await;
        if progress.items_done() > before {
            patience.renew();
        }
        match ended {
            Ok(attempt::Ended::AllSettled) => return Ok(()),
            Ok(attempt::Ended::SomeUnsettled) => alone = true,
            Err(Trouble::Stopped) => return Err(SyncEnd::Stopped),
            Err(Trouble::Journal(error)) => return Err(journal_failed(error)),
            Err(Trouble::Endpoint(side, error)) => {
                tracing::info!(address = %mailbox.address, ?side, kind = ?error.kind, detail = error.detail, "the connection broke");
                let give_up = SyncEnd::Failed {
                    code: error.failure(side),
                    detail: error.detail.clone(),
                };
                if !error.is_transient() {
                    return Err(give_up);
                }
                // A wait that the server named costs no patience: it is obeyed, however often.
                let pause = match error.kind {
                    EndpointErrorKind::Throttled { wait } => wait,
                    _ => patience.pause().ok_or(give_up)?,
                };
                progress.waiting(pause, ports);
                tokio::select! {
                    () = tokio::time::sleep(pause) => {}
                    () = stop.cancelled() => return Err(SyncEnd::Stopped),
                }
            }
        }
    }
}

fn journal_failed(error: JournalError) -> SyncEnd {
    SyncEnd::Failed {
        code: FailureCode::JournalFailed,
        detail: error.to_string(),
    }
}
