//! Writes an export.

use crate::cache::blobs;
use crate::cache::item::{Item, Status};
use crate::cache::query::Query;
use crate::cache::registry::connection::Outcome;
use crate::cache::registry::{Registry, item, item_blob, root, search};
use crate::cache::transport::held::Held;
use crate::cache::transport::{BLOBS, END, Exported, KIND, MANIFEST, SCHEMA, rows};
use crate::clock::Timestamp;
use crate::digest::{Digest, Hasher, encode_hex};
use crate::disk::Signature;
use crate::error::{Error, Kind, Result};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{self, Read as _, Seek as _, Write};
use std::path::Path;

/// Exports what a query means into a tar file. Items that were fetched with a credential only `with_salt`, and then the salt too.
pub(crate) fn export(registry: &Registry, writer: &mut dyn Write, query: &Query, with_salt: bool) -> Result<Exported> {
    let failed = |e: &io::Error| Error::disk("cannot write the export", e);
    let mut exported = Exported::default();
    let mut manifest = tempfile::tempfile().map_err(|e| failed(&e))?;
    let mut hasher = Hasher::new([]);
    let mut contents: BTreeMap<Vec<u8>, u64> = BTreeMap::new();
    let mut line = |value: &Value| -> Result<()> {
        let text = value.to_string() + "\n";
        hasher.update(text.as_bytes());
        manifest.write_all(text.as_bytes()).map_err(|e| failed(&e))
    };
    let salt = if with_salt { Some(encode_hex(&registry.folder().salt()?)) } else { None };
    line(&json!({ "kind": KIND, "schema": SCHEMA, "salt": salt, "made_at": Timestamp::now().to_string() }))?;
    let ids = registry.read(|connection| search::ids(connection, registry.folder(), query))?;
    // A cache that nobody can write nobody can clean.
    let held = if registry.folder().is_writable() { Some(Held::new(registry)?) } else { None };
    for id in ids {
        let Some(Row { line: row, item, parts }) = read(registry, held.as_ref(), id)? else { continue };
        if matches!(item.status, Status::Write | Status::Uninitialized) {
            exported.unfinished += 1;
        } else if item.is_private() && !with_salt {
            exported.private += 1;
        } else {
            if let (Some(digest), Some(size), true) = (&item.sha256, item.size, item.status != Status::Deleted) {
                contents.insert(digest.bytes().to_vec(), size);
                for part in parts {
                    contents.insert(part.bytes().to_vec(), length(registry, held.as_ref(), &part)?);
                }
            }
            line(&row)?;
            exported.items += 1;
        }
    }
    // What users keep by digest belongs to no item: it goes with the whole.
    if query.is_unlimited() && query.limit.is_none() {
        for (kept, is_root) in kept(registry)? {
            let references = registry.read(|connection| root::references(connection, &kept))?;
            for digest in references.iter().chain(std::iter::once(&kept)) {
                let _ = held.as_ref().is_some_and(|held| held.hold(digest));
                if let Ok(signature) = Signature::of(&registry.folder().blob(digest)) {
                    contents.insert(digest.bytes().to_vec(), signature.size);
                }
            }
            let references: Vec<String> = references.iter().map(Digest::hex).collect();
            line(&json!({ "content": kept.hex(), "root": is_root, "references": references }))?;
        }
    }
    let digest = hasher.finish().sha256().clone();
    manifest.rewind().map_err(|e| failed(&e))?;
    let mut tar = tar::Builder::new(writer);
    let size = manifest.metadata().map_err(|e| failed(&e))?.len();
    append(&mut tar, MANIFEST, size, &mut manifest).map_err(|e| failed(&e))?;
    for (bytes, size) in contents {
        let Some(digest) = Digest::from_bytes(crate::digest::Algorithm::Sha256, &bytes) else { continue };
        append_blob(registry, held.as_ref(), &mut tar, &digest, size)?;
        exported.blobs += 1;
        exported.bytes += size;
    }
    let end = digest.hex() + "\n";
    append(&mut tar, END, end.len() as u64, &mut end.as_bytes()).map_err(|e| failed(&e))?;
    tar.into_inner().and_then(Write::flush).map_err(|e| failed(&e))?;
    Ok(exported)
}

/// What the export tells of an item.
struct Row {
    line: Value,
    item: Item,
    /// The blobs that it needs beside its own.
    parts: Vec<Digest>,
}

