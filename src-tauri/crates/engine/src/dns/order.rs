//! The order in which mail changes its way. It is enforced: a step asked for too early is refused, with
//! the reason.

use jiff::{SignedDuration, Timestamp};

/// How long the last mail may need to find its new way (Microsoft's own figure for a staged migration).
const AFTER_MX: SignedDuration = SignedDuration::from_hours(72);

/// A step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Lower the time to live of what will be changed.
    LowerTtl,
    /// Send mail for the domain to the tenant.
    MoveMx,
    /// Send Outlook to the tenant.
    MoveAutodiscover,
    /// Let only the tenant send as the domain.
    TidySpf,
    /// Remove the migration batches.
    RemoveBatches,
    /// Take the old server out of use.
    Decommission,
}

impl Step {
    /// All, in order.
    pub const ALL: [Self; 6] = [
        Self::LowerTtl,
        Self::MoveMx,
        Self::MoveAutodiscover,
        Self::TidySpf,
        Self::RemoveBatches,
        Self::Decommission,
    ];

    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LowerTtl => "lowerTtl",
            Self::MoveMx => "moveMx",
            Self::MoveAutodiscover => "moveAutodiscover",
            Self::TidySpf => "tidySpf",
            Self::RemoveBatches => "removeBatches",
            Self::Decommission => "decommission",
        }
    }
}

/// Where the migration stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The time.
    pub now: Timestamp,
    /// All mailboxes of the migration.
    pub mailboxes: u32,
    /// Those that are not synced yet, failed and stopped ones among them.
    pub not_synced: u32,
    /// Mailboxes of the old server that are in no batch and wait for none, and of whom nobody said that they stay behind.
    pub not_chosen: u32,
    /// Those whose old mailbox is not converted yet.
    pub not_converted: u32,
    /// Since when every server that decides sends mail to the tenant alone.
    pub mx_moved_at: Option<Timestamp>,
    /// When a test mail from outside last reached the tenant without passing the old server.
    pub direct_delivery_at: Option<Timestamp>,
}

/// Why a step is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// There is no mailbox: nothing is known to be moved.
    NoMailboxes,
    /// Mail or Outlook would reach a mailbox that is not there yet.
    NotSynced {
        /// How many.
        left: u32,
    },
    /// Mail would no longer reach mailboxes that nobody thought of.
    NotChosen {
        /// How many.
        left: u32,
    },
    /// An old mailbox still answers as one.
    NotConverted {
        /// How many.
        left: u32,
    },
    /// MX still leads to the old server.
    MxNotMoved,
    /// Mail may still be on its old way.
    TooEarly {
        /// When it is not.
        until: Timestamp,
    },
    /// No test mail has shown that mail comes directly.
    NoProof,
    /// The test mail is from before MX was moved.
    ProofTooOld,
}

impl Refusal {
    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoMailboxes => "noMailboxes",
            Self::NotSynced { .. } => "notSynced",
            Self::NotChosen { .. } => "notChosen",
            Self::NotConverted { .. } => "notConverted",
            Self::MxNotMoved => "mxNotMoved",
            Self::TooEarly { .. } => "tooEarly",
            Self::NoProof => "noProof",
            Self::ProofTooOld => "proofTooOld",
        }
    }
}

/// Why this step may not be taken now; nothing where it may.
#[must_use]
pub fn refusal(step: Step, standing: &Standing) -> Option<Refusal> {
    match step {
        Step::LowerTtl => None,
        Step::MoveMx | Step::MoveAutodiscover => {
            synced(standing).and_then(|()| chosen(standing)).err()
        }
        Step::TidySpf => synced(standing)
            .and_then(|()| chosen(standing))
            .and_then(|()| moved(standing))
            .err(),
        // Who is in no batch loses nothing when batches go.
        Step::RemoveBatches => synced(standing)
            .and_then(|()| moved(standing))
            .and_then(|()| proved(standing))
            .err(),
        Step::Decommission => synced(standing)
            .and_then(|()| chosen(standing))
            .and_then(|()| converted(standing))
            .and_then(|()| moved(standing))
            .and_then(|()| proved(standing))
            .err(),
    }
}

fn synced(standing: &Standing) -> Result<(), Refusal> {
    match (standing.mailboxes, standing.not_synced) {
        (0, _) => Err(Refusal::NoMailboxes),
        (_, 0) => Ok(()),
        (_, left) => Err(Refusal::NotSynced { left }),
    }
}

/// Of every mailbox of the old server somebody said whether it moves or stays behind.
fn chosen(standing: &Standing) -> Result<(), Refusal> {
    match standing.not_chosen {
        0 => Ok(()),
        left => Err(Refusal::NotChosen { left }),
    }
}

fn converted(standing: &Standing) -> Result<(), Refusal> {
    match standing.not_converted {
        0 => Ok(()),
        left => Err(Refusal::NotConverted { left }),
    }
}

