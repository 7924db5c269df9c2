//! A change of one object: backed up, written, read back, taken back; and after a crash, settled by what stands there.

use std::sync::Arc;
use std::time::Duration;

use stegvis_journal::{DirectoryChange, Journal, JournalError, NewDirectoryChange};
use stegvis_model::{
    DirectoryChangeCause as Cause, DirectoryChangeKind, DirectoryChangeState as State, SmtpAddress,
};

use super::touched::{Difference, changes, differences};
use super::trouble::{End, Trouble, shown_differences};
use crate::ports::{
    AttributeChange, Backup, Backups, Clock, Directory, DirectoryEntry, EndpointError,
    EndpointErrorKind,
};

/// A question is asked so many times when the controller does not answer; a write never twice.
const TRIES: u32 = 4;

/// Changes to objects of the directory, each journaled.
#[derive(Clone)]
pub struct DirectoryChanges {
    /// The truth.
    pub journal: Arc<Journal>,
    /// The directory.
    pub directory: Arc<dyn Directory>,
    /// Where entries are kept.
    pub backups: Arc<dyn Backups>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// How long to wait before a question is asked again; doubled each time.
    pub first_pause: Duration,
}

/// Where an object stands, as it reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// As it was before the change.
    Before,
    /// As the change made it.
    After,
    /// Neither: somebody else changed it. What differs from the state before, and from the state after.
    Neither {
        /// From what it was.
        from_before: Vec<Difference>,
        /// From what it became.
        from_after: Vec<Difference>,
    },
}

/// How the object reads, measured against a change.
#[must_use]
pub fn standing(planned: &NewDirectoryChange, entry: &DirectoryEntry) -> Standing {
    let mut names: Vec<String> = planned
        .before
        .keys()
        .chain(planned.after.keys())
        .cloned()
        .collect();
    names.sort();
    names.dedup();
    let from_before = differences(&planned.before, &names, entry);
    let from_after = differences(&planned.after, &names, entry);
    if from_after.is_empty() {
        Standing::After
    } else if from_before.is_empty() {
        Standing::Before
    } else {
        Standing::Neither {
            from_before,
            from_after,
        }
    }
}

impl DirectoryChanges {
    /// Asks a question, again after a while when nobody answered.
    pub(crate) async fn ask<T>(
        &self,
        question: impl AsyncFn() -> Result<T, EndpointError>,
    ) -> Result<T, Trouble> {
        let mut pause = self.first_pause;
        for _ in 1..TRIES {
            match question().await {
                Err(error) if error.is_transient() => {
                    tracing::debug!(detail = error.detail, "asked again");
                    tokio::time::sleep(match error.kind {
                        EndpointErrorKind::Throttled { wait } => wait,
                        _ => pause,
                    })
                    .await;
                    pause *= 2;
                }
                answer => return answer.map_err(Trouble::from),
            }
        }
        question().await.map_err(Trouble::from)
    }

    /// The change of this kind to the object with this address.
    ///
    /// # Errors
    /// The journal's.
    pub fn find(
        &self,
        kind: DirectoryChangeKind,
        address: &SmtpAddress,
    ) -> Result<Option<DirectoryChange>, JournalError> {
        self.journal
            .transaction(|tx| tx.directory_change(kind, address))
    }

    /// Reads the object and lets the journal say what it reads: as before, as after, or a conflict. Nothing is written
    /// to the directory. This is how a crash ends.
    pub(crate) async fn settle(&self, change: &DirectoryChange) -> Result<Standing, End> {
        let entry = self
            .ask(async || self.directory.entry(&change.planned.dn).await)
            .await?;
        let standing = standing(&change.planned, &entry);
        let state = match (&standing, change.state) {
            (Standing::Before, State::Undoing | State::Undone) => State::Undone,
            (Standing::Before, _) if change.backup.is_some() => State::BackedUp,
            (Standing::Before, _) => State::Planned,
            (Standing::After, State::Proved) => State::Proved,
            (Standing::After, _) => State::Written,
            (Standing::Neither { .. }, _) => return Err(conflict(&standing).into()),
        };
        if change.run == 0 && state == State::Written {
            // Nobody here wrote it, so nobody here takes it back.
            return Ok(standing);
        }
        if state != change.state {
            self.enter_if_still(change, state)?;
        }
        Ok(standing)
    }

