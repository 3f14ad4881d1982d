//! An item: one version of one key, as a row of the registry.

use crate::clock::Timestamp;
use crate::descriptor::{Key, canonical};
use crate::digest::{Digest, Digests};
use crate::disk::Signature;
use crate::error::{Error, Result};
use crate::message::{Fields, Validators};
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};

/// Where an item stands. The numbers are those of cache-manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// File gone, record kept.
    Deleted = -2,
    /// Recoverable; the file stays where it is.
    Trash = -1,
    /// Made by a user, nothing written.
    Uninitialized = 0,
    /// Made by a user, who writes it.
    Write = 1,
    /// The last attempt failed.
    Failed = 2,
    /// Whole, hashed, in place.
    Ready = 3,
}

impl Status {
    /// All, by number.
    pub const ALL: [Self; 6] =
        [Self::Deleted, Self::Trash, Self::Uninitialized, Self::Write, Self::Failed, Self::Ready];

    /// The number that the registry stores.
    #[must_use]
    pub const fn number(self) -> i64 {
        self as i64
    }

    /// The name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Deleted => "DELETED",
            Self::Trash => "TRASH",
            Self::Uninitialized => "UNINITIALIZED",
            Self::Write => "WRITE",
            Self::Failed => "FAILED",
            Self::Ready => "READY",
        }
    }

    /// The status of that number.
    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.number() == number)
    }

    /// Parses a name (any case) or number.
    ///
    /// # Errors
    /// A usage error that names them all.
    pub fn parse(text: &str) -> Result<Self> {
        let by_number = || text.parse().ok().and_then(Self::from_number);
        Self::ALL.into_iter().find(|s| s.name().eq_ignore_ascii_case(text)).or_else(by_number).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|s| s.name()).collect();
            Error::usage(format!("`{text}` is no status: expected one of {}", names.join(", ")))
        })
    }
}

/// Under which trust something was fetched; a stored version serves only commands with the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Trust {
    /// `--insecure`.
    pub insecure: bool,
    /// SHA-256 (hex) over the `--resolve`, `--cacert` and `--capath` of the command line; `None` without them.
    pub special: Option<String>,
}

/// How an item's bytes were got. Everything in it is redacted already.
#[derive(Debug, Clone, PartialEq)]
pub struct Download {
    /// Who served, after redirects and mirrors; redacted.
    pub resolved_url: Option<String>,
    /// The request's method.
    pub method: String,
    /// The status; `None` where the protocol has none.
    pub http_code: Option<u16>,
    /// `1.0`, `1.1`, `2`, or empty.
    pub http_version: String,
    /// Response fields, redacted.
    pub headers: Fields,
    /// Validators of the response.
    pub validators: Validators,
    /// When the request was sent.
    pub started_at: Timestamp,
    /// When the last byte had come.
    pub finished_at: Timestamp,
    /// Digests beside SHA-256 that were computed.
    pub checksums: Vec<Digest>,
    /// `reqwest`, `curl`.
    pub backend: String,
    /// Whether certificates were verified; `None` without TLS.
    pub tls_verified: Option<bool>,
    /// Whether the framing told the body's end.
    pub length_verified: bool,
    /// Under which trust.
    pub trust: Trust,
    /// Whether a credential was sent: such items are kept from shared stores.
    pub private: bool,
}

/// The value of an attribute, in its type.
#[derive(Debug, Clone, PartialEq)]
pub enum AttributeValue {
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// A moment.
    Datetime(Timestamp),
    /// A text.
    Varchar(String),
    /// JSON.
    Text(Value),
}

/// An attribute; its name may lie in a namespace.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// The namespace, empty for none. Levels are joined by `.`, dots inside a level are `\.`.
    pub namespace: String,
    /// The name.
    pub name: String,
    /// The value.
    pub value: AttributeValue,
}

