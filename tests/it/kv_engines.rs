//! Each driver against its real engine: the whole behaviour, and what only this engine can show.

use crate::kv_behaviour::{all, listening};
use crate::or_skip;
use crate::support::engines::{Redis, memcached, memcached_on_socket};
use dl::error::Kind;
use dl::kv::open::{Options, open};
use dl::kv::store::Store;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

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

/// What cannot be read is a miss with one warning, in nobody's way, and mended by the next write.
fn unreadable_is_a_miss(url: &str, key: &[u8], spoil: &dyn Fn()) {
    let (options, warnings) = listening();
    let store = open(url, &options).unwrap();
    spoil();
    assert_eq!(store.get(key).unwrap(), None);
    assert_eq!(warnings.take().len(), 1, "one warning");
    assert!(!store.has(key).unwrap());
    assert!(store.add(key, b"added", None).unwrap());
    assert_eq!(store.get(key).unwrap().unwrap(), b"added");
    spoil();
    assert_eq!(store.inc(key, 2, None).unwrap(), 2, "it counts from 0");
    assert_eq!(warnings.take().len(), 1);
    spoil();
    store.set(key, b"set", None).unwrap();
    assert_eq!(store.get(key).unwrap().unwrap(), b"set");
    assert_eq!(warnings.take(), Vec::<String>::new());
    assert!(store.delete(key).unwrap());
}

/// The error of something that must fail, in its kind.
fn failure<T: std::fmt::Debug>(result: dl::error::Result<T>, kind: Kind) -> String {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    error.to_string()
}

/// Limits that a test can wait for.
fn hasty() -> Options {
    let limit = Duration::from_millis(400);
    Options { connect_timeout: limit, answer_timeout: limit, ..Options::default() }
}

#[test]
fn redis_holds_what_other_clients_read_and_write() {
    let redis = or_skip!(Redis::start(&[]));
    let (port, url) = (redis.server.port, redis.url("0"));
    let store = at(&url).with_prefix("app:");
    store.set(b"key", b"raw value", Some(Duration::from_secs(100))).unwrap();
    assert_eq!(say(port, b"GET app:key\r\n"), "$9\r\nraw value\r\n");
    assert_eq!(say(port, b"TTL app:key\r\n"), ":100\r\n");
    assert_eq!(say(port, b"SET app:theirs 41\r\n"), "+OK\r\n");
    assert_eq!(store.inc(b"theirs", 1, None).unwrap(), 42);
    say(port, b"RPUSH other 1\r\nSET glob* 1\r\nSET globe 1\r\n");
    assert_eq!(store.list(false).unwrap().len(), 2);
    at(&url).with_prefix("glob*").clear().unwrap();
    assert_eq!(say(port, b"EXISTS globe glob*\r\n"), ":1\r\n", "a prefix is no pattern");
    assert!(!at(&url).list(true).unwrap().contains_key(&b"other"[..]), "a list is not ours");
    at(&url).clear().unwrap();
    assert_eq!(say(port, b"EXISTS app:key other\r\n"), ":1\r\n", "what is not ours is left alone");
    assert_eq!(say(port, b"SELECT 1\r\nSET x 1\r\nSELECT 0\r\nSET x 1\r\n").matches("+OK").count(), 4);
    at(&redis.url("1")).clear().unwrap();
    assert_eq!(say(port, b"EXISTS x\r\n"), ":1\r\n", "another database");
    unreadable_is_a_miss(&url, b"k", &|| drop(say(port, b"DEL k\r\nRPUSH k 1\r\n")));
}

