//! The service tidies up by itself: what it stops or removes is told before.

use jiff::{SignedDuration, Timestamp};
use stegvis_journal::CloudBatchRow;
use stegvis_model::CloudStage;

/// What the service will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CleanupKind {
    /// A synced batch that nobody has touched for sixty days is stopped.
    Stops,
    /// A stopped or failed batch is removed after ninety days, and its reports with it.
    Removes,
}

/// When the service will tidy up, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cleanup {
    /// When.
    pub at: Timestamp,
    /// How.
    pub kind: CleanupKind,
}

const DAY: i64 = 24;
/// How long before it is told.
const WARNING: SignedDuration = SignedDuration::from_hours(14 * DAY);

/// What the service will do to this batch by itself within two weeks. Counted from the last that is known of it, so
/// the warning may come early and never late.
#[must_use]
pub fn cleanup(batch: &CloudBatchRow, now: Timestamp) -> Option<Cleanup> {
    let seen = batch.seen.as_ref().filter(|_| batch.removed_at.is_none())?;
    let (days, kind) = match seen.stage {
        CloudStage::Synced => (60, CleanupKind::Stops),
        CloudStage::Stopped | CloudStage::Failed => (90, CleanupKind::Removes),
        _ => return None,
    };
    let last = [
        seen.created,
        seen.started,
        seen.last_synced,
        batch.start_asked_at,
        batch.made_at,
    ]
    .into_iter()
    .flatten()
    .max()?;
    let at = last
        .checked_add(SignedDuration::from_hours(days * DAY))
        .ok()?;
    (at.duration_since(now) <= WARNING).then_some(Cleanup { at, kind })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use stegvis_journal::{CloudBatchSeen, NewCloudBatchRow};
    use stegvis_model::BatchId;

    use super::*;

    fn days(count: i64) -> Timestamp {
        Timestamp::from_second(count * 86_400).unwrap()
    }

    fn batch(stage: CloudStage) -> CloudBatchRow {
        CloudBatchRow {
            new: NewCloudBatchRow {
                batch: BatchId(1),
                name: "Pilot (Stegvis 0a1b)".to_owned(),
                endpoint: "Old server".to_owned(),
                notify: Vec::new(),
                start_after: None,
            },
            intended_at: days(0),
            made_at: Some(days(0)),
            start_asked_at: Some(days(0)),
            seen: Some(CloudBatchSeen {
                stage,
                status: stage.to_string(),
                created: Some(days(0)),
                started: Some(days(0)),
                last_synced: Some(days(1)),
            }),
            observed_at: Some(days(1)),
            removed_at: None,
        }
    }

    #[test]
    fn a_synced_batch_is_warned_of_two_weeks_before_the_sixtieth_day() {
        let synced = batch(CloudStage::Synced);
        assert_eq!(cleanup(&synced, days(46)), None);
        let warned = cleanup(&synced, days(47)).unwrap();
        assert_eq!((warned.at, warned.kind), (days(61), CleanupKind::Stops));
    }

    #[test]
    fn a_stopped_or_failed_one_before_the_ninetieth() {
        for stage in [CloudStage::Stopped, CloudStage::Failed] {
            assert_eq!(cleanup(&batch(stage), days(76)), None);
            let warned = cleanup(&batch(stage), days(77)).unwrap();
            assert_eq!((warned.at, warned.kind), (days(91), CleanupKind::Removes));
        }
    }

    #[test]
    fn one_that_moves_or_is_gone_is_not_warned_of() {
        assert_eq!(cleanup(&batch(CloudStage::Copying), days(400)), None);
        let gone = CloudBatchRow {
            removed_at: Some(days(50)),
            ..batch(CloudStage::Synced)
        };
        assert_eq!(cleanup(&gone, days(400)), None);
    }
}
