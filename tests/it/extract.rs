//! Opening what was fetched: trees, members and unpacked files, left alone while they stand, all of it or nothing.

use crate::support::archives::{Part, Tar, Zip, gzip, xz, zstd};
use crate::support::origin::{Gate, Origin};
use crate::support::reply::{File, Reply};
use crate::support::sandbox::{Sandbox, both, bytes, sha256, until};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

fn project() -> Tar {
    Tar::new()
        .folder("p-1.0")
        .file("p-1.0/a", b"one")
        .executable("p-1.0/run", b"#!/bin/sh\n", "0000755")
        .file("p-1.0/d/b.csv", b"two")
        .symlink("p-1.0/l", "d/b.csv")
}

const PROJECT: [&str; 5] = ["out/a", "out/d/", "out/d/b.csv", "out/l", "out/run"];

fn below(sandbox: &Sandbox, folder: &str) -> Vec<String> {
    sandbox.work_tree().into_iter().filter(|n| n.starts_with(folder) && n.len() > folder.len()).collect()
}

/// Sets a file's time back, so that a change would show.
fn set_back(path: impl AsRef<Path>) -> SystemTime {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    std::fs::File::options().read(true).open(&path).unwrap().set_modified(time).unwrap();
    time
}

fn modified(path: impl AsRef<Path>) -> SystemTime {
    std::fs::symlink_metadata(path).unwrap().modified().unwrap()
}

#[test]
fn a_tree_is_unpacked_once_and_left_alone() {
    both(|sandbox| {
        let origin = Origin::of(gzip(&project().end()));
        let url = origin.url("/p-1.0.tar.gz");
        let run = sandbox.dl(["fetch", "--extract", "out", "--strip", "1", &url]).run();
        assert_eq!(run.ok().out(), "out\n");
        assert_eq!(below(sandbox, "out/"), PROJECT);
        assert_eq!(sandbox.read("out/l"), b"two");
        let mode = |name: &str| std::fs::metadata(sandbox.path(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("out/run"), mode("out/a")), (0o755, 0o644));
        let inode = std::fs::metadata(sandbox.path("out/a")).unwrap().ino();
        let again = || sandbox.dl(["fetch", "--json", "--exit-code", "--extract", "out", "--strip", "1", &url]).run();
        again().fails(11).has("source", "hit").has("written", false).has("output", "out").has("file", "out");
        assert_eq!(again().field("extracted"), serde_json::Value::Null, "nothing was unpacked");
        // What is missing or was changed comes again; what stands keeps its inode.
        std::fs::remove_file(sandbox.path("out/d/b.csv")).unwrap();
        std::fs::write(sandbox.path("out/run"), "mine").unwrap();
        again().ok().has("written", true);
        assert_eq!(below(sandbox, "out/"), PROJECT);
        assert_eq!(sandbox.read("out/run"), b"#!/bin/sh\n");
        assert_eq!(std::fs::metadata(sandbox.path("out/a")).unwrap().ino(), inode);
        // A time alone is no other content: nothing is written, and from then on nothing is read.
        set_back(sandbox.path("out/a"));
        again().fails(11).has("written", false);
        again().fails(11);
        std::fs::remove_dir_all(sandbox.path("out")).unwrap();
        again().ok().has("written", true);
        assert_eq!(origin.count(), 1, "from the cache");
    });
}

#[test]
fn every_format_is_unpacked() {
    let sandbox = Sandbox::new();
    let tar = Tar::new().file("x/a.txt", b"text").end();
    let zip = Zip::new().file("x/a.txt", b"text").end();
    for (name, body) in [
        ("a.tar", tar.clone()),
        ("a.tgz", gzip(&tar)),
        ("a.tar.xz", xz(&tar)),
        ("download", zstd(&tar)),
        ("a.zip", zip.clone()),
        ("misnamed.tar.gz", zip),
    ] {
        let origin = Origin::of(body);
        sandbox.dl(["fetch", "--extract", name, &origin.url(&format!("/{name}"))]).run().ok();
        assert_eq!(sandbox.read(format!("{name}/x/a.txt")), b"text", "{name}");
    }
    let origin = Origin::of(gzip(b"rows"));
    sandbox.dl(["fetch", "--extract", "single", &origin.url("/rows.csv.gz")]).run().ok();
    assert_eq!(below(&sandbox, "single/"), ["single/rows.csv"]);
}

