//! Blobs and manifests over a shared store: pushed and pulled with all they refer to, asked for when they are not here. Each
//! sandbox is a machine.

use crate::or_skip;
use crate::support::engines::Redis;
use crate::support::origin::{Gate, Origin};
use crate::support::ports::listen;
use crate::support::reply::Reply;
use crate::support::sandbox::{Running, Sandbox, bytes, sha256, tree, until};
use crate::support::servers::Nginx;
use crate::support::transcript::Transcript;
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

fn machine(store: &str) -> Sandbox {
    Sandbox::new().with_env("DL_SHARED", store)
}

/// A store of each kind, by its URL.
fn stores(test: impl Fn(&str)) {
    let folder = tempfile::tempdir().unwrap();
    test(&format!("file:{}", folder.path().display()));
    let redis = or_skip!(Redis::start(&[]));
    test(&redis.url("0"));
}

fn hash(run: &Transcript) -> String {
    run.ok().out().trim_end().to_owned()
}

fn blob(machine: &Sandbox, content: impl Into<Vec<u8>>) -> String {
    hash(&machine.dl(["blob", "put", "-"]).stdin(content).run())
}

/// A dataset: a folder of two files, and another manifest that has one of them and a third.
fn dataset(machine: &Sandbox) -> (String, String) {
    machine.write("data/a.txt", "alpha");
    machine.write("data/b.bin", bytes(300_000));
    let shared_file = machine.path("data/a.txt");
    machine.write("c.txt", "gamma");
    let inner = machine
        .dl(["manifest", "put", "--class", "Part", "--file", "c.txt=c.txt", "--file"])
        .arg(format!("a.txt={}", shared_file.display()))
        .run();
    let inner = hash(&inner);
    let outer = ["manifest", "put", "--class", "Dataset", "--set", "title=Trips", "--dir", "data", "--ref"];
    (hash(&machine.dl(outer).arg(format!("part={inner}")).run()), inner)
}

fn moved(run: &Transcript) -> (Value, Value) {
    run.ok();
    (run.field("sent"), run.field("present"))
}

/// The file of a blob in a `file:` store.
fn blob_in(store: &Path, hash: &str) -> PathBuf {
    let hex = hash.trim_start_matches("sha256:");
    let found = tree(store).into_iter().find(|name| name.ends_with(hex)).unwrap_or_else(|| panic!("no `{hex}`"));
    store.join(found)
}

#[test]
fn a_manifest_travels_with_all_it_refers_to() {
    stores(|store| {
        let (one, two) = (machine(store), machine(store));
        let (outer, inner) = dataset(&one);
        let run = one.dl(["manifest", "push", "--json", &outer]).run();
        assert_eq!(moved(&run), (5.into(), 0.into()), "{}", run.tell());
        run.has("schema", 1).has("hash", outer.as_str());
        assert!(run.field("bytes").as_u64().unwrap() > 300_000);
        let again = one.dl(["manifest", "push", "--json", &outer[7..20]]).run();
        assert_eq!(moved(&again), (0.into(), 5.into()));
        again.has("hash", outer.as_str()).has("bytes", 0);

        let run = two.dl(["manifest", "pull", "--json", &outer]).run();
        assert_eq!(moved(&run), (5.into(), 0.into()));
        run.has("hash", outer.as_str());
        let again = two.dl(["manifest", "pull", "--json", &outer]).run();
        assert_eq!(moved(&again), (0.into(), 5.into()));
        again.has("bytes", 0);
        // Kept, with all below, wherever the store is now.
        let alone = |words: &[&str]| two.dl(["--no-shared"]).args(&words.join(" ")).run();
        alone(&["cache", "clean", "--all", "--max-age", "0"]).ok();
        alone(&["manifest", "verify", &outer]).ok();
        alone(&["manifest", "checkout", &outer, "out"]).ok();
        assert_eq!(two.read("out/b.bin"), bytes(300_000));
        assert_eq!(two.read("out/part/c.txt"), b"gamma");
        alone(&["blob", "stat", "--json", &outer]).has("root", true);
        alone(&["blob", "stat", "--json", &inner]).has("root", false).has("manifests.0", outer.as_str());
        alone(&["blob", "rm", &inner]).fails(1);
        // What only it kept goes with it.
        alone(&["blob", "rm", &outer]).ok();
        assert_eq!(alone(&["cache", "clean", "--all", "--max-age", "0", "--dry-run"]).ok().lines().len(), 4);
        alone(&["cache", "clean", "--all", "--max-age", "0"]).ok();
        assert_eq!(alone(&["blob", "ls"]).ok().out(), "");
    });
}

