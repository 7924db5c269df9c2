//! Access taken back: at the end of a migration nothing of this program may open a mailbox any more.

use stegvis_model::SmtpAddress;
use tokio_util::sync::CancellationToken;

use crate::ports::{EndpointError, EndpointErrorKind, Tenant};

/// What became of it, mailbox by mailbox, in the order asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccessRemoval {
    /// This program may not open these any more.
    pub removed: Vec<SmtpAddress>,
    /// Of these the tenant would not take it, and why.
    pub failed: Vec<(SmtpAddress, EndpointError)>,
    /// These were not asked for any more: it was stopped, or the tenant did not let us ask.
    pub left: Vec<SmtpAddress>,
}

impl AccessRemoval {
    /// Whether nothing is left to do.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.failed.is_empty() && self.left.is_empty()
    }
}

/// Takes back the access to each of these mailboxes. May be done again, as often as it takes; a later pass over a
/// mailbox asks for access anew.
pub async fn remove_access(
    tenant: &dyn Tenant,
    mailboxes: &[SmtpAddress],
    stop: &CancellationToken,
) -> AccessRemoval {
    let mut outcome = AccessRemoval::default();
    let mut rest = mailboxes.iter();
    for address in rest.by_ref() {
        if stop.is_cancelled() {
            outcome.left.push(address.clone());
            break;
        }
        match tenant.revoke_access(address).await {
            Ok(()) => outcome.removed.push(address.clone()),
            Err(error) => {
                let general = concerns_every_mailbox(&error);
                outcome.failed.push((address.clone(), error));
                if general {
                    break;
                }
            }
        }
    }
    outcome.left.extend(rest.cloned());
    outcome
}

/// A tenant that is not there, or does not let us in, says the same of the next mailbox.
const fn concerns_every_mailbox(error: &EndpointError) -> bool {
    matches!(
        error.kind,
        EndpointErrorKind::Unreachable
            | EndpointErrorKind::Disconnected
            | EndpointErrorKind::Certificate { .. }
            | EndpointErrorKind::SignInRefused
    )
}
