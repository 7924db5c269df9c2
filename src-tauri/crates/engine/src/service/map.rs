//! What the service says, as events of our states. Pure.

use jiff::{SignedDuration, Timestamp};
use stegvis_journal::CloudUserRow;
use stegvis_model::{
    CloudStage, FailureCode, MigrationEvent, MigrationUserStatus, RetryClass, StoppedBy,
};

/// The way of a mailbox, in order; each leads to the next status after Queued.
const WAY: [MigrationEvent; 5] = [
    MigrationEvent::Started,
    MigrationEvent::Validated,
    MigrationEvent::Provisioned,
    MigrationEvent::Forwarded,
    MigrationEvent::InitialSyncCompleted,
];

/// Where a stage leads.
enum Goal {
    /// So many steps along the way.
    Reach(usize),
    Fail(FailureCode),
    Stop,
    Nothing,
}

fn goal(stage: CloudStage, word: &str, failure: FailureCode) -> Goal {
    match stage {
        // A place in the queue is what Queued means here too.
        CloudStage::Waiting if word.eq_ignore_ascii_case("Queued") => Goal::Reach(0),
        CloudStage::Waiting => Goal::Reach(1),
        CloudStage::Provisioning => Goal::Reach(2),
        CloudStage::Copying => Goal::Reach(4),
        CloudStage::Synced => Goal::Reach(5),
        CloudStage::Failed => Goal::Fail(failure),
        CloudStage::Corrupted => Goal::Fail(FailureCode::ServiceRecordLost),
        CloudStage::Stopped => Goal::Stop,
        CloudStage::Created | CloudStage::Stopping | CloudStage::Removing | CloudStage::Unknown => {
            Goal::Nothing
        }
    }
}

/// The events that lead a MigrationUser from `status` to what the service says of it: its stage, its own word for it,
/// and the cause its words name where it failed. Nothing where they agree, where the stage says nothing, and where the
/// mailbox is past what the service does: a synced one stays synced whatever becomes of its batch.
#[must_use]
pub fn events_of(
    status: MigrationUserStatus,
    stage: CloudStage,
    word: &str,
    failure: FailureCode,
) -> Vec<MigrationEvent> {
    use MigrationUserStatus as S;
    let (at, mut events) = match status {
        S::Queued => (0, Vec::new()),
        S::Validating => (1, Vec::new()),
        S::Provisioning => (2, Vec::new()),
        S::Forwarding => (3, Vec::new()),
        S::Syncing => (4, Vec::new()),
        S::Failed { code } if code.retry() == RetryClass::Never => return Vec::new(),
        S::Failed { .. } | S::Stopped { .. } => (0, vec![MigrationEvent::Resumed]),
        S::Synced
        | S::IncrementalSyncing
        | S::Converting
        | S::Completed
        | S::CompletedWithWarnings => return Vec::new(),
    };
    match goal(stage, word, failure) {
        Goal::Reach(to) => events.extend(WAY.iter().take(to).skip(at)),
        Goal::Fail(code) if status == (S::Failed { code }) => events.clear(),
        Goal::Fail(code) => events.push(MigrationEvent::Failed(code)),
        Goal::Stop if matches!(status, S::Stopped { .. }) => events.clear(),
        Goal::Stop => events.push(MigrationEvent::Stopped(StoppedBy::Administrator)),
        Goal::Nothing => events.clear(),
    }
    events
}

/// What holds up a mailbox that is being migrated. A mailbox that failed is not held up, it has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// The service holds itself back for the load of its own servers: it goes on by itself, and starting anew loses
    /// the place.
    Throttled,
    /// Nothing has come over for long. Microsoft advises to wait eight hours before acting.
    Stalled,
}

/// How long nothing may move before it is called a stall.
const STALL: SignedDuration = SignedDuration::from_hours(8);

