//! What the inner parts of the library cost, without network or the start of a process: `cargo run --release --manifest-path benches/inner/Cargo.toml -- --bench [PART]`.
//!
//! Everything is measured through what the library offers to all; where a part is its own affair, a comment names the door that was
//! taken. What is measured is checked once before: a benchmark of a wrong answer would fail.

use divan::Bencher;
use divan::counter::BytesCount;

fn main() {
    divan::main();
}

/// `Cache-Control`, of which each response and each request may bring any.
mod cache_control {
    use super::{Bencher, BytesCount};
    use dl::cache::freshness::directive::{Directives, Seconds};

    fn parse(bencher: Bencher, line: &[u8], is_understood: impl Fn(&Directives) -> bool) {
        assert!(is_understood(&Directives::parse([line])));
        bencher.counter(BytesCount::of_slice(line)).bench(|| Directives::parse([divan::black_box(line)]));
    }

    #[divan::bench]
    fn usual(bencher: Bencher) {
        let line = b"public, max-age=3600, stale-while-revalidate=60, stale-if-error=86400";
        parse(bencher, line, |directives| directives.seconds("max-age") == Seconds::Given(3600));
    }

    /// As many directives as there is room for.
    #[divan::bench(args = [1 << 10, 1 << 14])]
    fn crowded(bencher: Bencher, length: usize) {
        let line: Vec<u8> = b"a=1,".iter().copied().cycle().take(length).collect();
        parse(bencher, &line, |directives| directives.seconds("a") == Seconds::Given(1));
    }

    /// Quotes that are never closed, because what would close them is escaped: the end is looked for from each.
    #[divan::bench(args = [1 << 10, 1 << 14], sample_count = 10, sample_size = 1)]
    fn unclosed(bencher: Bencher, length: usize) {
        let line: Vec<u8> = b"\"\\".iter().copied().cycle().take(length - 10).chain(*b", no-store").collect();
        parse(bencher, &line, |directives| directives.has("no-store"));
    }
}

/// The key: a descriptor read from its texts, resolved, its canonical form hashed.
mod key {
    use super::Bencher;
    use dl::descriptor::header::Header;
    use dl::descriptor::payload::{Payload, Piece};
    use dl::descriptor::{Descriptor, Key};
    use dl::secret::Secrets;

    const SALT: [u8; 32] = [7; 32];
    const URL: &str = "https://data.example.org/releases/2026/table.tsv.gz?format=tsv&columns=a,b,c";

    fn of(descriptor: &Descriptor, secrets: &Secrets) -> Key {
        descriptor.resolve(secrets).unwrap().identity.key(&SALT)
    }

    #[divan::bench]
    fn plain(bencher: Bencher) {
        let secrets = Secrets::default();
        bencher.bench(|| of(&Descriptor::new(divan::black_box(URL)).unwrap(), &secrets));
    }

