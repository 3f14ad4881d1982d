//! Secrets: a type that cannot be printed, what counts as one, and masking in texts and URLs.

use std::borrow::Cow;
use std::fmt;
use url::Url;

/// What stands in place of a secret.
pub const REDACTED: &str = "<redacted>";

/// A text that is not printed: `Display` and `Debug` mask it.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the wire and nothing else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

/// Header fields that are secret in any case (RULES, "Secrets").
const SECRET_HEADERS: &[&str] = &[
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "x-api-key",
    "api-key",
    "x-auth-token",
    "private-token",
    "job-token",
    "x-amz-security-token",
    "x-goog-api-key",
    "authentication-info",
];
/// A header whose name holds one of these is secret too.
const SECRET_HEADER_PARTS: &[&str] = &["token", "secret", "password", "apikey", "api-key"];
/// Query parameters that are secret.
const SECRET_QUERY: &[&str] =
    &["token", "access_token", "sig", "signature", "api_key", "apikey", "key", "password", "secret"];
/// `CloudFront`'s presigning parameters; they count only beside `Key-Pair-Id`.
const CLOUDFRONT: &[&str] = &["policy", "signature", "expires", "key-pair-id", "hash-algorithm"];
/// Azure's presigning parameters; they count only where both `sig` and `sv` stand.
const AZURE: &[&str] = &[
    "sig", "sv", "se", "st", "sp", "sr", "ss", "srt", "spr", "sip", "si", "sdd", "skoid", "sktid", "skt", "ske", "sks",
    "skv", "saoid", "suoid", "scid", "sduoid", "ses", "rscc", "rscd", "rsce", "rscl", "rsct",
];

/// Which header fields and query parameters are secret: the fixed ones and those that the config file adds.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    headers: Vec<String>,
    query: Vec<String>,
}

/// The presigning parameters of one URL.
enum Signing {
    None,
    CloudFront,
    Azure,
}

impl Secrets {
    /// The fixed ones and these (`[secrets] headers, query`), in any case.
    #[must_use]
    pub fn with(headers: &[String], query: &[String]) -> Self {
        let lower = |names: &[String]| names.iter().map(|n| n.to_ascii_lowercase()).collect();
        Self { headers: lower(headers), query: lower(query) }
    }

    /// Whether the field's value is secret.
    #[must_use]
    pub fn is_secret_header(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        SECRET_HEADERS.contains(&name.as_str())
            || SECRET_HEADER_PARTS.iter().any(|part| name.contains(part))
            || self.headers.contains(&name)
    }

    /// Splits a URL's query into (name, value, class), decoded, in order.
    fn classify(&self, url: &Url) -> Vec<(String, String, QueryClass)> {
        if url.query().is_none() {
            return Vec::new();
        }
        let pairs: Vec<(String, String)> = url.query_pairs().map(|(k, v)| (k.into_owned(), v.into_owned())).collect();
        let lower: Vec<String> = pairs.iter().map(|(k, _)| k.to_ascii_lowercase()).collect();
        let has = |name: &str| lower.iter().any(|n| n == name);
        let signing = if has("key-pair-id") {
            Signing::CloudFront
        } else if has("sig") && has("sv") {
            Signing::Azure
        } else {
            Signing::None
        };
        pairs
            .into_iter()
            .zip(lower)
            .map(|((name, value), lower)| {
                let presigning = lower.starts_with("x-amz-")
                    || lower.starts_with("x-goog-")
                    || match signing {
                        Signing::None => false,
                        Signing::CloudFront => CLOUDFRONT.contains(&lower.as_str()),
                        Signing::Azure => AZURE.contains(&lower.as_str()),
                    };
                let class = if presigning {
                    QueryClass::Presigning
                } else if SECRET_QUERY.contains(&lower.as_str()) || self.query.contains(&lower) {
                    QueryClass::Secret
                } else {
                    QueryClass::Plain
                };
                (name, value, class)
            })
            .collect()
    }

    /// The URL as it may be stored and printed: no user info, secret query values as `<redacted>`.
    #[must_use]
    pub fn redact_url(&self, url: &Url) -> String {
        self.rewrite_query(url, |class| match class {
            QueryClass::Plain => Keep::Value,
            QueryClass::Secret | QueryClass::Presigning => Keep::Name,
        })
    }

    /// The URL as it stands in a key: no user info, no fragment, no presigning parameters, secret values as `<redacted>`.
    #[must_use]
    pub fn identity_url(&self, url: &Url) -> String {
        let mut url = Cow::Borrowed(url);
        if url.fragment().is_some() {
            url.to_mut().set_fragment(None);
        }
        self.rewrite_query(&url, |class| match class {
            QueryClass::Plain => Keep::Value,
            QueryClass::Secret => Keep::Name,
            QueryClass::Presigning => Keep::Nothing,
        })
    }

