//! The system's clock.

use jiff::Timestamp;
use stegvis_engine::ports::Clock;

/// Says what time the operating system says it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
