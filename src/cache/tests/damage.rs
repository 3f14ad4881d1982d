//! A damaged registry costs downloads, never wrong bytes and never a crash.

use super::*;
use crate::cache::query::Query;
use crate::error::Kind;

const PAGE: usize = 4096;

/// A folder with a few hundred items and no process that has it open; the log is in the file.
fn filled() -> Sandbox {
    let sandbox = Sandbox::new();
    for n in 0..150 {
        let mut new = new_item(&format!("n{n}"));
        new.attributes = vec![int("n", n)];
        put_as(&sandbox.cache, new, format!("bytes {n}").as_bytes());
    }
    flush(&sandbox);
    sandbox
}

/// Takes the log into the file and removes it.
fn flush(sandbox: &Sandbox) {
    let connection = rusqlite::Connection::open(sandbox.folder().join("registry.sqlite")).unwrap();
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
}

/// Every version that is left is whole, and each name can be fetched again; gives how many were left.
fn refill(sandbox: &Sandbox) -> (Cache, usize) {
    let heard = Heard::default();
    let cache = Cache::open(&options(&sandbox.folder()), &sandbox.heard).unwrap();
    let mut kept = 0;
    for n in 0..150 {
        let name = format!("n{n}");
        let bytes = format!("bytes {n}");
        if let Some(item) = newest(&cache, &name) {
            assert!(cache.stands(&item, &sandbox.heard).unwrap(), "{name}");
            assert_eq!(std::fs::read(&item.path).unwrap(), bytes.as_bytes());
            assert_eq!(item.download, Some(download()));
            kept += 1;
        }
    }
    cache.search(&Query::default()).unwrap();
    for n in 0..150 {
        put(&cache, &format!("n{n}"), format!("bytes {n}").as_bytes());
    }
    cache.tell_warnings(&sandbox.heard);
    cache.tell_warnings(&heard);
    assert!(heard.take().is_empty(), "each warning is told once");
    let check: String = rusqlite::Connection::open(sandbox.folder().join("registry.sqlite"))
        .unwrap()
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(check, "ok");
    (cache, kept)
}

/// As `refill`, and the damaged file was set aside with a warning.
fn survives(sandbox: &Sandbox, least: usize) {
    let (_, kept) = refill(sandbox);
    let warnings = sandbox.heard.take();
    assert!(kept >= least, "{kept} of 150 were kept: {warnings:?}");
    assert!(warnings[0].contains("registry.sqlite.damaged-1"), "{warnings:?}");
    assert!(sandbox.folder().join("registry.sqlite.damaged-1").exists());
}

fn change(sandbox: &Sandbox, edit: impl FnOnce(&mut Vec<u8>)) {
    let path = sandbox.folder().join("registry.sqlite");
    let mut bytes = std::fs::read(&path).unwrap();
    edit(&mut bytes);
    std::fs::write(&path, bytes).unwrap();
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(sandbox.folder().join(format!("registry.sqlite{suffix}")));
    }
}

/// The sandbox without its open cache.
fn closed() -> Sandbox {
    let mut sandbox = filled();
    let empty = tempfile::tempdir().unwrap();
    sandbox.cache = Cache::open(&options(&empty.path().join("other")), &sandbox.heard).unwrap();
    flush(&sandbox);
    sandbox
}

#[test]
fn what_is_no_database() {
    let sandbox = closed();
    change(&sandbox, |bytes| bytes.fill(b'x'));
    survives(&sandbox, 0);
}

#[test]
fn a_file_of_something_else() {
    let sandbox = closed();
    change(&sandbox, |bytes| bytes[60..64].fill(0));
    survives(&sandbox, 0);
}

#[test]
fn a_file_that_was_cut_off() {
    for part in [3, 10, 50, 90] {
        let sandbox = closed();
        change(&sandbox, |bytes| bytes.truncate(bytes.len() * part / 100));
        survives(&sandbox, 0);
    }
    let sandbox = closed();
    change(&sandbox, |bytes| bytes.truncate(bytes.len() - PAGE));
    survives(&sandbox, 1);
}

