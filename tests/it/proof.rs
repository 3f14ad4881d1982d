//! Is it right: digests in every spelling, lists of them, sizes, the server's own digests, pages in place of files.

use crate::support::origin::Origin;
use crate::support::reply::{File, Reply};
use crate::support::sandbox::{Sandbox, both, bytes, hex, sha256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

const BODY: &[u8] = b"the right bytes";

/// Every spelling of a digest of these bytes.
fn spellings(body: &[u8]) -> Vec<String> {
    let (md5, sha1, sha256) = (hex(&Md5::digest(body)), hex(&Sha1::digest(body)), hex(&Sha256::digest(body)));
    let (sha384, sha512) = (Sha384::digest(body), Sha512::digest(body));
    vec![
        format!("md5:{md5}"),
        format!("sha1:{sha1}"),
        format!("sha256:{sha256}"),
        format!("SHA256:{}", sha256.to_uppercase()),
        format!("sha384:{}", hex(&sha384)),
        format!("sha512:{}", hex(&sha512)),
        format!("blake3:{}", blake3::hash(body).to_hex()),
        format!("blake2b:{}", hex(&blake2::Blake2b512::digest(body))),
        format!("sha256-{}", STANDARD.encode(Sha256::digest(body))),
        format!("sha384-{}", STANDARD.encode(sha384)),
        format!("sha512-{}", STANDARD.encode(sha512)),
        md5,
        sha1,
        sha256,
        hex(&sha384),
        hex(&sha512),
    ]
}

#[test]
fn every_spelling_proves_and_fails() {
    let sandbox = Sandbox::new();
    let origin = Origin::of(BODY);
    for (right, wrong) in spellings(BODY).iter().zip(spellings(b"other")) {
        sandbox.dl(["fetch", "--force", "--checksum", right, &origin.url("/a")]).run().ok();
        let run =
            sandbox.dl(["fetch", "--force", "--json", "--checksum", &wrong, "-o", "out", &origin.url("/a")]).run();
        run.fails(8).error("integrity", "digest_mismatch");
        assert!(!sandbox.path("out").exists());
    }
}

#[test]
fn several_must_all_match_and_all_are_told() {
    both(|sandbox| {
        let origin = Origin::of(BODY);
        let url = origin.url("/a");
        let md5 = hex(&Md5::digest(BODY));
        let run = sandbox.dl(["fetch", "--json", "--checksum", &md5, "--sha256", &sha256(BODY), &url]).run();
        run.ok().has("checksums.md5", md5.as_str());
        let wrong = hex(&Sha1::digest(b"other"));
        let run = sandbox.dl(["fetch", "--force", "--checksum", &md5, "--checksum", &wrong, &url]).run();
        run.fails(8).says(&wrong).says(&hex(&Sha1::digest(BODY)));
    });
}

#[test]
fn a_wrong_digest_is_asked_once_and_accepted_never() {
    both(|sandbox| {
        let origin = Origin::of(BODY);
        let url = origin.url("/a");
        sandbox.write("out", "older");
        let wrong = sha256(b"other");
        for _ in 0..2 {
            sandbox
                .dl(["fetch", "--sha256", &wrong, "-o", "out", &url])
                .run()
                .fails(8)
                .says(&wrong)
                .says(&sha256(BODY));
        }
        assert_eq!(origin.count(), 2, "never retried at the same place");
        assert_eq!(sandbox.read("out"), b"older");
        assert!(sandbox.items().iter().all(|i| i["status"] == "FAILED"));
    });
}

#[test]
fn specs_that_are_refused() {
    let sandbox = Sandbox::new();
    let url = "http://127.0.0.1:1/a";
    for spec in ["sha256:12", "sha257:00", "abc", "sha256:zz", "", "sha256-notbase64!"] {
        sandbox.dl(["fetch", "--checksum", spec, url]).run().fails(2);
    }
    sandbox.dl(["fetch", "--sha256", &hex(&Md5::digest(b"x")), url]).run().fails(2);
    sandbox.dl(["fetch", "--size", "much", url]).run().fails(2).says("much");
    sandbox.dl(["fetch", "--sha256", &sha256(b"x"), url, "http://127.0.0.1:1/b"]).run().fails(2).says("checksum=");
}

#[test]
fn lists_in_all_forms() {
    both(|sandbox| {
        let (good, bad) = (sha256(BODY), sha256(b"other"));
        let origin = Origin::of(BODY);
        let lists = [
            format!("{good}  trips.csv\n{bad}  other.csv\n"),
            format!("{good} *trips.csv\n"),
            format!("# a comment\n\n{good}  ./dir/trips.csv\r\n"),
            format!("SHA256 (trips.csv) = {good}\nMD5 (trips.csv) = {}\n", hex(&Md5::digest(BODY))),
            format!("{}  trips.csv\n", hex(&Sha512::digest(BODY))),
        ];
        for (number, list) in lists.iter().enumerate() {
            sandbox.write("SUMS", list);
            let url = origin.url(&format!("/{number}/dir/trips.csv"));
            sandbox.dl(["fetch", "--checksums", "SUMS", &url]).run().ok();
            sandbox.write(
                "SUMS",
                list.replace(&good, &bad).replace(&hex(&Sha512::digest(BODY)), &hex(&Sha512::digest(b"other"))),
            );
            sandbox.dl(["fetch", "--force", "--checksums", "SUMS", &url]).run().fails(8);
        }
        sandbox.write("SUMS", format!("{good}  another.csv\n"));
        sandbox.dl(["fetch", "--checksums", "SUMS", &origin.url("/trips.csv")]).run().fails(8).says("trips.csv");
        sandbox.write("SUMS", "this is no list\n");
        sandbox.dl(["fetch", "--checksums", "SUMS", &origin.url("/trips.csv")]).run().fails(2).says("SUMS");
        sandbox.dl(["fetch", "--checksums", "nowhere", &origin.url("/trips.csv")]).run().fails(2).says("nowhere");
    });
}

#[test]
fn the_longest_common_path_end_decides() {
    let sandbox = Sandbox::new();
    let origin = Origin::new(|request, conn| conn.reply(&Reply::ok(request.path())));
    sandbox.write("SUMS", format!("{}  a/x.csv\n{}  b/x.csv\n", sha256(b"/a/x.csv"), sha256(b"/b/x.csv")));
    sandbox.dl(["fetch", "--checksums", "SUMS", &origin.url("/a/x.csv"), &origin.url("/b/x.csv")]).run().ok();
    sandbox.write("SUMS", format!("{}  a/x.csv\n{}  b/x.csv\n", sha256(b"/b/x.csv"), sha256(b"/a/x.csv")));
    sandbox.dl(["fetch", "--force", "--checksums", "SUMS", &origin.url("/a/x.csv")]).run().fails(8);
}

#[test]
fn a_list_by_url_is_fresh_and_can_name_what_to_fetch() {
    both(|sandbox| {
        let origin = Origin::new(|request, conn| match request.path() {
            "/d/SUMS" => conn.reply(&Reply::ok(format!(
                "{}  one.txt\n{}  sub/two.txt\n",
                sha256(b"/d/one.txt"),
                sha256(b"/d/sub/two.txt")
            ))),
            path => conn.reply(&Reply::ok(path.replace("/mirror", "/d"))),
        });
        let list = origin.url("/d/SUMS");
        sandbox.dl(["fetch", "--checksums", &list, &origin.url("/d/one.txt")]).run().ok();
        let run = sandbox.dl(["fetch", "--checksums", &list, "-P", "got"]).run();
        assert_eq!(run.ok().lines().len(), 2);
        let asked = |path: &str| origin.requests().iter().filter(|r| r.path() == path).count();
        assert_eq!((asked("/d/SUMS"), asked("/d/one.txt"), asked("/d/sub/two.txt")), (2, 1, 1));
        sandbox.dl(["fetch", "--force", "--checksums", &list, "--base", &origin.url("/mirror/")]).run().ok();
        assert_eq!(asked("/mirror/sub/two.txt"), 1);
    });
}

#[test]
fn a_list_cannot_name_files_of_this_machine() {
    let sandbox = Sandbox::new();
    let digest = sha256(b"x");
    let origin = Origin::replying(Reply::ok(format!("{digest}  file:///etc/passwd\n{digest}  ../../../etc/passwd\n")));
    let run = sandbox.dl(["fetch", "--checksums", &origin.url("/SUMS"), "-P", "got"]).run();
    assert_ne!(run.code, 0);
    assert!(sandbox.work_tree().iter().all(|n| n.starts_with("got")), "{:?}", sandbox.work_tree());
}

#[test]
fn sizes() {
    both(|sandbox| {
        let origin = Origin::of(bytes(2048));
        let url = origin.url("/a");
        for (options, code) in [
            ("--size 2048", 0),
            ("--size 2KiB", 0),
            ("--size 2047", 8),
            ("--min-size 2k", 0),
            ("--min-size 2049", 8),
            ("--max-size 1MB", 0),
            ("--max-size 2047", 8),
        ] {
            let run = sandbox.dl(["fetch", "--force", &url]).args(options).run();
            assert_eq!(run.code, code, "{}", run.tell());
        }
    });
}

#[test]
fn the_servers_digests_are_verified_unasked() {
    both(|sandbox| {
        let fields = |body: &[u8]| {
            let digest = STANDARD.encode(Sha256::digest(body));
            let md5 = STANDARD.encode(Md5::digest(body));
            let crc = STANDARD.encode(&crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32Iscsi, body).to_be_bytes()[4..]);
            vec![
                ("Repr-Digest", format!("sha-256=:{digest}:")),
                ("Content-Digest", format!("sha-256=:{digest}:")),
                ("Digest", format!("SHA-256={digest}")),
                ("Content-MD5", md5.clone()),
                ("x-goog-hash", format!("crc32c={crc},md5={md5}")),
                ("x-goog-hash", format!("md5={md5}")),
                ("x-amz-checksum-crc32c", crc),
                ("x-amz-checksum-sha256", digest),
                ("x-amz-checksum-sha1", STANDARD.encode(Sha1::digest(body))),
            ]
        };
        for ((name, right), (_, wrong)) in fields(BODY).into_iter().zip(fields(b"other")) {
            let good = Origin::replying(Reply::ok(BODY).field(name, right));
            sandbox.dl(["fetch", &good.url("/a")]).run().ok();
            let bad = Origin::replying(Reply::ok(BODY).field(name, wrong));
            let run = sandbox.dl(["fetch", "--json", &bad.url("/a")]).run();
            assert_eq!(run.code, 8, "{name}\n{}", run.tell());
            run.error("integrity", "digest_mismatch");
            assert_eq!(bad.count(), 1);
        }
    });
}

