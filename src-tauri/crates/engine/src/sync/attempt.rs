//! One try, from sign-in to the last acknowledgement.

use std::collections::BTreeMap;

use stegvis_journal::{Folder, FolderPlan, JournalError, NewItem, TargetPlace};
use stegvis_model::{FolderId, FolderPath, MigrationUserId};
use tokio_util::sync::CancellationToken;

use super::copy::copy;
use super::progress::Progress;
use super::{Missing, SyncPorts, Trouble, on};
use crate::plan::{CandidatePool, plan_folders, plan_items};
use crate::ports::{
    CandidatesRequest, Changes, ChangesRequest, ItemMeta, MailboxRef, Side, SourceFolder,
    SourceMailbox, TargetFolder, TargetMailbox,
};

/// How a try ended that nothing broke.
pub(super) enum Ended {
    /// Every item is accounted for.
    AllSettled,
    /// Some were refused in company and must be written alone.
    SomeUnsettled,
}

/// Rows that go into one transaction: large enough to be fast, small enough that others get their turn.
const ROWS: usize = 2000;

pub(super) async fn attempt(
    ports: &SyncPorts,
    user: MigrationUserId,
    mailbox: &MailboxRef,
    missing: Missing,
    stop: &CancellationToken,
    alone: bool,
    progress: &mut Progress,
) -> Result<Ended, Trouble> {
    let opening = async {
        let source = async { ports.source.open(mailbox).await.map_err(on(Side::Source)) };
        let target = async { ports.target.open(mailbox).await.map_err(on(Side::Target)) };
        tokio::try_join!(source, target)
    };
    let (mut source, mut target) = tokio::select! {
        opened = opening => opened?,
        () = stop.cancelled() => return Err(Trouble::Stopped),
    };
    let ended = Attempt {
        ports,
        user,
        missing,
        stop,
        alone,
    }
    .run(source.as_mut(), target.as_mut(), progress)
    .await;
    if ended.is_ok() {
        tokio::join!(source.close(), target.close());
    }
    ended
}

struct Attempt<'a> {
    ports: &'a SyncPorts,
    user: MigrationUserId,
    missing: Missing,
    stop: &'a CancellationToken,
    alone: bool,
}

