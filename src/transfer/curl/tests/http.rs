//! What is sent, how connections are used, and how a slow receiver is waited for.

use super::{CONNECT_TIMEOUT, PATIENCE, answer, call, curl, receive, request, run, server};
use crate::message::{Body, Segment};
use crate::transfer::backend::{Backend, Framing, Signal};
use crate::transfer::curl::{Curl, version};
use crate::transfer::job::{HttpVersion, IpFamily, Options, ProxyUrl, Resolve};
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use url::Url;

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// Requests with the number of their connection.
type Seen = Arc<Mutex<Vec<(usize, String)>>>;

/// A server that answers all requests, bodies included, and gives back what it was sent.
fn recorder() -> (SocketAddr, Seen) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&seen);
    let address = server(move |number, mut stream| {
        loop {
            let mut text = request(&mut stream);
            if text.is_empty() {
                return;
            }
            let length =
                text.lines().find_map(|l| l.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
            let mut body = vec![0; length.unwrap_or(0)];
            stream.read_exact(&mut body).unwrap();
            text.push_str(&String::from_utf8_lossy(&body));
            notes.lock().unwrap().push((number, text));
            stream.write_all(OK).unwrap();
        }
    });
    (address, seen)
}

#[test]
fn exactly_the_fields_that_were_decided() {
    let (address, seen) = recorder();
    let curl = curl();
    let mut get = call("GET", &format!("http://{address}/a%20b?c=d#e"));
    get.fields.push("accept", "x/y");
    get.fields.push("X-Empty", "");
    get.fields.push("X-Twice", "1");
    get.fields.push("X-Twice", b"\xc3\xa9".to_vec());
    assert!(run(&curl, get).ended);
    assert!(run(&curl, call("GET", &format!("http://{address}/"))).ended);
    let mut post = call("POST", &format!("http://{address}/"));
    let body = vec![Segment::Bytes(b"abc".to_vec()), Segment::Bytes(vec![b'x'; 3_000_000])];
    post.body = Some(Body::new(body));
    assert!(run(&curl, post).ended);
    assert!(run(&curl, call("POST", &format!("http://{address}/"))).ended);
    assert!(run(&curl, call("DELETE", &format!("http://{address}/"))).ended);
    let seen = seen.lock().unwrap();
    let host = format!("host: {address}");
    let sent = |n: usize| {
        let (head, body) = seen[n].1.split_once("\r\n\r\n").unwrap();
        let mut lines: Vec<_> = head
            .lines()
            .map(|l| {
                if l.starts_with("GET") {
                    l.to_owned()
                } else {
                    l.replace("Host", "host").replace("Content-Length", "content-length")
                }
            })
            .collect();
        lines[1..].sort();
        (lines, body.len())
    };
    assert_eq!(
        sent(0).0,
        ["GET /a%20b?c=d HTTP/1.1", "accept: x/y", &host, "x-empty:", "x-twice: 1", "x-twice: \u{e9}"]
    );
    assert_eq!(sent(1).0, ["GET / HTTP/1.1", &host]);
    assert_eq!(
        sent(2),
        (vec!["POST / HTTP/1.1".to_owned(), "content-length: 3000003".to_owned(), host.clone()], 3_000_003)
    );
    assert_eq!(sent(3).0, ["POST / HTTP/1.1", "content-length: 0", &host]);
    assert_eq!(sent(4).0, ["DELETE / HTTP/1.1", &host]);
    // Connections are shared, but never by what must not be sent twice.
    let connections: Vec<_> = seen.iter().map(|(n, _)| *n).collect();
    assert_eq!(connections[..4], [0, 0, 1, 2]);
}