#[test]
fn garbage_in_any_one_page() {
    let sandbox = closed();
    let pages = std::fs::metadata(sandbox.folder().join("registry.sqlite")).unwrap().len() as usize / PAGE;
    let original = std::fs::read(sandbox.folder().join("registry.sqlite")).unwrap();
    let step = (pages / 12).max(1);
    for page in (1..pages).step_by(step) {
        for fill in [0_u8, 0xa5] {
            change(&sandbox, |bytes| {
                bytes.clone_from(&original);
                bytes[page * PAGE..(page + 1) * PAGE].fill(fill);
            });
            let heard = Heard::default();
            let cache = Cache::open(&options(&sandbox.folder()), &heard).unwrap();
            for n in 0..150 {
                let item = put(&cache, &format!("n{n}"), format!("bytes {n}").as_bytes());
                assert!(cache.stands(&item, &heard).unwrap());
            }
            cache.search(&Query { all: true, ..Query::default() }).unwrap();
        }
    }
}

#[test]
fn rows_around_a_broken_page_are_kept() {
    let sandbox = closed();
    let path = sandbox.folder().join("registry.sqlite");
    let leaf: i64 = {
        let connection = rusqlite::Connection::open(&path).unwrap();
        let leaves =
            "SELECT pageno FROM dbstat WHERE name = 'items' AND pagetype = 'leaf' ORDER BY path LIMIT 1 OFFSET 2";
        connection.query_row(leaves, [], |row| row.get(0)).unwrap()
    };
    let start = (leaf as usize - 1) * PAGE;
    change(&sandbox, |bytes| bytes[start..start + PAGE].fill(0xff));
    let heard = Heard::default();
    let cache = Cache::open(&options(&sandbox.folder()), &heard).unwrap();
    let found = cache.search(&Query::default()).unwrap();
    cache.tell_warnings(&heard);
    let warnings = heard.take();
    assert!(found.len() > 120 && found.len() < 150, "{} {warnings:?}", found.len());
    assert!(found.iter().all(|item| item.attributes.len() == 1 && item.download == Some(download())));
    assert!(warnings[0].contains(&format!("{} of its items were kept", found.len())));
    drop(cache);
    let aside = sandbox.folder().join("registry.sqlite.damaged-1");
    assert!(aside.exists());
    drop(std::fs::rename(&aside, aside.with_extension("seen")));
    let (cache, kept) = refill(&sandbox);
    assert!(kept == found.len() && cache.registry.take_warnings().is_empty());
}

#[test]
fn a_blob_that_is_damaged_too_is_not_ready() {
    let sandbox = closed();
    let blob = |n: i32| {
        let hex = Digest::sha256(format!("bytes {n}").as_bytes()).hex();
        sandbox.folder().join("blobs/sha256").join(&hex[..2]).join(&hex[2..])
    };
    overwrite(&blob(7), b"byteS 7");
    std::fs::remove_file(blob(8)).unwrap();
    // The last page is that of an index or of what was written last; the schema page tells of damage at once.
    change(&sandbox, |bytes| bytes[28..32].copy_from_slice(&u32::MAX.to_be_bytes()));
    let heard = Heard::default();
    let cache = Cache::open(&options(&sandbox.folder()), &heard).unwrap();
    assert_eq!(heard.take().len(), 1);
    assert!(newest(&cache, "n7").is_none() && newest(&cache, "n8").is_none());
    assert_eq!(cache.search(&Query::default()).unwrap().len(), 148);
}

#[test]
fn a_registry_without_its_log_or_without_itself() {
    let sandbox = filled();
    put(&sandbox.cache, "late", b"late");
    let Sandbox { top, cache, heard } = sandbox;
    drop(cache);
    let folder = top.path().join("cache");
    std::fs::remove_file(folder.join("registry.sqlite-wal")).unwrap();
    let cache = Cache::open(&options(&folder), &heard).unwrap();
    assert!(newest(&cache, "late").is_none() && newest(&cache, "n3").is_some());
    let item = put(&cache, "late", b"late");
    assert!(cache.stands(&item, &heard).unwrap());
    drop(cache);
    // The log of a registry that was removed is never played into the new one.
    std::fs::remove_file(folder.join("registry.sqlite")).unwrap();
    let cache = Cache::open(&options(&folder), &heard).unwrap();
    assert!(newest(&cache, "late").is_none());
    assert_eq!(put(&cache, "late", b"late").version, 1);
    assert!(heard.take().concat().contains("contents are kept that nothing names"));
}

