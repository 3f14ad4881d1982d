//! Rows of the registry: whatever stands in them, nothing panics, no path leaves the cache, and what may be given out is what its
//! row says.
#![no_main]

use dl::cache::item::NewItem;
use dl::cache::query::Query;
use dl::cache::{Cache, Options};
use dl::digest::hash_reader;
use dl::event::Silent;
use dl::secret::Secrets;
use libfuzzer_sys::fuzz_target;
use rusqlite::types::Value;
use std::path::{Component, PathBuf};
use std::sync::LazyLock;
use tempfile::TempDir;

/// A cache with two items, its registry as it was, and the columns of its tables.
struct Base {
    _folder: TempDir,
    cache: PathBuf,
    registry: Vec<u8>,
    columns: Vec<(String, String)>,
}

static BASE: LazyLock<Base> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache");
    let cache = Cache::open(&Options::new(&path), &Silent).unwrap();
    for (uri, text) in [("demo://one.csv", "a,b\n"), ("demo://two.csv", "c,d\n")] {
        let mut new = NewItem::of_uri(uri, serde_json::Map::new()).unwrap();
        let now = dl::clock::Timestamp::from_seconds(1_800_000_000);
        new.attributes = vec![dl::attribute_text::parse("rows=1200", now).unwrap()];
        cache.put_from(&mut text.as_bytes(), &new).unwrap();
    }
    drop(cache);
    let file = path.join("registry.sqlite");
    let registry = rusqlite::Connection::open(&file).unwrap();
    registry.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    let tables = "SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table'";
    let mut statement = registry.prepare(tables).unwrap();
    let pairs = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    let columns = pairs.map(Result::unwrap).filter(|(table, _): &(String, String)| !table.starts_with("sqlite_")).collect();
    drop(statement);
    drop(registry);
    Base { _folder: folder, cache: path, registry: std::fs::read(file).unwrap(), columns }
});

/// A value of any type, as the first byte says.
fn value(bytes: &[u8]) -> Value {
    let Some((kind, rest)) = bytes.split_first() else { return Value::Null };
    let number = || rest.iter().take(8).fold(0_i64, |number, byte| number << 8 | i64::from(*byte));
    match kind % 5 {
        0 => Value::Null,
        1 => Value::Integer(number()),
        2 => Value::Real(f64::from_bits(number().cast_unsigned())),
        3 => Value::Text(String::from_utf8_lossy(rest).into_owned()),
        _ => Value::Blob(rest.to_vec()),
    }
}

fuzz_target!(|bytes: &[u8]| {
    let base = &*BASE;
    let file = base.cache.join("registry.sqlite");
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(base.cache.join(format!("registry.sqlite{suffix}")));
    }
    std::fs::write(&file, &base.registry).unwrap();
    let registry = rusqlite::Connection::open(&file).unwrap();
    for change in bytes.split(|byte| *byte == b'\n').filter(|change| change.len() > 1) {
        let (table, column) = &base.columns[usize::from(change[0]) % base.columns.len()];
        let _ = registry.execute(&format!("UPDATE {table} SET {column} = ?1"), [value(&change[1..])]);
    }
    drop(registry);
    let Ok(cache) = Cache::open(&Options::new(&base.cache), &Silent) else { return };
    for item in cache.search(&Query { all: true, ..Query::default() }).unwrap_or_default() {
        let inside = item.path.strip_prefix(&base.cache).expect("a path outside the cache");
        assert!(inside.components().all(|c| matches!(c, Component::Normal(_))), "{}", item.path.display());
        let _ = item.to_json(&Secrets::default()).to_string();
        if let (Ok(true), Some(digest)) = (cache.stands(&item, &Silent), &item.sha256) {
            let mut given = std::fs::File::open(&item.path).expect("what stands cannot be read");
            assert_eq!(hash_reader(&mut given, []).unwrap().1.sha256(), digest);
        }
    }
    let _ = cache.verify(None, false);
});
