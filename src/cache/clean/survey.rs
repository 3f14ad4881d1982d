//! What of a cache is not needed: rows and files are compared, one part of the keys (or digests) at a time, so that memory stays
//! bounded however many there are.

use crate::cache::clean::{Choices, Doomed, Found, Reason, What};
use crate::cache::clean::{orphans, responses};
use crate::cache::folder::check_key;
use crate::cache::item::Status;
use crate::cache::registry::change::{self, Seen};
use crate::cache::registry::connection::Outcome;
use crate::cache::registry::{Registry, item_blob, response};
use crate::clock::Timestamp;
use crate::descriptor::Key;
use crate::digest::{Algorithm, Digest};
use crate::disk;
use crate::error::Result;
use rusqlite::{Connection, Row, params};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    pub(crate) found: Vec<Found>,
    /// How many bytes would be freed.
    pub(crate) bytes: u64,
    rows: HashSet<i64>,
    contents: HashMap<Digest, u32>,
    pub(crate) responses: HashSet<i64>,
    pub(crate) response_contents: HashMap<Digest, u32>,
    /// The folders of blobs that there are, listed once.
    shards: Option<HashSet<String>>,
    /// Who beside items may need a content, asked once: most caches have neither.
    others: Option<Others>,
}

/// Whether there are parts of items, contents that users keep, and responses.
#[derive(Debug, Clone, Copy)]
struct Others {
    parts: bool,
    kept: bool,
    responses: bool,
}

/// As much of a row as cleaning needs.
#[derive(Debug)]
pub(crate) struct Light {
    seen: Seen,
    key: Key,
    version: i64,
    uri: String,
    filename: String,
    size: u64,
    digest: Option<Digest>,
    created_at: i64,
    by_hand: bool,
}

pub(crate) const LIGHT: &str = "SELECT id, status, modified_at, last_read, key, version, uri, filename, ifnull(size, 0), sha256, created_at, by_hand
     FROM items ";

impl Light {
    pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Option<Self>> {
        let Some(status) = Status::from_number(row.get(1)?) else { return Ok(None) };
        let seen = Seen { id: row.get(0)?, status, modified_at: row.get(2)?, last_read: row.get(3)? };
        let digest: Option<Vec<u8>> = row.get(9)?;
        Ok(Some(Self {
            seen,
            key: Key(row.get(4)?),
            version: row.get(5)?,
            uri: row.get(6)?,
            filename: row.get(7)?,
            size: row.get(8)?,
            digest: digest.and_then(|bytes| Digest::from_bytes(Algorithm::Sha256, &bytes)),
            created_at: row.get(10)?,
            by_hand: row.get(11)?,
        }))
    }

    fn used_at(&self) -> i64 {
        self.seen.last_read.unwrap_or(self.created_at)
    }

    /// Whether it was not used for so long.
    pub(crate) fn is_unused_for(&self, age: Duration, now: Timestamp) -> bool {
        now.since(Timestamp(self.used_at())) >= age
    }

    /// Whether a script may just have been told of it: it was read, or fetched and its read not yet counted.
    pub(crate) fn is_fresh(&self, registry: &Registry, grace: Duration, now: Timestamp) -> bool {
        let recent = |time: i64| now.since(Timestamp(time)) < grace;
        !grace.is_zero()
            && (self.seen.last_read.is_some_and(recent)
                || (self.seen.last_read.is_none()
                    && self.seen.status == Status::Ready
                    && !self.by_hand
                    && recent(self.created_at))
                || registry.folder().was_told(self.seen.id, grace))
    }
}

