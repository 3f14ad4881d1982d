//! Time: one stored form, and the spellings of dates, durations and sizes that people type.

use crate::error::{Error, Result};
use jiff::civil;
use std::time::Duration;

/// A moment, in microseconds since 1970-01-01 UTC. Shown as RFC 3339 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The present moment.
    #[must_use]
    pub fn now() -> Self {
        Self(jiff::Timestamp::now().as_microsecond())
    }

    /// Whole seconds since 1970, rounded down.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// A moment from whole seconds since 1970, kept within what can be shown.
    #[must_use]
    pub fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }

    /// From an HTTP date in any of its three forms (RFC 9110, 5.6.7); `None` if it is not one.
    #[must_use]
    pub fn from_http_date(text: &str) -> Option<Self> {
        crate::http_date::parse(text, Self::now())
    }

    /// As an HTTP date (`Sun, 06 Nov 1994 08:49:37 GMT`).
    #[must_use]
    pub fn to_http_date(self) -> String {
        let seconds = u64::try_from(self.seconds()).unwrap_or(0).min(253_402_300_799);
        httpdate::fmt_http_date(std::time::UNIX_EPOCH + Duration::from_secs(seconds))
    }

    /// The time since an earlier moment; zero if that lies ahead.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// This moment and a duration.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)))
    }

    /// This moment less a duration.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)))
    }

    /// From a file's or system's time; moments before 1970 become 1970.
    #[must_use]
    pub fn from_system(time: std::time::SystemTime) -> Self {
        let micros = time.duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_micros());
        Self(i64::try_from(micros).unwrap_or(i64::MAX))
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (least, most) = (jiff::Timestamp::MIN, jiff::Timestamp::MAX);
        let beyond = if self.0 < 0 { least } else { most };
        write!(f, "{}", jiff::Timestamp::from_microsecond(self.0).unwrap_or(beyond))
    }
}

/// Parses `250ms`, `30s`, `10m`, `2h`, `7d`, `0.5s`; a bare number is seconds.
///
/// # Errors
/// A usage error that names the units, if the text is no duration.
pub fn parse_duration(text: &str) -> Result<Duration> {
    let wrong = || {
        Error::usage(format!(
            "`{text}` is no duration: expected a number with a unit, such as `250ms`, `30s`, `10m`, `2h` or `7d`"
        ))
    };
    let split = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let seconds_per_unit = match unit.trim() {
        "ms" => 0.001,
        "" | "s" | "sec" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3_600.0,
        "d" => 86_400.0,
        "w" => 604_800.0,
        _ => return Err(wrong()),
    };
    let number: f64 = number.parse().map_err(|_| wrong())?;
    Duration::try_from_secs_f64(number * seconds_per_unit).map_err(|_| wrong())
}

/// Parses `10MiB`, `1GB`, `500k`, `1.5G`, `42`: bytes. `k M G T` and `kB MB GB TB` are powers of 1000, `KiB MiB GiB TiB` of 1024.
///
/// # Errors
/// A usage error that names the units, if the text is no size.
pub fn parse_size(text: &str) -> Result<u64> {
    let wrong =
        || Error::usage(format!("`{text}` is no size: expected bytes with a unit, such as `500k`, `10MiB` or `1GB`"));
    let trimmed = text.trim();
    let split = trimmed.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(trimmed.len());
    let (number, unit) = trimmed.split_at(split);
    let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" => 1_000,
        "m" | "mb" => 1_000_000,
        "g" | "gb" => 1_000_000_000,
        "t" | "tb" => 1_000_000_000_000,
        "ki" | "kib" => 1 << 10,
        "mi" | "mib" => 1 << 20,
        "gi" | "gib" => 1 << 30,
        "ti" | "tib" => 1 << 40,
        _ => return Err(wrong()),
    };
    if let Ok(whole) = number.parse::<u64>() {
        return whole.checked_mul(factor).ok_or_else(wrong);
    }
    let value = number.parse::<f64>().map_err(|_| wrong())? * factor as f64;
    if value.is_finite() && (0.0..1.8e19).contains(&value) { Ok(value as u64) } else { Err(wrong()) }
}

