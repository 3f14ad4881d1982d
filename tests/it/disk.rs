//! Full, read-only, unwritable and unsafe: folders and caches that are not as one would like.

use crate::support::archives::Tar;
use crate::support::origin::Origin;
use crate::support::reply::Reply;
use crate::support::sandbox::{Sandbox, both, bytes, eprint_line, sha256};
use crate::support::strace::{strace, watching};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

fn set_mode(path: impl AsRef<Path>, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// A small file system of its own, where we may mount one.
pub struct Small(pub PathBuf);

impl Small {
    /// Mounts one; `None`, told loudly, where that is not allowed.
    pub fn mount(path: PathBuf, options: &str) -> Option<Self> {
        std::fs::create_dir_all(&path).unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(&path).output();
        if mounted.is_ok_and(|m| m.status.success()) {
            return Some(Self(path));
        }
        eprint_line("SKIPPED: no tmpfs can be mounted here");
        None
    }

    pub fn read_only(&self) {
        assert!(Command::new("mount").args(["-o", "remount,ro"]).arg(&self.0).status().unwrap().success());
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_full_destination() {
    both(|sandbox| {
        let Some(small) = Small::mount(sandbox.path("small"), "size=256k,mode=755") else { return };
        std::fs::write(small.0.join("out"), "older").unwrap();
        let origin = Origin::of(bytes(1_000_000));
        let run = sandbox.dl(["fetch", "--json", "-o", "small/out", &origin.url("/a")]).run();
        run.fails(9).error("disk", "disk_full");
        assert_eq!(sandbox.read("small/out"), b"older");
        assert_eq!(sandbox.work_tree(), ["small/", "small/out"]);
        let run = sandbox.dl(["fetch", "--no-cache", "-o", "small/new", &origin.url("/a")]).run();
        run.fails(9).says("small");
        assert_eq!(sandbox.work_tree(), ["small/", "small/out"]);
    });
}

#[test]
fn a_folder_of_a_full_disk_stays_as_it_was() {
    let sandbox = Sandbox::new();
    let Some(small) = Small::mount(sandbox.path("small"), "size=256k,mode=755") else { return };
    std::fs::create_dir(small.0.join("dir")).unwrap();
    std::fs::write(small.0.join("dir/a"), "older").unwrap();
    let tar = Tar::new().file("a", b"newer").file("big", &bytes(1_000_000)).end();
    let origin = Origin::of(tar);
    for option in ["", "--no-cache"] {
        let run = sandbox.dl(["fetch", "--extract", "small/dir", &origin.url("/a.tar")]).args(option).run();
        run.fails(9).says("no space left");
        sandbox
            .dl(["fetch", "--json", "--member", "big", "-o", "small/b", &origin.url("/a.tar")])
            .args(option)
            .run()
            .fails(9);
        assert_eq!(sandbox.work_tree(), ["small/", "small/dir/", "small/dir/a"]);
        assert_eq!(sandbox.read("small/dir/a"), b"older");
    }
}

#[test]
fn a_full_cache() {
    both(|sandbox| {
        let Some(_small) = Small::mount(sandbox.cache(), "size=600k,mode=700") else { return };
        let origin = Origin::of(bytes(2_000_000));
        let small = Origin::of("small");
        sandbox.dl(["fetch", &small.url("/a")]).run().ok();
        sandbox.dl(["fetch", "--json", &origin.url("/a")]).run().fails(9).error("disk", "disk_full");
        sandbox.dl(["fetch", "--json", &small.url("/a")]).run().ok().has("source", "hit");
    });
}

#[test]
fn a_read_only_cache_serves_hits() {
    both(|sandbox| {
        let Some(small) = Small::mount(sandbox.cache(), "size=8m,mode=700") else { return };
        let origin = Origin::of("content");
        let path = sandbox.dl(["fetch", &origin.url("/a")]).run().ok().path();
        small.read_only();
        assert_eq!(sandbox.dl(["fetch", &origin.url("/a")]).run().ok().path(), path);
        sandbox.dl(["fetch", "-o", "out", &origin.url("/a")]).run().ok();
        assert_eq!(sandbox.read("out"), b"content");
        assert_eq!(origin.count(), 1);
        sandbox.dl(["fetch", &origin.url("/b")]).run().fails(9);
        let run = sandbox.dl(["fetch", "-o", "b", &origin.url("/b")]).run();
        run.ok().says("warning:");
        assert_eq!(sandbox.read("b"), b"content");
    });
}

#[test]
fn a_folder_that_cannot_be_written() {
    both(|sandbox| {
        let Some(small) = Small::mount(sandbox.path("ro"), "size=1m,mode=755") else { return };
        small.read_only();
        let origin = Origin::of("content");
        sandbox.dl(["fetch", "-o", "ro/out", &origin.url("/a")]).run().fails(9).says("ro");
    });
}

#[test]
fn an_unsafe_cache_is_refused() {
    let origin = Origin::of("content").may_be_idle();
    for mode in [0o777, 0o770, 0o720, 0o1777] {
        let sandbox = Sandbox::new();
        sandbox.unchecked();
        std::fs::create_dir(sandbox.cache()).unwrap();
        set_mode(sandbox.cache(), mode);
        for more in ["", "-o out"] {
            let run = sandbox.dl(["fetch", &origin.url("/a")]).args(more).run();
            run.fails(10).says("--cache-shared").says(sandbox.cache().to_str().unwrap());
        }
    }
    assert_eq!(origin.count(), 0);
}

#[test]
fn all_below_the_cache_is_private_under_any_umask() {
    for umask in ["000", "022", "077"] {
        let sandbox = Sandbox::new();
        let origin = Origin::of("content");
        sandbox.dl(["fetch", &origin.url("/a.txt")]).umask(umask).run().ok();
        // Whatever else makes files there: a partial, a salt, items by hand, blobs, manifests, what is set aside.
        let cut = Origin::new(|_, conn| {
            conn.begin(&Reply::ok(bytes(10_000)).field("ETag", "\"v\""), 5_000);
            conn.cut();
        });
        sandbox.write("file", "other content");
        sandbox.dl(["fetch", "--retry", "0", &cut.url("/b")]).umask(umask).run().fails(8);
        sandbox.dl(["fetch", "-u", "a:b", &origin.url("/c")]).umask(umask).run().ok();
        for words in [
            "cache put file --uri x:put",
            "blob put file",
            "manifest put --class A --file a=file",
            "cache put --move file --uri x:moved",
            "cache verify",
            "cache clean",
        ] {
            sandbox.dl(words.split(' ')).umask(umask).run().ok();
        }
        let mode = |p: PathBuf| std::fs::metadata(p).unwrap().permissions().mode() & 0o7777;
        assert_eq!(mode(sandbox.cache()), 0o700);
        for name in sandbox.cache_tree() {
            let wanted: &[u32] = match name.as_str() {
                n if n.ends_with('/') => &[0o700],
                n if n.starts_with("blobs/") || n.starts_with("items/") => &[0o444],
                _ => &[0o600],
            };
            let found = mode(sandbox.cache().join(&name));
            assert!(wanted.contains(&found), "`{name}` is {found:o} under umask {umask}");
        }
    }
}

#[test]
fn a_shared_cache_is_for_its_group() {
    let sandbox = Sandbox::new();
    let origin = Origin::of("content");
    sandbox.set("DL_CACHE_SHARED", "1");
    sandbox.dl(["fetch", &origin.url("/a.txt")]).umask("077").run().ok();
    let mode = |p: &Path| std::fs::metadata(p).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(&sandbox.cache()), 0o2770);
    for name in sandbox.cache_tree() {
        let found = mode(&sandbox.cache().join(&name));
        let wanted: &[u32] = if name.ends_with('/') { &[0o2770] } else { &[0o660, 0o440] };
        assert!(wanted.contains(&found), "`{name}` is {found:o}");
    }
    sandbox.dl(["fetch", "--json", &origin.url("/a.txt")]).run().ok().has("source", "hit");
    sandbox.unset("DL_CACHE_SHARED");
    sandbox.dl(["fetch", &origin.url("/a.txt")]).run().fails(10);
    sandbox.dl(["--cache-shared", "fetch", &origin.url("/a.txt")]).run().ok();
    sandbox.config("[cache]\nmulti-user = true\n");
    sandbox.dl(["fetch", &origin.url("/a.txt")]).run().ok();
    sandbox.unchecked();
}

#[test]
fn no_usable_cache_folder() {
    let sandbox = Sandbox::new();
    let origin = Origin::of("content");
    sandbox.write("file", "no folder");
    let below = sandbox.path("file/cache");
    let below = below.to_str().unwrap();
    let run = sandbox.dl(["--cache-dir", below, "fetch", &origin.url("/a")]).run();
    run.fails(2).says("--cache-dir");
    let run = sandbox.dl(["--cache-dir", below, "fetch", "-o", "out", &origin.url("/a")]).run();
    run.ok().says("warning:");
    assert_eq!(sandbox.read("out"), b"content");
    assert_eq!(sandbox.work_tree(), ["file", "out"]);
}

#[test]
fn the_default_cache_is_the_users() {
    let sandbox = Sandbox::new();
    let origin = Origin::of("content");
    let run = sandbox.dl(["fetch", &origin.url("/a")]).without_env("DL_CACHE_DIR").run();
    assert!(run.ok().path().starts_with(sandbox.home().join(".cache/dl")), "{}", run.tell());
    let elsewhere = sandbox.home().join("elsewhere");
    let run =
        sandbox.dl(["fetch", &origin.url("/a")]).without_env("DL_CACHE_DIR").env("XDG_CACHE_HOME", &elsewhere).run();
    assert!(run.ok().path().starts_with(elsewhere.join("dl")), "{}", run.tell());
}

#[test]
fn a_damaged_registry_costs_downloads_never_wrong_bytes() {
    both(|sandbox| {
        let origin = Origin::of("content");
        let url = origin.url("/a");
        sandbox.dl(["fetch", &url]).run().ok();
        let registry = sandbox.cache().join("registry.sqlite");
        for suffix in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(sandbox.cache().join(format!("registry.sqlite{suffix}")));
        }
        std::fs::write(&registry, bytes(20_000)).unwrap();
        let run = sandbox.dl(["fetch", &url]).run();
        assert_eq!(std::fs::read(run.ok().path()).unwrap(), b"content");
        run.says("warning:");
        sandbox.dl(["fetch", "--json", &url]).run().ok().has("source", "hit").warns_not();
        // A blob without a row answers only a given digest, never a URL.
        let run = sandbox.dl(["fetch", "--json", "--sha256", &sha256(b"content"), &origin.url("/never-asked")]).run();
        run.ok();
    });
}

#[test]
fn a_registry_of_a_newer_schema_is_left_alone() {
    let sandbox = Sandbox::new();
    let origin = Origin::of("content");
    let url = origin.url("/a");
    sandbox.dl(["fetch", &url]).run().ok();
    let registry = rusqlite::Connection::open(sandbox.cache().join("registry.sqlite")).unwrap();
    registry.pragma_update(None, "user_version", 1_000_000).unwrap();
    drop(registry);
    sandbox.unchecked();
    sandbox.dl(["fetch", "--json", &url]).run().fails(10).error("cache", "");
    let run = sandbox.dl(["fetch", "-o", "out", &url]).run();
    run.ok().says("warning:");
    assert_eq!(sandbox.read("out"), b"content");
    let registry = rusqlite::Connection::open(sandbox.cache().join("registry.sqlite")).unwrap();
    let version: i64 = registry.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 1_000_000);
}

