//! What a response head means for the transfer. Pure.

use crate::clock::Timestamp;
use crate::error::{Error, Kind, Result};
use crate::message::{ContentRange, Head};
use crate::transfer::job::Statuses;
use crate::transfer::redirect;
use crate::transfer::retry::{Setback, parse_retry_after};

/// The largest head, all its lines together.
const LARGEST_HEAD_BYTES: usize = 256 * 1024;
/// The most fields in a head.
pub(super) const MOST_FIELDS: usize = 1_000;
/// The longest line of a head.
const LONGEST_LINE_BYTES: usize = 64 * 1024;
/// The most interim responses before the final one.
pub(super) const MOST_INTERIM: usize = 16;

/// What was asked, as far as the judgement needs it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    /// The method of the last request.
    pub(super) method: &'a str,
    /// The URL, as it may be shown.
    pub(super) url: &'a str,
    /// Whether the transfer itself asked for a part.
    pub(super) span: bool,
    /// Whether the user asked for a part.
    pub(super) users_range: bool,
    /// Whether the request was conditional.
    pub(super) conditional: bool,
    /// Whether redirects are followed.
    pub(super) follow: bool,
    /// The statuses that the user lets through.
    pub(super) allowed: &'a Statuses,
    /// The present moment.
    pub(super) now: Timestamp,
}

/// What a head that is no failure means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The body is the result; `success` unless only `--allow-status` lets it through.
    Body { success: bool },
    /// The body is a part of the result.
    Part(ContentRange),
    /// Nothing lies behind the offset that was asked for; the total, if told.
    Unsatisfied(Option<u64>),
    /// What we have is still right.
    NotModified,
    /// Ask elsewhere.
    Redirect,
}

/// Judges a final head.
///
/// # Errors
/// The setback that it is.
pub(super) fn judge(head: &Head, asked: Asked<'_>) -> Result<Verdict, Setback> {
    let status = head.status;
    let allowed = asked.allowed.contains(status);
    match status {
        206 if asked.span => match head.fields.bytes("content-range").and_then(ContentRange::parse) {
            Some(part @ ContentRange::Part { .. }) => Ok(Verdict::Part(part)),
            // Not a part that we can place: judged as one that does not fit.
            _ => Ok(Verdict::Part(ContentRange::Unsatisfied { total: 0 })),
        },
        206 if asked.users_range && allowed => Ok(Verdict::Body { success: true }),
        206 if !asked.users_range => Err(Setback::lasting(Error::new(
            Kind::Integrity,
            "unasked_part",
            format!("the server sent a part of `{}` (206) that nobody asked for", asked.url),
        ))),
        206 if !allowed => Err(refused(head, asked)),
        416 if asked.span => {
            Ok(Verdict::Unsatisfied(match head.fields.bytes("content-range").and_then(ContentRange::parse) {
                Some(ContentRange::Unsatisfied { total }) => Some(total),
                _ => None,
            }))
        }
        304 if asked.conditional => Ok(Verdict::NotModified),
        _ if redirect::is_redirect(status) && asked.follow => Ok(Verdict::Redirect),
        204 | 205 if asked.method == "GET" && !allowed => Err(refused(head, asked)),
        200..=299 => Ok(Verdict::Body { success: true }),
        _ if allowed => Ok(Verdict::Body { success: false }),
        _ => Err(refused(head, asked)),
    }
}

fn refused(head: &Head, asked: Asked<'_>) -> Setback {
    let status = head.status;
    let reason = reason(head);
    let error =
        Error::new(Kind::Http, "http_status", format!("the server answered {status}{reason} for `{}`", asked.url));
    let hint = match status {
        401 => Some("give credentials with `-u USER:PASS`, `--netrc` or `-H 'Authorization: …'`"),
        403 => Some(
            "the server knows the request and forbids it; it may want credentials (`-u`) or another `-A/--user-agent`",
        ),
        404 | 410 => Some("check the address; `--mirror URL` names another source"),
        407 => Some("give the proxy's user and password in its URL: `-x http://USER:PASS@HOST:PORT`"),
        206 => Some("`--allow-status 206` makes the part the result"),
        304 => Some("`--allow-status 304` lets it through"),
        204 | 205 => Some("there is no content; `--allow-status 204` takes that for an empty file"),
        301 | 302 | 303 | 307 | 308 => Some("redirects are not followed with `--no-follow`"),
        429 => Some("too many requests: try again later, or with fewer at once (`-j`)"),
        _ => None,
    };
    let error = hint.into_iter().fold(error, Error::hint);
    let after = head.fields.bytes("retry-after").and_then(|v| parse_retry_after(v, asked.now));
    Setback::status(error, status, after)
}

/// The reason phrase with a space before it: the server's own, else the standard's.
fn reason(head: &Head) -> String {
    let line = head.raw.split(|b| *b == b'\n').next().unwrap_or_default();
    let own = line.splitn(3, |b| *b == b' ').nth(2).map(|r| String::from_utf8_lossy(r).trim().to_owned());
    let own = own.filter(|r| !r.is_empty() && r.len() <= 80);
    let standard = || http::StatusCode::from_u16(head.status).ok()?.canonical_reason().map(str::to_owned);
    own.or_else(standard).map(|r| format!(" {r}")).unwrap_or_default()
}

