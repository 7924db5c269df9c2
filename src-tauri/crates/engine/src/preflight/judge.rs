//! Checks that judge facts already read.

use std::collections::BTreeMap;

use jiff::Timestamp;
use stegvis_model::{
    CheckId, DomainName, Engine, Fixer, Severity, SmtpAddress, TenantRecipientKind,
};

use super::Finding;
use crate::ports::{
    DirectoryRecipient, EndpointError, EndpointErrorKind, Organization, TenantDomain,
    TenantRecipient,
};

/// Directory synchronisation runs every 30 minutes; after three hours something is wrong with it.
const STALE_MINUTES: i64 = 180;

/// Addresses named in one finding; the rest are counted.
pub(super) const NAMED: usize = 20;

pub(super) fn directory_sync(
    organization: &Result<Organization, EndpointError>,
    now: Timestamp,
) -> Finding {
    let check = CheckId::DirectorySync;
    let organization = match organization {
        Ok(organization) => organization,
        Err(error) => return Finding::not_run(check, error, now),
    };
    let found = |severity, code| {
        Finding::new(check, severity, code, Fixer::ServerAdmin, now)
            .line(
                "onPremisesSyncEnabled",
                organization.directory_sync.to_string(),
            )
            .line(
                "onPremisesLastSyncDateTime",
                organization
                    .last_directory_sync
                    .map_or_else(|| "–".to_owned(), |at| at.to_string()),
            )
    };
    if !organization.directory_sync {
        return found(Severity::Fail, "off");
    }
    let minutes = organization
        .last_directory_sync
        .map(|at| now.duration_since(at).as_secs() / 60);
    match minutes {
        Some(minutes) if minutes <= STALE_MINUTES => {
            found(Severity::Pass, "ok").value("minutes", minutes.max(0))
        }
        Some(minutes) => Finding {
            command: Some("Start-ADSyncSyncCycle -PolicyType Delta".to_owned()),
            ..found(Severity::Warn, "stale").value("hours", minutes / 60)
        },
        None => found(Severity::Fail, "off"),
    }
}

pub(super) fn domain_verified(
    domains: &Result<Vec<TenantDomain>, EndpointError>,
    subjects: &[&DirectoryRecipient],
    now: Timestamp,
) -> Finding {
    let check = CheckId::DomainVerified;
    let domains = match domains {
        Ok(domains) => domains,
        Err(error) => return Finding::not_run(check, error, now),
    };
    let mut used: Vec<&DomainName> = subjects
        .iter()
        .flat_map(|mailbox| &mailbox.proxy_addresses)
        .map(stegvis_model::SmtpAddress::domain)
        .collect();
    used.sort();
    used.dedup();
    let verified = |name: &DomainName| {
        domains
            .iter()
            .any(|domain| domain.verified && domain.name == *name)
    };
    let open: Vec<String> = used
        .iter()
        .filter(|name| !verified(name))
        .map(ToString::to_string)
        .collect();
    let mut finding = if open.is_empty() {
        Finding::new(check, Severity::Pass, "ok", Fixer::You, now).value("count", used.len())
    } else {
        Finding::new(check, Severity::Fail, "unverified", Fixer::DnsHost, now)
            .value("domains", open.join(", "))
    };
    for domain in domains {
        finding = finding.line(
            domain.name.to_string(),
            if domain.verified {
                "isVerified: true"
            } else {
                "isVerified: false"
            },
        );
    }
    finding
}

pub(super) fn directory_readable(
    mailboxes: &Result<Vec<DirectoryRecipient>, EndpointError>,
    mail_users: usize,
    now: Timestamp,
) -> Finding {
    let check = CheckId::DirectoryReadable;
    match mailboxes {
        // Everybody is converted: that is how a migration ends.
        Ok(mailboxes) if mailboxes.is_empty() && mail_users > 0 => Finding::new(
            check,
            Severity::Pass,
            "onlyMailUsers",
            Fixer::ServerAdmin,
            now,
        )
        .value("count", mail_users),
        Ok(mailboxes) if mailboxes.is_empty() => {
            Finding::new(check, Severity::Fail, "empty", Fixer::ServerAdmin, now)
        }
        Ok(mailboxes) => {
            let mut finding = Finding::new(check, Severity::Pass, "ok", Fixer::ServerAdmin, now)
                .value("count", mailboxes.len());
            for mailbox in mailboxes.iter().take(3) {
                finding = finding.line(mailbox.address.to_string(), mailbox.dn.clone());
            }
            finding
        }
        Err(error) => {
            let code = match error.kind {
                EndpointErrorKind::SignInRefused | EndpointErrorKind::RightsMissing => "refused",
                _ => "unreachable",
            };
            Finding::new(check, Severity::Fail, code, Fixer::ServerAdmin, now)
                .line("server", error.detail.clone())
        }
    }
}

/// What the tenant holds, by address: two thousand mailboxes are looked up without reading the list two thousand times.
pub(super) struct Held<'a>(BTreeMap<&'a SmtpAddress, &'a TenantRecipient>);

impl<'a> Held<'a> {
    pub(super) fn of(recipients: &'a [TenantRecipient]) -> Self {
        let by_address = recipients
            .iter()
            .map(|recipient| (&recipient.address, recipient));
        Self(by_address.collect())
    }

    /// What has the mailbox's primary address there; else the mailbox or mail user that has another of its addresses.
    pub(super) fn of_mailbox(&self, mailbox: &DirectoryRecipient) -> Option<&'a TenantRecipient> {
        if let Some(found) = self.0.get(&mailbox.address) {
            return Some(found);
        }
        mailbox
            .proxy_addresses
            .iter()
            .filter_map(|address| self.0.get(address).copied())
            .find(|recipient| recipient.kind != TenantRecipientKind::Other)
    }
}

