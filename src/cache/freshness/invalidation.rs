//! What a change at the origin makes worthless (RFC 9111, 4.4).

use crate::message::{Fields, same_origin};
use url::Url;

/// Methods that change nothing (RFC 9110, 9.2.1). Any other, known or not, may.
const SAFE: [&str; 4] = ["GET", "HEAD", "OPTIONS", "TRACE"];

/// Whether the method changes nothing.
#[must_use]
pub fn is_safe(method: &str) -> bool {
    SAFE.contains(&method)
}

/// The addresses whose stored responses must be validated before their next use, after this response to a request: the
/// target, and what `Location` and `Content-Location` name at the same origin. None after an error or a safe method.
///
/// ```
/// use dl::cache::freshness::invalidation::invalidated;
/// use dl::message::Fields;
/// use url::Url;
///
/// let target = Url::parse("https://h/list").unwrap();
/// let mut fields = Fields::new();
/// fields.push("Location", "/list/7");
/// let all = invalidated("POST", &target, 201, &fields);
/// assert_eq!(all.iter().map(Url::as_str).collect::<Vec<_>>(), ["https://h/list", "https://h/list/7"]);
/// ```
#[must_use]
pub fn invalidated(method: &str, target: &Url, status: u16, fields: &Fields) -> Vec<Url> {
    if is_safe(method) || !(200..400).contains(&status) {
        return Vec::new();
    }
    let mut all = vec![target.clone()];
    for name in ["location", "content-location"] {
        let named = fields.text(name).and_then(|text| target.join(text.trim()).ok());
        all.extend(named.filter(|url| same_origin(url, target)));
    }
    for url in &mut all {
        url.set_fragment(None);
    }
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_changes_that_succeeded_and_only_at_home() {
        let target = Url::parse("http://h/a").unwrap();
        let count = |method, status, location: &str| {
            let mut fields = Fields::new();
            fields.push("location", location);
            invalidated(method, &target, status, &fields).len()
        };
        for method in ["POST", "PUT", "DELETE", "PATCH", "M-SEARCH", "get"] {
            assert_eq!(count(method, 200, "/b#c"), 2, "{method}");
            assert_eq!(count(method, 302, "http://h:80/b"), 2);
            for elsewhere in ["http://other/b", "https://h/b", "http://h:81/b"] {
                assert_eq!(count(method, 200, elsewhere), 1, "{elsewhere}");
            }
            for failed in [100, 304 + 100, 500] {
                assert_eq!(count(method, failed, "/b"), 0);
            }
        }
        for method in SAFE {
            assert_eq!(count(method, 200, "/b"), 0);
        }
    }
}
