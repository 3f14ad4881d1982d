//! Typed attributes: one table a type, so that each is compared as what it is.

use crate::cache::item::{Attribute, AttributeValue};
use crate::cache::registry::connection::Outcome;
use crate::clock::Timestamp;
use crate::error::Error;
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, Row, params};

/// Puts one attribute of each type; the order is that of `kind`.
const INSERT: [&str; 5] = [
    "INSERT INTO attr_int (item, namespace, name, value) VALUES (?1, ?2, ?3, ?4)",
    "INSERT INTO attr_float (item, namespace, name, value) VALUES (?1, ?2, ?3, ?4)",
    "INSERT INTO attr_datetime (item, namespace, name, value) VALUES (?1, ?2, ?3, ?4)",
    "INSERT INTO attr_varchar (item, namespace, name, value) VALUES (?1, ?2, ?3, ?4)",
    "INSERT INTO attr_text (item, namespace, name, value) VALUES (?1, ?2, ?3, ?4)",
];
const DELETE: [&str; 5] = [
    "DELETE FROM attr_int WHERE item = ?1 AND namespace = ?2 AND name = ?3",
    "DELETE FROM attr_float WHERE item = ?1 AND namespace = ?2 AND name = ?3",
    "DELETE FROM attr_datetime WHERE item = ?1 AND namespace = ?2 AND name = ?3",
    "DELETE FROM attr_varchar WHERE item = ?1 AND namespace = ?2 AND name = ?3",
    "DELETE FROM attr_text WHERE item = ?1 AND namespace = ?2 AND name = ?3",
];
const DELETE_ALL: [&str; 5] = [
    "DELETE FROM attr_int WHERE item = ?1",
    "DELETE FROM attr_float WHERE item = ?1",
    "DELETE FROM attr_datetime WHERE item = ?1",
    "DELETE FROM attr_varchar WHERE item = ?1",
    "DELETE FROM attr_text WHERE item = ?1",
];
/// All attributes of an item with the number of their type.
const SELECT: &str = "
    SELECT 0, namespace, name, value FROM attr_int WHERE item = ?1
    UNION ALL SELECT 1, namespace, name, value FROM attr_float WHERE item = ?1
    UNION ALL SELECT 2, namespace, name, value FROM attr_datetime WHERE item = ?1
    UNION ALL SELECT 3, namespace, name, value FROM attr_varchar WHERE item = ?1
    UNION ALL SELECT 4, namespace, name, value FROM attr_text WHERE item = ?1";

/// The number of the table and the value as it is stored.
fn to_sql(value: &AttributeValue) -> (usize, Sql) {
    match value {
        AttributeValue::Int(number) => (0, Sql::Integer(*number)),
        AttributeValue::Float(number) => (1, Sql::Real(*number)),
        AttributeValue::Datetime(time) => (2, Sql::Integer(time.0)),
        AttributeValue::Varchar(text) => (3, Sql::Text(text.clone())),
        AttributeValue::Text(json) => (4, Sql::Text(json.to_string())),
    }
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Option<Attribute>> {
    let value = match row.get(0)? {
        0 => AttributeValue::Int(row.get(3)?),
        1 => AttributeValue::Float(row.get(3)?),
        2 => AttributeValue::Datetime(Timestamp(row.get(3)?)),
        3 => AttributeValue::Varchar(row.get(3)?),
        _ => match serde_json::from_str(&row.get::<_, String>(3)?) {
            Ok(json) => AttributeValue::Text(json),
            Err(_) => return Ok(None),
        },
    };
    Ok(Some(Attribute { namespace: row.get(1)?, name: row.get(2)?, value }))
}

/// The attributes of an item, by namespace and name. One that cannot be read is left out.
pub(crate) fn of_item(connection: &Connection, item: i64) -> Outcome<Vec<Attribute>> {
    let mut statement = connection.prepare_cached(SELECT)?;
    let mut rows = statement.query([item])?;
    let mut all: Vec<Attribute> = Vec::new();
    while let Some(row) = rows.next()? {
        all.extend(from_row(row).ok().flatten());
    }
    all.sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
    Ok(all)
}

/// Sets attributes of an item. One of the same name is replaced, whatever its type was.
pub(crate) fn set(connection: &Connection, item: i64, attributes: &[Attribute]) -> Outcome<()> {
    for attribute in attributes {
        if matches!(attribute.value, AttributeValue::Float(number) if number.is_nan()) {
            return Err(Error::usage(format!("the attribute `{}` is not a number", attribute.name)).into());
        }
        for delete in DELETE {
            connection.prepare_cached(delete)?.execute(params![item, attribute.namespace, attribute.name])?;
        }
        let (table, value) = to_sql(&attribute.value);
        connection.prepare_cached(INSERT[table])?.execute(params![item, attribute.namespace, attribute.name, value])?;
    }
    if !attributes.is_empty() {
        let count = of_item(connection, item)?.len();
        connection.prepare_cached("UPDATE items SET attributes = ?2 WHERE id = ?1")?.execute(params![item, count])?;
    }
    Ok(())
}

/// Removes attributes of an item: namespace and name. One that is not there is no error.
pub(crate) fn unset(connection: &Connection, item: i64, names: &[(String, String)]) -> Outcome<()> {
    for (namespace, name) in names {
        for delete in DELETE {
            connection.prepare_cached(delete)?.execute(params![item, namespace, name])?;
        }
    }
    if !names.is_empty() {
        let count = of_item(connection, item)?.len();
        connection.prepare_cached("UPDATE items SET attributes = ?2 WHERE id = ?1")?.execute(params![item, count])?;
    }
    Ok(())
}

/// Removes all attributes of an item.
pub(crate) fn clear(connection: &Connection, item: i64) -> Outcome<()> {
    for delete in DELETE_ALL {
        connection.prepare_cached(delete)?.execute([item])?;
    }
    connection.prepare_cached("UPDATE items SET attributes = 0 WHERE id = ?1")?.execute([item])?;
    Ok(())
}
