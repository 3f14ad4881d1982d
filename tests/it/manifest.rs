//! `dl manifest`: what is stored, what is refused, and what a folder looks like afterwards.

use crate::support::origin::Origin;
use crate::support::sandbox::{Sandbox, sha256, tree};
use crate::support::transcript::Transcript;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt as _;

fn hash(run: &Transcript) -> String {
    run.ok().out().trim_end().to_owned()
}

fn put_text(sandbox: &Sandbox, text: &str) -> Transcript {
    sandbox.dl(["manifest", "put", "--json", "-"]).stdin(text).run()
}

fn blob(sandbox: &Sandbox, content: impl Into<Vec<u8>>) -> String {
    hash(&sandbox.dl(["blob", "put", "-"]).stdin(content).run())
}

/// What stands in a folder, with the bytes and whether a file may be executed.
fn content(sandbox: &Sandbox, folder: &str) -> Vec<(String, Vec<u8>, bool)> {
    let root = sandbox.path(folder);
    let files = tree(&root).into_iter().filter(|name| !name.ends_with('/'));
    files
        .map(|name| {
            let path = root.join(&name);
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            (name, std::fs::read(path).unwrap(), mode & 0o111 != 0)
        })
        .collect()
}

#[test]
fn a_manifest_is_canonical_and_its_hash_that_of_its_bytes() {
    let sandbox = Sandbox::new();
    sandbox.write("a.csv", "1,2\n");
    sandbox.write("more.json", "[1.50, {\"z\": null, \"a\": true}]");
    let arguments = ["manifest", "put", "--class", "Dataset", "--file", "table=a.csv", "--set", "title=Trips = all"];
    let more = ["--set-json", "rows=2", "--set-json", "more=@more.json", "--set", "€=", "--set", "\u{e9}=b"];
    let first = hash(&sandbox.dl([&arguments[..], &more[..]].concat()).run());
    let expected = format!(
        "{{\"class\":\"Dataset\",\"value\":{{\"more\":[1.5,{{\"a\":true,\"z\":null}}],\"rows\":2,\
         \"table\":{{\"$ref\":\"sha256:{}\"}},\"title\":\"Trips = all\",\"\u{e9}\":\"b\",\"€\":\"\"}}}}",
        sha256(b"1,2\n")
    );
    assert_eq!(first, format!("sha256:{}", sha256(expected.as_bytes())));
    assert_eq!(sandbox.dl(["manifest", "show", &first]).run().ok().out(), expected);
    assert_eq!(sandbox.dl(["blob", "cat", &first]).run().ok().out(), expected);
    // Whatever the order and the way, the same content has the same hash.
    let reversed = [&arguments[..4], &more[4..], &more[..4], &arguments[4..]].concat();
    assert_eq!(hash(&sandbox.dl(reversed).run()), first);
    let spaced = serde_json::to_string_pretty(&serde_json::from_str::<Value>(&expected).unwrap()).unwrap();
    let run = put_text(&sandbox, &spaced);
    run.ok().has("hash", first.as_str()).has("existed", true).has("size", expected.len());
    let file = sandbox.write("whole.json", spaced);
    assert_eq!(hash(&sandbox.dl(["manifest", "put"]).arg(file).run()), first);
    let run = sandbox.dl(["manifest", "show", "--json", &first[7..15]]).run();
    run.ok().has("class", "Dataset").has("value.rows", 2).has("hash", first.as_str());
}

#[test]
fn what_cannot_be_put_is_usage() {
    let sandbox = Sandbox::new();
    sandbox.write("a", "a");
    for arguments in [
        "manifest put",
        "manifest put --class",
        "manifest put --class=",
        "manifest put --set a=b",
        "manifest put --class A --set a",
        "manifest put --class A --set a=1 --set a=2",
        "manifest put --class A --set a=1 --file a=a",
        "manifest put --class A --set-json a={",
        "manifest put --class A --set-json a=NaN",
        "manifest put --class A --set-json a={\"b\":1,\"b\":2}",
        "manifest put --class A --set-json a=9007199254740993",
        "manifest put --class A --file a=nothing",
        "manifest put --class A --dir nothing",
        "manifest put --class A --dir a",
        "manifest put --class A --file value.json=a",
        "manifest put nothing.json",
        "manifest put a --class A",
        "manifest put a",
    ] {
        sandbox.run(arguments).fails(2);
    }
    sandbox.run("manifest put --class A --ref a=0123456789").fails(3);
    sandbox.run(&format!("manifest put --class A --ref a={}", "0".repeat(64))).fails(3);
    sandbox.run("manifest put --class A --item a=demo://nothing").fails(3);
    assert!(sandbox.run("cache clean").ok().lines().is_empty());
    assert!(sandbox.run("blob ls").ok().lines().is_empty());
}

