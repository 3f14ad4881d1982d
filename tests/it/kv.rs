//! `dl kv` from the outside: what it prints, how it exits, what it refuses.

use crate::or_skip;
use crate::support::engines::{Redis, memcached};
use crate::support::sandbox::{Dl, Sandbox};
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;

/// A sandbox whose store is a folder.
fn with_folder() -> Sandbox {
    let sandbox = Sandbox::new();
    let store = format!("file:{}", sandbox.path("store").display());
    sandbox.with_env("DL_KV_STORE", store)
}

fn kv<'a>(sandbox: &'a Sandbox, words: &[&str]) -> Dl<'a> {
    sandbox.dl(std::iter::once("kv").chain(words.iter().copied()))
}

#[test]
fn values_come_and_go() {
    let sandbox = with_folder();
    kv(&sandbox, &["get", "a"]).run().fails(3).says("there is no key `a`");
    assert_eq!(kv(&sandbox, &["set", "a", "one\ntwo"]).run().ok().out(), "");
    assert_eq!(kv(&sandbox, &["get", "a"]).run().ok().out(), "one\ntwo", "nothing is added");
    kv(&sandbox, &["has", "a"]).run().ok();
    assert_eq!(kv(&sandbox, &["has", "b"]).run().fails(11).out(), "");
    kv(&sandbox, &["add", "a", "x"]).run().fails(11);
    kv(&sandbox, &["add", "b", "x"]).run().ok();
    kv(&sandbox, &["del", "a", "none", "b"]).run().fails(3).says("`none`");
    kv(&sandbox, &["has", "b"]).run().fails(11);
}

#[test]
fn values_are_read_from_files_and_stdin() {
    let sandbox = with_folder();
    let every: Vec<u8> = (0..=255).collect();
    let file = sandbox.write("value.bin", &every);
    kv(&sandbox, &["set", "f", &format!("@{}", file.display())]).run().ok();
    kv(&sandbox, &["set", "i", "-"]).stdin(every.clone()).run().ok();
    for key in ["f", "i"] {
        assert_eq!(kv(&sandbox, &["get", key]).run().ok().stdout, every);
    }
    kv(&sandbox, &["set", "l", "@nowhere"]).run().fails(2).says("nowhere");
    kv(&sandbox, &["set", "--literal", "l", "@nowhere"]).run().ok();
    assert_eq!(kv(&sandbox, &["get", "l"]).run().ok().out(), "@nowhere");
    kv(&sandbox, &["set", "l", "-", "--literal"]).run().ok();
    assert_eq!(kv(&sandbox, &["get", "l"]).run().ok().out(), "-");
    kv(&sandbox, &["set", "l", "--dashes"]).run().ok();
    assert_eq!(kv(&sandbox, &["get", "l"]).run().ok().out(), "--dashes");
    kv(&sandbox, &["set", "l", ""]).run().ok();
    assert_eq!(kv(&sandbox, &["get", "l"]).run().ok().out(), "");
    kv(&sandbox, &["set", "--", "-k", "-v"]).run().ok();
    assert_eq!(kv(&sandbox, &["get", "--", "-k"]).run().ok().out(), "-v");
}

#[test]
fn keys_are_bytes() {
    let sandbox = with_folder();
    let odd = OsString::from_vec(vec![b'k', 0xff, b'\n', 0x80]);
    sandbox.dl([OsString::from("kv"), "set".into(), odd.clone(), OsString::from_vec(vec![0xfe])]).run().ok();
    let run = sandbox.dl([OsString::from("kv"), "get-many".into(), odd.clone()]).run();
    assert_eq!(run.ok().field("key_base64"), "a/8KgA==");
    run.has("value_base64", "/g==").has("found", true);
    let raw = kv(&sandbox, &["ls", "-0"]).run().ok().stdout.clone();
    assert_eq!(raw, b"k\xff\n\x80\0");
    assert_eq!(kv(&sandbox, &["ls", "--json"]).run().ok().field("key_base64"), "a/8KgA==");
    assert_eq!(kv(&sandbox, &["ls", "--long"]).run().ok().out(), "k\\xff\\n\\x80\t1\t-\n");
    kv(&sandbox, &["del", "-0", "--keys-from", "-"]).stdin(raw).run().ok();
    assert_eq!(kv(&sandbox, &["count"]).run().ok().out(), "0\n");
}

