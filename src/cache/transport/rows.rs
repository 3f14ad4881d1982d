//! Rows as lines of JSON and back, column by column.

use crate::cache::registry::connection::Outcome;
use crate::digest::{Algorithm, Digest};
use crate::error::{Error, Kind, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, params_from_iter};
use serde_json::{Map, Value, json};

/// The columns of an item that travel; what belongs to one machine (id, records of copies) does not.
const ITEM: [&str; 20] = [
    "key",
    "version",
    "uri",
    "params",
    "status",
    "filename",
    "ext",
    "label",
    "size",
    "sha256",
    "fetched",
    "attributes",
    "created_at",
    "modified_at",
    "validated_at",
    "last_read",
    "read_count",
    "last_search",
    "search_count",
    "error",
];
/// Columns that only say more, with what is meant where they are missing.
pub(crate) const ITEM_MORE: [&str; 2] = ["by_hand", "trashed_from"];
/// The tables whose rows belong to an item.
const OWNED: [(&str, &[&str]); 9] = [
    (
        "downloads",
        &[
            "resolved_url",
            "method",
            "http_code",
            "http_version",
            "headers",
            "etag",
            "last_modified",
            "date",
            "started_at",
            "finished_at",
            "checksums",
            "backend",
            "tls_verified",
            "length_verified",
            "insecure",
            "special_trust",
            "private",
        ],
    ),
    ("attr_int", &["namespace", "name", "value"]),
    ("attr_float", &["namespace", "name", "value"]),
    ("attr_datetime", &["namespace", "name", "value"]),
    ("attr_varchar", &["namespace", "name", "value"]),
    ("attr_text", &["namespace", "name", "value"]),
    ("params", &["name", "value"]),
    ("runs", &["state"]),
    ("item_blobs", &["sha256"]),
];

fn to_json(value: Sql) -> Value {
    match value {
        Sql::Null => Value::Null,
        Sql::Integer(number) => number.into(),
        // JSON has no infinity; as text it comes back exactly.
        Sql::Real(number) => json!({ "real": number.to_string() }),
        Sql::Text(text) => text.into(),
        Sql::Blob(bytes) => json!({ "base64": STANDARD.encode(bytes) }),
    }
}

fn from_json(value: &Value) -> Option<Sql> {
    Some(match value {
        Value::Null => Sql::Null,
        Value::Number(number) => Sql::Integer(number.as_i64()?),
        Value::String(text) => Sql::Text(text.clone()),
        Value::Object(object) => match (object.get("real"), object.get("base64")) {
            (Some(real), _) => Sql::Real(real.as_str()?.parse().ok()?),
            (_, Some(bytes)) => Sql::Blob(STANDARD.decode(bytes.as_str()?).ok()?),
            _ => return None,
        },
        _ => return None,
    })
}

/// One item with all that belongs to it.
pub(crate) fn read(connection: &Connection, id: i64) -> Outcome<Value> {
    let mut line = Map::new();
    let columns: Vec<&str> = ITEM.into_iter().chain(ITEM_MORE).collect();
    let mut all = table(connection, "items", "id", &columns, id)?;
    line.insert("item".to_owned(), all.pop().unwrap_or_default());
    for (name, columns) in OWNED {
        let rows = table(connection, name, "item", columns, id)?;
        if !rows.is_empty() {
            line.insert(name.to_owned(), rows.into());
        }
    }
    Ok(line.into())
}

fn table(connection: &Connection, name: &str, of: &str, columns: &[&str], id: i64) -> Outcome<Vec<Value>> {
    let question = format!("SELECT {} FROM {name} WHERE {of} = ?1", columns.join(", "));
    let mut statement = connection.prepare_cached(&question)?;
    let mut rows = statement.query([id])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let mut object = Map::new();
        for (index, column) in columns.iter().enumerate() {
            object.insert((*column).to_owned(), to_json(row.get(index)?));
        }
        all.push(object.into());
    }
    Ok(all)
}

/// Adds an item from its line, under that version of its key; gives its id.
pub(crate) fn write(connection: &Connection, line: &Value, version: i64) -> Outcome<i64> {
    let item = &line["item"];
    let mut columns: Vec<&str> = ITEM.to_vec();
    columns.extend(ITEM_MORE.into_iter().filter(|column| item.get(column).is_some()));
    insert(connection, "items", &columns, item, &[("version", version)])?;
    let id = connection.last_insert_rowid();
    for (name, columns) in OWNED {
        for row in line.get(name).and_then(Value::as_array).into_iter().flatten() {
            let marked = (name == "runs").then(|| foreign(row));
            insert(connection, name, columns, marked.as_ref().unwrap_or(row), &[("item", id)])?;
        }
    }
    Ok(id)
}

/// A run's note, marked: what files looked like on another machine tells nothing of those here.
fn foreign(row: &Value) -> Value {
    let mut row = row.clone();
    if let Some(Ok(Value::Object(mut note))) = row["state"].as_str().map(serde_json::from_str) {
        note.insert("foreign".to_owned(), true.into());
        row["state"] = Value::Object(note).to_string().into();
    }
    row
}

fn insert(connection: &Connection, table: &str, columns: &[&str], row: &Value, given: &[(&str, i64)]) -> Outcome<()> {
    let mut names: Vec<&str> = given.iter().map(|(name, _)| *name).collect();
    let mut values: Vec<Sql> = given.iter().map(|(_, value)| Sql::Integer(*value)).collect();
    for column in columns {
        if names.contains(column) {
            continue;
        }
        let value = row.get(*column).and_then(from_json);
        names.push(column);
        values.push(value.ok_or_else(|| damaged(&format!("`{table}.{column}` is missing or makes no sense")))?);
    }
    let marks: Vec<String> = (1..=names.len()).map(|n| format!("?{n}")).collect();
    let text = format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), marks.join(", "));
    connection.prepare_cached(&text)?.execute(params_from_iter(values)).map_err(|e| match e {
        rusqlite::Error::SqliteFailure(failure, _)
            if matches!(failure.code, rusqlite::ErrorCode::ConstraintViolation | rusqlite::ErrorCode::TypeMismatch) =>
        {
            damaged(&e.to_string()).into()
        }
        other => crate::cache::registry::connection::Failure::from(other),
    })?;
    Ok(())
}

/// The error for an export that cannot be believed.
pub(crate) fn damaged(why: &str) -> Error {
    Error::new(Kind::Integrity, "damaged_export", "the export is damaged: nothing was imported").cause(why)
}

/// A column of an item's line, as a text.
pub(crate) fn text<'a>(line: &'a Value, column: &str) -> Result<&'a str> {
    line["item"][column].as_str().ok_or_else(|| damaged(&format!("`items.{column}` is no text")))
}

/// The line of a content that a user keeps: its digest, whether it is a root, what it refers to.
pub(crate) fn kept(line: &Value) -> Result<(Digest, bool, Vec<Digest>)> {
    let digest = |value: &Value| {
        let hex = value.as_str().unwrap_or_default();
        Digest::from_hex(Algorithm::Sha256, hex).ok_or_else(|| damaged("a digest is none"))
    };
    let is_root = line["root"].as_bool().ok_or_else(|| damaged("`root` is neither true nor false"))?;
    let references = line["references"].as_array().ok_or_else(|| damaged("`references` is no list"))?;
    Ok((digest(&line["content"])?, is_root, references.iter().map(digest).collect::<Result<_>>()?))
}
