//! nginx over plain http, TLS and HTTP/2, and an FTP server: the whole job on servers that others wrote.

use crate::or_skip;
use crate::support::sandbox::{Sandbox, both, bytes, sha256};
use crate::support::servers::{self, Nginx};
use std::cell::RefCell;
use std::fmt::Write as _;

/// How large the large file is; `DL_TEST_LARGE_MIB=1024` makes it as large as the promise.
fn large_mib() -> usize {
    std::env::var("DL_TEST_LARGE_MIB").ok().and_then(|v| v.parse().ok()).unwrap_or(128)
}

#[test]
fn a_large_file_by_every_way() {
    let nginx = or_skip!(Nginx::start());
    let piece = bytes(1 << 20);
    let body = piece.repeat(large_mib());
    nginx.server.put("large.bin", &body);
    let digest = sha256(&body);
    let size = body.len();
    drop(body);
    let told = RefCell::new(Vec::new());
    both(|sandbox| {
        sandbox.set("SSL_CERT_FILE", &nginx.ca);
        let ways = [
            (nginx.url("/large.bin"), "1.1", "1.1"),
            (nginx.tls_url("/large.bin"), "1.1", "1.1"),
            (nginx.tls_url("/large.bin"), "auto", "2"),
            (nginx.tls_url("/large.bin"), "2", "2"),
        ];
        for (url, asked, spoken) in ways {
            let run = sandbox.dl(["fetch", "--json", "--force", "--http-version", asked, &url]).run();
            run.ok()
                .has("sha256", digest.as_str())
                .has("size", size)
                .has("http_version", spoken)
                .has("length_verified", true);
            told.borrow_mut().push((run.field("etag"), run.field("last_modified"), run.field("content_type")));
        }
        let run = sandbox.dl(["fetch", "--json", "--refresh", &nginx.url("/large.bin")]).run();
        run.ok().has("source", "revalidated");
        let run = sandbox.dl(["fetch", "--json", "--force", "--connections", "4", &nginx.url("/large.bin")]).run();
        run.ok().has("sha256", digest.as_str());
    });
    let told = told.into_inner();
    assert!(told.iter().all(|t| t == &told[0]), "{told:?}");
}

#[test]
fn many_small_files_in_one_command() {
    let nginx = or_skip!(Nginx::start());
    let count = 500;
    for number in 0..count {
        nginx.server.put(&format!("small/{number}"), format!("{number}-").repeat(2000));
    }
    both(|sandbox| {
        sandbox.set("SSL_CERT_FILE", &nginx.ca);
        let list = |url: &dyn Fn(&str) -> String| {
            (0..count).fold(String::new(), |mut list, n| {
                let _ = writeln!(list, "{} out={n}", url(&format!("/small/{n}")));
                list
            })
        };
        for (folder, text) in [("plain", list(&|p| nginx.url(p))), ("h2", list(&|p| nginx.tls_url(p)))] {
            let run = sandbox.dl(["fetch", "-q", "-i", "-", "-P", folder]).stdin(text).run();
            assert_eq!(run.ok().lines().len(), count);
            for number in [0, 1, 77, count - 1] {
                assert_eq!(sandbox.read(format!("{folder}/{number}")), format!("{number}-").repeat(2000).as_bytes());
            }
        }
        assert_eq!(sandbox.items().len(), 2 * count);
    });
}

#[test]
fn a_redirect_chain_ranges_and_errors() {
    let nginx = or_skip!(Nginx::start());
    nginx.server.put("target.bin", "target");
    both(|sandbox| {
        sandbox.set("SSL_CERT_FILE", &nginx.ca);
        let run = sandbox.dl(["fetch", "--json", &nginx.url("/hop1")]).run();
        run.ok().has("resolved_url", nginx.url("/target.bin")).has("size", 6);
        for url in [nginx.url("/nothing"), nginx.tls_url("/nothing")] {
            sandbox.dl(["fetch", "--json", &url]).run().fails(7).has("http_code", 404);
        }
        sandbox.dl(["fetch", "--http-version", "2", "-o", "h2", &nginx.tls_url("/target.bin")]).run().ok();
        assert_eq!(sandbox.read("h2"), b"target");
    });
}

#[test]
fn files_over_ftp() {
    let ftp = or_skip!(servers::ftp());
    let sandbox = Sandbox::new();
    let body = bytes(300_000);
    ftp.put("dir/a.bin", &body);
    let url = format!("ftp://127.0.0.1:{}/dir/a.bin", ftp.port);
    let run = sandbox.dl(["fetch", "--json", &url]).run();
    run.ok().has("backend", "curl").has("sha256", sha256(&body)).has("source", "network");
    sandbox.dl(["fetch", "--json", &url]).run().ok().has("source", "hit");
    let secret = "s3cret-word";
    let user = url.replace("ftp://", &format!("ftp://maria:{secret}@"));
    let run = sandbox.dl(["fetch", "--json", &user]).run();
    run.ok().has("source", "network");
    assert!(!run.out().contains(secret) && !run.stderr.contains(secret));
    sandbox.dl(["fetch", "-u", "maria:wrong", "--retry", "0", &url]).run().fails(7);
    sandbox.dl(["fetch", "--retry", "0", &url.replace("a.bin", "nothing")]).run().fails(7);
    sandbox.dl(["fetch", "--retry", "0", "--backend", "reqwest", "--force", &url]).run().fails(2);
    let missing = format!("ftp://127.0.0.1:1/{}", "x");
    sandbox.dl(["fetch", "--retry", "0", &missing]).run().fails(4);
    ftp.put("dir/a.bin", "changed");
    sandbox.dl(["fetch", "--json", "--refresh", &url]).run().ok().has("item.version", 2).has("size", 7);
}
