//! Versions that a user makes, changes and removes.

use super::{Sandbox, files, inode, int, key, mode, new_item, newest, put};
use crate::cache::change::{Change, Which};
use crate::cache::item::{Item, NewItem, Status};
use crate::cache::query::Query;
use crate::cache::remove::Removal;
use std::io::Write as _;

fn by_hand(name: &str) -> NewItem {
    NewItem { download: None, ..new_item(name) }
}

fn written(sandbox: &Sandbox, name: &str, bytes: &[u8]) -> Item {
    let item = sandbox.cache.create(&by_hand(name), Status::Write).unwrap();
    std::fs::write(&item.path, bytes).unwrap();
    item
}

#[test]
fn what_is_written_becomes_ready_at_its_path() {
    let sandbox = Sandbox::new();
    let item = written(&sandbox, "a", b"bytes");
    let before = inode(&item.path);
    let ready = sandbox.cache.ready(&item).unwrap();
    assert_eq!((ready.status, ready.size, ready.version, &ready.path), (Status::Ready, Some(5), 1, &item.path));
    assert_eq!((inode(&ready.path), mode(&ready.path)), (before, 0o444), "its inode was taken");
    assert!(sandbox.stands(&ready));
    assert_eq!(sandbox.cache.ready(&ready).unwrap().sha256, ready.sha256, "once more is nothing");
    let second = written(&sandbox, "a", b"bytes");
    assert_eq!(second.version, 2);
    let second = sandbox.cache.ready(&second).unwrap();
    assert_eq!(inode(&second.path), inode(&ready.path), "one inode a content");
}

#[test]
fn what_is_open_for_writing_or_has_other_names_is_copied() {
    let sandbox = Sandbox::new();
    let item = sandbox.cache.create(&by_hand("a"), Status::Write).unwrap();
    let mut writer = std::fs::File::create(&item.path).unwrap();
    writer.write_all(b"bytes").unwrap();
    let ready = sandbox.cache.ready(&item).unwrap();
    writer.write_all(b" and more").unwrap();
    assert_eq!(std::fs::read(&ready.path).unwrap(), b"bytes");
    assert!(sandbox.stands(&ready));

    let item = written(&sandbox, "b", b"other");
    let link = sandbox.top.path().join("link");
    std::fs::hard_link(&item.path, &link).unwrap();
    let ready = sandbox.cache.ready(&item).unwrap();
    std::fs::write(&link, b"edited").unwrap();
    assert_eq!(std::fs::read(&ready.path).unwrap(), b"other");
    assert!(sandbox.cache.verify(None, false).unwrap().is_whole(false));
}

#[test]
fn nothing_written_is_not_found() {
    let sandbox = Sandbox::new();
    let item = sandbox.cache.create(&by_hand("a"), Status::Uninitialized).unwrap();
    assert!(item.path.parent().unwrap().is_dir());
    assert_eq!(sandbox.cache.ready(&item).unwrap_err().code(), "no_file");
    assert!(sandbox.cache.create(&by_hand("a"), Status::Ready).is_err());
}

#[test]
fn files_are_copied_or_moved_in() {
    let sandbox = Sandbox::new();
    let file = sandbox.top.path().join("file");
    std::fs::write(&file, b"bytes").unwrap();
    let item = sandbox.cache.put(&file, &by_hand("a"), Status::Ready, false).unwrap();
    assert!(file.exists() && sandbox.stands(&item));
    let before = inode(&file);
    let moved = sandbox.cache.put(&file, &by_hand("b"), Status::Ready, true).unwrap();
    assert!(!file.exists() && sandbox.stands(&moved));
    assert_ne!(inode(&moved.path), before, "the content was here already");
    std::fs::write(&file, b"new").unwrap();
    let before = inode(&file);
    let moved = sandbox.cache.put(&file, &by_hand("b"), Status::Ready, true).unwrap();
    assert_eq!((inode(&moved.path), moved.version), (before, 2));
    std::fs::write(&file, b"begun").unwrap();
    let begun = sandbox.cache.put(&file, &by_hand("c"), Status::Write, false).unwrap();
    std::fs::OpenOptions::new().append(true).open(&begun.path).unwrap().write_all(b"!").unwrap();
    assert_eq!(sandbox.cache.ready(&begun).unwrap().size, Some(6));
}

