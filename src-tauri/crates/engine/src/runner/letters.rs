//! The status mail and the final report, each once a batch.

use stegvis_journal::JournalError;
use stegvis_model::{MigrationBatch, MigrationUserStatus};

use super::{Route, Run};
use crate::ports::Mail;
use crate::report::{Report, report};

/// Composes our mail: the words are the facade's, in the administrator's language.
pub trait Letters: Send + Sync {
    /// The status mail of a batch: how many mailboxes receive their mail in the tenant, how many failed and why.
    fn status_mail(&self, batch: &MigrationBatch, report: &Report) -> Option<Mail>;

    /// The final report of a batch: what was copied, what was not, and whether it reconciles.
    fn report_mail(&self, batch: &MigrationBatch, report: &Report) -> Option<Mail>;
}

impl Run {
    /// Sends the status mail of every started batch that has not had one.
    pub(super) async fn status_mails(&self) -> Result<(), JournalError> {
        let Route::Staged(staged) = &self.route else {
            return Ok(());
        };
        let Some((mailer, letters)) = &staged.mail else {
            return Ok(());
        };
        let report = report(&self.journal)?;
        for batch in &report.batches {
            if batch.started_at.is_none() || batch.status_mail_at.is_some() {
                continue;
            }
            if let Some(mail) = letters.status_mail(batch, &report) {
                self.send(&mail, mailer, |tx| {
                    tx.status_mail_sent(batch.id, self.clock.now())
                })
                .await?;
            }
        }
        Ok(())
    }

    /// Sends the final report of every batch whose mailboxes are all synced, or failed for good.
    pub(super) async fn report_mails(&self) -> Result<(), JournalError> {
        let Route::Staged(staged) = &self.route else {
            return Ok(());
        };
        let Some((mailer, letters)) = &staged.mail else {
            return Ok(());
        };
        let report = report(&self.journal)?;
        for batch in &report.batches {
            let over = report
                .users
                .iter()
                .filter(|user| user.user.batch == batch.id)
                .all(|user| {
                    matches!(
                        user.user.status,
                        MigrationUserStatus::Synced
                            | MigrationUserStatus::Failed { .. }
                            | MigrationUserStatus::Completed
                            | MigrationUserStatus::CompletedWithWarnings
                    )
                });
            if batch.started_at.is_none() || batch.report_mail_at.is_some() || !over {
                continue;
            }
            if let Some(mail) = letters.report_mail(batch, &report) {
                self.send(&mail, mailer, |tx| {
                    tx.report_mail_sent(batch.id, self.clock.now())
                })
                .await?;
            }
        }
        Ok(())
    }
}
