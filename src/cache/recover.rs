//! A damaged registry is set aside, and the rows that can be read are kept.
//!
//! Pages may be garbage, missing or zero, so tables are read by row number and never by an index: forward until the damage, then
//! in growing steps over it, then backward to its other side. Every row that was kept must make sense, and a READY one must have its
//! blob, which is hashed now: what is damaged once may be damaged twice. Whatever is lost costs a download; what users keep by digest
//! could not be downloaded, so where that list cannot be read whole, every blob is kept. Deliveries and the
//! records of blobs are not kept, because they say that something need not be read again.
//! The new registry is made aside and gets its name at the end; until then the damaged one stays, so this may be interrupted.

use crate::cache::blobs;
use crate::cache::folder::Folder;
use crate::cache::item::{Record, Status};
use crate::cache::registry::connection::{self, Aside, Outcome, beside};
use crate::cache::registry::{blob, item, params, response, root, schema};
use crate::clock::Timestamp;
use crate::digest::{Algorithm, Digest};
use crate::error::Error;
use rusqlite::config::DbConfig;
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, params_from_iter};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::Duration;

/// Beyond this row number nobody looks for rows behind the damage.
const LAST_ROW: i64 = 1 << 40;

const ITEM_COLUMNS: &str =
    "id, key, version, uri, params, status, filename, ext, label, size, sha256, fetched, attributes,
    created_at, modified_at, validated_at, last_read, read_count, last_search, search_count, error";
const ITEM_COLUMN_COUNT: usize = 21;
/// Columns that a later schema added, each alone: an older registry has none of them.
const LATER_COLUMNS: [&str; 2] = ["by_hand", "trashed_from"];
/// Stored responses; an older registry has none.
const RESPONSE_COLUMNS: &str = "id, uri, credential, method, status, http_version, headers, selecting, requested_at, received_at,
    fresh_until, validated, invalidated, decoded, first, last, total, size, sha256, backend, tls_verified, length_verified,
    insecure, special_trust, last_used";
const RESPONSE_COLUMN_COUNT: usize = 25;
/// The tables whose rows belong to an item, with their columns; the first is the item.
const OWNED: [(&str, &str, usize); 8] = [
    (
        "downloads",
        "item, resolved_url, method, http_code, http_version, headers, etag, last_modified, date, started_at, finished_at,
         checksums, backend, tls_verified, length_verified, insecure, special_trust, private",
        18,
    ),
    ("attr_int", "item, namespace, name, value", 4),
    ("attr_float", "item, namespace, name, value", 4),
    ("attr_datetime", "item, namespace, name, value", 4),
    ("attr_varchar", "item, namespace, name, value", 4),
    ("attr_text", "item, namespace, name, value", 4),
    ("runs", "item, state", 2),
    ("item_blobs", "item, sha256", 2),
];

/// What users keep by digest, and what refers to what.
const ROOTS: [(&str, &str, usize); 2] =
    [("roots", "sha256, size, created_at", 3), ("blob_references", "from_sha256, to_sha256", 2)];

/// Mends the registry, unless another process did so since the file `inode` was opened. Gives the warning to tell.
pub(crate) fn recover(folder: &Folder, inode: u64, lock_timeout: Duration, why: &str) -> Outcome<Option<String>> {
    let _lock = connection::lock(folder, lock_timeout)?;
    if inode == 0 || connection::inode(folder) != inode {
        return Ok(None);
    }
    let aside = Aside::new(folder)?;
    let target = aside.open()?;
    schema::migrate(&target)?;
    let mut roots_are_whole = false;
    if let Ok(source) = open_damaged(&folder.registry()) {
        target.execute_batch("BEGIN")?;
        salvage(&source, &target)?;
        roots_are_whole = salvage_roots(&source, &target)?;
        target.execute_batch("COMMIT")?;
    }
    if !roots_are_whole {
        adopt_blobs(folder, &target)?;
    }
    let kept = keep_sound(folder, &target)?;
    aside.finish(target, !folder.is_remote())?;
    let name = set_aside(folder)?;
    aside.publish(folder)?;
    Ok(Some(format!(
        "the registry of the cache was damaged ({why}); it was set aside as `{name}`, and {kept} of its items were kept"
    )))
}

/// How every database of `SQLite` begins.
const MAGIC: &[u8] = b"SQLite format 3\0";
/// How long its header is.
const HEADER_BYTES: u64 = 100;

/// Opens a damaged registry as far as `SQLite` lets us: `writable_schema` makes it overlook that pages are missing.
fn open_damaged(path: &Path) -> Outcome<Connection> {
    // Without its first words `SQLite` does not look at the rest.
    if let Ok(file) = std::fs::File::options().write(true).open(path)
        && file.metadata().is_ok_and(|found| found.len() >= HEADER_BYTES)
    {
        let _ = file.write_all_at(MAGIC, 0);
    }
    let source =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    source.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    source.set_db_config(DbConfig::SQLITE_DBCONFIG_WRITABLE_SCHEMA, true)?;
    source.busy_timeout(Duration::from_secs(1))?;
    Ok(source)
}

