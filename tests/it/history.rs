//! Many at once, on a few keys, while the origin changes and some are killed: a history that is checked.
//!
//! Every result is whole, was the origin's by the time it was given out, and is not older than what a refresh that had ended
//! before it began gave; a refresh gives what the origin had when it began, or later. `DL_TEST_SECONDS` plays longer.

use crate::support::origin::Origin;
use crate::support::random::{Random, number};
use crate::support::reply::{File, Reply};
use crate::support::sandbox::{Sandbox, bytes};
use crate::support::transcript::Transcript;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const KEYS: usize = 3;
const WORKERS: u64 = 4;

/// The body of a version says which it is, and has a size of its own.
fn body(key: usize, version: u64) -> Vec<u8> {
    let mut body = format!("key {key} version {version}\n").into_bytes();
    body.extend(bytes(40_000 + key * 1000 + version as usize % 7 * 33_333));
    body
}

/// Which version of a key these bytes are.
fn version_of(key: usize, content: &[u8]) -> Option<u64> {
    let line = content.split(|b| *b == b'\n').next()?;
    let version = std::str::from_utf8(line).ok()?.strip_prefix(&format!("key {key} version "))?.parse().ok()?;
    (content == body(key, version)).then_some(version)
}

/// What is known of one key.
#[derive(Default)]
struct Known {
    /// What the origin has.
    current: AtomicU64,
    /// The newest that a refresh gave which has ended.
    confirmed: AtomicU64,
}

struct World {
    sandbox: Sandbox,
    origin: Origin,
    keys: Arc<Vec<Known>>,
    wrong: Vec<String>,
}

impl World {
    fn new(backend: &str) -> Self {
        let keys: Arc<Vec<Known>> = Arc::new((0..KEYS).map(|_| Known::default()).collect());
        let served = Arc::clone(&keys);
        let origin = Origin::new(move |request, conn| {
            let key: usize = request.path().trim_start_matches('/').parse().unwrap();
            let version = served[key].current.load(Ordering::SeqCst);
            if request.number % 11 == 10 {
                let half = Reply::ok(body(key, version)).field("ETag", format!("\"{version}\""));
                conn.begin(&half, half.body.len() / 2);
                return conn.cut();
            }
            conn.file(request, &File::new(body(key, version)).etag(&format!("\"{version}\"")).modified(""));
        });
        Self { sandbox: Sandbox::new().with_env("DL_BACKEND", backend), origin, keys, wrong: Vec::new() }
    }
}

/// One worker's life. The sandbox keeps its transcripts for itself, so each has its own view of one cache.
fn work(
    seed: u64,
    cache: &std::path::Path,
    backend: &str,
    urls: &[String],
    keys: &[Known],
    end: Instant,
) -> Vec<String> {
    let sandbox = Sandbox::new().with_env("DL_CACHE_DIR", cache).with_env("DL_BACKEND", backend);
    let mut random = Random::of(seed);
    let mut wrong = Vec::new();
    while Instant::now() < end {
        let key = random.below(KEYS as u64) as usize;
        let (url, known) = (urls[key].as_str(), &keys[key]);
        let (had, floor) = (known.current.load(Ordering::SeqCst), known.confirmed.load(Ordering::SeqCst));
        let mut judge = |run: &Transcript, is_refresh: bool| {
            let now = known.current.load(Ordering::SeqCst);
            let at_least = if is_refresh { had } else { floor };
            match version_of(key, &run.stdout) {
                Some(version) if version < at_least => {
                    wrong.push(format!(
                        "version {version}, expected at least {at_least}\n$ {}\n{}",
                        run.command, run.stderr
                    ));
                }
                Some(version) if version > now => wrong.push(format!("version {version} is not there yet: {now}")),
                Some(version) if is_refresh => drop(known.confirmed.fetch_max(version, Ordering::SeqCst)),
                Some(_) => {}
                None => wrong.push(format!("not whole: exit {}\n$ {}\n{}", run.code, run.command, run.stderr)),
            }
        };
        match random.below(16) {
            0..=4 => judge(&sandbox.dl(["fetch", "-o", "-", url]).run(), false),
            5..=8 => judge(&sandbox.dl(["fetch", "--refresh", "-o", "-", url]).run(), true),
            9 => judge(&sandbox.dl(["fetch", "--force", "-o", "-", url]).run(), true),
            10 | 11 => drop(known.current.fetch_add(1, Ordering::SeqCst)),
            12 => {
                let running = sandbox.dl(["fetch", "--refresh", "-o", "-", url]).spawn();
                std::thread::sleep(Duration::from_millis(random.below(60)));
                running.kill();
                running.wait();
            }
            13 => {
                let run = sandbox.dl(["cache", "rm", "--purge", "--uri", url]).run();
                if !matches!(run.code, 0 | 3) {
                    wrong.push(run.tell());
                }
            }
            14 => {
                let run = sandbox.dl(["cache", "clean", "--all", "--max-age", "0"]).run();
                if run.code != 0 {
                    wrong.push(run.tell());
                }
            }
            _ => {
                let run = sandbox.dl(["cache", "verify"]).run();
                if run.code != 0 {
                    wrong.push(run.tell());
                }
            }
        }
    }
    wrong
}

fn play(backend: &str) {
    let seconds = number("DL_TEST_SECONDS", || 6);
    let mut random = Random::new(backend);
    let mut world = World::new(backend);
    let urls: Vec<String> = (0..KEYS).map(|k| world.origin.url(&format!("/{k}"))).collect();
    let end = Instant::now() + Duration::from_secs(seconds);
    let cache = world.sandbox.cache();
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            let seed = random.below(u64::MAX);
            let (cache, urls, keys, wrong) = (&cache, &urls, &world.keys, &wrong);
            scope.spawn(move || wrong.lock().unwrap().extend(work(seed, cache, backend, urls, keys, end)));
        }
    });
    world.wrong = wrong.into_inner().unwrap();
    assert!(world.wrong.is_empty(), "{} wrong:\n\n{}", world.wrong.len(), world.wrong.join("\n\n"));
    // The others have gone, and the oracle looks at what is left.
    world.sandbox.dl(["cache", "verify"]).run().ok();
}

#[test]
fn every_result_was_right_at_some_time_with_reqwest() {
    play("reqwest");
}

#[test]
fn every_result_was_right_at_some_time_with_curl() {
    play("curl");
}
