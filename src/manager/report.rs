//! What came of a task, and its JSON (CONTRACT, "What it tells").

use crate::archive::Extracted;
use crate::cache::item::Item;
use crate::cache::json::headers_json;
use crate::clock::Timestamp;
use crate::descriptor::{Key, bytes_to_json};
use crate::digest::Digests;
use crate::error::Error;
use crate::message::{Fields, Head};
use crate::secret::{Mask, Secrets};
use serde_json::{Map, Value, json};
use std::fs::File;
use std::path::PathBuf;

/// Where the bytes came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The origin or a mirror, now.
    Network,
    /// The cache, unasked.
    Hit,
    /// The cache, and the origin confirmed it.
    Revalidated,
    /// The cache, unconfirmed: the origin could not be asked, or need not be.
    Stale,
    /// A shared store.
    Shared,
    /// The destination had the wanted bytes.
    Present,
    /// The destination existed and was kept unread.
    Kept,
}

impl Source {
    /// The name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Hit => "hit",
            Self::Revalidated => "revalidated",
            Self::Stale => "stale",
            Self::Shared => "shared",
            Self::Present => "present",
            Self::Kept => "kept",
        }
    }

    /// The word in the line for people.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Network => "fetched",
            Self::Hit => "cached",
            other => other.name(),
        }
    }
}

/// How a check of a stored version went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// `etag`, `modified`, `etag+modified`, `size`, `hash` or `content`.
    pub method: &'static str,
    /// `match`, `mismatch` or `unavailable`.
    pub verdict: &'static str,
    /// Why.
    pub reason: String,
}

/// What came of a task: everything that is known, also where it failed. URLs in it are redacted.
#[derive(Debug, Default)]
pub struct Report {
    /// The URL that was asked for, redacted.
    pub url: String,
    /// The key, once it was computed.
    pub key: Option<Key>,
    /// Who served, redacted.
    pub resolved_url: Option<String>,
    /// Where the bytes came from; `None` where nothing came.
    pub source: Option<Source>,
    /// Whether a destination was changed.
    pub written: bool,
    /// Whether a new version was made.
    pub is_new: bool,
    /// Which backend.
    pub backend: Option<String>,
    /// The method.
    pub method: String,
    /// The status.
    pub http_code: Option<u16>,
    /// The HTTP version.
    pub http_version: Option<String>,
    /// Response fields.
    pub headers: Fields,
    /// Interim responses.
    pub interim: Vec<Head>,
    /// The response head as the backend gave it, for `-D`. Not in JSON: it may hold secrets.
    pub raw_head: Option<Vec<u8>>,
    /// Size in bytes.
    pub size: Option<u64>,
    /// Whether the framing told the body's end.
    pub length_verified: Option<bool>,
    /// Digests; SHA-256 among them.
    pub digests: Option<Digests>,
    /// The content's type.
    pub content_type: Option<String>,
    /// The file's name.
    pub filename: Option<String>,
    /// Its extension.
    pub ext: Option<String>,
    /// The cached file.
    pub path: Option<PathBuf>,
    /// The destination.
    pub output: Option<PathBuf>,
    /// What was unpacked into the destination; `None` where nothing was, or it stood already.
    pub extracted: Option<Extracted>,
    /// How many requests were tried.
    pub attempts: u32,
    /// How many connections carried the body.
    pub connections: u32,
    /// When the task began.
    pub started_at: Option<Timestamp>,
    /// When it was done.
    pub finished_at: Option<Timestamp>,
    /// How a check went, if one was made.
    pub checked: Option<Checked>,
    /// The item; `None` without a cache.
    pub item: Option<Item>,
    /// An open file with the bytes, for `Destination::Open`.
    pub open: Option<File>,
    /// What the task would do, for a dry run: `download`, `check` or `hit`.
    pub would: Option<&'static str>,
    /// It was stale, was used all the same, and wants to be renewed (RFC 5861): by the same task with `Http::renewing`, once
    /// nobody waits any more.
    pub renew: bool,
    /// Why it failed.
    pub error: Option<Error>,
    /// What is masked in every text.
    pub mask: Mask,
}

