//! What came over when, in as many spans as a chart can show.

use jiff::Timestamp;
use stegvis_journal::Moved;
use stegvis_model::{Counts, Engine};

/// Lengths that a reader can name, in seconds: 5 s to a day.
const LENGTHS: [i64; 14] = [
    5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 86_400,
];

/// What came over in a span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// When it began.
    pub at: Timestamp,
    /// What this computer copied.
    pub direct: Counts,
    /// What the migration service told that it had copied.
    pub service: Counts,
}

/// Everything that came over, in at most `most` spans of one length, the empty ones between them included. Returns the
/// length in seconds too.
#[must_use]
pub fn over_time(moved: &[Moved], most: usize) -> (i64, Vec<Span>) {
    let (Some(first), Some(last)) = (moved.first(), moved.last()) else {
        return (0, Vec::new());
    };
    let (first, last) = (first.at.as_second(), last.at.as_second());
    let most = i64::try_from(most).unwrap_or(i64::MAX).max(1);
    let spans = |length: i64| last.div_euclid(length) - first.div_euclid(length) + 1;
    let day = 86_400;
    let length = LENGTHS
        .into_iter()
        .find(|&length| spans(length) <= most)
        .unwrap_or_else(|| day * ((last - first) / day / most + 2));
    let begin = first.div_euclid(length);
    let mut all: Vec<Span> = (begin..begin + spans(length))
        .filter_map(|number| {
            Some(Span {
                at: Timestamp::from_second(number * length).ok()?,
                direct: Counts::default(),
                service: Counts::default(),
            })
        })
        .collect();
    for row in moved {
        let place = usize::try_from(row.at.as_second().div_euclid(length) - begin);
        let Some(span) = place.ok().and_then(|place| all.get_mut(place)) else {
            continue;
        };
        let sum = match row.engine {
            Engine::Direct => &mut span.direct,
            Engine::Service => &mut span.service,
        };
        *sum = sum.plus(row.counts);
    }
    (length, all)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn moved(second: i64, items: u64, engine: Engine) -> Moved {
        Moved {
            at: Timestamp::from_second(second).unwrap(),
            engine,
            counts: Counts {
                items,
                bytes: items * 10,
            },
        }
    }

    #[test]
    fn nothing_moved_is_no_chart() {
        assert_eq!(over_time(&[], 60), (0, Vec::new()));
    }

    #[test]
    fn a_pause_is_seen_as_empty_spans_and_nothing_is_lost_in_them() {
        let rows = [
            moved(1_000_000, 3, Engine::Direct),
            moved(1_000_000, 4, Engine::Service),
            moved(1_000_020, 5, Engine::Direct),
        ];
        let (length, spans) = over_time(&rows, 60);
        assert_eq!((length, spans.len()), (5, 5));
        let items: Vec<u64> = spans.iter().map(|span| span.direct.items).collect();
        assert_eq!(items, [3, 0, 0, 0, 5]);
        assert_eq!(spans.first().unwrap().service.items, 4);
    }

    #[test]
    fn however_long_it_took_the_chart_has_its_width_and_all_the_items() {
        for seconds in [1, 59, 3_600, 86_400, 86_400 * 14, 86_400 * 700] {
            let rows: Vec<Moved> = (0..200)
                .map(|step| moved(1_700_000_000 + step * seconds / 200, 7, Engine::Direct))
                .collect();
            let (length, spans) = over_time(&rows, 48);
            assert!(spans.len() <= 48, "{seconds}: {} of {length}", spans.len());
            let sum: u64 = spans.iter().map(|span| span.direct.items).sum();
            assert_eq!(sum, 1_400, "{seconds}");
        }
    }
}