#[test]
fn members_are_chosen_and_bounded() {
    let sandbox = Sandbox::new();
    let origin = Origin::of(project().end());
    let url = origin.url("/p.tar");
    let extract = |options: &str| sandbox.dl(["fetch", "--json", &url]).args(options).run();
    extract("--extract one --member *.csv").ok();
    assert_eq!(below(&sandbox, "one/"), ["one/p-1.0/", "one/p-1.0/d/", "one/p-1.0/d/b.csv"]);
    extract("--extract two --strip 1 --member p-1.0/d --member */a").ok();
    assert_eq!(below(&sandbox, "two/"), ["two/a", "two/d/", "two/d/b.csv"]);
    extract("--extract three --member *.csv --member *.tsv").fails(3).error("not_found", "member_not_found");
    extract("--extract three --strip 9").fails(3).error("not_found", "member_not_found");
    extract("--extract three --max-extract 5").fails(8).error("integrity", "archive_too_big");
    assert!(!sandbox.path("three").exists());
    // Other members into the same folder are another extraction; a smaller bound is none for what stands only if it fits.
    extract("--extract one").ok().has("written", true);
    extract("--extract one").ok().has("written", false);
    extract("--extract one --max-extract 5").fails(8);
    extract("--extract one --max-extract 1k").ok().has("written", false);
    assert_eq!(origin.count(), 1);
}

#[test]
fn what_exists_is_replaced_kept_or_an_error() {
    let sandbox = Sandbox::new();
    let origin = Origin::of(project().end());
    let url = origin.url("/p.tar");
    let extract =
        |how: &str| sandbox.dl(["fetch", "--json", "--extract", "out", "--strip", "1", "--if-exists", how, &url]).run();
    sandbox.write("out/a", "mine");
    sandbox.write("out/other", "mine");
    extract("error").fails(9).error("disk", "exists");
    assert_eq!(below(&sandbox, "out/"), ["out/a", "out/other"]);
    let run = extract("keep");
    assert_eq!(run.ok().field("extracted")["kept"], 1);
    assert_eq!(sandbox.read("out/a"), b"mine");
    extract("keep").ok().has("written", false);
    extract("replace").ok().has("written", true);
    assert_eq!((sandbox.read("out/a"), sandbox.read("out/other")), (b"one".to_vec(), b"mine".to_vec()));
    // The wanted bytes are there already.
    extract("error").ok().has("written", false);
    std::fs::remove_file(sandbox.path("out/d/b.csv")).unwrap();
    extract("error").ok().has("written", true);
}

#[test]
fn times_are_now_or_those_of_the_archive() {
    let sandbox = Sandbox::new();
    let origin = Origin::of(project().end());
    let url = origin.url("/p.tar");
    let archived = SystemTime::UNIX_EPOCH + Duration::from_secs(0o14_000_000_000);
    let extract = |options: &str| sandbox.dl(["fetch", "--json", "--extract", "out", &url]).args(options).run();
    extract("").ok();
    let file = sandbox.path("out/p-1.0/a");
    assert_ne!(modified(&file), archived);
    extract("-R").ok().has("written", true);
    assert_eq!(modified(&file), archived);
    extract("-R").ok().has("written", false);
    extract("--touch").ok().has("written", false);
    assert_ne!(modified(&file), archived);
    set_back(&file);
    extract("").ok().has("written", false);
    let before = set_back(&file);
    extract("").ok();
    assert_eq!(modified(&file), before, "left alone");
    sandbox.dl(["fetch", "-R", "--member", "p-1.0/a", "-o", "a", &url]).run().ok();
    assert_eq!(modified(sandbox.path("a")), archived);
}

