use std::collections::BTreeMap;

use stegvis_journal::{CopiedPlace, Folder, FolderPlan, OpenItem, Skip};
use stegvis_model::{Fingerprint, FolderId, FolderPath, InternalDate, ItemKey, SkipReason};

use crate::ports::{Candidate, FetchRequest};

/// What to do with the items of a mailbox that are not accounted for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemsPlan {
    /// What to read, folder by folder.
    pub fetch: Vec<FetchRequest>,
    /// For each request, where its items are to be written and what they are.
    pub folders: Vec<(FolderId, FolderPath, BTreeMap<ItemKey, OpenItem>)>,
    /// What the target has said it will not take.
    pub skip: Vec<Skip>,
}

/// Decides what to read and what to leave out for its size.
#[must_use]
pub fn plan_items(folders: &[Folder], open: Vec<OpenItem>, largest: Option<u64>) -> ItemsPlan {
    let mut plan = ItemsPlan::default();
    let mut by_folder: BTreeMap<FolderId, BTreeMap<ItemKey, OpenItem>> = BTreeMap::new();
    for item in open {
        match largest {
            Some(largest) if item.item.size > largest => plan.skip.push(Skip {
                row: item.row,
                reason: SkipReason::TooLarge,
                detail: format!("{} bytes; the target takes {largest}", item.item.size),
            }),
            _ => {
                by_folder
                    .entry(item.folder)
                    .or_default()
                    .insert(item.item.key.clone(), item);
            }
        }
    }
    for folder in folders {
        let (FolderPlan::CopyTo(target), Some(items)) =
            (&folder.plan, by_folder.remove(&folder.id))
        else {
            continue;
        };
        let asked = items
            .values()
            .map(|item| (item.item.key.clone(), item.item.size))
            .collect();
        plan.fetch.push(FetchRequest {
            folder: folder.source.clone(),
            items: asked,
        });
        plan.folders.push((folder.id, target.clone(), items));
    }
    plan
}

/// A message of ours found standing in the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Adoption {
    /// Where it stands.
    pub at: CopiedPlace,
}

/// What stands in the target and is not in the ledger: what a crash left unacknowledged, or what
/// another run wrote. Each candidate answers for one item only, so that exact duplicates stay as many.
#[derive(Debug, Clone, Default)]
pub struct CandidatePool {
    candidates: BTreeMap<(FolderId, Fingerprint, i64), Vec<Candidate>>,
}

impl CandidatePool {
    /// Puts a folder's candidates in, but for those that the ledger knows by number, and for as many
    /// of a kind as the ledger knows without one.
    pub fn add(
        &mut self,
        folder: FolderId,
        candidates: Vec<Candidate>,
        numbers: &[u32],
        unnumbered: &[(Fingerprint, InternalDate)],
    ) {
        for candidate in candidates {
            if numbers.binary_search(&candidate.at.uid).is_err() {
                let key = (folder, candidate.fingerprint, candidate.date.seconds);
                self.candidates.entry(key).or_default().push(candidate);
            }
        }
        for (fingerprint, date) in unnumbered {
            if let Some(same) = self
                .candidates
                .get_mut(&(folder, *fingerprint, date.seconds))
            {
                same.pop();
            }
        }
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.candidates.values().all(Vec::is_empty)
    }

    /// Takes the candidate that is this message, if one is: same fingerprint, same date, and either the
    /// same size or a Message-ID that makes it unmistakable (Exchange counts sizes its own way).
    pub fn take(
        &mut self,
        folder: FolderId,
        fingerprint: Fingerprint,
        date: InternalDate,
        size: u64,
        has_message_id: bool,
    ) -> Option<Adoption> {
        let same = self
            .candidates
            .get_mut(&(folder, fingerprint, date.seconds))?;
        let index = same
            .iter()
            .position(|candidate| candidate.size == size)
            .or_else(|| (has_message_id && !same.is_empty()).then_some(0))?;
        let at = same.swap_remove(index).at;
        Some(Adoption {
            at: CopiedPlace {
                validity: at.validity,
                uid: at.uid,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::Written;

    const FOLDER: FolderId = FolderId(1);
    const PRINT: Fingerprint = Fingerprint([7; 16]);
    const DATE: InternalDate = InternalDate {
        seconds: 1_000,
        offset_minutes: 60,
    };

    fn candidate(uid: u32, size: u64) -> Candidate {
        Candidate {
            at: Written { validity: 3, uid },
            fingerprint: PRINT,
            date: DATE,
            size,
        }
    }

    fn taken(pool: &mut CandidatePool, size: u64, has_message_id: bool) -> Option<u32> {
        pool.take(FOLDER, PRINT, DATE, size, has_message_id)
            .map(|adoption| adoption.at.uid)
    }

    #[test]
    fn of_two_exact_duplicates_one_in_the_target_answers_for_one_only() {
        let mut pool = CandidatePool::default();
        pool.add(FOLDER, vec![candidate(5, 100)], &[], &[]);
        assert_eq!(taken(&mut pool, 100, true), Some(5));
        assert_eq!(taken(&mut pool, 100, true), None);
    }

    #[test]
    fn what_the_ledger_knows_is_no_candidate() {
        let mut pool = CandidatePool::default();
        pool.add(
            FOLDER,
            vec![candidate(5, 100), candidate(6, 100)],
            &[5],
            &[],
        );
        assert_eq!(taken(&mut pool, 100, true), Some(6));
        let mut pool = CandidatePool::default();
        pool.add(FOLDER, vec![candidate(5, 100)], &[], &[(PRINT, DATE)]);
        assert!(pool.is_empty());
    }

    #[test]
    fn without_a_message_id_the_size_must_agree() {
        let mut pool = CandidatePool::default();
        pool.add(FOLDER, vec![candidate(5, 100)], &[], &[]);
        assert_eq!(taken(&mut pool, 101, false), None);
        assert_eq!(taken(&mut pool, 101, true), Some(5));
    }
}