/// MX is moved, and long enough ago.
fn moved(standing: &Standing) -> Result<(), Refusal> {
    let at = standing.mx_moved_at.ok_or(Refusal::MxNotMoved)?;
    let until = at.checked_add(AFTER_MX).unwrap_or(Timestamp::MAX);
    if standing.now < until {
        return Err(Refusal::TooEarly { until });
    }
    Ok(())
}

fn proved(standing: &Standing) -> Result<(), Refusal> {
    let moved = standing.mx_moved_at.ok_or(Refusal::MxNotMoved)?;
    match standing.direct_delivery_at {
        None => Err(Refusal::NoProof),
        Some(at) if at < moved => Err(Refusal::ProofTooOld),
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn standing() -> Standing {
        Standing {
            now: time("2026-11-25T08:00:00Z"),
            mailboxes: 38,
            not_synced: 0,
            not_chosen: 0,
            not_converted: 0,
            mx_moved_at: None,
            direct_delivery_at: None,
        }
    }

    fn refused(standing: &Standing) -> Vec<(&'static str, &'static str)> {
        Step::ALL
            .iter()
            .filter_map(|&step| refusal(step, standing).map(|why| (step.name(), why.name())))
            .collect()
    }

    #[test]
    fn while_one_mailbox_is_not_synced_only_the_time_to_live_may_be_lowered() {
        let standing = Standing {
            not_synced: 1,
            ..standing()
        };
        assert_eq!(refused(&standing).len(), 5);
        assert_eq!(
            refusal(Step::MoveMx, &standing),
            Some(Refusal::NotSynced { left: 1 })
        );
        assert_eq!(refusal(Step::LowerTtl, &standing), None);
    }

    #[test]
    fn after_the_last_mailbox_mx_and_autodiscover_may_move() {
        assert_eq!(
            refused(&standing()),
            [
                ("tidySpf", "mxNotMoved"),
                ("removeBatches", "mxNotMoved"),
                ("decommission", "mxNotMoved")
            ]
        );
    }

    #[test]
    fn mail_is_not_moved_away_from_a_mailbox_that_nobody_chose() {
        let standing = Standing {
            now: time("2026-12-25T08:00:00Z"),
            not_chosen: 2,
            mx_moved_at: Some(time("2026-11-22T08:00:00Z")),
            direct_delivery_at: Some(time("2026-11-22T08:05:00Z")),
            ..standing()
        };
        assert_eq!(
            refused(&standing),
            [
                ("moveMx", "notChosen"),
                ("moveAutodiscover", "notChosen"),
                ("tidySpf", "notChosen"),
                ("decommission", "notChosen")
            ]
        );
        assert_eq!(
            refusal(Step::MoveMx, &standing),
            Some(Refusal::NotChosen { left: 2 })
        );
        // Who is on the way comes first: it is waited for anyway.
        let under_way = Standing {
            not_synced: 1,
            ..standing
        };
        assert_eq!(
            refusal(Step::MoveMx, &under_way),
            Some(Refusal::NotSynced { left: 1 })
        );
    }

    #[test]
    fn a_migration_without_mailboxes_moves_nothing() {
        let standing = Standing {
            mailboxes: 0,
            ..standing()
        };
        assert_eq!(refusal(Step::MoveMx, &standing), Some(Refusal::NoMailboxes));
    }

    #[test]
    fn batches_go_seventy_two_hours_after_mx_and_only_with_proof() {
        let moved = Standing {
            mx_moved_at: Some(time("2026-11-22T08:00:01Z")),
            direct_delivery_at: Some(time("2026-11-22T08:05:00Z")),
            ..standing()
        };
        let until = time("2026-11-25T08:00:01Z");
        assert_eq!(
            refusal(Step::RemoveBatches, &moved),
            Some(Refusal::TooEarly { until })
        );
        let later = Standing {
            now: until,
            ..moved
        };
        assert_eq!(refused(&later), []);
        let unproved = Standing {
            direct_delivery_at: None,
            ..later
        };
        assert_eq!(
            refusal(Step::RemoveBatches, &unproved),
            Some(Refusal::NoProof)
        );
        let old = Standing {
            direct_delivery_at: Some(time("2026-11-22T08:00:00Z")),
            ..later
        };
        assert_eq!(
            refusal(Step::RemoveBatches, &old),
            Some(Refusal::ProofTooOld)
        );
    }

    #[test]
    fn the_old_server_stays_while_one_old_mailbox_is_left() {
        let standing = Standing {
            now: time("2026-12-25T08:00:00Z"),
            not_converted: 3,
            mx_moved_at: Some(time("2026-11-22T08:00:00Z")),
            direct_delivery_at: Some(time("2026-11-22T08:05:00Z")),
            ..standing()
        };
        assert_eq!(refused(&standing), [("decommission", "notConverted")]);
    }
}
