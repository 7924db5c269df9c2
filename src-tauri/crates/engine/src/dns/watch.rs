use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use stegvis_model::DnsName;
use tokio_util::sync::CancellationToken;

use crate::ports::{Clock, Dns, EndpointError};

use super::{Change, DnsCheck, DnsFinding, Expected, changes, compare, observe};

/// How often is looked. Times to live decide in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Never oftener.
    pub shortest: Duration,
    /// While nothing is known of when something will change.
    pub ordinary: Duration,
    /// Never more seldom.
    pub longest: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            shortest: Duration::from_secs(30),
            ordinary: Duration::from_secs(60),
            longest: Duration::from_secs(15 * 60),
        }
    }
}

/// What a watch tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WatchEvent {
    /// What was seen; the first thing told, and again after each look.
    Seen(DnsCheck),
    /// A server says something else than before.
    Changed(Change),
    /// Nobody answered; the watch goes on.
    Trouble(EndpointError),
    /// When it looks again.
    Next(Timestamp),
}

/// How a watch ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WatchEnd {
    /// Everything is right, wherever it was asked.
    Everywhere(DnsCheck),
    /// It was told to stop.
    Cancelled,
}

/// Looks until all is right everywhere. A first look that nobody answers is told as trouble, like any other.
pub async fn watch(
    dns: &dyn Dns,
    expected: &Expected,
    old: &[DnsName],
    clock: &dyn Clock,
    pace: Pace,
    cancel: &CancellationToken,
    mut tell: impl FnMut(WatchEvent) + Send,
) -> WatchEnd {
    let mut last: Option<DnsCheck> = None;
    loop {
        let seen = tokio::select! {
            biased;
            () = cancel.cancelled() => return WatchEnd::Cancelled,
            seen = observe(dns, expected, clock) => seen,
        };
        let wait = match seen {
            Ok(seen) => {
                let check = compare(expected, old, &seen);
                for change in last.iter().flat_map(|last| changes(last, &check)) {
                    tell(WatchEvent::Changed(change));
                }
                tell(WatchEvent::Seen(check.clone()));
                if check.is_right() {
                    return WatchEnd::Everywhere(check);
                }
                let wait = next_look(&check, pace);
                last = Some(check);
                wait
            }
            Err(error) => {
                tell(WatchEvent::Trouble(error));
                pace.ordinary
            }
        };
        let wait_signed = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
        let next = clock.now().checked_add(wait_signed);
        tell(WatchEvent::Next(next.unwrap_or(Timestamp::MAX)));
        tokio::select! {
            biased;
            () = cancel.cancelled() => return WatchEnd::Cancelled,
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// When something can have changed: a cache that is behind, when its time is over; a server that decides,
/// at any time.
fn next_look(check: &DnsCheck, pace: Pace) -> Duration {
    let mut soonest: Option<Timestamp> = None;
    for subject in &check.subjects {
        for finding in &subject.findings {
            match finding {
                DnsFinding::Cached { until, .. } => {
                    if let Some(until) = *until {
                        soonest = Some(soonest.map_or(until, |soonest| soonest.min(until)));
                    }
                }
                DnsFinding::LongTtl { .. }
                | DnsFinding::NotGiven
                | DnsFinding::Elsewhere { .. } => {}
                // Someone may be mending it this minute.
                _ => return pace.ordinary.clamp(pace.shortest, pace.longest),
            }
        }
    }
    let wait = soonest.map_or(pace.ordinary, |until| {
        // A second more, so that its time is over when it is asked.
        let left = until.duration_since(check.at) + SignedDuration::from_secs(1);
        Duration::try_from(left).unwrap_or(pace.shortest)
    });
    wait.clamp(pace.shortest, pace.longest)
}
