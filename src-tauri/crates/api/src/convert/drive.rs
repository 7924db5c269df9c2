//! Conversions on their way: one run at a time, never beside a batch.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use stegvis_engine::conversion::{Conversions, Words};
use stegvis_engine::directory::{ChangeEvent, DirectoryChanges, MxFacts, Tell};
use stegvis_engine::ports::{Clock as _, DirectoryOrganization};
use stegvis_journal::JournalError;
use stegvis_model::{DirectoryChangeKind, SmtpAddress};
use tokio_util::sync::CancellationToken;

use super::cloud::TenantMailboxes;
use crate::backups::FolderBackups;
use crate::dto::{AppEvent, ConvertRunKind, ConvertView};
use crate::project::{Project, damaged, key};
use crate::{Error, ErrorCode};

/// Runs something on a thread of its own: what writes to the directory holds on to references across its pauses,
/// which a task that wanders between threads may not.
fn aside<Work>(work: impl FnOnce() -> Work + Send + 'static)
where
    Work: Future<Output = ()>,
{
    let runtime = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || runtime.block_on(work()));
}

/// Mailboxes that are looked at side by side. What is written is written one by one.
const AT_ONCE: usize = 4;

/// A question is asked so many times, and after so long again.
const TRIES: u32 = 3;
const PAUSE: Duration = Duration::from_millis(500);

impl Project {
    /// Begins something and says so; the rest is told by events.
    pub(super) async fn work(
        self: &Arc<Self>,
        kind: ConvertRunKind,
        addresses: Vec<SmtpAddress>,
    ) -> Result<ConvertView, Error> {
        let busy = || Error {
            retry: true,
            ..Error::new(
                ErrorCode::Running,
                "something is running",
                "Stop it first, or wait until it has ended.",
            )
        };
        let now = self.clock.now();
        let stop = {
            let _still = self.begins()?;
            if self.live().running() {
                return Err(busy());
            }
            self.converting()
                .begin(kind, &addresses, now)
                .ok_or_else(busy)?
        };
        // What cannot even begin is told to whoever asked.
        let conversions = match self.conversions().await {
            Ok(conversions) => conversions,
            Err(error) => {
                self.converting().end();
                return Err(error);
            }
        };
        let view = self.convert_snapshot();
        let project = Arc::clone(self);
        aside(move || async move {
            let done = project.do_work(&conversions, kind, &addresses, &stop).await;
            if let Err(error) = done {
                tracing::error!(%error, "a conversion ended early");
            }
            project.converting().end();
            project.tell_conversion();
            project.tell_run();
            project.tell_project();
        });
        view
    }

    async fn do_work(
        self: &Arc<Self>,
        conversions: &Conversions,
        kind: ConvertRunKind,
        addresses: &[SmtpAddress],
        stop: &CancellationToken,
    ) -> Result<(), JournalError> {
        match kind {
            ConvertRunKind::Checking => {
                conversions.recover().await?;
                self.consider(conversions, addresses, stop).await
            }
            ConvertRunKind::BackingUp => conversions.back_up(addresses, stop).await.map(drop),
            ConvertRunKind::Converting => conversions.convert(addresses, stop).await.map(drop),
            ConvertRunKind::Proving => conversions.prove_again(addresses, stop).await.map(drop),
            ConvertRunKind::Undoing => {
                conversions.undo(Some(addresses), stop).await?;
                // It is a mailbox again, and whether it may be converted is asked again.
                self.consider(conversions, addresses, stop).await
            }
        }
    }

    /// Looks at mailboxes, a few at a time.
    async fn consider(
        self: &Arc<Self>,
        conversions: &Conversions,
        addresses: &[SmtpAddress],
        stop: &CancellationToken,
    ) -> Result<(), JournalError> {
        let mut looking = futures::stream::iter(addresses)
            .map(|address| conversions.consider(address))
            .buffer_unordered(AT_ONCE);
        while let Some(considered) = looking.next().await {
            let checking = {
                let mut converting = self.converting();
                converting.kept(considered?);
                let checking = converting.kind() == Some(ConvertRunKind::Checking);
                if checking {
                    converting.one_more();
                }
                checking
            };
            if checking {
                self.tell_conversion();
            }
            if stop.is_cancelled() {
                break;
            }
        }
        self.converting().checked_at = Some(self.clock.now());
        Ok(())
    }

    /// The engine's part, with the old organisation as it reads now.
    async fn conversions(self: &Arc<Self>) -> Result<Conversions, Error> {
        let organization = self.read_organization().await?;
        let kept = serde_json::to_string(&organization.mailbox_retention)
            .map_err(|error| damaged(key::RETENTION, &error))?;
        self.setting(|tx| tx.set_setting(key::RETENTION, &kept))?;
        Ok(Conversions {
            changes: DirectoryChanges {
                journal: Arc::clone(&self.journal),
                directory: self.connections().directory.clone(),
                backups: Arc::new(FolderBackups(self.dir.join("backups"))),
                clock: self.clock.clone(),
                first_pause: PAUSE,
            },
            cloud: Arc::new(TenantMailboxes {
                tenant: self.connections().tenant.clone(),
                reader: self.connections().target_reader.clone(),
            }),
            organization,
            version: self.answers()?.exchange,
            mx: MxFacts::default(),
            words: Words::default(),
            tell: self.watching(),
        })
    }

    /// Asked again when the controller does not answer, as everything is that only reads.
    async fn read_organization(&self) -> Result<DirectoryOrganization, Error> {
        for _ in 1..TRIES {
            match self.connections().directory.organization().await {
                Err(error) if error.is_transient() => tokio::time::sleep(PAUSE).await,
                answer => return Ok(answer?),
            }
        }
        Ok(self.connections().directory.organization().await?)
    }

    fn watching(self: &Arc<Self>) -> Tell {
        let project = Arc::clone(self);
        Arc::new(move |event: ChangeEvent| {
            project.converting().heard(&event);
            project.tell_conversion();
            project.tell_project();
        })
    }

    pub(super) fn tell_conversion(&self) {
        match self.convert_snapshot() {
            Ok(view) => (self.events)(AppEvent::Convert { view }),
            Err(error) => tracing::warn!(%error, "the conversion could not be read"),
        }
    }

    /// Settles by the directory what a crash left between, and tells it when it is known.
    pub(crate) fn settle_conversions(self: Arc<Self>) {
        aside(move || self.settle());
    }

    async fn settle(self: Arc<Self>) {
        match self.settle_in_flight().await {
            Ok(false) => return,
            Ok(true) => {}
            Err(error) => tracing::warn!(%error, "an interrupted conversion is not settled yet"),
        }
        self.tell_conversion();
        self.tell_run();
        self.tell_project();
    }

    /// Whether anything was in flight.
    async fn settle_in_flight(self: &Arc<Self>) -> Result<bool, Error> {
        let all = self.setting(|tx| tx.directory_changes(DirectoryChangeKind::Conversion))?;
        if !all.iter().any(|change| change.state.in_flight()) {
            return Ok(false);
        }
        self.conversions().await?.recover().await?;
        Ok(true)
    }

    /// For how many seconds each store keeps a mailbox that nobody owns, as read last.
    pub(super) fn retention(&self) -> Result<BTreeMap<String, u64>, Error> {
        match self.setting(|tx| tx.setting(key::RETENTION))? {
            Some(text) => {
                serde_json::from_str(&text).map_err(|error| damaged(key::RETENTION, &error))
            }
            None => Ok(BTreeMap::new()),
        }
    }
}
