//! Whether a response may be stored (RFC 9111, 3), and which of its fields (3.1).

use crate::cache::freshness::age::{is_explicit, is_heuristic};
use crate::cache::freshness::directive::{Directives, members};
use crate::cache::freshness::{Asked, Content};
use crate::clock::Timestamp;
use crate::message::Fields;
use url::Url;

/// Fields of one connection, which go no farther (RFC 9110, 7.6.1; RFC 9111, 3.1).
const HOP_BY_HOP: [&str; 10] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authentication-info",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Statuses whose requirements this cache knows: those of RFC 9110, and 451 and 429 beside them.
const UNDERSTOOD: [u16; 45] = [
    200, 201, 202, 203, 204, 205, 206, 300, 301, 302, 303, 304, 305, 307, 308, 400, 401, 402, 403, 404, 405, 406, 407,
    408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 421, 422, 426, 429, 451, 500, 501, 502, 503, 504, 505, 511,
];

/// Request fields whose failure is a 412 (RFC 9110, 13.1).
const CONDITIONS: [&str; 4] = ["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"];

/// Whether a response may be stored; the rule that says so, or the one that forbids it.
///
/// # Errors
/// The rule that forbids it.
pub fn may_store(asked: &Asked, target: &Url, status: u16, fields: &Fields) -> Result<&'static str, &'static str> {
    let directives = Directives::of(fields);
    match asked.method.as_str() {
        "GET" | "HEAD" if asked.has_content => return Err("its request had content (RFC 9110, 9.3.1)"),
        "GET" | "HEAD" => {}
        "POST" if is_explicit(fields) && is_content_of(fields, target) => {}
        "POST" => return Err("POST without explicit freshness and a Content-Location of its own (RFC 9110, 9.3.3)"),
        _ => return Err("the method does not let its response be stored (RFC 9111, 3)"),
    }
    if !(200..600).contains(&status) {
        return Err("the status is not final (RFC 9111, 3)");
    }
    match status {
        304 => return Err("a 304 is no response of its own (RFC 9111, 3)"),
        412 if CONDITIONS.iter().any(|name| asked.fields.contains(name)) => {
            return Err("it is about the conditions of this request alone (RFC 9110, 15.5.13)");
        }
        416 if asked.fields.contains("range") => {
            return Err("it is about the range of this request alone (RFC 9110, 15.5.17)");
        }
        206 if asked.method != "GET" || Content::of_part(fields).is_none() => {
            return Err("a part that cannot be placed (RFC 9111, 3.3)");
        }
        _ => {}
    }
    let is_understood = UNDERSTOOD.contains(&status);
    if directives.has("must-understand") && !is_understood {
        return Err("must-understand, and the status is not known (RFC 9111, 5.2.2.3)");
    }
    if asked.directives().has("no-store") {
        return Err("the request says no-store (RFC 9111, 5.2.1.5)");
    }
    if directives.has("no-store") && !directives.has("must-understand") {
        return Err("no-store (RFC 9111, 5.2.2.5)");
    }
    if directives.has("public") || directives.has("private") {
        Ok("it is said to be public or private (RFC 9111, 3)")
    } else if is_explicit(fields) {
        Ok("it tells its freshness (RFC 9111, 3)")
    } else if is_heuristic(status) {
        Ok("its status lets freshness be guessed (RFC 9111, 3; RFC 9110, 15.1)")
    } else {
        Err("nothing says that it may be stored (RFC 9111, 3)")
    }
}

/// Whether `Content-Location` says that the content is the target's own.
fn is_content_of(fields: &Fields, target: &Url) -> bool {
    let location = fields.text("content-location").and_then(|text| target.join(text.trim()).ok());
    location.is_some_and(|location| location == *target)
}