#[test]
fn with_and_without_cache_and_network() {
    both(|sandbox| {
        let file = Arc::new(Mutex::new(File::new(project().end()).etag("\"1\"")));
        let origin = Origin::changing(&file);
        let url = origin.url("/p.tar");
        let extract = |options: &str| {
            sandbox.dl(["fetch", "--json", "--extract", "out", "--strip", "1", &url]).args(options).run()
        };
        extract("--offline").fails(3).error("not_found", "offline");
        assert!(!sandbox.path("out").exists());
        extract("--no-cache").ok().has("source", "network").has("written", true).has("item", serde_json::Value::Null);
        extract("--no-cache").ok().has("source", "network").has("written", false);
        extract("").ok().has("source", "network").has("written", false);
        extract("--offline").ok().has("source", "hit").has("written", false);
        extract("--refresh").ok().has("source", "revalidated").has("written", false);
        extract("--force").ok().has("source", "network").has("written", false);
        let before = set_back(sandbox.path("out/d/b.csv"));
        let newer = Tar::new().file("p-2.0/a", b"newer").file("p-2.0/d/b.csv", b"two").end();
        *file.lock().unwrap() = File::new(newer).etag("\"2\"");
        extract("").ok().has("written", false);
        extract("--refresh").ok().has("written", true);
        assert_eq!(sandbox.read("out/a"), b"newer");
        assert_eq!(modified(sandbox.path("out/d/b.csv")), before, "it is the same in both");
        assert_eq!(below(sandbox, "out/"), PROJECT, "what is in no archive any more stays");
        assert_eq!(sandbox.work_tree().iter().filter(|n| n.contains(".dl-")).count(), 0);
    });
}

#[test]
fn a_digest_given_needs_neither_cache_nor_network() {
    let sandbox = Sandbox::new();
    let tar = project().end();
    let origin = Origin::of(tar.clone());
    let url = origin.url("/p.tar");
    let digest = sha256(&tar);
    let of = |options: &str| sandbox.dl(["fetch", "--json", "--sha256", &digest, &url]).args(options).run();
    of("--extract out").ok().has("source", "network");
    of("--member p-1.0/a -o a").ok().has("source", "hit");
    sandbox.run("cache rm --purge --where id>0").ok();
    of("--extract out").ok().has("source", "present").has("written", false).has("output", "out");
    of("--member p-1.0/a -o a --offline").ok().has("source", "present");
    assert_eq!(origin.count(), 1);
    std::fs::write(sandbox.path("a"), "one").unwrap();
    of("--member p-1.0/a -o a --offline").fails(3);
    of("--extract out --refresh").ok().has("source", "network");
    // The digest is the archive's, not that of what stands there.
    sandbox.dl(["fetch", "--sha256", &sha256(b"one"), "--member", "p-1.0/a", "-o", "a", &url]).run().fails(8);
}

#[test]
fn a_failure_leaves_the_folder_as_it_was() {
    let sandbox = Sandbox::new();
    sandbox.write("out/a", "mine");
    let whole = gzip(&project().file("p-1.0/big", &bytes(300_000)).end());
    let cases: [(&str, Vec<u8>, i32); 6] = [
        ("cut.tar.gz", whole[..whole.len() - 9].to_vec(), 8),
        ("up.tar", Tar::new().file("a", b"new").file("../evil", b"evil").end(), 8),
        ("link.tar", Tar::new().file("a", b"new").symlink("l", "/etc").end(), 8),
        ("twice.zip", Zip::new().file("a", b"new").file("a", b"other").end(), 8),
        ("plain.bin", b"no archive".to_vec(), 8),
        ("way.tar", Tar::new().file("b", b"new").file("a/x", b"new").end(), 9),
    ];
    for (name, body, code) in cases {
        let origin = Origin::of(body);
        let url = origin.url(&format!("/{name}"));
        for option in ["", "--no-cache"] {
            sandbox.dl(["fetch", "--extract", "out", &url]).args(option).run().fails(code);
            assert_eq!(sandbox.work_tree(), ["out/", "out/a"], "{name}");
            assert_eq!(sandbox.read("out/a"), b"mine");
            if code == 8 {
                sandbox.dl(["fetch", "--extract", "new/er", &url]).args(option).run().fails(8);
                assert!(!sandbox.path("new").exists(), "{name}");
            }
        }
        // What was fetched is in order: only opening it failed.
        sandbox.dl(["fetch", "--json", &url]).run().ok().has("source", "hit");
    }
    sandbox.dl(["fetch", "--extract", "out/a", &Origin::of("x").may_be_idle().url("/p.tar")]).run().fails(9);
}

