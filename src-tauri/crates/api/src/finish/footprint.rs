//! What this program, or its being used, left in the world: as far as the project knows without asking.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use stegvis_engine::powershell::quoted;
use stegvis_model::{Engine, ExchangeVersion, MigrationUserStatus, SmtpAddress, YesNo};

use super::{key, yes_no};
use crate::Error;
use crate::dto::{FootprintItem, FootprintKind, FootprintState};
use crate::project::{Project, count, damaged};
use crate::secrets::SecretName;

/// Where the application is registered.
const REGISTRATIONS: &str =
    "https://entra.microsoft.com › App registrations, Enterprise applications › Permissions";

/// What the last clean-up told.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Cleaned {
    /// When it was.
    pub(super) at: Option<String>,
    /// How each kind stood at its end, by the kind's name.
    pub(super) states: BTreeMap<String, FootprintState>,
    /// Why something stayed, by the kind's name.
    pub(super) words: BTreeMap<String, String>,
    /// When the access to each mailbox was last seen to be gone.
    pub(super) closed: BTreeMap<String, String>,
}

impl Cleaned {
    pub(super) fn state(&self, kind: FootprintKind) -> FootprintState {
        self.states
            .get(&name(kind))
            .copied()
            .unwrap_or(FootprintState::Unknown)
    }

    pub(super) fn note(
        &mut self,
        kind: FootprintKind,
        state: FootprintState,
        words: Option<String>,
    ) {
        self.states.insert(name(kind), state);
        match words {
            Some(words) => self.words.insert(name(kind), words),
            None => self.words.remove(&name(kind)),
        };
    }
}

fn name(kind: FootprintKind) -> String {
    format!("{kind:?}")
}

impl Project {
    /// What the last clean-up told.
    pub(super) fn cleaned(&self) -> Result<Cleaned, Error> {
        match self.setting(|tx| tx.setting(key::FOOTPRINT))? {
            Some(text) => {
                serde_json::from_str(&text).map_err(|error| damaged(key::FOOTPRINT, &error))
            }
            None => Ok(Cleaned::default()),
        }
    }

    pub(super) fn keep_cleaned(&self, cleaned: &Cleaned) -> Result<(), Error> {
        let text =
            serde_json::to_string(cleaned).map_err(|error| damaged(key::FOOTPRINT, &error))?;
        self.setting(|tx| tx.set_setting(key::FOOTPRINT, &text))
    }

    /// The mailboxes that this program may have been let into since it was last seen to be out.
    pub(super) fn opened(&self, cleaned: &Cleaned) -> Result<Vec<SmtpAddress>, Error> {
        let (users, rows, log) = self.setting(|tx| {
            let users = tx.users()?;
            let batches: BTreeSet<_> = users.iter().map(|user| user.batch).collect();
            let mut rows = Vec::new();
            for batch in batches {
                rows.extend(tx.cloud_users(batch)?);
            }
            Ok((users, rows, tx.log_entries()?))
        })?;
        let mut touched: BTreeMap<i64, Timestamp> = BTreeMap::new();
        let mut touch = |user: stegvis_model::MigrationUserId, at: Option<Timestamp>| {
            if let Some(at) = at {
                let last = touched.entry(user.0).or_insert(at);
                *last = (*last).max(at);
            }
        };
        for entry in &log {
            let works = matches!(
                entry.what.as_str(),
                "Provisioning" | "Forwarding" | "Syncing" | "IncrementalSyncing"
            );
            if let Some(user) = entry.user.filter(|_| works) {
                touch(user, entry.at);
            }
        }
        for row in &rows {
            touch(row.user, row.access_asked_at);
        }
        let open = users
            .into_iter()
            // Who waits was never let in, unless an earlier run did.
            .filter(|user| {
                user.status != MigrationUserStatus::Queued || touched.contains_key(&user.id.0)
            })
            .filter(|user| {
                let closed = cleaned
                    .closed
                    .get(&user.address.key())
                    .and_then(|at| at.parse::<Timestamp>().ok());
                match (closed, touched.get(&user.id.0)) {
                    (Some(closed), Some(touched)) => *touched > closed,
                    (Some(_), None) => false,
                    (None, _) => true,
                }
            });
        Ok(open.map(|user| user.address).collect())
    }

