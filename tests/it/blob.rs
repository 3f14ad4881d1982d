//! `dl blob`: contents by their hash; what keeps them, what damages them, what removes them.

use crate::disk::Small;
use crate::support::origin::Origin;
use crate::support::sandbox::{Sandbox, bytes, sha256, until};
use std::collections::HashMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

fn put(sandbox: &Sandbox, content: &[u8]) -> String {
    let hash = sandbox.dl(["blob", "put", "-"]).stdin(content).run().ok().out().trim_end().to_owned();
    assert_eq!(hash, format!("sha256:{}", sha256(content)));
    hash
}

fn blob_file(sandbox: &Sandbox, hash: &str) -> PathBuf {
    let hex = hash.trim_start_matches("sha256:");
    sandbox.cache().join("blobs/sha256").join(&hex[..2]).join(&hex[2..])
}

/// Overwrites a read-only file in place.
fn edit(path: &Path, content: &[u8]) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
    std::fs::write(path, content).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o444)).unwrap();
}

#[test]
fn what_is_put_is_found_by_any_spelling_of_its_hash() {
    let sandbox = Sandbox::new();
    sandbox.write("a", "content of a");
    sandbox.write("b", bytes(3_000_000));
    let run = sandbox.run("blob put a b");
    let hashes: Vec<String> = run.ok().lines().iter().map(|l| (*l).to_owned()).collect();
    assert_eq!(hashes, ["a", "b"].map(|name| format!("sha256:{}", sha256(&sandbox.read(name)))));
    let hex = &hashes[0]["sha256:".len()..];
    for spelling in [&hashes[0], hex, &hex.to_uppercase(), &hex[..8], &format!("sha256:{}", &hex[..12])] {
        assert_eq!(sandbox.dl(["blob", "cat", spelling]).run().ok().out(), "content of a", "{spelling}");
    }
    assert_eq!(sandbox.dl(["blob", "cat", &hashes[1]]).run().ok().stdout, sandbox.read("b"));
    let path = sandbox.dl(["blob", "path", &hashes[1]]).run().ok().path();
    assert_eq!(std::fs::read(&path).unwrap(), sandbox.read("b"));
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o444);
    let run = sandbox.dl(["blob", "stat", "--json", hex]).run();
    run.ok().has("hash", hashes[0].as_str()).has("size", 12).has("root", true).has("class", serde_json::Value::Null);
    let run = sandbox.run("blob put --json a");
    run.ok().has("schema", 1).has("existed", true).has("size", 12).has("hash", hashes[0].as_str());
    let mut listed = hashes.clone();
    listed.sort();
    assert_eq!(sandbox.run("blob ls").ok().lines(), listed);
    let all = sandbox.run("blob ls --json").ok().json_lines();
    assert_eq!(all.iter().map(|b| b["hash"].as_str().unwrap()).collect::<Vec<_>>(), listed);
    assert_eq!(put(&sandbox, b""), format!("sha256:{}", sha256(b"")));
    assert!(sandbox.dl(["blob", "cat", &sha256(b"")]).run().ok().stdout.is_empty());
}

#[test]
fn each_is_tried_and_the_first_failure_is_the_exit_code() {
    let sandbox = Sandbox::new();
    sandbox.write("a", "a");
    let run = sandbox.run("blob put nothing a --json");
    let lines = run.fails(2).json_lines();
    assert_eq!((&lines[0]["error"]["kind"], &lines[1]["size"]), (&"usage".into(), &1.into()));
    sandbox.run("blob put").fails(2);
    sandbox.run("blob put - -").fails(2);
    sandbox.run("blob put .").fails(2);
    let run = sandbox.dl(["blob", "cat", &"0".repeat(64), &sha256(b"a")]).run();
    assert_eq!(run.fails(3).out(), "a");
    sandbox.dl(["blob", "cat", "--json", &sha256(b"a")]).run().fails(2).says("--meta");
    for command in ["cat", "path", "stat", "rm", "verify"] {
        for unknown in ["0123456789abcdef", "zz", "0123", "", "sha256:", "../x", &"f".repeat(64), &"f".repeat(65)] {
            let run = sandbox.dl(["blob", command, unknown]).run();
            run.fails(3).says("dl: error:");
        }
    }
    sandbox.dl(["blob", "stat", "--json", "zz"]).run().fails(3).error("not_found", "not_found");
    sandbox.run("blob cat").fails(2);
}

