//! What is known of a recorded run beside its item: a text of whoever recorded it.

use crate::cache::registry::connection::Outcome;
use rusqlite::{Connection, OptionalExtension as _, params};

/// What was noted with an item.
pub(crate) fn state(connection: &Connection, item: i64) -> Outcome<Option<String>> {
    let mut statement = connection.prepare_cached("SELECT state FROM runs WHERE item = ?1")?;
    Ok(statement.query_row([item], |row| row.get(0)).optional()?)
}

/// Notes it, in place of what was noted before.
pub(crate) fn note(connection: &Connection, item: i64, state: &str) -> Outcome<()> {
    connection
        .prepare_cached(
            "INSERT INTO runs (item, state) VALUES (?1, ?2) ON CONFLICT (item) DO UPDATE SET state = excluded.state",
        )?
        .execute(params![item, state])?;
    Ok(())
}

/// Notes it in place of what was noted before, if that still is `seen`: of two that learned something, one is enough.
pub(crate) fn update(connection: &Connection, item: i64, seen: &str, state: &str) -> Outcome<()> {
    connection
        .prepare_cached("UPDATE runs SET state = ?3 WHERE item = ?1 AND state = ?2")?
        .execute(params![item, seen, state])?;
    Ok(())
}
