//! What keeps the tenant from making a mailbox, or this program from opening it: found in lists of the whole tenant,
//! told by mailbox.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use stegvis_model::{CheckId, Engine, Fixer, Severity, SmtpAddress, TenantRecipientKind};

use super::Finding;
use super::judge::{Held, NAMED, named};
use super::remedy;
use crate::ports::{
    DeletedMailbox, DirectoryRecipient, EndpointError, ImapAccess, ProvisioningError,
    TenantRecipient,
};
use crate::powershell::guid_text;

/// A mailbox, and what was read of it.
type Named = (SmtpAddress, String);

/// A synced msExchMailboxGuid: by a licence no mailbox comes of it, and Microsoft's service alone makes one.
pub(super) fn mailbox_guid(
    recipients: &Result<Vec<TenantRecipient>, EndpointError>,
    subjects: &[&DirectoryRecipient],
    engine: Engine,
    now: Timestamp,
) -> Finding {
    let check = CheckId::MailboxGuidNotSynced;
    let recipients = match judgeable(check, recipients, subjects, now) {
        Ok(recipients) => recipients,
        Err(finding) => return *finding,
    };
    let held = Held::of(recipients);
    let synced: Vec<Named> = subjects
        .iter()
        .filter_map(|mailbox| {
            let found = held.of_mailbox(mailbox)?;
            let stuck = found.kind == TenantRecipientKind::MailUser && found.mailbox_guid_synced;
            stuck.then(|| {
                let guid = found
                    .exchange_guid
                    .map_or_else(|| "?".to_owned(), guid_text);
                let licence = if found.licensed {
                    "licensed"
                } else {
                    "no licence"
                };
                (
                    mailbox.address.clone(),
                    format!("MailUser, ExchangeGuid {guid}, {licence}"),
                )
            })
        })
        .collect();
    if synced.is_empty() {
        return Finding::new(check, Severity::Pass, "ok", Fixer::You, now)
            .value("count", subjects.len());
    }
    match engine {
        // The service turns them into mailboxes itself, and wants the GUID.
        Engine::Service => told(
            check,
            Severity::Pass,
            "service",
            Fixer::Microsoft,
            &synced,
            now,
        ),
        Engine::Direct => Finding {
            command: Some(remedy::guid_no_longer_synced(&addresses(&synced))),
            ..told(
                check,
                Severity::Fail,
                "stuck",
                Fixer::ServerAdmin,
                &synced,
                now,
            )
        },
    }
}

/// A mailbox in the tenant that no migration of ours made, beside the one on the old server.
pub(super) fn both_sides(
    recipients: &Result<Vec<TenantRecipient>, EndpointError>,
    subjects: &[&DirectoryRecipient],
    begun: &BTreeSet<SmtpAddress>,
    now: Timestamp,
) -> Finding {
    let check = CheckId::MailboxOnOneSide;
    let recipients = match judgeable(check, recipients, subjects, now) {
        Ok(recipients) => recipients,
        Err(finding) => return *finding,
    };
    let held = Held::of(recipients);
    let both: Vec<Named> = subjects
        .iter()
        .filter(|mailbox| !begun.contains(&mailbox.address))
        .filter_map(|mailbox| {
            let found = held.of_mailbox(mailbox)?;
            (found.kind == TenantRecipientKind::Mailbox).then(|| {
                let store = mailbox.store.as_deref().unwrap_or("?");
                let guid = found
                    .exchange_guid
                    .map_or_else(|| "?".to_owned(), guid_text);
                (
                    mailbox.address.clone(),
                    format!("homeMDB {store}; mailbox in the tenant, ExchangeGuid {guid}"),
                )
            })
        })
        .collect();
    if both.is_empty() {
        return Finding::new(check, Severity::Pass, "ok", Fixer::You, now)
            .value("count", subjects.len());
    }
    Finding {
        command: Some(remedy::what_lies_in(&addresses(&both))),
        ..told(check, Severity::Warn, "both", Fixer::You, &both, now)
    }
}

