//! Transfers against raw sockets, which cut connections and lie.

use crate::digest::Digest;
use crate::error::{Error, Kind};
use crate::event::{Event, Listener, Silent};
use crate::message::{Credentials, Fields, Request, Validators};
use crate::partial::Partial;
use crate::secret::Secret;
use crate::transfer::Transfer;
use crate::transfer::job::{
    BackendChoice, Connections, Expected, Failed, Fetched, HttpVersion, Job, Options, Proof, Resolve, Resume, Statuses,
};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use url::Url;

/// An origin of raw sockets: `answer` gets the number of the request, its head, and the stream to do with as it likes;
/// the connection is closed behind it.
struct Origin {
    url: Url,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Origin {
    fn new(answer: impl Fn(usize, &str, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = Url::parse(&format!("http://{}/file.bin", listener.local_addr().unwrap())).unwrap();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let (seen, answer) = (Arc::clone(&heads), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (mut stream, seen, answer) = (stream.unwrap(), Arc::clone(&seen), Arc::clone(&answer));
                std::thread::spawn(move || {
                    let head = read_head(&mut stream);
                    if head.is_empty() {
                        return;
                    }
                    let number = {
                        let mut seen = seen.lock().unwrap();
                        seen.push(head.clone());
                        seen.len() - 1
                    };
                    answer(number, &head, &mut stream);
                });
            }
        });
        Self { url, heads }
    }

    /// One that says this to every request.
    fn saying(text: &'static str) -> Self {
        Self::new(move |_, _, stream| say(stream, text))
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}

/// Says it, and that the connection ends behind it: one that ended without a word would be taken for the next request.
fn say(stream: &mut TcpStream, text: &str) {
    let text = match text.split_once("\r\n") {
        Some((line, rest)) if line.starts_with("HTTP/1.1") => format!("{line}\r\nConnection: close\r\n{rest}"),
        _ => text.to_owned(),
    };
    let _ = stream.write_all(text.as_bytes());
}

/// Closes so that the peer sees a reset.
fn reset(stream: &TcpStream) {
    rustix::net::sockopt::set_socket_linger(stream, Some(Duration::ZERO)).unwrap();
}

fn job(url: &Url) -> Job {
    let request = Request {
        method: "GET".to_owned(),
        url: url.clone(),
        fields: Fields::new(),
        without: Vec::new(),
        credentials: None,
        body: None,
    };
    Job { request, mirrors: Vec::new(), conditions: None, proof: Proof::default() }
}

thread_local! {
    /// The backend under test: each test is called once for each.
    static BACKEND: std::cell::Cell<BackendChoice> = const { std::cell::Cell::new(BackendChoice::Reqwest) };
}

macro_rules! on {
    ($backend:ident, $choice:expr, $($name:ident)*) => {
        mod $backend {
            $(
                #[test]
                fn $name() {
                    super::BACKEND.set($choice);
                    super::$name();
                }
            )*
        }
    };
}

macro_rules! all {
    ($($name:ident)*) => {
        on!(reqwest, crate::transfer::job::BackendChoice::Reqwest, $($name)*);
        on!(curl, crate::transfer::job::BackendChoice::Curl, $($name)*);
    };
}

all! {
    a_body_with_its_length
    framings
    broken_framings
    large_heads
    fields_are_bytes
    a_body_without_framing
    statuses_and_retries
    retry_after_is_waited_for_or_refused
    posts_are_not_repeated_once_sent
    bodies_are_sent
    a_cut_body_is_gone_on_with
    a_file_that_changed_is_not_spliced
    lying_parts_start_anew_once
    across_commands
    without_a_validator_only_where_a_digest_decides
    redirects
    what_is_the_users_stays_with_its_origin
    mirrors_in_turn
    a_resumed_part_is_not_continued_from_a_mirror
    time_limits
    sizes_and_digests
    pages_in_place_of_files
    codings
    conditions
    heads_only
    connections_are_shared
    names_that_are_given_addresses
    what_cannot_be_reached
    http_versions
    a_limited_rate_is_kept_and_loses_nothing
    segments_fill_one_file
    extra_streams_that_are_no_good_do_no_harm
    what_a_cut_stream_leaves_is_filled
    segments_survive_a_command
    certificates_are_verified
    a_connection_that_ends_without_farewell
    proxies
}

/// Waits that would slow the tests down are not asked for.
fn options() -> Options {
    Options {
        backend: BACKEND.get(),
        retry_delay: Duration::ZERO,
        stall_timeout: Duration::from_secs(10),
        ..Options::default()
    }
}

#[derive(Default)]
struct Notes(Mutex<Vec<String>>);

impl Listener for Notes {
    fn event(&self, event: Event) {
        self.0.lock().unwrap().push(format!("{event:?}"));
    }
}

impl Notes {
    fn have(&self, text: &str) -> bool {
        self.0.lock().unwrap().iter().any(|n| n.contains(text))
    }
}

struct Outcome {
    result: Result<Fetched, Failed>,
    bytes: Vec<u8>,
    notes: Notes,
}

impl Outcome {
    fn bytes(&self) -> &[u8] {
        let fetched = self.result.as_ref().unwrap();
        let content = fetched.content.as_ref().unwrap();
        assert_eq!(content.size, self.bytes.len() as u64);
        assert_eq!(content.digests.sha256(), &Digest::sha256(&self.bytes));
        &self.bytes
    }

