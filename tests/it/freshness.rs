//! Which stored version may be used: ages, checks and their methods, offline, stale, keep, trust.

use crate::support::origin::Origin;
use crate::support::reply::{File, MODIFIED, Reply};
use crate::support::sandbox::{Sandbox, both};
use crate::support::tls::Authority;
use std::sync::{Arc, Mutex};

fn shared(file: File) -> Arc<Mutex<File>> {
    Arc::new(Mutex::new(file))
}

#[test]
fn a_check_sends_both_validators_and_takes_a_304() {
    both(|sandbox| {
        let file = shared(File::new("one").etag("\"v1\""));
        let origin = Origin::changing(&file);
        let url = origin.url("/a");
        let path = sandbox.dl(["fetch", &url]).run().ok().path();
        let run = sandbox.dl(["fetch", "--refresh", "--json", &url]).run();
        run.ok().has("source", "revalidated").has("item.version", 1).has("freshness.verdict", "match");
        assert_eq!(run.field("path").as_str(), path.to_str());
        let asked = origin.last();
        assert_eq!(asked.header("if-none-match"), Some("\"v1\""));
        assert_eq!(asked.header("if-modified-since"), Some(MODIFIED));
        assert!(run.field("item.validated_at").is_string());

        *file.lock().unwrap() = File::new("two").etag("\"v2\"");
        let run = sandbox.dl(["fetch", "--refresh", "--json", &url]).run();
        run.ok().has("source", "network").has("item.version", 2).has("freshness.verdict", "mismatch");
        assert_eq!(std::fs::read(run.field("path").as_str().unwrap()).unwrap(), b"two");
        assert_eq!(origin.count(), 3, "one request a check");
        assert_eq!(std::fs::read(path).unwrap(), b"one", "the older version stays");
        sandbox.dl(["fetch", "--json", &url]).run().ok().has("source", "hit").has("item.version", 2);
    });
}

#[test]
fn without_validators_the_bytes_are_compared() {
    both(|sandbox| {
        let file = shared(File::new("one").etag("").modified(""));
        let origin = Origin::changing(&file);
        let url = origin.url("/a");
        sandbox.dl(["fetch", &url]).run().ok();
        let run = sandbox.dl(["fetch", "--refresh", "--json", &url]).run();
        run.ok().has("item.version", 1).has("freshness.verdict", "match");
        assert!(origin.last().header("if-none-match").is_none());
        *file.lock().unwrap() = File::new("two").etag("").modified("");
        sandbox.dl(["fetch", "--refresh", "--json", &url]).run().ok().has("item.version", 2);
    });
}

#[test]
fn equal_bytes_refresh_the_newest_version_and_only_that() {
    both(|sandbox| {
        let file = shared(File::new("one"));
        let origin = Origin::changing(&file);
        let url = origin.url("/a");
        let fetch = || sandbox.dl(["fetch", "--force", "--json", &url]).run();
        fetch().ok().has("item.version", 1).has("source", "network");
        fetch().ok().has("item.version", 1);
        *file.lock().unwrap() = File::new("two");
        fetch().ok().has("item.version", 2);
        *file.lock().unwrap() = File::new("one");
        fetch().ok().has("item.version", 3);
        assert_eq!(sandbox.items().len(), 3);
    });
}

#[test]
fn max_age_and_its_check() {
    both(|sandbox| {
        let origin = Origin::of("one");
        let url = origin.url("/a");
        sandbox.dl(["fetch", &url]).run().ok();
        sandbox.dl(["fetch", "--max-age", "1h", "--json", &url]).run().ok().has("source", "hit");
        assert_eq!(origin.count(), 1);
        sandbox.dl(["fetch", "--max-age", "0", "--json", &url]).run().ok().has("source", "revalidated");
        sandbox.dl(["fetch", "--freshness", "check", "--json", &url]).run().ok().has("source", "revalidated");
        sandbox.dl(["fetch", "--json", &url]).env("DL_MAX_AGE", "0").run().ok().has("source", "revalidated");
        assert_eq!(origin.count(), 4);
        sandbox.dl(["fetch", "--max-age", "soon", &url]).run().fails(2).says("soon");
    });
}