#[test]
fn many_at_once() {
    let sandbox = with_folder();
    assert_eq!(kv(&sandbox, &["set-many", "a=1", "b=x=y", "c="]).run().ok().out(), "a\nb\nc\n");
    let lines = kv(&sandbox, &["get-many", "b", "none", "c", "b"]).run().ok().json_lines();
    let found: Vec<_> =
        lines.iter().map(|l| (l["key"].as_str().unwrap(), l["found"] == true, l["value"].as_str())).collect();
    assert_eq!(
        found,
        [("b", true, Some("x=y")), ("none", false, None), ("c", true, Some("")), ("b", true, Some("x=y"))]
    );
    assert!(lines.iter().all(|line| line["schema"] == 1));
    // What get-many writes, set-many reads.
    let copied = kv(&sandbox, &["get-many", "a", "b", "none"]).run().stdout.clone();
    let run = kv(&sandbox, &["set-many", "-", "--json", "--prefix", "copy:", "--ttl", "1h"]).stdin(copied).run();
    let stored: Vec<_> = run.ok().json_lines().iter().map(|l| (l["key"].to_string(), l["stored"] == true)).collect();
    assert_eq!(stored, [("\"a\"".to_owned(), true), ("\"b\"".to_owned(), true)]);
    assert_eq!(kv(&sandbox, &["get", "copy:b"]).run().ok().out(), "x=y");
    assert!(kv(&sandbox, &["stat", "copy:b"]).run().ok().field("expires_at").is_string());
    let keys = sandbox.write("keys", "a\n\nc\n");
    let run = kv(&sandbox, &["get-many", "--keys-from", keys.to_str().unwrap()]).run();
    assert_eq!(run.ok().json_lines().len(), 2);
    let run = kv(&sandbox, &["del", "--json", "a", "none"]).run();
    assert_eq!(run.fails(3).json_lines().iter().map(|l| l["deleted"] == true).collect::<Vec<_>>(), [true, false]);
    for (words, text) in [
        (&["set-many", "a=1", "b"][..], "no `K=V`"),
        (&["set-many"], "nothing to store"),
        (&["get-many"], "KEY is missing"),
    ] {
        kv(&sandbox, words).run().fails(2).says(text);
    }
    let run = kv(&sandbox, &["set-many", "-"]).stdin("{\"key\":\"new\",\"value\":\"1\"}\n{\"key\":\"x\"}\n").run();
    run.fails(2).says("line 2");
    kv(&sandbox, &["has", "new"]).run().fails(11);
}

#[test]
fn numbers() {
    let sandbox = with_folder();
    let count = |words: &[&str]| kv(&sandbox, words).run().ok().out().to_owned();
    assert_eq!(count(&["inc", "n"]), "1\n");
    assert_eq!(count(&["inc", "n", "41"]), "42\n");
    assert_eq!(count(&["inc", "n", "-50"]), "-8\n");
    assert_eq!(count(&["dec", "n", "2"]), "-10\n");
    assert_eq!(count(&["dec", "n", "-12", "--ttl", "5s"]), "2\n");
    assert_eq!(count(&["get", "n"]), "2");
    assert!(kv(&sandbox, &["stat", "n"]).run().ok().field("expires_at").is_null(), "the expiry stays");
    kv(&sandbox, &["inc", "m", "--json", "--ttl", "1h"]).run().ok().has("value", 1).has("key", "m");
    assert!(kv(&sandbox, &["stat", "m"]).run().ok().field("expires_at").is_string());
    kv(&sandbox, &["inc", "n", &i64::MAX.to_string()]).run().fails(2).says("64 bits");
    kv(&sandbox, &["dec", "n", &i64::MIN.to_string()]).run().fails(2);
    assert_eq!(count(&["get", "n"]), "2", "left as it was");
    kv(&sandbox, &["set", "t", "text"]).run().ok();
    kv(&sandbox, &["inc", "t"]).run().fails(2).says("no decimal number");
    kv(&sandbox, &["inc", "n", "1.5"]).run().fails(2);
    kv(&sandbox, &["--json", "inc", "t"]).run().fails(2).error("usage", "not_a_number");
}

