//! Named checks that only read, each with what it found, the evidence, and who can mend it.
//!
//! Facts are gathered once, by asking; most checks then judge them without asking anyone. A check that
//! could not run is `NotRun`, never green.

mod ask;
mod judge;
mod provisioning;
mod remedy;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use stegvis_model::{CheckId, Engine, Fixer, Severity, SmtpAddress};

use crate::ports::{
    Clock, Directory, DirectoryRecipient, EndpointError, MailboxRef, Organization, OtherRecipient,
    OtherRecipientKind, Probe, SourceConnector, Tenant, TenantDomain, TenantRecipient,
};

/// The checks in the order of what missing them costs.
pub const ORDER: [CheckId; 14] = [
    CheckId::DirectorySync,
    CheckId::DomainVerified,
    CheckId::DirectoryReadable,
    CheckId::MailUserExists,
    CheckId::SourceEndpoint,
    CheckId::SourceOpens,
    CheckId::TargetAddressWritable,
    CheckId::TargetEndpoint,
    CheckId::Licences,
    CheckId::MailboxGuidNotSynced,
    CheckId::NoProvisioningErrors,
    CheckId::NoDeletedTwin,
    CheckId::MailboxOnOneSide,
    CheckId::ImapEnabled,
];

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The check.
    pub check: CheckId,
    /// How it ended.
    pub severity: Severity,
    /// What was found, as a code of this check's.
    pub code: &'static str,
    /// Values for the words, by name.
    pub values: BTreeMap<&'static str, String>,
    /// What was read: label and value.
    pub evidence: Vec<(String, String)>,
    /// Who can mend it.
    pub fixer: Fixer,
    /// A command that mends it.
    pub command: Option<String>,
    /// When.
    pub checked_at: Timestamp,
}

/// What the checks need.
#[derive(Clone)]
pub struct PreflightPorts {
    /// The old directory.
    pub directory: Arc<dyn Directory>,
    /// The tenant.
    pub tenant: Arc<dyn Tenant>,
    /// The old server's mailboxes.
    pub source: Arc<dyn SourceConnector>,
    /// The old server itself.
    pub source_probe: Arc<dyn Probe>,
    /// The tenant's mailbox server.
    pub target_probe: Arc<dyn Probe>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

/// What the checks are about.
#[derive(Debug, Clone)]
pub struct Subjects {
    /// The mailboxes that are to move; where there are none, all of the directory's.
    pub chosen: Vec<SmtpAddress>,
    /// Those whose migration has begun: that the tenant has a mailbox for them is our own doing.
    pub begun: BTreeSet<SmtpAddress>,
    /// Who moves them.
    pub engine: Engine,
}

/// What was read once for all checks.
pub struct Facts {
    /// The organisation.
    pub organization: Result<Organization, EndpointError>,
    /// Its domains.
    pub domains: Result<Vec<TenantDomain>, EndpointError>,
    /// Its recipients.
    pub recipients: Result<Vec<TenantRecipient>, EndpointError>,
    /// The directory's mailboxes.
    pub mailboxes: Result<Vec<DirectoryRecipient>, EndpointError>,
    /// The mail users of a directory that has no mailbox; not counted where it has one.
    pub mail_users: usize,
}

impl Facts {
    /// Asks for all of them at once.
    pub async fn gather(ports: &PreflightPorts) -> Self {
        let (organization, domains, recipients, mailboxes) = tokio::join!(
            ports.tenant.organization(),
            ports.tenant.domains(),
            ports.tenant.recipients(),
            ports.directory.mailboxes(),
        );
        let mail_users = match &mailboxes {
            Ok(mailboxes) if mailboxes.is_empty() => {
                let others = ports.directory.others().await.unwrap_or_default();
                let is_mail_user =
                    |other: &&OtherRecipient| other.kind == OtherRecipientKind::MailUser;
                others.iter().filter(is_mail_user).count()
            }
            _ => 0,
        };
        Self {
            organization,
            domains,
            recipients,
            mailboxes,
            mail_users,
        }
    }