    /// The project's secrets that outlive the program, by what they are.
    pub(super) async fn kept_secrets(&self) -> Result<KeptSecrets, Error> {
        let project = self.secrets_name();
        let (mut there, mut unknown) = (Vec::new(), None);
        for name in SecretName::ALL {
            match self.secrets.outlives(&project, name).await {
                Ok(true) => there.push(match name {
                    SecretName::Source => "source",
                    SecretName::Directory => "directory",
                    SecretName::Tenant => "tenant",
                    SecretName::Mail => "mail",
                }),
                Ok(false) => {}
                // Where nobody can look, nothing is known to be gone.
                Err(error) => unknown = Some(error.to_string()),
            }
        }
        let (signed, certificate) = self.remembered.holds()?;
        if self.secrets.keeps() {
            there.extend(signed.then_some("signIn"));
            there.extend(certificate.then_some("certificate"));
        }
        Ok(KeptSecrets { there, unknown })
    }

    /// The migration service's endpoints that this program made and that are not known to be gone; else the one that is
    /// used, which is somebody's own. And whether they are ours.
    pub(super) fn own_endpoints(&self) -> Result<(Vec<String>, bool), Error> {
        let made = self.made_endpoints()?;
        if !made.is_empty() {
            return Ok((made, true));
        }
        if self.engine()? != Engine::Service {
            return Ok((Vec::new(), false));
        }
        Ok((self.cloud_endpoint()?.into_iter().collect(), false))
    }

    /// Item by item, in the order in which it goes.
    pub(super) async fn footprint(&self) -> Result<Vec<FootprintItem>, Error> {
        let cleaned = self.cleaned()?;
        let application = self.places().client_id().to_owned();
        let opened = texts(&self.opened(&cleaned)?);
        let mut items = vec![Item::of(
            FootprintKind::MailboxAccess,
            present(&opened),
            opened,
        )];
        let sizes = stegvis_engine::receive_size::raised(&self.journal)?;
        let raised: Vec<String> = sizes.keys().map(ToString::to_string).collect();
        items.push(Item::of(
            FootprintKind::ReceiveSize,
            present(&raised),
            raised,
        ));
        let batches: Vec<String> = self
            .setting(|tx| tx.cloud_batches())?
            .into_iter()
            .filter(|row| row.removed_at.is_none())
            .map(|row| row.new.name)
            .collect();
        items.push(Item::of(FootprintKind::Batches, present(&batches), batches));
        // Whether somebody's own is still there, only they know.
        let (names, ours) = self.own_endpoints()?;
        let state = match present(&names) {
            FootprintState::Present if !ours => FootprintState::Unknown,
            state => state,
        };
        items.push(Item {
            removable: ours,
            ..Item::of(FootprintKind::MigrationEndpoint, state, names)
        });
        let lowered = self.lowered()?;
        let state = if lowered.is_empty() {
            FootprintState::Gone
        } else {
            FootprintState::Unknown
        };
        items.push(Item::of(FootprintKind::TimeToLive, state, lowered));
        for kind in [
            FootprintKind::ServicePrincipal,
            FootprintKind::Application,
            FootprintKind::SourceAccount,
            FootprintKind::DirectoryAccount,
        ] {
            let places = self.places();
            let value = match kind {
                FootprintKind::SourceAccount => {
                    places.source.as_ref().map(|source| source.account.clone())
                }
                FootprintKind::DirectoryAccount => places
                    .directory
                    .as_ref()
                    .map(|directory| directory.account.clone()),
                _ => places.tenant.as_ref().map(|_| application.clone()),
            };
            items.push(Item::of(
                kind,
                cleaned.state(kind),
                value.into_iter().collect(),
            ));
        }
        let secrets = self.kept_secrets().await?;
        let state = secrets.state();
        let there = secrets.there.into_iter().map(str::to_owned).collect();
        items.push(Item::of(FootprintKind::Secrets, state, there));
        let version = self.answers()?.exchange;
        let base = self
            .places()
            .directory
            .as_ref()
            .and_then(|directory| directory.base_dn.clone());
        let by_hand = ByHand {
            application: &application,
            version,
            base: base.as_deref().unwrap_or("DC=example,DC=local"),
            sizes: &sizes,
        };
        // What nobody can look at is gone when a person says so.
        let said = yes_no(self.finish_answers()?.by_hand.as_deref())? == Some(YesNo::Yes);
        for item in &mut items {
            if said && !item.removable && item.state == FootprintState::Unknown {
                item.state = FootprintState::Gone;
            }
        }
        Ok(items
            .into_iter()
            .map(|item| by_hand.view(item, &cleaned))
            .collect())
    }