#[test]
fn only_what_is_not_there_is_sent() {
    stores(|store| {
        let one = machine(store);
        let (outer, inner) = dataset(&one);
        assert_eq!(hash(&one.dl(["blob", "push", &inner]).run()), inner, "a blob that is a manifest leads on too");
        let run = one.dl(["blob", "push", "--json", &outer]).run();
        assert_eq!(moved(&run), (2.into(), 3.into()), "{}", run.tell());
        let two = machine(store);
        blob(&two, "alpha");
        let run = two.dl(["blob", "pull", "--json", &outer]).run();
        assert_eq!(moved(&run), (4.into(), 1.into()));
        let run = two.dl(["blob", "pull", &format!("sha256:{}", sha256(b"gamma"))]).run();
        run.ok().says("pulled  0 blobs, 0 B  present: 1");
    });
}

#[test]
fn contents_are_there_before_what_refers_to_them() {
    // Room for the small ones and the manifests, not for the large one.
    let redis = or_skip!(Redis::start(&["--maxmemory", "3mb", "--maxmemory-policy", "noeviction"]));
    let store = redis.url("0");
    let one = machine(&store);
    one.write("data/a.txt", "alpha");
    one.write("data/z.bin", bytes(6_000_000));
    let whole = hash(&one.dl(["manifest", "put", "--class", "Dataset", "--dir", "data"]).run());
    let run = one.dl(["manifest", "push", "--json", &whole]).run();
    run.fails(1).error("other", "");
    let has = |hash: &str| one.dl(["kv", "has", "--store", &store, &format!("sha256/{hash}")]).run().code;
    assert_eq!((has(&sha256(b"alpha")), has(&whole[7..])), (0, 11));
    machine(&store).dl(["manifest", "pull", &whole]).run().fails(3);
}

#[test]
fn under_any_mode_and_only_where_a_store_is_named() {
    stores(|store| {
        for mode in ["read", "write", "read-write"] {
            let (one, two) = (machine(store), machine(store));
            let hash = blob(&one, format!("under {mode}"));
            one.dl(["blob", "push", "--shared-mode", mode, &hash]).run().ok();
            two.dl(["blob", "pull", "--shared-mode", mode, &hash]).run().ok();
        }
    });
    let alone = Sandbox::new();
    let hash = blob(&alone, "x");
    for words in [["blob", "push"], ["blob", "pull"], ["manifest", "push"], ["manifest", "pull"]] {
        alone.dl(words).arg(&hash).run().fails(2).says("--shared");
        alone.dl(words).args("--shared memory:").run().fails(2).says("HASH");
        let run = alone.dl(words).args("--shared redis://127.0.0.1:1/0 --offline --json").arg(&hash).run();
        run.fails(4).error("network", "offline");
    }
}

#[test]
fn what_is_nowhere_is_not_found() {
    stores(|store| {
        let (one, two) = (machine(store), machine(store));
        let none = format!("sha256:{}", "0".repeat(64));
        one.dl(["blob", "push", "--json", &none]).run().fails(3).error("not_found", "not_found");
        one.dl(["blob", "pull", "--json", &none]).run().fails(3).error("not_found", "not_found");
        let text = blob(&one, "no manifest");
        for verb in ["push", "pull"] {
            one.dl(["manifest", verb, "--json", &text]).run().fails(3).error("not_found", "not_a_manifest");
            one.dl(["blob", verb, &text]).run().ok();
        }
        two.dl(["manifest", "pull", "--json", &text]).run().fails(3).error("not_found", "not_a_manifest");
        two.dl(["--no-shared", "cache", "clean", "--all", "--max-age", "0"]).run().ok();
        assert_eq!(two.dl(["blob", "ls"]).run().ok().out(), "");
        // A prefix means what is here.
        two.dl(["blob", "pull", &text[..20]]).run().fails(3).says("whole hashes");
        two.dl(["blob", "cat", &text[..20]]).run().fails(3);
        // What refers to something that is nowhere is not sent.
        let whole = one
            .dl(["manifest", "put", "-"])
            .stdin(format!("{{\"class\":\"A\",\"value\":{{\"gone\":{{\"$ref\":\"{none}\"}}}}}}"));
        let whole = hash(&whole.run());
        one.dl(["manifest", "push", "--json", &whole]).run().fails(3).error("not_found", "not_found");
        two.dl(["manifest", "pull", &whole]).run().fails(3);
        // The first failure decides, the others are done.
        let run = two.dl(["blob", "pull", &none, &text]).run();
        assert_eq!(run.fails(3).out().trim_end(), text);
    });
}

