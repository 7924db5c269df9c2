use std::fmt;

use thiserror::Error;

use crate::text::named_enum;
use crate::{FailureCode, RetryClass, StoredName as _};

named_enum! {
    /// Who stopped a MigrationUser.
    StoppedBy {
        /// The administrator pressed Stop.
        Administrator,
        /// The program ended while it was in flight; `recover` found it at the next start.
        Interrupted,
    }
}

/// Where one mailbox's migration is (a subset of Microsoft's MigrationUserStatus values, facts
/// `microsoft365.md` section 1.6, plus the stages of the staged life that the service hides).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MigrationUserStatus {
    /// Waits for a free place.
    Queued,
    /// Its preconditions are read again, for this mailbox alone.
    Validating,
    /// The tenant makes a mailbox of the mail user.
    Provisioning,
    /// TargetAddress is being written.
    Forwarding,
    /// The initial sync.
    Syncing,
    /// Everything that was in the source at the last pass is accounted for.
    Synced,
    /// A later pass over what is new.
    IncrementalSyncing,
    /// The source mailbox becomes a mail-enabled user.
    Converting,
    /// Converted; nothing was skipped.
    Completed,
    /// Converted; some items were skipped and signed for.
    CompletedWithWarnings,
    /// Ended by a cause that has a name.
    Failed {
        /// The cause.
        code: FailureCode,
    },
    /// Ended between two operations; everything done so far counts.
    Stopped {
        /// By whom.
        by: StoppedBy,
    },
}

named_enum! {
    /// Microsoft's five-value roll-up, for chips and filters.
    StatusSummary {
        /// Something is happening or about to.
        Active,
        /// The initial sync is done.
        Synced,
        /// Stopped.
        Stopped,
        /// Failed.
        Failed,
        /// Converted.
        Completed,
    }
}

/// What happened to a MigrationUser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MigrationEvent {
    /// A place became free.
    Started,
    /// Every precondition holds.
    Validated,
    /// The target mailbox exists and opens.
    Provisioned,
    /// TargetAddress is set and read back.
    Forwarded,
    /// The initial sync accounted for every item.
    InitialSyncCompleted,
    /// A later pass began.
    IncrementalSyncStarted,
    /// A later pass accounted for every new item.
    IncrementalSyncCompleted,
    /// The administrator gave the word to convert.
    ConversionStarted,
    /// The directory object is a mail-enabled user.
    Converted,
    /// The same, with skipped items signed for.
    ConvertedWithWarnings,
    /// Every attribute of the conversion was put back.
    ConversionUndone,
    /// The administrator (or the same command run again) asked to go on.
    Resumed,
    /// Something with a name went wrong.
    Failed(FailureCode),
    /// It was asked to stop, or the program ended.
    Stopped(StoppedBy),
}

/// An event that cannot happen in a status: a defect of the program, or a journal from another world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a MigrationUser that is {status} cannot meet {event:?}")]
pub struct IllegalTransition {
    /// The status before.
    pub status: MigrationUserStatus,
    /// The event.
    pub event: MigrationEvent,
}

