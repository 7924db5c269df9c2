//! What both sides say of a message besides its bytes: flags and the internal date.

use std::fmt;

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};

/// The flags Exchange keeps. No keywords: it has none.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub(crate) struct Flags(u8);

const NAMES: [(u8, &str); 6] = [
    (1, "\\Seen"),
    (2, "\\Answered"),
    (4, "\\Flagged"),
    (8, "\\Deleted"),
    (16, "\\Draft"),
    (32, "$MDNSent"),
];

impl Flags {
    pub(crate) const SEEN: Self = Self(1);
    pub(crate) const ANSWERED: Self = Self(2);
    pub(crate) const FLAGGED: Self = Self(4);
    pub(crate) const DELETED: Self = Self(8);
    pub(crate) const DRAFT: Self = Self(16);
    /// As `FLAGS` and `PERMANENTFLAGS` list them.
    pub(crate) const ALL: Self = Self(63);

    pub(crate) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The flag of that name; `None` for those a server of this kind does not keep.
    pub(crate) fn named(name: &str) -> Option<Self> {
        NAMES
            .iter()
            .find(|(_, known)| known.eq_ignore_ascii_case(name))
            .map(|(bit, _)| Self(*bit))
    }
}

impl fmt::Display for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        for (_, name) in NAMES.iter().filter(|(bit, _)| self.0 & bit != 0) {
            if !first {
                f.write_str(" ")?;
            }
            f.write_str(name)?;
            first = false;
        }
        Ok(())
    }
}

/// A moment and the offset it was told with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct InternalDate {
    /// Seconds since 1970.
    #[serde(rename = "s")]
    pub(crate) seconds: i64,
    /// Minutes east of Greenwich.
    #[serde(rename = "o")]
    pub(crate) offset: i16,
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

impl InternalDate {
    pub(crate) fn now() -> Self {
        Self {
            seconds: Timestamp::now().as_second(),
            offset: 0,
        }
    }

    fn civil(self) -> jiff::civil::DateTime {
        let offset = Offset::from_seconds(i32::from(self.offset) * 60).unwrap_or(Offset::UTC);
        offset.to_datetime(Timestamp::from_second(self.seconds).unwrap_or(Timestamp::UNIX_EPOCH))
    }

    fn zone(self) -> String {
        let sign = if self.offset < 0 { '-' } else { '+' };
        let minutes = self.offset.unsigned_abs();
        format!("{sign}{:02}{:02}", minutes / 60, minutes % 60)
    }

    /// As IMAP writes it: ` 1-May-2009 08:00:00 +0200`.
    pub(crate) fn imap(self) -> String {
        let at = self.civil();
        format!(
            "{:2}-{}-{:04} {:02}:{:02}:{:02} {}",
            at.day(),
            month(at.month()),
            at.year(),
            at.hour(),
            at.minute(),
            at.second(),
            self.zone()
        )
    }

    /// As a message's `Date:` field writes it.
    pub(crate) fn rfc5322(self) -> String {
        let at = self.civil();
        let day = match at.weekday() {
            jiff::civil::Weekday::Monday => "Mon",
            jiff::civil::Weekday::Tuesday => "Tue",
            jiff::civil::Weekday::Wednesday => "Wed",
            jiff::civil::Weekday::Thursday => "Thu",
            jiff::civil::Weekday::Friday => "Fri",
            jiff::civil::Weekday::Saturday => "Sat",
            jiff::civil::Weekday::Sunday => "Sun",
        };
        format!(
            "{day}, {} {} {} {:02}:{:02}:{:02} {}",
            at.day(),
            month(at.month()),
            at.year(),
            at.hour(),
            at.minute(),
            at.second(),
            self.zone()
        )
    }

    /// Reads IMAP's `date-time`, quotes taken off.
    pub(crate) fn parse_imap(text: &str) -> Option<Self> {
        let mut parts = text.split_ascii_whitespace();
        let (date, time, zone) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let mut date = date.split('-');
        let day: i8 = date.next()?.parse().ok()?;
        let name = date.next()?;
        let month = MONTHS.iter().position(|m| m.eq_ignore_ascii_case(name))?;
        let year: i16 = date.next()?.parse().ok()?;
        let mut time = time.split(':');
        let mut unit = || time.next().and_then(|t| t.parse::<i8>().ok());
        let (hour, minute, second) = (unit()?, unit()?, unit()?);
        let (sign, digits) = zone.split_at_checked(1)?;
        let digits: i16 = digits.parse().ok().filter(|d| (0..=9999).contains(d))?;
        let offset = digits / 100 * 60 + digits % 100;
        let offset = match sign {
            "+" => offset,
            "-" => -offset,
            _ => return None,
        };
        let at = jiff::civil::DateTime::new(
            year,
            i8::try_from(month + 1).ok()?,
            day,
            hour,
            minute,
            second,
            0,
        )
        .ok()?;
        let zone = Offset::from_seconds(i32::from(offset) * 60).ok()?;
        Some(Self {
            seconds: zone.to_timestamp(at).ok()?.as_second(),
            offset,
        })
    }
}

fn month(number: i8) -> &'static str {
    usize::try_from(number - 1)
        .ok()
        .and_then(|index| MONTHS.get(index))
        .unwrap_or(&"Jan")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_date_is_read_with_its_offset() {
        let date = InternalDate::parse_imap("01-May-2009 08:00:00 +0200").unwrap();
        assert_eq!(date.seconds, 1_241_157_600);
        assert_eq!(date.imap(), " 1-May-2009 08:00:00 +0200");
        assert_eq!(date.rfc5322(), "Fri, 1 May 2009 08:00:00 +0200");
    }

    proptest! {
        #[test]
        fn a_date_survives_being_written_and_read(seconds in 0_i64..4_000_000_000, offset in -720_i16..720) {
            let date = InternalDate { seconds, offset };
            prop_assert_eq!(InternalDate::parse_imap(date.imap().trim()), Some(date));
        }

        #[test]
        fn no_date_makes_a_panic(text in "\\PC{0,40}") {
            let _ = InternalDate::parse_imap(&text);
        }
    }
}
