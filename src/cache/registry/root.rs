//! What users keep by digest (roots), and which content refers to which. A reference stands as long as its source is stored.

use crate::cache::registry::connection::Outcome;
use crate::clock::Timestamp;
use crate::digest::{Algorithm, Digest};
use rusqlite::{Connection, Params, params};

/// Every content that a row tells of, between two digests.
const KNOWN: &str = "SELECT sha256 FROM blobs WHERE sha256 BETWEEN ?1 AND ?2
     UNION SELECT sha256 FROM roots WHERE sha256 BETWEEN ?1 AND ?2
     UNION SELECT to_sha256 FROM blob_references WHERE to_sha256 BETWEEN ?1 AND ?2
     ORDER BY 1 LIMIT ?3";

fn digests(connection: &Connection, question: &str, parameters: impl Params) -> Outcome<Vec<Digest>> {
    let mut statement = connection.prepare_cached(question)?;
    let mut rows = statement.query(parameters)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.extend(Digest::from_bytes(Algorithm::Sha256, row.get_ref(0)?.as_blob().unwrap_or_default()));
    }
    Ok(all)
}

/// Notes that a user keeps a content.
pub(crate) fn keep(connection: &Connection, digest: &Digest, size: u64, now: Timestamp) -> Outcome<()> {
    connection
        .prepare_cached("INSERT OR IGNORE INTO roots (sha256, size, created_at) VALUES (?1, ?2, ?3)")?
        .execute(params![digest.bytes(), size, now.0])?;
    Ok(())
}

/// Whether a user keeps a content.
pub(crate) fn is_root(connection: &Connection, digest: &Digest) -> Outcome<bool> {
    let mut statement = connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM roots WHERE sha256 = ?1)")?;
    Ok(statement.query_row([digest.bytes()], |row| row.get(0))?)
}

/// Notes that a content refers to another.
pub(crate) fn refer(connection: &Connection, from: &Digest, to: &Digest) -> Outcome<()> {
    connection
        .prepare_cached("INSERT OR IGNORE INTO blob_references (from_sha256, to_sha256) VALUES (?1, ?2)")?
        .execute(params![from.bytes(), to.bytes()])?;
    Ok(())
}

/// Forgets a content that is going: that it was kept, and what it referred to.
pub(crate) fn forget(connection: &Connection, digest: &Digest) -> Outcome<()> {
    connection.prepare_cached("DELETE FROM roots WHERE sha256 = ?1")?.execute([digest.bytes()])?;
    connection.prepare_cached("DELETE FROM blob_references WHERE from_sha256 = ?1")?.execute([digest.bytes()])?;
    Ok(())
}

/// What a content refers to.
pub(crate) fn references(connection: &Connection, from: &Digest) -> Outcome<Vec<Digest>> {
    digests(connection, "SELECT to_sha256 FROM blob_references WHERE from_sha256 = ?1", [from.bytes()])
}

/// What refers to a content.
pub(crate) fn referrers(connection: &Connection, to: &Digest) -> Outcome<Vec<Digest>> {
    digests(connection, "SELECT from_sha256 FROM blob_references WHERE to_sha256 = ?1", [to.bytes()])
}

/// All that users keep.
pub(crate) fn roots(connection: &Connection) -> Outcome<Vec<Digest>> {
    digests(connection, "SELECT sha256 FROM roots ORDER BY sha256", [])
}

/// Everything that refers to something, and is no root.
pub(crate) fn inner(connection: &Connection) -> Outcome<Vec<Digest>> {
    let question = "SELECT DISTINCT from_sha256 FROM blob_references
         WHERE from_sha256 NOT IN (SELECT sha256 FROM roots) ORDER BY 1";
    digests(connection, question, [])
}

/// Contents that are known, between two digests, in their order.
pub(crate) fn known(connection: &Connection, from: &[u8], to: &[u8], limit: usize) -> Outcome<Vec<Digest>> {
    digests(connection, KNOWN, params![from, to, limit])
}

/// The items that have a content, or need it beside their own: id and URI.
pub(crate) fn items(connection: &Connection, digest: &Digest) -> Outcome<Vec<(i64, String)>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, uri FROM items WHERE sha256 = ?1 AND status <> -2
         UNION SELECT i.id, i.uri FROM item_blobs b JOIN items i ON i.id = b.item WHERE b.sha256 = ?1 AND i.status <> -2
         ORDER BY 1",
    )?;
    let rows = statement.query_map([digest.bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
