//! `--freshness http`: what is stored and for whom, how it is cleaned, verified and mended, many processes at once, kills.

use crate::support::origin::{Gate, Origin};
use crate::support::reply::{File, Reply};
use crate::support::sandbox::{Running, Sandbox, both, bytes, sha256, until};
use crate::support::transcript::Transcript;

fn http(sandbox: &Sandbox, words: &[&str]) -> Transcript {
    let all = ["fetch", "--freshness", "http", "--json", "--retry", "0"].iter().chain(words);
    sandbox.dl(all.map(|w| (*w).to_owned())).run()
}

fn blobs(sandbox: &Sandbox) -> Vec<String> {
    sandbox.cache_tree().into_iter().filter(|n| n.starts_with("blobs/sha256/") && !n.ends_with('/')).collect()
}

fn fresh(body: impl Into<Vec<u8>>) -> Reply {
    Reply::ok(body).field("Cache-Control", "max-age=60")
}

#[test]
fn no_store_leaves_nothing() {
    both(|sandbox| {
        let origin = Origin::replying(Reply::ok("secret").field("Cache-Control", "no-store").field("ETag", "\"v\""));
        let url = origin.url("/a");
        for asked in 1..=2 {
            let run = http(sandbox, &["-o", "out", &url]);
            run.ok().has("source", "network").has("item", serde_json::Value::Null);
            assert_eq!(origin.count(), asked);
        }
        assert_eq!(sandbox.read("out"), b"secret");
        assert!(blobs(sandbox).is_empty() && sandbox.items().is_empty());
        assert!(sandbox.cache_tree().iter().all(|n| !n.starts_with("partial/") || n.ends_with('/')));
        // Without a destination the user gets a file, which answers nobody.
        assert_eq!(std::fs::read(http(sandbox, &[&url]).field("path").as_str().unwrap()).unwrap(), b"secret");
        http(sandbox, &["--offline", &url]).fails(3);
        sandbox.dl(["fetch", "--offline", &url]).run().fails(3);
        sandbox.run("cache clean").ok();
        assert!(blobs(sandbox).is_empty());
        // The request may say it too.
        let stored = Origin::replying(fresh("one"));
        for _ in 0..2 {
            http(sandbox, &["-H", "Cache-Control: no-store", "-o", "out2", &stored.url("/b")])
                .ok()
                .has("source", "network");
        }
    });
}

#[test]
fn what_may_not_be_stored_outdates_what_is() {
    both(|sandbox| {
        for (more, then) in [("Cache-Control: no-cache", "network"), ("Cache-Control: no-cache, no-store", "hit")] {
            let origin = Origin::new(|request, conn| {
                let control = if request.number == 0 { "max-age=60" } else { "no-store" };
                conn.reply(&Reply::ok(format!("{}", request.number)).field("Cache-Control", control));
            });
            let url = origin.url("/a");
            http(sandbox, &[&url]).ok();
            http(sandbox, &["-H", more, &url]).ok().has("source", "network");
            http(sandbox, &["-o", "out", &url]).ok().has("source", then);
        }
    });
}

#[test]
fn each_credential_has_its_own() {
    both(|sandbox| {
        let secret = sandbox.canary("password");
        let origin = Origin::new(|request, conn| {
            let reply = fresh(if request.header("authorization").is_some() { "private" } else { "public" });
            conn.reply(&reply.field("Vary", "Authorization").field("Set-Cookie", "session=1"));
        });
        let url = origin.url("/a");
        let user = format!("me:{secret}");
        http(sandbox, &["-u", &user, &url]).ok().has("source", "network");
        http(sandbox, &[&url]).ok().has("source", "network").has("size", 6);
        http(sandbox, &["-u", &user, &url]).ok().has("source", "hit").has("size", 7);
        http(sandbox, &["-u", "other:pass", &url]).ok().has("source", "network");
        let token = sandbox.canary("token");
        for source in ["network", "hit"] {
            http(sandbox, &[&format!("{url}?token={token}")]).ok().has("source", source);
        }
        let header = sandbox.canary("cookie");
        for source in ["network", "hit"] {
            http(sandbox, &["-H", &format!("Cookie: {header}"), &url]).ok().has("source", source);
        }
        assert_eq!(origin.count(), 5);
    });
}