#[test]
fn an_ambiguous_prefix_names_its_candidates() {
    // Among so many, two begin alike.
    let mut seen: HashMap<String, u32> = HashMap::new();
    let mut number = 0_u32;
    let (first, second) = loop {
        let prefix = sha256(&number.to_le_bytes())[..8].to_owned();
        if let Some(other) = seen.insert(prefix, number) {
            break (other, number);
        }
        number += 1;
    };
    let sandbox = Sandbox::new();
    let (a, b) = (put(&sandbox, &first.to_le_bytes()), put(&sandbox, &second.to_le_bytes()));
    let prefix = &a["sha256:".len()..][..8];
    let run = sandbox.dl(["blob", "path", "--json", prefix]).run();
    run.fails(2).error("usage", "ambiguous");
    run.says(&a).says(&b);
    let longer = (9..64).find(|n| a[..7 + n] != b[..7 + n]).unwrap();
    assert_eq!(sandbox.dl(["blob", "cat", &a[..7 + longer]]).run().ok().stdout, first.to_le_bytes());
}

#[test]
fn a_blob_is_given_under_a_name() {
    let sandbox = Sandbox::new();
    let hash = put(&sandbox, b"a,b\n");
    let named = |name: &str| sandbox.dl(["blob", "path", &hash, "--as", name]).run();
    let path = named("trips.csv").ok().path();
    assert!(path.ends_with("trips.csv") && std::fs::read(&path).unwrap() == b"a,b\n");
    assert_eq!(named("trips.csv").ok().path(), path);
    // An edit through another name's inode is seen as any other.
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, "other").unwrap();
    assert_eq!(named("trips.csv").ok().path(), path);
    assert_eq!(std::fs::read(&path).unwrap(), b"a,b\n");
    for bad in ["../x", "a/b", "..", ""] {
        named(bad).fails(2);
    }
    sandbox.run("cache clean").ok();
    assert!(path.exists(), "what is kept keeps its names");
    sandbox.dl(["blob", "rm", &hash]).run().ok();
    assert!(!path.exists());
    sandbox.run("cache clean --orphans --json").ok();
    assert_eq!(sandbox.cache_tree().iter().filter(|n| n.starts_with("blobs/") && !n.ends_with('/')).count(), 0);
}

#[test]
fn nothing_but_rm_drops_what_is_kept() {
    let sandbox = Sandbox::new();
    let origin = Origin::of(bytes(1000));
    let url = origin.url("/a");
    let hash = put(&sandbox, b"kept");
    let fetched = format!("sha256:{}", sha256(&bytes(1000)));
    sandbox.dl(["fetch", &url]).run().ok();
    // What was fetched goes with its item, what is kept stays, whatever is cleaned.
    for choice in
        ["", "--all --max-age 0", "--orphans", "--max-size 0 --max-age 0", "--versions --max-age 0", "--trash"]
    {
        sandbox.run(&format!("cache clean {choice}")).ok();
        assert_eq!(sandbox.dl(["blob", "cat", &hash]).run().ok().out(), "kept", "{choice}");
    }
    sandbox.dl(["blob", "cat", &fetched]).run().fails(3);
    sandbox.run("cache stats --json").ok().has("blobs", 1).has("bytes", 4);
    // An item that has the same bytes may go: the bytes stay.
    sandbox.write("file", "kept");
    sandbox.run("cache put file --uri demo://kept").ok();
    sandbox.run("cache rm --purge demo://kept").ok();
    assert_eq!(sandbox.dl(["blob", "cat", &hash]).run().ok().out(), "kept");
    sandbox.dl(["blob", "rm", &hash]).run().ok();
    sandbox.dl(["blob", "cat", &hash]).run().fails(3);
    assert!(!blob_file(&sandbox, &hash).exists());
}

