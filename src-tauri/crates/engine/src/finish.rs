//! The end of a migration: where mail goes for every domain that is migrated, and what keeps a batch in the service.

use std::collections::BTreeSet;

use jiff::Timestamp;
use stegvis_journal::{CloudBatchRow, JournalError, Tx};
use stegvis_model::{DnsName, DomainName, MigrationUser, SmtpAddress};

use crate::dns::{Refusal, Standing, Step, kept, refusal, standing};
use crate::service::{RemovalFacts, RemovalGuard, is_idle, may_remove};

/// Where the migration stands, over every domain of its mailboxes: mail has moved when the last domain's has, and is
/// proved when every domain's is. Who was chosen and waits for a batch is neither synced nor converted. Nothing where
/// there is no mailbox.
///
/// # Errors
/// The journal's.
pub fn standing_everywhere(
    tx: &Tx<'_>,
    waiting: &[SmtpAddress],
    now: Timestamp,
) -> Result<Option<Standing>, JournalError> {
    let users = tx.users()?;
    let domains: BTreeSet<DomainName> = users
        .iter()
        .map(|user| &user.address)
        .chain(waiting)
        .map(|address| address.domain().clone())
        .collect();
    let mut domains = domains.iter().map(DnsName::from);
    let Some(first) = domains.next() else {
        return Ok(None);
    };
    let mut everywhere = standing(tx, &first, now)?;
    let left = u32::try_from(waiting.len()).unwrap_or(u32::MAX);
    everywhere.mailboxes = everywhere.mailboxes.saturating_add(left);
    everywhere.not_synced = everywhere.not_synced.saturating_add(left);
    everywhere.not_converted = everywhere.not_converted.saturating_add(left);
    let mut proved = is_proved(&everywhere);
    for domain in domains {
        let known = kept(tx, &domain)?;
        let here = Standing {
            mx_moved_at: known.mx_moved_at,
            direct_delivery_at: known.direct_delivery_at,
            ..everywhere
        };
        proved &= is_proved(&here);
        everywhere.mx_moved_at = both(everywhere.mx_moved_at, here.mx_moved_at);
        everywhere.direct_delivery_at =
            both(everywhere.direct_delivery_at, here.direct_delivery_at);
    }
    // Of several domains the latest proof is not every domain's.
    if !proved && is_proved(&everywhere) {
        everywhere.direct_delivery_at = None;
    }
    Ok(Some(everywhere))
}

/// The later of two, if both have come.
fn both(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    Some(one?.max(other?))
}

fn is_proved(standing: &Standing) -> bool {
    match (standing.mx_moved_at, standing.direct_delivery_at) {
        (Some(moved), Some(delivered)) => delivered >= moved,
        _ => false,
    }
}

/// What the removal of a batch asks of where mail goes.
#[must_use]
pub fn removal_facts(standing: &Standing) -> RemovalFacts {
    RemovalFacts {
        mx_moved_at: standing.mx_moved_at,
        delivery_proved: is_proved(standing),
    }
}

/// What keeps a batch in the service, by itself and by the order in which mail changes its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchHold {
    /// The batch's own guard.
    Guard(RemovalGuard),
    /// So many mailboxes of other batches are not synced.
    OthersNotSynced(u32),
    /// The test mail is from before MX moved.
    ProofTooOld,
}