/// A mailbox that was removed and holds an address, or the very GUID, of one that is to be made.
pub(super) fn deleted_twin(
    deleted: &Result<Vec<DeletedMailbox>, EndpointError>,
    recipients: &Result<Vec<TenantRecipient>, EndpointError>,
    subjects: &[&DirectoryRecipient],
    now: Timestamp,
) -> Finding {
    let check = CheckId::NoDeletedTwin;
    let recipients = match judgeable(check, recipients, subjects, now) {
        Ok(recipients) => recipients,
        Err(finding) => return *finding,
    };
    let deleted = match deleted {
        Ok(deleted) => deleted,
        Err(error) => return Finding::not_run(check, error, now),
    };
    let held = Held::of(recipients);
    let (mut by_address, mut by_guid) = (BTreeMap::new(), BTreeMap::new());
    for mailbox in subjects {
        for address in mailbox.proxy_addresses.iter().chain([&mailbox.address]) {
            by_address.insert(address, *mailbox);
        }
        let guid = held
            .of_mailbox(mailbox)
            .and_then(|found| found.exchange_guid);
        if let Some(guid) = guid {
            by_guid.insert(guid, *mailbox);
        }
    }
    let mut twins: Vec<(&SmtpAddress, &DeletedMailbox, bool)> = Vec::new();
    for twin in deleted {
        let same = twin.exchange_guid.and_then(|guid| by_guid.get(&guid));
        let named = || {
            let mut addresses = twin.addresses.iter();
            addresses.find_map(|address| by_address.get(address))
        };
        if let Some(mailbox) = same.or_else(named) {
            twins.push((&mailbox.address, twin, same.is_some()));
        }
    }
    if twins.is_empty() {
        return Finding::new(check, Severity::Pass, "ok", Fixer::You, now)
            .value("count", subjects.len())
            .line("Get-Mailbox -SoftDeletedMailbox", deleted.len().to_string());
    }
    // With the same GUID no other mailbox can be made; with the same address one can, and two answer to its name.
    let severity = if twins.iter().any(|(_, _, same_guid)| *same_guid) {
        Severity::Fail
    } else {
        Severity::Warn
    };
    let read: Vec<Named> = twins
        .iter()
        .map(|(address, twin, same_guid)| ((*address).clone(), twin_line(twin, *same_guid)))
        .collect();
    let pairs: Vec<(&SmtpAddress, &DeletedMailbox)> = twins
        .iter()
        .map(|(address, twin, _)| (*address, *twin))
        .collect();
    Finding {
        command: Some(remedy::twins(&pairs)),
        ..told(check, severity, "twin", Fixer::You, &read, now)
    }
}

fn twin_line(twin: &DeletedMailbox, same_guid: bool) -> String {
    let kind = if twin.inactive {
        "inactive, on hold"
    } else {
        "soft-deleted"
    };
    let since = twin
        .deleted_at
        .map(|at| format!(" {}", at.strftime("%F")))
        .unwrap_or_default();
    let same = if same_guid {
        "same ExchangeGuid"
    } else {
        "same address"
    };
    format!(
        "{}: {kind}{since}, {same}, {}",
        twin.display_name, twin.identity
    )
}

/// Errors that the tenant keeps with the users.
pub(super) fn errors(
    errors: &Result<Vec<ProvisioningError>, EndpointError>,
    subjects: &[&DirectoryRecipient],
    now: Timestamp,
) -> Finding {
    let check = CheckId::NoProvisioningErrors;
    let errors = match judgeable(check, errors, subjects, now) {
        Ok(errors) => errors,
        Err(finding) => return *finding,
    };
    let mut by_address = BTreeMap::new();
    for mailbox in subjects {
        for address in mailbox.proxy_addresses.iter().chain([&mailbox.address]) {
            by_address.insert(address, *mailbox);
        }
    }
    let of_subjects: Vec<(&SmtpAddress, &ProvisioningError)> = errors
        .iter()
        .filter_map(|error| {
            let mut addresses = error.addresses.iter();
            let mailbox = addresses.find_map(|address| by_address.get(address))?;
            Some((&mailbox.address, error))
        })
        .collect();
    if of_subjects.is_empty() {
        return Finding::new(check, Severity::Pass, "ok", Fixer::ServerAdmin, now)
            .value("count", subjects.len());
    }
    let read: Vec<Named> = of_subjects
        .iter()
        .map(|(address, error)| ((*address).clone(), error_line(error)))
        .collect();
    let conflicts: Vec<&ProvisioningError> = of_subjects
        .iter()
        .map(|(_, error)| *error)
        .filter(|error| error.property.is_some())
        .collect();
    if conflicts.is_empty() {
        return told(check, Severity::Fail, "service", Fixer::You, &read, now);
    }
    Finding {
        command: Some(remedy::who_else_has(&conflicts)),
        ..told(
            check,
            Severity::Fail,
            "conflict",
            Fixer::ServerAdmin,
            &read,
            now,
        )
    }
}

