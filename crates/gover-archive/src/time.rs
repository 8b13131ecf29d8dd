//! Points in time as receipts write them (RFC 3339, UTC, whole seconds).

use std::time::{Duration, SystemTime};

/// A day of the proleptic Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    pub year: i64,
    /// 1 to 12.
    pub month: i64,
    /// 1 to 31.
    pub day: i64,
}

/// `2026-11-20T09:30:00Z`; a time before 1970 is written as 1970.
pub fn to_rfc3339(at: SystemTime) -> String {
    let seconds = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let Date { year, month, day } = date_of(i64::try_from(seconds / DAY).unwrap_or_default());
    let (hour, minute, second) = (seconds % DAY / 3600, seconds % 3600 / 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// The point in time of a UTC date and time of day; 1970 for anything before.
pub fn from_utc(date: Date, hour: u64, minute: u64, second: u64) -> SystemTime {
    let days = u64::try_from(days_of(date)).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_secs(days * DAY + hour * 3600 + minute * 60 + second)
}

/// Days since 1970-01-01. Years are counted from March, so that the leap day is the last of its year.
fn days_of(date: Date) -> i64 {
    let year = if date.month <= 2 { date.year - 1 } else { date.year };
    let month = (date.month + 9) % 12;
    let day_of_year = (153 * month + 2) / 5 + date.day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - EPOCH
}

fn date_of(days: i64) -> Date {
    let days = days + EPOCH;
    // 400 years have 146,097 days; within them the last day of each century and of four years is special.
    let era = days.div_euclid(146_097);
    let day = days.rem_euclid(146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year + i64::from(month <= 2);
    Date { year, month, day }
}

/// Seconds.
const DAY: u64 = 86_400;
/// Days from 0000-03-01 to 1970-01-01.
const EPOCH: i64 = 719_468;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_utc() {
        let at = |seconds| to_rfc3339(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(at(0), "1970-01-01T00:00:00Z");
        assert_eq!(at(951_827_696), "2000-02-29T12:34:56Z");
        assert_eq!(at(1_795_219_199), "2026-11-20T23:59:59Z");
        assert_eq!(at(4_107_542_400), "2100-03-01T00:00:00Z");
    }

    #[test]
    fn a_date_survives_the_way_to_days_and_back() {
        for days in 0..60_000 {
            assert_eq!(days_of(date_of(days)), days);
        }
        let date = Date { year: 2026, month: 10, day: 19 };
        assert_eq!(to_rfc3339(from_utc(date, 22, 20, 36)), "2026-10-19T22:20:36Z");
    }
}