/// One version of one key.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Row number.
    pub id: i64,
    /// The key.
    pub key: Key,
    /// 1, 2, …
    pub version: i64,
    /// What identifies it, redacted.
    pub uri: String,
    /// The parameters that joined the key.
    pub params: Map<String, Value>,
    /// Where it stands.
    pub status: Status,
    /// Its file's name.
    pub filename: String,
    /// Extension without dot; empty for none.
    pub ext: String,
    /// Label; empty for none.
    pub label: String,
    /// Size in bytes, once known.
    pub size: Option<u64>,
    /// SHA-256 of the content, once known.
    pub sha256: Option<Digest>,
    /// The file, absolute.
    pub path: PathBuf,
    /// When the version was made.
    pub created_at: Timestamp,
    /// When the row was changed last.
    pub modified_at: Timestamp,
    /// When the origin last confirmed it.
    pub validated_at: Option<Timestamp>,
    /// When it was last read.
    pub last_read: Option<Timestamp>,
    /// How often it was read, at least.
    pub read_count: i64,
    /// When a search last returned it.
    pub last_search: Option<Timestamp>,
    /// How often a search returned it, at least.
    pub search_count: i64,
    /// Why it failed, as the error object of CONTRACT section 1.
    pub error: Option<Value>,
    /// How it was got, if it was downloaded.
    pub download: Option<Download>,
    /// Typed attributes, by namespace and name.
    pub attributes: Vec<Attribute>,
    /// What the file at `path` looked like when its bytes were hashed; `None` if they must be hashed before they are used.
    pub record: Option<Record>,
}

/// What a file looked like when its bytes were hashed. While these stand, they are not read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Size in bytes.
    pub size: u64,
    /// Modification time in nanoseconds since 1970.
    pub mtime: i64,
    /// Inode number.
    pub inode: u64,
    /// The boot that wrote the bytes; `None` once they are known to be durable.
    pub boot: Option<String>,
}

impl Record {
    /// The record of a file that has this signature.
    #[must_use]
    pub const fn new(signature: &Signature, boot: Option<String>) -> Self {
        Self { size: signature.size, mtime: signature.mtime, inode: signature.inode, boot }
    }

    /// Whether a file with this signature is the one that was hashed, and was not touched since.
    #[must_use]
    pub const fn is_of(&self, signature: &Signature) -> bool {
        self.size == signature.size && self.mtime == signature.mtime && self.inode == signature.inode
    }
}

impl Item {
    /// A version as it is when it was just made, without attributes.
    pub(crate) fn first(
        id: i64,
        version: i64,
        path: PathBuf,
        new: &NewItem,
        content: &NewContent,
        now: Timestamp,
        record: Record,
    ) -> Self {
        Self {
            id,
            key: new.key.clone(),
            version,
            uri: new.uri.clone(),
            params: new.params.clone(),
            status: Status::Ready,
            filename: new.filename.clone(),
            ext: new.extension(),
            label: new.label.clone(),
            size: Some(content.size),
            sha256: Some(content.digests.sha256().clone()),
            path,
            created_at: now,
            modified_at: now,
            validated_at: None,
            last_read: None,
            read_count: 0,
            last_search: None,
            search_count: 0,
            error: None,
            download: new.download.clone(),
            attributes: Vec::new(),
            record: Some(record),
        }
    }

    /// Whether it came by a credential, or its key tells of one.
    #[must_use]
    pub fn is_private(&self) -> bool {
        self.download.as_ref().is_some_and(|d| d.private)
            || (!self.params.is_empty() && canonical(&Value::Object(self.params.clone())).contains("\"hmac:"))
    }

    /// `KEY-VERSION`.
    #[must_use]
    pub fn version_id(&self) -> String {
        format!("{}-{}", self.key, self.version)
    }
}

/// What a finished fetch tells the cache to keep.
#[derive(Debug, Clone)]
pub struct NewItem {
    /// The key.
    pub key: Key,
    /// What identifies it, redacted.
    pub uri: String,
    /// The parameters that joined the key.
    pub params: Map<String, Value>,
    /// Its file's name, safe already (`transfer::filename`).
    pub filename: String,
    /// Extension; `None`: from the file name.
    pub ext: Option<String>,
    /// Label; empty for none.
    pub label: String,
    /// Attributes.
    pub attributes: Vec<Attribute>,
    /// How it was got.
    pub download: Option<Download>,
}

impl NewItem {
    /// Its extension, without the dot; empty for none.
    pub(crate) fn extension(&self) -> String {
        self.ext.clone().unwrap_or_else(|| extension(&self.filename))
    }
}

/// The extension of a file name, without its dot; empty for none.
pub(crate) fn extension(name: &str) -> String {
    Path::new(name).extension().map_or_else(String::new, |e| e.to_string_lossy().into_owned())
}

/// The content of an item that is being committed.
#[derive(Debug, Clone)]
pub struct NewContent {
    /// Size in bytes.
    pub size: u64,
    /// Its digests.
    pub digests: Digests,
}