#[test]
fn an_emptied_file_is_a_damaged_registry() {
    let sandbox = Sandbox::new();
    let folder = sandbox.top.path().join("empty");
    std::fs::create_dir(&folder).unwrap();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)).unwrap();
    std::fs::write(folder.join("registry.sqlite"), b"").unwrap();
    let cache = Cache::open(&options(&folder), &sandbox.heard).unwrap();
    assert_eq!(put(&cache, "a", b"one").version, 1);
    assert!(sandbox.heard.take().concat().contains("it is empty"));
}

#[test]
fn a_registry_removed_under_an_open_cache() {
    let sandbox = Sandbox::new();
    put(&sandbox.cache, "a", b"one");
    for suffix in ["", "-wal", "-shm"] {
        std::fs::remove_file(sandbox.folder().join(format!("registry.sqlite{suffix}"))).unwrap();
    }
    put(&sandbox.cache, "b", b"two");
    assert!(newest(&sandbox.open(), "b").is_some());
}

#[test]
fn a_newer_schema_is_left_alone() {
    let sandbox = closed();
    change(&sandbox, |bytes| bytes[60..64].copy_from_slice(&99_u32.to_be_bytes()));
    let before = std::fs::read(sandbox.folder().join("registry.sqlite")).unwrap();
    let error = Cache::open(&options(&sandbox.folder()), &sandbox.heard).unwrap_err();
    assert_eq!((error.kind(), error.code()), (Kind::Cache, "newer_schema"));
    assert_eq!(std::fs::read(sandbox.folder().join("registry.sqlite")).unwrap(), before);
}

/// An index whose entries name each other's rows, though it breaks no rule of `SQLite`.
fn cross(sandbox: &Sandbox, index: &str, column: &str) {
    let connection = rusqlite::Connection::open(sandbox.folder().join("registry.sqlite")).unwrap();
    let find = "SELECT sql FROM sqlite_schema WHERE name = ?1";
    let honest: String = connection.query_row(find, [index], |row| row.get(0)).unwrap();
    let values = |id: i64| -> String {
        let text = format!("SELECT quote({column}) FROM items WHERE id = {id}");
        connection.query_row(&text, [], |row| row.get(0)).unwrap()
    };
    let crossed = format!("(CASE id WHEN 1 THEN {} WHEN 2 THEN {} ELSE {column} END)", values(2), values(1));
    let lying = honest.replacen(&format!("({column}"), &format!("({crossed}"), 1);
    assert_ne!(lying, honest);
    connection.execute_batch(&format!("DROP INDEX {index}; {lying}; PRAGMA writable_schema = ON")).unwrap();
    connection.execute("UPDATE sqlite_schema SET sql = ?2 WHERE name = ?1", [index, &honest]).unwrap();
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
}

#[test]
fn an_index_that_lies_gives_nobody_the_bytes_of_another() {
    use crate::cache::query::Purpose;
    let secrets = crate::secret::Secrets::default();
    for (index, column) in [("items_by_key", "key"), ("items_by_uri", "uri"), ("items_by_sha256", "sha256")] {
        for way in 0..5 {
            let sandbox = closed();
            cross(&sandbox, index, column);
            let cache = Cache::open(&options(&sandbox.folder()), &sandbox.heard).unwrap();
            let query = Query { uris: vec!["http://h/n1".to_owned()], ..Query::default() };
            let name = match way {
                0 => key("n1").0,
                1 => "http://h/n1".to_owned(),
                _ => format!("sha256:{}", Digest::sha256(b"bytes 1").hex()),
            };
            let found = match way {
                3 => newest(&cache, "n1"),
                4 => cache.best(&query).unwrap(),
                _ => Some(cache.find(&name, &secrets, Purpose::Read).unwrap()),
            };
            let found = found.expect("its row can be read");
            assert!(cache.stands(&found, &sandbox.heard).unwrap());
            assert_eq!(std::fs::read(found.path).unwrap(), b"bytes 1", "{index} {way}");
            // What no question met is found and mended by who looks at everything.
            let verified = cache.verify(None, true).unwrap();
            assert!(verified.is_whole(true), "{index} {way} {verified:?}");
            assert!(sandbox.folder().join("registry.sqlite.damaged-1").exists(), "{index} {way}");
            assert!(cache.verify(None, false).unwrap().is_whole(false));
            assert_eq!(cache.search(&Query::default()).unwrap().len(), 150);
        }
    }
}
