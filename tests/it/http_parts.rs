//! `--freshness http`: ranges and the caller's own conditions, answered from what is stored where that may be.

use crate::support::origin::{Origin, Request};
use crate::support::reply::{File, MODIFIED, Reply};
use crate::support::sandbox::{Sandbox, both, bytes, sha256};
use crate::support::transcript::Transcript;

fn http(sandbox: &Sandbox, words: &[&str]) -> Transcript {
    let all = ["fetch", "--freshness", "http", "--json", "--retry", "0"].iter().chain(words);
    sandbox.dl(all.map(|w| (*w).to_owned())).run()
}

/// A part by `Range`, allowed.
fn part(sandbox: &Sandbox, range: &str, url: &str) -> Transcript {
    http(sandbox, &["--allow-status", "206,416", "-H", &format!("Range: bytes={range}"), url])
}

fn body(run: &Transcript) -> String {
    String::from_utf8(std::fs::read(run.field("file").as_str().unwrap()).unwrap()).unwrap()
}

/// A good server of ten digits, with suffix ranges too.
fn digits(request: &Request) -> Reply {
    let file = File::new("0123456789").etag("\"v\"").field("Cache-Control", "max-age=60");
    let suffix = request.header("range").and_then(|r| r.strip_prefix("bytes=-")).and_then(|n| n.parse::<usize>().ok());
    match suffix {
        Some(count) => {
            let mut asked = request.clone();
            asked.fields.retain(|(name, _)| !name.eq_ignore_ascii_case("range"));
            asked.fields.push(("Range".to_owned(), format!("bytes={}-9", 10 - count)));
            file.reply(&asked)
        }
        None => file.reply(request),
    }
}

fn origin_of_digits() -> Origin {
    Origin::new(|request, conn| conn.reply(&digits(request)))
}

#[test]
fn parts_of_a_stored_whole() {
    both(|sandbox| {
        let origin = origin_of_digits();
        let url = origin.url("/a");
        http(sandbox, &[&url]).ok();
        for (range, expected, told) in [
            ("0-1", "01", "bytes 0-1/10"),
            ("1-", "123456789", "bytes 1-9/10"),
            ("-1", "9", "bytes 9-9/10"),
            ("8-100", "89", "bytes 8-9/10"),
        ] {
            let run = part(sandbox, range, &url);
            run.ok().has("source", "hit").has("http_code", 206).has("headers.content-range.0", told);
            run.has("size", expected.len()).has("sha256", sha256(expected.as_bytes()));
            assert_eq!(body(&run), expected);
            let run = sandbox
                .dl([
                    "fetch",
                    "--freshness=http",
                    "--allow-status=206",
                    "-H",
                    &format!("Range: bytes={range}"),
                    "-o",
                    "-",
                    &url,
                ])
                .run();
            assert_eq!(run.ok().out(), expected);
        }
        part(sandbox, "10-", &url).ok().has("http_code", 416).has("headers.content-range.0", "bytes */10");
        http(sandbox, &["-H", "Range: bytes=0-1", &url]).fails(7).has("http_code", 206);
        assert_eq!(origin.count(), 1);
        part(sandbox, "0-1,3-4", &url).ok();
        assert_eq!(origin.count(), 2, "several ranges are the origin's");
    });
}

#[test]
fn parts_are_stored_and_joined() {
    both(|sandbox| {
        let origin = origin_of_digits();
        let url = origin.url("/a");
        let run = part(sandbox, "-5", &url);
        run.ok().has("source", "network");
        assert_eq!(body(&run), "56789");
        for (range, expected) in [("-5", "56789"), ("6-8", "678"), ("6-", "6789"), ("-1", "9")] {
            let run = part(sandbox, range, &url);
            run.ok().has("source", "hit");
            assert_eq!(body(&run), expected, "{range}");
        }
        assert_eq!(origin.count(), 1);
        let run = part(sandbox, "0-4", &url);
        run.ok().has("source", "network").has("size", 5);
        assert_eq!(body(&run), "01234");
        let run = http(sandbox, &["--explain", &url]);
        run.ok().has("source", "hit").has("http_code", 200);
        assert_eq!(body(&run), "0123456789");
        assert_eq!(origin.count(), 2, "two parts of one state are the whole");
    });
}

#[test]
fn parts_of_different_states_are_never_joined() {
    both(|sandbox| {
        let origin = Origin::new(|request, conn| {
            let tag = if request.number == 0 { "\"v1\"" } else { "\"v2\"" };
            let file = File::new("0123456789").etag(tag).modified("").field("Cache-Control", "max-age=60");
            conn.reply(&file.reply(request));
        });
        let url = origin.url("/a");
        part(sandbox, "0-4", &url).ok();
        part(sandbox, "5-9", &url).ok();
        http(sandbox, &[&url]).ok().has("source", "network");
        assert!(origin.last().header("range").is_none());
        assert_eq!(origin.count(), 3);
    });
}

