//! What moves now, and what was found out: never stored, always found out again.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use stegvis_engine::conversion::Considered;
use stegvis_engine::directory::ChangeEvent;
use stegvis_model::SmtpAddress;
use tokio_util::sync::CancellationToken;

use crate::dto::{ConvertRun, ConvertRunKind};
use crate::project::count;

/// The end is told as a range: the directory's speed is nobody's promise.
const EARLIEST: f64 = 0.8;
const LATEST: f64 = 1.5;

/// The conversion of a project at this moment.
#[derive(Default)]
pub(crate) struct Converting {
    run: Option<Moving>,
    /// What the gates were found to be, by address.
    pub(super) considered: BTreeMap<String, Considered>,
    pub(super) checked_at: Option<Timestamp>,
}

struct Moving {
    kind: ConvertRunKind,
    addresses: Vec<SmtpAddress>,
    done: usize,
    failed: usize,
    started_at: Timestamp,
    stop: CancellationToken,
}

impl Converting {
    pub(crate) fn running(&self) -> bool {
        self.run.is_some()
    }

    pub(crate) fn stop(&self) {
        if let Some(run) = &self.run {
            run.stop.cancel();
        }
    }

    /// Begins, unless something runs already.
    pub(super) fn begin(
        &mut self,
        kind: ConvertRunKind,
        addresses: &[SmtpAddress],
        now: Timestamp,
    ) -> Option<CancellationToken> {
        if self.run.is_some() {
            return None;
        }
        let stop = CancellationToken::new();
        self.run = Some(Moving {
            kind,
            addresses: addresses.to_vec(),
            done: 0,
            failed: 0,
            started_at: now,
            stop: stop.clone(),
        });
        Some(stop)
    }

    pub(super) fn end(&mut self) {
        self.run = None;
    }

    pub(super) fn heard(&mut self, event: &ChangeEvent) {
        if let Some(run) = &mut self.run {
            run.done = event.done;
            run.failed += usize::from(!event.outcome.is_well());
        }
    }

    pub(super) fn one_more(&mut self) {
        if let Some(run) = &mut self.run {
            run.done += 1;
        }
    }

    pub(super) fn kept(&mut self, considered: Considered) {
        self.considered.insert(considered.address.key(), considered);
    }

    /// The mailbox that is being changed now.
    pub(super) fn current(&self) -> Option<&SmtpAddress> {
        let run = self.run.as_ref()?;
        run.addresses.get(run.done)
    }

    pub(super) fn kind(&self) -> Option<ConvertRunKind> {
        self.run.as_ref().map(|run| run.kind)
    }

    pub(super) fn view(&self, now: Timestamp) -> Option<ConvertRun> {
        let run = self.run.as_ref()?;
        let elapsed = now.duration_since(run.started_at).as_secs_f64();
        let (done, left) = (run.done, run.addresses.len().saturating_sub(run.done));
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let each = (done > 1 && elapsed > 0.0).then(|| elapsed / done as f64);
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let expected = |factor: f64| {
            let wait = Duration::try_from_secs_f64(each? * left as f64 * factor).ok()?;
            now.checked_add(wait).ok().map(|at| at.to_string())
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rate for people"
        )]
        let per_minute = each.map(|each| (60.0 / each).round() as u32);
        Some(ConvertRun {
            kind: run.kind,
            done: count(done),
            failed: count(run.failed),
            total: count(run.addresses.len()),
            current: run.addresses.get(done).map(ToString::to_string),
            stopping: run.stop.is_cancelled(),
            started_at: run.started_at.to_string(),
            per_minute,
            expected_from: expected(EARLIEST),
            expected_to: expected(LATEST),
        })
    }
}