    /// The records from before the change whose time to live is so long that it had to be lowered.
    fn lowered(&self) -> Result<Vec<String>, Error> {
        let domains: BTreeSet<_> = self
            .setting(|tx| tx.users())?
            .into_iter()
            .map(|user| user.address.domain().clone())
            .collect();
        let mut lowered = Vec::new();
        for domain in domains {
            let known = self.setting(|tx| {
                stegvis_engine::dns::kept(tx, &stegvis_model::DnsName::from(&domain))
            })?;
            let lines = known.before.as_deref().unwrap_or("");
            let long = lines.lines().filter(|line| {
                let mut fields = line.split(' ');
                fields
                    .nth(1)
                    .and_then(|ttl| ttl.parse::<u32>().ok())
                    .is_some_and(|ttl| ttl > stegvis_engine::dns::CHANGE_TTL)
            });
            lowered.extend(long.map(str::to_owned));
        }
        Ok(lowered)
    }
}

/// The secrets that outlive the program.
pub(super) struct KeptSecrets {
    pub(super) there: Vec<&'static str>,
    /// Why the keychain could not be asked, where it could not.
    pub(super) unknown: Option<String>,
}

impl KeptSecrets {
    pub(super) const fn state(&self) -> FootprintState {
        if !self.there.is_empty() {
            FootprintState::Present
        } else if self.unknown.is_some() {
            FootprintState::Unknown
        } else {
            FootprintState::Gone
        }
    }
}

fn present(values: &[String]) -> FootprintState {
    if values.is_empty() {
        FootprintState::Gone
    } else {
        FootprintState::Present
    }
}

fn texts(addresses: &[SmtpAddress]) -> Vec<String> {
    addresses.iter().map(ToString::to_string).collect()
}

/// An item before it is told how a person would take it back.
struct Item {
    kind: FootprintKind,
    state: FootprintState,
    values: Vec<String>,
    removable: bool,
}

impl Item {
    fn of(kind: FootprintKind, state: FootprintState, values: Vec<String>) -> Self {
        Self {
            kind,
            state,
            values,
            removable: matches!(
                kind,
                FootprintKind::MailboxAccess
                    | FootprintKind::ReceiveSize
                    | FootprintKind::Batches
                    | FootprintKind::Secrets
            ),
        }
    }
}

/// What the commands name.
struct ByHand<'a> {
    application: &'a str,
    version: Option<ExchangeVersion>,
    base: &'a str,
    /// How large a message each mailbox took before.
    sizes: &'a BTreeMap<SmtpAddress, u64>,
}

