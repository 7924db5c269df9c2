//! Many mailboxes: a few at a time, each on its own, one panic failing one mailbox only.

mod forward;
pub(crate) mod provision;
mod user;
mod validate;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use futures::stream::{FuturesUnordered, StreamExt as _};
use stegvis_journal::{Journal, JournalError, Tx};
use stegvis_model::{
    BatchId, CloudStage, FailureCode, MigrationEvent, MigrationUser, MigrationUserId,
    MigrationUserStatus, SmtpAddress,
};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::letters::{Mails, Post};
use crate::ports::{Clock, Directory, EndpointError, Tenant};
use crate::sync::{Progress, SyncPorts};

pub use crate::letters::Letters;

/// What surrounds the copying.
#[derive(Clone)]
pub enum Route {
    /// The whole staged life.
    Staged(Staged),
    /// Copying alone: both mailboxes exist and nobody's mail is redirected.
    CopyOnly,
}

/// What a staged migration needs besides the mailboxes.
#[derive(Clone)]
pub struct Staged {
    /// The old directory.
    pub directory: Arc<dyn Directory>,
    /// The tenant.
    pub tenant: Arc<dyn Tenant>,
    /// What sends our mail, and what composes it.
    pub mail: Option<Mails>,
    /// How long a mail user may take to become a mailbox.
    pub provisioning_patience: Duration,
    /// What is done to a new mailbox before the first item is copied into it.
    pub opened: Opened,
}

/// Done to a mailbox that opens for the first time. What fails there is told elsewhere, and keeps nobody from copying.
pub type Opened = Arc<dyn Fn(SmtpAddress) -> BoxFuture<'static, ()> + Send + Sync>;

/// What happened, for whoever watches. Comes after the commit.
#[derive(Debug, Clone)]
pub enum RunEvent {
    /// A MigrationUser's status changed.
    User(MigrationUser),
    /// A mailbox moved on.
    Progress(Progress),
    /// A mail of ours was sent, or could not be.
    Mail(Result<(), EndpointError>),
}

/// A run's parts.
#[derive(Clone)]
pub struct Run {
    /// The truth.
    pub journal: Arc<Journal>,
    /// The ports of the copying.
    pub sync: SyncPorts,
    /// What surrounds it.
    pub route: Route,
    /// At most so many mailboxes at a time.
    pub concurrency: u32,
    /// Whether a mailbox that is synced is synced again.
    pub incremental: bool,
    /// These batches alone; where nothing is said, all that are not with Microsoft's migration service.
    pub only: Option<BTreeSet<BatchId>>,
    /// Who watches.
    pub events: Arc<dyn Fn(RunEvent) + Send + Sync>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The sign-in name of a mailbox at the source, where it is not the address (Exchange: the alias).
    pub sign_in: SignIn,
}

/// The name a mailbox is opened with at the source.
pub type SignIn = Arc<dyn Fn(&SmtpAddress) -> Option<String> + Send + Sync>;

/// How a mailbox's part of a run ended early.
#[derive(Debug)]
pub(crate) enum UserEnd {
    Stopped,
    Failed(FailureCode, String),
    Journal(JournalError),
}

impl From<JournalError> for UserEnd {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

impl Run {
    /// Asks whatever was stopped, or failed for a cause that may be gone, to go on.
    ///
    /// # Errors
    /// The journal's.
    pub fn resume(&self, include_failed: bool) -> Result<(), JournalError> {
        let resumed = self.journal.transaction(|tx| {
            let mut resumed = Vec::new();
            let hosted = hosted(tx)?;
            for user in tx.users()? {
                if hosted.contains(&user.batch) || !self.takes(user.batch) {
                    continue;
                }
                let may = match user.status {
                    MigrationUserStatus::Stopped { .. } => true,
                    MigrationUserStatus::Failed { code } => {
                        include_failed && code.retry() != stegvis_model::RetryClass::Never
                    }
                    _ => false,
                };
                if may {
                    resumed.push(tx.apply_event(
                        user.id,
                        MigrationEvent::Resumed,
                        "",
                        self.clock.now(),
                    )?);
                }
            }
            Ok::<_, JournalError>(resumed)
        })?;
        resumed
            .into_iter()
            .for_each(|user| (self.events)(RunEvent::User(user)));
        Ok(())
    }

    /// Runs every MigrationUser that is queued, and with `incremental` those that are synced, to its
    /// end or until `stop`.
    ///
    /// # Errors
    /// Only the journal's: what goes wrong with a mailbox is that mailbox's status.
    pub async fn run(&self, stop: &CancellationToken) -> Result<(), JournalError> {
        let users = self.journal.transaction(|tx| {
            let hosted = hosted(tx)?;
            let mut users = tx.users()?;
            users.retain(|user| !hosted.contains(&user.batch) && self.takes(user.batch));
            let batches: BTreeSet<_> = users
                .iter()
                .filter(|user| user.status == MigrationUserStatus::Queued)
                .map(|user| user.batch)
                .collect();
            for batch in batches {
                tx.batch_started(batch, self.clock.now())?;
            }
            Ok::<_, JournalError>(users)
        })?;
        let mine: Vec<MigrationUser> = users
            .into_iter()
            .filter(|user| match user.status {
                MigrationUserStatus::Queued => true,
                MigrationUserStatus::Synced => self.incremental,
                _ => false,
            })
            .collect();
        let places = usize::try_from(self.concurrency.max(1)).unwrap_or(usize::MAX);
        let shared = Arc::new(Shared {
            preparing: Semaphore::new(places),
            syncing: Semaphore::new(places),
            unprepared: AtomicUsize::new(
                mine.iter()
                    .filter(|user| user.status == MigrationUserStatus::Queued)
                    .count(),
            ),
            organization: tokio::sync::OnceCell::new(),
            accepted_domains: tokio::sync::OnceCell::new(),
        });
        let mut tasks: FuturesUnordered<_> = mine
            .into_iter()
            .map(|user| {
                let (run, shared, stop) = (self.clone(), Arc::clone(&shared), stop.clone());
                let id = user.id;
                tokio::spawn(async move { run.migrate(user, &shared, &stop).await })
                    .map(move |ended| (id, ended))
            })
            .collect();
        let mut first_error = None;
        while let Some((id, ended)) = tasks.next().await {
            let result = match ended {
                Ok(result) => result,
                // The panic's words may hold anything; the log has them, the journal gets the code.
                Err(_) => self.fail(id, FailureCode::Panicked, ""),
            };
            if let Err(error) = result {
                first_error.get_or_insert(error);
            }
        }
        match first_error {
            Some(error) => Err(error),
            None => self.report_mails().await,
        }
    }

