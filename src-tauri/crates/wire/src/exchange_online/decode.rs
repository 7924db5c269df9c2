//! Values out of a cmdlet's objects. With JSON many a complex value comes as PowerShell would print it, and the
//! same property comes as a number here and as a text there: so everything is read leniently, and what cannot be
//! read is absent.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde_json::{Map, Value};

pub(super) use crate::json::{text, texts};

/// A count.
pub(super) fn number(object: &Map<String, Value>, name: &str) -> Option<u64> {
    match object.get(name)? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().replace(',', "").parse().ok(),
        _ => None,
    }
}

/// A share of a hundred, which may come with decimals.
pub(super) fn percentage(object: &Map<String, Value>, name: &str) -> Option<u8> {
    let share = match object.get(name)? {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().trim_end_matches('%').trim().parse().ok()?,
        _ => return None,
    };
    // Counted down from above, so that nothing has to be converted.
    (0..=100_u8).rev().find(|&whole| f64::from(whole) <= share)
}

/// A truth value.
pub(super) fn flag(object: &Map<String, Value>, name: &str) -> Option<bool> {
    match object.get(name)? {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// A moment. Without a zone it is UTC, as the cmdlets' own help says of their times.
pub(super) fn time(object: &Map<String, Value>, name: &str) -> Option<Timestamp> {
    let text = object.get(name)?.as_str()?.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    if let Some(milliseconds) = text.strip_prefix("/Date(") {
        let digits = milliseconds.split([')', '+']).next()?;
        return Timestamp::from_millisecond(digits.parse().ok()?).ok();
    }
    let civil: DateTime = text.parse().ok()?;
    Offset::UTC.to_timestamp(civil).ok()
}

/// A span: `1.02:03:04.5000000`, days and fraction where there are any.
pub(super) fn span(object: &Map<String, Value>, name: &str) -> Option<Duration> {
    read_span(object.get(name)?.as_str()?)
}

fn read_span(text: &str) -> Option<Duration> {
    let (days, clock) = match text.trim().split_once('.') {
        // `00:10:00.5`: the first point stands after the seconds.
        Some((before, _)) if before.contains(':') => (0, text.trim()),
        Some((days, clock)) => (days.parse::<u64>().ok()?, clock),
        None => (0, text.trim()),
    };
    let mut parts = clock.split(':');
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let (hours, minutes, whole): (u64, u64, u64) = (
        hours.parse().ok()?,
        minutes.parse().ok()?,
        whole.parse().ok()?,
    );
    let fraction: f64 = format!("0.{fraction}").parse().ok()?;
    let seconds = days
        .checked_mul(24)?
        .checked_add(hours)?
        .checked_mul(60)?
        .checked_add(minutes)?
        .checked_mul(60)?
        .checked_add(whole)?;
    Duration::from_secs(seconds).checked_add(Duration::try_from_secs_f64(fraction).ok()?)
}

/// A size: bytes, or `1.2 GB (1,288,490,188 bytes)`.
pub(super) fn size(object: &Map<String, Value>, name: &str) -> Option<u64> {
    match object.get(name)? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => {
            let bytes = match text.split_once('(') {
                Some((_, bytes)) => bytes.split_once(" bytes").map(|(bytes, _)| bytes)?,
                None => text.trim(),
            };
            bytes.trim().replace(',', "").parse().ok()
        }
        _ => None,
    }
}

/// The members of a list; a lone value is a list of one.
pub(super) fn list<'a>(object: &'a Map<String, Value>, name: &str) -> &'a [Value] {
    match object.get(name) {
        Some(Value::Array(values)) => values,
        None | Some(Value::Null) => &[],
        Some(one) => std::slice::from_ref(one),
    }
}

/// Names: a list of them, or one text as PowerShell prints a list: `{FullAccess, ReadPermission}`.
pub(super) fn names(object: &Map<String, Value>, name: &str) -> Vec<String> {
    list(object, name)
        .iter()
        .filter_map(Value::as_str)
        .flat_map(|text| {
            text.trim()
                .trim_start_matches('{')
                .trim_end_matches('}')
                .split(',')
        })
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        [("x".to_owned(), value)].into_iter().collect()
    }

    #[test]
    fn sizes_spans_and_times_are_read_as_powershell_prints_them() {
        let printed = object(json!("1.2 GB (1,288,490,188 bytes)"));
        assert_eq!(size(&printed, "x"), Some(1_288_490_188));
        assert_eq!(size(&object(json!(36)), "x"), Some(36));
        assert_eq!(size(&object(json!("Unlimited")), "x"), None);
        assert_eq!(read_span("1.02:03:04"), Some(Duration::from_secs(93_784)));
        assert_eq!(
            read_span("00:10:00.5000000"),
            Some(Duration::from_millis(600_500))
        );
        assert_eq!(read_span("ten minutes"), None);
        let at: Timestamp = "2026-11-23T18:00:00Z".parse().unwrap();
        for text in [
            "2026-11-23T18:00:00Z",
            "2026-11-23T18:00:00.0000000",
            "2026-11-23T19:00:00+01:00",
            "/Date(1795456800000)/",
        ] {
            assert_eq!(time(&object(json!(text)), "x"), Some(at), "{text}");
        }
    }

    #[test]
    fn counts_flags_and_shares_come_as_values_or_as_texts() {
        assert_eq!(number(&object(json!("1,234")), "x"), Some(1234));
        assert_eq!(number(&object(json!(-1)), "x"), None);
        assert_eq!(flag(&object(json!("True")), "x"), Some(true));
        assert_eq!(percentage(&object(json!(94.9)), "x"), Some(94));
        assert_eq!(percentage(&object(json!("100")), "x"), Some(100));
        assert_eq!(percentage(&object(json!(-3)), "x"), None);
        assert_eq!(list(&object(json!("one")), "x").len(), 1);
        assert!(list(&object(Value::Null), "x").is_empty());
    }

    proptest! {
        #[test]
        fn no_text_makes_a_panic(text in "\\PC{0,40}|[0-9.:,() bytes]{0,40}") {
            let object = object(json!(text));
            let _ = (number(&object, "x"), percentage(&object, "x"), flag(&object, "x"), time(&object, "x"),
                     span(&object, "x"), size(&object, "x"));
        }

        #[test]
        fn a_span_is_read_as_it_is_written(seconds in 0_u64..10_000_000) {
            let span = Duration::from_secs(seconds);
            prop_assert_eq!(read_span(&super::super::encode::time_span(span)), Some(span));
        }
    }
}