/// The whole law of a MigrationUser's life. Every pair is written out, so a new status or event does
/// not compile until its meaning has been decided.
///
/// # Errors
/// [`IllegalTransition`] when `event` cannot happen in `status`.
pub fn transition(
    status: MigrationUserStatus,
    event: MigrationEvent,
) -> Result<MigrationUserStatus, IllegalTransition> {
    use MigrationEvent as E;
    use MigrationUserStatus as S;
    let illegal = Err(IllegalTransition { status, event });
    match status {
        S::Queued => match event {
            E::Started => Ok(S::Validating),
            E::Failed(code) => Ok(S::Failed { code }),
            E::Stopped(by) => Ok(S::Stopped { by }),
            E::Validated
            | E::Provisioned
            | E::Forwarded
            | E::InitialSyncCompleted
            | E::IncrementalSyncStarted
            | E::IncrementalSyncCompleted
            | E::ConversionStarted
            | E::Converted
            | E::ConvertedWithWarnings
            | E::ConversionUndone
            | E::Resumed => illegal,
        },
        S::Validating => match event {
            E::Validated => Ok(S::Provisioning),
            E::Failed(code) => Ok(S::Failed { code }),
            E::Stopped(by) => Ok(S::Stopped { by }),
            E::Started
            | E::Provisioned
            | E::Forwarded
            | E::InitialSyncCompleted
            | E::IncrementalSyncStarted
            | E::IncrementalSyncCompleted
            | E::ConversionStarted
            | E::Converted
            | E::ConvertedWithWarnings
            | E::ConversionUndone
            | E::Resumed => illegal,
        },
        S::Provisioning => match event {
            E::Provisioned => Ok(S::Forwarding),
            E::Failed(code) => Ok(S::Failed { code }),
            E::Stopped(by) => Ok(S::Stopped { by }),
            E::Started
            | E::Validated
            | E::Forwarded
            | E::InitialSyncCompleted
            | E::IncrementalSyncStarted
            | E::IncrementalSyncCompleted
            | E::ConversionStarted
            | E::Converted
            | E::ConvertedWithWarnings
            | E::ConversionUndone
            | E::Resumed => illegal,
        },
        S::Forwarding => match event {
            E::Forwarded => Ok(S::Syncing),
            E::Failed(code) => Ok(S::Failed { code }),
            E::Stopped(by) => Ok(S::Stopped { by }),
            E::Started
            | E::Validated
            | E::Provisioned
            | E::InitialSyncCompleted
            | E::IncrementalSyncStarted
            | E::IncrementalSyncCompleted
            | E::ConversionStarted
            | E::Converted
            | E::ConvertedWithWarnings
            | E::ConversionUndone
            | E::Resumed => illegal,
        },
        S::Syncing => match event {
            E::InitialSyncCompleted => Ok(S::Synced),
            E::Failed(code) => Ok(S::Failed { code }),
            E::Stopped(by) => Ok(S::Stopped { by }),
            E::Started
            | E::Validated
            | E::Provisioned
            | E::Forwarded
            | E::IncrementalSyncStarted
            | E::IncrementalSyncCompleted
            | E::ConversionStarted
            | E::Converted
            | E::ConvertedWithWarnings
            | E::ConversionUndone
            | E::Resumed => illegal,
        },
        S::Synced => match event {
            E::IncrementalSyncStarted => Ok(S::IncrementalSyncing),
            E::ConversionStarted => Ok(S::Converting),
            E::Started
            | E::Validated
            | E::Provisioned
            | E::Forwarded
            | E::InitialSyncCompleted
            | E::IncrementalSyncCompleted
            | E::Converted
            | E::ConvertedWithWarnings
            | E::ConversionUndone
            | E::Resumed
            | E::Failed(_)
            | E::Stopped(_) => illegal,
        },
        S::IncrementalSyncing => match event {
            E::IncrementalSyncCompleted => Ok(S::Synced),
            E::Failed(code) => Ok(S::Failed { code }),
            E::Stopped(by) => Ok(S::Stopped { by }),
            E::Started
            | E::Validated
            | E::Provisioned
            | E::Forwarded
            | E::InitialSyncCompleted
            | E::IncrementalSyncStarted
            | E::ConversionStarted
            | E::Converted
            | E::ConvertedWithWarnings
            | E::ConversionUndone
            | E::Resumed => illegal,
        },
        S::Converting => match event {
            E::Converted => Ok(S::Completed),
            E::ConvertedWithWarnings => Ok(S::CompletedWithWarnings),
            E::ConversionUndone => Ok(S::Synced),
            E::Failed(code) => Ok(S::Failed { code }),
            E::Stopped(by) => Ok(S::Stopped { by }),
            E::Started
            | E::Validated
            | E::Provisioned
            | E::Forwarded
            | E::InitialSyncCompleted
            | E::IncrementalSyncStarted
            | E::IncrementalSyncCompleted
            | E::ConversionStarted
            | E::Resumed => illegal,
        },
        S::Completed | S::CompletedWithWarnings => match event {
            E::ConversionUndone => Ok(S::Synced),
            E::Started
            | E::Validated
            | E::Provisioned
            | E::Forwarded
            | E::InitialSyncCompleted
            | E::IncrementalSyncStarted
            | E::IncrementalSyncCompleted
            | E::ConversionStarted
            | E::Converted
            | E::ConvertedWithWarnings
            | E::Resumed
            | E::Failed(_)
            | E::Stopped(_) => illegal,
        },
        S::Failed { code } => match event {
            E::Resumed => match code.retry() {
                RetryClass::Now | RetryClass::AfterFix => Ok(S::Queued),
                RetryClass::Never => illegal,
            },
            E::Started
            | E::Validated
            | E::Provisioned
            | E::Forwarded
            | E::InitialSyncCompleted
            | E::IncrementalSyncStarted
            | E::IncrementalSyncCompleted
            | E::ConversionStarted
            | E::Converted
            | E::ConvertedWithWarnings
            | E::ConversionUndone
            | E::Failed(_)
            | E::Stopped(_) => illegal,
        },
        S::Stopped { by: _ } => match event {
            E::Resumed => Ok(S::Queued),
            E::Started
            | E::Validated
            | E::Provisioned
            | E::Forwarded
            | E::InitialSyncCompleted
            | E::IncrementalSyncStarted
            | E::IncrementalSyncCompleted
            | E::ConversionStarted
            | E::Converted
            | E::ConvertedWithWarnings
            | E::ConversionUndone
            | E::Failed(_)
            | E::Stopped(_) => illegal,
        },
    }
}

