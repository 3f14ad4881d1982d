//! Changes that a user makes to items: statuses, fields, removal.

use crate::cache::item::{Item, Record, Status};
use crate::cache::registry::connection::Outcome;
use crate::clock::Timestamp;
use crate::descriptor::Key;
use crate::digest::Digest;
use rusqlite::{Connection, params};
use serde_json::Value;

/// The number of a new version of a key that a user makes.
pub(crate) fn next_version(connection: &Connection, key: &Key) -> Outcome<i64> {
    let mut statement = connection.prepare_cached("SELECT ifnull(max(version), 0) + 1 FROM items WHERE key = ?1")?;
    Ok(statement.query_row([&key.0], |row| row.get(0))?)
}

/// Notes that a user made the item: no limit drops it.
pub(crate) fn by_hand(connection: &Connection, id: i64) -> Outcome<()> {
    connection.prepare_cached("UPDATE items SET by_hand = 1 WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// Makes an item READY, with this content.
pub(crate) fn ready(
    connection: &Connection,
    id: i64,
    size: u64,
    digest: &Digest,
    copy: Option<&Record>,
    now: Timestamp,
) -> Outcome<()> {
    connection
        .prepare_cached(
            "UPDATE items SET status = 3, size = ?2, sha256 = ?3, copy_mtime = ?4, copy_inode = ?5, copy_boot = ?6,
                 error = NULL, trashed_from = NULL, modified_at = ?7 WHERE id = ?1",
        )?
        .execute(params![
            id,
            size,
            digest.bytes(),
            copy.map(|c| c.mtime),
            copy.map(|c| c.inode.cast_signed()),
            copy.and_then(|c| c.boot.as_deref()),
            now.0,
        ])?;
    Ok(())
}

/// Gives an item another status; its content is no longer known if `forget`.
pub(crate) fn status(connection: &Connection, id: i64, status: Status, forget: bool, now: Timestamp) -> Outcome<()> {
    connection
        .prepare_cached(
            "UPDATE items SET
                 trashed_from = CASE WHEN ?2 <> -1 THEN NULL WHEN status = -1 THEN trashed_from ELSE status END,
                 status = ?2, modified_at = ?4,
                 size = CASE WHEN ?3 THEN NULL ELSE size END, sha256 = CASE WHEN ?3 THEN NULL ELSE sha256 END,
                 copy_mtime = CASE WHEN ?3 THEN NULL ELSE copy_mtime END,
                 copy_inode = CASE WHEN ?3 THEN NULL ELSE copy_inode END,
                 copy_boot = CASE WHEN ?3 THEN NULL ELSE copy_boot END
             WHERE id = ?1",
        )?
        .execute(params![id, status.number(), forget, now.0])?;
    Ok(())
}

/// Why an item failed.
pub(crate) fn error(connection: &Connection, id: i64, error: Option<&Value>) -> Outcome<()> {
    connection
        .prepare_cached("UPDATE items SET error = ?2 WHERE id = ?1")?
        .execute(params![id, error.map(Value::to_string)])?;
    Ok(())
}

/// The status that an item had before TRASH; READY with a content and WRITE without, where that was not noted.
pub(crate) fn trashed_from(connection: &Connection, item: &Item) -> Outcome<Status> {
    let mut statement = connection.prepare_cached("SELECT trashed_from FROM items WHERE id = ?1")?;
    let number: Option<i64> = statement.query_row([item.id], |row| row.get(0))?;
    let known = number.and_then(Status::from_number);
    let guess = if item.sha256.is_some() { Status::Ready } else { Status::Write };
    Ok(match known {
        Some(Status::Ready | Status::Trash | Status::Deleted) | None => guess,
        Some(other) => other,
    })
}

/// Sets fields; `None` leaves one as it is.
#[derive(Debug, Default)]
pub(crate) struct Fields<'a> {
    pub(crate) label: Option<&'a str>,
    pub(crate) filename: Option<&'a str>,
    pub(crate) ext: Option<&'a str>,
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) last_read: Option<Timestamp>,
    pub(crate) last_search: Option<Timestamp>,
}

