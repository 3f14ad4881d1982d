//! Secrets stay yours: they travel to their origin and stand nowhere else. The sandbox looks for each canary in
//! every file and every message when the test ends.

use crate::support::origin::Origin;
use crate::support::random::Random;
use crate::support::reply::Reply;
use crate::support::sandbox::{Sandbox, both};
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

#[test]
fn secrets_are_on_the_wire_only() {
    both(|sandbox| {
        let secret = sandbox.canary("all");
        let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, format!("maria:{secret}"));
        // The server says them back wherever it can.
        let echo = secret.clone();
        let origin = Origin::new(move |request, conn| {
            let reply = match request.path() {
                "/hop" => Reply::redirect(302, &format!("/end.txt?token={echo}")),
                "/no" => Reply::new(403).field("X-Echo-Token", &echo).body(format!("you said {echo}")),
                "/bad.zip" => Reply::ok(format!("<html><title>{echo}</title>")),
                _ => Reply::ok("fine")
                    .field("Set-Cookie", &echo)
                    .field("X-Auth-Token", &echo)
                    .field("Link", format!("<https://h/?sig={echo}>; rel=next")),
            };
            conn.reply(&reply);
        });
        let secret_url = origin.url(&format!("/a.txt?api_key={secret}&x=1"));
        let user_url = origin.url("/b.txt").replace("http://", &format!("http://maria:{secret}@"));
        let header = format!("X-Api-Key: {secret}");
        let authorization = format!("Authorization: Bearer {secret}");
        let user = format!("maria:{secret}");
        for path in ["/hop", "/no", "/bad.zip", "/c.txt"] {
            let url = origin.url(path);
            let words =
                ["-v", "fetch", "--retry", "0", "--explain", "--json", "--meta", "meta.json", "--xattr", "-o", "out"];
            sandbox.dl(words).arg("-H").arg(&header).arg(&url).run();
            sandbox.dl(words).arg("-H").arg(&authorization).arg(&url).run();
            sandbox.dl(words).arg("-u").arg(&user).arg(&url).run();
        }
        for url in [&secret_url, &user_url] {
            for more in ["", "--refresh", "--offline", "--dry-run"] {
                let run = sandbox.dl(["-v", "fetch", "--explain", "--json"]).args(more).arg(url).run();
                run.ok();
            }
        }
        let asked = origin.requests();
        assert!(asked.iter().any(|r| r.target.contains(&secret)), "the wire has them");
        assert!(asked.iter().any(|r| r.header("authorization").is_some_and(|v| v.contains(&encoded))));
        let listed = sandbox.dl(["cache", "ls", "--all", "--json"]).run();
        assert!(listed.ok().out().contains("api_key="), "{}", listed.tell());
        sandbox.dl(["cache", "ls", "-l"]).run().ok();
        sandbox.dl(["config", "show"]).env("DL_PROXY", format!("http://maria:{secret}@127.0.0.1:1")).run().ok();
        assert!(!format!("{:?}", sandbox.cache_tree()).contains(&encoded));
    });
}

#[test]
fn a_failing_connection_tells_no_secret() {
    both(|sandbox| {
        let secret = sandbox.canary("refused");
        let run = sandbox
            .dl(["-v", "fetch", "--retry", "1", "--json"])
            .arg(format!("http://maria:{secret}@127.0.0.1:1/a?token={secret}"))
            .run();
        run.fails(4);
        let run = sandbox
            .dl(["-v", "fetch", "--retry", "0", "-x"])
            .arg(format!("http://maria:{secret}@127.0.0.1:1"))
            .arg("http://example.test/")
            .run();
        run.fails(4).says("127.0.0.1:1");
        sandbox.dl(["fetch"]).arg(format!("htp://maria:{secret}@h/")).run().fails(2);
        sandbox.dl(["fetch"]).arg(format!("http://maria:{secret}@h:99999/?token={secret}")).run().fails(2);
        sandbox.dl(["fetch", "-H"]).arg(format!("Authorization {secret}")).arg("http://h/").run().fails(2);
    });
}

#[test]
fn an_interrupted_fetch_leaves_none_in_its_partial() {
    both(|sandbox| {
        let secret = sandbox.canary("partial");
        let origin = Origin::new(|_, conn| {
            conn.begin(&Reply::ok(vec![0; 100_000]).field("ETag", "\"v\""), 50_000);
            conn.cut();
        });
        let url = origin.url(&format!("/a?signature={secret}"));
        sandbox.dl(["fetch", "--retry", "0", "-H"]).arg(format!("Cookie: {secret}")).arg(url).run().fails(8);
        assert!(sandbox.cache_tree().iter().any(|n| n.starts_with("partial/") && !n.ends_with('/')));
    });
}

