//! `dl cache` by hand: create, put, best, set, ready, fail, touch, rm, restore, and what finds them.

use crate::support::sandbox::{Sandbox, sha256};
use std::path::{Path, PathBuf};

fn put(sandbox: &Sandbox, uri: &str, bytes: &[u8], more: &[&str]) -> PathBuf {
    let file = sandbox.write("file", bytes);
    let arguments = ["cache", "put", file.to_str().unwrap(), "--uri", uri];
    sandbox.dl(arguments.iter().chain(more).copied()).run().ok().path()
}

fn write(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn create_write_ready_best() {
    let sandbox = Sandbox::new();
    let run = sandbox.run("cache create --uri demo://table.csv --key-param year=2026 --attr rows=1200 --label l");
    let path = run.ok().path();
    write(&path, b"a,b\n");
    sandbox.run("cache best --uri demo://table.csv --key-param year=2026").fails(3);
    sandbox.run("cache ready demo://table.csv").ok();
    let run = sandbox.run("cache best --uri demo://table.csv --key-param year=2026 --json");
    run.ok().has("status", "READY").has("size", 4).has("created", false).has("attrs.rows", 1200).has("label", "l");
    run.has("sha256", sha256(b"a,b\n")).has("params.year", 2026);
    assert_eq!(run.field("path").as_str(), path.to_str(), "the path stays the same");
    sandbox.run("cache best --uri demo://table.csv").fails(3);
    sandbox.run("cache ready demo://table.csv").fails(3);
    sandbox.run("cache create --uri demo://x --status READY").fails(2);
    sandbox.run("cache create").fails(2);
    let empty = sandbox.run("cache create --uri demo://empty --json");
    empty.ok().has("status", "WRITE");
    sandbox.run("cache ready demo://empty").fails(3);
    sandbox.run("cache fail demo://empty").ok();
    sandbox.run("cache show demo://empty --json").ok().has("status", "FAILED");
}

#[test]
fn what_is_put_answers_a_fetch() {
    let sandbox = Sandbox::new();
    let path = put(&sandbox, "https://example.org/a.csv", b"1,2\n", &["--ext", "csv"]);
    assert_eq!(path.file_name().unwrap(), "a.csv");
    assert_eq!(sandbox.fetch("https://example.org/a.csv --offline").ok().path(), path);
    let second = put(&sandbox, "https://example.org/a.csv", b"3\n", &["--move"]);
    assert!(!sandbox.path("file").exists() && second != path);
    sandbox.run("cache put nowhere --uri demo://x").fails(2);
    let run = sandbox.run("cache put - --uri demo://stdin --json");
    run.ok().has("size", 0);
}

#[test]
fn twenty_four_processes_make_one_version() {
    let sandbox = Sandbox::new();
    let runs: Vec<_> = (0..24)
        .map(|_| {
            let words = "cache best --uri demo://one --status READY --status WRITE --or-new --json";
            sandbox.dl(words.split(' ')).spawn()
        })
        .collect();
    let mut created = 0;
    for run in runs {
        let run = run.wait();
        run.ok().has("version", 1);
        created += u32::from(run.field("created") == true);
    }
    assert_eq!(created, 1);
}

#[test]
fn items_or_a_filter_never_both_never_neither() {
    let sandbox = Sandbox::new();
    put(&sandbox, "demo://a", b"a", &["--label", "x"]);
    for verb in ["rm", "ready", "fail"] {
        sandbox.run(&format!("cache {verb}")).fails(2);
        sandbox.run(&format!("cache {verb} demo://a --label x")).fails(2);
        sandbox.run(&format!("cache {verb} --all")).fails(2);
    }
    sandbox.run("cache set demo://a").fails(2);
    sandbox.run("cache rm demo://nothing").fails(3);
    sandbox.run("cache rm demo://a demo://nothing").fails(3);
    sandbox.run("cache show demo://a --json").ok().has("status", "READY");
    let run = sandbox.dl(["cache", "set", "--where", "label = x", "--label", "y", "--json"]).run();
    run.ok().has("label", "y").says("1 item");
    let run = sandbox.dl(["cache", "rm", "--label", "y"]).run();
    run.ok().says("still on disk");
    sandbox.run("cache restore demo://a").ok();
    sandbox.run("cache restore demo://a").fails(3);
    sandbox.run("cache rm --keep-record demo://a --json").ok().has("status", "DELETED");
    sandbox.run("cache rm --purge --status DELETED").ok();
    assert!(sandbox.run("cache ls --all").ok().lines().is_empty());
}

#[test]
fn counters_are_added_by_those_that_say_so() {
    let sandbox = Sandbox::new();
    put(&sandbox, "demo://a", b"a", &[]);
    let counters = || {
        let run = sandbox.run("cache show demo://a --json");
        run.ok();
        (run.field("read_count").as_u64().unwrap(), run.field("search_count").as_u64().unwrap())
    };
    assert_eq!(counters(), (0, 0));
    sandbox.run("cache ls").ok();
    sandbox.run("cache best --uri demo://a").ok();
    sandbox.run("cache ls --no-touch").ok();
    sandbox.run("cache ls --count").ok();
    sandbox.run("cache path demo://a").ok();
    assert_eq!(counters(), (0, 2));
    sandbox.run("cache touch demo://a").ok();
    assert_eq!(counters(), (1, 2));
}

#[test]
fn attributes_keep_their_types() {
    let sandbox = Sandbox::new();
    let typed =
        ["--attr", "rows=1200", "--attr", "score=0.95", "--attr", "seen=date:2026-01-31", "--attr", "species=human"];
    let json = ["--attr", "tags=json:[\"a\",\"b\"]", "--attr", "code=str:007", "--attr", "g.n=1"];
    put(&sandbox, "demo://a", b"a", &[&typed[..], &json[..]].concat());
    put(&sandbox, "demo://b", b"b", &["--attr", "rows=9", "--attr", "code=7"]);
    let run = sandbox.run("cache show demo://a --json");
    run.ok().has("attrs.rows", 1200).has("attr_types.rows", "int").has("attr_types.score", "float");
    run.has("attrs.seen", "2026-01-31T00:00:00Z").has("attr_types.seen", "datetime").has("attrs.code", "007");
    run.has("attr_types.tags", "text").has("attrs.g.n", 1);
    let found = |conditions: &[&str]| {
        let mut arguments = vec!["cache", "ls", "--count"];
        for condition in conditions {
            arguments.extend(if *condition == "any" { vec!["--any"] } else { vec!["--where", condition] });
        }
        sandbox.dl(arguments).run().ok().out().trim().parse::<u32>().unwrap()
    };
    for (condition, expected) in [
        ("rows > 100", 1),
        ("rows in 9,1200", 2),
        ("score >= 0.95", 1),
        ("seen < date:2026-02-01", 1),
        ("species ~ hu*", 1),
        ("code = 7", 1),
        ("code = str:007", 1),
        ("n = 1", 1),
        ("g.n = 1", 1),
        ("tags = json:[\"a\",\"b\"]", 1),
        ("size = 1", 2),
        ("status = READY", 2),
        ("last_read > 1h", 2),
        ("rows = str:9", 0),
    ] {
        assert_eq!(found(&[condition]), expected, "{condition}");
    }
    assert_eq!(found(&["rows > 100", "rows < 10"]), 0);
    assert_eq!(found(&["rows > 100", "rows < 10", "any"]), 2);
    for bad in ["rows", "size > many", "status = GOOD", "created_at < soon"] {
        sandbox.dl(["cache", "ls", "--where", bad]).run().fails(2);
    }
    sandbox.dl(["cache", "set", "demo://a", "--unset", "g.n", "--attr", "rows=text"]).run().ok();
    sandbox.run("cache show demo://a --json").ok().has("attr_types.rows", "varchar");
    assert_eq!(found(&["n = 1"]), 0);
}

#[test]
fn a_new_name_moves_the_path() {
    let sandbox = Sandbox::new();
    let path = put(&sandbox, "demo://a", b"a", &[]);
    sandbox.run("cache set demo://a --filename b.tsv").ok();
    let moved = sandbox.run("cache path demo://a").ok().path();
    assert!(moved.ends_with("b.tsv") && moved.exists() && !path.exists());
    sandbox.run("cache show demo://a --json").ok().has("ext", "tsv");
    let begun = sandbox.run("cache set demo://a --status WRITE --json");
    begun.ok().has("status", "WRITE");
    write(&moved, b"again");
    sandbox.run("cache set 1 --status READY --json").ok().has("size", 5);
}

#[test]
fn packed_files_are_opened_alike() {
    use std::io::Write as _;
    let sandbox = Sandbox::new();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(b"a,b\n").unwrap();
    put(&sandbox, "demo://t.csv.gz", &gz.finish().unwrap(), &[]);
    put(&sandbox, "demo://plain.txt", b"plain", &[]);
    assert_eq!(sandbox.run("cache cat demo://t.csv.gz").ok().out(), "a,b\n");
    assert_eq!(sandbox.run("cache cat demo://t.csv.gz --raw").ok().stdout[..2], [0x1f, 0x8b]);
    assert_eq!(sandbox.run("cache cat demo://plain.txt").ok().out(), "plain");
    assert_eq!(sandbox.run("cache cat --file file").ok().out(), "plain");
    sandbox.run("cache members demo://t.csv.gz --json").ok().has("name", "t.csv").has("size", 4).has("type", "file");
    let out = sandbox.run("cache extract demo://t.csv.gz out").ok().path();
    assert_eq!((out.to_str(), sandbox.read("out/t.csv")), (Some("out"), b"a,b\n".to_vec()));
    sandbox.run("cache extract demo://plain.txt out").fails(8);
    sandbox.run("cache cat demo://t.csv.gz --member nothing").fails(3);
    sandbox.run("cache cat demo://nothing").fails(3);
    sandbox.run("cache cat --json demo://plain.txt").fails(2);
    sandbox.run("cache show demo://t.csv.gz --json").ok().has("read_count", 3);
}
