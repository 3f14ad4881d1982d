//! The identity of an item, computed here by hand from the contract: it never changes between releases.

use crate::support::origin::Origin;
use crate::support::reply::Reply;
use crate::support::sandbox::{Sandbox, both, sha256};
use std::os::unix::fs::PermissionsExt as _;

const URL: &str = "http://example.test/a";

/// The key that `dl` would use, without asking anybody.
#[track_caller]
fn key(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let run = sandbox.dl(["fetch", "--dry-run", "--json"].iter().chain(arguments)).run();
    run.ok().field("key").as_str().unwrap().to_owned()
}

/// The key of this canonical JSON.
fn of(json: &str) -> String {
    sha256(json.as_bytes())
}

#[test]
fn vectors() {
    let sandbox = Sandbox::new();
    let body = |text: &str| format!("sha256:{}", sha256(text.as_bytes()));
    let post = |request: &str| of(&format!("{{\"params\":{{\"request\":{request}}},\"uri\":\"{URL}\"}}"));
    let plain = of("{\"params\":{},\"uri\":\"http://example.test/a\"}");
    assert_eq!(plain, "7d606ccaa2840664a3cad51b7891cb0bcb51a821011d6a89737d82a68c36f53e");
    assert_eq!(key(&sandbox, &[URL]), plain);

    let vectors: &[(&[&str], String)] = &[
        (&["-X", "DELETE"], post("{\"method\":\"DELETE\"}")),
        (
            &["-H", "X-B: 2", "-H", "Accept:  text/csv ", "-H", "x-b: 1"],
            post("{\"headers\":[[\"accept\",\"text/csv\"],[\"x-b\",\"2\"],[\"x-b\",\"1\"]]}"),
        ),
        (
            &["-A", "mine/1", "-e", "http://from.test/"],
            post("{\"headers\":[[\"referer\",\"http://from.test/\"],[\"user-agent\",\"mine/1\"]]}"),
        ),
        (&["-d", "a=1", "-d", "b=2"], post(&format!("{{\"body\":\"{}\",\"method\":\"POST\"}}", body("a=1&b=2")))),
        (
            &["--data-json", "{\"b\": 1.0, \"a\": \"\\u00fc\"}"],
            post(&format!("{{\"body\":\"{}\",\"method\":\"POST\"}}", body("{\"a\":\"ü\",\"b\":1}"))),
        ),
        (
            &["-F", "k=v", "--form-string", "l=@w"],
            post("{\"form\":[[\"k\",{\"text\":\"v\"}],[\"l\",{\"text\":\"@w\"}]],\"method\":\"POST\"}"),
        ),
        (
            &["--key-param", "rows=1200", "--key-param", "b=true", "--key-param", "code=str:007"],
            of("{\"params\":{\"b\":\"true\",\"code\":\"007\",\"rows\":1200},\"uri\":\"http://example.test/a\"}"),
        ),
        (
            &["--key-param", "n=9007199254740993"],
            of("{\"params\":{\"n\":\"int:9007199254740993\"},\"uri\":\"http://example.test/a\"}"),
        ),
        (&["--query", "x=1"], of("{\"params\":{},\"uri\":\"http://example.test/a?x=1\"}")),
        (&["--key-uri", "doi:10.5/x"], of("{\"params\":{},\"uri\":\"doi:10.5/x\"}")),
    ];
    for (arguments, wanted) in vectors {
        let arguments: Vec<&str> = arguments.iter().copied().chain([URL]).collect();
        assert_eq!(&key(&sandbox, &arguments), wanted, "{arguments:?}");
    }
}

#[test]
fn one_address_has_one_spelling() {
    let sandbox = Sandbox::new();
    let plain = key(&sandbox, &[URL]);
    for same in [
        "HTTP://EXAMPLE.test:80/a",
        "http://example.test/b/../a",
        "http://example.test/a#frag",
        "http://example.test/%2e/a",
    ] {
        assert_eq!(key(&sandbox, &[same]), plain, "{same}");
    }
    for other in [
        "https://example.test/a",
        "http://example.test/a/",
        "http://example.test/a?",
        "http://example.test:81/a",
        "http://example.test/A",
    ] {
        assert_ne!(key(&sandbox, &[other]), plain, "{other}");
    }
}

