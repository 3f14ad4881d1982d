//! The stores that live elsewhere: each engine through the one suite, and what is its own.

use crate::kv_behaviour;
use crate::or_skip;
use crate::support::ports::free_port;
use crate::support::servers::{Nginx, Server};
use crate::support::stores;
use dl::digest::Digest;
use dl::error::{Kind, Result};
use dl::kv::open::{Options, open};
use dl::kv::store::Store;
use dl::secret::Secret;
use std::io::Read as _;
use std::process::Command;
use std::sync::Arc;
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
    let made = Command::new("curl").args(["-sfX", "PUT", &url]).status().unwrap();
    assert!(made.success());
}

/// What another program says to `DynamoDB`.
fn say(port: u16, action: &str, body: &str) -> String {
    let target = format!("X-Amz-Target: DynamoDB_20120810.{action}");
    let said = Command::new("curl")
        .args(["-s", "-H", &target, "-H", "Content-Type: application/x-amz-json-1.0", "-d", body])
        .args(["-H", "Authorization: AWS4-HMAC-SHA256 Credential=x/20200101/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=x"])
        .args(["-H", "X-Amz-Date: 20200101T000000Z", &format!("http://127.0.0.1:{port}/")])
        .output();
    String::from_utf8(said.unwrap().stdout).unwrap()
}

