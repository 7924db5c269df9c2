//! Taking a batch out of the service, with what keeps it there.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use stegvis_engine::service::{CloudRunError, RemovalFacts, RemovalGuard};
use stegvis_journal::CloudBatchRow;

use super::run::trouble;
use crate::project::Project;
use crate::{Error, ErrorCode};

/// What a person knows of where mail goes; a batch is removed only when it no longer comes the old way.
#[derive(Debug, Clone, Default)]
pub struct MailFacts {
    /// Since when MX leads to the tenant (RFC 3339).
    pub mx_moved_at: Option<String>,
    /// Whether a test mail from outside arrived there.
    pub delivery_proved: bool,
}

/// Something that keeps a batch in the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchGuard {
    /// Its name.
    pub guard: &'static str,
    /// What it says.
    pub words: String,
}

impl Project {
    /// Removes our batch of this name from the service. The mailboxes stay.
    pub(crate) async fn remove_batch(
        self: &Arc<Self>,
        name: &str,
        facts: &MailFacts,
    ) -> Result<(), Error> {
        let row = self.hosted_batch(name)?;
        let facts = removal_facts(facts)?;
        self.watching_ends().await;
        self.nothing_runs("Stop it first.")?;
        // What keeps it there is judged by what the service says now: what is known here may be of yesterday.
        let removed = self.cloud_run()?.remove(row.new.batch, &facts).await;
        let removed = removed.map_err(|error| match error {
            CloudRunError::Guarded(guards) => guarded(name, guards),
            other => trouble(other),
        });
        if removed.is_ok() {
            self.act("BatchRemoved", name)?;
        }
        self.tell_run();
        self.tell_project();
        // What else the service has is watched as before.
        self.watch_cloud()?;
        removed
    }

    /// Ends what only watches the service, which goes on without us; nothing else is ended.
    async fn watching_ends(&self) {
        let stop = {
            let live = self.live();
            live.stop.clone().filter(|_| live.watches)
        };
        let Some(stop) = stop else { return };
        stop.cancel();
        while self.live().running() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn hosted_batch(&self, name: &str) -> Result<CloudBatchRow, Error> {
        self.cloud_batch_named(name)?.ok_or_else(|| {
            Error::invalid(
                format!("the service has no batch of ours called {name}"),
                "Name one that `stegvis batch list` shows.",
            )
        })
    }
}

fn removal_facts(facts: &MailFacts) -> Result<RemovalFacts, Error> {
    let moved = facts.mx_moved_at.as_deref().map(|at| {
        at.parse().map_err(|error| {
            Error::invalid(
                format!("{at}: {error}"),
                "Name a moment, such as 2008-05-31T20:00:00Z.",
            )
        })
    });
    Ok(RemovalFacts {
        mx_moved_at: moved.transpose()?,
        delivery_proved: facts.delivery_proved,
    })
}

fn guarded(name: &str, guards: Vec<RemovalGuard>) -> Error {
    let words: Vec<String> = guards.into_iter().map(|one| guard(one).words).collect();
    Error::new(
        ErrorCode::InvalidInput,
        format!("{name} stays in the service: {}", words.join("; ")),
        "Wait until none of this is so any more.",
    )
}

fn guard(guard: RemovalGuard) -> BatchGuard {
    let (guard, words) = match guard {
        RemovalGuard::NotAtRest => ("NotAtRest", "the service is still at work on it".to_owned()),
        RemovalGuard::NotSynced(users) => (
            "NotSynced",
            format!("{users} of its mailboxes are neither synced nor completed"),
        ),
        RemovalGuard::MxNotMoved => (
            "MxNotMoved",
            "mail from outside still goes to the old server".to_owned(),
        ),
        RemovalGuard::MxMovedLately(until) => (
            "MxMovedLately",
            format!("mail may come the old way until {until}"),
        ),
        RemovalGuard::DeliveryUnproved => (
            "DeliveryUnproved",
            "no mail from outside has proved that it arrives".to_owned(),
        ),
    };
    BatchGuard { guard, words }
}