#[test]
fn a_part_from_the_start_is_completed() {
    both(|sandbox| {
        let origin = origin_of_digits();
        let url = origin.url("/a");
        part(sandbox, "0-3", &url).ok();
        let run = http(sandbox, &[&url]);
        run.ok().has("http_code", 200).has("size", 10).has("item.status", "READY");
        assert_eq!(body(&run), "0123456789");
        assert_eq!(origin.last().header("range"), Some("bytes=4-"));
        assert_eq!(origin.last().header("if-range"), Some("\"v\""));
        http(sandbox, &[&url]).ok().has("source", "hit").has("headers.content-length.0", "10");
    });
}

#[test]
fn if_range_names_the_state() {
    both(|sandbox| {
        let origin = origin_of_digits();
        let url = origin.url("/a");
        http(sandbox, &[&url]).ok();
        let run = |validator: &str| {
            let words = ["-H", "Range: bytes=0-1", "-H", &format!("If-Range: {validator}"), "--allow-status=206", &url];
            http(sandbox, &words)
        };
        run("\"v\"").ok().has("http_code", 206).has("source", "hit");
        run("\"other\"").ok().has("http_code", 200).has("source", "hit").has("size", 10);
        run(MODIFIED).ok().has("http_code", 206);
        assert_eq!(origin.count(), 1);
    });
}

#[test]
fn the_callers_conditions_are_answered_from_the_cache() {
    both(|sandbox| {
        let origin = origin_of_digits();
        let url = origin.url("/a");
        http(sandbox, &[&url]).ok();
        let run = |field: &str| http(sandbox, &["-H", field, "--allow-status=304", &url]);
        for met in ["If-None-Match: \"v\"", "If-None-Match: \"x\", W/\"v\"", "If-None-Match: *"] {
            run(met).ok().has("http_code", 304).has("source", "hit").has("size", 0).has("headers.etag.0", "\"v\"");
        }
        run(&format!("If-Modified-Since: {MODIFIED}")).ok().has("http_code", 304);
        run("If-None-Match: \"x\"").ok().has("http_code", 200).has("source", "hit");
        run("If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT").ok().has("http_code", 200);
        http(sandbox, &["-H", "If-None-Match: \"v\"", &url]).fails(7).has("http_code", 304);
        assert_eq!(origin.count(), 1);
        // Stale: the origin is asked about both, and the caller gets what it asked for.
        let stale = http(sandbox, &["--refresh", "-H", "If-None-Match: \"x\"", "--allow-status=304", &url]);
        stale.ok().has("http_code", 200).has("source", "revalidated");
        assert_eq!(origin.last().header("if-none-match"), Some("\"x\", \"v\""));
        // Nothing stored: the caller's 304 is the caller's.
        let other = origin.url("/b");
        let run = http(sandbox, &["-H", "If-None-Match: \"v\"", "--allow-status=304", &other]);
        run.ok().has("http_code", 304).has("source", "network");
        http(sandbox, &["--offline", &other]).fails(3);
    });
}

#[test]
fn a_304_about_nothing_stored_is_asked_again() {
    both(|sandbox| {
        let origin = Origin::new(|request, conn| match request.number {
            0 => conn.reply(&Reply::ok("one").field("ETag", "\"v1\"").field("Cache-Control", "no-cache")),
            1 => conn.reply(&Reply::new(304).field("ETag", "\"other\"")),
            _ => conn.reply(&Reply::ok("two").field("ETag", "\"v2\"")),
        });
        let url = origin.url("/a");
        http(sandbox, &[&url]).ok();
        let run = http(sandbox, &[&url]);
        run.ok().has("source", "network");
        assert_eq!(body(&run), "two");
        assert!(origin.last().header("if-none-match").is_none());
        assert_eq!(origin.count(), 3);
    });
}

#[test]
fn a_part_that_is_not_what_it_says_is_given_but_not_stored() {
    both(|sandbox| {
        let origin = Origin::new(|request, conn| {
            let told = request.path()[1..].replace('_', "/");
            let reply = Reply::new(206).body("01234").field("Cache-Control", "max-age=60").field("ETag", "\"v\"");
            conn.reply(&reply.field("Content-Range", format!("bytes {told}")));
        });
        for told in ["4-9_10", "0-18446744073709551615_*", "5-18446744073709551614_18446744073709551615", "9-4_10", "x"]
        {
            let url = origin.url(&format!("/{told}"));
            for _ in 0..2 {
                let run = part(sandbox, "0-4", &url);
                run.ok().has("source", "network").has("http_code", 206);
                assert_eq!(body(&run), "01234", "{told}");
            }
        }
    });
}

#[test]
fn a_refusal_of_one_requests_range_or_condition_is_not_stored() {
    both(|sandbox| {
        let origin = Origin::new(|request, conn| {
            let reply = match (request.header("range"), request.header("if-match")) {
                (Some(_), _) => Reply::new(416).field("Content-Range", "bytes */10"),
                (_, Some(_)) => Reply::new(412),
                _ => Reply::ok("0123456789"),
            };
            conn.reply(&reply.field("Cache-Control", "max-age=60"));
        });
        for (field, status) in [("Range: bytes=20-", 416), ("If-Match: \"x\"", 412)] {
            let url = origin.url(&format!("/{status}"));
            http(sandbox, &["--allow-status", "any", "-H", field, &url]).ok().has("http_code", status);
            http(sandbox, &[&url]).ok().has("http_code", 200).has("source", "network");
            http(sandbox, &["--allow-status", "any", "-H", field, &url]).ok().has("http_code", status);
            http(sandbox, &[&url]).ok().has("http_code", 200).has("source", "hit");
        }
    });
}

