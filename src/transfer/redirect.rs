//! Where a redirect leads, and whether it is followed. Pure.

use crate::error::{Error, Kind, Result};
use crate::message::LONGEST_URL_BYTES;
use crate::secret::Secrets;
use url::Url;

/// The requests of one try so far, in order: the methods and the URLs.
#[derive(Debug, Clone)]
pub(crate) struct Chain(Vec<(String, Url)>);

impl Chain {
    /// A chain that begins with this request.
    pub(crate) fn new(method: &str, url: &Url) -> Self {
        Self(vec![(method.to_owned(), without_fragment(url))])
    }

    /// Adds the request that answers a redirect with this status and these `Location` lines, and gives it back.
    ///
    /// # Errors
    /// `Http`, naming the chain: over the limit, a loop, no or an invalid `Location`, from https to http, to a scheme
    /// that is not followed.
    pub(crate) fn follow<'l>(
        &mut self,
        status: u16,
        locations: impl Iterator<Item = &'l [u8]>,
        limit: u32,
        secrets: &Secrets,
    ) -> Result<(String, Url)> {
        let Some((method, from)) = self.0.last().cloned() else {
            return Err(Error::new(Kind::Other, "redirect", "a redirect without a request"));
        };
        let fail = |code, why: String| Err(self.describe(Error::new(Kind::Http, code, why), secrets));
        let target = match single(locations) {
            Ok(text) => from.join(&text).map_err(|e| e.to_string()),
            Err(why) => Err(why.to_owned()),
        };
        let target = match target {
            Ok(target) if target.as_str().len() > LONGEST_URL_BYTES => {
                return fail("redirect_location", format!("redirect {status} to more than {LONGEST_URL_BYTES} bytes"));
            }
            Ok(target) => without_fragment(&target),
            Err(why) => {
                return fail("redirect_location", format!("redirect {status} without a usable `Location`: {why}"));
            }
        };
        match (from.scheme(), target.scheme()) {
            ("https", "http") => {
                return fail(
                    "redirect_downgrade",
                    format!("redirect from https to `{}` refused", secrets.redact_url(&target)),
                );
            }
            ("http" | "https", "http" | "https") if target.has_host() => {}
            (_, scheme) => return fail("redirect_scheme", format!("redirect to the scheme `{scheme}` refused")),
        }
        if u32::try_from(self.0.len()).unwrap_or(u32::MAX) > limit {
            return fail("too_many_redirects", format!("more than {limit} redirects (`--max-redirs`)"));
        }
        let next = (next_method(status, &method), target);
        if self.0.contains(&next) {
            return fail(
                "redirect_loop",
                format!("redirects run in a loop, back to `{}`", secrets.redact_url(&next.1)),
            );
        }
        self.0.push(next.clone());
        Ok(next)
    }

    /// Adds the chain to an error.
    fn describe(&self, error: Error, secrets: &Secrets) -> Error {
        let shown: Vec<_> = self.0.iter().map(|(_, url)| secrets.redact_url(url)).collect();
        error.cause(format!("redirects: {}", shown.join(" -> ")))
    }
}

/// Whether the status asks to go elsewhere.
pub(crate) const fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// RFC 9110, 15.4: POST becomes GET with 301 and 302, all but HEAD do with 303.
fn next_method(status: u16, method: &str) -> String {
    match (status, method) {
        (301 | 302, "POST") => "GET".to_owned(),
        (303, method) if method != "HEAD" => "GET".to_owned(),
        _ => method.to_owned(),
    }
}

/// The one `Location` as text that the URL parser takes: bytes beyond ASCII that are not UTF-8 are percent-encoded.
fn single<'l>(mut locations: impl Iterator<Item = &'l [u8]>) -> std::result::Result<String, &'static str> {
    let first = locations.next().ok_or("there is none")?.trim_ascii();
    if first.is_empty() {
        return Err("it is empty");
    }
    if locations.any(|other| other.trim_ascii() != first) {
        return Err("there are several");
    }
    if first.iter().any(u8::is_ascii_control) {
        return Err("it holds control characters");
    }
    Ok(match std::str::from_utf8(first) {
        Ok(text) => text.to_owned(),
        Err(_) => {
            first.iter().map(|b| if b.is_ascii() { char::from(*b).to_string() } else { format!("%{b:02X}") }).collect()
        }
    })
}

