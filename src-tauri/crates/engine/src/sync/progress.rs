use std::time::Duration;

use jiff::Timestamp;
use stegvis_journal::{FolderPlan, Journal, JournalError};
use stegvis_model::{ItemState, MigrationUserId};
use tokio::time::Instant;

use super::SyncPorts;

/// How far a mailbox is. A whole small snapshot: losing one costs nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Whose.
    pub user: MigrationUserId,
    /// Items listed in folders that are copied.
    pub items_total: u64,
    /// Items that stand in the target.
    pub items_copied: u64,
    /// Items that could not be copied.
    pub items_skipped: u64,
    /// Bytes listed.
    pub bytes_total: u64,
    /// Bytes that stand in the target.
    pub bytes_copied: u64,
    /// Until when an endpoint or a broken connection makes it wait.
    pub waiting_until: Option<Timestamp>,
    told: Option<Instant>,
}

/// Between two tellings. People read at most a few numbers a second.
const INTERVAL: Duration = Duration::from_millis(250);

impl Progress {
    /// What the journal says.
    ///
    /// # Errors
    /// The journal's.
    pub fn read(journal: &Journal, user: MigrationUserId) -> Result<Self, JournalError> {
        journal.transaction(|tx| {
            let copied_folders: Vec<_> = tx
                .folders(user)?
                .into_iter()
                .filter(|folder| matches!(folder.plan, FolderPlan::CopyTo(_)))
                .map(|folder| folder.id)
                .collect();
            let mut progress = Self {
                user,
                items_total: 0,
                items_copied: 0,
                items_skipped: 0,
                bytes_total: 0,
                bytes_copied: 0,
                waiting_until: None,
                told: None,
            };
            for tally in tx
                .tally(user)?
                .into_iter()
                .filter(|tally| copied_folders.contains(&tally.folder))
            {
                let counts = match tally.state {
                    ItemState::Superseded => continue,
                    ItemState::Pending | ItemState::Intended => None,
                    ItemState::Copied => {
                        Some((&mut progress.items_copied, Some(&mut progress.bytes_copied)))
                    }
                    ItemState::Skipped => Some((&mut progress.items_skipped, None)),
                };
                if let Some((items, bytes)) = counts {
                    *items += tally.items;
                    if let Some(bytes) = bytes {
                        *bytes += tally.bytes;
                    }
                }
                progress.items_total += tally.items;
                progress.bytes_total += tally.bytes;
            }
            Ok(progress)
        })
    }

    /// Items accounted for.
    #[must_use]
    pub fn items_done(&self) -> u64 {
        self.items_copied + self.items_skipped
    }

    pub(super) fn tell(&mut self, ports: &SyncPorts, at_once: bool) {
        if !at_once && self.told.is_some_and(|told| told.elapsed() < INTERVAL) {
            return;
        }
        self.told = Some(Instant::now());
        (ports.progress)(self);
    }

    pub(super) fn waiting(&mut self, pause: Duration, ports: &SyncPorts) {
        self.waiting_until = ports.clock.now().checked_add(pause).ok();
        self.tell(ports, true);
        self.waiting_until = None;
    }
}
