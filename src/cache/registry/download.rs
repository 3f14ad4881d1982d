//! How items were got: the rows of `downloads`.

use crate::cache::freshness::validation;
use crate::cache::item::{Download, Trust};
use crate::cache::registry::connection::Outcome;
use crate::clock::Timestamp;
use crate::descriptor::bytes_to_json;
use crate::digest::{Algorithm, Digest};
use crate::message::{Fields, Validators};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rusqlite::{Connection, Row, params};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::fmt;

/// How an item was got; `None` if that is not known, or makes no sense.
pub(crate) fn of_item(connection: &Connection, item: i64) -> Outcome<Option<Download>> {
    let mut statement = connection.prepare_cached(
        "SELECT resolved_url, method, http_code, http_version, headers, etag, last_modified, date, started_at, finished_at,
             checksums, backend, tls_verified, length_verified, insecure, special_trust, private
         FROM downloads WHERE item = ?1",
    )?;
    let mut rows = statement.query([item])?;
    Ok(match rows.next()? {
        Some(row) => from_row(row).ok().flatten(),
        None => None,
    })
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Option<Download>> {
    let mut next = 0..;
    let mut column = || next.next().unwrap_or(usize::MAX);
    let resolved_url = row.get(column())?;
    let method = row.get(column())?;
    let http_code = row.get(column())?;
    let http_version = row.get(column())?;
    let headers = row.get_ref(column())?;
    let validators = Validators {
        etag: row.get(column())?,
        last_modified: row.get(column())?,
        date: row.get::<_, Option<i64>>(column())?.map(Timestamp),
    };
    let started_at = Timestamp(row.get(column())?);
    let finished_at = Timestamp(row.get(column())?);
    let checksums = row.get_ref(column())?;
    let (Some(headers), Some(checksums)) = (parse_headers(headers.as_str()?), parse_checksums(checksums.as_str()?))
    else {
        return Ok(None);
    };
    Ok(Some(Download {
        resolved_url,
        method,
        http_code,
        http_version,
        headers,
        validators,
        started_at,
        finished_at,
        checksums,
        backend: row.get(column())?,
        tls_verified: row.get(column())?,
        length_verified: row.get(column())?,
        trust: Trust { insecure: row.get(column())?, special: row.get(column())? },
        private: row.get(column())?,
    }))
}

/// Notes how an item was got, in place of what was noted before. That its row says so is for the caller to see to.
pub(crate) fn note(connection: &Connection, item: i64, download: &Download) -> Outcome<()> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO downloads (item, resolved_url, method, http_code, http_version, headers, etag,
                 last_modified, date, started_at, finished_at, checksums, backend, tls_verified, length_verified, insecure,
                 special_trust, private)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
        )?
        .execute(params![
            item,
            download.resolved_url,
            download.method,
            download.http_code,
            download.http_version,
            show_headers(&download.headers),
            download.validators.etag,
            download.validators.last_modified,
            download.validators.date.map(|t| t.0),
            download.started_at.0,
            download.finished_at.0,
            show_checksums(&download.checksums),
            download.backend,
            download.tls_verified,
            download.length_verified,
            download.trust.insecure,
            download.trust.special,
            download.private,
        ])?;
    Ok(())
}

/// Forgets how an item was got.
pub(crate) fn forget(connection: &Connection, item: i64) -> Outcome<()> {
    connection.prepare_cached("DELETE FROM downloads WHERE item = ?1")?.execute([item])?;
    Ok(())
}

pub(crate) fn show_headers(fields: &Fields) -> String {
    let lines: Vec<(&str, Bytes<'_>)> =
        fields.iter().map(|(name, value)| (name, Bytes(Cow::Borrowed(value)))).collect();
    serde_json::to_string(&lines).unwrap_or_default()
}

/// One stored line.
#[derive(Deserialize)]
struct Line<'a>(#[serde(borrow)] Cow<'a, str>, #[serde(borrow)] Bytes<'a>);

/// Bytes as `bytes_to_json` shows them: a text, or `{"base64"}`.
struct Bytes<'a>(Cow<'a, [u8]>);

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, json: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(&self.0) {
            Ok(text) => json.serialize_str(text),
            Err(_) => bytes_to_json(&self.0).serialize(json),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Bytes<'a> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_any(OfBytes)
    }
}