#[test]
fn pages_in_place_of_files() {
    both(|sandbox| {
        let page =
            "\u{feff}\r\n <!-- portal -->\n<!doctype HTML><html><head><title>Please log in</title></head></html>";
        let origin = Origin::replying(Reply::ok(page).field("Content-Type", "application/zip"));
        for name in ["/a.zip", "/a.tar.gz", "/a.csv", "/a.json", "/a.png", "/A.PY", "/a.sh"] {
            let run = sandbox.dl(["fetch", "--json", &origin.url(name)]).run();
            run.fails(8).says("Please log in").says("--allow-html").error("integrity", "");
        }
        for name in ["/a.html", "/a", "/a.txt", "/a.php", "/a.aspx", "/"] {
            sandbox.dl(["fetch", &origin.url(name)]).run().ok();
        }
        sandbox.dl(["fetch", "--allow-html", &origin.url("/a.zip")]).run().ok();
        sandbox.dl(["fetch", "-o", "b.zip", &origin.url("/b")]).run().fails(8);
        let other = Origin::replying(Reply::ok("<html-is-not-a-tag/>"));
        sandbox.dl(["fetch", &other.url("/a.csv")]).run().ok();
        let missing = Origin::replying(Reply::new(404).body(page));
        sandbox.dl(["fetch", "--allow-status", "404", &missing.url("/a.zip")]).run().ok();
    });
}

