//! Request and response heads: lossless fields, the one notion of a validator, ranges (RFC 9110).

use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::secret::{Mask, Secret};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::borrow::Cow;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use url::Url;

/// The longest URL that is sent or taken.
pub(crate) const LONGEST_URL_BYTES: usize = 65_534;

/// Header fields in the order in which they came. Names are lower case; values are bytes, never made text by force.
/// They lie in two texts, one after the other: a block of memory for each would cost a hit more than all that it does with them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields {
    names: String,
    values: Vec<u8>,
    /// Where the name and the value of each line end.
    ends: Vec<(usize, usize)>,
}

impl Fields {
    /// No fields.
    #[must_use]
    pub const fn new() -> Self {
        Self { names: String::new(), values: Vec::new(), ends: Vec::new() }
    }

    /// No fields, with room for some whose text is that long.
    pub(crate) fn with_room(bytes: usize) -> Self {
        Self { names: String::with_capacity(bytes), values: Vec::with_capacity(bytes), ends: Vec::with_capacity(16) }
    }

    /// Adds one line.
    pub fn push(&mut self, name: &str, value: impl Into<Vec<u8>>) {
        self.push_bytes(name, &value.into());
    }

    pub(crate) fn push_bytes(&mut self, name: &str, value: &[u8]) {
        let start = self.names.len();
        self.names.push_str(name);
        self.names[start..].make_ascii_lowercase();
        self.values.extend_from_slice(value);
        self.ends.push((self.names.len(), self.values.len()));
    }

    /// Removes all lines of that name and adds this one.
    pub fn set(&mut self, name: &str, value: impl Into<Vec<u8>>) {
        self.remove(name);
        self.push(name, value);
    }

    /// Removes all lines of that name.
    pub fn remove(&mut self, name: &str) {
        if self.contains(name) {
            *self = self.iter().filter(|(n, _)| !n.eq_ignore_ascii_case(name)).collect();
        }
    }

    /// Whether a line of that name is there.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.bytes(name).is_some()
    }

    /// The bytes of the first line of that name.
    #[must_use]
    pub fn bytes(&self, name: &str) -> Option<&[u8]> {
        self.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v)
    }

    /// The first line of that name as text; bytes that are not UTF-8 are replaced, for looking only.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        self.bytes(name).map(String::from_utf8_lossy)
    }

    /// All lines of that name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.iter().filter(move |(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v)
    }

    /// All lines, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let mut start = (0, 0);
        self.ends.iter().map(move |&end| {
            let (name, value) = (&self.names[start.0..end.0], &self.values[start.1..end.1]);
            start = end;
            (name, value)
        })
    }

    /// How many lines.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

impl<N: AsRef<str>, V: Into<Vec<u8>>> FromIterator<(N, V)> for Fields {
    fn from_iter<T: IntoIterator<Item = (N, V)>>(lines: T) -> Self {
        let mut fields = Self::new();
        for (name, value) in lines {
            fields.push(name.as_ref(), value);
        }
        fields
    }
}

/// A response head. For FTP and `file:` it is made of what the protocol tells (size, modification time).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// `1.0`, `1.1`, `2`; empty for other protocols.
    pub version: &'static str,
    /// The status code; for FTP the last reply's, for `file:` 0.
    pub status: u16,
    /// The fields.
    pub fields: Fields,
    /// The head as the backend gives it, for `-D`.
    pub raw: Vec<u8>,
}

impl Head {
    /// `Content-Length`, if it is there and valid: equal repeated ones are one, and no file is longer than 2^63 - 1.
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        let mut lengths = self.fields.all("content-length").flat_map(|v| v.split(|b| *b == b','));
        let first = parse_digits(lengths.next()?).filter(|length| i64::try_from(*length).is_ok())?;
        lengths.all(|l| parse_digits(l) == Some(first)).then_some(first)
    }

    /// The validators it carries.
    #[must_use]
    pub fn validators(&self) -> Validators {
        let text = |name| self.fields.text(name).map(|t| t.trim().to_owned());
        Validators {
            // A tag that is not UTF-8 could not be sent back as it came, and two of them would look alike.
            etag: text("etag").filter(|t| !t.is_empty() && !t.contains(char::REPLACEMENT_CHARACTER)),
            last_modified: text("last-modified").filter(|t| Timestamp::from_http_date(t).is_some()),
            date: text("date").and_then(|t| Timestamp::from_http_date(&t)),
        }
    }
}

