use jiff::{SignedDuration, Timestamp};

/// The longest time to live that a record should have when it is changed: an hour (Microsoft's own figure).
pub const CHANGE_TTL: u32 = 3600;

/// What to lower it to: a mistake is then out of the world in five minutes.
const LOW: u32 = 300;

/// What to do before a record may be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TtlAdvice {
    /// What it is, in seconds.
    pub ttl: u32,
    /// What to lower it to.
    pub lower_to: u32,
    /// When every cache has heard of it, if it is lowered now.
    pub ready_at: Timestamp,
}

/// Advice for a record with this time to live; none where a change would be seen soon enough.
#[must_use]
pub fn ttl_advice(ttl: u32, now: Timestamp) -> Option<TtlAdvice> {
    if ttl <= CHANGE_TTL {
        return None;
    }
    Some(TtlAdvice {
        ttl,
        lower_to: LOW,
        ready_at: now
            .checked_add(SignedDuration::from_secs(i64::from(ttl)))
            .unwrap_or(Timestamp::MAX),
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_day_long_record_is_lowered_a_day_before() {
        let now: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
        let advice = ttl_advice(86_400, now).unwrap();
        assert_eq!(advice.ready_at.to_string(), "2026-11-24T09:00:00Z");
        assert_eq!(advice.lower_to, 300);
        assert_eq!(ttl_advice(3600, now), None);
    }
}
