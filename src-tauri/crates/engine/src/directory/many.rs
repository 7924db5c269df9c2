//! Many objects, one after another: each fails on its own, and between two of them it can be stopped.

use std::sync::Arc;

use stegvis_journal::{DirectoryChange, JournalError, NewDirectoryChange};
use stegvis_model::{
    DirectoryChangeCause as Cause, DirectoryChangeKind, DirectoryChangeState as State, SmtpAddress,
};
use tokio_util::sync::CancellationToken;

use super::change::DirectoryChanges;
use super::trouble::{End, Trouble};

/// How one object's part of a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeOutcome {
    /// The mailbox.
    pub address: SmtpAddress,
    /// How it ended.
    pub changed: Changed,
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// The object stands changed, and everything that must hold of it does.
    Done,
    /// It stood so already: nothing was written.
    AlreadyDone,
    /// The object is as it was before the change.
    Undone,
    /// There is nothing of ours to take back.
    NothingToUndo,
    /// It did not come about, or does not hold.
    Failed(Trouble),
    /// The directory stopped answering in the middle: the object stands as before or as planned, and the next run finds out.
    Unsettled(Trouble),
    /// It was not begun: the run was stopped, or something before it stopped the run.
    NotBegun,
}

impl ChangeOutcome {
    /// Whether it ended as was asked.
    #[must_use]
    pub const fn is_well(&self) -> bool {
        matches!(
            self.changed,
            Changed::Done | Changed::AlreadyDone | Changed::Undone | Changed::NothingToUndo
        )
    }
}

/// One object's part of a run has ended.
#[derive(Debug, Clone)]
pub struct ChangeEvent {
    /// How.
    pub outcome: ChangeOutcome,
    /// How many have, with this one.
    pub done: usize,
    /// Of how many.
    pub of: usize,
}

/// Who watches.
pub type Tell = Arc<dyn Fn(ChangeEvent) + Send + Sync>;

/// Whether a run goes on after an outcome.
pub(crate) enum Then {
    GoOn,
    End,
}

impl DirectoryChanges {
    /// Does each in turn, until `stop`, until the directory no longer answers, or until one says that the rest may not be begun.
    pub(crate) async fn each<T>(
        &self,
        items: &[T],
        address: impl Fn(&T) -> SmtpAddress,
        one: impl AsyncFn(&T) -> Result<(Changed, Then), JournalError>,
        tell: &Tell,
        stop: &CancellationToken,
    ) -> Result<Vec<ChangeOutcome>, JournalError> {
        let mut outcomes = Vec::with_capacity(items.len());
        let mut ended = false;
        for item in items {
            ended |= stop.is_cancelled();
            let changed = if ended {
                Changed::NotBegun
            } else {
                let (changed, then) = one(item).await?;
                ended |= matches!(then, Then::End) || gone(&changed);
                changed
            };
            let outcome = ChangeOutcome {
                address: address(item),
                changed,
            };
            outcomes.push(outcome.clone());
            if outcome.changed != Changed::NotBegun {
                tell(ChangeEvent {
                    outcome,
                    done: outcomes.len(),
                    of: items.len(),
                });
            }
        }
        Ok(outcomes)
    }

    /// Turns an early end into an outcome, and keeps it in the journal.
    pub(crate) fn ended(
        &self,
        kind: DirectoryChangeKind,
        address: &SmtpAddress,
        end: End,
    ) -> Result<Changed, JournalError> {
        match end {
            End::Journal(error) => Err(error),
            End::Unsettled(trouble) => Ok(Changed::Unsettled(trouble)),
            End::Trouble(trouble) => {
                let change = match self.find(kind, address)? {
                    Some(change) => change,
                    // Nothing was planned: the failure alone is kept.
                    None => {
                        let empty = NewDirectoryChange {
                            kind,
                            address: address.clone(),
                            dn: String::new(),
                            version: None,
                            before: super::Values::new(),
                            after: super::Values::new(),
                        };
                        let at = self.clock.now();
                        self.journal
                            .transaction(|tx| tx.plan_directory_change(&empty, at))?;
                        let Some(change) = self.find(kind, address)? else {
                            return Ok(Changed::Failed(trouble));
                        };
                        change
                    }
                };
                // A write whose outcome is not known stays what it is until the object can be read.
                if !(change.state.in_flight() && trouble.cause == Cause::Unreachable) {
                    self.failed(&change, &trouble)?;
                }
                Ok(Changed::Failed(trouble))
            }
        }
    }