/// A row, whose contents are held if it has any; `None` if it is gone.
fn read(registry: &Registry, held: Option<&Held<'_>>, id: i64) -> Result<Option<Row>> {
    let row = || {
        registry.read(|connection| {
            // All of it as it was at one moment.
            connection.execute_batch("SAVEPOINT row")?;
            let found = whole(registry, connection, id);
            connection.execute_batch("RELEASE row")?;
            found
        })
    };
    let found = row()?;
    if let (Some(Row { item, parts, .. }), Some(held)) = (&found, held) {
        let lost = item.sha256.iter().chain(parts).filter(|digest| !held.hold(digest)).count();
        // Rows go before their contents do: one that is still there has lost its own.
        return if lost > 0 { row() } else { Ok(found) };
    }
    Ok(found)
}

fn whole(registry: &Registry, connection: &Connection, id: i64) -> Outcome<Option<Row>> {
    let Some(item) = item::by_id(connection, registry.folder(), id)? else { return Ok(None) };
    let parts = item_blob::of_item(connection, id)?.into_iter().map(|(digest, _)| digest).collect();
    Ok(Some(Row { line: rows::read(connection, id)?, item, parts }))
}

/// How many bytes a blob has that an item needs beside its own.
fn length(registry: &Registry, held: Option<&Held<'_>>, digest: &Digest) -> Result<u64> {
    let path = registry.folder().blob(digest);
    let held = held.and_then(|held| std::fs::metadata(held.path(digest)).ok());
    let metadata = held.map_or_else(|| std::fs::metadata(&path), Ok);
    metadata.map(|metadata| metadata.len()).map_err(|e| damaged(&path, e.to_string()))
}

fn damaged(blob: &Path, why: String) -> Error {
    Error::new(Kind::Integrity, "damaged", format!("`{}` is damaged: it cannot be exported", blob.display()))
        .cause(why)
        .hint("dl cache verify --repair")
}

/// What users keep, and what refers to something; whether it is a root comes along.
fn kept(registry: &Registry) -> Result<Vec<(Digest, bool)>> {
    registry.read(|connection| {
        let roots = root::roots(connection)?.into_iter().map(|digest| (digest, true));
        let inner = root::inner(connection)?.into_iter().map(|digest| (digest, false));
        Ok(roots.chain(inner).collect())
    })
}

fn append<W: Write>(tar: &mut tar::Builder<W>, name: &str, size: u64, data: &mut dyn io::Read) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(size);
    header.set_mode(0o444);
    header.set_entry_type(tar::EntryType::Regular);
    let mut counted = data.take(size);
    tar.append_data(&mut header, name, &mut counted)?;
    if counted.limit() > 0 {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "a file became shorter while it was read"));
    }
    Ok(())
}

/// Copies a blob, hashing it on the way: damage is found here rather than on the other machine.
fn append_blob<W: Write>(
    registry: &Registry,
    held: Option<&Held<'_>>,
    tar: &mut tar::Builder<W>,
    digest: &Digest,
    size: u64,
) -> Result<()> {
    let path = registry.folder().blob(digest);
    // A name may have outlived its blob.
    let held = held.and_then(|held| std::fs::File::open(held.path(digest)).ok());
    let file = held.map_or_else(|| std::fs::File::open(&path), Ok).or_else(|e| named(registry, digest).ok_or(e));
    let file = file.map_err(|e| damaged(&path, e.to_string()))?;
    let mut hashing = Hashing { reader: file, hasher: Hasher::new([]) };
    append(tar, &format!("{BLOBS}{}", digest.hex()), size, &mut hashing)
        .map_err(|e| Error::disk("cannot write the export", &e))?;
    if hashing.hasher.finish().sha256() != digest {
        return Err(damaged(&path, "its bytes are not those that were hashed".to_owned()));
    }
    Ok(())
}

/// The file of an item that has a content whose blob is gone.
fn named(registry: &Registry, digest: &Digest) -> Option<std::fs::File> {
    let all = registry.read(|connection| search::by_digest(connection, registry.folder(), digest)).ok()?;
    all.iter()
        .find(|item| blobs::hash(&item.path).is_ok_and(|(found, _)| found == *digest))
        .and_then(|item| std::fs::File::open(&item.path).ok())
}

struct Hashing {
    reader: std::fs::File,
    hasher: Hasher,
}

impl io::Read for Hashing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.hasher.update(&buffer[..count]);
        Ok(count)
    }
}
