//! What is asked for: methods, headers, bodies, forms, queries, credentials, as they arrive on the wire.

use crate::support::origin::{Origin, Request};
use crate::support::reply::Reply;
use crate::support::sandbox::{Sandbox, both, sha256};
use crate::support::tls::Authority;
use std::io::Write as _;

/// What one `dl fetch` with these arguments sends.
#[track_caller]
fn sent(sandbox: &Sandbox, arguments: &[&str]) -> Request {
    let origin = Origin::replying(Reply::ok("fine"));
    sandbox.dl(["fetch"].iter().chain(arguments)).arg(origin.url("/a")).run().ok();
    assert_eq!(origin.count(), 1);
    origin.last()
}

#[track_caller]
fn refused(arguments: &[&str], why: &str) {
    let sandbox = Sandbox::new();
    let origin = Origin::of("x").may_be_idle();
    sandbox.dl(["fetch"].iter().chain(arguments)).arg(origin.url("/a")).run().fails(2).says(why);
    assert_eq!(origin.connections(), 0, "nothing was tried");
}

#[test]
fn a_plain_request_is_plain() {
    both(|sandbox| {
        let request = sent(sandbox, &[]);
        assert_eq!(
            (request.method.as_str(), request.target.as_str(), request.version.as_str()),
            ("GET", "/a", "HTTP/1.1")
        );
        assert_eq!(request.header("accept-encoding"), Some("identity"));
        assert_eq!(request.header("accept"), Some("*/*"));
        assert!(request.header("user-agent").unwrap().starts_with("dl/"));
        let names: Vec<String> = request.fields.iter().map(|(n, _)| n.to_lowercase()).collect();
        for name in ["cookie", "authorization", "referer", "range", "content-length", "content-type", "expect"] {
            assert!(!names.iter().any(|n| n == name), "{names:?}");
        }
    });
}

#[test]
fn headers() {
    both(|sandbox| {
        let file = sandbox.write("headers", "X-From-File: yes\nX-Other: 2\n");
        let file = format!("@{}", file.display());
        let request = sent(
            sandbox,
            &[
                "-H",
                "X-One: 1",
                "-H",
                "X-Many: a",
                "-H",
                "X-Many: b",
                "-H",
                &file,
                "-H",
                "X-Empty;",
                "-A",
                "mine/1",
                "-e",
                "http://from.test/",
            ],
        );
        assert_eq!(request.header("x-one"), Some("1"));
        let many: Vec<_> =
            request.fields.iter().filter(|(n, _)| n.eq_ignore_ascii_case("x-many")).map(|(_, v)| v.as_str()).collect();
        assert_eq!(many, ["a", "b"]);
        assert_eq!((request.header("x-from-file"), request.header("x-other")), (Some("yes"), Some("2")));
        assert_eq!(request.header("x-empty"), Some(""));
        assert_eq!(
            (request.header("user-agent"), request.header("referer")),
            (Some("mine/1"), Some("http://from.test/"))
        );
        let request = sent(sandbox, &["-H", "User-Agent:", "-H", "Accept:"]);
        // reqwest cannot send none: an empty one says the same.
        let none = if sandbox.backend() == "reqwest" { Some("") } else { None };
        assert_eq!((request.header("user-agent"), request.header("accept")), (None, none));
        let request = sent(sandbox, &["-H", "Accept: text/csv", "-H", "host: other.test"]);
        assert_eq!((request.header("accept"), request.header("host")), (Some("text/csv"), Some("other.test")));
        let secret = sandbox.canary("env");
        sandbox.set("MY_TOKEN", &secret);
        let request = sent(sandbox, &["-H", "Authorization: @env:MY_TOKEN"]);
        assert_eq!(request.header("authorization"), Some(secret.as_str()));
    });
}

#[test]
fn headers_that_are_refused() {
    for header in [
        "no colon",
        "Bad Name: x",
        ": x",
        "X: a\r\nY: b",
        "X: a\nY: b",
        "Content-Length: 5",
        "transfer-encoding: chunked",
        "Connection: close",
        "Range: bytes=0-5",
        "If-Range: \"x\"",
    ] {
        let name = header.split(':').next().unwrap().split(['\r', '\n']).next().unwrap();
        refused(&["-H", header], name.trim());
    }
    refused(&["-H", "@nowhere"], "nowhere");
    refused(&["-H", "X: @env:NOT_SET_AT_ALL"], "NOT_SET_AT_ALL");
    refused(&["-A", "a\r\nInjected: 1"], "User-Agent");
    refused(&["-e", "a\nInjected: 1"], "Referer");
    refused(&["-X", "GET / HTTP/1.1\r\nInjected: 1"], "method");
}

