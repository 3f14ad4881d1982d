//! Secrets stay yours: they travel to their origin and stand nowhere else. The sandbox looks for each canary in
//! every file and every message when the test ends.

use crate::support::origin::Origin;
use crate::support::random::Random;
use crate::support::reply::Reply;
use crate::support::sandbox::both;
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