#[test]
fn what_is_used_is_not_removed_unless_forced() {
    let sandbox = Sandbox::new();
    let hash = put(&sandbox, b"used");
    sandbox.write("file", "used");
    sandbox.run("cache put file --uri demo://user").ok();
    let run = sandbox.dl(["blob", "rm", "--json", &hash]).run();
    run.fails(1).error("other", "in_use");
    run.says("demo://user");
    assert_eq!(sandbox.dl(["blob", "stat", "--json", &hash]).run().ok().field("items.0.uri"), "demo://user");
    // A blob that is a manifest keeps what it refers to, even when it was put as a blob.
    let other = put(&sandbox, b"referred to");
    let text = format!("{{ \"class\": \"Dataset\", \"value\": {{\"a\": {{\"$ref\": \"{other}\"}}}} }}");
    let manifest = put(&sandbox, text.as_bytes());
    sandbox.dl(["blob", "rm", &other]).run().fails(1).says(&manifest);
    sandbox.dl(["blob", "rm", "--force", &hash, &other]).run().ok();
    for gone in [&hash, &other] {
        sandbox.dl(["blob", "path", gone]).run().fails(3);
        assert!(!blob_file(&sandbox, gone).exists());
    }
    assert_eq!(sandbox.items()[0]["status"], "DELETED");
    sandbox.dl(["manifest", "verify", &manifest]).run().fails(8).says("missing");
    sandbox.dl(["blob", "rm", &manifest]).run().ok();
}

#[test]
fn what_is_read_is_what_was_hashed() {
    for size in [9, 3_000_000] {
        let sandbox = Sandbox::new();
        sandbox.unchecked();
        let content = bytes(size);
        let hash = put(&sandbox, &content);
        let other = put(&sandbox, b"another");
        let path = blob_file(&sandbox, &hash);
        let times = std::fs::metadata(&path).unwrap().modified().unwrap();
        let mut wrong = content.clone();
        wrong[size / 2] ^= 1;
        edit(&path, &wrong);
        // Even where size and time say that nothing happened.
        std::fs::File::open(&path).unwrap().set_modified(times).unwrap();
        let run = sandbox.dl(["blob", "cat", &hash]).run();
        assert!(run.fails(8).stdout.is_empty(), "{}", run.tell());
        sandbox.dl(["blob", "verify", &other]).run().ok();
        let run = sandbox.run("blob verify");
        assert!(run.fails(8).out().contains(&hash) && !run.out().contains(&other), "{}", run.tell());
        sandbox.dl(["blob", "verify", &hash[7..15]]).run().fails(8);
        sandbox.run("cache verify").fails(8);
        // A time that moved is looked into by everybody.
        edit(&path, &wrong);
        for command in ["cat", "path", "stat", "verify"] {
            let run = sandbox.dl(["blob", command, &hash]).run();
            run.fails(8).says("damaged");
        }
        // Putting it again heals it.
        assert_eq!(put(&sandbox, &content), hash);
        assert_eq!(sandbox.dl(["blob", "cat", &hash]).run().ok().stdout, content);
        sandbox.run("blob verify").ok();
        sandbox.run("cache verify").ok();
    }
}

#[test]
fn a_file_that_is_gone_is_told_and_made_anew_from_an_item() {
    let sandbox = Sandbox::new();
    let (alone, shared) = (put(&sandbox, b"alone"), put(&sandbox, b"shared"));
    sandbox.write("file", "shared");
    sandbox.run("cache put file --uri demo://shared").ok();
    for hash in [&alone, &shared] {
        std::fs::remove_file(blob_file(&sandbox, hash)).unwrap();
    }
    assert_eq!(sandbox.dl(["blob", "cat", &shared]).run().ok().out(), "shared");
    sandbox.dl(["blob", "cat", &alone]).run().fails(3);
    let run = sandbox.run("blob verify");
    assert!(run.fails(8).out().starts_with(&format!("gone\t{alone}")), "{}", run.tell());
    let run = sandbox.run("cache verify --repair");
    run.fails(8);
    put(&sandbox, b"alone");
    sandbox.run("blob verify").ok();
}

