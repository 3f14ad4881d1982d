//! How it travels: retries, Retry-After, mirrors, time-outs, rates, versions, several at once.

use crate::support::origin::{Gate, Origin};
use crate::support::ports::listen;
use crate::support::reply::{File, Reply};
use crate::support::sandbox::{Sandbox, both, bytes};
use std::time::Duration;

#[test]
fn passing_failures_are_retried() {
    both(|sandbox| {
        for status in [408, 425, 429, 500, 502, 503, 504] {
            let origin = Origin::new(move |request, conn| match request.number {
                0 | 1 => conn.reply(&Reply::new(status).body("later")),
                _ => conn.reply(&Reply::ok("fine")),
            });
            sandbox.dl(["fetch", "--json", &origin.url("/a")]).run().ok().has("attempts", 3).has("http_code", 200);
        }
        let origin = Origin::new(|request, conn| match request.number {
            0 => conn.reset(),
            1 => conn.close(),
            2 => {
                conn.begin(&Reply::ok("truncated"), 4);
                conn.cut();
            }
            _ => conn.reply(&Reply::ok("fine")),
        });
        sandbox.dl(["fetch", "--json", &origin.url("/a")]).run().ok().has("size", 4);
    });
}

#[test]
fn lasting_failures_are_not() {
    both(|sandbox| {
        for status in [400, 401, 403, 404, 410, 451, 501, 505] {
            let origin = Origin::replying(Reply::new(status));
            sandbox
                .dl(["fetch", "--json", &origin.url("/a")])
                .run()
                .fails(7)
                .has("attempts", 1)
                .has("http_code", status);
            assert_eq!(origin.count(), 1);
        }
        sandbox.dl(["fetch", "--json", "http://nowhere.invalid/"]).run().fails(4).has("attempts", 1);
    });
}

#[test]
fn retries_end() {
    both(|sandbox| {
        let origin = Origin::replying(Reply::new(503));
        sandbox.dl(["fetch", "--retry", "2", &origin.url("/a")]).run().fails(7).says("503");
        assert_eq!(origin.count(), 3);
        sandbox.dl(["fetch", "--retry", "0", &origin.url("/b")]).run().fails(7);
        assert_eq!(origin.count(), 4);
        let closed = listen().local_addr().unwrap();
        sandbox
            .dl(["fetch", "--json", "--retry", "2"])
            .arg(format!("http://{closed}/a"))
            .run()
            .fails(4)
            .has("attempts", 3);
    });
}

#[test]
fn retry_after_is_waited_for_within_reason() {
    both(|sandbox| {
        let long_ago = "Wed, 21 Oct 2015 07:28:00 GMT";
        for value in ["0", long_ago, "Wednesday, 21-Oct-15 07:28:00 GMT", "-5", "soon", "1e3", ""] {
            let origin = Origin::new(move |request, conn| match request.number {
                0 => conn.reply(&Reply::new(429).field("Retry-After", value)),
                _ => conn.reply(&Reply::ok("fine")),
            });
            sandbox.dl(["fetch", &origin.url("/a")]).run().ok();
        }
        for value in ["3600", "99999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"] {
            let origin = Origin::replying(Reply::new(503).field("Retry-After", value));
            sandbox.dl(["fetch", &origin.url("/a")]).run().fails(7).says("--retry-max-wait");
            assert_eq!(origin.count(), 1, "a server cannot put dl to sleep");
        }
        let origin = Origin::replying(Reply::new(503).field("Retry-After", "2"));
        sandbox.dl(["fetch", "--retry-max-wait", "1s", &origin.url("/a")]).run().fails(7).says("2");
        assert_eq!(origin.count(), 1);
    });
}