#[test]
fn a_redirect_to_secrets_is_asked_for_each_time() {
    both(|sandbox| {
        let secret = sandbox.canary("signature");
        let location = format!("/end?X-Amz-Signature={secret}");
        let origin = Origin::new(move |request, conn| match request.path() {
            "/end" => conn.reply(&fresh("end")),
            _ => conn.reply(&Reply::redirect(301, &location).field("Cache-Control", "max-age=60")),
        });
        let url = origin.url("/a");
        http(sandbox, &[&url]).ok().has("source", "network");
        http(sandbox, &[&url]).ok().has("source", "hit");
        let asked: Vec<String> = origin.requests().iter().map(|r| r.path().to_owned()).collect();
        assert_eq!(asked, ["/a", "/end", "/a"], "the redirect is asked for, its end is stored");
        http(sandbox, &[&origin.url("/end")]).ok().has("source", "network");
    });
}

#[test]
fn many_at_once_ask_once() {
    both(|sandbox| {
        let gate = Gate::default();
        let wait = gate.clone();
        let origin = Origin::new(move |_, conn| {
            wait.wait();
            conn.reply(&fresh(bytes(100_000)));
        });
        let url = origin.url("/a");
        let start = || sandbox.dl(["fetch", "--freshness=http", "--json", &url]).spawn();
        let first = start();
        until("the first request", || origin.count() == 1);
        let others: Vec<_> = (0..15).map(|_| start()).collect();
        gate.open();
        first.wait().ok().has("source", "network");
        for run in others.into_iter().map(Running::wait) {
            run.ok().has("source", "hit").has("sha256", sha256(&bytes(100_000)));
        }
        assert_eq!(origin.count(), 1);
    });
}

#[test]
fn many_that_may_not_share_ask_each() {
    both(|sandbox| {
        let origin = Origin::new(|_, conn| conn.reply(&Reply::ok("one").field("Cache-Control", "no-store")));
        let url = origin.url("/a");
        let running: Vec<_> =
            (0..6).map(|n| sandbox.dl(["fetch", "--freshness=http", "-o", &format!("out{n}"), &url]).spawn()).collect();
        running.into_iter().map(Running::wait).for_each(|run| {
            run.ok();
        });
        assert_eq!(origin.count(), 6);
    });
}

#[test]
fn a_kill_leaves_nothing_that_answers() {
    both(|sandbox| {
        let whole = bytes(300_000);
        let file = File::new(whole.clone()).etag("\"v\"").field("Cache-Control", "max-age=60");
        let origin = Origin::new(move |request, conn| {
            let reply = file.reply(request);
            if request.number == 0 {
                conn.begin(&reply, 200_000);
                conn.stall();
            } else {
                conn.reply(&reply);
            }
        });
        let url = origin.url("/a");
        let killed = sandbox.dl(["fetch", "--freshness=http", &url]).spawn();
        until("some bytes", || sandbox.cache_tree().iter().any(|n| n.starts_with("partial/") && n.ends_with(".json")));
        killed.kill();
        drop(killed);
        http(sandbox, &["--offline", &url]).fails(3);
        http(sandbox, &[&url]).ok().has("sha256", sha256(&whole));
        http(sandbox, &[&url]).ok().has("source", "hit");
    });
}

#[test]
fn a_blob_without_its_row_answers_nobody_and_is_cleaned() {
    let sandbox = Sandbox::new();
    let origin = Origin::new(|_, conn| conn.reply(&Reply::new(404).body("gone").field("Cache-Control", "max-age=60")));
    let url = origin.url("/a");
    let fetch = || http(&sandbox, &["--allow-status=404", &url]);
    fetch().ok();
    assert_eq!(blobs(&sandbox).len(), 1);
    sandbox.run("cache clean --dry-run --orphans").ok();
    sandbox.run("cache clean --orphans").ok();
    fetch().ok().has("source", "hit");
    // As after a kill between the two: the content is there, the row is not.
    let registry = rusqlite::Connection::open(sandbox.cache().join("registry.sqlite")).unwrap();
    assert_eq!(registry.execute("DELETE FROM responses", []).unwrap(), 1);
    drop(registry);
    fetch().ok().has("source", "network");
    let registry = rusqlite::Connection::open(sandbox.cache().join("registry.sqlite")).unwrap();
    registry.execute("DELETE FROM responses", []).unwrap();
    drop(registry);
    sandbox.run("cache clean --orphans").ok();
    assert!(blobs(&sandbox).is_empty());
}