#[test]
fn what_is_not_here_is_asked_of_the_store_and_kept() {
    stores(|store| {
        let one = machine(store);
        let (outer, inner) = dataset(&one);
        one.dl(["manifest", "push", &outer]).run().ok();
        let gamma = sha256(b"gamma");
        for words in [
            &["blob", "cat", &gamma][..],
            &["blob", "path", &gamma],
            &["blob", "stat", &gamma],
            &["manifest", "show", &inner],
            &["manifest", "tree", &outer],
            &["manifest", "verify", &outer],
            &["manifest", "checkout", &outer, "out"],
        ] {
            let two = machine(store);
            two.dl(["--no-shared"]).args(&words.join(" ")).run().fails(3);
            two.dl(["--shared-mode", "write"]).args(&words.join(" ")).run().fails(3);
            let here = one.dl(words.to_vec()).run();
            let run = two.dl(words.to_vec()).run();
            run.ok().warns_not();
            if words[1] != "path" && words[1] != "stat" {
                assert_eq!(run.stdout, here.stdout, "{words:?}");
            }
            two.dl(["--no-shared", "cache", "clean", "--all", "--max-age", "0"]).run().ok();
            two.dl(["--no-shared"]).args(&words.join(" ")).run().ok();
        }
        // What a manifest that was shown refers to is taken when it is needed, and goes when the manifest does.
        let two = machine(store);
        two.dl(["manifest", "show", &outer]).run().ok();
        two.dl(["blob", "stat", "--json", &inner]).run().ok().has("root", false);
        two.dl(["--no-shared", "blob", "stat", "--json", &outer]).run().ok().has("root", true);
        two.dl(["--no-shared", "blob", "cat", &gamma]).run().fails(3);
    });
}

#[test]
fn offline_a_store_on_this_machine_is_asked_for_blobs() {
    stores(|store| {
        let (one, two) = (machine(store), machine(store));
        let hash = blob(&one, "text");
        one.dl(["blob", "push", &hash]).run().ok();
        let run = two.dl(["blob", "cat", "--offline", &hash]).run();
        if store.starts_with("file:") {
            assert_eq!(run.ok().out(), "text");
        } else {
            run.fails(3).never_says("warning:");
        }
    });
}

#[test]
fn damaged_bytes_are_refused_and_not_stored() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("file:{}", folder.path().display());
    let one = machine(&store);
    let (outer, _) = dataset(&one);
    one.dl(["manifest", "push", &outer]).run().ok();
    let gamma = format!("sha256:{}", sha256(b"gamma"));
    for wrong in [&b"delta"[..], b"gamm", b"gamma and more", b""] {
        let path = blob_in(folder.path(), &gamma);
        let _ = std::fs::remove_file(&path);
        std::fs::write(&path, wrong).unwrap();
        for words in [["blob", "pull"], ["blob", "cat"], ["blob", "path"], ["blob", "stat"], ["manifest", "pull"]] {
            let two = machine(&store);
            let wanted = if words[0] == "manifest" { &outer } else { &gamma };
            let run = two.dl(words).arg(wanted).run();
            assert_eq!(run.fails(8).says("the shared store").out(), "");
            two.dl(["--no-shared", "blob", "stat", &gamma]).run().fails(3);
            // Nothing of what refers to it is kept either.
            two.dl(["--no-shared", "cache", "clean", "--all", "--max-age", "0"]).run().ok();
            assert_eq!(two.dl(["blob", "ls"]).run().ok().out(), "", "{words:?}");
        }
        let two = machine(&store);
        two.dl(["manifest", "verify", &outer]).run().fails(8).says("`part/c.txt` is damaged");
        two.dl(["manifest", "checkout", &outer, "out"]).run().fails(8);
        assert!(!two.path("out").exists());
    }
    // Of another size it is sent again; a machine whose own bytes are wrong sends none, and takes the right ones.
    let run = one.dl(["manifest", "push", "--json", &outer]).run();
    assert_eq!(moved(&run), (1.into(), 4.into()));
    one.unchecked();
    let own = one.dl(["blob", "path", &gamma]).run().path();
    std::fs::remove_file(&own).unwrap();
    std::fs::write(&own, "wrong").unwrap();
    one.dl(["blob", "push", &gamma]).run().fails(8);
    one.dl(["blob", "push", &outer]).run().fails(8);
    assert_eq!(moved(&one.dl(["blob", "pull", "--json", &outer]).run()), (1.into(), 4.into()));
    assert_eq!(one.dl(["blob", "cat", &gamma]).run().ok().out(), "gamma");
}

