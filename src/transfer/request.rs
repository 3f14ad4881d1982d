//! The fields of one request: defaults, the user's own, credentials, conditions, ranges. Pure.

use crate::message::{Body, Credentials, Fields, Request, Validators, same_origin};
use url::Url;

/// `User-Agent` unless the user gave another.
const USER_AGENT: &str = concat!("dl/", env!("CARGO_PKG_VERSION"));

/// The codings that `--compressed` asks for.
const CODINGS: &str = "gzip, deflate, br, zstd";

/// Which bytes are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    /// The first byte.
    pub(super) first: u64,
    /// The last byte; `None`: to the end.
    pub(super) last: Option<u64>,
    /// The validator under which alone a part is of use.
    pub(super) if_range: Option<String>,
}

/// What the transfer adds to the user's request.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Additions<'a> {
    /// Whether a content coding is welcome.
    pub(super) compressed: bool,
    /// Validators that make the request conditional.
    pub(super) conditions: Option<&'a Validators>,
    /// The bytes that are asked for; `None`: all.
    pub(super) span: Option<&'a Span>,
}

/// The request that follows `request` to where a redirect led: what the user gave stays with its origin, what describes the
/// body goes where the body goes.
pub(crate) fn onward(request: &Request, url: &Url, method: &str) -> Request {
    let home = same_origin(&request.url, url);
    let body = request.body.clone().filter(|_| method == request.method);
    let mut fields = Fields::new();
    for (name, value) in request.fields.iter() {
        if is_sent(name, home, method == request.method, body.is_some()) {
            fields.push(name, value);
        }
    }
    Request {
        method: method.to_owned(),
        url: url.clone(),
        fields,
        without: request.without.clone(),
        credentials: request.credentials.clone().filter(|_| home),
        body,
    }
}

/// Whether a field of the user's is sent: to its home, or along with the body that it describes.
fn is_sent(name: &str, home: bool, keeps_body: bool, has_body: bool) -> bool {
    let describes_body = matches!(name, "content-type" | "content-encoding" | "content-language");
    if describes_body { home && keeps_body || has_body } else { home }
}

/// A request as it is sent to one URL.
#[derive(Debug)]
pub(super) struct Prepared {
    /// All fields.
    pub(super) fields: Fields,
    /// The body.
    pub(super) body: Option<Body>,
    /// The credentials, for backends that send them otherwise.
    pub(super) credentials: Option<Credentials>,
}

/// The request as it is sent to `url` with `method`. The user's fields and credentials are sent to the origin that
/// they were given for, and to no other.
pub(super) fn prepare(request: &Request, url: &Url, method: &str, additions: Additions<'_>) -> Prepared {
    let home = same_origin(&request.url, url);
    let keeps_body = method == request.method;
    let body = request.body.clone().filter(|_| keeps_body);
    let mut fields = Fields::new();
    let coding = if additions.compressed { CODINGS } else { "identity" };
    for (name, value) in [("user-agent", USER_AGENT), ("accept", "*/*"), ("accept-encoding", coding)] {
        let replaced = home && request.fields.contains(name);
        if !replaced && !request.without.iter().any(|n| n.eq_ignore_ascii_case(name)) {
            fields.push(name, value);
        }
    }
    let credentials = request.credentials.clone().filter(|_| home);
    if let Some(credentials) = &credentials
        && !request.fields.contains("authorization")
    {
        fields.push("authorization", format!("Basic {}", credentials.basic().expose()));
    }
    for (name, value) in request.fields.iter() {
        if is_sent(name, home, keeps_body, body.is_some()) {
            fields.push(name, value);
        }
    }
    add_conditions(&mut fields, additions);
    Prepared { fields, body, credentials }
}

fn add_conditions(fields: &mut Fields, additions: Additions<'_>) {
    if let Some(validators) = additions.conditions {
        if let Some(etag) = &validators.etag {
            fields.set("if-none-match", etag.as_bytes());
        }
        if let Some(modified) = &validators.last_modified {
            fields.set("if-modified-since", modified.as_bytes());
        }
    }
    if let Some(span) = additions.span {
        let last = span.last.map(|l| l.to_string()).unwrap_or_default();
        fields.set("range", format!("bytes={}-{last}", span.first));
        if let Some(validator) = &span.if_range {
            fields.set("if-range", validator.as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Segment;
    use crate::secret::Secret;

    fn request() -> Request {
        let mut fields = Fields::new();
        fields.push("X-Api-Key", "k");
        fields.push("User-Agent", "mine");
        fields.push("Content-Type", "text/plain");
        Request {
            method: "POST".to_owned(),
            url: Url::parse("https://h/a").unwrap(),
            fields,
            without: vec!["Accept".to_owned()],
            credentials: Some(Credentials { user: "u".to_owned(), password: Secret::new("p") }),
            body: Some(Body::new(vec![Segment::Bytes(b"x".to_vec())])),
        }
    }

    fn names(url: &str, method: &str) -> Vec<String> {
        let prepared = prepare(&request(), &Url::parse(url).unwrap(), method, Additions::default());
        let mut names: Vec<_> =
            prepared.fields.iter().map(|(n, v)| format!("{n}={}", String::from_utf8_lossy(v))).collect();
        names.sort();
        names
    }

    #[test]
    fn to_the_origin_everything() {
        let all = [
            "accept-encoding=identity",
            "authorization=Basic dTpw",
            "content-type=text/plain",
            "user-agent=mine",
            "x-api-key=k",
        ];
        assert_eq!(names("https://h/a", "POST"), all);
        assert_eq!(names("https://h:443/b", "POST"), all);
        assert!(!names("https://h/b", "GET").iter().any(|n| n.starts_with("content-type")));
    }

    #[test]
    fn elsewhere_nothing_of_the_users() {
        let agent = format!("user-agent={USER_AGENT}");
        for url in ["https://other/a", "http://h/a", "https://h:444/a"] {
            assert_eq!(names(url, "GET"), ["accept-encoding=identity", &agent], "{url}");
        }
        assert_eq!(names("https://other/a", "POST"), ["accept-encoding=identity", "content-type=text/plain", &agent]);
    }

    #[test]
    fn the_users_authorization_wins() {
        let mut request = request();
        request.fields.push("Authorization", "Bearer t");
        let prepared = prepare(&request, &request.url, "POST", Additions::default());
        assert_eq!(prepared.fields.all("authorization").collect::<Vec<_>>(), [b"Bearer t"]);
    }

    #[test]
    fn conditions_and_ranges() {
        let validators = Validators { etag: Some("\"e\"".into()), last_modified: Some("d".into()), date: None };
        let span = Span { first: 5, last: Some(9), if_range: Some("\"e\"".into()) };
        let additions = Additions { compressed: true, conditions: Some(&validators), span: Some(&span) };
        let fields = prepare(&request(), &request().url, "POST", additions).fields;
        for (name, value) in [
            ("if-none-match", "\"e\""),
            ("if-modified-since", "d"),
            ("range", "bytes=5-9"),
            ("if-range", "\"e\""),
            ("accept-encoding", CODINGS),
        ] {
            assert_eq!(fields.text(name).as_deref(), Some(value), "{name}");
        }
    }
}
