//! The stores that live elsewhere: each engine through the one suite, and what is its own.

use crate::kv_behaviour;
use crate::or_skip;
use crate::support::stores;
use dl::error::{Kind, Result};
use dl::kv::open::{Options, open};
use dl::kv::store::Store;
use dl::secret::Secret;
use std::time::Duration;

/// With credentials, and without patience.
fn options() -> Options {
    let environment = [("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "s3cret-word")];
    let environment = environment.into_iter().map(|(n, v)| (n.to_owned(), Secret::new(v))).collect();
    Options { answer_timeout: Duration::from_secs(20), environment, ..Options::default() }
}

fn opened(url: &str) -> Result<Store> {
    open(url, &options())
}

fn dynamodb(port: u16, rest: &str) -> String {
    format!("dynamodb://dl-table?endpoint=http://127.0.0.1:{port}&region=eu-west-1{rest}")
}

fn s3(port: u16, path: &str) -> String {
    format!("s3://dl-bucket{path}?endpoint=http://127.0.0.1:{port}")
}

/// A bucket is never made by `dl`.
fn make_bucket(port: u16) {
    let url = format!("http://127.0.0.1:{port}/dl-bucket");
    let made = std::process::Command::new("curl").args(["-sfX", "PUT", &url]).status().unwrap();
    assert!(made.success());
}

#[test]
fn dynamodb_by_moto() {
    let server = or_skip!(stores::moto());
    kv_behaviour::all(&|| opened(&dynamodb(server.port, "")).unwrap());
}

#[test]
fn dynamodb_by_dynalite() {
    let server = or_skip!(stores::dynalite());
    kv_behaviour::all(&|| opened(&dynamodb(server.port, "")).unwrap());
}

#[test]
fn s3_by_moto() {
    let server = or_skip!(stores::moto());
    let below = || opened(&s3(server.port, "/some/where")).unwrap();
    let error = below().set(b"key", b"value", None).unwrap_err();
    assert_eq!(error.kind(), Kind::Other, "{error}");
    assert!(error.to_string().contains("no bucket `dl-bucket`"), "{error}");
    assert_eq!(below().get(b"key").unwrap(), None, "a miss, as in every place that is not there");
    make_bucket(server.port);
    kv_behaviour::all(&below);
}
