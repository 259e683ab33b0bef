//! The date of a session: a day of the calendar at the place of the rig, given from outside and recorded.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A day of the Gregorian calendar, 0001-01-01 to 9999-12-31, as the number of days since 1970-01-01.
///
/// It has no time and no zone: it is the date that a calendar at the rig shows when the session begins. Nothing here
/// reads a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

/// A text that is no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoDate;

impl fmt::Display for NoDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a date of the calendar; write YYYY-MM-DD, for example 2024-02-29")
    }
}

impl std::error::Error for NoDate {}

/// Days of a cycle of 400 years, after which the calendar repeats.
const CYCLE: i32 = 146_097;
/// From 0000-03-01, where the years counted here begin, to 1970-01-01.
const TO_1970: i32 = 719_468;

impl Date {
    /// The date of a subject's first session when nobody says one: 2000-01-01.
    pub const FIRST: Date = Date(10_957);
    const LEAST: Date = Date(-719_162);
    const MOST: Date = Date(2_932_896);

    /// Days since 1970-01-01, negative before.
    pub fn days(self) -> i32 {
        self.0
    }

    /// The day so many days after 1970-01-01; none outside of the calendar.
    pub fn of_days(days: i32) -> Option<Date> {
        Some(Date(days)).filter(|date| (Date::LEAST..=Date::MOST).contains(date))
    }

    /// The day after; the last day of the calendar is followed by itself.
    #[must_use]
    pub fn next(self) -> Date {
        Date((self.0 + 1).min(Date::MOST.0))
    }

    /// Year, month and day: a year begins with March, so that a leap day is its last one (Richards, in Explanatory
    /// Supplement to the Astronomical Almanac, 3rd ed., section 15.11.3, in whole numbers).
    fn parts(self) -> (i32, i32, i32) {
        let day = self.0 + TO_1970;
        let (cycle, day) = (day.div_euclid(CYCLE), day.rem_euclid(CYCLE));
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let day = day - (153 * month + 2) / 5 + 1;
        let year = year + 400 * cycle + i32::from(month >= 10);
        (year, if month < 10 { month + 3 } else { month - 9 }, day)
    }

    fn of(year: i32, month: i32, day: i32) -> Date {
        let (years, months) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        let (cycle, years) = (years.div_euclid(400), years.rem_euclid(400));
        let in_year = (153 * months + 2) / 5 + day - 1;
        Date(cycle * CYCLE + 365 * years + years / 4 - years / 100 + in_year - TO_1970)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.parts();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl FromStr for Date {
    type Err = NoDate;

    fn from_str(text: &str) -> Result<Date, NoDate> {
        let bytes = text.as_bytes();
        let is_form = bytes.len() == 10
            && bytes.iter().enumerate().all(|(k, b)| if matches!(k, 4 | 7) { *b == b'-' } else { b.is_ascii_digit() });
        if !is_form {
            return Err(NoDate);
        }
        let number = |from: usize, to: usize| text[from..to].parse::<i32>().map_err(|_| NoDate);
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return Err(NoDate);
        }
        let date = Date::of(year, month, day);
        // 31 June and 29 February of most years come out as another day.
        let is_day = date.parts() == (year, month, day) && (Date::LEAST..=Date::MOST).contains(&date);
        if is_day { Ok(date) } else { Err(NoDate) }
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_the_calendar_have_numbers() {
        assert_eq!(Date::of_days(10_957), Some(Date::FIRST));
        assert_eq!(Date::of_days(Date::LEAST.days() - 1), None);
        assert_eq!(Date::of_days(Date::MOST.days() + 1), None);
    }

    #[test]
    fn dates_are_written_as_they_are_read() {
        for (text, days) in [
            ("1970-01-01", 0),
            ("1969-12-31", -1),
            ("2000-01-01", 10_957),
            ("2000-02-29", 11_016),
            ("2019-07-01", 18_078),
            ("2024-12-31", 20_088),
            ("0001-01-01", -719_162),
            ("9999-12-31", 2_932_896),
        ] {
            let date: Date = text.parse().unwrap();
            assert_eq!((date.days(), date.to_string().as_str()), (days, text));
        }
    }

    /// Day by day through four centuries, by counting months.
    #[test]
    fn the_next_day_is_the_calendars() {
        let (mut date, mut year, mut month, mut day) = ("1600-01-01".parse::<Date>().unwrap(), 1600, 1, 1);
        for _ in 0..CYCLE {
            assert_eq!(date.to_string(), format!("{year:04}-{month:02}-{day:02}"));
            assert_eq!(date.to_string().parse(), Ok(date));
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let long = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
            (year, month, day) = match (month, day) {
                (12, 31) => (year + 1, 1, 1),
                (_, day) if day == long => (year, month + 1, 1),
                _ => (year, month, day + 1),
            };
            date = date.next();
        }
        assert_eq!(date.to_string(), "2000-01-01");
    }

    #[test]
    fn what_the_calendar_does_not_have_is_refused() {
        for text in [
            "2023-02-29",
            "1900-02-29",
            "2024-06-31",
            "2024-00-10",
            "2024-13-01",
            "2024-01-00",
            "0000-01-01",
            "24-01-01",
            "2024-1-1",
            "2024/01/01",
            "2024-01-01 ",
            "+024-01-01",
            "２024-01-1",
            "",
        ] {
            assert_eq!(text.parse::<Date>(), Err(NoDate), "{text}");
        }
    }
}
