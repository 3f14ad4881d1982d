//! Which blobs an item needs beside its own: the files that a recorded run made.

use crate::cache::registry::connection::Outcome;
use crate::digest::{Algorithm, Digest};
use rusqlite::{Connection, params};

/// Says which blobs an item needs, in place of what was said before.
pub(crate) fn replace(connection: &Connection, item: i64, blobs: &[&Digest]) -> Outcome<()> {
    connection.prepare_cached("DELETE FROM item_blobs WHERE item = ?1")?.execute([item])?;
    for digest in blobs {
        connection
            .prepare_cached("INSERT OR IGNORE INTO item_blobs (item, sha256) VALUES (?1, ?2)")?
            .execute(params![item, digest.bytes()])?;
    }
    Ok(())
}

/// The blobs that an item needs, with their sizes; 0 where that is not known.
pub(crate) fn of_item(connection: &Connection, item: i64) -> Outcome<Vec<(Digest, u64)>> {
    let mut statement = connection.prepare_cached(
        "SELECT p.sha256, ifnull(b.size, 0) FROM item_blobs p LEFT JOIN blobs b ON b.sha256 = p.sha256 WHERE p.item = ?1",
    )?;
    let mut rows = statement.query([item])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let bytes: Vec<u8> = row.get(0)?;
        if let Some(digest) = Digest::from_bytes(Algorithm::Sha256, &bytes) {
            all.push((digest, row.get(1)?));
        }
    }
    Ok(all)
}
