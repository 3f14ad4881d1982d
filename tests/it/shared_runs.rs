//! `dl run --share`: what one machine ran, others need not run. Each sandbox is a machine.

use crate::support::sandbox::{Sandbox, tree};
use crate::support::transcript::Transcript;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// A machine that shares the store of this folder, with a file that the job depends on.
fn machine(store: &Path, mode: &str) -> Sandbox {
    let sandbox =
        Sandbox::new().with_env("DL_SHARED", format!("file:{}", store.display())).with_env("DL_SHARED_MODE", mode);
    sandbox.write("in.txt", "input\n");
    sandbox
}

fn job(sandbox: &Sandbox, options: &str) -> Transcript {
    let script = "echo x >> ../runs; tr a-z A-Z < in.txt > out.txt; echo said; echo told >&2";
    let options = format!("{options} --dep in.txt --output out.txt --");
    sandbox.dl(["run"]).args(options.trim()).arg("sh").arg("-c").arg(script).run()
}

fn runs(sandbox: &Sandbox) -> usize {
    std::fs::read(sandbox.path("../runs")).map_or(0, |text| text.len() / 2)
}

#[test]
fn what_one_machine_ran_another_replays() {
    let store = tempfile::tempdir().unwrap();
    let (one, two) = (machine(store.path(), "read-write"), machine(store.path(), "read"));
    let first = job(&one, "--share");
    assert_eq!((first.ok().out(), runs(&one)), ("said\n", 1));
    // It would only have to be restored.
    job(&two, "--share --check").fails(11).says("output-missing");
    let second = job(&two, "--share --meta meta.json");
    assert_eq!((second.ok().out(), runs(&two)), ("said\n", 0), "{}", second.tell());
    assert!(second.stderr.contains("told\n"), "{}", second.tell());
    assert_eq!(two.read("out.txt"), b"INPUT\n");
    assert!(String::from_utf8(two.read("meta.json")).unwrap().contains("\"source\":\"hit\""));
    // From here on it is the machine's own.
    two.dl(["cache", "verify"]).run().ok();
    std::fs::remove_dir_all(store.path()).unwrap();
    std::fs::remove_file(two.path("out.txt")).unwrap();
    assert_eq!((job(&two, "--share").ok().out(), runs(&two)), ("said\n", 0));
    assert_eq!(two.read("out.txt"), b"INPUT\n");
}

#[test]
fn a_dependency_with_other_bytes_is_another_run() {
    let store = tempfile::tempdir().unwrap();
    let (one, two) = (machine(store.path(), "read-write"), machine(store.path(), "read-write"));
    job(&one, "--share").ok();
    two.write("in.txt", "other\n");
    assert_eq!((job(&two, "--share").ok().out(), runs(&two)), ("said\n", 1));
    assert_eq!(two.read("out.txt"), b"OTHER\n");
}

#[test]
fn what_is_not_shared_is_offered_to_nobody() {
    let store = tempfile::tempdir().unwrap();
    let (one, two) = (machine(store.path(), "read-write"), machine(store.path(), "read-write"));
    job(&one, "").ok();
    job(&one, "--share --no-shared").ok();
    assert_eq!(tree(store.path()), Vec::<String>::new());
    job(&one, "--share --refresh").ok();
    job(&two, "--share --refresh").ok();
    assert_eq!(runs(&two), 1, "--refresh runs");
}

#[test]
fn an_output_that_is_gone_or_damaged_in_the_store_is_another_run() {
    let store = tempfile::tempdir().unwrap();
    let one = machine(store.path(), "read-write");
    job(&one, "--share").ok();
    let blob = tree(store.path()).into_iter().find(|path| {
        std::fs::read(store.path().join(path)).is_ok_and(|bytes| bytes.windows(6).any(|part| part == b"INPUT\n"))
    });
    let blob = store.path().join(blob.expect("the output is in the store"));
    let bytes = std::fs::read(&blob).unwrap();
    let damaged = String::from_utf8_lossy(&bytes).replace("INPUT", "WRONG");
    for bytes in [Some(damaged.into_bytes()), None] {
        let two = machine(store.path(), "read");
        match bytes {
            Some(bytes) => std::fs::write(&blob, bytes).unwrap(),
            None => std::fs::remove_file(&blob).unwrap(),
        }
        let run = job(&two, "--share");
        assert_eq!((run.ok().out(), runs(&two)), ("said\n", 1), "{}", run.tell());
        assert_eq!(two.read("out.txt"), b"INPUT\n");
    }
}

#[test]
fn what_files_looked_like_elsewhere_proves_nothing_here() {
    let sandbox = machine(Path::new("/nonexistent"), "read");
    let old = SystemTime::now() - Duration::from_hours(1);
    let write = |text: &str| {
        let file = std::fs::File::options().write(true).open(sandbox.path("in.txt")).unwrap();
        std::os::unix::fs::FileExt::write_all_at(&file, text.as_bytes(), 0).unwrap();
        file.set_modified(old).unwrap();
    };
    write("input\n");
    job(&sandbox, "--no-shared").ok();
    sandbox.dl(["cache", "export", "all.tar"]).run().ok();
    sandbox.dl(["cache", "import", "all.tar", "--cache-dir", "other"]).run().ok();
    // The same size, time and inode: only another machine's file can look so and have other bytes.
    write("other\n");
    let check = |options: &str| job(&sandbox, &format!("--no-shared --cache-dir other {options}"));
    assert_eq!(check("--check --json").fails(11).field("reason"), "dep-changed");
    write("input\n");
    check("--check").ok();
}