#[test]
fn redis_goes_and_comes_back() {
    let redis = or_skip!(Redis::start(&[]));
    let (port, url) = (redis.server.port, redis.url("0"));
    let store = open(&url, &hasty()).unwrap();
    store.set(b"key", b"1", None).unwrap();
    redis.server.pause();
    let said = failure(store.get(b"key"), Kind::Timeout);
    assert!(said.contains(&format!("redis://127.0.0.1:{port}/0")) && said.contains("0.4 s"), "{said}");
    failure(open(&url, &hasty()).unwrap().ping(), Kind::Timeout);
    redis.server.go_on();
    assert_eq!(store.get(b"key").unwrap().unwrap(), b"1", "a late answer is not taken for another");
    assert_eq!(store.inc(b"key", 1, None).unwrap(), 2);
    drop(redis);
    failure(store.get(b"key"), Kind::Network);
    failure(store.inc(b"key", 1, None), Kind::Network);
    let redis = or_skip!(Redis::start_at(port));
    assert_eq!(store.get(b"key").unwrap(), None, "connected anew");
    assert_eq!(store.inc(b"key", 1, None).unwrap(), 1);
    assert_eq!(say(port, b"CLIENT KILL TYPE normal SKIPME yes\r\n"), ":1\r\n");
    assert_eq!(store.get(b"key").unwrap().unwrap(), b"1", "a connection that was closed is opened again");
    drop(redis);
}

#[test]
fn redis_that_is_full_says_so() {
    let redis = or_skip!(Redis::start(&["--maxmemory", "4mb", "--maxmemory-policy", "noeviction"]));
    let store = at(&redis.url("0"));
    store.set(b"key", b"old", None).unwrap();
    let mut filled = Ok(());
    for number in 0..64 {
        filled = store.set(format!("fill {number}").as_bytes(), &vec![1; 200_000], None);
        if filled.is_err() {
            break;
        }
    }
    let said = failure(filled, Kind::Other);
    assert!(said.contains("OOM"), "{said}");
    failure(store.set(b"key", &vec![1; 200_000], None), Kind::Other);
    assert_eq!(store.get(b"key").unwrap().unwrap(), b"old");
}

#[test]
fn redis_with_passwords_and_tls() {
    let folder = tempfile::tempdir().unwrap();
    let authority = crate::support::tls::Authority::new();
    let ca = authority.write(folder.path());
    authority.leaf().write(folder.path(), "leaf");
    let tls_port = crate::support::ports::free_port();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let redis = or_skip!(Redis::start(&[
        "--requirepass",
        "s3cret-word",
        "--tls-port",
        &tls_port.to_string(),
        "--tls-auth-clients",
        "no",
        "--tls-cert-file",
        &path("leaf.pem"),
        "--tls-key-file",
        &path("leaf.key"),
        "--tls-ca-cert-file",
        ca.to_str().unwrap(),
    ]));
    let port = redis.server.port;
    let said = failure(at(&redis.url("0")).get(b"key"), Kind::Other);
    assert!(said.contains("NOAUTH"), "{said}");
    let said = failure(at(&format!("redis://:wrong-word@127.0.0.1:{port}")).get(b"key"), Kind::Other);
    assert!(!said.contains("wrong-word"), "{said}");
    at(&format!("redis://default:s3cret-word@127.0.0.1:{port}")).set(b"key", b"1", None).unwrap();
    let mut options = Options::default();
    options.environment.insert("REDISCLI_AUTH".to_owned(), dl::secret::Secret::new("s3cret-word"));
    assert_eq!(open(&redis.url("0"), &options).unwrap().get(b"key").unwrap().unwrap(), b"1");

    let url = format!("rediss://:s3cret-word@localhost:{tls_port}/0");
    let said = failure(at(&url).get(b"key"), Kind::Tls);
    assert!(!said.contains("s3cret-word"), "{said}");
    let pem = std::fs::read(&ca).unwrap();
    let options = Options { roots: Arc::new(move || Ok(pem.clone())), ..Options::default() };
    let store = open(&url, &options).unwrap();
    assert_eq!(store.get(b"key").unwrap().unwrap(), b"1");
    let large = vec![7; 5_000_000];
    store.set(b"large", &large, None).unwrap();
    assert!(store.get(b"large").unwrap().unwrap() == large);
    let elsewhere = tempfile::tempdir().unwrap();
    let other = std::fs::read(crate::support::tls::Authority::new().write(elsewhere.path())).unwrap();
    let options = Options { roots: Arc::new(move || Ok(other.clone())), ..Options::default() };
    failure(open(&url, &options).unwrap().get(b"key"), Kind::Tls);
}

