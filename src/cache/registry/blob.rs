//! What the blobs looked like when they were hashed.

use crate::cache::item::Record;
use crate::cache::registry::connection::Outcome;
use crate::clock::Timestamp;
use crate::digest::{Algorithm, Digest};
use rusqlite::{Connection, OptionalExtension as _, params};

/// The record of a blob.
pub(crate) fn record(connection: &Connection, digest: &Digest) -> Outcome<Option<Record>> {
    let mut statement = connection.prepare_cached("SELECT size, mtime, inode, boot FROM blobs WHERE sha256 = ?1")?;
    let record = statement
        .query_row([digest.bytes()], |row| {
            let inode: i64 = row.get(2)?;
            Ok(Record { size: row.get(0)?, mtime: row.get(1)?, inode: inode.cast_unsigned(), boot: row.get(3)? })
        })
        .optional()?;
    Ok(record)
}

/// Notes what a blob looks like.
pub(crate) fn note(connection: &Connection, digest: &Digest, record: &Record) -> Outcome<()> {
    connection
        .prepare_cached(
            "INSERT INTO blobs (sha256, size, mtime, inode, boot) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (sha256) DO UPDATE SET size = ?2, mtime = ?3, inode = ?4, boot = ?5
             WHERE (size, mtime, inode) IS NOT (?2, ?3, ?4) OR boot IS NOT ?5",
        )?
        .execute(params![digest.bytes(), record.size, record.mtime, record.inode.cast_signed(), record.boot])?;
    Ok(())
}

/// Forgets a blob: it is gone, or its bytes are wrong.
pub(crate) fn forget(connection: &Connection, digest: &Digest) -> Outcome<()> {
    connection.prepare_cached("DELETE FROM blobs WHERE sha256 = ?1")?.execute([digest.bytes()])?;
    Ok(())
}

/// Blobs that this boot wrote before a moment and that are not known to be durable.
pub(crate) fn not_durable(connection: &Connection, boot: &str, before: Timestamp, limit: i64) -> Outcome<Vec<Digest>> {
    let mut statement =
        connection.prepare_cached("SELECT sha256 FROM blobs WHERE boot = ?1 AND mtime < ?2 LIMIT ?3")?;
    let mut rows = statement.query(params![boot, before.0.saturating_mul(1000), limit])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.extend(Digest::from_bytes(Algorithm::Sha256, row.get_ref(0)?.as_blob().unwrap_or_default()));
    }
    Ok(all)
}

/// Notes that a blob is durable, if it is still the one that was synced.
pub(crate) fn durable(connection: &Connection, digest: &Digest, synced: &Record) -> Outcome<bool> {
    let changed = connection
        .prepare_cached("UPDATE blobs SET boot = NULL WHERE sha256 = ?1 AND size = ?2 AND mtime = ?3 AND inode = ?4")?
        .execute(params![digest.bytes(), synced.size, synced.mtime, synced.inode.cast_signed()])?;
    Ok(changed > 0)
}
