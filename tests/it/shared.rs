//! The shared store: what one machine has, others need not fetch; a store that fails or lies costs a warning. Each
//! sandbox is a machine.

use crate::support::engines::Redis;
use crate::support::origin::{Gate, Origin};
use crate::support::reply::{File, Reply};
use crate::support::sandbox::{Running, Sandbox, both, bytes, tree, until};
use crate::support::tls::Authority;
use std::path::Path;

/// A machine that shares the store of this folder, under this mode.
fn machine(like: &Sandbox, store: &Path, mode: &str) -> Sandbox {
    Sandbox::new()
        .with_env("DL_BACKEND", like.backend())
        .with_env("DL_SHARED", format!("file:{}", store.display()))
        .with_env("DL_SHARED_MODE", mode)
}

#[test]
fn what_one_machine_fetched_another_has() {
    both(|like| {
        let store = tempfile::tempdir().unwrap();
        let (one, two) = (machine(like, store.path(), "write"), machine(like, store.path(), "read"));
        let origin = Origin::serving(File::new(bytes(3_000_000)).etag("\"v\"").field("content-type", "text/csv"));
        let url = origin.url("/a.csv");
        let first = one.dl(["fetch", "--json", "--label", "rates", "--attr", "rows=3", &url]).run();
        first.ok().has("source", "network");
        let second = two.dl(["fetch", "--json", &url]).run();
        second.ok().has("source", "shared").has("etag", "\"v\"").has("http_code", 200);
        assert_eq!(std::fs::read(second.field("path").as_str().unwrap()).unwrap(), bytes(3_000_000));
        for name in ["sha256", "size", "filename", "content_type"] {
            assert_eq!(second.field(name), first.field(name), "{name}");
        }
        let item = &second.json()["item"];
        assert_eq!((&item["label"], &item["attrs"]["rows"]), (&"rates".into(), &3.into()));
        two.dl(["fetch", "--json", &url]).run().ok().has("source", "hit");
        assert_eq!(origin.count(), 1);
    });
}

#[test]
fn by_default_a_store_is_only_read() {
    both(|like| {
        let store = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::new().with_env("DL_BACKEND", like.backend());
        let origin = Origin::of("x");
        let shared = format!("--shared=file:{}", store.path().display());
        sandbox.dl(["fetch", &shared, &origin.url("/a")]).run().ok().warns_not();
        assert_eq!(tree(store.path()), Vec::<String>::new());
    });
}

#[test]
fn a_destination_is_filled_from_it() {
    both(|like| {
        let store = tempfile::tempdir().unwrap();
        let (one, two) = (machine(like, store.path(), "read-write"), machine(like, store.path(), "read-write"));
        let origin = Origin::of("content");
        let url = origin.url("/a.txt");
        one.dl(["fetch", &url]).run().ok();
        two.dl(["fetch", "-o", "out.txt", &url]).run().ok().says("shared");
        assert_eq!(two.read("out.txt"), b"content");
        assert_eq!(two.dl(["fetch", "-o", "-", &url]).run().ok().out(), "content");
        assert_eq!(origin.count(), 1);
    });
}

#[test]
fn a_store_that_fails_is_a_warning() {
    both(|like| {
        let origin = Origin::of("content");
        for (url, mode) in [("redis://127.0.0.1:1/0", "read-write"), ("file:/proc/none", "read-write")] {
            let sandbox = Sandbox::new().with_env("DL_BACKEND", like.backend());
            let shared = [format!("--shared={url}"), format!("--shared-mode={mode}")];
            let urls = [origin.url("/a"), origin.url("/b"), origin.url("/c")];
            let run = sandbox.dl(["fetch"]).args(&shared.join(" ")).args(&urls.join(" ")).run();
            run.ok();
            let warnings = run.stderr.lines().filter(|line| line.starts_with("dl: warning:")).count();
            assert_eq!(warnings, 1, "{}", run.tell());
        }
    });
}

#[test]
fn a_store_that_hangs_is_a_warning() {
    let Some(redis) = Redis::start(&[]) else { return };
    let origin = Origin::of("content");
    let sandbox = Sandbox::new().with_env("DL_SHARED", redis.url("0")).with_env("DL_SHARED_MODE", "read-write");
    redis.server.pause();
    let run = sandbox.dl(["fetch", "-o", "out", &origin.url("/a")]).run();
    redis.server.go_on();
    run.ok().says("dl: warning: the shared store is passed by");
    assert_eq!(sandbox.read("out"), b"content");
    assert_eq!(origin.count(), 1);
}

