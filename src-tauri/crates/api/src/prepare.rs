//! Prepare: the preflight.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use stegvis_engine::ports::Clock as _;
use stegvis_engine::preflight::{
    Facts as Read, Finding, ORDER, PreflightPorts, Subjects, preflight,
};
use stegvis_journal::{JournalError, StoredFinding, Tx};
use stegvis_model::{CheckId, MigrationUserStatus, Severity, StoredName as _};

use crate::Error;
use crate::dto::{AppEvent, ConnectionView, EvidenceLine, FindingView, PreflightView};
use crate::project::{Project, damaged, key};

/// What of a finding the journal keeps as one text.
#[derive(Serialize, Deserialize)]
struct Facts {
    values: BTreeMap<String, String>,
    evidence: Vec<(String, String)>,
}

impl Project {
    /// Runs every check, or one of them again.
    pub(crate) async fn run_preflight(&self, checks: &[CheckId]) -> Result<PreflightView, Error> {
        // The right test writes a TargetAddress over itself: never beside a run that writes it too.
        self.nothing_runs("Run the checks when it has ended or is stopped.")?;
        let started = self.clock.now();
        let checking = Checking::begin(self);
        let ports = PreflightPorts {
            directory: self.connections().directory.clone(),
            tenant: self.connections().tenant.clone(),
            source: self.connections().source.clone(),
            source_probe: self.connections().source_probe.clone(),
            target_probe: self.connections().target_probe.clone(),
            clock: self.clock.clone(),
        };
        let about = self.to_be_checked()?;
        let tell = |finding: &Finding| {
            if let Err(error) = self.keep_finding(finding) {
                tracing::warn!(%error, "a finding could not be kept");
            }
            if let Ok(view) = self.preflight_view() {
                (self.events)(AppEvent::Preflight { view });
            }
        };
        let facts = Read::gather(&ports).await;
        self.remember_mailboxes(&facts.mailboxes)?;
        preflight(&facts, &ports, &about, checks, &tell).await;
        drop(checking);
        let ended = self.clock.now();
        let took = ended.duration_since(started).as_millis();
        self.setting(|tx| {
            if checks.len() == ORDER.len() {
                tx.set_setting(key::PREFLIGHT_MS, &took.to_string())?;
            }
            tx.set_setting(key::PREFLIGHT_AT, &ended.to_string())
        })?;
        self.tell_project();
        let view = self.preflight_view()?;
        // Whoever watches is told that it ended, also when nobody asked for it.
        (self.events)(AppEvent::Preflight { view: view.clone() });
        Ok(view)
    }

    /// The chosen mailboxes that are mailboxes still: nothing is asked of those that are converted.
    fn to_be_checked(&self) -> Result<Subjects, Error> {
        let users = self.setting(|tx| tx.users())?;
        let mut chosen = self.chosen_addresses()?;
        chosen.retain(|address| {
            !users.iter().any(|user| {
                user.address == *address
                    && matches!(
                        user.status,
                        MigrationUserStatus::Converting
                            | MigrationUserStatus::Completed
                            | MigrationUserStatus::CompletedWithWarnings
                    )
            })
        });
        let begun = users
            .into_iter()
            .filter(|user| user.status != MigrationUserStatus::Queued)
            .map(|user| user.address)
            .collect();
        Ok(Subjects {
            chosen,
            begun,
            engine: self.engine()?,
        })
    }

    /// Waits until no check is running.
    pub(crate) async fn checked(&self) {
        while *self.checking.lock().unwrap_or_else(PoisonError::into_inner) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn keep_finding(&self, finding: &Finding) -> Result<(), Error> {
        let facts = Facts {
            values: finding
                .values
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
            evidence: finding.evidence.clone(),
        };
        let stored = StoredFinding {
            check: finding.check,
            severity: finding.severity,
            code: finding.code.to_owned(),
            fixer: finding.fixer,
            command: finding.command.clone(),
            facts: serde_json::to_string(&facts)
                .map_err(|error| damaged("finding.facts", &error))?,
            checked_at: Some(finding.checked_at),
        };
        self.setting(|tx| {
            tx.keep_finding(&stored)?;
            let mut before = of_before(tx)?;
            if before.remove(finding.check.name()) {
                keep_of_before(tx, &before)?;
            }
            Ok(())
        })
    }

    /// What every check found last; one that never ran is shown as not run.
    pub(crate) fn preflight_view(&self) -> Result<PreflightView, Error> {
        let (stored, before, ran_at, took) = self.setting(|tx| {
            Ok((
                tx.findings()?,
                of_before(tx)?,
                tx.setting(key::PREFLIGHT_AT)?,
                tx.setting(key::PREFLIGHT_MS)?,
            ))
        })?;
        let findings = ORDER
            .into_iter()
            .map(
                |check| match stored.iter().find(|finding| finding.check == check) {
                    Some(finding) => view(finding, before.contains(check.name())),
                    None => Ok(not_run(check)),
                },
            )
            .collect::<Result<Vec<_>, Error>>()?;
        let of_now = |check: CheckId| {
            stored
                .iter()
                .find(|finding| finding.check == check && !before.contains(check.name()))
        };
        let places = self.places();
        let directory = places.directory.as_ref();
        let tenant_answered =
            of_now(CheckId::DirectorySync).filter(|finding| finding.severity != Severity::NotRun);
        let directory_answered =
            of_now(CheckId::DirectoryReadable).filter(|finding| finding.severity == Severity::Pass);
        Ok(PreflightView {
            running: *self.checking.lock().unwrap_or_else(PoisonError::into_inner),
            ran_at,
            took_ms: took.and_then(|text| text.parse().ok()).unwrap_or(0),
            of_before: !before.is_empty(),
            tenant: ConnectionView {
                connected: tenant_answered.is_some(),
                account: places.tenant_words(),
                endpoint: places
                    .tenant
                    .as_ref()
                    .map_or_else(String::new, |signed| signed.place.client_id.clone()),
                server_words: None,
            },
            directory: ConnectionView {
                connected: directory_answered.is_some(),
                account: directory.map_or_else(String::new, |directory| directory.account.clone()),
                endpoint: directory
                    .and_then(|directory| directory.hosts.first())
                    .map_or_else(String::new, Clone::clone),
                server_words: None,
            },
            findings,
        })
    }
}

/// Notes that checks are running, until it is dropped, however they end.
struct Checking<'a>(&'a Project);

