//! Entries as documents, and conditions as filters.

use crate::clock::Timestamp;
use crate::error::Result;
use crate::kv::driver::{Content, Entry, Record, Stat, Version, decimal, units_up};
use crate::kv::fields::{self, BY_REVISION, BY_VALUE, Fields};
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Binary, Bson, DateTime, Document, deserialize_from_slice, doc, serialize_to_vec};
use std::time::Duration;

/// The name under which the size of a value is asked for.
pub(super) const SIZE: &str = "dl_size";

/// Which fields hold what.
#[derive(Debug)]
pub(super) struct Shape(pub(super) Fields);

/// A key as it is stored.
pub(super) fn key_of(key: &[u8]) -> Bson {
    match std::str::from_utf8(key) {
        Ok(text) => Bson::String(text.to_owned()),
        Err(_) => binary(key.to_vec()),
    }
}

fn binary(bytes: Vec<u8>) -> Bson {
    Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes })
}

/// A new state of the field `dl`.
pub(super) fn revision(wrapped: bool) -> Result<Bson> {
    Ok(binary(fields::revision(wrapped)?.to_vec()))
}

/// A moment as a date, rounded up.
fn date(moment: Timestamp) -> DateTime {
    let millis = units_up(Duration::from_micros(u64::try_from(moment.0).unwrap_or(0)), Duration::from_millis(1));
    DateTime::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
}

/// The present moment: what ends in the millisecond that has begun has not ended.
fn present(now: Timestamp) -> DateTime {
    DateTime::from_millis(now.0.div_euclid(1000))
}

/// The text just after all that begin so, in the order of their bytes; `None`: there is none.
fn after(text: &str) -> Option<String> {
    let mut text = text.to_owned();
    while let Some(last) = text.pop() {
        let next = if last == '\u{d7ff}' { Some('\u{e000}') } else { char::from_u32(last as u32 + 1) };
        if let Some(next) = next {
            text.push(next);
            return Some(text);
        }
    }
    None
}

impl Shape {
    /// The document of an entry.
    pub(super) fn document(&self, key: &[u8], record: Record<'_>) -> Result<Document> {
        let number = if record.wrapped { None } else { decimal(record.content) };
        let value = number.map_or_else(|| binary(record.content.to_vec()), Bson::Int64);
        let mut document = doc! { &self.0.key: key_of(key), &self.0.value: value };
        if let Some(end) = record.expires {
            document.insert(&self.0.expires, date(end));
        }
        document.insert(fields::OWN, revision(record.wrapped)?);
        Ok(document)
    }

