//! What a body must be, and its codings.

use crate::error::Kind;
use crate::event::Silent;
use crate::message::Validators;
use crate::transfer::Transfer;
use crate::transfer::job::{Job, Options, Proof};
use crate::transfer::tests::{Origin, all, fetch, fetch_job, job, long_body, options, say};
use std::io::Write as _;

all! {
    sizes_and_digests
    pages_in_place_of_files
    codings
    conditions
    heads_only
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