#[test]
fn memcached_holds_what_other_clients_read_and_write() {
    let server = or_skip!(memcached(&[]));
    let url = format!("memcached://127.0.0.1:{}", server.port);
    let speak = |words: &str| say(server.port, format!("{words}\r\nquit\r\n").as_bytes());
    let store = at(&url).with_prefix("app:");
    store.set(b"key", b"raw", None).unwrap();
    assert_eq!(speak("get app:key"), "VALUE app:key 0 3\r\nraw\r\nEND\r\n");
    speak("set app:theirs 5 0 2\r\n41");
    assert_eq!(store.inc(b"theirs", 1, None).unwrap(), 42);
    assert_eq!(speak("incr app:theirs 1"), "43\r\n");
    // A key that it cannot take stands under its digest, with the key inside.
    let long = b"two words";
    let name = format!("dl-kv/key/{}", dl::digest::Digest::sha256(b"app:two words").hex());
    store.set(long, b"value", None).unwrap();
    assert!(speak(&format!("get {name}")).contains("app:two words"));
    unreadable_is_a_miss(&url, b"a b", &|| {
        let name = format!("dl-kv/key/{}", dl::digest::Digest::sha256(b"a b").hex());
        assert_eq!(speak(&format!("set {name} 0 0 5\r\nother")), "STORED\r\n");
    });
    let (options, warnings) = listening();
    at(&url).clear().unwrap();
    open(&url, &options).unwrap().clear().unwrap();
    assert!(warnings.take()[0].contains("flush_all"));
}

#[test]
fn memcached_keeps_no_pieces_of_what_is_gone() {
    let server = or_skip!(memcached(&[]));
    let url = format!("memcached://127.0.0.1:{}", server.port);
    let items = || {
        let stats = say(server.port, b"stats\r\nquit\r\n");
        let line = stats.lines().find_map(|line| line.strip_prefix("STAT curr_items ")).unwrap();
        line.parse::<u32>().unwrap()
    };
    let (options, warnings) = listening();
    let store = open(&url, &options).unwrap();
    let large = vec![5; 3_500_000];
    store.set(b"large", &large, None).unwrap();
    assert_eq!(items(), 5, "a head and four pieces");
    store.set(b"large", &large, None).unwrap();
    assert_eq!(items(), 5, "those of the old value are gone");
    assert!(!store.add(b"large", &large, None).unwrap());
    assert_eq!(items(), 5);
    // The engine may drop a piece when it needs room: then the value is gone, and never torn.
    let dump = say(server.port, b"lru_crawler metadump all\r\n");
    let mut keys = dump.lines().filter_map(|line| line.strip_prefix("key=")?.split(' ').next());
    let piece = keys.find(|key| key.contains("part")).unwrap();
    let piece = piece.replace("%2F", "/");
    assert_eq!(say(server.port, format!("delete {piece}\r\nquit\r\n").as_bytes()), "DELETED\r\n");
    assert_eq!(store.get(b"large").unwrap(), None);
    assert!(warnings.take()[0].contains("piece"));
    store.set(b"large", b"small", None).unwrap();
    assert_eq!(items(), 1);
    store.set(b"large", &large, None).unwrap();
    assert!(store.delete(b"large").unwrap());
    assert_eq!(items(), 0);
}