    /// The key of a document.
    pub(super) fn key(&self, document: &Document) -> Option<Vec<u8>> {
        match document.get(&self.0.key)? {
            Bson::String(text) => Some(text.as_bytes().to_vec()),
            Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes }) => Some(bytes.clone()),
            _ => None,
        }
    }

    /// When a document expires; `Err`: something else stands there.
    fn expires(&self, document: &Document) -> Result<Option<Timestamp>, String> {
        match document.get(&self.0.expires) {
            None | Some(Bson::Null) => Ok(None),
            Some(Bson::DateTime(end)) => Ok(Some(Timestamp(end.timestamp_millis().saturating_mul(1000)))),
            Some(_) => Err(format!("its field `{}` is no date", self.0.expires)),
        }
    }

    /// The entry of a document that has not expired.
    pub(super) fn entry(&self, document: &Document, now: Timestamp) -> Option<Entry> {
        let expires = self.expires(document);
        if expires.as_ref().is_ok_and(|end| end.is_some_and(|end| end <= now)) {
            return None;
        }
        let own = document.get_binary_generic(fields::OWN).ok();
        let value = document.get(&self.0.value);
        let bytes = match value {
            Some(Bson::Binary(Binary { bytes, .. })) => Some(bytes.clone()),
            Some(Bson::String(text)) => Some(text.clone().into_bytes()),
            Some(Bson::Int64(number)) => Some(number.to_string().into_bytes()),
            Some(Bson::Int32(number)) => Some(number.to_string().into_bytes()),
            _ => None,
        };
        let version = if let Some(own) = own {
            [&[BY_REVISION], own.as_slice()].concat()
        } else {
            let held = value.map_or_else(Document::new, |value| doc! { "value": value.clone() });
            [&[BY_VALUE], serialize_to_vec(&held).unwrap_or_default().as_slice()].concat()
        };
        let (expires, content) = match (expires, bytes) {
            (Err(why), _) => (None, Content::Unreadable(why)),
            (Ok(end), None) => {
                (end, Content::Unreadable(format!("its field `{}` is missing or no value", self.0.value)))
            }
            (Ok(end), Some(bytes)) if own.is_some_and(|own| fields::is_wrapped(own)) => (end, Content::Wrapped(bytes)),
            (Ok(end), Some(bytes)) => (end, Content::Plain(bytes)),
        };
        Some(Entry { content, expires, version: Version(version) })
    }

    /// What is asked for in place of the value: its size.
    pub(super) fn without_value(&self) -> Document {
        let value = format!("${}", self.0.value);
        let kind = doc! { "$type": &value };
        let branches = [
            doc! { "case": { "$in": [&kind, ["binData", "string"]] }, "then": { "$binarySize": &value } },
            doc! { "case": { "$in": [&kind, ["int", "long"]] }, "then": { "$strLenBytes": { "$toString": &value } } },
        ];
        let size = doc! { "$switch": { "branches": branches.to_vec(), "default": null } };
        doc! { &self.0.key: 1, &self.0.expires: 1, fields::OWN: 1, SIZE: size }
    }

    /// What is known of a document of [`Self::without_value`]; `None`: it has expired, or only its value tells.
    pub(super) fn stat(&self, document: &Document, now: Timestamp) -> Option<Stat> {
        let expires = self.expires(document).ok()?;
        let own = document.get_binary_generic(fields::OWN).ok()?;
        if expires.is_some_and(|end| end <= now) {
            return None;
        }
        let size = match document.get(SIZE)? {
            Bson::Int32(size) => u64::try_from(*size).ok()?,
            Bson::Int64(size) => u64::try_from(*size).ok()?,
            _ => return None,
        };
        let version = Version([&[BY_REVISION], own.as_slice()].concat());
        Some(Stat { size, wrapped: fields::is_wrapped(own), expires, version })
    }

    /// The document of a key.
    pub(super) fn of_key(&self, key: &[u8]) -> Document {
        doc! { &self.0.key: key_of(key) }
    }

    /// The document of a key, if it has expired.
    pub(super) fn expired(&self, key: &[u8], now: Timestamp) -> Document {
        doc! { &self.0.key: key_of(key), &self.0.expires: { "$lte": present(now) } }
    }

    /// The document of a key, if it has not expired.
    pub(super) fn live(&self, key: &[u8], now: Timestamp) -> Document {
        doc! { &self.0.key: key_of(key), &self.0.expires: { "$not": { "$lte": present(now) } } }
    }

    /// The document of a key, if it is still in this state; `None`: there is no such state.
    pub(super) fn same(&self, key: &[u8], version: &Version) -> Option<Document> {
        let (kind, rest) = version.0.split_first()?;
        let mut filter = self.of_key(key);
        if *kind == BY_REVISION {
            filter.insert(fields::OWN, binary(rest.to_vec()));
            return Some(filter);
        }
        let held: Document = deserialize_from_slice(rest).ok()?;
        filter.insert(fields::OWN, doc! { "$exists": false });
        let same = held.get("value").map_or_else(|| doc! { "$exists": false }, |value| doc! { "$eq": value.clone() });
        filter.insert(&self.0.value, same);
        Some(filter)
    }

    /// Those that have not expired and whose key begins so, as far as that can be asked: the rest is for the caller to
    /// look at.
    pub(super) fn below(&self, prefix: &[u8], now: Timestamp) -> Document {
        let text = prefix.utf8_chunks().next().map(|chunk| chunk.valid()).unwrap_or_default();
        let mut texts = doc! { "$type": "string", "$gte": text };
        if let Some(end) = after(text) {
            texts.insert("$lt", end);
        }
        let key = &self.0.key;
        doc! {
            "$or": [{ key: texts }, { key: { "$type": "binData" } }],
            &self.0.expires: { "$not": { "$lte": present(now) } },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_after_a_prefix() {
        for (text, next) in [("a", "b"), ("a\u{10ffff}", "b"), ("\u{d7ff}", "\u{e000}"), ("az", "a{")] {
            assert_eq!(after(text).as_deref(), Some(next));
            assert!(next.as_bytes() > [text, "\u{10ffff}"].concat().as_bytes(), "{text} in the order of bytes");
        }
        assert_eq!(after(""), None);
        assert_eq!(after("\u{10ffff}"), None);
    }

    #[test]
    fn moments_of_expiry_are_rounded_up() {
        assert_eq!(date(Timestamp(1_000_001)).timestamp_millis(), 1001);
        assert_eq!(present(Timestamp(1_000_999)).timestamp_millis(), 1000);
    }
}