fn parse_digits(bytes: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(bytes).ok()?.trim_matches([' ', '\t']);
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// What identifies a state of a resource (RFC 9110, 8.8). Texts as they came.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Validators {
    /// The entity tag with its quotes, and `W/` if it is weak.
    pub etag: Option<String>,
    /// `Last-Modified` as it came, if it is a date.
    pub last_modified: Option<String>,
    /// When the origin sent it.
    #[serde(skip)]
    pub date: Option<Timestamp>,
}

/// How old a `Last-Modified` must be, at its `Date`, to be strong (RFC 9110, 8.8.2.2).
const STRONG_MODIFIED_AGE: Duration = Duration::from_mins(1);

impl Validators {
    /// Whether nothing is known.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.etag.is_none() && self.last_modified.is_none()
    }

    /// Without a tag that holds one of the user's secrets: a server that says them back is not helped to keep them.
    #[must_use]
    pub(crate) fn without(mut self, mask: &Mask) -> Self {
        self.etag = self.etag.filter(|tag| !mask.finds(tag));
        self
    }

    /// The text for `If-Range`: a strong entity tag, else a `Last-Modified` at least 60 s before `Date`.
    #[must_use]
    pub fn strong(&self) -> Option<&str> {
        match &self.etag {
            Some(tag) if is_strong_tag(tag) => return Some(tag),
            _ => {}
        }
        let modified = self.last_modified.as_deref()?;
        let at = Timestamp::from_http_date(modified)?;
        (self.date?.since(at) >= STRONG_MODIFIED_AGE).then_some(modified)
    }

    /// Whether two states are the same by weak comparison: by their entity tags where both have one, else by their dates.
    #[must_use]
    pub fn same_weakly(&self, other: &Self) -> bool {
        match (&self.etag, &other.etag) {
            (Some(a), Some(b)) => same_tag_weakly(a, b),
            _ => self.last_modified.is_some() && self.last_modified == other.last_modified,
        }
    }

    /// Whether two states are the same by strong comparison; false if either has no strong validator.
    #[must_use]
    pub fn same_strongly(&self, other: &Self) -> bool {
        match (self.strong(), other.strong()) {
            (Some(a), Some(b)) => a == b,
            _ => false,
        }
    }
}

/// The entity tags of a field such as `If-None-Match` (RFC 9110, 8.8.3), over all its lines; `*` and tags without
/// quotes stand as they came.
#[must_use]
pub fn entity_tags(fields: &Fields, name: &str) -> Vec<String> {
    let mut tags = Vec::new();
    for line in fields.all(name) {
        let text = String::from_utf8_lossy(line);
        let mut rest = text.trim_start_matches([',', ' ', '\t']);
        while !rest.is_empty() {
            // A comma within the quotes belongs to the tag; nothing is escaped there.
            let quote = rest.find('"').filter(|quote| !rest[..*quote].contains(','));
            let closed = quote.and_then(|quote| rest[quote + 1..].find('"').map(|end| quote + end + 2));
            let end = closed.unwrap_or(0);
            let end = rest[end..].find(',').map_or(rest.len(), |comma| end + comma);
            tags.push(rest[..end].trim_matches([' ', '\t']).to_owned());
            rest = rest[end..].trim_start_matches([',', ' ', '\t']);
        }
    }
    tags
}

/// Whether two entity tags are the same by weak comparison (RFC 9110, 8.8.3.2).
#[must_use]
pub fn same_tag_weakly(a: &str, b: &str) -> bool {
    let opaque = |tag: &str| tag.strip_prefix("W/").unwrap_or(tag).to_owned();
    opaque(a) == opaque(b)
}