    fn takes(&self, batch: BatchId) -> bool {
        let only = self.only.as_ref();
        only.is_none_or(|only| only.contains(&batch))
    }

    /// One mailbox's part: its end is its status; only the journal can fail the run.
    async fn migrate(
        &self,
        user: MigrationUser,
        shared: &Shared,
        stop: &CancellationToken,
    ) -> Result<(), JournalError> {
        let id = user.id;
        let mut preparing = Preparing {
            run: self,
            shared,
            open: user.status == MigrationUserStatus::Queued,
        };
        let ended = self.stages(user, shared, &mut preparing, stop).await;
        // However it ended, it no longer keeps the status mail waiting.
        preparing.done().await?;
        match ended {
            Ok(()) => Ok(()),
            Err(UserEnd::Stopped) => self
                .event(
                    id,
                    MigrationEvent::Stopped(stegvis_model::StoppedBy::Administrator),
                    "",
                )
                .map(drop),
            Err(UserEnd::Failed(code, detail)) => self.fail(id, code, &detail),
            Err(UserEnd::Journal(error)) => Err(error),
        }
    }

    fn fail(
        &self,
        id: MigrationUserId,
        code: FailureCode,
        detail: &str,
    ) -> Result<(), JournalError> {
        self.event(id, MigrationEvent::Failed(code), detail)
            .map(drop)
    }

    fn event(
        &self,
        id: MigrationUserId,
        event: MigrationEvent,
        detail: &str,
    ) -> Result<MigrationUser, JournalError> {
        let user = self
            .journal
            .transaction(|tx| tx.apply_event(id, event, detail, self.clock.now()))?;
        (self.events)(RunEvent::User(user.clone()));
        Ok(user)
    }
}

/// What the mailboxes of one run share.
pub(crate) struct Shared {
    preparing: Semaphore,
    syncing: Semaphore,
    /// Mailboxes that are neither forwarding nor ended yet: at zero the status mail goes out.
    unprepared: AtomicUsize,
    organization: tokio::sync::OnceCell<crate::ports::Organization>,
    /// What the old organisation takes mail for: whether forwarding would loop is judged by it.
    accepted_domains: tokio::sync::OnceCell<Vec<crate::ports::AcceptedDomain>>,
}

/// Counts one mailbox as prepared, once.
pub(crate) struct Preparing<'a> {
    run: &'a Run,
    shared: &'a Shared,
    open: bool,
}

impl Preparing<'_> {
    pub(crate) async fn done(&mut self) -> Result<(), JournalError> {
        if std::mem::take(&mut self.open)
            && self.shared.unprepared.fetch_sub(1, Ordering::AcqRel) == 1
        {
            self.run.status_mails().await?;
        }
        Ok(())
    }
}

impl Run {
    /// Sends our mail about the batches that are moved from here.
    fn post(&self) -> Option<Post<'_>> {
        let Route::Staged(staged) = &self.route else {
            return None;
        };
        Some(Post {
            journal: &self.journal,
            mail: staged.mail.as_ref(),
            events: self.events.as_ref(),
            clock: self.clock.as_ref(),
        })
    }

    async fn status_mails(&self) -> Result<(), JournalError> {
        let hosted = self.journal.transaction(hosted)?;
        match self.post() {
            Some(post) => post.status_mails(&|batch| !hosted.contains(&batch)).await,
            None => Ok(()),
        }
    }

    async fn report_mails(&self) -> Result<(), JournalError> {
        let hosted = self.journal.transaction(hosted)?;
        match self.post() {
            Some(post) => post.report_mails(&|batch| !hosted.contains(&batch)).await,
            None => Ok(()),
        }
    }
}

/// Whether Microsoft's migration service moved this mailbox: it is with the service, or was before its batch was removed
/// there.
pub(crate) fn moved_by_service(
    tx: &Tx<'_>,
    hosted: &BTreeSet<BatchId>,
    user: &MigrationUser,
) -> Result<bool, JournalError> {
    if hosted.contains(&user.batch) {
        return Ok(true);
    }
    let told = tx.cloud_user(user.id)?;
    Ok(told.is_some_and(|row| row.compared_at.is_some() || row.seen.stage == CloudStage::Synced))
}

/// The batches that are with Microsoft's migration service: it goes on with them, and nothing is done to them here.
pub(crate) fn hosted(tx: &Tx<'_>) -> Result<BTreeSet<BatchId>, JournalError> {
    let batches = tx.cloud_batches()?.into_iter();
    Ok(batches
        .filter(|batch| batch.removed_at.is_none())
        .map(|batch| batch.new.batch)
        .collect())
}
