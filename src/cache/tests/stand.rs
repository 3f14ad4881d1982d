//! Whether a file may be given out: damage, lost links, restored folders, other boots, and file systems without links.

use super::*;
use crate::cache::item::Status;

#[test]
fn what_was_not_touched_stands() {
    let sandbox = Sandbox::new();
    let item = put(&sandbox.cache, "a", b"one");
    assert!(sandbox.stands(&item));
    assert!(item.record.is_some());
    assert!(sandbox.heard.take().is_empty());
}

#[test]
fn a_missing_name_is_made_anew() {
    let sandbox = Sandbox::new();
    let item = put(&sandbox.cache, "a", b"one");
    std::fs::remove_dir_all(item.path.parent().unwrap()).unwrap();
    assert!(sandbox.stands(&item));
    assert_eq!(std::fs::read(&item.path).unwrap(), b"one");
    assert!(sandbox.heard.take().is_empty());
}

#[test]
fn damaged_bytes_are_set_aside_and_fetched_anew() {
    let sandbox = Sandbox::new();
    let item = put(&sandbox.cache, "a", b"one");
    overwrite(&item.path, b"bad");
    assert!(!sandbox.stands(&item));
    assert_eq!(sandbox.heard.take().len(), 1);
    assert!(!item.path.exists() && sandbox.cache.blob_path(item.sha256.as_ref().unwrap()).is_none());
    assert_eq!(files(&sandbox.folder().join("aside")).len(), 1);
    assert!(newest(&sandbox.cache, "a").is_none());
    let failed = &sandbox.cache.search(&crate::cache::query::Query::default()).unwrap()[0];
    assert_eq!((failed.status, failed.id), (Status::Failed, item.id));
    assert_eq!(failed.error.as_ref().unwrap()["code"], "damaged");
    let again = put(&sandbox.cache, "a", b"one");
    assert_eq!((again.id, again.version), (item.id, 1));
    assert!(sandbox.stands(&again));
}

#[test]
fn an_old_version_that_is_damaged_is_no_newest_one_when_it_comes_back() {
    let sandbox = Sandbox::new();
    let first = put(&sandbox.cache, "a", b"one");
    put(&sandbox.cache, "a", b"two");
    overwrite(&first.path, b"bad");
    assert!(!sandbox.stands(&first));
    let third = put(&sandbox.cache, "a", b"three");
    assert_eq!((third.version, third.id), (3, first.id));
    assert_eq!(newest(&sandbox.cache, "a").unwrap().id, third.id);
}

#[test]
fn bytes_in_a_name_that_outlived_its_blob_are_taken_up() {
    let sandbox = Sandbox::new();
    let item = put(&sandbox.cache, "a", b"one");
    let blob = sandbox.cache.blob_path(item.sha256.as_ref().unwrap()).unwrap();
    std::fs::remove_file(&blob).unwrap();
    assert!(sandbox.stands(&item), "the name itself stands");
    let touched = std::fs::File::open(&item.path).unwrap();
    touched.set_modified(std::time::UNIX_EPOCH).unwrap();
    assert!(sandbox.stands(&item));
    assert_eq!(inode(&blob), inode(&item.path));
    assert!(sandbox.stands(&newest(&sandbox.cache, "a").unwrap()));
}

#[test]
fn an_edit_by_replacement_is_kept_aside() {
    let sandbox = Sandbox::new();
    let item = put(&sandbox.cache, "a", b"one");
    std::fs::remove_file(&item.path).unwrap();
    std::fs::write(&item.path, b"my edit").unwrap();
    assert!(sandbox.stands(&item));
    assert_eq!(std::fs::read(&item.path).unwrap(), b"one");
    let aside = files(&sandbox.folder().join("aside"));
    assert_eq!(std::fs::read(&aside[0]).unwrap(), b"my edit");
    assert!(sandbox.heard.take()[0].contains("was changed"));
    // A symbolic link is never followed.
    std::fs::remove_file(&item.path).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", &item.path).unwrap();
    assert!(sandbox.stands(&item));
    assert_eq!(std::fs::read(&item.path).unwrap(), b"one");
}

#[test]
fn a_restored_folder_is_hashed_once() {
    let sandbox = Sandbox::new();
    let item = put(&sandbox.cache, "a", b"one");
    drop(sandbox.open());
    // As an archive without hard links restores it: other inodes, and each name a file.
    let moved = sandbox.top.path().join("moved");
    let copied = std::process::Command::new("cp").arg("-rp").arg(sandbox.folder()).arg(&moved).status().unwrap();
    assert!(copied.success());
    let heard = Heard::default();
    let cache = Cache::open(&options(&moved), &heard).unwrap();
    let restored = newest(&cache, "a").unwrap();
    assert!(restored.path.starts_with(&moved));
    assert!(restored.record != Some(record(&restored.path)));
    assert!(cache.stands(&restored, &heard).unwrap());
    let blob = cache.blob_path(restored.sha256.as_ref().unwrap()).unwrap();
    assert_eq!(inode(&blob), inode(&restored.path), "names share the blob's bytes again");
    let known = newest(&cache, "a").unwrap();
    assert_eq!(known.record, Some(record(&known.path)));
    assert!(heard.take().is_empty());
    overwrite(&blob, b"bad");
    assert!(!cache.stands(&known, &heard).unwrap());
    assert!(sandbox.stands(&item), "the other folder is another matter");
}

fn record(path: &Path) -> crate::cache::item::Record {
    crate::cache::item::Record::new(&crate::disk::Signature::of(path).unwrap(), crate::disk::boot_id())
}