impl<'a> Checking<'a> {
    fn begin(project: &'a Project) -> Self {
        *project
            .checking
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = true;
        Self(project)
    }
}

impl Drop for Checking<'_> {
    fn drop(&mut self) {
        *self
            .0
            .checking
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = false;
    }
}

/// The checks that are about the chosen mailboxes, and so find something else when others are chosen.
pub(crate) const ABOUT_MAILBOXES: [CheckId; 10] = [
    CheckId::DomainVerified,
    CheckId::MailUserExists,
    CheckId::SourceOpens,
    CheckId::TargetAddressWritable,
    CheckId::Licences,
    CheckId::MailboxGuidNotSynced,
    CheckId::MailboxOnOneSide,
    CheckId::NoDeletedTwin,
    CheckId::NoProvisioningErrors,
    CheckId::ImapEnabled,
];

/// The checks that ask the old server.
pub(crate) const ABOUT_SOURCE: [CheckId; 2] = [CheckId::SourceEndpoint, CheckId::SourceOpens];

/// The checks whose last findings are of before a connection changed, by their names.
pub(crate) fn of_before(tx: &Tx<'_>) -> Result<BTreeSet<String>, JournalError> {
    let kept = tx.setting(key::PREFLIGHT_BEFORE)?.unwrap_or_default();
    Ok(kept.split_whitespace().map(str::to_owned).collect())
}

fn keep_of_before(tx: &Tx<'_>, before: &BTreeSet<String>) -> Result<(), JournalError> {
    if before.is_empty() {
        return tx.clear_setting(key::PREFLIGHT_BEFORE);
    }
    let names: Vec<&str> = before.iter().map(String::as_str).collect();
    tx.set_setting(key::PREFLIGHT_BEFORE, &names.join(" "))
}

/// What these checks asked is connected otherwise from now on: what they found says nothing of it, until they run again.
pub(crate) fn found_before(tx: &Tx<'_>, checks: &[CheckId]) -> Result<(), JournalError> {
    let mut before = of_before(tx)?;
    let found = tx
        .findings()?
        .into_iter()
        .filter(|finding| checks.contains(&finding.check) && finding.severity != Severity::NotRun);
    before.extend(found.map(|finding| finding.check.name().to_owned()));
    keep_of_before(tx, &before)
}

/// The check of a name.
pub(crate) fn check(name: &str) -> Result<CheckId, Error> {
    CheckId::from_name(name)
        .map_err(|error| Error::invalid(error.to_string(), "Name a check of the preflight."))
}

fn view(finding: &StoredFinding, of_before: bool) -> Result<FindingView, Error> {
    let facts: Facts =
        serde_json::from_str(&finding.facts).map_err(|error| damaged("finding.facts", &error))?;
    Ok(FindingView {
        check: finding.check.name().to_owned(),
        severity: finding.severity.name().to_owned(),
        code: finding.code.clone(),
        values: facts.values,
        evidence: facts
            .evidence
            .into_iter()
            .map(|(label, value)| EvidenceLine { label, value })
            .collect(),
        fixer: finding.fixer.name().to_owned(),
        command: finding.command.clone(),
        checked_at: finding.checked_at.map(|at| at.to_string()),
        of_before,
    })
}

fn not_run(check: CheckId) -> FindingView {
    FindingView {
        check: check.name().to_owned(),
        severity: Severity::NotRun.name().to_owned(),
        code: "notRun".to_owned(),
        values: BTreeMap::new(),
        evidence: Vec::new(),
        fixer: stegvis_model::Fixer::You.name().to_owned(),
        command: None,
        checked_at: None,
        of_before: false,
    }
}