/// What holds a mailbox up, as far as the service tells.
#[must_use]
pub fn hold(row: &CloudUserRow, now: Timestamp) -> Option<Hold> {
    if !matches!(
        row.seen.stage,
        CloudStage::Copying | CloudStage::Provisioning
    ) {
        return None;
    }
    let words = row
        .seen
        .error
        .as_deref()
        .map(str::to_ascii_lowercase)
        .unwrap_or_default();
    let says = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    if says(&[
        "stalleddueto",
        "datamovereplicationconstraint",
        "large delays",
        "throttl",
    ]) {
        return Some(Hold::Throttled);
    }
    let long = row
        .changed_at
        .is_some_and(|at| now.duration_since(at) >= STALL);
    let stalled = says(&["stalled", "has not made progress"]);
    (stalled || long || row.stalled_at.is_some()).then_some(Hold::Stalled)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use stegvis_journal::{CloudUserDetailSeen, CloudUserSeen};
    use stegvis_model::{MigrationUserId, StoredName as _, transition};

    use super::*;

    const FAILURE: FailureCode = FailureCode::MailUserMissing;

    /// Every status that a MigrationUser can have.
    fn statuses() -> Vec<MigrationUserStatus> {
        use MigrationUserStatus as S;
        let mut all = vec![
            S::Queued,
            S::Validating,
            S::Provisioning,
            S::Forwarding,
            S::Syncing,
            S::Synced,
            S::IncrementalSyncing,
            S::Converting,
            S::Completed,
            S::CompletedWithWarnings,
        ];
        all.extend(FailureCode::ALL.iter().map(|&code| S::Failed { code }));
        all.extend(StoppedBy::ALL.iter().map(|&by| S::Stopped { by }));
        all
    }

    fn end(
        status: MigrationUserStatus,
        stage: CloudStage,
    ) -> Result<MigrationUserStatus, stegvis_model::IllegalTransition> {
        events_of(status, stage, stage.name(), FAILURE)
            .into_iter()
            .try_fold(status, transition)
    }

    #[test]
    fn every_stage_leads_from_every_status_by_the_law_and_a_second_telling_changes_nothing() {
        for status in statuses() {
            for &stage in CloudStage::ALL {
                let once = end(status, stage).unwrap();
                assert_eq!(end(once, stage), Ok(once), "{status} {stage}");
            }
        }
    }

    #[test]
    fn every_stage_maps() {
        use MigrationUserStatus as S;
        let from_queued: Vec<_> = CloudStage::ALL
            .iter()
            .map(|&stage| end(S::Queued, stage).map(|status| status.to_string()))
            .collect();
        let expected = [
            "Queued",
            "Validating",
            "Provisioning",
            "Syncing",
            "Synced",
            "Failed (MailUserMissing)",
            "Queued",
            "Stopped (Administrator)",
            "Queued",
            "Failed (ServiceRecordLost)",
            "Queued",
        ];
        assert_eq!(from_queued, expected.map(|word| Ok(word.to_owned())));
        assert_eq!(
            events_of(S::Queued, CloudStage::Waiting, "Queued", FAILURE),
            []
        );
    }

    #[test]
    fn a_user_first_seen_syncing_has_gone_the_whole_way_there() {
        let events = events_of(
            MigrationUserStatus::Queued,
            CloudStage::Copying,
            "Syncing",
            FAILURE,
        );
        assert_eq!(events, WAY.get(..4).unwrap_or_default());
    }

    #[test]
    fn a_synced_mailbox_stays_synced_whatever_becomes_of_its_batch() {
        for &stage in CloudStage::ALL {
            assert_eq!(
                end(MigrationUserStatus::Synced, stage),
                Ok(MigrationUserStatus::Synced)
            );
        }
    }

    fn row(stage: CloudStage, error: Option<&str>, changed: i64, stalled: bool) -> CloudUserRow {
        let at = |seconds| Timestamp::from_second(seconds).ok();
        CloudUserRow {
            user: MigrationUserId(1),
            seen: CloudUserSeen {
                stage,
                status: stage.name().to_owned(),
                synced: Some(1),
                skipped: None,
                error: error.map(str::to_owned),
            },
            observed_at: at(0),
            changed_at: at(changed),
            detail: CloudUserDetailSeen::default(),
            stalled_at: stalled.then(|| at(0)).flatten(),
            detailed_at: None,
            detailed_of: None,
            access_asked_at: None,
            compared_at: None,
        }
    }

    #[test]
    fn stalled_throttled_and_failed_are_told_apart() {
        const HOUR: i64 = 3600;
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(10);
        let of = |stage, error, changed, stalled| hold(&row(stage, error, changed, stalled), now);
        use CloudStage::{Copying, Failed, Waiting};
        assert_eq!(of(Copying, None, 9 * HOUR, false), None);
        assert_eq!(of(Copying, None, HOUR, false), Some(Hold::Stalled));
        assert_eq!(of(Copying, None, 9 * HOUR, true), Some(Hold::Stalled));
        let load = "Relinquishing job because of large delays due to unfavorable server health 'StalledDueToTarget_DiskLatency'";
        assert_eq!(of(Copying, Some(load), HOUR, true), Some(Hold::Throttled));
        assert_eq!(of(Failed, Some(load), HOUR, true), None);
        assert_eq!(of(Waiting, None, HOUR, false), None);
    }
}
