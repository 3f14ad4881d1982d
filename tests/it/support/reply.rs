//! A well-behaved answer: a file with validators, ranges and conditions (RFC 9110), and plain replies.

use crate::support::origin::Request;

/// When everything here was last modified, unless said otherwise.
pub const MODIFIED: &str = "Fri, 02 Jan 2026 03:04:05 GMT";

/// A response with a known length.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The fields, as they are sent.
    pub fields: Vec<(String, Vec<u8>)>,
    /// The body; not sent to a HEAD.
    pub body: Vec<u8>,
}

impl Reply {
    /// A reply with this status and no body.
    pub fn new(status: u16) -> Self {
        Self { status, fields: Vec::new(), body: Vec::new() }
    }

    /// 200 with this body.
    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self::new(200).body(body)
    }

    /// A redirect to this place.
    pub fn redirect(status: u16, location: &str) -> Self {
        Self::new(status).field("Location", location).body("<html>moved</html>")
    }

    /// With this body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// With one more field.
    pub fn field(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.fields.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// The head with a Content-Length, unless one was given or the status has none.
    pub fn head(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status)).into_bytes();
        for (name, value) in &self.fields {
            head.extend_from_slice(name.as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value);
            head.extend_from_slice(b"\r\n");
        }
        let has = |wanted: &str| self.fields.iter().any(|(n, _)| n.eq_ignore_ascii_case(wanted));
        let bodiless = self.status < 200 || self.status == 204 || self.status == 304;
        if !has("content-length") && !has("transfer-encoding") && !bodiless {
            head.extend_from_slice(format!("Content-Length: {}\r\n", self.body.len()).as_bytes());
        }
        if !has("date") {
            head.extend_from_slice(
                format!("Date: {}\r\n", httpdate::fmt_http_date(std::time::SystemTime::now())).as_bytes(),
            );
        }
        head.extend_from_slice(b"\r\n");
        head
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        206 => "Partial Content",
        302 => "Found",
        304 => "Not Modified",
        404 => "Not Found",
        _ => "Whatever",
    }
}

/// A file on a good server.
#[derive(Debug, Clone)]
pub struct File {
    /// Its bytes.
    pub body: Vec<u8>,
    /// Its entity tag with quotes.
    pub etag: Option<String>,
    /// Its date.
    pub modified: Option<String>,
    /// More fields.
    pub fields: Vec<(String, String)>,
    /// Whether ranges are served.
    pub ranges: bool,
}

impl File {
    /// With an entity tag of its bytes and a date.
    pub fn new(body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        let etag = format!("\"{}\"", &crate::support::sandbox::sha256(&body)[..12]);
        Self { body, etag: Some(etag), modified: Some(MODIFIED.to_owned()), fields: Vec::new(), ranges: true }
    }

    /// With this entity tag in place of its own; empty for none.
    pub fn etag(mut self, etag: &str) -> Self {
        self.etag = Some(etag.to_owned()).filter(|t| !t.is_empty());
        self
    }

    /// With this date; empty for none.
    pub fn modified(mut self, date: &str) -> Self {
        self.modified = Some(date.to_owned()).filter(|d| !d.is_empty());
        self
    }

    /// With one more field.
    pub fn field(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without ranges.
    pub fn no_ranges(mut self) -> Self {
        self.ranges = false;
        self
    }

    fn with_validators(&self, mut reply: Reply) -> Reply {
        if let Some(etag) = &self.etag {
            reply = reply.field("ETag", etag);
        }
        if let Some(modified) = &self.modified {
            reply = reply.field("Last-Modified", modified);
        }
        if self.ranges {
            reply = reply.field("Accept-Ranges", "bytes");
        }
        self.fields.iter().fold(reply, |reply, (name, value)| reply.field(name, value))
    }

    /// What a good server answers to this request.
    pub fn reply(&self, request: &Request) -> Reply {
        if self.is_unchanged(request) {
            return self.with_validators(Reply::new(304));
        }
        if let Some((first, end)) = self.range(request) {
            if first >= self.body.len() {
                return Reply::new(416).field("Content-Range", format!("bytes */{}", self.body.len()));
            }
            let reply = Reply::new(206).body(&self.body[first..end]);
            let range = format!("bytes {first}-{}/{}", end - 1, self.body.len());
            return self.with_validators(reply.field("Content-Range", range));
        }
        self.with_validators(Reply::ok(self.body.clone()))
    }

    fn is_unchanged(&self, request: &Request) -> bool {
        match (request.header("if-none-match"), request.header("if-modified-since")) {
            (Some(tags), _) => {
                let own = self.etag.as_deref().map(|t| t.trim_start_matches("W/"));
                tags.split(',').any(|t| t.trim() == "*" || Some(t.trim().trim_start_matches("W/")) == own)
            }
            (None, Some(date)) => {
                let parse = |text: &str| httpdate::parse_http_date(text).ok();
                match (self.modified.as_deref().and_then(parse), parse(date)) {
                    (Some(modified), Some(since)) => modified <= since,
                    _ => false,
                }
            }
            (None, None) => false,
        }
    }

    /// The range that is asked for and may be given, as offsets.
    fn range(&self, request: &Request) -> Option<(usize, usize)> {
        if !self.ranges || request.method != "GET" {
            return None;
        }
        let range = request.header("range")?.strip_prefix("bytes=")?.to_owned();
        if let Some(validator) = request.header("if-range") {
            let tag = self.etag.as_deref().filter(|t| !t.starts_with("W/"));
            if Some(validator) != tag && Some(validator) != self.modified.as_deref() {
                return None;
            }
        }
        let (first, last) = range.split_once('-')?;
        let first: usize = first.parse().ok()?;
        let end = last.parse::<usize>().map_or(self.body.len(), |l| (l + 1).min(self.body.len()));
        Some((first, end))
    }
}