/// Checks a head, interim or final, against the limits.
///
/// # Errors
/// `Network`, naming the limit.
pub(super) fn check_limits(head: &Head) -> Result<()> {
    let fail = |what: String| Err(Error::new(Kind::Network, "head_too_large", format!("the response head has {what}")));
    let fields = head.fields.len();
    if fields > MOST_FIELDS {
        return fail(format!("{fields} fields, more than {MOST_FIELDS}"));
    }
    let line = |name: &str, value: &[u8]| name.len() + value.len() + 4;
    let bytes: usize = head.fields.iter().map(|(n, v)| line(n, v)).sum();
    if bytes > LARGEST_HEAD_BYTES || head.raw.len() > LARGEST_HEAD_BYTES {
        return fail(format!("{} bytes, more than {LARGEST_HEAD_BYTES}", bytes.max(head.raw.len())));
    }
    let start = head.raw.split(|b| *b == b'\n').next().unwrap_or_default().len();
    if start > LONGEST_LINE_BYTES {
        return fail(format!("a status line of {start} bytes, more than {LONGEST_LINE_BYTES}"));
    }
    match head.fields.iter().find(|(n, v)| line(n, v) > LONGEST_LINE_BYTES) {
        Some((name, value)) => {
            fail(format!("a line of {} bytes (`{name}`), more than {LONGEST_LINE_BYTES}", line(name, value)))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(status: u16, fields: &[(&str, &str)]) -> Head {
        let mut head = Head { version: "1.1", status, ..Head::default() };
        for (name, value) in fields {
            head.fields.push(name, *value);
        }
        head
    }

    fn asked(allowed: &Statuses) -> Asked<'_> {
        let now = Timestamp::from_seconds(0);
        Asked {
            method: "GET",
            url: "http://h/",
            span: false,
            users_range: false,
            conditional: false,
            follow: true,
            allowed,
            now,
        }
    }

    #[test]
    fn statuses() {
        let none = Statuses::default();
        let kind = |status| judge(&head(status, &[]), asked(&none)).map_err(|s| s.error.kind());
        for status in [200, 201, 202, 203, 226] {
            assert_eq!(kind(status), Ok(Verdict::Body { success: true }), "{status}");
        }
        for status in [204, 205, 300, 304, 400, 404, 416, 500, 599] {
            assert_eq!(kind(status), Err(Kind::Http), "{status}");
        }
        assert_eq!(kind(206), Err(Kind::Integrity));
        assert_eq!(kind(302), Ok(Verdict::Redirect));
        let stay = Asked { follow: false, ..asked(&none) };
        assert_eq!(judge(&head(302, &[]), stay).unwrap_err().error.kind(), Kind::Http);
        let conditional = Asked { conditional: true, ..asked(&none) };
        assert_eq!(judge(&head(304, &[]), conditional).unwrap(), Verdict::NotModified);
        let post = Asked { method: "POST", ..asked(&none) };
        assert_eq!(judge(&head(204, &[]), post).unwrap(), Verdict::Body { success: true });
    }

    #[test]
    fn statuses_let_through() {
        let any = Statuses::parse("any").unwrap();
        for status in [204, 304, 404, 503] {
            assert!(matches!(judge(&head(status, &[]), asked(&any)), Ok(Verdict::Body { .. })), "{status}");
        }
        assert_eq!(judge(&head(404, &[]), asked(&any)).unwrap(), Verdict::Body { success: false });
        assert_eq!(judge(&head(302, &[]), asked(&any)).unwrap(), Verdict::Redirect);
        let stay = Asked { follow: false, ..asked(&any) };
        assert_eq!(judge(&head(302, &[]), stay).unwrap(), Verdict::Body { success: false });
        assert_eq!(judge(&head(206, &[]), asked(&any)).unwrap_err().error.kind(), Kind::Integrity);
        let part = Asked { users_range: true, ..asked(&any) };
        assert_eq!(judge(&head(206, &[]), part).unwrap(), Verdict::Body { success: true });
    }

    #[test]
    fn parts() {
        let none = Statuses::default();
        let part = Asked { span: true, ..asked(&none) };
        let good = head(206, &[("content-range", "bytes 5-9/10")]);
        assert!(matches!(judge(&good, part), Ok(Verdict::Part(ContentRange::Part { first: 5, .. }))));
        let bad = head(206, &[("content-type", "multipart/byteranges")]);
        assert!(matches!(judge(&bad, part), Ok(Verdict::Part(ContentRange::Unsatisfied { .. }))));
        let none = head(416, &[("content-range", "bytes */10")]);
        assert_eq!(judge(&none, part).unwrap(), Verdict::Unsatisfied(Some(10)));
    }

    #[test]
    fn messages_name_status_reason_and_url() {
        let none = Statuses::default();
        let mut refusal = head(404, &[("retry-after", "7")]);
        refusal.raw = b"HTTP/1.1 404 Nothing Here\r\n\r\n".to_vec();
        let setback = judge(&refusal, asked(&none)).unwrap_err();
        assert_eq!(setback.error.message(), "the server answered 404 Nothing Here for `http://h/`");
        assert_eq!(setback.status, Some((404, Some(std::time::Duration::from_secs(7)))));
        let setback = judge(&head(503, &[]), asked(&none)).unwrap_err();
        assert!(setback.error.message().contains("503 Service Unavailable") && setback.transient);
    }

    #[test]
    fn limits() {
        let long = "x".repeat(LONGEST_LINE_BYTES);
        assert!(check_limits(&head(200, &[("a", &long)])).is_err());
        let many: Vec<_> = (0..=MOST_FIELDS).map(|_| ("a", "b")).collect();
        assert!(check_limits(&head(200, &many)).is_err());
        assert!(check_limits(&head(200, &many[1..])).is_ok());
        let wide = "x".repeat(LONGEST_LINE_BYTES - 10);
        let much: Vec<_> = (0..5).map(|_| ("a", wide.as_str())).collect();
        assert!(check_limits(&head(200, &much)).is_err());
        assert!(check_limits(&head(200, &much[..3])).is_ok());
    }
}
