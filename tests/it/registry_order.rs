//! `dl cache clean`, `verify`, `stats`, `export`, `import`: order, also while others are at work and are killed.

use crate::support::sandbox::Sandbox;
use std::path::PathBuf;

fn put(sandbox: &Sandbox, uri: &str, bytes: &[u8]) -> PathBuf {
    let file = sandbox.write("file", bytes);
    sandbox.dl(["cache", "put", file.to_str().unwrap(), "--uri", uri]).run().ok().path()
}

#[test]
fn a_dry_run_tells_exactly_what_goes() {
    let sandbox = Sandbox::new();
    for n in 0..3 {
        put(&sandbox, "demo://a", format!("version {n}").as_bytes());
    }
    sandbox.run("cache create --uri demo://live").ok();
    sandbox.run("cache create --uri demo://begun --status UNINITIALIZED").ok();
    let stray = sandbox.cache().join("items/zz");
    std::fs::create_dir_all(&stray).unwrap();
    let dry = sandbox.run("cache clean --dry-run --json");
    let reasons = |lines: &[serde_json::Value]| {
        let mut all: Vec<String> =
            lines.iter().map(|l| format!("{} {}", l["reason"].as_str().unwrap(), l["path"])).collect();
        all.sort();
        all
    };
    let dry = reasons(&dry.ok().json_lines());
    assert_eq!(dry.len(), 4, "{dry:?}");
    let done = sandbox.run("cache clean --json");
    assert_eq!(reasons(&done.ok().json_lines()), dry);
    assert!(sandbox.run("cache clean --dry-run").ok().lines().is_empty());
    assert_eq!(sandbox.run("cache ls --count").ok().out().trim(), "2");
}

#[test]
fn what_was_read_stays_an_hour() {
    let sandbox = Sandbox::new();
    let path = put(&sandbox, "https://example.org/a", b"bytes");
    sandbox.run("cache set 1 --created-at 2020-01-01 --last-read 2020-01-01").ok();
    sandbox.fetch("https://example.org/a --offline").ok();
    sandbox.run("cache clean --max-age 1s --max-size 0").ok();
    assert!(path.exists());
    sandbox.run("cache clean --max-age 0").ok().says("1 item");
    assert!(!path.exists());
}

#[test]
fn damage_is_named_and_repaired() {
    let sandbox = Sandbox::new();
    sandbox.unchecked();
    let path = put(&sandbox, "demo://a", b"bytes");
    let other = put(&sandbox, "demo://b", b"other");
    sandbox.run("cache verify").ok();
    std::fs::remove_file(&other).unwrap();
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, b"wrong").unwrap();
    let run = sandbox.run("cache verify");
    run.fails(8).says("2 of 2");
    assert_eq!(run.out().lines().count(), 2, "{}", run.tell());
    sandbox.run("cache verify --repair").ok();
    sandbox.run("cache verify").ok();
    assert_eq!(std::fs::read(&path).unwrap(), b"bytes");
}

#[test]
fn a_cache_moves_to_another_folder() {
    let sandbox = Sandbox::new();
    for n in 0..5 {
        put(&sandbox, &format!("demo://{}", n % 3), format!("bytes {n}").as_bytes());
    }
    sandbox.dl(["cache", "set", "1", "--attr", "g.rows=7", "--label", "l"]).run().ok();
    sandbox.run("cache export e.tar").ok();
    let there = sandbox.path("there");
    let there = there.to_str().unwrap();
    sandbox.dl(["--cache-dir", there, "cache", "import", "e.tar", "--json"]).run().ok().has("items", 5);
    sandbox.dl(["--cache-dir", there, "cache", "import", "e.tar", "--json"]).run().ok().has("items", 0).has("known", 5);
    sandbox.dl(["--cache-dir", there, "cache", "verify"]).run().ok();
    let strip = |run: &crate::support::transcript::Transcript| -> Vec<serde_json::Value> {
        let mut all = run.json_lines();
        for item in &mut all {
            for field in ["path", "last_search", "search_count"] {
                item.as_object_mut().unwrap().remove(field);
            }
        }
        all
    };
    let here = sandbox.run("cache ls --json --no-touch");
    let other = sandbox.dl(["--cache-dir", there, "cache", "ls", "--json", "--no-touch"]).run();
    assert_eq!(strip(&here), strip(&other));

    let mut broken = sandbox.read("e.tar");
    let middle = broken.len() / 2;
    broken.truncate(middle);
    sandbox.write("broken.tar", broken);
    let fresh = sandbox.path("fresh");
    let fresh = fresh.to_str().unwrap();
    sandbox.dl(["--cache-dir", fresh, "cache", "import", "broken.tar"]).run().fails(8);
    assert_eq!(sandbox.dl(["--cache-dir", fresh, "cache", "ls", "--count"]).run().ok().out().trim(), "0");
    sandbox.write("no.tar", b"this is no export");
    assert!(sandbox.dl(["--cache-dir", fresh, "cache", "import", "no.tar"]).run().code != 0);
    sandbox.run("cache import nowhere.tar").fails(2);
}

#[test]
fn stats_are_numbers_and_a_picture() {
    let sandbox = Sandbox::new();
    put(&sandbox, "https://example.org/a.csv", b"bytes");
    put(&sandbox, "https://example.org/b.csv", b"bytes");
    let run = sandbox.run("cache stats --json");
    run.ok().has("items", 2).has("by_status.READY", 2).has("bytes", 5).has("blobs", 1).has("reclaimable_bytes", 0);
    let run = sandbox.run("cache stats");
    assert!(run.ok().out().contains("example.org") && run.out().contains('█'), "{}", run.tell());
}
