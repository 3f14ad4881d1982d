//! Extractions: what was unpacked where, so that it is not unpacked again while its files stand.

use crate::cache::extraction::{Extraction, Files};
use crate::cache::registry::connection::Outcome;
use crate::clock::Timestamp;
use crate::digest::Digest;
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::HashMap;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// What was placed by unpacking this in this way at a path; one that cannot be read is none.
pub(crate) fn of(connection: &Connection, path: &Path, source: &Digest, how: &str) -> Outcome<Option<Extraction>> {
    let mut statement = connection
        .prepare_cached("SELECT bytes, files FROM extractions WHERE path = ?1 AND source = ?2 AND how = ?3")?;
    let found = statement
        .query_row(params![path.as_os_str().as_bytes(), source.to_string(), how], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(found.and_then(|(bytes, files)| {
        let files = Files::parse(files)?;
        Some(Extraction { source: source.clone(), how: how.to_owned(), bytes, files })
    }))
}

/// Notes an extraction. Others into the same path that placed any of its files can never stand again and are forgotten; but
/// those that it was to come after (`before`, by source and way) need only the rest of theirs.
pub(crate) fn note(
    connection: &Connection,
    path: &Path,
    extraction: &Extraction,
    before: &[(Digest, String)],
) -> Outcome<()> {
    let path = path.as_os_str().as_bytes();
    let placed: HashMap<_, _> = extraction.files.iter().collect();
    let mut others = connection.prepare_cached("SELECT id, source, how, files FROM extractions WHERE path = ?1")?;
    let others: Vec<(i64, String, String, Vec<u8>)> = others
        .query_map([path], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
        .collect::<Result<_, _>>()?;
    for (id, source, how, files) in others {
        let files = Files::parse(files).unwrap_or_default();
        let is_over = |path: &Path, signature| placed.get(path).is_some_and(|now| *now != signature);
        if !files.iter().any(|(path, signature)| is_over(path, signature)) {
            continue;
        }
        if before.iter().any(|(s, h)| *h == how && s.to_string() == source) {
            let mut rest = Files::default();
            files.iter().filter(|(p, s)| !is_over(p, *s)).for_each(|(p, s)| rest.push(p, &s));
            connection
                .prepare_cached("UPDATE extractions SET files = ?2 WHERE id = ?1")?
                .execute(params![id, rest.bytes()])?;
        } else {
            connection.prepare_cached("DELETE FROM extractions WHERE id = ?1")?.execute([id])?;
        }
    }
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO extractions (path, source, how, bytes, files, extracted_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            path,
            extraction.source.to_string(),
            extraction.how,
            extraction.bytes,
            extraction.files.bytes(),
            Timestamp::now().0,
        ])?;
    Ok(())
}