impl Attempt<'_> {
    async fn run(
        &self,
        source: &mut dyn SourceMailbox,
        target: &mut dyn TargetMailbox,
        progress: &mut Progress,
    ) -> Result<Ended, Trouble> {
        let (source_folders, target_folders) = tokio::try_join!(
            async { source.folders().await.map_err(on(Side::Source)) },
            async { target.folders().await.map_err(on(Side::Target)) },
        )?;
        let known = self.ports.journal.transaction(|tx| tx.folders(self.user))?;
        let plan = plan_folders(&source_folders, &target_folders, &known, target.delimiter());
        if self.missing == Missing::Copy && !plan.create.is_empty() {
            target
                .create(&plan.create)
                .await
                .map_err(on(Side::Target))?;
        }
        let folders = self.keep_folders(&plan.folders, &source_folders)?;
        let reset = self.list(source, &folders, &source_folders).await?;
        *progress = Progress::read(&self.ports.journal, self.user)?;
        progress.tell(self.ports, true);

        let open = self
            .ports
            .journal
            .transaction(|tx| tx.open_items(self.user))?;
        if open.is_empty() {
            return Ok(Ended::AllSettled);
        }
        let with_work: Vec<&Folder> = folders
            .iter()
            .filter(|folder| open.iter().any(|item| item.folder == folder.id))
            .collect();
        let pool = self
            .candidates(target, &with_work, &target_folders, &reset)
            .await?;
        // What is only compared may stand there whatever its size: others have their own limits.
        let largest = match self.missing {
            Missing::Copy => target.largest_item(),
            Missing::Note => None,
        };
        let items = plan_items(&folders, open, largest);
        if !items.skip.is_empty() {
            self.ports.journal.transaction(|tx| tx.skip(&items.skip))?;
            progress.items_skipped += items.skip.len() as u64;
        }
        let copied = copy(
            self.ports,
            source,
            target,
            items,
            pool,
            self.missing,
            self.stop,
            self.alone,
            progress,
        )
        .await?;
        progress.tell(self.ports, true);
        if copied.unsettled {
            return Ok(Ended::SomeUnsettled);
        }
        self.account(&copied.reached)?;
        Ok(Ended::AllSettled)
    }

    /// Keeps where every folder goes; what an excluded folder holds is counted as the server told.
    fn keep_folders(
        &self,
        plan: &[(FolderPath, FolderPlan)],
        source: &[SourceFolder],
    ) -> Result<Vec<Folder>, JournalError> {
        self.ports.journal.transaction(|tx| {
            plan.iter()
                .map(|(path, plan)| {
                    let folder = tx.plan_folder(self.user, path, plan)?;
                    if matches!(folder.plan, FolderPlan::Excluded(_)) {
                        let items = source
                            .iter()
                            .find(|folder| folder.path == *path)
                            .and_then(|folder| folder.items);
                        tx.excluded_items(folder.id, items.unwrap_or(0))?;
                    }
                    Ok(folder)
                })
                .collect()
        })
    }

    /// Lists what is new in every folder that is copied. Returns the folders whose keys began anew.
    async fn list(
        &self,
        source: &mut dyn SourceMailbox,
        folders: &[Folder],
        source_folders: &[SourceFolder],
    ) -> Result<Vec<FolderId>, Trouble> {
        let unchanged = |folder: &Folder| {
            let now = source_folders
                .iter()
                .find(|found| found.path == folder.source)
                .and_then(|found| found.state.as_ref());
            folder.sync_state.is_some() && folder.sync_state.as_ref() == now
        };
        let asked: Vec<&Folder> = folders
            .iter()
            .filter(|folder| matches!(folder.plan, FolderPlan::CopyTo(_)) && !unchanged(folder))
            .collect();
        let requests: Vec<ChangesRequest> = asked
            .iter()
            .map(|folder| ChangesRequest {
                folder: folder.source.clone(),
                since: folder.sync_state.clone(),
            })
            .collect();
        if requests.is_empty() {
            return Ok(Vec::new());
        }
        let changes = source.changes(&requests).await.map_err(on(Side::Source))?;
        let mut reset = Vec::new();
        for (folder, changes) in asked.into_iter().zip(changes) {
            if changes.reset {
                reset.push(folder.id);
            }
            self.keep_listing(folder, &changes)?;
            tokio::task::yield_now().await;
        }
        Ok(reset)
    }

    fn keep_listing(&self, folder: &Folder, changes: &Changes) -> Result<(), JournalError> {
        let whole = changes.reset || folder.sync_state.is_none();
        // A whole listing is believed to the server's own count, so that what it counts and does not
        // hand out shows as a difference; a later one adds what it brought.
        let source_items = if whole {
            changes.total
        } else {
            folder.source_items + changes.items.len() as u64
        };
        let mut pages = changes.items.chunks(ROWS).peekable();
        if changes.reset {
            self.ports
                .journal
                .transaction(|tx| tx.supersede_items(folder.id))?;
        }
        while let Some(page) = pages.next() {
            let rows: Vec<NewItem> = page.iter().map(listed).collect();
            let last = pages.peek().is_none();
            self.ports.journal.transaction(|tx| {
                tx.insert_items(folder.id, &rows)?;
                if last {
                    tx.folder_listed(folder.id, &changes.state, source_items)
                } else {
                    Ok(())
                }
            })?;
        }
        if changes.items.is_empty() {
            self.ports
                .journal
                .transaction(|tx| tx.folder_listed(folder.id, &changes.state, source_items))?;
        }
        Ok(())
    }

    /// What stands in the target folders with work to do and is not in the ledger.
    async fn candidates(
        &self,
        target: &mut dyn TargetMailbox,
        folders: &[&Folder],
        target_folders: &[TargetFolder],
        reset: &[FolderId],
    ) -> Result<CandidatePool, Trouble> {
        let mut requests = Vec::new();
        let mut asked = Vec::new();
        for folder in folders {
            let FolderPlan::CopyTo(path) = &folder.plan else {
                continue;
            };
            let Some(found) = target_folders.iter().find(|found| found.path == *path) else {
                continue;
            };
            let from_uid = match folder.target {
                Some(place)
                    if place.validity == found.next.validity && !reset.contains(&folder.id) =>
                {
                    place.next
                }
                _ => 1,
            };
            if found.items > 0 && from_uid < found.next.uid {
                requests.push(CandidatesRequest {
                    folder: path.clone(),
                    from_uid,
                });
                asked.push((folder.id, found.next.validity, from_uid));
            }
        }
        let mut pool = CandidatePool::default();
        if requests.is_empty() {
            return Ok(pool);
        }
        let found = target
            .candidates(&requests)
            .await
            .map_err(on(Side::Target))?;
        for ((id, validity, from), candidates) in asked.into_iter().zip(found) {
            let (numbers, unnumbered) = self.ports.journal.transaction(|tx| {
                Ok::<_, JournalError>((
                    tx.copied_numbers(id, validity, from)?,
                    tx.copied_without_number(id)?,
                ))
            })?;
            pool.add(id, candidates, &numbers, &unnumbered);
        }
        Ok(pool)
    }

    /// Everything that stands below these numbers is accounted for now.
    fn account(&self, reached: &BTreeMap<FolderId, TargetPlace>) -> Result<(), JournalError> {
        self.ports.journal.transaction(|tx| {
            for (folder, place) in reached {
                tx.target_accounted(*folder, *place)?;
            }
            Ok(())
        })
    }
}

fn listed(item: &ItemMeta) -> NewItem {
    NewItem {
        key: item.key.clone(),
        size: item.size,
        date: item.date,
        flags: item.flags.clone(),
    }
}
