//! What the service told of a mailbox, beside what the journal counts.

use stegvis_engine::ports::Clock as _;
use stegvis_engine::service::{Cleanup, CleanupKind, Hold, cleanup, gap_of, hold};
use stegvis_engine::sync::Progress;
use stegvis_journal::{CloudBatchRow, CloudUserRow};
use stegvis_model::{BatchId, MigrationUser, MigrationUserStatus};

use crate::Error;
use crate::dto::{BatchView, GapView, MigrationUserView};
use crate::project::{Project, small};

/// Whether what the service told is all that is known: our own count has not begun.
fn untold(user: &MigrationUser, row: &CloudUserRow) -> bool {
    row.compared_at.is_none() && user.status != MigrationUserStatus::IncrementalSyncing
}

/// How far the service says that a mailbox is.
pub(crate) fn followed(user: &MigrationUser, row: &CloudUserRow, progress: &mut Progress) {
    if !untold(user, row) || progress.items_total > 0 && progress.bytes_total == 0 {
        return;
    }
    let (synced, skipped) = (row.seen.synced.unwrap_or(0), row.seen.skipped.unwrap_or(0));
    progress.items_copied = synced;
    progress.items_skipped = skipped;
    progress.items_total = row.detail.items_total.unwrap_or(0).max(synced + skipped);
    progress.bytes_copied = row.detail.bytes.unwrap_or(0);
    progress.bytes_total = row
        .detail
        .bytes_total
        .unwrap_or(0)
        .max(progress.bytes_copied);
}

impl Project {
    /// Lets the live view follow what the service told of a batch.
    pub(crate) fn follow_cloud(&self, batch: BatchId) -> Result<(), Error> {
        let (users, rows) = self.setting(|tx| Ok((tx.users()?, tx.cloud_users(batch)?)))?;
        let now = self.clock.now();
        for row in rows {
            let Some(user) = users.iter().find(|user| user.id == row.user) else {
                continue;
            };
            if !untold(user, &row) {
                continue;
            }
            let known = self
                .live()
                .users
                .get(&user.id.0)
                .map(|live| live.progress.clone());
            let mut progress = match known {
                Some(progress) => progress,
                None => Progress::read(&self.journal, user.id)?,
            };
            followed(user, &row, &mut progress);
            self.live().progress(&progress, now);
        }
        Ok(())
    }

    /// What the service left and this computer may copy.
    pub(crate) fn gap_view(&self) -> Result<Option<GapView>, Error> {
        Ok(gap_of(&self.journal)?.map(|gap| GapView {
            there: small(gap.there),
            missing: small(gap.missing.items),
            mailboxes: small(gap.mailboxes),
            bytes: gap.missing.bytes,
        }))
    }

    /// What the service says of a batch.
    pub(crate) fn batch_in_cloud(&self, row: Option<&CloudBatchRow>, view: &mut BatchView) {
        let Some(row) = row.filter(|row| row.removed_at.is_none()) else {
            return;
        };
        view.cloud_name = Some(row.new.name.clone());
        view.cloud_status = row.seen.as_ref().map(|seen| seen.status.clone());
        if let Some(Cleanup { at, kind }) = cleanup(row, self.clock.now()) {
            view.cleanup_at = Some(at.to_string());
            view.cleanup_kind = Some(match kind {
                CleanupKind::Stops => "Stops".to_owned(),
                CleanupKind::Removes => "Removes".to_owned(),
            });
        }
        let begun = row.seen.as_ref().is_some_and(|seen| seen.started.is_some());
        view.starts_at = row
            .new
            .start_after
            .filter(|at| !begun && *at > self.clock.now())
            .map(|at| at.to_string());
    }

    /// What the service says of a mailbox.
    pub(crate) fn user_in_cloud(&self, row: Option<&CloudUserRow>, view: &mut MigrationUserView) {
        let Some(row) = row else { return };
        view.cloud_status = Some(row.seen.status.clone());
        let held = hold(row, self.clock.now());
        view.stalled = held == Some(Hold::Stalled);
        if held.is_some() {
            view.server_words = row.seen.error.clone().or_else(|| view.server_words.take());
        }
        // The service's own measure, where it gave one.
        if view.bytes_per_minute.is_none() && view.status == "Syncing" {
            view.bytes_per_minute = row.detail.bytes_per_minute;
        }
    }
}
