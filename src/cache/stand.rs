//! Whether an item's file may be given out, and how it is made good where it may not.
//!
//! A file stands while size, mtime and inode are those that were recorded when it was hashed, and no power loss can have come
//! between. Rows say which boot wrote their bytes: those of this boot are still in memory if they are nowhere else; those of an
//! earlier one (or of another machine) are hashed once, and what a boot reads back that it did not write is durable. So no
//! download ever waits for the disk. `make_durable` spares even that hash: called while a command waits for the wire
//! anyway, it syncs files that are older than the kernel's own write-back, which is nearly free, and their rows forget the boot.
//! If it is never called, the price is one hash a blob after each boot.

use crate::cache::blobs::link::{self, Placed};
use crate::cache::blobs::{self, Found};
use crate::cache::item::{Item, Record, Status};
use crate::cache::registry::connection::Failure;
use crate::cache::registry::{Registry, blob, item};
use crate::clock::Timestamp;
use crate::digest::Digest;
use crate::disk::{Signature, Temporary};
use crate::error::{Error, Kind, Result};
use serde_json::json;
use std::cell::RefCell;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

/// After this time the kernel has begun to write what was written (`dirty_expire_centisecs` is 30 s, its thread wakes every 5).
const WRITTEN_BACK_AFTER: Duration = Duration::from_mins(1);
/// How many blobs are made durable at a time.
const DURABLE_BATCH: i64 = 64;

/// Whether the item's path holds its bytes; made good where that can be done.
pub(crate) fn stands(registry: &Registry, item: &Item) -> Result<bool> {
    let (Status::Ready, Some(digest)) = (item.status, &item.sha256) else { return Ok(false) };
    if let Some(record) = &item.record
        && Signature::of(&item.path).is_ok_and(|signature| record.is_of(&signature))
        && (record.boot.is_none() || blobs::is_durable(record, registry.boot()))
    {
        return Ok(true);
    }
    if registry.folder().is_writable() {
        heal(registry, item, digest)
    } else {
        // Nothing can be recorded, but what is right can be given out.
        registry.pause_look();
        let found = blobs::check(&item.path, digest, item.record.as_ref(), registry.boot())?;
        Ok(matches!(found, Found::Standing(_) | Found::Right(_)))
    }
}

/// Makes an item good that was found to be damaged; false if that cannot be done, and it is FAILED then.
pub(crate) fn mend(registry: &Registry, item: &Item, digest: &Digest) -> Result<bool> {
    // Nothing that was recorded is believed.
    let unknown = Item { record: None, ..item.clone() };
    registry.write(|connection| {
        blob::forget(connection, digest)?;
        item::note_copy(connection, item.id, None)
    })?;
    heal(registry, &unknown, digest)
}

/// Sets a blob aside that an item needs beside its own and whose bytes are wrong; the item is FAILED then.
pub(crate) fn lose(registry: &Registry, item: &Item, part: &Digest) -> Result<()> {
    let path = registry.folder().blob(part);
    if let Ok(found) = Signature::of(&path) {
        set_aside(registry, &path, found.inode)?;
    }
    spoil(registry, item, part, "a file that it needs is gone or damaged")
}

fn heal(registry: &Registry, item: &Item, digest: &Digest) -> Result<bool> {
    let blob_path = registry.folder().blob(digest);
    let known = registry.read(|c| blob::record(c, digest))?;
    registry.pause_look();
    match blobs::check(&blob_path, digest, known.as_ref(), registry.boot())? {
        Found::Standing(record) | Found::Right(record) => {
            return name_anew(registry, item, digest, &record).map(|()| true);
        }
        Found::Wrong(inode) => {
            registry.warn(format!("`{}` was damaged: it was set aside", item.path.display()));
            if Signature::of(&item.path).is_ok_and(|s| s.inode == inode) {
                // One file with two names: it is kept once.
                let _ = std::fs::remove_file(&item.path);
            }
            set_aside(registry, &blob_path, inode)?;
        }
        Found::Missing => {}
    }
    // The blob is gone; the name may be a copy, or a link that outlived it.
    match blobs::check(&item.path, digest, item.record.as_ref(), registry.boot())? {
        Found::Standing(record) | Found::Right(record) => {
            if adopt(registry, item, digest, &record).is_ok() {
                return Ok(true);
            }
            registry.write(|c| item::note_copy(c, item.id, Some(&record)))?;
            Ok(true)
        }
        Found::Wrong(inode) => {
            set_aside(registry, &item.path, inode)?;
            registry.warn(format!("`{}` was damaged: it was set aside", item.path.display()));
            spoil(registry, item, digest, "its bytes are not those that were hashed").map(|()| false)
        }
        Found::Missing => spoil(registry, item, digest, "its file is gone").map(|()| false),
    }
}

