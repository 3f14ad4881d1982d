//! Cleaning: what nobody needs is found (`survey`), told, and removed after another look.

mod limits;
mod responses;
mod survey;

pub use limits::Limits;
pub(crate) use limits::keep;

use crate::cache::registry::Registry;
use crate::cache::registry::change::{self, Seen};
use crate::cache::registry::item_blob;
use crate::cache::remove::{Unneeded, destroy, sweep};
use crate::clock::Timestamp;
use crate::descriptor::Key;
use crate::digest::Digest;
use crate::disk::Lock;
use crate::error::Result;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A WRITE that nobody touched for so long is dead, unless something else is said.
pub const DEAD_AFTER: Duration = Duration::from_hours(24);
/// What was read within this time stays.
pub const GRACE: Duration = Duration::from_hours(1);
/// How many rows are removed in one transaction.
const ROWS_BATCH: usize = 256;

/// What is cleaned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choices {
    /// Files and folders without a row.
    pub orphans: bool,
    /// Records without a file, but live WRITEs.
    pub missing: bool,
    /// What is not among the newest `keep` READY versions of its key, or a live WRITE.
    pub versions: bool,
    /// WRITEs that nobody touched for `dead_after`.
    pub writes: bool,
    /// Unfinished transfers that nobody touched for `dead_after`.
    pub partials: bool,
    /// What is in TRASH.
    pub trash: bool,
    /// How many READY versions of a key `versions` leaves.
    pub keep: u32,
    /// Until no more bytes than these are stored: TRASH first, then what was not read for longest.
    pub max_size: Option<u64>,
    /// What was not read for so long; never read counts as when it was made.
    pub max_age: Option<Duration>,
    /// When a WRITE is dead.
    pub dead_after: Duration,
    /// What was read within this time stays.
    pub grace: Duration,
}

impl Choices {
    /// Nothing yet.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            orphans: false,
            missing: false,
            versions: false,
            writes: false,
            partials: false,
            trash: false,
            keep: 1,
            max_size: None,
            max_age: None,
            dead_after: DEAD_AFTER,
            grace: GRACE,
        }
    }

    /// What is cleaned where nothing is said.
    #[must_use]
    pub const fn usual() -> Self {
        Self { orphans: true, missing: true, versions: true, writes: true, partials: true, ..Self::none() }
    }
}

/// Why something goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// A file or folder without a row.
    Orphan,
    /// A record without a file.
    Missing,
    /// There are better versions of its key.
    Version,
    /// A WRITE that is dead.
    Write,
    /// An unfinished transfer that is dead.
    Partial,
    /// It was in TRASH.
    Trash,
    /// Not read for too long.
    MaxAge,
    /// Others were read since, and there is too much.
    MaxSize,
    /// A stored response that is stale and cannot be validated.
    Expired,
}

impl Reason {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Orphan => "orphan",
            Self::Missing => "missing",
            Self::Version => "version",
            Self::Write => "write",
            Self::Partial => "partial",
            Self::Trash => "trash",
            Self::MaxAge => "max-age",
            Self::MaxSize => "max-size",
            Self::Expired => "expired",
        }
    }
}

/// Something that goes, or would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doomed {
    /// Why.
    pub reason: Reason,
    /// The item: id, version id, URI; `None` for files without a row.
    pub item: Option<(i64, String, String)>,
    /// Where it is.
    pub path: PathBuf,
    /// Its size, where it is known.
    pub bytes: u64,
}

/// What was cleaned, or would be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cleaned {
    /// All of it, in the order in which it was found.
    pub doomed: Vec<Doomed>,
    /// How many items.
    pub items: u64,
    /// How many stored responses.
    pub responses: u64,
    /// How many files and folders without a row.
    pub files: u64,
    /// How many bytes on disk: contents that others still use do not count.
    pub bytes: u64,
}

/// One thing that a survey found.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) doomed: Doomed,
    pub(crate) what: What,
}

/// How it is removed.
#[derive(Debug, Clone)]
pub(crate) enum What {
    /// A row, with its files; the size and digest of its content.
    Row(Seen, Key, i64, Option<Digest>),
    /// A stored response, and when it was last used.
    Response(i64, Timestamp),
    /// The folder of a version without a row.
    Version(Key, i64),
    /// A blob that no row names.
    Blob(Digest),
    /// A file in the folder of a version, beside the one that its row names.
    Stray(Key, i64),
    /// An unfinished transfer.
    Partial,
    /// A file or folder that nothing can name.
    Litter,
}

