//! Where it goes: paths, stdout, names from URL and server, links, what exists already, modes, special files.

use crate::support::origin::Origin;
use crate::support::reply::{File, MODIFIED, Reply};
use crate::support::sandbox::{Sandbox, both, bytes, sha256};
use std::io::Read as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;
use std::time::{Duration, SystemTime};

fn mode(path: impl AsRef<Path>) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn set_mode(path: impl AsRef<Path>, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Sets a file's time back, so that a change would show.
fn set_back(path: impl AsRef<Path>) -> SystemTime {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    std::fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    std::fs::metadata(path).unwrap().modified().unwrap()
}

fn modified(path: impl AsRef<Path>) -> SystemTime {
    std::fs::metadata(path).unwrap().modified().unwrap()
}

#[test]
fn a_path_is_written_and_printed() {
    both(|sandbox| {
        let origin = Origin::of("content");
        let url = origin.url("/a.txt");
        let run = sandbox.dl(["fetch", "-o", "deep/er/out.txt", &url]).run();
        assert_eq!(sandbox.path("").join(run.ok().path()), sandbox.path("deep/er/out.txt"));
        assert_eq!(sandbox.read("deep/er/out.txt"), b"content");
        let run = sandbox.dl(["fetch", "--json", "-o", "b.txt", &url]).run();
        run.ok().has("source", "hit").has("written", true).has("output", "b.txt");
        assert_eq!(run.field("file"), run.field("output"));
        assert_eq!(origin.count(), 1, "from the cache");
    });
}

#[test]
fn a_destination_is_never_the_cached_file_itself() {
    let sandbox = Sandbox::new();
    let origin = Origin::of("content");
    let url = origin.url("/a.txt");
    sandbox.dl(["fetch", "-o", "a.txt", &url]).run().ok();
    assert_eq!(mode(sandbox.path("a.txt")), 0o644);
    std::fs::write(sandbox.path("a.txt"), "edited").unwrap();
    let path = sandbox.dl(["fetch", &url]).run().ok().path();
    assert_eq!(std::fs::read(path).unwrap(), b"content");
    assert_eq!(origin.count(), 1);
}

#[test]
fn stdout_gets_whole_bodies_in_order() {
    both(|sandbox| {
        let origin = Origin::new(|request, conn| conn.reply(&Reply::ok(request.path())));
        let urls = [origin.url("/1"), origin.url("/2"), origin.url("/3")];
        let run = sandbox.dl(["fetch", "-o", "-"]).arg(&urls[0]).arg(&urls[1]).arg(&urls[2]).run();
        assert_eq!(run.ok().stdout, b"/1/2/3");
        let run = sandbox.dl(["fetch", "-o", "-", "--no-cache", &urls[0]]).run();
        assert_eq!(run.ok().stdout, b"/1");
        assert_eq!(origin.count(), 4);
    });
}

#[test]
fn nothing_reaches_stdout_before_the_whole_is_verified() {
    both(|sandbox| {
        let body = bytes(500_000);
        let origin = Origin::new(move |_, conn| {
            conn.begin(&Reply::ok(body.clone()), 400_000);
            conn.cut();
        });
        for cache in ["", "--no-cache"] {
            let run = sandbox.dl(["fetch", "--retry", "0", "-o", "-", &origin.url("/a")]).args(cache).run();
            assert!(run.fails(8).stdout.is_empty());
        }
        let good = Origin::of("content");
        let run = sandbox.dl(["fetch", "-o", "-", "--sha256", &sha256(b"other"), &good.url("/a")]).run();
        assert!(run.fails(8).stdout.is_empty());
    });
}

#[test]
fn the_name_comes_from_the_url() {
    let sandbox = Sandbox::new();
    let origin = Origin::new(|request, conn| {
        conn.reply(&Reply::ok(request.path()).field("Content-Disposition", "attachment; filename=evil"));
    });
    let names = [
        ("/dir/trips.tar.gz?x=1#frag", "trips.tar.gz"),
        ("/with%20space.txt", "with space.txt"),
        ("/%2e%2e%2fup.txt", "up.txt"),
        ("/a/-rf", "_rf"),
        ("/a/.bashrc", "_bashrc"),
    ];
    for (target, name) in names {
        sandbox.dl(["fetch", "-O", &origin.url(target)]).run().ok();
        assert!(sandbox.path(name).is_file(), "`{target}` gave {:?}", sandbox.work_tree());
    }
    sandbox.dl(["fetch", "-P", "dir", &origin.url("/one.txt"), &origin.url("/two.txt")]).run().ok();
    assert!(sandbox.path("dir/one.txt").is_file() && sandbox.path("dir/two.txt").is_file());
    let run = sandbox.dl(["fetch", "-O", &origin.url("/a/same.txt"), &origin.url("/b/same.txt")]).run();
    run.fails(2).says("same.txt");
    assert_eq!(sandbox.work_tree().iter().filter(|n| n.contains("same")).count(), 0);
}

#[test]
fn the_servers_name_is_made_safe() {
    let names: &[(&[u8], &str)] = &[
        (b"attachment; filename=\"trips 2025.csv\"", "trips 2025.csv"),
        (b"attachment; filename=\"../../evil.sh\"", "evil.sh"),
        (b"attachment; filename=\"..\\\\..\\\\evil2.sh\"", "evil2.sh"),
        (b"attachment; filename=\"/etc/passwd\"", "passwd"),
        (b"attachment; filename=\".bashrc\"", "_bashrc"),
        (b"attachment; filename=\"-rf\"", "_rf"),
        (b"attachment; filename=\"..\"", "url-name.txt"),
        (b"attachment; filename=\"\"", "url-name.txt"),
        (b"attachment; filename=\"CON\"", "url-name.txt"),
        (b"attachment", "url-name.txt"),
        (b"attachment; filename*=UTF-8''a%1b%5b31mb%07.txt", "a[31mb.txt"),
        (b"attachment; filename=\"a:b*c?d.txt\"", "abcd.txt"),
        (b"attachment; filename=plain.txt; filename*=UTF-8''%e2%82%ac%20rates.txt", "\u{20ac} rates.txt"),
        (b"attachment; filename*=UTF-8''x%2f..%2fslash.txt", "slash.txt"),
        (b"attachment; filename*=UTF-8''cod%e2%80%aegnp.exe", "codgnp.exe"),
    ];
    for (value, name) in names {
        let sandbox = Sandbox::new();
        let value = value.to_vec();
        let origin = Origin::new(move |_, conn| conn.reply(&Reply::ok("x").field("Content-Disposition", &value)));
        sandbox.dl(["fetch", "--remote-header-name", &origin.url("/url-name.txt")]).run().ok();
        assert_eq!(sandbox.work_tree(), [*name]);
    }
    let long = format!("attachment; filename=\"{}.tar.gz\"", "n".repeat(300));
    let sandbox = Sandbox::new();
    let origin = Origin::replying(Reply::ok("x").field("Content-Disposition", long));
    sandbox.dl(["fetch", "--remote-header-name", &origin.url("/u")]).run().ok();
    let name = sandbox.work_tree().remove(0);
    assert!(name.len() <= 200 && name.ends_with(".gz"), "{name}");
}

#[test]
fn a_servers_name_never_replaces_a_file() {
    both(|sandbox| {
        sandbox.write("mine.txt", "mine");
        let reply = Reply::ok("theirs").field("Content-Disposition", "attachment; filename=mine.txt");
        let origin = Origin::new(move |_, conn| {
            // A name in an early hint is no name.
            conn.send("HTTP/1.1 103 Early Hints\r\nContent-Disposition: attachment; filename=hint.txt\r\n\r\n");
            conn.reply(&reply);
        });
        let url = origin.url("/u");
        sandbox.dl(["fetch", "--remote-header-name", &url]).run().fails(9).says("mine.txt");
        assert_eq!(sandbox.read("mine.txt"), b"mine");
        sandbox.dl(["fetch", "--remote-header-name", "--if-exists", "replace", &url]).run().ok();
        assert_eq!(sandbox.work_tree(), ["mine.txt"]);
        assert_eq!(sandbox.read("mine.txt"), b"theirs");
    });
}

#[test]
fn a_link_shares_the_cached_bytes() {
    let sandbox = Sandbox::new();
    let origin = Origin::of(bytes(100_000));
    let url = origin.url("/a.bin");
    sandbox.dl(["fetch", "--link", "-o", "a.bin", &url]).run().ok();
    assert_eq!(sandbox.read("a.bin"), bytes(100_000));
    let cached = sandbox.dl(["fetch", &url]).run().ok().path();
    let (ours, theirs) = (std::fs::metadata(sandbox.path("a.bin")).unwrap(), std::fs::metadata(&cached).unwrap());
    if ours.ino() == theirs.ino() {
        assert_eq!(mode(&cached), 0o444, "a hard link must not be editable");
    }
    assert!(ours.ino() == theirs.ino() || ours.nlink() == 1);
}

#[test]
fn what_exists_is_replaced_kept_or_an_error() {
    both(|sandbox| {
        let origin = Origin::of("new");
        let url = origin.url("/a");
        sandbox.write("a", "old");
        sandbox
            .dl(["fetch", "--json", "--if-exists", "keep", "-o", "a", &url])
            .run()
            .ok()
            .has("source", "kept")
            .has("written", false);
        sandbox.dl(["fetch", "--json", "--if-exists", "error", "-o", "a", &url]).run().fails(9).error("disk", "");
        assert_eq!(origin.count(), 0);
        assert_eq!(sandbox.read("a"), b"old");
        sandbox.dl(["fetch", "--json", "-o", "a", &url]).run().ok().has("source", "network").has("written", true);
        assert_eq!(sandbox.read("a"), b"new");
        // The stored version says that it holds the wanted bytes.
        let run = sandbox.dl(["fetch", "--json", "--if-exists", "error", "-o", "a", &url]).run();
        run.ok().has("written", false);
        assert_eq!(origin.count(), 1);
        sandbox.dl(["fetch", "--if-exists", "keep", "-o", "b", &url]).run().ok();
        assert_eq!(sandbox.read("b"), b"new");
    });
}

#[test]
fn a_digest_makes_a_present_file_enough() {
    both(|sandbox| {
        let origin = Origin::of("wanted").may_be_idle();
        let url = origin.url("/a");
        sandbox.write("a", "wanted");
        let time = set_back(sandbox.path("a"));
        for more in ["", "--if-exists error", "--offline"] {
            let run = sandbox.dl(["fetch", "--json", "--sha256", &sha256(b"wanted"), "-o", "a", &url]).args(more).run();
            run.ok().has("source", "present").has("written", false).has("sha256", sha256(b"wanted"));
        }
        assert_eq!(origin.count(), 0);
        assert_eq!(modified(sandbox.path("a")), time);
    });
}

#[test]
fn a_destination_that_holds_the_bytes_is_left_alone() {
    both(|sandbox| {
        let origin = Origin::of("content");
        let url = origin.url("/a");
        sandbox.dl(["fetch", "-o", "a", &url]).run().ok();
        let time = set_back(sandbox.path("a"));
        for more in ["", "--refresh", "--force", "--no-cache"] {
            sandbox.dl(["fetch", "--json", "-o", "a", &url]).args(more).run().ok().has("written", false);
            assert_eq!(modified(sandbox.path("a")), time, "{more}");
        }
        sandbox.dl(["fetch", "--json", "--touch", "-o", "a", &url]).run().ok();
        assert!(modified(sandbox.path("a")) > time);
        // Of the same size, and with the old time: it must be read.
        std::fs::write(sandbox.path("a"), "CONTENT").unwrap();
        set_back(sandbox.path("a"));
        sandbox.dl(["fetch", "--json", "-o", "a", &url]).run().ok().has("written", true);
        assert_eq!(sandbox.read("a"), b"content");
    });
}

#[test]
fn the_time_is_now_or_the_servers() {
    both(|sandbox| {
        let origin = Origin::of("content");
        let url = origin.url("/a");
        let before = SystemTime::now() - Duration::from_secs(5);
        sandbox.dl(["fetch", "-o", "a", &url]).run().ok();
        assert!(modified(sandbox.path("a")) > before);
        let theirs = httpdate::parse_http_date(MODIFIED).unwrap();
        sandbox.dl(["fetch", "-R", "-o", "b", &url]).run().ok();
        assert_eq!(modified(sandbox.path("b")), theirs);
    });
}

#[test]
fn modes_follow_the_umask_and_the_replaced_file() {
    let sandbox = Sandbox::new();
    let origin = Origin::of("content");
    let url = origin.url("/a");
    for (umask, wanted) in [("022", 0o644), ("077", 0o600), ("002", 0o664), ("000", 0o666)] {
        sandbox.dl(["fetch", "-o", umask, &url]).umask(umask).run().ok();
        assert_eq!(mode(sandbox.path(umask)), wanted, "umask {umask}");
    }
    for (old, wanted) in [(0o755, 0o755), (0o600, 0o600), (0o6755, 0o755)] {
        let path = sandbox.write("replaced", "old");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(old)).unwrap();
        sandbox.dl(["fetch", "-o", "replaced", &url]).run().ok();
        assert_eq!(mode(&path), wanted, "over {old:o}");
    }
}