    /// A POST of JSON with fields, parameters and a credential, which the salt joins.
    #[divan::bench]
    fn full(bencher: Bencher) {
        let secrets = Secrets::default();
        let mut descriptor = Descriptor::new(URL).unwrap();
        descriptor.headers = ["Accept: text/tab-separated-values", "X-Tenant: demo", "Authorization: Bearer abcdef"]
            .map(|line| Header::parse(line).unwrap())
            .into();
        descriptor.payload =
            Payload::Json(Piece::Bytes(br#"{"rows": [1, 2, 3], "where": {"year": 2026, "name": "x"}}"#.into()));
        descriptor.key_params.insert("release".to_owned(), 2026.into());
        assert!(descriptor.resolve(&secrets).unwrap().identity.needs_salt());
        bencher.bench(|| of(divan::black_box(&descriptor), &secrets));
    }
}

/// The verdict of HTTP's rules, given the responses that are stored for a URI.
mod freshness {
    use super::Bencher;
    use dl::cache::freshness::reuse::{Action, Standing, decide};
    use dl::cache::freshness::vary::Selecting;
    use dl::cache::freshness::{Asked, Stored};
    use dl::clock::Timestamp;
    use dl::message::Fields;

    /// 2026-01-01 00:00:00 UTC, a Thursday.
    const THEN: i64 = 1_767_225_600;

    fn request(language: usize) -> Fields {
        [("Accept", "*/*"), ("Accept-Language", &format!("x-{language}"))].into_iter().collect()
    }

    fn stored(language: usize) -> Stored {
        let etag = format!("\"{language}\"");
        let fields: Fields = [
            ("Date", "Thu, 01 Jan 2026 00:00:00 GMT"),
            ("Content-Type", "text/tab-separated-values"),
            ("Content-Length", "10"),
            ("Cache-Control", "public, max-age=3600, stale-if-error=86400"),
            ("ETag", &etag),
            ("Last-Modified", "Wed, 31 Dec 2025 00:00:00 GMT"),
            ("Vary", "Accept-Language"),
        ]
        .into_iter()
        .collect();
        let at = Timestamp::from_seconds(THEN);
        let selecting = Selecting::of(&request(language), &fields);
        Stored { fields, selecting, requested_at: at, received_at: at, ..Stored::example() }
    }

    /// `variants` responses are stored, and the last is the one that was asked for.
    fn verdict(bencher: Bencher, variants: usize, age: i64, is_right: impl Fn(&Action) -> bool) {
        let all: Vec<Stored> = (0..variants).map(stored).collect();
        let asked = Asked::get(request(variants - 1));
        let now = Timestamp::from_seconds(THEN + age);
        assert!(is_right(&decide(&all, &asked, now).action));
        bencher.bench(|| decide(divan::black_box(&all), &asked, now));
    }

    #[divan::bench(args = [1, 8])]
    fn fresh(bencher: Bencher, variants: usize) {
        verdict(bencher, variants, 60, |action| *action == Action::Use(variants - 1, Standing::Fresh));
    }

    #[divan::bench(args = [1, 8])]
    fn stale(bencher: Bencher, variants: usize) {
        verdict(bencher, variants, 7200, |action| matches!(action, Action::Ask(q) if q.conditions.is_some()));
    }
}

/// The digests of what streams through, in pieces as they are read.
mod hash {
    use super::{Bencher, BytesCount};
    use dl::digest::{Algorithm, Digest, Hasher};

    const PIECE_BYTES: usize = 1 << 16;
    const MIB: usize = 1 << 20;

    fn hash(bencher: Bencher, mib: usize, others: &[Algorithm]) {
        let bytes: Vec<u8> = (0..mib * MIB).map(|i| (i % 251) as u8).collect();
        let digests = || {
            let mut hasher = Hasher::new(others.iter().copied());
            divan::black_box(&bytes).chunks(PIECE_BYTES).for_each(|piece| hasher.update(piece));
            hasher.finish()
        };
        assert_eq!(*digests().sha256(), Digest::sha256(&bytes));
        bencher.counter(BytesCount::of_slice(&bytes)).bench(digests);
    }

    #[divan::bench(args = [1, 16], sample_count = 20)]
    fn sha256(bencher: Bencher, mib: usize) {
        hash(bencher, mib, &[]);
    }

    #[divan::bench(args = [1, 16], sample_count = 20)]
    fn sha256_md5_blake3(bencher: Bencher, mib: usize) {
        hash(bencher, mib, &[Algorithm::Md5, Algorithm::Blake3]);
    }
}

/// What is known of a key, among so many items. The registry is the cache's own affair; this is its nearest door.
mod newest {
    use super::Bencher;
    use super::stock::Stock;
    use dl::cache::{Cache, Options};
    use dl::event::Silent;

    #[divan::bench(args = [1_000, 100_000], sample_count = 1_000)]
    fn among(bencher: Bencher, items: usize) {
        let stock = Stock::of(items);
        let cache = Cache::open(&Options::new(stock.folder()), &Silent).unwrap();
        let mut keys = stock.somewhere().map(|url| Stock::key(&url));
        bencher
            .with_inputs(|| keys.next().unwrap())
            .bench_local_values(|key| cache.newest(&key, &|_| true).unwrap().unwrap());
    }
}

/// A hit, from the task to the report: the key, the row, whether its file stands, and one read more on its count.
mod hit {
    use super::Bencher;
    use super::stock::Stock;
    use dl::descriptor::Descriptor;
    use dl::event::Silent;
    use dl::manager::report::Source;
    use dl::manager::task::{Policy, Task};
    use dl::manager::{Manager, Options};

    const ITEMS: usize = 1_000;

    fn manager(stock: &Stock) -> Manager {
        Manager::new(Options::with_cache(stock.folder()))
    }

    /// Offline: what is no hit is an error.
    fn task(url: &str) -> Task {
        let policy = Policy { offline: true, ..Policy::default() };
        Task { policy, ..Task::new(Descriptor::new(url).unwrap()) }
    }

    #[divan::bench(sample_count = 1_000)]
    fn in_an_open_cache(bencher: Bencher) {
        let stock = Stock::of(ITEMS);
        let manager = manager(&stock);
        let mut tasks = stock.somewhere().map(|url| task(&url));
        assert_eq!(manager.fetch(&tasks.next().unwrap(), &Silent).unwrap().source, Some(Source::Hit));
        bencher.with_inputs(|| tasks.next().unwrap()).bench_local_values(|task| manager.fetch(&task, &Silent).unwrap());
    }

    /// As a process has it that is started for one: the cache is opened before, and closed after.
    #[divan::bench]
    fn with_opening(bencher: Bencher) {
        let stock = Stock::of(ITEMS);
        let mut tasks = stock.somewhere().map(|url| task(&url));
        bencher
            .with_inputs(|| tasks.next().unwrap())
            .bench_local_values(|task| manager(&stock).fetch(&task, &Silent).unwrap());
    }
}

/// A cache with many items, filled in one transaction: as an import.
mod stock {
    use dl::cache::item::{Download, Item, NewContent, NewItem, Trust};
    use dl::cache::{Cache, Options};
    use dl::clock::Timestamp;
    use dl::descriptor::{Descriptor, Key};
    use dl::digest::{Digest, hash_reader};
    use dl::event::Silent;
    use dl::message::Validators;
    use dl::secret::Secrets;
    use serde_json::{Value, json};
    use std::io::Write as _;
    use std::path::PathBuf;
    use tempfile::TempDir;

    /// How many items share a content: file systems limit how many names a file has.
    const NAMES_PER_CONTENT: usize = 1_000;

    pub(super) struct Stock {
        folder: TempDir,
        items: usize,
    }

    impl Stock {
        pub(super) fn of(items: usize) -> Self {
            let stock = Self { folder: tempfile::tempdir().unwrap(), items };
            let cache = Cache::open(&Options::new(stock.folder()), &Silent).unwrap();
            let pattern = cache.line(&fetched(&cache)).unwrap().to_json().clone();
            let imported = cache.import(&mut export(&pattern, items).as_slice()).unwrap();
            assert_eq!((imported.items, imported.known), (items as u64, 0));
            stock
        }

        pub(super) fn folder(&self) -> PathBuf {
            self.folder.path().join("cache")
        }

        /// The URLs of items far from each other, without an end.
        pub(super) fn somewhere(&self) -> impl Iterator<Item = String> {
            const STRIDE: usize = 7_919; // a prime
            let items = self.items;
            (0..).map(move |i: usize| url(i.wrapping_mul(STRIDE) % items))
        }

        pub(super) fn key(url: &str) -> Key {
            Descriptor::new(url).unwrap().resolve(&Secrets::default()).unwrap().identity.key(&[])
        }
    }

    fn url(item: usize) -> String {
        format!("https://h{}.example/{item}/table.tsv", item % 100)
    }

    fn content(item: usize) -> [u8; 8] {
        (item / NAMES_PER_CONTENT).to_be_bytes()
    }

    /// An item as a fetch leaves it, to make others like it.
    fn fetched(cache: &Cache) -> Item {
        let headers = [
            ("Content-Type", "text/tab-separated-values"),
            ("Content-Length", "8"),
            ("Date", "Thu, 01 Jan 2026 00:00:00 GMT"),
            ("ETag", "\"1\""),
        ];
        let now = Timestamp::now();
        let download = Download {
            resolved_url: Some("https://mirror.example/table.tsv".to_owned()),
            method: "GET".to_owned(),
            http_code: Some(200),
            http_version: "2".to_owned(),
            headers: headers.into_iter().collect(),
            validators: Validators { etag: Some("\"1\"".to_owned()), last_modified: None, date: Some(now) },
            started_at: now,
            finished_at: now,
            checksums: Vec::new(),
            backend: "reqwest".to_owned(),
            tls_verified: Some(true),
            length_verified: true,
            trust: Trust::default(),
            private: false,
        };
        let new = NewItem::of_uri("demo://pattern/table.tsv", serde_json::Map::new()).unwrap();
        let bytes = content(0);
        let (size, digests) = hash_reader(&mut bytes.as_slice(), []).unwrap();
        let partial = cache.unnamed_partial().unwrap();
        partial.file().write_all(&bytes).unwrap();
        let new = NewItem { download: Some(download), ..new };
        cache.commit(new, NewContent { size, digests }, partial, None).unwrap().0
    }

    /// What `dl cache export` would write of them; its form is told by `cache::transport`.
    fn export(pattern: &Value, items: usize) -> Vec<u8> {
        let mut list = format!("{}\n", json!({ "kind": "dl-cache-export", "schema": 1 }));
        let mut line = pattern.clone();
        let first = pattern["item"]["created_at"].as_i64().unwrap();
        for (item, created_at) in (0..items).zip(first..) {
            let url = url(item);
            line["item"]["key"] = Stock::key(&url).0.into();
            line["item"]["uri"] = url.into();
            line["item"]["created_at"] = created_at.into();
            line["item"]["sha256"] = json!({ "base64": base64_of(&Digest::sha256(&content(item))) });
            list += &format!("{line}\n");
        }
        let mut tar = tar::Builder::new(Vec::new());
        append(&mut tar, "dl-cache-export.jsonl", list.as_bytes());
        for item in (0..items).step_by(NAMES_PER_CONTENT) {
            let bytes = content(item);
            append(&mut tar, &format!("blobs/sha256/{}", Digest::sha256(&bytes).hex()), &bytes);
        }
        append(&mut tar, "end", Digest::sha256(list.as_bytes()).hex().as_bytes());
        tar.into_inner().unwrap()
    }

    fn base64_of(digest: &Digest) -> String {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(digest.bytes())
    }

    fn append(tar: &mut tar::Builder<Vec<u8>>, name: &str, bytes: &[u8]) {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        tar.append_data(&mut header, name, bytes).unwrap();
    }
}
