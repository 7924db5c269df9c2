//! What is kept ahead of the conversion: each object whole, on disk and read back.

use stegvis_journal::JournalError;
use stegvis_model::{DirectoryChangeKind, SmtpAddress};
use tokio_util::sync::CancellationToken;

use super::drive::Conversions;
use crate::directory::many::Then;
use crate::directory::trouble::End;
use crate::directory::{ChangeOutcome, Changed, Standing};

const KIND: DirectoryChangeKind = DirectoryChangeKind::Conversion;

impl Conversions {
    /// Plans each conversion, sees that the account may write it, and keeps the whole object. Nothing is written to the
    /// directory; what stands in the way is known before anything is converted.
    ///
    /// # Errors
    /// The journal's; what goes wrong with a mailbox is its outcome.
    pub async fn back_up(
        &self,
        addresses: &[SmtpAddress],
        stop: &CancellationToken,
    ) -> Result<Vec<ChangeOutcome>, JournalError> {
        self.recover().await?;
        let one = async |address: &SmtpAddress| {
            let changed = match self.back_up_one(address).await {
                Ok(changed) => changed,
                Err(end) => self.changes.ended(KIND, address, end)?,
            };
            Ok((changed, Then::GoOn))
        };
        self.changes
            .each(addresses, SmtpAddress::clone, one, &self.tell, stop)
            .await
    }

    async fn back_up_one(&self, address: &SmtpAddress) -> Result<Changed, End> {
        let changes = &self.changes;
        if let Some(before) = changes.find(KIND, address)?.filter(|change| change.run > 0)
            && changes.settle(&before).await? == Standing::After
        {
            return Ok(Changed::AlreadyDone);
        }
        let facts = self.facts(address).await?;
        let plan = self.plan(&facts).await?;
        let change = self.plan_change(address, plan)?;
        changes.writable(&change).await?;
        changes.back_up(&change).await?;
        Ok(Changed::Done)
    }
}
