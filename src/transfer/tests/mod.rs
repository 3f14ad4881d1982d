//! Transfers against raw sockets, which cut connections and lie.

mod connecting;
mod contents;
mod framing;
mod resuming;
mod segmenting;
mod tries;

use crate::digest::Digest;
use crate::error::{Error, Kind};
use crate::event::{Event, Listener};
use crate::message::{Fields, Request};
use crate::partial::Partial;
use crate::transfer::Transfer;
use crate::transfer::job::{BackendChoice, Failed, Fetched, Job, Options, Proof};
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
    Job { request, mirrors: Vec::new(), conditions: None, one_response: false, proof: Proof::default() }
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
                    crate::transfer::tests::BACKEND.set($choice);
                    super::$name();
                }
            )*
        }
    };
}

macro_rules! all {
    ($($name:ident)*) => {
        crate::transfer::tests::on!(reqwest, crate::transfer::job::BackendChoice::Reqwest, $($name)*);
        crate::transfer::tests::on!(curl, crate::transfer::job::BackendChoice::Curl, $($name)*);
    };
}

use all;
use on;

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