#[test]
fn sixteen_at_once_store_one() {
    let sandbox = Sandbox::new();
    let content = bytes(400_000);
    sandbox.write("file", &content);
    let all: Vec<_> = (0..16).map(|_| sandbox.dl(["blob", "put", "--json", "file"]).spawn()).collect();
    let runs: Vec<_> = all.into_iter().map(crate::support::sandbox::Running::wait).collect();
    let new = runs.iter().filter(|run| run.ok().field("existed") == false).count();
    assert_eq!(new, 1);
    assert!(runs.iter().all(|run| run.field("hash") == format!("sha256:{}", sha256(&content))));
    assert_eq!(sandbox.run("blob ls").ok().lines().len(), 1);
    let leftovers = sandbox.run("cache clean --dry-run --json");
    assert!(leftovers.ok().lines().is_empty(), "{}", leftovers.tell());
}

/// Puts and cleans beside each other: what was printed is there.
#[test]
fn a_clean_beside_a_put_takes_nothing_away() {
    let sandbox = Sandbox::new();
    for round in 0..4 {
        for name in 0..8 {
            sandbox.write(format!("dir/{name}"), format!("{round} {name}"));
        }
        let puts: Vec<_> = (0..3)
            .map(|n| {
                sandbox.dl(["manifest", "put", "--class", "A", "--dir", "dir", "--set", &format!("n={n}")]).spawn()
            })
            .collect();
        let cleans: Vec<_> = (0..3).map(|_| sandbox.run("cache clean --orphans --max-age 0")).collect();
        assert!(cleans.iter().all(|run| run.code == 0));
        for running in puts {
            let hash = running.wait().ok().out().trim_end().to_owned();
            sandbox.dl(["manifest", "verify", &hash]).run().ok();
        }
    }
}

#[test]
fn a_killed_put_leaves_nothing_under_a_name() {
    let sandbox = Sandbox::new();
    let content = bytes(24 << 20);
    let file = sandbox.write("big", &content);
    for _ in 0..3 {
        let mut running = sandbox.dl(["blob", "put"]).arg(&file).spawn();
        let partials = sandbox.cache().join("partial");
        until("the put to begin", || {
            !running.runs() || std::fs::read_dir(&partials).is_ok_and(|mut entries| entries.next().is_some())
        });
        running.kill();
        running.wait();
        let run = sandbox.run("blob ls");
        assert!(run.ok().lines().len() <= 1);
        sandbox.run("blob verify").ok();
    }
    sandbox.run("cache clean --dead-after 0").ok();
    let listed = sandbox.run("blob ls").ok().lines().len();
    let files = sandbox.cache_tree().into_iter().filter(|n| n.starts_with("blobs/") && !n.ends_with('/')).count();
    assert_eq!(listed, files, "what nobody was told of goes");
    assert_eq!(std::fs::read_dir(sandbox.cache().join("partial")).unwrap().count(), 0);
    sandbox.dl(["blob", "put"]).arg(&file).run().ok();
    assert_eq!(sandbox.dl(["blob", "cat", &sha256(&content)]).run().ok().stdout, content);
}

#[test]
fn a_full_disk_leaves_what_was_there() {
    let sandbox = Sandbox::new();
    let Some(_small) = Small::mount(sandbox.cache(), "size=900k,mode=700") else { return };
    let hash = put(&sandbox, b"small");
    let file = sandbox.write("big", bytes(2_000_000));
    sandbox.dl(["blob", "put", "--json"]).arg(&file).run().fails(9).error("disk", "disk_full");
    sandbox.dl(["manifest", "put", "--class", "A", "--json", "--file"]).arg("f=big").run().fails(9);
    assert_eq!(sandbox.run("blob ls").ok().lines(), [hash.as_str()]);
    assert_eq!(sandbox.dl(["blob", "cat", &hash]).run().ok().out(), "small");
}