/// Whether an entity tag is well-formed and strong (RFC 9110, 8.8.3).
#[must_use]
pub fn is_strong_tag(tag: &str) -> bool {
    tag.len() >= 2
        && tag.starts_with('"')
        && tag.ends_with('"')
        && tag[1..tag.len() - 1].bytes().all(|b| b > b' ' && b != b'"' && b != 0x7f)
}

/// `Content-Range` (RFC 9110, 14.4) in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentRange {
    /// `bytes FIRST-LAST/TOTAL`; `None` where the total is `*`.
    Part {
        /// The first byte's offset.
        first: u64,
        /// The last byte's offset.
        last: u64,
        /// The size of the whole.
        total: Option<u64>,
    },
    /// `bytes */TOTAL`, of a 416.
    Unsatisfied {
        /// The size of the whole.
        total: u64,
    },
}

impl ContentRange {
    /// Parses the field strictly; `None` for other units, junk, or contradictions.
    #[must_use]
    pub fn parse(value: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(value).ok()?.trim();
        let (unit, rest) = text.split_once(' ')?;
        if !unit.eq_ignore_ascii_case("bytes") {
            return None;
        }
        let (range, total) = rest.trim_start().split_once('/')?;
        let total = match total {
            "*" => None,
            digits => Some(parse_digits(digits.as_bytes())?),
        };
        if range == "*" {
            return Some(Self::Unsatisfied { total: total? });
        }
        let (first, last) = range.split_once('-')?;
        let (first, last) = (parse_digits(first.as_bytes())?, parse_digits(last.as_bytes())?);
        (first <= last && total.is_none_or(|t| last < t)).then_some(Self::Part { first, last, total })
    }
}

/// A user name and a password for one origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The user.
    pub user: String,
    /// The password.
    pub password: Secret,
}

impl Credentials {
    /// Both as the `Basic` scheme sends them (RFC 7617): as secret as the password itself.
    #[must_use]
    pub(crate) fn basic(&self) -> Secret {
        Secret::new(STANDARD.encode(format!("{}:{}", self.user, self.password.expose())))
    }
}

/// What a request carries. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Body {
    segments: Arc<Vec<Segment>>,
    sent: Option<Arc<AtomicU64>>,
}

/// A piece of a request body.
#[derive(Debug, Clone)]
pub enum Segment {
    /// Bytes in memory.
    Bytes(Vec<u8>),
    /// A file, read when it is sent.
    File {
        /// Where.
        path: PathBuf,
        /// Its size when the request was made; a file that changed since is an error when it is sent.
        size: u64,
    },
}

impl Body {
    /// A body of these pieces.
    #[must_use]
    pub fn new(segments: Vec<Segment>) -> Self {
        Self { segments: Arc::new(segments), sent: None }
    }

    /// The same body, whose readers count what is read: a long upload is told from a stalled one by it.
    #[must_use]
    pub fn counted(&self, sent: &Arc<AtomicU64>) -> Self {
        Self { segments: Arc::clone(&self.segments), sent: Some(Arc::clone(sent)) }
    }

    /// The size in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.segments
            .iter()
            .map(|s| match s {
                Segment::Bytes(bytes) => bytes.len() as u64,
                Segment::File { size, .. } => *size,
            })
            .sum()
    }

    /// A reader over the whole. Opens the files, each limited to the size that was promised.
    ///
    /// # Errors
    /// A usage error naming a file that cannot be opened any more.
    pub fn reader(&self) -> Result<Box<dyn Read + Send>> {
        let mut whole: Box<dyn Read + Send> = Box::new(std::io::empty());
        for segment in self.segments.iter() {
            whole = match segment {
                Segment::Bytes(bytes) => Box::new(whole.chain(std::io::Cursor::new(bytes.clone()))),
                Segment::File { path, size } => {
                    let file = std::fs::File::open(path)
                        .map_err(|e| Error::usage(format!("cannot read `{}`", path.display())).cause(e.to_string()))?;
                    Box::new(whole.chain(file.take(*size)))
                }
            };
        }
        Ok(match &self.sent {
            Some(sent) => Box::new(Counted { reader: whole, count: Arc::clone(sent) }),
            None => whole,
        })
    }
}