#[test]
fn configured_names_are_secret_too() {
    both(|sandbox| {
        let secret = sandbox.canary("configured");
        sandbox.config("[secrets]\nheaders = [\"X-Door\"]\nquery = [\"door\"]\n");
        let origin = Origin::replying(Reply::ok("fine"));
        let url = origin.url(&format!("/a?door={secret}"));
        sandbox.dl(["-v", "fetch", "--json", "-H"]).arg(format!("X-Door: {secret}")).arg(url).run().ok();
        assert_eq!(origin.last().header("x-door"), Some(secret.as_str()));
    });
}

#[test]
fn killed_commands_leave_none() {
    both(|sandbox| {
        let secret = sandbox.canary("killed");
        let echo = secret.clone();
        let origin = Origin::new(move |_, conn| {
            let reply = Reply::ok(vec![0; 400_000]).field("ETag", "\"v\"").field("X-Auth-Token", &echo);
            conn.send(reply.head());
            conn.dribble(&reply.body, 20_000, Duration::from_millis(2));
        });
        let url = origin.url(&format!("/a?token={secret}")).replace("http://", &format!("http://maria:{secret}@"));
        let mut random = Random::new("killed_commands_leave_none");
        for _ in 0..12 {
            let words = ["-v", "fetch", "--force", "--explain", "--xattr", "--meta", "meta.json", "-o", "out", &url];
            let running = sandbox.dl(words).arg("-H").arg(format!("X-Api-Key: {secret}")).spawn();
            std::thread::sleep(Duration::from_millis(random.below(60)));
            running.kill();
            running.wait();
        }
        // One that comes through sweeps what the killed ones left.
        sandbox.dl(["fetch", "--xattr", "-o", "out", &url]).arg("-H").arg(format!("X-Api-Key: {secret}")).run().ok();
        for name in xattr::list(sandbox.path("out")).unwrap() {
            let value = xattr::get(sandbox.path("out"), &name).unwrap().unwrap_or_default();
            assert!(!String::from_utf8_lossy(&value).contains(&secret), "{name:?}");
        }
    });
}