#[test]
fn a_folder_that_a_web_server_serves_is_a_store() {
    let nginx = or_skip!(Nginx::start());
    let folder = nginx.server.folder.path().join("files/team");
    let one = machine(&format!("file:{}", folder.display()));
    let (outer, _) = dataset(&one);
    one.dl(["manifest", "push", &outer]).run().ok();
    let reader = || machine(&nginx.tls_url("/team")).with_env("SSL_CERT_FILE", &nginx.ca);
    let two = reader();
    two.dl(["--offline", "blob", "cat", &outer]).run().fails(3).never_says("warning:");
    two.dl(["manifest", "checkout", &outer, "out"]).run().ok().warns_not();
    assert_eq!(two.read("out/b.bin"), bytes(300_000));
    assert_eq!(moved(&reader().dl(["manifest", "pull", "--json", &outer]).run()), (5.into(), 0.into()));
    // Nothing can be sent there but what is there.
    assert_eq!(moved(&two.dl(["blob", "push", "--json", &outer]).run()), (0.into(), 5.into()));
    let new = blob(&two, "new");
    two.dl(["blob", "push", &new]).run().fails(2);
    // Without its CA it is a store that fails.
    let strict = reader();
    strict.unset("SSL_CERT_FILE");
    let run = strict.dl(["blob", "cat", &outer]).run();
    run.fails(3).says("dl: warning: the shared store is passed by");
    let spoiled = blob_in(&folder, &sha256(b"gamma"));
    let _ = std::fs::remove_file(&spoiled);
    std::fs::write(&spoiled, "delta").unwrap();
    reader().dl(["blob", "cat", &sha256(b"gamma")]).run().fails(8);
}

#[test]
fn a_store_that_fails_is_one_warning_and_a_miss() {
    let folder = tempfile::tempdir().unwrap();
    let lost = [sha256(b"lost"), sha256(b"and lost")];
    for hash in &lost {
        // A folder where the bytes should be: it opens, and cannot be read.
        std::fs::create_dir_all(folder.path().join("sha256").join(hash)).unwrap();
    }
    for store in ["redis://127.0.0.1:1/0".to_owned(), format!("file:{}", folder.path().display())] {
        let one = machine(&store);
        let here = blob(&one, "here");
        let (outer, _) = dataset(&one);
        let run = one.dl(["blob", "cat", &lost[0], &lost[1], &here]).run();
        assert_eq!(run.fails(3).out(), "here");
        let warnings = run.stderr.lines().filter(|line| line.starts_with("dl: warning:")).count();
        assert_eq!(warnings, 1, "{}", run.tell());
        // What is here needs no store.
        one.dl(["manifest", "checkout", &outer, "out"]).run().ok().warns_not();
        one.dl(["blob", "pull", &lost[0]]).run().fails(4);
    }
    let one = machine("redis://127.0.0.1:1/0");
    let here = blob(&one, "here");
    one.dl(["blob", "push", "--json", &here]).run().fails(4).error("network", "");
}

#[test]
fn a_store_that_hangs_or_dies_on_the_way_is_a_miss() {
    let redis = or_skip!(Redis::start(&[]));
    let (one, two) = (machine(&redis.url("0")), machine(&redis.url("0")));
    let large = blob(&one, bytes(40_000_000));
    one.dl(["blob", "push", &large]).run().ok();
    redis.server.pause();
    let run = two.dl(["blob", "path", &large, &large]).run();
    redis.server.go_on();
    let warnings = run.fails(3).stderr.lines().filter(|line| line.starts_with("dl: warning:")).count();
    assert_eq!(warnings, 1, "{}", run.tell());
    two.dl(["blob", "pull", &large]).run().ok();

    let three = machine(&redis.url("0"));
    drop(redis);
    let run = three.dl(["blob", "path", &large]).run();
    run.fails(3).says("dl: warning: the shared store is passed by");
    assert_eq!(three.dl(["blob", "ls"]).run().ok().out(), "");
    three.dl(["blob", "pull", &large]).run().fails(4);
    one.dl(["blob", "push", &large]).run().fails(4);
}

/// The port of a way to another that passes so many bytes and then is cut, or passes nothing more.
fn way(to: u16, bytes: u64, hangs: bool) -> u16 {
    let listener = listen();
    let port = listener.local_addr().unwrap().port();
    let left = Arc::new(AtomicU64::new(bytes));
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            if left.load(Ordering::SeqCst) == 0 && !hangs {
                return;
            }
            let Ok(server) = TcpStream::connect(("127.0.0.1", to)) else { return };
            let twins = [(client.try_clone().unwrap(), server.try_clone().unwrap()), (server, client)];
            for (mut from, mut to) in twins {
                let left = Arc::clone(&left);
                std::thread::spawn(move || {
                    let mut buffer = vec![0; 1 << 16];
                    while let Ok(count @ 1..) = from.read(&mut buffer) {
                        let pass = |left: u64| Some(left.saturating_sub(count as u64));
                        let before = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, pass).unwrap();
                        if before <= count as u64 {
                            if hangs {
                                // The connection stays, and nothing comes.
                                std::thread::sleep(Duration::from_mins(10));
                            }
                            break;
                        }
                        if to.write_all(&buffer[..count]).is_err() {
                            break;
                        }
                    }
                    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
                });
            }
        }
    });
    port
}

