//! What moves now: never stored, always derivable again from the journal and the next event.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use jiff::Timestamp;
use stegvis_engine::sync::Progress;
use tokio_util::sync::CancellationToken;

use crate::dto::{ThrottledSpan, ThroughputPoint};

/// A rate is what happened in this stretch; shorter and it jumps, longer and it lags.
const RATE_WINDOW: Duration = Duration::from_secs(20);

/// Points of the throughput chart that are kept: an hour at one every five seconds.
const POINTS: usize = 720;

/// One mailbox's recent past.
#[derive(Debug, Clone)]
pub(crate) struct LiveUser {
    pub(crate) progress: Progress,
    pub(crate) last_progress: Option<Timestamp>,
    samples: VecDeque<(Timestamp, u64)>,
    /// What stood in the target before this run: no speed of this one.
    before: u64,
}

/// A run's recent past.
#[derive(Debug, Default)]
pub(crate) struct Live {
    pub(crate) stop: Option<CancellationToken>,
    /// Whether a person asked the migration service to stop.
    pub(crate) stop_asked: bool,
    /// Whether mail is being copied from here.
    pub(crate) here: bool,
    /// Whether what runs only watches the migration service.
    pub(crate) watches: bool,
    /// Why the service cannot be watched just now, or why the last run ended early.
    pub(crate) trouble: Option<String>,
    pub(crate) users: BTreeMap<i64, LiveUser>,
    /// When those moved last that an earlier run has moved.
    moved: BTreeMap<i64, Timestamp>,
    pub(crate) throughput: VecDeque<(Timestamp, u64)>,
    /// Whether a status changed since the project's facts were last told.
    pub(crate) changed: bool,
    pub(crate) throttled: Vec<(Timestamp, Option<Timestamp>)>,
    bytes: VecDeque<(Timestamp, u64)>,
}

impl Live {
    pub(crate) fn running(&self) -> bool {
        self.stop.is_some()
    }

    pub(crate) fn stopping(&self) -> bool {
        let cancelled = self.stop.as_ref().map(CancellationToken::is_cancelled);
        cancelled.is_some_and(|cancelled| cancelled || self.stop_asked)
    }

    /// A run begins; what was known of the last one's speed is forgotten, and when it moved whom is not.
    pub(crate) fn begin(&mut self, stop: CancellationToken) {
        let mut moved = std::mem::take(&mut self.moved);
        moved.extend(
            self.users
                .iter()
                .filter_map(|(id, user)| Some((*id, user.last_progress?))),
        );
        *self = Self {
            stop: Some(stop),
            moved,
            ..Self::default()
        };
    }

    pub(crate) fn end(&mut self, now: Timestamp) {
        self.stop = None;
        self.stop_asked = false;
        (self.here, self.watches) = (false, false);
        self.close_throttled(now);
        self.bytes.clear();
        for user in self.users.values_mut() {
            user.samples.clear();
        }
    }

    /// What the journal said of a mailbox that has not moved in this run.
    pub(crate) fn known(&mut self, progress: Progress) {
        let moved = self.moved.get(&progress.user.0).copied();
        self.users
            .entry(progress.user.0)
            .or_insert_with(|| LiveUser {
                before: progress.bytes_copied,
                last_progress: moved,
                samples: VecDeque::new(),
                progress,
            });
    }

    pub(crate) fn progress(&mut self, progress: &Progress, now: Timestamp) {
        let first = !self.users.contains_key(&progress.user.0);
        self.known(progress.clone());
        let Some(user) = self.users.get_mut(&progress.user.0) else {
            return;
        };
        let further = progress.items_done() > user.progress.items_done();
        if first || further || user.last_progress.is_none() {
            user.last_progress = Some(now);
        }
        user.progress = progress.clone();
        user.samples.push_back((now, progress.bytes_copied));
        trim(&mut user.samples, now);
    }

