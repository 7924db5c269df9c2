use crate::text::named_enum;
use crate::{BatchId, MigrationUserStatus, StatusSummary};

/// A named set of mailboxes migrated together. Its status is derived from its users, never stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationBatch {
    /// Its row in the journal.
    pub id: BatchId,
    /// The name, at most 64 characters.
    pub name: String,
    /// Where the status mail and the final report go.
    pub notify: Option<crate::SmtpAddress>,
    /// When the status mail was sent, if it was.
    pub status_mail_at: Option<jiff::Timestamp>,
    /// When the final report was sent, if it was.
    pub report_mail_at: Option<jiff::Timestamp>,
    /// When it was first started.
    pub started_at: Option<jiff::Timestamp>,
}

named_enum! {
    /// Where a batch is (Microsoft's MigrationBatchStatus, the values that can occur here).
    BatchStatus {
        /// Not started.
        Created,
        /// At least one mailbox is moving or waits for its turn.
        Syncing,
        /// Stopped, with work left.
        Stopped,
        /// Every mailbox failed.
        Failed,
        /// Every mailbox is synced.
        Synced,
        /// Some are synced, some failed.
        SyncedWithErrors,
        /// Every mailbox is converted.
        Completed,
    }
}

/// The status of a batch: the worst that still asks for something, seen over its users.
#[must_use]
pub fn batch_status<'a>(
    started: bool,
    users: impl IntoIterator<Item = &'a MigrationUserStatus>,
) -> BatchStatus {
    let (mut active, mut stopped, mut failed, mut synced, mut completed) = (0, 0, 0, 0, 0);
    for status in users {
        match status.summary() {
            StatusSummary::Active => active += 1,
            StatusSummary::Stopped => stopped += 1,
            StatusSummary::Failed => failed += 1,
            StatusSummary::Synced => synced += 1,
            StatusSummary::Completed => completed += 1,
        }
    }
    if !started || active + stopped + failed + synced + completed == 0 {
        BatchStatus::Created
    } else if active > 0 {
        BatchStatus::Syncing
    } else if stopped > 0 {
        BatchStatus::Stopped
    } else if failed > 0 && synced + completed == 0 {
        BatchStatus::Failed
    } else if failed > 0 {
        BatchStatus::SyncedWithErrors
    } else if synced > 0 {
        BatchStatus::Synced
    } else {
        BatchStatus::Completed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FailureCode, StoppedBy};

    #[test]
    fn a_batch_is_what_its_users_are() {
        let failed = MigrationUserStatus::Failed {
            code: FailureCode::MailUserMissing,
        };
        let stopped = MigrationUserStatus::Stopped {
            by: StoppedBy::Administrator,
        };
        let synced = MigrationUserStatus::Synced;
        let status = |users: &[MigrationUserStatus]| batch_status(true, users);
        assert_eq!(
            batch_status(false, &[MigrationUserStatus::Queued]),
            BatchStatus::Created
        );
        assert_eq!(status(&[]), BatchStatus::Created);
        assert_eq!(
            status(&[synced, MigrationUserStatus::Queued, failed]),
            BatchStatus::Syncing
        );
        assert_eq!(status(&[synced, stopped, failed]), BatchStatus::Stopped);
        assert_eq!(status(&[synced, failed]), BatchStatus::SyncedWithErrors);
        assert_eq!(status(&[failed]), BatchStatus::Failed);
        assert_eq!(status(&[synced, synced]), BatchStatus::Synced);
        assert_eq!(
            status(&[MigrationUserStatus::Completed]),
            BatchStatus::Completed
        );
    }
}
