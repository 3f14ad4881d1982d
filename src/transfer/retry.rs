//! Whether a failed try is tried again, and after which wait. Pure: time and randomness are arguments.

use crate::clock::Timestamp;
use crate::error::{Error, Kind};
use crate::transfer::backend::WireError;
use crate::transfer::job::Options;
use std::time::Duration;

/// The longest wait that backoff alone makes.
const LONGEST_BACKOFF: Duration = Duration::from_secs(30);

/// Statuses that may be gone at the next try.
const PASSING_STATUSES: [u16; 7] = [408, 425, 429, 500, 502, 503, 504];

/// A try that failed.
#[derive(Debug, Clone)]
pub(super) struct Setback {
    /// Why.
    pub(super) error: Error,
    /// Whether another try could help.
    pub(super) transient: bool,
    /// Whether the server cannot have seen the request.
    pub(super) unsent: bool,
    /// The status, where one was the reason, and its `Retry-After`.
    pub(super) status: Option<(u16, Option<Duration>)>,
}

impl Setback {
    /// One that no other try would mend.
    pub(super) fn lasting(error: Error) -> Self {
        Self { error, transient: false, unsent: false, status: None }
    }

    /// One that may pass.
    pub(super) fn passing(error: Error) -> Self {
        Self { error, transient: true, unsent: false, status: None }
    }

    /// A status that is no success.
    pub(super) fn status(error: Error, status: u16, retry_after: Option<Duration>) -> Self {
        let transient = PASSING_STATUSES.contains(&status);
        Self { error, transient, unsent: false, status: Some((status, retry_after)) }
    }
}

impl From<WireError> for Setback {
    fn from(wire: WireError) -> Self {
        Self { error: wire.error, transient: wire.transient, unsent: wire.unsent, status: None }
    }
}

impl From<Error> for Setback {
    fn from(error: Error) -> Self {
        Self::lasting(error)
    }
}

/// How long to wait before the next try, `failures` tries having failed without progress; or the error that stands.
/// `random` is any number.
pub(super) fn next(
    setback: Setback,
    method: &str,
    failures: u32,
    options: &Options,
    random: u64,
) -> Result<Duration, Error> {
    if !setback.transient || failures >= options.retries || !may_repeat(method, &setback) {
        return Err(setback.error);
    }
    let backoff = backoff(failures, options.retry_delay, random);
    match setback.status {
        Some((_, Some(asked))) if asked > options.retry_max_wait => {
            let (asked, most) = (asked.as_secs(), options.retry_max_wait.as_secs());
            Err(Error::new(Kind::Http, setback.error.code(), setback.error.message())
                .cause(format!("the server asks to wait {asked} s (`Retry-After`), `--retry-max-wait` is {most} s"))
                .hint(format!("try again later, or with `--retry-max-wait {asked}`")))
        }
        Some((_, Some(asked))) => Ok(backoff.max(asked)),
        _ => Ok(backoff),
    }
}

/// POST and PATCH are repeated only if the server cannot have acted on them.
fn may_repeat(method: &str, setback: &Setback) -> bool {
    if method != "POST" && method != "PATCH" {
        return true;
    }
    setback.unsent || matches!(setback.status, Some((429 | 503, Some(_))))
}

/// Full jitter: anything between nothing and `delay` × 2^n, at most 30 s.
fn backoff(n: u32, delay: Duration, random: u64) -> Duration {
    let most = delay.saturating_mul(1 << n.min(20)).min(LONGEST_BACKOFF);
    let millis = u64::try_from(most.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(random % millis.saturating_add(1))
}

/// `Retry-After`: seconds, or a date; `None` if it is neither.
pub(crate) fn parse_retry_after(value: &[u8], now: Timestamp) -> Option<Duration> {
    let text = std::str::from_utf8(value).ok()?.trim();
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        // More seconds than fit are still more than anyone waits.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::from(u32::MAX))));
    }
    Timestamp::from_http_date(text).map(|at| at.since(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(status: u16, after: Option<u64>) -> Setback {
        Setback::status(Error::new(Kind::Http, "http_status", "503"), status, after.map(Duration::from_secs))
    }

    fn network(transient: bool, unsent: bool) -> Setback {
        Setback { error: Error::new(Kind::Network, "x", "x"), transient, unsent, status: None }
    }

    #[test]
    fn what_is_tried_again() {
        let options = Options::default();
        let again = |setback: Setback, method: &str| next(setback, method, 0, &options, 0).is_ok();
        for code in [408, 425, 429, 500, 502, 503, 504] {
            assert!(again(status(code, None), "GET"), "{code}");
        }
        for code in [400, 401, 403, 404, 410, 416, 501, 505] {
            assert!(!again(status(code, None), "GET"), "{code}");
        }
        assert!(again(network(true, false), "GET"));
        assert!(again(network(true, false), "PUT"));
        assert!(!again(network(false, true), "GET"));
        assert!(!again(network(true, false), "POST"));
        assert!(again(network(true, true), "POST"));
        assert!(!again(status(503, None), "POST"));
        assert!(!again(status(500, Some(1)), "PATCH"));
        assert!(again(status(429, Some(1)), "PATCH"));
    }

    #[test]
    fn as_often_as_asked() {
        let options = Options { retries: 2, ..Options::default() };
        assert!(next(status(503, None), "GET", 1, &options, 0).is_ok());
        assert!(next(status(503, None), "GET", 2, &options, 0).is_err());
    }

    #[test]
    fn waits() {
        let delay = Duration::from_millis(500);
        for random in [0, 1, 12_345, u64::MAX] {
            assert!(backoff(0, delay, random) <= delay);
            assert!(backoff(3, delay, random) <= delay * 8);
            assert!(backoff(u32::MAX, Duration::from_secs(u64::MAX), random) <= LONGEST_BACKOFF);
        }
        assert_eq!(backoff(5, Duration::ZERO, 7), Duration::ZERO);
        let options = Options::default();
        assert_eq!(next(status(503, Some(7)), "GET", 0, &options, 3).unwrap(), Duration::from_secs(7));
        let error = next(status(503, Some(3600)), "GET", 0, &options, 3).unwrap_err();
        assert!(error.kind() == Kind::Http && error.to_string().contains("3600 s"), "{error}");
    }

    #[test]
    fn retry_after() {
        let now = Timestamp::from_http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        let parse = |text: &str| parse_retry_after(text.as_bytes(), now).map(|d| d.as_secs());
        assert_eq!(parse("120"), Some(120));
        assert_eq!(parse(" 0 "), Some(0));
        assert_eq!(parse("Sun, 06 Nov 1994 08:50:37 GMT"), Some(60));
        assert_eq!(parse("Sun, 06 Nov 1994 08:40:37 GMT"), Some(0));
        assert!(parse("99999999999999999999999").is_some_and(|s| s > 1_000_000));
        for bad in ["", "-1", "1.5", "soon", "1s"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_retry_after_is_taken(value: Vec<u8>, text: String, now: i64) {
            let _ = parse_retry_after(&value, Timestamp(now));
            let _ = parse_retry_after(text.as_bytes(), Timestamp(now));
        }
    }
}
