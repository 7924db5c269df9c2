//! One mailbox, looked at from all sides before anything is written.

use std::collections::BTreeMap;

use stegvis_journal::JournalError;
use stegvis_model::{
    DirectoryChangeCause as Cause, DirectoryChangeKind, ExchangeVersion, SmtpAddress,
};

use super::drive::Conversions;
use super::gate::{Gate, GateFacts, MigrationFacts, gates};
use super::plan::{ConversionPlan, addresses_held, plan_conversion};
use crate::directory::{Loop, Trouble, follow, predict_loop};
use crate::ports::{CloudMailbox, DirectoryRecipient, EndpointError};

/// What would become of one mailbox, and what must hold before.
#[derive(Debug, Clone)]
pub struct Considered {
    /// The mailbox.
    pub address: SmtpAddress,
    /// As the directory lists it; nothing where no mailbox has the address.
    pub mailbox: Option<DirectoryRecipient>,
    /// What would be written, or why nothing would.
    pub plan: Result<ConversionPlan, Trouble>,
    /// The gates.
    pub gates: Vec<Gate>,
    /// Attributes that the account may not write, of those that would be written.
    pub unwritable: Vec<String>,
    /// Whether it stands converted by this project.
    pub converted: bool,
}

/// What was asked for one mailbox.
pub(super) struct Facts {
    mailbox: Option<DirectoryRecipient>,
    cloud: Option<CloudMailbox>,
    opens: Option<Result<(), EndpointError>>,
    licensed: Option<bool>,
    loops: Option<Loop>,
    migration: Option<MigrationFacts>,
}

impl Conversions {
    /// Looks at one mailbox. Nothing is written anywhere.
    ///
    /// # Errors
    /// The journal's; what stands in the way of the mailbox is in the answer.
    pub async fn consider(&self, address: &SmtpAddress) -> Result<Considered, JournalError> {
        let converted = self
            .changes
            .find(DirectoryChangeKind::Conversion, address)?
            .is_some_and(|change| change.run > 0);
        let facts = self.facts(address).await;
        let (plan, gates, mailbox) = match facts {
            Ok(facts) => {
                let facts = Facts {
                    migration: self.migration(address)?,
                    ..facts
                };
                let plan = self.plan(&facts).await;
                let gates = self.gates(&facts, None);
                (plan, gates, facts.mailbox)
            }
            Err(trouble) => (Err(trouble), Vec::new(), None),
        };
        let unwritable = match &plan {
            Ok(plan) => self.changes.unwritable(&plan.dn, &plan.changes()).await,
            Err(_) => Ok(Vec::new()),
        };
        let (plan, unwritable) = match unwritable {
            Ok(unwritable) => (plan, unwritable),
            Err(trouble) => (Err(trouble), Vec::new()),
        };
        Ok(Considered {
            address: address.clone(),
            mailbox,
            plan,
            gates,
            unwritable,
            converted,
        })
    }

    /// Asks the directory and the cloud.
    pub(super) async fn facts(&self, address: &SmtpAddress) -> Result<Facts, Trouble> {
        let changes = &self.changes;
        let mailbox = changes
            .ask(async || changes.directory.find(address).await)
            .await?;
        let cloud = changes
            .ask(async || self.cloud.mailbox(address).await)
            .await?;
        let loops = cloud.as_ref().and_then(|cloud| {
            predict_loop(
                cloud.routing_address.domain(),
                &self.organization.accepted_domains,
                &self.mx,
            )
        });
        let (opens, licensed) = match cloud {
            Some(_) => (
                self.cloud.opens(address).await,
                self.cloud.licensed(address).await,
            ),
            None => (None, None),
        };
        Ok(Facts {
            mailbox,
            cloud,
            opens,
            licensed,
            loops,
            migration: None,
        })
    }

    /// What the journal knows of the mailbox's migration.
    pub(super) fn migration(
        &self,
        address: &SmtpAddress,
    ) -> Result<Option<MigrationFacts>, JournalError> {
        self.changes.journal.transaction(|tx| {
            let Some(user) = tx.user_of(address)? else {
                return Ok(None);
            };
            Ok(Some(MigrationFacts {
                status: user.status,
                skipped: follow::skipped(tx, &user)?,
                signed: tx
                    .skipped_signature(user.id)?
                    .map(|signature| (signature.by, signature.items)),
            }))
        })
    }

    /// The plan for the object as it reads now; no other object may have one of its addresses.
    pub(super) async fn plan(&self, facts: &Facts) -> Result<ConversionPlan, Trouble> {
        let missing = || Trouble::new(Cause::ObjectMissing, "no mailbox has this address");
        let mailbox = facts.mailbox.as_ref().ok_or_else(missing)?;
        let cloud = facts.cloud.as_ref().ok_or_else(|| {
            Trouble::new(
                Cause::CloudMailboxMissing,
                "the cloud mailbox of this address is not known",
            )
        })?;
        let version = self.version_of(mailbox).ok_or_else(|| {
            let server = mailbox.server.as_deref().unwrap_or("without a name");
            Trouble::new(
                Cause::NotSuitable,
                format!("the version of its server {server} is not known"),
            )
        })?;
        let changes = &self.changes;
        let entry = changes
            .ask(async || changes.directory.entry(&mailbox.dn).await)
            .await?;
        let unsuitable = |refused: super::ConversionRefused| {
            Trouble::new(Cause::NotSuitable, refused.to_string())
        };
        let plan = plan_conversion(&entry, cloud, version).map_err(unsuitable)?;
        let mut holders = BTreeMap::new();
        for proxy in plan.proxy_addresses() {
            let dns = changes
                .ask(async || changes.directory.holders(proxy).await)
                .await?;
            holders.insert(proxy.to_owned(), dns);
        }
        addresses_held(&plan, &holders).map_err(unsuitable)?;
        Ok(plan)
    }

    /// The version of the server that holds a mailbox.
    pub(super) fn version_of(&self, mailbox: &DirectoryRecipient) -> Option<ExchangeVersion> {
        let name = mailbox.server.as_deref()?;
        self.organization
            .servers
            .iter()
            .find(|server| server.name.eq_ignore_ascii_case(name))
            .and_then(|server| server.version)
            .or(self.version)
    }

    /// The gates by what is known now.
    pub(super) fn gates(
        &self,
        facts: &Facts,
        backup: Option<&Result<String, String>>,
    ) -> Vec<Gate> {
        gates(&GateFacts {
            migration: facts.migration.as_ref(),
            cloud_opens: facts.opens.as_ref(),
            target_address: facts
                .mailbox
                .as_ref()
                .and_then(|mailbox| mailbox.target_address.as_deref()),
            routing_address: facts.cloud.as_ref().map(|cloud| &cloud.routing_address),
            loops: facts.loops.as_ref(),
            backup,
            licensed: facts.licensed,
            words: &self.words,
        })
    }
}

impl Facts {
    pub(super) fn with(self, migration: Option<MigrationFacts>) -> Self {
        Self { migration, ..self }
    }
}