    /// Notes the whole run's bytes; called every second.
    pub(crate) fn tick(&mut self, now: Timestamp, throttled: bool) {
        let total = self
            .users
            .values()
            .map(|user| user.progress.bytes_copied.saturating_sub(user.before))
            .sum();
        self.bytes.push_back((now, total));
        trim(&mut self.bytes, now);
        let due = self
            .throughput
            .back()
            .is_none_or(|(last, _)| seconds(*last, now) >= 5.0);
        if due {
            self.throughput
                .push_back((now, per_minute(&self.bytes).unwrap_or(0)));
            if self.throughput.len() > POINTS {
                self.throughput.pop_front();
            }
        }
        match (throttled, self.throttled.last_mut()) {
            (true, Some((_, None))) | (false, None | Some((_, Some(_)))) => {}
            (true, _) => self.throttled.push((now, None)),
            (false, Some((_, to))) => *to = Some(now),
        }
    }

    fn close_throttled(&mut self, now: Timestamp) {
        if let Some((_, to @ None)) = self.throttled.last_mut() {
            *to = Some(now);
        }
    }

    /// The whole run's bytes a minute, lately.
    pub(crate) fn rate(&self) -> Option<u64> {
        per_minute(&self.bytes)
    }

    pub(crate) fn points(&self) -> Vec<ThroughputPoint> {
        let point = |(at, bytes_per_minute): &(Timestamp, u64)| ThroughputPoint {
            at: at.to_string(),
            bytes_per_minute: *bytes_per_minute,
        };
        self.throughput.iter().map(point).collect()
    }

    pub(crate) fn spans(&self) -> Vec<ThrottledSpan> {
        let span = |(from, to): &(Timestamp, Option<Timestamp>)| ThrottledSpan {
            from: from.to_string(),
            to: to.map(|to| to.to_string()),
        };
        self.throttled.iter().map(span).collect()
    }
}

impl LiveUser {
    /// Bytes a minute, lately.
    pub(crate) fn rate(&self) -> Option<u64> {
        per_minute(&self.samples)
    }

    /// When it should be done at this rate.
    pub(crate) fn expected(&self, now: Timestamp) -> Option<Timestamp> {
        let rate = self.rate().filter(|rate| *rate > 0)?;
        let left = self
            .progress
            .bytes_total
            .saturating_sub(self.progress.bytes_copied);
        now.checked_add(Duration::from_secs(left.saturating_mul(60) / rate))
            .ok()
    }
}

fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64()
}

fn trim(samples: &mut VecDeque<(Timestamp, u64)>, now: Timestamp) {
    while samples.len() > 2
        && samples
            .front()
            .is_some_and(|(at, _)| seconds(*at, now) > RATE_WINDOW.as_secs_f64())
    {
        samples.pop_front();
    }
}

fn per_minute(samples: &VecDeque<(Timestamp, u64)>) -> Option<u64> {
    let ((from, before), (to, after)) = (samples.front()?, samples.back()?);
    let elapsed = seconds(*from, *to);
    if elapsed < 0.5 {
        return None;
    }
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rate for people"
    )]
    Some((after.saturating_sub(*before) as f64 / elapsed * 60.0) as u64)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use stegvis_journal::Journal;
    use stegvis_model::MigrationUserId;

    use super::*;

    #[test]
    fn a_rate_is_what_moved_lately() {
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        let samples: VecDeque<_> = [(at(0), 0), (at(10), 1_000_000)].into();
        assert_eq!(per_minute(&samples), Some(6_000_000));
        assert_eq!(per_minute(&[(at(0), 5)].into()), None);
    }

    #[test]
    fn who_does_not_move_in_a_run_keeps_when_they_moved_last() {
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::open(&dir.path().join("p.stegvis")).unwrap();
        let of = |user: i64, copied: u64| {
            let mut progress = Progress::read(&journal, MigrationUserId(user)).unwrap();
            progress.items_copied = copied;
            progress
        };
        let mut live = Live::default();
        live.begin(CancellationToken::new());
        live.progress(&of(1, 5), at(10));
        live.progress(&of(2, 5), at(20));
        live.end(at(30));
        live.begin(CancellationToken::new());
        live.known(of(1, 5));
        live.progress(&of(2, 6), at(40));
        let last: Vec<_> = live.users.values().map(|user| user.last_progress).collect();
        assert_eq!(last, [Some(at(10)), Some(at(40))]);
    }
}
