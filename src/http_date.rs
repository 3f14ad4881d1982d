//! Dates as HTTP writes them: the three forms of RFC 9110, 5.6.7, and nothing else.

use crate::clock::Timestamp;
use jiff::civil::DateTime;

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
/// A year of two digits that would lie farther ahead means the last century.
const FARTHEST_YEARS_AHEAD: i64 = 50;
const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
const MICROSECONDS_A_YEAR: i64 = 31_556_952_000_000;

/// Reads a date; names of days and months in any case, spaces exactly as the form has them. `now` says which century
/// two digits of a year mean. `None` for anything else, impossible dates and those before 1970 among them.
#[must_use]
pub fn parse(text: &str, now: Timestamp) -> Option<Timestamp> {
    let text = text.trim_matches([' ', '\t']).to_ascii_lowercase();
    let words: Vec<&str> = text.split(' ').collect();
    let time = match words.as_slice() {
        // Sun, 06 Nov 1994 08:49:37 GMT
        [day, date, month, year, time, "gmt"] if is_short_day(day.strip_suffix(',')?) => {
            moment(digits(year, 4)?, month_number(month)?, digits(date, 2)?, time)?
        }
        // Sunday, 06-Nov-94 08:49:37 GMT
        [day, date, time, "gmt"] if DAYS.contains(&day.strip_suffix(',')?) => {
            let mut parts = date.splitn(3, '-');
            let (date, month, year) = (parts.next()?, parts.next()?, parts.next()?);
            let (date, month, year) = (digits(date, 2)?, month_number(month)?, digits(year, 2)?);
            of_two_digits(year, now, |year| moment(year, month, date, time))?
        }
        // Sun Nov  6 08:49:37 1994
        [day, month, "", date, time, year] if is_short_day(day) => {
            moment(digits(year, 4)?, month_number(month)?, digits(date, 1)?, time)?
        }
        [day, month, date, time, year] if is_short_day(day) => {
            moment(digits(year, 4)?, month_number(month)?, digits(date, 2)?, time)?
        }
        _ => return None,
    };
    (time.0 >= 0).then_some(time)
}

/// The moment in the century that puts it at most fifty years ahead.
fn of_two_digits(year: i16, now: Timestamp, moment: impl Fn(i16) -> Option<Timestamp>) -> Option<Timestamp> {
    let this = i16::try_from(1970 + now.0.div_euclid(MICROSECONDS_A_YEAR)).ok()?;
    let farthest = now.0.saturating_add(FARTHEST_YEARS_AHEAD * MICROSECONDS_A_YEAR);
    let century = this - this.rem_euclid(100);
    let candidates = [century + 100 + year, century + year, century - 100 + year];
    candidates.into_iter().filter_map(moment).find(|time| time.0 <= farthest)
}

fn is_short_day(text: &str) -> bool {
    text.len() == 3 && DAYS.iter().any(|day| &day[..3] == text)
}

fn month_number(text: &str) -> Option<i8> {
    let index = MONTHS.iter().position(|month| *month == text)?;
    i8::try_from(index + 1).ok()
}

fn digits<T: std::str::FromStr>(text: &str, count: usize) -> Option<T> {
    let is_number = text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

fn moment(year: i16, month: i8, date: i8, time: &str) -> Option<Timestamp> {
    let mut parts = time.splitn(3, ':');
    let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next()?);
    let second: i8 = digits(second, 2)?;
    // A leap second is the end of its minute.
    let second = if second == 60 { 59 } else { second };
    let civil = DateTime::new(year, month, date, digits(hour, 2)?, digits(minute, 2)?, second, 0).ok()?;
    // By the calendar alone: the last day of 9999, which many servers name for "never", is behind jiff's last timestamp.
    i64::try_from(civil.duration_since(EPOCH).as_micros()).ok().map(Timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 21 November 2026.
    const NOW: Timestamp = Timestamp(1_795_219_200_000_000);

    #[test]
    fn the_last_moment_of_all() {
        let last = parse("Fri, 31 Dec 9999 23:59:59 GMT", NOW);
        assert_eq!(last, Some(Timestamp::from_seconds(253_402_300_799)));
        assert_eq!(parse("Thu, 01 Jan 1970 00:00:00 GMT", NOW), Some(Timestamp(0)));
    }

    #[test]
    fn three_forms_of_one_moment() {
        let moment = Some(Timestamp::from_seconds(784_111_777));
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "SUN, 06 nOV 1994 08:49:37 gmt",
            " Sun, 06 Nov 1994 08:49:37 GMT\t",
        ] {
            assert_eq!(parse(text, NOW), moment, "{text}");
        }
        assert_eq!(parse("Wed Nov 16 08:49:37 1994", NOW), Some(Timestamp::from_seconds(784_975_777)));
        assert_eq!(
            parse("Sat, 31 Dec 2016 23:59:60 GMT", NOW),
            parse("Sat, 31 Dec 2016 23:59:59 GMT", NOW),
            "a leap second"
        );
    }

    #[test]
    fn two_digits_are_at_most_fifty_years_ahead() {
        let year = |text: &str| parse(text, NOW).unwrap().to_string()[..4].to_owned();
        assert_eq!(year("Thursday, 18-Aug-50 02:01:18 GMT"), "2050");
        assert_eq!(year("Tuesday, 18-Aug-76 02:01:18 GMT"), "2076");
        assert_eq!(year("Thursday, 18-Aug-77 02:01:18 GMT"), "1977");
        assert_eq!(
            parse("Saturday, 18-Aug-00 02:01:18 GMT", Timestamp(4_089_916_800_000_000)).unwrap().0,
            4_122_237_678_000_000,
            "2100, seen from 2099"
        );
    }

    #[test]
    fn nothing_else_is_a_date() {
        for text in [
            "",
            "0",
            "-1",
            "Thu, 18 Aug 2050 02:01:18 UTC",
            "Thu, 18 Aug 2050 02:01:18 AEST",
            "Thu, 18 Aug 50 02:01:18 GMT",
            "Thu 18 Aug 2050 02:01:18 GMT",
            "Thu, 18  Aug  2050 02:01:18 GMT",
            "Thu, 18-Aug-2050 02:01:18 GMT",
            "Thu, 18 Aug 2050 02.01.18 GMT",
            "Thu, 18 Aug 2050 2:01:18 GMT",
            "Thu, 18 Aug 2050 02:01:18",
            "Thu, 31 Feb 2050 02:01:18 GMT",
            "Thu, 18 Aug 2050 24:01:18 GMT",
            "Thu, +8 Aug 2050 02:01:18 GMT",
            "Xyz, 18 Aug 2050 02:01:18 GMT",
            "Thu, 18 Aug 2050 02:01:18 GMT, Thu, 18 Aug 2050 02:01:19 GMT",
            "Thu, 01 Jan 1969 00:00:00 GMT",
        ] {
            assert_eq!(parse(text, NOW), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "\\PC{0,60}", now in any::<i64>()) {
            let _ = parse(&text, Timestamp(now));
        }

        #[test]
        fn what_is_written_is_read(seconds in 0_i64..253_402_300_799) {
            let time = Timestamp::from_seconds(seconds);
            prop_assert_eq!(parse(&time.to_http_date(), NOW), Some(time));
        }
    }
}