#[test]
fn memcached_goes_comes_back_and_fills() {
    let server = or_skip!(memcached(&["-M", "-m", "8"]));
    let url = format!("memcached://127.0.0.1:{}", server.port);
    let store = open(&url, &hasty()).unwrap();
    store.set(b"key", b"1", None).unwrap();
    server.pause();
    failure(store.get(b"key"), Kind::Timeout);
    server.go_on();
    assert_eq!(store.get(b"key").unwrap().unwrap(), b"1");
    let mut filled = Ok(());
    for number in 0..40 {
        filled = store.set(format!("fill-{number}").as_bytes(), &vec![1; 900_000], None);
        if filled.is_err() {
            break;
        }
    }
    assert!(failure(filled, Kind::Other).contains("memory"));
    assert_eq!(store.get(b"key").unwrap().unwrap(), b"1");
    drop(server);
    failure(store.get(b"key"), Kind::Network);
}

#[test]
fn files_that_are_damaged_are_misses() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("file:{}", folder.path().display());
    let path = folder.path().join(dl::kv::entry_file::path_of(b"key"));
    for damage in [&b"nothing of ours"[..], b""] {
        unreadable_is_a_miss(&url, b"key", &|| {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, damage).unwrap();
        });
    }
    at(&url).set(b"key", b"12345678", None).unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let (options, warnings) = listening();
    assert_eq!(open(&url, &options).unwrap().get(b"key").unwrap(), None, "a flipped bit");
    assert_eq!(warnings.take().len(), 1);
    // A blob is a file of its own; damaged it is a miss too.
    let hex = dl::digest::Digest::sha256(b"blob").hex();
    let key = format!("sha256/{hex}");
    at(&url).set(key.as_bytes(), b"blob", None).unwrap();
    assert_eq!(std::fs::read(folder.path().join(&key)).unwrap(), b"blob");
    std::fs::write(folder.path().join(&key), b"blub").unwrap();
    assert_eq!(open(&url, &options).unwrap().get(key.as_bytes()).unwrap(), None);
    assert_eq!(warnings.take().len(), 1);
}

#[test]
fn a_folder_is_cleared_of_what_is_ours() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("file:{}?mode=0640", folder.path().display());
    std::fs::write(folder.path().join("theirs"), b"1").unwrap();
    at(&url).set(b"key", b"1", None).unwrap();
    let path = folder.path().join(dl::kv::entry_file::path_of(b"key"));
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o640);
    // A writer that was killed leaves a temporary file; the next one into that folder takes it away.
    let dead = path.with_file_name(".dl-0123456789abcdef.part");
    std::fs::write(&dead, b"half").unwrap();
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_dl"));
    let written = { run }.args(["kv", "set", "key", "2", "--store", &url]).status().unwrap();
    assert!(written.success() && !dead.exists());
    at(&url).clear().unwrap();
    assert!(!path.exists() && Path::new(&folder.path().join("theirs")).exists());
}

#[test]
fn sqlite_rows_of_others_are_misses() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("store.db");
    let url = format!("sqlite:{}?table=mine&key=name&value=body&expires=until", file.display());
    at(&url).set(b"key", b"1", None).unwrap();
    let sql = |text: &str| rusqlite::Connection::open(&file).unwrap().execute_batch(text).unwrap();
    for body in ["NULL", "5", "1.5"] {
        unreadable_is_a_miss(&url, b"key", &|| {
            sql(&format!("INSERT OR REPLACE INTO mine (name, body) VALUES (x'6b6579', {body})"));
        });
    }
    sql(
        "INSERT INTO mine (name, body, until) VALUES (x'61', 'text', unixepoch() + 100), (x'62', 'text', unixepoch() - 1)",
    );
    assert_eq!(at(&url).get(b"a").unwrap().unwrap(), b"text", "a text is bytes");
    assert!(at(&url).stat(b"a").unwrap().unwrap().expires.is_some());
    assert_eq!(at(&url).list(false).unwrap().len(), 1);
    std::fs::write(folder.path().join("other.db"), vec![b'x'; 5000]).unwrap();
    failure(at(&format!("sqlite:{}", folder.path().join("other.db").display())).get(b"key"), Kind::Other);
    failure(at(&format!("sqlite:{}", folder.path().display())).set(b"key", b"", None), Kind::Disk);
}
