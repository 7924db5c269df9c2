//! Two engines, one ledger: what the service moved is compared with the source, folder by folder, and what it left
//! behind is copied from here, on request.
//!
//! While a pass is under way its mailbox is IncrementalSyncing; whenever it is Synced, its account is closed: what a
//! pass that ended early had not come to counts as left behind.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures::stream::StreamExt as _;
use stegvis_journal::{Journal, JournalError};
use stegvis_model::{Counts, FailureCode, MigrationEvent, MigrationUser, MigrationUserStatus};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::ports::{Clock, MailboxRef, Side};
use crate::recover::NOT_COMPARED;
use crate::report::user_report;
use crate::runner::provision::until_it_opens;
use crate::runner::{RunEvent, SignIn, hosted, moved_by_service};
use crate::sync::{Missing, SyncEnd, SyncPorts, sync_mailbox};

/// What compares and fills.
#[derive(Clone)]
pub struct CloudGap {
    /// The truth.
    pub journal: Arc<Journal>,
    /// Both ends.
    pub sync: SyncPorts,
    /// At most so many mailboxes at a time.
    pub concurrency: u32,
    /// How long access to a new mailbox may take to settle.
    pub patience: Duration,
    /// Who watches.
    pub events: Arc<dyn Fn(RunEvent) + Send + Sync>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The sign-in name of a mailbox at the source, where it is not the address.
    pub sign_in: SignIn,
}

/// What stands in the target of what the service moved, and what does not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GapCount {
    /// Items of the source that stand in the target.
    pub there: u64,
    /// Items that do not, and can be copied.
    pub missing: Counts,
    /// In how many mailboxes.
    pub mailboxes: u64,
}

/// A mailbox that could not be read to its end. It stays synced: the service did move it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassTrouble {
    /// Which.
    pub user: MigrationUser,
    /// The cause.
    pub code: FailureCode,
    /// The server's words.
    pub detail: String,
}

/// How a pass over many mailboxes ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PassEnd {
    /// Mailboxes read to their end.
    pub mailboxes: u64,
    /// Mailboxes that could not be.
    pub troubles: Vec<PassTrouble>,
    /// Whether it was stopped before all were.
    pub stopped: bool,
}

/// What the service left behind in the mailboxes that were compared; nothing until one was.
///
/// # Errors
/// The journal's.
pub fn gap_of(journal: &Journal) -> Result<Option<GapCount>, JournalError> {
    journal.transaction(|tx| {
        let mut compared = BTreeSet::new();
        for batch in tx.cloud_batches()? {
            for row in tx.cloud_users(batch.new.batch)? {
                if row.compared_at.is_some() {
                    compared.insert(row.user);
                }
            }
        }
        if compared.is_empty() {
            return Ok(None);
        }
        let mut gap = GapCount::default();
        for user in tx
            .users()?
            .iter()
            .filter(|user| compared.contains(&user.id))
        {
            gap.there += user_report(tx, user)?.ledger.copied.items;
            let left = tx.left_by_service(user.id)?;
            if left.items > 0 {
                gap.mailboxes += 1;
                gap.missing = gap.missing.plus(left);
            }
        }
        Ok(Some(gap))
    })
}

impl CloudGap {
    /// Compares the synced mailboxes of the service that were not compared yet, or all of them with `again`. Nothing is
    /// written to either side.
    ///
    /// # Errors
    /// The journal's.
    pub async fn compare(
        &self,
        again: bool,
        stop: &CancellationToken,
    ) -> Result<PassEnd, JournalError> {
        let users = self.synced(|row, left| again || row.is_none() || left.not_compared)?;
        self.pass(users, Missing::Note, stop).await
    }

    /// Copies what the service left behind.
    ///
    /// # Errors
    /// The journal's.
    pub async fn fill(&self, stop: &CancellationToken) -> Result<PassEnd, JournalError> {
        let users = self.synced(|_, left| left.items > 0)?;
        self.pass(users, Missing::Copy, stop).await
    }

