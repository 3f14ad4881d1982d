//! Resume never splices: within a command, across commands, after a kill -9, and what a server may lie meanwhile.

use crate::support::origin::{Conn, Gate, Origin, Request};
use crate::support::reply::{File, MODIFIED, Reply};
use crate::support::sandbox::{Sandbox, both, bytes, sha256, until};
use std::sync::Arc;

const SIZE: usize = 200_000;
const HALF: usize = SIZE / 2;

fn whole() -> File {
    File::new(bytes(SIZE)).etag("\"v1\"")
}

/// Sends half of the file and cuts; then goes on as `then` does.
fn cut_once(file: File, then: impl Fn(&Request, &mut Conn) + Send + Sync + 'static) -> Origin {
    Origin::new(move |request, conn| {
        if request.number == 0 {
            conn.begin(&file.reply(request), HALF);
            conn.cut();
        } else {
            then(request, conn);
        }
    })
}

/// Whether what was got is the whole file, and by how many requests.
#[track_caller]
fn gets(sandbox: &Sandbox, origin: &Origin, body: &[u8], requests: usize) {
    let run = sandbox.dl(["fetch", &origin.url("/a.bin")]).run();
    let got = std::fs::read(run.ok().path()).unwrap();
    assert_eq!(got.len(), body.len(), "{}", run.tell());
    assert!(got == body, "spliced\n{}", run.tell());
    assert_eq!(origin.count(), requests, "{:#?}", origin.requests());
}

#[test]
fn a_strong_validator_resumes_within_a_command() {
    both(|sandbox| {
        let file = whole();
        let origin = cut_once(file.clone(), move |request, conn| conn.file(request, &file));
        gets(sandbox, &origin, &bytes(SIZE), 2);
        let asked = origin.last();
        assert_eq!(asked.header("if-range"), Some("\"v1\""));
        let first: usize =
            asked.header("range").unwrap().strip_prefix("bytes=").unwrap().trim_end_matches('-').parse().unwrap();
        assert!(first > 0 && first <= HALF);
    });
}

#[test]
fn an_old_date_is_strong_too() {
    both(|sandbox| {
        let file = whole().etag("");
        let origin = cut_once(file.clone(), move |request, conn| conn.file(request, &file));
        gets(sandbox, &origin, &bytes(SIZE), 2);
        assert_eq!(origin.last().header("if-range"), Some(MODIFIED));
    });
}

#[test]
fn weak_validators_begin_anew() {
    both(|sandbox| {
        let now = httpdate::fmt_http_date(std::time::SystemTime::now());
        for file in
            [whole().etag("W/\"v1\"").modified(""), whole().etag("").modified(&now), whole().etag("").modified("")]
        {
            let origin = cut_once(file.clone(), move |request, conn| conn.file(request, &file));
            gets(sandbox, &origin, &bytes(SIZE), 2);
            assert_eq!(origin.last().header("range"), None);
            std::fs::remove_dir_all(sandbox.cache()).unwrap();
        }
    });
}