/// However a field comes in, it is the same that is refused.
#[test]
fn headers_that_are_refused_from_files_and_variables() {
    let sandbox = Sandbox::new();
    let file = sandbox.write("up.txt", "text").display().to_string();
    let origin = Origin::of("x").may_be_idle();
    let url = origin.url("/a");
    sandbox.set("LINES", "a\r\nInjected: 1");
    sandbox.write("fields", "X: a\0b\n");
    for words in [
        &["-H", "X: @env:LINES"][..],
        &["-H", "@fields"],
        &["-F", &format!("a=@{file};type=text/plain\r\nInjected: 1")],
    ] {
        sandbox.dl(["fetch"].iter().chain(words)).arg(&url).run().fails(2);
    }
    for field in [["X", "a\r\nInjected: 1"], ["Content-Length", "3"], ["Bad Name", "x"], ["Range", "bytes=0-1"]] {
        sandbox.write("d.json", serde_json::json!({"url": url, "headers": [field]}).to_string());
        sandbox.dl(["fetch", "--descriptor", "d.json"]).run().fails(2);
        let header = serde_json::json!(format!("{}: {}", field[0], field[1]));
        let config = sandbox.config(&format!("[host.\"127.0.0.1\"]\nheader = [{header}]\n"));
        sandbox.dl(["fetch", "--config"]).arg(config).arg(&url).run().fails(2);
    }
    sandbox.config("[host.\"127.0.0.1\"]\nheader-env = { X = \"LINES\" }\n");
    sandbox.dl(["fetch", &url]).run().fails(2);
    assert_eq!(origin.connections(), 0);
}

#[test]
fn a_part_is_asked_for_only_without_a_cache() {
    both(|sandbox| {
        let origin = Origin::of("0123456789");
        let words = ["fetch", "-H", "Range: bytes=2-4", &origin.url("/a")];
        sandbox.dl(words).run().fails(2).says("--no-cache");
        sandbox.dl(words).arg("--no-cache").run().fails(7).says("--allow-status 206");
        let run = sandbox.dl(words).args("--no-cache --allow-status 206").run();
        assert_eq!(run.ok().stdout, b"234");
    });
}

#[test]
fn bodies() {
    both(|sandbox| {
        sandbox.write("body.txt", "from=file");
        let request = sent(sandbox, &["-d", "a=1", "-d", "b=2", "-d", "@body.txt"]);
        assert_eq!((request.method.as_str(), request.body.as_slice()), ("POST", &b"a=1&b=2&from=file"[..]));
        assert_eq!(request.header("content-type"), Some("application/x-www-form-urlencoded"));
        assert_eq!(request.header("content-length"), Some("17"));
        let request = sent(sandbox, &["-X", "PUT", "-H", "Content-Type: text/plain", "-d", "raw"]);
        assert_eq!((request.method.as_str(), request.header("content-type")), ("PUT", Some("text/plain")));
        let request = sent(sandbox, &["--data-urlencode", "q=a b&c=ü"]);
        assert!(
            ["q=a%20b%26c%3D%C3%BC", "q=a+b%26c%3D%C3%BC"].contains(&String::from_utf8_lossy(&request.body).as_ref())
        );
        let request = sent(sandbox, &["--data-json", "{\"b\": 1, \"a\": [true, null]}"]);
        assert_eq!(
            (request.header("content-type"), request.header("accept")),
            (Some("application/json"), Some("application/json"))
        );
        let json: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(json, serde_json::json!({"b": 1, "a": [true, null]}));
        let request = sent(sandbox, &["-X", "DELETE"]);
        assert_eq!(request.method, "DELETE");

        let origin = Origin::replying(Reply::ok("fine"));
        sandbox.dl(["fetch", "-d", "@-", &origin.url("/a")]).stdin("from stdin").run().ok();
        assert_eq!(origin.last().body, b"from stdin");
    });
    refused(&["-d", "@nowhere"], "nowhere");
    refused(&["--data-json", "{"], "json");
    refused(&["--data-json", "{\"a\":1,\"a\":2}"], "a");
    refused(&["-d", "@-", "-F", "x=1"], "-F");
}