    /// The synced mailboxes of the service that `choose` takes, by when they were compared and what they lack.
    fn synced(
        &self,
        choose: impl Fn(Option<jiff::Timestamp>, &Left) -> bool,
    ) -> Result<Vec<MigrationUser>, JournalError> {
        self.journal.transaction(|tx| {
            let hosted = hosted(tx)?;
            let mut chosen = Vec::new();
            for user in tx.users()? {
                if user.status != MigrationUserStatus::Synced
                    || !moved_by_service(tx, &hosted, &user)?
                {
                    continue;
                }
                let compared = tx.cloud_user(user.id)?.and_then(|row| row.compared_at);
                let left = Left {
                    items: tx.left_by_service(user.id)?.items,
                    not_compared: tx.left_with(user.id, NOT_COMPARED)?,
                };
                if choose(compared, &left) {
                    chosen.push(user);
                }
            }
            Ok(chosen)
        })
    }

    async fn pass(
        &self,
        users: Vec<MigrationUser>,
        missing: Missing,
        stop: &CancellationToken,
    ) -> Result<PassEnd, JournalError> {
        let places = usize::try_from(self.concurrency.max(1)).unwrap_or(usize::MAX);
        let mut passes = futures::stream::iter(users)
            .map(|user| async move { (user.clone(), self.one(user, missing, stop).await) })
            .buffer_unordered(places);
        let mut end = PassEnd::default();
        while let Some((user, passed)) = passes.next().await {
            match passed? {
                Ok(()) => end.mailboxes += 1,
                Err(SyncEnd::Stopped) => end.stopped = true,
                Err(SyncEnd::Failed { code, detail }) => {
                    end.troubles.push(PassTrouble { user, code, detail });
                }
            }
        }
        Ok(end)
    }

    async fn one(
        &self,
        user: MigrationUser,
        missing: Missing,
        stop: &CancellationToken,
    ) -> Result<Result<(), SyncEnd>, JournalError> {
        if stop.is_cancelled() {
            return Ok(Err(SyncEnd::Stopped));
        }
        let mailbox = MailboxRef {
            address: user.address.clone(),
            sign_in: (self.sign_in)(&user.address),
        };
        let opens = until_it_opens(
            self.sync.target.as_ref(),
            &mailbox,
            Instant::now() + self.patience,
        );
        let opened = tokio::select! {
            opened = opens => opened,
            () = stop.cancelled() => return Ok(Err(SyncEnd::Stopped)),
        };
        if let Err(error) = opened {
            return Ok(Err(SyncEnd::Failed {
                code: error.failure(Side::Target),
                detail: error.detail,
            }));
        }
        let started = self.journal.transaction(|tx| {
            // Somebody may have begun to convert it meanwhile.
            if tx.user(user.id)?.status != MigrationUserStatus::Synced {
                return Ok::<_, JournalError>(None);
            }
            tx.reopen_left(user.id)?;
            tx.apply_event(
                user.id,
                MigrationEvent::IncrementalSyncStarted,
                "",
                self.clock.now(),
            )
            .map(Some)
        })?;
        let Some(started) = started else {
            return Ok(Err(SyncEnd::Stopped));
        };
        (self.events)(RunEvent::User(started));
        let events = self.events.clone();
        let ports = SyncPorts {
            progress: Arc::new(move |progress| events(RunEvent::Progress(progress.clone()))),
            ..self.sync.clone()
        };
        let passed = sync_mailbox(&ports, user.id, &mailbox, missing, stop).await;
        let now = self.clock.now();
        let (done, account) = self.journal.transaction(|tx| {
            let account = user_report(tx, &user)?;
            if passed.is_err() {
                tx.leave_open(user.id, NOT_COMPARED)?;
            } else if account.ledger.reconciles() {
                // One that does not is compared again.
                tx.cloud_user_compared(user.id, now)?;
            }
            let done =
                tx.apply_event(user.id, MigrationEvent::IncrementalSyncCompleted, "", now)?;
            Ok::<_, JournalError>((done, account))
        })?;
        (self.events)(RunEvent::User(done));
        if passed.is_ok() && !account.ledger.reconciles() {
            let ledger = account.ledger;
            return Ok(Err(SyncEnd::Failed {
                code: FailureCode::LedgerDiffers,
                detail: format!(
                    "source {}, copied {}, skipped {}, excluded {}",
                    ledger.source.items,
                    ledger.copied.items,
                    ledger.skipped.items,
                    ledger.excluded.items
                ),
            }));
        }
        Ok(passed)
    }
}

/// What a mailbox lacks.
struct Left {
    items: u64,
    /// Whether that was never found out to the end.
    not_compared: bool,
}
