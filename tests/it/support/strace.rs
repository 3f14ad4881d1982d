//! Trouble at the border of the kernel: `strace` makes the n-th call of a kind fail, or kills the program there. Nothing in
//! `dl` knows of it, and what `SQLite` and the C libraries do is reached like everything else.

use crate::support::servers::program;
use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// What happens at a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The process is killed (`kill -9`) before the call is made.
    Kill,
    /// The call fails, once in each thread.
    Once(&'static str),
    /// The call fails from there on.
    Always(&'static str),
}

/// Trouble at the n-th call (from 1) of a kind.
#[derive(Debug, Clone, Copy)]
pub struct Fault {
    /// The name of the system call.
    pub call: &'static str,
    /// Which one, counted in each thread.
    pub number: usize,
    /// What happens there.
    pub trouble: Trouble,
}

/// The program, unless it is not there or may not trace.
pub fn strace() -> Option<PathBuf> {
    let path = program("DL_TEST_STRACE", "strace")?;
    let may = std::process::Command::new(&path).args(["-o", "/dev/null", "true"]).status();
    if may.is_ok_and(|status| status.success()) {
        return Some(path);
    }
    crate::support::servers::skip("strace may not trace here");
    None
}

/// The words before `dl` that bring the fault about; `log` tells whether they did.
pub fn words(strace: &Path, log: &Path, fault: Fault) -> Vec<OsString> {
    let Fault { call, number, trouble } = fault;
    let effect = match trouble {
        Trouble::Kill => format!("signal=KILL:when={number}"),
        Trouble::Once(error) => format!("error={error}:when={number}"),
        Trouble::Always(error) => format!("error={error}:when={number}+"),
    };
    let mut words = watching(strace, log, &[call]);
    words.extend(["-e".into(), format!("inject={call}:{effect}").into()]);
    words
}

/// The words before `dl` that only write down its calls of these kinds.
pub fn watching(strace: &Path, log: &Path, calls: &[&str]) -> Vec<OsString> {
    let mut words = vec![strace.into()];
    words.extend(["-f", "-qq", "-y", "-s0", "--seccomp-bpf", "-o"].map(OsString::from));
    words.extend([log.into(), "-e".into(), format!("trace={}", calls.join(",")).into()]);
    words
}

/// What is no file: trouble there is no trouble of a disk.
const NO_FILES: [&str; 5] = ["<anon_inode", "<socket:", "<pipe:", "<TCP", "</proc/"];

/// The numbers of the calls of a kind that no thread made on anything but files.
pub fn on_files(log: &Path, call: &str) -> Vec<usize> {
    let text = String::from_utf8_lossy(&std::fs::read(log).unwrap_or_default()).into_owned();
    let mut made: HashMap<&str, usize> = HashMap::new();
    let mut on_files: BTreeMap<usize, bool> = BTreeMap::new();
    for line in text.lines() {
        let Some((thread, rest)) = line.split_once(' ') else { continue };
        if rest.trim_start().strip_prefix(call).is_some_and(|r| r.starts_with('(')) {
            let number = made.entry(thread).or_default();
            *number += 1;
            *on_files.entry(*number).or_insert(true) &= !NO_FILES.iter().any(|n| line.contains(n));
        }
    }
    on_files.into_iter().filter_map(|(number, is)| is.then_some(number)).collect()
}

/// The calls that were made to fail, and whether all of them were on files.
pub fn injected(log: &Path) -> (Vec<String>, bool) {
    let text = String::from_utf8_lossy(&std::fs::read(log).unwrap_or_default()).into_owned();
    let lines: Vec<String> = text.lines().filter(|l| l.contains("(INJECTED)")).map(str::to_owned).collect();
    let on_files = !lines.iter().any(|line| NO_FILES.iter().any(|n| line.contains(n)));
    (lines, on_files)
}
