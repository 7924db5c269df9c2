//! Forwarding by TargetAddress, mailbox by mailbox.

use std::sync::Arc;

use stegvis_journal::{JournalError, NewDirectoryChange};
use stegvis_model::{
    DirectoryChangeCause as Cause, DirectoryChangeKind, DirectoryChangeState as State, SmtpAddress,
};
use tokio_util::sync::CancellationToken;

use super::change::{DirectoryChanges, Standing};
use super::forwarding::{ForwardingPlan, ForwardingVerdict, MxFacts, plan_forwarding};
use super::many::{ChangeOutcome, Changed, Tell, Then};
use super::trouble::{End, Trouble};
use crate::ports::{AcceptedDomain, CloudMailboxes};

const KIND: DirectoryChangeKind = DirectoryChangeKind::Forwarding;

/// The forwardings of a project.
#[derive(Clone)]
pub struct Forwardings {
    /// What is changed, and how.
    pub changes: DirectoryChanges,
    /// Where mail must go.
    pub cloud: Arc<dyn CloudMailboxes>,
    /// What the old organisation takes mail for.
    pub accepted_domains: Vec<AcceptedDomain>,
    /// Where mail goes in the world, as far as it was looked up.
    pub mx: MxFacts,
    /// Who watches.
    pub tell: Tell,
}

impl Forwardings {
    /// What would become of one mailbox's TargetAddress. Nothing is written.
    ///
    /// # Errors
    /// Why nothing can be planned for it.
    pub async fn consider(&self, address: &SmtpAddress) -> Result<ForwardingPlan, Trouble> {
        let changes = &self.changes;
        let mailbox = changes
            .ask(async || changes.directory.find(address).await)
            .await?
            .ok_or_else(|| Trouble::new(Cause::ObjectMissing, "no mailbox has this address"))?;
        let cloud = changes
            .ask(async || self.cloud.mailbox(&mailbox.address).await)
            .await?
            .ok_or_else(|| {
                Trouble::new(
                    Cause::CloudMailboxMissing,
                    "nothing says where its mail must go",
                )
            })?;
        let mut plan = plan_forwarding(
            &mailbox,
            &cloud.routing_address,
            &self.accepted_domains,
            &self.mx,
        );
        plan.address = address.clone();
        Ok(plan)
    }

    /// Sends each mailbox's mail to its cloud mailbox: backed up, written, read back.
    ///
    /// # Errors
    /// The journal's; what goes wrong with a mailbox is its outcome.
    pub async fn forward(
        &self,
        addresses: &[SmtpAddress],
        stop: &CancellationToken,
    ) -> Result<Vec<ChangeOutcome>, JournalError> {
        self.changes.recover(KIND).await?;
        let run = self.changes.next_run(KIND)?;
        let one = async |address: &SmtpAddress| {
            let changed = match self.forward_one(address, run).await {
                Ok(changed) => changed,
                Err(end) => self.changes.ended(KIND, address, end)?,
            };
            Ok((changed, Then::GoOn))
        };
        self.changes
            .each(addresses, SmtpAddress::clone, one, &self.tell, stop)
            .await
    }

    async fn forward_one(&self, address: &SmtpAddress, run: i64) -> Result<Changed, End> {
        let changes = &self.changes;
        if let Some(before) = changes.find(KIND, address)?.filter(|change| change.run > 0)
            && changes.settle(&before).await? == Standing::After
        {
            changes.enter(&before, State::Proved)?;
            return Ok(Changed::AlreadyDone);
        }
        let plan = self.consider(address).await?;
        let Some((before, after)) = plan.values() else {
            return match &plan.verdict {
                ForwardingVerdict::AlreadyThere | ForwardingVerdict::Write => {
                    Ok(Changed::AlreadyDone)
                }
                ForwardingVerdict::Elsewhere(there) => Err(Trouble::new(
                    Cause::NotSuitable,
                    format!(
                        "targetAddress is {there}: somebody else's forwarding is not written over"
                    ),
                )
                .into()),
                ForwardingVerdict::AlternateRecipient(other) => Err(Trouble::new(
                    Cause::NotSuitable,
                    format!(
                        "altRecipient is {other}: somebody else's forwarding is not written over"
                    ),
                )
                .into()),
                ForwardingVerdict::Loops(looped) => {
                    Err(Trouble::new(Cause::LoopPredicted, looped.to_string()).into())
                }
            };
        };
        let new = NewDirectoryChange {
            kind: KIND,
            address: address.clone(),
            dn: plan.dn.clone(),
            version: None,
            before,
            after,
        };
        let change = changes.plan(&new)?;
        changes.writable(&change).await?;
        changes.back_up(&change).await?;
        changes.write(&change, run).await?;
        changes.enter(&change, State::Proved)?;
        Ok(Changed::Done)
    }
}