/// Counts what is read through it.
struct Counted {
    reader: Box<dyn Read + Send>,
    count: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.count.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// One request as it will be sent, but for what the transfer adds (defaults, conditions, ranges).
#[derive(Debug, Clone)]
pub struct Request {
    /// The method, in upper case unless the user wrote it otherwise.
    pub method: String,
    /// Where to; without user info and fragment. May hold secret query values.
    pub url: Url,
    /// The user's own fields, which stay with this origin. An entry in `without` removes a default.
    pub fields: Fields,
    /// Names of default fields that the user took back (`-H 'Accept:'`).
    pub without: Vec<String>,
    /// Sent as Basic authorization, to this origin only.
    pub credentials: Option<Credentials>,
    /// The body.
    pub body: Option<Body>,
}

/// Whether two URLs have the same origin (scheme, host, port).
#[must_use]
pub fn same_origin(a: &Url, b: &Url) -> bool {
    a.scheme() == b.scheme() && a.host() == b.host() && a.port_or_known_default() == b.port_or_known_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_ranges() {
        let part = |first, last, total| Some(ContentRange::Part { first, last, total });
        assert_eq!(ContentRange::parse(b"bytes 0-4/10"), part(0, 4, Some(10)));
        assert_eq!(ContentRange::parse(b"Bytes 5-9/*"), part(5, 9, None));
        assert_eq!(ContentRange::parse(b"bytes */10"), Some(ContentRange::Unsatisfied { total: 10 }));
        for bad in [
            "",
            "bytes",
            "bytes 4-0/10",
            "bytes 0-10/10",
            "items 0-4/10",
            "bytes 0-4",
            "bytes */*",
            "bytes -4/10",
            "bytes 0-4/1e1",
            "bytes +0-4/10",
            "bytes 0-99999999999999999999/*",
        ] {
            assert_eq!(ContentRange::parse(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn lengths() {
        let head = |values: &[&str]| {
            let mut head = Head::default();
            for v in values {
                head.fields.push("Content-Length", *v);
            }
            head.content_length()
        };
        assert_eq!(head(&["5"]), Some(5));
        assert_eq!(head(&["5", "5"]), Some(5));
        assert_eq!(head(&["5, 5"]), Some(5));
        for bad in [&["5", "6"][..], &["-5"], &["+5"], &["0x5"], &[""], &["5,"], &[]] {
            assert_eq!(head(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn strong_validators() {
        let date = Timestamp::from_http_date("Sun, 06 Nov 1994 08:49:37 GMT");
        let modified = |m: &str| Validators { etag: None, last_modified: Some(m.to_owned()), date };
        assert!(modified("Sun, 06 Nov 1994 08:48:37 GMT").strong().is_some());
        assert!(modified("Sun, 06 Nov 1994 08:48:38 GMT").strong().is_none());
        let tag = |t: &str| Validators { etag: Some(t.to_owned()), ..Validators::default() };
        assert_eq!(tag("\"a\"").strong(), Some("\"a\""));
        for weak in ["W/\"a\"", "a", "\"", "\"a\" \"b\""] {
            assert_eq!(tag(weak).strong(), None, "{weak}");
        }
        assert!(tag("\"a\"").same_strongly(&tag("\"a\"")));
        assert!(!tag("W/\"a\"").same_strongly(&tag("W/\"a\"")));
        assert!(tag("W/\"a\"").same_weakly(&tag("\"a\"")) && !tag("\"a\"").same_weakly(&tag("\"b\"")));
        assert!(modified("d").same_weakly(&modified("d")) && !modified("d").same_weakly(&tag("\"a\"")));
    }

    #[test]
    fn lists_of_entity_tags() {
        let of = |lines: &[&str]| {
            let fields = lines.iter().map(|line| ("If-None-Match", *line)).collect();
            entity_tags(&fields, "if-none-match")
        };
        assert_eq!(of(&["\"a\", W/\"b,c\"  ,\"d\\\"", "*"]), ["\"a\"", "W/\"b,c\"", "\"d\\\"", "*"]);
        assert_eq!(of(&["abc, \"open", ""]), ["abc", "\"open"]);
        assert_eq!(of(&[",,"]), Vec::<String>::new());
    }
}