    fn error(&self) -> &Error {
        &self.result.as_ref().unwrap_err().error
    }

    fn failed(&self, kind: Kind, code: &str) {
        let error = self.error();
        assert_eq!((error.kind(), error.code()), (kind, code), "{error}");
    }
}

fn fetch_into(job: &Job, options: Options, partial: &mut Partial) -> Outcome {
    let notes = Notes::default();
    let result = Transfer::new(options).fetch(job, partial, &notes);
    let bytes = std::fs::read(partial.path()).unwrap();
    Outcome { result, bytes, notes }
}

fn fetch_job(job: &Job, options: Options) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let mut partial = Partial::unnamed_in(folder.path()).unwrap();
    fetch_into(job, options, &mut partial)
}

fn fetch(origin: &Origin) -> Outcome {
    fetch_job(&job(&origin.url), options())
}

/// A body that differs at every offset.
fn long_body(size: usize) -> Vec<u8> {
    (0..size).map(|n| (n % 251) as u8 ^ (n / 251) as u8).collect()
}

/// The offset that a request asks to begin at.
fn range_start(head: &str) -> Option<usize> {
    let line = head.lines().find(|l| l.to_ascii_lowercase().starts_with("range:"))?;
    line.split_once("bytes=")?.1.split('-').next()?.parse().ok()
}

