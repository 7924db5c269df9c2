use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

/// The throttle of one endpoint: while it is shut, everyone who uses the endpoint waits.
#[derive(Debug, Clone)]
pub struct Gate {
    open_at: Arc<watch::Sender<Option<Instant>>>,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            open_at: Arc::new(watch::channel(None).0),
        }
    }
}

impl Gate {
    /// No server's wish is obeyed for longer than this without asking it again.
    const LONGEST: Duration = Duration::from_secs(15 * 60);

    /// Shuts the gate for `wait` from now; a longer wait already running stays.
    pub fn shut_for(&self, wait: Duration) {
        let until = Instant::now() + wait.min(Self::LONGEST);
        self.open_at.send_if_modified(|open_at| {
            let later = open_at.is_none_or(|current| current < until);
            if later {
                *open_at = Some(until);
            }
            later
        });
    }

    /// How much longer it is shut.
    #[must_use]
    pub fn remaining(&self) -> Option<Duration> {
        let open_at = *self.open_at.borrow();
        open_at?
            .checked_duration_since(Instant::now())
            .filter(|left| !left.is_zero())
    }

    /// Waits until it is open.
    pub async fn pass(&self) {
        while let Some(left) = self.remaining() {
            tokio::time::sleep(left).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn everyone_waits_while_the_gate_is_shut_and_a_shorter_wait_does_not_open_it_early() {
        let gate = Gate::default();
        gate.shut_for(Duration::from_secs(30));
        gate.shut_for(Duration::from_secs(5));
        let other = gate.clone();
        let start = Instant::now();
        other.pass().await;
        assert_eq!(start.elapsed().as_secs(), 30);
        assert_eq!(gate.remaining(), None);
    }
}
