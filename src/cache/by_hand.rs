//! Versions that a user makes: begun to be written, put in whole, or found.

use crate::cache::blobs::link;
use crate::cache::commit::{check, reread, seat};
use crate::cache::intake::{self, Taken, Way};
use crate::cache::item::{Item, NewItem, Status};
use crate::cache::query::Query;
use crate::cache::registry::connection::{Failure, Outcome};
use crate::cache::registry::item::{Slot, Told};
use crate::cache::registry::{Registry, change, item, search};
use crate::cache::stand;
use crate::clock::Timestamp;
use crate::digest::Digest;
use crate::disk::{Replace, Signature, Temporary};
use crate::error::{Error, Kind, Result};
use rusqlite::Connection;
use std::cell::RefCell;
use std::io::ErrorKind;
use std::path::Path;

/// An error unless a user may begin a version so.
fn check_begun(status: Status) -> Result<()> {
    match status {
        Status::Uninitialized | Status::Write | Status::Failed => Ok(()),
        other => Err(Error::usage(format!(
            "a new version cannot be {}: expected WRITE, UNINITIALIZED or FAILED",
            other.name()
        ))
        .hint("`put` stores a file as READY, `ready` finishes what was written")),
    }
}

/// Makes a new version, whose file is still to be written.
pub(crate) fn create(registry: &Registry, new: &NewItem, status: Status) -> Result<Item> {
    check(new)?;
    check_begun(status)?;
    registry.write(|connection| begin(registry, connection, new, status))
}

fn begin(registry: &Registry, connection: &Connection, new: &NewItem, status: Status) -> Outcome<Item> {
    let version = change::next_version(connection, &new.key)?;
    let folder = registry.folder().version(&new.key, version);
    registry
        .folder()
        .make(&folder)
        .map_err(|e| Error::disk(format!("cannot make the folder `{}`", folder.display()), &e))?;
    // What a version of the same number left behind is not this one's.
    let _ = std::fs::remove_file(folder.join(&new.filename));
    let id = item::put(connection, Slot { version, failed: None }, new, Told::Begun(status), Timestamp::now())?;
    change::by_hand(connection, id)?;
    reread(registry, connection, id)
}

/// The newest version of a key that a query takes. One that is READY stands: its path has its bytes.
pub(crate) fn best(registry: &Registry, query: &Query) -> Result<Option<Item>> {
    let mut fallen = None;
    loop {
        let Some(found) = registry.read(|connection| newest(registry, connection, query))? else { return Ok(None) };
        // One that fell is FAILED from then on; where nothing can be written it stays what it was.
        if fallen == Some(found.id) {
            return Ok(None);
        }
        if found.status != Status::Ready || stand::stands(registry, &found)? {
            return Ok(Some(found));
        }
        fallen = Some(found.id);
    }
}

fn newest(registry: &Registry, connection: &Connection, query: &Query) -> Outcome<Option<Item>> {
    let mut all = search::search(connection, registry.folder(), query)?;
    all.sort_by_key(|item| item.version);
    Ok(all.pop())
}

/// The newest version that a query takes, or a new one, in one step; and whether it is new.
pub(crate) fn best_or_new(registry: &Registry, query: &Query, new: &NewItem, status: Status) -> Result<(Item, bool)> {
    check(new)?;
    check_begun(status)?;
    if let Some(found) = best(registry, query)? {
        return Ok((found, false));
    }
    registry.write(|connection| match newest(registry, connection, query)? {
        Some(found) => Ok((found, false)),
        None => Ok((begin(registry, connection, new, status)?, true)),
    })
}

/// A change that names a blob, with a copy of it where there can be no link.
type Seating<'a, T> = dyn Fn(&Connection, &RefCell<Option<Temporary>>) -> Outcome<T> + 'a;

/// Does something in one transaction that names a blob; `again` makes the blob anew where it was cleaned away meanwhile.
pub(crate) fn seated<T>(
    registry: &Registry,
    digest: &Digest,
    again: &dyn Fn() -> Result<()>,
    change: &Seating<'_, T>,
) -> Result<T> {
    let copy: RefCell<Option<Temporary>> = RefCell::new(None);
    loop {
        match registry.try_write(|connection| change(connection, &copy)) {
            Ok(done) => return Ok(done),
            Err(Failure::NeedsCopy) => {
                *copy.borrow_mut() = Some(link::copy(registry.folder(), &registry.folder().blob(digest))?);
            }
            Err(Failure::NeedsBlob) => again()?,
            Err(Failure::Said(error)) => return Err(error),
            Err(other) => return Err(Error::new(Kind::Cache, "registry", format!("cannot commit: {other:?}"))),
        }
    }
}