/// What keeps this batch; nothing where it may be removed.
#[must_use]
pub fn holds(
    batch: &CloudBatchRow,
    users: &[MigrationUser],
    standing: &Standing,
) -> Vec<BatchHold> {
    let facts = removal_facts(standing);
    let guards = may_remove(batch, users, &facts, standing.now);
    if is_idle(batch) {
        // One that moves nobody's mail any more may go at any time, to be made anew.
        return guards.into_iter().map(BatchHold::Guard).collect();
    }
    let ordered = refusal(Step::RemoveBatches, standing);
    let own = guards
        .iter()
        .find_map(|guard| match guard {
            RemovalGuard::NotSynced(left) => u32::try_from(*left).ok(),
            _ => None,
        })
        .unwrap_or(0);
    let mut holds: Vec<BatchHold> = guards
        .into_iter()
        .filter(|guard| {
            *guard != RemovalGuard::DeliveryUnproved || standing.direct_delivery_at.is_none()
        })
        .map(BatchHold::Guard)
        .collect();
    if let Some(Refusal::NotSynced { left }) = ordered
        && left > own
    {
        holds.push(BatchHold::OthersNotSynced(left - own));
    }
    if standing.mx_moved_at.is_some()
        && standing.direct_delivery_at.is_some()
        && !facts.delivery_proved
    {
        holds.push(BatchHold::ProofTooOld);
    }
    holds
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use stegvis_journal::{CloudBatchSeen, Journal, NewCloudBatchRow, NewUser};
    use stegvis_model::{BatchId, CloudStage, RecipientKind};

    use super::*;
    use crate::dns::keep_delivery;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn standing() -> Standing {
        Standing {
            now: at("2026-11-25T08:00:00Z"),
            mailboxes: 2,
            not_synced: 0,
            not_chosen: 0,
            not_converted: 0,
            mx_moved_at: Some(at("2026-11-20T08:00:00Z")),
            direct_delivery_at: Some(at("2026-11-20T09:00:00Z")),
        }
    }

    fn batch() -> CloudBatchRow {
        CloudBatchRow {
            new: NewCloudBatchRow {
                batch: BatchId(1),
                name: "Pilot (Stegvis 0a1b)".to_owned(),
                endpoint: "Old server".to_owned(),
                notify: Vec::new(),
                start_after: None,
            },
            intended_at: at("2026-11-01T08:00:00Z"),
            made_at: None,
            start_asked_at: None,
            seen: Some(CloudBatchSeen {
                stage: CloudStage::Synced,
                status: "Synced".to_owned(),
                created: None,
                started: None,
                last_synced: None,
            }),
            observed_at: None,
            removed_at: None,
        }
    }

    #[test]
    fn a_batch_whose_mail_comes_directly_for_three_days_may_go() {
        assert_eq!(holds(&batch(), &[], &standing()), []);
    }

    #[test]
    fn a_proof_from_before_the_change_is_told_as_such() {
        let old = Standing {
            direct_delivery_at: Some(at("2026-11-19T09:00:00Z")),
            ..standing()
        };
        assert_eq!(holds(&batch(), &[], &old), [BatchHold::ProofTooOld]);
        let none = Standing {
            direct_delivery_at: None,
            ..standing()
        };
        assert_eq!(
            holds(&batch(), &[], &none),
            [BatchHold::Guard(RemovalGuard::DeliveryUnproved)]
        );
    }

    #[test]
    fn mailboxes_of_other_batches_hold_it_too() {
        let others = Standing {
            not_synced: 3,
            ..standing()
        };
        assert_eq!(
            holds(&batch(), &[], &others),
            [BatchHold::OthersNotSynced(3)]
        );
    }

    #[test]
    fn one_that_the_service_has_no_more_is_held_by_nobody() {
        let mut gone = batch();
        gone.seen = Some(CloudBatchSeen {
            stage: CloudStage::Unknown,
            status: "Gone".to_owned(),
            created: None,
            started: None,
            last_synced: None,
        });
        let early = Standing {
            not_synced: 2,
            mx_moved_at: None,
            direct_delivery_at: None,
            ..standing()
        };
        assert_eq!(holds(&gone, &[], &early), []);
        assert_ne!(holds(&batch(), &[], &early), []);
    }

    #[test]
    fn who_was_chosen_and_is_in_no_batch_yet_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(&folder.path().join("p.stegvis")).unwrap();
        let now = at("2026-11-25T08:00:00Z");
        let waiting = ["anna@nordvik.example".parse().unwrap()];
        let [nobody, left] = journal
            .transaction(|tx| {
                Ok::<_, JournalError>([
                    standing_everywhere(tx, &[], now)?,
                    standing_everywhere(tx, &waiting, now)?,
                ])
            })
            .unwrap();
        assert_eq!(nobody, None);
        let left = left.unwrap();
        assert_eq!(
            (left.mailboxes, left.not_synced, left.not_converted),
            (1, 1, 1)
        );
    }

    #[test]
    fn mail_has_moved_when_it_has_for_every_domain() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(&folder.path().join("p.stegvis")).unwrap();
        let now = at("2026-11-25T08:00:00Z");
        let seen = journal
            .transaction(|tx| {
                let batch = tx.insert_batch("Pilot", None)?;
                for address in ["anna@nordvik.example", "bo@bygg.example"] {
                    let user = NewUser {
                        address: address.parse().unwrap(),
                        display_name: address.to_owned(),
                        kind: RecipientKind::UserMailbox,
                    };
                    tx.insert_user(batch, &user)?;
                }
                let one: DnsName = "nordvik.example".parse().unwrap();
                let other: DnsName = "bygg.example".parse().unwrap();
                let moved = |domain: &DnsName, when: &str| {
                    tx.set_setting(&format!("dns.mxMovedAt.{domain}"), when)
                };
                moved(&one, "2026-11-20T08:00:00Z")?;
                keep_delivery(tx, &one, at("2026-11-20T09:00:00Z"))?;
                let half = standing_everywhere(tx, &[], now)?;
                moved(&other, "2026-11-21T08:00:00Z")?;
                let unproved = standing_everywhere(tx, &[], now)?;
                keep_delivery(tx, &other, at("2026-11-21T09:00:00Z"))?;
                let whole = standing_everywhere(tx, &[], now)?;
                Ok::<_, JournalError>([half, unproved, whole].map(Option::unwrap))
            })
            .unwrap();
        let [half, unproved, whole] = seen.map(|standing| removal_facts(&standing));
        assert_eq!(half, RemovalFacts::default());
        assert_eq!(unproved.mx_moved_at, Some(at("2026-11-21T08:00:00Z")));
        assert!(!unproved.delivery_proved);
        assert!(whole.delivery_proved);
    }
}