    /// The secret query parameters (name, value), without presigning ones.
    #[must_use]
    pub fn secret_query(&self, url: &Url) -> Vec<(String, String)> {
        let keep = |(name, value, class)| (class == QueryClass::Secret).then_some((name, value));
        self.classify(url).into_iter().filter_map(keep).collect()
    }

    /// Whether the URL is presigned.
    #[must_use]
    pub fn is_presigned(&self, url: &Url) -> bool {
        self.classify(url).iter().any(|(_, _, class)| *class == QueryClass::Presigning)
    }

    /// Every secret text in a URL, for masking messages.
    #[must_use]
    pub fn secrets_of_url(&self, url: &Url) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        if let Some(password) = url.password() {
            all.push(password.to_owned());
            all.push(percent_encoding::percent_decode_str(password).decode_utf8_lossy().into_owned());
        }
        for (raw, (_, value, class)) in raw_pairs(url).into_iter().zip(self.classify(url)) {
            if class != QueryClass::Plain {
                all.extend(raw.split_once('=').map(|(_, v)| v.to_owned()));
                all.push(value);
            }
        }
        all
    }

    /// A text that may hold a URL or a `Link` field: every absolute or relative URL's secret query values masked.
    #[must_use]
    pub fn redact_references(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find(['?', '&']) {
            let (before, after) = rest.split_at(start + 1);
            out.push_str(before);
            let end = after.find(['&', '#', '>', '"', ' ', ',', ';']).unwrap_or(after.len());
            let (pair, tail) = after.split_at(end);
            match pair.split_once('=') {
                // What is masked already ends at the mark's own `>`, and stays as it is.
                Some((name, value))
                    if !value.is_empty() && value != REDACTED.trim_end_matches('>') && self.could_be_secret(name) =>
                {
                    out.push_str(name);
                    out.push('=');
                    out.push_str(REDACTED);
                }
                _ => out.push_str(pair),
            }
            rest = tail;
        }
        out.push_str(rest);
        redact_userinfo(&out)
    }

    /// The query without what is secret, for an address at another origin.
    #[must_use]
    pub fn public_query(&self, url: &Url) -> Option<String> {
        let public = self.rewrite_query(url, |class| match class {
            QueryClass::Plain => Keep::Value,
            QueryClass::Secret | QueryClass::Presigning => Keep::Nothing,
        });
        Url::parse(&public).ok()?.query().map(str::to_owned)
    }

    fn could_be_secret(&self, name: &str) -> bool {
        let name = percent_encoding::percent_decode_str(name).decode_utf8_lossy().to_ascii_lowercase();
        name.starts_with("x-amz-")
            || name.starts_with("x-goog-")
            || matches!(name.as_str(), "policy" | "key-pair-id")
            || SECRET_QUERY.contains(&name.as_str())
            || self.query.contains(&name)
    }

    fn rewrite_query(&self, url: &Url, keep: impl Fn(QueryClass) -> Keep) -> String {
        if url.query().is_none() && url.username().is_empty() && url.password().is_none() {
            return url.as_str().to_owned();
        }
        let mut shown = url.clone();
        let _ = shown.set_username("");
        let _ = shown.set_password(None);
        let classes = self.classify(url);
        if classes.iter().all(|(_, _, class)| matches!(keep(*class), Keep::Value)) {
            return shown.to_string();
        }
        let mut parts = Vec::new();
        let mut classes = classes.into_iter();
        for raw in raw_pairs(url) {
            let Some((_, _, class)) = classes.next() else { break };
            match keep(class) {
                Keep::Value => parts.push(raw.to_owned()),
                Keep::Name => {
                    let name = raw.split_once('=').map_or(raw, |(name, _)| name);
                    parts.push(format!("{name}={REDACTED}"));
                }
                Keep::Nothing => {}
            }
        }
        let fragment = shown.fragment().map(str::to_owned);
        shown.set_fragment(None);
        shown.set_query(None);
        let mut text = shown.to_string();
        if !parts.is_empty() {
            text.push('?');
            text.push_str(&parts.join("&"));
        }
        if let Some(fragment) = fragment {
            text.push('#');
            text.push_str(&fragment);
        }
        text
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum QueryClass {
    Plain,
    Secret,
    Presigning,
}

enum Keep {
    Value,
    Name,
    Nothing,
}

/// The pieces of the query as they stand in the URL, one for each pair that `query_pairs` gives.
fn raw_pairs(url: &Url) -> Vec<&str> {
    url.query().unwrap_or_default().split('&').filter(|p| !p.is_empty()).collect()
}

/// Drops `user:password@` after `://`, and after a `//` that begins a reference (or follows a scheme whose colon was forgotten).
fn redact_userinfo(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("//") {
        let (before, after) = rest.split_at(start + 2);
        out.push_str(before);
        let word = before[..start].rsplit([' ', '<', '"', '\'', '`', '=', ',', '(']).next().unwrap_or_default();
        if !word.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.:".contains(&b)) {
            rest = after;
            continue;
        }
        let end = after.find(['/', '?', '#', ' ', '"', '>', '\'', '`']).unwrap_or(after.len());
        rest = after;
        if let Some(at) = after[..end].rfind('@') {
            rest = &after[at + 1..];
        }
    }
    out.push_str(rest);
    out
}

