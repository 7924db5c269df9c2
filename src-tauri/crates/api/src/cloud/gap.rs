//! Copying from this computer what the service left in the source.

use std::collections::BTreeMap;
use std::sync::Arc;

use stegvis_engine::ports::MailboxRef;
use stegvis_engine::service::{PassEnd, gap_of};
use stegvis_journal::JournalError;
use tokio_util::sync::CancellationToken;

use crate::migrate::Task;
use crate::project::Project;
use crate::{Error, ErrorCode};

impl Project {
    /// Begins to copy what the service left; the rest is told by events.
    pub(crate) fn start_filling(self: &Arc<Self>) -> Result<(), Error> {
        self.nothing_runs("Stop it first.")?;
        let missing = gap_of(&self.journal)?.map_or(0, |gap| gap.missing.items);
        if missing == 0 {
            return Err(Error::new(
                ErrorCode::NothingChosen,
                "nothing is known to be missing",
                "Start the batch again to compare source and target.",
            ));
        }
        self.begin(Task::Fill)
    }

    /// Copies it. What the target does not take is told as skipped.
    pub(crate) async fn fill(
        self: &Arc<Self>,
        mailboxes: &BTreeMap<String, MailboxRef>,
        stop: &CancellationToken,
    ) -> Result<(), Error> {
        self.ask_for_access(stop).await?;
        let filled = self.fill_raised(mailboxes, stop).await;
        self.put_back_sizes().await?;
        super::run::unread(&filled?)
    }

    async fn fill_raised(
        self: &Arc<Self>,
        mailboxes: &BTreeMap<String, MailboxRef>,
        stop: &CancellationToken,
    ) -> Result<PassEnd, Error> {
        self.raise_lacking().await?;
        Ok(self.cloud_gap(mailboxes)?.fill(stop).await?)
    }

    /// Lets the mailboxes that lack something take the largest messages that the tenant allows.
    async fn raise_lacking(&self) -> Result<(), Error> {
        let lacking = self.setting(|tx| {
            let mut lacking = Vec::new();
            for user in tx.users()? {
                if tx.left_by_service(user.id)?.items > 0 {
                    lacking.push(user.address);
                }
            }
            Ok::<_, JournalError>(lacking)
        })?;
        for address in lacking {
            self.raise_size(&address).await?;
        }
        Ok(())
    }
}