/// What a server may answer to the request for the rest, when the file was changed or the server lies.
#[test]
fn lies_about_the_rest_begin_anew_once() {
    type Lie = fn(&Request, &mut Conn, &[u8]);
    let lies: &[(&str, Lie)] = &[
        ("changed, and a 206 all the same", |request, conn, new| {
            let range = format!("bytes {HALF}-{}/{SIZE}", SIZE - 1);
            let part = Reply::new(206).field("Content-Range", range).field("ETag", "\"v2\"").body(&new[HALF..]);
            if request.header("range").is_some() { conn.reply(&part) } else { conn.reply(&Reply::ok(new)) }
        }),
        ("changed, and the whole", |_, conn, new| conn.reply(&Reply::ok(new).field("ETag", "\"v2\""))),
        ("another start", |request, conn, new| {
            let part = Reply::new(206)
                .field("Content-Range", format!("bytes 0-{}/{SIZE}", SIZE - 1))
                .field("ETag", "\"v1\"")
                .body(new);
            if request.header("range").is_some() { conn.reply(&part) } else { conn.reply(&Reply::ok(new)) }
        }),
        ("no Content-Range", |request, conn, new| {
            let part = Reply::new(206).field("ETag", "\"v1\"").body(&new[HALF..]);
            if request.header("range").is_some() { conn.reply(&part) } else { conn.reply(&Reply::ok(new)) }
        }),
        ("another unit", |request, conn, new| {
            let range = format!("lines {HALF}-{}/{SIZE}", SIZE - 1);
            let part = Reply::new(206).field("Content-Range", range).field("ETag", "\"v1\"").body(&new[HALF..]);
            if request.header("range").is_some() { conn.reply(&part) } else { conn.reply(&Reply::ok(new)) }
        }),
        ("grown, same tag", |request, conn, new| {
            let range = format!("bytes {HALF}-{}/300000", SIZE - 1);
            let part = Reply::new(206).field("Content-Range", range).field("ETag", "\"v1\"").body(&new[HALF..]);
            if request.header("range").is_some() { conn.reply(&part) } else { conn.reply(&Reply::ok(new)) }
        }),
        ("shrunk: 416", |request, conn, new| {
            let part = Reply::new(416).field("Content-Range", "bytes */50000");
            if request.header("range").is_some() { conn.reply(&part) } else { conn.reply(&Reply::ok(&new[..50_000])) }
        }),
        ("416 without a total", |request, conn, new| {
            if request.header("range").is_some() { conn.reply(&Reply::new(416)) } else { conn.reply(&Reply::ok(new)) }
        }),
    ];
    for (name, lie) in lies {
        both(|sandbox| {
            let new = bytes(SIZE + 1)[1..].to_vec();
            let (lie, body) = (*lie, new.clone());
            let origin = cut_once(whole(), move |request, conn| lie(request, conn, &body));
            let wanted = if name.starts_with("shrunk") { &new[..50_000] } else { &new[..] };
            let run = sandbox.dl(["fetch", &origin.url("/a.bin")]).run();
            assert!(std::fs::read(run.ok().path()).unwrap() == wanted, "{name}: spliced\n{}", run.tell());
            assert!(origin.count() <= 3, "{name}: {} requests", origin.count());
        });
    }
}

#[test]
fn a_whole_partial_is_done_by_a_416() {
    both(|sandbox| {
        // All bytes came, but not the last chunk.
        let file = whole();
        let origin = Origin::new(move |request, conn| {
            if request.number == 0 {
                conn.send(Reply::new(200).field("Transfer-Encoding", "chunked").field("ETag", "\"v1\"").head());
                conn.chunk(&file.body);
                conn.cut();
            } else {
                let reply = file.reply(request);
                conn.reply(&if reply.status == 416 { reply.field("ETag", "\"v1\"") } else { reply });
            }
        });
        let run = sandbox.dl(["fetch", &origin.url("/a.bin")]).run();
        assert!(std::fs::read(run.ok().path()).unwrap() == bytes(SIZE));
        assert!(origin.count() <= 3);
    });
}

#[test]
fn across_commands() {
    both(|sandbox| {
        let file = whole();
        let origin = cut_once(file.clone(), move |request, conn| conn.file(request, &file));
        sandbox.dl(["fetch", "--retry", "0", &origin.url("/a.bin")]).run().fails(8);
        gets(sandbox, &origin, &bytes(SIZE), 2);
        assert!(origin.last().header("range").is_some());
        let partials: Vec<_> =
            sandbox.cache_tree().into_iter().filter(|n| n.starts_with("partial/") && !n.ends_with('/')).collect();
        assert!(partials.is_empty(), "{partials:?}");
    });
}

#[test]
fn with_a_destination_and_without_a_partial_there() {
    both(|sandbox| {
        let file = whole();
        let origin = cut_once(file.clone(), move |request, conn| conn.file(request, &file));
        sandbox.write("out.bin", &bytes(SIZE)[..HALF]);
        sandbox.dl(["fetch", "--retry", "0", "-o", "out.bin", &origin.url("/a.bin")]).run().fails(8);
        assert_eq!(origin.last().header("range"), None, "a destination is never a partial");
        assert_eq!(sandbox.read("out.bin"), &bytes(SIZE)[..HALF]);
        sandbox.dl(["fetch", "-o", "out.bin", &origin.url("/a.bin")]).run().ok();
        assert_eq!(sandbox.read("out.bin"), bytes(SIZE));
    });
}

