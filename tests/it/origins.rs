//! The origin itself, tried with curl: a test that trusts a broken liar proves nothing.

use crate::support::origin::Origin;
use crate::support::reply::{File, Reply};
use crate::support::sandbox::{bytes, eprint_line};
use crate::support::tls::{Authority, self_signed};
use std::process::{Command, Output};

/// curl, if it is there (it is no part of what `dl` needs).
fn curl(arguments: &[&str]) -> Option<Output> {
    let output = Command::new("curl").args(["-sS", "-q", "--noproxy", "*", "-m", "20"]).args(arguments).output();
    if output.is_err() {
        eprint_line("SKIPPED: curl is not installed");
    }
    output.ok()
}

macro_rules! curl {
    ($($argument:expr),*) => {
        match curl(&[$($argument),*]) {
            Some(output) => output,
            None => return,
        }
    };
}

#[test]
fn a_file_is_served_with_ranges_and_conditions() {
    let file = File::new("hello, world");
    let origin = Origin::serving(file.clone());
    let url = origin.url("/a");
    assert_eq!(curl!(&url).stdout, b"hello, world");
    assert_eq!(curl!("-r", "7-", &url).stdout, b"world");
    let etag = format!("If-None-Match: {}", file.etag.unwrap());
    assert_eq!(curl!("-w", "%{http_code}", "-H", &etag, &url).stdout, b"304");
    assert_eq!(curl!("-w", "%{http_code}", "-r", "7-", "-H", "If-Range: \"x\"", &url).stdout, b"hello, world200");
    assert_eq!(curl!("-w", "%{http_code}", "-r", "99-", &url).stdout, b"416");
    assert!(curl!("-I", &url).stdout.starts_with(b"HTTP/1.1 200 OK"));
    assert_eq!(origin.count(), 6);
}

#[test]
fn requests_are_recorded_with_their_bodies() {
    let origin = Origin::replying(Reply::ok("fine"));
    let url = origin.url("/post?x=1");
    assert_eq!(curl!("-d", "a=b", "-H", "X-One: 1", &url, &url).stdout, b"finefine");
    let requests = origin.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!((requests[0].body.as_slice(), requests[0].header("x-one")), (&b"a=b"[..], Some("1")));
    assert_eq!((requests[0].target.as_str(), requests[0].path()), ("/post?x=1", "/post"));
    assert_eq!(origin.connections(), 1, "kept alive");
}

#[test]
fn it_cuts_resets_and_stalls() {
    let reply = Reply::ok(bytes(10_000));
    let origin = Origin::new(move |request, conn| {
        conn.begin(&reply, 5_000);
        match request.path() {
            "/cut" => conn.cut(),
            "/reset" => conn.reset(),
            _ => conn.stall(),
        }
    });
    assert_eq!(curl!(&origin.url("/cut")).status.code(), Some(18));
    assert_eq!(curl!(&origin.url("/reset")).status.code(), Some(56));
    assert_eq!(curl!("-m", "1", &origin.url("/stall")).status.code(), Some(28));
}

#[test]
fn it_speaks_tls() {
    let authority = Authority::new();
    let folder = tempfile::tempdir().unwrap();
    let ca = authority.write(folder.path());
    let ca = ca.to_str().unwrap();
    let serve = |_: &_, conn: &mut crate::support::origin::Conn| conn.reply(&Reply::ok("private"));

    let good = authority.leaf().origin(serve);
    assert_eq!(curl!("--cacert", ca, &good.url("/")).stdout, b"private");
    assert_eq!(curl!(&good.url("/")).status.code(), Some(60), "no system trusts it");
    for bad in [authority.expired().origin(serve), authority.leaf_for(&["other.test"]).origin(serve)] {
        assert_eq!(curl!("--cacert", ca, &bad.url("/")).status.code(), Some(60));
    }
    assert_eq!(curl!("--cacert", ca, &self_signed().origin(serve).url("/")).status.code(), Some(60));

    let closed = authority.leaf().origin_for_clients(&authority, serve);
    let (certificate, key) = authority.client().write(folder.path(), "client");
    assert!(!curl!("--cacert", ca, &closed.url("/")).status.success());
    let (certificate, key) = (certificate.to_str().unwrap(), key.to_str().unwrap());
    assert_eq!(curl!("--cacert", ca, "--cert", certificate, "--key", key, &closed.url("/")).stdout, b"private");

    let old = authority.leaf().origin_tls12(serve);
    assert_eq!(curl!("--cacert", ca, &old.url("/")).stdout, b"private");
    assert_eq!(curl!("--cacert", ca, "--tlsv1.3", &old.url("/")).status.code(), Some(35));
}

#[test]
fn real_servers_start() {
    use crate::or_skip;
    use crate::support::servers;
    let nginx = or_skip!(servers::Nginx::start());
    nginx.server.put("target.bin", "target");
    assert_eq!(curl!("-L", &nginx.url("/hop1")).stdout, b"target");
    let ca = nginx.ca.to_str().unwrap();
    let output = curl!("--http2", "--cacert", ca, "-w", "%{http_version}", &nginx.tls_url("/target.bin"));
    assert_eq!(output.stdout, b"target2");
    let proxy = or_skip!(servers::tinyproxy(Some("user:word")));
    let address = format!("http://user:word@127.0.0.1:{}", proxy.port);
    assert_eq!(proxied(&address, &nginx.url("/target.bin")), b"target");
    let proxy = or_skip!(servers::microsocks(None));
    assert_eq!(proxied(&format!("socks5h://127.0.0.1:{}", proxy.port), &nginx.url("/target.bin")), b"target");
    let ftp = or_skip!(servers::ftp());
    ftp.put("a.txt", "over ftp");
    assert_eq!(curl!(&format!("ftp://maria:s3cret-word@127.0.0.1:{}/a.txt", ftp.port)).stdout, b"over ftp");
}

fn proxied(proxy: &str, url: &str) -> Vec<u8> {
    Command::new("curl").args(["-sS", "-q", "--noproxy", "", "-x", proxy, url]).output().unwrap().stdout
}
