//! Processes that make, find, change, remove, clean, fetch and move items at once, some of them killed: what is left is whole.
//!
//! `DL_TEST_CHAOS_SECONDS` makes it longer, `DL_TEST_CHAOS_SEED` makes it another one.

use crate::support::origin::Origin;
use crate::support::random::{Random, number};
use crate::support::reply::Reply;
use crate::support::sandbox::{Running, Sandbox, eprint_line, sha256};
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::time::{Duration, Instant};

const SECONDS: u64 = 4;
const PROCESSES: usize = 6;
const NAMES: u64 = 5;
/// A content that every name may have.
const SHARED: &str = "bytes that many share";

fn pick<'a>(random: &mut Random, all: &[&'a str]) -> &'a str {
    all[random.below(all.len() as u64) as usize]
}

/// One command that runs, and whether and when it is killed.
struct Act<'a> {
    running: Running<'a>,
    killed_at: Option<Instant>,
}

/// The words of some command, at random. Contents begin with their URI, but for the shared one.
fn command(sandbox: &Sandbox, origin: &Origin, random: &mut Random, count: u64) -> Vec<String> {
    let uri = format!("demo://{}", random.below(NAMES));
    let url = origin.url(&format!("/{}", random.below(NAMES)));
    let any = if random.below(3) == 0 { url.clone() } else { uri.clone() };
    let cache = |words: &[&str]| std::iter::once("cache").chain(words.iter().copied()).map(str::to_owned).collect();
    match random.below(24) {
        0..=3 => {
            let text = if random.below(3) == 0 { SHARED.to_owned() } else { format!("{uri} {}", random.below(40)) };
            let file = sandbox.write(format!("put-{count}"), text);
            let moved = pick(random, &["--move", "--label=copied"]);
            cache(&["put", file.to_str().unwrap(), "--uri", &uri, moved, "--attr", "n=1"])
        }
        4 | 5 => cache(&["create", "--uri", &uri]),
        6 => cache(&["ready", &uri]),
        7 => cache(&["ls", "--where", pick(random, &["size > 1", "n = 1", "label = x", "status = TRASH"])]),
        8 => cache(&["best", "--uri", &uri, "--status", "READY", "--status", "WRITE", "--or-new"]),
        9 => cache(&["set", &any, "--attr", pick(random, &["n=2", "m=text"]), "--label", pick(random, &["x", "y"])]),
        10 => cache(&["set", &any, "--filename", pick(random, &["a.tsv", "b.csv", "c"])]),
        11 => cache(&["rm", &any]),
        12 => cache(&["rm", pick(random, &["--purge", "--keep-record"]), "--uri", &any]),
        13 => cache(&["restore", &any]),
        14 => cache(&["clean", "--max-age", "0", "--versions", "--orphans", "--trash"]),
        15 => cache(&["clean", pick(random, &["--missing", "--orphans", "--all", "--max-size=200", "--writes"])]),
        16 => cache(&["verify"]),
        17 => cache(&["export", &format!("export-{}", random.below(2))]),
        18 => cache(&["import", &format!("export-{}", random.below(2))]),
        19 => cache(&["path", &any]),
        how => {
            let how = if how < 22 { "--freshness=any" } else { pick(random, &["--refresh", "--force"]) };
            ["fetch", how, &url].map(str::to_owned).to_vec()
        }
    }
}

/// Looks at what a command said. What others removed meanwhile is not found; nothing else may go wrong.
fn judge(act: Act<'_>, told: &str) {
    let transcript = act.running.wait();
    let is_import = transcript.command.contains(" import ");
    let expected = match transcript.code {
        0 | 3 => true,
        137 => act.killed_at.is_some(),
        // No such export yet.
        2 => is_import,
        _ => false,
    };
    assert!(expected, "{told}\n{}", transcript.tell());
    assert!(!transcript.stderr.contains("set aside"), "{told}\n{}", transcript.tell());
    if transcript.command.contains("cache create") && transcript.code == 0 {
        let path = transcript.path();
        // Its user writes, unless it was purged meanwhile.
        let uri = transcript.command.split(' ').next_back().unwrap();
        let _ = std::fs::write(path, format!("{uri} written"));
    }
}