    /// Those of this kind that stand changed, or may: of these addresses, or all.
    pub(crate) fn standing_changes(
        &self,
        kind: DirectoryChangeKind,
        only: Option<&[SmtpAddress]>,
    ) -> Result<Vec<DirectoryChange>, JournalError> {
        let all = self.journal.transaction(|tx| tx.directory_changes(kind))?;
        Ok(all
            .into_iter()
            .filter(|change| change.run > 0)
            .filter(|change| only.is_none_or(|only| only.contains(&change.planned.address)))
            .collect())
    }

    /// Takes back what stands changed: of these addresses, or all. The last written goes first.
    ///
    /// # Errors
    /// The journal's; what goes wrong with an object is its outcome.
    pub async fn undo(
        &self,
        kind: DirectoryChangeKind,
        only: Option<&[SmtpAddress]>,
        tell: &Tell,
        stop: &CancellationToken,
    ) -> Result<Vec<ChangeOutcome>, JournalError> {
        let mut standing = self.standing_changes(kind, only)?;
        standing.reverse();
        let mut outcomes = self.undo_these(kind, &standing, tell, stop).await?;
        for address in only.unwrap_or_default() {
            if !standing
                .iter()
                .any(|change| change.planned.address == *address)
            {
                outcomes.push(ChangeOutcome {
                    address: address.clone(),
                    changed: Changed::NothingToUndo,
                });
            }
        }
        Ok(outcomes)
    }

    /// Takes back what the last run wrote, and nothing that runs before it did.
    ///
    /// # Errors
    /// The journal's; what goes wrong with an object is its outcome.
    pub async fn roll_back(
        &self,
        kind: DirectoryChangeKind,
        tell: &Tell,
        stop: &CancellationToken,
    ) -> Result<Vec<ChangeOutcome>, JournalError> {
        let mut standing = self.standing_changes(kind, None)?;
        let last = standing.iter().map(|change| change.run).max();
        standing.retain(|change| Some(change.run) == last);
        standing.reverse();
        self.undo_these(kind, &standing, tell, stop).await
    }

    async fn undo_these(
        &self,
        kind: DirectoryChangeKind,
        standing: &[DirectoryChange],
        tell: &Tell,
        stop: &CancellationToken,
    ) -> Result<Vec<ChangeOutcome>, JournalError> {
        let one = async |change: &DirectoryChange| {
            let changed = match self.undo_one(change).await {
                Ok(()) => Changed::Undone,
                Err(end) => self.ended(kind, &change.planned.address, end)?,
            };
            Ok((changed, Then::GoOn))
        };
        self.each(
            standing,
            |change| change.planned.address.clone(),
            one,
            tell,
            stop,
        )
        .await
    }

    async fn undo_one(&self, change: &DirectoryChange) -> Result<(), End> {
        if change.planned.kind == DirectoryChangeKind::Forwarding {
            let converted = self
                .find(DirectoryChangeKind::Conversion, &change.planned.address)?
                .is_some_and(|conversion| conversion.run > 0);
            if converted {
                return Err(Trouble::new(
                    Cause::NotSuitable,
                    "the mailbox is converted, and its forwarding belongs to the conversion: undo that first",
                )
                .into());
            }
        }
        self.take_back(change).await
    }

    /// What a crash left in flight is read in the directory: it stands as before, as planned, or somebody changed it.
    /// Call it before anything else is done with the journal's changes.
    ///
    /// # Errors
    /// The journal's; what goes wrong with an object is its outcome.
    pub async fn recover(
        &self,
        kind: DirectoryChangeKind,
    ) -> Result<Vec<(SmtpAddress, State)>, JournalError> {
        let mut settled = Vec::new();
        for change in self.standing_changes(kind, None)? {
            if !change.state.in_flight() {
                continue;
            }
            let address = change.planned.address.clone();
            if let Err(end) = self.settle(&change).await {
                self.ended(kind, &address, end)?;
            }
            if let Some(now) = self.find(kind, &address)? {
                settled.push((address, now.state));
            }
        }
        Ok(settled)
    }

    /// The number of the run that begins.
    pub(crate) fn next_run(&self, kind: DirectoryChangeKind) -> Result<i64, JournalError> {
        Ok(self.journal.transaction(|tx| tx.last_directory_run(kind))? + 1)
    }
}

/// Whether nothing more can be asked of the directory.
fn gone(changed: &Changed) -> bool {
    match changed {
        Changed::Unsettled(_) => true,
        Changed::Failed(trouble) => trouble.cause == Cause::Unreachable,
        _ => false,
    }
}