#[test]
fn what_was_sent_once_is_not_posted_twice() {
    both(|sandbox| {
        let posted = |status: u16, after: Option<&'static str>| {
            let origin = Origin::new(move |request, conn| match request.number {
                0 => {
                    let reply = Reply::new(status);
                    conn.reply(&after.map_or(reply.clone(), |a| reply.field("Retry-After", a)));
                }
                _ => conn.reply(&Reply::ok("fine")),
            });
            let run = sandbox.dl(["fetch", "-d", "order=1", &origin.url("/a")]).run();
            (run.code, origin.count())
        };
        assert_eq!(posted(500, None), (7, 1));
        assert_eq!(posted(503, None), (7, 1));
        assert_eq!(posted(503, Some("0")), (0, 2));
        assert_eq!(posted(429, Some("0")), (0, 2));
        let origin = Origin::new(|_, conn| {
            conn.begin(&Reply::ok(bytes(100)).field("ETag", "\"v\""), 50);
            conn.cut();
        });
        sandbox.dl(["fetch", "-d", "order=2", &origin.url("/a")]).run().fails(8);
        assert_eq!(origin.count(), 1);
        let origin = Origin::new(|_, conn| conn.reset());
        sandbox.dl(["fetch", "-d", "order=3", &origin.url("/a")]).run().fails(4);
        assert_eq!(origin.count(), 1);
    });
}

#[test]
fn a_dead_kept_connection_does_not_post_twice() {
    both(|sandbox| {
        // Answers once a connection, keeps it open, and closes it when asked again.
        let origin = Origin::new(|request, conn| match request.path() {
            "/warm" => conn.reply(&Reply::ok("warm")),
            _ => conn.close(),
        });
        let (warm, post) = (origin.url("/warm"), origin.url("/post"));
        sandbox.write("list", format!("{warm}\n{post}\n"));
        sandbox.dl(["fetch", "-j", "1", "-d", "order=4", "-i", "list"]).run().fails(4);
        assert_eq!(origin.requests().iter().filter(|r| r.path() == "/post").count(), 1);
    });
}

#[test]
fn mirrors_are_tried_in_turn() {
    both(|sandbox| {
        let good = Origin::of("fine");
        let missing = Origin::replying(Reply::new(404));
        let broken = Origin::new(|_, conn| conn.reset());
        let cut = Origin::new(|_, conn| {
            conn.begin(&Reply::ok("truncated"), 3);
            conn.cut();
        });
        let page = Origin::replying(Reply::ok("<html>"));
        let urls: Vec<String> = [&missing, &broken, &cut, &page, &good].iter().map(|o| o.url("/a.zip")).collect();
        let mut command = sandbox.dl(["fetch", "--json", "--retry", "0", &urls[0]]);
        for url in &urls[1..] {
            command = command.args("--mirror").arg(url);
        }
        let run = command.run();
        run.ok().has("resolved_url", urls[4].as_str()).has("url", urls[0].as_str()).has("item.uri", urls[0].as_str());
        // One identity: the mirror is not asked again.
        sandbox.dl(["fetch", "--json", &urls[0]]).run().ok().has("source", "hit");
        let run = sandbox.dl(["fetch", "--retry", "0", "--mirror", &missing.url("/m"), &missing.url("/b.zip")]).run();
        run.fails(7);
    });
}

#[test]
fn time_limits() {
    both(|sandbox| {
        let silent = Origin::new(|_, conn| conn.stall());
        let run = |arguments: &str| {
            let run = sandbox.dl(["fetch", "--json", "--retry", "0"]).args(arguments).arg(silent.url("/a")).run();
            run.fails(5);
            run
        };
        run("--stall-timeout 200ms").error("timeout", "");
        run("--timeout 200ms").error("timeout", "");
        // The total covers the retries.
        let run = sandbox
            .dl(["fetch", "--retry", "50", "--stall-timeout", "100ms", "--timeout", "350ms", &silent.url("/b")])
            .run();
        run.fails(5);
        let busy = Origin::replying(Reply::new(503).field("Retry-After", "60"));
        sandbox.dl(["fetch", "--timeout", "300ms", &busy.url("/a")]).run();
    });
}

#[test]
fn a_handshake_that_never_ends_is_a_timeout() {
    both(|sandbox| {
        let listener = listen();
        let url = format!("https://{}/a", listener.local_addr().unwrap());
        sandbox.dl(["fetch", "--retry", "0", "--connect-timeout", "200ms", "-k", &url]).run().fails(5);
        drop(listener);
    });
}

