//! Copying from this computer what the service left in the source.

use std::collections::BTreeMap;
use std::sync::Arc;

use stegvis_engine::ports::MailboxRef;
use stegvis_engine::service::gap_of;
use tokio_util::sync::CancellationToken;

use crate::migrate::Task;
use crate::project::Project;
use crate::{Error, ErrorCode};

impl Project {
    /// Begins to copy what the service left; the rest is told by events.
    pub(crate) fn start_filling(self: &Arc<Self>) -> Result<(), Error> {
        self.nothing_runs()?;
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
        let end = self.cloud_gap(mailboxes)?.fill(stop).await?;
        super::run::unread(&end)
    }
}