/// Copies what can be read. Errors of the source end only what they concern.
fn salvage(source: &Connection, target: &Connection) -> Outcome<()> {
    let mut ids = Vec::new();
    {
        let mut insert = target.prepare(&insertion("items", ITEM_COLUMNS, ITEM_COLUMN_COUNT))?;
        scan(source, &mut |id, values| {
            // A row that breaks a rule of the table was not ours.
            if insert.execute(params_from_iter(values)).is_ok_and(|n| n > 0) {
                ids.push(id);
            }
        });
    }
    for column in LATER_COLUMNS {
        let Ok(mut select) = source.prepare(&format!("SELECT {column} FROM items WHERE id = ?1")) else { continue };
        let mut update = target.prepare(&format!("UPDATE items SET {column} = ?2 WHERE id = ?1"))?;
        for id in &ids {
            if let Ok(value) = select.query_row([id], |row| row.get::<_, Value>(0)) {
                // A value that the table does not take was not ours.
                let _ = update.execute(rusqlite::params![id, value]);
            }
        }
    }
    for (table, columns, count) in OWNED {
        let Ok(mut select) = source.prepare(&format!("SELECT {columns} FROM {table} WHERE item = ?1")) else {
            continue;
        };
        let mut insert = target.prepare(&insertion(table, columns, count))?;
        for id in &ids {
            let Ok(mut rows) = select.query([id]) else { continue };
            while let Ok(Some(row)) = rows.next() {
                let values: rusqlite::Result<Vec<Value>> = (0..count).map(|column| row.get(column)).collect();
                if let Ok(values) = values {
                    let _ = insert.execute(params_from_iter(values));
                }
            }
        }
    }
    salvage_responses(source, target)
}

/// Copies stored responses up to the first that cannot be read: what is lost costs a question.
fn salvage_responses(source: &Connection, target: &Connection) -> Outcome<()> {
    let Ok(mut select) = source.prepare(&format!("SELECT {RESPONSE_COLUMNS} FROM responses ORDER BY id")) else {
        return Ok(());
    };
    let mut insert = target.prepare(&insertion("responses", RESPONSE_COLUMNS, RESPONSE_COLUMN_COUNT))?;
    let Ok(mut rows) = select.query([]) else { return Ok(()) };
    while let Ok(Some(row)) = rows.next() {
        let values: rusqlite::Result<Vec<Value>> = (0..RESPONSE_COLUMN_COUNT).map(|column| row.get(column)).collect();
        if let Ok(values) = values {
            let _ = insert.execute(params_from_iter(values));
        }
    }
    Ok(())
}

/// Copies what users keep by digest; false if some of it may be lost.
fn salvage_roots(source: &Connection, target: &Connection) -> Outcome<bool> {
    let tables = source.query_row("SELECT count(*), sum(name = 'roots') FROM sqlite_schema", [], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?))
    });
    match tables {
        // Of an older schema: there was none.
        Ok((1.., Some(0))) => return Ok(true),
        Ok((1.., _)) => {}
        _ => return Ok(false),
    }
    let mut is_whole = true;
    for (table, columns, count) in ROOTS {
        let Ok(mut select) = source.prepare(&format!("SELECT {columns} FROM {table}")) else { return Ok(false) };
        let mut insert = target.prepare(&insertion(table, columns, count))?;
        let Ok(mut rows) = select.query([]) else { return Ok(false) };
        loop {
            match rows.next() {
                Ok(Some(row)) => {
                    let values: rusqlite::Result<Vec<Value>> = (0..count).map(|column| row.get(column)).collect();
                    is_whole &= values.is_ok_and(|values| insert.execute(params_from_iter(values)).is_ok());
                }
                Ok(None) => break,
                Err(_) => {
                    is_whole = false;
                    break;
                }
            }
        }
    }
    Ok(is_whole)
}

/// Every blob is kept from here on: nobody knows any more which of them a user kept, and those cannot be fetched again.
pub(crate) fn adopt_blobs(folder: &Folder, target: &Connection) -> Outcome<u64> {
    let mut adopted = 0;
    let top = folder.path().join("blobs").join("sha256");
    let names = |folder: &Path| std::fs::read_dir(folder).into_iter().flatten().flatten();
    for shard in names(&top) {
        for file in names(&shard.path()) {
            let hex = [shard.file_name(), file.file_name()].map(|name| name.to_string_lossy().into_owned()).concat();
            if let (Some(digest), Ok(metadata)) = (Digest::from_hex(Algorithm::Sha256, &hex), file.metadata()) {
                root::keep(target, &digest, metadata.len(), Timestamp::now())?;
                adopted += 1;
            }
        }
    }
    Ok(adopted)
}

fn insertion(table: &str, columns: &str, count: usize) -> String {
    let marks: Vec<String> = (1..=count).map(|n| format!("?{n}")).collect();
    format!("INSERT OR IGNORE INTO {table} ({columns}) VALUES ({})", marks.join(", "))
}

