//! One file by several streams.

use crate::error::Kind;
use crate::partial::Partial;
use crate::transfer::job::{Connections, Options};
use crate::transfer::tests::{Origin, all, fetch_into, fetch_job, job, long_body, options, range_start, say};
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

all! {
    segments_fill_one_file
    extra_streams_that_are_no_good_do_no_harm
    what_a_cut_stream_leaves_is_filled
    segments_survive_a_command
    a_response_that_others_fill_is_let_go
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

/// Else what nobody reads takes its share of the link until the last of the others is done.
fn a_response_that_others_fill_is_let_go() {
    const SIZE: usize = 4_000_000;
    let body = long_body(SIZE);
    let (served, shared, let_go) = (body.clone(), OnceLock::new(), OnceLock::new());
    let origin = Origin::new(move |_, head, stream| {
        let Some(first) = range_start(head) else {
            say(
                stream,
                &format!("HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nAccept-Ranges: bytes\r\nContent-Length: {SIZE}\r\n\r\n"),
            );
            let _ = stream.write_all(&served[..SIZE / 8]);
            shared.wait();
            std::thread::sleep(Duration::from_millis(200));
            let _ = stream.write_all(&served[SIZE / 8..]);
            stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            let gone = !matches!(stream.read(&mut [0]), Err(e) if e.kind() == ErrorKind::WouldBlock);
            let _ = let_go.set(gone);
            return;
        };
        let last = head.to_ascii_lowercase();
        let last: usize =
            last.split("range: bytes=").nth(1).unwrap().split(['-', '\r']).nth(1).unwrap().parse().unwrap();
        let (range, length) = (format!("bytes {first}-{last}/{SIZE}"), last + 1 - first);
        say(
            stream,
            &format!("HTTP/1.1 206 X\r\nETag: \"v1\"\r\nContent-Range: {range}\r\nContent-Length: {length}\r\n\r\n"),
        );
        let _ = shared.set(());
        // The rest comes only once the first response was let go.
        assert!(let_go.wait(), "nobody reads it, and it is kept");
        let _ = stream.write_all(&served[first..=last]);
    });
    let options = Options { connections: Connections::Fixed(2), ..options() };
    assert!(fetch_job(&job(&origin.url), options).bytes() == body);
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