#[test]
fn what_is_kept_moves_with_an_export() {
    let sandbox = Sandbox::new();
    let hash = put(&sandbox, b"kept");
    sandbox.write("dir/a", "in a manifest");
    sandbox.write("file", "an item");
    sandbox.run("cache put file --uri demo://item").ok();
    let manifest = sandbox.run("manifest put --class A --dir dir").ok().out().trim_end().to_owned();
    sandbox.run("cache export whole.tar").ok();
    let there = sandbox.path("there");
    sandbox.set("DL_CACHE_DIR", &there);
    sandbox.run("cache import whole.tar").ok();
    sandbox.run("cache import whole.tar").ok();
    assert_eq!(sandbox.dl(["blob", "cat", &hash]).run().ok().out(), "kept");
    sandbox.run("cache clean --all --max-age 0").ok();
    sandbox.dl(["manifest", "verify", &manifest]).run().ok();
    sandbox.dl(["blob", "rm", &sha256(b"in a manifest")]).run().fails(1).says(&manifest);
    assert_eq!(sandbox.dl(["blob", "stat", "--json", &hash]).run().ok().field("root"), true);
}

#[test]
fn a_damaged_registry_loses_nothing_that_is_kept() {
    for whole in [true, false] {
        let sandbox = Sandbox::new();
        let hash = put(&sandbox, b"kept");
        sandbox.write("dir/a", "in a manifest");
        let manifest = sandbox.run("manifest put --class A --dir dir").ok().out().trim_end().to_owned();
        let registry = sandbox.cache().join("registry.sqlite");
        for suffix in ["-wal", "-shm"] {
            if !whole {
                let _ = std::fs::remove_file(sandbox.cache().join(format!("registry.sqlite{suffix}")));
            }
        }
        if whole {
            // The header alone is wrong: rows can still be read.
            let connection = rusqlite::Connection::open(&registry).unwrap();
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
            connection
                .execute_batch("PRAGMA writable_schema=1; DELETE FROM sqlite_schema WHERE name = 'downloads'")
                .unwrap();
        } else {
            std::fs::write(&registry, bytes(20_000)).unwrap();
        }
        let origin = Origin::of("content");
        sandbox.dl(["fetch", &origin.url("/a")]).run().ok();
        sandbox.run("cache clean").ok();
        assert_eq!(sandbox.dl(["blob", "cat", &hash]).run().ok().out(), "kept");
        sandbox.dl(["manifest", "verify", &manifest]).run().ok();
    }
}

#[test]
fn a_read_only_cache_is_read() {
    let sandbox = Sandbox::new();
    let Some(small) = Small::mount(sandbox.cache(), "size=8m,mode=700") else { return };
    let hash = put(&sandbox, b"kept");
    sandbox.write("dir/a", "in a manifest");
    let manifest = sandbox.run("manifest put --class A --dir dir").ok().out().trim_end().to_owned();
    small.read_only();
    assert_eq!(sandbox.dl(["blob", "cat", &hash]).run().ok().out(), "kept");
    sandbox.dl(["blob", "path", &hash]).run().ok();
    sandbox.dl(["manifest", "checkout", &manifest, "out"]).run().ok();
    sandbox.dl(["blob", "put", "-"]).stdin(*b"more").run().fails(9);
    sandbox.dl(["blob", "rm", &hash]).run().fails(9);
}

#[test]
fn what_verify_found_damaged_is_put_again() {
    let sandbox = Sandbox::new();
    sandbox.unchecked();
    let file = sandbox.write("file", "precious");
    sandbox.dl(["blob", "put", file.to_str().unwrap()]).run().ok();
    let digest = sha256(b"precious");
    let blob = sandbox.cache().join(format!("blobs/sha256/{}/{}", &digest[..2], &digest[2..]));
    let time = std::fs::metadata(&blob).unwrap().modified().unwrap();
    std::fs::set_permissions(&blob, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let open = std::fs::File::options().write(true).open(&blob).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&open, b"X", 0).unwrap();
    open.set_modified(time).unwrap();
    sandbox.dl(["blob", "verify", &digest]).run().fails(8);
    sandbox.dl(["blob", "put", file.to_str().unwrap()]).run().ok();
    assert_eq!(sandbox.dl(["blob", "cat", &digest]).run().ok().out(), "precious");
}
