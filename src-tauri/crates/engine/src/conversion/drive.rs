//! Convert one, prove it, convert the rest; take any of it back.

use std::sync::Arc;

use stegvis_journal::{DirectoryChange, JournalError, NewDirectoryChange};
use stegvis_model::{
    ConversionGate, DirectoryChangeCause as Cause, DirectoryChangeKind,
    DirectoryChangeState as State, ExchangeVersion, GateState, SmtpAddress,
};
use tokio_util::sync::CancellationToken;

use super::gate::{Gate, Words, closed};
use super::plan::ConversionPlan;
use crate::directory::many::Then;
use crate::directory::trouble::End;
use crate::directory::{
    ChangeOutcome, Changed, DirectoryChanges, MxFacts, Standing, Tell, Trouble,
};
use crate::ports::{CloudMailboxes, DirectoryOrganization};

const KIND: DirectoryChangeKind = DirectoryChangeKind::Conversion;

/// The conversions of a project.
#[derive(Clone)]
pub struct Conversions {
    /// What is changed, and how.
    pub changes: DirectoryChanges,
    /// The cloud mailboxes.
    pub cloud: Arc<dyn CloudMailboxes>,
    /// The old organisation, as it was read.
    pub organization: DirectoryOrganization,
    /// The version of servers whose own number does not tell it.
    pub version: Option<ExchangeVersion>,
    /// Where mail goes in the world, as far as it was looked up.
    pub mx: MxFacts,
    /// The administrator's word.
    pub words: Words,
    /// Who watches.
    pub tell: Tell,
}

impl Conversions {
    /// Converts each mailbox. The first conversion of a project is a pilot: nothing else is begun unless it is proved.
    ///
    /// # Errors
    /// The journal's; what goes wrong with a mailbox is its outcome.
    pub async fn convert(
        &self,
        addresses: &[SmtpAddress],
        stop: &CancellationToken,
    ) -> Result<Vec<ChangeOutcome>, JournalError> {
        self.recover().await?;
        self.note_words()?;
        let run = self.changes.next_run(KIND)?;
        let one = async |address: &SmtpAddress| {
            let changed = match self.convert_one(address, run).await {
                Ok(changed) => changed,
                Err(end) => self.changes.ended(KIND, address, end)?,
            };
            let unproved = matches!(&changed, Changed::Failed(trouble)
                if matches!(trouble.cause, Cause::ProofFailed | Cause::ReadBackDiffers));
            let then = if unproved && !self.any_proved()? {
                Then::End
            } else {
                Then::GoOn
            };
            Ok((changed, then))
        };
        self.changes
            .each(addresses, SmtpAddress::clone, one, &self.tell, stop)
            .await
    }

    /// Takes conversions back: of these addresses, or all of the project's.
    ///
    /// # Errors
    /// The journal's; what goes wrong with a mailbox is its outcome.
    pub async fn undo(
        &self,
        only: Option<&[SmtpAddress]>,
        stop: &CancellationToken,
    ) -> Result<Vec<ChangeOutcome>, JournalError> {
        self.changes.undo(KIND, only, &self.tell, stop).await
    }

    /// Takes back what the last run converted.
    ///
    /// # Errors
    /// The journal's; what goes wrong with a mailbox is its outcome.
    pub async fn roll_back(
        &self,
        stop: &CancellationToken,
    ) -> Result<Vec<ChangeOutcome>, JournalError> {
        self.changes.roll_back(KIND, &self.tell, stop).await
    }

    /// Settles by the directory what a crash left in flight: converted, or as before, never between.
    ///
    /// # Errors
    /// The journal's.
    pub async fn recover(&self) -> Result<Vec<(SmtpAddress, State)>, JournalError> {
        self.changes.recover(KIND).await
    }

    /// Proves converted mailboxes again.
    ///
    /// # Errors
    /// The journal's; what goes wrong with a mailbox is its outcome.
    pub async fn prove_again(
        &self,
        addresses: &[SmtpAddress],
        stop: &CancellationToken,
    ) -> Result<Vec<ChangeOutcome>, JournalError> {
        let one = async |address: &SmtpAddress| {
            let change = self.changes.find(KIND, address)?;
            let proved = match change.filter(|change| change.run > 0) {
                Some(change) => self.prove(&change).await,
                None => Err(Trouble::new(Cause::NotSuitable, "it is not converted").into()),
            };
            let changed = match proved {
                Ok(()) => Changed::Done,
                Err(end) => self.changes.ended(KIND, address, end)?,
            };
            Ok((changed, Then::GoOn))
        };
        self.changes
            .each(addresses, SmtpAddress::clone, one, &self.tell, stop)
            .await
    }

    pub(super) fn plan_change(
        &self,
        address: &SmtpAddress,
        plan: ConversionPlan,
    ) -> Result<DirectoryChange, JournalError> {
        self.changes.plan(&NewDirectoryChange {
            kind: KIND,
            address: address.clone(),
            dn: plan.dn,
            version: Some(plan.version),
            before: plan.before,
            after: plan.after,
        })
    }

    async fn convert_one(&self, address: &SmtpAddress, run: i64) -> Result<Changed, End> {
        let changes = &self.changes;
        if let Some(before) = changes.find(KIND, address)?.filter(|change| change.run > 0) {
            let proved = before.state == State::Proved;
            if changes.settle(&before).await? == Standing::After {
                if proved {
                    return Ok(Changed::AlreadyDone);
                }
                self.prove(&before).await?;
                return Ok(Changed::Done);
            }
        }
        let facts = self.facts(address).await?.with(self.migration(address)?);
        let plan = self.plan(&facts).await?;
        // All but the backup, which is not made for a mailbox that is not going to be converted.
        let gates = self.gates(&facts, None);
        refuse_closed(gates.iter().filter(|gate| {
            gate.gate != ConversionGate::BackupReadBack || gate.state == GateState::Fail
        }))?;
        let change = self.plan_change(address, plan)?;
        changes.writable(&change).await?;
        let backup = Ok(changes.back_up(&change).await?);
        refuse_closed(self.gates(&facts, Some(&backup)).iter())?;
        // With the backup's name: an undo in this same run asks for it.
        let change = changes.find(KIND, address)?.unwrap_or(change);
        changes.write(&change, run).await?;
        self.prove(&change).await?;
        Ok(Changed::Done)
    }

    fn any_proved(&self) -> Result<bool, JournalError> {
        let all = self
            .changes
            .journal
            .transaction(|tx| tx.directory_changes(KIND))?;
        Ok(all.iter().any(|change| change.state == State::Proved))
    }

    /// The administrator's word is written down before anything is done by it.
    fn note_words(&self) -> Result<(), JournalError> {
        if self.words.gates.is_empty() {
            return Ok(());
        }
        let gates: Vec<String> = self.words.gates.iter().map(ToString::to_string).collect();
        let said = format!("{}: {}", self.words.by, gates.join(", "));
        self.changes
            .journal
            .transaction(|tx| tx.log(self.changes.clock.now(), None, "AdministratorsWord", &said))
    }
}

fn refuse_closed<'a>(gates: impl Iterator<Item = &'a Gate>) -> Result<(), Trouble> {
    let gates: Vec<Gate> = gates.cloned().collect();
    let closed = closed(&gates);
    if closed.is_empty() {
        return Ok(());
    }
    let named: Vec<String> = closed
        .iter()
        .map(|gate| match gate.detail.as_str() {
            "" => format!("{} {}", gate.gate, gate.code),
            detail => format!("{} {} ({detail})", gate.gate, gate.code),
        })
        .collect();
    Err(Trouble::new(Cause::GateClosed, named.join("; ")))
}
