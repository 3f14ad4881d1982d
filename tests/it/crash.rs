//! Whatever happens at whichever call to the kernel: what is there afterwards is whole, and the next command mends the rest.
//!
//! Each scene is played again and again: its preparation, then its command with one fault (see `support::strace`), then the
//! oracle, then the command without a fault, which must succeed. The suite takes a sample of the calls; `DL_TEST_ALL=1` takes
//! every one, `DL_TEST_CASE` picks scenes by name.

use crate::or_skip;
use crate::support::origin::Origin;
use crate::support::random::{Random, number};
use crate::support::reply::File;
use crate::support::sandbox::{Sandbox, bytes, eprint_line, sha256, tell};
use crate::support::strace::{Fault, Trouble, injected, on_files, strace, watching, words};
use crate::support::transcript::Transcript;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const OLD_SIZE: usize = 70_000;
const NEW_SIZE: usize = 300_001;
/// Of so many calls one is taken, unless all are wanted.
const STRIDE: usize = 53;

/// What a scene plays with.
struct Stage {
    sandbox: Sandbox,
    origin: Origin,
    file: Arc<Mutex<File>>,
}

impl Stage {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        let file = Arc::new(Mutex::new(File::new(bytes(OLD_SIZE))));
        let served = Arc::clone(&file);
        let origin = Origin::new(move |request, conn| {
            let file = served.lock().unwrap().clone();
            if request.path().starts_with("/cut") && request.header("range").is_none() {
                conn.begin(&file.reply(request), file.body.len() / 2);
                return conn.cut();
            }
            conn.file(request, &file);
        })
        .may_be_idle();
        Self { sandbox, origin, file }
    }

    fn url(&self) -> String {
        self.origin.url("/file.bin")
    }

    fn change(&self, body: impl Into<Vec<u8>>) {
        *self.file.lock().unwrap() = File::new(body);
    }

    fn dl(&self, words: &[&str]) -> Transcript {
        self.sandbox.dl(words.iter().copied()).run()
    }

    fn holds(&self, name: &str, size: usize) -> bool {
        std::fs::read(self.sandbox.path(name)).is_ok_and(|content| content == bytes(size))
    }

    /// The destination has it, and the cache, unless the command said that it goes on without one.
    fn fetched(&self, run: &Transcript, size: usize) -> bool {
        self.holds("out", size) && (self.ready(size) || run.stderr.contains("nothing is stored"))
    }

    fn ready(&self, size: usize) -> bool {
        let digest = sha256(&bytes(size));
        self.sandbox.items().iter().any(|i| i["status"] == "READY" && i["sha256"] == digest.as_str())
    }

    fn blob(&self) -> PathBuf {
        let tree = self.sandbox.cache_tree();
        let name = tree.iter().find(|n| n.starts_with("blobs/") && !n.ends_with('/')).expect("no blob");
        self.sandbox.cache().join(name)
    }
}

/// A command with what was there before it, and what must be there when it said 0.
struct Scene {
    name: &'static str,
    before: fn(&Stage),
    command: fn(&Stage) -> Vec<String>,
    done: fn(&Stage, &Transcript) -> bool,
    /// What must hold at any time.
    always: fn(&Stage) -> bool,
    /// Whether the command may be given again once it is done.
    again: bool,
    /// Whether bytes in the cache were damaged before: until a command has used them, they may stay so.
    damaged: bool,
}

const SCENE: Scene = Scene {
    name: "",
    before: |_| {},
    command: |_| Vec::new(),
    done: |_, _| true,
    always: |_| true,
    again: true,
    damaged: false,
};

fn split(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn gives_path(stage: &Stage, run: &Transcript, size: usize) -> bool {
    let _ = stage;
    String::from_utf8_lossy(&run.stdout).lines().all(|l| std::fs::read(l).is_ok_and(|c| c == bytes(size)))
        && !run.stdout.is_empty()
}

fn tarball() -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, size) in [("a", OLD_SIZE), ("b/c", NEW_SIZE)] {
        let mut header = tar::Header::new_ustar();
        header.set_size(size as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, &bytes(size)[..]).unwrap();
    }
    builder.into_inner().unwrap()
}

