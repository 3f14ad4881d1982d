//! Entries as items, and conditions as the expressions of `DynamoDB`.

use crate::clock::Timestamp;
use crate::error::Result;
use crate::kv::driver::{Content, Entry, Record, Version, decimal, units_up};
use crate::kv::fields::{self, BY_REVISION, BY_VALUE, Fields};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// The field that holds the expiry in microseconds.
pub(super) const UNTIL: &str = "dl_until";

/// The names of the fields, for expressions (`#k`, `#v`, `#e`, `#d`, `#u`) and items.
#[derive(Debug)]
pub(super) struct Names(pub(super) Fields);

impl Names {
    fn all(&self) -> [(&'static str, &str); 5] {
        let Fields { key, value, expires } = &self.0;
        [("#k", key), ("#v", value), ("#e", expires), ("#d", fields::OWN), ("#u", UNTIL)]
    }

    /// The item of an entry.
    pub(super) fn item(&self, key: Value, record: Record<'_>) -> Result<Value> {
        let mut item = key;
        let number = if record.wrapped { None } else { decimal(record.content) };
        item[&self.0.value] = number.map_or_else(|| json!({ "B": STANDARD.encode(record.content) }), number_of);
        if let Some(end) = record.expires {
            // The sweeper may come later, never earlier.
            let seconds = units_up(Duration::from_micros(u64::try_from(end.0).unwrap_or(0)), Duration::from_secs(1));
            item[&self.0.expires] = number_of(i64::try_from(seconds).unwrap_or(i64::MAX));
            item[UNTIL] = number_of(end.0);
        }
        item[fields::OWN] = revision(record.wrapped)?;
        Ok(item)
    }

    /// The key of an item.
    pub(super) fn key_of(&self, item: &Map<String, Value>) -> Option<Vec<u8>> {
        Some(item.get(&self.0.key)?.get("S")?.as_str()?.as_bytes().to_vec())
    }

    /// The entry of an item that has not expired.
    pub(super) fn entry(&self, item: &Map<String, Value>, now: Timestamp) -> Option<Entry> {
        let number = |name: &str| item.get(name)?.get("N")?.as_str()?.parse::<f64>().ok();
        let expires = match item.get(UNTIL).and_then(|until| until.get("N")?.as_str()?.parse().ok()) {
            Some(micros) => Some(Timestamp(micros)),
            None => number(&self.0.expires).map(|seconds| Timestamp((seconds * 1e6) as i64)),
        };
        if expires.is_some_and(|end| end <= now) {
            return None;
        }
        let own = item.get(fields::OWN).and_then(bytes);
        let value = item.get(&self.0.value);
        let content = match (value.and_then(bytes), own.as_deref()) {
            _ if expires.is_none() && item.contains_key(&self.0.expires) => {
                Content::Unreadable(format!("its field `{}` is no number", self.0.expires))
            }
            (None, _) => Content::Unreadable(format!("its field `{}` is missing or no value", self.0.value)),
            (Some(value), Some(own)) if fields::is_wrapped(own) => Content::Wrapped(value),
            (Some(value), _) => Content::Plain(value),
        };
        let version = match own {
            Some(own) => [&[BY_REVISION], own.as_slice()].concat(),
            None => [&[BY_VALUE], value.map(Value::to_string).unwrap_or_default().as_bytes()].concat(),
        };
        Some(Entry { content, expires, version: Version(version) })
    }
}

/// A field of bytes, text or a number, as bytes.
fn bytes(field: &Value) -> Option<Vec<u8>> {
    let (kind, value) = field.as_object()?.iter().next()?;
    match kind.as_str() {
        "B" => STANDARD.decode(value.as_str()?).ok(),
        "S" | "N" => Some(value.as_str()?.as_bytes().to_vec()),
        _ => None,
    }
}

/// A number as a field.
pub(super) fn number_of(number: i64) -> Value {
    json!({ "N": number.to_string() })
}

/// A new state of the field `dl`.
pub(super) fn revision(wrapped: bool) -> Result<Value> {
    Ok(json!({ "B": STANDARD.encode(fields::revision(wrapped)?) }))
}

/// The object in a part of an answer.
pub(super) fn object(part: Option<Value>) -> Option<Map<String, Value>> {
    if let Some(Value::Object(object)) = part { Some(object) } else { None }
}

/// The list in a part of an answer.
pub(super) fn array(part: Option<Value>) -> Vec<Value> {
    if let Some(Value::Array(array)) = part { array } else { Vec::new() }
}

/// A condition or filter with the values in it.
#[derive(Debug, Default)]
pub(super) struct Expression {
    text: String,
    values: Map<String, Value>,
}

const EXPIRED: &str = "#u <= :micros OR (attribute_not_exists(#u) AND #e <= :seconds)";

impl Expression {
    fn at(text: String, now: Timestamp) -> Self {
        Self { text, values: Map::new() }.with(":micros", number_of(now.0)).with(":seconds", number_of(now.seconds()))
    }

    /// There is nothing, or it has expired.
    pub(super) fn absent(now: Timestamp) -> Self {
        Self::at(format!("attribute_not_exists(#k) OR {EXPIRED}"), now)
    }

    /// It has not expired.
    pub(super) fn live(now: Timestamp) -> Self {
        Self::at(format!("NOT ({EXPIRED})"), now)
    }

    /// It is still in this state; `None`: there is no such state.
    pub(super) fn same(version: &Version) -> Option<Self> {
        let (kind, rest) = version.0.split_first()?;
        let this = Self::default();
        match *kind {
            BY_REVISION => Some(this.and("#d = :d").with(":d", json!({ "B": STANDARD.encode(rest) }))),
            _ if rest.is_empty() => Some(this.and("attribute_exists(#k) AND attribute_not_exists(#v)")),
            _ => {
                let value = serde_json::from_slice(rest).ok()?;
                Some(this.and("attribute_not_exists(#d) AND #v = :v").with(":v", value))
            }
        }
    }

    /// Its key begins so, as far as that can be asked: the rest is for the caller to look at.
    pub(super) fn below(self, prefix: &[u8]) -> Self {
        let text = prefix.utf8_chunks().next().map(|chunk| chunk.valid()).unwrap_or_default();
        if text.is_empty() { self } else { self.and("begins_with(#k, :prefix)").with(":prefix", json!({ "S": text })) }
    }

    /// Both must hold.
    pub(super) fn and(mut self, other: &str) -> Self {
        self.text = if self.text.is_empty() { other.to_owned() } else { format!("({}) AND {other}", self.text) };
        self
    }

    /// A value in it.
    pub(super) fn with(mut self, name: &str, value: Value) -> Self {
        self.values.insert(name.to_owned(), value);
        self
    }

    /// Writes it into a request, with all names that it and the request's `others` use: unused ones are refused.
    pub(super) fn fill(self, names: &Names, body: &mut Value, field: &str, others: &str) {
        let used = |name: &str| self.text.contains(name) || others.contains(name);
        let used: Map<_, _> =
            names.all().into_iter().filter(|(n, _)| used(n)).map(|(n, v)| (n.to_owned(), v.into())).collect();
        if !used.is_empty() {
            body["ExpressionAttributeNames"] = used.into();
        }
        if !self.text.is_empty() {
            body[field] = self.text.into();
        }
        if !self.values.is_empty() {
            body["ExpressionAttributeValues"] = self.values.into();
        }
    }
}