/// Reads the rows of `items`, around what cannot be read. Some may come twice.
fn scan(source: &Connection, take: &mut dyn FnMut(i64, Vec<Value>)) {
    let mut from = 0;
    loop {
        let (last, whole) = run(source, "id >= ?1 AND ?2 = 0", "ASC", from, 0, take);
        if whole {
            return;
        }
        let last = last.unwrap_or(from);
        let mut step = 1;
        let behind = loop {
            match probe(source, last.saturating_add(step)) {
                Ok(found) => break found,
                Err(_) if step < LAST_ROW => step *= 2,
                Err(_) => break None,
            }
        };
        // Back to the damage from where rows can be read again, or from the end.
        run(source, "id <= ?1 AND id > ?2", "DESC", behind.unwrap_or(i64::MAX), last, take);
        match behind {
            Some(id) if id < i64::MAX => from = id + 1,
            _ => return,
        }
    }
}

/// The first row at or behind a number.
fn probe(source: &Connection, from: i64) -> rusqlite::Result<Option<i64>> {
    use rusqlite::OptionalExtension as _;
    source
        .query_row(&format!("SELECT {ITEM_COLUMNS} FROM items WHERE id >= ?1 ORDER BY id LIMIT 1"), [from], |row| {
            row.get(0)
        })
        .optional()
}

/// Reads rows in one direction until an error or the end; gives the last number and whether the end was reached.
fn run(
    source: &Connection,
    range: &str,
    direction: &str,
    from: i64,
    other: i64,
    take: &mut dyn FnMut(i64, Vec<Value>),
) -> (Option<i64>, bool) {
    let question = format!("SELECT {ITEM_COLUMNS} FROM items WHERE {range} ORDER BY id {direction}");
    let Ok(mut statement) = source.prepare(&question) else { return (None, true) };
    let Ok(mut rows) = statement.query([from, other]) else { return (None, true) };
    let mut last = None;
    loop {
        match rows.next() {
            Ok(Some(row)) => {
                let Ok(id) = row.get(0) else { continue };
                last = Some(id);
                let values: rusqlite::Result<Vec<Value>> = (0..ITEM_COLUMN_COUNT).map(|c| row.get(c)).collect();
                if let Ok(values) = values {
                    take(id, values);
                }
            }
            Ok(None) => return (last, true),
            Err(_) => return (last, false),
        }
    }
}

/// Drops rows that make no sense and READY ones whose blob is not there or wrong; gives how many are left.
fn keep_sound(folder: &Folder, target: &Connection) -> Outcome<usize> {
    let mut sensible = Vec::new();
    item::ask(target, folder, &format!("{} ORDER BY i.id", item::SELECT), [], &mut |item| {
        sensible.push((item.id, item.sha256.clone(), item.status, item.params));
        false
    })?;
    let boot = crate::disk::boot_id();
    let mut sound: HashMap<Digest, bool> = HashMap::new();
    target.execute_batch("BEGIN; CREATE TEMP TABLE kept (id INTEGER PRIMARY KEY)")?;
    let mut kept = 0;
    for (id, digest, status, parameters) in sensible {
        let good = match digest {
            None => true,
            Some(_) if status == Status::Deleted => true,
            Some(digest) => match sound.entry(digest) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(unknown) => {
                    let good = keep_blob(folder, target, unknown.key(), boot.as_deref())?;
                    *unknown.insert(good)
                }
            },
        };
        if good {
            target.prepare_cached("INSERT INTO kept VALUES (?1)")?.execute([id])?;
            params::set(target, id, &parameters)?;
            kept += 1;
        }
    }
    for digest in response::contents(target)? {
        let good = match sound.entry(digest.clone()) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(unknown) => *unknown.insert(keep_blob(folder, target, &digest, boot.as_deref())?),
        };
        if !good {
            response::remove_content(target, &digest)?;
        }
    }
    target.execute_batch("DELETE FROM items WHERE id NOT IN (SELECT id FROM kept); COMMIT; DROP TABLE kept")?;
    Ok(kept)
}

/// Hashes a blob and notes what it looks like.
fn keep_blob(folder: &Folder, target: &Connection, digest: &Digest, boot: Option<&str>) -> Outcome<bool> {
    let path = folder.blob(digest);
    match blobs::hash(&path) {
        Ok((found, signature)) if found == *digest => {
            blob::note(target, digest, &Record::new(&signature, boot.map(str::to_owned)))?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// Moves the damaged registry and its log to a name that is free; gives the name.
fn set_aside(folder: &Folder) -> Outcome<String> {
    let registry = folder.registry();
    let failed = |e: &std::io::Error| Error::disk(format!("cannot move `{}`", registry.display()), e);
    let mut number = 1;
    let (name, aside) = loop {
        let name = format!("registry.sqlite.damaged-{number}");
        let aside = folder.path().join(&name);
        if std::fs::symlink_metadata(&aside).is_err() {
            break (name, aside);
        }
        number += 1;
    };
    // The logs go first: they must never be played into what gets the name next.
    for suffix in ["-wal", "-journal"] {
        let _ = std::fs::rename(beside(&registry, suffix), beside(&aside, suffix));
    }
    let _ = std::fs::remove_file(beside(&registry, "-shm"));
    std::fs::rename(&registry, &aside).map_err(|e| failed(&e))?;
    Ok(name)
}
