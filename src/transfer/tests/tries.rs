//! Statuses, tries, mirrors, redirects and time limits.

use crate::digest::Digest;
use crate::error::Kind;
use crate::message::Credentials;
use crate::secret::Secret;
use crate::transfer::job::{Expected, Options, Statuses};
use crate::transfer::tests::{Origin, all, fetch, fetch_job, job, long_body, options, reset, say, serve_range};
use std::io::{Read as _, Write as _};
use std::time::Duration;

all! {
    statuses_and_retries
    retry_after_is_waited_for_or_refused
    posts_are_not_repeated_once_sent
    bodies_are_sent
    redirects
    what_is_the_users_stays_with_its_origin
    mirrors_in_turn
    time_limits
    a_limited_rate_is_kept_and_loses_nothing
}

fn statuses_and_retries() {
    for (status, tries) in [(404, 1), (403, 1), (503, 3), (500, 3), (408, 3), (204, 1), (304, 1), (501, 1)] {
        let origin = Origin::new(move |_, _, stream| {
            say(stream, &format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n"));
        });
        let outcome = fetch_job(&job(&origin.url), Options { retries: 2, ..options() });
        outcome.failed(Kind::Http, "http_status");
        assert_eq!(origin.heads().len(), tries, "{status}");
        let failed = outcome.result.unwrap_err();
        assert_eq!(failed.exchange.attempts as usize, tries);
        assert_eq!(failed.exchange.head.unwrap().status, status);
    }
    let allowed = Options { allow_status: Statuses::parse("404").unwrap(), ..options() };
    let origin = Origin::saying("HTTP/1.1 404 X\r\nContent-Length: 6\r\n\r\n<html>");
    assert_eq!(fetch_job(&job(&origin.url), allowed).bytes(), b"<html>");
    fetch(&Origin::saying("HTTP/1.1 206 X\r\nContent-Range: bytes 0-0/9\r\nContent-Length: 1\r\n\r\na"))
        .failed(Kind::Integrity, "unasked_part");
}

fn retry_after_is_waited_for_or_refused() {
    let origin = Origin::new(|n, _, stream| match n {
        0 => say(stream, "HTTP/1.1 503 X\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"),
        _ => say(stream, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na"),
    });
    let outcome = fetch(&origin);
    assert_eq!(outcome.bytes(), b"a");
    assert!(outcome.notes.have("Retrying { wait: 1s"));
    let long = Origin::saying("HTTP/1.1 429 X\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n");
    let outcome = fetch(&long);
    outcome.failed(Kind::Http, "http_status");
    assert!(outcome.error().to_string().contains("3600"));
    assert_eq!(long.heads().len(), 1);
}

fn posts_are_not_repeated_once_sent() {
    let origin = Origin::new(|_, _, stream| reset(stream));
    let mut post = job(&origin.url);
    post.request.method = "POST".to_owned();
    post.request.body = Some(crate::message::Body::new(vec![crate::message::Segment::Bytes(b"x=1".to_vec())]));
    fetch_job(&post, options()).failed(Kind::Network, "connection_lost");
    assert_eq!(origin.heads().len(), 1);
    let get = fetch(&origin);
    get.failed(Kind::Network, "connection_lost");
    assert_eq!(origin.heads().len(), 7);
}

fn bodies_are_sent() {
    for size in [0, 3, 300_000, 2_000_000] {
        let origin = Origin::new(move |_, head, stream| {
            assert!(head.to_ascii_lowercase().contains(&format!("content-length: {size}\r\n")), "{head}");
            let mut body = vec![0; size];
            stream.read_exact(&mut body).unwrap();
            assert!(body == long_body(size));
            say(stream, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        });
        let mut post = job(&origin.url);
        post.request.method = "POST".to_owned();
        post.request.body = Some(crate::message::Body::new(vec![crate::message::Segment::Bytes(long_body(size))]));
        assert_eq!(fetch_job(&post, options()).bytes(), b"ok");
    }
}

fn redirects() {
    let origin = Origin::new(|_, head, stream| {
        let path = head.split(' ').nth(1).unwrap();
        let location = match path {
            "/file.bin" => "/a?token=hidden",
            "/a?token=hidden" => "b#frag",
            "/loop" => "/loop2",
            "/loop2" => "/loop",
            "/down" => "ftp://127.0.0.1/x",
            _ => return say(stream, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
        };
        say(stream, &format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 9\r\n\r\nelsewhere"));
    });
    let outcome = fetch(&origin);
    assert_eq!(outcome.bytes(), b"ok");
    assert_eq!(outcome.result.as_ref().unwrap().exchange.resolved_url, Some(origin.url.join("/b").unwrap()));
    assert_eq!(outcome.result.as_ref().unwrap().exchange.attempts, 1);
    assert!(!outcome.notes.have("hidden"));
    let at = |path: &str, options: Options| fetch_job(&job(&origin.url.join(path).unwrap()), options);
    at("/loop", options()).failed(Kind::Http, "redirect_loop");
    at("/down", options()).failed(Kind::Http, "redirect_scheme");
    let one = at("/file.bin", Options { max_redirects: Some(1), ..options() });
    one.failed(Kind::Http, "too_many_redirects");
    assert!(!one.error().to_string().contains("hidden"), "{}", one.error());
    at("/file.bin", Options { max_redirects: None, ..options() }).failed(Kind::Http, "http_status");
    let shown = Options { max_redirects: None, allow_status: Statuses::parse("302").unwrap(), ..options() };
    assert_eq!(at("/file.bin", shown).bytes(), b"elsewhere");
}

fn what_is_the_users_stays_with_its_origin() {
    let other = Origin::saying("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    let to = other.url.clone();
    let origin = Origin::new(move |_, _, stream| {
        say(stream, &format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"));
    });
    let mut secret = job(&origin.url);
    secret.request.fields.push("X-Api-Key", "hidden");
    secret.request.fields.push("User-Agent", "mine");
    secret.request.credentials = Some(Credentials { user: "u".to_owned(), password: Secret::new("password") });
    assert_eq!(fetch_job(&secret, options()).bytes(), b"ok");
    let mine = origin.heads()[0].to_ascii_lowercase();
    assert!(mine.contains("x-api-key: hidden") && mine.contains("authorization: basic"), "{mine}");
    let theirs = other.heads()[0].to_ascii_lowercase();
    for word in ["x-api-key", "hidden", "authorization", "mine"] {
        assert!(!theirs.contains(word), "{theirs}");
    }
}

fn mirrors_in_turn() {
    let gone = Origin::saying("HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n");
    let wrong = Origin::saying("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwrong");
    let good = Origin::saying("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nright");
    let mut job = job(&gone.url);
    job.mirrors = vec![wrong.url.clone(), good.url.clone()];
    job.proof.digests = vec![Expected { digest: Digest::sha256(b"right"), who_says: "--sha256".to_owned() }];
    let outcome = fetch_job(&job, options());
    assert_eq!(outcome.bytes(), b"right");
    assert_eq!(outcome.result.as_ref().unwrap().exchange.resolved_url.as_ref(), Some(&good.url));
    assert_eq!((gone.heads().len(), wrong.heads().len(), good.heads().len()), (1, 1, 1));
    job.mirrors.truncate(1);
    let outcome = fetch_job(&job, options());
    outcome.failed(Kind::Integrity, "digest_mismatch");
    assert!(outcome.bytes.is_empty());
}

fn time_limits() {
    let silent = Origin::new(|_, _, stream| {
        let _ = stream.read(&mut [0]);
    });
    let short = Options { stall_timeout: Duration::from_millis(200), retries: 1, ..options() };
    fetch_job(&job(&silent.url), short.clone()).failed(Kind::Timeout, "stall_timeout");
    assert_eq!(silent.heads().len(), 2);
    let stalling = Origin::new(|_, _, stream| {
        say(stream, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
        let _ = stream.read(&mut [0]);
    });
    fetch_job(&job(&stalling.url), short).failed(Kind::Timeout, "stall_timeout");
    let whole = Options { timeout: Some(Duration::from_millis(300)), ..options() };
    fetch_job(&job(&stalling.url), whole).failed(Kind::Timeout, "timeout");
    let dripping = Origin::new(|_, _, stream| {
        say(stream, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
        while stream.write_all(b"x").is_ok() {
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    let fast = Options { min_rate: Some(10_000), stall_timeout: Duration::from_millis(300), retries: 0, ..options() };
    fetch_job(&job(&dripping.url), fast).failed(Kind::Timeout, "too_slow");
}

fn a_limited_rate_is_kept_and_loses_nothing() {
    let origin = Origin::new(|_, head, stream| serve_range(head, stream, &long_body(100_000), "\"a\"", usize::MAX));
    let limited = Options { limit_rate: Some(1_000_000), ..options() };
    let start = std::time::Instant::now();
    assert!(fetch_job(&job(&origin.url), limited).bytes() == long_body(100_000));
    assert!(start.elapsed() >= Duration::from_millis(40));
}
