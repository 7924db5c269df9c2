//! Copying from this computer what the service left in the source.

use std::collections::BTreeMap;
use std::sync::Arc;

use stegvis_engine::ports::MailboxRef;
use stegvis_engine::service::{PassEnd, gap_of};
use stegvis_journal::JournalError;
use stegvis_model::SmtpAddress;
use tokio_util::sync::CancellationToken;

use crate::migrate::Task;
use crate::project::{Project, damaged, key};
use crate::{Error, ErrorCode};

/// More than any tenant allows: it makes the most that it does of it.
const LARGEST: u64 = u64::MAX;

/// How large a message each mailbox took before it was raised, by address.
type Sizes = BTreeMap<String, u64>;

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
        self.put_back_sizes().await;
        super::run::unread(&filled?)
    }

    async fn fill_raised(
        self: &Arc<Self>,
        mailboxes: &BTreeMap<String, MailboxRef>,
        stop: &CancellationToken,
    ) -> Result<PassEnd, Error> {
        self.raise_sizes().await?;
        Ok(self.cloud_gap(mailboxes)?.fill(stop).await?)
    }

    fn sizes(&self) -> Result<Sizes, Error> {
        match self.setting(|tx| tx.setting(key::RECEIVE_SIZES))? {
            Some(text) => {
                serde_json::from_str(&text).map_err(|error| damaged(key::RECEIVE_SIZES, &error))
            }
            None => Ok(Sizes::new()),
        }
    }

    fn keep_sizes(&self, sizes: &Sizes) -> Result<(), Error> {
        let text =
            serde_json::to_string(sizes).map_err(|error| damaged(key::RECEIVE_SIZES, &error))?;
        self.setting(|tx| tx.set_setting(key::RECEIVE_SIZES, &text))
    }

    /// Lets the mailboxes that lack something take the largest messages that the tenant allows. What they took before is
    /// kept first, so that it is put back whatever happens.
    async fn raise_sizes(&self) -> Result<(), Error> {
        let lacking = self.setting(|tx| {
            let mut lacking = Vec::new();
            for user in tx.users()? {
                if tx.left_by_service(user.id)?.items > 0 {
                    lacking.push(user.address);
                }
            }
            Ok::<_, JournalError>(lacking)
        })?;
        let tenant = &self.connections().tenant;
        for address in lacking {
            let Some(size) = tenant.receive_size(&address).await? else {
                continue;
            };
            let mut sizes = self.sizes()?;
            sizes.entry(address.to_string()).or_insert(size);
            self.keep_sizes(&sizes)?;
            tenant.set_receive_size(&address, LARGEST).await?;
        }
        Ok(())
    }

    /// Puts back what was raised. What the tenant would not do now is done at the next run.
    pub(crate) async fn put_back_sizes(&self) {
        let sizes = match self.sizes() {
            Ok(sizes) => sizes,
            Err(error) => return tracing::warn!(%error, "the largest messages are not put back"),
        };
        for (address, size) in sizes {
            if let Err(error) = self.put_back(&address, size).await {
                tracing::warn!(address, %error, "the largest message is not put back yet");
            }
        }
    }

    async fn put_back(&self, address: &str, size: u64) -> Result<(), Error> {
        let parsed: SmtpAddress = address
            .parse()
            .map_err(|error| damaged(key::RECEIVE_SIZES, &error))?;
        let tenant = &self.connections().tenant;
        tenant.set_receive_size(&parsed, size).await?;
        let mut sizes = self.sizes()?;
        sizes.remove(address);
        self.keep_sizes(&sizes)
    }
}
