//! `--freshness http`: a private cache between the user and the origin. What is used, validated, updated, invalidated and
//! served stale.

use crate::support::origin::Origin;
use crate::support::reply::{File, Reply};
use crate::support::sandbox::{Sandbox, both, until};
use crate::support::transcript::Transcript;
use std::sync::{Arc, Mutex};

/// A fetch by the rules of HTTP, told in JSON, tried once.
fn http(sandbox: &Sandbox, words: &[&str]) -> Transcript {
    let all = ["fetch", "--freshness", "http", "--json", "--retry", "0"].iter().chain(words);
    sandbox.dl(all.map(|w| (*w).to_owned())).run()
}

fn body(run: &Transcript) -> String {
    String::from_utf8(std::fs::read(run.field("file").as_str().unwrap()).unwrap()).unwrap()
}

#[test]
fn fresh_ones_are_used_and_stale_ones_validated() {
    both(|sandbox| {
        let origin = Origin::new(|request, conn| match request.number {
            0 => conn.reply(
                &Reply::ok("one")
                    .field("Cache-Control", "max-age=100")
                    .field("Age", "10")
                    .field("Date", httpdate::fmt_http_date(std::time::SystemTime::now()))
                    .field("ETag", "\"v1\"")
                    .field("Connection", "X-Hop, keep-alive")
                    .field("X-Hop", "1")
                    .field("X-Two", "a")
                    .field("X-Two", "b")
                    .field("X-Old", "stays"),
            ),
            1 => conn.reply(
                &Reply::new(304)
                    .field("ETag", "\"v1\"")
                    .field("Cache-Control", "max-age=200")
                    .field("X-New", "1")
                    .field("X-New", "2")
                    .field("Content-Length", "999"),
            ),
            _ => conn.reply(&Reply::ok("two").field("Cache-Control", "max-age=100").field("ETag", "\"v2\"")),
        });
        let url = origin.url("/a.txt");
        let first = http(sandbox, &[&url]);
        first.ok().has("source", "network").has("item.version", 1);
        let hit = http(sandbox, &[&url]);
        hit.ok().has("source", "hit").has("http_code", 200).has("path", first.field("path"));
        hit.has("headers.x-two", serde_json::json!(["a", "b"]));
        assert_eq!(hit.field("headers.date"), first.field("headers.date"), "Date is the origin's");
        let age: u64 = hit.field("headers.age.0").as_str().unwrap().parse().unwrap();
        assert!((10..100).contains(&age), "{age}");
        for gone in ["x-hop", "connection"] {
            assert!(hit.field(&format!("headers.{gone}")).is_null(), "{gone}");
        }
        assert_eq!(origin.count(), 1);

        let run = http(sandbox, &["--refresh", &url]);
        run.ok().has("source", "revalidated").has("http_code", 200).has("headers.x-old.0", "stays");
        run.has("headers.x-new", serde_json::json!(["1", "2"])).has("headers.content-length.0", "3");
        assert_eq!(origin.last().header("if-none-match"), Some("\"v1\""));
        assert_eq!(origin.last().header("cache-control"), Some("max-age=0"));
        assert!(run.field("item.validated_at").is_string());
        http(sandbox, &[&url]).ok().has("source", "hit").has("headers.cache-control.0", "max-age=200");
        assert_eq!(origin.count(), 2);

        let run = http(sandbox, &["--force", &url]);
        run.ok().has("source", "network").has("item.version", 2);
        assert_eq!(body(&run), "two");
        assert_eq!(origin.last().header("cache-control"), Some("no-cache"));
        assert_eq!(origin.last().header("pragma"), Some("no-cache"));
        assert!(origin.last().header("if-none-match").is_none());
        let run = http(sandbox, &[&url]);
        run.ok().has("source", "hit").has("headers.etag.0", "\"v2\"");
        assert_eq!(body(&run), "two");
    });
}

