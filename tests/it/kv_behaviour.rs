//! What every store does alike: one suite, run over each driver.
//!
//! A driver's test calls [`all`] with a function that opens the same, empty place again and again, as several
//! processes would. `DL_TEST_KV_FULL=1` runs the sizes and crowds of the promise, otherwise smaller ones.

use dl::clock::Timestamp;
use dl::digest::Digest;
use dl::error::{Kind, Result};
use dl::event::{Event, Listener};
use dl::kv::address::Address;
use dl::kv::driver::{Abilities, Condition, Driver, Entry, Listed, Record, Stat};
use dl::kv::memory::Memory;
use dl::kv::open::{Options, open};
use dl::kv::store::Store;
use std::io::Read as _;
use std::sync::{Arc, Barrier, Mutex};
use std::time::Duration;

/// Opens the place under test.
pub type Open<'a> = &'a (dyn Fn() -> Store + Sync);

/// Whether the sizes of the promise are wanted.
pub fn full() -> bool {
    std::env::var_os("DL_TEST_KV_FULL").is_some_and(|v| v == "1")
}

/// Keeps warnings.
#[derive(Default)]
pub struct Warnings(Mutex<Vec<String>>);

impl Listener for Warnings {
    fn event(&self, event: Event) {
        if let Event::Warning(text) = event {
            self.0.lock().unwrap().push(text);
        }
    }
}

