//! A hundred registries, each damaged in its own way: nothing crashes, nothing is wrong, what can be read is kept.

use super::*;
use crate::cache::item::Status;
use crate::cache::query::Query;
use crate::error::Kind;

const SEEDS: u64 = 100;
const ITEMS: i64 = 40;
/// Those that were put last are in the log only.
const LOGGED: i64 = 8;
const PAGE: usize = 4096;

/// Numbers that are the same for each seed (xorshift64*).
struct Random(u64);

impl Random {
    fn of(seed: u64) -> Self {
        Self((seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap()
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = self.next() as u8;
        }
    }
}

fn content(n: i64) -> Vec<u8> {
    format!("bytes {n} ").repeat(3).into_bytes()
}

fn described(n: i64) -> NewItem {
    let mut new = new_item(&format!("n{n}"));
    new.attributes = vec![int("n", n)];
    new.params = serde_json::from_str(&format!(r#"{{"p": {n}}}"#)).unwrap();
    new
}

fn checkpoint(folder: &Path) {
    let connection = rusqlite::Connection::open(folder.join("registry.sqlite")).unwrap();
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
}

/// A cache whose registry is in the file for the most part, the rest in the log. It stays open: whoever closes it may take in the log.
fn original() -> Sandbox {
    let sandbox = Sandbox::new();
    for n in 0..ITEMS {
        put_as(&sandbox.cache, described(n), &content(n));
        if n + 1 == ITEMS - LOGGED {
            checkpoint(&sandbox.folder());
        }
    }
    assert!(std::fs::metadata(sandbox.folder().join("registry.sqlite-wal")).unwrap().len() > 0);
    sandbox
}

/// The folder once more. Contents keep their inodes, so that they stand as they were recorded.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    std::fs::set_permissions(to, std::fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (old, new) = (entry.path(), to.join(entry.file_name()));
        if old.is_dir() {
            copy(&old, &new);
        } else if entry.file_name().to_string_lossy().starts_with("registry.sqlite") {
            std::fs::copy(old, new).unwrap();
        } else {
            std::fs::hard_link(old, new).unwrap();
        }
    }
}

fn edit(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = std::fs::read(path).unwrap();
    change(&mut bytes);
    std::fs::write(path, bytes).unwrap();
}

/// Damages the registry of a folder; tells how.
fn damage(folder: &Path, seed: u64, random: &mut Random) -> &'static str {
    let registry = folder.join("registry.sqlite");
    let log = folder.join("registry.sqlite-wal");
    let (how, file): (_, &Path) = match seed % 12 {
        0 => ("random bytes", &registry),
        1 => ("a random run", &registry),
        2 => ("zeroed pages", &registry),
        3 => ("cut off", &registry),
        4 => ("random bytes in the log", &log),
        5 => ("the log cut off", &log),
        6 => ("pages that changed places", &registry),
        7 => ("the header", &registry),
        8 => ("removed", &registry),
        9 => ("the log removed", &log),
        10 => ("flipped bits", &registry),
        _ => ("many pages of garbage", &registry),
    };
    if seed.is_multiple_of(3) {
        // A third of the damage is done to a file that has everything, and no log.
        checkpoint(folder);
    }
    match seed % 12 {
        8 | 9 => std::fs::remove_file(file).unwrap_or(()),
        _ if !file.exists() => {}
        kind => edit(file, |bytes| spoil(bytes, kind, random)),
    }
    how
}

fn spoil(bytes: &mut Vec<u8>, kind: u64, random: &mut Random) {
    let length = bytes.len();
    let pages = length / PAGE;
    match kind {
        0 | 4 => {
            for _ in 0..=random.below(40) {
                if let Some(byte) = bytes.get_mut(random.below(length)) {
                    *byte = random.next() as u8;
                }
            }
        }
        1 => {
            let (from, much) = (random.below(length), random.below(2 * PAGE));
            random.fill(&mut bytes[from..length.min(from + much)]);
        }
        2 | 11 => {
            for _ in 0..=random.below(if kind == 2 { 3 } else { pages }) {
                let page = random.below(pages);
                let page = &mut bytes[page * PAGE..(page + 1) * PAGE];
                if kind == 2 { page.fill(0) } else { random.fill(page) }
            }
        }
        3 | 5 => bytes.truncate(random.below(length)),
        6 => {
            let (a, b) = (random.below(pages), random.below(pages));
            for at in 0..PAGE {
                bytes.swap(a * PAGE + at, b * PAGE + at);
            }
        }
        7 => {
            let from = random.below(100);
            random.fill(&mut bytes[from..100.min(from + 8)]);
        }
        _ => {
            for _ in 0..=random.below(200) {
                bytes[random.below(length)] ^= 1 << random.below(8);
            }
        }
    }
}