#[test]
fn after_a_kill() {
    both(|sandbox| {
        let file = whole();
        let origin = Origin::new(move |request, conn| {
            if request.number == 0 {
                conn.begin(&file.reply(request), HALF);
                conn.stall();
            } else {
                conn.file(request, &file);
            }
        });
        let running = sandbox.dl(["fetch", "-o", "out.bin", &origin.url("/a.bin")]).spawn();
        let size = || -> u64 {
            let names = sandbox.cache_tree().into_iter().filter(|n| n.starts_with("partial/"));
            names
                .filter_map(|n| std::fs::metadata(sandbox.cache().join(n)).ok())
                .filter(std::fs::Metadata::is_file)
                .map(|m| m.len())
                .sum()
        };
        until("the partial to grow", || size() > 1000);
        running.kill();
        assert_eq!(running.wait().code, 137);
        assert!(!sandbox.path("out.bin").exists());
        assert!(sandbox.items().is_empty(), "a killed fetch leaves only a partial");
        gets(sandbox, &origin, &bytes(SIZE), 2);
    });
}

#[test]
fn never_means_never() {
    both(|sandbox| {
        let file = whole();
        let origin = cut_once(file.clone(), move |request, conn| conn.file(request, &file));
        sandbox.dl(["fetch", "--resume", "never", &origin.url("/a.bin")]).run().ok();
        assert_eq!(origin.last().header("range"), None);
    });
}

#[test]
fn always_needs_a_digest_in_the_end() {
    both(|sandbox| {
        let file = whole().etag("").modified("");
        let serve = file.clone();
        let origin = cut_once(file.clone(), move |request, conn| conn.file(request, &serve));
        let digest = sha256(&bytes(SIZE));
        sandbox.dl(["fetch", "--resume", "always", "--sha256", &digest, &origin.url("/a.bin")]).run().ok();
        assert!(origin.last().header("range").is_some());
        let serve = file.clone();
        let origin = cut_once(file, move |request, conn| conn.file(request, &serve));
        sandbox.dl(["fetch", "--resume", "always", &origin.url("/b.bin")]).run().ok();
        assert_eq!(origin.last().header("range"), None, "nothing would decide");
    });
}

#[test]
fn progress_renews_the_retries() {
    both(|sandbox| {
        let file = whole();
        let origin = Origin::new(move |request, conn| {
            let reply = file.reply(request);
            let size = reply.body.len();
            conn.begin(&reply, 20_000);
            if size > 20_000 {
                conn.cut();
            }
        });
        gets(sandbox, &origin, &bytes(SIZE), 10);
    });
}

#[test]
fn two_validators_that_change_places_never_end_in_a_mix() {
    both(|sandbox| {
        // Each request is served from another state, and cut: with retries left it must fail, not mix.
        let origin = Origin::new(|request, conn| {
            let body = bytes(SIZE + request.number)[request.number..].to_vec();
            let file = File::new(body).etag(&format!("\"v{}\"", request.number));
            let reply = file.reply(request);
            conn.begin(&reply, HALF);
            conn.cut();
        });
        sandbox.dl(["fetch", "--retry", "4", &origin.url("/a.bin")]).run().fails(8);
        assert!(origin.count() <= 12, "{} requests", origin.count());
    });
}

#[test]
fn segments_give_the_same_bytes() {
    both(|sandbox| {
        let body = bytes(24_000_000);
        let (served, file, others) = (body.clone(), File::new(body.clone()), Gate::default());
        let origin = Origin::new(move |request, conn| {
            if request.header("range").is_some() {
                others.open();
                return conn.file(request, &file);
            }
            // The first stream waits for the others: on a fast machine it would be done before they have connected.
            conn.begin(&file.reply(request), HALF);
            others.wait();
            conn.send(&served[HALF..]);
        });
        let run = sandbox.dl(["fetch", "--json", "--connections", "4", &origin.url("/a.bin")]).run();
        run.ok().has("sha256", sha256(&body));
        assert!(origin.requests().iter().any(|r| r.header("range").is_some()), "one stream only");
        for extra in origin.requests().iter().filter(|r| r.header("range").is_some()) {
            assert!(extra.header("if-range").is_some());
        }
    });
}

#[test]
fn segments_that_disagree_become_one_stream() {
    both(|sandbox| {
        let body = Arc::new(bytes(24_000_000));
        let serve = Arc::clone(&body);
        let origin = Origin::new(move |request, conn| match (request.header("range"), request.number % 3) {
            (None, _) => conn.file(request, &File::new(serve.to_vec()).etag("\"v1\"")),
            (Some(_), 0) => conn.reply(&Reply::new(503)),
            (Some(_), 1) => conn.reply(&Reply::ok("ignored the range")),
            (Some(_), _) => {
                let mut reply = File::new(serve.to_vec()).etag("\"v1\"").reply(request);
                reply.fields.retain(|(n, _)| n != "ETag");
                conn.reply(&reply.field("ETag", "\"v2\""));
            }
        });
        let run = sandbox.dl(["fetch", "--json", "--connections", "4", &origin.url("/a.bin")]).run();
        run.ok().has("sha256", sha256(&body));
    });
}

