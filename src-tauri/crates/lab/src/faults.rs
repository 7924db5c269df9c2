//! Fault scripts: what goes wrong, and when. The same seed gives the same faults, connection by connection.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::migration::{NO_PROGRESS, POISONED, TIMEOUT};
use crate::seed;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FaultScript {
    /// Nothing.
    #[default]
    None,
    /// IMAP connections are cut, several times for every mailbox.
    Flaky,
    /// The tenant asks everyone to wait, now and then.
    Throttled,
    /// Both, and the tenant is slow, and fails now and then.
    Hostile,
}

impl FaultScript {
    const fn cuts(self) -> bool {
        matches!(self, Self::Flaky | Self::Hostile)
    }

    const fn throttles(self) -> bool {
        matches!(self, Self::Throttled | Self::Hostile)
    }
}

/// Which IMAP server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    Source,
    Target,
}

/// The script at work.
pub(crate) struct Faults {
    script: FaultScript,
    seed: u64,
    /// How many connections each mailbox has had.
    connections: Mutex<BTreeMap<(Side, String), u32>>,
    requests: AtomicU64,
}

/// What will happen to one IMAP connection.
pub(crate) struct ConnectionFaults {
    /// After how many bytes, both ways together, it is cut.
    pub(crate) cut: Option<Cut>,
    throttle: Option<ChaCha8Rng>,
    commands: u32,
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// In mid-sentence, after so many bytes.
    After(u64),
    /// After so many bytes, at the next message that has been stored and not yet acknowledged.
    BeforeAcknowledging(u64),
}

/// What will happen to one request of the tenant.
pub(crate) enum RequestFault {
    TooManyRequests,
    Unavailable,
    Slow(Duration),
}

impl Faults {
    pub(crate) const fn new(script: FaultScript, seed: u64) -> Self {
        Self {
            script,
            seed,
            connections: Mutex::new(BTreeMap::new()),
            requests: AtomicU64::new(0),
        }
    }

    /// The faults of the next connection to this mailbox. Only its first few are cut, so that there is
    /// always progress in the end.
    pub(crate) fn connection(&self, side: Side, mailbox: &str) -> ConnectionFaults {
        let number = {
            let mut connections = self
                .connections
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let number = connections.entry((side, mailbox.to_owned())).or_insert(0);
            *number += 1;
            *number
        };
        let side_name = match side {
            Side::Source => "source",
            Side::Target => "target",
        };
        let cuts = seed::rng(self.seed, &["cuts", side_name, mailbox]).random_range(2..=4_u32);
        let mut rng = seed::rng(self.seed, &["cut", side_name, mailbox, &number.to_string()]);
        let cut = (self.script.cuts() && number <= cuts).then(|| {
            let bytes = rng.random_range(40_000..400_000_u64);
            match side {
                Side::Target if rng.random_ratio(1, 2) => Cut::BeforeAcknowledging(bytes),
                _ => Cut::After(bytes),
            }
        });
        let throttle = (self.script.throttles() && side == Side::Target).then_some(rng);
        ConnectionFaults {
            cut,
            throttle,
            commands: 0,
        }
    }

    /// How many requests the tenant has had.
    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// What happens to the tenant's next request.
    pub(crate) fn request(&self) -> Option<RequestFault> {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        if !self.script.throttles() {
            return None;
        }
        // One in every ten, never two in a row.
        let (turn, place) = (number / 10, number % 10);
        let mut rng = seed::rng(self.seed, &["request", &turn.to_string()]);
        if place == rng.random_range(1..9_u64) {
            return Some(if self.script == FaultScript::Hostile && turn % 2 == 1 {
                RequestFault::Unavailable
            } else {
                RequestFault::TooManyRequests
            });
        }
        (self.script == FaultScript::Hostile && number % 7 == 3)
            .then(|| RequestFault::Slow(Duration::from_millis(rng.random_range(100..500))))
    }
}

/// What will happen to one mailbox's copying by the migration service.
pub(crate) enum ServiceFault {
    /// It stands still for so long.
    Stalled(Duration),
    /// It fails, in the service's words.
    Failed(&'static str),
}

impl Faults {
    /// What happens to this mailbox in the middle of this attempt. The second or third attempt goes through.
    pub(crate) fn service(&self, mailbox: &str, attempt: u32) -> Option<ServiceFault> {
        if self.script == FaultScript::None {
            return None;
        }
        let mut rng = seed::rng(self.seed, &["service", mailbox]);
        let lot = rng.random_range(0..9_u32);
        let wait = Duration::from_millis(rng.random_range(500..1500));
        match (attempt, lot) {
            (1, 0..3) => Some(ServiceFault::Stalled(wait)),
            (1, 3) if self.script.cuts() => Some(ServiceFault::Failed(TIMEOUT)),
            (1, 4) if self.script.cuts() => Some(ServiceFault::Failed(NO_PROGRESS)),
            (1 | 2, 5) if self.script == FaultScript::Hostile => {
                Some(ServiceFault::Failed(POISONED))
            }
            _ => None,
        }
    }
}

impl ConnectionFaults {
    pub(crate) const fn none() -> Self {
        Self {
            cut: None,
            throttle: None,
            commands: 0,
        }
    }

    /// Whether the next command is refused for being one too many, and how long to wait.
    pub(crate) fn throttled(&mut self) -> Option<Duration> {
        let rng = self.throttle.as_mut()?;
        self.commands += 1;
        // The first commands of a connection pass, and no connection is asked to wait all the time.
        let refused = rng.random_ratio(1, 40) && self.commands > 5;
        if refused {
            self.commands = 0;
        }
        refused.then_some(Duration::from_millis(1500))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_is_cut_several_times_and_then_left_alone() {
        let faults = Faults::new(FaultScript::Flaky, 7);
        let cuts: Vec<Option<Cut>> = (0..10)
            .map(|_| faults.connection(Side::Source, "asa").cut)
            .collect();
        let cut = cuts.iter().take_while(|cut| cut.is_some()).count();
        assert!((2..=4).contains(&cut), "{cuts:?}");
        assert!(cuts.get(cut..).unwrap().iter().all(Option::is_none));
    }

    #[test]
    fn a_fault_script_of_none_does_nothing() {
        let faults = Faults::new(FaultScript::None, 7);
        assert!((0..100).all(|_| faults.request().is_none()));
        let mut connection = faults.connection(Side::Target, "asa");
        assert!(connection.cut.is_none());
        assert!((0..1000).all(|_| connection.throttled().is_none()));
    }

    #[test]
    fn no_two_requests_in_a_row_are_refused() {
        let faults = Faults::new(FaultScript::Hostile, 7);
        let refused: Vec<bool> = (0..1000)
            .map(|_| !matches!(faults.request(), None | Some(RequestFault::Slow(_))))
            .collect();
        assert!(refused.iter().any(|r| *r));
        assert!(!refused.windows(2).any(|pair| pair == [true, true]));
    }
}