impl Warnings {
    /// Those given since the last call.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// Options whose warnings are kept.
pub fn listening() -> (Options, Arc<Warnings>) {
    let warnings = Arc::new(Warnings::default());
    (Options { listener: warnings.clone(), ..Options::default() }, warnings)
}

/// Everything. The place is empty before and after.
pub fn all(open: Open<'_>) {
    values(open);
    several(open);
    keys(open);
    listing(open);
    expiry(open);
    counters(open);
    large_values(open);
    blobs(open);
    crowds(open);
    open().clear().unwrap();
    assert_eq!(open().get(b"key").unwrap(), None, "cleared");
}

fn listed(store: &Store) -> Vec<Vec<u8>> {
    store.list(false).unwrap().into_keys().collect()
}

/// get, set, add, has, stat, del.
pub fn values(open: Open<'_>) {
    let store = open();
    store.ping().unwrap();
    assert_eq!(store.get(b"key").unwrap(), None);
    assert!(!store.has(b"key").unwrap() && store.stat(b"key").unwrap().is_none());
    assert!(!store.delete(b"key").unwrap(), "nothing is there");
    let every_byte: Vec<u8> = (0..=255).collect();
    for value in [&b"value"[..], b"", b"\0", b"12", b"\r\nEN\r\n", &every_byte, b"dl-kv/", b"\x01\0\0\0\x03key\0x"] {
        store.set(b"key", value, None).unwrap();
        assert_eq!(open().get(b"key").unwrap().as_deref(), Some(value), "as it was given, also to others");
        let stat = store.stat(b"key").unwrap().unwrap();
        assert_eq!((stat.size, stat.expires), (value.len() as u64, None));
        assert!(store.has(b"key").unwrap());
    }
    assert!(!store.add(b"key", b"other", None).unwrap(), "it is there");
    assert_ne!(store.get(b"key").unwrap().unwrap(), b"other");
    assert!(store.delete(b"key").unwrap());
    assert!(!store.delete(b"key").unwrap() && !store.has(b"key").unwrap());
    assert!(store.add(b"key", b"other", None).unwrap());
    assert_eq!(store.get(b"key").unwrap().unwrap(), b"other");
    assert!(store.delete(b"key").unwrap());
}

/// Several at once, in the order asked.
pub fn several(open: Open<'_>) {
    let store = open();
    let keys: Vec<String> = (0..300).map(|n| format!("many {n}")).collect();
    let values: Vec<String> = (0..300).map(|n| format!("value {n}")).collect();
    let entries: Vec<_> = keys.iter().zip(&values).map(|(k, v)| (k.as_bytes(), v.as_bytes(), None)).collect();
    store.set_many(&entries).unwrap();
    let asked = [b"none", keys[7].as_bytes(), keys[299].as_bytes(), b"none", keys[7].as_bytes()];
    let found = store.get_many(&asked).unwrap();
    let found: Vec<_> = found.iter().map(|v| v.as_deref().map(|v| std::str::from_utf8(v).unwrap())).collect();
    assert_eq!(found, [None, Some("value 7"), Some("value 299"), None, Some("value 7")]);
    let all: Vec<&[u8]> = keys.iter().map(String::as_bytes).collect();
    assert!(store.get_many(&all).unwrap().iter().all(Option::is_some));
    assert_eq!(store.delete_many(&[b"none", all[0], all[1], all[0]]).unwrap(), [false, true, true, false]);
    assert!(store.delete_many(&all[2..]).unwrap().into_iter().all(|gone| gone));
    assert!(store.get_many(&all).unwrap().iter().all(Option::is_none));
    assert!(store.get_many(&[]).unwrap().is_empty() && store.delete_many(&[]).unwrap().is_empty());
}

/// Keys of any bytes and lengths: each its own, told as it was given.
pub fn keys(open: Open<'_>) {
    let store = open();
    let mut keys: Vec<Vec<u8>> = (0..=255).map(|b| vec![b]).collect();
    keys.push((0..=255).collect());
    keys.push(Vec::new());
    for odd in [
        "two words",
        " ",
        "line\nend",
        "a\r\nset b 0 0 1\r\nx",
        "../up",
        "a/b",
        "/",
        ".",
        "..",
        "%2e",
        "a%20b",
        "ключ",
        "Case",
        "case",
        "dl-kv/key/x",
        "dl-kv/part/x",
        "sha256/x",
        "*",
        "?",
        "[a]",
        "\\",
        "key:1",
        "$gt",
        "{\"a\":1}",
        "-",
        "--flag",
    ] {
        keys.push(odd.into());
    }
    for length in [2, 100, 249, 250, 251, 255, 256, 900, 1024, 1025, 2048, 2049, 8192, 65_535, 65_536] {
        keys.push(vec![b'k'; length]);
        keys.push([&vec![b'k'; length - 1][..], b"\xff"].concat());
    }
    keys.sort();
    keys.dedup();
    let value = |key: &[u8]| format!("{} {}", key.len(), Digest::sha256(key)).into_bytes();
    let values: Vec<Vec<u8>> = keys.iter().map(|key| value(key)).collect();
    let entries: Vec<_> = keys.iter().zip(&values).map(|(k, v)| (k.as_slice(), v.as_slice(), None)).collect();
    store.set_many(&entries).unwrap();
    let asked: Vec<&[u8]> = keys.iter().map(Vec::as_slice).collect();
    for (key, found) in keys.iter().zip(open().get_many(&asked).unwrap()) {
        assert_eq!(found, Some(value(key)), "{:?} of {} bytes", &key[..key.len().min(20)], key.len());
        assert_eq!(store.stat(key).unwrap().unwrap().size, value(key).len() as u64);
    }
    if store.abilities().list {
        assert_eq!(listed(&store).len(), keys.len());
        assert!(listed(&store) == keys, "keys are listed as they were given, sorted");
        let long = store.list(true).unwrap();
        assert!(long.iter().all(|(key, stat)| stat.unwrap().size == value(key).len() as u64));
    }
    assert_eq!(store.inc(&vec![b'c'; 5000], 3, None).unwrap(), 3, "a counter under a long key");
    assert_eq!(store.inc(&vec![b'c'; 5000], 3, None).unwrap(), 6);
    assert!(!store.add(&keys[300], b"x", None).unwrap());
    assert!(store.delete_many(&asked).unwrap().into_iter().all(|gone| gone));
    assert!(store.delete(&vec![b'c'; 5000]).unwrap());
    assert_eq!(store.set(&vec![b'k'; 65_537], b"", None).unwrap_err().kind(), Kind::Usage);
}

/// Listing and clearing, with and without a prefix; other prefixes are left alone.
pub fn listing(open: Open<'_>) {
    let (one, two) = (open().with_prefix("one:*"), open().with_prefix("one:"));
    let long_key = vec![b'x'; 3000];
    for key in [&b"a"[..], b"b", &long_key] {
        one.set(key, b"1", None).unwrap();
        two.set(key, b"2", None).unwrap();
    }
    assert_eq!(one.get(b"a").unwrap().unwrap(), b"1");
    assert_eq!(open().get(b"one:a").unwrap().unwrap(), b"2", "prefix and key stand together");
    if !one.abilities().list {
        assert_eq!(one.list(false).unwrap_err().kind(), Kind::Usage);
        assert_eq!(one.clear().unwrap_err().kind(), Kind::Usage);
        open().clear().unwrap();
        assert_eq!(one.get(b"a").unwrap(), None);
        return;
    }
    assert_eq!(listed(&one), [b"a".to_vec(), b"b".to_vec(), long_key.clone()]);
    assert_eq!(listed(&two).len(), 6, "below `one:` are also those below `one:*`");
    one.clear().unwrap();
    assert_eq!(listed(&one), Vec::<Vec<u8>>::new());
    assert_eq!(listed(&two).len(), 3);
    assert_eq!(two.get(&long_key).unwrap().unwrap(), b"2");
    two.clear().unwrap();
    assert!(listed(&open()).is_empty());
    open().clear().unwrap();
}

/// What has expired is not there for anyone.
pub fn expiry(open: Open<'_>) {
    let store = open();
    let unit = store.abilities().expiry_unit;
    let (short, long) = (Duration::from_millis(400).max(unit), Duration::from_hours(1));
    let before = Timestamp::now();
    store.set(b"short", b"1", Some(short)).unwrap();
    store.set(b"long", b"1", Some(long)).unwrap();
    store.set(b"ever", b"1", Some(Duration::ZERO)).unwrap();
    assert!(store.add(b"added", b"1", Some(short)).unwrap());
    store.inc(b"count", 5, Some(short)).unwrap();
    store.inc(b"kept", 5, Some(long)).unwrap();
    store.inc(b"kept", 5, Some(short)).unwrap();
    let left = |key: &[u8]| store.stat(key).unwrap().unwrap().expires.unwrap().since(before);
    for key in [&b"long"[..], b"kept"] {
        let left = left(key);
        assert!(
            left + unit * 2 > long && left < long + Duration::from_mins(5),
            "{left:?}: an increment keeps the expiry"
        );
    }
    assert_eq!(store.stat(b"ever").unwrap().unwrap().expires, None);
    std::thread::sleep(short + unit.max(Duration::from_millis(50)));
    for key in [&b"short"[..], b"added", b"count"] {
        assert_eq!(store.get(key).unwrap(), None);
        assert!(!store.has(key).unwrap() && store.stat(key).unwrap().is_none());
    }
    assert_eq!(store.get_many(&[b"short", b"long", b"count"]).unwrap(), [None, Some(b"1".to_vec()), None]);
    if store.abilities().list {
        assert_eq!(listed(&store), [b"ever".to_vec(), b"kept".to_vec(), b"long".to_vec()]);
    }
    assert!(!store.delete(b"short").unwrap(), "what has expired was not there");
    assert!(store.add(b"added", b"2", None).unwrap(), "what has expired is in nobody's way");
    assert_eq!(store.get(b"added").unwrap().unwrap(), b"2");
    assert_eq!(store.stat(b"added").unwrap().unwrap().expires, None);
    assert_eq!(store.inc(b"count", 2, None).unwrap(), 2, "what has expired counts from 0");
    assert_eq!(store.stat(b"count").unwrap().unwrap().expires, None);
    store.set(b"long", b"1", None).unwrap();
    assert_eq!(store.stat(b"long").unwrap().unwrap().expires, None, "a new value, a new expiry");
    assert!(store.inc(b"far", 1, Some(Duration::from_secs(u64::MAX / 2_000_000))).is_ok(), "any time to live is taken");
    assert_eq!(store.get(b"far").unwrap().unwrap(), b"1");
    open().clear().unwrap();
}

/// Counters are decimal numbers of 64 bits; what is none stays as it was.
pub fn counters(open: Open<'_>) {
    let store = open();
    for (by, sum) in
        [(1, 1), (41, 42), (-50, -8), (0, -8), (8, 0), (i64::MAX, i64::MAX), (i64::MIN + 1, 0), (i64::MIN, i64::MIN)]
    {
        assert_eq!(store.inc(b"n", by, None).unwrap(), sum);
        assert_eq!(store.get(b"n").unwrap().unwrap(), sum.to_string().as_bytes());
    }
    assert_eq!(store.inc(b"zero", 0, None).unwrap(), 0, "and it is there");
    assert_eq!(store.get(b"zero").unwrap().unwrap(), b"0");
    let refused = |value: &[u8], by: i64, code: &str| {
        store.set(b"n", value, None).unwrap();
        let error = store.inc(b"n", by, None).unwrap_err();
        assert_eq!((error.kind(), error.code()), (Kind::Usage, code), "{value:?}");
        assert_eq!(store.get(b"n").unwrap().unwrap(), value, "left as it was");
    };
    refused(i64::MAX.to_string().as_bytes(), 1, "overflow");
    refused(i64::MIN.to_string().as_bytes(), -1, "overflow");
    for value in [&b"x"[..], b"", b"1.5", b"+1", b" 1", b"1 ", b"01", b"9223372036854775808", b"\xff"] {
        refused(value, 1, "not_a_number");
    }
    store.set(b"n", b"-5", None).unwrap();
    assert_eq!(store.inc(b"n", 7, None).unwrap(), 2, "what was set counts");
    assert_eq!(store.delete_many(&[b"n", b"zero"]).unwrap(), [true, true]);
}

/// Values of many sizes, also over the engine's limit; none leaves a piece behind.
pub fn large_values(open: Open<'_>) {
    let store = open();
    let mut sizes = vec![1, 1000, 70_000, 400 << 10, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3_000_001];
    if full() {
        sizes.extend([(16 << 20) - 1, 16 << 20, 64 << 20]);
    }
    for size in sizes {
        let value: Vec<u8> = (0..size).map(|n| (n * 31 % 251) as u8).collect();
        store.set(b"large", &value, None).unwrap();
        assert!(open().get(b"large").unwrap().unwrap() == value, "{size} bytes");
        assert_eq!(store.stat(b"large").unwrap().unwrap().size, size as u64);
        assert!(!store.add(b"large", b"x", None).unwrap());
    }
    let other = vec![7; 2_500_000];
    assert!(store.add(&vec![b'l'; 4000], &other, Some(Duration::from_hours(1))).unwrap(), "a long key too");
    assert!(store.get(&vec![b'l'; 4000]).unwrap().unwrap() == other);
    store.set(b"large", b"small", None).unwrap();
    assert_eq!(store.get(b"large").unwrap().unwrap(), b"small");
    assert_eq!(store.inc(b"large", 1, None).unwrap_err().code(), "not_a_number");
    if store.abilities().list {
        assert_eq!(listed(&store), [b"large".to_vec(), vec![b'l'; 4000]]);
    }
    assert_eq!(store.delete_many(&[b"large", &vec![b'l'; 4000]]).unwrap(), [true, true]);
}

/// Blobs by digest, streamed.
pub fn blobs(open: Open<'_>) {
    let store = open();
    let content: Vec<u8> = (0..9_000_000_u32).map(|n| (n % 253) as u8).collect();
    for blob in [&content[..], b"small", b""] {
        let digest = Digest::sha256(blob).hex();
        assert!(store.read_blob(&digest).unwrap().is_none());
        let wrong = Digest::sha256(b"another").hex();
        let refused = store.write_blob(&wrong, blob.len() as u64, &mut &blob[..], None).unwrap_err();
        assert_eq!(refused.kind(), Kind::Integrity, "{refused}");
        let stored = store.read_blob(&wrong).unwrap().is_some();
        assert!(!stored, "{} bytes: nothing is stored under a digest that it does not have", blob.len());
        if !blob.is_empty() {
            assert!(store.write_blob(&digest, blob.len() as u64, &mut &blob[1..], None).is_err(), "it ends early");
            assert!(store.read_blob(&digest).unwrap().is_none());
        }
        store.write_blob(&digest, blob.len() as u64, &mut &blob[..], None).unwrap();
        store.write_blob(&digest, blob.len() as u64, &mut &blob[..], None).unwrap();
        let mut read = Vec::new();
        open().read_blob(&digest).unwrap().unwrap().read_to_end(&mut read).unwrap();
        assert!(read == blob);
    }
    let small = format!("sha256/{}", Digest::sha256(b"small").hex());
    assert_eq!(store.get(small.as_bytes()).unwrap().unwrap(), b"small", "a blob is an entry");
    assert!(store.has(small.as_bytes()).unwrap() && !store.add(small.as_bytes(), b"small", None).unwrap());
    if store.abilities().list {
        assert!(listed(&store).contains(&small.clone().into_bytes()));
    }
    assert!(store.delete(small.as_bytes()).unwrap());
    assert_eq!(store.get(small.as_bytes()).unwrap(), None);
    store.set(small.as_bytes(), b"something else", None).unwrap();
    assert_eq!(store.get(small.as_bytes()).unwrap().unwrap(), b"something else", "a key like any other");
    store.set(small.as_bytes(), b"small", Some(Duration::from_hours(1))).unwrap();
    assert!(store.stat(small.as_bytes()).unwrap().unwrap().expires.is_some());
    open().clear().unwrap();
    assert_eq!(store.get(small.as_bytes()).unwrap(), None);
}

/// Many at once: no increment is lost, `add` has one winner, readers see whole values.
pub fn crowds(open: Open<'_>) {
    let (crowd, each) = if full() { (32, 1000) } else { (8, 40) };
    let together = |work: &(dyn Fn(usize, &Store) + Sync)| {
        let barrier = Barrier::new(crowd);
        std::thread::scope(|scope| {
            for number in 0..crowd {
                let barrier = &barrier;
                scope.spawn(move || {
                    let store = open();
                    barrier.wait();
                    work(number, &store);
                });
            }
        });
    };
    together(&|_, store| {
        for _ in 0..each {
            store.inc(b"crowd", 1, None).unwrap();
        }
    });
    assert_eq!(open().get(b"crowd").unwrap().unwrap(), (crowd * each).to_string().as_bytes());
    for round in 0..10 {
        let key = format!("race {round}");
        let winners = Mutex::new(Vec::new());
        together(&|number, store| {
            if store.add(key.as_bytes(), number.to_string().as_bytes(), None).unwrap() {
                winners.lock().unwrap().push(number);
            }
        });
        let winners = winners.into_inner().unwrap();
        assert_eq!(winners.len(), 1, "one winner");
        assert_eq!(open().get(key.as_bytes()).unwrap().unwrap(), winners[0].to_string().as_bytes());
    }
    // Large enough to be split where the engine has a limit that a test can meet quickly.
    let size = open().abilities().largest_value.map_or(100_000, |limit| limit.min(2 << 20) + 1000);
    let whole = |byte: u8| vec![byte; size];
    open().set(b"torn", &whole(0), None).unwrap();
    together(&|number, store| {
        for round in 0..4 {
            if number % 2 == 0 {
                store.set(b"torn", &whole(number as u8), None).unwrap();
            } else {
                let value = store.get(b"torn").unwrap().unwrap_or_else(|| panic!("it is always there, round {round}"));
                assert!(value.len() == size && value.iter().all(|b| *b == value[0]), "torn");
            }
        }
    });
    open().clear().unwrap();
}

/// A store in memory that takes neither every key nor every value, and can list all the same.
#[derive(Debug)]
struct Narrow(Memory);

impl Driver for Narrow {
    fn abilities(&self) -> Abilities {
        Abilities { largest_value: Some(150_000), picks_keys: true, ..self.0.abilities() }
    }