/// Finds what the choices mean, and removes it unless `dry`.
pub(crate) fn clean(registry: &Registry, choices: &Choices, dry: bool) -> Result<Cleaned> {
    let survey = survey::survey(registry, choices, Timestamp::now())?;
    if dry {
        let mut cleaned = Cleaned { bytes: survey.bytes, ..Cleaned::default() };
        for found in survey.found {
            count(&mut cleaned, &found);
            cleaned.doomed.push(found.doomed);
        }
        return Ok(cleaned);
    }
    carry_out(registry, survey.found, choices)
}

fn count(cleaned: &mut Cleaned, found: &Found) {
    match found.what {
        What::Row(..) => cleaned.items += 1,
        What::Response(..) => cleaned.responses += 1,
        _ => cleaned.files += 1,
    }
}

/// Removes what was found and still is as it was.
fn carry_out(registry: &Registry, found: Vec<Found>, choices: &Choices) -> Result<Cleaned> {
    registry.folder().check_writable()?;
    let mut cleaned = Cleaned::default();
    let (rows, others): (Vec<Found>, Vec<Found>) = found.into_iter().partition(|f| matches!(f.what, What::Row(..)));
    let (responses, files): (Vec<Found>, Vec<Found>) =
        others.into_iter().partition(|f| matches!(f.what, What::Response(..)));
    for batch in rows.chunks(ROWS_BATCH) {
        remove_rows(registry, batch, choices, &mut cleaned)?;
    }
    for batch in responses.chunks(ROWS_BATCH) {
        responses::remove(registry, batch, &mut cleaned)?;
    }
    for found in files {
        let path = &found.doomed.path;
        let freed = match &found.what {
            What::Row(..) | What::Response(..) => None,
            What::Version(key, version) => {
                let unneeded = Unneeded { versions: vec![(key.clone(), *version)], blobs: Vec::new() };
                Some(sweep(registry, &unneeded)?)
            }
            What::Blob(digest) => {
                let unneeded = Unneeded { versions: Vec::new(), blobs: vec![digest.clone()] };
                Some(sweep(registry, &unneeded)?)
            }
            What::Stray(key, version) => Some(remove_stray(registry, key, *version, path)?),
            What::Partial => remove_partial(path, choices.dead_after),
            What::Litter => Some(destroy(path)),
        };
        if let Some(freed) = freed
            && std::fs::symlink_metadata(path).is_err()
        {
            cleaned.bytes += freed;
            count(&mut cleaned, &found);
            cleaned.doomed.push(found.doomed);
        }
    }
    Ok(cleaned)
}

fn remove_rows(registry: &Registry, batch: &[Found], choices: &Choices, cleaned: &mut Cleaned) -> Result<()> {
    let gone = registry.write(|connection| {
        let mut gone = Vec::new();
        for (index, found) in batch.iter().enumerate() {
            let What::Row(seen, ..) = &found.what else { continue };
            let parts = item_blob::of_item(connection, seen.id)?;
            if !registry.folder().was_told(seen.id, choices.grace) && change::delete_unchanged(connection, seen)? {
                gone.push((index, parts));
            }
        }
        Ok(gone)
    })?;
    let mut unneeded = Unneeded::default();
    for (index, parts) in gone {
        unneeded.blobs.extend(parts.into_iter().map(|(part, _)| part));
        let What::Row(_, key, version, digest) = &batch[index].what else { continue };
        unneeded.versions.push((key.clone(), *version));
        unneeded.blobs.extend(digest.clone());
        count(cleaned, &batch[index]);
        cleaned.doomed.push(batch[index].doomed.clone());
    }
    cleaned.bytes += sweep(registry, &unneeded)?;
    Ok(())
}

/// Removes a file that the row of its folder does not name.
fn remove_stray(registry: &Registry, key: &Key, version: i64, path: &Path) -> Result<u64> {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    registry.write(|connection| {
        let mut statement = connection.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM items WHERE key = ?1 AND version = ?2 AND filename = ?3 AND status <> -2)",
        )?;
        let is_named: bool = statement.query_row(rusqlite::params![key.0, version, name], |row| row.get(0))?;
        Ok(if is_named { 0 } else { destroy(path) })
    })
}

/// Removes an unfinished transfer, unless somebody goes on with it.
fn remove_partial(path: &Path, dead_after: Duration) -> Option<u64> {
    let lock = Lock::try_take(path).ok().flatten()?;
    let metadata = lock.file().metadata().ok()?;
    let touched = Timestamp::from_system(metadata.modified().ok()?);
    if metadata.len() > 0 && Timestamp::now().since(touched) < dead_after {
        return None;
    }
    let mut sidecar = path.as_os_str().to_owned();
    sidecar.push(".json");
    let _ = std::fs::remove_file(PathBuf::from(sidecar));
    Some(destroy(path))
}
