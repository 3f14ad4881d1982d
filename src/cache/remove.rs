//! TRASH, and what follows: rows go first, then the bytes that no row needs any more.
//!
//! Rows are removed in one transaction. Files go in a later one, which looks again: a fetch names blobs in a transaction of its own, so
//! what it wants is either still there, or seen to be gone and put again. A process that is killed between the two leaves files
//! without a row, which `clean` finds, and never a READY row without its bytes. Blobs are only renamed while the registry is locked;
//! their blocks are freed afterwards.

use crate::cache::change::{Which, meant};
use crate::cache::commit::reread;
use crate::cache::item::{Item, Status};
use crate::cache::registry::connection::Outcome;
use crate::cache::registry::{Registry, blob, change, item_blob, response, root};
use crate::clock::Timestamp;
use crate::descriptor::Key;
use crate::digest::Digest;
use crate::disk::random_name;
use crate::error::{Error, Kind, Result};
use rusqlite::Connection;
use std::cell::RefCell;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// How many versions and blobs are looked at in one transaction.
const SWEEP_BATCH: usize = 128;
/// What marks a file in `aside` that is about to be removed.
pub(crate) const DOOMED_PREFIX: &str = "doomed-";

/// What removing means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// To TRASH: the file stays where it is, `restore` brings it back.
    Trash,
    /// Gone, with its record.
    Purge,
    /// The file is gone, its record says DELETED.
    KeepRecord,
}

/// What was removed.
#[derive(Debug, Clone, Default)]
pub struct Removed {
    /// The items, as they are now; purged ones as they were.
    pub items: Vec<Item>,
    /// How many bytes were freed on disk.
    pub freed_bytes: u64,
    /// How many bytes in TRASH are still on disk.
    pub kept_bytes: u64,
}

/// Removes items.
pub(crate) fn remove(registry: &Registry, which: &Which, removal: Removal) -> Result<Removed> {
    let (items, parts) = registry.write(|connection| {
        let mut all = Vec::new();
        let mut parts = Vec::new();
        for item in meant(registry, connection, which)? {
            let now = Timestamp::now();
            if removal != Removal::Trash {
                parts.extend(item_blob::of_item(connection, item.id)?.into_iter().map(|(digest, _)| digest));
            }
            match removal {
                Removal::Purge => {
                    change::delete(connection, item.id)?;
                    forget_responses(connection, &item)?;
                    all.push(item);
                    continue;
                }
                Removal::Trash if matches!(item.status, Status::Trash | Status::Deleted) => {}
                Removal::Trash => change::status(connection, item.id, Status::Trash, false, now)?,
                Removal::KeepRecord => {
                    change::status(connection, item.id, Status::Deleted, false, now)?;
                    forget_responses(connection, &item)?;
                }
            }
            all.push(reread(registry, connection, item.id)?);
        }
        Ok((all, parts))
    })?;
    let mut removed = Removed { kept_bytes: 0, freed_bytes: 0, items };
    if removal == Removal::Trash {
        let on_disk = removed.items.iter().filter(|item| item.status == Status::Trash);
        removed.kept_bytes = on_disk.map(|item| item.size.unwrap_or_else(|| length(&item.path))).sum();
    } else {
        removed.freed_bytes = sweep(registry, &Unneeded::of(&removed.items, parts))?;
    }
    Ok(removed)
}

/// What a user wants gone is gone for `--freshness http` too, once no other item has it.
pub(crate) fn forget_responses(connection: &Connection, item: &Item) -> Outcome<()> {
    let Some(digest) = &item.sha256 else { return Ok(()) };
    if !change::is_used_by_item(connection, digest)? {
        let ids: Vec<i64> = response::of_content(connection, digest)?.into_iter().map(|light| light.id).collect();
        response::remove(connection, &ids)?;
    }
    Ok(())
}

fn length(path: &Path) -> u64 {
    std::fs::symlink_metadata(path).map_or(0, |m| m.len())
}

/// Brings items back from TRASH, with the status that they had.
pub(crate) fn restore(registry: &Registry, which: &Which) -> Result<Vec<Item>> {
    registry.write(|connection| {
        let mut all = Vec::new();
        for item in meant(registry, connection, which)? {
            if item.status != Status::Trash {
                return Err(Error::new(
                    Kind::NotFound,
                    "not_in_trash",
                    format!("item {} is not in TRASH: it is {}", item.id, item.status.name()),
                )
                .into());
            }
            let status = change::trashed_from(connection, &item)?;
            change::status(connection, item.id, status, false, Timestamp::now())?;
            all.push(reread(registry, connection, item.id)?);
        }
        Ok(all)
    })
}

