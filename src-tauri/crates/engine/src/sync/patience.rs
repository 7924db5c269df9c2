use std::time::Duration;

/// How often in a row a connection may break without anything having moved.
const TRIES: u32 = 8;

/// The longest pause between two tries.
const LONGEST: Duration = Duration::from_secs(60);

/// Pauses that grow while nothing moves, and an end to them.
pub(crate) struct Patience {
    first: Duration,
    tried: u32,
}

impl Patience {
    pub(crate) fn new(first: Duration) -> Self {
        Self { first, tried: 0 }
    }

    /// Something moved: the count starts anew.
    pub(crate) fn renew(&mut self) {
        self.tried = 0;
    }

    /// The pause before the next try, or `None` when it is enough.
    pub(crate) fn pause(&mut self) -> Option<Duration> {
        if self.tried >= TRIES {
            return None;
        }
        let pause = self.first.saturating_mul(1 << self.tried).min(LONGEST);
        self.tried += 1;
        Some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_end_unless_something_moves() {
        let mut patience = Patience::new(Duration::from_secs(1));
        let pauses: Vec<u64> = std::iter::from_fn(|| patience.pause())
            .map(|pause| pause.as_secs())
            .collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
        patience.renew();
        assert_eq!(patience.pause(), Some(Duration::from_secs(1)));
    }
}