#[test]
fn where_no_date_came_the_time_of_receipt_is_told() {
    both(|sandbox| {
        let head = "Content-Length: 3\r\nETag: \"v\"\r\nCache-Control: max-age=60\r\n";
        let origin = Origin::new(move |request, conn| {
            let status = if request.header("if-none-match").is_some() { "304 Not Modified" } else { "200 OK" };
            let body = if status.starts_with("200") { "one" } else { "" };
            conn.send(format!("HTTP/1.1 {status}\r\n{head}\r\n{body}"));
        });
        let url = origin.url("/a");
        http(sandbox, &[&url]).ok().has("headers.date", serde_json::Value::Null);
        let date = |run: &Transcript| {
            let text = run.field("headers.date.0").as_str().unwrap().to_owned();
            httpdate::parse_http_date(&text).unwrap()
        };
        let hit = http(sandbox, &[&url]);
        hit.ok().has("source", "hit");
        let revalidated = http(sandbox, &["--refresh", &url]);
        revalidated.ok().has("source", "revalidated");
        assert!(date(&hit) <= date(&revalidated) && date(&revalidated) <= std::time::SystemTime::now());
    });
}

#[test]
fn the_rule_behind_each_decision_is_told() {
    let sandbox = Sandbox::new();
    let origin = Origin::replying(Reply::ok("one").field("Cache-Control", "max-age=60"));
    let url = origin.url("/a");
    http(&sandbox, &["--explain", &url]).ok().says("nothing is stored (RFC 9111, 4)").says("stored: ");
    http(&sandbox, &["--explain", &url]).ok().says("fresh: ").says("max-age (RFC 9111, 4.2)");
    http(&sandbox, &["--explain", "--refresh", &url]).ok().says("RFC 9111, 5.2.1.1");
    http(&sandbox, &["--dry-run", &url]).ok().has("would", "hit");
    http(&sandbox, &["--dry-run", "--max-age", "0", &url]).ok().has("would", "download");
    assert_eq!(origin.count(), 2);
}

#[test]
fn what_is_no_item_is_seen_by_no_other_mode() {
    both(|sandbox| {
        let origin = Origin::new(|request, conn| {
            let reply = match request.path() {
                "/missing" => Reply::new(404).body("not here"),
                _ if request.header("range").is_some() => {
                    Reply::new(206).body("on").field("Content-Range", "bytes 0-1/3").field("ETag", "\"v\"")
                }
                _ => Reply::ok("one"),
            };
            conn.reply(&reply.field("Cache-Control", "max-age=60"));
        });
        let (missing, part) = (origin.url("/missing"), origin.url("/part"));
        http(sandbox, &[&missing]).fails(7).has("http_code", 404);
        let run = http(sandbox, &["--allow-status", "404", &missing]);
        run.ok().has("source", "hit").has("http_code", 404).has("item", serde_json::Value::Null);
        assert_eq!(body(&run), "not here");
        http(sandbox, &[&missing]).fails(7).error("http", "http_status");
        assert_eq!(origin.count(), 1, "a stored refusal is one, unasked");
        http(sandbox, &["--allow-status", "206", "-H", "Range: bytes=0-1", &part]).ok().has("http_code", 206);
        assert!(sandbox.items().iter().all(|i| i["status"] != "READY"));
        sandbox.dl(["fetch", "--offline", &part]).run().fails(3);
        sandbox.dl(["fetch", "--json", &part]).run().ok().has("source", "network");
    });
}