#[test]
fn the_methods_of_a_check() {
    both(|sandbox| {
        let file = shared(File::new("one").etag("\"v1\""));
        let origin = Origin::changing(&file);
        let url = origin.url("/a");
        sandbox.dl(["fetch", &url]).run().ok();
        let check = |method: &str| {
            let run = sandbox.dl(["fetch", "--refresh", "--json", "--check-method", method, &url]).run();
            run.ok();
            run
        };
        check("etag").has("freshness.method", "etag").has("freshness.verdict", "match");
        assert!(origin.last().header("if-modified-since").is_none() && origin.last().header("if-none-match").is_some());
        check("modified").has("freshness.method", "modified").has("freshness.verdict", "match");
        assert!(origin.last().header("if-modified-since").is_some() && origin.last().header("if-none-match").is_none());
        let before = origin.count();
        check("size").has("freshness.method", "size").has("freshness.verdict", "match");
        assert_eq!(origin.last().method, "HEAD");
        assert_eq!(origin.count(), before + 1);
        // The size differs: it is fetched.
        *file.lock().unwrap() = File::new("other").etag("\"v1\"");
        check("size").has("freshness.verdict", "mismatch").has("item.version", 2);
        // Nothing tells a digest: unavailable, so it is fetched and compared.
        let run = check("hash");
        assert_ne!(run.field("freshness.verdict"), "mismatch", "{}", run.tell());
    });
}

#[test]
fn a_digest_in_the_head_is_a_check_by_hash() {
    both(|sandbox| {
        // SHA-256 of `one`, in base64.
        let origin = Origin::serving(
            File::new("one").field("Repr-Digest", "sha-256=:dpLDrTVAu4A8Ags67mbNiIcSMjTqDG5xQ8Ct1z/0Me0=:"),
        );
        let url = origin.url("/a");
        sandbox.dl(["fetch", &url]).run().ok();
        let run = sandbox.dl(["fetch", "--refresh", "--check-method", "hash", "--json", &url]).run();
        run.ok().has("freshness.method", "hash").has("freshness.verdict", "match").has("source", "revalidated");
        assert_eq!(origin.last().method, "HEAD");
        assert_eq!(origin.count(), 2);
    });
}

#[test]
fn head_is_never_sent_unasked() {
    both(|sandbox| {
        let origin = Origin::of("one");
        let url = origin.url("/a");
        for more in ["", "--refresh", "--force", "--max-age 0", "-o out", "--remote-header-name", "--connections 4"] {
            sandbox.dl(["fetch", &url]).args(more).run();
        }
        assert!(origin.requests().iter().all(|r| r.method == "GET"));
    });
}

#[test]
fn newer_and_older_than_ask_nothing() {
    let sandbox = Sandbox::new();
    let origin = Origin::of("one");
    let url = origin.url("/a");
    sandbox.dl(["fetch", &url]).run().ok();
    for (option, code) in [
        ("--newer-than 1h", 0),
        ("--newer-than 2001-02-03", 0),
        ("--newer-than 2001-02-03T04:05:06Z", 0),
        ("--older-than 1h", 3),
        ("--older-than 2001-02-03", 3),
        ("--newer-than 2999-01-01", 3),
        ("--older-than 2999-01-01", 0),
        ("--newer-than yesteryear", 2),
    ] {
        let run = sandbox.dl(["fetch", &url]).args(option).run();
        assert_eq!(run.code, code, "{}", run.tell());
    }
    assert_eq!(origin.count(), 1);
}

#[test]
fn offline_serves_hits_and_misses_with_3() {
    both(|sandbox| {
        let origin = Origin::of("one");
        let url = origin.url("/a");
        sandbox.dl(["fetch", "--offline", "--json", &url]).run().fails(3).error("not_found", "");
        assert!(sandbox.items().is_empty(), "a miss while offline leaves no version");
        sandbox.dl(["fetch", &url]).run().ok();
        for more in ["", "--refresh", "--max-age 0"] {
            let run = sandbox.dl(["--offline", "fetch", &url]).args(more).run();
            assert!(run.code == 0 || !more.is_empty(), "{}", run.tell());
        }
        assert_eq!(origin.count(), 1);
        sandbox.dl(["fetch", &origin.url("/b")]).env("DL_OFFLINE", "1").run().fails(3);
        assert_eq!(origin.count(), 1);
    });
}

#[test]
fn stale_if_error_serves_and_warns() {
    both(|sandbox| {
        let origin = Origin::new(|request, conn| match request.number {
            0 => conn.reply(&Reply::ok("one").field("ETag", "\"v1\"")),
            1..=2 => conn.reply(&Reply::new(503)),
            3 => {
                conn.begin(&Reply::ok("three").field("ETag", "\"v3\""), 2);
                conn.cut();
            }
            _ => conn.reset(),
        });
        let url = origin.url("/a");
        sandbox.dl(["fetch", &url]).run().ok();
        sandbox.dl(["fetch", "--refresh", "--retry", "0", &url]).run().fails(7);
        for _ in 0..3 {
            let run = sandbox.dl(["fetch", "--refresh", "--stale-if-error", "--retry", "0", "--json", &url]).run();
            run.ok().has("source", "stale").says("warning:").has("item.version", 1);
        }
        sandbox.dl(["fetch", "--stale-if-error", "--retry", "0", &origin.url("/other")]).run().fails(4);
    });
}