const SCENES: &[Scene] = &[
    Scene {
        name: "a first fetch",
        command: |s| split(&format!("fetch -o out {}", s.url())),
        done: |s, run| s.fetched(run, OLD_SIZE),
        ..SCENE
    },
    Scene {
        name: "a refresh that finds another file",
        before: |s| {
            s.dl(&["fetch", "-o", "out", &s.url()]).ok();
            s.change(bytes(NEW_SIZE));
        },
        command: |s| split(&format!("fetch --refresh -o out {}", s.url())),
        done: |s, run| s.fetched(run, NEW_SIZE),
        always: |s| s.ready(OLD_SIZE) && (s.holds("out", OLD_SIZE) || s.holds("out", NEW_SIZE)),
        ..SCENE
    },
    Scene {
        name: "a hit",
        before: |s| drop(s.dl(&["fetch", &s.url()])),
        command: |s| split(&format!("fetch {}", s.url())),
        done: |s, run| gives_path(s, run, OLD_SIZE) && s.origin.count() == 1,
        always: |s| s.ready(OLD_SIZE),
        ..SCENE
    },
    Scene {
        name: "a hit that is written out",
        before: |s| drop(s.dl(&["fetch", &s.url()])),
        command: |s| split(&format!("fetch -o out {}", s.url())),
        done: |s, _| s.holds("out", OLD_SIZE),
        always: |s| s.ready(OLD_SIZE),
        ..SCENE
    },
    Scene {
        name: "the rest of a file",
        before: |s| {
            s.change(bytes(NEW_SIZE));
            s.dl(&["fetch", "--retry", "0", &s.origin.url("/cut")]).fails(8);
        },
        command: |s| split(&format!("fetch -o out {}", s.origin.url("/cut"))),
        done: |s, run| s.fetched(run, NEW_SIZE),
        ..SCENE
    },
    Scene {
        name: "several connections",
        before: |s| s.change(bytes(NEW_SIZE)),
        command: |s| split(&format!("fetch --connections 3 -o out {}", s.url())),
        done: |s, run| s.fetched(run, NEW_SIZE),
        ..SCENE
    },
    Scene {
        name: "without a cache",
        before: |s| drop(s.sandbox.write("out", bytes(NEW_SIZE))),
        command: |s| split(&format!("fetch --no-cache -o out {}", s.url())),
        done: |s, _| s.holds("out", OLD_SIZE),
        always: |s| s.holds("out", OLD_SIZE) || s.holds("out", NEW_SIZE),
        ..SCENE
    },
    Scene {
        name: "put",
        before: |s| drop(s.sandbox.write("in", bytes(OLD_SIZE))),
        command: |_| split("cache put in --uri x:a"),
        done: |s, run| s.ready(OLD_SIZE) && gives_path(s, run, OLD_SIZE),
        always: |s| s.holds("in", OLD_SIZE),
        ..SCENE
    },
    Scene {
        name: "put by moving",
        before: |s| drop(s.sandbox.write("in", bytes(OLD_SIZE))),
        command: |_| split("cache put --move in --uri x:a"),
        done: |s, _| s.ready(OLD_SIZE),
        always: |s| s.holds("in", OLD_SIZE) || s.ready(OLD_SIZE),
        again: false,
        ..SCENE
    },
    Scene {
        name: "ready",
        before: |s| {
            let path = s.dl(&["cache", "create", "--uri", "x:a", "--filename", "a"]).ok().path();
            std::fs::write(path, bytes(OLD_SIZE)).unwrap();
        },
        command: |_| split("cache ready x:a"),
        done: |s, _| s.ready(OLD_SIZE),
        always: |s| {
            let items = s.sandbox.items();
            items.iter().all(|i| std::fs::read(i["path"].as_str().unwrap()).is_ok_and(|c| c == bytes(OLD_SIZE)))
        },
        again: false,
        ..SCENE
    },
    Scene {
        name: "remove",
        before: |s| {
            s.dl(&["fetch", "-o", "out", &s.url()]).ok();
            s.sandbox.write("in", bytes(NEW_SIZE));
            s.dl(&["cache", "put", "in", "--uri", "x:a"]).ok();
        },
        command: |s| split(&format!("cache rm --purge {}", s.url())),
        done: |s, _| !s.ready(OLD_SIZE),
        always: |s| s.ready(NEW_SIZE) && s.holds("out", OLD_SIZE),
        again: false,
        ..SCENE
    },
    Scene {
        name: "clean",
        before: |s| {
            s.dl(&["fetch", &s.url()]).ok();
            s.change(bytes(NEW_SIZE));
            s.dl(&["fetch", "--refresh", &s.url()]).ok();
            std::fs::write(s.sandbox.cache().join("items/stray"), "stray").unwrap();
        },
        command: |_| split("cache clean --all --max-age 0"),
        done: |s, _| !s.ready(OLD_SIZE) && !s.sandbox.cache().join("items/stray").exists(),
        always: |s| s.ready(NEW_SIZE),
        ..SCENE
    },
    Scene {
        name: "verify and repair",
        damaged: true,
        before: |s| {
            s.dl(&["fetch", &s.url()]).ok();
            let blob = s.blob();
            std::fs::set_permissions(&blob, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
            std::fs::write(&blob, bytes(123)).unwrap();
        },
        command: |_| split("cache verify --repair"),
        done: |s, _| s.sandbox.items().iter().all(|i| i["status"] != "READY" || s.ready(OLD_SIZE)),
        ..SCENE
    },
    Scene {
        name: "a hit whose bytes are damaged",
        damaged: true,
        before: |s| {
            s.dl(&["fetch", &s.url()]).ok();
            let blob = s.blob();
            std::fs::set_permissions(&blob, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
            std::fs::write(&blob, bytes(123)).unwrap();
        },
        command: |s| split(&format!("fetch -o out {}", s.url())),
        done: |s, run| s.fetched(run, OLD_SIZE),
        ..SCENE
    },
    Scene {
        name: "a damaged registry",
        before: |s| {
            s.dl(&["fetch", &s.url()]).ok();
            for suffix in ["-wal", "-shm"] {
                let _ = std::fs::remove_file(s.sandbox.cache().join(format!("registry.sqlite{suffix}")));
            }
            std::fs::write(s.sandbox.cache().join("registry.sqlite"), bytes(20_000)).unwrap();
        },
        command: |s| split(&format!("fetch -o out {}", s.url())),
        done: |s, _| s.holds("out", OLD_SIZE),
        ..SCENE
    },
    Scene {
        name: "extract",
        before: |s| {
            s.change(tarball());
            s.dl(&["fetch", &s.origin.url("/a.tar")]).ok();
            s.sandbox.write("tree/mine", bytes(OLD_SIZE));
        },
        command: |s| split(&format!("cache extract {} tree", s.origin.url("/a.tar"))),
        done: |s, _| s.holds("tree/a", OLD_SIZE) && s.holds("tree/b/c", NEW_SIZE),
        always: |s| {
            let right = |name, size| !s.sandbox.path(name).exists() || s.holds(name, size);
            s.holds("tree/mine", OLD_SIZE) && right("tree/a", OLD_SIZE) && right("tree/b/c", NEW_SIZE)
        },
        ..SCENE
    },
    Scene {
        name: "export",
        before: |s| drop(s.dl(&["fetch", &s.url()])),
        command: |_| split("cache export all.tar"),
        done: |s, _| {
            let there = s.sandbox.path("there");
            let run = s.dl(&["--cache-dir", there.to_str().unwrap(), "cache", "import", "all.tar"]);
            let path = s.dl(&["--cache-dir", there.to_str().unwrap(), "--offline", "fetch", &s.url()]);
            let right = gives_path(s, &path, OLD_SIZE);
            let _ = std::fs::remove_dir_all(there);
            run.code == 0 && right
        },
        ..SCENE
    },
    Scene {
        name: "import",
        before: |s| {
            s.dl(&["--cache-dir", "there", "fetch", &s.url()]).ok();
            s.dl(&["--cache-dir", "there", "cache", "export", "all.tar"]).ok();
        },
        command: |_| split("cache import all.tar"),
        done: |s, _| s.ready(OLD_SIZE),
        ..SCENE
    },
];

/// Plays a scene with a fault, and says what was wrong with it.
fn play(scene: &Scene, strace: &Path, fault: Fault) -> Result<(), String> {
    let stage = Stage::new();
    stage.sandbox.unchecked();
    (scene.before)(&stage);
    let log = stage.sandbox.home().join("strace.log");
    let command = (scene.command)(&stage);
    let run = stage.sandbox.dl(&command).under(words(strace, &log, fault)).run();
    let killed = fault.trouble == Trouble::Kill;
    let (injected, on_files) = injected(&log);
    let tell = |what: &str| Err(format!("{what}\n{}\n{}", injected.join("\n"), run.tell()));
    // The program was not even loaded, or trouble came to a socket, which is no disk.
    let unloaded = run.code == 127 && run.stderr.contains("shared libraries");
    if !killed && !unloaded && on_files {
        let is_told = match run.code {
            0 | 9 | 10 => true,
            // A file of the user's that cannot be read, and damage that was to be found.
            2 => run.stderr.contains("config") || run.stderr.contains("cannot read `"),
            8 => scene.damaged,
            _ => false,
        };
        if !is_told {
            return tell("a fault of the disk is 9 or 10, or does no harm");
        }
        if run.code != 0 && !run.stderr.contains("dl: error: ") {
            return tell("no error message");
        }
        // What cannot be looked into is not cleaned, and nothing else is.
        let may_do_less = scene.name == "clean" && ["openat", "getdents64"].contains(&fault.call);
        if run.code == 0 && !may_do_less && !(scene.done)(&stage, &run) {
            return tell("exit 0, and it is not done");
        }
        let strays: Vec<_> = stage.sandbox.work_tree().into_iter().filter(|n| n.contains(".dl-")).collect();
        if !strays.is_empty() && !fault.call.starts_with("unlink") {
            return tell(&format!("left behind: {strays:?}"));
        }
    }
    settle(&stage, scene, &command, &run).or_else(|what| tell(&what))
}

/// What was left must be whole, and the next command must mend the rest.
fn settle(stage: &Stage, scene: &Scene, command: &[String], run: &Transcript) -> Result<(), String> {
    if !(scene.always)(stage) {
        return Err("what must always hold does not".to_owned());
    }
    if !scene.damaged {
        stage.sandbox.check_ready();
    }
    if scene.again || !(scene.done)(stage, run) {
        let again = stage.sandbox.dl(command).run();
        if again.code != 0 || !(scene.done)(stage, &again) {
            return Err(format!("the next command does not mend it\n{}", again.tell()));
        }
    }
    if scene.damaged {
        // A damaged blob that a registry lost to the fault belongs to nobody, and answers nobody.
        stage.sandbox.check_items();
    } else {
        stage.sandbox.check();
    }
    Ok(())
}

/// Plays a scene without trouble; gives the numbers of the calls that it makes on files.
fn rehearse(scene: &Scene, strace: &Path, calls: &[(&'static str, Trouble)]) -> Vec<Fault> {
    let stage = Stage::new();
    stage.sandbox.unchecked();
    (scene.before)(&stage);
    let log = stage.sandbox.home().join("strace.log");
    let kinds: Vec<_> = calls.iter().map(|(call, _)| *call).collect();
    let run = stage.sandbox.dl((scene.command)(&stage)).under(watching(strace, &log, &kinds)).run();
    assert!((scene.done)(&stage, run.ok()), "{}: not done\n{}", scene.name, run.tell());
    let faults = |(call, trouble): &(&'static str, Trouble)| {
        on_files(&log, call).into_iter().map(|number| Fault { call, number, trouble: *trouble }).collect::<Vec<_>>()
    };
    calls.iter().flat_map(faults).collect()
}

/// Plays all scenes with trouble at all calls of these kinds.
fn play_all(calls: &[(&'static str, Trouble)]) {
    let strace = or_skip!(strace());
    let wanted = std::env::var("DL_TEST_CASE").unwrap_or_default();
    let stride = if std::env::var_os("DL_TEST_ALL").is_some() { 1 } else { STRIDE };
    let mut wrong = Vec::new();
    let mut played = 0;
    for (scene, place) in SCENES.iter().zip(1..).filter(|(s, _)| s.name.contains(&wanted)) {
        // Each begins elsewhere, so that together they are spread over all calls.
        for fault in rehearse(scene, &strace, calls).into_iter().skip((place * 5) % stride).step_by(stride) {
            let why = match catch_unwind(AssertUnwindSafe(|| play(scene, &strace, fault))) {
                Ok(Ok(())) => None,
                Ok(Err(why)) => Some(why),
                Err(panic) => Some(panic.downcast_ref::<String>().map_or("a panic".to_owned(), String::clone)),
            };
            played += 1;
            tell(|| format!("{played} {}: {fault:?}", scene.name));
            wrong.extend(why.map(|why| format!("## {}: {fault:?}\n{why}", scene.name)));
        }
    }
    eprint_line(&format!("{played} faults"));
    assert!(wrong.is_empty(), "{} of {played} wrong:\n\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn killed_at_any_call() {
    let calls = [
        "pwrite64",
        "write",
        "linkat",
        "rename",
        "renameat2",
        "unlink",
        "unlinkat",
        "openat",
        "mkdir",
        "ftruncate",
        "chmod",
        "fchmod",
        "flock",
        "fsync",
    ];
    play_all(&calls.map(|call| (call, Trouble::Kill)));
}

#[test]
fn killed_at_random_moments() {
    let mut random = Random::new("killed_at_random_moments");
    for round in 0..number("DL_TEST_ROUNDS", || 24) {
        let scene = &SCENES[random.below(SCENES.len() as u64) as usize];
        crate::support::sandbox::tell(|| format!("round {round}: {}", scene.name));
        let stage = Stage::new();
        stage.sandbox.unchecked();
        (scene.before)(&stage);
        let command = (scene.command)(&stage);
        let running = stage.sandbox.dl(&command).spawn();
        std::thread::sleep(Duration::from_micros(random.below(60_000)));
        running.kill();
        let run = running.wait();
        let settled = settle(&stage, scene, &command, &run);
        assert!(settled.is_ok(), "round {round}, {}: {}\n{}", scene.name, settled.unwrap_err(), run.tell());
    }
}

#[test]
fn any_write_may_fail() {
    let calls = ["pwrite64", "write", "writev", "copy_file_range", "ftruncate", "mkdir", "linkat", "fallocate"];
    play_all(&calls.map(|call| (call, Trouble::Once("ENOSPC"))));
}

#[test]
fn the_disk_may_be_full_from_any_call_on() {
    let calls = ["pwrite64", "write", "openat", "linkat", "rename"];
    play_all(&calls.map(|call| (call, Trouble::Always("ENOSPC"))));
}

#[test]
fn any_other_call_may_fail() {
    play_all(&[
        ("fsync", Trouble::Once("EIO")),
        ("fdatasync", Trouble::Once("EIO")),
        ("pread64", Trouble::Once("EIO")),
        ("read", Trouble::Once("EIO")),
        ("rename", Trouble::Once("EIO")),
        ("renameat2", Trouble::Once("EIO")),
        ("unlink", Trouble::Once("EACCES")),
        ("unlinkat", Trouble::Once("EACCES")),
        ("chmod", Trouble::Once("EPERM")),
        ("fchmod", Trouble::Once("EPERM")),
        ("openat", Trouble::Once("EMFILE")),
        ("flock", Trouble::Always("ENOLCK")),
        ("fcntl", Trouble::Once("ENOLCK")),
        ("linkat", Trouble::Always("EMLINK")),
        ("statx", Trouble::Once("EIO")),
        ("getdents64", Trouble::Once("EIO")),
    ]);
}
