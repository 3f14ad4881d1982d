//! `dl fetch URL`: the path, the second call, the JSON, several URLs, what a failure leaves.

use crate::support::origin::{Gate, Origin};
use crate::support::reply::{File, MODIFIED, Reply};
use crate::support::sandbox::{Sandbox, both, bytes, sha256};
use std::os::unix::fs::PermissionsExt as _;

#[test]
fn the_path_of_the_cached_file_is_printed() {
    both(|sandbox| {
        let body = bytes(200_000);
        let origin = Origin::of(body.clone());
        let path = sandbox.dl(["fetch", &origin.url("/data/trips.csv")]).run().ok().path();
        assert!(path.is_absolute() && path.starts_with(sandbox.cache()));
        assert_eq!(path.file_name().unwrap(), "trips.csv");
        assert_eq!(std::fs::read(&path).unwrap(), body);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o444);
    });
}

#[test]
fn the_second_call_asks_nothing() {
    both(|sandbox| {
        let origin = Origin::of("once");
        let url = origin.url("/a.txt");
        let first = sandbox.dl(["fetch", &url]).run().ok().path();
        let second = sandbox.dl(["fetch", &url]).run();
        assert_eq!(second.ok().path(), first);
        assert_eq!(origin.count(), 1);
        // Neither the backend nor how the command is spelled makes it another thing.
        assert_eq!(sandbox.dl([url.as_str()]).env("DL_BACKEND", "curl").run().ok().path(), first);
        assert_eq!(sandbox.dl(["get", &url, "--compressed"]).run().ok().path(), first);
        assert_eq!(origin.count(), 1);
    });
}

#[test]
fn the_json_tells_everything() {
    both(|sandbox| {
        let body = bytes(1000);
        let file = File::new(body.clone())
            .etag("\"v1\"")
            .field("Content-Type", "text/tab-separated-values")
            .field("X-Twice", "1")
            .field("X-Twice", "2");
        let origin = Origin::serving(file);
        let url = origin.url("/x.tsv");
        let run = sandbox.dl(["fetch", "--json", &url]).run();
        run.ok().has("schema", 1).has("url", url.as_str()).has("resolved_url", url.as_str());
        run.has("source", "network").has("backend", sandbox.backend()).has("method", "GET").has("http_code", 200);
        run.has("http_version", "1.1").has("size", 1000).has("length_verified", true).has("sha256", sha256(&body));
        run.has("etag", "\"v1\"").has("last_modified", MODIFIED).has("content_type", "text/tab-separated-values");
        run.has("filename", "x.tsv").has("ext", "tsv").has("attempts", 1).has("connections", 1);
        run.has("headers.x-twice.1", "2").has("output", ()).has("item.status", "READY").has("item.version", 1);
        run.has("item.download.http_code", 200).has("item.uri", url.as_str()).has("item.sha256", sha256(&body));
        let json = run.json();
        assert_eq!(json["file"], json["path"]);
        assert_eq!(json["item"]["version_id"], format!("{}-1", json["item"]["key"].as_str().unwrap()));
        for name in ["started_at", "finished_at"] {
            assert!(json[name].as_str().unwrap().ends_with('Z'), "{name} is UTC");
        }
        assert!(json["elapsed_ms"].is_number());

        let hit = sandbox.dl(["fetch", "--json", &url]).run();
        hit.ok().has("source", "hit").has("sha256", sha256(&body)).has("http_code", 200).has("etag", "\"v1\"");
        assert_eq!(hit.field("path"), json["path"]);
        assert_eq!(hit.field("item.id"), json["item"]["id"]);
        assert_eq!(origin.count(), 1);
    });
}

