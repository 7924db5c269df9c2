//! What a project remembers of its domain's DNS: the values from before the change, so that it can be
//! taken back; since when mail goes to the tenant; when a test mail proved it.

use jiff::Timestamp;
use stegvis_journal::{JournalError, Tx};
use stegvis_model::{DnsName, DnsRecord, MigrationUserStatus};

use super::{DnsCheck, DnsFinding, Standing, Subject, zone_line};

/// What is remembered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// The records from before the change, as lines of a zone file.
    pub before: Option<String>,
    /// Since when every server that decides sends mail to the tenant alone.
    pub mx_moved_at: Option<Timestamp>,
    /// When a test mail last came directly.
    pub direct_delivery_at: Option<Timestamp>,
}

/// What the project remembers of this domain.
///
/// # Errors
/// The journal's.
pub fn kept(tx: &Tx<'_>, domain: &DnsName) -> Result<Kept, JournalError> {
    Ok(Kept {
        before: tx.setting(&key("before", domain))?,
        mx_moved_at: time(tx, "dns.mxMovedAt", &key("mxMovedAt", domain))?,
        direct_delivery_at: time(tx, "dns.deliveredAt", &key("deliveredAt", domain))?,
    })
}

/// Remembers what was seen. The values from before are kept once and never overwritten; the time at which
/// mail moved is forgotten when it moves back.
///
/// # Errors
/// The journal's.
pub fn keep_seen(tx: &Tx<'_>, check: &DnsCheck) -> Result<(), JournalError> {
    let before = key("before", &check.domain);
    let decided = |subject| {
        let views = check.of(subject)?.views.iter();
        views
            .filter(|view| view.viewer.decides())
            .find_map(|view| view.records.as_ref().ok())
    };
    if decided(Subject::Mx).is_some() && tx.setting(&before)?.is_none() {
        let lines: Vec<String> = Subject::ALL
            .iter()
            .filter_map(|&subject| decided(subject))
            .flatten()
            .chain(leftovers(check))
            .map(zone_line)
            .collect();
        tx.set_setting(&before, &lines.join("\n"))?;
        tx.log(check.at, None, "DnsBefore", check.domain.as_str())?;
    }
    let Some(mx) = check.of(Subject::Mx) else {
        return Ok(());
    };
    let mut deciding = mx.views.iter().filter(|view| view.viewer.decides());
    let moved = key("mxMovedAt", &check.domain);
    if deciding
        .clone()
        .any(|view| view.records.is_ok() && !view.as_expected)
    {
        if tx.setting(&moved)?.is_some() {
            tx.clear_setting(&moved)?;
            tx.log(check.at, None, "MxMovedBack", check.domain.as_str())?;
        }
    } else if deciding.clone().next().is_some()
        && deciding.all(|view| view.as_expected)
        && tx.setting(&moved)?.is_none()
    {
        tx.set_setting(&moved, &check.at.to_string())?;
        tx.log(check.at, None, "MxMoved", check.domain.as_str())?;
    }
    Ok(())
}

/// What stands beside the records since before: it is removed with the change, and belongs to the way back.
fn leftovers(check: &DnsCheck) -> impl Iterator<Item = &DnsRecord> {
    let findings = check.subjects.iter().flat_map(|subject| &subject.findings);
    findings.filter_map(|finding| match finding {
        DnsFinding::Leftover { found } => Some(found),
        _ => None,
    })
}

/// Remembers that a test mail came directly. A later one counts, an earlier one does not.
///
/// # Errors
/// The journal's.
pub fn keep_delivery(tx: &Tx<'_>, domain: &DnsName, at: Timestamp) -> Result<(), JournalError> {
    let known = kept(tx, domain)?.direct_delivery_at;
    if known.is_none_or(|known| known < at) {
        tx.set_setting(&key("deliveredAt", domain), &at.to_string())?;
    }
    Ok(())
}

/// Where the project stands. Of mailboxes that are in no batch it knows nothing: whoever asks adds them.
///
/// # Errors
/// The journal's.
pub fn standing(tx: &Tx<'_>, domain: &DnsName, now: Timestamp) -> Result<Standing, JournalError> {
    let users = tx.users()?;
    let count = |is: fn(MigrationUserStatus) -> bool| {
        u32::try_from(users.iter().filter(|user| is(user.status)).count()).unwrap_or(u32::MAX)
    };
    let kept = kept(tx, domain)?;
    Ok(Standing {
        now,
        mailboxes: u32::try_from(users.len()).unwrap_or(u32::MAX),
        not_synced: count(|status| !is_synced(status)),
        not_chosen: 0,
        not_converted: count(|status| !is_converted(status)),
        mx_moved_at: kept.mx_moved_at,
        direct_delivery_at: kept.direct_delivery_at,
    })
}

pub(super) const fn is_synced(status: MigrationUserStatus) -> bool {
    match status {
        MigrationUserStatus::Synced
        | MigrationUserStatus::IncrementalSyncing
        | MigrationUserStatus::Converting
        | MigrationUserStatus::Completed
        | MigrationUserStatus::CompletedWithWarnings => true,
        MigrationUserStatus::Queued
        | MigrationUserStatus::Validating
        | MigrationUserStatus::Provisioning
        | MigrationUserStatus::Forwarding
        | MigrationUserStatus::Syncing
        | MigrationUserStatus::Failed { .. }
        | MigrationUserStatus::Stopped { .. } => false,
    }
}

const fn is_converted(status: MigrationUserStatus) -> bool {
    matches!(
        status,
        MigrationUserStatus::Completed | MigrationUserStatus::CompletedWithWarnings
    )
}

fn key(what: &str, domain: &DnsName) -> String {
    format!("dns.{what}.{domain}")
}

fn time(tx: &Tx<'_>, column: &'static str, key: &str) -> Result<Option<Timestamp>, JournalError> {
    tx.setting(key)?
        .map(|value| {
            value
                .parse()
                .map_err(|_| JournalError::Damaged { column, value })
        })
        .transpose()
}
