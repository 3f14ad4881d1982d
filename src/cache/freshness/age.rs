//! How long a response is fresh, and how old it is (RFC 9111, 4.2). No number here can overflow.

use crate::cache::freshness::Stored;
use crate::cache::freshness::directive::{Directives, MOST_SECONDS, Seconds, delta_seconds};
use crate::clock::Timestamp;
use crate::http_date;
use crate::message::Fields;
use std::time::Duration;

/// Statuses whose freshness may be guessed (RFC 9110, 15.1).
const HEURISTIC: [u16; 12] = [200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501];
/// Of the time since the last change, this part is guessed to pass until the next.
const GUESSED_PART: u32 = 10;

/// How long a response is fresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime {
    /// From when it was made.
    pub time: Duration,
    /// Which rule says so.
    pub by: &'static str,
}

/// Whether the status lets freshness be guessed.
#[must_use]
pub fn is_heuristic(status: u16) -> bool {
    HEURISTIC.contains(&status)
}

/// Whether a response says itself how long it is fresh, rightly or not.
#[must_use]
pub fn is_explicit(fields: &Fields) -> bool {
    Directives::of(fields).has("max-age") || fields.contains("expires")
}

/// How long it is fresh (RFC 9111, 4.2.1): `max-age`, else `Expires`, else a guess. What is said badly, or twice and
/// differently, means stale. `s-maxage` is for shared caches.
#[must_use]
pub fn lifetime(stored: &Stored) -> Lifetime {
    let of = |time, by| Lifetime { time, by };
    let directives = Directives::of(&stored.fields);
    match directives.seconds("max-age") {
        Seconds::Given(seconds) => return of(Duration::from_secs(seconds), "max-age"),
        Seconds::Invalid => return of(Duration::ZERO, "a max-age that is none"),
        Seconds::Absent => {}
    }
    if stored.fields.contains("expires") {
        let mut lines = stored.fields.all("expires");
        let first = lines.next().unwrap_or_default();
        let expires = if lines.all(|line| line == first) { date_of(first, stored.received_at) } else { None };
        return match expires {
            Some(expires) => of(expires.since(date(stored)), "Expires"),
            None => of(Duration::ZERO, "an Expires that is no date"),
        };
    }
    let modified = stored.fields.bytes("last-modified").and_then(|m| date_of(m, stored.received_at));
    match modified {
        Some(modified) if is_heuristic(stored.status) || directives.has("public") => {
            of(date(stored).since(modified) / GUESSED_PART, "a tenth of the time since Last-Modified")
        }
        _ => of(Duration::ZERO, "nothing"),
    }
}

/// When the origin made it (RFC 9110, 6.6.1): `Date`, or when it was received.
#[must_use]
pub fn date(stored: &Stored) -> Timestamp {
    stored.fields.bytes("date").and_then(|d| date_of(d, stored.received_at)).unwrap_or(stored.received_at)
}

/// How old it is now (RFC 9111, 4.2.3).
#[must_use]
pub fn age(stored: &Stored, now: Timestamp) -> Duration {
    // `Date` knows whole seconds only.
    let apparent = stored.received_at.seconds().saturating_sub(date(stored).seconds());
    let apparent = Duration::from_secs(u64::try_from(apparent).unwrap_or(0));
    let delay = stored.received_at.since(stored.requested_at);
    let corrected = told_age(&stored.fields).saturating_add(delay);
    let resident = now.since(stored.received_at);
    apparent.max(corrected).saturating_add(resident).min(Duration::from_secs(MOST_SECONDS))
}

/// How much of the lifetime is left.
///
/// # Errors
/// By how much it is over.
pub fn left(stored: &Stored, now: Timestamp) -> Result<Duration, Duration> {
    let (lifetime, age) = (lifetime(stored).time, age(stored, now));
    if lifetime > age { Ok(lifetime.saturating_sub(age)) } else { Err(age.saturating_sub(lifetime)) }
}

/// `Age` as it was received: the first member counts, and what is no number is none (RFC 9111, 5.1).
fn told_age(fields: &Fields) -> Duration {
    let first = fields.bytes("age").unwrap_or_default();
    let first = first.split(|b| *b == b',').next().unwrap_or_default();
    let seconds = std::str::from_utf8(first).ok().and_then(|text| delta_seconds(text.trim_matches([' ', '\t'])));
    Duration::from_secs(seconds.unwrap_or(0))
}

