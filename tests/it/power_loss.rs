//! A power loss, as the next boot finds it: names and rows are there, bytes that were never synced are not. Nothing is given out wrong.
//!
//! The boot cannot be changed, but what was noted of it can: the registry and the partials say that an earlier boot wrote
//! them, and files lose bytes while size and times stay.

use crate::support::origin::Origin;
use crate::support::reply::File;
use crate::support::sandbox::{Sandbox, both, bytes, sha256};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt};
use std::path::{Path, PathBuf};

const SIZE: usize = 200_000;

/// How a file may look afterwards.
#[derive(Debug, Clone, Copy)]
enum Loss {
    Zeros,
    LastHalf,
    Cut,
    Empty,
    Gone,
}

const LOSSES: [Loss; 5] = [Loss::Zeros, Loss::LastHalf, Loss::Cut, Loss::Empty, Loss::Gone];

/// Loses bytes of a file; its times stay.
fn lose(path: &Path, loss: Loss) {
    let metadata = std::fs::metadata(path).unwrap();
    let mut content = std::fs::read(path).unwrap();
    let size = content.len();
    match loss {
        Loss::Zeros => content.fill(0),
        Loss::LastHalf => content[size / 2..].fill(0),
        Loss::Cut => content.truncate(size / 2),
        Loss::Empty => content.clear(),
        Loss::Gone => return std::fs::remove_file(path).unwrap(),
    }
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o600)).unwrap();
    std::fs::write(path, content).unwrap();
    std::fs::set_permissions(path, PermissionsExt::from_mode(metadata.mode())).unwrap();
    std::fs::File::open(path).unwrap().set_modified(metadata.modified().unwrap()).unwrap();
}

/// What was written until now was written under an earlier boot.
fn boot_anew(sandbox: &Sandbox) {
    let registry = rusqlite::Connection::open(sandbox.cache().join("registry.sqlite")).unwrap();
    registry
        .execute_batch(
            "UPDATE blobs SET boot = 'earlier' WHERE boot IS NOT NULL;
             UPDATE items SET copy_boot = 'earlier' WHERE copy_boot IS NOT NULL;
             UPDATE deliveries SET boot = 'earlier';",
        )
        .unwrap();
    for path in files(sandbox, "partial/").into_iter().filter(|p| p.extension().is_some_and(|e| e == "json")) {
        let mut state: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        state["boot"] = "earlier".into();
        std::fs::write(&path, state.to_string()).unwrap();
    }
}

fn files(sandbox: &Sandbox, below: &str) -> Vec<PathBuf> {
    let tree = sandbox.cache_tree();
    tree.iter().filter(|n| n.starts_with(below) && !n.ends_with('/')).map(|n| sandbox.cache().join(n)).collect()
}

#[test]
fn what_lost_its_bytes_is_fetched_anew() {
    for loss in LOSSES {
        both(|sandbox| {
            let origin = Origin::of(bytes(SIZE));
            let url = origin.url("/a.bin");
            sandbox.dl(["fetch", &url]).run().ok();
            boot_anew(sandbox);
            // The blob and the name are one file.
            for path in files(sandbox, "blobs/").into_iter().take(1) {
                lose(&path, loss);
            }
            if matches!(loss, Loss::Gone) {
                for p in files(sandbox, "items/") {
                    lose(&p, loss);
                }
            }
            let run = sandbox.dl(["fetch", "-o", "out", &url]).run();
            assert!(run.ok().code == 0 && sandbox.read("out") == bytes(SIZE), "{loss:?}");
            assert_eq!(origin.count(), 2, "{loss:?}");
            let run = sandbox.dl(["fetch", &url]).run();
            assert!(std::fs::read(run.ok().path()).unwrap() == bytes(SIZE), "{loss:?}");
            assert_eq!(origin.count(), 2, "once is enough");
        });
    }
}

#[test]
fn no_other_way_gives_lost_bytes_either() {
    for loss in LOSSES {
        let sandbox = Sandbox::new();
        sandbox.unchecked();
        sandbox.write("in", bytes(SIZE));
        let path = sandbox.dl(["cache", "put", "in", "--uri", "x:a"]).run().ok().path();
        boot_anew(&sandbox);
        for p in files(&sandbox, "blobs/") {
            lose(&p, loss);
        }
        if matches!(loss, Loss::Gone) {
            lose(&path, loss);
        }
        let origin = Origin::of(bytes(SIZE));
        let digest = sha256(&bytes(SIZE));
        let run = sandbox.dl(["cache", "cat", "x:a"]).run();
        assert!(run.code != 0 && run.stdout.is_empty(), "{loss:?}\n{}", run.tell());
        assert_ne!(sandbox.dl(["cache", "best", "--uri", "x:a"]).run().code, 0, "{loss:?}");
        let run = sandbox.dl(["fetch", "--sha256", &digest, "-o", "out", &origin.url("/b")]).run();
        assert!(run.ok().code == 0 && sandbox.read("out") == bytes(SIZE), "{loss:?}");
        assert_eq!(origin.count(), 1, "{loss:?}");
    }
}

#[test]
fn a_destination_that_lost_its_bytes_is_written_anew() {
    both(|sandbox| {
        let origin = Origin::of(bytes(SIZE));
        let url = origin.url("/a.bin");
        sandbox.dl(["fetch", "-o", "out", &url]).run().ok();
        boot_anew(sandbox);
        lose(&sandbox.path("out"), Loss::Zeros);
        // No call sets this time back; the file system's own copy of it would have stood.
        let metadata = std::fs::metadata(sandbox.path("out")).unwrap();
        let registry = rusqlite::Connection::open(sandbox.cache().join("registry.sqlite")).unwrap();
        let ctime = metadata.ctime() * 1_000_000_000 + metadata.ctime_nsec();
        assert_eq!(registry.execute("UPDATE deliveries SET ctime = ?1", [ctime]).unwrap(), 1);
        drop(registry);
        sandbox.dl(["fetch", "-o", "out", &url]).run().ok();
        assert!(sandbox.read("out") == bytes(SIZE));
        assert_eq!(origin.count(), 1, "the cache has it");
    });
}

#[test]
fn a_partial_that_lost_its_bytes_is_begun_anew() {
    for loss in [Loss::Zeros, Loss::LastHalf, Loss::Cut, Loss::Empty] {
        both(|sandbox| {
            let file = File::new(bytes(SIZE)).etag("\"v\"");
            let origin = Origin::new(move |request, conn| {
                if request.number == 0 {
                    conn.begin(&file.reply(request), SIZE / 2);
                    return conn.cut();
                }
                conn.file(request, &file);
            });
            let url = origin.url("/a.bin");
            sandbox.dl(["fetch", "--retry", "0", &url]).run().fails(8);
            boot_anew(sandbox);
            let partials = files(sandbox, "partial/");
            assert_eq!(partials.len(), 2, "a partial with its state: {partials:?}");
            partials.iter().filter(|p| p.extension().is_none()).for_each(|p| lose(p, loss));
            sandbox.dl(["fetch", "-o", "out", &url]).run().ok();
            assert!(sandbox.read("out") == bytes(SIZE), "{loss:?}");
            assert_eq!(origin.last().header("range"), None, "{loss:?}");
        });
    }
}