/// Answers with the body from the offset asked for, by the book; at most `most` bytes of it before the connection ends.
fn serve_range(head: &str, stream: &mut TcpStream, body: &[u8], etag: &str, most: usize) {
    let if_range =
        head.lines().find_map(|l| l.to_ascii_lowercase().starts_with("if-range:").then(|| l[9..].trim().to_owned()));
    let start = range_start(head).filter(|_| if_range.is_none_or(|tag| tag == etag));
    let total = body.len();
    let (status, range, from) = match start {
        Some(from) => ("206 Partial Content", format!("Content-Range: bytes {from}-{}/{total}\r\n", total - 1), from),
        None => ("200 OK", String::new(), 0),
    };
    let length = total - from;
    say(stream, &format!("HTTP/1.1 {status}\r\nETag: {etag}\r\n{range}Content-Length: {length}\r\n\r\n"));
    let end = total.min(from.saturating_add(most));
    let _ = stream.write_all(&body[from..end]);
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

fn a_cut_body_is_gone_on_with() {
    for most in [1_000, 100_000] {
        let origin = Origin::new(move |_, head, stream| {
            serve_range(head, stream, &long_body(300_000), "\"v1\"", most.max(60_000));
        });
        let outcome = fetch_job(&job(&origin.url), Options { retries: 1, ..options() });
        assert!(outcome.bytes() == long_body(300_000));
        let starts: Vec<_> = origin.heads().iter().map(|h| range_start(h)).collect();
        assert!(starts[0].is_none() && starts[1..].iter().all(Option::is_some), "{starts:?}");
        assert!(origin.heads()[1].to_ascii_lowercase().contains("if-range: \"v1\""));
    }
}

fn a_file_that_changed_is_not_spliced() {
    for etag in ["\"v2\"", "W/\"v1\""] {
        let origin = Origin::new(move |n, head, stream| match n {
            0 => serve_range(head, stream, &long_body(100_000), "\"v1\"", 50_000),
            _ => serve_range(head, stream, &vec![7; 90_000], etag, usize::MAX),
        });
        assert!(fetch(&origin).bytes() == vec![7; 90_000]);
    }
}

fn lying_parts_start_anew_once() {
    let body = long_body(100_000);
    for answer in [
        "ETag: \"v2\"\r\nContent-Range: bytes {from}-99999/100000",
        "ETag: \"v1\"\r\nContent-Range: bytes 0-99999/100000",
        "ETag: \"v1\"\r\nContent-Range: bytes {from}-99999/100001",
        "ETag: \"v1\"\r\nContent-Range: chunks {from}-99999/100000",
        "ETag: \"v1\"\r\nContent-Range: bytes {from}-99998/100000",
        "Content-Range: bytes {from}-99999/100000",
        "ETag: \"v1\"\r\nContent-Type: multipart/byteranges",
    ] {
        let lie = body.clone();
        let origin = Origin::new(move |n, head, stream| match (n, range_start(head)) {
            (0, _) => serve_range(head, stream, &lie, "\"v1\"", 50_000),
            (_, Some(from)) => {
                let fields = answer.replace("{from}", &from.to_string());
                say(
                    stream,
                    &format!("HTTP/1.1 206 Partial Content\r\n{fields}\r\nContent-Length: {}\r\n\r\n", 100_000 - from),
                );
                let _ = stream.write_all(&vec![b'!'; 100_000 - from]);
            }
            (_, None) => serve_range(head, stream, &lie, "\"v1\"", usize::MAX),
        });
        let outcome = fetch(&origin);
        assert!(outcome.bytes() == body, "{answer}");
        assert!(outcome.notes.have("all starts anew"), "{answer}");
        assert_eq!(origin.heads().len(), 3, "{answer}");
    }
}

fn across_commands() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let body = long_body(3_000_000);
    let served = body.clone();
    let origin = Origin::new(move |n, head, stream| {
        serve_range(head, stream, &served, "\"v1\"", if n == 0 { 2_000_000 } else { usize::MAX });
    });
    let none = Options { retries: 0, ..options() };
    let mut partial = Partial::try_take(&path).unwrap().unwrap();
    fetch_into(&job(&origin.url), none.clone(), &mut partial).failed(Kind::Integrity, "truncated");
    drop(partial);
    let mut partial = Partial::try_take(&path).unwrap().unwrap();
    assert_eq!(partial.prefix(), 2_000_000);
    let outcome = fetch_into(&job(&origin.url), none.clone(), &mut partial);
    assert!(outcome.bytes() == body);
    assert_eq!(range_start(&origin.heads()[1]), Some(2_000_000));
    // Ended between the last byte and the commit: the last byte alone is asked for.
    drop(partial);
    let mut partial = Partial::try_take(&path).unwrap().unwrap();
    assert!(fetch_into(&job(&origin.url), none, &mut partial).bytes() == body);
    assert_eq!(range_start(&origin.heads()[2]), Some(2_999_999));
}