#[test]
fn what_leaves_doubt_is_refused_on_put_and_on_read() {
    let sandbox = Sandbox::new();
    let nested =
        |depth: usize| format!(r#"{{"class":"A","value":{{"a":{}{}}}}}"#, "[".repeat(depth), "]".repeat(depth));
    for text in [
        r#"{"class":"A","class":"A","value":{}}"#,
        r#"{"class":"A","value":{"x":{"a":1,"a":2}}}"#,
        r#"{"class":"A","value":{"a":NaN}}"#,
        r#"{"class":"A","value":{"a":-Infinity}}"#,
        r#"{"class":"A","value":{"a":1e999}}"#,
        r#"{"class":"A","value":{"a":"\ud800"}}"#,
        &nested(127),
        &format!(r#"{{"class":"A","value":{{"a":"{}"}}}}"#, "x".repeat(16 << 20)),
    ] {
        put_text(&sandbox, text).fails(2).error("usage", "bad_manifest");
        let stored = blob(&sandbox, text);
        for command in ["show", "tree", "verify"] {
            let run = sandbox.dl(["manifest", command, "--json", &stored]).run();
            run.fails(8).error("integrity", "unsound_manifest");
        }
        sandbox.dl(["manifest", "checkout", &stored, "out"]).run().fails(8);
    }
    assert!(!sandbox.path("out").exists());
    let deepest = put_text(&sandbox, &nested(126));
    sandbox.dl(["manifest", "show", deepest.ok().field("hash").as_str().unwrap()]).run().ok();
    // As large as may be.
    let frame = r#"{"class":"A","value":{"a":""}}"#;
    let full = frame.replace(r#""""#, &format!("\"{}\"", "x".repeat((16 << 20) - frame.len())));
    put_text(&sandbox, &full).ok().has("size", 16 << 20);
}

#[test]
fn three_failures_are_told_apart() {
    let sandbox = Sandbox::new();
    let show =
        |hash: &str, more: &[&str]| sandbox.dl(["manifest", "show", "--json", hash].iter().chain(more).copied()).run();
    show(&"0".repeat(64), &[]).fails(3).error("not_found", "not_found");
    for text in ["hello", r#"{"asdf": 123}"#, "{", "[1]", "", r#"{"class": "A"}"#, r#"{"class": "A", "value": 1}"#] {
        show(&blob(&sandbox, text), &[]).fails(3).error("not_found", "not_a_manifest");
    }
    // One that was put as any blob, in its own spelling, is a manifest all the same.
    let stored = blob(&sandbox, r#"{"class": "DFDF", "value": {}}"#);
    let known = ["--class", "CSVDataset", "--class", "TSVDataset"];
    let run = show(&stored, &known);
    run.fails(3).error("not_found", "unknown_class");
    run.says("DFDF").says("CSVDataset, TSVDataset");
    show(&stored, &["--class", "CSVDataset", "--class", "DFDF"]).ok().has("class", "DFDF");
    assert_eq!(sandbox.dl(["manifest", "show", &stored]).run().ok().out(), r#"{"class": "DFDF", "value": {}}"#);
    sandbox.write("CSVDataset.json", "{}");
    let config = sandbox.write("dl.toml", "[manifest.schemas]\nCSVDataset = \"CSVDataset.json\"\n");
    let run = show(&stored, &["--config", config.to_str().unwrap()]);
    run.fails(3).error("not_found", "unknown_class");
    run.says("CSVDataset");
    show(&stored, &["--config", config.to_str().unwrap(), "--class", "DFDF"]).ok();
}

#[test]
fn values_fit_the_schema_of_their_class() {
    let sandbox = Sandbox::new();
    let schema = json!({
        "type": "object",
        "properties": {
            "rows": {"type": "integer", "minimum": 0},
            "columns": {"type": "array", "items": {"$ref": "#/$defs/name"}},
        },
        "required": ["rows"],
        "additionalProperties": false,
        "$defs": {"name": {"type": "string", "pattern": "^[a-z]+$"}},
    });
    sandbox.config("[manifest.schemas]\nDataset = \"schemas/dataset.json\"\n");
    let path = sandbox.home().join(".config/dl/schemas/dataset.json");
    let put = |arguments: &str| sandbox.run(&format!("manifest put --json --class {arguments}"));
    put("Dataset --set-json rows=1").fails(2).says("schemas/dataset.json");
    sandbox.run("config check").fails(2).says("schemas/dataset.json");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, "{\"type\": 12}").unwrap();
    put("Dataset --set-json rows=1").fails(2);
    std::fs::write(&path, schema.to_string()).unwrap();
    sandbox.run("config check").ok();
    let shown = sandbox.run("config show --json").ok().json();
    assert_eq!(shown["settings"]["manifest.schemas.Dataset"]["value"], path.to_str().unwrap());
    put("Dataset --set-json rows=1").ok();
    for (arguments, place) in [
        ("Dataset --set rows=1", "`/rows`"),
        ("Dataset --set-json rows=-1", "`/rows`"),
        ("Dataset --set-json rows=1 --set-json columns=[\"a\",\"B\"]", "`/columns/1`"),
        ("Dataset", "`/`"),
        ("Dataset --set-json rows=1 --set more=1", "`/`"),
    ] {
        let run = put(arguments);
        run.fails(2).error("usage", "schema");
        run.says(place);
    }
    let whole = r#"{"class":"Dataset","value":{"rows":"1"}}"#;
    put_text(&sandbox, whole).fails(2).error("usage", "schema");
    put("Other --set any=thing").ok();
    // A schema asks nobody.
    let remote = Origin::of("{}").may_be_idle();
    std::fs::write(&path, json!({"$ref": remote.url("/schema.json")}).to_string()).unwrap();
    put("Dataset --set-json rows=1").fails(2);
    assert_eq!(remote.count(), 0);
    for wrong in ["[manifest]\nschemas = 1\n", "[manifest]\nshemas = {}\n", "manifest = 1\n"] {
        sandbox.config(wrong);
        sandbox.run("config check").fails(2);
    }
}

#[test]
fn a_folder_comes_back_as_it_was() {
    let sandbox = Sandbox::new();
    sandbox.write("data/trips.csv", "1,2\n");
    sandbox.write("data/raw/deep/er.bin", [0, 255, 10]);
    sandbox.write("data/empty", "");
    sandbox.write("data/bin/run.sh", "#!/bin/sh\n");
    sandbox.write("data/looks.json", r#"{"class":"A","value":{}}"#);
    sandbox.write("data/ünï côde", "x");
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(sandbox.path("data/bin/run.sh"), executable).unwrap();
    std::os::unix::fs::symlink("trips.csv", sandbox.path("data/link.csv")).unwrap();
    let stored = hash(&sandbox.run("manifest put --class Dataset --dir data"));
    let run = sandbox.dl(["manifest", "checkout", &stored, "out"]).run();
    assert_eq!(run.ok().path().to_str(), Some("out"));
    let mut found = content(&sandbox, "out");
    found.retain(|(name, ..)| name != "value.json");
    assert_eq!(found, content(&sandbox, "data"));
    let value: Value = serde_json::from_slice(&sandbox.read("out/value.json")).unwrap();
    let shown = sandbox.dl(["manifest", "show", "--json", &stored]).run().ok().field("value");
    assert_eq!(value, shown);
    assert_eq!(value["raw/deep/er.bin"]["$ref"], format!("sha256:{}", sha256(&[0, 255, 10])));
    // Copies are their user's: an edit changes nothing that is stored.
    sandbox.write("out/trips.csv", "changed");
    sandbox.dl(["manifest", "verify", &stored]).run().ok();
    let run = sandbox.dl(["manifest", "checkout", "--json", &stored, "again"]).umask("077").run();
    run.ok().has("files", 8).has("kept", 0);
    let mode = |name: &str| std::fs::metadata(sandbox.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("again/bin/run.sh"), mode("again/trips.csv")), (0o700, 0o600));
    std::fs::remove_file(sandbox.path("data/link.csv")).unwrap();
    std::os::unix::fs::symlink("raw", sandbox.path("data/link")).unwrap();
    sandbox.run("manifest put --class Dataset --dir data").fails(2).says("link");
}

#[test]
fn downloads_are_published_with_where_they_came_from() {
    let sandbox = Sandbox::new();
    let origin = Origin::of("zone,name\n");
    let url = origin.url("/zones.csv?token=hush");
    sandbox.dl(["fetch", "--checksum", &format!("sha256:{}", sha256(b"zone,name\n")), &url]).run().ok();
    let item = format!("areas/zones.csv={url}");
    let stored = hash(&sandbox.dl(["manifest", "put", "--class", "Dataset", "--item", &item]).run());
    let value = sandbox.dl(["manifest", "show", "--json", &stored]).run().ok().field("value");
    let entry = &value["areas/zones.csv"];
    assert_eq!(entry["$ref"], format!("sha256:{}", sha256(b"zone,name\n")));
    assert_eq!((&entry["size"], &entry["filename"]), (&json!(10), &json!("zones.csv")));
    assert_eq!(entry["digests"]["sha256"], sha256(b"zone,name\n"));
    let uri = entry["uri"].as_str().unwrap();
    assert!(uri.starts_with(&origin.url("/zones.csv")) && !uri.contains("hush"), "{uri}");
    // The item goes, the dataset stays.
    sandbox.dl(["cache", "rm", "--purge", &url]).run().ok();
    sandbox.run("cache clean --all --max-age 0").ok();
    sandbox.dl(["manifest", "checkout", &stored, "out"]).run().ok();
    assert_eq!(sandbox.read("out/areas/zones.csv"), b"zone,name\n");
}

#[test]
fn names_that_would_lead_out_write_nothing() {
    let sandbox = Sandbox::new();
    let file = blob(&sandbox, "x");
    for name in
        ["../evil", "/evil", "a/../../evil", "a/..", "..", ".", "a//b", "./a", "a/", "C:/x", "a\\b", "a\u{1}b", ""]
    {
        let text = json!({"class": "A", "value": {"fine": {"$ref": file}, name: {"$ref": file}}}).to_string();
        let stored = put_text(&sandbox, &text).ok().field("hash").as_str().unwrap().to_owned();
        let run = sandbox.dl(["manifest", "checkout", "--json", &stored, "out"]).run();
        run.fails(8).error("integrity", "unsafe_name");
        assert!(sandbox.work_tree().is_empty(), "{name}: {:?}", sandbox.work_tree());
    }
    let long = "x".repeat(256);
    for value in [
        json!({"a": {"$ref": file}, "a/b": {"$ref": file}}),
        json!({"a": {"b": {"$ref": file}}, "a/b": {"$ref": file}}),
        json!({"value.json": {"$ref": file}}),
        json!({"value.json/a": {"$ref": file}}),
        json!({"deep": {"..": {"..": {"evil": {"$ref": file}}}}}),
        json!({long: {"$ref": file}}),
    ] {
        let text = json!({"class": "A", "value": value}).to_string();
        let stored = put_text(&sandbox, &text).ok().field("hash").as_str().unwrap().to_owned();
        sandbox.dl(["manifest", "checkout", &stored, "out"]).run().fails(8);
        assert!(sandbox.work_tree().is_empty(), "{:?}", sandbox.work_tree());
    }
    // A link in the way is not followed.
    let text = json!({"class": "A", "value": {"sub/x": {"$ref": file}}}).to_string();
    let stored = put_text(&sandbox, &text).ok().field("hash").as_str().unwrap().to_owned();
    std::fs::create_dir_all(sandbox.path("elsewhere")).unwrap();
    std::fs::create_dir_all(sandbox.path("out")).unwrap();
    std::os::unix::fs::symlink("../elsewhere", sandbox.path("out/sub")).unwrap();
    sandbox.dl(["manifest", "checkout", &stored, "out"]).run().fails(9);
    assert!(tree(&sandbox.path("elsewhere")).is_empty());
    let inside = sandbox.cache().join("out");
    sandbox.dl(["manifest", "checkout", &stored]).arg(inside).run().fails(2);
}

#[test]
fn a_checkout_appears_whole_or_not_at_all() {
    let sandbox = Sandbox::new();
    sandbox.unchecked();
    sandbox.write("data/a", "new a");
    sandbox.write("data/b", "new b");
    sandbox.write("data/sub/c", "new c");
    let stored = hash(&sandbox.run("manifest put --class A --dir data"));
    sandbox.write("out/a", "old a");
    sandbox.write("out/mine", "mine");
    let before = content(&sandbox, "out");
    let checkout = |more: &str| sandbox.dl(["manifest", "checkout", &stored, "out"]).args(more).run();
    checkout("--if-exists error").fails(9).says("out/a");
    assert_eq!(content(&sandbox, "out"), before);
    checkout("--if-exists keep --json").ok().has("kept", 1);
    assert_eq!((sandbox.read("out/a"), sandbox.read("out/sub/c")), (b"old a".to_vec(), b"new c".to_vec()));
    checkout("").ok();
    assert_eq!((sandbox.read("out/a"), sandbox.read("out/mine")), (b"new a".to_vec(), b"mine".to_vec()));
    sandbox.dl(["manifest", "checkout", &stored]).run().fails(2);
    sandbox.dl(["manifest", "checkout", &stored, "data/a"]).run().fails(9);
    // One content is damaged, another is gone: nothing of it.
    let b = sha256(b"new b");
    let path = sandbox.cache().join("blobs/sha256").join(&b[..2]).join(&b[2..]);
    let time = std::fs::metadata(&path).unwrap().modified().unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    std::fs::write(&path, "bad b").unwrap();
    std::fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    sandbox.dl(["manifest", "checkout", &stored, "fresh"]).run().fails(8).says("`b`");
    sandbox.dl(["manifest", "verify", &stored]).run().fails(8).says("`b` is damaged");
    std::fs::remove_file(&path).unwrap();
    sandbox.dl(["manifest", "checkout", &stored, "fresh"]).run().fails(3).says("`b`");
    let run = sandbox.dl(["manifest", "verify", &stored]).run();
    assert_eq!(run.fails(8).out(), format!("missing\tsha256:{b}\tb\n"));
    assert!(!sandbox.path("fresh").exists());
}

#[test]
fn manifests_refer_to_manifests() {
    let sandbox = Sandbox::new();
    sandbox.write("data/trips.csv", "1,2\n");
    let data = hash(&sandbox.run("manifest put --class Dataset --dir data"));
    let references = [format!("train={data}"), format!("test={}", &data[7..17])];
    let arguments = ["manifest", "put", "--class", "Model", "--ref", &references[0], "--ref", &references[1]];
    let model = hash(&sandbox.dl(arguments).run());
    let run = sandbox.dl(["manifest", "tree", "--json", &model]).run();
    let told: Vec<(String, String, bool)> = run
        .ok()
        .json_lines()
        .iter()
        .map(|l| {
            let text = |name: &str| l[name].as_str().unwrap().to_owned();
            (text("path"), text("type"), l["seen"].as_bool().unwrap())
        })
        .collect();
    let line = |path: &str, kind: &str, seen| (path.to_owned(), kind.to_owned(), seen);
    let expected = [
        line("", "manifest", false),
        line("test", "manifest", false),
        line("test/trips.csv", "blob", false),
        line("train", "manifest", true),
    ];
    assert_eq!(told, expected);
    let run = sandbox.dl(["manifest", "tree", &model]).run();
    assert_eq!(run.ok().lines().len(), 4);
    assert!(run.lines()[0].starts_with("Model  ") && run.lines()[2].starts_with("    trips.csv  sha256:"));
    sandbox.dl(["manifest", "checkout", &model, "out"]).run().ok();
    let names: Vec<String> = content(&sandbox, "out").into_iter().map(|(name, ..)| name).collect();
    let expected = ["test/trips.csv", "test/value.json", "train/trips.csv", "train/value.json", "value.json"];
    assert_eq!(names, expected);
    sandbox.dl(["manifest", "verify", &model, "--json"]).run().ok().has("blobs", 3);
    // What is referred to stays while it is, and goes afterwards.
    sandbox.dl(["blob", "rm", &data]).run().fails(1).says(&model);
    sandbox.dl(["blob", "rm", &model, &data]).run().ok();
    let csv = sha256(b"1,2\n");
    sandbox.dl(["blob", "cat", &csv]).run().ok();
    sandbox.run("cache clean").ok();
    sandbox.dl(["blob", "cat", &csv]).run().fails(3);
}

#[test]
fn a_few_manifests_cannot_fill_a_disk() {
    let sandbox = Sandbox::new();
    let mut below = blob(&sandbox, "x");
    for _ in 0..7 {
        let value: Value =
            (0..10).map(|n| (n.to_string(), json!({"$ref": below}))).collect::<serde_json::Map<_, _>>().into();
        let run = put_text(&sandbox, &json!({"class": "A", "value": value}).to_string());
        below = run.ok().field("hash").as_str().unwrap().to_owned();
    }
    sandbox.dl(["manifest", "verify", &below, "--json"]).run().ok().has("blobs", 8);
    let run = sandbox.dl(["manifest", "checkout", "--json", &below, "out"]).run();
    run.fails(8).error("integrity", "manifest_too_big");
    assert!(sandbox.work_tree().is_empty());
}
