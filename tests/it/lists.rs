//! `-i`: many URLs from a file or stdin, each with its own words.

use crate::support::origin::Origin;
use crate::support::reply::Reply;
use crate::support::sandbox::{Sandbox, both, sha256};
use std::path::PathBuf;

/// Answers with the path.
fn echo() -> Origin {
    Origin::new(|request, conn| match request.path() {
        "/missing" => conn.reply(&Reply::new(404)),
        path => conn.reply(&Reply::ok(path)),
    })
}

#[test]
fn a_list_is_fetched_in_order() {
    both(|sandbox| {
        let origin = echo();
        let (one, two, three) = (origin.url("/1"), origin.url("/2"), origin.url("/3 x"));
        let list = format!(
            "# comment\n\n{one} out=first.txt checksum={} # why\n  {two}\tout='second file.txt'\n\"{three}\"\n",
            sha256(b"/1")
        );
        sandbox.write("list", &list);
        let run = sandbox.dl(["fetch", "-P", "got", "-i", "list"]).run();
        assert_eq!(run.ok().lines().len(), 3);
        assert_eq!(sandbox.read("got/first.txt"), b"/1");
        assert_eq!(sandbox.read("got/second file.txt"), b"/2");
        assert_eq!(sandbox.read("got/3 x"), b"/3%20x");
        let run = sandbox.dl(["fetch", "-i", "-"]).stdin(list.replace("out=", "filename=")).run();
        let lines = run.ok().lines();
        assert!(lines[0].ends_with("/first.txt") && std::fs::read(lines[0]).unwrap() == b"/1", "{lines:?}");
        assert_eq!(origin.count(), 3, "the second time all are hits");
    });
}

#[test]
fn urls_of_the_command_and_of_the_list_go_together() {
    let sandbox = Sandbox::new();
    let origin = echo();
    sandbox.write("list", format!("{}\n{}\n", origin.url("/b"), origin.url("/missing")));
    let run = sandbox.dl(["fetch", "--json", "-i", "list", &origin.url("/a")]).run();
    assert_eq!(run.fails(7).json_lines().len(), 3);
}

#[test]
fn a_hint_is_given_once() {
    let sandbox = Sandbox::new();
    let origin = Origin::new(|_, conn| conn.reply(&Reply::new(403)));
    sandbox.write("list", format!("{}\n{}\n", origin.url("/a"), origin.url("/b")));
    let run = sandbox.dl(["fetch", "-i", "list"]).run();
    let told = run.fails(7).stderr.clone();
    assert_eq!((told.matches("dl: error:").count(), told.matches("hint:").count()), (2, 1), "{told}");
}

#[test]
fn a_mirror_in_a_line() {
    both(|sandbox| {
        let origin = echo();
        let (bad, good) = (origin.url("/missing"), origin.url("/good"));
        sandbox.write("list", format!("{bad} mirror={bad}?2 mirror={good} filename=named.bin\n"));
        let run = sandbox.dl(["fetch", "--json", "-i", "list"]).run();
        run.ok().has("resolved_url", good.as_str()).has("filename", "named.bin");
    });
}

#[test]
fn a_bad_line_is_named_before_anything_is_fetched() {
    let origin = echo().may_be_idle();
    let good = origin.url("/a");
    for line in [
        "example.com/no-scheme",
        "http://h/ out=",
        "http://h/ wrong=word",
        "http://h/ checksum=sha256:12",
        "http://h/ 'unclosed",
        "http://h/ mirror=nowhere",
        "http://h/ stray",
        "gopher://h/",
    ] {
        let sandbox = Sandbox::new();
        sandbox.write("list", format!("{good}\n# two\n{line}\n"));
        sandbox.dl(["fetch", "-i", "list"]).run().fails(2).says("list").says("3");
    }
    let sandbox = Sandbox::new();
    sandbox.dl(["fetch", "-i", "nowhere"]).run().fails(2).says("nowhere");
    assert_eq!(origin.count(), 0);
}