/// Stores a file as a new version: READY, or to be gone on with. Moved: the file is gone from where it was.
pub(crate) fn put(registry: &Registry, file: &Path, new: &NewItem, status: Status, moved: bool) -> Result<Item> {
    check(new)?;
    if status != Status::Ready {
        check_begun(status)?;
        return put_begun(registry, file, new, status, moved);
    }
    let way = if moved { Way::Take } else { Way::Copy };
    let taken = intake::take_in(registry, file, way)?;
    let again = || intake::take_in(registry, file, Way::Copy).map(|_| ());
    let item = put_taken(registry, &taken.digest, taken.size, new, &again)?;
    if moved {
        remove_source(file, &taken)?;
    }
    Ok(item)
}

/// Removes what was moved in, unless it was changed since it was read.
fn remove_source(file: &Path, taken: &Taken) -> Result<()> {
    let found = Signature::of(file);
    let is_same =
        found.is_ok_and(|s| (s.size, s.mtime, s.inode) == (taken.source.size, taken.source.mtime, taken.source.inode));
    let is_link = std::fs::symlink_metadata(file).is_ok_and(|m| m.is_symlink());
    if is_same || is_link {
        return std::fs::remove_file(file)
            .map_err(|e| Error::disk(format!("`{}` is stored, but cannot be removed", file.display()), &e));
    }
    Ok(())
}

/// Makes a READY version of a blob that is in place.
pub(crate) fn put_taken(
    registry: &Registry,
    digest: &Digest,
    size: u64,
    new: &NewItem,
    again: &dyn Fn() -> Result<()>,
) -> Result<Item> {
    check(new)?;
    seated(registry, digest, again, &|connection, copy| {
        let version = change::next_version(connection, &new.key)?;
        let path = registry.folder().item(&new.key, version, &new.filename);
        let seat = seat(registry, connection, digest, &path, copy)?;
        let slot = Slot { version, failed: None };
        let id = item::put(connection, slot, new, Told::Ready(size, digest, seat.of_copy()), Timestamp::now())?;
        change::by_hand(connection, id)?;
        reread(registry, connection, id)
    })
}

fn put_begun(registry: &Registry, file: &Path, new: &NewItem, status: Status, moved: bool) -> Result<Item> {
    registry.folder().check_writable()?;
    let copy = intake::writable_copy(registry.folder(), file)?;
    let item = create(registry, new, status)?;
    copy.publish(&item.path, registry.folder().access().file_mode, Replace::Allowed)?;
    if moved {
        std::fs::remove_file(file)
            .map_err(|e| Error::disk(format!("`{}` is stored, but cannot be removed", file.display()), &e))?;
    }
    Ok(item)
}

/// Takes in what was written at the path of an item; gives it as it is then.
pub(crate) fn ready(registry: &Registry, item: &Item) -> Result<Item> {
    let (digest, size) = prepare(registry, item)?;
    let again = || prepare(registry, item).map(|_| ());
    seated(registry, &digest, &again, &|connection, copy| finish(registry, connection, item.id, &digest, size, copy))
}

/// Whether something was written at an item's path.
pub(crate) fn check_written(item: &Item) -> Result<()> {
    match std::fs::metadata(&item.path) {
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            let text = format!("nothing was written for item {}: there is no file `{}`", item.id, item.path.display());
            Err(Error::new(Kind::NotFound, "no_file", text))
        }
        Err(e) => Err(Error::disk(format!("cannot read `{}`", item.path.display()), &e)),
        Ok(_) => Ok(()),
    }
}

/// Makes a blob of what stands at an item's path. What is READY already stays as it is.
pub(crate) fn prepare(registry: &Registry, item: &Item) -> Result<(Digest, u64)> {
    if let (Some(digest), Some(size), true) = (&item.sha256, item.size, item.record.is_some())
        && item.record.as_ref().is_some_and(|record| Signature::of(&item.path).is_ok_and(|s| record.is_of(&s)))
    {
        return Ok((digest.clone(), size));
    }
    let taken = intake::take_in(registry, &item.path, Way::Take).map_err(|e| match e.code() {
        "no_file" => e.context(format!("nothing was written for item {}", item.id)),
        _ => e,
    })?;
    Ok((taken.digest, taken.size))
}

/// Makes an item READY, with a blob that is in place.
pub(crate) fn finish(
    registry: &Registry,
    connection: &Connection,
    id: i64,
    digest: &Digest,
    size: u64,
    copy: &RefCell<Option<Temporary>>,
) -> Outcome<Item> {
    let current = reread(registry, connection, id)?;
    let seat = seat(registry, connection, digest, &current.path, copy)?;
    change::ready(connection, id, size, digest, seat.of_copy(), Timestamp::now())?;
    reread(registry, connection, id)
}
