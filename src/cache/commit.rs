//! New versions: a verified file becomes a blob, a name and a row, in this order.
//!
//! The blob gets its place first. Then one transaction decides what the bytes are (a new version, or the newest one confirmed),
//! makes the name and writes the row, so a version's number, its folder and its row are one step for all processes: two metadata
//! calls under the lock are what that costs. Hashing and copying happen outside. The partial keeps its name and its lock until
//! the row is there: whoever waits for the lock finds the row when it gets it.

use crate::cache::blobs::{self, link};
use crate::cache::folder::{check_key, is_file_name};
use crate::cache::item::{Attribute, Download, Item, NewContent, NewItem, Record};
use crate::cache::registry::connection::{Failure, Outcome};
use crate::cache::registry::item::{Slot, Told};
use crate::cache::registry::{Registry, attribute, blob, download, item};
use crate::clock::Timestamp;
use crate::digest::Digest;
use crate::disk::{Signature, Temporary};
use crate::error::{Error, Kind, Result};
use crate::partial::Partial;
use rusqlite::Connection;
use serde_json::Value;
use std::cell::RefCell;
use std::io::ErrorKind;
use std::path::Path;

pub(crate) fn check(new: &NewItem) -> Result<()> {
    check_key(&new.key)?;
    if is_file_name(&new.filename) {
        return Ok(());
    }
    Err(Error::usage(format!("`{}` is no file name", new.filename)))
}

/// Commits a finished file; gives its item and whether it is a new version.
pub(crate) fn commit(
    registry: &Registry,
    new: &NewItem,
    content: &NewContent,
    partial: Partial,
    keep: Option<u32>,
) -> Result<(Item, bool)> {
    check(new)?;
    registry.folder().check_writable()?;
    let digest = content.digests.sha256();
    let found = partial.file().metadata().map_err(|e| partial.failed(&e))?.len();
    if found != content.size {
        return Err(Error::new(
            Kind::Integrity,
            "size_mismatch",
            format!("`{}` changed after it was verified", partial.path().display()),
        )
        .cause(format!("expected {} bytes, found {found}", content.size)));
    }
    let path = registry.folder().blob(digest);
    let stands = match Signature::of(&path) {
        Ok(signature) => registry
            .read(|c| blob::record(c, digest))?
            .is_some_and(|record| blobs::is_durable(&record, registry.boot()) && record.is_of(&signature)),
        Err(_) => false,
    };
    if !stands {
        blobs::put(registry.folder(), &partial, digest, registry.boot())?;
    }
    let copy: RefCell<Option<Temporary>> = RefCell::new(None);
    let committed = loop {
        match registry.try_write(|c| settle(registry, c, new, content, &copy, keep)) {
            Err(Failure::NeedsCopy) => *copy.borrow_mut() = Some(link::copy(registry.folder(), &path)?),
            // Nobody used it, and it was cleaned away since we looked.
            Err(Failure::NeedsBlob) => blobs::put(registry.folder(), &partial, digest, registry.boot())?,
            Err(Failure::Said(error)) => return Err(error),
            Err(other) => return Err(Error::new(Kind::Cache, "registry", format!("cannot commit: {other:?}"))),
            Ok(committed) => break committed,
        }
    };
    partial.discard();
    Ok(committed)
}

/// Decides what the bytes are, and makes the name and the row.
fn settle(
    registry: &Registry,
    connection: &Connection,
    new: &NewItem,
    content: &NewContent,
    copy: &RefCell<Option<Temporary>>,
    keep: Option<u32>,
) -> Outcome<(Item, bool)> {
    let folder = registry.folder();
    let digest = content.digests.sha256();
    let now = Timestamp::now();
    let place = |path_of_item: &Path| seat(registry, connection, digest, path_of_item, copy);
    let newest = item::newest(connection, folder, &new.key)?;
    let trash_older = || keep.map_or(Ok(()), |keep| item::trash_older(connection, &new.key, keep, now));
    if let Some(newest) = newest.filter(|newest| is_same(newest, new, digest)) {
        let seat = place(&newest.path)?;
        item::note_copy(connection, newest.id, seat.of_copy())?;
        refresh(connection, &newest, new, now)?;
        trash_older()?;
        return Ok((reread(registry, connection, newest.id)?, false));
    }
    let slot = item::next_slot(connection, &new.key)?;
    let path = folder.item(&new.key, slot.version, &new.filename);
    let seat = place(&path)?;
    let told = Told::Ready(content.size, digest, seat.of_copy());
    let id = item::put(connection, slot, new, told, now)?;
    trash_older()?;
    if slot.failed.is_some() || !new.attributes.is_empty() {
        return Ok((reread(registry, connection, id)?, true));
    }
    let item = Item::first(id, slot.version, path, new, content, now, seat.record);
    // Reading it would cost as much as writing it.
    debug_assert_eq!(item, reread(registry, connection, id)?, "a new item is what its row says");
    Ok((item, true))
}

