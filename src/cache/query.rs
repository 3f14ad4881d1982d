//! What can be asked of the registry: searches, and what an ITEM on the command line means.

use crate::cache::condition::Condition;
use crate::cache::item::Status;
use crate::clock::Timestamp;
use crate::descriptor::Key;
use crate::error::{Error, Result};
use serde_json::{Map, Value};

/// A search. Each list that is not empty must hold the item's value; all that is said must hold.
///
/// ```
/// use dl::cache::condition::Condition;
/// use dl::cache::query::{Query, Sort};
/// use dl::{clock::Timestamp, secret::Secrets};
///
/// let large = Condition::parse("rows >= 1000", Timestamp::now(), &Secrets::default())?;
/// let query = Query { exts: vec!["csv".to_owned()], conditions: vec![large], sort: Sort::Size, ..Query::default() };
/// assert!(!query.is_unlimited());
/// # Ok::<(), dl::error::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Query {
    /// Exactly these URIs, as stored (redacted), whatever the parameters.
    pub uris: Vec<String>,
    /// URIs that match one of these patterns (`*`, `?`, `[…]`).
    pub uri_globs: Vec<String>,
    /// These keys.
    pub keys: Vec<Key>,
    /// These row numbers.
    pub ids: Vec<i64>,
    /// These versions.
    pub versions: Vec<i64>,
    /// These statuses. Where none is named, TRASH and DELETED are left out, unless `all`.
    pub statuses: Vec<Status>,
    /// These labels.
    pub labels: Vec<String>,
    /// These extensions, with or without the dot.
    pub exts: Vec<String>,
    /// These file names.
    pub filenames: Vec<String>,
    /// Created or last validated since.
    pub newer_than: Option<Timestamp>,
    /// Created before.
    pub older_than: Option<Timestamp>,
    /// Parameters of the key that it must have, nested by their groups; others do not matter.
    pub params: Map<String, Value>,
    /// What else must hold.
    pub conditions: Vec<Condition>,
    /// One of `conditions` is enough.
    pub any: bool,
    /// TRASH and DELETED too.
    pub all: bool,
    /// By what the answer is sorted.
    pub sort: Sort,
    /// The other way round.
    pub reverse: bool,
    /// At most so many.
    pub limit: Option<u64>,
}

impl Query {
    /// Whether nothing says which items are meant: all of them would be.
    #[must_use]
    pub fn is_unlimited(&self) -> bool {
        let plain = Self {
            all: self.all,
            any: self.any,
            sort: self.sort,
            reverse: self.reverse,
            limit: self.limit,
            ..Self::default()
        };
        *self == plain
    }
}

/// A field by which items can be sorted. Equals are in the order of their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Row number.
    #[default]
    Id,
    /// Key, then version.
    Key,
    /// Version.
    Version,
    /// URI.
    Uri,
    /// Status, by number.
    Status,
    /// File name.
    Filename,
    /// Extension.
    Ext,
    /// Label.
    Label,
    /// Size; unknown ones first.
    Size,
    /// SHA-256.
    Sha256,
    /// When it was made.
    CreatedAt,
    /// When its row was changed.
    ModifiedAt,
    /// When the origin confirmed it.
    ValidatedAt,
    /// When it was last read; never counts as when it was made.
    LastRead,
    /// How often it was read.
    ReadCount,
    /// When it was last found.
    LastSearch,
    /// How often it was found.
    SearchCount,
}

impl Sort {
    /// All, with their names.
    pub const ALL: [(&'static str, Self); 17] = [
        ("id", Self::Id),
        ("key", Self::Key),
        ("version", Self::Version),
        ("uri", Self::Uri),
        ("status", Self::Status),
        ("filename", Self::Filename),
        ("ext", Self::Ext),
        ("label", Self::Label),
        ("size", Self::Size),
        ("sha256", Self::Sha256),
        ("created_at", Self::CreatedAt),
        ("modified_at", Self::ModifiedAt),
        ("validated_at", Self::ValidatedAt),
        ("last_read", Self::LastRead),
        ("read_count", Self::ReadCount),
        ("last_search", Self::LastSearch),
        ("search_count", Self::SearchCount),
    ];

    /// Parses a field's name; `-` for `_` will do.
    ///
    /// # Errors
    /// A usage error that names them all.
    pub fn parse(text: &str) -> Result<Self> {
        let name = text.to_ascii_lowercase().replace('-', "_");
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, sort)| *sort).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|(name, _)| *name).collect();
            Error::usage(format!("`{text}` is no field to sort by: expected one of {}", names.join(", ")))
        })
    }
}

/// What an ITEM is named for, which decides the version that a URI, a key or a digest means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be read (`path`, `cat`, `extract`): the newest READY one.
    Read,
    /// To be looked at or changed (`show`, `set`, `rm`): the newest that is neither TRASH nor DELETED.
    Change,
    /// To be finished (`ready`, `fail`): the newest WRITE.
    Finish,
    /// To be had back (`restore`): the newest TRASH.
    Restore,
}

impl Purpose {
    /// Whether a version of that status is meant.
    #[must_use]
    pub const fn takes(self, status: Status) -> bool {
        match self {
            Self::Read => matches!(status, Status::Ready),
            Self::Change => !matches!(status, Status::Trash | Status::Deleted),
            Self::Finish => matches!(status, Status::Write),
            Self::Restore => matches!(status, Status::Trash),
        }
    }

    /// What it asks for, in words.
    #[must_use]
    pub const fn wanted(self) -> &'static str {
        match self {
            Self::Read => "READY",
            Self::Change => "neither TRASH nor DELETED",
            Self::Finish => "WRITE",
            Self::Restore => "TRASH",
        }
    }
}