#[test]
fn a_symbolic_link_is_replaced_not_followed() {
    both(|sandbox| {
        let origin = Origin::of("content");
        sandbox.write("precious", "precious");
        symlink("precious", sandbox.path("link")).unwrap();
        symlink("nowhere", sandbox.path("dangling")).unwrap();
        for name in ["link", "dangling"] {
            sandbox.dl(["fetch", "-o", name, &origin.url("/a")]).run().ok();
            assert!(!sandbox.path(name).is_symlink());
            assert_eq!(sandbox.read(name), b"content");
        }
        assert_eq!(sandbox.read("precious"), b"precious");
        assert!(!sandbox.path("nowhere").exists());
    });
}

#[test]
fn folders_and_the_cache_are_no_destinations() {
    let sandbox = Sandbox::new();
    let origin = Origin::of("content").may_be_idle();
    let url = origin.url("/a");
    std::fs::create_dir(sandbox.path("folder")).unwrap();
    sandbox.dl(["fetch", "-o", "folder", &url]).run().fails(9).says("folder");
    sandbox.dl(["fetch", "-o", "folder/", &url]).run().says("-P");
    let inside = sandbox.cache().join("x");
    sandbox.dl(["fetch", "-o", inside.to_str().unwrap(), &url]).run().fails(2);
    sandbox.dl(["fetch", "-P", sandbox.cache().to_str().unwrap(), &url]).run().fails(2);
    symlink(sandbox.cache(), sandbox.path("way")).unwrap();
    std::fs::create_dir(sandbox.cache()).unwrap();
    set_mode(sandbox.cache(), 0o700);
    for words in ["-D way/salt", "--meta way/registry.sqlite", "-o way/x", "-O -P way", "--extract way/x"] {
        sandbox.dl(["fetch", &url]).args(words).run().fails(2).says("the cache");
    }
    sandbox.dl(["cache", "export", "way/export.tar"]).run().fails(2).says("the cache");
    assert!(sandbox.cache_tree().is_empty(), "{:?}", sandbox.cache_tree());
    sandbox.write("file", "x");
    sandbox.dl(["fetch", "-o", "file/below", &url]).run().fails(9);
    assert_eq!(origin.count(), 0);
}

