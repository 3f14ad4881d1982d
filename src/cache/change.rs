//! What a user says of items: status, label, name, dates, attributes. One transaction for all that are meant.

use crate::cache::blobs::link;
use crate::cache::by_hand;
use crate::cache::commit::reread;
use crate::cache::folder::is_file_name;
use crate::cache::intake;
use crate::cache::item::{Attribute, Item, Status, extension};
use crate::cache::query::Query;
use crate::cache::registry::connection::{Failure, Outcome};
use crate::cache::registry::{Registry, attribute, change, item_blob, search};
use crate::cache::remove::{Unneeded, forget_responses, sweep};
use crate::clock::Timestamp;
use crate::digest::Digest;
use crate::disk::{Replace, Temporary, rename_new};
use crate::error::{Error, Kind, Result};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::PathBuf;

/// Which items a change is for.
#[derive(Debug, Clone)]
pub enum Which {
    /// These row numbers; one that is not there is an error.
    Ids(Vec<i64>),
    /// All that a query means, looked up in the transaction that changes them.
    Query(Box<Query>),
}

/// What is set; what is `None` or empty stays.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Change {
    /// The status; READY takes in what was written at the path.
    pub status: Option<Status>,
    /// The label.
    pub label: Option<String>,
    /// The file's name: its path moves.
    pub filename: Option<String>,
    /// The extension, without dot; a new file name brings its own unless this is said.
    pub ext: Option<String>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// When it was last read.
    pub last_read: Option<Timestamp>,
    /// When it was last found.
    pub last_search: Option<Timestamp>,
    /// Attributes that are set, whatever type they had.
    pub attributes: Vec<Attribute>,
    /// Attributes that are taken away: namespace (empty for none) and name.
    pub unset: Vec<(String, String)>,
    /// Why it failed, with the status FAILED; as the error object of CONTRACT section 1.
    pub error: Option<Value>,
}

/// The items that are meant, as they are.
pub(crate) fn meant(registry: &Registry, connection: &Connection, which: &Which) -> Outcome<Vec<Item>> {
    match which {
        Which::Ids(ids) => ids.iter().map(|id| reread(registry, connection, *id)).collect(),
        Which::Query(query) => search::search(connection, registry.folder(), query),
    }
}

/// What was prepared outside the transaction for one item.
#[derive(Debug, Default)]
struct Prepared {
    content: Option<(Digest, u64)>,
    writable: RefCell<Option<Temporary>>,
    copy: RefCell<Option<Temporary>>,
}

/// Changes items; gives them as they are then.
pub(crate) fn set(registry: &Registry, which: &Which, what: &Change) -> Result<Vec<Item>> {
    if let Some(name) = what.filename.as_ref().filter(|name| !is_file_name(name)) {
        return Err(Error::usage(format!("`{name}` is no file name")));
    }
    registry.folder().check_writable()?;
    let items = registry.read(|connection| meant(registry, connection, which))?;
    let mut prepared = HashMap::new();
    if what.status == Some(Status::Ready) {
        // Before any is taken in: all or none.
        items.iter().try_for_each(by_hand::check_written)?;
    }
    for item in &items {
        prepared.insert(item.id, prepare(registry, item, what)?);
    }
    let old: RefCell<Vec<PathBuf>> = RefCell::default();
    let parts: RefCell<Vec<Digest>> = RefCell::default();
    let changed = loop {
        let changed = registry.try_write(|connection| {
            old.borrow_mut().clear();
            parts.borrow_mut().clear();
            let mut all = Vec::new();
            for item in meant(registry, connection, which)? {
                // One that came since is not prepared: it is not meant.
                let Some(prepared) = prepared.get(&item.id) else { continue };
                if what.status == Some(Status::Deleted) {
                    let needed = item_blob::of_item(connection, item.id)?;
                    parts.borrow_mut().extend(needed.into_iter().map(|(digest, _)| digest));
                }
                old.borrow_mut().extend(apply(registry, connection, &item, what, prepared)?);
                all.push(reread(registry, connection, item.id)?);
            }
            Ok(all)
        });
        match changed {
            Ok(all) => break all,
            Err(Failure::Said(error)) => return Err(error),
            Err(failure @ (Failure::NeedsCopy | Failure::NeedsBlob)) => {
                for item in &items {
                    let Some(prepared) = prepared.get_mut(&item.id) else { continue };
                    *prepared = prepare(registry, item, what)?;
                    if let (Failure::NeedsCopy, Some((digest, _))) = (&failure, &prepared.content) {
                        let blob = registry.folder().blob(digest);
                        *prepared.copy.borrow_mut() = Some(link::copy(registry.folder(), &blob)?);
                    }
                }
            }
            Err(other) => return Err(Error::new(Kind::Cache, "registry", format!("cannot commit: {other:?}"))),
        }
    };
    for path in old.borrow().iter() {
        let _ = std::fs::remove_file(path);
    }
    if what.status == Some(Status::Deleted) {
        sweep(registry, &Unneeded::of(&changed, parts.into_inner()))?;
    }
    Ok(changed)
}