#[test]
fn urls_are_taken_as_they_were_parsed() {
    let (address, seen) = recorder();
    for path in ["/%2e%2e/a", "/a|b^c`d{e}[f]//g/%2F", "/\u{e4}?q=\u{e4}|'", "/?"] {
        let url = Url::parse(&format!("http://{address}{path}")).unwrap();
        assert!(run(&curl(), call("GET", url.as_str())).ended, "{path}");
        let target = &url[url::Position::BeforePath..];
        let sent = seen.lock().unwrap().pop().unwrap().1;
        assert!(sent.starts_with(&format!("GET {target} HTTP/1.1\r\n")), "{path}: {sent}");
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn over_ipv6() {
    let Ok(listener) = TcpListener::bind("[::1]:0") else {
        eprintln!("SKIPPED: no IPv6 here");
        return;
    };
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut stream = stream;
            request(&mut stream);
            stream.write_all(OK).unwrap();
        }
    });
    assert!(run(&curl(), call("GET", &format!("http://{address}/"))).ended);
    let only = |ip_family| Curl::new(&Options { ip_family, ..Options::default() }).unwrap();
    let url = format!("http://localhost:{}/", address.port());
    assert!(run(&only(IpFamily::V6), call("GET", &url)).ended);
    assert!(run(&only(IpFamily::V4), call("GET", &url)).failed.is_some());
}

#[test]
fn lines_cannot_be_smuggled_in() {
    let mut bad = call("GET", "http://127.0.0.1:9/");
    bad.fields.push("x", "a\r\nb: c");
    assert_eq!(run(&curl(), bad).failure(), ("usage", "usage"));
}

#[test]
fn a_changed_file_is_not_sent() {
    let (address, _) = recorder();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "abc").unwrap();
    let mut post = call("POST", &format!("http://{address}/"));
    post.body = Some(Body::new(vec![Segment::File { path: file.path().to_owned(), size: 5 }]));
    assert_eq!(run(&curl(), post).failure(), ("usage", "usage"));
}

/// A server whose second request on a connection finds it dead.
fn dying() -> (SocketAddr, Arc<AtomicUsize>) {
    let requests = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&requests);
    let address = server(move |_, mut stream| {
        request(&mut stream);
        count.fetch_add(1, Ordering::SeqCst);
        stream.write_all(OK).unwrap();
        // Takes the next request, and dies without a word.
        if !request(&mut stream).is_empty() {
            count.fetch_add(1, Ordering::SeqCst);
        }
        let _ = stream.shutdown(Shutdown::Both);
    });
    (address, requests)
}

#[test]
fn a_dead_connection_doubles_gets_only() {
    for (method, requests) in [("GET", 3), ("POST", 2), ("PATCH", 2)] {
        let (address, count) = dying();
        let curl = curl();
        assert!(run(&curl, call("GET", &format!("http://{address}/"))).ended);
        assert!(run(&curl, call(method, &format!("http://{address}/"))).ended, "{method}");
        assert_eq!(count.load(Ordering::SeqCst), requests, "{method}");
    }
}

/// A body of zeros of this size.
fn zeros(size: usize, written: Arc<AtomicUsize>) -> SocketAddr {
    server(move |_, mut stream| {
        request(&mut stream);
        stream.write_all(format!("HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n").as_bytes()).unwrap();
        let piece = vec![0; 65_536];
        while written.load(Ordering::SeqCst) < size && stream.write_all(&piece).is_ok() {
            written.fetch_add(piece.len(), Ordering::SeqCst);
        }
    })
}

#[test]
fn a_slow_receiver_is_waited_for() {
    const SIZE: usize = 64 << 20;
    let written = Arc::new(AtomicUsize::new(0));
    let address = zeros(SIZE, Arc::clone(&written));
    let curl = curl();
    let arrival = curl.start(call("GET", &format!("http://{address}/")), CONNECT_TIMEOUT);
    // Until the server can write no more.
    let mut before = usize::MAX;
    while before != written.load(Ordering::SeqCst) || before == 0 {
        before = written.load(Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(200));
    }
    assert!(before < SIZE / 2, "{before} bytes were taken though nobody wanted them");
    // Others are not held up by it.
    assert!(run(&curl, call("GET", &format!("http://{}/", answer(OK)))).ended);
    let got = receive(&arrival);
    assert!(got.ended && got.data.len() == SIZE, "{} {:?}", got.data.len(), got.failed);
}

