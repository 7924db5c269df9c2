/// The names of RFC 3501's `date-month`.
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Reads an RFC 3501 `date-time` such as ` 1-May-2009 08:00:00 +0200`: seconds since 1970 in UTC, and
/// the offset in minutes.
#[must_use]
pub fn parse_internal_date(text: &str) -> Option<(i64, i16)> {
    let mut parts = text.trim().split_ascii_whitespace();
    let (date, time, zone) = (parts.next()?, parts.next()?, parts.next()?);
    let mut date = date.split('-');
    let (day, month, year) = (date.next()?, date.next()?, date.next()?);
    let (day, year): (i64, i64) = (day.parse().ok()?, year.parse().ok()?);
    let month = MONTHS
        .iter()
        .position(|name| name.eq_ignore_ascii_case(month))?;
    let month = i64::try_from(month).ok()? + 1;
    let mut time = time.split(':');
    let mut number = || -> Option<i64> { time.next()?.parse().ok() };
    let (hour, minute, second) = (number()?, number()?, number()?);
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let digits: i64 = digits.parse().ok()?;
    let offset = sign * (digits / 100 * 60 + digits % 100);
    let sane = (1..=31).contains(&day)
        && (1..=9999).contains(&year)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..=60).contains(&second)
        && (-1440..=1440).contains(&offset);
    if !sane {
        return None;
    }
    let seconds = days_from_civil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
        - offset * 60;
    Some((seconds, i16::try_from(offset).ok()?))
}

/// Writes an RFC 3501 `date-time`, quotes not included.
#[must_use]
pub fn format_internal_date(seconds: i64, offset_minutes: i16) -> String {
    let local = seconds.saturating_add(i64::from(offset_minutes) * 60);
    let (days, rest) = (local.div_euclid(86_400), local.rem_euclid(86_400));
    let (year, month, day) = civil_from_days(days);
    let name = usize::try_from(month - 1)
        .ok()
        .and_then(|index| MONTHS.get(index))
        .copied()
        .unwrap_or("Jan");
    let (sign, offset) = if offset_minutes < 0 {
        ('-', -i32::from(offset_minutes))
    } else {
        ('+', i32::from(offset_minutes))
    };
    format!(
        "{day:02}-{name}-{year:04} {:02}:{:02}:{:02} {sign}{:02}{:02}",
        rest / 3600,
        rest / 60 % 60,
        rest % 60,
        offset / 60,
        offset % 60
    )
}

/// Days since 1970-01-01 of a date in the proleptic Gregorian calendar.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The date of a number of days since 1970-01-01.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let (day, month) = (
        day_of_year - (153 * shifted + 2) / 5 + 1,
        if shifted < 10 {
            shifted + 3
        } else {
            shifted - 9
        },
    );
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_examples_of_the_specification_read_right() {
        assert_eq!(
            parse_internal_date("17-Jul-1996 02:44:25 -0700"),
            Some((837_596_665, -420))
        );
        assert_eq!(
            parse_internal_date(" 1-Jan-1970 00:00:00 +0000"),
            Some((0, 0))
        );
        assert_eq!(
            format_internal_date(837_596_665, -420),
            "17-Jul-1996 02:44:25 -0700"
        );
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "",
            "x",
            "1-Foo-2000 00:00:00 +0000",
            "1-Jan-2000 25:00:00 +0000",
            "1-Jan-2000 00:00:00",
        ] {
            assert_eq!(parse_internal_date(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(seconds in 0_i64..4_102_444_800, offset in -720_i16..=840) {
            let text = format_internal_date(seconds, offset);
            prop_assert_eq!(parse_internal_date(&text).unwrap(), (seconds, offset));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,40}") {
            let _ = parse_internal_date(&text);
        }
    }
}