/// Without what is never sent: the fragment, and user info that a server put there.
fn without_fragment(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow(from: &str, method: &str, status: u16, location: &str) -> Result<(String, String)> {
        let mut chain = Chain::new(method, &Url::parse(from).unwrap());
        let next = chain.follow(status, std::iter::once(location.as_bytes()), 10, &Secrets::default())?;
        Ok((next.0, next.1.to_string()))
    }

    fn code(from: &str, location: &str) -> &'static str {
        let error = follow(from, "GET", 302, location).unwrap_err();
        assert_eq!(error.kind(), Kind::Http);
        error.code()
    }

    #[test]
    fn where_it_leads() {
        for (location, to) in [
            ("http://other/x", "http://other/x"),
            ("/y", "http://h/y"),
            ("z?q#frag", "http://h/a/z?q"),
            ("//other", "http://other/"),
            ("https://u:p@other/x y", "https://other/x%20y"),
            ("http://other/ä", "http://other/%C3%A4"),
        ] {
            assert_eq!(follow("http://h/a/b#f", "GET", 302, location).unwrap().1, to, "{location}");
        }
        let mut chain = Chain::new("GET", &Url::parse("http://h/").unwrap());
        let next = chain.follow(302, std::iter::once(&b"/\xe4"[..]), 10, &Secrets::default()).unwrap();
        assert_eq!(next.1.as_str(), "http://h/%E4");
    }

    #[test]
    fn methods() {
        for (status, method, next) in [
            (301, "POST", "GET"),
            (302, "POST", "GET"),
            (303, "POST", "GET"),
            (303, "PUT", "GET"),
            (303, "HEAD", "HEAD"),
            (301, "PUT", "PUT"),
            (301, "HEAD", "HEAD"),
            (307, "POST", "POST"),
            (308, "POST", "POST"),
            (302, "GET", "GET"),
        ] {
            assert_eq!(follow("http://h/", method, status, "/x").unwrap().0, next, "{status} {method}");
        }
    }

    #[test]
    fn what_is_not_followed() {
        assert_eq!(code("https://h/", "http://h/"), "redirect_downgrade");
        for scheme in ["file:///etc/passwd", "ftp://h/", "data:,x", "javascript:x", "gopher://h/"] {
            assert_eq!(code("http://h/", scheme), "redirect_scheme", "{scheme}");
        }
        for bad in ["", " ", "http://", "http://[", "http://h:99999/", "/a\nb", "\u{7f}"] {
            assert_eq!(code("http://h/", bad), "redirect_location", "{bad:?}");
        }
        let mut chain = Chain::new("GET", &Url::parse("http://h/").unwrap());
        assert!(chain.follow(302, std::iter::empty(), 10, &Secrets::default()).is_err());
        let two = [&b"/a"[..], b"/b"];
        assert!(chain.follow(302, two.into_iter(), 10, &Secrets::default()).is_err());
    }

    #[test]
    fn loops_and_limits() {
        assert_eq!(code("http://h/a#x", "/a#y"), "redirect_loop");
        let mut chain = Chain::new("GET", &Url::parse("http://h/").unwrap());
        for n in 0..3 {
            chain.follow(302, std::iter::once(format!("/{n}?token=abc").as_bytes()), 3, &Secrets::default()).unwrap();
        }
        let error = chain.follow(302, std::iter::once(&b"/9"[..]), 3, &Secrets::default()).unwrap_err();
        assert_eq!(error.code(), "too_many_redirects");
        assert!(error.to_string().contains("http://h/ -> http://h/0?token=<redacted>"), "{error}");
        // A form that answers its POST with the same address is no loop.
        assert_eq!(follow("http://h/a", "POST", 303, "/a").unwrap().0, "GET");
    }
}
