//! Reads an export: contents first, rows at the end, all or nothing.

use crate::cache::blobs::link;
use crate::cache::by_hand::seated;
use crate::cache::commit::{Seat, hold, reread, seat};
use crate::cache::folder::{check_key, is_file_name};
use crate::cache::intake;
use crate::cache::item::{Item, Record, Status};
use crate::cache::registry::connection::{Failure, Outcome};
use crate::cache::registry::{Registry, change, item, root};
use crate::cache::remove::{Unneeded, sweep};
use crate::cache::transport::held::Held;
use crate::cache::transport::rows::{self, damaged, text};
use crate::cache::transport::{BLOBS, END, Imported, KIND, LINE_LIMIT_BYTES, MANIFEST, SCHEMA};
use crate::clock::Timestamp;
use crate::descriptor::Key;
use crate::digest::{Algorithm, Digest, Hasher};
use crate::disk::Temporary;
use crate::error::{Error, Kind, Result};
use crate::partial::Partial;
use rusqlite::{Connection, OptionalExtension as _};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{self, BufRead as _, BufReader, Read, Seek as _, Write as _};
use std::path::Path;

/// Imports an export.
pub(crate) fn import(registry: &Registry, reader: &mut dyn Read) -> Result<Imported> {
    registry.folder().check_writable()?;
    let held = Held::new(registry)?;
    let mut contents: HashMap<Digest, u64> = HashMap::new();
    let outcome = take(&held, reader, &mut contents);
    if outcome.is_err() {
        // What no row uses goes again; nothing was there that somebody could have been told of.
        let blobs = contents.into_keys().collect();
        let _ = sweep(registry, &Unneeded { versions: Vec::new(), blobs });
    }
    outcome
}

fn take(held: &Held<'_>, reader: &mut dyn Read, contents: &mut HashMap<Digest, u64>) -> Result<Imported> {
    let registry = held.registry();
    let mut archive = tar::Archive::new(reader);
    let mut manifest: Option<(Partial, Digest)> = None;
    let mut ended = false;
    for entry in archive.entries().map_err(|e| unread(&e))? {
        let mut entry = entry.map_err(|e| unread(&e))?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let size = entry.size();
        if manifest.is_none() && name != MANIFEST {
            return Err(Error::usage("the file is no export of a cache")
                .cause(format!("it begins with `{name}`"))
                .hint("dl cache export FILE makes one"));
        }
        match name.as_str() {
            _ if ended => return Err(damaged("something follows its end")),
            MANIFEST if manifest.is_none() => manifest = Some(spool(registry, &mut entry, size)?),
            END => {
                let mut text = String::new();
                entry.take(128).read_to_string(&mut text).map_err(|e| unread(&e))?;
                if manifest.as_ref().is_none_or(|(_, digest)| digest.hex() != text.trim()) {
                    return Err(damaged("its list of items is not the one that was written"));
                }
                ended = true;
            }
            name => {
                let hex = name.strip_prefix(BLOBS).unwrap_or_default();
                let digest = Digest::from_hex(Algorithm::Sha256, hex)
                    .ok_or_else(|| damaged(&format!("`{name}` is nothing that belongs into it")))?;
                let partial = intake::spool_from(registry.folder(), &mut entry)?;
                if partial.file().metadata().map_err(|e| partial.failed(&e))?.len() != size {
                    return Err(damaged("it was cut off"));
                }
                let size = held.take(&partial, &digest).map_err(|e| match e.kind() {
                    Kind::Integrity => damaged(&e.to_string()),
                    _ => e,
                })?;
                contents.insert(digest, size);
            }
        }
    }
    match manifest {
        Some((manifest, _)) if ended => store(held, &manifest, contents),
        Some(_) => Err(damaged("its end is missing")),
        None => Err(Error::usage("the file is no export of a cache")
            .cause("it is empty")
            .hint("dl cache export FILE makes one")),
    }
}