    /// The mailboxes the checks are about: those chosen, or all of them where none is chosen yet.
    fn subjects(&self, chosen: &[SmtpAddress]) -> Vec<&DirectoryRecipient> {
        let all = self.mailboxes.as_deref().unwrap_or_default();
        all.iter()
            .filter(|mailbox| chosen.is_empty() || chosen.contains(&mailbox.address))
            .collect()
    }
}

/// Runs checks on what was read, telling each as it ends.
pub async fn preflight(
    facts: &Facts,
    ports: &PreflightPorts,
    about: &Subjects,
    checks: &[CheckId],
    tell: &(dyn Fn(&Finding) + Send + Sync),
) -> Vec<Finding> {
    let subjects = facts.subjects(&about.chosen);
    let mut findings = Vec::with_capacity(checks.len());
    for check in checks {
        let now = ports.clock.now();
        let finding = match check {
            CheckId::DirectorySync => judge::directory_sync(&facts.organization, now),
            CheckId::DomainVerified => judge::domain_verified(&facts.domains, &subjects, now),
            CheckId::DirectoryReadable => {
                judge::directory_readable(&facts.mailboxes, facts.mail_users, now)
            }
            CheckId::MailUserExists => judge::mail_user_exists(&facts.recipients, &subjects, now),
            CheckId::Licences => judge::licences(
                &facts.organization,
                &facts.recipients,
                &subjects,
                about.engine,
                now,
            ),
            CheckId::MailboxGuidNotSynced => {
                provisioning::mailbox_guid(&facts.recipients, &subjects, about.engine, now)
            }
            CheckId::MailboxOnOneSide => {
                provisioning::both_sides(&facts.recipients, &subjects, &about.begun, now)
            }
            CheckId::NoDeletedTwin => {
                let deleted = ports.tenant.deleted_mailboxes().await;
                provisioning::deleted_twin(&deleted, &facts.recipients, &subjects, now)
            }
            CheckId::NoProvisioningErrors => {
                let errors = ports.tenant.provisioning_errors().await;
                provisioning::errors(&errors, &subjects, now)
            }
            CheckId::ImapEnabled => {
                let access = ports.tenant.imap_access().await;
                provisioning::imap(&access, &facts.recipients, &subjects, about.engine, now)
            }
            CheckId::SourceOpens => ask::source_opens(ports, &subjects).await,
            CheckId::TargetAddressWritable => ask::target_address_writable(ports, &subjects).await,
            CheckId::SourceEndpoint => ask::endpoint(*check, &ports.source_probe, now).await,
            CheckId::TargetEndpoint => ask::endpoint(*check, &ports.target_probe, now).await,
        };
        tell(&finding);
        findings.push(finding);
    }
    findings
}

/// How a mailbox of the directory is opened at the source: the migration account names it by its alias.
#[must_use]
pub fn mailbox_ref(recipient: &DirectoryRecipient) -> MailboxRef {
    MailboxRef {
        address: recipient.address.clone(),
        sign_in: Some(recipient.alias.clone()),
    }
}

impl Finding {
    fn new(
        check: CheckId,
        severity: Severity,
        code: &'static str,
        fixer: Fixer,
        now: Timestamp,
    ) -> Self {
        Self {
            check,
            severity,
            code,
            values: BTreeMap::new(),
            evidence: Vec::new(),
            fixer,
            command: None,
            checked_at: now,
        }
    }

    fn value(mut self, name: &'static str, value: impl ToString) -> Self {
        self.values.insert(name, value.to_string());
        self
    }

    fn line(mut self, label: impl Into<String>, value: impl Into<String>) -> Self {
        self.evidence.push((label.into(), value.into()));
        self
    }

    /// A check that could not run, because something before it failed.
    fn not_run(check: CheckId, because: &EndpointError, now: Timestamp) -> Self {
        Self::new(check, Severity::NotRun, "notRun", Fixer::You, now)
            .value("because", &because.detail)
            .line("server", because.detail.clone())
    }
}