#[test]
fn forms() {
    both(|sandbox| {
        sandbox.write("up.csv", "1,2\n");
        let request = sent(
            sandbox,
            &[
                "-F",
                "text=hello",
                "-F",
                "file=@up.csv;type=text/csv;filename=named.csv",
                "--form-string",
                "literal=@up.csv",
            ],
        );
        assert_eq!(request.method, "POST");
        let kind = request.header("content-type").unwrap();
        let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap().trim_matches('"').to_owned();
        let body = String::from_utf8(request.body.clone()).unwrap();
        let parts: Vec<&str> = body.split(&format!("--{boundary}")).collect();
        assert_eq!(parts.len(), 5, "{body}");
        assert!(parts[1].contains("name=\"text\"") && parts[1].ends_with("\r\n\r\nhello\r\n"), "{body}");
        assert!(
            parts[2].contains("filename=\"named.csv\"") && parts[2].to_lowercase().contains("content-type: text/csv"),
            "{body}"
        );
        assert!(parts[2].ends_with("\r\n\r\n1,2\n\r\n"), "{body}");
        assert!(parts[3].ends_with("\r\n\r\n@up.csv\r\n"), "{body}");
    });
    refused(&["-F", "file=@nowhere"], "nowhere");
}

#[test]
fn queries() {
    both(|sandbox| {
        let request = sent(sandbox, &["--query", "q=a b&c", "--query", "n=1"]);
        assert!(["/a?q=a%20b%26c&n=1", "/a?q=a+b%26c&n=1"].contains(&request.target.as_str()), "{}", request.target);
        let origin = Origin::replying(Reply::ok("fine"));
        sandbox.dl(["fetch", "--query", "b=2", &origin.url("/x y/ü?a=1#frag")]).run().ok();
        assert_eq!(origin.last().target, "/x%20y/%C3%BC?a=1&b=2");
    });
    refused(&["--param", "a=1"], "--query");
}

#[test]
fn credentials() {
    both(|sandbox| {
        let password = sandbox.canary("password");
        let basic = format!("Basic {}", base64(&format!("maria:{password}")));
        let request = sent(sandbox, &["-u", &format!("maria:{password}")]);
        assert_eq!(request.header("authorization"), Some(basic.as_str()));
        let origin = Origin::replying(Reply::ok("fine"));
        let url = origin.url("/b").replace("http://", &format!("http://maria:{password}@"));
        sandbox.dl(["fetch", &url]).run().ok();
        assert_eq!(origin.last().header("authorization"), Some(basic.as_str()));
    });
}

fn base64(text: &str) -> String {
    base64::Engine::encode(&base64::engine::general_purpose::STANDARD, text)
}

#[test]
fn netrc_is_for_exact_hosts_over_tls_and_private() {
    use std::os::unix::fs::PermissionsExt as _;
    both(|sandbox| {
        let authority = Authority::new();
        let ca = authority.write(&sandbox.home());
        sandbox.set("SSL_CERT_FILE", &ca);
        let origin = authority.leaf().origin(|_, conn| conn.reply(&Reply::ok("private")));
        let plain = Origin::of("public");
        let secret = sandbox.canary("netrc");
        let netrc = sandbox.home().join(".netrc");
        let text = format!(
            "machine localhost login maria password {secret}\nmachine 127.0.0.1 login maria password {secret}\n"
        );
        std::fs::write(&netrc, text).unwrap();
        sandbox.may_hold_secrets(&netrc);
        std::fs::set_permissions(&netrc, std::fs::Permissions::from_mode(0o600)).unwrap();
        sandbox.dl(["fetch", &origin.url("/without")]).run().ok();
        assert_eq!(origin.last().header("authorization"), None);
        sandbox.dl(["fetch", "--netrc", &origin.url("/with")]).run().ok();
        let basic = format!("Basic {}", base64(&format!("maria:{secret}")));
        assert_eq!(origin.last().header("authorization"), Some(basic.as_str()));
        sandbox.dl(["fetch", "--netrc", &plain.url("/plain")]).run().ok();
        assert_eq!(plain.last().header("authorization"), None, "https only");
        std::fs::set_permissions(&netrc, std::fs::Permissions::from_mode(0o644)).unwrap();
        sandbox.dl(["fetch", "--netrc", &origin.url("/open")]).run().fails(2).says(".netrc");
        sandbox.dl(["fetch", "--netrc-file", "nowhere", &origin.url("/open")]).run().fails(2).says("nowhere");
        sandbox.dl(["fetch", "--netrc-file", "nowhere", &plain.url("/open")]).run().fails(2).says("nowhere");
        // What cannot be understood is no reason to go without.
        let asked = origin.count();
        for (text, line) in [("machine localhost\n login maria\n password \"open\n", 3), ("this is no netrc\n", 1)] {
            std::fs::write(sandbox.write("bad", text), text).unwrap();
            std::fs::set_permissions(sandbox.path("bad"), std::fs::Permissions::from_mode(0o600)).unwrap();
            let run = sandbox.dl(["fetch", "--netrc-file", "bad", &origin.url("/bad")]).run();
            run.fails(2).says("bad").says(&format!("line {line}"));
        }
        assert_eq!(origin.count(), asked);
    });
}