impl MigrationUserStatus {
    /// The stable name, without the cause that [`Self::cause`] gives.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "Queued",
            Self::Validating => "Validating",
            Self::Provisioning => "Provisioning",
            Self::Forwarding => "Forwarding",
            Self::Syncing => "Syncing",
            Self::Synced => "Synced",
            Self::IncrementalSyncing => "IncrementalSyncing",
            Self::Converting => "Converting",
            Self::Completed => "Completed",
            Self::CompletedWithWarnings => "CompletedWithWarnings",
            Self::Failed { .. } => "Failed",
            Self::Stopped { .. } => "Stopped",
        }
    }

    /// The name of the cause of a Failed or Stopped status.
    #[must_use]
    pub fn cause(self) -> Option<&'static str> {
        match self {
            Self::Failed { code } => Some(code.name()),
            Self::Stopped { by } => Some(by.name()),
            Self::Queued
            | Self::Validating
            | Self::Provisioning
            | Self::Forwarding
            | Self::Syncing
            | Self::Synced
            | Self::IncrementalSyncing
            | Self::Converting
            | Self::Completed
            | Self::CompletedWithWarnings => None,
        }
    }

    /// The status of a stored name and cause.
    ///
    /// # Errors
    /// [`crate::UnknownName`] when there is no such status.
    pub fn from_stored(name: &str, cause: Option<&str>) -> Result<Self, crate::UnknownName> {
        let unknown = || crate::UnknownName {
            kind: "MigrationUserStatus",
            value: cause.map_or_else(|| name.to_owned(), |cause| format!("{name}/{cause}")),
        };
        match (name, cause) {
            ("Queued", None) => Ok(Self::Queued),
            ("Validating", None) => Ok(Self::Validating),
            ("Provisioning", None) => Ok(Self::Provisioning),
            ("Forwarding", None) => Ok(Self::Forwarding),
            ("Syncing", None) => Ok(Self::Syncing),
            ("Synced", None) => Ok(Self::Synced),
            ("IncrementalSyncing", None) => Ok(Self::IncrementalSyncing),
            ("Converting", None) => Ok(Self::Converting),
            ("Completed", None) => Ok(Self::Completed),
            ("CompletedWithWarnings", None) => Ok(Self::CompletedWithWarnings),
            ("Failed", Some(code)) => Ok(Self::Failed {
                code: FailureCode::from_name(code)?,
            }),
            ("Stopped", Some(by)) => Ok(Self::Stopped {
                by: StoppedBy::from_name(by)?,
            }),
            _ => Err(unknown()),
        }
    }

    /// Microsoft's roll-up.
    #[must_use]
    pub const fn summary(self) -> StatusSummary {
        match self {
            Self::Queued
            | Self::Validating
            | Self::Provisioning
            | Self::Forwarding
            | Self::Syncing
            | Self::IncrementalSyncing
            | Self::Converting => StatusSummary::Active,
            Self::Synced => StatusSummary::Synced,
            Self::Completed | Self::CompletedWithWarnings => StatusSummary::Completed,
            Self::Failed { .. } => StatusSummary::Failed,
            Self::Stopped { .. } => StatusSummary::Stopped,
        }
    }

    /// Whether a crash can leave a MigrationUser here with work half done.
    #[must_use]
    pub const fn in_flight(self) -> bool {
        match self {
            Self::Validating
            | Self::Provisioning
            | Self::Forwarding
            | Self::Syncing
            | Self::IncrementalSyncing
            | Self::Converting => true,
            Self::Queued
            | Self::Synced
            | Self::Completed
            | Self::CompletedWithWarnings
            | Self::Failed { .. }
            | Self::Stopped { .. } => false,
        }
    }

    /// Whether mail that reaches the source is already being sent on to the target.
    #[must_use]
    pub const fn forwards(self) -> bool {
        matches!(
            self,
            Self::Syncing
                | Self::Synced
                | Self::IncrementalSyncing
                | Self::Converting
                | Self::Completed
                | Self::CompletedWithWarnings
        )
    }
}