/// Masks known secret texts wherever they appear, also when a server echoes them.
#[derive(Clone, Default)]
pub struct Mask(Vec<String>);

/// Shorter texts than this are not masked: they would blot out half of every message.
const SHORTEST_MASKED_BYTES: usize = 4;

impl Mask {
    /// A mask for these texts.
    #[must_use]
    pub fn new(secrets: impl IntoIterator<Item = String>) -> Self {
        let mut all: Vec<String> = secrets.into_iter().filter(|s| s.len() >= SHORTEST_MASKED_BYTES).collect();
        all.sort_by_key(|s| std::cmp::Reverse(s.len()));
        all.dedup();
        Self(all)
    }

    /// Whether the text holds one of the secrets.
    #[must_use]
    pub fn finds(&self, text: &str) -> bool {
        self.0.iter().any(|secret| text.contains(secret.as_str()))
    }

    /// The text without the secrets.
    #[must_use]
    pub fn apply(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), REDACTED))
    }
}

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mask({})", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn urls_are_redacted_and_identified() {
        let secrets = Secrets::with(&[], &["Mine".to_owned()]);
        let check = |given: &str, shown: &str, identity: &str| {
            assert_eq!(secrets.redact_url(&url(given)), shown);
            assert_eq!(secrets.identity_url(&url(given)), identity);
        };
        check("http://u:p@h/a?b=1&c#f", "http://h/a?b=1&c#f", "http://h/a?b=1&c");
        check("http://h/?token=x&b=%20", "http://h/?token=<redacted>&b=%20", "http://h/?token=<redacted>&b=%20");
        check("http://h/?mine=x", "http://h/?mine=<redacted>", "http://h/?mine=<redacted>");
        check(
            "http://h/a?X-Amz-Date=1&X-Amz-Signature=2",
            "http://h/a?X-Amz-Date=<redacted>&X-Amz-Signature=<redacted>",
            "http://h/a",
        );
        check("http://h/?sv=1&sig=2&x=3", "http://h/?sv=<redacted>&sig=<redacted>&x=3", "http://h/?x=3");
        check("http://h/?sv=1&x=3", "http://h/?sv=1&x=3", "http://h/?sv=1&x=3");
        check(
            "http://h/?Expires=9&Signature=s",
            "http://h/?Expires=9&Signature=<redacted>",
            "http://h/?Expires=9&Signature=<redacted>",
        );
        check(
            "http://h/?Expires=9&Signature=s&Key-Pair-Id=k",
            "http://h/?Expires=<redacted>&Signature=<redacted>&Key-Pair-Id=<redacted>",
            "http://h/",
        );
    }

    #[test]
    fn what_another_origin_may_see() {
        let query = |text: &str| Secrets::default().public_query(&url(text));
        assert_eq!(query("http://h/?a=1&token=x&b=%20"), Some("a=1&b=%20".to_owned()));
        assert_eq!(query("http://h/?X-Amz-Signature=x"), None);
        assert_eq!(query("http://h/"), None);
    }

    #[test]
    fn texts_are_redacted() {
        let secrets = Secrets::default();
        assert_eq!(
            secrets.redact_references("<https://a:b@h/x?access_token=abc&y=1>; rel=next"),
            "<https://h/x?access_token=<redacted>&y=1>; rel=next"
        );
        assert_eq!(secrets.redact_references("/y?key=abc#z"), "/y?key=<redacted>#z");
        for (given, shown) in [
            ("//u:p@h/x", "//h/x"),
            ("see `http//u:p@h/x`", "see `http//h/x`"),
            ("https://h/a//b@c", "https://h/a//b@c"),
        ] {
            assert_eq!(secrets.redact_references(given), shown);
        }
        for masked in ["/y?key=<redacted>#z", "<https://h/x?token=<redacted>&y=1>; rel=next", "/y?sig=<redacted>"] {
            assert_eq!(secrets.redact_references(masked), masked, "what is stored is shown as it was stored");
        }
        let mask = Mask::new(["hunter2".to_owned(), "ab".to_owned()]);
        assert_eq!(mask.apply("no hunter2, ab"), "no <redacted>, ab");
        assert_eq!(format!("{} {:?}", Secret::new("x"), Secret::new("x")), "<redacted> <redacted>");
    }

    #[test]
    fn headers_by_name_and_part() {
        let secrets = Secrets::with(&["X-Mine".to_owned()], &[]);
        for name in ["Authorization", "x-gitlab-token", "X-MINE", "My-Api-Key", "set-cookie"] {
            assert!(secrets.is_secret_header(name), "{name}");
        }
        assert!(!secrets.is_secret_header("Accept"));
    }
}