#[test]
fn no_segments_without_ranges_or_with_credentials() {
    both(|sandbox| {
        let file = File::new(bytes(24_000_000));
        let origin = Origin::serving(file.clone().no_ranges());
        sandbox.dl(["fetch", "--connections", "4", &origin.url("/a.bin")]).run().ok();
        let private = Origin::serving(file);
        sandbox.dl(["fetch", "-u", "maria:x", &private.url("/a.bin")]).run().ok();
        assert_eq!(private.count(), 1);
    });
}

#[test]
fn a_416_that_tells_another_total_is_no_end() {
    both(|sandbox| {
        let whole = Reply::ok("helloworld").field("ETag", "\"e\"");
        let origin = Origin::new(move |request, conn| match (request.number, request.header("range")) {
            (0, _) => {
                conn.begin(&whole, 5);
                conn.cut();
            }
            (_, Some(_)) => {
                conn.reply(&Reply::new(416).field("ETag", "\"e\"").field("Content-Range", "bytes */5"));
            }
            _ => conn.reply(&whole),
        });
        let run = sandbox.dl(["fetch", "--json", "--retry", "2", &origin.url("/file.bin")]).run();
        run.ok().has("size", 10);
    });
}

/// Of a part, `Content-Digest` and `Content-MD5` speak of the part, `Repr-Digest` of the whole.
#[test]
fn digests_of_a_part_are_those_of_what_they_cover() {
    use base64::Engine as _;
    use sha2::Digest as _;
    let digest = |of: &[u8]| {
        let sha256 = sha2::Sha256::digest(of);
        format!("sha-256=:{}:", base64::engine::general_purpose::STANDARD.encode(sha256))
    };
    let md5 = |of: &[u8]| base64::engine::general_purpose::STANDARD.encode(md5::Md5::digest(of));
    both(|sandbox| {
        let body = bytes(SIZE);
        let rest = &body[HALF..];
        for (name, value, code) in [
            ("Content-Digest", digest(rest), 0),
            ("Content-Digest", digest(&body), 8),
            ("Content-MD5", md5(rest), 0),
            ("Content-MD5", md5(&body), 8),
            ("Repr-Digest", digest(&body), 0),
            ("Repr-Digest", digest(rest), 8),
        ] {
            let (file, field) = (whole(), value.clone());
            let origin = cut_once(file.clone(), move |request, conn| {
                conn.reply(&file.reply(request).field(name, &field));
            });
            sandbox.dl(["fetch", "--retry", "0", &origin.url("/a.bin")]).run().fails(8);
            let run = sandbox.dl(["fetch", "--retry", "0", &origin.url("/a.bin")]).run();
            assert_eq!(run.code, code, "{name}: {value}\n{}", run.tell());
            let range = format!("bytes={HALF}-");
            assert_eq!(origin.last().header("range"), Some(range.as_str()));
        }
    });
}

/// Two tags that are no UTF-8 must not look alike, nor come back as other bytes.
#[test]
fn a_tag_that_is_no_text_is_no_validator() {
    both(|sandbox| {
        let origin = Origin::new(|request, conn| {
            let body = bytes(SIZE + request.number)[request.number..].to_vec();
            let tag: &[u8] = if request.number == 0 { b"\"\xe8\"" } else { b"\"\xe9\"" };
            if request.number == 0 {
                conn.begin(&Reply::ok(body).field("ETag", tag), HALF);
                return conn.cut();
            }
            if request.header("range").is_none() {
                return conn.reply(&Reply::ok(body).field("ETag", tag));
            }
            let range = format!("bytes {HALF}-{}/{SIZE}", SIZE - 1);
            conn.reply(&Reply::new(206).field("Content-Range", range).field("ETag", tag).body(&body[HALF..]));
        });
        gets(sandbox, &origin, &bytes(SIZE + 1)[1..], 2);
        assert_eq!(origin.last().header("if-range"), None);
        sandbox.dl(["fetch", "--refresh", &origin.url("/a.bin")]).run().ok();
        assert_eq!(origin.last().header("if-none-match"), None);
    });
}