#[test]
fn each_fetch_tells_one_line_and_quiet_tells_none() {
    let sandbox = Sandbox::new();
    let origin = Origin::of(bytes(2048));
    let url = origin.url("/a.bin");
    let first = sandbox.dl(["fetch", &url]).run();
    assert!(first.ok().stderr.starts_with("fetched  a.bin  "), "{}", first.tell());
    assert_eq!(first.stderr.lines().count(), 1, "{}", first.tell());
    let second = sandbox.dl(["fetch", &url]).run();
    assert!(second.ok().stderr.starts_with("cached  a.bin  "), "{}", second.tell());
    second.says("--refresh to ask");
    assert_eq!(sandbox.dl(["fetch", "-q", &url]).run().ok().stderr, "");
    assert_eq!(sandbox.dl(["fetch", "-s", &url]).run().ok().stderr, "");
}

#[test]
fn results_come_in_the_order_given() {
    both(|sandbox| {
        let gate = Gate::default();
        let wait = gate.clone();
        let origin = Origin::new(move |request, conn| {
            if request.path() == "/0" {
                wait.wait();
            } else if request.path() == "/3" {
                wait.open();
            }
            conn.reply(&Reply::ok(request.path()));
        });
        let urls: Vec<String> = (0..4).map(|n| origin.url(&format!("/{n}"))).collect();
        let run = sandbox.dl(["fetch"].into_iter().chain(urls.iter().map(String::as_str))).run();
        let bodies: Vec<String> = run.ok().lines().iter().map(|p| std::fs::read_to_string(p).unwrap()).collect();
        assert_eq!(bodies, ["/0", "/1", "/2", "/3"]);
        run.says("4");
    });
}

#[test]
fn the_exit_code_is_that_of_the_first_failure_in_order() {
    both(|sandbox| {
        let origin = Origin::new(|request, conn| match request.path() {
            "/cut" => {
                conn.begin(&Reply::ok(bytes(100)), 50);
                conn.cut();
            }
            "/404" => conn.reply(&Reply::new(404)),
            path => conn.reply(&Reply::ok(path)),
        });
        let url = |path: &str| origin.url(path);
        let run = sandbox.dl(["fetch", "--retry", "0", "--json", &url("/ok"), &url("/cut"), &url("/404")]).run();
        let lines = run.fails(8).json_lines();
        assert_eq!(lines[0]["source"], "network");
        assert_eq!((&lines[1]["error"]["exit_code"], &lines[2]["error"]["exit_code"]), (&8.into(), &7.into()));
        assert_eq!(lines[2]["http_code"], 404);
        sandbox.dl(["fetch", "--retry", "0", &url("/404"), &url("/cut"), &url("/ok2")]).run().fails(7);
        let run = sandbox.dl(["fetch", "--retry", "0", &url("/404"), &url("/ok3")]).run();
        assert_eq!(run.fails(7).lines().len(), 1, "what went well is printed");
    });
}

#[test]
fn one_content_is_stored_once() {
    let sandbox = Sandbox::new();
    let origin = Origin::of("the same");
    sandbox.dl(["fetch", &origin.url("/a"), &origin.url("/b")]).run().ok();
    let blobs: Vec<_> =
        sandbox.cache_tree().into_iter().filter(|n| n.starts_with("blobs/") && !n.ends_with('/')).collect();
    assert_eq!(blobs.len(), 1, "{blobs:?}");
    assert_eq!(sandbox.items().len(), 2);
}

#[test]
fn without_a_cache_the_body_goes_to_stdout_and_nothing_is_kept() {
    both(|sandbox| {
        let body = bytes(100_000);
        let origin = Origin::of(body.clone());
        let url = origin.url("/a.bin");
        assert_eq!(sandbox.dl(["fetch", "--no-cache", &url]).run().ok().stdout, body);
        let run = sandbox.dl(["fetch", "--no-cache", "--json", "-o", "out.bin", &url]).run();
        run.ok().has("item", ()).has("path", ());
        assert_eq!(sandbox.path("").join(run.field("output").as_str().unwrap()), sandbox.path("out.bin"));
        assert_eq!(sandbox.read("out.bin"), body);
        let kept: Vec<_> = sandbox.cache_tree().into_iter().filter(|n| !n.ends_with('/')).collect();
        assert!(kept.is_empty(), "{kept:?}");
    });
}