#[test]
fn compressed_is_asked_for_decoded_and_the_same_item() {
    both(|sandbox| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(b"a long text ".repeat(1000).as_slice()).unwrap();
        let packed = encoder.finish().unwrap();
        let reply = Reply::ok(packed.clone()).field("Content-Encoding", "gzip");
        let origin = Origin::replying(reply);
        let path = sandbox.dl(["fetch", "--compressed", &origin.url("/decoded")]).run().ok().path();
        assert_eq!(std::fs::read(path).unwrap(), b"a long text ".repeat(1000));
        let asked = origin.last();
        assert!(asked.header("accept-encoding").unwrap().contains("gzip"));
        let path = sandbox.dl(["fetch", &origin.url("/as-it-came")]).run().ok().path();
        assert_eq!(std::fs::read(path).unwrap(), packed);
        // A digest that is given is that of the stored bytes.
        let decoded = sha256(b"a long text ".repeat(1000).as_slice());
        let of = |digest: &str| {
            sandbox.dl(["fetch", "--force", "--compressed", "--sha256", digest, &origin.url("/proven")]).run()
        };
        of(&decoded).ok();
        of(&sha256(&packed)).fails(8);
    });
}

#[test]
fn urls_that_are_refused() {
    let sandbox = Sandbox::new();
    for (url, why) in [
        ("example.com/x", "https://example.com/x"),
        ("gopher://example.com/", "gopher"),
        ("sftp://example.com/", "ftps"),
        ("http://", "http://"),
        ("http:///path", "http"),
        ("http://exa mple.com/", "exa"),
        ("http://example.com:99999/", "99999"),
        ("http://[::1/", "[::1"),
        ("https://example.com/\n", "control"),
        ("ht!tp://example.com/", "ht!tp"),
    ] {
        sandbox.dl(["fetch", url]).run().fails(2).says(why);
    }
    let long = format!("http://example.com/{}", "x".repeat(65_534));
    sandbox.dl(["fetch", &long]).run().fails(2);
    // Percent-encoded it is three times as long.
    for backend in ["reqwest", "curl"] {
        let long = format!("http://127.0.0.1:1/{}", "ü".repeat(20_000));
        sandbox.dl(["fetch", "--backend", backend, &long]).run().fails(2).says("120019 bytes");
        let query = format!("q={}", "é".repeat(20_000));
        sandbox.dl(["fetch", "--backend", backend, "--query", &query, "http://127.0.0.1:1/"]).run().fails(2);
    }
    sandbox.dl(["fetch", ""]).run().fails(2);
    sandbox.dl(["fetch"]).run().fails(2);
}

#[test]
fn a_descriptor_file_says_the_same_as_flags() {
    both(|sandbox| {
        let origin = Origin::replying(Reply::ok("fine"));
        let url = origin.url("/a");
        let toml = format!("url = \"{url}\"\nmethod = \"PUT\"\nheaders = [[\"X-One\", \"1\"]]\ndata = [\"a=1\"]\n");
        sandbox.write("d.toml", toml);
        let json = serde_json::json!({"url": url, "method": "PUT", "headers": [["X-One", "1"]], "data": ["a=1"]});
        sandbox.write("d.json", json.to_string());
        let key = |arguments: &[&str]| {
            sandbox.dl(["fetch", "--dry-run", "--json"].iter().chain(arguments)).run().ok().field("key")
        };
        let flags = key(&["-X", "PUT", "-H", "X-One: 1", "-d", "a=1", &url]);
        assert_eq!(key(&["--descriptor", "d.toml"]), flags);
        assert_eq!(key(&["--descriptor", "d.json"]), flags);
        sandbox.dl(["fetch", "--descriptor", "d.toml"]).run().ok();
        assert_eq!((origin.last().method.as_str(), origin.last().body.as_slice()), ("PUT", &b"a=1"[..]));
        sandbox.write("twice.json", format!("{{\"url\":\"{url}\",\n\"url\":\"{url}\"}}"));
        sandbox.dl(["fetch", "--descriptor", "twice.json"]).run().fails(2).says("twice.json").says("line 2");
        sandbox.write("bad.toml", "url = \"http://x.test/\"\nurll = 1\n");
        sandbox.dl(["fetch", "--descriptor", "bad.toml"]).run().fails(2).says("bad.toml").says("urll");
        sandbox.dl(["fetch", "--descriptor", "nowhere.toml"]).run().fails(2).says("nowhere.toml");
    });
}