impl Report {
    /// What standard output prints: the destination, else the cached file.
    #[must_use]
    pub fn file(&self) -> Option<&PathBuf> {
        self.output.as_ref().or(self.path.as_ref())
    }

    /// The JSON object.
    #[must_use]
    pub fn to_json(&self, secrets: &Secrets) -> Value {
        let path = |p: Option<&PathBuf>| p.map_or(Value::Null, |p| path_to_json(p));
        let time = |t: Option<Timestamp>| t.map_or(Value::Null, |t| t.to_string().into());
        let mut object = Map::new();
        let mut put = |name: &str, value: Value| {
            object.insert(name.to_owned(), value);
        };
        put("schema", 1.into());
        put("url", self.url.clone().into());
        put("resolved_url", self.resolved_url.clone().into());
        put("source", self.source.map(Source::name).into());
        put("written", self.written.into());
        put("key", self.key.as_ref().map(|k| k.0.clone()).into());
        put("backend", self.backend.clone().into());
        put("method", self.method.clone().into());
        put("http_code", self.http_code.into());
        put("http_version", self.http_version.clone().into());
        put("headers", headers_json(&self.headers, secrets).into());
        put(
            "interim",
            self.interim
                .iter()
                .map(|h| json!({ "status": h.status, "headers": headers_json(&h.fields, secrets) }))
                .collect(),
        );
        put("size", self.size.into());
        put("length_verified", self.length_verified.into());
        put("sha256", self.digests.as_ref().map(|d| d.sha256().hex()).into());
        let others = self.digests.iter().flat_map(Digests::iter).filter(|d| d.algorithm().name() != "sha256");
        put("checksums", Value::Object(others.map(|d| (d.algorithm().name().to_owned(), d.hex().into())).collect()));
        let text = |name: &str| self.headers.text(name).map(std::borrow::Cow::into_owned);
        put("etag", text("etag").into());
        put("last_modified", text("last-modified").into());
        put("content_type", self.content_type.clone().into());
        put("filename", self.filename.clone().into());
        put("ext", self.ext.clone().into());
        put("file", path(self.file()));
        put("path", path(self.path.as_ref()));
        put("output", path(self.output.as_ref()));
        if let Some(done) = &self.extracted {
            put("extracted", json!({ "files": done.files, "bytes": done.bytes, "kept": done.kept }));
        }
        put("attempts", self.attempts.into());
        put("connections", self.connections.into());
        put("started_at", time(self.started_at));
        put("finished_at", time(self.finished_at));
        let elapsed = self.started_at.zip(self.finished_at).map(|(s, f)| f.since(s).as_millis() as u64);
        put("elapsed_ms", elapsed.into());
        if let Some(checked) = &self.checked {
            put("freshness", json!({ "method": checked.method, "verdict": checked.verdict, "reason": checked.reason }));
        }
        put("item", self.item.as_ref().map_or(Value::Null, |item| item.to_json(secrets)));
        if let Some(error) = &self.error {
            put("error", error_to_json(error));
        }
        let mut value = Value::Object(object);
        mask_texts(&mut value, &self.mask);
        value
    }
}

/// The error object of CONTRACT section 1.
#[must_use]
pub fn error_to_json(error: &Error) -> Value {
    json!({
        "kind": error.kind().name(),
        "code": error.code(),
        "exit_code": error.kind().exit_code(),
        "message": error.message(),
        "causes": error.causes(),
        "hint": error.hint_text(),
    })
}

/// A path as text, or `{"base64"}` where it is not UTF-8.
#[must_use]
pub fn path_to_json(path: &std::path::Path) -> Value {
    bytes_to_json(std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()))
}

fn mask_texts(value: &mut Value, mask: &Mask) {
    match value {
        Value::String(text) => *text = mask.apply(text),
        Value::Array(list) => list.iter_mut().for_each(|v| mask_texts(v, mask)),
        Value::Object(map) => map.values_mut().for_each(|v| mask_texts(v, mask)),
        _ => {}
    }
}