fn date_of(value: &[u8], now: Timestamp) -> Option<Timestamp> {
    http_date::parse(std::str::from_utf8(value).ok()?, now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const T: i64 = 1_795_219_200;

    fn stored(fields: &[(&str, &str)], delay: i64) -> Stored {
        let mut all = Fields::new();
        for (name, value) in fields {
            all.push(name, *value);
        }
        let (requested_at, received_at) = (Timestamp::from_seconds(T - delay), Timestamp::from_seconds(T));
        Stored { fields: all, requested_at, received_at, ..Stored::example() }
    }

    fn at(seconds: i64) -> String {
        Timestamp::from_seconds(T + seconds).to_http_date()
    }

    #[test]
    fn ages_add_up() {
        let age_after = |fields: &[(&str, &str)], delay, after| {
            age(&stored(fields, delay), Timestamp::from_seconds(T + after)).as_secs()
        };
        assert_eq!(age_after(&[("date", &at(0))], 0, 0), 0);
        assert_eq!(age_after(&[("date", &at(0))], 0, 7), 7, "resident");
        assert_eq!(age_after(&[("date", &at(-30))], 0, 7), 37, "apparent");
        assert_eq!(age_after(&[("date", &at(30))], 0, 7), 7, "a clock that is ahead");
        assert_eq!(age_after(&[("date", &at(0)), ("age", "30")], 5, 7), 42, "told, on the way, resident");
        assert_eq!(age_after(&[("date", &at(-60)), ("age", "30")], 5, 0), 60, "the greater one");
        assert_eq!(age_after(&[], 5, 0), 5, "no Date: made when it was received");
        assert_eq!(age_after(&[("age", "30"), ("age", "60")], 0, 0), 30, "the first line");
        assert_eq!(age_after(&[("age", "30, 60")], 0, 0), 30, "the first member");
        for junk in ["", "abc", "-30", "30.0", "30;x=1", "+30"] {
            assert_eq!(age_after(&[("age", junk)], 0, 0), 0, "{junk}");
        }
        assert_eq!(age_after(&[("age", "99999999999999999999999")], 9, 9), MOST_SECONDS);
    }

    #[test]
    fn lifetimes() {
        let of = |fields: &[(&str, &str)]| lifetime(&stored(fields, 0));
        let seconds = |fields: &[(&str, &str)]| of(fields).time.as_secs();
        assert_eq!(of(&[("cache-control", "max-age=60"), ("expires", &at(-60))]).by, "max-age");
        assert_eq!(seconds(&[("cache-control", "max-age=x"), ("expires", &at(60))]), 0);
        assert_eq!(seconds(&[("cache-control", "s-maxage=60")]), 0);
        assert_eq!(seconds(&[("cache-control", "s-maxage=60"), ("expires", &at(30)), ("date", &at(0))]), 30);
        assert_eq!(seconds(&[("expires", &at(300)), ("date", &at(400))]), 0);
        assert_eq!(seconds(&[("expires", &at(10)), ("date", "foo")]), 10);
        assert_eq!(seconds(&[("expires", "0")]), 0);
        assert_eq!(seconds(&[("expires", &at(60)), ("expires", &at(61))]), 0);
        assert_eq!(seconds(&[("expires", &at(60)), ("expires", &at(60))]), 60);
        let modified = [("last-modified", at(-1_000)), ("date", at(0))];
        let modified: Vec<_> = modified.iter().map(|(n, v)| (*n, v.as_str())).collect();
        assert_eq!(seconds(&modified), 100);
        let with = |status, fields: &[(&str, &str)]| lifetime(&Stored { status, ..stored(fields, 0) }).time.as_secs();
        assert_eq!(with(201, &modified), 0, "no status to guess by");
        assert_eq!(with(404, &modified), 100);
        assert_eq!(with(599, &[&modified[..], &[("cache-control", "public")]].concat()), 100);
        assert_eq!(of(&[]), Lifetime { time: Duration::ZERO, by: "nothing" });
    }

    proptest! {
        #[test]
        fn no_number_overflows(
            (requested, received, now) in any::<(i64, i64, i64)>(),
            told in "[0-9]{0,40}",
            given in "[0-9]{0,40}",
            date in "\\PC{0,40}",
        ) {
            let fields = [("age", told.as_str()), ("cache-control", &format!("max-age={given}")), ("date", &date), ("expires", &date)];
            let stored = Stored {
                requested_at: Timestamp(requested), received_at: Timestamp(received), ..stored(&fields, 0)
            };
            let old = age(&stored, Timestamp(now));
            prop_assert!(old <= Duration::from_secs(MOST_SECONDS));
            let _ = left(&stored, Timestamp(now));
        }

        #[test]
        fn nothing_grows_younger(after in 0_i64..1_000_000, more in 0_i64..1_000_000, told in 0_u64..1_000_000) {
            let stored = stored(&[("age", &told.to_string())], 1);
            let age = |seconds| age(&stored, Timestamp::from_seconds(T + seconds));
            prop_assert!(age(after + more) >= age(after));
        }
    }
}
