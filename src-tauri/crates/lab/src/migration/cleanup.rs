//! What becomes of a batch that nobody looks after: stopped after sixty days, removed ninety days after that.

const DAY: i64 = 24 * 60 * 60 * 1000;

/// What is done to a batch unasked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cleanup {
    Stop,
    Remove,
}

/// What is due to a batch of this status, which an administrator or its own work touched last then, in milliseconds.
pub(super) fn due(status: &str, touched: i64, now: i64) -> Option<Cleanup> {
    let idle = now.saturating_sub(touched) / DAY;
    match status {
        "Synced" | "SyncedWithErrors" if idle >= 60 => Some(Cleanup::Stop),
        "Stopped" | "Failed" if idle >= 90 => Some(Cleanup::Remove),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_synced_batch_is_stopped_after_sixty_days_and_a_stopped_one_removed_after_ninety() {
        let of = |status, days: i64| due(status, 7, 7 + days * DAY);
        assert_eq!(of("Synced", 59), None);
        assert_eq!(of("Synced", 60), Some(Cleanup::Stop));
        assert_eq!(of("SyncedWithErrors", 60), Some(Cleanup::Stop));
        assert_eq!(of("Stopped", 89), None);
        assert_eq!(of("Stopped", 90), Some(Cleanup::Remove));
        assert_eq!(of("Failed", 90), Some(Cleanup::Remove));
        for status in ["Created", "Syncing", "Stopping"] {
            assert_eq!(of(status, 1000), None);
        }
    }
}