/// Every item that answers has the bytes of its name; gives how many do.
fn answers(cache: &Cache, heard: &Heard, told: &str) -> usize {
    let mut count = 0;
    for n in 0..ITEMS {
        let Some(item) = newest(cache, &format!("n{n}")) else { continue };
        if cache.stands(&item, heard).unwrap() {
            assert_eq!(std::fs::read(&item.path).unwrap(), content(n), "{told}: item {n} has other bytes");
            assert_eq!((item.key.clone(), item.status), (key(&format!("n{n}")), Status::Ready), "{told}");
            count += 1;
        }
    }
    count
}

/// Damages one copy and uses it as a user would; gives how many items were kept.
fn one(original: &Path, seed: u64) -> usize {
    let top = tempfile::tempdir().unwrap();
    let folder = top.path().join("cache");
    copy(original, &folder);
    let mut random = Random::of(seed);
    let told = format!("seed {seed}, {}", damage(&folder, seed, &mut random));
    let registry = folder.join("registry.sqlite");
    let before = std::fs::read(&registry).unwrap_or_default();
    let heard = Heard::default();
    let cache = match Cache::open(&options(&folder), &heard) {
        Ok(cache) => cache,
        Err(error) => {
            assert_eq!((error.kind(), error.code()), (Kind::Cache, "newer_schema"), "{told}: {error}");
            assert_eq!(std::fs::read(&registry).unwrap(), before, "{told}: it was touched");
            return 0;
        }
    };
    let kept = answers(&cache, &heard, &told);
    let everything = Query { all: true, ..Query::default() };
    cache.search(&everything).unwrap_or_else(|e| panic!("{told}: {e}"));
    cache.stats().unwrap_or_else(|e| panic!("{told}: {e}"));
    for n in 0..ITEMS {
        let digest = Digest::sha256(&content(n));
        let blob = cache.blob_path(&digest).unwrap_or_else(|| panic!("{told}: the blob of item {n} is lost"));
        assert_eq!(std::fs::read(blob).unwrap(), content(n), "{told}");
        put_as(&cache, described(n), &content(n));
    }
    assert_eq!(answers(&cache, &heard, &told), usize::try_from(ITEMS).unwrap(), "{told}");
    cache.tell_warnings(&heard);
    let warnings = heard.take();
    let aside = warnings.iter().filter(|w| w.contains("set aside as")).count();
    assert!(aside <= 1, "{told}: {warnings:?}");
    assert_eq!(aside == 1, folder.join("registry.sqlite.damaged-1").exists(), "{told}: {warnings:?}");
    // What no question met is found by those that look at everything.
    cache.verify(None, true).unwrap_or_else(|e| panic!("{told}: {e}"));
    let verified = cache.verify(None, false).unwrap();
    assert!(verified.is_whole(false), "{told}: {verified:?}");
    assert_eq!(answers(&cache, &heard, &told), usize::try_from(ITEMS).unwrap(), "{told}");
    kept
}

#[test]
fn a_hundred_damaged_registries() {
    let original = original();
    let original = original.folder();
    // One that failed can be looked at alone, and more than these can be tried: `DL_TEST_DAMAGE_SEEDS=100..2000`.
    let range = std::env::var("DL_TEST_DAMAGE_SEEDS").ok();
    let range = range.as_deref().and_then(|text| text.split_once(".."));
    let seeds = range.map_or(0..SEEDS, |(first, end)| first.parse().unwrap()..end.parse().unwrap());
    let threads = 4;
    let kept: usize = std::thread::scope(|scope| {
        let work = |first: u64| {
            let (original, seeds) = (&original, seeds.clone());
            move || seeds.skip(first as usize).step_by(threads).map(|seed| one(original, seed)).sum::<usize>()
        };
        let all: Vec<_> = (0..threads as u64).map(|first| scope.spawn(work(first))).collect();
        all.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    let all = usize::try_from(ITEMS).unwrap() * seeds.count();
    // A first page or a log that is lost takes all with it, most damage only a few.
    assert!(range.is_some() || kept * 2 > all, "only {kept} of {all} items were kept");
}