#[test]
fn rows_of_an_earlier_boot_are_hashed_once() {
    let sandbox = Sandbox::new();
    let item = put(&sandbox.cache, "a", b"one");
    let boot = crate::disk::boot_id();
    assert_eq!(item.record.as_ref().unwrap().boot, boot);
    let next = sandbox.reopen_as("next boot");
    let seen = newest(&next, "a").unwrap();
    assert!(next.stands(&seen, &sandbox.heard).unwrap());
    let known = newest(&next, "a").unwrap().record.unwrap();
    assert_eq!(known.boot, None, "what another boot reads back is durable");
}

#[test]
fn a_power_loss_that_left_size_and_time_is_found_out() {
    let sandbox = Sandbox::new();
    let item = put(&sandbox.cache, "a", b"one");
    let modified = std::fs::metadata(&item.path).unwrap().modified().unwrap();
    overwrite(&item.path, b"\0\0\0");
    std::fs::File::open(&item.path).unwrap().set_modified(modified).unwrap();
    assert!(sandbox.stands(&item), "within one boot the record is believed");
    let next = sandbox.reopen_as("next boot");
    assert!(!next.stands(&newest(&next, "a").unwrap(), &sandbox.heard).unwrap());
    // The same bytes, downloaded again while the lost ones are still there.
    let other = Sandbox::new();
    let item = put(&other.cache, "a", b"one");
    overwrite(&item.path, b"\0\0\0");
    std::fs::File::open(&item.path).unwrap().set_modified(modified).unwrap();
    let next = other.reopen_as("next boot");
    let again = put(&next, "a", b"one");
    assert_eq!(std::fs::read(&again.path).unwrap(), b"one");
    assert!(next.stands(&again, &other.heard).unwrap());
}

#[test]
fn old_blobs_become_durable_aside() {
    let sandbox = Sandbox::new();
    let item = put(&sandbox.cache, "a", b"one");
    assert_eq!(sandbox.cache.make_durable().unwrap(), 0, "too young");
    sandbox.cache.registry.write(|c| Ok(c.execute("UPDATE blobs SET mtime = 5", [])?)).unwrap();
    std::fs::File::open(&item.path).unwrap().set_modified(std::time::UNIX_EPOCH + Duration::from_nanos(5)).unwrap();
    assert_eq!(sandbox.cache.make_durable().unwrap(), 1);
    assert_eq!(newest(&sandbox.cache, "a").unwrap().record.unwrap().boot, None);
    assert_eq!(sandbox.cache.make_durable().unwrap(), 0);
}

#[test]
fn where_links_cannot_be_made_there_are_copies() {
    for errno in [rustix::io::Errno::MLINK, rustix::io::Errno::PERM, rustix::io::Errno::XDEV] {
        let sandbox = Sandbox::new();
        let cache = sandbox.open_without_links(errno);
        let item = put(&cache, "a", b"one");
        let blob = cache.blob_path(item.sha256.as_ref().unwrap()).unwrap();
        assert_ne!(inode(&blob), inode(&item.path));
        assert_eq!((std::fs::read(&item.path).unwrap(), mode(&item.path)), (b"one".to_vec(), 0o444));
        assert!(cache.stands(&item, &sandbox.heard).unwrap());
        overwrite(&item.path, b"bad");
        assert!(cache.stands(&item, &sandbox.heard).unwrap(), "the blob is still right");
        assert_eq!(std::fs::read(&item.path).unwrap(), b"one");
        let item = newest(&cache, "a").unwrap();
        assert!(cache.stands(&item, &sandbox.heard).unwrap());
        // Where links can be made again, the name becomes one when it has to be made.
        std::fs::remove_file(&item.path).unwrap();
        assert!(sandbox.stands(&item));
        assert_eq!(inode(&blob), inode(&item.path));
        assert!(sandbox.stands(&newest(&sandbox.cache, "a").unwrap()));
        assert!(files(&sandbox.folder().join("items")).len() == 1, "no copy is left behind");
    }
}

#[test]
fn a_read_only_folder_still_answers() {
    let sandbox = Sandbox::new();
    let item = put(&sandbox.cache, "a", b"one");
    let read_only = || {
        let folder = Folder::open(&sandbox.folder(), false).unwrap().read_only();
        Cache::open_folder(folder, &options(&sandbox.folder()), &sandbox.heard).unwrap()
    };
    // With rows that stand in the log only, beside a process that writes.
    let cache = read_only();
    assert!(cache.is_read_only());
    let found = newest(&cache, "a").unwrap();
    assert!(cache.stands(&found, &sandbox.heard).unwrap());
    assert_eq!(cache.partial(&key("b")).unwrap_err().code(), "read_only");
    assert_eq!(cache.fail(new_item("b"), serde_json::json!({})).unwrap_err().code(), "read_only");
    cache.count_reads(&[item.id]);
    drop(cache);
    // Without a log.
    let connection = rusqlite::Connection::open(sandbox.folder().join("registry.sqlite")).unwrap();
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    drop(connection);
    assert_eq!(newest(&read_only(), "a").unwrap().read_count, 0);
    overwrite(&item.path, b"bad");
    let cache = read_only();
    assert!(!cache.stands(&found, &sandbox.heard).unwrap());
    // With nothing at all.
    std::fs::remove_file(sandbox.folder().join("registry.sqlite")).unwrap();
    assert!(newest(&read_only(), "a").is_none());
    let strict = Options { read_only_ok: false, ..options(&sandbox.folder()) };
    let folder = Folder::open(&sandbox.folder(), false).unwrap().read_only();
    assert_eq!(Cache::open_folder(folder, &strict, &sandbox.heard).unwrap_err().code(), "read_only");
}
