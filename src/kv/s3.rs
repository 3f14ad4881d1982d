//! S3 and what speaks its protocol: an object an entry, conditions by the object's `ETag`.
//!
//! An object's body is the value as it was given, its name is the URL's path and the key. Two fields of metadata are
//! ours: `dl-expires` (microseconds since 1970) and `dl-wrapped`. Where nothing changes but the expiry, the `ETag` of most stores
//! stays: such an entry counts as unchanged.

mod listing;

use crate::clock::Timestamp;
use crate::error::{Error, Kind, Result};
use crate::kv::address::Address;
use crate::kv::aws::{self, Ask, Service, encode_path};
use crate::kv::driver::{Abilities, Condition, Content, Driver, Entry, Listed, Record, Stat, Version, refused};
use crate::kv::open::Options;
use crate::kv::wire::Answer;
use bytes::Bytes;
use http::Method;
use std::io::Read;

const EXPIRES: &str = "x-amz-meta-dl-expires";
const WRAPPED: &str = "x-amz-meta-dl-wrapped";
const LONGEST_NAME_BYTES: usize = 1024;
/// The largest object that is read into memory.
const LARGEST_VALUE_BYTES: usize = 513 << 20;
/// The largest page of a listing, and refusal, that is read.
const LARGEST_ANSWER_BYTES: usize = 16 << 20;
/// The largest object that one request makes; larger blobs are kept in pieces.
const LARGEST_OBJECT_BYTES: u64 = 5 << 30;
/// A blob up to this is read and proved before it is sent, and may be sent again.
const SENT_WHOLE_BYTES: u64 = 8 << 20;
/// How often a write may find that what was expired changed.
const TRIES: u32 = 16;

/// A bucket, and where in it.
#[derive(Debug)]
pub(super) struct S3 {
    service: Service,
    bucket: String,
    /// The path of the bucket below the endpoint: empty where the host names it.
    base: String,
    /// What stands before every key.
    folder: String,
}

/// What the head of an object tells.
enum State {
    Missing,
    Expired(Version),
    Unreadable(Version, String),
    Live(Stat),
}

impl S3 {
    /// The bucket of the URL.
    ///
    /// # Errors
    /// Usage: options that are wrong.
    pub(super) fn new(address: &Address, options: &Options) -> Result<Self> {
        address.only(&["region", "endpoint", "token", "create"])?;
        let bucket = aws::name_of(address)?;
        address.may_create()?;
        // A name with a point has no certificate as a host.
        let as_host = address.option("endpoint").is_none() && !bucket.contains('.');
        let service = Service::new("s3", address, options, |region| {
            if as_host { format!("{bucket}.s3.{region}.amazonaws.com") } else { format!("s3.{region}.amazonaws.com") }
        })?;
        let path = address.server().map(|server| server.path.trim_matches('/')).unwrap_or_default();
        let path = percent_encoding::percent_decode_str(path).decode_utf8();
        let path = path.map_err(|_| Error::usage("the path of an S3 URL is not UTF-8"))?;
        if !path.is_empty() && !is_name(&path) {
            return Err(Error::usage(format!("`{path}` cannot stand in the name of an object")));
        }
        let folder = if path.is_empty() { String::new() } else { format!("{path}/") };
        let base = if as_host { String::new() } else { format!("/{}", encode_path(&bucket)) };
        Ok(Self { service, bucket, base, folder })
    }

    fn ask(&self, method: Method, key: &[u8], headers: Vec<(String, String)>) -> Result<Ask> {
        let key = std::str::from_utf8(key).map_err(|_| Error::usage("S3 takes no key that is not UTF-8"))?;
        let path = format!("{}/{}", self.base, encode_path(&format!("{}{key}", self.folder)));
        let repeatable = method != Method::PUT;
        Ok(Ask { method, path, query: Vec::new(), headers, body: Bytes::new(), repeatable })
    }

    /// What the user is told of an answer that is no success.
    fn refusal(&self, answer: &Answer) -> Error {
        let (code, message) = listing::refusal(answer.bytes());
        let words = if code.is_empty() { format!("status {}", answer.status) } else { format!("{code}: {message}") };
        let error = self.service.refusal(words, answer.status);
        if answer.status == 301 || matches!(code.as_str(), "PermanentRedirect" | "AuthorizationHeaderMalformed") {
            return error
                .hint(format!("the bucket may be in another region than `{}`: `?region=…`", self.service.region()));
        }
        error
    }

    fn no_bucket(&self) -> Error {
        refused(format!("there is no bucket `{}`", self.bucket)).hint("dl makes no buckets: make it first")
    }

    fn state(&self, answer: &Answer, now: Timestamp) -> Result<State> {
        if answer.status == 404 {
            return Ok(State::Missing);
        }
        if !answer.is_success() {
            return Err(self.refusal(answer));
        }
        let version = Version(answer.header("etag").unwrap_or_default().as_bytes().to_vec());
        let expires = match answer.header(EXPIRES).map(|text| text.parse().map(Timestamp)) {
            None => None,
            Some(Ok(end)) if end <= now => return Ok(State::Expired(version)),
            Some(Ok(end)) => Some(end),
            Some(Err(_)) => return Ok(State::Unreadable(version, format!("its `{EXPIRES}` is no moment"))),
        };
        let size = answer.header("content-length").and_then(|n| n.parse().ok()).unwrap_or(0);
        Ok(State::Live(Stat { size, wrapped: answer.header(WRAPPED).is_some(), expires, version }))
    }

