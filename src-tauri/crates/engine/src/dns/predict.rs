//! Where mail to each mailbox of a project would go, now and once MX leads to the tenant.

use std::collections::BTreeSet;

use stegvis_journal::{JournalError, Tx};
use stegvis_model::SmtpAddress;

use super::kept::is_synced;
use super::loops::{Accepted, Domains, End, Holder, Place, Routes, walk};
use super::{DnsCheck, DnsFinding, Subject};

/// What would become of a mail to each mailbox.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prediction {
    /// Mailboxes that mail reaches.
    pub delivered: u32,
    /// Those it does not reach, and how its way ends.
    pub astray: Vec<(SmtpAddress, End)>,
    /// Mailboxes whose mail goes by somebody else's servers, of which nothing is known.
    pub by_others: u32,
}

/// Where MX leads: to the tenant alone, to the old server, or to others.
#[must_use]
pub fn mx_place(check: &DnsCheck) -> Place {
    let Some(mx) = check.of(Subject::Mx) else {
        return Place::Elsewhere;
    };
    let mut deciding = mx.views.iter().filter(|view| view.viewer.decides());
    if deciding.clone().next().is_some() && deciding.all(|view| view.as_expected) {
        return Place::Tenant;
    }
    let stale = |finding: &DnsFinding| matches!(finding, DnsFinding::Stale { .. });
    let wrong = |finding: &DnsFinding| matches!(finding, DnsFinding::Wrong { .. });
    if mx.findings.iter().any(stale) && !mx.findings.iter().any(wrong) {
        Place::Source
    } else {
        Place::Elsewhere
    }
}

/// Predicts from what the project did. `accepted` is what the tenant said it takes mail for; where it was not
/// asked, it is taken to decide for the mailboxes' own domains, as it does in a staged migration. The old
/// server always is. `waiting` are mailboxes that are in no batch: they are to move yet, or nobody chose them.
///
/// # Errors
/// The journal's.
pub fn predict(
    tx: &Tx<'_>,
    mx: Place,
    accepted: &Domains,
    waiting: &[SmtpAddress],
) -> Result<Prediction, JournalError> {
    let mut routes = Routes {
        tenant_domains: accepted.clone(),
        ..Routes::default()
    };
    let users = tx.users()?;
    for user in &users {
        let address = &user.address;
        let domain = address.domain();
        routes.mx.insert(domain.clone(), mx);
        routes
            .source_domains
            .insert(domain.clone(), Accepted::Authoritative);
        if accepted.is_empty() {
            routes
                .tenant_domains
                .insert(domain.clone(), Accepted::Authoritative);
        }
        let target = tx.target_address(user.id)?.and_then(|target| smtp(&target));
        let in_tenant = is_synced(user.status) || target.is_some();
        let tenant = if in_tenant {
            Holder::Mailbox
        } else {
            // Directory synchronisation makes a mail user whose mail leads back.
            Holder::Forward(address.clone())
        };
        if let Some(target) = &target {
            routes.mx.insert(target.domain().clone(), Place::Tenant);
            // Where mail is forwarded to, the tenant was born with.
            routes
                .tenant_domains
                .entry(target.domain().clone())
                .or_insert(Accepted::Authoritative);
            routes.tenant.insert(target.key(), tenant.clone());
        }
        routes.tenant.insert(address.key(), tenant);
        routes.source.insert(
            address.key(),
            target.map_or(Holder::Mailbox, Holder::Forward),
        );
    }
    for address in waiting {
        let domain = address.domain();
        routes.mx.insert(domain.clone(), mx);
        let decides = (domain.clone(), Accepted::Authoritative);
        routes.source_domains.extend([decides.clone()]);
        if accepted.is_empty() {
            routes.tenant_domains.extend([decides]);
        }
        let back = Holder::Forward(address.clone());
        routes.tenant.entry(address.key()).or_insert(back);
        let mailbox = Holder::Mailbox;
        routes.source.entry(address.key()).or_insert(mailbox);
    }
    let moving = users.iter().map(|user| &user.address);
    let addresses: BTreeSet<&SmtpAddress> = moving.chain(waiting).collect();
    let mut prediction = Prediction::default();
    for address in addresses {
        match walk(&routes, address).end {
            End::Delivered => prediction.delivered += 1,
            End::Leaves => prediction.by_others += 1,
            end @ (End::Loop | End::Unknown) => prediction.astray.push((address.clone(), end)),
        }
    }
    Ok(prediction)
}

/// The address in a TargetAddress, which has its kind in front as the directory has it.
fn smtp(target: &str) -> Option<SmtpAddress> {
    let address = match target.split_once(':') {
        Some((kind, address)) if kind.eq_ignore_ascii_case("smtp") => address,
        _ => target,
    };
    address.parse().ok()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use stegvis_journal::{Journal, NewUser};
    use stegvis_model::{MigrationEvent, RecipientKind};

    use super::*;

    #[test]
    fn mx_moved_while_a_mailbox_is_left_sends_its_mail_in_a_circle() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::open(&dir.path().join("p.stegvis")).unwrap();
        let predictions = journal.transaction(|tx| {
            let batch = tx.insert_batch("pilot", None)?;
            let mut ids = Vec::new();
            for name in ["anna", "bo"] {
                let user = NewUser {
                    address: format!("{name}@nordvik.example").parse().unwrap(),
                    display_name: String::new(),
                    kind: RecipientKind::UserMailbox,
                };
                ids.push(tx.insert_user(batch, &user)?);
            }
            let anna = *ids.first().unwrap();
            let steps = [
                MigrationEvent::Started,
                MigrationEvent::Validated,
                MigrationEvent::Provisioned,
                MigrationEvent::Forwarded,
            ];
            for event in steps {
                tx.apply_event(anna, event, "", jiff::Timestamp::UNIX_EPOCH)?;
            }
            tx.target_address_written(anna, "SMTP:anna@nordvik.onmicrosoft.com")?;
            let places = [Place::Source, Place::Tenant, Place::Elsewhere];
            places
                .map(|place| predict(tx, place, &Domains::new(), &[]))
                .into_iter()
                .collect::<Result<Vec<_>, JournalError>>()
        });
        let predictions = predictions.unwrap();
        let bo: SmtpAddress = "bo@nordvik.example".parse().unwrap();
        let told: Vec<_> = predictions
            .iter()
            .map(|one| (one.delivered, one.astray.clone(), one.by_others))
            .collect();
        assert_eq!(
            told,
            [
                (2, vec![], 0),
                (1, vec![(bo, End::Loop)], 0),
                (0, vec![], 2)
            ]
        );
    }
}