#[test]
fn lists_and_prefixes() {
    let sandbox = with_folder();
    kv(&sandbox, &["set-many", "user:b=22", "user:a=1", "other=333"]).run().ok();
    assert_eq!(kv(&sandbox, &["ls"]).run().ok().out(), "other\nuser:a\nuser:b\n");
    assert_eq!(kv(&sandbox, &["ls", "--prefix", "user:"]).run().ok().out(), "a\nb\n");
    assert_eq!(kv(&sandbox, &["ls", "--long", "--prefix=user:"]).run().ok().out(), "a\t1\t-\nb\t2\t-\n");
    assert_eq!(kv(&sandbox, &["get", "--prefix", "user:", "b"]).run().ok().out(), "22");
    assert_eq!(kv(&sandbox, &["count", "--prefix", "user:"]).run().ok().out(), "2\n");
    kv(&sandbox, &["count", "--json"]).run().ok().has("count", 3);
    let run = kv(&sandbox, &["stat", "other"]).run();
    run.ok().has("key", "other").has("size", 3);
    assert!(run.field("expires_at").is_null());
    kv(&sandbox, &["stat", "none"]).run().fails(3);
    kv(&sandbox, &["clear", "--prefix", "user:"]).run().ok();
    assert_eq!(kv(&sandbox, &["ls"]).run().ok().out(), "other\n");
    kv(&sandbox, &["clear"]).run().ok();
    assert_eq!(kv(&sandbox, &["ls"]).run().ok().out(), "");
    kv(&sandbox, &["ping", "--json"]).run().ok().has("ok", true);
}

#[test]
fn what_has_expired_is_gone() {
    let sandbox = with_folder();
    kv(&sandbox, &["set", "short", "1", "--ttl", "300ms"]).run().ok();
    kv(&sandbox, &["set", "long", "1", "--ttl", "1h"]).run().ok();
    kv(&sandbox, &["set", "ever", "1", "--ttl", "0"]).run().ok();
    assert!(kv(&sandbox, &["stat", "ever"]).run().ok().field("expires_at").is_null());
    std::thread::sleep(std::time::Duration::from_millis(350));
    kv(&sandbox, &["get", "short"]).run().fails(3);
    assert_eq!(kv(&sandbox, &["count"]).run().ok().out(), "2\n");
    kv(&sandbox, &["add", "short", "2"]).run().ok();
    kv(&sandbox, &["set", "short", "1", "--ttl", "-1"]).run().fails(2);
}

#[test]
fn the_oldest_make_room() {
    for store in ["file", "sqlite"] {
        let sandbox = Sandbox::new();
        let sandbox = {
            let url = format!("{store}:{}", sandbox.path("store").display());
            sandbox.with_env("DL_KV_STORE", url)
        };
        for key in ["expired", "a", "b", "c"] {
            let ttl = if key == "expired" { "1ms" } else { "0" };
            kv(&sandbox, &["set", key, "1", "--ttl", ttl]).run().ok();
        }
        kv(&sandbox, &["set", "a", "again"]).run().ok();
        kv(&sandbox, &["set", "d", "1", "--threshold", "4"]).run().ok();
        assert_eq!(kv(&sandbox, &["ls"]).run().ok().out(), "a\nb\nc\nd\n", "{store}: the expired one went");
        kv(&sandbox, &["inc", "e", "--threshold", "3"]).run().ok();
        assert_eq!(kv(&sandbox, &["ls"]).run().ok().out(), "a\nd\ne\n", "{store}: b and c were written longest ago");
    }
}

