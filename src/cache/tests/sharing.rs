//! Many at once: threads, handles and processes; modes and owners; power over partials.

use super::*;
use std::process::Command;
use std::sync::Barrier;

#[test]
fn many_open_a_new_cache_at_once() {
    let top = tempfile::tempdir().unwrap();
    let folder = top.path().join("cache");
    let barrier = Barrier::new(16);
    std::thread::scope(|scope| {
        for n in 0..16 {
            let (folder, barrier) = (&folder, &barrier);
            scope.spawn(move || {
                barrier.wait();
                let heard = Heard::default();
                let cache = Cache::open(&options(folder), &heard).unwrap();
                put(&cache, &format!("n{n}"), format!("{n}").as_bytes());
                assert!(heard.take().is_empty());
            });
        }
    });
    let cache = Cache::open(&options(&folder), &Heard::default()).unwrap();
    assert_eq!(cache.search(&crate::cache::query::Query::default()).unwrap().len(), 16);
    assert!(!files(&folder).iter().any(|f| f.to_string_lossy().contains(".new-")));
}

#[test]
fn one_key_from_many_handles_has_numbered_versions() {
    let sandbox = Sandbox::new();
    let caches = [sandbox.open(), sandbox.open()];
    std::thread::scope(|scope| {
        for n in 0..8 {
            let cache = &caches[n % 2];
            scope.spawn(move || {
                for round in 0..5 {
                    let (content, partial) = fill(cache.unnamed_partial().unwrap(), format!("{n} {round}").as_bytes());
                    let (item, is_new) = cache.commit(new_item("a"), content, partial, None).unwrap();
                    assert!(is_new);
                    assert_eq!(std::fs::read(&item.path).unwrap(), format!("{n} {round}").as_bytes());
                    assert!(cache.stands(&item, &Heard::default()).unwrap());
                }
            });
        }
    });
    let all = sandbox.cache.search(&crate::cache::query::Query::default()).unwrap();
    let mut versions: Vec<_> = all.iter().map(|i| i.version).collect();
    versions.sort_unstable();
    assert_eq!(versions, (1..=40).collect::<Vec<_>>());
    assert!(all.iter().all(|item| sandbox.stands(item)));
}

/// Threads share transactions: what fails for one is undone for that one only.
#[test]
fn a_write_that_fails_leaves_the_others_alone() {
    let sandbox = Sandbox::new();
    let item = put(&sandbox.cache, "a", b"one");
    let nan = Attribute { value: AttributeValue::Float(f64::NAN), ..int("x", 0) };
    let barrier = Barrier::new(12);
    std::thread::scope(|scope| {
        for n in 0..12 {
            let (cache, barrier, item, nan) = (&sandbox.cache, &barrier, &item, &nan);
            scope.spawn(move || {
                barrier.wait();
                for round in 0..20 {
                    let name = format!("n{n}r{round}");
                    if n % 3 == 0 {
                        assert!(cache.describe(item, None, &[int(&name, 1), nan.clone()]).is_err());
                    } else {
                        let described = cache.describe(item, None, &[int(&name, 1)]).unwrap();
                        assert!(described.attributes.contains(&int(&name, 1)));
                        cache.count_reads(&[item.id]);
                    }
                }
            });
        }
    });
    let seen = newest(&sandbox.open(), "a").unwrap();
    assert_eq!((seen.attributes.len(), seen.read_count), (8 * 20, 8 * 20));
    assert!(!seen.attributes.iter().any(|a| a.name.starts_with("n3") || a.name == "x"));
}

#[test]
fn one_content_from_many_handles_is_one_blob() {
    let sandbox = Sandbox::new();
    let caches = [sandbox.open(), sandbox.open()];
    std::thread::scope(|scope| {
        for n in 0..16 {
            let cache = &caches[n % 2];
            scope.spawn(move || put(cache, &format!("n{n}"), b"the same"));
        }
    });
    let all = sandbox.cache.search(&crate::cache::query::Query::default()).unwrap();
    assert_eq!((all.len(), files(&sandbox.folder().join("blobs")).len()), (16, 1));
    assert!(all.iter().all(|item| sandbox.stands(item)));
    assert!(files(&sandbox.folder().join("aside")).is_empty() && sandbox.heard.take().is_empty());
}

#[test]
fn whoever_gets_the_lock_finds_the_row() {
    let sandbox = Sandbox::new();
    let fetches = std::sync::atomic::AtomicUsize::new(0);
    let barrier = Barrier::new(8);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let cache = sandbox.open();
                barrier.wait();
                loop {
                    if newest(&cache, "a").is_some() {
                        return;
                    }
                    let Some(partial) = cache.partial(&key("a")).unwrap() else {
                        std::thread::yield_now();
                        continue;
                    };
                    if newest(&cache, "a").is_some() {
                        partial.discard();
                        return;
                    }
                    fetches.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                    let (content, partial) = fill(partial, b"one");
                    cache.commit(new_item("a"), content, partial, None).unwrap();
                    return;
                }
            });
        }
    });
    assert_eq!(fetches.into_inner(), 1);
    assert!(files(&sandbox.folder().join("partial")).is_empty());
}

#[test]
fn a_partial_that_another_fills_can_be_watched() {
    let sandbox = Sandbox::new();
    assert!(sandbox.cache.growth(&key("a")).is_none());
    let partial = sandbox.cache.partial(&key("a")).unwrap().unwrap();
    assert!(sandbox.open().partial(&key("a")).unwrap().is_none());
    assert_eq!(sandbox.cache.growth(&key("a")).unwrap().size, 0);
    partial.file().write_all(b"abc").unwrap();
    assert_eq!(sandbox.cache.growth(&key("a")).unwrap().size, 3);
    let beside = sandbox.cache.unnamed_partial().unwrap();
    assert_eq!(mode(beside.path()), 0o600);
    drop(beside);
    partial.discard();
    assert!(files(&sandbox.folder().join("partial")).is_empty());
}