/// Files that may be needed by no row any more.
#[derive(Debug, Clone, Default)]
pub(crate) struct Unneeded {
    pub(crate) versions: Vec<(Key, i64)>,
    pub(crate) blobs: Vec<Digest>,
}

impl Unneeded {
    /// Those of items whose rows are gone, or say DELETED, and the blobs that these needed beside their own.
    pub(crate) fn of(items: &[Item], parts: Vec<Digest>) -> Self {
        let own = items.iter().filter_map(|item| item.sha256.clone());
        let blobs: HashSet<Digest> = own.chain(parts).collect();
        Self {
            versions: items.iter().map(|item| (item.key.clone(), item.version)).collect(),
            blobs: blobs.into_iter().collect(),
        }
    }
}

/// Removes the files that no row needs; gives how many bytes were freed.
pub(crate) fn sweep(registry: &Registry, unneeded: &Unneeded) -> Result<u64> {
    let mut freed = 0;
    for versions in unneeded.versions.chunks(SWEEP_BATCH) {
        freed += sweep_batch(registry, versions, &[])?;
    }
    for blobs in unneeded.blobs.chunks(SWEEP_BATCH) {
        freed += sweep_batch(registry, &[], blobs)?;
    }
    Ok(freed)
}

fn sweep_batch(registry: &Registry, versions: &[(Key, i64)], blobs: &[Digest]) -> Result<u64> {
    let doomed: RefCell<Vec<PathBuf>> = RefCell::default();
    let aside = registry.folder().aside();
    registry.folder().make(&aside).map_err(|e| Error::disk(format!("cannot make `{}`", aside.display()), &e))?;
    registry.write(|connection| {
        for (key, version) in versions {
            if !change::has_version(connection, key, *version)? {
                doom(registry, &registry.folder().version(key, *version), &doomed);
            }
        }
        for digest in blobs {
            if forget(connection, digest)? {
                doom_blob(registry, digest, &doomed);
            }
        }
        Ok(())
    })?;
    Ok(doomed.into_inner().iter().map(|path| destroy(path)).sum())
}

fn forget(connection: &Connection, digest: &Digest) -> Outcome<bool> {
    if change::is_used(connection, digest)? {
        return Ok(false);
    }
    blob::forget(connection, digest)?;
    root::forget(connection, digest)?;
    Ok(true)
}

/// Removes a content that a user kept, unless `refuse` finds a reason not to in the same transaction; gives how many bytes were freed.
pub(crate) fn drop_content(
    registry: &Registry,
    digest: &Digest,
    refuse: &dyn Fn(&Connection) -> Outcome<()>,
) -> Result<u64> {
    let doomed: RefCell<Vec<PathBuf>> = RefCell::default();
    let aside = registry.folder().aside();
    registry.folder().make(&aside).map_err(|e| Error::disk(format!("cannot make `{}`", aside.display()), &e))?;
    registry.write(|connection| {
        refuse(connection)?;
        blob::forget(connection, digest)?;
        root::forget(connection, digest)?;
        doom_blob(registry, digest, &doomed);
        Ok(())
    })?;
    Ok(doomed.into_inner().iter().map(|path| destroy(path)).sum())
}

/// Takes a blob out of the way, with the names that it was asked for by.
fn doom_blob(registry: &Registry, digest: &Digest, doomed: &RefCell<Vec<PathBuf>>) {
    doom(registry, &registry.folder().blob(digest), doomed);
    doom(registry, &registry.folder().names(digest), doomed);
}

/// Takes a file or folder out of the way, to be removed once the registry is free.
fn doom(registry: &Registry, path: &Path, doomed: &RefCell<Vec<PathBuf>>) {
    let aside = registry.folder().aside().join(format!("{DOOMED_PREFIX}{}", random_name()));
    if std::fs::rename(path, &aside).is_ok() {
        doomed.borrow_mut().push(aside);
    }
}

/// Removes a file, or a folder with all in it; gives the bytes whose last name went.
pub(crate) fn destroy(path: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    let Ok(metadata) = std::fs::symlink_metadata(path) else { return 0 };
    if metadata.is_dir() {
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
        let freed = entries.map(|entry| destroy(&entry.path())).sum();
        let _ = std::fs::remove_dir(path);
        return freed;
    }
    let is_last = metadata.nlink() == 1;
    if std::fs::remove_file(path).is_ok() && is_last { metadata.len() } else { 0 }
}