#[test]
fn variants_stand_side_by_side() {
    both(|sandbox| {
        let origin = Origin::new(|request, conn| {
            let language = request.header("accept-language").unwrap_or("en").to_ascii_lowercase();
            // Austrians get what Germans get.
            let tag = if language == "at" { "\"de\"".to_owned() } else { format!("\"{language}\"") };
            let matches = request.header("if-none-match").is_some_and(|tags| tags.contains(&tag));
            let reply = if matches { Reply::new(304) } else { Reply::ok(format!("in {language}")) };
            conn.reply(
                &reply.field("ETag", &tag).field("Vary", "Accept-Language").field("Cache-Control", "max-age=60"),
            );
        });
        let url = origin.url("/a");
        let get = |language: &str| http(sandbox, &["-H", &format!("Accept-Language: {language}"), &url]);
        assert_eq!(body(&get("de")), "in de");
        assert_eq!(body(&get("fr")), "in fr");
        assert_eq!(origin.count(), 2);
        get("DE").ok().has("source", "hit");
        let run = get("fr");
        run.ok().has("source", "hit");
        assert_eq!(body(&run), "in fr");
        assert_eq!(origin.count(), 2);
        let run = get("at");
        run.ok().has("source", "revalidated");
        assert_eq!(body(&run), "in de");
        let asked = origin.last().header("if-none-match").unwrap().to_owned();
        assert!(asked.contains("\"de\"") && asked.contains("\"fr\""), "{asked}");
        get("at").ok().has("source", "hit");
        assert_eq!(origin.count(), 3);
    });
}

#[test]
fn changes_at_the_origin_invalidate() {
    both(|sandbox| {
        let fail = Arc::new(Mutex::new(false));
        let failing = Arc::clone(&fail);
        let origin = Origin::new(move |request, conn| {
            let reply = match request.method.as_str() {
                "GET" => Reply::ok(format!("{}", request.number)).field("Cache-Control", "max-age=100"),
                _ if *failing.lock().unwrap() => Reply::new(500),
                _ => Reply::new(201).field("Location", "/other"),
            };
            conn.reply(&reply);
        });
        let (url, other) = (origin.url("/a"), origin.url("/other"));
        let source = |url: &str| http(sandbox, &[url]).field("source");
        for method in ["POST", "PUT", "DELETE", "PATCH", "M-SEARCH"] {
            source(&url);
            source(&other);
            assert_eq!((source(&url), source(&other)), ("hit".into(), "hit".into()));
            *fail.lock().unwrap() = true;
            http(sandbox, &["-X", method, &url]).fails(7);
            assert_eq!((source(&url), source(&other)), ("hit".into(), "hit".into()), "{method} failed");
            *fail.lock().unwrap() = false;
            http(sandbox, &["-X", method, &url]).ok();
            assert_eq!((source(&url), source(&other)), ("network".into(), "network".into()), "{method}");
        }
    });
}

#[test]
fn a_get_with_content_is_passed_on() {
    both(|sandbox| {
        let origin = Origin::new(|request, conn| {
            conn.reply(&Reply::ok(request.body.clone()).field("Cache-Control", "max-age=60").field("ETag", "\"v\""));
        });
        let url = origin.url("/a");
        for (content, count) in [("one", 1), ("two", 2), ("two", 3)] {
            let run = http(sandbox, &["-X", "GET", "-d", content, &url]);
            run.ok().has("source", "network");
            assert_eq!((body(&run), origin.count()), (content.to_owned(), count));
        }
        http(sandbox, &[&url]).ok().has("source", "network").has("size", 0);
    });
}

#[test]
fn an_answer_to_post_may_answer_get() {
    both(|sandbox| {
        let origin = Origin::new(|request, conn| {
            let own = request.target.clone();
            conn.reply(
                &Reply::ok(request.method.clone()).field("Cache-Control", "max-age=60").field("Content-Location", own),
            );
        });
        let url = origin.url("/a");
        for _ in 0..2 {
            let run = http(sandbox, &["-d", "x=1", &url]);
            run.ok().has("source", "network").has("item", serde_json::Value::Null);
        }
        assert_eq!(origin.count(), 2, "POST is written through");
        let run = http(sandbox, &[&url]);
        run.ok().has("source", "hit");
        assert_eq!(body(&run), "POST");
    });
}