impl ByHand<'_> {
    fn view(&self, item: Item, cleaned: &Cleaned) -> FootprintItem {
        let there = item.state != FootprintState::Gone;
        let (place, commands) = if there {
            self.way(&item)
        } else {
            (None, Vec::new())
        };
        let state = match (item.state, cleaned.state(item.kind)) {
            (FootprintState::Present, FootprintState::Kept) => FootprintState::Kept,
            (state, _) => state,
        };
        FootprintItem {
            kind: item.kind,
            state,
            count: count(item.values.len()),
            values: item.values,
            removable: item.removable,
            place: place.map(str::to_owned),
            commands,
            server_words: cleaned
                .words
                .get(&name(item.kind))
                .filter(|_| state == FootprintState::Kept)
                .cloned(),
        }
    }

    /// How a person takes it back.
    fn way(&self, item: &Item) -> (Option<&'static str>, Vec<String>) {
        let application = quoted(self.application);
        let each = |command: &dyn Fn(String) -> String| {
            item.values
                .iter()
                .map(|value| command(quoted(value)))
                .collect()
        };
        match item.kind {
            FootprintKind::MailboxAccess => (
                None,
                each(&|mailbox| {
                    format!(
                        "Remove-MailboxPermission -Identity {mailbox} -User {application} -AccessRights FullAccess -InheritanceType All -Confirm:$false"
                    )
                }),
            ),
            FootprintKind::ReceiveSize => (
                None,
                self.sizes
                    .iter()
                    .map(|(mailbox, bytes)| {
                        format!(
                            "Set-Mailbox -Identity {} -MaxReceiveSize {bytes}",
                            quoted(&mailbox.to_string())
                        )
                    })
                    .collect(),
            ),
            FootprintKind::Batches => (
                None,
                each(&|batch| format!("Remove-MigrationBatch -Identity {batch} -Confirm:$false")),
            ),
            FootprintKind::MigrationEndpoint => (
                None,
                each(&|endpoint| {
                    format!("Remove-MigrationEndpoint -Identity {endpoint} -Confirm:$false")
                }),
            ),
            // The records as they were stand in the values.
            FootprintKind::TimeToLive => (None, Vec::new()),
            FootprintKind::ServicePrincipal => (
                None,
                each(&|application| {
                    format!("Remove-ServicePrincipal -Identity {application} -Confirm:$false")
                }),
            ),
            FootprintKind::Application => (
                Some(REGISTRATIONS),
                each(&|application| {
                    // With its service principal go what was consented to it and the roles it was given.
                    format!(
                        "Get-MgServicePrincipal -Filter \"appId eq {application}\" | ForEach-Object {{ Remove-MgServicePrincipal -ServicePrincipalId $_.Id }}; Get-MgApplication -Filter \"appId eq {application}\" | ForEach-Object {{ Remove-MgApplication -ApplicationId $_.Id }}"
                    )
                }),
            ),
            FootprintKind::SourceAccount => match self.version {
                Some(ExchangeVersion::Exchange2003) => (
                    Some(
                        "Exchange System Manager › Servers › Storage Group › Mailbox Store › Properties › Security",
                    ),
                    Vec::new(),
                ),
                _ => (
                    None,
                    item.values
                        .iter()
                        .map(|account| quoted(&account.replace('/', "\\")))
                        .flat_map(|account| {
                            [
                                format!(
                                    "Get-Mailbox -ResultSize Unlimited | Remove-MailboxPermission -User {account} -AccessRights FullAccess -InheritanceType All -Confirm:$false"
                                ),
                                format!(
                                    "Get-MailboxDatabase | Remove-ADPermission -User {account} -ExtendedRights Receive-As -Confirm:$false"
                                ),
                            ]
                        })
                        .collect(),
                ),
            },
            FootprintKind::DirectoryAccount => (
                Some("Active Directory Users and Computers"),
                item.values
                    .iter()
                    .map(|account| {
                        // Between quotation marks of the command line; neither a name nor an account holds one.
                        format!(
                            "dsacls \"{}\" /R \"{}\"",
                            self.base.replace('"', ""),
                            account.replace('"', "")
                        )
                    })
                    .collect(),
            ),
            FootprintKind::Secrets => (None, Vec::new()),
        }
    }
}