/// Parses a date: RFC 3339, `YYYY-MM-DD`, `YYYY-MM-DD HH:MM[:SS]` (local zone), or a duration, meaning that long before `now`.
///
/// # Errors
/// A usage error that names the forms, if the text is no date.
pub fn parse_date(text: &str, now: Timestamp) -> Result<Timestamp> {
    let text = text.trim();
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Ok(Timestamp(time.as_microsecond()));
    }
    let local = text
        .parse::<civil::DateTime>()
        .ok()
        .or_else(|| text.parse::<civil::Date>().ok().map(|d| d.to_datetime(civil::Time::midnight())));
    if let Some(local) = local
        && let Ok(zoned) = local.to_zoned(jiff::tz::TimeZone::system())
    {
        return Ok(Timestamp(zoned.timestamp().as_microsecond()));
    }
    match parse_duration(text) {
        Ok(ago) if !text.is_empty() => Ok(now.minus(ago)),
        _ => Err(Error::usage(format!(
            "`{text}` is no date: expected RFC 3339, `YYYY-MM-DD`, `YYYY-MM-DD HH:MM[:SS]`, or an age such as `7d`"
        ))),
    }
}

/// A size for people: `48 MiB`, `1.2 GiB`, `312 B`.
#[must_use]
pub fn show_size(bytes: u64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1024.0;
    let mut unit = 0;
    while value >= 1023.95 && unit + 1 < units.len() {
        value /= 1024.0;
        unit += 1;
    }
    if value < 9.95 { format!("{value:.1} {}", units[unit]) } else { format!("{value:.0} {}", units[unit]) }
}

/// A duration for people, in its largest unit: `6 months`, `3 days`, `12 s`.
#[must_use]
pub fn show_age(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (count, unit) = match seconds {
        0..120 => return format!("{seconds} s"),
        120..7_200 => (seconds / 60, "minute"),
        7_200..172_800 => (seconds / 3_600, "hour"),
        172_800..5_184_000 => (seconds / 86_400, "day"),
        5_184_000..63_072_000 => (seconds / 2_592_000, "month"),
        _ => (seconds / 31_536_000, "year"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_beyond_the_calendar_are_its_ends() {
        assert_eq!(Timestamp(i64::MAX).to_string(), jiff::Timestamp::MAX.to_string());
        assert_eq!(Timestamp(i64::MIN).to_string(), jiff::Timestamp::MIN.to_string());
        assert_eq!(Timestamp(0).to_string(), "1970-01-01T00:00:00Z");
    }

    #[test]
    fn durations_and_sizes() {
        assert_eq!(parse_duration("250ms").unwrap(), Duration::from_millis(250));
        assert_eq!(parse_duration("0.5s").unwrap(), Duration::from_millis(500));
        assert_eq!(parse_duration("90").unwrap(), Duration::from_secs(90));
        assert_eq!(parse_duration("7d").unwrap(), Duration::from_hours(168));
        for bad in ["", "s", "-1s", "1y", "1e400d", ".", "99999999999999999999d"] {
            assert!(parse_duration(bad).is_err(), "{bad}");
        }
        assert_eq!(parse_size("10MiB").unwrap(), 10 << 20);
        assert_eq!(parse_size("1GB").unwrap(), 1_000_000_000);
        assert_eq!(parse_size("500k").unwrap(), 500_000);
        assert_eq!(parse_size("1.5KiB").unwrap(), 1536);
        assert_eq!(parse_size("18446744073709551615").unwrap(), u64::MAX);
        for bad in ["", "MiB", "-1", "1XB", "18446744073709551616k", "20000000TiB"] {
            assert!(parse_size(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn dates() {
        let now = Timestamp::from_seconds(1_000_000_000);
        assert_eq!(parse_date("2001-09-09T01:46:40Z", now).unwrap(), now);
        assert_eq!(parse_date("2001-09-09T03:46:40+02:00", now).unwrap(), now);
        assert_eq!(parse_date("10s", now).unwrap(), Timestamp::from_seconds(999_999_990));
        for good in ["2001-09-09", "2001-09-09 01:46", "2001-09-09 01:46:40"] {
            assert!(parse_date(good, now).is_ok(), "{good}");
        }
        for bad in ["", "yesterday", "2001-13-01", "01/02/2001"] {
            assert!(parse_date(bad, now).is_err(), "{bad}");
        }
        assert_eq!(Timestamp(1_500_000).to_string(), "1970-01-01T00:00:01.5Z");
        assert_eq!(
            Timestamp::from_http_date("Sunday, 06-Nov-94 08:49:37 GMT"),
            Some(Timestamp::from_seconds(784_111_777))
        );
        assert!(!Timestamp(i64::MAX).to_string().is_empty() && !Timestamp(i64::MIN).to_string().is_empty());
    }

    #[test]
    fn shown_for_people() {
        assert_eq!(show_size(0), "0 B");
        assert_eq!(show_size(1536), "1.5 KiB");
        assert_eq!(show_size(48 << 20), "48 MiB");
        assert_eq!(show_size((1 << 30) - 1), "1.0 GiB");
        assert_eq!(show_age(Duration::from_hours(4800)), "6 months");
    }
}