    /// Keeps the whole entry, reads it back, and sees that it is the one the change was planned by.
    pub(crate) async fn back_up(&self, change: &DirectoryChange) -> Result<String, End> {
        let dn = &change.planned.dn;
        let entry = self.ask(async || self.directory.entry(dn).await).await?;
        let ldif = self.ask(async || self.directory.export(dn).await).await?;
        match standing(&change.planned, &entry) {
            Standing::Before => {}
            other => return Err(conflict(&other).into()),
        }
        let backup = Backup { entry, ldif };
        let failed = |words: String| Trouble::new(Cause::BackupFailed, words);
        let name = self.backups.keep(&backup).await.map_err(failed)?;
        let read = self.backups.read(&name).await.map_err(failed)?;
        if read.as_ref() != Some(&backup) {
            return Err(failed(format!("{name} does not read back as it was written")).into());
        }
        self.journal.transaction(|tx| {
            tx.directory_change_is(change.id, State::BackedUp, None, "", self.clock.now())?;
            tx.directory_change_backup(change.id, &name)
        })?;
        Ok(name)
    }

    /// Writes the change and reads it back. When it ends in trouble the object was read, and is as it was: unless the
    /// directory no longer answers, in which case the journal says Writing until it does.
    pub(crate) async fn write(&self, change: &DirectoryChange, run: i64) -> Result<(), End> {
        let planned = &change.planned;
        let modification = changes(&planned.before, &planned.after);
        // On disk before anything is sent: a power cut must not leave an object that nobody knows to be converted.
        self.journal.durably(|tx| {
            let at = self.clock.now();
            tx.directory_change_run(change.id, run)?;
            tx.directory_change_is(change.id, State::Writing, None, "", at)?;
            super::follow::entered(tx, change, State::Writing, at)
        })?;
        let written = self.directory.modify(&planned.dn, &modification).await;
        let entry = self
            .ask(async || self.directory.entry(&planned.dn).await)
            .await
            .map_err(|trouble| self.still(change, State::Writing, trouble))?;
        match (standing(planned, &entry), written) {
            (Standing::After, _) => self.enter(change, State::Written),
            (Standing::Before, written) => {
                self.enter(change, State::BackedUp)?;
                Err(nothing_changed(written).into())
            }
            (neither, Ok(())) => {
                let trouble = conflict(&neither);
                Err(Trouble {
                    cause: Cause::ReadBackDiffers,
                    ..trouble
                }
                .into())
            }
            // Refused, and other than it was a moment ago: the refusal wrote nothing.
            (neither, Err(error)) if !error.is_transient() => {
                self.enter(change, State::BackedUp)?;
                Err(conflict(&neither).into())
            }
            (neither, Err(_)) => Err(conflict(&neither).into()),
        }
    }

    /// Takes the change back and sees that every touched attribute is as it was, byte for byte.
    ///
    /// # Errors
    /// When somebody else changed the object since, the backup tells otherwise than the journal, or the directory refuses.
    pub(crate) async fn take_back(&self, change: &DirectoryChange) -> Result<(), End> {
        let planned = &change.planned;
        let entry = self
            .ask(async || self.directory.entry(&planned.dn).await)
            .await?;
        match standing(planned, &entry) {
            Standing::Before => return self.enter(change, State::Undone),
            Standing::After => {}
            neither @ Standing::Neither { .. } => {
                return Err(conflict(&neither).into());
            }
        }
        self.backup_agrees(change).await?;
        self.enter(change, State::Undoing)?;
        let modification = changes(&planned.after, &planned.before);
        let written = self.directory.modify(&planned.dn, &modification).await;
        let entry = self
            .ask(async || self.directory.entry(&planned.dn).await)
            .await
            .map_err(|trouble| self.still(change, State::Undoing, trouble))?;
        match (standing(planned, &entry), written) {
            (Standing::Before, _) => self.enter(change, State::Undone),
            (Standing::After, written) => {
                self.enter(change, State::Written)?;
                Err(nothing_changed(written).into())
            }
            (neither, _) => Err(conflict(&neither).into()),
        }
    }

