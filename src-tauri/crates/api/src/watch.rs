//! The run as people watch it: snapshots, never deltas.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use stegvis_engine::ports::Clock as _;
use stegvis_engine::runner::RunEvent;
use stegvis_engine::sync::Progress;
use stegvis_model::{Engine, MigrationUser, MigrationUserStatus, StoredName as _, batch_status};
use tokio_util::sync::CancellationToken;

use crate::Error;
use crate::cloud::followed;
use crate::dto::{AppEvent, BatchView, MigrationUserView, RunView};
use crate::live::LiveUser;
use crate::project::{Project, count, small};

/// A batch's end is told as a range: the old server's speed is nobody's promise.
const EARLIEST: f64 = 0.8;
const LATEST: f64 = 1.5;

impl Project {
    /// The whole run.
    pub(crate) fn run_view(&self) -> Result<RunView, Error> {
        // Told every second while a run runs: no counting of items here beyond what is not known yet.
        let (all, batches, last_change, in_cloud) = self.setting(|tx| {
            let in_cloud = tx.cloud_batches()?;
            Ok((tx.users()?, tx.batches()?, tx.last_logged()?, in_cloud))
        })?;
        let mut told = BTreeMap::new();
        for row in &in_cloud {
            let rows = self.setting(|tx| tx.cloud_users(row.new.batch))?;
            told.extend(rows.into_iter().map(|row| (row.user, row)));
        }
        let now = self.clock.now();
        for user in &all {
            if !self.live().users.contains_key(&user.id.0) {
                let mut progress = Progress::read(&self.journal, user.id)?;
                if let Some(row) = told.get(&user.id) {
                    followed(user, row, &mut progress);
                }
                self.live().known(progress);
            }
        }
        let engine = self.engine()?;
        let (here, raised) = (self.begun_here()?, self.raised_sizes()?);
        let gap = match in_cloud.is_empty() {
            true => None,
            false => self.gap_view()?,
        };
        let live = self.live();
        let users: Vec<MigrationUserView> = all
            .iter()
            .filter_map(|user| {
                let moving = live.users.get(&user.id.0)?;
                let batch = batches.iter().find(|batch| batch.id == user.batch);
                let name = batch.map(|batch| batch.name.clone()).unwrap_or_default();
                let mut view = user_view(user, name, &moving.progress, Some(moving), now);
                self.user_in_cloud(told.get(&user.id), &mut view);
                Some(view)
            })
            .collect();
        let left: u64 = users
            .iter()
            .filter(|user| {
                matches!(
                    user.status.as_str(),
                    "Syncing" | "IncrementalSyncing" | "Queued" | "Forwarding"
                )
            })
            .map(|user| user.bytes_total.saturating_sub(user.bytes_done))
            .sum();
        let expected = |factor: f64| {
            let rate = live.rate().filter(|rate| *rate > 0)?;
            #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
            let seconds = left as f64 / rate as f64 * 60.0 * factor;
            now.checked_add(Duration::try_from_secs_f64(seconds).ok()?)
                .ok()
                .map(|at| at.to_string())
        };
        let newest = batches.last();
        let last_progress = live
            .users
            .values()
            .filter_map(|user| user.last_progress)
            .max();
        Ok(RunView {
            running: live.running(),
            stopping: live.stopping(),
            batches: batches
                .iter()
                .map(|batch| {
                    let statuses: Vec<MigrationUserStatus> = all
                        .iter()
                        .filter(|user| user.batch == batch.id)
                        .map(|user| user.status)
                        .collect();
                    let mut view = BatchView {
                        name: batch.name.clone(),
                        status: batch_status(batch.started_at.is_some(), &statuses)
                            .name()
                            .to_owned(),
                        users: count(statuses.len()),
                        cloud_name: None,
                        cloud_status: None,
                        cleanup_at: None,
                        cleanup_kind: None,
                        starts_at: None,
                    };
                    let row = in_cloud.iter().find(|row| row.new.batch == batch.id);
                    self.batch_in_cloud(row, &mut view);
                    view
                })
                .collect(),
            throughput: live.points(),
            throttled: live.spans(),
            started_at: newest
                .and_then(|batch| batch.started_at)
                .map(|at| at.to_string()),
            last_progress_at: last_progress.or(last_change).map(|at| at.to_string()),
            expected_from: expected(EARLIEST).filter(|_| live.running() && left > 0),
            expected_to: expected(LATEST).filter(|_| live.running() && left > 0),
            status_mail_at: newest
                .and_then(|batch| batch.status_mail_at)
                .map(|at| at.to_string()),
            report_mail_at: newest
                .and_then(|batch| batch.report_mail_at)
                .map(|at| at.to_string()),
            users,
            engine: match newest {
                Some(newest) if in_cloud.iter().any(|row| row.new.batch == newest.id) => {
                    Engine::Service
                }
                Some(newest) if here.contains(&newest.id) => Engine::Direct,
                _ => engine,
            }
            .name()
            .to_owned(),
            gap,
            watch_trouble: live.trouble.clone(),
            // While something runs they are raised on purpose.
            sizes_raised: if live.running() { Vec::new() } else { raised },
        })
    }

