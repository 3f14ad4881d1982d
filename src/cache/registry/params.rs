//! The parameters of keys, one row a leaf, so that items are found by them.

use crate::cache::registry::connection::Outcome;
use crate::descriptor::canonical;
use rusqlite::Connection;
use serde_json::{Map, Value};

/// What of a key's parameters is no search term: the request as sent.
const NOT_INDEXED: &str = "request";

/// Every leaf with the names that lead to it, joined by dots (a dot in a name is `\.`), and its RFC 8785 text.
pub(crate) fn leaves(params: &Map<String, Value>) -> Vec<(String, String)> {
    fn walk(prefix: &str, params: &Map<String, Value>, all: &mut Vec<(String, String)>) {
        for (name, value) in params {
            if prefix.is_empty() && name == NOT_INDEXED {
                continue;
            }
            let name = format!("{prefix}{}", name.replace('.', "\\."));
            match value {
                Value::Object(inner) if !inner.is_empty() => walk(&format!("{name}."), inner, all),
                leaf => all.push((name, canonical(leaf))),
            }
        }
    }
    let mut all = Vec::new();
    walk("", params, &mut all);
    all
}

/// Notes the parameters of a new item.
pub(crate) fn set(connection: &Connection, item: i64, params: &Map<String, Value>) -> Outcome<()> {
    for (name, value) in leaves(params) {
        connection
            .prepare_cached("INSERT OR REPLACE INTO params (item, name, value) VALUES (?1, ?2, ?3)")?
            .execute(rusqlite::params![item, name, value])?;
    }
    Ok(())
}

/// Removes those of an item.
pub(crate) fn clear(connection: &Connection, item: i64) -> Outcome<()> {
    connection.prepare_cached("DELETE FROM params WHERE item = ?1")?.execute([item])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn leaves_have_dotted_names() {
        let Value::Object(params) =
            json!({"rows": 3, "a.b": {"c": [1, 2.0]}, "request": {"method": "POST"}, "e": {}, "t": "x"})
        else {
            panic!()
        };
        let expected = [("rows", "3"), ("a\\.b.c", "[1,2]"), ("e", "{}"), ("t", "\"x\"")];
        assert_eq!(leaves(&params), expected.map(|(n, v)| (n.to_owned(), v.to_owned())));
    }
}