    fn look(&self, key: &[u8]) -> Result<State> {
        let answer = self.service.send(&self.ask(Method::HEAD, key, Vec::new())?, 0)?;
        self.state(&answer, Timestamp::now())
    }

    fn entry(&self, answer: Answer) -> Result<Option<Entry>> {
        let (stat, unreadable) = match self.state(&answer, Timestamp::now())? {
            State::Missing | State::Expired(_) => return Ok(None),
            State::Unreadable(version, why) => {
                return Ok(Some(Entry { content: Content::Unreadable(why), expires: None, version }));
            }
            State::Live(stat) => (stat, answer.body.is_none()),
        };
        let body = || answer.body.unwrap_or_default().into();
        let content = match (unreadable, stat.wrapped) {
            (true, _) => Content::Unreadable("it is larger than values are".to_owned()),
            (false, true) => Content::Wrapped(body()),
            (false, false) => Content::Plain(body()),
        };
        Ok(Some(Entry { content, expires: stat.expires, version: stat.version }))
    }

    /// One write under a condition on what is there; whether it held.
    fn write(&self, key: &[u8], record: Record<'_>, condition: Option<(&str, &[u8])>) -> Result<bool> {
        let mut headers = vec![("content-type".to_owned(), "application/octet-stream".to_owned())];
        headers.extend(record.expires.map(|end| (EXPIRES.to_owned(), end.0.to_string())));
        headers.extend(record.wrapped.then(|| (WRAPPED.to_owned(), "1".to_owned())));
        headers.extend(condition.map(|(name, tag)| (name.to_owned(), String::from_utf8_lossy(tag).into_owned())));
        let mut ask = self.ask(Method::PUT, key, headers)?;
        ask.body = Bytes::copy_from_slice(record.content);
        ask.repeatable = condition.is_none();
        let answer = self.service.send(&ask, LARGEST_ANSWER_BYTES)?;
        let (code, _) = listing::refusal(answer.bytes());
        match answer.status {
            200 | 201 | 204 => Ok(true),
            404 if code == "NoSuchBucket" || condition.is_none() => Err(self.no_bucket()),
            404 | 409 | 412 if condition.is_some() => Ok(false),
            _ => Err(self.refusal(&answer)),
        }
    }

    /// The names of all objects below, a page at a time; whether there is such a bucket.
    fn pages(&self, prefix: &[u8], each: &mut dyn FnMut(Vec<Vec<u8>>) -> Result<()>) -> Result<()> {
        let text = prefix.utf8_chunks().next().map(|chunk| chunk.valid()).unwrap_or_default();
        let mut token = None;
        loop {
            let mut query = vec![
                ("list-type", "2".to_owned()),
                ("encoding-type", "url".to_owned()),
                ("prefix", format!("{}{text}", self.folder)),
            ];
            query.extend(token.take().map(|token| ("continuation-token", token)));
            let path = if self.base.is_empty() { "/".to_owned() } else { self.base.clone() };
            let ask =
                Ask { method: Method::GET, path, query, headers: Vec::new(), body: Bytes::new(), repeatable: true };
            let answer = self.service.send(&ask, LARGEST_ANSWER_BYTES)?;
            if answer.status == 404 {
                return Ok(());
            }
            if !answer.is_success() {
                return Err(self.refusal(&answer));
            }
            let page = listing::page(answer.bytes()).ok_or_else(|| refused("its listing cannot be read"))?;
            let own = |name: Vec<u8>| name.strip_prefix(self.folder.as_bytes()).map(<[u8]>::to_vec);
            let keys = page.names.into_iter().filter_map(own);
            each(keys.filter(|key| key.starts_with(prefix) && self.takes_key(key)).collect())?;
            match page.next {
                Some(next) => token = Some(next),
                None => return Ok(()),
            }
        }
    }
}

/// Whether a text can be the name of an object that every store and every URL on the way leaves as it is.
fn is_name(name: &str) -> bool {
    let odd = |c: char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}' | '\\');
    name.len() <= LONGEST_NAME_BYTES && !name.contains(odd) && name.split('/').all(|s| !matches!(s, "" | "." | ".."))
}

impl Driver for S3 {
    fn abilities(&self) -> Abilities {
        Abilities { picks_keys: true, ..Abilities::PLAIN }
    }

    fn takes_key(&self, key: &[u8]) -> bool {
        std::str::from_utf8(key).is_ok_and(|key| is_name(&format!("{}{key}", self.folder)) && is_name(key))
    }

    fn ping(&self) -> Result<()> {
        let path = if self.base.is_empty() { "/".to_owned() } else { self.base.clone() };
        let (query, headers, body) = (Vec::new(), Vec::new(), Bytes::new());
        let ask = Ask { method: Method::HEAD, path, query, headers, body, repeatable: true };
        let answer = self.service.send(&ask, 0)?;
        match answer.status {
            404 => Err(self.no_bucket()),
            _ if answer.is_success() => Ok(()),
            _ => Err(self.refusal(&answer)),
        }
    }