struct OfBytes;

impl<'de> Visitor<'de> for OfBytes {
    type Value = Bytes<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or {\"base64\"}")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Bytes<'de>, E> {
        Ok(Bytes(Cow::Borrowed(text.as_bytes())))
    }

    fn visit_str<E>(self, text: &str) -> Result<Bytes<'de>, E> {
        Ok(Bytes(Cow::Owned(text.as_bytes().to_vec())))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Bytes<'de>, A::Error> {
        let object = Map::deserialize(MapAccessDeserializer::new(map))?;
        let bytes = object.get("base64").and_then(Value::as_str).and_then(|text| STANDARD.decode(text).ok());
        bytes.map(|bytes| Bytes(Cow::Owned(bytes))).ok_or_else(|| A::Error::custom("no bytes"))
    }
}

/// Reads lines as they come: every hit does this, and the lines as JSON values would cost it several times as much.
struct Lines(Fields);

impl<'de> Visitor<'de> for Lines {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("header fields")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut lines: A) -> Result<Fields, A::Error> {
        while let Some(Line(name, value)) = lines.next_element()? {
            self.0.push_bytes(&name, &value.0);
        }
        Ok(self.0)
    }
}

pub(crate) fn parse_headers(text: &str) -> Option<Fields> {
    let mut json = serde_json::Deserializer::from_str(text);
    let fields = json.deserialize_seq(Lines(Fields::with_room(text.len()))).ok()?;
    json.end().ok().map(|()| fields)
}

/// Digests by algorithm, as JSON.
pub(crate) fn checksums_json(checksums: &[Digest]) -> Map<String, Value> {
    checksums.iter().map(|d| (d.algorithm().name().to_owned(), Value::from(d.hex()))).collect()
}

fn show_checksums(checksums: &[Digest]) -> String {
    Value::Object(checksums_json(checksums)).to_string()
}

fn parse_checksums(text: &str) -> Option<Vec<Digest>> {
    if text == "{}" {
        return Some(Vec::new());
    }
    let all: Map<String, Value> = serde_json::from_str(text).ok()?;
    // An algorithm that a later dl added is left out.
    let known = all.iter().filter_map(|(name, hex)| Some((algorithm(name)?, hex.as_str()?)));
    known.map(|(algorithm, hex)| Digest::from_hex(algorithm, hex)).collect()
}

fn algorithm(name: &str) -> Option<Algorithm> {
    let sent = [Algorithm::Crc32, Algorithm::Crc32c, Algorithm::Crc64Nvme];
    Algorithm::from_name(name).or_else(|| sent.into_iter().find(|a| a.name() == name))
}

/// What is known after the origin confirmed what is stored: its new fields over the old ones, the rest as it was.
pub(crate) fn confirm(stored: &Download, confirmation: &Download) -> Download {
    let mut merged =
        Download { headers: validation::updated(&stored.headers, &confirmation.headers), ..stored.clone() };
    let Validators { etag, last_modified, date } = confirmation.validators.clone();
    merged.validators.etag = etag.or(merged.validators.etag);
    merged.validators.last_modified = last_modified.or(merged.validators.last_modified);
    merged.validators.date = date.or(merged.validators.date);
    merged.private |= confirmation.private;
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_bytes_are_kept() {
        let mut fields = Fields::new();
        fields.push("x-a", b"\xff\x00\r\n".to_vec());
        fields.push("x-b", "t\u{fc}r");
        fields.push("x-a", "again");
        assert_eq!(parse_headers(&show_headers(&fields)), Some(fields));
        let digests = [Digest::sha256(b""), Digest::from_bytes(Algorithm::Crc32c, b"abcd").unwrap()];
        assert_eq!(parse_checksums(&show_checksums(&digests)).unwrap(), digests);
        assert_eq!(parse_checksums("{\"later\":\"00\"}"), Some(Vec::new()));
        assert_eq!(parse_checksums("{\"md5\":\"00\"}"), None);
    }
}