#[test]
fn a_fifo_and_a_device_are_written_never_replaced() {
    both(|sandbox| {
        let origin = Origin::of("content");
        let url = origin.url("/a");
        let fifo = sandbox.path("fifo");
        assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        let path = fifo.clone();
        let reader = std::thread::spawn(move || std::fs::read(path).unwrap());
        sandbox.dl(["fetch", "-o", "fifo", &url]).run().ok();
        assert_eq!(reader.join().unwrap(), b"content");
        assert!(std::fs::metadata(&fifo).unwrap().file_type().is_fifo());
        sandbox.dl(["fetch", "-o", "/dev/null", &url]).run().ok();
        assert!(std::fs::metadata("/dev/null").unwrap().file_type().is_char_device());
        for cache in ["", "--no-cache"] {
            let socket = sandbox.path(format!("socket{cache}"));
            let listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
            let reader = std::thread::spawn(move || {
                let mut got = Vec::new();
                listener.accept().unwrap().0.read_to_end(&mut got).map(|_| got).unwrap()
            });
            sandbox.dl(["fetch", &url, "-o"]).arg(&socket).args(cache).run().ok();
            assert_eq!(reader.join().unwrap(), b"content");
            assert!(std::fs::symlink_metadata(&socket).unwrap().file_type().is_socket());
        }
        // Nobody reads here: what fails must not even open it.
        let wrong = sha256(b"other");
        sandbox.dl(["fetch", "--force", "--sha256", &wrong, "-o", "fifo", &url]).run().fails(8);
    });
}