#[test]
fn keep_sends_older_versions_to_trash() {
    let sandbox = Sandbox::new();
    let origin = Origin::new(|request, conn| conn.reply(&Reply::ok(format!("{}", request.number))));
    let url = origin.url("/a");
    for _ in 0..4 {
        sandbox.dl(["fetch", "--force", &url]).run().ok();
    }
    sandbox.dl(["fetch", "--force", "--keep", "2", &url]).run().ok();
    let statuses: Vec<String> =
        sandbox.items().iter().map(|i| format!("{}{}", i["version"], i["status"].as_str().unwrap())).collect();
    assert_eq!(statuses, ["1TRASH", "2TRASH", "3TRASH", "4READY", "5READY"]);
}

#[test]
fn no_cache_neither_looks_nor_stores() {
    both(|sandbox| {
        let origin = Origin::of("one");
        let url = origin.url("/a");
        sandbox.dl(["fetch", &url]).run().ok();
        assert_eq!(sandbox.dl(["fetch", "--no-cache", &url]).run().ok().stdout, b"one");
        assert_eq!(origin.count(), 2);
        assert_eq!(sandbox.items().len(), 1);
    });
}

#[test]
fn a_status_that_was_let_through_answers_only_those_who_let_it_through() {
    both(|sandbox| {
        let origin = Origin::replying(Reply::new(404).body("not here"));
        let url = origin.url("/a");
        sandbox.dl(["fetch", "--allow-status", "404", "--json", &url]).run().ok().has("http_code", 404);
        sandbox.dl(["fetch", "--allow-status", "any", "--json", &url]).run().ok().has("source", "hit");
        assert_eq!(origin.count(), 1);
        sandbox.dl(["fetch", &url]).run().fails(7);
        assert_eq!(origin.count(), 2);
    });
}

#[test]
fn what_came_insecurely_serves_only_the_insecure() {
    both(|sandbox| {
        let authority = Authority::new();
        let ca = authority.write(&sandbox.home());
        let origin = authority.leaf().origin(|_, conn| conn.reply(&Reply::ok("private")));
        let url = origin.url("/a");
        let run = sandbox.dl(["fetch", "--insecure", "--json", &url]).run();
        run.ok().has("item.download.tls_verified", false);
        sandbox.dl(["fetch", "-k", "--json", &url]).run().ok().has("source", "hit");
        sandbox.dl(["fetch", &url]).run().fails(6);
        sandbox.dl(["fetch", "--cacert", ca.to_str().unwrap(), "--json", &url]).run().ok().has("source", "network");
        sandbox.dl(["fetch", "--cacert", ca.to_str().unwrap(), "--json", &url]).run().ok().has("source", "hit");
        sandbox.dl(["fetch", &url]).run().fails(6);
        // By a variable it is the machine's trust, not this command's.
        let run = sandbox.dl(["fetch", "--json", &url]).env("SSL_CERT_FILE", &ca).run();
        run.ok().has("source", "network").has("item.download.tls_verified", true);
        sandbox.dl(["fetch", "--json", &url]).run().ok().has("source", "hit");
    });
}

#[test]
fn resolve_is_part_of_the_trust() {
    both(|sandbox| {
        let origin = Origin::of("one");
        let url = format!("http://somewhere.test:{}/a", origin.port());
        let resolve = format!("somewhere.test:{}:127.0.0.1", origin.port());
        sandbox.dl(["fetch", "--resolve", &resolve, &url]).run().ok();
        assert_eq!(origin.last().header("host").unwrap(), format!("somewhere.test:{}", origin.port()));
        sandbox.dl(["fetch", "--resolve", &resolve, "--json", &url]).run().ok().has("source", "hit");
        sandbox.dl(["fetch", "--offline", &url]).run().fails(3);
    });
}

#[test]
fn a_given_digest_chooses_among_what_is_stored() {
    both(|sandbox| {
        let origin =
            Origin::new(|request, conn| conn.reply(&Reply::ok(if request.number == 0 { "one" } else { "two" })));
        let url = origin.url("/a");
        sandbox.dl(["fetch", &url]).run().ok();
        let two = crate::support::sandbox::sha256(b"two");
        sandbox
            .dl(["fetch", "--sha256", &two, "--json", &url])
            .run()
            .ok()
            .has("source", "network")
            .has("item.version", 2);
        sandbox.dl(["fetch", "--sha256", &two, "--json", &url]).run().ok().has("source", "hit");
        sandbox.dl(["fetch", "--size", "3", "--json", &url]).run().ok().has("source", "hit");
        assert_eq!(origin.count(), 2);
    });
}
