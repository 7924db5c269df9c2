//! TargetAddress: where no mail would come back it is backed up, written, read back.

use stegvis_model::{FailureCode, MigrationUser, SmtpAddress};

use super::user::ended;
use super::{Run, Shared, Staged, UserEnd};
use crate::directory::{MxFacts, predict_loop};
use crate::ports::{AttributeChange, EndpointErrorKind, Side};

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
                self.journal.transaction(|tx| {
                    tx.keep_directory_backup(user.id, &ldif, entry.target_address.as_deref())
                })?;
                // By value: what somebody else wrote since is not written over.
                let change = AttributeChange {
                    name: "targetAddress".to_owned(),
                    delete: Vec::new(),
                    add: vec![wanted.clone().into_bytes()],
                };
                staged
                    .directory
                    .modify(&entry.dn, &[change])
                    .await
                    .map_err(|error| match error.kind {
                        EndpointErrorKind::RightsMissing | EndpointErrorKind::Refused => {
                            UserEnd::Failed(FailureCode::ForwardingRefused, error.detail)
                        }
                        _ => ended(Side::Source)(error),
                    })?;
            }
        }
        let read_back = staged
            .directory
            .find(&user.address)
            .await
            .map_err(ended(Side::Source))?;
        match read_back.and_then(|entry| entry.target_address) {
            Some(there) if there.eq_ignore_ascii_case(&wanted) => {
                self.journal
                    .transaction(|tx| tx.target_address_written(user.id, &there))?;
                Ok(())
            }
            other => Err(UserEnd::Failed(
                FailureCode::ForwardingDiffers,
                other.unwrap_or_default(),
            )),
        }
    }
}
