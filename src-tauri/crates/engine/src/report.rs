//! The account of a project, out of the journal alone.

mod moved;

use std::collections::BTreeMap;

use jiff::Timestamp;
use stegvis_journal::{Folder, FolderPlan, ItemTally, Journal, JournalError, SkippedItem, Tx};
use stegvis_model::{
    BatchId, Counts, FolderPath, ItemState, Ledger, MigrationBatch, MigrationUser, SkipReason,
};

pub use moved::{Span, over_time};

/// A folder's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderReport {
    /// Its place in the source.
    pub source: FolderPath,
    /// Where it went, or the rule that left it out.
    pub plan: FolderPlan,
    /// Its account.
    pub ledger: Ledger,
}

/// A mailbox's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserReport {
    /// The mailbox.
    pub user: MigrationUser,
    /// The TargetAddress that was written, if it was.
    pub target_address: Option<String>,
    /// Its account.
    pub ledger: Ledger,
    /// Folder by folder.
    pub folders: Vec<FolderReport>,
}

/// A skipped item and where it lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedReport {
    /// Whose mailbox.
    pub user: MigrationUser,
    /// The folder in the source.
    pub folder: FolderPath,
    /// The item.
    pub item: SkippedItem,
}

/// The account of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its batches.
    pub batches: Vec<MigrationBatch>,
    /// Its mailboxes.
    pub users: Vec<UserReport>,
    /// What was skipped.
    pub skipped: Vec<SkippedReport>,
    /// When a status last changed.
    pub last_change: Option<Timestamp>,
}

/// What kind of items mail is, among the rules that leave the others out.
pub const MAIL: &str = "Mail";

impl Report {
    /// The account of what `keep` chooses.
    #[must_use]
    pub fn ledger_of(&self, keep: impl Fn(&MigrationUser) -> bool) -> Ledger {
        self.users
            .iter()
            .filter(|report| keep(&report.user))
            .fold(Ledger::default(), |sum, report| sum.plus(report.ledger))
    }

    /// The account of all of it.
    #[must_use]
    pub fn total(&self) -> Ledger {
        self.ledger_of(|_| true)
    }

    /// The account of a batch.
    #[must_use]
    pub fn batch(&self, id: BatchId) -> Ledger {
        self.ledger_of(|user| user.batch == id)
    }

    /// The mailboxes whose counts do not reconcile.
    #[must_use]
    pub fn differing(&self) -> Vec<&UserReport> {
        self.users
            .iter()
            .filter(|report| !report.ledger.reconciles())
            .collect()
    }

    /// The account by kind: mail, and what each rule left out.
    #[must_use]
    pub fn by_kind(&self) -> BTreeMap<String, Ledger> {
        let mut kinds: BTreeMap<String, Ledger> = BTreeMap::new();
        for folder in self.users.iter().flat_map(|report| &report.folders) {
            let kind = match &folder.plan {
                FolderPlan::CopyTo(_) => MAIL,
                FolderPlan::Excluded(rule) => rule,
            };
            let sum = kinds.entry(kind.to_owned()).or_default();
            *sum = sum.plus(folder.ledger);
        }
        kinds.retain(|_, ledger| *ledger != Ledger::default());
        kinds
    }

    /// How many mailboxes are in each state, by its name.
    #[must_use]
    pub fn by_state(&self) -> BTreeMap<&'static str, u64> {
        let mut states = BTreeMap::new();
        for report in &self.users {
            *states.entry(report.user.status.name()).or_insert(0) += 1;
        }
        states
    }

    /// How many items were skipped for each reason.
    #[must_use]
    pub fn skipped_by_reason(&self) -> BTreeMap<SkipReason, u64> {
        let mut reasons = BTreeMap::new();
        for skipped in &self.skipped {
            *reasons.entry(skipped.item.reason).or_insert(0) += 1;
        }
        reasons
    }
}

/// Reads the account of a project.
///
/// # Errors
/// The journal's.
pub fn report(journal: &Journal) -> Result<Report, JournalError> {
    journal.transaction(|tx| {
        let users = tx.users()?;
        let mut reports = Vec::with_capacity(users.len());
        for user in &users {
            reports.push(user_report(tx, user)?);
        }
        let mut skipped = Vec::new();
        for item in tx.skipped_items()? {
            let Some(report) = reports.iter().find(|report| report.user.id == item.user) else {
                continue;
            };
            let folders = tx.folders(item.user)?;
            let Some(folder) = folders.into_iter().find(|folder| folder.id == item.folder) else {
                continue;
            };
            skipped.push(SkippedReport {
                user: report.user.clone(),
                folder: folder.source,
                item,
            });
        }
        let last_change = tx.last_logged()?;
        Ok(Report {
            batches: tx.batches()?,
            users: reports,
            skipped,
            last_change,
        })
    })
}

/// Reads the account of one mailbox.
///
/// # Errors
/// The journal's.
pub fn user_report(tx: &Tx<'_>, user: &MigrationUser) -> Result<UserReport, JournalError> {
    let tallies = tx.tally(user.id)?;
    let folders: Vec<FolderReport> = tx
        .folders(user.id)?
        .into_iter()
        .map(|folder| account(folder, &tallies))
        .collect();
    Ok(UserReport {
        ledger: folders
            .iter()
            .fold(Ledger::default(), |sum, folder| sum.plus(folder.ledger)),
        folders,
        target_address: tx.target_address(user.id)?,
        user: user.clone(),
    })
}

fn account(folder: Folder, tallies: &[ItemTally]) -> FolderReport {
    let mut ledger = Ledger::default();
    match folder.plan {
        FolderPlan::Excluded(_) => {
            ledger.source.items = folder.source_items;
            ledger.excluded.items = folder.source_items;
        }
        FolderPlan::CopyTo(_) => {
            // The source's own count on one side, the ledger's rows on the other: that is what makes
            // reconciling mean something.
            ledger.source.items = folder.source_items;
            for tally in tallies.iter().filter(|tally| tally.folder == folder.id) {
                let counts = Counts {
                    items: tally.items,
                    bytes: tally.bytes,
                };
                match tally.state {
                    ItemState::Copied => ledger.copied = ledger.copied.plus(counts),
                    ItemState::Skipped => ledger.skipped = ledger.skipped.plus(counts),
                    ItemState::Pending | ItemState::Intended => {}
                    ItemState::Superseded => continue,
                }
                ledger.source.bytes += tally.bytes;
            }
        }
    }
    FolderReport {
        source: folder.source,
        plan: folder.plan,
        ledger,
    }
}