#[test]
fn a_304_that_may_answer_either_condition_answers_none() {
    both(|sandbox| {
        let origin = Origin::new(|request, conn| match request.header("if-none-match") {
            None => conn.reply(&Reply::ok("one").field("ETag", "\"v\"").field("Cache-Control", "max-age=0")),
            Some(_) => conn.reply(&Reply::new(304)),
        });
        let url = origin.url("/a");
        http(sandbox, &[&url]).ok();
        let run = http(sandbox, &["-H", "If-None-Match: \"x\"", "--allow-status=304", &url]);
        run.ok().has("http_code", 304).has("source", "network");
        let asked: Vec<_> = origin.requests().iter().map(|r| r.header("if-none-match").map(str::to_owned)).collect();
        assert_eq!(asked, [None, Some("\"x\", \"v\"".to_owned()), Some("\"x\"".to_owned())]);
        let since = ["-H", "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT", "--allow-status=304", &url];
        http(sandbox, &since).ok().has("http_code", 200).has("source", "revalidated");
        http(sandbox, &[&url]).ok().has("source", "revalidated");
    });
}

#[test]
fn stale_wholes_and_parts_answer_ranges_once_confirmed() {
    both(|sandbox| {
        let origin = Origin::new(|request, conn| {
            let file = File::new("0123456789").etag("\"v\"").modified("").field("Cache-Control", "max-age=0");
            conn.reply(&file.reply(request));
        });
        let (whole, some) = (origin.url("/whole"), origin.url("/some"));
        http(sandbox, &[&whole]).ok();
        part(sandbox, "0-4", &some).ok();
        for (url, range, expected) in [(&whole, "2-3", "23"), (&some, "0-4", "01234"), (&some, "1-2", "12")] {
            let run = part(sandbox, range, url);
            run.ok().has("source", "revalidated").has("http_code", 206);
            assert_eq!(body(&run), expected);
            assert_eq!(origin.last().header("if-none-match"), Some("\"v\""));
        }
    });
}

#[test]
fn a_part_without_a_validator_answers_but_is_never_joined() {
    both(|sandbox| {
        let origin = Origin::new(|request, conn| {
            let file = File::new("0123456789").etag("").modified("").field("Cache-Control", "max-age=60");
            conn.reply(&file.reply(request));
        });
        let url = origin.url("/a");
        part(sandbox, "5-9", &url).ok();
        for (range, expected) in [("6-8", "678"), ("6-", "6789"), ("-1", "9")] {
            let run = part(sandbox, range, &url);
            run.ok().has("source", "hit");
            assert_eq!(body(&run), expected);
        }
        part(sandbox, "0-4", &url).ok();
        http(sandbox, &[&url]).ok().has("source", "network").has("size", 10);
        assert!(origin.last().header("range").is_none());
        assert_eq!(origin.count(), 3);
    });
}

#[test]
fn only_this_mode_and_no_cache_take_ranges() {
    both(|sandbox| {
        let origin = origin_of_digits();
        let url = origin.url("/a");
        for name in ["Range: bytes=0-1", "If-Range: \"v\""] {
            sandbox.dl(["fetch", "-H", name, &url]).run().fails(2).says("--freshness http");
        }
        let run = sandbox.dl(["fetch", "--no-cache", "--allow-status=206", "-H", "Range: bytes=0-1", &url]).run();
        assert_eq!(run.ok().out(), "01");
        let conditional = ["fetch", "--no-cache", "--allow-status=304", "-H", "If-None-Match: \"v\"", &url];
        assert_eq!(sandbox.dl(conditional).run().ok().out(), "");
    });
}

#[test]
fn an_interrupted_response_is_gone_on_with() {
    both(|sandbox| {
        let whole = bytes(200_000);
        let file = File::new(whole.clone()).etag("\"v\"").field("Cache-Control", "max-age=60");
        let origin = Origin::new(move |request, conn| {
            let reply = file.reply(request);
            if request.number == 0 {
                conn.begin(&reply, 150_000);
                conn.cut();
            } else {
                conn.reply(&reply);
            }
        });
        let url = origin.url("/a");
        http(sandbox, &[&url]).fails(8);
        let run = http(sandbox, &[&url]);
        run.ok().has("sha256", sha256(&whole)).has("http_code", 200).has("headers.content-length.0", "200000");
        assert!(origin.last().header("range").is_some_and(|r| r.starts_with("bytes=1")), "{:?}", origin.last());
        http(sandbox, &[&url]).ok().has("source", "hit").has("size", 200_000);
    });
}
