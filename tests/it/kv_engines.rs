//! Each driver against its real engine: the whole behaviour, and what only this engine can show.

use crate::kv_behaviour::all;
use crate::or_skip;
use crate::support::engines::{Redis, memcached, memcached_on_socket};
use dl::kv::open::{Options, open};
use dl::kv::store::Store;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

fn at(url: &str) -> Store {
    open(url, &Options::default()).unwrap()
}

/// Speaks to a server as any other client.
fn say(port: u16, words: &[u8]) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.write_all(words).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn file_behaves() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("file:{}/a/b", folder.path().display());
    all(&|| at(&url));
}

#[test]
fn sqlite_behaves() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}/a/kv.db", folder.path().display());
    all(&|| at(&url));
}

#[test]
fn redis_behaves() {
    let redis = or_skip!(Redis::start(&[]));
    all(&|| at(&redis.url("2")));
}

#[test]
fn redis_behaves_on_a_socket() {
    let redis = or_skip!(Redis::start(&[]));
    let url = format!("unix:{}/socket?db=3", redis.server.folder.path().display());
    all(&|| at(&url));
}

#[test]
fn valkey_behaves() {
    let valkey = or_skip!(Redis::start_valkey());
    let url = valkey.url("").replace("redis:", "valkey:");
    all(&|| at(&url));
}

#[test]
fn memcached_behaves() {
    let server = or_skip!(memcached(&[]));
    all(&|| at(&format!("memcached://127.0.0.1:{}", server.port)));
}

#[test]
fn memcached_behaves_on_a_socket() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("socket");
    let mut child = or_skip!(memcached_on_socket(&socket));
    let result = std::panic::catch_unwind(|| all(&|| at(&format!("memcached://{}", socket.display()))));
    child.kill().unwrap();
    child.wait().unwrap();
    if let Err(panic) = result {
        std::panic::resume_unwind(panic);
    }
}