fn spool(registry: &Registry, entry: &mut dyn Read, size: u64) -> Result<(Partial, Digest)> {
    let partial = intake::spool(registry.folder())?;
    let mut hasher = Hasher::new([]);
    let mut buffer = vec![0; 1 << 16];
    let mut total = 0;
    loop {
        let count = entry.read(&mut buffer).map_err(|e| unread(&e))?;
        if count == 0 {
            break;
        }
        hasher.update(&buffer[..count]);
        partial.file().write_all(&buffer[..count]).map_err(|e| partial.failed(&e))?;
        total += count as u64;
    }
    if total != size {
        return Err(damaged("it was cut off"));
    }
    Ok((partial, hasher.finish().sha256().clone()))
}

/// What the reader of the export said: the system, or the tar that it is.
fn unread(error: &io::Error) -> Error {
    match error.raw_os_error() {
        Some(_) => Error::disk("cannot read the export", error),
        None => damaged(&error.to_string()),
    }
}

/// Gives the lines of the list to `take`.
fn lines(manifest: &Partial, take: &mut dyn FnMut(&Value) -> Result<()>) -> Result<()> {
    let mut file = manifest.file();
    file.rewind().map_err(|e| manifest.failed(&e))?;
    let mut reader = BufReader::new(file);
    let mut line = Vec::new();
    loop {
        line.clear();
        let limit = LINE_LIMIT_BYTES as u64 + 1;
        (&mut reader).take(limit).read_until(b'\n', &mut line).map_err(|e| manifest.failed(&e))?;
        if line.is_empty() {
            return Ok(());
        }
        if line.len() > LINE_LIMIT_BYTES {
            return Err(damaged("a line of its list is too long"));
        }
        let value = serde_json::from_slice(&line).map_err(|e| damaged(&e.to_string()))?;
        take(&value)?;
    }
}

/// Looks at every line before anything is written, then writes all rows in one transaction.
fn store(held: &Held<'_>, manifest: &Partial, contents: &HashMap<Digest, u64>) -> Result<Imported> {
    let registry = held.registry();
    let mut imported = Imported { blobs: contents.len() as u64, bytes: contents.values().sum(), ..Imported::default() };
    let mut is_first = true;
    let mut salt = None;
    lines(manifest, &mut |line| {
        if std::mem::take(&mut is_first) {
            return head(line, &mut salt);
        }
        check(line, contents)
    })?;
    if is_first {
        return Err(damaged("its list is empty"));
    }
    if let Some(salt) = salt {
        registry.folder().adopt_salt(&salt)?;
    }
    let copies: RefCell<HashMap<Digest, Temporary>> = RefCell::default();
    loop {
        let needed: RefCell<Option<Digest>> = RefCell::default();
        let outcome = registry.try_write(|connection| {
            let (mut items, mut known) = (0, 0);
            let mut is_first = true;
            let mut failure = None;
            let read = lines(manifest, &mut |line| {
                if std::mem::take(&mut is_first) {
                    return Ok(());
                }
                let place = |digest: &Digest, path: Option<&Path>| {
                    needed.replace(Some(digest.clone()));
                    let Some(path) = path else { return hold(registry, connection, digest).map(|_| None) };
                    let copy = RefCell::new(copies.borrow_mut().remove(digest));
                    seat(registry, connection, digest, path, &copy).map(Seat::into_copy)
                };
                if line.get("content").is_some() {
                    return keep(registry, connection, line, contents, &needed).map_err(|error| {
                        failure = Some(error);
                        damaged("ended")
                    });
                }
                match one(registry, connection, line, &place) {
                    Ok((_, true)) => items += 1,
                    Ok((_, false)) => known += 1,
                    Err(error) => {
                        failure = Some(error);
                        return Err(damaged("ended"));
                    }
                }
                Ok(())
            });
            match failure {
                Some(failure) => Err(failure),
                None => Ok(read.map(|()| (items, known))?),
            }
        });
        match outcome {
            Ok((items, known)) => {
                (imported.items, imported.known) = (items, known);
                return Ok(imported);
            }
            Err(Failure::NeedsCopy) => {
                let Some(digest) = needed.into_inner() else { return Err(damaged("a content cannot be named")) };
                let copy = link::copy(registry.folder(), &registry.folder().blob(&digest))?;
                copies.borrow_mut().insert(digest, copy);
            }
            Err(Failure::NeedsBlob) => {
                let Some(digest) = needed.into_inner() else { return Err(damaged("a content cannot be named")) };
                held.give_back(&digest)?;
            }
            Err(Failure::Said(error)) => return Err(error),
            Err(other) => return Err(Error::new(Kind::Cache, "registry", format!("cannot import: {other:?}"))),
        }
    }
}

