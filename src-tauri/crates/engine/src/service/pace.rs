use std::time::Duration;

/// How often the service is asked: soon after something changed, ever more seldom while nothing does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// After something changed.
    pub first: Duration,
    /// However long nothing does.
    pub slowest: Duration,
    /// How long the service may take to show what it was just told.
    pub settle: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(15),
            slowest: Duration::from_secs(5 * 60),
            settle: Duration::from_secs(2 * 60),
        }
    }
}

impl Pace {
    /// The pause that follows one of `last`.
    #[must_use]
    pub fn after(&self, last: Option<Duration>, changed: bool) -> Duration {
        match last {
            Some(last) if !changed => (last + last / 2).min(self.slowest).max(self.first),
            _ => self.first,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_while_nothing_changes_and_are_short_again_when_something_does() {
        let pace = Pace::default();
        let mut last = None;
        let mut pauses = Vec::new();
        for _ in 0..10 {
            let pause = pace.after(last, false);
            pauses.push(pause.as_secs());
            last = Some(pause);
        }
        assert!(pauses.is_sorted());
        assert_eq!((pauses.first(), pauses.last()), (Some(&15), Some(&300)));
        assert_eq!(pace.after(last, true), pace.first);
    }
}