/// How a content stands under its item's name.
pub(crate) struct Seat {
    record: Record,
    is_copy: bool,
}

impl Seat {
    /// What the item's own copy looks like; `None`: its path is a link of the blob.
    pub(crate) fn of_copy(&self) -> Option<&Record> {
        self.is_copy.then_some(&self.record)
    }

    /// The same, taken.
    pub(crate) fn into_copy(self) -> Option<Record> {
        self.is_copy.then_some(self.record)
    }
}

/// Makes `path` a name of a blob that has the right bytes, and notes what the blob looks like. Within a transaction: what cleans
/// blobs away does so in one too, so from here on the blob stays.
pub(crate) fn seat(
    registry: &Registry,
    connection: &Connection,
    digest: &Digest,
    path: &Path,
    copy: &RefCell<Option<Temporary>>,
) -> Outcome<Seat> {
    let folder = registry.folder();
    let record = hold(registry, connection, digest)?;
    Ok(match link::place(folder, &folder.blob(digest), path, copy.borrow_mut().take())? {
        link::Placed::Link => Seat { record, is_copy: false },
        link::Placed::Copy(signature) => {
            Seat { record: Record::new(&signature, registry.boot().map(str::to_owned)), is_copy: true }
        }
    })
}

/// Notes what a blob looks like that was just found to be right. `NeedsBlob` if it is gone.
pub(crate) fn hold(registry: &Registry, connection: &Connection, digest: &Digest) -> Outcome<Record> {
    let blob_path = registry.folder().blob(digest);
    // Only verified bytes get this name, so whatever has it now is recorded as it looks now.
    let signature = Signature::of(&blob_path).map_err(|e| match e.kind() {
        ErrorKind::NotFound => Failure::NeedsBlob,
        _ => Error::disk(format!("cannot read `{}`", blob_path.display()), &e).into(),
    })?;
    let boot = match blob::record(connection, digest)? {
        Some(record) if record.is_of(&signature) && blobs::is_durable(&record, registry.boot()) => record.boot,
        _ => registry.boot().map(str::to_owned),
    };
    let record = Record::new(&signature, boot);
    blob::note(connection, digest, &record)?;
    Ok(record)
}

/// Whether a new content only confirms a version: the same bytes, under the same trust, as a success or not as before.
fn is_same(newest: &Item, new: &NewItem, digest: &Digest) -> bool {
    let trust = |download: Option<&Download>| download.map(|d| d.trust.clone()).unwrap_or_default();
    let success =
        |download: Option<&Download>| download.and_then(|d| d.http_code).is_none_or(|code| !(300..600).contains(&code));
    let (old, new) = (newest.download.as_ref(), new.download.as_ref());
    newest.sha256.as_ref() == Some(digest) && trust(old) == trust(new) && success(old) == success(new)
}

fn refresh(connection: &Connection, newest: &Item, new: &NewItem, now: Timestamp) -> Outcome<()> {
    item::confirmed(connection, newest.id, now)?;
    if let Some(download) = &new.download {
        item::fetched(connection, newest.id, download)?;
    }
    if !new.label.is_empty() {
        item::describe(connection, newest.id, Some(&new.label), now)?;
    }
    attribute::set(connection, newest.id, &new.attributes)
}

/// The item as it is now.
pub(crate) fn reread(registry: &Registry, connection: &Connection, id: i64) -> Outcome<Item> {
    item::by_id(connection, registry.folder(), id)?
        .ok_or_else(|| Error::new(Kind::NotFound, "not_found", format!("no item has the id {id} any more")).into())
}

/// Notes that the origin confirmed an item.
pub(crate) fn revalidated(registry: &Registry, item: &Item, confirmation: Option<&Download>) -> Result<Item> {
    registry.write(|connection| {
        let now = Timestamp::now();
        let current = reread(registry, connection, item.id)?;
        item::confirmed(connection, item.id, now)?;
        if let (Some(stored), Some(confirmation)) = (&current.download, confirmation) {
            item::fetched(connection, item.id, &download::confirm(stored, confirmation))?;
        }
        reread(registry, connection, item.id)
    })
}

/// Makes, or takes over, the one FAILED version of a key.
pub(crate) fn fail(registry: &Registry, new: &NewItem, error: &Value) -> Result<Item> {
    check(new)?;
    registry.write(|connection| {
        let slot: Slot = item::next_slot(connection, &new.key)?;
        let id = item::put(connection, slot, new, Told::Failed(error), Timestamp::now())?;
        reread(registry, connection, id)
    })
}

/// Sets what the user says of an item.
pub(crate) fn describe(
    registry: &Registry,
    item: &Item,
    label: Option<&str>,
    attributes: &[Attribute],
) -> Result<Item> {
    registry.write(|connection| {
        item::describe(connection, item.id, label, Timestamp::now())?;
        attribute::set(connection, item.id, attributes)?;
        reread(registry, connection, item.id)
    })
}
