//! Stored responses as rows.

use crate::cache::freshness::vary::Selecting;
use crate::cache::freshness::{Content, Stored};
use crate::cache::item::Trust;
use crate::cache::registry::connection::Outcome;
use crate::cache::registry::download::{parse_headers, show_headers};
use crate::cache::response::{Holder, Response};
use crate::clock::Timestamp;
use crate::digest::{Algorithm, Digest};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

const SELECT: &str =
    "SELECT id, uri, credential, method, status, http_version, headers, selecting, requested_at, received_at, invalidated,
        decoded, first, last, total, size, sha256, backend, tls_verified, length_verified, insecure, special_trust
     FROM responses ";

/// Reads a row; `None` if it makes no sense: it is then as if it were not there.
fn from_row(row: &Row<'_>) -> rusqlite::Result<Option<Response>> {
    let mut next = 0..;
    let mut column = || next.next().unwrap_or(usize::MAX);
    let id = row.get(column())?;
    let (uri, credential) = (row.get(column())?, row.get(column())?);
    let (method, status) = (row.get(column())?, row.get(column())?);
    let http_version = row.get(column())?;
    let headers: String = row.get(column())?;
    let selecting: Option<String> = row.get(column())?;
    let (requested_at, received_at) = (Timestamp(row.get(column())?), Timestamp(row.get(column())?));
    let (invalidated, decoded) = (row.get(column())?, row.get(column())?);
    let part: (Option<u64>, Option<u64>) = (row.get(column())?, row.get(column())?);
    let total: Option<u64> = row.get(column())?;
    let size: Option<u64> = row.get(column())?;
    let sha256: Option<Vec<u8>> = row.get(column())?;
    let digest = sha256.as_deref().map(|bytes| Digest::from_bytes(Algorithm::Sha256, bytes));
    let content = match (part, size, &digest) {
        (_, _, None) => Content::Head,
        ((Some(first), Some(last)), Some(_), Some(Some(_))) => Content::Part { first, last, total },
        ((None, None), Some(size), Some(Some(_))) => Content::Whole(size),
        _ => return Ok(None),
    };
    let (Some(fields), Some(selecting)) = (parse_headers(&headers), parse_selecting(selecting.as_deref())) else {
        return Ok(None);
    };
    let stored = Stored { method, status, fields, selecting, requested_at, received_at, content, decoded, invalidated };
    let backend = row.get(column())?;
    let (tls_verified, length_verified) = (row.get(column())?, row.get(column())?);
    let trust = Trust { insecure: row.get(column())?, special: row.get(column())? };
    Ok(Some(Response {
        id,
        holder: Holder { uri, credential, trust },
        stored,
        http_version,
        size: size.unwrap_or(0),
        sha256: digest.flatten(),
        backend,
        tls_verified,
        length_verified,
    }))
}

/// All responses of a URI that its holder may have.
pub(crate) fn of(connection: &Connection, holder: &Holder) -> Outcome<Vec<Response>> {
    let mut statement = connection.prepare_cached(&format!(
        "{SELECT} WHERE uri = ?1 AND credential = ?2 AND insecure = ?3 AND special_trust IS ?4 ORDER BY id"
    ))?;
    let trust = &holder.trust;
    let mut rows = statement.query(params![holder.uri, holder.credential, trust.insecure, trust.special])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.extend(from_row(row)?);
    }
    Ok(all)
}