#[test]
fn dead_temporary_files_are_swept() {
    let sandbox = Sandbox::new();
    let origin = Origin::of("content");
    let url = origin.url("/a");
    sandbox.write("given/b", "b");
    let stored = sandbox.run("manifest put --class A --dir given").ok().out().trim_end().to_owned();
    for (words, left) in [
        (&["fetch", "-o", "dir/a", &url][..], "dir/a"),
        (&["fetch", "--meta", "dir/meta", &url], "dir/meta"),
        (&["fetch", "--force", "-D", "dir/head", &url], "dir/head"),
        (&["cache", "export", "dir/export"], "dir/export"),
        (&["manifest", "checkout", &stored, "dir"], "dir/b"),
        (&["man", "dir"], "dir/dl.1"),
    ] {
        sandbox.write("dir/.dl-0123abcd.part", "left by a killed one");
        sandbox.dl(words.iter().copied()).run().ok();
        assert!(sandbox.path(left).exists() && !sandbox.path("dir/.dl-0123abcd.part").exists(), "{words:?}");
        std::fs::remove_dir_all(sandbox.path("dir")).unwrap();
    }
}

#[test]
fn meta_is_what_json_prints_on_failure_too() {
    both(|sandbox| {
        let origin = Origin::new(|request, conn| match request.path() {
            "/a" => conn.reply(&Reply::ok("content")),
            _ => conn.reply(&Reply::new(403).field("X-Why", "because")),
        });
        sandbox.dl(["fetch", "--meta", "meta.json", "-o", "-", &origin.url("/a")]).run().ok();
        let meta: serde_json::Value = serde_json::from_slice(&sandbox.read("meta.json")).unwrap();
        assert_eq!((&meta["source"], &meta["size"]), (&"network".into(), &7.into()));
        sandbox.dl(["fetch", "--meta", "meta.json", &origin.url("/b")]).run().fails(7);
        let meta: serde_json::Value = serde_json::from_slice(&sandbox.read("meta.json")).unwrap();
        assert_eq!((&meta["http_code"], &meta["error"]["exit_code"]), (&403.into(), &7.into()));
        assert_eq!(meta["headers"]["x-why"][0], "because");
    });
}