    fn get(&self, key: &[u8]) -> Result<Option<Entry>> {
        self.entry(self.service.send(&self.ask(Method::GET, key, Vec::new())?, LARGEST_VALUE_BYTES)?)
    }

    fn get_many(&self, keys: &[&[u8]]) -> Result<Vec<Option<Entry>>> {
        let asks = keys.iter().map(|key| self.ask(Method::GET, key, Vec::new())).collect::<Result<Vec<_>>>()?;
        self.service.send_all(&asks, LARGEST_VALUE_BYTES)?.into_iter().map(|answer| self.entry(answer)).collect()
    }

    fn stat(&self, key: &[u8]) -> Result<Option<Stat>> {
        Ok(if let State::Live(stat) = self.look(key)? { Some(stat) } else { None })
    }

    fn put(&self, key: &[u8], record: Record<'_>, condition: Condition<'_>) -> Result<bool> {
        match condition {
            Condition::Always => self.write(key, record, None),
            Condition::Is(version) => self.write(key, record, Some(("if-match", &version.0))),
            Condition::Absent => {
                for _ in 0..TRIES {
                    if self.write(key, record, Some(("if-none-match", b"*")))? {
                        return Ok(true);
                    }
                    match self.look(key)? {
                        State::Live(_) | State::Unreadable(..) => return Ok(false),
                        State::Expired(version) if self.write(key, record, Some(("if-match", &version.0)))? => {
                            return Ok(true);
                        }
                        State::Expired(_) | State::Missing => {}
                    }
                }
                Err(Error::new(Kind::Timeout, "contended", "others changed the entry all the time"))
            }
        }
    }

    fn delete(&self, key: &[u8]) -> Result<bool> {
        let state = self.look(key)?;
        if !matches!(state, State::Missing) {
            let answer = self.service.send(&self.ask(Method::DELETE, key, Vec::new())?, LARGEST_ANSWER_BYTES)?;
            if !answer.is_success() && answer.status != 404 {
                return Err(self.refusal(&answer));
            }
        }
        Ok(matches!(state, State::Live(_) | State::Unreadable(..)))
    }

    /// The listing knows no expiry: each object is asked for its head, many at once.
    fn list(&self, prefix: &[u8], _: bool, each: &mut dyn FnMut(Listed) -> Result<()>) -> Result<()> {
        self.pages(prefix, &mut |keys| {
            let asks = keys.iter().map(|key| self.ask(Method::HEAD, key, Vec::new())).collect::<Result<Vec<_>>>()?;
            for (key, answer) in keys.into_iter().zip(self.service.send_all(&asks, 0)?) {
                match self.state(&answer, Timestamp::now())? {
                    State::Missing | State::Expired(_) => {}
                    State::Unreadable(..) => each(Listed { key, stat: None })?,
                    State::Live(stat) => each(Listed { key, stat: Some(stat) })?,
                }
            }
            Ok(())
        })
    }

    fn clear(&self, prefix: &[u8]) -> Result<bool> {
        self.pages(prefix, &mut |keys| {
            let asks = keys.iter().map(|key| self.ask(Method::DELETE, key, Vec::new())).collect::<Result<Vec<_>>>()?;
            for answer in self.service.send_all(&asks, LARGEST_ANSWER_BYTES)? {
                if !answer.is_success() && answer.status != 404 {
                    return Err(self.refusal(&answer));
                }
            }
            Ok(())
        })?;
        Ok(true)
    }

    fn read_blob(&self, sha256: &str) -> Result<Option<Box<dyn Read + Send>>> {
        let key = format!("sha256/{sha256}");
        let (answer, body) = self.service.open(&self.ask(Method::GET, key.as_bytes(), Vec::new())?)?;
        match self.state(&answer, Timestamp::now())? {
            State::Live(stat) if stat.expires.is_none() && !stat.wrapped => Ok(Some(Box::new(body))),
            _ => Ok(None),
        }
    }

    fn write_blob(&self, sha256: &str, size: u64, content: &mut dyn Read) -> Result<bool> {
        if size > LARGEST_OBJECT_BYTES {
            return Ok(false);
        }
        let headers = vec![("content-type".to_owned(), "application/octet-stream".to_owned())];
        let mut ask = self.ask(Method::PUT, format!("sha256/{sha256}").as_bytes(), headers)?;
        let answer = if size <= SENT_WHOLE_BYTES {
            let mut whole = Vec::new();
            content.read_to_end(&mut whole).map_err(|e| Error::disk("cannot read what is to be stored", &e))?;
            (ask.body, ask.repeatable) = (whole.into(), true);
            self.service.send(&ask, LARGEST_ANSWER_BYTES)?
        } else {
            self.service.upload(&ask, sha256, size, content)?
        };
        match answer.status {
            404 => Err(self.no_bucket()),
            _ if answer.is_success() => Ok(true),
            _ => Err(self.refusal(&answer)),
        }
    }
}