/// Makes the item's name anew from a blob that is right, and records both.
fn name_anew(registry: &Registry, item: &Item, digest: &Digest, record: &Record) -> Result<()> {
    let folder = registry.folder();
    let blob_path = folder.blob(digest);
    move_foreign(registry, item, digest, record)?;
    let copy: RefCell<Option<Temporary>> = RefCell::new(None);
    loop {
        let placed = registry.try_write(|connection| {
            let placed = link::place(folder, &blob_path, &item.path, copy.borrow_mut().take())?;
            let own = match placed {
                Placed::Link => None,
                Placed::Copy(signature) => Some(Record::new(&signature, registry.boot().map(str::to_owned))),
            };
            blob::note(connection, digest, record)?;
            item::note_copy(connection, item.id, own.as_ref())
        });
        match placed {
            Err(Failure::NeedsCopy) => *copy.borrow_mut() = Some(link::copy(folder, &blob_path)?),
            Err(Failure::Said(error)) => return Err(error),
            Err(other) => {
                return Err(Error::new(
                    Kind::Cache,
                    "registry",
                    format!("cannot make `{}`: {other:?}", item.path.display()),
                ));
            }
            Ok(()) => return Ok(()),
        }
    }
}

/// Whatever else stands at the item's path may be somebody's edit: unless it is the same bytes, it is kept aside.
fn move_foreign(registry: &Registry, item: &Item, digest: &Digest, blob: &Record) -> Result<()> {
    match Signature::of(&item.path) {
        Ok(found) if found.inode != blob.inode => {
            if found.size == blob.size && found.mtime == blob.mtime {
                return Ok(());
            }
            if let Found::Wrong(inode) = blobs::check(&item.path, digest, item.record.as_ref(), registry.boot())? {
                set_aside(registry, &item.path, inode)?;
                registry.warn(format!("`{}` was changed: it was set aside and made anew", item.path.display()));
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Makes the blob from a name that has its bytes.
fn adopt(registry: &Registry, item: &Item, digest: &Digest, record: &Record) -> Result<()> {
    let path = registry.folder().blob(digest);
    let failed = |e: &std::io::Error| Error::disk(format!("cannot write `{}`", path.display()), e);
    registry.folder().make(path.parent().unwrap_or(registry.folder().path())).map_err(|e| failed(&e))?;
    match (registry.folder().linker)(&item.path, &path) {
        Err(e) if e.kind() != ErrorKind::AlreadyExists => return Err(failed(&e)),
        _ => {}
    }
    // Bytes that another process put there first are recorded when they are next used.
    if Signature::of(&path).is_ok_and(|s| record.is_of(&s)) {
        registry.write(|connection| {
            blob::note(connection, digest, record)?;
            item::note_copy(connection, item.id, None)
        })?;
    }
    Ok(())
}

fn set_aside(registry: &Registry, path: &Path, inode: u64) -> Result<()> {
    registry
        .folder()
        .set_aside(path, inode)
        .map_err(|e| Error::disk(format!("cannot set `{}` aside", path.display()), &e))
}

fn spoil(registry: &Registry, item: &Item, digest: &Digest, why: &str) -> Result<()> {
    let error = json!({
        "kind": Kind::Integrity.name(),
        "code": "damaged",
        "exit_code": Kind::Integrity.exit_code(),
        "message": format!("the cached file was damaged: {why}"),
        "causes": [],
    });
    let blob_path = registry.folder().blob(digest);
    registry.write(|connection| {
        // Unless somebody has put the bytes back meanwhile.
        if Signature::of(&blob_path).is_err() {
            blob::forget(connection, digest)?;
            item::spoil(connection, item, &error, Timestamp::now())?;
        }
        Ok(())
    })
}

/// Makes some blobs durable that were written a while ago; gives how many.
pub(crate) fn make_durable(registry: &Registry) -> Result<usize> {
    let Some(boot) = registry.boot() else { return Ok(0) };
    if !registry.folder().is_writable() {
        return Ok(0);
    }
    let before = Timestamp::now().minus(WRITTEN_BACK_AFTER);
    let all = registry.read(|c| blob::not_durable(c, boot, before, DURABLE_BATCH))?;
    let mut synced = Vec::new();
    for digest in all {
        let path = registry.folder().blob(&digest);
        let Ok(file) = std::fs::File::open(&path) else { continue };
        if file.sync_all().is_ok()
            && let Ok(metadata) = file.metadata()
        {
            synced.push((digest, Record::new(&Signature::from(&metadata), None)));
        }
    }
    if synced.is_empty() {
        return Ok(0);
    }
    registry.write(|connection| {
        let mut count = 0;
        for (digest, record) in &synced {
            count += usize::from(blob::durable(connection, digest, record)?);
        }
        Ok(count)
    })
}