#[test]
fn a_locked_registry_still_answers() {
    let sandbox = Sandbox::new();
    let origin = Origin::of("content");
    let url = origin.url("/a");
    sandbox.dl(["fetch", &url]).run().ok();
    let registry = rusqlite::Connection::open(sandbox.cache().join("registry.sqlite")).unwrap();
    registry.execute_batch("BEGIN IMMEDIATE").unwrap();
    sandbox.dl(["fetch", "--json", &url]).run().ok().has("source", "hit");
    let run = sandbox.dl(["fetch", "--json", "--lock-timeout", "200ms", &origin.url("/b")]).run();
    run.fails(10).error("cache", "");
    registry.execute_batch("ROLLBACK").unwrap();
    sandbox.dl(["fetch", &origin.url("/b")]).run().ok();
}

#[test]
fn memory_does_not_grow_with_the_size() {
    both(|sandbox| {
        let origin = Origin::new(|_, conn| {
            let (piece, count) = (bytes(1 << 20), 300);
            conn.send(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", piece.len() * count));
            for _ in 0..count {
                conn.send(&piece);
            }
        });
        // The whole address space is bounded: libraries, stacks of threads, and no body of 300 MiB.
        let run = sandbox
            .dl(["fetch", "--json", "-o", "/dev/null", &origin.url("/a")])
            .after_shell("ulimit -d 200000;")
            .run();
        run.ok().has("size", 300 << 20);
    });
}

#[test]
fn a_disk_that_is_full_at_any_stage() {
    both(|sandbox| {
        let origin = Origin::of(bytes(400_000));
        for kilobytes in (20..1100).step_by(90) {
            let Some(small) = Small::mount(sandbox.cache(), &format!("size={kilobytes}k,mode=700")) else { return };
            for destination in [None, Some("out")] {
                let _ = std::fs::remove_file(sandbox.path("out"));
                let words = destination.iter().flat_map(|d| ["-o", d]);
                let run = sandbox.dl(["fetch", "--force"].into_iter().chain(words)).arg(origin.url("/a")).run();
                assert!(matches!(run.code, 0 | 2 | 9 | 10), "{kilobytes} KiB\n{}", run.tell());
                match destination {
                    Some(name) if run.code == 0 => assert!(sandbox.read(name) == bytes(400_000)),
                    Some(name) => assert!(!sandbox.path(name).exists(), "{}", run.tell()),
                    None if run.code == 0 => assert!(std::fs::read(run.path()).unwrap() == bytes(400_000)),
                    None => {}
                }
                sandbox.check_blobs();
            }
            drop(small);
        }
    });
}

#[test]
fn the_cache_of_another_user_is_refused() {
    let Some(setpriv) = crate::support::servers::program("DL_TEST_SETPRIV", "setpriv") else { return };
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let sandbox = Sandbox::new();
    let origin = Origin::of("content");
    let url = origin.url("/a");
    sandbox.dl(["fetch", &url]).run().ok();
    for open in [sandbox.path(".."), sandbox.cache()] {
        set_mode(open, 0o755);
    }
    let other = [setpriv.as_os_str(), "--reuid=65534".as_ref(), "--regid=65534".as_ref(), "--clear-groups".as_ref()];
    let run = sandbox.dl(["fetch", "--json", &url]).under(other).run();
    run.fails(10).error("cache", "unsafe_cache");
    // Root uses what another owns, and leaves files of that owner.
    for name in sandbox.cache_tree().iter().map(String::as_str).chain([""]) {
        std::os::unix::fs::lchown(sandbox.cache().join(name), Some(65534), Some(65534)).unwrap();
    }
    sandbox.dl(["fetch", &origin.url("/b")]).run().ok();
    for name in sandbox.cache_tree() {
        let owner =
            std::os::unix::fs::MetadataExt::uid(&std::fs::symlink_metadata(sandbox.cache().join(&name)).unwrap());
        assert_eq!(owner, 65534, "{name}");
    }
    let run = sandbox.dl(["fetch", "--json", &url]).under(other).run();
    run.ok().has("source", "hit");
}

/// A hit reads: no check-point of the log, nothing that waits for the disk.
#[test]
fn a_hit_waits_for_no_disk() {
    let strace = crate::or_skip!(strace());
    let sandbox = Sandbox::new();
    let origin = Origin::of("content");
    let url = origin.url("/a");
    sandbox.dl(["fetch", &url]).run().ok();
    let log = sandbox.home().join("strace.log");
    let syncs = ["fsync", "fdatasync", "sync_file_range", "syncfs", "msync"];
    let run = sandbox.dl(["fetch", "--json", &url]).under(watching(&strace, &log, &syncs)).run();
    run.ok().has("source", "hit");
    assert_eq!(std::fs::read_to_string(&log).unwrap(), "");
}