#[test]
fn dynamodb_by_moto() {
    let server = or_skip!(stores::moto());
    kv_behaviour::all(&|| opened(&dynamodb(server.port, "")).unwrap());
    let told = say(server.port, "DescribeTimeToLive", r#"{"TableName":"dl-table"}"#);
    assert!(told.contains("ENABLED") && told.contains("expires"), "the table's sweeper is told: {told}");
    let told = say(server.port, "DescribeTable", r#"{"TableName":"dl-table"}"#);
    assert!(told.contains("PAY_PER_REQUEST"), "{told}");
}

#[test]
fn dynamodb_by_dynalite() {
    let server = or_skip!(stores::dynalite());
    kv_behaviour::all(&|| opened(&dynamodb(server.port, "")).unwrap());
}

#[test]
fn dynamodb_shares_its_table() {
    let server = or_skip!(stores::moto());
    let names = "&key=cache_key&value=response&expires=expiration_time";
    let none = opened(&dynamodb(server.port, &format!("{names}&create=no"))).unwrap();
    assert_eq!(none.get(b"theirs").unwrap(), None);
    assert_eq!(none.inc(b"n", 1, None).unwrap_err().code(), "store_missing");
    assert_eq!(none.set(b"key", b"value", None).unwrap_err().code(), "store_missing");
    let store = opened(&dynamodb(server.port, names)).unwrap();
    store.set(b"ours", b"text", Some(Duration::from_hours(1))).unwrap();
    let put = |item: &str| {
        let said = say(server.port, "PutItem", &format!(r#"{{"TableName":"dl-table","Item":{item}}}"#));
        assert!(!said.contains("__type"), "{said}");
    };
    put(r#"{"cache_key":{"S":"theirs"},"response":{"B":"AAH/"},"expiration_time":{"N":"99999999999"}}"#);
    put(r#"{"cache_key":{"S":"number"},"response":{"S":"41"}}"#);
    put(r#"{"cache_key":{"S":"over"},"response":{"S":"x"},"expiration_time":{"N":"1600000000"}}"#);
    put(r#"{"cache_key":{"S":"odd"},"response":{"L":[]}}"#);
    assert_eq!(store.get(b"theirs").unwrap().unwrap(), b"\0\x01\xff");
    assert_eq!(store.inc(b"number", 1, None).unwrap(), 42);
    assert_eq!(store.inc(b"number", 1, None).unwrap(), 43);
    assert!(!store.has(b"over").unwrap() && store.add(b"over", b"mine", None).unwrap());
    assert_eq!(store.get(b"odd").unwrap(), None, "what is no value of ours is a miss");
    store.set(b"odd", b"mended", None).unwrap();
    assert_eq!(store.get(b"odd").unwrap().unwrap(), b"mended");
    assert_eq!(store.list(false).unwrap().len(), 5);
    let item = say(server.port, "GetItem", r#"{"TableName":"dl-table","Key":{"cache_key":{"S":"ours"}}}"#);
    assert!(item.contains(r#""response": {"B": "dGV4dA=="}"#) && item.contains("expiration_time"), "{item}");
}

#[test]
fn s3_by_moto() {
    let server = or_skip!(stores::moto());
    let below = || opened(&s3(server.port, "/some/where")).unwrap();
    let error = below().set(b"key", b"value", None).unwrap_err();
    assert_eq!(error.kind(), Kind::Other, "{error}");
    assert!(error.to_string().contains("no bucket `dl-bucket`"), "{error}");
    assert_eq!(below().ping().unwrap_err().kind(), Kind::Other);
    assert_eq!(below().get(b"key").unwrap(), None, "a miss, as in every place that is not there");
    make_bucket(server.port);
    opened(&s3(server.port, "")).unwrap().set(b"beside", b"it", None).unwrap();
    kv_behaviour::all(&below);
    below().set(b"a/b", b"raw", None).unwrap();
    let other = opened(&s3(server.port, "")).unwrap();
    assert_eq!(other.get(b"some/where/a/b").unwrap().unwrap(), b"raw", "objects are values as they were given");
    assert_eq!(other.get(b"beside").unwrap().unwrap(), b"it", "what is beside the path stays");
}

/// Processes, each with its own connections.
fn processes(store: &str) {
    let size = if kv_behaviour::full() { (32, 100, 64) } else { (4, 5, 16) };
    crate::kv::together(&crate::support::sandbox::Sandbox::new(), store, size);
}

#[test]
fn processes_count_and_race_far_away() {
    let dynalite = or_skip!(stores::dynalite());
    processes(&dynamodb(dynalite.port, ""));
    let moto = or_skip!(stores::moto());
    make_bucket(moto.port);
    processes(&s3(moto.port, "/x"));
}

/// A server that ends, comes back, hangs and goes on, under one open store.
fn trouble(server: Server, url: &str, again: &dyn Fn(tempfile::TempDir, u16) -> Server) {
    let options =
        Options { connect_timeout: Duration::from_secs(2), answer_timeout: Duration::from_secs(2), ..options() };
    let store = open(url, &options).unwrap();
    store.set(b"key", b"value", None).unwrap();
    server.pause();
    let error = store.get(b"key").unwrap_err();
    assert_eq!(error.kind(), Kind::Timeout, "{error}");
    let error = open(url, &options).unwrap().get(b"key").unwrap_err();
    assert_eq!(error.kind(), Kind::Timeout, "a new connection hangs too: {error}");
    server.go_on();
    assert_eq!(store.get(b"key").unwrap().unwrap(), b"value");
    let (folder, port) = server.kill();
    let error = store.get(b"key").unwrap_err();
    assert_eq!(error.kind(), Kind::Network, "{error}");
    let error = open(url, &options).unwrap().ping().unwrap_err();
    assert_eq!(error.kind(), Kind::Network, "{error}");
    assert!(error.to_string().contains(store.shown()) && !error.to_string().contains("s3cret"), "{error}");
    let _server = again(folder, port);
    store.set(b"key", b"back", None).unwrap();
    assert_eq!(store.get(b"key").unwrap().unwrap(), b"back", "the next call connects anew");
}

#[test]
fn dynamodb_comes_and_goes() {
    let server = or_skip!(stores::moto());
    let url = dynamodb(server.port, "").replacen("//", "//AKID:s3cret%2Fword@", 1);
    trouble(server, &url, &|folder, port| stores::moto_at(folder, port).unwrap());
}

#[test]
fn s3_comes_and_goes() {
    let server = or_skip!(stores::moto());
    make_bucket(server.port);
    let url = s3(server.port, "");
    trouble(server, &url, &|folder, port| {
        let server = stores::moto_at(folder, port).unwrap();
        make_bucket(port);
        server
    });
}

#[test]
fn nobody_there() {
    let port = free_port();
    let mut urls = vec![dynamodb(port, ""), s3(port, "/x"), format!("http://127.0.0.1:{port}/kv")];
    if cfg!(feature = "mongodb") {
        urls.push(format!("mongodb://someone:s3cret-word@127.0.0.1:{port}/db/c"));
    }
    for url in urls {
        let error = opened(&url).unwrap().get(b"key").unwrap_err();
        assert_eq!(error.kind(), Kind::Network, "{error}");
        assert!(!error.to_string().contains("s3cret"), "{error}");
        let offline = open(&url, &Options { offline: true, ..options() }).unwrap_err();
        assert_eq!(offline.code(), "offline");
    }
}

#[test]
fn wrong_urls() {
    for url in [
        "dynamodb://",
        "dynamodb://t",
        "dynamodb://table?create=maybe",
        "dynamodb://table?x=1",
        "dynamodb://table?endpoint=nowhere",
        "dynamodb://table?region=a/b",
        "dynamodb://table?key=same&value=same",
        "dynamodb://table?key=dl",
        "dynamodb://KEY@table",
        "s3://",
        "s3://bucket/../x",
        "s3://bucket?key=x",
        "https://host/path?x=1",
        "https://",
    ] {
        let error = opened(url).unwrap_err();
        assert_eq!(error.kind(), Kind::Usage, "{url}: {error}");
    }
}

#[cfg(feature = "mongodb")]
mod mongodb {
    use super::*;

    #[test]
    fn mongodb_behaves() {
        let server = or_skip!(stores::mongod());
        let url = format!("mongodb://127.0.0.1:{}/some-db/some.collection", server.port);
        let none = opened(&format!("{url}?create=no")).unwrap();
        assert_eq!(none.get(b"key").unwrap(), None);
        assert_eq!(none.set(b"key", b"value", None).unwrap_err().code(), "store_missing");
        kv_behaviour::all(&|| opened(&url).unwrap());
        none.set(b"key", b"value", None).unwrap();
    }

    #[test]
    fn mongodb_with_names_of_others() {
        let server = or_skip!(stores::mongod());
        let url = format!("mongodb://127.0.0.1:{}/db/c?key=id&value=val&expires=expiration", server.port);
        kv_behaviour::all(&|| opened(&url).unwrap());
    }

    #[test]
    fn mongodb_comes_and_goes() {
        let server = or_skip!(stores::mongod());
        let url = format!("mongodb://127.0.0.1:{}/db/c", server.port);
        trouble(server, &url, &|folder, port| stores::mongod_at(folder, port).unwrap());
    }

    #[test]
    fn mongodb_processes_count_and_race() {
        let server = or_skip!(stores::mongod());
        processes(&format!("mongodb://127.0.0.1:{}/db/c", server.port));
    }

    #[test]
    fn mongodb_over_tls() {
        let folder = crate::support::servers::prepared();
        let authority = crate::support::tls::Authority::new();
        let ca_file = authority.write(folder.path());
        let ca = std::fs::read(&ca_file).unwrap();
        let (certificate, key) = authority.leaf().write(folder.path(), "leaf");
        let both = folder.path().join("both.pem");
        std::fs::write(&both, [std::fs::read(certificate).unwrap(), std::fs::read(key).unwrap()].concat()).unwrap();
        let (both, ca_file) = (both.to_str().unwrap(), ca_file.to_str().unwrap());
        let tls = ["--tlsMode", "requireTLS", "--tlsCertificateKeyFile", both, "--tlsCAFile", ca_file];
        let tls = [&tls[..], &["--tlsAllowConnectionsWithoutCertificates"]].concat();
        let server = or_skip!(stores::mongod_with(folder, free_port(), &tls));
        let url = format!("mongodb://localhost:{}/db/c?tls=true", server.port);
        let soon = Options { connect_timeout: Duration::from_secs(2), ..options() };
        let trusting = Options { roots: Arc::new(move || Ok(ca.clone())), ..soon.clone() };
        let store = open(&url, &trusting).unwrap();
        store.set(b"key", b"value", None).unwrap();
        assert_eq!(store.get(b"key").unwrap().unwrap(), b"value");
        let error = open(&url, &soon).unwrap().get(b"key").unwrap_err();
        assert_eq!(error.kind(), Kind::Tls, "{error}");
    }

    #[test]
    fn wrong_urls() {
        for url in ["mongodb://host", "mongodb://host/db", "mongodb://host/db/", "mongodb://host/db/c?value=a.b"] {
            assert_eq!(opened(url).unwrap_err().kind(), Kind::Usage, "{url}");
        }
    }
}

#[test]
fn what_a_folder_holds_is_read_over_http() {
    let nginx = or_skip!(Nginx::start());
    let folder = nginx.server.folder.path().join("files/kv");
    let written = opened(&format!("file:{}", folder.display())).unwrap();
    let large = vec![7; 3_000_000];
    written.set(b"key", b"value", None).unwrap();
    written.set(b"", &large, Some(Duration::from_hours(1))).unwrap();
    written.set(b"\xff/../\0", b"", None).unwrap();
    written.set(b"short", b"x", Some(Duration::from_millis(1))).unwrap();
    let blob = Digest::sha256(&large).hex();
    written.write_blob(&blob, large.len() as u64, &mut &large[..], None).unwrap();
    let (text, roots) = (std::fs::read(&nginx.ca).unwrap(), nginx.tls_url("/kv"));
    let trusting = Options { roots: Arc::new(move || Ok(text.clone())), ..options() };
    for store in [opened(&nginx.url("/kv")).unwrap(), open(&roots, &trusting).unwrap()] {
        store.ping().unwrap();
        assert_eq!(store.get(b"key").unwrap().unwrap(), b"value");
        let found = store.get_many(&[b"", b"none", b"\xff/../\0", b"short"]).unwrap();
        assert!(found == [Some(large.clone()), None, Some(Vec::new()), None]);
        let stat = store.stat(b"").unwrap().unwrap();
        assert_eq!(stat.size, 3_000_000);
        assert!(stat.expires.is_some() && store.has(b"key").unwrap() && !store.has(b"short").unwrap());
        let key = format!("sha256/{blob}");
        assert!(store.get(key.as_bytes()).unwrap().unwrap() == large && store.has(key.as_bytes()).unwrap());
        let mut read = Vec::new();
        store.read_blob(&blob).unwrap().unwrap().read_to_end(&mut read).unwrap();
        assert!(read == large && store.read_blob(&Digest::sha256(b"").hex()).unwrap().is_none());
        for error in [
            store.set(b"key", b"other", None).unwrap_err(),
            store.add(b"new", b"other", None).unwrap_err(),
            store.inc(b"n", 1, None).unwrap_err(),
            store.delete(b"key").unwrap_err(),
            store.clear().unwrap_err(),
            store.list(false).unwrap_err(),
            store.write_blob(&blob, 3_000_000, &mut &large[..], None).unwrap_err(),
        ] {
            assert_eq!(error.kind(), Kind::Usage, "{error}");
        }
    }
    let error = opened(&roots).unwrap().get(b"key").unwrap_err();
    assert_eq!(error.kind(), Kind::Tls, "{error}");
    let path = folder.join(dl::kv::entry_file::path_of(b"key"));
    let (options, warnings) = kv_behaviour::listening();
    std::fs::write(&path, b"something else").unwrap();
    assert_eq!(open(&nginx.url("/kv"), &options).unwrap().get(b"key").unwrap(), None);
    assert_eq!(warnings.take().len(), 1, "damaged: a miss and one warning");
}