#[test]
fn the_dumped_head_is_for_its_owner_under_any_umask() {
    both(|sandbox| {
        let secret = sandbox.canary("head");
        let origin = Origin::replying(Reply::ok("fine").field("Set-Cookie", &secret));
        for umask in ["000", "077"] {
            let name = format!("head{umask}");
            sandbox.may_hold_secrets(sandbox.path(&name));
            sandbox.dl(["fetch", "--force", "-D", &name, &origin.url("/a")]).umask(umask).run().ok();
            let mode = std::fs::metadata(sandbox.path(&name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
            assert!(String::from_utf8_lossy(&sandbox.read(&name)).contains(&secret));
        }
    });
}

#[test]
fn what_a_server_says_back_is_masked_under_any_name() {
    both(|sandbox| {
        let secret = sandbox.canary("echo");
        let basic = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, format!("maria:{secret}"));
        sandbox.is_secret(basic);
        let origin = Origin::new(|request, conn| {
            let told = ["authorization", "x-api-key"].into_iter().find_map(|name| request.header(name));
            let told = told.unwrap_or("nothing").trim_start_matches("Basic ").to_owned();
            if request.path() == "/no" {
                return conn.send(format!("HTTP/1.1 403 you said {told}\r\nContent-Length: 0\r\n\r\n"));
            }
            let reply = Reply::ok(vec![0; 100_000]).field("ETag", format!("\"{told}\"")).field("X-Echo", &told);
            let reply = reply.field("Content-Disposition", format!("attachment; filename=\"{told}.csv\""));
            conn.begin(&reply, if request.path() == "/cut" { 50_000 } else { 100_000 });
            if request.path() == "/cut" {
                conn.cut();
            }
        });
        let user = format!("maria:{secret}");
        let header = format!("X-Api-Key: {secret}");
        for (path, code) in [("/a", 0), ("/no", 7), ("/cut", 8)] {
            for credential in [["-u", &user], ["-H", &header]] {
                let words = ["-v", "fetch", "--json", "--retry", "0", "--explain", "--meta", "meta.json"];
                let run = sandbox.dl(words).arg(credential[0]).arg(credential[1]).arg(origin.url(path)).run();
                assert_eq!(run.code, code, "{}", run.tell());
            }
        }
        let url = origin.url("/in-the-url").replace("http://", &format!("http://{user}@"));
        sandbox.dl(["-v", "fetch", "--json", "--remote-header-name", &url]).run().ok();
        let listed = sandbox.dl(["cache", "ls", "--all", "--json"]).run();
        assert!(listed.ok().out().contains("<redacted>"), "{}", listed.tell());
    });
}

#[test]
fn a_redirect_whose_address_holds_a_secret_is_never_answered_from_the_cache() {
    both(|sandbox| {
        let origin = Origin::new(|request, conn| {
            conn.reply(&Reply::redirect(302, if request.path() == "/plain" { "/x?page=1" } else { "/x?token=abcdef" }));
        });
        for (path, requests) in [("/plain", 1), ("/secret", 2)] {
            for _ in 0..2 {
                sandbox.dl(["fetch", "--no-follow", "--allow-status", "302", &origin.url(path)]).run().ok();
            }
            assert_eq!(origin.requests().iter().filter(|r| r.path() == path).count(), requests, "{path}");
        }
    });
}

#[test]
fn bodies_are_stored_as_digest_and_size() {
    both(|sandbox| {
        let secret = sandbox.canary("body");
        let part = sandbox.write("part", &secret);
        let origin = Origin::replying(Reply::ok("fine"));
        let url = origin.url("/a");
        let (data, json) = (format!("a={secret}"), format!("{{\"a\":\"{secret}\"}}"));
        let file = format!("f=@{}", part.display());
        for words in [&["-d", &data][..], &["--data-json", &json], &["-F", &data, "-F", &file]] {
            sandbox.dl(["-v", "fetch", "--json", "--explain"].iter().chain(words)).arg(&url).run().ok();
            assert!(String::from_utf8_lossy(&origin.last().body).contains(&secret), "the wire has it");
        }
        let listed = sandbox.dl(["cache", "ls", "--json"]).run();
        assert_eq!(listed.ok().json_lines().len(), 3);
        assert!(listed.out().contains("\"size\":") && listed.out().contains("\"sha256\":"), "{}", listed.tell());
    });
}

#[test]
fn addresses_are_redacted_wherever_they_are_told() {
    let sandbox = Sandbox::new();
    let secret = sandbox.canary("address");
    let origin = Origin::replying(Reply::ok("fine"));
    let own = format!("http://u:{secret}@h.test/?token={secret}");
    let list = origin.url(&format!("/no-list?token={secret}"));
    sandbox.dl(["-v", "fetch", "--json", "--explain", "-e", &own, &origin.url("/a")]).run().ok();
    assert_eq!(origin.last().header("referer"), Some(own.as_str()), "the wire has it");
    sandbox.dl(["cache", "ls", "--json"]).run().ok();
    sandbox.dl(["fetch", "--checksums", &list, &origin.url("/a")]).run().fails(2).says("no-list");
    sandbox.dl(["cache", "show", &own]).run().fails(3).says("h.test");
    sandbox.dl(["fetch", &own.replacen(':', "", 1)]).run().fails(2).says("h.test");
    let reply = Reply::redirect(302, &format!("//u:{secret}@h.test/?sig={secret}"));
    let other = Origin::replying(reply);
    sandbox.dl(["fetch", "--json", "--no-follow", "--allow-status", "302", &other.url("/a")]).run().ok();
}

#[test]
fn a_hosts_mirror_does_not_get_the_secrets_of_the_address() {
    both(|sandbox| {
        let mirror = Origin::of("fine");
        let origin = Origin::replying(Reply::new(404));
        sandbox.config(&format!("[host.\"127.0.0.1:{}\"]\nmirror = \"{}\"\n", origin.port(), mirror.url("/m")));
        let secret = sandbox.canary("mirror");
        sandbox.dl(["fetch", &origin.url(&format!("/a?page=1&token={secret}&X-Amz-Signature={secret}"))]).run().ok();
        assert_eq!(mirror.last().target, "/m/a?page=1");
    });
}

#[test]
fn exports_leave_out_what_a_credential_got() {
    let sandbox = Sandbox::new();
    let origin = Origin::of("fine");
    sandbox.dl(["fetch", &origin.url("/open")]).run().ok();
    sandbox.dl(["fetch", "-u", "maria:word", &origin.url("/private")]).run().ok();
    for (salt, count) in [("", 1), ("--with-salt", 2)] {
        let name = format!("export{count}.tar");
        sandbox.dl(["cache", "export", &name]).args(salt).run().ok();
        let there = sandbox.home().join(format!("cache{count}"));
        let there = there.to_str().unwrap();
        sandbox.dl(["--cache-dir", there, "cache", "import", &name]).run().ok();
        let listed = sandbox.dl(["--cache-dir", there, "cache", "ls", "--json"]).run();
        assert_eq!(listed.ok().json_lines().len(), count);
        let again = ["--cache-dir", there, "fetch", "--offline", "-u", "maria:word", &origin.url("/private")];
        assert_eq!(sandbox.dl(again).run().code, if count == 2 { 0 } else { 3 });
    }
}