#[test]
fn a_line_cannot_leave_the_folder() {
    let sandbox = Sandbox::new();
    let origin = echo().may_be_idle();
    let outside = sandbox.home().join("outside");
    for out in ["../up.txt", "a/../../up.txt", outside.to_str().unwrap()] {
        sandbox.write("list", format!("{} out={out}\n", origin.url("/a")));
        sandbox.dl(["fetch", "-P", "got", "-i", "list"]).run().fails(2).says("1");
    }
    sandbox.write("list", format!("{} out=../up.txt\n", origin.url("/a")));
    sandbox.dl(["fetch", "-i", "list"]).run().fails(2);
    assert_eq!(origin.count(), 0);
    sandbox.write("list", format!("{} out={}\n", origin.url("/a"), outside.display()));
    sandbox.dl(["fetch", "-i", "list"]).run().ok();
    assert_eq!(std::fs::read(outside).unwrap(), b"/a", "absolute without -P is the user's word");
}

#[test]
fn what_describes_one_file_takes_one_url() {
    let sandbox = Sandbox::new();
    let (one, two) = ("http://127.0.0.1:1/a", "http://127.0.0.1:1/b");
    let digest = sha256(b"");
    for (option, word) in [
        (format!("-o out {one} {two}"), "out="),
        (format!("--sha256 {digest} {one} {two}"), "checksum="),
        (format!("--checksum {digest} {one} {two}"), "checksum="),
        (format!("--mirror {one} {one} {two}"), "mirror="),
        (format!("--filename x {one} {two}"), "filename="),
        (format!("--size 5 {one} {two}"), ""),
        (format!("--key-uri {one} {one} {two}"), ""),
        (format!("-D head {one} {two}"), ""),
        (format!("-o same -i - {one}"), "out="),
    ] {
        sandbox.fetch(&option).fails(2).says(word);
    }
}

#[test]
fn two_urls_never_write_one_path() {
    let sandbox = Sandbox::new();
    let origin = echo().may_be_idle();
    sandbox.write("list", format!("{} out=x\n{} out=./x\n", origin.url("/a"), origin.url("/b")));
    sandbox.dl(["fetch", "-i", "list"]).run().fails(2);
    assert_eq!(origin.count(), 0);
}

#[test]
fn stdin_is_named_once() {
    let sandbox = Sandbox::new();
    sandbox.dl(["fetch", "-i", "-", "-d", "@-"]).stdin("http://127.0.0.1:1/a\n").run().fails(2);
}

#[test]
fn fail_fast_interrupts_the_others() {
    both(|sandbox| {
        let origin = Origin::new(|request, conn| {
            if request.path() == "/missing" {
                conn.reply(&Reply::new(404));
            } else {
                conn.begin(&Reply::ok(vec![0; 10_000]), 5);
                conn.stall();
            }
        });
        let run = sandbox.dl(["fetch", "--json", "--fail-fast", &origin.url("/slow"), &origin.url("/missing")]).run();
        let lines = run.json_lines();
        assert_eq!(lines[0]["error"]["kind"], "interrupted", "{}", run.tell());
        assert_eq!(lines[1]["error"]["kind"], "http");
        assert_ne!(run.code, 0);
        let run = sandbox
            .dl(["fetch", "--json", "-j", "1", "--fail-fast", &origin.url("/missing"), &origin.url("/other")])
            .run();
        assert_eq!(run.fails(7).json_lines()[1]["error"]["kind"], "interrupted");
    });
}