#[test]
fn a_slow_but_steady_body_is_no_stall() {
    both(|sandbox| {
        let origin = Origin::new(|_, conn| {
            let reply = Reply::ok(bytes(40));
            conn.begin(&reply, 0);
            conn.dribble(&reply.body, 1, Duration::from_millis(20));
        });
        sandbox.dl(["fetch", "--stall-timeout", "600ms", "--retry", "0", &origin.url("/a")]).run().ok();
    });
}

#[test]
fn the_rate_is_limited() {
    both(|sandbox| {
        let origin = Origin::of(bytes(400_000));
        let run = sandbox.dl(["fetch", "--json", "--limit-rate", "400k", &origin.url("/a")]).run();
        assert!(run.ok().field("elapsed_ms").as_u64().unwrap() >= 400, "{}", run.tell());
    });
}

#[test]
fn several_urls_share_connections_and_run_at_once() {
    both(|sandbox| {
        let gate = Gate::default();
        let wait = gate.clone();
        let origin = Origin::new(move |request, conn| {
            // Nobody is answered before all four asked: they must run at once.
            if request.number == 3 {
                wait.open();
            }
            wait.wait();
            conn.reply(&Reply::ok(request.path()));
        });
        let urls: Vec<String> = (0..40).map(|n| origin.url(&format!("/{n}"))).collect();
        let run = sandbox.dl(["fetch", "-j", "4"].into_iter().chain(urls.iter().map(String::as_str))).run();
        assert_eq!(run.ok().lines().len(), 40);
        assert!(origin.connections() <= 8, "{} connections for 40 files", origin.connections());
    });
}

#[test]
fn http_versions() {
    both(|sandbox| {
        let origin = Origin::of("fine");
        sandbox.dl(["fetch", "--http-version", "1.0", &origin.url("/a")]).run().ok();
        assert_eq!(origin.last().version, "HTTP/1.0");
        sandbox.dl(["fetch", "--http-version", "1.1", &origin.url("/b")]).run().ok();
        assert_eq!(origin.last().version, "HTTP/1.1");
        sandbox.dl(["fetch", "--http-version", "3", &origin.url("/c")]).run().fails(2);
        sandbox.dl(["fetch", "-4", &origin.url("/d")]).run().ok();
    });
}

#[test]
fn interim_answers_are_told_where_the_backend_shows_them() {
    let sandbox = Sandbox::new();
    let origin = Origin::new(|_, conn| {
        conn.send("HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\nX-Only: hint\r\n\r\n");
        conn.reply(&Reply::ok("fine"));
    });
    let run = sandbox.dl(["fetch", "--json", "--backend", "curl", &origin.url("/a")]).run();
    run.ok().has("interim.0.status", 103).has("headers.x-only", ());
    let run = sandbox.dl(["fetch", "--json", "--backend", "reqwest", &origin.url("/b")]).run();
    run.ok().has("headers.x-only", ());
}

#[test]
fn files_of_this_machine() {
    let sandbox = Sandbox::new();
    let path = sandbox.write("local file.txt", "local");
    let url = format!("file://{}", path.to_str().unwrap().replace(' ', "%20"));
    sandbox
        .dl(["fetch", "--json", &url])
        .run()
        .ok()
        .has("backend", "curl")
        .has("size", 5)
        .has("filename", "local file.txt");
    sandbox.dl(["fetch", &format!("file://{}", sandbox.path("nowhere").display())]).run().fails(3);
    sandbox.dl(["fetch", "--backend", "reqwest", "--force", &url]).run().fails(2).says("reqwest");
    sandbox.dl(["fetch", "--backend", "wget", &url]).run().fails(2).says("reqwest");
}

#[test]
fn an_item_is_the_same_whichever_backend_fetched_it() {
    let sandbox = Sandbox::new();
    let origin = Origin::serving(File::new("fine"));
    let url = origin.url("/a");
    let one = sandbox.dl(["fetch", "--backend", "curl", "--json", &url]).run().ok().field("item.key");
    let run = sandbox.dl(["fetch", "--backend", "reqwest", "--json", "--refresh", &url]).run();
    run.ok().has("source", "revalidated");
    assert_eq!(run.field("item.key"), one);
}