#[test]
fn a_store_that_is_cut_off_or_falls_silent_in_the_middle() {
    let redis = or_skip!(Redis::start(&[]));
    let one = machine(&redis.url("0"));
    let large = blob(&one, bytes(40_000_000));
    one.dl(["blob", "push", &large]).run().ok();
    for hangs in [false, true] {
        let store = || format!("redis://127.0.0.1:{}/0", way(redis.server.port, 20_000_000, hangs));
        let two = machine(&store());
        let run = two.dl(["blob", "path", &large, &large]).run();
        let warnings = run.fails(3).stderr.lines().filter(|line| line.starts_with("dl: warning:")).count();
        assert_eq!(warnings, 1, "{}", run.tell());
        let run = two.dl(["blob", "pull", "--shared", &store(), &large]).run();
        assert!(matches!(run.code, 4 | 5), "{}", run.tell());
        assert!(!two.cache_tree().iter().any(|name| name.ends_with(&large[9..])), "{:?}", two.cache_tree());

        let other = blob(&one, [bytes(40_000_000), vec![u8::from(hangs)]].concat());
        let run = one.dl(["blob", "push", "--shared", &store(), &other]).run();
        assert!(matches!(run.code, 4 | 5), "{}", run.tell());
        two.dl(["blob", "pull", "--shared", &redis.url("0"), &other]).run().fails(3);
        one.dl(["blob", "push", &other]).run().ok();
        two.dl(["blob", "pull", "--shared", &redis.url("0"), &other]).run().ok();
    }
}

#[test]
fn what_only_a_credential_got_is_kept_back() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("file:{}", folder.path().display());
    let one = machine(&store);
    let origin = Origin::of("private");
    one.dl(["fetch", "-u", "me:word", &origin.url("/a")]).run().ok();
    let item = format!("data={}", origin.url("/a"));
    let whole = hash(&one.dl(["manifest", "put", "--class", "Dataset", "--item", &item]).run());
    let content = format!("sha256:{}", sha256(b"private"));
    one.dl(["blob", "push", &content]).run().fails(2).says("credential");
    one.dl(["manifest", "push", &whole]).run().fails(2).says("credential");
    assert_eq!(tree(folder.path()), Vec::<String>::new());
    // By agreement, or where the user has the bytes in his own right.
    one.config("[shared]\nprivate = true\n");
    one.dl(["manifest", "push", &whole]).env("DL_SHARED_SECRET", "agreed").run().ok();
    one.config("");
    assert_eq!(blob(&one, "private"), content);
    one.dl(["blob", "push", &content]).run().ok();
}

#[test]
fn the_lease_of_a_machine_that_died_is_taken_over() {
    let redis = or_skip!(Redis::start(&[]));
    let folder = tempfile::tempdir().unwrap();
    let stores = [format!("file:{}", folder.path().display()), redis.url("0")];
    let gate = Gate::default();
    let wait = gate.clone();
    let origin = Origin::new(move |_, conn| {
        wait.wait();
        conn.reply(&Reply::ok("content"));
    });
    let sharing = |store: &String| machine(store).with_env("DL_SHARED_MODE", "read-write");
    let (ones, twos): (Vec<Sandbox>, Vec<Sandbox>) =
        stores.iter().map(|store| (sharing(store), sharing(store))).unzip();
    let url = origin.url("/a");
    let dying: Vec<Running<'_>> = ones.iter().map(|one| one.dl(["fetch", &url]).spawn()).collect();
    until("both to fetch", || origin.count() == 2);
    for one in dying {
        one.kill();
        one.wait();
    }
    for store in &stores {
        let left = ones[0].dl(["kv", "ls", "--store", store]).run();
        assert!(left.ok().out().contains("shared/lease/"), "{}", left.tell());
    }
    let waiting: Vec<Running<'_>> = twos.iter().map(|two| two.dl(["fetch", "--json", &url]).spawn()).collect();
    gate.open();
    for two in waiting {
        two.wait().ok().has("source", "network");
    }
    assert_eq!(origin.count(), 4);
}