    fn takes_key(&self, key: &[u8]) -> bool {
        (1..=100).contains(&key.len()) && key.iter().all(u8::is_ascii_graphic)
    }

    fn ping(&self) -> Result<()> {
        self.0.ping()
    }

    fn get(&self, key: &[u8]) -> Result<Option<Entry>> {
        self.0.get(key)
    }

    fn stat(&self, key: &[u8]) -> Result<Option<Stat>> {
        self.0.stat(key)
    }

    fn put(&self, key: &[u8], record: Record<'_>, condition: Condition<'_>) -> Result<bool> {
        assert!(self.takes_key(key) && record.content.len() <= 150_000, "only what it takes comes to it");
        self.0.put(key, record, condition)
    }

    fn delete(&self, key: &[u8]) -> Result<bool> {
        self.0.delete(key)
    }

    fn list(&self, prefix: &[u8], detail: bool, each: &mut dyn FnMut(Listed) -> Result<()>) -> Result<()> {
        self.0.list(prefix, detail, each)
    }

    fn clear(&self, prefix: &[u8]) -> Result<bool> {
        self.0.clear(prefix)
    }
}

#[test]
fn a_store_with_limits() {
    let address = Address::parse("memory:").unwrap();
    let store = Store::new(Box::new(Narrow(Memory::new(None))), &address, &Options::default());
    all(&|| store.clone());
}

fn opened(url: &str) -> Result<Store> {
    open(url, &Options::default())
}

#[test]
fn memory() {
    // It has no second door: all share one.
    let store = opened("memory:").unwrap();
    all(&|| store.clone());
}

#[test]
fn null_takes_all_and_gives_nothing() {
    let store = opened("null:").unwrap();
    store.set(b"key", b"value", None).unwrap();
    assert_eq!(store.get(b"key").unwrap(), None);
    assert!(store.add(b"key", b"value", None).unwrap() && !store.has(b"key").unwrap());
    assert_eq!(store.inc(b"n", 5, None).unwrap(), 5);
    assert!(store.list(true).unwrap().is_empty() && !store.delete(b"key").unwrap());
    store.clear().unwrap();
}