#[test]
fn the_store_is_found_and_named_without_its_password() {
    let sandbox = Sandbox::new();
    let secret = sandbox.canary("password");
    kv(&sandbox, &["get", "a"]).run().fails(2).says("DL_KV_STORE");
    let file = format!("file:{}", sandbox.path("store").display());
    sandbox.config(&format!("[kv]\nstore = \"{file}\"\n"));
    kv(&sandbox, &["set", "a", "config"]).run().ok();
    let other = format!("file:{}", sandbox.path("other").display());
    kv(&sandbox, &["set", "a", "variable"]).env("DL_KV_STORE", &other).run().ok();
    assert_eq!(kv(&sandbox, &["get", "a"]).run().ok().out(), "config");
    assert_eq!(kv(&sandbox, &["get", "a", "--store", &other]).run().ok().out(), "variable");
    assert_eq!(kv(&sandbox, &["get", "a", "--store", &file]).env("DL_KV_STORE", &other).run().ok().out(), "config");
    assert!(sandbox.run("config show").ok().out().contains("kv.store"));
    sandbox.run("config check").ok();
    let url = format!("redis://user:{secret}@127.0.0.1:1/0");
    let run = kv(&sandbox, &["get", "a", "--store", &url]).run();
    run.fails(4).says("redis://127.0.0.1:1/0").says("refused").never_says(&secret);
    let run = kv(&sandbox, &["stat", "a", "--json", "--store", &url]).run();
    run.fails(4).error("network", "store_unreachable");
    run.never_says(&secret);
    sandbox.dl(["doctor"]).env("DL_KV_STORE", &url).run().fails(1).never_says(&secret);
    sandbox.dl(["config", "show"]).env("DL_KV_STORE", &url).run().ok().never_says(&secret);
    sandbox.config("[kv]\nstor = \"x\"\n");
    kv(&sandbox, &["ls"]).run().fails(2).says("did you mean `store`?");
}

#[test]
fn what_is_wrong_is_usage_and_nothing_is_asked() {
    let sandbox = with_folder();
    for words in [
        &["get"][..],
        &["get", "a", "b"],
        &["get", "a", "--json"],
        &["set", "a"],
        &["get", "a", "--store", "nowhere"],
        &["get", "a", "--store", "gopher://h"],
        &["get", "a", "--store", "file:"],
        &["get", "a", "--store", "file:x?nonsense=1"],
        &["set", "a", "1", "--store", "file:x?create=maybe"],
        &["set", "a", "1", "--store", "redis://127.0.0.1:1/x"],
        &["set", "a", "1", "--threshold", "3", "--store", "redis://127.0.0.1:1"],
        &["ls", "--store", "memcached://127.0.0.1:1"],
        &["clear", "--prefix", "x", "--store", "memcached://127.0.0.1:1"],
    ] {
        let run = kv(&sandbox, words).run();
        assert_eq!(run.code, 2, "{words:?}: {}", run.tell());
    }
    kv(&sandbox, &["get", "a", "--json"]).run().says("--meta");
    kv(&sandbox, &["get", "a", "--store", "gopher://h"]).run().says("redis");
    assert!(sandbox.work_tree().is_empty(), "{:?}", sandbox.work_tree());
}

#[test]
fn offline_means_no_network() {
    let sandbox = with_folder();
    for store in ["redis://127.0.0.1:1", "rediss://h", "memcached://127.0.0.1:1", "valkey://h"] {
        let run = kv(&sandbox, &["stat", "a", "--offline", "--json", "--store", store]).run();
        run.fails(4).error("network", "offline");
    }
    kv(&sandbox, &["set", "a", "1", "--offline"]).run().ok();
}

#[test]
fn create_no_makes_nothing() {
    let sandbox = Sandbox::new();
    for store in ["file:store?create=no", "sqlite:store.db?create=no"] {
        kv(&sandbox, &["set", "a", "1", "--store", store]).run().fails(3).says("create=no");
        kv(&sandbox, &["inc", "a", "--store", store]).run().fails(3);
        kv(&sandbox, &["get", "a", "--store", store]).run().fails(3).says("no key");
        assert_eq!(kv(&sandbox, &["ls", "--store", store]).run().ok().out(), "");
        kv(&sandbox, &["clear", "--store", store]).run().ok();
    }
    for store in ["file:store", "sqlite:store.db"] {
        kv(&sandbox, &["has", "a", "--store", store]).run().fails(11);
        kv(&sandbox, &["del", "a", "--store", store]).run().fails(3);
    }
    assert!(sandbox.work_tree().is_empty(), "reading makes nothing: {:?}", sandbox.work_tree());
}

