//! An item as the JSON object of CONTRACT section 3.

use crate::cache::item::{Attribute, AttributeValue, Download, Item};
use crate::cache::registry::download::checksums_json;
use crate::clock::Timestamp;
use crate::descriptor::bytes_to_json;
use crate::message::Fields;
use crate::secret::{REDACTED, Secrets};
use serde_json::{Map, Value, json};
use std::os::unix::ffi::OsStrExt as _;

impl Item {
    /// The object that `show --json`, `ls --json` and `item` in the JSON of `fetch` have in common. Secret response fields are masked.
    #[must_use]
    pub fn to_json(&self, secrets: &Secrets) -> Value {
        let time = |t: Option<Timestamp>| t.map(|t| t.to_string());
        let (attrs, types) = attributes_json(&self.attributes);
        json!({
            "schema": 1,
            "id": self.id,
            "key": self.key.0,
            "version": self.version,
            "version_id": self.version_id(),
            "uri": self.uri,
            "params": self.params,
            "attrs": attrs,
            "attr_types": types,
            "status": self.status.name(),
            "filename": self.filename,
            "ext": self.ext,
            "label": self.label,
            "size": self.size,
            "sha256": self.sha256.as_ref().map(crate::digest::Digest::hex),
            "path": bytes_to_json(self.path.as_os_str().as_bytes()),
            "created_at": self.created_at.to_string(),
            "modified_at": self.modified_at.to_string(),
            "validated_at": time(self.validated_at),
            "last_read": time(self.last_read),
            "read_count": self.read_count,
            "last_search": time(self.last_search),
            "search_count": self.search_count,
            "error": self.error,
            "download": self.download.as_ref().map(|d| download_json(d, secrets)),
        })
    }
}

fn download_json(download: &Download, secrets: &Secrets) -> Value {
    json!({
        "resolved_url": download.resolved_url,
        "method": download.method,
        "http_code": download.http_code,
        "headers": headers_json(&download.headers, secrets),
        "etag": download.validators.etag,
        "last_modified": download.validators.last_modified,
        "started_at": download.started_at.to_string(),
        "finished_at": download.finished_at.to_string(),
        "checksums": checksums_json(&download.checksums),
        "backend": download.backend,
        "tls_verified": download.tls_verified,
        "length_verified": download.length_verified,
    })
}

/// Response fields by name, each with the list of its values; bytes that are not UTF-8 as `{"base64": …}`, secret ones
/// masked, references in the others redacted.
#[must_use]
pub fn headers_json(fields: &Fields, secrets: &Secrets) -> Map<String, Value> {
    let mut all: Map<String, Value> = Map::new();
    for (name, value) in fields.iter() {
        let shown = if secrets.is_secret_header(name) {
            Value::from(REDACTED)
        } else {
            match bytes_to_json(value) {
                Value::String(text) => secrets.redact_references(&text).into(),
                other => other,
            }
        };
        if let Value::Array(values) = all.entry(name).or_insert_with(|| json!([])) {
            values.push(shown);
        }
    }
    all
}

/// The levels of a namespace: parts between dots, where `\.` is a dot and `\\` a backslash.
fn levels(namespace: &str) -> Vec<String> {
    if namespace.is_empty() {
        return Vec::new();
    }
    let mut all = vec![String::new()];
    let mut chars = namespace.chars();
    while let Some(c) = chars.next() {
        let last = all.len() - 1;
        match c {
            '\\' => all[last].push(chars.next().unwrap_or('\\')),
            '.' => all.push(String::new()),
            other => all[last].push(other),
        }
    }
    all
}

/// Attributes nested by namespace, and their types in the same shape.
#[must_use]
pub fn attributes_json(attributes: &[Attribute]) -> (Map<String, Value>, Map<String, Value>) {
    let (mut values, mut types) = (Map::new(), Map::new());
    for attribute in attributes {
        let (value, kind) = match &attribute.value {
            AttributeValue::Int(number) => (json!(number), "int"),
            AttributeValue::Float(number) => (json!(number), "float"),
            AttributeValue::Datetime(time) => (json!(time.to_string()), "datetime"),
            AttributeValue::Varchar(text) => (json!(text), "varchar"),
            AttributeValue::Text(json) => (json.clone(), "text"),
        };
        let levels = levels(&attribute.namespace);
        // Types tell the way: an object among them is always a level, never a value.
        if !nest(&mut types, &levels, &attribute.name, json!(kind)) {
            let name = format!("{}.{}", attribute.namespace, attribute.name);
            values.insert(name.clone(), value);
            types.insert(name, json!(kind));
            continue;
        }
        nest(&mut values, &levels, &attribute.name, value);
    }
    (values, types)
}

/// Puts a value at its place; false if a value has the name of a level, or a level that of the value.
fn nest(top: &mut Map<String, Value>, levels: &[String], name: &str, value: Value) -> bool {
    let mut here = top;
    for level in levels {
        match here.entry(level).or_insert_with(|| json!({})) {
            Value::Object(next) => here = next,
            _ => return false,
        }
    }
    if here.contains_key(name) {
        return false;
    }
    here.insert(name.to_owned(), value);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(namespace: &str, name: &str, value: AttributeValue) -> Attribute {
        Attribute { namespace: namespace.to_owned(), name: name.to_owned(), value }
    }

    #[test]
    fn attributes_are_nested_with_their_types() {
        let all = [
            attribute("", "rows", AttributeValue::Int(1200)),
            attribute("", "seen", AttributeValue::Datetime(Timestamp(0))),
            attribute("a.b", "x", AttributeValue::Float(0.5)),
            attribute("a\\.b", "x", AttributeValue::Varchar("v".to_owned())),
            attribute("", "tags", AttributeValue::Text(json!(["a"]))),
            attribute("rows", "deep", AttributeValue::Int(2)),
            attribute("tags", "deep", AttributeValue::Int(3)),
        ];
        let (values, types) = attributes_json(&all);
        assert_eq!(
            Value::Object(values),
            json!({"rows": 1200, "seen": "1970-01-01T00:00:00Z", "a": {"b": {"x": 0.5}}, "a.b": {"x": "v"}, "tags": ["a"],
                "rows.deep": 2, "tags.deep": 3})
        );
        assert_eq!(
            Value::Object(types),
            json!({"rows": "int", "seen": "datetime", "a": {"b": {"x": "float"}}, "a.b": {"x": "varchar"}, "tags": "text",
                "rows.deep": "int", "tags.deep": "int"})
        );
    }

    #[test]
    fn headers_are_lists_without_secrets() {
        let mut fields = Fields::new();
        fields.push("Via", "a");
        fields.push("Set-Cookie", "s=1");
        fields.push("via", b"\xff".to_vec());
        assert_eq!(
            Value::Object(headers_json(&fields, &Secrets::default())),
            json!({"via": ["a", {"base64": "/w=="}], "set-cookie": ["<redacted>"]})
        );
    }
}