/// Takes in one item with its content, which is hashed as it comes and has its place before the row is written. An item that is
/// here already is given as it is. `parts`, with their sizes, have their places; `parts_again` gives them those again.
pub(crate) fn adopt(
    registry: &Registry,
    line: &Value,
    content: &mut dyn Read,
    mut parts: HashMap<Digest, u64>,
    parts_again: &dyn Fn() -> Result<()>,
) -> Result<Item> {
    let digest = digest_of(line)?.ok_or_else(|| damaged("an item has no content"))?;
    let size = line["item"]["size"].as_u64().ok_or_else(|| damaged("a size is none"))?;
    parts.insert(digest.clone(), size);
    check(line, &parts)?;
    let (received, _) = intake::receive(registry, content, &digest, Some(size))?;
    let again = || intake::keep(registry, &received, Some(&digest)).and_then(|_| parts_again());
    seated(registry, &digest, &again, &|connection, copy| {
        let place = |digest: &Digest, path: Option<&Path>| match path {
            Some(path) => seat(registry, connection, digest, path, copy).map(Seat::into_copy),
            None => hold(registry, connection, digest).map(|_| None),
        };
        let (id, _) = one(registry, connection, line, &place)?;
        reread(registry, connection, id)
    })
}

fn head(line: &Value, salt: &mut Option<Vec<u8>>) -> Result<()> {
    if line["kind"] != KIND {
        return Err(Error::usage("the file is no export of a cache"));
    }
    if line["schema"] != SCHEMA {
        return Err(Error::usage(format!(
            "the export is of a newer dl: its form is {}, this dl knows {SCHEMA}",
            line["schema"]
        ))
        .hint("update dl"));
    }
    if let Some(hex) = line["salt"].as_str() {
        let bytes = Digest::from_hex(Algorithm::Sha256, hex).ok_or_else(|| damaged("its salt is none"))?;
        *salt = Some(bytes.bytes().to_vec());
    }
    Ok(())
}

pub(crate) fn digest_of(line: &Value) -> Result<Option<Digest>> {
    match &line["item"]["sha256"] {
        Value::Null => Ok(None),
        value => digest_in(value).map(Some),
    }
}

/// The blobs that an item needs beside its own.
pub(crate) fn parts_of(line: &Value) -> Result<Vec<Digest>> {
    let rows = line.get("item_blobs").and_then(Value::as_array).into_iter().flatten();
    rows.map(|row| digest_in(&row["sha256"])).collect()
}

fn digest_in(value: &Value) -> Result<Digest> {
    use base64::Engine as _;
    let text = value["base64"].as_str().unwrap_or_default();
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).unwrap_or_default();
    Digest::from_bytes(Algorithm::Sha256, &bytes).ok_or_else(|| damaged("a digest is none"))
}

