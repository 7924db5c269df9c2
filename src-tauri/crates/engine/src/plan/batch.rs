use stegvis_model::{MigrationUser, MigrationUserStatus, SmtpAddress};

/// A step of what *Start migration* does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BatchStep {
    /// Directory entries are kept as LDIF before anything is written to them.
    BackUpDirectory(usize),
    /// Mail users become mailboxes.
    Provision(usize),
    /// TargetAddress is written.
    Forward(usize),
    /// Mail is copied, at most so many mailboxes at a time.
    Copy(usize, u32),
    /// The status mail goes out, once every mailbox is forwarding or has failed.
    StatusMail(SmtpAddress),
    /// The final report goes out, after the last initial sync.
    ReportMail(SmtpAddress),
    /// Source and target are read again and compared.
    Verify(usize),
}

/// What *Start migration* will do: shown on the review page, printed by the dry run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchPlan {
    /// The mailboxes it will do it to.
    pub users: Vec<SmtpAddress>,
    /// The steps, in order.
    pub steps: Vec<BatchStep>,
}

/// Plans the start of everything that waits for it: what is queued, stopped, or failed for a cause
/// that a retry may find gone.
#[must_use]
pub fn plan_batch(
    users: &[MigrationUser],
    concurrency: u32,
    notify: Option<&SmtpAddress>,
) -> BatchPlan {
    let waiting: Vec<&MigrationUser> = users
        .iter()
        .filter(|user| {
            matches!(
                user.status,
                MigrationUserStatus::Queued
                    | MigrationUserStatus::Stopped { .. }
                    | MigrationUserStatus::Failed { .. }
            )
        })
        .collect();
    let count = waiting.len();
    let mut steps = Vec::new();
    if count > 0 {
        steps.extend([
            BatchStep::BackUpDirectory(count),
            BatchStep::Provision(count),
            BatchStep::Forward(count),
            BatchStep::Copy(count, concurrency),
        ]);
        if let Some(notify) = notify {
            steps.insert(3, BatchStep::StatusMail(notify.clone()));
            steps.push(BatchStep::ReportMail(notify.clone()));
        }
        steps.push(BatchStep::Verify(count));
    }
    BatchPlan {
        users: waiting
            .into_iter()
            .map(|user| user.address.clone())
            .collect(),
        steps,
    }
}