fn prepare(registry: &Registry, item: &Item, what: &Change) -> Result<Prepared> {
    let mut prepared = Prepared::default();
    match what.status {
        Some(Status::Ready) => prepared.content = Some(by_hand::prepare(registry, item)?),
        Some(Status::Write | Status::Uninitialized) if item.sha256.is_some() && item.status != Status::Deleted => {
            let copy = intake::writable_copy(registry.folder(), &item.path);
            prepared.writable = RefCell::new(match copy {
                Err(e) if e.code() == "no_file" => None,
                other => Some(other?),
            });
        }
        _ => {}
    }
    Ok(prepared)
}

/// Changes one item; gives names that it has no longer, to be removed once the change stands.
fn apply(
    registry: &Registry,
    connection: &Connection,
    item: &Item,
    what: &Change,
    prepared: &Prepared,
) -> Outcome<Option<PathBuf>> {
    let now = Timestamp::now();
    let old = match &what.filename {
        Some(name) if *name != item.filename => {
            let new = registry.folder().item(&item.key, item.version, name);
            move_name(registry, item, &new)?.then(|| item.path.clone())
        }
        _ => None,
    };
    let ext = what.ext.as_deref().map(|ext| ext.trim_start_matches('.').to_owned());
    let ext = ext.or_else(|| what.filename.as_deref().map(extension));
    let fields = change::Fields {
        label: what.label.as_deref(),
        filename: what.filename.as_deref(),
        ext: ext.as_deref(),
        created_at: what.created_at,
        last_read: what.last_read,
        last_search: what.last_search,
    };
    change::fields(connection, item.id, &fields, now)?;
    attribute::set(connection, item.id, &what.attributes)?;
    attribute::unset(connection, item.id, &what.unset)?;
    match (what.status, &prepared.content) {
        (Some(Status::Ready), Some((digest, size))) => {
            by_hand::finish(registry, connection, item.id, digest, *size, &prepared.copy)?;
        }
        (Some(status @ (Status::Write | Status::Uninitialized)), _) => {
            begin_again(registry, connection, item, status, prepared, now)?;
        }
        // What is DELETED has nothing to go to TRASH.
        (Some(Status::Trash), _) if matches!(item.status, Status::Trash | Status::Deleted) => {}
        (Some(status), _) => {
            change::status(connection, item.id, status, false, now)?;
            match status {
                Status::Failed => change::error(connection, item.id, what.error.as_ref())?,
                Status::Deleted => forget_responses(connection, item)?,
                _ => {}
            }
        }
        (None, _) => {}
    }
    Ok(old)
}

/// The path becomes one that its user may write.
fn begin_again(
    registry: &Registry,
    connection: &Connection,
    item: &Item,
    status: Status,
    prepared: &Prepared,
    now: Timestamp,
) -> Outcome<()> {
    let current = reread(registry, connection, item.id)?;
    let folder = registry.folder();
    let parent = folder.version(&item.key, item.version);
    folder.make(&parent).map_err(|e| Error::disk(format!("cannot make `{}`", parent.display()), &e))?;
    if let Some(copy) = prepared.writable.borrow_mut().take() {
        copy.publish(&current.path, folder.access().file_mode, Replace::Allowed)?;
    }
    change::status(connection, item.id, status, true, now)?;
    change::error(connection, item.id, None)
}

/// Gives an item's file its new name; true if the old one is to be removed later. A missing file is no error: names are made anew.
fn move_name(registry: &Registry, item: &Item, new: &std::path::Path) -> Outcome<bool> {
    let failed = |e: &std::io::Error| Failure::from(Error::disk(format!("cannot write `{}`", new.display()), e));
    // No row names what may stand there.
    let _ = std::fs::remove_file(new);
    match (registry.folder().linker)(&item.path, new) {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(false),
        Err(_) => rename_new(&item.path, new).map(|()| false).map_err(|e| failed(&e)),
    }
}

/// The error object of an item that a user says has failed.
pub(crate) fn said_failed(why: Option<&str>) -> Value {
    json!({
        "kind": Kind::Other.name(),
        "code": "failed",
        "exit_code": Kind::Other.exit_code(),
        "message": why.unwrap_or("marked as failed"),
        "causes": [],
    })
}