fn without_a_validator_only_where_a_digest_decides() {
    let body = long_body(100_000);
    let serve = |body: Vec<u8>| {
        Origin::new(move |n, head, stream| {
            let from = range_start(head).unwrap_or(0);
            let (status, to) =
                if range_start(head).is_some() { (206, 100_000) } else { (200, if n == 0 { 50_000 } else { 100_000 }) };
            let range = format!("Content-Range: bytes {from}-99999/100000");
            say(stream, &format!("HTTP/1.1 {status} X\r\n{range}\r\nContent-Length: {}\r\n\r\n", 100_000 - from));
            let _ = stream.write_all(if n == 0 { &body[from..to] } else { &body[from..] });
        })
    };
    let always = Options { resume: Resume::Always, ..options() };
    let origin = serve(body.clone());
    assert!(fetch_job(&job(&origin.url), always.clone()).bytes() == body);
    assert_eq!(range_start(&origin.heads()[1]), None);
    let origin = serve(body.clone());
    let mut proven = job(&origin.url);
    proven.proof.digests = vec![Expected { digest: Digest::sha256(&body), who_says: "--sha256".to_owned() }];
    assert!(fetch_job(&proven, always).bytes() == body);
    assert_eq!(range_start(&origin.heads()[1]), Some(50_000));
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

fn a_resumed_part_is_not_continued_from_a_mirror() {
    let cut = Origin::new(|_, head, stream| serve_range(head, stream, &long_body(100_000), "\"1\"", 50_000));
    let mirror = Origin::new(|_, head, stream| serve_range(head, stream, &vec![9; 100_000], "\"1\"", usize::MAX));
    let mut job = job(&cut.url);
    job.mirrors = vec![mirror.url.clone()];
    assert!(fetch_job(&job, Options { retries: 0, ..options() }).bytes() == vec![9; 100_000]);
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

fn sizes_and_digests() {
    let origin = Origin::saying("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    let framed = Origin::saying("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
    for origin in [&origin, &framed] {
        for (proof, code) in [
            (Proof { size: Some(5), min_size: Some(5), max_size: Some(5), ..Proof::default() }, None),
            (Proof { size: Some(4), ..Proof::default() }, Some("size_mismatch")),
            (Proof { size: Some(6), ..Proof::default() }, Some("size_mismatch")),
            (Proof { max_size: Some(4), ..Proof::default() }, Some("too_large")),
            (Proof { min_size: Some(6), ..Proof::default() }, Some("too_small")),
        ] {
            let outcome = fetch_job(&Job { proof, ..job(&origin.url) }, options());
            match code {
                None => assert_eq!(outcome.bytes(), b"hello"),
                Some(code) => outcome.failed(Kind::Integrity, code),
            }
        }
    }
    fetch(&Origin::saying(
        "HTTP/1.1 200 OK\r\nContent-MD5: AAAAAAAAAAAAAAAAAAAAAA==\r\nContent-Length: 5\r\n\r\nhello",
    ))
    .failed(Kind::Integrity, "digest_mismatch");
}

fn pages_in_place_of_files() {
    let page = "HTTP/1.1 200 OK\r\nContent-Length: 43\r\n\r\n <!-- x --><html><title>Log in</title></html>";
    let origin = Origin::saying(page);
    let outcome = fetch(&origin);
    outcome.failed(Kind::Integrity, "html");
    assert!(outcome.error().hint_text().unwrap().contains("Log in"));
    let plain = job(&origin.url.join("/page").unwrap());
    assert!(fetch_job(&plain, options()).result.is_ok());
    let mut named = plain.clone();
    named.proof.names = vec!["x.csv".to_owned()];
    fetch_job(&named, options()).failed(Kind::Integrity, "html");
    named.proof.allow_html = true;
    assert!(fetch_job(&named, options()).result.is_ok());
}

fn codings() {
    let text = long_body(100_000);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&text).unwrap();
    let coded = gzip.finish().unwrap();
    let sent = coded.clone();
    let md5 = {
        use base64::Engine as _;
        let (_, digests) = crate::digest::hash_reader(&mut &coded[..], [crate::digest::Algorithm::Md5]).unwrap();
        base64::engine::general_purpose::STANDARD.encode(digests.get(crate::digest::Algorithm::Md5).unwrap().bytes())
    };
    let origin = Origin::new(move |_, _, stream| {
        say(
            stream,
            &format!(
                "HTTP/1.1 200 OK\r\nETag: \"a\"\r\nContent-MD5: {md5}\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
                sent.len()
            ),
        );
        let _ = stream.write_all(&sent);
    });
    assert!(fetch(&origin).bytes() == coded);
    let compressed = Options { compressed: true, ..options() };
    assert!(fetch_job(&job(&origin.url), compressed.clone()).bytes() == text);
    assert!(origin.heads()[1].to_ascii_lowercase().contains("accept-encoding: gzip, deflate, br, zstd"));
    let mut small = job(&origin.url);
    small.proof.max_size = Some(99_999);
    fetch_job(&small, compressed.clone()).failed(Kind::Integrity, "too_large");
    for coding in ["gzip, gzip", "compress"] {
        let origin = Origin::new(move |_, _, stream| {
            say(stream, &format!("HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: 1\r\n\r\na"));
        });
        fetch_job(&job(&origin.url), compressed.clone()).failed(Kind::Network, "content_coding");
    }
    let broken = Origin::saying("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello");
    fetch_job(&job(&broken.url), compressed).failed(Kind::Integrity, "decode_failed");
}

fn conditions() {
    let origin = Origin::saying("HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n");
    let mut job = job(&origin.url);
    job.conditions =
        Some(Validators { etag: Some("\"a\"".to_owned()), last_modified: Some("x".to_owned()), date: None });
    let outcome = fetch_job(&job, options());
    assert!(outcome.result.unwrap().content.is_none());
    let head = origin.heads()[0].to_ascii_lowercase();
    assert!(head.contains("if-none-match: \"a\"") && head.contains("if-modified-since: x"));
}

fn heads_only() {
    let origin = Origin::saying("HTTP/1.1 200 OK\r\nETag: \"a\"\r\nContent-Length: 500\r\n\r\n");
    let exchange = Transfer::new(options()).head(&job(&origin.url), &Silent).unwrap();
    assert_eq!(exchange.head.unwrap().content_length(), Some(500));
    assert!(origin.heads()[0].starts_with("HEAD "));
}

fn connections_are_shared() {
    let origin = Origin::new(|_, _, stream| {
        let _ = stream.write_all(b"HTTP/1.1 302 X\r\nLocation: /next\r\nContent-Length: 3\r\n\r\nabc");
        let head = read_head(stream);
        assert!(head.starts_with("GET /next"));
        say(stream, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
    assert_eq!(fetch(&origin).bytes(), b"ok");
    assert_eq!(origin.heads().len(), 1);
}

fn names_that_are_given_addresses() {
    let origin = Origin::saying("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    let port = origin.url.port().unwrap();
    let url = Url::parse(&format!("http://somewhere.invalid:{port}/x")).unwrap();
    let resolve =
        |port| vec![Resolve { host: "somewhere.invalid".to_owned(), port, addresses: vec![[127, 0, 0, 1].into()] }];
    assert_eq!(fetch_job(&job(&url), Options { resolve: resolve(port), ..options() }).bytes(), b"ok");
    let other = fetch_job(&job(&url), Options { resolve: resolve(port ^ 1), retries: 0, ..options() });
    other.failed(Kind::Network, "resolve");
}

fn what_cannot_be_reached() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let outcome =
        fetch_job(&job(&Url::parse(&format!("http://{closed}/")).unwrap()), Options { retries: 1, ..options() });
    outcome.failed(Kind::Network, "connect");
    assert_eq!(outcome.result.unwrap_err().exchange.attempts, 2);
    let ftp = fetch_job(
        &job(&Url::parse("ftp://127.0.0.1/x").unwrap()),
        Options { backend: BackendChoice::Reqwest, ..options() },
    );
    assert_eq!(ftp.error().kind(), Kind::Usage);
    let plain = TcpListener::bind("127.0.0.1:0").unwrap();
    let https = Url::parse(&format!("https://{}/", plain.local_addr().unwrap())).unwrap();
    std::thread::spawn(move || say(&mut plain.accept().unwrap().0, "HTTP/1.1 400 Bad Request\r\n\r\n"));
    let outcome = fetch_job(&job(&https), Options { retries: 0, ..options() });
    assert_eq!(outcome.error().kind(), Kind::Tls, "{}", outcome.error());
}

fn http_versions() {
    let origin = Origin::saying("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok");
    let old = Options { http_version: HttpVersion::Http10, ..options() };
    let outcome = fetch_job(&job(&origin.url), old);
    assert_eq!(outcome.bytes(), b"ok");
    assert_eq!(outcome.result.unwrap().exchange.head.unwrap().version, "1.0");
    assert!(origin.heads()[0].contains("HTTP/1.0\r\n"));
}

fn a_limited_rate_is_kept_and_loses_nothing() {
    let origin = Origin::new(|_, head, stream| serve_range(head, stream, &long_body(100_000), "\"a\"", usize::MAX));
    let limited = Options { limit_rate: Some(1_000_000), ..options() };
    let start = std::time::Instant::now();
    assert!(fetch_job(&job(&origin.url), limited).bytes() == long_body(100_000));
    assert!(start.elapsed() >= Duration::from_millis(40));
}

/// Serves `body` by ranges; `extra` may spoil the answer to a request for a span that ends before the end.
fn ranged(body: Vec<u8>, extra: impl Fn(usize, usize, &mut TcpStream) -> bool + Send + Sync + 'static) -> Origin {
    Origin::new(move |number, head, stream| {
        let last = head.lines().find_map(|l| l.to_ascii_lowercase().strip_prefix("range: bytes=").map(str::to_owned));
        let last = last.and_then(|r| r.split_once('-')?.1.trim().parse::<usize>().ok());
        let (first, total) = (range_start(head).unwrap_or(0), body.len());
        let end = last.map_or(total, |l| l + 1);
        if range_start(head).is_some() && extra(number, first, stream) {
            return;
        }
        let status = if range_start(head).is_some() { "206 Partial Content" } else { "200 OK" };
        let length = end - first;
        let range = format!("Content-Range: bytes {first}-{}/{total}\r\nAccept-Ranges: bytes", end - 1);
        say(stream, &format!("HTTP/1.1 {status}\r\nETag: \"v1\"\r\n{range}\r\nContent-Length: {length}\r\n\r\n"));
        // Slowly enough that extra streams come to do something.
        for piece in body[first..end].chunks(64 * 1024) {
            if stream.write_all(piece).is_err() {
                return;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    })
}

fn by_four() -> Options {
    Options { connections: Connections::Fixed(4), ..options() }
}

fn segments_fill_one_file() {
    let body = long_body(6_000_000);
    let origin = ranged(body.clone(), |_, _, _| false);
    let outcome = fetch_job(&job(&origin.url), by_four());
    assert!(outcome.bytes() == body);
    let exchange = &outcome.result.as_ref().unwrap().exchange;
    assert!(exchange.connections > 1, "{}", exchange.connections);
    assert_eq!((exchange.attempts, exchange.head.as_ref().unwrap().status), (1, 200));
    assert!(origin.heads()[0].to_ascii_lowercase().lines().all(|l| !l.starts_with("range")));
}

fn extra_streams_that_are_no_good_do_no_harm() {
    let body = long_body(4_000_000);
    for spoiled in [
        "HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n".to_owned(),
        "HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nContent-Length: 3\r\n\r\nabc".to_owned(),
        "HTTP/1.1 206 X\r\nETag: \"v2\"\r\nContent-Range: bytes {first}-3999999/4000000\r\n\r\n".to_owned(),
        "HTTP/1.1 206 X\r\nETag: \"v1\"\r\nContent-Range: bytes 0-3999999/4000000\r\n\r\n".to_owned(),
        String::new(),
    ] {
        let origin = ranged(body.clone(), move |_, first, stream| {
            say(stream, &spoiled.replace("{first}", &first.to_string()));
            true
        });
        let outcome = fetch_job(&job(&origin.url), by_four());
        assert!(outcome.bytes() == body);
        assert_eq!(outcome.result.as_ref().unwrap().exchange.connections, 1);
    }
}

fn what_a_cut_stream_leaves_is_filled() {
    let body = long_body(4_000_000);
    let origin = ranged(body.clone(), |number, first, stream| {
        if number == 1 {
            let last = 3_999_999;
            say(
                stream,
                &format!(
                    "HTTP/1.1 206 X\r\nETag: \"v1\"\r\nContent-Range: bytes {first}-{last}/4000000\r\nContent-Length: {}\r\n\r\n",
                    4_000_000 - first
                ),
            );
            let _ = stream.write_all(&long_body(4_000_000)[first..first + 1000]);
        }
        number == 1
    });
    assert!(fetch_job(&job(&origin.url), by_four()).bytes() == body);
}

fn segments_survive_a_command() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let body = long_body(4_000_000);
    let served = body.clone();
    let cut = Arc::new(std::sync::atomic::AtomicBool::new(true));
    let cutting = Arc::clone(&cut);
    let origin = Origin::new(move |_, head, stream| {
        let cut = cutting.load(std::sync::atomic::Ordering::Relaxed);
        let first = range_start(head).unwrap_or(0);
        let line = head.to_ascii_lowercase().lines().find_map(|l| l.strip_prefix("range: bytes=").map(str::to_owned));
        let end = line.and_then(|r| r.split_once('-')?.1.trim().parse::<usize>().ok()).map_or(4_000_000, |l| l + 1);
        let status = if range_start(head).is_some() { 206 } else { 200 };
        say(
            stream,
            &format!(
                "HTTP/1.1 {status} X\r\nETag: \"v1\"\r\nAccept-Ranges: bytes\r\nContent-Range: bytes {first}-{}/4000000\r\nContent-Length: {}\r\n\r\n",
                end - 1,
                end - first
            ),
        );
        let most = if cut && first == 0 { 300_000 } else { usize::MAX };
        let mut sent = 0;
        for piece in served[first..end].chunks(50_000) {
            if sent >= most || stream.write_all(piece).is_err() {
                return;
            }
            sent += piece.len();
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    let once = Options { retries: 0, ..by_four() };
    let mut partial = Partial::try_take(&path).unwrap().unwrap();
    fetch_into(&job(&origin.url), once.clone(), &mut partial).failed(Kind::Integrity, "truncated");
    drop(partial);
    cut.store(false, std::sync::atomic::Ordering::Relaxed);
    let before = origin.heads().len();
    let mut partial = Partial::try_take(&path).unwrap().unwrap();
    assert!(
        partial.state().ranges.len() > 1 && partial.prefix() > 0 && partial.prefix() < 4_000_000,
        "{:?}",
        partial.state()
    );
    let held = partial.prefix();
    assert!(fetch_into(&job(&origin.url), once, &mut partial).bytes() == body);
    assert_eq!(range_start(&origin.heads()[before]), Some(held as usize));
}

/// An origin that speaks TLS with a certificate of its own CA; gives the CA in PEM. The answer is sent, and then the
/// connection ends, with a farewell only if so wished.
fn tls_origin(answer: &'static str, farewell: bool) -> (Url, Vec<u8>) {
    let key = rcgen::generate_simple_self_signed(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let pem = key.cert.pem().into_bytes();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let secret = rustls_pki_types::PrivateKeyDer::try_from(key.signing_key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![key.cert.der().clone()], secret)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&format!("https://localhost:{}/file.bin", listener.local_addr().unwrap().port())).unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut connection = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut tls = rustls::Stream::new(&mut connection, &mut stream);
            let mut head = [0; 4096];
            if tls.read(&mut head).is_err() {
                continue;
            }
            let _ = tls.write_all(answer.as_bytes());
            if farewell {
                connection.send_close_notify();
                let _ = connection.complete_io(&mut stream);
            }
        }
    });
    (url, pem)
}

fn certificates_are_verified() {
    let (url, pem) = tls_origin("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", true);
    let resolve = vec![Resolve {
        host: "localhost".to_owned(),
        port: url.port().unwrap(),
        addresses: vec![[127, 0, 0, 1].into()],
    }];
    let at_home = Options { resolve, ..options() };
    let untrusted = fetch_job(&job(&url), at_home.clone());
    untrusted.failed(Kind::Tls, "certificate");
    assert_eq!(untrusted.result.unwrap_err().exchange.attempts, 1);
    let tls = crate::transfer::job::Tls { roots: Some(pem), ..Default::default() };
    let trusted = fetch_job(&job(&url), Options { tls: tls.clone(), ..at_home.clone() });
    assert_eq!(trusted.bytes(), b"ok");
    assert_eq!(trusted.result.unwrap().exchange.tls_verified, Some(true));
    let only13 = crate::transfer::job::Tls { only_tls13: true, ..tls.clone() };
    assert_eq!(fetch_job(&job(&url), Options { tls: only13, ..at_home.clone() }).bytes(), b"ok");
    let insecure = crate::transfer::job::Tls { insecure: true, ..Default::default() };
    let outcome = fetch_job(&job(&url), Options { tls: insecure, ..at_home.clone() });
    assert_eq!(outcome.result.unwrap().exchange.tls_verified, Some(false));
    // Another name than the certificate's.
    let mut other = url.clone();
    other.set_host(Some("elsewhere.invalid")).unwrap();
    let resolve = vec![Resolve {
        host: "elsewhere.invalid".to_owned(),
        port: url.port().unwrap(),
        addresses: vec![[127, 0, 0, 1].into()],
    }];
    fetch_job(&job(&other), Options { tls: tls.clone(), resolve, ..options() }).failed(Kind::Tls, "certificate");
    let wrong = crate::transfer::job::Tls { certificate: Some(b"x".to_vec()), ..tls };
    assert_eq!(fetch_job(&job(&url), Options { tls: wrong, ..at_home }).error().kind(), Kind::Usage);
}

fn a_connection_that_ends_without_farewell() {
    let at = |answer, farewell| {
        let (url, pem) = tls_origin(answer, farewell);
        let resolve = vec![Resolve {
            host: "localhost".to_owned(),
            port: url.port().unwrap(),
            addresses: vec![[127, 0, 0, 1].into()],
        }];
        let tls = crate::transfer::job::Tls { roots: Some(pem), ..Default::default() };
        fetch_job(&job(&url), Options { tls, resolve, retries: 0, ..options() })
    };
    assert_eq!(at("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", false).bytes(), b"ok");
    assert_eq!(at("HTTP/1.1 200 OK\r\n\r\nok", true).bytes(), b"ok");
    at("HTTP/1.1 200 OK\r\n\r\nok", false).failed(Kind::Integrity, "truncated");
    at("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok", true).failed(Kind::Integrity, "truncated");
}

fn through(proxy: &Url) -> Options {
    let mut url = proxy.clone();
    url.set_path("");
    url.set_username("user").unwrap();
    url.set_password(Some("hunter2")).unwrap();
    let proxy = Some(crate::transfer::job::ProxyUrl(url));
    let proxies = crate::transfer::job::Proxies { http: proxy.clone(), https: proxy, ..Default::default() };
    Options { proxies, retries: 0, ..options() }
}

fn proxies() {
    let proxy = Origin::saying("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    let mut secret = job(&Url::parse("http://somewhere.invalid/x").unwrap());
    secret.request.credentials = Some(Credentials { user: "u".to_owned(), password: Secret::new("p") });
    assert_eq!(fetch_job(&secret, through(&proxy.url)).bytes(), b"ok");
    let head = proxy.heads()[0].to_ascii_lowercase();
    assert!(head.starts_with("get http://somewhere.invalid/x http/1.1"), "{head}");
    assert!(head.contains("proxy-authorization: basic"), "{head}");
    let https = job(&Url::parse("https://somewhere.invalid/x").unwrap());
    for status in [403, 407, 502] {
        let refusing = Origin::new(move |_, head, stream| {
            assert!(!head.to_ascii_lowercase().contains("\r\nauthorization"), "{head}");
            say(stream, &format!("HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n"));
        });
        let mut secret = https.clone();
        secret.request.credentials.clone_from(&Some(Credentials { user: "u".to_owned(), password: Secret::new("p") }));
        let outcome = fetch_job(&secret, through(&refusing.url));
        outcome.failed(Kind::Network, "proxy_refused");
        let text = format!("{:?} {:?}", outcome.error(), outcome.notes.0.lock().unwrap());
        assert!(
            text.contains(&format!("http://127.0.0.1:{}", refusing.url.port().unwrap())) && !text.contains("hunter2"),
            "{text}"
        );
    }
    let plain = Origin::saying("HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n");
    fetch_job(&job(&Url::parse("http://somewhere.invalid/x").unwrap()), through(&plain.url))
        .failed(Kind::Network, "proxy_refused");
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let gone = Url::parse(&format!("http://{closed}")).unwrap();
    fetch_job(&https, through(&gone)).failed(Kind::Network, "proxy_connect");
    let mut direct = through(&gone);
    direct.proxies.except = vec!["127.0.0.0/8".to_owned()];
    assert_eq!(fetch_job(&job(&proxy.url), direct).bytes(), b"ok");
}