fn error_line(error: &ProvisioningError) -> String {
    let since = error
        .since
        .map(|at| format!(" ({})", at.strftime("%F")))
        .unwrap_or_default();
    match &error.property {
        Some(property) => format!("{} {property}: {}{since}", error.category, error.detail),
        None => format!("{}: {}{since}", error.category, error.detail),
    }
}

/// IMAP switched off: for a mailbox that is there, or by a plan for those that will be made.
pub(super) fn imap(
    access: &Result<ImapAccess, EndpointError>,
    recipients: &Result<Vec<TenantRecipient>, EndpointError>,
    subjects: &[&DirectoryRecipient],
    engine: Engine,
    now: Timestamp,
) -> Finding {
    let check = CheckId::ImapEnabled;
    let recipients = match judgeable(check, recipients, subjects, now) {
        Ok(recipients) => recipients,
        Err(finding) => return *finding,
    };
    let access = match access {
        Ok(access) => access,
        Err(error) => return Finding::not_run(check, error, now),
    };
    let by_address: BTreeMap<&SmtpAddress, bool> = access
        .mailboxes
        .iter()
        .map(|(address, enabled)| (address, *enabled))
        .collect();
    let held = Held::of(recipients);
    let mut there = 0_usize;
    let mut off: Vec<Named> = Vec::new();
    for mailbox in subjects {
        let enabled = held
            .of_mailbox(mailbox)
            .filter(|found| found.kind == TenantRecipientKind::Mailbox)
            .and_then(|found| by_address.get(&found.address));
        there += usize::from(enabled.is_some());
        if enabled == Some(&false) {
            off.push((mailbox.address.clone(), "ImapEnabled: False".to_owned()));
        }
    }
    if !off.is_empty() {
        // Microsoft's service does not open mailboxes by IMAP; only what is read afterwards does.
        let severity = match engine {
            Engine::Direct => Severity::Fail,
            Engine::Service => Severity::Warn,
        };
        return Finding {
            command: Some(remedy::imap_on(&addresses(&off))),
            ..told(check, severity, "off", Fixer::You, &off, now)
        };
    }
    let plans: Vec<_> = access.plans.iter().filter(|plan| !plan.enabled).collect();
    // A plan matters to mailboxes that are not made yet.
    if !plans.is_empty() && there < subjects.len() {
        let names: Vec<String> = plans.iter().map(|plan| plan.name.clone()).collect();
        let identities: Vec<&str> = plans.iter().map(|plan| plan.identity.as_str()).collect();
        let mut finding = Finding::new(check, Severity::Warn, "planOff", Fixer::You, now)
            .value("plans", names.join(", "))
            .value("count", subjects.len().saturating_sub(there));
        for plan in plans {
            finding = finding.line(plan.name.clone(), "ImapEnabled: False");
        }
        finding.command = Some(remedy::imap_on_for_plans(&identities));
        return finding;
    }
    Finding::new(check, Severity::Pass, "ok", Fixer::You, now)
        .value("count", there)
        .line("Get-CASMailbox", access.mailboxes.len().to_string())
        .line("Get-CASMailboxPlan", access.plans.len().to_string())
}

/// What was read, where there is something to judge; else the finding that says that the check did not run.
fn judgeable<'a, T>(
    check: CheckId,
    read: &'a Result<Vec<T>, EndpointError>,
    subjects: &[&DirectoryRecipient],
    now: Timestamp,
) -> Result<&'a [T], Box<Finding>> {
    match read {
        Err(error) => Err(Box::new(Finding::not_run(check, error, now))),
        Ok(_) if subjects.is_empty() => Err(Box::new(Finding::new(
            check,
            Severity::NotRun,
            "notRun",
            Fixer::You,
            now,
        ))),
        Ok(read) => Ok(read),
    }
}

fn addresses(named: &[Named]) -> Vec<&SmtpAddress> {
    named.iter().map(|(address, _)| address).collect()
}

/// A finding about some mailboxes: how many, who, and what was read of each.
fn told(
    check: CheckId,
    severity: Severity,
    code: &'static str,
    fixer: Fixer,
    of: &[Named],
    now: Timestamp,
) -> Finding {
    let mut who: Vec<String> = of.iter().map(|(address, _)| address.to_string()).collect();
    who.dedup();
    let mut finding = Finding::new(check, severity, code, fixer, now)
        .value("count", who.len())
        .value("addresses", named(&who));
    for (address, read) in of.iter().take(NAMED) {
        finding = finding.line(address.to_string(), read.clone());
    }
    finding
}