/// Adds a response; gives its id.
pub(crate) fn add(
    connection: &Connection,
    response: &Response,
    fresh_until: Timestamp,
    now: Timestamp,
) -> Outcome<i64> {
    let Stored { method, status, fields, selecting, requested_at, received_at, content, decoded, invalidated } =
        &response.stored;
    let (first, last, total) = match *content {
        Content::Part { first, last, total } => (Some(first), Some(last), total),
        Content::Whole(_) | Content::Head => (None, None, None),
    };
    let size = response.sha256.as_ref().map(|_| response.size);
    connection
        .prepare_cached(
            "INSERT INTO responses (uri, credential, method, status, http_version, headers, selecting, requested_at,
                 received_at, fresh_until, validated, invalidated, decoded, first, last, total, size, sha256, backend,
                 tls_verified, length_verified, insecure, special_trust, last_used)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23,
                 ?24)",
        )?
        .execute(params![
            response.holder.uri,
            response.holder.credential,
            method,
            status,
            response.http_version,
            show_headers(fields),
            show_selecting(selecting),
            requested_at.0,
            received_at.0,
            fresh_until.0,
            !response.stored.validators().is_empty(),
            invalidated,
            decoded,
            first,
            last,
            total,
            size,
            response.sha256.as_ref().map(Digest::bytes),
            response.backend,
            response.tls_verified,
            response.length_verified,
            response.holder.trust.insecure,
            response.holder.trust.special,
            now.0,
        ])?;
    Ok(connection.last_insert_rowid())
}

/// What a confirmation changes of a response.
pub(crate) fn update(
    connection: &Connection,
    response: &Response,
    fresh_until: Timestamp,
    now: Timestamp,
) -> Outcome<()> {
    let stored = &response.stored;
    connection
        .prepare_cached(
            "UPDATE responses SET headers = ?2, selecting = ?3, requested_at = ?4, received_at = ?5, fresh_until = ?6,
                 validated = ?7, invalidated = ?8, last_used = ?9 WHERE id = ?1",
        )?
        .execute(params![
            response.id,
            show_headers(&stored.fields),
            show_selecting(&stored.selecting),
            stored.requested_at.0,
            stored.received_at.0,
            fresh_until.0,
            !stored.validators().is_empty(),
            stored.invalidated,
            now.0,
        ])?;
    Ok(())
}

/// Removes responses; gives the contents that they had.
pub(crate) fn remove(connection: &Connection, ids: &[i64]) -> Outcome<Vec<Digest>> {
    let mut contents = Vec::new();
    for id in ids {
        let mut statement = connection.prepare_cached("DELETE FROM responses WHERE id = ?1 RETURNING sha256")?;
        let mut rows = statement.query([id])?;
        while let Some(row) = rows.next()? {
            let bytes: Option<Vec<u8>> = row.get(0)?;
            contents.extend(bytes.and_then(|bytes| Digest::from_bytes(Algorithm::Sha256, &bytes)));
        }
    }
    Ok(contents)
}

/// Marks all responses of a URI, whoever may have them: they are validated before their next use.
pub(crate) fn invalidate(connection: &Connection, uri: &str) -> Outcome<()> {
    connection.prepare_cached("UPDATE responses SET invalidated = 1 WHERE uri = ?1")?.execute([uri])?;
    Ok(())
}

