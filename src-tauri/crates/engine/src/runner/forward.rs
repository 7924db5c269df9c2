//! TargetAddress: where no mail would come back it is backed up, written, read back.

use stegvis_journal::{JournalError, NewDirectoryChange, Tx, Values};
use stegvis_model::{
    DirectoryChangeKind, DirectoryChangeState, FailureCode, MigrationUser, SmtpAddress,
};

use super::user::ended;
use super::{Run, Shared, Staged, UserEnd};
use crate::directory::{MxFacts, predict_loop};
use crate::ports::{AttributeChange, EndpointErrorKind, Side};

const KIND: DirectoryChangeKind = DirectoryChangeKind::Forwarding;

impl Run {
    pub(super) async fn forward(
        &self,
        staged: &Staged,
        user: &MigrationUser,
        routing: &SmtpAddress,
        shared: &Shared,
    ) -> Result<(), UserEnd> {
        let wanted = format!("SMTP:{routing}");
        let accepted = shared
            .accepted_domains
            .get_or_try_init(|| async {
                let organization = staged.directory.organization().await?;
                Ok(organization.accepted_domains)
            })
            .await
            .map_err(ended(Side::Source))?;
        if let Some(looped) = predict_loop(routing.domain(), accepted, &MxFacts::default()) {
            return Err(UserEnd::Failed(
                FailureCode::ForwardingLoops,
                looped.to_string(),
            ));
        }
        let found = staged
            .directory
            .find(&user.address)
            .await
            .map_err(ended(Side::Source))?;
        let Some(entry) = found else {
            return Err(UserEnd::Failed(
                FailureCode::SourceMailboxMissing,
                String::new(),
            ));
        };
        match entry.target_address.as_deref() {
            Some(there) if there.eq_ignore_ascii_case(&wanted) => {}
            // Somebody else's forwarding is theirs to take back: we overwrite nothing we did not write.
            Some(there) => {
                return Err(UserEnd::Failed(
                    FailureCode::ForwardingDiffers,
                    there.to_owned(),
                ));
            }
            None => {
                let ldif = staged
                    .directory
                    .export(&entry.dn)
                    .await
                    .map_err(ended(Side::Source))?;
                // By value: what somebody else wrote since is not written over.
                let change = AttributeChange {
                    name: "targetAddress".to_owned(),
                    delete: Vec::new(),
                    add: vec![wanted.clone().into_bytes()],
                };
                let id = self.journal.durably(|tx| {
                    tx.keep_directory_backup(user.id, &ldif, entry.target_address.as_deref())?;
                    self.begin_forwarding(tx, user, &entry.dn, &change)
                })?;
                let written = staged.directory.modify(&entry.dn, &[change]).await;
                if let Err(error) = written {
                    return Err(match error.kind {
                        EndpointErrorKind::RightsMissing | EndpointErrorKind::Refused => {
                            // Refused, so nothing stands there that could be taken back.
                            self.forwarding_is(id, DirectoryChangeState::BackedUp)?;
                            UserEnd::Failed(FailureCode::ForwardingRefused, error.detail)
                        }
                        _ => ended(Side::Source)(error),
                    });
                }
            }
        }
        let read_back = staged
            .directory
            .find(&user.address)
            .await
            .map_err(ended(Side::Source))?;
        match read_back.and_then(|entry| entry.target_address) {
            Some(there) if there.eq_ignore_ascii_case(&wanted) => {
                let kept = self.journal.transaction(|tx| {
                    tx.target_address_written(user.id, &there)?;
                    tx.directory_change(KIND, &user.address)
                })?;
                match kept.filter(|change| change.run > 0) {
                    Some(change) => self.forwarding_is(change.id, DirectoryChangeState::Proved),
                    // Somebody else wrote it: theirs to take back.
                    None => Ok(()),
                }
            }
            other => Err(UserEnd::Failed(
                FailureCode::ForwardingDiffers,
                other.unwrap_or_default(),
            )),
        }
    }

    /// Notes the change, so that it can be taken back as any other change of the directory.
    fn begin_forwarding(
        &self,
        tx: &Tx<'_>,
        user: &MigrationUser,
        dn: &str,
        change: &AttributeChange,
    ) -> Result<i64, JournalError> {
        let at = self.clock.now();
        // One of ours that somebody removed is over.
        if let Some(before) = tx.directory_change(KIND, &user.address)? {
            tx.directory_change_is(before.id, DirectoryChangeState::Undone, None, "", at)?;
        }
        let run = tx.last_directory_run(KIND)? + 1;
        let id = tx.plan_directory_change(
            &NewDirectoryChange {
                kind: KIND,
                address: user.address.clone(),
                dn: dn.to_owned(),
                version: None,
                before: Values::new(),
                after: Values::from([(change.name.clone(), change.add.clone())]),
            },
            at,
        )?;
        tx.directory_change_run(id, run)?;
        tx.directory_change_is(id, DirectoryChangeState::Writing, None, "", at)?;
        Ok(id)
    }

    fn forwarding_is(&self, id: i64, state: DirectoryChangeState) -> Result<(), UserEnd> {
        let at = self.clock.now();
        Ok(self
            .journal
            .transaction(|tx| tx.directory_change_is(id, state, None, "", at))?)
    }
}