#[test]
fn a_dropped_arrival_ends_the_request() {
    let written = Arc::new(AtomicUsize::new(0));
    let address = zeros(1 << 30, Arc::clone(&written));
    let curl = curl();
    let arrival = curl.start(call("GET", &format!("http://{address}/")), CONNECT_TIMEOUT);
    assert!(matches!(arrival.next(Instant::now() + PATIENCE), Ok(Signal::Head { .. })));
    drop(arrival);
    // The server's writes fail once the connection is gone, and then its count stands still.
    let mut before = usize::MAX;
    while before != written.load(Ordering::SeqCst) {
        before = written.load(Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(200));
    }
    assert!(before < 1 << 30);
    assert!(run(&curl, call("GET", &format!("http://{}/", answer(OK)))).ended);
}

#[test]
fn a_dropped_backend_brings_requests_to_their_end() {
    let address = zeros(8 << 20, Arc::new(AtomicUsize::new(0)));
    let curl = curl();
    let arrival = curl.start(call("GET", &format!("http://{address}/")), CONNECT_TIMEOUT);
    drop(curl);
    assert_eq!(receive(&arrival).data.len(), 8 << 20);
}

#[test]
fn many_at_once() {
    let (address, seen) = recorder();
    let curl = curl();
    let url = format!("http://{address}/");
    let arrivals: Vec<_> = (0..40).map(|_| curl.start(call("GET", &url), CONNECT_TIMEOUT)).collect();
    for arrival in &arrivals {
        assert!(receive(arrival).ended);
    }
    assert_eq!(seen.lock().unwrap().len(), 40);
}

#[test]
fn nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let got = run(&curl(), call("GET", &format!("http://{address}/")));
    assert_eq!(got.failure(), ("network", "connect"));
    assert!(got.failed.is_some_and(|f| f.unsent && f.transient));
}

#[test]
fn unknown_hosts_are_not_tried_again() {
    let got = run(&curl(), call("GET", "http://does-not-exist.invalid/"));
    assert_eq!(got.failure(), ("network", "resolve"));
    assert!(got.failed.is_some_and(|f| f.unsent));
}

#[test]
fn connecting_has_a_time_limit() {
    // Accepts, but never answers the handshake.
    let address = server(|_, mut stream| {
        let _ = stream.read(&mut [0; 4096]);
        std::thread::sleep(PATIENCE);
    });
    let arrival = curl().start(call("GET", &format!("https://{address}/")), Duration::from_millis(300));
    let got = receive(&arrival);
    assert_eq!(got.failure(), ("timeout", "connect_timeout"));
    assert!(got.failed.is_some_and(|f| f.unsent && f.transient));
}

#[test]
fn addresses_by_hand_and_by_port() {
    let address = answer(OK);
    let resolve = |port| {
        let entry = Resolve { host: "example.invalid".to_owned(), port, addresses: vec![address.ip()] };
        Curl::new(&Options { resolve: vec![entry], ..Options::default() }).unwrap()
    };
    let url = format!("http://example.invalid:{}/", address.port());
    assert!(run(&resolve(address.port()), call("GET", &url)).ended);
    assert_eq!(run(&resolve(1), call("GET", &url)).failure(), ("network", "resolve"));
}

