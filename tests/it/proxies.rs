//! Proxies: http, https by CONNECT, SOCKS5, variables, exceptions, refusals, and whose credentials go where.

use crate::or_skip;
use crate::support::origin::{Origin, Request};
use crate::support::reply::Reply;
use crate::support::sandbox::both;
use crate::support::servers;
use crate::support::tls::Authority;

/// An http proxy that answers itself.
fn answering() -> Origin {
    Origin::new(|request, conn| conn.reply(&Reply::ok(request.target.clone())))
}

fn fields(request: &Request) -> Vec<String> {
    request.fields.iter().map(|(n, _)| n.to_lowercase()).collect()
}

#[test]
fn plain_http_through_a_proxy() {
    both(|sandbox| {
        let secret = sandbox.canary("proxy");
        let proxy = answering();
        let address = proxy.url("").replace("http://", &format!("http://user:{secret}@"));
        let run = sandbox.dl(["fetch", "-o", "-", "-x", &address, "http://somewhere.test/a?b=1"]).run();
        assert_eq!(run.ok().stdout, b"http://somewhere.test/a?b=1");
        let asked = proxy.last();
        assert_eq!(asked.header("host"), Some("somewhere.test"));
        assert!(asked.header("proxy-authorization").unwrap().starts_with("Basic "));
        assert_eq!(asked.header("authorization"), None);
    });
}

#[test]
fn the_usual_variables() {
    both(|sandbox| {
        let proxy = answering();
        let through = |variables: &[(&str, &str)], url: &str, arguments: &str| {
            let before = proxy.count();
            let command =
                variables.iter().fold(sandbox.dl(["fetch", "--force", "--retry", "0"]), |c, (n, v)| c.env(n, v));
            command.args(arguments).arg(url).run();
            proxy.count() > before
        };
        let address = proxy.url("");
        let own = Origin::of("direct").may_be_idle();
        let url = own.url("/a");
        for name in ["http_proxy", "all_proxy", "ALL_PROXY", "DL_PROXY"] {
            assert!(through(&[(name, &address)], &url, ""), "{name}");
        }
        assert!(!through(&[("https_proxy", &address)], &url, ""));
        for except in ["127.0.0.1", "*", "other.test, 127.0.0.1", "127.0.0.0/8"] {
            assert!(!through(&[("http_proxy", &address), ("no_proxy", except)], &url, ""), "{except}");
            assert!(
                !through(&[("http_proxy", &address)], &url, &format!("--noproxy {}", except.replace(", ", ","))),
                "{except}"
            );
        }
        assert!(through(&[("http_proxy", &address), ("no_proxy", "27.0.0.1,0.0.1")], &url, ""));
        assert!(through(&[("http_proxy", "http://127.0.0.1:1")], &url, &format!("-x {address}")), "the flag wins");
    });
}

#[test]
fn a_refusal_of_the_proxy_is_a_network_error() {
    both(|sandbox| {
        let secret = sandbox.canary("refused");
        for status in [403, 407, 502] {
            let proxy = Origin::new(move |request, conn| match request.method.as_str() {
                "CONNECT" => conn.reply(&Reply::new(status).field("Proxy-Authenticate", "Basic realm=x")),
                _ => conn.reply(&Reply::ok("x")),
            });
            let address = proxy.url("").replace("http://", &format!("http://user:{secret}@"));
            let host = address.rsplit('@').next().unwrap().to_owned();
            let run = sandbox
                .dl([
                    "fetch",
                    "--retry",
                    "0",
                    "-u",
                    "maria:origin",
                    "-H",
                    "X-Mine: 1",
                    "-x",
                    &address,
                    "https://somewhere.test/a",
                ])
                .run();
            run.fails(4).says(&host).says(&status.to_string());
            let asked = proxy.last();
            assert_eq!(asked.method, "CONNECT");
            assert_eq!(asked.target, "somewhere.test:443");
            let names = fields(&asked);
            assert!(!names.contains(&"authorization".to_owned()) && !names.contains(&"x-mine".to_owned()), "{names:?}");
        }
        let proxy = Origin::replying(Reply::new(407).field("Proxy-Authenticate", "Basic realm=x"));
        sandbox.dl(["fetch", "--retry", "0", "-x", &proxy.url(""), "http://somewhere.test/a"]).run().fails(4);
        sandbox
            .dl(["fetch", "--retry", "0", "-x", "http://127.0.0.1:1", "http://somewhere.test/a"])
            .run()
            .fails(4)
            .says("127.0.0.1:1");
        sandbox.dl(["fetch", "--retry", "0", "-x", "socks5://127.0.0.1:1", "http://127.0.0.1:2/a"]).run().fails(4);
    });
}

#[test]
fn through_tinyproxy_and_microsocks() {
    both(|sandbox| {
        let tiny = or_skip!(servers::tinyproxy(Some("user:word")));
        let socks = or_skip!(servers::microsocks(None));
        let locked = or_skip!(servers::microsocks(Some("user:word")));
        let authority = Authority::new();
        sandbox.set("SSL_CERT_FILE", authority.write(&sandbox.home()));
        let plain = Origin::of("plain");
        let secure = authority.leaf().origin(|_, conn| conn.reply(&Reply::ok("secure")));
        let proxies = [
            format!("http://user:word@127.0.0.1:{}", tiny.port),
            format!("socks5://127.0.0.1:{}", socks.port),
            format!("socks5h://user:word@127.0.0.1:{}", locked.port),
        ];
        for proxy in &proxies {
            let run = |url: &str| sandbox.dl(["fetch", "--force", "-o", "-", "-x", proxy, url]).run();
            assert_eq!(run(&plain.url("/a")).ok().stdout, b"plain", "{proxy}");
            assert_eq!(run(&secure.url("/a")).ok().stdout, b"secure", "{proxy}");
        }
        for bad in [
            format!("http://user:wrong@127.0.0.1:{}", tiny.port),
            format!("socks5://user:wrong@127.0.0.1:{}", locked.port),
        ] {
            sandbox.dl(["fetch", "--retry", "0", "-x", &bad, &secure.url("/b")]).run().fails(4).never_says("wrong");
        }
    });
}

#[test]
fn a_proxy_over_tls() {
    both(|sandbox| {
        let authority = Authority::new();
        sandbox.set("SSL_CERT_FILE", authority.write(&sandbox.home()));
        let proxy = authority.leaf().origin(|request, conn| conn.reply(&Reply::ok(request.target.clone())));
        let run = sandbox.dl(["fetch", "-o", "-", "-x", &proxy.url(""), "http://somewhere.test/a"]).run();
        assert_eq!(run.ok().stdout, b"http://somewhere.test/a");
    });
}