/// The responses of a URI and credential beyond the `most` that were used last.
pub(crate) fn beyond(connection: &Connection, holder: &Holder, most: usize) -> Outcome<Vec<i64>> {
    let mut statement = connection.prepare_cached(
        "SELECT id FROM responses WHERE uri = ?1 AND credential = ?2 ORDER BY last_used DESC, id DESC LIMIT -1 OFFSET ?3",
    )?;
    let ids = statement.query_map(params![holder.uri, holder.credential, most], |row| row.get(0))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

/// Notes a use: dropped rather than waited for.
pub(crate) const COUNT_USE: &str = "UPDATE responses SET last_used = ?2 WHERE id = ?1";

/// How much of a response cleaning needs.
#[derive(Debug, Clone)]
pub(crate) struct Light {
    pub(crate) id: i64,
    pub(crate) last_used: Timestamp,
    pub(crate) fresh_until: Timestamp,
    pub(crate) has_validator: bool,
    pub(crate) size: u64,
    pub(crate) digest: Option<Digest>,
}

/// Those with an id behind this one, in order, at most so many.
pub(crate) fn light(connection: &Connection, behind: i64, most: usize) -> Outcome<Vec<Light>> {
    let mut statement = connection.prepare_cached(&format!("{LIGHT} WHERE id > ?1 ORDER BY id LIMIT ?2"))?;
    let all = statement.query_map(params![behind, most], read_light)?;
    Ok(all.collect::<rusqlite::Result<_>>()?)
}

const LIGHT: &str = "SELECT id, last_used, fresh_until, validated, ifnull(size, 0), sha256 FROM responses ";

fn read_light(row: &Row<'_>) -> rusqlite::Result<Light> {
    let bytes: Option<Vec<u8>> = row.get(5)?;
    Ok(Light {
        id: row.get(0)?,
        last_used: Timestamp(row.get(1)?),
        fresh_until: Timestamp(row.get(2)?),
        has_validator: row.get(3)?,
        size: row.get(4)?,
        digest: bytes.and_then(|bytes| Digest::from_bytes(Algorithm::Sha256, &bytes)),
    })
}

/// When one was last used; `None`: it is gone.
pub(crate) fn last_used(connection: &Connection, id: i64) -> Outcome<Option<Timestamp>> {
    let mut statement = connection.prepare_cached("SELECT last_used FROM responses WHERE id = ?1")?;
    Ok(statement.query_row([id], |row| row.get(0)).optional()?.map(Timestamp))
}

/// Those that have this content.
pub(crate) fn of_content(connection: &Connection, digest: &Digest) -> Outcome<Vec<Light>> {
    let mut statement = connection.prepare_cached(&format!("{LIGHT} WHERE sha256 = ?1"))?;
    let all = statement.query_map([digest.bytes()], read_light)?;
    Ok(all.collect::<rusqlite::Result<_>>()?)
}

/// All contents that responses have.
pub(crate) fn contents(connection: &Connection) -> Outcome<Vec<Digest>> {
    let mut statement = connection.prepare_cached("SELECT DISTINCT sha256 FROM responses WHERE sha256 IS NOT NULL")?;
    let all = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(all.iter().filter_map(|bytes| Digest::from_bytes(Algorithm::Sha256, bytes)).collect())
}

/// Removes all that have this content.
pub(crate) fn remove_content(connection: &Connection, digest: &Digest) -> Outcome<()> {
    connection.prepare_cached("DELETE FROM responses WHERE sha256 = ?1")?.execute([digest.bytes()])?;
    Ok(())
}

/// The contents that responses have, and no READY item or user.
pub(crate) fn contents_of_no_item(connection: &Connection) -> Outcome<Vec<Digest>> {
    let mut statement = connection.prepare_cached(
        "SELECT DISTINCT sha256 FROM responses r WHERE sha256 IS NOT NULL
             AND NOT EXISTS (SELECT 1 FROM items i WHERE i.sha256 = r.sha256 AND i.status = 3)
             AND NOT EXISTS (SELECT 1 FROM item_blobs p JOIN items i ON i.id = p.item WHERE p.sha256 = r.sha256 AND i.status = 3)
             AND NOT EXISTS (SELECT 1 FROM roots k WHERE k.sha256 = r.sha256)
             AND NOT EXISTS (SELECT 1 FROM blob_references b WHERE b.to_sha256 = r.sha256) ORDER BY sha256",
    )?;
    let all = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(all.iter().filter_map(|bytes| Digest::from_bytes(Algorithm::Sha256, bytes)).collect())
}

/// The ids and URIs of those that have this content.
pub(crate) fn named_by_content(connection: &Connection, digest: &Digest) -> Outcome<Vec<(i64, String)>> {
    let mut statement = connection.prepare_cached("SELECT id, uri FROM responses WHERE sha256 = ?1")?;
    let all = statement.query_map([digest.bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(all.collect::<rusqlite::Result<_>>()?)
}

/// How many responses have this content.
pub(crate) fn users(connection: &Connection, digest: &Digest) -> Outcome<u32> {
    let mut statement = connection.prepare_cached("SELECT count(*) FROM responses WHERE sha256 = ?1")?;
    Ok(statement.query_row([digest.bytes()], |row| row.get(0))?)
}

fn show_selecting(selecting: &Selecting) -> Option<String> {
    (!selecting.any).then(|| serde_json::json!(selecting.fields).to_string())
}

fn parse_selecting(text: Option<&str>) -> Option<Selecting> {
    match text {
        None => Some(Selecting { fields: Vec::new(), any: true }),
        Some(text) => Some(Selecting { fields: serde_json::from_str(text).ok()?, any: false }),
    }
}
