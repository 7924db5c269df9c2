//! The stages of one mailbox, in order.

use stegvis_model::{FailureCode, MigrationEvent, MigrationUser, MigrationUserStatus};
use tokio_util::sync::CancellationToken;

use super::{Preparing, Route, Run, RunEvent, Shared, UserEnd};
use crate::ports::{EndpointError, EndpointErrorKind, MailboxRef, Side};
use crate::report::user_report;
use crate::sync::{Missing, SyncEnd, SyncPorts, sync_mailbox};

/// An endpoint's trouble as a mailbox's end.
pub(super) fn ended(side: Side) -> impl Fn(EndpointError) -> UserEnd {
    move |error| match error.kind {
        EndpointErrorKind::Cancelled => UserEnd::Stopped,
        _ => UserEnd::Failed(error.failure(side), error.detail),
    }
}

impl Run {
    pub(super) async fn stages(
        &self,
        user: MigrationUser,
        shared: &Shared,
        preparing: &mut Preparing<'_>,
        stop: &CancellationToken,
    ) -> Result<(), UserEnd> {
        let mailbox = MailboxRef {
            address: user.address.clone(),
            sign_in: (self.sign_in)(&user.address),
        };
        let first = user.status == MigrationUserStatus::Queued;
        if first {
            let _place = place(&shared.preparing, stop).await?;
            self.event(user.id, MigrationEvent::Started, "")?;
            self.prepare(&user, &mailbox, shared, stop).await?;
        }
        preparing.done().await?;
        let _place = place(&shared.syncing, stop).await?;
        if !first {
            self.event(user.id, MigrationEvent::IncrementalSyncStarted, "")?;
        }
        let ports = SyncPorts {
            progress: {
                let events = self.events.clone();
                std::sync::Arc::new(move |progress| events(RunEvent::Progress(progress.clone())))
            },
            ..self.sync.clone()
        };
        sync_mailbox(&ports, user.id, &mailbox, Missing::Copy, stop)
            .await
            .map_err(|end| match end {
                SyncEnd::Stopped => UserEnd::Stopped,
                SyncEnd::Failed { code, detail } => UserEnd::Failed(code, detail),
            })?;
        let account = self.journal.transaction(|tx| user_report(tx, &user))?;
        if !account.ledger.reconciles() {
            let ledger = account.ledger;
            let detail = format!(
                "source {}, copied {}, skipped {}, excluded {}",
                ledger.source.items,
                ledger.copied.items,
                ledger.skipped.items,
                ledger.excluded.items
            );
            return Err(UserEnd::Failed(FailureCode::LedgerDiffers, detail));
        }
        let done = if first {
            MigrationEvent::InitialSyncCompleted
        } else {
            MigrationEvent::IncrementalSyncCompleted
        };
        self.event(user.id, done, "")?;
        Ok(())
    }

    async fn prepare(
        &self,
        user: &MigrationUser,
        mailbox: &MailboxRef,
        shared: &Shared,
        stop: &CancellationToken,
    ) -> Result<(), UserEnd> {
        match &self.route {
            Route::CopyOnly => {
                // The first thing copying does is to open both mailboxes: that is the validation.
                for event in [
                    MigrationEvent::Validated,
                    MigrationEvent::Provisioned,
                    MigrationEvent::Forwarded,
                ] {
                    self.event(user.id, event, "")?;
                }
            }
            Route::Staged(staged) => {
                let staged_work = async {
                    let recipient = self.validate(staged, user, mailbox, shared).await?;
                    self.event(user.id, MigrationEvent::Validated, "")?;
                    let routing = self.provision(staged, user, mailbox, recipient).await?;
                    self.event(user.id, MigrationEvent::Provisioned, "")?;
                    (staged.opened)(user.address.clone()).await;
                    self.forward(staged, user, &routing, shared).await?;
                    self.event(user.id, MigrationEvent::Forwarded, "")?;
                    Ok::<(), UserEnd>(())
                };
                // Each operation may be done twice, so stopping between any two awaits is safe.
                tokio::select! {
                    done = staged_work => done?,
                    () = stop.cancelled() => return Err(UserEnd::Stopped),
                }
            }
        }
        Ok(())
    }
}

async fn place<'a>(
    places: &'a tokio::sync::Semaphore,
    stop: &CancellationToken,
) -> Result<tokio::sync::SemaphorePermit<'a>, UserEnd> {
    tokio::select! {
        biased;
        () = stop.cancelled() => Err(UserEnd::Stopped),
        place = places.acquire() => place.map_err(|_| UserEnd::Stopped),
    }
}