#[test]
fn cleaning_takes_what_is_of_no_use() {
    let sandbox = Sandbox::new();
    let origin = Origin::new(|request, conn| {
        let reply = Reply::new(404).body(bytes(1_000 + request.number));
        conn.reply(&match request.path() {
            "/stale" => reply.field("Cache-Control", "max-age=0"),
            "/valid" => reply.field("Cache-Control", "max-age=0").field("ETag", "\"v\""),
            _ => reply.field("Cache-Control", "max-age=600"),
        });
    });
    let fetch = |path: &str| http(&sandbox, &["--allow-status=404", "--offline", &origin.url(path)]).code;
    for path in ["/stale", "/valid", "/fresh"] {
        http(&sandbox, &["--allow-status=404", &origin.url(path)]).ok();
    }
    sandbox.run("cache clean").ok();
    assert_eq!(blobs(&sandbox).len(), 3, "what was used in the last hour stays");
    let run = sandbox.run("cache clean --versions --max-age 0 --dry-run --json");
    let reasons: Vec<_> = run.ok().json_lines().iter().map(|l| l["reason"].clone()).collect();
    assert_eq!(reasons.iter().filter(|r| **r == "expired").count(), 1, "{reasons:?}");
    sandbox.run("cache clean --versions --max-age 0").ok().says("1 response");
    assert_eq!(blobs(&sandbox).len(), 2);
    assert_eq!(fetch("/fresh"), 0);
    // Expired ones go first.
    backdate(&sandbox);
    sandbox.run("cache clean --max-size 1100").ok().says("1 response");
    assert_eq!((blobs(&sandbox).len(), fetch("/fresh")), (1, 0));
    backdate(&sandbox);
    sandbox.run("cache clean --max-age 1d").ok().says("1 response");
    assert!(blobs(&sandbox).is_empty());
}

/// As if nothing had been used for two days.
fn backdate(sandbox: &Sandbox) {
    let registry = rusqlite::Connection::open(sandbox.cache().join("registry.sqlite")).unwrap();
    registry.execute("UPDATE responses SET last_used = last_used - 172800000000", []).unwrap();
}

#[test]
fn what_is_removed_is_gone_for_this_mode_too() {
    let sandbox = Sandbox::new();
    let origin = Origin::replying(fresh("one"));
    let url = origin.url("/a");
    http(&sandbox, &[&url]).ok();
    sandbox.dl(["cache", "rm", "--purge", &url]).run().ok();
    assert!(blobs(&sandbox).is_empty());
    http(&sandbox, &[&url]).ok().has("source", "network");
}

#[test]
fn damage_is_found_and_never_given() {
    both(|sandbox| {
        let origin =
            Origin::new(|_, conn| conn.reply(&Reply::new(404).body("right").field("Cache-Control", "max-age=60")));
        let url = origin.url("/a");
        let fetch = || http(sandbox, &["--allow-status=404", &url]);
        let damage = || {
            let path = sandbox.cache().join(&blobs(sandbox)[0]);
            std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
            std::fs::write(&path, "WRONG").unwrap();
        };
        fetch().ok();
        damage();
        let run = fetch();
        run.ok().has("source", "network").says("damaged");
        assert_eq!(std::fs::read(run.field("path").as_str().unwrap()).unwrap(), b"right");
        sandbox.run("cache verify").ok();
        damage();
        sandbox.run("cache verify --json").fails(8);
        sandbox.run("cache verify --repair").ok();
        sandbox.run("cache verify").ok();
        fetch().ok().has("source", "network");
    });
}

#[test]
fn a_content_that_a_user_keeps_too_is_the_users() {
    let sandbox = Sandbox::new();
    let origin = Origin::new(|_, conn| conn.reply(&Reply::new(404).body("right").field("Cache-Control", "max-age=0")));
    let url = origin.url("/a");
    http(&sandbox, &["--allow-status=404", &url]).ok();
    sandbox.write("file", "right");
    sandbox.run("blob put file").ok();
    sandbox.run("cache clean --versions --max-age 0").ok().says("1 response");
    assert_eq!(blobs(&sandbox).len(), 1, "the response goes, the content stays");
    http(&sandbox, &["--allow-status=404", &url]).ok();
    let path = sandbox.cache().join(&blobs(&sandbox)[0]);
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    std::fs::write(&path, "WRONG").unwrap();
    let run = sandbox.run("cache verify --json");
    let told = run.fails(8).json_lines();
    assert!(told.iter().filter(|line| line["damage"] == "changed").all(|line| line["hash"].is_string()), "{told:?}");
    sandbox.run("cache verify --repair").fails(8);
    http(&sandbox, &["--allow-status=404", &url]).ok().has("source", "network");
    sandbox.run("cache verify").ok();
}