#[test]
fn many_ask_and_one_makes() {
    let sandbox = Sandbox::new();
    let query = Query { statuses: vec![Status::Ready, Status::Write], ..Query::ready(&key("a")) };
    let made: Vec<bool> = std::thread::scope(|s| {
        let ask = || sandbox.open().best_or_new(&query, &by_hand("a"), Status::Write).unwrap().1;
        let threads: Vec<_> = (0..8).map(|_| s.spawn(ask)).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert_eq!(made.iter().filter(|made| **made).count(), 1);
    assert_eq!(sandbox.cache.count(&Query { all: true, ..Query::default() }).unwrap(), 1);
}

#[test]
fn changes_are_set() {
    let sandbox = Sandbox::new();
    let item = put(&sandbox.cache, "a", b"bytes");
    let which = Which::Ids(vec![item.id]);
    let what = Change {
        filename: Some("other.gz".to_owned()),
        label: Some("l".to_owned()),
        attributes: vec![int("x", 1), int("y", 2)],
        unset: vec![(String::new(), "y".to_owned())],
        ..Change::default()
    };
    let changed = sandbox.cache.set(&which, &what).unwrap().remove(0);
    assert_eq!((changed.filename.as_str(), changed.ext.as_str(), changed.attributes.len()), ("other.gz", "gz", 1));
    assert!(!item.path.exists() && changed.path.ends_with("other.gz") && sandbox.stands(&changed));
    assert!(sandbox.cache.set(&which, &Change { filename: Some("a/b".to_owned()), ..Change::default() }).is_err());

    let begun = Change { status: Some(Status::Write), ..Change::default() };
    let begun = sandbox.cache.set(&which, &begun).unwrap().remove(0);
    assert_eq!((begun.sha256, mode(&begun.path)), (None, 0o600));
    std::fs::OpenOptions::new().append(true).open(&begun.path).unwrap().write_all(b"!").unwrap();
    let ready = Change { status: Some(Status::Ready), ..Change::default() };
    assert_eq!(sandbox.cache.set(&which, &ready).unwrap()[0].size, Some(6));
    let failed = sandbox.cache.failed(&which, Some("no good")).unwrap().remove(0);
    assert_eq!((failed.status, failed.error.unwrap()["message"].as_str()), (Status::Failed, Some("no good")));
    assert!(sandbox.cache.set(&Which::Ids(vec![item.id, 999]), &Change::default()).is_err());
}

#[test]
fn removal_and_the_way_back() {
    let sandbox = Sandbox::new();
    let (one, two) = (put(&sandbox.cache, "a", b"bytes"), put(&sandbox.cache, "b", b"bytes"));
    let which = |item: &Item| Which::Ids(vec![item.id]);
    let removed = sandbox.cache.remove(&which(&one), Removal::Trash).unwrap();
    assert_eq!((removed.kept_bytes, removed.items[0].status), (5, Status::Trash));
    assert!(newest(&sandbox.cache, "a").is_none() && one.path.exists());
    assert_eq!(sandbox.cache.restore(&which(&one)).unwrap()[0].status, Status::Ready);
    assert_eq!(sandbox.cache.restore(&which(&one)).unwrap_err().code(), "not_in_trash");

    assert_eq!(sandbox.cache.remove(&which(&one), Removal::Purge).unwrap().freed_bytes, 0, "another needs them");
    assert!(!one.path.exists() && sandbox.stands(&two) && sandbox.cache.item(one.id).unwrap().is_none());
    let removed = sandbox.cache.remove(&which(&two), Removal::KeepRecord).unwrap();
    assert_eq!((removed.freed_bytes, removed.items[0].status), (5, Status::Deleted));
    assert!(removed.items[0].sha256.is_some());
    assert!(files(&sandbox.folder().join("blobs")).is_empty() && files(&sandbox.folder().join("items")).is_empty());

    let begun = written(&sandbox, "w", b"begun");
    let query = Query { labels: Vec::new(), keys: vec![key("w")], ..Query::default() };
    sandbox.cache.remove(&Which::Query(Box::new(query)), Removal::Trash).unwrap();
    assert_eq!(sandbox.cache.restore(&which(&begun)).unwrap()[0].status, Status::Write);
}