/// Surveys a cache.
pub(crate) fn survey(registry: &Registry, choices: &Choices, now: Timestamp) -> Result<Survey> {
    let mut survey = Survey::default();
    let Choices { orphans, missing, versions, writes, trash, .. } = *choices;
    if orphans || missing || versions || writes || trash || choices.max_age.is_some() {
        for shard in 0..=u8::MAX {
            keys(registry, choices, now, shard, &mut survey)?;
        }
    }
    if orphans {
        orphans::survey(registry, &mut survey)?;
    }
    if choices.partials {
        partials(registry, choices.dead_after, now, &mut survey);
    }
    if missing || versions || choices.max_age.is_some() {
        responses::survey(registry, choices, now, &mut survey)?;
    }
    if let Some(limit) = choices.max_size {
        too_much(registry, choices, limit, now, &mut survey)?;
    }
    Ok(survey)
}

impl Survey {
    /// A row goes.
    pub(crate) fn add(
        &mut self,
        registry: &Registry,
        connection: &Connection,
        row: Light,
        reason: Reason,
    ) -> Outcome<()> {
        if !self.rows.insert(row.seen.id) {
            return Ok(());
        }
        if row.seen.status != Status::Deleted {
            let others = self.others(connection)?;
            let parts = if others.parts { item_blob::of_item(connection, row.seen.id)? } else { Vec::new() };
            let size = if reason == Reason::Missing { 0 } else { row.size };
            for (digest, size) in row.digest.clone().map(|digest| (digest, size)).into_iter().chain(parts) {
                let going = self.contents.entry(digest.clone()).or_default();
                *going += 1;
                if users(connection, &digest, others)? <= *going {
                    self.bytes += size;
                    // Nobody but responses would have it then: they go along.
                    let going = if others.responses { response::of_content(connection, &digest)? } else { Vec::new() };
                    for light in going {
                        responses::add(registry, connection, &light, reason, self)?;
                    }
                }
            }
        }
        let path = registry.folder().item(&row.key, row.version, &row.filename);
        let bytes = match (reason, &row.digest) {
            (Reason::Missing, _) => 0,
            (_, Some(_)) => row.size,
            (_, None) => length(&path),
        };
        if row.digest.is_none() {
            self.bytes += bytes;
        }
        self.found.push(Found {
            doomed: Doomed {
                reason,
                item: Some((row.seen.id, format!("{}-{}", row.key, row.version), row.uri)),
                path,
                bytes,
            },
            what: What::Row(row.seen, row.key, row.version, row.digest),
        });
        Ok(())
    }

    /// Whether a blob can be there at all: it spares a look at the disk for each of a million that are not.
    fn may_have(&mut self, registry: &Registry, digest: &Digest) -> bool {
        let shards = self.shards.get_or_insert_with(|| {
            registry.folder().blob(digest).parent().and_then(Path::parent).map(names_in).unwrap_or_default()
        });
        shards.contains(&digest.hex()[..2])
    }

    fn others(&mut self, connection: &Connection) -> Outcome<Others> {
        if let Some(others) = self.others {
            return Ok(others);
        }
        let any = |table| connection.query_row(&format!("SELECT EXISTS (SELECT 1 FROM {table})"), [], |row| row.get(0));
        let kept = any("roots")? || any("blob_references")?;
        Ok(*self.others.insert(Others { parts: any("item_blobs")?, kept, responses: any("responses")? }))
    }

    pub(crate) fn add_file(&mut self, path: PathBuf, reason: Reason, what: What) {
        let bytes = weight(&path);
        self.bytes += bytes;
        self.found.push(Found { doomed: Doomed { reason, item: None, path, bytes }, what });
    }
}

/// How many rows need a content, as their own or beside it.
fn users(connection: &Connection, digest: &Digest, others: Others) -> Outcome<u32> {
    if !others.parts && !others.kept {
        let question = "SELECT count(*) FROM items WHERE sha256 = ?1 AND status <> -2";
        return Ok(connection.prepare_cached(question)?.query_row([digest.bytes()], |row| row.get(0))?);
    }
    let mut statement = connection.prepare_cached(
        "SELECT (SELECT count(*) FROM items WHERE sha256 = ?1 AND status <> -2)
             + (SELECT count(*) FROM item_blobs b JOIN items i ON i.id = b.item WHERE b.sha256 = ?1 AND i.status <> -2)
             + (SELECT count(*) FROM roots WHERE sha256 = ?1)
             + (SELECT count(*) FROM blob_references WHERE to_sha256 = ?1)",
    )?;
    Ok(statement.query_row([digest.bytes()], |row| row.get(0))?)
}