    /// The backup on disk must say what the journal says; one that is gone cannot contradict it.
    async fn backup_agrees(&self, change: &DirectoryChange) -> Result<(), End> {
        let Some(name) = &change.backup else {
            return Ok(());
        };
        let failed = |words: String| Trouble::new(Cause::BackupFailed, words);
        let Some(backup) = self.backups.read(name).await.map_err(failed)? else {
            tracing::warn!(name, "the backup is gone: the journal's values are used");
            return Ok(());
        };
        match standing(&change.planned, &backup.entry) {
            Standing::Before => Ok(()),
            Standing::After => {
                Err(failed(format!("{name} is no backup from before the change")).into())
            }
            Standing::Neither { from_before, .. } => Err(failed(format!(
                "{name} and the journal differ in {}",
                from_before
                    .iter()
                    .map(|difference| difference.name.as_str())
                    .collect::<Vec<_>>()
                    .join(", ")
            ))
            .into()),
        }
    }

    /// Moves the change on, and the migration with it.
    pub(crate) fn enter(&self, change: &DirectoryChange, state: State) -> Result<(), End> {
        Ok(self.journal.transaction(|tx| {
            let at = self.clock.now();
            tx.directory_change_is(change.id, state, None, "", at)?;
            super::follow::entered(tx, change, state, at)
        })?)
    }

    /// The same for what was read before the directory was asked: whoever moved it on since knows better.
    fn enter_if_still(&self, read: &DirectoryChange, state: State) -> Result<(), End> {
        Ok(self.journal.transaction(|tx| {
            let now = tx.directory_change(read.planned.kind, &read.planned.address)?;
            let still = now
                .is_some_and(|now| (now.id, now.state, now.run) == (read.id, read.state, read.run));
            if !still {
                return Ok(());
            }
            let at = self.clock.now();
            tx.directory_change_is(read.id, state, None, "", at)?;
            super::follow::entered(tx, read, state, at)
        })?)
    }

    /// Notes that a change failed. What stands in the directory, `run` tells: it is not touched here.
    pub(crate) fn failed(
        &self,
        change: &DirectoryChange,
        trouble: &Trouble,
    ) -> Result<(), JournalError> {
        self.journal.transaction(|tx| {
            tx.directory_change_is(
                change.id,
                State::Failed,
                Some(trouble.cause),
                &trouble.detail,
                self.clock.now(),
            )
        })
    }

    /// Nobody can tell how the write ended: the state stays, so that it is settled later.
    fn still(&self, change: &DirectoryChange, state: State, trouble: Trouble) -> End {
        tracing::warn!(dn = change.planned.dn, %state, "the outcome is not known yet");
        match trouble.cause {
            Cause::Unreachable => End::Unsettled(trouble),
            _ => End::Trouble(trouble),
        }
    }
}

/// The object stands as it did before it was written to.
fn nothing_changed(written: Result<(), EndpointError>) -> Trouble {
    match written {
        Err(error) => Trouble::from(error),
        Ok(()) => Trouble::new(
            Cause::ReadBackDiffers,
            "the directory accepted the change, and nothing changed",
        ),
    }
}

/// Somebody else changed the object: both sides, shown.
fn conflict(standing: &Standing) -> Trouble {
    let detail = match standing {
        Standing::Neither {
            from_before,
            from_after,
        } => shown_differences(from_before, from_after),
        Standing::Before => "it stands as it did before".to_owned(),
        Standing::After => "it stands as planned already".to_owned(),
    };
    Trouble::new(Cause::ChangedMeanwhile, detail)
}

impl DirectoryChanges {
    /// Journals a plan.
    pub(crate) fn plan(&self, new: &NewDirectoryChange) -> Result<DirectoryChange, JournalError> {
        let at = self.clock.now();
        self.journal.transaction(|tx| {
            let id = tx.plan_directory_change(new, at)?;
            tx.directory_change(new.kind, &new.address)?
                .ok_or(JournalError::Missing {
                    what: "directory change",
                    id,
                })
        })
    }

    /// Sees that the account may write all of it, before any of it is.
    pub(crate) async fn writable(&self, change: &DirectoryChange) -> Result<(), Trouble> {
        let planned = &change.planned;
        let refused = self
            .unwritable(&planned.dn, &changes(&planned.before, &planned.after))
            .await?;
        if refused.is_empty() {
            return Ok(());
        }
        Err(Trouble::new(
            Cause::RightsMissing,
            format!("the account may not write {}", refused.join(", ")),
        ))
    }

    /// Which of these attributes the account may not write on this object.
    pub(crate) async fn unwritable(
        &self,
        dn: &str,
        modification: &[AttributeChange],
    ) -> Result<Vec<String>, Trouble> {
        let names: Vec<&str> = modification
            .iter()
            .map(|change| change.name.as_str())
            .collect();
        self.ask(async || self.directory.unwritable(dn, &names).await)
            .await
    }
}