#[test]
fn a_failure_leaves_one_failed_version_whose_number_is_taken_over() {
    both(|sandbox| {
        let origin = Origin::new(|request, conn| match request.number {
            0 | 1 => conn.reply(&Reply::new(404).body("gone").field("X-Why", "none")),
            _ => conn.reply(&Reply::ok("back")),
        });
        let url = origin.url("/a");
        sandbox.dl(["fetch", "--json", &url]).run().fails(7).has("http_code", 404).has("headers.x-why.0", "none");
        sandbox.dl(["fetch", &url]).run().fails(7).says("404").says("/a");
        let items = sandbox.items();
        assert_eq!(items.len(), 1, "{items:?}");
        assert_eq!((&items[0]["status"], &items[0]["version"]), (&"FAILED".into(), &1.into()));
        assert_eq!(items[0]["download"]["http_code"], 404);
        assert!(items[0]["error"].to_string().contains("404"), "{}", items[0]);
        sandbox.dl(["fetch", "--json", &url]).run().ok().has("item.version", 1).has("item.status", "READY");
        assert_eq!(sandbox.items().len(), 1);
    });
}

#[test]
fn a_failed_renewal_leaves_the_older_version() {
    both(|sandbox| {
        let origin = Origin::new(|request, conn| match request.number {
            0 => conn.reply(&Reply::ok("old")),
            _ => conn.reply(&Reply::new(500)),
        });
        let url = origin.url("/a");
        let path = sandbox.dl(["fetch", &url]).run().ok().path();
        sandbox.dl(["fetch", "--force", "--retry", "1", &url]).run().fails(7);
        assert_eq!(origin.count(), 3);
        assert_eq!(sandbox.dl(["fetch", &url]).run().ok().path(), path);
        assert_eq!(std::fs::read(path).unwrap(), b"old");
        assert_eq!(origin.count(), 3);
    });
}

#[test]
fn dry_run_asks_and_writes_nothing() {
    let sandbox = Sandbox::new();
    let origin = Origin::of("x").may_be_idle();
    let url = origin.url("/a?token=zzz");
    let run = sandbox.dl(["fetch", "--dry-run", "--json", "-o", "out", &url]).run();
    run.ok().has("would", "download");
    assert_eq!(run.field("key").as_str().unwrap().len(), 64);
    assert!(!run.out().contains("zzz"));
    assert_eq!(origin.count(), 0);
    assert!(!sandbox.path("out").exists());
    let kept: Vec<_> =
        sandbox.cache_tree().into_iter().filter(|n| n.starts_with("blobs/") || n.starts_with("items/")).collect();
    assert!(kept.iter().all(|n| n.ends_with('/')), "{kept:?}");
    sandbox.dl(["fetch", &url]).run().ok();
    sandbox.dl(["fetch", "--dry-run", "--json", &url]).run().ok().has("would", "hit");
    sandbox.dl(["fetch", "--dry-run", "--json", "--refresh", &url]).run().ok().has("would", "check");
    assert_eq!(origin.count(), 1);
}

#[test]
fn explain_tells_each_decision() {
    let sandbox = Sandbox::new();
    let origin = Origin::of("x");
    let url = origin.url("/a");
    let run = sandbox.dl(["fetch", "--explain", &url]).run();
    assert!(run.ok().stderr.lines().count() > 1, "{}", run.tell());
    let run = sandbox.dl(["fetch", "--explain", "--max-age", "1h", &url]).run();
    run.ok().says("max-age");
    assert_eq!(run.lines().len(), 1, "stdout carries results only");
}