#[test]
fn with_a_secret_only_what_is_signed_is_believed() {
    both(|like| {
        let store = tempfile::tempdir().unwrap();
        let origin = Origin::of("content");
        let url = origin.url("/a");
        let signing = machine(like, store.path(), "read-write").with_env("DL_SHARED_SECRET", "right");
        signing.dl(["fetch", &url]).run().ok().warns_not();
        machine(like, store.path(), "read")
            .with_env("DL_SHARED_SECRET", "right")
            .dl(["fetch", "--json", &url])
            .run()
            .ok()
            .has("source", "shared");
        let other = machine(like, store.path(), "read").with_env("DL_SHARED_SECRET", "wrong");
        let run = other.dl(["fetch", "--json", &url, &origin.url("/b")]).run();
        run.ok().says("dl: warning: the shared store").never_says("wrong");
        assert!(run.json_lines().iter().all(|line| line["source"] == "network"));
        // Without a secret it is asked for as well, and believed.
        machine(like, store.path(), "read").dl(["fetch", "--json", &url]).run().ok().has("source", "shared");
    });
}

#[test]
fn damaged_bytes_in_the_store_are_fetched_from_the_origin() {
    both(|like| {
        let store = tempfile::tempdir().unwrap();
        let (one, two) = (machine(like, store.path(), "write"), machine(like, store.path(), "read"));
        let origin = Origin::of("the right content");
        let url = origin.url("/a");
        one.dl(["fetch", &url]).run().ok();
        let mut spoiled = 0;
        for name in tree(store.path()).iter().filter(|name| name.contains("sha256")) {
            let path = store.path().join(name);
            if path.is_file() {
                let whole = std::fs::read(&path).unwrap();
                let damaged = String::from_utf8_lossy(&whole).replace("right", "wrong");
                let _ = std::fs::remove_file(&path);
                std::fs::write(&path, damaged).unwrap();
                spoiled += 1;
            }
        }
        assert_eq!(spoiled, 1);
        two.dl(["fetch", "-o", "out", &url]).run().ok().says("dl: warning:");
        assert_eq!(two.read("out"), b"the right content");
        assert_eq!(origin.count(), 2);
    });
}

#[test]
fn what_a_credential_got_is_kept_back() {
    both(|like| {
        let store = tempfile::tempdir().unwrap();
        let origin = Origin::of("private");
        let url = origin.url("/a");
        let open = machine(like, store.path(), "read-write").with_env("DL_SHARED_SECRET", "agreed");
        let pass = open.canary("PASS");
        open.dl(["fetch", "-u", &format!("me:{pass}"), &url]).run().ok();
        assert_eq!(tree(store.path()), Vec::<String>::new(), "not offered");

        let private = |mode: &str| {
            let machine = machine(like, store.path(), mode).with_env("DL_SHARED_SECRET", "agreed");
            machine.config("[shared]\nprivate = true\n");
            machine
        };
        private("read-write").dl(["fetch", "-u", &format!("me:{pass}"), &url]).run().ok();
        assert_eq!(origin.count(), 2);
        private("read").dl(["fetch", "--json", "-u", &format!("me:{pass}"), &url]).run().ok().has("source", "shared");
        private("read").dl(["fetch", "--json", &url]).run().ok().has("source", "network");
        private("read").dl(["fetch", "--json", "-u", "me:other", &url]).run().ok().has("source", "network");
        assert_eq!(origin.count(), 4);
        let held: Vec<u8> = tree(store.path())
            .iter()
            .map(|name| store.path().join(name))
            .filter(|path| path.is_file())
            .flat_map(|path| std::fs::read(path).unwrap())
            .collect();
        assert!(!String::from_utf8_lossy(&held).contains(&pass));

        let without = machine(like, store.path(), "read");
        without.config("[shared]\nprivate = true\n");
        without.dl(["fetch", &url]).run().fails(2).says("secret");
        for verb in ["push", "pull"] {
            without.dl(["cache", verb, &url]).run().fails(2).says("secret");
        }
        without.dl(["fetch", "--no-shared", &url]).run().ok();
    });
}

