//! How bodies end, and what is no response.

use super::{answer, call, curl, get, request, run, server};
use crate::transfer::backend::Framing;
use std::io::Write;

#[test]
fn bodies_by_their_framing() {
    let got = get(answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Bytes: \u{e9}\r\n\r\nhello"));
    assert_eq!((got.data.as_slice(), got.framing(), got.ended), (&b"hello"[..], Framing::Length(5), true));
    assert_eq!(got.head().version, "1.1");
    assert_eq!(got.head().fields.bytes("x-bytes"), Some("\u{e9}".as_bytes()));
    assert_eq!(got.head().raw, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Bytes: \u{e9}\r\n\r\n".as_bytes());
    assert!(!got.head.unwrap().2);

    let chunked =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n5;x=y\r\nhello\r\n0\r\nX-T: 1\r\n\r\n";
    let got = get(answer(chunked));
    assert_eq!((got.data.as_slice(), got.framing(), got.ended), (&b"hello"[..], Framing::Framed, true));
    assert!(!got.head().fields.contains("x-t"));

    let got = get(answer("HTTP/1.0 200 OK\r\n\r\nhello"));
    assert_eq!((got.data.as_slice(), got.framing(), got.ended), (&b"hello"[..], Framing::Unframed, true));
    assert_eq!(got.head().version, "1.0");

    let got = get(answer("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nX-Folded: a\r\n  b\r\n\r\n"));
    assert_eq!((got.head().status, got.framing(), got.ended), (404, Framing::Length(0), true));
    assert_eq!(got.head().fields.bytes("x-folded"), Some(&b"a b"[..]));

    let got = get(answer("HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=x\r\nContent-Length: 1\r\n\r\nx"));
    assert_eq!((got.head().status, got.data.as_slice(), got.ended), (401, &b"x"[..], true));

    let got = get(answer("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 1\r\n\r\nx"));
    assert_eq!((got.head().status, got.ended), (302, true));

    let got = get(answer("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Encoding: gzip\r\n\r\nabcEXCESS"));
    assert_eq!((got.data.as_slice(), got.ended), (&b"abc"[..], true));
}

#[test]
fn early_ends_are_truncated() {
    for cut in [
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    ] {
        let got = get(answer(cut));
        assert_eq!(got.failure(), ("integrity", "truncated"), "{cut:?}");
        assert!(got.failed.as_ref().is_some_and(|f| f.transient && !f.unsent));
        assert_eq!(got.head().status, 200);
    }
    let reset = server(|_, mut stream| {
        request(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello").unwrap();
        std::thread::sleep(std::time::Duration::from_millis(50));
        reset(stream);
    });
    assert_eq!(get(reset).failure(), ("integrity", "truncated"));
}

/// Closes with a reset instead of an orderly end.
fn reset(stream: std::net::TcpStream) {
    rustix::net::sockopt::set_socket_linger(&stream, Some(std::time::Duration::ZERO)).unwrap();
    drop(stream);
}

#[test]
fn no_answer_is_a_passing_trouble() {
    let got = get(answer(""));
    assert_eq!(got.failure(), ("network", "connection_lost"));
    assert!(got.failed.as_ref().is_some_and(|f| f.transient && !f.unsent));
    let got = get(answer("HTTP/1.1 200 OK\r\nContent-Le"));
    assert_eq!(got.failure().0, "network");
    assert!(got.head.is_none());
    let got = get(server(|_, mut stream| {
        request(&mut stream);
        reset(stream);
    }));
    assert_eq!(got.failure(), ("network", "connection_lost"));
    assert!(got.failed.as_ref().is_some_and(|f| f.transient && !f.unsent));
}

#[test]
fn malformed_is_refused() {
    let field = |line: &str| format!("HTTP/1.1 200 OK\r\n{line}\r\n\r\nhello");
    for wrong in [
        field("Content-Length: 5\r\nContent-Length: 6"),
        field("Content-Length: 5, 6"),
        field("Content-Length: -5"),
        field("Content-Length: 5x"),
        field("Content-Length: 99999999999999999999999"),
        field("Content-Length : 5"),
        field("Transfer-Encoding: gzip"),
        field("Transfer-Encoding: gzip, chunked"),
        field("Transfer-Encoding: chunked, gzip"),
        field("Transfer-Encoding: identity\r\nContent-Length: 5"),
        field("No-Colon"),
        field("Nul: \0"),
        field("Escape: \x1b[1m"),
        field("Cr: a\rb"),
        "hello, HTTP/0.9\n".to_owned(),
        "HTTP/3.1 200 OK\r\n\r\n".to_owned(),
        "HTTP/1.1 20\r\n\r\n".to_owned(),
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nhello".to_owned(),
        "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".to_owned(),
    ] {
        let got = get(answer(wrong.clone()));
        assert_eq!(got.failure(), ("network", "bad_framing"), "{wrong:?}: {got:?}");
        assert!(got.head.is_none() && got.failed.is_some_and(|f| !f.transient), "{wrong:?}");
    }
    for chunk in ["x\r\nhello\r\n0\r\n\r\n", "5\r\nhello!!\r\n0\r\n\r\n", "fffffffffffffffff\r\nhello", "-5\r\nhello"] {
        let got = get(answer(format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}")));
        assert_eq!(got.failure(), ("network", "bad_framing"), "{chunk:?}: {got:?}");
        assert!(got.head.is_some());
    }
}

#[test]
fn heads_have_limits() {
    let lines = |n: usize| format!("HTTP/1.1 200 OK\r\n{}Content-Length: 0\r\n\r\n", "X: y\r\n".repeat(n));
    assert!(get(answer(lines(999))).ended);
    assert_eq!(get(answer(lines(1_500))).failure(), ("network", "head_too_large"));
    let long = |n: usize| format!("HTTP/1.1 200 OK\r\nX: {}\r\nContent-Length: 0\r\n\r\n", "y".repeat(n));
    assert!(get(answer(long(65_000))).ended);
    assert_eq!(get(answer(long(66_000))).failure(), ("network", "head_too_large"));
    assert_eq!(get(answer(long(2_000_000))).failure(), ("network", "head_too_large"));
    let endless = server(|_, mut stream| {
        request(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nX: ");
        while stream.write_all(&[b'y'; 8_192]).is_ok() {}
    });
    assert_eq!(get(endless).failure(), ("network", "head_too_large"));
    let endless = server(|_, mut stream| {
        request(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n");
        while stream.write_all(&b"X: y\r\n".repeat(100)).is_ok() {}
    });
    assert_eq!(get(endless).failure(), ("network", "bad_framing"));
    let hint = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n";
    let hints = |n: usize| format!("{}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", hint.repeat(n));
    let got = get(answer(hints(16)));
    assert_eq!((got.interim.len(), got.data.as_slice(), got.ended), (16, &b"ok"[..], true));
    assert_eq!(got.interim[0].raw, hint.as_bytes());
    assert!(!got.head().fields.contains("link"));
    assert_eq!(get(answer(hints(17))).failure(), ("network", "head_too_large"));
}

#[test]
fn no_body_where_none_can_be() {
    let curl = curl();
    let head = run(&curl, call("HEAD", &format!("http://{}/", answer("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n"))));
    assert_eq!((head.framing(), head.head().content_length(), head.ended), (Framing::Framed, Some(7), true));
    for status in ["204 No Content", "304 Not Modified"] {
        let got = get(answer(format!("HTTP/1.1 {status}\r\nETag: \"x\"\r\n\r\n")));
        assert_eq!((got.framing(), got.ended, got.data.len()), (Framing::Framed, true, 0));
    }
}
