//! At the end: this program's access to the new mailboxes is taken back.

use std::collections::BTreeSet;

use stegvis_engine::access::{AccessRemoval, remove_access};
use stegvis_engine::powershell::quoted;
use stegvis_model::{MigrationUserStatus, SmtpAddress};
use tokio_util::sync::CancellationToken;

use crate::dto::{AccessKept, AccessRemovalView};
use crate::project::Project;
use crate::{App, Error};

impl App {
    /// Takes this program's access to every new mailbox back, or with a dry run says what it would do. What the tenant
    /// would not take is named; doing it again is harmless.
    ///
    /// # Errors
    /// When no project is open, or something is running.
    pub async fn remove_access(
        &self,
        dry_run: bool,
        stop: &CancellationToken,
    ) -> Result<AccessRemovalView, Error> {
        self.project().await?.remove_access(dry_run, stop).await
    }
}

impl Project {
    /// Takes the access to every mailbox of the journal back, or says what it would do.
    pub(crate) async fn remove_access(
        &self,
        dry_run: bool,
        stop: &CancellationToken,
    ) -> Result<AccessRemovalView, Error> {
        // A run opens the mailboxes, and asks for the very access that is taken here.
        self.nothing_runs("Take the access back when it has ended or is stopped.")?;
        let users = self.setting(|tx| tx.users())?;
        let over = |status| {
            matches!(
                status,
                MigrationUserStatus::Completed | MigrationUserStatus::CompletedWithWarnings
            )
        };
        let unfinished: BTreeSet<&SmtpAddress> = users
            .iter()
            .filter(|user| !over(user.status))
            .map(|user| &user.address)
            .collect();
        let mailboxes: Vec<SmtpAddress> = users
            .iter()
            .map(|user| user.address.clone())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let sizes_raised = if dry_run {
            let raised = self.raised_sizes()?.into_iter();
            raised
                .map(|address| AccessKept {
                    address,
                    server_words: String::new(),
                })
                .collect()
        } else {
            self.put_back_sizes().await?
        };
        let outcome = if dry_run {
            AccessRemoval {
                removed: mailboxes,
                ..AccessRemoval::default()
            }
        } else {
            let outcome = remove_access(self.connections().tenant.as_ref(), &mailboxes, stop).await;
            let taken = outcome.removed.len().to_string();
            self.act("AccessRemoved", &taken)?;
            self.setting(|tx| {
                for user in users
                    .iter()
                    .filter(|user| outcome.removed.contains(&user.address))
                {
                    tx.cloud_access_taken(user.id)?;
                }
                Ok(())
            })?;
            outcome
        };
        Ok(AccessRemovalView {
            dry_run,
            commands: commands(&outcome, dry_run, self.places().client_id()),
            removed: texts(&outcome.removed),
            left: texts(&outcome.left),
            failed: outcome
                .failed
                .into_iter()
                .map(|(address, error)| AccessKept {
                    address: address.to_string(),
                    server_words: error.detail,
                })
                .collect(),
            sizes_raised,
            unfinished: unfinished.into_iter().map(ToString::to_string).collect(),
        })
    }
}

/// What is left to do, as a person would type it: the mailboxes first, then the application itself, whose remaining
/// rights end with it.
fn commands(outcome: &AccessRemoval, dry_run: bool, application: &str) -> Vec<String> {
    let application = quoted(application);
    let failed = outcome.failed.iter().map(|(address, _)| address);
    let planned = outcome.removed.iter().filter(|_| dry_run);
    failed
        .chain(&outcome.left)
        .chain(planned)
        .map(|address| {
            format!(
                "Remove-MailboxPermission -Identity {} -User {application} -AccessRights FullAccess -InheritanceType All -Confirm:$false",
                quoted(&address.to_string())
            )
        })
        .chain([format!("Remove-ServicePrincipal -Identity {application}")])
        .collect()
}

fn texts(addresses: &[SmtpAddress]) -> Vec<String> {
    addresses.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use stegvis_engine::ports::{EndpointError, EndpointErrorKind};

    use super::*;

    #[test]
    fn what_is_left_can_be_done_by_hand() {
        let outcome = AccessRemoval {
            removed: vec!["anna@nordvik.example".parse().unwrap()],
            failed: vec![(
                "o'brien@nordvik.example".parse().unwrap(),
                EndpointError::new(EndpointErrorKind::Refused, "no"),
            )],
            left: Vec::new(),
        };
        assert_eq!(
            commands(&outcome, false, "a-1"),
            [
                "Remove-MailboxPermission -Identity 'o''brien@nordvik.example' -User 'a-1' -AccessRights FullAccess -InheritanceType All -Confirm:$false",
                "Remove-ServicePrincipal -Identity 'a-1'"
            ]
        );
        assert_eq!(commands(&outcome, true, "a-1").len(), 3);
    }
}