/// The fields that are stored and given back: all but those of the connection and those that it names.
///
/// ```
/// use dl::cache::freshness::storing::kept_fields;
/// use dl::message::Fields;
///
/// let mut fields = Fields::new();
/// for (name, value) in [("Connection", "close, X-Hop"), ("X-Hop", "1"), ("X-End", "2")] {
///     fields.push(name, value);
/// }
/// assert_eq!(kept_fields(&fields).iter().collect::<Vec<_>>(), [("x-end", &b"2"[..])]);
/// ```
#[must_use]
pub fn kept_fields(fields: &Fields) -> Fields {
    let lines: Vec<String> = fields.all("connection").map(|v| String::from_utf8_lossy(v).into_owned()).collect();
    let named: Vec<String> = lines.iter().flat_map(|line| members(line)).map(str::to_ascii_lowercase).collect();
    let mut kept = Fields::new();
    for (name, value) in fields.iter() {
        if !HOP_BY_HOP.contains(&name) && !named.iter().any(|n| n == name) {
            kept.push(name, value);
        }
    }
    kept
}

/// Fields with a `Date`: where the origin sent none, the time of receipt stands in its place (RFC 9110, 6.6.1).
#[must_use]
pub fn dated(mut fields: Fields, received_at: Timestamp) -> Fields {
    if !fields.contains("date") {
        fields.push("date", received_at.to_http_date());
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(method: &str, request: &str, status: u16, response: &[(&str, &str)]) -> bool {
        let mut asked = Asked { method: method.to_owned(), ..Asked::default() };
        if !request.is_empty() {
            asked.fields.push("cache-control", request);
        }
        let fields = response.iter().copied().collect();
        may_store(&asked, &Url::parse("http://h/a?b").unwrap(), status, &fields).is_ok()
    }

    #[test]
    fn what_may_be_stored() {
        let fresh = [("cache-control", "max-age=60")];
        for status in [200, 203, 204, 299, 301, 302, 400, 404, 410, 499, 500, 503, 599] {
            assert!(may("GET", "", status, &fresh), "{status}");
            assert_eq!(may("GET", "", status, &[]), is_heuristic(status), "{status}");
            assert!(!may("GET", "", status, &[("cache-control", "max-age=60, No-Store")]), "{status}");
            assert!(!may("GET", "no-store", status, &fresh), "{status}");
        }
        assert!(!may("GET", "", 304, &fresh) && !may("GET", "", 103, &fresh));
        assert!(may("GET", "", 302, &[("expires", "0")]), "explicit, if stale");
        assert!(
            may("GET", "", 302, &[("cache-control", "private")]) && may("GET", "", 599, &[("cache-control", "public")])
        );
        assert!(!may("GET", "", 302, &[("cache-control", "s-maxage=60")]), "not for private caches");
        assert!(may("HEAD", "", 200, &[]) && !may("PUT", "", 200, &fresh) && !may("OPTIONS", "", 200, &fresh));
    }

    #[test]
    fn must_understand() {
        let both = [("cache-control", "max-age=60, no-store, must-understand")];
        assert!(may("GET", "", 200, &both));
        assert!(!may("GET", "", 599, &both));
        assert!(!may("GET", "", 599, &[("cache-control", "max-age=60, must-understand")]));
    }

    #[test]
    fn posts_tell_what_they_are() {
        let own = ("content-location", "/a?b");
        let fresh = ("cache-control", "max-age=60");
        assert!(may("POST", "", 200, &[own, fresh]));
        assert!(!may("POST", "", 200, &[own]) && !may("POST", "", 200, &[fresh]));
        assert!(!may("POST", "", 200, &[("content-location", "/c"), fresh]));
    }

    #[test]
    fn what_is_about_one_request_alone() {
        let may = |status, asked: Asked| {
            let fresh = [("cache-control", "max-age=60")].into_iter().collect();
            may_store(&asked, &Url::parse("http://h/a").unwrap(), status, &fresh).is_ok()
        };
        let with = |name: &str| Asked::get([(name, "x")].into_iter().collect());
        assert!(may(416, with("foo")) && !may(416, with("range")));
        for condition in CONDITIONS {
            assert!(may(412, with("foo")) && !may(412, with(condition)) && may(200, with(condition)));
        }
        assert!(!may(200, Asked { has_content: true, ..with("foo") }));
    }

    #[test]
    fn parts_have_a_place() {
        let fresh = ("cache-control", "max-age=60");
        assert!(may("GET", "", 206, &[fresh, ("content-range", "bytes 0-4/10")]));
        assert!(!may("GET", "", 206, &[fresh]));
        assert!(!may("GET", "", 206, &[fresh, ("content-range", "items 0-4/10")]));
    }
}