#[test]
fn the_head_is_dumped_for_its_owner_only() {
    both(|sandbox| {
        let secret = sandbox.canary("cookie");
        let reply = Reply::ok("content").field("Set-Cookie", format!("id={secret}"));
        let origin = Origin::replying(reply);
        sandbox.may_hold_secrets(sandbox.path("head"));
        sandbox.dl(["fetch", "-D", "head", "--json", &origin.url("/a")]).umask("000").run().ok();
        let head = String::from_utf8(sandbox.read("head")).unwrap().to_lowercase();
        assert!(head.starts_with("http/1.1 200") && head.contains(&secret), "{head}");
        assert_eq!(mode(sandbox.path("head")), 0o600);
    });
}

#[test]
fn attributes_of_the_file_tell_where_it_came_from() {
    let sandbox = Sandbox::new();
    let secret = sandbox.canary("query");
    let origin = Origin::serving(File::new("content"));
    let url = origin.url(&format!("/a?token={secret}&x=1"));
    sandbox.dl(["fetch", "--xattr", "-o", "a", &url]).run().ok();
    let get = |name| xattr::get(sandbox.path("a"), name).ok().flatten().map(|v| String::from_utf8(v).unwrap());
    let Some(digest) = get("user.dl.sha256") else {
        return crate::support::sandbox::eprint_line("SKIPPED: no extended attributes here");
    };
    assert_eq!(digest, sha256(b"content"));
    let from = get("user.xdg.origin.url").unwrap();
    assert!(from.contains("x=1") && from.contains("redacted") && !from.contains(&secret), "{from}");
}
