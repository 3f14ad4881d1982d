//! Deliveries: what was written where, so that a destination that stands is not read again.

use crate::cache::registry::connection::Outcome;
use crate::clock::Timestamp;
use crate::digest::Digest;
use crate::disk::Signature;
use rusqlite::{Connection, OptionalExtension as _, params};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// What this boot last delivered to a path; one that cannot be read is none. What an earlier boot wrote may have lost its bytes
/// in a power loss and kept its size and times.
pub(crate) fn of_path(
    connection: &Connection,
    path: &Path,
    boot: Option<&str>,
) -> Outcome<Option<(Signature, Digest)>> {
    let mut statement = connection
        .prepare_cached("SELECT size, mtime, ctime, inode, digest FROM deliveries WHERE path = ?1 AND boot = ?2")?;
    let found = statement
        .query_row(params![path.as_os_str().as_bytes(), boot], |row| {
            let inode: i64 = row.get(3)?;
            let signature =
                Signature { size: row.get(0)?, mtime: row.get(1)?, ctime: row.get(2)?, inode: inode.cast_unsigned() };
            Ok((signature, row.get::<_, String>(4)?))
        })
        .optional()?;
    Ok(found.and_then(|(signature, digest)| Some((signature, Digest::parse(&digest).ok()?))))
}

/// Notes what was delivered to a path, or found there, under this boot.
pub(crate) fn note(
    connection: &Connection,
    path: &Path,
    signature: &Signature,
    digest: &Digest,
    boot: Option<&str>,
) -> Outcome<()> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO deliveries (path, size, mtime, ctime, inode, digest, delivered_at, boot)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            path.as_os_str().as_bytes(),
            signature.size,
            signature.mtime,
            signature.ctime,
            signature.inode.cast_signed(),
            digest.to_string(),
            Timestamp::now().0,
            boot,
        ])?;
    Ok(())
}