#[test]
fn a_head_brings_what_is_stored_up_to_date() {
    both(|sandbox| {
        let tag = Arc::new(Mutex::new("\"v1\""));
        let now = Arc::clone(&tag);
        let origin = Origin::new(move |request, conn| {
            let age = if request.method == "HEAD" { "max-age=1000" } else { "max-age=0" };
            conn.reply(&Reply::ok("one").field("ETag", *now.lock().unwrap()).field("Cache-Control", age));
        });
        let url = origin.url("/a");
        http(sandbox, &[&url]).ok().has("source", "network");
        http(sandbox, &["-X", "HEAD", &url]).ok().has("size", 0);
        http(sandbox, &[&url]).ok().has("source", "hit").has("headers.cache-control.0", "max-age=1000");
        http(sandbox, &["-X", "HEAD", &url]).ok().has("source", "hit");
        assert_eq!(origin.count(), 2);
        *tag.lock().unwrap() = "\"v2\"";
        http(sandbox, &["-X", "HEAD", "--force", &url]).ok().has("source", "network");
        http(sandbox, &[&url]).ok().has("source", "network");
        assert_eq!(origin.count(), 4);
    });
}

#[test]
fn what_is_stale_answers_where_the_origin_does_not() {
    both(|sandbox| {
        let said = Arc::new(Mutex::new(("max-age=0", false)));
        let now = Arc::clone(&said);
        let origin = Origin::new(move |_, conn| match *now.lock().unwrap() {
            (control, false) => conn.reply(&Reply::ok("one").field("Cache-Control", control).field("ETag", "\"v\"")),
            ("error", _) => conn.reply(&Reply::new(503)),
            _ => conn.reset(),
        });
        for (control, unreached, refused) in [
            ("max-age=0", "stale", ""),
            ("max-age=0, stale-if-error=60", "stale", "stale"),
            ("max-age=0, must-revalidate", "", ""),
            ("no-cache", "", ""),
        ] {
            let url = origin.url(&format!("/{}", control.replace([' ', ','], "")));
            *said.lock().unwrap() = (control, false);
            http(sandbox, &[&url]).ok();
            let check = |run: Transcript, source: &str, code: i32| {
                if source.is_empty() {
                    run.fails(code);
                } else {
                    run.ok().has("source", source).says("warning:");
                }
            };
            *said.lock().unwrap() = ("reset", true);
            check(http(sandbox, &[&url]), unreached, 4);
            *said.lock().unwrap() = ("error", true);
            check(http(sandbox, &[&url]), refused, 7);
            // What the user takes for a success is still an error between the cache and the origin (RFC 5861, 4).
            let allowed = http(sandbox, &["--allow-status", "any", &url]);
            allowed.ok().has("source", if refused.is_empty() { "network" } else { refused });
            let forbidden = unreached.is_empty();
            check(http(sandbox, &["--stale-if-error", &url]), if forbidden { "" } else { "stale" }, 7);
        }
        *said.lock().unwrap() = ("reset", true);
        http(sandbox, &[&origin.url("/never")]).fails(4);
    });
}

#[test]
fn what_is_stale_is_renewed_in_the_background() {
    both(|sandbox| {
        let origin = Origin::new(|request, conn| {
            let reply = Reply::ok(format!("{}", request.number)).field("ETag", format!("\"{}\"", request.number));
            let reply = if request.number == 0 { reply.field("Age", "5") } else { reply };
            conn.reply(
                &reply.field(
                    "Cache-Control",
                    "max-age=1000, stale-while-revalidate=60"
                        .replace("1000", if request.number == 0 { "1" } else { "1000" }),
                ),
            );
        });
        let url = origin.url("/a");
        http(sandbox, &[&url]).ok();
        let run = http(sandbox, &[&url]);
        run.ok().has("source", "stale").warns_not();
        assert_eq!(body(&run), "0");
        until("the renewal", || origin.count() == 2);
        assert_eq!(origin.last().header("if-none-match"), Some("\"0\""));
        let mut last = http(sandbox, &[&url]);
        until("the renewed response", || {
            last = http(sandbox, &["--offline", &url]);
            last.field("source") == "hit"
        });
        assert_eq!(body(&last), "1");
    });
}