#[test]
fn proxies_are_named_without_their_password() {
    let (address, seen) = recorder();
    let proxy = |text: String| Some(ProxyUrl(Url::parse(&text).unwrap()));
    let mut through = call("GET", "http://origin.invalid/x");
    through.proxy = proxy(format!("http://user:pass%20word@{address}"));
    through.fields.push("authorization", "Bearer x");
    assert!(run(&curl(), through).ended);
    let sent = seen.lock().unwrap()[0].1.to_ascii_lowercase();
    assert!(sent.starts_with("get http://origin.invalid/x http/1.1\r\n"), "{sent}");
    assert!(
        sent.contains("proxy-authorization: basic dxnlcjpwyxnzihdvcmq=\r\n") && !sent.contains("proxy-connection"),
        "{sent}"
    );

    let refusing = Arc::new(Mutex::new(String::new()));
    let note = Arc::clone(&refusing);
    let address = server(move |_, mut stream| {
        note.lock().unwrap().push_str(&request(&mut stream));
        let _ = stream.write_all(b"HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n");
    });
    let mut tunnel = call("GET", "https://origin.invalid/x");
    tunnel.proxy = proxy(format!("http://user:hunter2@{address}"));
    tunnel.fields.push("authorization", "Bearer x");
    let got = run(&curl(), tunnel);
    assert_eq!(got.failure(), ("network", "proxy_refused"));
    let failed = got.failed.unwrap();
    let text = format!("{} {:?}", failed.error, failed.error.hint_text());
    assert!(
        failed.unsent && !failed.transient && text.contains(&address.to_string()) && !text.contains("hunter2"),
        "{text}"
    );
    let sent = refusing.lock().unwrap().clone();
    assert!(sent.starts_with("CONNECT origin.invalid:443 ") && !sent.contains("Bearer"), "{sent}");

    let mut nowhere = call("GET", "http://origin.invalid/x");
    nowhere.proxy = proxy("socks5h://127.0.0.1:1".to_owned());
    assert_eq!(run(&curl(), nowhere).failure(), ("network", "proxy_connect"));
}

/// Speaks enough of SOCKS 5 to be a proxy to `origin`, whatever is asked for.
fn socks(origin: SocketAddr) -> SocketAddr {
    server(move |_, mut client| {
        let mut greeting = [0; 2];
        client.read_exact(&mut greeting).unwrap();
        client.read_exact(&mut vec![0; usize::from(greeting[1])]).unwrap();
        client.write_all(&[5, 0]).unwrap();
        let mut asked = [0; 5];
        client.read_exact(&mut asked).unwrap();
        assert_eq!(asked[..4], [5, 1, 0, 3], "a name, not an address");
        client.read_exact(&mut vec![0; usize::from(asked[4]) + 2]).unwrap();
        client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).unwrap();
        let mut server = TcpStream::connect(origin).unwrap();
        let (mut back, mut to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
        std::thread::spawn(move || std::io::copy(&mut back, &mut to));
        let _ = std::io::copy(&mut client, &mut server);
    })
}

#[test]
fn through_socks() {
    let mut through = call("GET", "http://origin.invalid/x");
    through.proxy = Some(ProxyUrl(Url::parse(&format!("socks5h://{}", socks(answer(OK)))).unwrap()));
    assert_eq!(run(&curl(), through).data, b"ok");
}

/// A server of HTTP/2 in the clear.
fn streams(
    answer: impl Fn(&http::Request<h2::RecvStream>, h2::server::SendResponse<bytes::Bytes>) + Send + Sync + 'static,
) -> (SocketAddr, Arc<AtomicUsize>) {
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    let address = server(move |_, stream| {
        count.fetch_add(1, Ordering::SeqCst);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            stream.set_nonblocking(true).unwrap();
            let stream = tokio::net::TcpStream::from_std(stream).unwrap();
            let mut connection = h2::server::handshake(stream).await.unwrap();
            while let Some(Ok((request, respond))) = connection.accept().await {
                answer(&request, respond);
            }
        });
    });
    (address, connections)
}

fn http2() -> Curl {
    Curl::new(&Options { http_version: HttpVersion::Http2, ..Options::default() }).unwrap()
}