#[test]
fn a_crash_between_blob_and_row_costs_nothing() {
    let sandbox = Sandbox::new();
    let digest = Digest::sha256(b"one");
    let partial = sandbox.cache.partial(&key("a")).unwrap().unwrap();
    let (_, partial) = fill(partial, b"one");
    crate::cache::blobs::put(sandbox.cache.registry.folder(), &partial, &digest, None).unwrap();
    drop(partial); // killed here: the partial and the blob are one file
    let path = sandbox.cache.blob_path(&digest).unwrap();
    assert!(newest(&sandbox.cache, "a").is_none());
    let partial = sandbox.cache.partial(&key("a")).unwrap().unwrap();
    partial.file().write_all(b"another beginning").unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"one");
    partial.discard();
    // A name that such a process left is replaced.
    let left = sandbox.folder().join("items").join(&key("a").0[..2]).join(format!("{}-1", key("a")));
    std::fs::create_dir_all(&left).unwrap();
    std::fs::write(left.join("a.tsv"), b"left").unwrap();
    let item = put(&sandbox.cache, "a", b"one");
    assert_eq!(std::fs::read(&item.path).unwrap(), b"one");
    assert!(sandbox.stands(&item));
}

/// The umask belongs to the process, so this runs in one of its own.
#[test]
fn modes_hold_under_any_umask() {
    for umask in ["000", "022", "077", "777"] {
        for shared in ["", "shared"] {
            let top = tempfile::tempdir().unwrap();
            let exe = std::env::current_exe().unwrap();
            let output = Command::new("sh")
                .arg("-c")
                .arg(format!(
                    "umask {umask}; exec \"$0\" --exact cache::tests::sharing::fill_for_modes --ignored --nocapture"
                ))
                .arg(exe)
                .env("DL_TEST_MODES", top.path())
                .env("DL_TEST_SHARED", shared)
                .output()
                .unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
            let (folder_mode, file_mode) = if shared.is_empty() { (0o700, 0o600) } else { (0o2770, 0o660) };
            let mut pending = vec![top.path().join("cache")];
            let mut seen = 0;
            while let Some(path) = pending.pop() {
                seen += 1;
                let below = path.strip_prefix(top.path()).unwrap().to_string_lossy().into_owned();
                if path.is_dir() {
                    assert_eq!(mode(&path), folder_mode, "{below} under {umask}");
                    pending.extend(std::fs::read_dir(&path).unwrap().map(|e| e.unwrap().path()));
                } else {
                    let blob = below.contains("/blobs/") || below.contains("/items/");
                    let blob_mode = if shared.is_empty() { 0o444 } else { 0o440 };
                    assert_eq!(mode(&path), if blob { blob_mode } else { file_mode }, "{below} under {umask}");
                }
            }
            assert!(seen > 10, "{seen}");
        }
    }
}

#[test]
#[ignore = "run by modes_hold_under_any_umask, in a process with another umask"]
fn fill_for_modes() {
    let top = PathBuf::from(std::env::var_os("DL_TEST_MODES").unwrap());
    let multi_user = std::env::var_os("DL_TEST_SHARED").is_some_and(|v| !v.is_empty());
    let options = Options { multi_user, ..options(&top.join("cache")) };
    let cache = Cache::open(&options, &Heard::default()).unwrap();
    cache.salt().unwrap();
    put(&cache, "a", b"one");
    let mut partial = cache.partial(&key("b")).unwrap().unwrap();
    partial.note(crate::partial::State { url: "http://h/".to_owned(), ..Default::default() }).unwrap();
    partial.file().write_all(b"x").unwrap();
    drop(partial);
    assert_eq!(cache.partial(&key("b")).unwrap().unwrap().prefix(), 1);
    let damaged = put(&cache, "c", b"two");
    overwrite(&damaged.path, b"bad");
    cache.stands(&damaged, &Heard::default()).unwrap();
    // What was damaged keeps the mode that whoever damaged it gave.
    std::fs::remove_dir_all(cache.folder().join("aside")).unwrap();
}

#[test]
fn root_in_anothers_folder_leaves_files_of_the_owner() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let top = tempfile::tempdir().unwrap();
    let folder = top.path().join("cache");
    std::fs::create_dir(&folder).unwrap();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)).unwrap();
    std::os::unix::fs::chown(&folder, Some(1234), Some(1235)).unwrap();
    let cache = Cache::open(&options(&folder), &Heard::default()).unwrap();
    cache.salt().unwrap();
    put(&cache, "a", b"one");
    let mut partial = cache.partial(&key("b")).unwrap().unwrap();
    partial.note(crate::partial::State::default()).unwrap();
    let mut pending = vec![folder.clone()];
    while let Some(path) = pending.pop() {
        let metadata = std::fs::symlink_metadata(&path).unwrap();
        assert_eq!((metadata.uid(), metadata.gid()), (1234, 1235), "{}", path.display());
        if metadata.is_dir() {
            pending.extend(std::fs::read_dir(&path).unwrap().map(|e| e.unwrap().path()));
        }
    }
}

#[test]
fn the_handle_can_be_shared() {
    fn shared<T: Send + Sync>() {}
    shared::<Cache>();
}
