//! The score card: the bad origins of `hostile`, asked by `dl` and by those of curl, wget and aria2 that are installed. It prints the
//! table of the README: `cargo test --test it score -- --ignored --nocapture`.

use crate::hostile::{CONTENT, Case, FRAMING, HEADS, REDIRECTS, STATUSES};
use crate::support::origin::Origin;
use crate::support::sandbox::{Sandbox, eprint_line};
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Who needs longer for one case is killed.
const PATIENCE: Duration = Duration::from_secs(20);

/// What came of one case, and how the table says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Right,
    Left,
    Refused,
    Wrong,
    Hung,
}

const ROWS: [(Outcome, &str); 5] = [
    (Outcome::Right, "the right file; or an error, and nothing under its name"),
    (Outcome::Left, "an error, but something under its name"),
    (Outcome::Refused, "an error in place of a good file"),
    (Outcome::Wrong, "exit code 0 for an answer that is not sound"),
    (Outcome::Hung, "no end within 20 s"),
];

/// A program, and the words that make it fetch an address to a path in the working folder, once, and fail as it can.
struct Peer {
    name: &'static str,
    program: &'static str,
    words: &'static str,
}

const PEERS: [Peer; 4] = [
    Peer { name: "dl", program: env!("CARGO_BIN_EXE_dl"), words: "fetch -q --retry 0 -o OUT URL" },
    Peer { name: "curl", program: "curl", words: "-q -s -f -L -o OUT URL" },
    Peer { name: "wget", program: "wget", words: "--no-config -q --tries=1 --timeout=5 -O OUT URL" },
    Peer {
        name: "aria2",
        program: "aria2c",
        words: "--no-conf -q --max-tries=1 --timeout=5 --allow-overwrite=true -o OUT URL",
    },
];

impl Peer {
    /// Its version, if it is installed.
    fn version(&self) -> Option<String> {
        let output = Command::new(self.program).arg("--version").output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit())).map(str::to_owned)
    }

    /// The exit code; `None` where it had to be killed.
    fn fetch(&self, folder: &Path, url: &str) -> Option<i32> {
        let words = self.words.split(' ').map(|word| match word {
            "OUT" => "out.bin",
            "URL" => url,
            word => word,
        });
        let mut command = Command::new(self.program);
        command
            .args(words)
            .current_dir(folder)
            .env_clear()
            .env("HOME", folder)
            .env("DL_CACHE_DIR", folder.join("cache"));
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let began = Instant::now();
        loop {
            if let Some(status) = child.try_wait().unwrap() {
                return Some(status.code().unwrap_or(-1));
            }
            if began.elapsed() > PATIENCE {
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn try_case(&self, case: &Case) -> Outcome {
        let sandbox = Sandbox::new();
        let origin = Origin::new(case.origin).may_be_idle();
        let code = self.fetch(&sandbox.path(""), &origin.url("/file.bin"));
        let there = std::fs::read(sandbox.path("out.bin")).ok();
        let outcome = match (code, there) {
            (None, _) => Outcome::Hung,
            (Some(0), Some(file)) if case.code == 0 && file == case.wanted() => Outcome::Right,
            (Some(0), _) => Outcome::Wrong,
            (Some(_), _) if case.code == 0 => Outcome::Refused,
            (Some(_), Some(_)) => Outcome::Left,
            (Some(_), None) => Outcome::Right,
        };
        if outcome != Outcome::Right && std::env::var_os("DL_TEST_TELL").is_some() {
            eprint_line(&format!("{}: {}: {outcome:?}, exit {code:?}", self.name, case.name));
        }
        outcome
    }
}

/// The cases of all tables. What is asked with words of `dl` alone is no question to others.
fn cases() -> Vec<&'static Case> {
    let all = [FRAMING, STATUSES, HEADS, REDIRECTS, CONTENT].into_iter().flatten();
    all.filter(|case| case.arguments.is_empty()).collect()
}

/// The README's table is the one that is printed, as far as `dl` alone can tell: so many origins, these rows, and its own column.
#[test]
fn the_readme_has_this_table() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let count = cases().len();
    assert!(readme.contains(&format!("\n| of {count} origins | dl ")), "the README counts other origins than {count}");
    for (outcome, says) in ROWS {
        let own = if outcome == Outcome::Right { count } else { 0 };
        assert!(readme.contains(&format!("\n| {says} | {own} |")), "{says}");
    }
}

#[test]
#[ignore = "prints a table about other programs"]
fn the_score_card() {
    let cases = cases();
    let peers: Vec<(&Peer, String)> = PEERS.iter().filter_map(|peer| Some((peer, peer.version()?))).collect();
    let columns: Vec<Vec<Outcome>> =
        peers.iter().map(|(peer, _)| cases.iter().map(|case| peer.try_case(case)).collect()).collect();
    let count = |column: &[Outcome], wanted| column.iter().filter(|outcome| **outcome == wanted).count();
    let mut table = format!("| of {} origins |", cases.len());
    for (peer, version) in &peers {
        write!(table, " {} {version} |", peer.name).unwrap();
    }
    write!(table, "\n|---|{}", "---|".repeat(peers.len())).unwrap();
    for (outcome, says) in ROWS {
        write!(table, "\n| {says} |").unwrap();
        for column in &columns {
            write!(table, " {} |", count(column, outcome)).unwrap();
        }
    }
    eprint_line(&table);
    assert_eq!(count(&columns[0], Outcome::Right), cases.len(), "dl itself");
}