#[test]
fn several_come_in_the_order_given() {
    let sandbox = Sandbox::new();
    let gate = Gate::default();
    let (first, second) = (
        Zip::new().file("a", b"1").file("both", b"first").end(),
        Zip::new().file("b", b"2").file("both", b"second").end(),
    );
    let opened = gate.clone();
    let slow = Origin::new(move |_, conn| {
        opened.wait();
        conn.reply(&Reply::ok(first.clone()));
    });
    let fast = Origin::of(second);
    let (one, two) = (slow.url("/1.zip"), fast.url("/2.zip"));
    // The second is stored already, and the first comes late.
    sandbox.dl(["fetch", &two]).run().ok();
    let running = sandbox.dl(["fetch", "--json", "--extract", "out", &one, &two]).spawn();
    until("the request", || slow.count() == 1);
    gate.open();
    let run = running.wait();
    let written = |run: &crate::support::transcript::Transcript| {
        run.json_lines().iter().map(|r| r["written"].as_bool().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(written(run.ok()), [true, true]);
    assert_eq!((sandbox.read("out/both"), below(&sandbox, "out/").len()), (b"second".to_vec(), 3));
    let of = |urls: &[&String]| {
        let run =
            urls.iter().fold(sandbox.dl(["fetch", "--json", "--extract", "out"]), |dl, url| dl.arg(url.as_str())).run();
        written(run.ok())
    };
    assert_eq!(of(&[&one, &two]), [false, false], "both stand");
    assert_eq!(of(&[&two, &one]), [false, true]);
    assert_eq!(sandbox.read("out/both"), b"first");
    assert_eq!(of(&[&one]), [false]);
    assert_eq!(of(&[&two]), [true]);
    assert_eq!(sandbox.read("out/both"), b"second");
    assert_eq!(of(&[&one, &two]), [false, false], "all is as they would leave it");
    std::fs::write(sandbox.path("out/a"), "mine").unwrap();
    assert_eq!(of(&[&one, &two]), [true, true], "what the first puts there anew, the second puts right");
    assert_eq!((sandbox.read("out/a"), sandbox.read("out/both")), (b"1".to_vec(), b"second".to_vec()));
    assert_eq!(of(&[&one, &two]), [false, false]);
    // One that fails is left out; the others come.
    let bad = Origin::of("no archive");
    sandbox.dl(["fetch", "--extract", "new", &bad.url("/x.zip"), &one]).run().fails(8);
    assert_eq!(below(&sandbox, "new/"), ["new/a", "new/both"]);
}

#[test]
fn one_member_goes_to_a_path() {
    both(|sandbox| {
        let zip = Zip::new().file("d/one.csv", b"one").part(&Part::deflated("d/two.csv", &bytes(200_000))).end();
        let origin = Origin::of(zip);
        let url = origin.url("/all.zip");
        let member = |options: &str| sandbox.dl(["fetch", "--json", &url]).args(options).run();
        member("--member d/two.csv -o deep/two.csv").ok().has("written", true).has("output", "deep/two.csv");
        assert!(sandbox.read("deep/two.csv") == bytes(200_000));
        let before = set_back(sandbox.path("deep/two.csv"));
        member("--member d/two.csv -o deep/two.csv").ok().has("written", false);
        member("--member d/two.csv -o deep/two.csv --exit-code").fails(11);
        member("--member d/two.csv -o deep/two.csv --if-exists error").ok().has("written", false);
        assert_eq!(modified(sandbox.path("deep/two.csv")), before);
        std::fs::write(sandbox.path("deep/two.csv"), "mine").unwrap();
        member("--member d/two.csv -o deep/two.csv --if-exists error").fails(9).error("disk", "exists");
        member("--member d/two.csv -o deep/two.csv --if-exists keep").ok().has("source", "kept");
        assert_eq!(sandbox.read("deep/two.csv"), b"mine");
        member("--member d/two.csv -o deep/two.csv").ok().has("written", true);
        member("--member d/one.csv -o deep/two.csv").ok().has("written", true);
        assert_eq!(sandbox.read("deep/two.csv"), b"one");
        member("--member d/three -o deep/two.csv").fails(3).error("not_found", "member_not_found");
        member("--member d -o deep/two.csv").fails(2).error("usage", "member_is_a_folder");
        member("--member d/two.csv --max-extract 1k -o deep/two.csv").fails(8);
        assert_eq!(sandbox.work_tree(), ["deep/", "deep/two.csv"]);
        assert_eq!(sandbox.read("deep/two.csv"), b"one");
        let run = sandbox.dl(["fetch", "--member", "d/one.csv", "-o", "-", &url, &url]).run();
        assert_eq!(run.ok().stdout, b"oneone");
        let run = sandbox.dl(["fetch", "--no-cache", "--member", "d/one.csv", &url]).run();
        assert_eq!(run.ok().stdout, b"one");
    });
}

#[test]
fn a_packed_file_is_unpacked() {
    both(|sandbox| {
        let packed = gzip(&bytes(100_000));
        let disposition = "attachment; filename=\"said.txt.gz\"";
        let reply = Reply::ok(packed.clone()).field("Content-Disposition", disposition);
        let origin = Origin::new(move |_, conn| conn.reply(&reply));
        let url = origin.url("/rows.txt.gz");
        let unpack = |options: &str| sandbox.dl(["fetch", "--json", "--unpack", &url]).args(options).run();
        unpack("-O").ok().has("output", "rows.txt").has("written", true);
        let before = set_back(sandbox.path("rows.txt"));
        unpack("-O").ok().has("written", false);
        assert_eq!(modified(sandbox.path("rows.txt")), before);
        unpack("-P d").ok().has("output", "d/rows.txt");
        unpack("--remote-header-name -P d").ok().has("output", "d/said.txt");
        unpack("-o x.txt --xattr").ok();
        unpack("--no-cache -o y.txt").ok().has("source", "network");
        assert_eq!(sandbox.work_tree(), ["d/", "d/rows.txt", "d/said.txt", "rows.txt", "x.txt", "y.txt"]);
        for name in sandbox.work_tree().iter().filter(|n| !n.ends_with('/')) {
            assert!(sandbox.read(name) == bytes(100_000), "{name}");
        }
        assert_eq!(origin.count(), 2);
        assert!(sandbox.dl(["fetch", "--unpack", "-o", "-", &url]).run().ok().stdout == bytes(100_000));
        assert!(sandbox.dl(["fetch", "--unpack", "--no-cache", &url]).run().ok().stdout == bytes(100_000));
    });
}

#[test]
fn nothing_of_a_broken_file_is_given_out() {
    let sandbox = Sandbox::new();
    let mut packed = gzip(&bytes(400_000));
    let length = packed.len();
    packed[length - 6] ^= 1;
    let origin = Origin::of(packed);
    let url = origin.url("/rows.gz");
    sandbox.write("out", "older");
    let status = std::process::Command::new("mkfifo").arg(sandbox.path("pipe")).status().unwrap();
    assert!(status.success());
    for target in ["out", "-", "pipe"] {
        let run = sandbox.dl(["fetch", "--unpack", "-o", target, &url]).run();
        assert!(run.fails(8).stdout.is_empty(), "{target}");
        let run = sandbox.dl(["fetch", "--no-cache", "--unpack", "-o", target, &url]).run();
        assert!(run.fails(8).stdout.is_empty(), "{target}");
    }
    assert_eq!(sandbox.read("out"), b"older");
    assert!(std::fs::symlink_metadata(sandbox.path("pipe")).unwrap().file_type().is_fifo());
    assert_eq!(sandbox.work_tree(), ["out", "pipe"]);
    let plain = Origin::of("plain");
    sandbox.dl(["fetch", "--unpack", "-o", "out", &plain.url("/rows.csv")]).run().fails(8).says("not compressed");
    let several = Origin::of(Zip::new().file("a", b"1").file("b", b"2").end());
    sandbox.dl(["fetch", "--unpack", "-o", "out", &several.url("/a.zip")]).run().fails(2).says("--member NAME");
}

#[test]
fn what_means_nothing_is_refused_before_anything_is_asked() {
    let sandbox = Sandbox::new();
    let origin = Origin::of("x").may_be_idle();
    let url = origin.url("/a.tar.gz");
    for (options, hint) in [
        ("--strip 1", "--extract DIR"),
        ("--strip 1 -o x --unpack", "--extract DIR"),
        ("--max-extract 1k", "--max-size"),
        ("--member x", "--member NAME -o PATH"),
        ("--member x -O", "--member NAME -o PATH"),
        ("--member x --member y -o z", "--extract DIR"),
        ("--unpack", "-o PATH"),
        ("--unpack --member x -o y", "--member alone"),
        ("--unpack --extract d", "leave one out"),
        ("--unpack --link -o x", "leave --link out"),
        ("--extract d -o x", "leave one out"),
        ("--extract d -P x", "leave them out"),
        ("--extract d -O", "leave them out"),
        ("--extract d --link", "leave --link out"),
        ("--extract d --xattr", "leave --xattr out"),
        ("--extract -", "--unpack -o -"),
        ("--extract d --strip x", "--strip"),
    ] {
        sandbox.dl(["fetch", &url]).args(options).run().fails(2).says(hint);
    }
    sandbox.dl(["fetch", "--member", "x", "-o", "y", &url, &url]).run().fails(2).says("out=PATH");
    let inside = sandbox.cache().join("d");
    sandbox.dl(["fetch", "--extract"]).arg(&inside).arg(&url).run().fails(2).says("cache");
    sandbox.dl(["fetch", "--json", "--unpack", "-o", "-", &url]).run().fails(2).says("--meta");
    sandbox.write("list", format!("{url} out=x\n"));
    sandbox.run("fetch -i list --extract d").fails(2).says("list:1");
    assert_eq!(origin.count(), 0);
    assert_eq!(sandbox.work_tree(), ["list"]);
}

#[test]
fn settings_and_lists() {
    let sandbox = Sandbox::new();
    let origin = Origin::of(gzip(&project().end()));
    let url = origin.url("/p.tar.gz");
    sandbox.set("DL_STRIP", "1");
    sandbox.set("DL_MEMBER", "*/a\n*.csv");
    // Where they mean nothing, settings are passed over; typed options win.
    sandbox.dl(["fetch", "-o", "whole", &url]).run().ok();
    sandbox.dl(["fetch", "--extract", "env", &url]).run().ok();
    assert_eq!(below(&sandbox, "env/"), ["env/a", "env/d/", "env/d/b.csv"]);
    sandbox.dl(["fetch", "--extract", "typed", "--strip", "2", "--member", "*.csv", &url]).run().ok();
    assert_eq!(below(&sandbox, "typed/"), ["typed/b.csv"]);
    sandbox.unset("DL_STRIP");
    sandbox.unset("DL_MEMBER");
    let csv = Origin::of(gzip(b"rows"));
    sandbox.write("list", format!("{} out=one.csv\n{} out=two.csv\n", csv.url("/1.csv.gz"), csv.url("/2.csv.gz")));
    sandbox.run("fetch -i list --unpack -P d").ok();
    assert_eq!((sandbox.read("d/one.csv"), sandbox.read("d/two.csv")), (b"rows".to_vec(), b"rows".to_vec()));
    sandbox.run("fetch -i list --extract all").fails(2);
    sandbox.write("urls", format!("{}\n{}\n", csv.url("/1.csv.gz"), csv.url("/2.csv.gz")));
    sandbox.run("fetch -i urls --extract all").ok();
    assert_eq!(below(&sandbox, "all/"), ["all/1.csv", "all/2.csv"]);
    let config = sandbox.config("extract = \"conf\"\nstrip = 1\nmember = [\"*/run\", \"*/a\"]\nlink = true\n");
    sandbox.dl(["fetch", "--config"]).arg(&config).arg(&url).run().ok();
    assert_eq!(below(&sandbox, "conf/"), ["conf/a", "conf/run"]);
    sandbox.dl(["fetch", "-o", "again", "--config"]).arg(&config).arg(&url).run().ok();
    assert_eq!(sandbox.read("again"), sandbox.read("whole"));
}

#[test]
fn a_dry_run_says_what_it_would_come_to() {
    let sandbox = Sandbox::new();
    let origin = Origin::of(project().end());
    let url = origin.url("/p.tar");
    let dry = || sandbox.dl(["fetch", "--dry-run", "--explain", "--extract", "out", &url]).run();
    dry().ok().says("would download");
    sandbox.dl(["fetch", "--explain", &url]).run().ok();
    dry().ok().says("would hit").says("it would be unpacked");
    assert!(!sandbox.path("out").exists());
    sandbox.dl(["fetch", "--explain", "--extract", "out", &url]).run().ok().says("unpacked into `out`: 4 files");
    dry().ok().says("left alone");
    sandbox.dl(["fetch", "--explain", "--extract", "out", &url]).run().ok().says("stands: it is left alone");
}

#[test]
fn a_kill_leaves_the_folder_as_it_was_or_done() {
    let sandbox = Sandbox::new();
    sandbox.write("out/a", "mine");
    let mut zip = Zip::new().file("a", b"new");
    for i in 0..300 {
        zip = zip.file(&format!("f/{i}"), &bytes(20_000));
    }
    let origin = Origin::of(zip.end());
    let url = origin.url("/a.zip");
    sandbox.dl(["fetch", &url]).run().ok();
    let unfinished = || {
        std::fs::read_dir(sandbox.path("out"))
            .unwrap()
            .flatten()
            .any(|e| e.file_name().to_string_lossy().ends_with(".part"))
    };
    let mut leftovers = 0;
    for moment in 0..48_u64 {
        if moment >= 12 && leftovers > 0 {
            break;
        }
        let mut running = sandbox.dl(["fetch", "--extract", "out", &url]).spawn();
        while running.runs() && !unfinished() {
            std::thread::yield_now();
        }
        std::thread::sleep(Duration::from_millis(moment % 12 * 3));
        running.kill();
        running.wait();
        leftovers += usize::from(unfinished());
        // The next one that writes there begins by putting all back; here it fails, and changes nothing itself.
        sandbox.dl(["fetch", "--extract", "out", "--member", "nothing", &url]).run().fails(3);
        assert!(!unfinished(), "dead leftovers are removed");
        let there = below(&sandbox, "out/");
        let whole = there.len() == 302 && sandbox.read("out/a") == b"new";
        assert!(whole || there == ["out/a"] && sandbox.read("out/a") == b"mine", "neither old nor new: {there:?}");
        if whole {
            std::fs::remove_dir_all(sandbox.path("out")).unwrap();
            sandbox.write("out/a", "mine");
        }
    }
    assert!(leftovers > 0, "no kill came in the midst");
    let running = sandbox.dl(["fetch", "--extract", "out", &url]).spawn();
    until("the private folder", || unfinished() || sandbox.path("out/f").exists());
    running.signal(rustix::process::Signal::TERM);
    running.wait();
    assert!(!unfinished(), "a signal leaves nothing behind");
    sandbox.dl(["fetch", "--extract", "out", &url]).run().ok();
    assert_eq!((below(&sandbox, "out/").len(), sandbox.read("out/f/299")), (302, bytes(20_000)));
}

#[test]
fn several_processes_share_a_folder() {
    let sandbox = Sandbox::new();
    let origins: Vec<Origin> = (0..6)
        .map(|i| {
            let zip = (0..40).fold(Zip::new().file("common", format!("{i}").as_bytes()), |zip, n| {
                zip.file(&format!("d/{i}-{n}"), format!("{i}").as_bytes())
            });
            Origin::of(zip.end())
        })
        .collect();
    let all: Vec<_> =
        origins.iter().map(|o| sandbox.dl(["fetch", "--extract", "out", &o.url("/a.zip")]).spawn()).collect();
    for running in all {
        running.wait().ok();
    }
    assert_eq!(below(&sandbox, "out/").len(), 6 * 40 + 2);
    let last = String::from_utf8(sandbox.read("out/common")).unwrap();
    assert!(last.parse::<usize>().unwrap() < 6, "{last}");
}