#[test]
fn exit_code_tells_whether_something_changed() {
    let sandbox = Sandbox::new();
    let origin = Origin::of("x");
    let url = origin.url("/a");
    sandbox.dl(["fetch", "--exit-code", &url]).run().ok();
    sandbox.dl(["fetch", "--exit-code", &url]).run().fails(11);
    sandbox.dl(["fetch", "--exit-code", "--refresh", &url]).run().fails(11);
    sandbox.dl(["fetch", "--exit-code", "-o", "out", &url]).run().ok();
    sandbox.dl(["fetch", "--exit-code", "-o", "out", &url]).run().fails(11);
    sandbox.dl(["fetch", "--exit-code", &url, &origin.url("/b")]).run().ok();
}

#[test]
fn an_empty_file_and_a_large_one_arrive_whole() {
    both(|sandbox| {
        let large = bytes(20_000_000);
        let body = large.clone();
        let origin = Origin::new(move |request, conn| match request.path() {
            "/empty" => conn.reply(&Reply::ok("")),
            _ => conn.file(request, &File::new(body.clone())),
        });
        sandbox.dl(["fetch", "--json", &origin.url("/empty")]).run().ok().has("size", 0);
        let path = sandbox.dl(["fetch", &origin.url("/large.bin")]).run().ok().path();
        assert_eq!(sha256(&std::fs::read(path).unwrap()), sha256(&large));
    });
}

#[test]
fn a_restored_cache_works_at_another_place() {
    let sandbox = Sandbox::new();
    let origin = Origin::of("kept");
    let url = origin.url("/a.txt");
    let path = sandbox.dl(["fetch", &url]).run().ok().path();
    // A tar in a CI cache keeps neither inodes nor hard links for certain, and lands elsewhere.
    let elsewhere = sandbox.path("restored");
    let copied = std::process::Command::new("cp")
        .args(["-r", "--no-preserve=links"])
        .arg(sandbox.cache())
        .arg(&elsewhere)
        .status();
    assert!(copied.unwrap().success());
    std::fs::set_permissions(&elsewhere, std::fs::Permissions::from_mode(0o700)).unwrap();
    std::fs::remove_dir_all(sandbox.cache()).unwrap();
    let run = sandbox.dl(["fetch", "--cache-dir", elsewhere.to_str().unwrap(), &url]).run();
    let found = run.ok().path();
    assert_eq!(found, elsewhere.join(path.strip_prefix(sandbox.cache()).unwrap()));
    std::fs::remove_file(&found).unwrap();
    let run = sandbox.dl(["fetch", "--cache-dir", elsewhere.to_str().unwrap(), &url]).run();
    assert_eq!(std::fs::read(run.ok().path()).unwrap(), b"kept", "a missing name is linked anew");
    assert_eq!(origin.count(), 1);
}

#[test]
fn a_damaged_cached_file_is_fetched_anew() {
    both(|sandbox| {
        let origin = Origin::of("right bytes");
        let url = origin.url("/a.txt");
        let path = sandbox.dl(["fetch", &url]).run().ok().path();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        std::fs::write(&path, "wrong bytes").unwrap();
        let run = sandbox.dl(["fetch", "--offline", &url]).run();
        run.fails(8);
        let run = sandbox.dl(["fetch", &url]).run();
        assert_eq!(std::fs::read(run.ok().path()).unwrap(), b"right bytes");
        assert_eq!(origin.count(), 2);
    });
}

#[test]
fn a_damaged_cached_file_is_8_while_offline() {
    both(|sandbox| {
        let origin = Origin::of("content");
        let url = origin.url("/a");
        let path = sandbox.dl(["fetch", &url]).run().ok().path();
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        std::fs::write(&path, "CONTENT").unwrap();
        let run = sandbox.dl(["fetch", "--offline", "-o", "out", &url]).run();
        assert!(run.fails(8).stdout.is_empty(), "{}", run.tell());
        assert!(!sandbox.path("out").exists());
        assert_eq!(origin.count(), 1);
        sandbox.dl(["fetch", "--json", &url]).run().ok().has("source", "network");
    });
}
