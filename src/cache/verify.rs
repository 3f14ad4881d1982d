//! Whether every READY item has its bytes: all of them are hashed, each content once.

use crate::cache::blobs;
use crate::cache::content::{self, DamagedContent};
use crate::cache::item::{Item, Record, Status};
use crate::cache::registry::connection::{Failure, Outcome};
use crate::cache::registry::{Registry, blob, change, item, item_blob, response};
use crate::cache::stand;
use crate::digest::Digest;
use crate::disk::Signature;
use crate::error::{Error, Result};
use rusqlite::Connection;
use std::io::ErrorKind;
use std::path::PathBuf;

/// How many items are read at a time.
const PAGE: usize = 512;

/// What is wrong with an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// The bytes under its name are not those that were hashed.
    Changed,
    /// Its name is gone; the bytes are there.
    Unnamed,
    /// Its bytes are gone.
    Gone,
}

impl Damage {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Unnamed => "unnamed",
            Self::Gone => "gone",
        }
    }
}

/// An item that is damaged.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The item; after a repair, as it is then.
    pub item: Item,
    /// What is wrong, or was.
    pub damage: Damage,
    /// Whether it was repaired: it has its bytes again. What cannot be repaired becomes FAILED, so that nobody is given it.
    pub repaired: bool,
}

/// A stored response whose content is damaged; a repair removes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedResponse {
    /// Its URI, redacted.
    pub uri: String,
    /// Where its content was.
    pub path: PathBuf,
    /// What is wrong.
    pub damage: Damage,
}

/// What a verification found.
#[derive(Debug, Clone, Default)]
pub struct Verified {
    /// How many items were looked at.
    pub items: u64,
    /// How many bytes were hashed.
    pub bytes: u64,
    /// What was damaged.
    pub findings: Vec<Finding>,
    /// Stored responses whose content, which no item has, was damaged.
    pub responses: Vec<DamagedResponse>,
    /// Contents without an item that are damaged: nothing but putting them again makes them anew.
    pub contents: Vec<DamagedContent>,
    /// What `SQLite` says is wrong with the registry itself.
    pub registry: Vec<String>,
}

impl Verified {
    /// Whether nothing was found, or all of it was put right: what could not be repaired is no longer READY.
    #[must_use]
    pub fn is_whole(&self, repaired: bool) -> bool {
        let is_repaired = repaired || self.findings.is_empty() && self.responses.is_empty();
        self.registry.is_empty() && self.contents.is_empty() && is_repaired
    }
}

/// What `SQLite` says is wrong with the registry, its indexes included.
fn check(connection: &Connection) -> Outcome<Vec<String>> {
    let mut statement = connection.prepare("PRAGMA integrity_check(10)")?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
    Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?.into_iter().filter(|line| line != "ok").collect())
}

/// Verifies these items, or all; with `repair`, names are made anew and damaged items set aside.
pub(crate) fn verify(registry: &Registry, ids: Option<&[i64]>, repair: bool) -> Result<Verified> {
    let mut verified = Verified::default();
    if ids.is_none() {
        verified.registry = registry.read(|connection| {
            let wrong = check(connection)?;
            if repair && !wrong.is_empty() && registry.folder().is_writable() {
                // Set aside; the rows that can be read are asked again.
                return Err(Failure::Damaged(wrong.join("; ")));
            }
            Ok(wrong)
        })?;
    }
    let mut known: Option<(Digest, Option<Signature>)> = None;
    if let Some(ids) = ids {
        for id in ids {
            let item = registry.read(|c| item::by_id(c, registry.folder(), *id))?;
            if let Some(item) = item.filter(|item| item.status == Status::Ready) {
                one(registry, item, repair, &mut known, &mut verified)?;
            }
        }
        return Ok(verified);
    }
    // By content, so that each is hashed once and nothing need be remembered.
    let mut last: (Vec<u8>, i64) = (Vec::new(), -1);
    loop {
        let page = registry.read(|connection| {
            let mut page = Vec::new();
            let question = format!(
                "{} WHERE i.sha256 IS NOT NULL AND (i.sha256, i.id) > (?1, ?2) ORDER BY i.sha256, i.id LIMIT ?3",
                item::SELECT
            );
            let parameters = rusqlite::params![last.0, last.1, PAGE];
            item::ask(connection, registry.folder(), &question, parameters, &mut |item| {
                page.push(item);
                false
            })?;
            Ok(page)
        })?;
        let Some(end) = page.last() else { break };
        last = (end.sha256.as_ref().map(|d| d.bytes().to_vec()).unwrap_or_default(), end.id);
        for item in page {
            if item.status == Status::Ready {
                one(registry, item, repair, &mut known, &mut verified)?;
            }
        }
    }
    responses(registry, repair, &mut known, &mut verified)?;
    let of_nobody_else = |connection: &Connection, digest: &Digest| {
        let is_ours = change::is_used_beside_responses(connection, digest)? || !change::is_used(connection, digest)?;
        Ok(is_ours && content::without_item(connection, digest)?)
    };
    let (_, bytes, damaged) = content::verify_all(registry, &of_nobody_else, repair)?;
    verified.bytes += bytes;
    verified.contents = damaged;
    Ok(verified)
}