#[test]
fn a_mirror_with_other_bytes_is_not_the_file() {
    both(|sandbox| {
        let (bad, good) = (Origin::of("other"), Origin::serving(File::new(BODY)));
        let run = sandbox
            .dl(["fetch", "--json", "--sha256", &sha256(BODY), "--mirror", &good.url("/m"), &bad.url("/a")])
            .run();
        run.ok().has("resolved_url", good.url("/m")).has("url", bad.url("/a")).has("item.uri", bad.url("/a"));
    });
}

#[test]
fn bytes_of_another_key_answer_only_a_given_digest() {
    let sandbox = Sandbox::new();
    let (one, two) = (Origin::of(BODY), Origin::of(BODY));
    sandbox.dl(["fetch", &one.url("/a")]).run().ok();
    sandbox.dl(["fetch", "--json", &two.url("/b")]).run().ok().has("source", "network");
    let run = sandbox.dl(["fetch", "--json", "--sha256", &sha256(BODY), &two.url("/c")]).run();
    run.ok().has("source", "hit");
    assert_eq!(two.count(), 1);
}

#[test]
fn any_name_of_the_file_may_tell_that_a_page_is_none() {
    both(|sandbox| {
        let page = " \n<!-- a log-in --><HtMl><title>x</title>";
        let origin = Origin::new(move |request, conn| match request.path() {
            "/moved" => conn.reply(&Reply::redirect(302, "/file.zip")),
            "/named" => conn.reply(&Reply::ok(page).field("Content-Disposition", "attachment; filename=file.zip")),
            _ => conn.reply(&Reply::ok(page)),
        });
        for (path, words) in
            [("/moved", ""), ("/named", ""), ("/asked", "-o file.zip"), ("/called", "--filename f.zip")]
        {
            let run = sandbox.dl(["fetch", "--json", &origin.url(path)]).args(words).run();
            run.fails(8).error("integrity", "html");
        }
        sandbox.dl(["fetch", &origin.url("/unknown")]).run().ok();
    });
}