#[test]
fn what_was_fetched_under_a_special_trust_is_kept_back() {
    both(|like| {
        let store = tempfile::tempdir().unwrap();
        let sandbox = machine(like, store.path(), "read-write");
        let origin = Origin::of("x");
        let port = origin.port();
        let url = format!("http://example.test:{port}/a");
        sandbox.dl(["fetch", "--resolve", &format!("example.test:{port}:127.0.0.1"), &url]).run().ok();
        sandbox.dl(["fetch", "-k", &origin.url("/b")]).run().ok();
        let authority = Authority::new();
        let secure = authority.leaf().origin(|_, conn| conn.reply(&Reply::ok("x")));
        sandbox.dl(["fetch", "--cacert"]).arg(authority.write(&sandbox.home())).arg(secure.url("/c")).run().ok();
        sandbox.write("local", "x");
        sandbox.dl(["fetch", "--backend=auto", &format!("file://{}", sandbox.path("local").display())]).run().ok();
        assert_eq!(tree(store.path()), Vec::<String>::new());
    });
}

#[test]
fn end_to_end_means_the_origin() {
    both(|like| {
        let store = tempfile::tempdir().unwrap();
        let origin = Origin::serving(File::new("content").etag("\"v\""));
        let url = origin.url("/a");
        machine(like, store.path(), "write").dl(["fetch", &url]).run().ok();
        for flag in ["--refresh", "--force", "--no-cache", "--no-shared"] {
            let asked = origin.count();
            let run = machine(like, store.path(), "read").dl(["fetch", "-o", "out", flag, &url]).run();
            run.ok();
            assert_eq!(origin.count(), asked + 1, "{flag}");
        }
        // Too old to be used unasked, but good to ask by.
        std::thread::sleep(std::time::Duration::from_millis(1100));
        let asked = origin.count();
        let run = machine(like, store.path(), "read").dl(["fetch", "--json", "--max-age", "1s", &url]).run();
        run.ok().has("source", "revalidated");
        assert_eq!(origin.count(), asked + 1);
        assert_eq!(origin.last().header("if-none-match"), Some("\"v\""));
    });
}

#[test]
fn a_given_digest_decides_over_the_store() {
    both(|like| {
        let store = tempfile::tempdir().unwrap();
        let changed = std::sync::Arc::new(std::sync::Mutex::new(File::new("old")));
        let origin = Origin::changing(&changed);
        let url = origin.url("/a");
        machine(like, store.path(), "write").dl(["fetch", &url]).run().ok();
        *changed.lock().unwrap() = File::new("new");
        let digest = crate::support::sandbox::sha256(b"new");
        let run = machine(like, store.path(), "read").dl(["fetch", "--json", "--sha256", &digest, &url]).run();
        run.ok().has("source", "network").has("sha256", digest);
    });
}

#[test]
fn offline_a_store_on_this_machine_is_asked() {
    both(|like| {
        let store = tempfile::tempdir().unwrap();
        let origin = Origin::of("content");
        let url = origin.url("/a");
        machine(like, store.path(), "write").dl(["fetch", &url]).run().ok();
        machine(like, store.path(), "read")
            .dl(["fetch", "--offline", "--json", &url])
            .run()
            .ok()
            .has("source", "shared");
        let far = Sandbox::new().with_env("DL_SHARED", "redis://127.0.0.1:1/0");
        far.dl(["fetch", "--offline", &url]).run().fails(3).never_says("redis");
        assert_eq!(origin.count(), 1);
    });
}

#[test]
fn of_many_machines_one_fetches() {
    both(|like| {
        let store = tempfile::tempdir().unwrap();
        let gate = Gate::default();
        let wait = gate.clone();
        let origin = Origin::new(move |_, conn| {
            wait.wait();
            conn.reply(&Reply::ok(bytes(100_000)));
        });
        let url = origin.url("/a");
        let machines: Vec<Sandbox> = (0..6).map(|_| machine(like, store.path(), "read-write")).collect();
        let running: Vec<Running<'_>> = machines.iter().map(|m| m.dl(["fetch", "--json", &url]).spawn()).collect();
        until("the first request", || origin.count() == 1);
        gate.open();
        let runs: Vec<_> = running.into_iter().map(Running::wait).collect();
        let sources: Vec<_> = runs.iter().map(|run| run.ok().field("source")).collect();
        assert_eq!(origin.count(), 1, "{sources:?}");
        assert_eq!(sources.iter().filter(|s| **s == "shared").count(), 5, "{sources:?}");
        assert!(!tree(store.path()).iter().any(|name| name.contains("lease")), "{:?}", tree(store.path()));
    });
}