/// The contents that only responses have.
fn responses(
    registry: &Registry,
    repair: bool,
    known: &mut Option<(Digest, Option<Signature>)>,
    verified: &mut Verified,
) -> Result<()> {
    for digest in registry.read(response::contents_of_no_item)? {
        if hashed(registry, &digest, known, verified)?.is_some() {
            continue;
        }
        let path = registry.folder().blob(&digest);
        let damage = if path.exists() { Damage::Changed } else { Damage::Gone };
        for (id, uri) in registry.read(|connection| response::named_by_content(connection, &digest))? {
            verified.responses.push(DamagedResponse { uri, path: path.clone(), damage });
            if repair {
                registry.write(|connection| response::remove(connection, &[id]))?;
            }
        }
        if repair && let Ok(signature) = Signature::of(&path) {
            let aside = registry.folder().set_aside(&path, signature.inode);
            aside.map_err(|e| Error::disk(format!("cannot set `{}` aside", path.display()), &e))?;
        }
    }
    Ok(())
}

/// Hashes a content, if it is not the one that was hashed last; gives what its blob looks like if its bytes are right.
fn hashed(
    registry: &Registry,
    digest: &Digest,
    known: &mut Option<(Digest, Option<Signature>)>,
    verified: &mut Verified,
) -> Result<Option<Signature>> {
    if let Some((last, signature)) = known
        && last == digest
    {
        return Ok(*signature);
    }
    let found = match blobs::hash(&registry.folder().blob(digest)) {
        Ok((found, signature)) => {
            verified.bytes += signature.size;
            (found == *digest).then_some(signature)
        }
        Err(_) => None,
    };
    if let Some(signature) = &found
        && registry.folder().is_writable()
    {
        // What was read back need not be hashed again.
        let boot = registry.boot().map(str::to_owned);
        registry.write(|connection| {
            let boot = match blob::record(connection, digest)? {
                Some(record) if record.is_of(signature) && !blobs::is_durable(&record, registry.boot()) => None,
                Some(record) if record.is_of(signature) => record.boot,
                _ => boot.clone(),
            };
            blob::note(connection, digest, &Record::new(signature, boot))
        })?;
    }
    *known = Some((digest.clone(), found));
    Ok(found)
}

fn one(
    registry: &Registry,
    item: Item,
    repair: bool,
    known: &mut Option<(Digest, Option<Signature>)>,
    verified: &mut Verified,
) -> Result<()> {
    let Some(digest) = item.sha256.clone() else { return Ok(()) };
    verified.items += 1;
    let blob = hashed(registry, &digest, known, verified)?;
    let path = Signature::of(&item.path);
    let damage = match (&blob, &path) {
        (Some(blob), Ok(path)) if blob.inode == path.inode => None,
        (_, Ok(path)) => match blobs::hash(&item.path) {
            Ok((found, _)) if found == digest => {
                verified.bytes += path.size;
                None
            }
            _ => Some(Damage::Changed),
        },
        (Some(_), Err(e)) if e.kind() == ErrorKind::NotFound => Some(Damage::Unnamed),
        _ => Some(Damage::Gone),
    };
    let Some(damage) = damage else { return parts(registry, item, repair, verified) };
    // What somebody removed, moved or replaced while it was looked at is not damaged.
    if is_other_now(registry, &item)? {
        verified.items -= 1;
        return Ok(());
    }
    if !repair {
        verified.findings.push(Finding { item, damage, repaired: false });
        return Ok(());
    }
    *known = None;
    let repaired = stand::mend(registry, &item, &digest)?;
    let item = registry.read(|c| item::by_id(c, registry.folder(), item.id))?.unwrap_or(item);
    verified.findings.push(Finding { item, damage, repaired });
    Ok(())
}

/// Whether an item was removed, moved or replaced since it was read.
fn is_other_now(registry: &Registry, item: &Item) -> Result<bool> {
    let now = registry.read(|c| item::by_id(c, registry.folder(), item.id))?;
    Ok(now.is_none_or(|now| (now.status, &now.sha256, &now.path) != (Status::Ready, &item.sha256, &item.path)))
}

/// Looks at the blobs that an item needs beside its own. One that is wrong or gone cannot be made again but by another run.
fn parts(registry: &Registry, item: Item, repair: bool, verified: &mut Verified) -> Result<()> {
    for (digest, _) in registry.read(|connection| item_blob::of_item(connection, item.id))? {
        let damage = match blobs::hash(&registry.folder().blob(&digest)) {
            Ok((found, signature)) if found == digest => {
                verified.bytes += signature.size;
                continue;
            }
            Err(e) if e.kind() == ErrorKind::NotFound => Damage::Gone,
            _ => Damage::Changed,
        };
        if is_other_now(registry, &item)? || !needs(registry, &item, &digest)? {
            continue;
        }
        let mut item = item;
        if repair {
            stand::lose(registry, &item, &digest)?;
            item = registry.read(|c| item::by_id(c, registry.folder(), item.id))?.unwrap_or(item);
        }
        verified.findings.push(Finding { item, damage, repaired: false });
        return Ok(());
    }
    Ok(())
}

/// Whether an item needs a blob still: another run may have taken its place.
fn needs(registry: &Registry, item: &Item, digest: &Digest) -> Result<bool> {
    registry.read(|c| Ok(item_blob::of_item(c, item.id)?.iter().any(|(part, _)| part == digest)))
}
