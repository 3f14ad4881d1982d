//! Bodies that were cut, and what they are gone on with.

use crate::digest::Digest;
use crate::error::Kind;
use crate::partial::Partial;
use crate::transfer::job::{Expected, Options, Resume};
use crate::transfer::tests::{
    Origin, all, fetch, fetch_into, fetch_job, job, long_body, options, range_start, say, serve_range,
};
use std::io::Write as _;

all! {
    a_cut_body_is_gone_on_with
    a_file_that_changed_is_not_spliced
    lying_parts_start_anew_once
    across_commands
    without_a_validator_only_where_a_digest_decides
    a_resumed_part_is_not_continued_from_a_mirror
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

fn a_resumed_part_is_not_continued_from_a_mirror() {
    let cut = Origin::new(|_, head, stream| serve_range(head, stream, &long_body(100_000), "\"1\"", 50_000));
    let mirror = Origin::new(|_, head, stream| serve_range(head, stream, &vec![9; 100_000], "\"1\"", usize::MAX));
    let mut job = job(&cut.url);
    job.mirrors = vec![mirror.url.clone()];
    assert!(fetch_job(&job, Options { retries: 0, ..options() }).bytes() == vec![9; 100_000]);
}
