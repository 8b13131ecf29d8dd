//! The civil calendar in UTC, and the forms in which files and servers write dates.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A day between 1970 and 9999; `Display` and `FromStr` are `2026-11-20`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u64,
    month: u64,
    day: u64,
}

impl Date {
    /// `None` if the calendar has no such day.
    pub fn new(year: u64, month: u64, day: u64) -> Option<Self> {
        let date = Self { year, month, day };
        let is_in_range =
            (1970..10_000).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
        (is_in_range && Self::from_days(date.days()) == date).then_some(date)
    }

    /// The day of a moment in UTC.
    pub fn of(time: SystemTime) -> Self {
        Self::from_days(seconds_of(time) / DAY)
    }

    /// The moment at which the clock shows this time on this day; 60 is a leap second.
    pub fn at(self, hour: u64, minute: u64, second: u64) -> Option<SystemTime> {
        let is_in_range = hour < 24 && minute < 60 && second <= 60;
        let seconds = || self.days() * DAY + hour * 3600 + minute * 60 + second;
        is_in_range.then(|| UNIX_EPOCH + Duration::from_secs(seconds()))
    }

    /// Years are counted from March, so that the leap day is the last of its year.
    fn days(self) -> u64 {
        let year = if self.month <= 2 { self.year - 1 } else { self.year };
        let month = (self.month + 9) % 12;
        365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + self.day - 1 - EPOCH
    }

    fn from_days(days: u64) -> Self {
        let days = days.min(LAST_DAY) + EPOCH;
        // 400 years have 146,097 days. Within them every fourth year is a leap year, except three
        // of the four that end a century.
        let (era, day) = (days / 146_097, days % 146_097);
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day_of_year = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        Self { year: era * 400 + year + u64::from(month <= 2), month, day }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl FromStr for Date {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        let mut parts = text.splitn(3, '-').map(|part| number(part).ok_or(NotADate));
        let mut next = || parts.next().ok_or(NotADate)?;
        let date = Self::new(next()?, next()?, next()?);
        date.filter(|_| text.len() == 10).ok_or(NotADate)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotADate;

/// A moment as RFC 3339 writes it, `2026-11-20T09:30:00Z`; a time before 1970 is written as 1970.
pub fn to_rfc3339(time: SystemTime) -> String {
    let second = seconds_of(time) % DAY;
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{}T{hour:02}:{minute:02}:{second:02}Z", Date::of(time))
}

/// Seconds since 1970 of `Sun, 06 Nov 1994 08:49:37 GMT`, the one form that servers may send
/// (RFC 9110, section 5.6.7).
pub fn from_http(text: &str) -> Option<u64> {
    let mut words = text.split_once(", ")?.1.split(' ');
    let day = number(words.next()?)?;
    let month = words.next()?;
    let month = MONTHS.iter().zip(1..).find(|(known, _)| **known == month)?.1;
    let date = Date::new(number(words.next()?)?, month, day)?;
    let mut time = words.next()?.split(':').map(number);
    let moment = date.at(time.next()??, time.next()??, time.next()??)?;
    (words.next()? == "GMT").then(|| seconds_of(moment))
}

/// Digits alone: `parse` would take a sign, too.
fn number(text: &str) -> Option<u64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

fn seconds_of(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// In seconds.
const DAY: u64 = 86_400;
/// Days from 0000-03-01 to 1970-01-01.
const EPOCH: u64 = 719_468;
/// 9999-12-31, in days since 1970-01-01.
const LAST_DAY: u64 = 2_932_896;
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn days_survive_the_conversion_to_dates_and_back() {
        for days in (0..60_000).chain([LAST_DAY]) {
            let date = Date::from_days(days);
            assert_eq!(date.days(), days);
            assert_eq!(date.to_string().parse(), Ok(date));
        }
        assert_eq!(Date::from_days(LAST_DAY + 1).to_string(), "9999-12-31");
    }

    #[test]
    fn a_moment_has_its_day_in_utc() {
        let day = |seconds| Date::of(moment(seconds)).to_string();
        assert_eq!(day(0), "1970-01-01");
        assert_eq!(day(951_782_399), "2000-02-28");
        assert_eq!(day(951_782_400), "2000-02-29");
        assert_eq!(day(1_795_219_199), "2026-11-20");
        assert_eq!(day(1_795_219_200), "2026-11-21");
    }

    #[test]
    fn days_that_no_calendar_has_are_rejected() {
        assert_eq!(Date::new(2026, 8, 19).unwrap().to_string(), "2026-08-19");
        for (year, month, day) in [(0, 0, 0), (2026, 13, 1), (2026, 2, 29), (1969, 12, 31), (10_000, 1, 1)] {
            assert_eq!(Date::new(year, month, day), None);
        }
        for text in ["", "2026", "2026-8-19", "2026-08-19Z", "+026-08-19", "2026-02-30", "2026-08-1é"] {
            assert_eq!(text.parse::<Date>(), Err(NotADate), "{text}");
        }
    }

    #[test]
    fn times_are_written_in_utc() {
        let written = |seconds| to_rfc3339(moment(seconds));
        assert_eq!(written(0), "1970-01-01T00:00:00Z");
        assert_eq!(written(951_827_696), "2000-02-29T12:34:56Z");
        assert_eq!(written(1_795_219_199), "2026-11-20T23:59:59Z");
        assert_eq!(written(4_107_542_400), "2100-03-01T00:00:00Z");
        let evening = Date::new(2026, 10, 19).unwrap().at(22, 20, 36).unwrap();
        assert_eq!(to_rfc3339(evening), "2026-10-19T22:20:36Z");
    }

    #[test]
    fn dates_of_servers_are_read() {
        assert_eq!(from_http("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(from_http("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        assert_eq!(from_http("Tue, 29 Feb 2000 23:59:59 GMT"), Some(951_868_799));
        assert_eq!(from_http("Fri, 20 Nov 2026 23:59:59 GMT"), Some(1_795_219_199));
        for text in [
            "",
            "yesterday",
            "Sun, 06 Now 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 Nov 1994 08:60:00 GMT",
            "Sun, 06 Nov 1994 08:49:61 GMT",
            "Sun, 06 Nov 1994 18446744073709551615:00:00 GMT",
        ] {
            assert_eq!(from_http(text), None, "{text}");
        }
    }
}
