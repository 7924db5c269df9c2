//! How long to wait before asking again.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

/// The value of a `Retry-After` header (RFC 9110 section 10.2.3): seconds, which Exchange Online sends with
/// decimals, or a date.
pub(super) fn retry_after(value: &str) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = DateTimeParser::new().parse_timestamp(value.trim()).ok()?;
    Duration::try_from(date.duration_since(Timestamp::now()))
        .ok()
        .or(Some(Duration::ZERO))
}

/// One, two, four, … seconds, each up to a half longer, so that not everyone comes back at once.
pub(crate) fn back_off(attempt: u32) -> Duration {
    let seconds = f64::from(1_u32 << attempt.saturating_sub(1).min(6));
    Duration::from_secs_f64(seconds * (1.0 + rand::random::<f64>() / 2.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_comes_as_seconds_with_or_without_decimals_or_as_a_date() {
        assert_eq!(retry_after("10"), Some(Duration::from_secs(10)));
        assert_eq!(retry_after(" 1.5 "), Some(Duration::from_millis(1500)));
        assert_eq!(
            retry_after("Wed, 21 Oct 2015 07:28:00 GMT"),
            Some(Duration::ZERO)
        );
        for nonsense in ["-1", "soon", "", "1e300"] {
            assert_eq!(retry_after(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn each_wait_is_longer_than_the_one_before_and_none_is_endless() {
        for attempt in 1..100 {
            let wait = back_off(attempt).as_secs_f64();
            let floor = f64::from(1_u32 << (attempt - 1).min(6));
            assert!((floor..floor * 1.5).contains(&wait), "{attempt}: {wait}");
        }
    }
}