#[test]
fn what_cannot_be_checked_is_told_with_v() {
    both(|sandbox| {
        let reply = Reply::ok(BODY).field("Repr-Digest", "unixsum=:AAA=:").field("x-amz-checksum-crc32", "AAAAAA==-3");
        let reply = reply.field("x-goog-stored-content-encoding", "gzip").field("x-goog-hash", "md5=AAAA");
        let origin = Origin::replying(reply);
        let run = sandbox.dl(["-v", "fetch", &origin.url("/a")]).run();
        for name in ["`repr-digest` (unixsum) is ignored", "`x-amz-checksum-crc32`", "`x-goog-hash` is ignored"] {
            run.ok().says(name);
        }
        sandbox.dl(["fetch", "--force", &origin.url("/a")]).run().ok().never_says("ignored");
    });
}

#[test]
fn a_digest_answers_and_changes_nothing_of_another_item() {
    both(|sandbox| {
        let origin = Origin::of("hello");
        let (first, second) = (origin.url("/first.txt"), origin.url("/second.csv"));
        sandbox.dl(["fetch", &first]).run().ok();
        let digest = sha256(b"hello");
        let told = ["fetch", "--sha256", &digest, "--label", "L", "--filename", "r.csv", &second];
        sandbox.dl(told).run().ok();
        let item = sandbox.dl(["cache", "show", "--json", &first]).run();
        item.ok().has("label", "").has("filename", "first.txt");
        // Who chooses among stored versions by time is not answered by bytes of another time.
        sandbox.dl(["fetch", "--newer-than", "2030-01-01", "--sha256", &digest, &second]).run().fails(3);
        assert_eq!(origin.count(), 1);
    });
}

#[test]
fn what_has_no_content_is_a_hit_only_where_it_is_allowed() {
    both(|sandbox| {
        let origin = Origin::new(|_, conn| conn.reply(&Reply::new(204)));
        let url = origin.url("/none");
        sandbox.dl(["fetch", "--allow-status", "204", &url]).run().ok();
        sandbox.dl(["fetch", "--json", "--allow-status", "204", &url]).run().ok().has("source", "hit");
        sandbox.dl(["fetch", &url]).run().fails(7);
    });
}

#[test]
fn what_broke_off_has_no_verified_length() {
    both(|sandbox| {
        let origin = Origin::new(|_, conn| {
            conn.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
            conn.cut();
        });
        let run = sandbox.dl(["fetch", "--json", "--retry", "0", &origin.url("/a")]).run();
        run.fails(8).has("length_verified", false);
    });
}

#[test]
fn a_stored_page_is_no_file_either() {
    both(|sandbox| {
        let origin = Origin::of("<!doctype html><title>Log in</title>");
        let (page, csv) = (origin.url("/page"), origin.url("/a.csv"));
        sandbox.dl(["fetch", &page]).run().ok();
        sandbox.dl(["fetch", "--json", &page]).run().ok().has("source", "hit");
        sandbox.dl(["fetch", "-o", "y.csv", &page]).run().fails(8);
        sandbox.dl(["fetch", "--allow-html", &csv]).run().ok();
        sandbox.dl(["fetch", "--json", "--allow-html", &csv]).run().ok().has("source", "hit");
        sandbox.dl(["fetch", &csv]).run().fails(8);
        let digest = sha256(b"<!doctype html><title>Log in</title>");
        sandbox.dl(["fetch", "--sha256", &digest, &csv]).run().ok();
    });
}