#[test]
fn how_it_travels_joins_nothing() {
    let sandbox = Sandbox::new();
    let plain = key(&sandbox, &[URL]);
    for more in [
        "--compressed",
        "--backend curl",
        "--retry 9",
        "--mirror http://other.test/a",
        "--http-version 1.0",
        "-x http://proxy.test:1",
        "--sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "--auth-id me",
        "-o out",
        "--max-age 1d",
    ] {
        let arguments: Vec<&str> = more.split(' ').chain([URL]).collect();
        assert_eq!(key(&sandbox, &arguments), plain, "{more}");
    }
}

#[test]
fn credentials_join_under_the_salt_of_the_cache() {
    let (here, there) = (Sandbox::new(), Sandbox::new());
    let plain = key(&here, &[URL]);
    let secret = here.canary("password");
    let forms: &[&[&str]] = &[
        &["-u", &format!("maria:{secret}"), URL],
        &[&format!("http://maria:{secret}@example.test/a")],
        &["-H", &format!("Authorization: Bearer {secret}"), URL],
        &["-H", &format!("X-My-Token: {secret}"), URL],
        &[&format!("{URL}?access_token={secret}")],
    ];
    // The salt is made by whoever first stores something.
    for sandbox in [&here, &there] {
        let origin = Origin::of("x");
        sandbox.dl(["fetch", "-u", "a:b", &origin.url("/salted")]).run().ok();
        let mode = std::fs::metadata(sandbox.cache().join("salt")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    for form in forms {
        let own = key(&here, form);
        assert_ne!(own, plain, "{form:?}");
        assert_eq!(own, key(&here, form), "{form:?}");
        assert_ne!(own, key(&there, form), "another cache, another salt");
        let with_id: Vec<&str> = ["--auth-id", "ci"].iter().chain(*form).copied().collect();
        assert_ne!(key(&here, &with_id), own);
        assert_eq!(key(&here, &with_id), key(&there, &with_id), "the name joins in its place");
    }
    let other: &[&str] = &["-u", "maria:other", URL];
    assert_ne!(key(&here, forms[0]), key(&here, other));
}

#[test]
fn signatures_leave_the_address() {
    let sandbox = Sandbox::new();
    let key = |url: &str| key(&sandbox, &[url]);
    let bucket = "https://bucket.test/a?versionId=3";
    let signed = key(&format!("{bucket}&X-Amz-Signature=one&X-Amz-Date=20260101T000000Z&X-Amz-Expires=60"));
    assert_eq!(signed, key(&format!("{bucket}&X-Amz-Signature=two&X-Amz-Date=20260201T000000Z&X-Amz-Expires=60")));
    assert_ne!(signed, key(bucket), "an unsigned request never gets what a presigned one did");
    assert_eq!(key(&format!("{bucket}&X-Goog-Signature=one")), key(&format!("{bucket}&X-Goog-Signature=two")));
    assert_eq!(key(&format!("{bucket}&sv=1&sig=one&se=x")), key(&format!("{bucket}&sv=1&sig=two&se=y")));
    assert_ne!(key(&format!("{bucket}&sv=1")), key(&format!("{bucket}&sv=2")), "Azure's only with both");
    assert_eq!(
        key(&format!("{bucket}&Key-Pair-Id=k&Signature=one&Expires=1")),
        key(&format!("{bucket}&Key-Pair-Id=k&Signature=two&Expires=2"))
    );
    assert_ne!(
        key(&format!("{bucket}&Expires=1")),
        key(&format!("{bucket}&Expires=2")),
        "CloudFront's only with its id"
    );
}

#[test]
fn what_was_fetched_with_a_credential_is_for_those_who_have_it() {
    both(|sandbox| {
        let origin = Origin::new(|request, conn| match request.header("authorization") {
            Some(_) => conn.reply(&Reply::ok("private")),
            None => conn.reply(&Reply::new(401)),
        });
        let url = origin.url("/a");
        sandbox.dl(["fetch", "-u", "maria:one", &url]).run().ok();
        sandbox.dl(["fetch", "--json", "-u", "maria:one", &url]).run().ok().has("source", "hit");
        sandbox.dl(["fetch", &url]).run().fails(7);
        sandbox.dl(["fetch", "--json", "-u", "maria:two", &url]).run().ok().has("source", "network");
        sandbox
            .dl(["fetch", "--json", "-u", "maria:three", "--auth-id", "maria", &url])
            .run()
            .ok()
            .has("source", "network");
        sandbox.dl(["fetch", "--json", "-u", "maria:four", "--auth-id", "maria", &url]).run().ok().has("source", "hit");
        sandbox.dl(["fetch", "--auth-id", "maria", &url]).run().fails(7);
    });
}