fn storm(sandbox: &Sandbox, origin: &Origin, random: &mut Random, end: Instant, told: &str) -> u64 {
    let mut acts: Vec<Act<'_>> = Vec::new();
    let mut count = 0;
    while Instant::now() < end || !acts.is_empty() {
        while acts.len() < PROCESSES && Instant::now() < end {
            let words = command(sandbox, origin, random, count);
            let killed_at = (random.below(4) == 0).then(|| Instant::now() + Duration::from_millis(random.below(40)));
            acts.push(Act { running: sandbox.dl(words).spawn(), killed_at });
            count += 1;
        }
        let mut index = 0;
        while index < acts.len() {
            if acts[index].killed_at.is_some_and(|at| Instant::now() >= at) && acts[index].running.runs() {
                acts[index].running.kill();
            }
            if acts[index].running.runs() {
                index += 1;
            } else {
                judge(acts.swap_remove(index), told);
            }
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    count
}

/// Whether a READY item has bytes, which are its own and those of its name.
fn look_at(item: &Value, origin: &Origin, told: &str) {
    let (uri, path) = (item["uri"].as_str().unwrap(), Path::new(item["path"].as_str().unwrap()));
    let bytes = std::fs::read(path).unwrap_or_else(|e| panic!("{told}: {} is READY: {e}\n{item}", path.display()));
    assert_eq!(item["sha256"], sha256(&bytes), "{told}: {item}");
    let text = String::from_utf8(bytes).unwrap();
    let name = uri.strip_prefix(&origin.url("")).unwrap_or(uri);
    assert!(text == SHARED || text.starts_with(name), "{told}: {uri} has the bytes `{text}`");
}

#[test]
fn at_random_with_kills() {
    let seed = number("DL_TEST_CHAOS_SEED", || 1);
    let seconds = number("DL_TEST_CHAOS_SECONDS", || SECONDS);
    let told = format!("DL_TEST_CHAOS_SEED={seed}");
    let sandbox = Sandbox::new();
    sandbox.unchecked();
    let served = std::sync::atomic::AtomicU64::new(0);
    let origin = Origin::new(move |request, conn| {
        let count = served.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        conn.reply(&Reply::ok(format!("{} {}", request.path(), count / 16)));
    });
    let mut random = Random::of(seed);
    let count = storm(&sandbox, &origin, &mut random, Instant::now() + Duration::from_secs(seconds), &told);
    eprint_line(&format!("{told}: {count} commands"));

    sandbox.run("cache verify").ok();
    let items = || sandbox.run("cache ls --all --json --no-touch").ok().json_lines();
    let before = items();
    let versions: HashSet<&str> = before.iter().map(|item| item["version_id"].as_str().unwrap()).collect();
    assert_eq!(versions.len(), before.len(), "{told}: a row twice");
    for item in before.iter().filter(|item| item["status"] == "READY") {
        look_at(item, &origin, &told);
    }
    let doomed = |flags: &str| {
        let run = sandbox.run(&format!("cache clean --max-age 0 --all --json {flags}"));
        let lines = run.ok().json_lines();
        let path = |line: &Value| (line["path"].to_string(), line["reason"].to_string());
        lines.iter().map(path).collect::<BTreeMap<_, _>>()
    };
    let announced = doomed("--dry-run");
    assert_eq!(items().len(), before.len(), "{told}: a dry run removes nothing");
    assert_eq!(doomed(""), announced, "{told}");
    assert!(doomed("--dry-run").is_empty(), "{told}: {:?}", doomed("--dry-run"));
    let after = items();
    let best: HashSet<&str> =
        after.iter().filter(|i| i["status"] == "READY").map(|i| i["key"].as_str().unwrap()).collect();
    for item in before.iter().filter(|item| item["status"] == "READY") {
        assert!(best.contains(item["key"].as_str().unwrap()), "{told}: the best version of a key went: {item}");
    }
    for item in after.iter().filter(|item| item["status"] == "READY") {
        look_at(item, &origin, &told);
    }
    sandbox.run("cache verify").ok();
}
