//! Numbers, sizes and times as each language writes them.

use jiff::Timestamp;

use super::words::Language;

/// A time as the report tells it: to the minute, in UTC, so that two readers see the same.
pub(super) fn moment(at: Option<String>) -> String {
    read(at).map_or_else(
        || "–".to_owned(),
        |at| at.strftime("%Y-%m-%d %H:%M").to_string(),
    )
}

/// The day alone.
pub(super) fn day(at: Option<String>) -> String {
    read(at).map_or_else(|| "–".to_owned(), |at| at.strftime("%Y-%m-%d").to_string())
}

/// A time to the second, for a table of short spans.
pub(super) fn moment_to_the_second(at: Option<String>) -> String {
    read(at).map_or_else(String::new, |at| at.strftime("%m-%d %H:%M:%S").to_string())
}

/// The time of day alone.
pub(super) fn clock(at: Option<String>) -> String {
    read(at).map_or_else(String::new, |at| at.strftime("%H:%M").to_string())
}

fn read(at: Option<String>) -> Option<Timestamp> {
    at?.parse().ok()
}

/// A number with its thousands apart.
pub(super) fn grouped(number: u64, language: Language) -> String {
    let separator = language.pick(",", "\u{a0}");
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push_str(separator);
        }
        grouped.push(digit);
    }
    grouped
}

/// Bytes, to a tenth of a unit that leaves few figures.
pub(super) fn size(bytes: u64, language: Language) -> String {
    let mut tenths = bytes.saturating_mul(10);
    let mut unit = "B";
    for larger in ["kB", "MB", "GB", "TB"] {
        if tenths < 9_995 {
            break;
        }
        tenths = (tenths + 500) / 1000;
        unit = larger;
    }
    let (whole, tenth) = (tenths / 10, tenths % 10);
    if unit == "B" || whole >= 100 {
        format!("{whole}\u{a0}{unit}")
    } else {
        let point = language.pick(".", ",");
        format!("{whole}{point}{tenth}\u{a0}{unit}")
    }
}

/// A span of time, in its two largest units.
pub(super) fn span(seconds: i64, language: Language) -> String {
    let hour = language.pick("h", "tim");
    let units = [(86_400, "d"), (3_600, hour), (60, "min"), (1, "s")];
    let seconds = seconds.max(0);
    let first = units
        .iter()
        .position(|(length, _)| seconds >= *length)
        .unwrap_or(3);
    let mut rest = seconds;
    let mut parts = Vec::new();
    for (length, unit) in units.iter().skip(first).take(2) {
        if rest / length > 0 || (parts.is_empty() && *length == 1) {
            parts.push(format!("{}\u{a0}{unit}", rest / length));
        }
        rest %= length;
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_parted_as_each_language_does() {
        assert_eq!(grouped(572_420, Language::English), "572,420");
        assert_eq!(grouped(12_480, Language::Swedish), "12\u{a0}480");
        assert_eq!(grouped(7, Language::Swedish), "7");
    }

    #[test]
    fn a_time_is_told_to_the_minute() {
        assert_eq!(
            moment(Some("2026-11-25T01:48:18.642737032Z".to_owned())),
            "2026-11-25 01:48"
        );
        assert_eq!(moment(None), "–");
    }

    #[test]
    fn a_size_has_three_figures_at_most() {
        assert_eq!(size(0, Language::English), "0\u{a0}B");
        assert_eq!(size(999, Language::English), "999\u{a0}B");
        assert_eq!(size(1_000, Language::English), "1.0\u{a0}kB");
        assert_eq!(size(15_940_000_000, Language::Swedish), "15,9\u{a0}GB");
        assert_eq!(size(999_960, Language::English), "1.0\u{a0}MB");
        assert_eq!(size(412_000_000, Language::English), "412\u{a0}MB");
    }

    #[test]
    fn a_span_is_told_in_two_units() {
        assert_eq!(span(0, Language::English), "0\u{a0}s");
        assert_eq!(span(61, Language::English), "1\u{a0}min 1\u{a0}s");
        assert_eq!(span(7_200, Language::Swedish), "2\u{a0}tim");
        assert_eq!(span(200_000, Language::Swedish), "2\u{a0}d 7\u{a0}tim");
    }
}