    pub(crate) fn tell_run(&self) {
        match self.run_view() {
            Ok(view) => (self.events)(AppEvent::Run { view }),
            Err(error) => tracing::warn!(%error, "the run could not be read"),
        }
    }

    /// Once a second while a run runs: the rates, and a snapshot of the whole.
    pub(crate) async fn tick(self: Arc<Self>, ended: CancellationToken) {
        let mut every = tokio::time::interval(Duration::from_secs(1));
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut second = 0_u64;
        loop {
            every.tick().await;
            let throttled = self.connections().source_gate.remaining().is_some()
                || self.connections().target_gate.remaining().is_some();
            self.live().tick(self.clock.now(), throttled);
            self.tell_run();
            second += 1;
            let changed = std::mem::take(&mut self.live().changed);
            if changed || second.is_multiple_of(5) {
                self.tell_project();
            }
            // A stop is told at once; the run goes on until what is under way has ended.
            if ended.is_cancelled() {
                every.reset_after(Duration::from_millis(500));
            }
        }
    }

    /// What the engine tells, passed on as snapshots.
    pub(crate) fn heard(&self, event: RunEvent) {
        match event {
            RunEvent::Progress(progress) => {
                let now = self.clock.now();
                self.live().progress(&progress, now);
                self.tell_user(progress.user.0, now);
            }
            RunEvent::User(user) => {
                self.tell_user(user.id.0, self.clock.now());
                // The facts count every item: once a second is often enough, however many change.
                self.live().changed = true;
            }
            RunEvent::Mail(_) => self.tell_run(),
        }
    }

    fn tell_user(&self, id: i64, now: Timestamp) {
        let id = stegvis_model::MigrationUserId(id);
        let read = self.setting(|tx| {
            let user = tx.user(id)?;
            let batch = tx
                .batches()?
                .into_iter()
                .find(|batch| batch.id == user.batch);
            let row = tx.cloud_user(id)?;
            Ok((user, batch.map(|batch| batch.name).unwrap_or_default(), row))
        });
        let Ok((user, batch, row)) = read else { return };
        let live = self.live().users.get(&id.0).cloned();
        let progress = match &live {
            Some(live) => live.progress.clone(),
            None => match Progress::read(&self.journal, id) {
                Ok(progress) => progress,
                Err(_) => return,
            },
        };
        let mut view = user_view(&user, batch, &progress, live.as_ref(), now);
        self.user_in_cloud(row.as_ref(), &mut view);
        (self.events)(AppEvent::User { view });
    }
}

fn user_view(
    user: &MigrationUser,
    batch: String,
    progress: &Progress,
    live: Option<&LiveUser>,
    now: Timestamp,
) -> MigrationUserView {
    let moving = matches!(
        user.status,
        MigrationUserStatus::Syncing | MigrationUserStatus::IncrementalSyncing
    );
    let retry = match user.status {
        MigrationUserStatus::Failed { code } => Some(code.retry().name().to_owned()),
        _ => None,
    };
    MigrationUserView {
        id: u32::try_from(user.id.0).unwrap_or(0),
        address: user.address.to_string(),
        name: user.display_name.clone(),
        batch,
        status: user.status.name().to_owned(),
        cause: user.status.cause().map(str::to_owned),
        retry,
        server_words: Some(user.detail.clone()).filter(|words| !words.is_empty()),
        items_done: small(progress.items_done()),
        items_total: small(progress.items_total),
        items_skipped: small(progress.items_skipped),
        bytes_done: progress.bytes_copied,
        bytes_total: progress.bytes_total,
        bytes_per_minute: live.and_then(LiveUser::rate).filter(|_| moving),
        last_progress_at: live
            .and_then(|live| live.last_progress)
            .map(|at| at.to_string()),
        expected_at: live
            .filter(|_| moving)
            .and_then(|live| live.expected(now))
            .map(|at| at.to_string()),
        throttled_until: progress
            .waiting_until
            .filter(|until| moving && *until > now)
            .map(|at| at.to_string()),
        cloud_status: None,
        stalled: false,
    }
}
