//! How far a batch or a user of the migration service is. What it says that is not known here is kept as it came:
//! it is then in progress, in Microsoft's own word.

use std::fmt;

macro_rules! statuses {
    ($(#[$doc:meta])* $name:ident { $($status:ident => $stage:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum $name {
            $(
                #[doc = concat!("`", stringify!($status), "`.")]
                $status,
            )*
            /// A word not known here.
            Other(String),
        }

        impl $name {
            /// Every status known.
            pub const KNOWN: &'static [Self] = &[$(Self::$status,)*];

            /// The status of this name.
            #[must_use]
            pub fn named(name: &str) -> Self {
                $(
                    if name.eq_ignore_ascii_case(stringify!($status)) {
                        return Self::$status;
                    }
                )*
                Self::Other(name.to_owned())
            }

            /// As Microsoft writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$status => stringify!($status),)*
                    Self::Other(name) => name,
                }
            }

            /// What it comes to.
            #[must_use]
            pub const fn stage(&self) -> Stage {
                match self {
                    $(Self::$status => Stage::$stage,)*
                    Self::Other(_) => Stage::Unknown,
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

/// What a status comes to, for a staged migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// There, and not started.
    Created,
    /// Being checked or set up, or waiting for a free place.
    Waiting,
    /// The MailUser is becoming a mailbox.
    Provisioning,
    /// The first copy.
    Copying,
    /// The copy is done: a staged migration's good end.
    Synced,
    /// The copy is done; some users or items are not.
    SyncedWithErrors,
    /// A later pass, which a staged migration does not have.
    Incremental,
    /// The end of a move, which a staged migration does not have.
    Completing,
    /// That end reached.
    Completed,
    /// It did not work; it can be tried again.
    Failed,
    /// An administrator is stopping it.
    Stopping,
    /// Stopped, by an administrator or after sixty days without one.
    Stopped,
    /// Being deleted.
    Removing,
    /// The service lost its own record: remove and make anew.
    Corrupted,
    /// In progress, in a word not known here.
    Unknown,
}

impl Stage {
    /// Whether nothing more will happen by itself.
    #[must_use]
    pub const fn is_at_rest(self) -> bool {
        matches!(
            self,
            Self::Created
                | Self::Synced
                | Self::SyncedWithErrors
                | Self::Completed
                | Self::Failed
                | Self::Stopped
                | Self::Corrupted
        )
    }
}

statuses! {
    /// `MigrationUserStatus`.
    MigrationUserStatus {
        Queued => Waiting,
        Starting => Waiting,
        Validating => Waiting,
        Provisioning => Provisioning,
        ProvisionUpdating => Provisioning,
        Syncing => Copying,
        Synced => Synced,
        Failed => Failed,
        IncrementalSyncing => Incremental,
        IncrementalSynced => Synced,
        IncrementalFailed => Failed,
        IncrementalStopped => Stopped,
        Completing => Completing,
        CompletionSynced => Completing,
        Completed => Completed,
        CompletedWithWarnings => Completed,
        CompletionFailed => Failed,
        Corrupted => Corrupted,
        Stopping => Stopping,
        Stopped => Stopped,
        Removing => Removing,
    }
}

statuses! {
    /// `MigrationBatchStatus`.
    MigrationBatchStatus {
        Created => Created,
        Starting => Waiting,
        Waiting => Waiting,
        Syncing => Copying,
        Synced => Synced,
        SyncedWithErrors => SyncedWithErrors,
        IncrementalSyncing => Incremental,
        Completing => Completing,
        Completed => Completed,
        CompletedWithErrors => Completed,
        Failed => Failed,
        Stopping => Stopping,
        Stopped => Stopped,
        Removing => Removing,
        Corrupted => Corrupted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_is_known_by_its_name_in_any_case() {
        assert_eq!(MigrationUserStatus::KNOWN.len(), 21);
        assert_eq!(MigrationBatchStatus::KNOWN.len(), 15);
        for status in MigrationUserStatus::KNOWN {
            assert_eq!(
                &MigrationUserStatus::named(&status.as_str().to_uppercase()),
                status
            );
            assert_ne!(status.stage(), Stage::Unknown);
        }
        for status in MigrationBatchStatus::KNOWN {
            assert_eq!(&MigrationBatchStatus::named(status.as_str()), status);
            assert_ne!(status.stage(), Stage::Unknown);
        }
    }

    #[test]
    fn a_word_not_known_is_shown_as_it_came_and_counts_as_in_progress() {
        let strange = MigrationUserStatus::named("WaitingForMoon");
        assert_eq!(strange.to_string(), "WaitingForMoon");
        assert_eq!(strange.stage(), Stage::Unknown);
        assert!(!strange.stage().is_at_rest());
    }
}
