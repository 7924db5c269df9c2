//! The shapes of the report's charts, worked out here so that the template only draws: no scripts, nothing fetched.

use serde::Serialize;

use super::words::Language;
use crate::dto::{ItemsOfKind, MailboxesInState, ReportThroughput};

/// The plot of the throughput, in the units of its drawing.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 130.0;
/// How wide a bar of items is at most.
const BAR: f64 = 200.0;

/// A line over time, drawn in steps: what came over in each span.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    /// The outline, as a path.
    path: String,
    /// The filled area below it.
    area: String,
    /// Heights of the three lines of the grid, and what each stands for.
    grid: Vec<Tick>,
    /// Places of the times below.
    ticks: Vec<Tick>,
    /// The most that came over in one span.
    peak: u64,
    /// All of it.
    items: u64,
    bytes: u64,
    /// Those of them that the migration service told of.
    service: u64,
}

/// A mark at an axis.
#[derive(Debug, Serialize)]
pub(super) struct Tick {
    at: f64,
    value: u64,
    time: String,
}

/// A step above the largest value that is easy to read: 1, 2 or 5 times a power of ten.
fn ceiling(largest: u64) -> u64 {
    let mut power = 1_u64;
    loop {
        for step in [1, 2, 3, 4, 5, 6, 8] {
            // The grid parts it in two without fractions.
            let top = power.saturating_mul(step).saturating_mul(2);
            if top >= largest {
                return top.max(2);
            }
        }
        power = power.saturating_mul(10);
        if power >= u64::MAX / 100 {
            return u64::MAX;
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a drawing; no chart shows the 53rd bit"
)]
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

/// To a tenth of a unit, so that the file stays small.
fn round(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// The throughput; nothing when nothing came over.
pub(super) fn line(throughput: &ReportThroughput) -> Option<Line> {
    let points = &throughput.points;
    let of =
        |point: &crate::dto::MovedPoint| u64::from(point.items) + u64::from(point.service_items);
    let peak = points.iter().map(of).max()?;
    let top = ceiling(peak);
    let count = points.len() as u64;
    let across = |index: u64| round(share(index, count) * WIDTH);
    let up = |value: u64| round(HEIGHT - share(value, top) * HEIGHT);
    let mut steps = String::new();
    for (index, point) in (0_u64..).zip(points) {
        let (left, right, height) = (across(index), across(index + 1), up(of(point)));
        let verb = if index == 0 { 'M' } else { 'L' };
        steps.push_str(&format!("{verb}{left} {height}H{right}"));
    }
    let seconds = u64::from(throughput.seconds_per_point);
    let format = if seconds < 60 {
        "%H:%M:%S"
    } else if seconds < 3_600 {
        "%H:%M"
    } else if seconds < 86_400 {
        "%m-%d %H:%M"
    } else {
        "%Y-%m-%d"
    };
    // Four times at most, evenly apart from the first on.
    let step = count.div_ceil(4).max(1);
    let ticks = (0..count)
        .step_by(usize::try_from(step).unwrap_or(1))
        .filter_map(|index| {
            let point = points.get(usize::try_from(index).ok()?)?;
            let at: jiff::Timestamp = point.at.parse().ok()?;
            Some(Tick {
                at: across(index),
                value: index,
                time: at.strftime(format).to_string(),
            })
        });
    let grid = [top, top / 2, 0].map(|value| Tick {
        at: up(value),
        value,
        time: String::new(),
    });
    let service = points
        .iter()
        .map(|point| u64::from(point.service_items))
        .sum();
    Some(Line {
        area: format!("{steps}V{HEIGHT}H0Z"),
        path: steps,
        grid: grid.into(),
        ticks: ticks.collect(),
        peak,
        items: points.iter().map(of).sum(),
        bytes: points.iter().map(|point| point.bytes).sum(),
        service,
    })
}

/// One part of the bar of states.
#[derive(Debug, Serialize)]
pub(super) struct Part {
    status: String,
    words: &'static str,
    mailboxes: u32,
    percent: u32,
    left: f64,
    width: f64,
    /// How it is filled: a class of the style sheet.
    fill: &'static str,
}

/// The bar of states, what is done first and what needs a person last.
pub(super) fn states(states: &[MailboxesInState], language: Language) -> Vec<Part> {
    let all: u64 = states.iter().map(|state| u64::from(state.mailboxes)).sum();
    let mut sorted: Vec<(usize, &MailboxesInState)> = states
        .iter()
        .map(|state| (super::labels::state_place(&state.status), state))
        .collect();
    sorted.sort_by_key(|(place, _)| *place);
    let mut left = 0;
    sorted
        .into_iter()
        .map(|(_, state)| {
            let many = u64::from(state.mailboxes);
            let begin = round(share(left, all) * WIDTH);
            left += many;
            let end = round(share(left, all) * WIDTH);
            Part {
                words: super::labels::state(&state.status, language),
                status: state.status.clone(),
                mailboxes: state.mailboxes,
                percent: u32::try_from((many * 100 + all / 2) / all.max(1)).unwrap_or(100),
                left: begin,
                width: round(end - begin),
                fill: super::labels::state_fill(&state.status),
            }
        })
        .collect()
}

/// A row of the bars by kind.
#[derive(Debug, Serialize)]
pub(super) struct Kind<'a> {
    words: &'a str,
    source: u32,
    copied: u32,
    skipped: u32,
    excluded: u32,
    /// Widths of the three parts.
    bars: [f64; 3],
}

/// The bars by kind, the largest first, all to one scale; what is there is seen, however little it is.
pub(super) fn kinds(kinds: &[ItemsOfKind], language: Language) -> Vec<Kind<'_>> {
    let most = kinds.iter().map(|kind| u64::from(kind.ledger.source)).max();
    let most = most.unwrap_or(0).max(1);
    let wide = |items: u32| {
        if items == 0 {
            0.0
        } else {
            round((share(u64::from(items), most) * BAR).max(2.0))
        }
    };
    let mut rows: Vec<Kind<'_>> = kinds
        .iter()
        .map(|kind| Kind {
            words: super::labels::kind(&kind.kind, language),
            source: kind.ledger.source,
            copied: kind.ledger.copied,
            skipped: kind.ledger.skipped,
            excluded: kind.ledger.excluded,
            bars: [
                wide(kind.ledger.copied),
                wide(kind.ledger.skipped),
                wide(kind.ledger.excluded),
            ],
        })
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.source));
    rows
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::dto::MovedPoint;

    #[test]
    fn the_top_of_a_chart_is_easy_to_read_and_never_below_the_peak() {
        for (largest, top) in [
            (0, 2),
            (1, 2),
            (7, 8),
            (9, 10),
            (13, 16),
            (101, 120),
            (4_999, 6_000),
        ] {
            assert_eq!(ceiling(largest), top, "{largest}");
        }
        assert!(ceiling(u64::MAX) >= u64::MAX / 2);
    }

    #[test]
    fn a_line_begins_at_the_left_and_ends_at_the_right_and_its_peak_touches_its_height() {
        let point = |second: i64, items| MovedPoint {
            at: jiff::Timestamp::from_second(second).unwrap().to_string(),
            items,
            service_items: 0,
            bytes: 10,
        };
        let drawn = line(&ReportThroughput {
            seconds_per_point: 5,
            points: vec![point(0, 10), point(5, 0)],
        })
        .unwrap();
        assert_eq!(drawn.path, "M0 0H320L320 130H640");
        assert_eq!(drawn.area, "M0 0H320L320 130H640V130H0Z");
        assert_eq!((drawn.items, drawn.bytes, drawn.peak), (10, 20, 10));
        assert_eq!(drawn.ticks.len(), 2);
        assert!(
            line(&ReportThroughput {
                seconds_per_point: 0,
                points: Vec::new()
            })
            .is_none()
        );
    }

    #[test]
    fn the_parts_of_the_states_fill_the_bar() {
        let state = |status: &str, mailboxes| MailboxesInState {
            status: status.to_owned(),
            mailboxes,
        };
        let parts = states(
            &[
                state("Failed", 1),
                state("Completed", 2),
                state("Synced", 4),
            ],
            Language::English,
        );
        let order: Vec<&str> = parts.iter().map(|part| &*part.status).collect();
        assert_eq!(order, ["Completed", "Synced", "Failed"]);
        let last = parts.last().unwrap();
        assert!((last.left + last.width - WIDTH).abs() < 0.2);
        assert_eq!(parts.iter().map(|part| part.percent).sum::<u32>(), 100);
    }
}
