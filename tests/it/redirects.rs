//! Redirects and what may not follow them: credentials, the user's headers, TLS.

use crate::support::origin::Origin;
use crate::support::reply::Reply;
use crate::support::sandbox::{both, sha256};
use crate::support::tls::Authority;

const SECRETS: [&str; 4] = ["authorization", "cookie", "x-api-key", "x-harmless"];

#[test]
fn the_users_headers_stay_with_their_origin() {
    both(|sandbox| {
        let other = Origin::new(|_, conn| conn.reply(&Reply::ok("elsewhere")));
        let target = other.url("/end");
        let origin = Origin::new(move |request, conn| match request.path() {
            "/same" => conn.reply(&Reply::redirect(302, "/end")),
            "/other" => conn.reply(&Reply::redirect(302, &target)),
            _ => conn.reply(&Reply::ok("here")),
        });
        let fetch = |url: String| {
            let headers = ["Authorization: one", "Cookie: two", "X-Api-Key: three", "X-Harmless: four"];
            let command = headers.iter().fold(sandbox.dl(["fetch"]), |c, h| c.arg("-H").arg(*h));
            command.arg(url).run().ok();
        };
        fetch(origin.url("/same"));
        assert!(SECRETS.iter().all(|n| origin.last().header(n).is_some()), "the same origin gets them");
        fetch(origin.url("/other"));
        assert!(
            SECRETS.iter().all(|n| other.last().header(n).is_none()),
            "another port is another origin: {:?}",
            other.last()
        );
        sandbox.dl(["fetch", "-u", "a:b", &origin.url("/other?2")]).run().ok();
        assert_eq!(other.last().header("authorization"), None);
        assert_eq!(other.last().header("referer"), None);
        // What the target's address holds is its own.
        sandbox
            .dl([
                "fetch",
                "-u",
                "a:b",
                "--mirror",
                &other.url("/m"),
                &origin.url("/same").replace("http:", "https:"),
                "--retry",
                "0",
                // A plain server waits for the end of what it takes for a head.
                "--connect-timeout",
                "300ms",
            ])
            .run()
            .ok();
        assert_eq!(other.last().header("authorization"), None, "a mirror is another origin");
    });
}

#[test]
fn credentials_do_not_come_back_by_a_detour() {
    both(|sandbox| {
        let back = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
        let to = std::sync::Arc::clone(&back);
        let other = Origin::new(move |_, conn| conn.reply(&Reply::redirect(302, &to.lock().unwrap())));
        let target = other.url("/detour");
        let origin = Origin::new(move |request, conn| match request.path() {
            "/start" => conn.reply(&Reply::redirect(307, &target)),
            _ => conn.reply(&Reply::ok("back")),
        });
        *back.lock().unwrap() = origin.url("/end");
        sandbox.dl(["fetch", "-u", "maria:x", &origin.url("/start")]).run().ok();
        assert_eq!(other.last().header("authorization"), None);
    });
}

#[test]
fn methods_and_bodies_on_the_way() {
    both(|sandbox| {
        for (status, method, body) in
            [(301, "GET", ""), (302, "GET", ""), (303, "GET", ""), (307, "POST", "a=1"), (308, "POST", "a=1")]
        {
            let origin = Origin::new(move |request, conn| match request.path() {
                "/start" => conn.reply(&Reply::redirect(status, "end")),
                _ => conn.reply(&Reply::ok("fine")),
            });
            sandbox.dl(["fetch", "-d", "a=1", &origin.url("/start")]).run().ok();
            let last = origin.last();
            assert_eq!(
                (last.path(), last.method.as_str(), last.body.as_slice()),
                ("/end", method, body.as_bytes()),
                "{status}"
            );
            assert_eq!(last.header("content-type").is_some(), method == "POST", "{status}");
        }
    });
}

#[test]
fn tls_is_never_left() {
    both(|sandbox| {
        let authority = Authority::new();
        sandbox.set("SSL_CERT_FILE", authority.write(&sandbox.home()));
        let plain = Origin::of("plain").may_be_idle();
        let target = plain.url("/end");
        let secure = authority.leaf().origin(move |request, conn| match request.path() {
            "/down" => conn.reply(&Reply::redirect(302, &target)),
            _ => conn.reply(&Reply::ok("secure")),
        });
        let run = sandbox.dl(["fetch", "--json", "--sha256", &sha256(b"plain"), &secure.url("/down")]).run();
        run.fails(7).error("http", "");
        assert_eq!(plain.count(), 0);
        let up = secure.url("/end");
        let origin = Origin::new(move |_, conn| conn.reply(&Reply::redirect(301, &up)));
        let run = sandbox.dl(["fetch", "--json", &origin.url("/up")]).run();
        run.ok().has("resolved_url", secure.url("/end")).has("url", origin.url("/up"));
    });
}

#[test]
fn the_chain_is_named() {
    both(|sandbox| {
        let origin = Origin::new(|request, conn| match request.path() {
            "/one" => conn.reply(&Reply::redirect(302, "/two")),
            _ => conn.reply(&Reply::redirect(302, "/one")),
        });
        sandbox.dl(["fetch", &origin.url("/one")]).run().fails(7).says("/one").says("/two");
    });
}

#[test]
fn a_redirects_body_is_a_result_only_when_asked_for() {
    both(|sandbox| {
        let origin = Origin::replying(Reply::redirect(302, "/next"));
        sandbox.dl(["fetch", "--no-follow", &origin.url("/a")]).run().fails(7).says("302");
        let run = sandbox.dl(["fetch", "--json", "--no-follow", "--allow-status", "302", &origin.url("/a")]).run();
        run.ok().has("http_code", 302).has("size", "<html>moved</html>".len());
        assert_eq!(origin.count(), 2);
    });
}

#[test]
fn the_name_is_that_of_the_address_that_was_typed() {
    both(|sandbox| {
        let origin = Origin::new(|request, conn| match request.path() {
            "/latest" => conn.reply(&Reply::redirect(302, "/..%2f.bashrc?x=/evil.sh")),
            _ => conn.reply(&Reply::ok("fine")),
        });
        sandbox.dl(["fetch", "-O", &origin.url("/latest")]).run().ok();
        assert_eq!(sandbox.work_tree(), ["latest"]);
    });
}

#[test]
fn there_is_no_cookie_jar() {
    both(|sandbox| {
        let origin = Origin::new(|request, conn| match request.path() {
            "/start" => conn.reply(&Reply::redirect(302, "/end").field("Set-Cookie", "id=1; Path=/")),
            _ => conn.reply(&Reply::ok("fine").field("Set-Cookie", "id=2; Path=/")),
        });
        sandbox.dl(["fetch", "-j", "1", &origin.url("/start"), &origin.url("/next")]).run().ok();
        assert_eq!(origin.count(), 3);
        assert!(origin.requests().iter().all(|r| r.header("cookie").is_none()));
    });
}

#[test]
fn an_address_that_is_too_long_is_not_followed() {
    both(|sandbox| {
        let origin = Origin::new(|request, conn| match request.path() {
            "/start" => conn.reply(&Reply::redirect(302, &format!("/{}", "ü".repeat(20_000)))),
            _ => conn.reply(&Reply::ok("fine")),
        });
        sandbox.dl(["fetch", "--json", &origin.url("/start")]).run().fails(7).error("http", "redirect_location");
        assert_eq!(origin.count(), 1);
    });
}