#[test]
fn immutable_ones_are_not_refreshed_while_they_are_fresh() {
    both(|sandbox| {
        let origin = Origin::new(|_, conn| {
            conn.reply(&Reply::ok("one").field("Cache-Control", "max-age=100, immutable").field("ETag", "\"v\""));
        });
        let url = origin.url("/a");
        http(sandbox, &[&url]).ok();
        http(sandbox, &["--refresh", &url]).ok().has("source", "hit");
        http(sandbox, &["--force", &url]).ok().has("source", "network");
        assert_eq!(origin.count(), 2);
    });
}

#[test]
fn offline_is_only_if_cached() {
    both(|sandbox| {
        let origin = Origin::new(|request, conn| {
            let age = if request.path() == "/fresh" { "max-age=60" } else { "max-age=0" };
            conn.reply(&Reply::ok("one").field("Cache-Control", age));
        });
        let (fresh, stale) = (origin.url("/fresh"), origin.url("/stale"));
        http(sandbox, &["--offline", &fresh]).fails(3).has("http_code", 504).error("not_found", "");
        for url in [&fresh, &stale] {
            http(sandbox, &[url]).ok();
        }
        http(sandbox, &["--offline", &fresh]).ok().has("source", "hit");
        http(sandbox, &["--offline", &stale]).fails(3).has("http_code", 504);
        http(sandbox, &["--offline", "--stale-if-error", &stale]).ok().has("source", "stale");
        http(sandbox, &["-H", "Cache-Control: only-if-cached", &stale]).fails(3).has("http_code", 504);
        assert_eq!(origin.count(), 2);
    });
}

#[test]
fn redirects_are_stored_and_followed() {
    both(|sandbox| {
        let origin = Origin::new(|request, conn| {
            let reply = match request.path() {
                "/once" => Reply::redirect(302, "/end"),
                "/end" => Reply::ok("end").field("Cache-Control", "max-age=60"),
                _ => Reply::redirect(301, "/end").field("Cache-Control", "max-age=60"),
            };
            conn.reply(&reply);
        });
        let (moved, once) = (origin.url("/moved"), origin.url("/once"));
        for source in ["network", "hit"] {
            let run = http(sandbox, &[&moved]);
            run.ok().has("source", source).has("resolved_url", origin.url("/end")).has("item.uri", moved.as_str());
        }
        assert_eq!(origin.count(), 2);
        for asked in [3, 4] {
            let run = http(sandbox, &[&once]);
            run.ok().has("source", "hit");
            assert_eq!(
                (origin.count(), body(&run)),
                (asked, "end".to_owned()),
                "a 302 without freshness is not stored"
            );
        }
        http(sandbox, &["--no-follow", &moved]).fails(7);
        http(sandbox, &["--max-redirs", "0", &moved]).fails(7).error("http", "too_many_redirects");
    });
}

#[test]
fn the_mode_is_a_setting_that_refresh_joins() {
    let sandbox = Sandbox::new();
    let origin = Origin::serving(File::new("one").etag("\"v\"").field("Cache-Control", "max-age=60"));
    let url = origin.url("/a");
    sandbox.config("freshness = \"http\"\n");
    let fetch = |more: &str| sandbox.dl(["fetch", "--json", &url]).args(more).run();
    fetch("").ok().has("source", "network");
    fetch("").ok().has("source", "hit");
    fetch("--refresh").ok().has("source", "revalidated");
    assert_eq!(origin.last().header("cache-control"), Some("max-age=0"));
    fetch("--freshness any").ok().has("source", "hit");
    fetch("--newer-than 1h").fails(2).says("--newer-than");
    assert_eq!(origin.count(), 2);
}