pub(super) fn mail_user_exists(
    recipients: &Result<Vec<TenantRecipient>, EndpointError>,
    subjects: &[&DirectoryRecipient],
    now: Timestamp,
) -> Finding {
    let check = CheckId::MailUserExists;
    let recipients = match recipients {
        Ok(recipients) => recipients,
        Err(error) => return Finding::not_run(check, error, now),
    };
    if subjects.is_empty() {
        return Finding::new(check, Severity::NotRun, "notRun", Fixer::You, now);
    }
    let held = Held::of(recipients);
    let missing: Vec<String> = subjects
        .iter()
        .filter(|mailbox| held.of_mailbox(mailbox).is_none())
        .map(|mailbox| mailbox.address.to_string())
        .collect();
    let read = format!("{} recipients", recipients.len());
    if missing.is_empty() {
        return Finding::new(check, Severity::Pass, "ok", Fixer::ServerAdmin, now)
            .value("count", subjects.len())
            .line("Get-Recipient", read);
    }
    let finding = Finding::new(check, Severity::Fail, "missing", Fixer::ServerAdmin, now);
    Finding {
        command: Some("Start-ADSyncSyncCycle -PolicyType Delta".to_owned()),
        ..finding
    }
    .value("count", missing.len())
    .value("addresses", named(&missing))
    .line("Get-Recipient", read)
}

pub(super) fn licences(
    organization: &Result<Organization, EndpointError>,
    recipients: &Result<Vec<TenantRecipient>, EndpointError>,
    subjects: &[&DirectoryRecipient],
    engine: Engine,
    now: Timestamp,
) -> Finding {
    let check = CheckId::Licences;
    let (organization, recipients) = match (organization, recipients) {
        (Ok(organization), Ok(recipients)) => (organization, recipients),
        (Err(error), _) | (_, Err(error)) => return Finding::not_run(check, error, now),
    };
    let held = Held::of(recipients);
    // Those that become a mailbox by a licence, and have none yet.
    let needed: Vec<&SmtpAddress> = subjects
        .iter()
        .filter(|mailbox| {
            held.of_mailbox(mailbox)
                .is_some_and(|recipient| !recipient.licensed)
        })
        .map(|mailbox| &mailbox.address)
        .collect();
    let free = organization.free_mailbox_licences;
    let enough = usize::try_from(free).unwrap_or(usize::MAX) >= needed.len();
    let (severity, code) = match (enough, engine) {
        (true, _) => (Severity::Pass, "ok"),
        // Without one there is no mailbox to copy to.
        (false, Engine::Direct) => (Severity::Fail, "few"),
        // The service makes the mailbox; a licence is needed within thirty days of it.
        (false, Engine::Service) => (Severity::Warn, "few"),
    };
    let mut finding = Finding::new(check, severity, code, Fixer::You, now)
        .value("free", free)
        .value("needed", needed.len())
        .line("subscribedSkus", format!("{free} free"));
    for address in needed.iter().take(NAMED) {
        finding = finding.line(address.to_string(), "assignedLicenses: no mailbox");
    }
    finding
}

/// Addresses for a sentence: a few by name, the rest counted.
pub(super) fn named(addresses: &[String]) -> String {
    let shown = addresses
        .iter()
        .take(NAMED)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    match addresses.len().checked_sub(NAMED) {
        Some(more) if more > 0 => format!("{shown} (+{more})"),
        _ => shown,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use insta::assert_debug_snapshot;

    use super::*;

    fn now() -> Timestamp {
        "2026-11-24T12:00:00Z".parse().unwrap()
    }

    fn organization(
        directory_sync: bool,
        last: Option<&str>,
    ) -> Result<Organization, EndpointError> {
        Ok(Organization {
            display_name: "Nordvik Bygg AB".into(),
            directory_sync,
            last_directory_sync: last.map(|at| at.parse().unwrap()),
            free_mailbox_licences: 1,
        })
    }

    fn judged(finding: &Finding) -> (Severity, &'static str) {
        (finding.severity, finding.code)
    }

    #[test]
    fn a_directory_without_mailboxes_is_a_wrong_place_or_the_end_of_a_migration() {
        let judged = |mail_users| {
            let finding = directory_readable(&Ok(Vec::new()), mail_users, Timestamp::UNIX_EPOCH);
            (finding.severity, finding.code)
        };
        assert_eq!(judged(0), (Severity::Fail, "empty"));
        assert_eq!(judged(25), (Severity::Pass, "onlyMailUsers"));
    }

    #[test]
    fn directory_synchronisation_is_told_off_from_stale() {
        let check = |organization| judged(&directory_sync(&organization, now()));
        assert_eq!(
            check(organization(true, Some("2026-11-24T11:40:00Z"))),
            (Severity::Pass, "ok")
        );
        assert_eq!(
            check(organization(true, Some("2026-11-24T02:00:00Z"))),
            (Severity::Warn, "stale")
        );
        assert_eq!(check(organization(false, None)), (Severity::Fail, "off"));
    }

    #[test]
    fn what_could_not_be_asked_is_not_run() {
        let error = EndpointError::new(EndpointErrorKind::Unreachable, "no route to host");
        assert_debug_snapshot!(directory_sync(&Err(error), now()), @r#"
        Finding {
            check: DirectorySync,
            severity: NotRun,
            code: "notRun",
            values: {
                "because": "no route to host",
            },
            evidence: [
                (
                    "server",
                    "no route to host",
                ),
            ],
            fixer: You,
            command: None,
            checked_at: 2026-11-24T12:00:00Z,
        }
        "#);
    }
}