#[test]
fn the_same_url_twice_is_asked_once() {
    both(|sandbox| {
        let origin = echo();
        let url = origin.url("/a");
        let run = sandbox.dl(["fetch", &url, &url, &format!("{url}#frag")]).run();
        let lines = run.ok().lines();
        assert_eq!(lines.len(), 3);
        assert!(lines.iter().all(|l| l == &lines[0]));
        assert_eq!(origin.count(), 1);
        sandbox.write("list", format!("{url} out=one\n{url} out=two\n"));
        sandbox.dl(["fetch", "--force", "-i", "list"]).run().ok();
        assert_eq!((sandbox.read("one"), sandbox.read("two")), (b"/a".to_vec(), b"/a".to_vec()));
        assert_eq!(origin.count(), 2);
    });
}

/// Many hits are looked up at once and given out later; nobody can tell.
#[test]
fn hits_and_others_come_in_the_order_of_the_list() {
    for jobs in ["1", "8"] {
        both(|sandbox| {
            let origin = echo();
            let line = |n: &u32| format!("{}\n", origin.url(&format!("/{n}")));
            let lines = |numbers: &[u32]| numbers.iter().map(line).collect::<Vec<_>>().concat();
            let even: Vec<u32> = (0..60).map(|n| n * 2).collect();
            let list = lines(&even);
            let first = sandbox.dl(["fetch", "-i", "-"]).stdin(list).run();
            // One lost its name, one its bytes, one its name and its bytes.
            let paths: Vec<PathBuf> = first.ok().lines().iter().map(PathBuf::from).collect();
            let blob = |n: &str| {
                sandbox.cache().join(format!(
                    "blobs/sha256/{}/{}",
                    &sha256(n.as_bytes())[..2],
                    &sha256(n.as_bytes())[2..]
                ))
            };
            std::fs::remove_file(&paths[3]).unwrap();
            std::fs::remove_file(blob("/8")).unwrap();
            std::fs::remove_file(&paths[5]).unwrap();
            std::fs::remove_file(blob("/10")).unwrap();
            let mut wanted: Vec<u32> = (0..120).collect();
            wanted.extend([4, 5, 4]);
            let mut list = lines(&wanted);
            list.insert_str(list.find("/50\n").unwrap() + 4, &format!("{}\n", origin.url("/missing")));
            let run = sandbox.dl(["fetch", "-q", "-j", jobs, "-i", "-"]).stdin(list.clone()).run();
            let found: Vec<Vec<u8>> = run.fails(7).lines().iter().map(|path| std::fs::read(path).unwrap()).collect();
            let expected: Vec<Vec<u8>> = wanted.iter().map(|n| format!("/{n}").into_bytes()).collect();
            assert_eq!(found, expected);
            assert_eq!(origin.count(), 60 + 60 + 1 + 1, "what is whole is not asked for again");
            let told = sandbox.dl(["fetch", "--json", "-j", jobs, "-i", "-"]).stdin(list).run().fails(7).json_lines();
            assert_eq!(told.len(), 124);
            assert_eq!(told[51]["error"]["kind"], "http");
            assert!(told.iter().enumerate().all(|(at, one)| at == 51 || one["source"] == "hit"));
            let reads: Vec<i64> = [2, 4, 5, 6]
                .map(|n| {
                    let uri = origin.url(&format!("/{n}"));
                    let items = sandbox.items();
                    items.iter().find(|i| i["uri"] == uri && i["status"] == "READY").unwrap()["read_count"]
                        .as_i64()
                        .unwrap()
                })
                .to_vec();
            assert_eq!(reads, [3, 7, 4, 3]);
        });
    }
}

#[test]
fn with_explain_each_hit_follows_its_decision() {
    let sandbox = Sandbox::new();
    let origin = echo();
    let list: String = ["/1", "/2", "/3"].map(|path| origin.url(path) + "\n").concat();
    sandbox.dl(["fetch", "-i", "-"]).stdin(list.clone()).run().ok();
    let run = sandbox.dl(["fetch", "--explain", "-i", "-"]).stdin(list).run();
    let words: Vec<&str> = run.ok().stderr.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(words[..6], ["explain:", "cached", "explain:", "cached", "explain:", "cached"], "{}", run.stderr);
}