/// Whether a line makes sense, and its content came along.
fn check(line: &Value, contents: &HashMap<Digest, u64>) -> Result<()> {
    if line.get("content").is_some() {
        return rows::kept(line).map(|_| ());
    }
    check_key(&Key(text(line, "key")?.to_owned())).map_err(|e| damaged(e.message()))?;
    if !is_file_name(text(line, "filename")?) {
        return Err(damaged("a file name is none"));
    }
    let status = line["item"]["status"].as_i64().and_then(Status::from_number);
    let digest = digest_of(line)?;
    let missing = |digest: &Digest| damaged(&format!("the content sha256:{} is missing", digest.hex()));
    if status != Some(Status::Deleted)
        && let Some(part) = parts_of(line)?.iter().find(|part| !contents.contains_key(part))
    {
        return Err(missing(part));
    }
    match (status, &digest) {
        (None | Some(Status::Write | Status::Uninitialized), _) | (Some(Status::Ready), None) => {
            Err(damaged("a status makes no sense"))
        }
        (Some(Status::Deleted), _) | (_, None) => Ok(()),
        (_, Some(digest)) => match contents.get(digest) {
            Some(size) if line["item"]["size"].as_u64() == Some(*size) => Ok(()),
            Some(_) => Err(damaged("a size is not that of its content")),
            None => Err(missing(digest)),
        },
    }
}

/// Notes a content that a user keeps, and what it refers to. One that is damaged or gone at its origin did not come along.
fn keep(
    registry: &Registry,
    connection: &Connection,
    line: &Value,
    contents: &HashMap<Digest, u64>,
    needed: &RefCell<Option<Digest>>,
) -> Outcome<()> {
    let (digest, is_root, references) = rows::kept(line)?;
    for content in references.iter().chain(std::iter::once(&digest)).filter(|content| contents.contains_key(content)) {
        needed.replace(Some(content.clone()));
        hold(registry, connection, content)?;
    }
    for content in &references {
        root::refer(connection, &digest, content)?;
    }
    match contents.get(&digest) {
        Some(size) if is_root => root::keep(connection, &digest, *size, Timestamp::now()),
        _ => Ok(()),
    }
}

/// Gives a content its name; one that needs none is held.
type Place<'a> = dyn Fn(&Digest, Option<&Path>) -> Outcome<Option<Record>> + 'a;

/// Adds one item; gives its id, and whether it is new here. A version that is here with another content makes room by the next number.
fn one(registry: &Registry, connection: &Connection, line: &Value, place: &Place<'_>) -> Outcome<(i64, bool)> {
    let key = Key(text(line, "key")?.to_owned());
    let mut version =
        line["item"]["version"].as_i64().filter(|v| *v > 0).ok_or_else(|| damaged("a version is none"))?;
    let status = line["item"]["status"].as_i64();
    let digest = digest_of(line)?;
    let bytes = digest.as_ref().map(Digest::bytes);
    if let Some(id) = held(connection, &key, status, bytes, &line["item"]["created_at"])? {
        return Ok((id, false));
    }
    let mut taken = connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM items WHERE key = ?1 AND version = ?2)")?;
    if taken.query_row(rusqlite::params![key.0, version], |row| row.get::<_, bool>(0))? {
        version = change::next_version(connection, &key)?;
    }
    let id = rows::write(connection, line, version)?;
    let item: Item =
        item::by_id(connection, registry.folder(), id)?.ok_or_else(|| damaged("an item makes no sense"))?;
    if let (Some(digest), true) = (&digest, item.status != Status::Deleted) {
        let record = place(digest, Some(&item.path))?;
        item::note_copy(connection, id, record.as_ref())?;
        for part in parts_of(line)? {
            place(&part, None)?;
        }
    }
    Ok((id, true))
}

/// The id of the same version, if it is here, under whatever number.
fn held(
    connection: &Connection,
    key: &Key,
    status: Option<i64>,
    digest: Option<&[u8]>,
    created_at: &Value,
) -> Outcome<Option<i64>> {
    // By the key, never by the time: all items of an export may have one.
    let mut statement = connection.prepare_cached(
        "SELECT id FROM items INDEXED BY items_by_key
         WHERE key = ?1 AND status = ?2 AND sha256 IS ?3 AND created_at = ?4 LIMIT 1",
    )?;
    let parameters = rusqlite::params![key.0, status, digest, created_at.as_i64()];
    Ok(statement.query_row(parameters, |row| row.get(0)).optional()?)
}
