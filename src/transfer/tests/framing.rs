//! Heads, and how bodies end.

use crate::error::Kind;
use crate::transfer::job::{BackendChoice, Options};
use crate::transfer::tests::{BACKEND, Origin, all, fetch, fetch_job, job, options, reset, say};
use std::io::Write as _;
use std::time::Duration;

all! {
    a_body_with_its_length
    framings
    broken_framings
    large_heads
    fields_are_bytes
    a_body_without_framing
}

fn a_body_with_its_length() {
    let origin = Origin::saying("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    let outcome = fetch(&origin);
    assert_eq!(outcome.bytes(), b"hello");
    let exchange = &outcome.result.as_ref().unwrap().exchange;
    let backend = if BACKEND.get() == BackendChoice::Reqwest { "reqwest" } else { "curl" };
    assert_eq!((exchange.attempts, exchange.backend, exchange.length_verified), (1, backend, true));
    assert_eq!(exchange.tls_verified, None);
    // libcurl gives the lines as they came, reqwest gives them anew.
    let raw = String::from_utf8(exchange.head.as_ref().unwrap().raw.to_ascii_lowercase()).unwrap();
    let mut lines: Vec<&str> = raw.split_terminator("\r\n").collect();
    lines.sort_unstable();
    assert_eq!(lines, ["", "connection: close", "content-length: 5", "http/1.1 200 ok"]);
    let head = origin.heads()[0].to_ascii_lowercase();
    assert!(head.starts_with("get /file.bin http/1.1\r\n"), "{head}");
    for line in ["accept: */*", "accept-encoding: identity", concat!("user-agent: dl/", env!("CARGO_PKG_VERSION"))] {
        assert!(head.contains(line), "{head}");
    }
}

fn framings() {
    for (answer, body) in [
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "abc"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "abc"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", "abc"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ""),
        ("HTTP/1.1 201 Created\r\nContent-Length: 3\r\n\r\nabcdef", "abc"),
        ("HTTP/1.0 200 OK\r\n\r\nabc", "abc"),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na", "a"),
    ] {
        let outcome = fetch(&Origin::saying(answer));
        assert_eq!(outcome.bytes(), body.as_bytes(), "{answer}");
    }
}

fn broken_framings() {
    for (answer, kind, code) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", Kind::Integrity, "truncated"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", Kind::Integrity, "truncated"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", Kind::Integrity, "truncated"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nabc\r\n0\r\n\r\n", Kind::Network, "bad_framing"),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nabc",
            Kind::Network,
            "bad_framing",
        ),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc", Kind::Network, "bad_framing"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", Kind::Network, "bad_framing"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc", Kind::Network, "bad_framing"),
        ("HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\nabc", Kind::Network, "bad_framing"),
        ("HTTP/1.1 200 OK\r\nContent-Length: +3\r\n\r\nabc", Kind::Network, "bad_framing"),
        ("HTTP/1.1 200 OK\r\nbroken line\r\n\r\nabc", Kind::Network, "bad_framing"),
        ("hello, this is HTTP/0.9", Kind::Network, "bad_framing"),
        ("HTTP/1.1 200 OK\r\nContent-Le", Kind::Network, "connection_lost"),
        ("", Kind::Network, "connection_lost"),
    ] {
        let outcome = fetch_job(&job(&Origin::saying(answer).url), Options { retries: 0, ..options() });
        outcome.failed(kind, code);
    }
}

fn many_fields(count: usize, width: usize) -> String {
    (0..count)
        .flat_map(|n| ["X-", &n.to_string(), ": ", &"y".repeat(width), "\r\n"].concat().into_bytes())
        .map(char::from)
        .collect()
}

fn large_heads() {
    let many = Origin::new(|_, _, stream| {
        let fields = many_fields(900, 1);
        say(stream, &format!("HTTP/1.1 200 OK\r\n{fields}Content-Length: 1\r\n\r\na"));
    });
    assert_eq!(fetch(&many).bytes(), b"a");
    for (fields, width) in [(1_200, 1), (1, 70_000), (10, 30_000), (100, 60_000)] {
        let origin = Origin::new(move |_, _, stream| {
            let fields = many_fields(fields, width);
            say(stream, &format!("HTTP/1.1 200 OK\r\n{fields}Content-Length: 1\r\n\r\na"));
        });
        fetch(&origin).failed(Kind::Network, "head_too_large");
        assert_eq!(origin.heads().len(), 1);
    }
}

fn fields_are_bytes() {
    let origin = Origin::new(|_, _, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 Sch\xf6n\r\nX-A: \xff\xfe\r\nX-A: b\r\nContent-Length: 0\r\n\r\n");
    });
    let outcome = fetch(&origin);
    let head = outcome.result.unwrap().exchange.head.unwrap();
    assert_eq!(head.fields.all("x-a").collect::<Vec<_>>(), [&b"\xff\xfe"[..], b"b"]);
}

fn a_body_without_framing() {
    let origin = Origin::saying("HTTP/1.1 200 OK\r\n\r\nabc");
    let outcome = fetch(&origin);
    assert_eq!(outcome.bytes(), b"abc");
    assert!(!outcome.result.as_ref().unwrap().exchange.length_verified);
    assert!(outcome.notes.have("Warning"));
    let mut strict = job(&origin.url);
    strict.proof.strict_length = true;
    fetch_job(&strict, options()).failed(Kind::Integrity, "unframed");
    let cut = Origin::new(|_, _, stream| {
        say(stream, "HTTP/1.1 200 OK\r\n\r\nabc");
        std::thread::sleep(Duration::from_millis(50));
        reset(stream);
    });
    fetch_job(&job(&cut.url), Options { retries: 0, ..options() }).failed(Kind::Integrity, "truncated");
}