#[test]
fn push_and_pull_move_items_under_any_mode() {
    both(|like| {
        let store = tempfile::tempdir().unwrap();
        let (one, two) = (machine(like, store.path(), "read"), machine(like, store.path(), "read"));
        let origin = Origin::of("content");
        let url = origin.url("/a.txt");
        one.dl(["fetch", &url]).run().ok();
        assert_eq!(tree(store.path()), Vec::<String>::new());
        two.dl(["cache", "pull", &url]).run().fails(3).says("does not have");
        let pushed = one.dl(["cache", "push", "--json", &url]).run();
        pushed.ok().has("sent", 1).has("present", 0).has("bytes", 7);
        one.dl(["cache", "push", "--json", &url]).run().ok().has("sent", 0).has("present", 1);
        let pulled = two.dl(["cache", "pull", &url]).run();
        assert_eq!(std::fs::read(pulled.ok().path()).unwrap(), b"content");
        two.dl(["fetch", "--json", &url]).run().ok().has("source", "hit");
        assert_eq!(origin.count(), 1);
        let key = one.dl(["cache", "key", "--uri", &url]).run().ok().out().trim().to_owned();
        two.dl(["cache", "pull", "--json", &key]).run().ok().has("key", key);

        one.dl(["fetch", "-u", "me:secret", &origin.url("/private")]).run().ok();
        one.dl(["cache", "push", &origin.url("/private")]).run().fails(2).says("credential");
        Sandbox::new().dl(["cache", "pull", &url]).run().fails(2).says("--shared");
    });
}

#[test]
fn a_lease_with_nobody_behind_it_is_waited_for_only_so_long() {
    both(|like| {
        let store = tempfile::tempdir().unwrap();
        let machine = machine(like, store.path(), "read-write");
        let origin = Origin::of("content");
        let url = origin.url("/a");
        let key = machine.dl(["cache", "key", "--uri", &url]).run();
        let name = format!("shared/lease/{}", key.ok().out().trim());
        let store = format!("file:{}", store.path().display());
        machine.dl(["kv", "set", &name, "somebody", "--store", &store]).run().ok();
        machine.dl(["fetch", "--stall-timeout", "1s", "--json", &url]).run().ok().has("source", "network");
    });
}

#[test]
fn a_record_decides_neither_version_nor_name() {
    both(|like| {
        let store = tempfile::tempdir().unwrap();
        let (one, two) = (machine(like, store.path(), "read-write"), machine(like, store.path(), "read"));
        let origin = Origin::of("content");
        let url = origin.url("/a.txt");
        one.dl(["fetch", &url]).run().ok();
        let key = one.dl(["cache", "key", "--uri", &url]).run();
        let name = format!("shared/item/{}", key.ok().out().trim());
        let store = format!("file:{}", store.path().display());
        let mut record = one.dl(["kv", "get", &name, "--store", &store]).run().ok().json();
        let item = &mut record["item"]["item"];
        item["version"] = i64::MAX.into();
        item["filename"] = "../a\u{1b}[31m\nred.bin".into();
        item["ext"] = "x/../../y".into();
        item["created_at"] = i64::MAX.into();
        one.dl(["kv", "set", &name, &record.to_string(), "--store", &store]).run().ok();
        let run = two.dl(["fetch", "--json", &url]).run();
        run.ok().has("source", "shared").has("item.version", 1).has("filename", "a[31mred.bin").has("item.ext", "bin");
        two.dl(["fetch", "--force", "--json", &url]).run().ok().has("source", "network");
        two.dl(["cache", "create", "--uri", &url]).run().ok();
    });
}

#[test]
fn a_blob_that_was_wrong_is_sent_again() {
    both(|like| {
        let store = tempfile::tempdir().unwrap();
        let machines = ["read-write", "read-write", "read"].map(|mode| machine(like, store.path(), mode));
        let origin = Origin::of("content");
        let url = origin.url("/a.txt");
        machines[0].dl(["fetch", &url]).run().ok();
        let name = format!("sha256/{}", crate::support::sandbox::sha256(b"content"));
        let store = format!("file:{}", store.path().display());
        machines[0].dl(["kv", "set", &name, "CONTENT", "--store", &store]).run().ok();
        let run = machines[1].dl(["fetch", "--json", &url]).run();
        run.ok().has("source", "network");
        assert_eq!(run.stderr.matches("warning").count(), 1, "{}", run.tell());
        machines[2].dl(["fetch", "--json", &url]).run().ok().has("source", "shared").warns_not();
    });
}