#[test]
fn a_damaged_registry_keeps_what_can_be_read() {
    let sandbox = Sandbox::new();
    let origin = Origin::new(|request, conn| conn.reply(&fresh(request.target.clone())));
    let urls: Vec<String> = (0..20).map(|n| origin.url(&format!("/{n}"))).collect();
    for url in &urls {
        http(&sandbox, &[url]).ok();
    }
    let path = sandbox.cache().join("registry.sqlite");
    let registry = rusqlite::Connection::open(&path).unwrap();
    registry.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    drop(registry);
    let mut content = std::fs::read(&path).unwrap();
    // The index that every look-up of responses uses.
    let needle = b"responses_by_uri";
    let at = content.windows(needle.len()).position(|w| w == needle).unwrap();
    content[at] = b'X';
    content[16] = 0xff;
    std::fs::write(&path, &content).unwrap();
    for url in &urls {
        http(&sandbox, &[url]).ok().has("size", url.rsplit(':').next().unwrap().split_once('/').unwrap().1.len() + 1);
    }
    http(&sandbox, &[&urls[0]]).ok().has("source", "hit");
}

#[test]
fn a_given_digest_is_kept_to() {
    both(|sandbox| {
        let origin = Origin::new(|request, conn| conn.reply(&fresh(if request.number == 0 { "one" } else { "two" })));
        let url = origin.url("/a");
        http(sandbox, &[&url]).ok();
        let two = sha256(b"two");
        http(sandbox, &["--sha256", &two, &url]).ok().has("source", "network");
        http(sandbox, &["--sha256", &two, &url]).ok().has("source", "hit");
        http(sandbox, &["--checksum", "md5:b8a9f715dbb64fd5c56e7783c6820a61", &url]).ok().has("source", "hit");
        http(sandbox, &["--sha256", &sha256(b"three"), &url]).fails(8);
        http(sandbox, &[&url]).ok().has("source", "hit").has("sha256", two);
        assert_eq!(origin.count(), 3);
    });
}

#[test]
fn coded_and_decoded_are_two_things() {
    both(|sandbox| {
        let origin = Origin::new(|request, conn| {
            let reply = match request.header("accept-encoding") {
                Some(coding) if coding.contains("gzip") => {
                    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                    std::io::Write::write_all(&mut packed, b"plain text").unwrap();
                    Reply::ok(packed.finish().unwrap()).field("Content-Encoding", "gzip")
                }
                _ => Reply::ok("plain text"),
            };
            // It forgets to say that it varies.
            conn.reply(&reply.field("Cache-Control", "max-age=60"));
        });
        let url = origin.url("/a");
        for (words, source) in
            [(&["--compressed"][..], "network"), (&["--compressed"], "hit"), (&[], "network"), (&[], "hit")]
        {
            let run = http(sandbox, &[words, &[url.as_str()]].concat());
            run.ok().has("source", source).has("size", 10);
        }
    });
}

#[test]
fn kills_at_any_time_leave_nothing_wrong() {
    both(|sandbox| {
        let whole = bytes(2_000_000);
        let origin = Origin::serving(File::new(whole.clone()).etag("\"v\"").field("Cache-Control", "max-age=60"));
        for round in 0..12 {
            // A new address each time, so that each kill meets another moment of the same way.
            let url = origin.url(&format!("/{round}"));
            let killed = sandbox.dl(["fetch", "--freshness=http", &url]).spawn();
            std::thread::sleep(std::time::Duration::from_millis(4 * round));
            killed.kill();
            drop(killed);
            http(sandbox, &[&url]).ok().has("sha256", sha256(&whole));
            http(sandbox, &[&url]).ok().has("source", "hit").has("sha256", sha256(&whole));
        }
        sandbox.run("cache clean --max-age 0 --orphans").ok();
        sandbox.run("cache verify").ok();
    });
}
