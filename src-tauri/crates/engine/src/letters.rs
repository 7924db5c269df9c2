//! The status mail and the final report, each once a batch, whoever moves the mail; and letters to people.

mod to_users;

use std::sync::Arc;

use stegvis_journal::{Journal, JournalError, Tx};
use stegvis_model::{BatchId, MigrationBatch, MigrationUserStatus};

use crate::ports::{Clock, Mail, Mailer};
use crate::report::{Report, report};
use crate::runner::RunEvent;

pub use to_users::{Pace, UserMail, send};

/// Composes our mail: the words are the facade's, in the administrator's language.
pub trait Letters: Send + Sync {
    /// The status mail of a batch: how many mailboxes receive their mail in the tenant, how many failed and why.
    fn status_mail(&self, batch: &MigrationBatch, report: &Report) -> Option<Mail>;

    /// The final report of a batch: what was copied, what was not, and whether it reconciles.
    fn report_mail(&self, batch: &MigrationBatch, report: &Report) -> Option<Mail>;
}

/// What sends our mail, and what composes it.
pub type Mails = (Arc<dyn Mailer>, Arc<dyn Letters>);

/// What sends the letters of a run.
pub(crate) struct Post<'a> {
    pub(crate) journal: &'a Journal,
    pub(crate) mail: Option<&'a Mails>,
    pub(crate) events: &'a (dyn Fn(RunEvent) + Send + Sync),
    pub(crate) clock: &'a dyn Clock,
}

impl Post<'_> {
    /// Sends the status mail of every started batch of `ours` that has not had one.
    pub(crate) async fn status_mails(
        &self,
        ours: &(dyn Fn(BatchId) -> bool + Send + Sync),
    ) -> Result<(), JournalError> {
        let Some((mailer, letters)) = self.mail else {
            return Ok(());
        };
        let report = report(self.journal)?;
        for batch in report.batches.iter().filter(|batch| ours(batch.id)) {
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

    /// Sends the final report of every batch of `ours` whose mailboxes are all synced, or failed for good.
    pub(crate) async fn report_mails(
        &self,
        ours: &(dyn Fn(BatchId) -> bool + Send + Sync),
    ) -> Result<(), JournalError> {
        let Some((mailer, letters)) = self.mail else {
            return Ok(());
        };
        let report = report(self.journal)?;
        for batch in report.batches.iter().filter(|batch| ours(batch.id)) {
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

    /// Sends a mail and notes it; a mail that cannot be sent stops nothing and is told.
    async fn send(
        &self,
        mail: &Mail,
        mailer: &Arc<dyn Mailer>,
        note: impl FnOnce(&Tx<'_>) -> Result<(), JournalError>,
    ) -> Result<(), JournalError> {
        let sent = mailer.send(mail).await;
        if sent.is_ok() {
            self.journal.transaction(note)?;
        } else if let Err(error) = &sent {
            tracing::warn!(to = %mail.to, detail = error.detail, "a mail could not be sent");
        }
        (self.events)(RunEvent::Mail(sent));
        Ok(())
    }
}