fn length(path: &Path) -> u64 {
    std::fs::symlink_metadata(path).map_or(0, |m| m.len())
}

/// The bytes that go with a file, or with all in a folder: those that have no other name.
fn weight(path: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    match std::fs::symlink_metadata(path) {
        Ok(m) if m.is_dir() => {
            std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| weight(&entry.path())).sum()
        }
        Ok(m) if m.nlink() == 1 => m.len(),
        _ => 0,
    }
}

pub(crate) fn names_in(folder: &Path) -> HashSet<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// The rows of the keys that begin with a byte, and the folders of their versions.
fn keys(registry: &Registry, choices: &Choices, now: Timestamp, shard: u8, survey: &mut Survey) -> Result<()> {
    let prefix = format!("{shard:02x}");
    let folder = registry.folder().items().join(&prefix);
    let looks_at_files = choices.orphans || choices.missing;
    registry.read(|connection| {
        // Listed within the transaction that reads the rows: what is made since has neither.
        let mut statement =
            connection.prepare_cached(&format!("{LIGHT} WHERE key >= ?1 AND key < ?2 ORDER BY key, version DESC"))?;
        let mut rows = statement.query(params![prefix, format!("{prefix}g")])?;
        let mut group: Vec<Light> = Vec::new();
        let mut row = rows.next()?;
        let mut folders = if looks_at_files { names_in(&folder) } else { HashSet::new() };
        while let Some(found) = row {
            if let Some(light) = Light::read(found)? {
                if group.first().is_some_and(|first| first.key != light.key) {
                    key(registry, connection, choices, now, std::mem::take(&mut group), &mut folders, survey)?;
                }
                group.push(light);
            }
            row = rows.next()?;
        }
        key(registry, connection, choices, now, group, &mut folders, survey)?;
        if choices.orphans {
            for name in folders {
                let what = match name.rsplit_once('-').map(|(k, v)| (Key(k.to_owned()), v.parse())) {
                    Some((key, Ok(version))) if check_key(&key).is_ok() && key.0.starts_with(&prefix) => {
                        // Made since the rows were read?
                        if change::has_version(connection, &key, version)? {
                            continue;
                        }
                        What::Version(key, version)
                    }
                    _ => What::Litter,
                };
                survey.add_file(folder.join(&name), Reason::Orphan, what);
            }
        }
        Ok(())
    })
}

/// The versions of one key, newest first. Their folders are taken out of `folders`.
fn key(
    registry: &Registry,
    connection: &Connection,
    choices: &Choices,
    now: Timestamp,
    group: Vec<Light>,
    folders: &mut HashSet<String>,
    survey: &mut Survey,
) -> Outcome<()> {
    let mut ready = 0;
    for row in group {
        let status = row.seen.status;
        let path = registry.folder().item(&row.key, row.version, &row.filename);
        let has_folder = status != Status::Deleted && folders.remove(&format!("{}-{}", row.key, row.version));
        let is_live = status == Status::Write && is_live(&row, &path, choices.dead_after, now);
        let is_best = status == Status::Ready && {
            ready += 1;
            ready <= choices.keep
        };
        let mut is_there = has_folder;
        if has_folder && choices.orphans {
            is_there = false;
            for name in names_in(path.parent().unwrap_or(&path)) {
                if name == row.filename {
                    is_there = true;
                } else {
                    let stray = path.with_file_name(&name);
                    if !disk::is_temporary(&stray) || disk::is_abandoned(&stray) {
                        survey.add_file(stray, Reason::Orphan, What::Stray(row.key.clone(), row.version));
                    }
                }
            }
        } else if has_folder && choices.missing {
            is_there = std::fs::symlink_metadata(&path).is_ok();
        }
        let mut is_missing = || {
            let blob = row.digest.as_ref().filter(|_| status != Status::Deleted);
            !is_there
                && !blob
                    .is_some_and(|digest| survey.may_have(registry, digest) && registry.folder().blob(digest).exists())
        };
        let reason = if is_live {
            None
        } else if choices.missing && is_missing() {
            Some(Reason::Missing)
        } else if choices.trash && status == Status::Trash {
            Some(Reason::Trash)
        } else if choices.writes && status == Status::Write {
            Some(Reason::Write)
        } else if choices.versions && !is_best {
            Some(Reason::Version)
        } else if choices.max_age.is_some_and(|age| row.is_unused_for(age, now)) {
            Some(Reason::MaxAge)
        } else {
            None
        };
        if let Some(reason) = reason
            && (reason == Reason::Missing || !row.is_fresh(registry, choices.grace, now))
        {
            survey.add(registry, connection, row, reason)?;
        }
    }
    Ok(())
}

