//! What became of each mailbox.

use serde::Serialize;
use stegvis_engine::directory::{ChangeOutcome, Changed};
use stegvis_model::{DirectoryChangeCause as Cause, SmtpAddress, StoredName as _};

use super::PlannedChange;
use crate::directory::words;

/// What became of a request.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeReport {
    /// Mailbox by mailbox.
    pub users: Vec<ChangedUser>,
    /// How many ended as was asked, or would.
    pub done: usize,
    /// How many did not, or would not.
    pub failed: usize,
    /// How many were not begun.
    pub not_begun: usize,
}

/// What became of a mailbox.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangedUser {
    /// The mailbox.
    pub email_address: String,
    /// `Done`, `AlreadyDone`, `Undone`, `NothingToUndo`, `Failed`, `Unsettled` (the directory stopped answering: the next
    /// run finds out), `NotBegun`; in a dry run `Planned` or `Failed`.
    pub outcome: &'static str,
    /// DirectoryChangeCause name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// The directory's own words, or what differs.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<&'static str>,
    /// What would be written, in a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlannedChange>,
}

impl ChangeReport {
    pub(super) fn of(outcomes: Vec<ChangeOutcome>) -> Self {
        Self::counted(outcomes.into_iter().map(ChangedUser::of).collect())
    }

    /// A dry run; the addresses that were not reached are not begun.
    pub(super) fn tried(mut users: Vec<ChangedUser>, addresses: &[SmtpAddress]) -> Self {
        for address in addresses.iter().skip(users.len()) {
            users.push(ChangedUser::new(address, "NotBegun"));
        }
        Self::counted(users)
    }

    fn counted(users: Vec<ChangedUser>) -> Self {
        let count = |outcomes: &[&str]| {
            users
                .iter()
                .filter(|user| outcomes.contains(&user.outcome))
                .count()
        };
        let (failed, not_begun) = (count(&["Failed", "Unsettled"]), count(&["NotBegun"]));
        Self {
            done: users.len() - failed - not_begun,
            failed,
            not_begun,
            users,
        }
    }

    /// Whether everything ended as was asked.
    #[must_use]
    pub const fn is_well(&self) -> bool {
        self.failed == 0 && self.not_begun == 0
    }
}

impl ChangedUser {
    pub(super) fn new(address: &SmtpAddress, outcome: &'static str) -> Self {
        Self {
            email_address: address.to_string(),
            outcome,
            cause: None,
            detail: String::new(),
            remedy: None,
            plan: None,
        }
    }

    pub(super) fn failed(address: &SmtpAddress, cause: Cause, detail: String) -> Self {
        Self {
            cause: Some(cause.name().to_owned()),
            detail,
            remedy: Some(words::remedy(cause)),
            ..Self::new(address, "Failed")
        }
    }

    pub(super) fn of(outcome: ChangeOutcome) -> Self {
        let address = &outcome.address;
        match outcome.changed {
            Changed::Done => Self::new(address, "Done"),
            Changed::AlreadyDone => Self::new(address, "AlreadyDone"),
            Changed::Undone => Self::new(address, "Undone"),
            Changed::NothingToUndo => Self::new(address, "NothingToUndo"),
            Changed::NotBegun => Self::new(address, "NotBegun"),
            Changed::Failed(trouble) => Self::failed(address, trouble.cause, trouble.detail),
            Changed::Unsettled(trouble) => Self {
                outcome: "Unsettled",
                ..Self::failed(address, trouble.cause, trouble.detail)
            },
        }
    }
}