#[test]
fn processes_count_and_race_together() {
    let (crowd, each, racers) = if crate::kv_behaviour::full() { (32, 1000, 64) } else { (8, 15, 16) };
    let sandbox = Sandbox::new();
    let redis = Redis::start(&[]);
    let memcached = memcached(&[]);
    let mut stores = vec![
        format!("file:{}", sandbox.path("folder").display()),
        format!("sqlite:{}", sandbox.path("store.db").display()),
    ];
    stores.extend(redis.as_ref().map(|redis| redis.url("0")));
    stores.extend(memcached.as_ref().map(|server| format!("memcached://127.0.0.1:{}", server.port)));
    for store in stores {
        together(&sandbox, &store, (crowd, each, racers));
    }
}

/// So many processes at a time add to one number so many times each; and so many add one key: one wins.
pub fn together(sandbox: &Sandbox, store: &str, (crowd, each, racers): (usize, usize, usize)) {
    // A shell runs the increments one after the other.
    let command = "for i in $(seq \"$2\"); do \"$1\" kv inc n --store \"$3\" >/dev/null || exit 1; done";
    let shell = || {
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", command, "sh", env!("CARGO_BIN_EXE_dl"), &each.to_string(), store]);
        shell.envs([("AWS_ACCESS_KEY_ID", "key"), ("AWS_SECRET_ACCESS_KEY", "word")]).spawn().unwrap()
    };
    let shells: Vec<_> = (0..crowd).map(|_| shell()).collect();
    for mut shell in shells {
        assert!(shell.wait().unwrap().success(), "{store}");
    }
    let kv = |words: &[&str]| {
        let dl = kv(sandbox, &[words, &["--store", store]].concat());
        dl.env("AWS_ACCESS_KEY_ID", "key").env("AWS_SECRET_ACCESS_KEY", "word")
    };
    assert_eq!(kv(&["get", "n"]).run().ok().out(), (crowd * each).to_string(), "{store}");
    let number: Vec<String> = (0..racers).map(|n| n.to_string()).collect();
    let running: Vec<_> = number.iter().map(|n| kv(&["add", "race", n]).spawn()).collect();
    let codes: Vec<i32> = running.into_iter().map(|dl| dl.wait().code).collect();
    assert_eq!(codes.iter().filter(|code| **code == 0).count(), 1, "{store}: {codes:?}");
    assert!(codes.iter().all(|code| matches!(code, 0 | 11)), "{store}: {codes:?}");
    let winner = codes.iter().position(|code| *code == 0).unwrap();
    assert_eq!(kv(&["get", "race"]).run().out(), winner.to_string());
}

#[test]
fn memory_and_null() {
    let sandbox = Sandbox::new();
    kv(&sandbox, &["set", "a", "1", "--store", "memory:"]).run().ok();
    kv(&sandbox, &["get", "a", "--store", "memory:"]).run().fails(3);
    assert_eq!(kv(&sandbox, &["inc", "a", "4", "--store", "null:"]).run().ok().out(), "4\n");
    kv(&sandbox, &["has", "a", "--store", "null:"]).run().fails(11);
}

#[test]
fn what_is_built_in_is_told() {
    let sandbox = Sandbox::new();
    assert!(sandbox.dl(["--version"]).run().ok().out().contains("stores: memory null file sqlite"));
    let json = sandbox.dl(["--version", "--json"]).run().json();
    assert!(json["stores"]["built_in"].as_array().unwrap().iter().any(|s| s == "file"), "{json}");
    assert!(sandbox.run("doctor").out().contains("stores"));
    let redis = or_skip!(Redis::start(&[]));
    let run = sandbox.dl(["doctor"]).env("DL_KV_STORE", redis.url("1")).run();
    assert!(run.out().contains("answers"), "{}", run.tell());
}

#[test]
fn options_stand_before_the_command_too() {
    let sandbox = Sandbox::new();
    sandbox.run("kv --store file:s set a 1").ok();
    assert_eq!(sandbox.run("kv --store=file:s --prefix= get a").ok().out(), "1");
    sandbox.run("cache --no-touch ls").ok();
    sandbox.run("kv --no-such get a").fails(2);
}