impl fmt::Display for MigrationUserStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self.cause() {
            Some(cause) => write!(f, " ({cause})"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_event() -> impl Strategy<Value = MigrationEvent> {
        prop_oneof![
            Just(MigrationEvent::Started),
            Just(MigrationEvent::Validated),
            Just(MigrationEvent::Provisioned),
            Just(MigrationEvent::Forwarded),
            Just(MigrationEvent::InitialSyncCompleted),
            Just(MigrationEvent::IncrementalSyncStarted),
            Just(MigrationEvent::IncrementalSyncCompleted),
            Just(MigrationEvent::ConversionStarted),
            Just(MigrationEvent::Converted),
            Just(MigrationEvent::ConvertedWithWarnings),
            Just(MigrationEvent::ConversionUndone),
            Just(MigrationEvent::Resumed),
            proptest::sample::select(FailureCode::ALL).prop_map(MigrationEvent::Failed),
            proptest::sample::select(StoppedBy::ALL).prop_map(MigrationEvent::Stopped),
        ]
    }

    /// The statuses met by a life that starts Queued, illegal events being refused along the way.
    fn life(events: &[MigrationEvent]) -> Vec<MigrationUserStatus> {
        let mut statuses = vec![MigrationUserStatus::Queued];
        for &event in events {
            if let Ok(next) = transition(*statuses.last().unwrap(), event) {
                statuses.push(next);
            }
        }
        statuses
    }

    #[test]
    fn the_straight_road_leads_from_queued_to_completed() {
        let road = life(&[
            MigrationEvent::Started,
            MigrationEvent::Validated,
            MigrationEvent::Provisioned,
            MigrationEvent::Forwarded,
            MigrationEvent::InitialSyncCompleted,
            MigrationEvent::IncrementalSyncStarted,
            MigrationEvent::IncrementalSyncCompleted,
            MigrationEvent::ConversionStarted,
            MigrationEvent::Converted,
        ]);
        let names: Vec<_> = road.iter().map(|status| status.name()).collect();
        assert_eq!(
            names,
            [
                "Queued",
                "Validating",
                "Provisioning",
                "Forwarding",
                "Syncing",
                "Synced",
                "IncrementalSyncing",
                "Synced",
                "Converting",
                "Completed"
            ]
        );
    }

    proptest! {
        #[test]
        fn nothing_is_converted_that_was_never_synced(events in proptest::collection::vec(any_event(), 0..200)) {
            let road = life(&events);
            if let Some(converting) = road.iter().position(|&s| s == MigrationUserStatus::Converting) {
                prop_assert!(road[..converting].contains(&MigrationUserStatus::Synced));
            }
        }

        #[test]
        fn nothing_is_synced_that_was_never_validated_and_forwarded(
            events in proptest::collection::vec(any_event(), 0..200),
        ) {
            let road = life(&events);
            if let Some(synced) = road.iter().position(|&s| s == MigrationUserStatus::Synced) {
                for before in [MigrationUserStatus::Validating, MigrationUserStatus::Forwarding] {
                    prop_assert!(road[..synced].contains(&before));
                }
            }
        }

        #[test]
        fn whatever_is_in_flight_can_fail_and_can_be_stopped_and_can_go_on_afterwards(
            events in proptest::collection::vec(any_event(), 0..200),
        ) {
            let status = *life(&events).last().unwrap();
            if status.in_flight() {
                let stopped = transition(status, MigrationEvent::Stopped(StoppedBy::Interrupted)).unwrap();
                prop_assert_eq!(
                    transition(stopped, MigrationEvent::Resumed),
                    Ok(MigrationUserStatus::Queued)
                );
                prop_assert!(transition(status, MigrationEvent::Failed(FailureCode::Panicked)).is_ok());
            }
        }

        #[test]
        fn every_status_reads_back_from_its_stored_name(events in proptest::collection::vec(any_event(), 0..200)) {
            for status in life(&events) {
                prop_assert_eq!(MigrationUserStatus::from_stored(status.name(), status.cause()), Ok(status));
            }
        }
    }

    #[test]
    fn an_unknown_stored_status_is_an_error() {
        assert!(MigrationUserStatus::from_stored("Paused", None).is_err());
        assert!(MigrationUserStatus::from_stored("Failed", None).is_err());
        assert!(MigrationUserStatus::from_stored("Failed", Some("Gremlins")).is_err());
        assert!(MigrationUserStatus::from_stored("Queued", Some("Administrator")).is_err());
    }
}