#[test]
fn streams_share_a_connection() {
    let (address, connections) = streams(|request, mut respond| {
        assert!(!request.headers().contains_key("accept"));
        let response = http::Response::builder().header("x-path", request.uri().path()).body(()).unwrap();
        let mut body = respond.send_response(response, false).unwrap();
        body.send_data("hello".into(), true).unwrap();
    });
    let curl = http2();
    let arrivals: Vec<_> =
        (0..20).map(|n| curl.start(call("GET", &format!("http://{address}/{n}")), CONNECT_TIMEOUT)).collect();
    for (n, arrival) in arrivals.iter().enumerate() {
        let got = receive(arrival);
        assert_eq!((got.data.as_slice(), got.framing(), got.ended), (&b"hello"[..], Framing::Unframed, true));
        assert_eq!(got.head().version, "2");
        assert_eq!(got.head().fields.text("x-path").unwrap(), format!("/{n}"));
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[test]
fn streams_that_end_too_early() {
    let (address, _) = streams(|request, mut respond| {
        let path = request.uri().path();
        if path == "/before" {
            respond.send_reset(h2::Reason::INTERNAL_ERROR);
            return;
        }
        let length = if path == "/free" { None } else { Some("9") };
        let mut response = http::Response::builder();
        if let Some(length) = length {
            response = response.header("content-length", length);
        }
        let mut body = respond.send_response(response.body(()).unwrap(), false).unwrap();
        body.send_data("hello".into(), path == "/short").unwrap();
        if path != "/short" {
            // Once the bytes are out.
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(50)).await;
                body.send_reset(h2::Reason::INTERNAL_ERROR);
            });
        }
    });
    let ask = |path: &str| run(&http2(), call("GET", &format!("http://{address}{path}")));
    let got = ask("/before");
    assert_eq!(got.failure(), ("network", "http2"));
    assert!(got.failed.is_some_and(|f| f.transient));
    for path in ["/short", "/cut", "/free"] {
        let got = ask(path);
        assert_eq!(got.failure(), ("integrity", "truncated"), "{path}: {got:?}");
        assert!(got.failed.is_some_and(|f| f.transient));
    }
}

#[test]
fn old_versions() {
    let (address, seen) = recorder();
    let curl = Curl::new(&Options { http_version: HttpVersion::Http10, ..Options::default() }).unwrap();
    assert!(run(&curl, call("GET", &format!("http://{address}/"))).ended);
    assert!(seen.lock().unwrap()[0].1.starts_with("GET / HTTP/1.0\r\n"));
}

#[test]
fn what_it_is_built_with() {
    let version = version();
    for part in ["libcurl/8.", "rustls", "nghttp2/", "zlib/"] {
        assert!(version.contains(part), "{version}");
    }
}

#[test]
fn files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a b");
    std::fs::write(&path, vec![b'x'; 700_000]).unwrap();
    let url = Url::from_file_path(&path).unwrap();
    let curl = curl();
    let got = run(&curl, call("GET", url.as_str()));
    assert_eq!((got.data.len(), got.framing(), got.ended), (700_000, Framing::Length(700_000), true));
    assert_eq!((got.head().status, got.head().content_length()), (0, Some(700_000)));
    assert!(got.head().validators().last_modified.is_some());
    let mut rest = call("GET", url.as_str());
    rest.offset = 699_999;
    assert_eq!(run(&curl, rest.clone()).data, b"x");
    rest.offset = 700_001;
    assert_eq!(run(&curl, rest).failure().0, "http");
    let head = run(&curl, call("HEAD", url.as_str()));
    assert!(head.ended && head.data.is_empty() && head.head().content_length() == Some(700_000));
    for wrong in [format!("{url}x"), Url::from_file_path(folder.path()).unwrap().to_string()] {
        assert_eq!(run(&curl, call("GET", &wrong)).failure().0, "not_found");
    }
    assert_eq!(run(&curl, call("GET", "file://elsewhere/x")).failure().0, "usage");
}