/// Sets fields of an item.
pub(crate) fn fields(connection: &Connection, id: i64, fields: &Fields<'_>, now: Timestamp) -> Outcome<()> {
    connection
        .prepare_cached(
            "UPDATE items SET label = ifnull(?2, label), filename = ifnull(?3, filename), ext = ifnull(?4, ext),
                 created_at = ifnull(?5, created_at), last_read = ifnull(?6, last_read),
                 last_search = ifnull(?7, last_search), modified_at = ?8 WHERE id = ?1",
        )?
        .execute(params![
            id,
            fields.label,
            fields.filename,
            fields.ext,
            fields.created_at.map(|t| t.0),
            fields.last_read.map(|t| t.0),
            fields.last_search.map(|t| t.0),
            now.0,
        ])?;
    Ok(())
}

/// Removes the row of an item, with all that belongs to it.
pub(crate) fn delete(connection: &Connection, id: i64) -> Outcome<()> {
    connection.prepare_cached("DELETE FROM items WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// Removes the row of an item if it still is as it was seen, and was not used since.
pub(crate) fn delete_unchanged(connection: &Connection, seen: &Seen) -> Outcome<bool> {
    let changed = connection
        .prepare_cached("DELETE FROM items WHERE id = ?1 AND status = ?2 AND modified_at = ?3 AND last_read IS ?4")?
        .execute(params![seen.id, seen.status.number(), seen.modified_at, seen.last_read])?;
    Ok(changed > 0)
}

/// What an item looked like when it was decided upon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) id: i64,
    pub(crate) status: Status,
    pub(crate) modified_at: i64,
    pub(crate) last_read: Option<i64>,
}

/// Whether a row needs the blob's bytes. The one place that knows who uses blobs, with the next one.
pub(crate) fn is_used(connection: &Connection, digest: &Digest) -> Outcome<bool> {
    let mut statement = connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM responses WHERE sha256 = ?1)")?;
    Ok(is_used_beside_responses(connection, digest)? || statement.query_row([digest.bytes()], |row| row.get(0))?)
}

/// Whether anything but stored responses needs the blob.
pub(crate) fn is_used_beside_responses(connection: &Connection, digest: &Digest) -> Outcome<bool> {
    let mut statement = connection.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM items WHERE sha256 = ?1 AND status <> -2)
             OR EXISTS (SELECT 1 FROM item_blobs b JOIN items i ON i.id = b.item WHERE b.sha256 = ?1 AND i.status <> -2)
             OR EXISTS (SELECT 1 FROM roots WHERE sha256 = ?1)
             OR EXISTS (SELECT 1 FROM blob_references WHERE to_sha256 = ?1)",
    )?;
    Ok(statement.query_row([digest.bytes()], |row| row.get(0))?)
}

/// Whether an item needs the blob's bytes.
pub(crate) fn is_used_by_item(connection: &Connection, digest: &Digest) -> Outcome<bool> {
    let mut statement =
        connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM items WHERE sha256 = ?1 AND status <> -2)")?;
    Ok(statement.query_row([digest.bytes()], |row| row.get(0))?)
}

/// Whether a row says that a version's folder has a file in it.
pub(crate) fn has_version(connection: &Connection, key: &Key, version: i64) -> Outcome<bool> {
    let mut statement = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM items WHERE key = ?1 AND version = ?2 AND status <> -2)")?;
    Ok(statement.query_row(params![key.0, version], |row| row.get(0))?)
}

/// Adds one read to an item, and waits for it.
pub(crate) fn read(connection: &Connection, id: i64, now: Timestamp) -> Outcome<()> {
    connection.prepare_cached(crate::cache::registry::item::COUNT_READ)?.execute([id, now.0])?;
    Ok(())
}