/// Whether a WRITE was touched lately: its row or its file.
fn is_live(row: &Light, path: &Path, dead_after: Duration, now: Timestamp) -> bool {
    let recent = |time: Timestamp| now.since(time) < dead_after;
    let file = || std::fs::symlink_metadata(path).and_then(|m| m.modified()).map(Timestamp::from_system);
    recent(Timestamp(row.seen.modified_at)) || file().is_ok_and(recent)
}

fn partials(registry: &Registry, dead_after: Duration, now: Timestamp, survey: &mut Survey) {
    let folder = registry.folder().partials();
    let names = names_in(&folder);
    for name in &names {
        let path = folder.join(name);
        if disk::is_temporary(&path) {
            if disk::is_abandoned(&path) {
                survey.add_file(path, Reason::Partial, What::Litter);
            }
            continue;
        }
        let touched = std::fs::symlink_metadata(&path).and_then(|m| m.modified()).map(Timestamp::from_system);
        let is_old = touched.is_ok_and(|time| now.since(time) >= dead_after);
        match name.strip_suffix(".json") {
            // A state goes with its bytes.
            Some(bytes) if names.contains(bytes) => {}
            Some(_) if is_old => survey.add_file(path, Reason::Partial, What::Litter),
            None if is_old && disk::is_abandoned(&path) => survey.add_file(path, Reason::Partial, What::Partial),
            _ => {}
        }
    }
}

/// What goes so that no more than `limit` bytes are left: TRASH first, then what was not used for longest.
fn too_much(registry: &Registry, choices: &Choices, limit: u64, now: Timestamp, survey: &mut Survey) -> Result<()> {
    let stored = registry.read(super::limits::stored_bytes)?;
    for (order, is_trash) in [("status = -1 AND status <> 3 ORDER BY id", true), (super::limits::BY_USE, false)] {
        if !is_trash {
            let more = |survey: &Survey| stored.saturating_sub(survey.bytes) > limit;
            responses::unshared(registry, choices, now, survey, &more)?;
        }
        registry.read(|connection| {
            let mut statement = connection.prepare_cached(&format!("{LIGHT} WHERE {order}"))?;
            let mut rows = statement.query([])?;
            while stored.saturating_sub(survey.bytes) > limit {
                let Some(row) = rows.next()? else { break };
                let Some(light) = Light::read(row)? else { continue };
                let wanted = light.digest.is_some() && (light.seen.status == Status::Trash) == is_trash;
                let is_held = !matches!(light.seen.status, Status::Trash | Status::Ready | Status::Failed)
                    || light.is_fresh(registry, choices.grace, now);
                if wanted && !is_held {
                    survey.add(registry, connection, light, Reason::MaxSize)?;
                }
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// For the limits: a row that they may drop.
pub(crate) fn may_be_dropped(row: &Light, registry: &Registry, grace: Duration, now: Timestamp) -> bool {
    !row.by_hand
        && !matches!(row.seen.status, Status::Write | Status::Uninitialized)
        && !row.is_fresh(registry, grace, now)
}
