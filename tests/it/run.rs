//! `dl run`: a command is run once, and replayed while nothing that it depends on has changed.

use crate::support::origin::Origin;
use crate::support::sandbox::{Dl, Running, Sandbox, sha256, until};
use crate::support::transcript::Transcript;
use rustix::process::Signal;
use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, SystemTime};

/// `dl run OPTIONS -- sh -c SCRIPT`; the script finds `count` in its way, which notes each run.
fn script<'a>(sandbox: &'a Sandbox, options: &str, script: &str) -> Dl<'a> {
    sandbox.dl(["run"]).args(options).arg("--").arg("sh").arg("-c").arg(format!("echo x >> ../runs; {script}"))
}

/// How often scripts were run.
fn runs(sandbox: &Sandbox) -> usize {
    std::fs::read(sandbox.path("../runs")).map_or(0, |text| text.len() / 2)
}

/// Gives a file another time, long ago.
fn age(path: &Path, seconds: u64) {
    let time = SystemTime::now() - Duration::from_secs(seconds);
    std::fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
}

fn reason(run: &Transcript) -> (String, String) {
    run.fails(11).has("up_to_date", false);
    let text = |name: &str| run.field(name).as_str().unwrap_or_default().to_owned();
    (text("reason"), text("path"))
}

#[test]
fn both_streams_come_back_to_the_byte_and_in_their_order() {
    let sandbox = Sandbox::new();
    let talk =
        "i=0; while [ $i -lt 50 ]; do echo out $i; echo err $i >&2; i=$((i+1)); done; printf '\\377\\000\\n'; exit 0";
    let together = || script(&sandbox, "-q", talk).after_shell("exec 2>&1;").run();
    let (first, second) = (together(), together());
    let mut expected = Vec::new();
    for i in 0..50 {
        expected.extend_from_slice(format!("out {i}\nerr {i}\n").as_bytes());
    }
    expected.extend_from_slice(b"\xff\x00\n");
    assert!(second.ok().stdout == expected, "{}", second.tell());
    if cfg!(target_os = "linux") {
        assert!(first.ok().stdout == expected, "{}", first.tell());
    }
    let apart = script(&sandbox, "-q", talk).run();
    assert!(apart.ok().stdout.starts_with(b"out 0\nout 1\n") && apart.stderr.starts_with("err 0\nerr 1\n"));
    assert_eq!(runs(&sandbox), 1);
}

#[test]
fn output_goes_on_while_the_command_runs() {
    let sandbox = Sandbox::new();
    let (mut reader, writer) = std::io::pipe().unwrap();
    let running = script(&sandbox, "-q", "echo first; while [ ! -e go ]; do sleep 0.01; done; echo last")
        .spawn_with(Stdio::from(writer));
    let mut first = [0; 6];
    std::io::Read::read_exact(&mut reader, &mut first).unwrap();
    assert_eq!(&first, b"first\n", "before the command has ended");
    sandbox.write("go", "");
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut reader, &mut rest).unwrap();
    assert_eq!(rest, "last\n");
    running.wait().ok();
}

#[test]
fn large_output_is_recorded_in_bounded_memory() {
    let sandbox = Sandbox::new();
    let make =
        || script(&sandbox, "-q", "head -c 30000000 /dev/zero; echo end >&2").after_shell("ulimit -v 600000;").run();
    for run in [make(), make()] {
        assert_eq!((run.ok().stdout.len(), run.stderr.as_str()), (30_000_000, "end\n"));
    }
    assert_eq!(runs(&sandbox), 1);
}

#[test]
fn what_stands_in_the_key() {
    let sandbox = Sandbox::new().with_env("A", "1").with_env("B", "1");
    let count = |run: &dyn Fn() -> Transcript, news: usize, what: &str| {
        let before = runs(&sandbox);
        run().ok();
        run().ok();
        assert_eq!(runs(&sandbox) - before, news, "{what}");
    };
    let plain = || script(&sandbox, "-q", "pwd").run();
    count(&plain, 1, "once");
    count(&|| script(&sandbox, "-q", "pwd ").run(), 1, "arguments");
    std::fs::create_dir(sandbox.path("other")).unwrap();
    let elsewhere = |options: &str| {
        sandbox
            .dl(["run", "-q"])
            .args(options)
            .args("sh -c")
            .arg("echo x >> ../runs; pwd")
            .in_folder(sandbox.path("other"))
    };
    let there = elsewhere("").run();
    assert!(there.ok().out().ends_with("/other\n"), "the working directory\n{}", there.tell());
    count(&|| script(&sandbox, "-q --env A", "pwd").run(), 1, "--env");
    count(&|| script(&sandbox, "-q --env A", "pwd").env("A", "2").run(), 1, "the value of --env");
    count(&|| script(&sandbox, "-q --env A", "pwd").without_env("A").run(), 1, "no value of --env");
    count(&|| script(&sandbox, "-q --env A", "pwd").env("B", "2").run(), 0, "a variable that is not declared");
    count(&|| script(&sandbox, "-q --stdin", "cat").stdin("one").run(), 1, "--stdin");
    count(&|| script(&sandbox, "-q --stdin", "cat").stdin("two").run(), 1, "its bytes");
    assert_eq!(script(&sandbox, "-q --stdin", "cat").stdin("one").run().out(), "one");
    assert_eq!(script(&sandbox, "-q", "cat").stdin("one").run().out(), "", "otherwise it is empty");
    let anywhere = |folder: &str, option: &str| {
        let run = sandbox.dl(["run", "-q", option, "sh", "-c", "echo x >> \"$HOME/../runs\""]);
        run.in_folder(sandbox.path(folder)).run()
    };
    for option in ["--ignore-cwd", "--share"] {
        sandbox.dl(["cache", "rm", "--purge", "--label", "run"]).run().ok();
        let before = runs(&sandbox);
        anywhere("", option).ok();
        anywhere("other", option).ok();
        assert_eq!(runs(&sandbox) - before, 1, "{option}");
    }
}

#[test]
fn the_environment_is_passed_on_or_kept_away() {
    let sandbox = Sandbox::new().with_env("SEEN", "yes");
    assert_eq!(sandbox.run("run -q --refresh printenv SEEN").ok().out(), "yes\n");
    sandbox.run("run -q --env-clear printenv SEEN").fails(1);
    assert_eq!(sandbox.run("run -q --env-clear --env SEEN printenv").ok().out(), "SEEN=yes\n");
}

#[test]
fn a_dependency_that_changed_is_named() {
    let sandbox = Sandbox::new();
    sandbox.write("src/a.c", "a");
    sandbox.write("src/b.c", "b");
    sandbox.write("src/.git/HEAD", "1");
    let options = "-q --dep src --dep one --dep-exclude *.o";
    sandbox.write("one", "1");
    let make = || script(&sandbox, options, "cat src/a.c").run();
    let check = || script(&sandbox, &format!("--check --json {options}"), "cat src/a.c").run();
    assert_eq!(reason(&check()), ("never-run".to_owned(), String::new()));
    make().ok();
    check().ok().has("up_to_date", true);
    let path = sandbox.path("src/a.c");
    let change = |what: &str, path: &str, edit: &dyn Fn()| {
        edit();
        let before = runs(&sandbox);
        assert_eq!(reason(&check()), (what.to_owned(), path.to_owned()));
        let told = script(&sandbox, &format!("--check {options}").replace("-q ", ""), "cat src/a.c").run();
        told.fails(11).says(path);
        assert!(told.stdout.is_empty());
        script(&sandbox, &format!("--explain {options}"), "cat src/a.c").run().ok().says(path);
        make().ok();
        assert_eq!(runs(&sandbox), before + 1, "{what} {path}");
        check().ok();
    };
    change("dep-changed", "src/a.c", &|| std::fs::write(&path, "A").unwrap());
    change("dep-changed", "src/new.c", &|| drop(sandbox.write("src/new.c", "n")));
    change("dep-changed", "src/b.c", &|| std::fs::remove_file(sandbox.path("src/b.c")).unwrap());
    change("dep-changed", "one", &|| drop(sandbox.write("one", "2")));
    // What is no part of it.
    sandbox.write("src/x.o", "object");
    sandbox.write("src/.git/HEAD", "2");
    sandbox.write("two", "2");
    // The same bytes, under another time and inode.
    std::fs::remove_file(&path).unwrap();
    sandbox.write("src/a.c", "A");
    age(&path, 500);
    check().ok();
    assert_eq!(make().ok().out(), "A");
}

#[test]
fn the_cache_in_a_folder_is_no_part_of_it() {
    // Below it, by way of a link, and the folder itself, which may hold other files too.
    for stamps in ["stamps", "link/stamps", "."] {
        let sandbox = Sandbox::new();
        std::os::unix::fs::symlink(".", sandbox.path("link")).unwrap();
        std::fs::set_permissions(sandbox.path(""), PermissionsExt::from_mode(0o700)).unwrap();
        sandbox.write("a", "a");
        let make = || script(&sandbox, &format!("-q --stamp-directory {stamps} --dep ."), "cat a").run();
        make().ok().warns_not();
        make().ok();
        assert_eq!(runs(&sandbox), 1, "{stamps}");
        sandbox.write("b", "b");
        make().ok();
        make().ok();
        assert_eq!(runs(&sandbox), 2, "{stamps}");
    }
}

#[test]
fn a_missing_dependency_is_no_error_and_keeps_it_out_of_date() {
    let sandbox = Sandbox::new();
    for dependency in ["none", "none/*.c"] {
        let options = format!("-q --dep {dependency}");
        let before = runs(&sandbox);
        for _ in 0..2 {
            script(&sandbox, &options, "echo ran").run().ok().warns_not();
        }
        assert_eq!(runs(&sandbox), before + 2);
        let check = script(&sandbox, &format!("--check --json {options}"), "echo ran").run();
        assert_eq!(reason(&check), ("dep-missing".to_owned(), dependency.to_owned()));
    }
    let make = || script(&sandbox, "-q --dep none", "echo ran").run();
    sandbox.write("none", "now");
    let before = runs(&sandbox);
    make().ok();
    make().ok();
    assert_eq!(runs(&sandbox), before + 1);
}

#[test]
fn globs_are_expanded_when_it_is_looked() {
    let sandbox = Sandbox::new();
    sandbox.write("in/a.csv", "a");
    let make = || sandbox.dl(["run", "-q", "--dep", "in/**/*.csv", "sh", "-c", "echo x >> ../runs; ls in"]).run();
    make().ok();
    sandbox.write("in/other.txt", "x");
    assert_eq!(make().ok().out(), "a.csv\n");
    sandbox.write("in/deep/b.csv", "b");
    assert_eq!(make().ok().out(), "a.csv\ndeep\nother.txt\n");
    assert_eq!(runs(&sandbox), 2);
}

#[test]
fn a_dependency_that_changes_meanwhile_makes_it_not_reusable() {
    let sandbox = Sandbox::new();
    sandbox.write("dep", "0");
    let make = || script(&sandbox, "-q --dep dep --dep other", "echo x >> dep; echo ran").run();
    sandbox.write("other", "0");
    for _ in 0..2 {
        let run = make();
        assert_eq!(run.ok().out(), "ran\n");
        assert_eq!(run.stderr.matches("dl: warning: ").count(), 1, "{}", run.tell());
        run.says("`dep`");
    }
    assert_eq!(runs(&sandbox), 2);
    assert!(sandbox.items().is_empty());
    // Touched, but of the same bytes: that is no change.
    let touch = || script(&sandbox, "-q --dep other", "touch other; cat other > o2; cat o2 > other").run();
    touch().ok().warns_not();
    touch().ok();
    assert_eq!(runs(&sandbox), 3);
}

#[test]
fn time_alone_decides_where_that_is_wanted() {
    let sandbox = Sandbox::new();
    let path = sandbox.write("dep", "one");
    age(&path, 100);
    let make = |options: &str| script(&sandbox, &format!("-q --dep dep {options}"), "cat dep").run();
    make("--method mtime").ok();
    std::fs::write(&path, "two").unwrap();
    age(&path, 50);
    assert_eq!(make("--method mtime").ok().out(), "two", "another time");
    age(&path, 40);
    make("--method mtime").ok();
    assert_eq!(runs(&sandbox), 3, "another time, the same bytes");
    age(&path, 30);
    make("").ok();
    make("--method mtime --use-hashes").ok();
    let with = |name: &str| script(&sandbox, "-q --dep dep --method mtime", "cat dep").env(name, "1").run();
    for name in ["DL_RUN_ALWAYS_USE_HASHES", "JOBSTAMPS_ALWAYS_USE_HASHES"] {
        age(&path, 20);
        with(name).ok();
    }
    assert_eq!(runs(&sandbox), 3, "the bytes are those of the record");
    sandbox.run("run --method size ls").fails(125).says("hash");
}

#[test]
fn a_change_within_one_tick_is_seen() {
    let sandbox = Sandbox::new();
    for n in 0..20 {
        let text = format!("{n:04}");
        std::fs::write(sandbox.path("dep"), &text).unwrap();
        assert_eq!(script(&sandbox, "-q --dep dep", "cat dep").run().ok().out(), text);
    }
}

#[test]
fn outputs_are_kept_and_restored_with_their_mode() {
    let sandbox = Sandbox::new();
    let options = "-q --output out/tool --output tree --output text";
    let text = "mkdir -p out tree/sub; printf tool > out/tool; chmod 750 out/tool; printf deep > tree/sub/f; ln -s sub/f tree/link; printf text > text";
    let make = || script(&sandbox, options, text).run();
    let check = || script(&sandbox, &format!("--check --json {options}"), text).run();
    make().ok();
    let whole = sandbox.work_tree();
    let looks_right = || {
        assert_eq!(sandbox.work_tree(), whole);
        assert_eq!(sandbox.read("out/tool"), b"tool");
        assert_eq!(sandbox.path("out/tool").metadata().unwrap().permissions().mode() & 0o777, 0o750);
        assert_eq!(sandbox.read("tree/link"), b"deep");
        assert_eq!(sandbox.read("text"), b"text");
        assert!(
            sandbox.path("text").metadata().unwrap().permissions().mode() & 0o200 != 0,
            "not a link into the cache"
        );
    };
    let time = sandbox.path("text").metadata().unwrap().modified().unwrap();
    make().ok();
    assert_eq!(sandbox.path("text").metadata().unwrap().modified().unwrap(), time, "what stands is left alone");
    let damage: [(&str, &str, &dyn Fn()); 6] = [
        ("output-missing", "text", &|| std::fs::remove_file(sandbox.path("text")).unwrap()),
        ("output-missing", "out/tool", &|| std::fs::remove_dir_all(sandbox.path("out")).unwrap()),
        ("output-changed", "text", &|| std::fs::write(sandbox.path("text"), "TEXT").unwrap()),
        ("output-changed", "out/tool", &|| {
            std::fs::set_permissions(sandbox.path("out/tool"), PermissionsExt::from_mode(0o600)).unwrap();
        }),
        ("output-missing", "tree/sub/f", &|| std::fs::remove_file(sandbox.path("tree/sub/f")).unwrap()),
        ("output-missing", "tree/link", &|| std::fs::remove_file(sandbox.path("tree/link")).unwrap()),
    ];
    for (what, path, break_it) in damage {
        break_it();
        assert_eq!(reason(&check()), (what.to_owned(), path.to_owned()));
        make().ok();
        looks_right();
        check().ok();
    }
    assert_eq!(runs(&sandbox), 1);
}

#[test]
fn an_output_that_is_not_made_is_told_and_nothing_is_stored() {
    let sandbox = Sandbox::new();
    let run = script(&sandbox, "-q --output none", "echo ran").run();
    run.ok().says("warning").says("`none`");
    script(&sandbox, "-q --cache-failures --output none", "exit 3").run().fails(3).says("`none`");
    assert!(sandbox.items().is_empty());
    // Something that cannot be kept: the command has done its work all the same.
    let run = script(&sandbox, "-q --output pipe", "mkfifo pipe; echo ran").run();
    assert_eq!(run.ok().out(), "ran\n");
    run.says("dl: warning:").says("pipe").says("not stored");
    assert!(sandbox.items().is_empty());
    script(&sandbox, "-q --output ../cache/x", "true").run().fails(125).says("in the cache");
}

#[test]
fn output_files_must_be_there_and_are_not_kept() {
    let sandbox = Sandbox::new();
    let make = || {
        sandbox.dl(["run", "-q", "--output-files", "a", "b", "--", "sh", "-c", "echo x >> ../runs; touch a b"]).run()
    };
    make().ok();
    make().ok();
    sandbox.write("a", "changed");
    make().ok();
    assert_eq!(runs(&sandbox), 1, "what is in them is not looked at");
    std::fs::remove_file(sandbox.path("b")).unwrap();
    let check = sandbox
        .dl(["run", "--check", "--json", "--output-files", "a", "b", "--", "sh", "-c", "echo x >> ../runs; touch a b"])
        .run();
    assert_eq!(reason(&check), ("output-missing".to_owned(), "b".to_owned()));
    make().ok();
    assert_eq!(runs(&sandbox), 2);
    assert!(sandbox.path("b").exists());
}

#[test]
fn an_output_that_was_not_declared_then_was_not_kept() {
    let sandbox = Sandbox::new();
    let make = |options: &str| script(&sandbox, &format!("-q {options}"), "echo 1 > one; echo 2 > two").run();
    make("--output one").ok();
    make("--output one --output two").ok();
    assert_eq!(runs(&sandbox), 2);
    std::fs::remove_file(sandbox.path("one")).unwrap();
    std::fs::remove_file(sandbox.path("two")).unwrap();
    make("--output two").ok();
    assert_eq!(sandbox.work_tree(), ["two"], "what is not asked for is not restored");
    make("--output one --output two").ok();
    assert_eq!((sandbox.work_tree().len(), runs(&sandbox)), (2, 2));
}

#[test]
fn failures_are_not_replayed_unless_that_is_wanted() {
    let sandbox = Sandbox::new();
    let fail = |options: &str| script(&sandbox, options, "echo sorry >&2; exit 3").run();
    fail("-q").fails(3).says("sorry");
    fail("-q").fails(3);
    assert_eq!(runs(&sandbox), 2);
    assert_eq!(reason(&fail("--check --json")).0, "failed");
    let items = sandbox.items();
    assert_eq!((items.len(), items[0]["status"].as_str()), (1, Some("FAILED")));
    fail("-q --cache-failures").fails(3);
    fail("-q --cache-failures").fails(3).says("sorry");
    assert_eq!(runs(&sandbox), 3);
    fail("--check --cache-failures").ok();
    assert_eq!(reason(&fail("--check --json")).0, "failed");
    fail("-q").fails(3);
    assert_eq!(runs(&sandbox), 4);
}

#[test]
fn a_record_grows_old() {
    let sandbox = Sandbox::new();
    let make = |options: &str| script(&sandbox, options, "date +%N").run();
    let first = make("-q --ttl 1h").ok().out().to_owned();
    assert_eq!(make("-q --ttl 1h").ok().out(), first);
    assert_eq!(reason(&make("--check --json --ttl 0")).0, "expired");
    assert_ne!(make("-q --ttl 0").ok().out(), first);
    assert_ne!(make("-q --refresh").ok().out(), first);
    assert_eq!(runs(&sandbox), 3);
}

#[test]
fn a_stale_record_is_replayed_and_renewed_in_the_background() {
    let sandbox = Sandbox::new();
    let make = |options: &str| script(&sandbox, options, "cat number").run();
    sandbox.write("number", "1");
    make("-q --ttl 1h").ok();
    sandbox.write("number", "2");
    let meta = sandbox.path("meta.json");
    let run = script(&sandbox, "-q --ttl 0 --stale 1h --meta meta.json", "cat number").run();
    assert_eq!(run.ok().out(), "1");
    let told: serde_json::Value = serde_json::from_slice(&std::fs::read(meta).unwrap()).unwrap();
    assert_eq!((told["source"].as_str(), told["stored"].as_bool()), (Some("stale"), Some(true)));
    until("the renewal", || make("-q --ttl 1h").ok().out() == "2");
    assert_eq!(runs(&sandbox), 2);
    until("its end", || sandbox.cache_tree().iter().all(|name| !name.starts_with("partial/") || name == "partial/"));
}

#[test]
fn many_at_once_execute_once() {
    let sandbox = Sandbox::new();
    for options in ["-q", "-q --output made"] {
        let before = runs(&sandbox);
        let all: Vec<_> =
            (0..16).map(|_| script(&sandbox, options, "sleep 0.3; echo done > made; echo ran").spawn()).collect();
        for run in all.into_iter().map(Running::wait) {
            assert_eq!(run.ok().out(), "ran\n");
        }
        // The second time the record of the first has no output to restore.
        assert_eq!(runs(&sandbox), before + 1, "{options}");
    }
    let refreshed: Vec<_> =
        (0..4).map(|_| script(&sandbox, "-q --refresh", "sleep 0.3; echo done > made; echo ran").spawn()).collect();
    let before = runs(&sandbox);
    for run in refreshed.into_iter().map(Running::wait) {
        run.ok();
    }
    assert!(runs(&sandbox) <= before + 4, "each asked for one that began after itself");
}

#[test]
fn a_killed_owner_is_followed() {
    let sandbox = Sandbox::new();
    let command = || script(&sandbox, "-q", "if [ ! -e go ]; then touch began; sleep 60; fi; echo ran");
    let owner = command().spawn();
    until("the first run", || sandbox.path("began").exists());
    let waiters: Vec<_> = (0..3).map(|_| command().spawn()).collect();
    sandbox.write("go", "");
    owner.kill();
    owner.wait();
    for run in waiters.into_iter().map(Running::wait) {
        assert_eq!(run.ok().out(), "ran\n");
    }
    assert_eq!(runs(&sandbox), 2);
    let waiter = script(&sandbox, "-q", "touch began2; sleep 60").spawn();
    until("the second run", || sandbox.path("began2").exists());
    script(&sandbox, "-q --join-timeout 50ms", "touch began2; sleep 60").run().fails(125).says("--join-timeout");
    waiter.signal(Signal::TERM);
    waiter.wait().fails(143);
}

/// Whether a process of that number lives (a zombie does not).
fn lives(number: &str) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{}/stat", number.trim())).unwrap_or_default();
    status.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
}

#[test]
fn signals_reach_the_command_and_its_group_ends() {
    let sandbox = Sandbox::new();
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let _ = std::fs::remove_file(sandbox.path("pid"));
        let running = script(&sandbox, "-q", "sleep 60 & echo $! > pid.new; mv pid.new pid; wait").spawn();
        until("the command", || sandbox.path("pid").exists());
        let below = String::from_utf8(sandbox.read("pid")).unwrap();
        running.signal(signal);
        let run = running.wait();
        run.fails(code);
        until("the end of what it started", || !lives(&below));
        assert!(sandbox.items().is_empty(), "nothing is stored");
    }
    let running =
        script(&sandbox, "-q", "trap 'echo bye; exit 4' TERM; touch ready; while :; do sleep 0.01; done").spawn();
    until("the trap", || sandbox.path("ready").exists());
    running.signal(Signal::TERM);
    let run = running.wait();
    assert_eq!(run.fails(4).out(), "bye\n", "the command decides how it ends");
    assert!(sandbox.items().is_empty());
    // What is stopped hears it too.
    let running = script(&sandbox, "-q", "echo $$ > stopped.new; mv stopped.new stopped; kill -STOP $$").spawn();
    until("the stop", || {
        let number = std::fs::read_to_string(sandbox.path("stopped")).unwrap_or_default();
        let status = std::fs::read_to_string(format!("/proc/{}/stat", number.trim())).unwrap_or_default();
        status.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with('T'))
    });
    running.signal(Signal::TERM);
    running.wait().fails(143);
}

#[test]
fn what_is_killed_is_not_stored() {
    let sandbox = Sandbox::new();
    for _ in 0..20 {
        let run = script(&sandbox, "-q --cache-failures", "echo half; echo why >&2; kill -9 $$").run();
        assert_eq!((run.out(), run.stderr.as_str()), ("half\n", "why\n"), "its last words are heard");
        run.fails(137);
    }
    script(&sandbox, "-q --cache-failures", "kill -TERM $$").run().fails(143);
    assert!(sandbox.items().is_empty());
    for moment in 0..8 {
        let running = script(&sandbox, "-q --output o", "echo half; echo o > o; sleep 0.02; echo whole").spawn();
        std::thread::sleep(Duration::from_millis(moment * 9));
        running.kill();
        running.wait();
        sandbox.check_ready();
    }
    let run = script(&sandbox, "-q --output o", "echo half; echo o > o; sleep 0.02; echo whole").run();
    assert_eq!(run.ok().out(), "half\nwhole\n");
}

#[test]
fn what_a_command_leaves_running_ends_with_it() {
    let sandbox = Sandbox::new();
    let run = script(&sandbox, "-q", "sleep 60 > /dev/null 2>&1 & echo $! > pid; echo ran").run();
    assert_eq!(run.ok().out(), "ran\n");
    let below = String::from_utf8(sandbox.read("pid")).unwrap();
    until("its end", || !lives(&below));
}

#[test]
fn exit_codes_tell_who_failed() {
    let sandbox = Sandbox::new();
    for code in [0, 1, 2, 42, 125, 255] {
        script(&sandbox, "-q", &format!("exit {code}")).run().fails(code);
    }
    sandbox.run("run no-such-command-here").fails(127).says("no-such-command-here");
    sandbox.run("run ./none").fails(127);
    sandbox.write("plain", "#!/bin/sh\n");
    sandbox.run("run ./plain").fails(126).says("permission");
    sandbox.run("run .").fails(127);
    sandbox.run("run ./").fails(126);
    let tool = sandbox.write("broken", "#!/no/such/interpreter\n");
    std::fs::set_permissions(tool, PermissionsExt::from_mode(0o755)).unwrap();
    sandbox.run("run ./broken").fails(127).says("interpreter");
    for usage in [
        "run",
        "run --nonsense ls",
        "run --ttl never ls",
        "run --json ls",
        "run --env A=1 ls",
        "run --dependencies a ls",
    ] {
        sandbox.run(usage).fails(125).says("dl: error:");
    }
    sandbox.run("run --json ls").says("--meta");
    sandbox.run("run --dependencies a ls").says("--");
    sandbox.run("run --check --nonsense ls").fails(2);
    sandbox.run("run --check --json no-such-command-here").fails(3).error("not_found", "command_not_found");
    sandbox.write("a-file", "");
    sandbox.run("run --stamp-directory a-file true").fails(125).says("a-file");
    assert!(sandbox.items().iter().all(|item| item["label"] == "run"));
}

#[test]
fn the_first_word_that_is_no_option_begins_the_command() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run("run -q echo --json -x16 -q -- a").ok().out(), "--json -x16 -q -- a\n");
    assert_eq!(sandbox.run("-q run -- echo --check").ok().out(), "--check\n");
    sandbox.write("a", "");
    assert_eq!(sandbox.run("run -q --dependencies a --output-files a -- echo -n x").ok().out(), "x");
    let mut words: Vec<OsString> = ["run", "-q", "printf"].map(OsString::from).to_vec();
    words.push(std::os::unix::ffi::OsStringExt::from_vec(b"\xff".to_vec()));
    assert_eq!(sandbox.dl(words).run().ok().stdout, b"\xff");
    sandbox.run("run --help").ok();
    let help = sandbox.run("run -h");
    assert!(help.ok().out().contains("--dep") && !help.out().contains("--renew"), "{}", help.tell());
}

#[test]
fn a_command_is_given_its_own_name() {
    let sandbox = Sandbox::new();
    sandbox.write("bin/tool", "#!/bin/sh\necho \"$0\" \"$@\"\n");
    std::fs::set_permissions(sandbox.path("bin/tool"), PermissionsExt::from_mode(0o755)).unwrap();
    let path = std::env::join_paths([sandbox.path("bin"), "/usr/bin".into(), "/bin".into()]).unwrap();
    let run = sandbox.dl(["run", "-q", "tool", "a b"]).env("PATH", path).run();
    assert!(run.ok().out().ends_with("tool a b\n"), "{}", run.tell());
    // A script without a first line that names its interpreter is one of `sh`, as everywhere.
    sandbox.write("bin/bare", "echo bare\n");
    std::fs::set_permissions(sandbox.path("bin/bare"), PermissionsExt::from_mode(0o755)).unwrap();
    assert_eq!(sandbox.run("run -q bin/bare").ok().out(), "bare\n");
}

#[test]
fn variables_of_jobstamps_and_ours() {
    let sandbox = Sandbox::new();
    let make = |name: &str, value: &str| script(&sandbox, "--ttl 1h", "echo ran").env(name, value).run();
    make("X", "").ok();
    for name in ["DL_RUN_DISABLED", "JOBSTAMPS_DISABLED"] {
        let before = runs(&sandbox);
        make(name, "1").ok();
        assert_eq!(runs(&sandbox), before + 1, "{name}");
        make(name, "").ok();
        assert_eq!(runs(&sandbox), before + 1, "empty is unset");
    }
    let check = script(&sandbox, "--check --json --ttl 1h", "echo ran").env("DL_RUN_DISABLED", "1").run();
    assert_eq!(reason(&check).0, "disabled");
    make("DL_RUN_DISABLED", "0").ok();
    for name in ["DL_RUN_DEBUG", "JOBSTAMPS_DEBUG"] {
        make(name, "1").ok().says("explain:");
    }
    let before = runs(&sandbox);
    // Settings of fetch are not about commands.
    make("DL_REFRESH", "1").ok().never_says("explain:");
    make("DL_META", "m").ok();
    assert!(!sandbox.path("m").exists());
    assert_eq!(runs(&sandbox), before);
    script(&sandbox, "--no-cache --explain", "echo ran").run().ok().says("explain: run: records are not used");
    assert_eq!(runs(&sandbox), before + 1);
    sandbox.run("doctor").never_says("DL_RUN_DISABLED");
}

#[test]
fn what_has_no_end_is_told_once() {
    let sandbox = Sandbox::new();
    let make = |options: &str, text: &str| script(&sandbox, options, text).run();
    make("", "true").ok().says("replayed until --refresh");
    make("", "true").ok().never_says("replayed until");
    make("--refresh", "true").ok().never_says("replayed until");
    sandbox.write("d", "");
    for options in ["--ttl 1h", "--dep d", "--stdin"] {
        make(options, &format!(": {options}")).ok().never_says("replayed until");
    }
    make("-q", ": quiet").ok().never_says("replayed until");
}

#[test]
fn meta_tells_what_came_of_it() {
    let sandbox = Sandbox::new();
    let make = || script(&sandbox, "-q --meta meta.json --output o --cache-failures", "echo o > o; exit 5").run();
    let meta = || -> serde_json::Value { serde_json::from_slice(&sandbox.read("meta.json")).unwrap() };
    make().fails(5);
    let first = meta();
    assert_eq!(
        (first["schema"].as_i64(), first["source"].as_str(), first["exit_code"].as_i64()),
        (Some(1), Some("run"), Some(5))
    );
    assert_eq!(first["outputs"][0]["sha256"], sha256(b"o\n"));
    assert_eq!((first["reason"].as_str(), first["stored"].as_bool()), (Some("never-run"), Some(true)));
    make().fails(5);
    let second = meta();
    assert_eq!(second["source"], "hit");
    for same in ["key", "started_at", "finished_at", "exit_code"] {
        assert_eq!(first[same], second[same], "{same}");
    }
    let check = script(&sandbox, "--check --json --output o --cache-failures", "echo o > o; exit 5").run();
    assert_eq!(check.ok().field("key"), first["key"]);
    // Failures of dl itself too: what an earlier run left would tell of another.
    for (command, code, error) in [("no-such-command-here", 127, "command_not_found"), ("./", 126, "not_executable")] {
        sandbox.run(&format!("run --meta meta.json {command}")).fails(code);
        let told = meta();
        assert_eq!(
            (told["exit_code"].as_i64(), told["error"]["code"].as_str()),
            (Some(code.into()), Some(error)),
            "{told}"
        );
        assert_eq!((&told["error"]["exit_code"], &told["command"][0]), (&told["exit_code"], &command.into()));
    }
    sandbox.run("run --check --meta meta.json no-such-command-here").fails(3);
    assert_eq!(meta()["exit_code"], 3);
    sandbox.run("run --check --meta meta.json true").fails(11);
    assert_eq!((meta()["up_to_date"].as_bool(), meta()["reason"].as_str()), (Some(false), Some("never-run")));
    sandbox.run("run --meta - true").fails(125).says("/dev/stderr");
}

#[test]
fn runs_are_items() {
    let sandbox = Sandbox::new();
    script(&sandbox, "-q --output big", "head -c 100000 /dev/zero > big; echo ran").run().ok();
    let items = sandbox.run("cache ls --label run --json").ok().json_lines();
    assert_eq!(items.len(), 1);
    let item = &items[0];
    assert_eq!((item["status"].as_str(), item["attrs"]["exit_code"].as_i64()), (Some("READY"), Some(0)));
    assert!(item["uri"].as_str().unwrap().starts_with("run:/"), "{item}");
    assert!(item["attrs"]["command"].as_str().unwrap().starts_with("sh -c"), "{item}");
    assert!(item["attrs"]["duration"].as_f64().unwrap() >= 0.0);
    assert_eq!(sandbox.dl(["cache", "ls", "--where", "exit_code = 0", "--count"]).run().ok().out().trim(), "1");
    assert_eq!(sandbox.run("cache verify").ok().code, 0);
    let blobs = || sandbox.cache_tree().iter().filter(|n| n.starts_with("blobs/") && !n.ends_with('/')).count();
    assert_eq!(blobs(), 2, "the record and what was made");
    let stats = sandbox.run("cache stats --json");
    assert!(stats.ok().field("bytes").as_u64().unwrap() > 100_000, "{}", stats.tell());
    stats.has("blobs", 2).has("reclaimable_bytes", 0);
    // The same bytes as an item of their own: that one may go.
    sandbox.run("cache put big --uri demo:big").ok();
    sandbox.run("cache rm --purge demo:big").ok();
    assert_eq!(blobs(), 2, "the run needs it still");
    sandbox.run("cache clean --max-age 0 --orphans --missing --versions").ok();
    assert_eq!(blobs(), 2, "what a run needs stays");
    sandbox.run("cache rm --label run").ok();
    sandbox.run("cache clean --orphans --max-age 0 --dry-run").ok();
    sandbox.run("cache clean --orphans").ok();
    assert_eq!(blobs(), 2, "also while the run is in TRASH");
    sandbox.dl(["cache", "restore", &item["id"].to_string()]).run().ok();
    std::fs::remove_file(sandbox.path("big")).unwrap();
    script(&sandbox, "-q --output big", "head -c 100000 /dev/zero > big; echo ran").run().ok();
    assert_eq!((sandbox.read("big").len(), runs(&sandbox)), (100_000, 1));
    let run = sandbox.run("cache rm --purge --label run --json");
    run.ok();
    assert_eq!(blobs(), 0, "and go with it");
}

#[test]
fn cleaning_by_age_takes_outputs_along() {
    let sandbox = Sandbox::new();
    script(&sandbox, "-q --output big", "head -c 100000 /dev/zero > big").run().ok();
    let run = sandbox.run("cache clean --max-age 0");
    run.ok().says("98 KiB");
    assert!(!sandbox.cache_tree().iter().any(|n| n.starts_with("blobs/") && !n.ends_with('/')));
    assert_eq!(sandbox.items().len(), 0);
}

#[test]
fn a_missing_blob_means_another_run() {
    let sandbox = Sandbox::new();
    let make = || script(&sandbox, "-q --output o", "echo kept > o; echo ran").run();
    make().ok();
    let blob = sandbox.cache().join("blobs/sha256").join(&sha256(b"kept\n")[..2]).join(&sha256(b"kept\n")[2..]);
    std::fs::remove_file(&blob).unwrap();
    make().ok();
    assert_eq!(runs(&sandbox), 1, "nobody needs it while the file stands");
    std::fs::remove_file(sandbox.path("o")).unwrap();
    assert_eq!(make().ok().out(), "ran\n");
    assert_eq!((runs(&sandbox), sandbox.read("o")), (2, b"kept\n".to_vec()));
    assert!(blob.exists());
    // Bytes that are not those that were hashed are never restored.
    std::fs::set_permissions(&blob, PermissionsExt::from_mode(0o600)).unwrap();
    std::fs::write(&blob, "WRONG").unwrap();
    std::fs::remove_file(sandbox.path("o")).unwrap();
    make().ok();
    assert_eq!((runs(&sandbox), sandbox.read("o")), (3, b"kept\n".to_vec()));
    // The record itself.
    let record = sandbox.items()[0]["path"].as_str().unwrap().to_owned();
    std::fs::set_permissions(&record, PermissionsExt::from_mode(0o600)).unwrap();
    std::fs::write(&record, "damaged").unwrap();
    let run = make();
    assert_eq!(run.ok().out(), "ran\n");
    assert_eq!(runs(&sandbox), 4);
}

#[test]
fn a_damaged_output_is_found() {
    let sandbox = Sandbox::new();
    script(&sandbox, "-q --output o", "echo kept > o").run().ok();
    let blob = sandbox.cache().join("blobs/sha256").join(&sha256(b"kept\n")[..2]).join(&sha256(b"kept\n")[2..]);
    sandbox.run("cache verify").ok();
    std::fs::set_permissions(&blob, PermissionsExt::from_mode(0o600)).unwrap();
    std::fs::write(&blob, "WRONG").unwrap();
    sandbox.run("cache verify").fails(8);
    sandbox.run("cache verify --repair").ok();
    assert_eq!(sandbox.items()[0]["status"], "FAILED");
    sandbox.run("cache verify").ok();
    script(&sandbox, "-q --output o", "echo kept > o").run().ok();
    assert_eq!((runs(&sandbox), sandbox.items().len()), (2, 1));
    assert_eq!(sandbox.items()[0]["status"], "READY");
}

#[test]
fn runs_travel_with_their_outputs() {
    let (sandbox, other) = (Sandbox::new(), Sandbox::new());
    sandbox.write("dep", "d");
    let make = |sandbox: &Sandbox| {
        sandbox
            .dl(["run", "-q", "--share", "--dep", "dep", "--output", "o", "sh", "-c", "echo x >> ../runs; cat dep > o"])
            .run()
            .ok()
            .code
    };
    make(&sandbox);
    sandbox.run("cache export ../export.tar").ok();
    std::fs::copy(sandbox.path("../export.tar"), other.path("../export.tar")).unwrap();
    other.run("cache import ../export.tar").ok();
    other.write("dep", "d");
    make(&other);
    assert_eq!((runs(&other), other.read("o")), (0, b"d".to_vec()));
    other.run("cache clean --orphans").ok();
    std::fs::remove_file(other.path("o")).unwrap();
    make(&other);
    assert_eq!((runs(&other), other.read("o")), (0, b"d".to_vec()));
}

#[test]
fn what_was_fetched_can_be_a_dependency() {
    let sandbox = Sandbox::new();
    let origin =
        Origin::new(|request, conn| conn.reply(&crate::support::reply::Reply::ok(format!("v{}", request.number))));
    let count = || {
        let path = sandbox.dl(["fetch", &origin.url("/t.csv")]).run().ok().path();
        let path = path.to_str().unwrap().to_owned();
        sandbox
            .dl(["run", "-q", "--dep", &path, "sh", "-c", "echo x >> ../runs; cat \"$1\"", "sh", &path])
            .run()
            .ok()
            .out()
            .to_owned()
    };
    assert_eq!((count(), count()), ("v0".to_owned(), "v0".to_owned()));
    assert_eq!(runs(&sandbox), 1);
    sandbox.dl(["fetch", "--force", &origin.url("/t.csv")]).run().ok();
    assert_eq!(count(), "v1");
    assert_eq!(runs(&sandbox), 2);
}

#[test]
fn a_closed_stdout_is_quiet_and_the_run_is_stored() {
    let sandbox = Sandbox::new();
    let text = "seq 1 60000";
    let piped = |text: &str| {
        let (reader, writer) = std::io::pipe().unwrap();
        let running = script(&sandbox, "-q", text).spawn_with(Stdio::from(writer));
        let mut lines = std::io::BufReader::new(reader);
        let mut line = String::new();
        std::io::BufRead::read_line(&mut lines, &mut line).unwrap();
        drop(lines);
        let run = running.wait();
        assert_eq!(run.fails(141).stderr, "");
        line
    };
    assert_eq!(piped(text), "1\n");
    let again = script(&sandbox, "-q", text).run();
    assert_eq!((again.ok().lines().len(), runs(&sandbox)), (60_000, 1));
    assert_eq!(piped(text), "1\n", "from the record too");
    // What has no end gets one.
    assert_eq!(
        piped(
            "while :; do echo 0123456789012345678901234567890123456789012345678901234567890123456789 || exit; done | cat"
        ),
        "0123456789012345678901234567890123456789012345678901234567890123456789\n"
    );
    assert_eq!(sandbox.items().iter().filter(|item| item["status"] == "READY").count(), 1);
}

#[test]
fn the_command_sees_pipes_and_no_terminal() {
    let sandbox = Sandbox::new();
    let run =
        script(&sandbox, "-q", "test -p /dev/stdout && test -p /dev/stderr && ! test -t 1 && echo pipe > /dev/stderr")
            .run();
    assert_eq!(run.ok().stderr, "pipe\n");
    assert!(sandbox.run("run --help").ok().out().contains("not to a terminal"));
}

#[test]
fn a_cache_that_cannot_be_written_still_replays() {
    let sandbox = Sandbox::new();
    // Root writes anywhere, unless that is taken from it.
    let bound = "test $(id -u) != 0 || exec setpriv --bounding-set=-dac_override,-dac_read_search \"$0\" \"$@\";";
    let make = |text: &str| script(&sandbox, "-q", text).after_shell(bound).run();
    make("echo ran").ok();
    std::fs::set_permissions(sandbox.cache(), PermissionsExt::from_mode(0o500)).unwrap();
    assert_eq!(make("echo ran").ok().out(), "ran\n");
    assert_eq!(runs(&sandbox), 1);
    make("echo new").ok().says("warning: the cache cannot be written");
    std::fs::set_permissions(sandbox.cache(), PermissionsExt::from_mode(0o700)).unwrap();
    make("echo new").ok().warns_not();
    assert_eq!(runs(&sandbox), 3);
}

#[test]
fn a_makefile_that_builds_with_it() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "Makefile",
        format!(
            "all: out\nout: in\n\t@{} run -q --dep in --output out sh -c 'echo x >> ../runs; tr a-z A-Z < in > out'\n",
            env!("CARGO_BIN_EXE_dl")
        ),
    );
    let cache = sandbox.cache();
    let make = || {
        let done = std::process::Command::new("make")
            .current_dir(sandbox.path(""))
            .env("DL_CACHE_DIR", &cache)
            .output()
            .unwrap();
        assert!(done.status.success(), "{done:?}");
    };
    sandbox.write("in", "abc");
    make();
    std::fs::remove_file(sandbox.path("out")).unwrap();
    make();
    assert_eq!((sandbox.read("out"), runs(&sandbox)), (b"ABC".to_vec(), 1));
    sandbox.write("in", "xyz");
    age(&sandbox.path("out"), 100);
    make();
    assert_eq!((sandbox.read("out"), runs(&sandbox)), (b"XYZ".to_vec(), 2));
    sandbox.write("in", "abc");
    age(&sandbox.path("out"), 100);
    make();
    assert_eq!(sandbox.read("out"), b"ABC");
}

#[test]
fn a_walk_through_all_states() {
    // Random steps against a model of what must be run.
    let sandbox = Sandbox::new();
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |n: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % n
    };
    sandbox.write("dep", "0");
    let mut recorded: Option<String> = None;
    let mut now = "0".to_owned();
    for step in 0..60 {
        match random(5) {
            0 => {
                now = random(3).to_string();
                std::fs::write(sandbox.path("dep"), &now).unwrap();
            }
            1 => drop(std::fs::remove_file(sandbox.path("out"))),
            2 => std::fs::write(sandbox.path("out"), "edited").unwrap(),
            _ => {}
        }
        let refresh = random(6) == 0;
        let options = if refresh { "-q --dep dep --output out --refresh" } else { "-q --dep dep --output out" };
        let before = runs(&sandbox);
        let run = script(&sandbox, options, "cp dep out; printf 'saw '; cat dep").run();
        assert_eq!(run.ok().out(), format!("saw {now}"), "step {step}");
        let must = refresh || recorded.as_ref() != Some(&now);
        assert_eq!(runs(&sandbox) - before, usize::from(must), "step {step}");
        assert_eq!(sandbox.read("out"), now.as_bytes(), "step {step}");
        recorded = Some(now.clone());
    }
}

#[test]
fn a_damaged_record_is_no_answer_and_is_made_anew() {
    let sandbox = Sandbox::new();
    sandbox.unchecked();
    let run = || script(&sandbox, "-q", "echo said").run();
    run().ok();
    let item = sandbox.run("cache ls --json --label run").json();
    let path = Path::new(item["path"].as_str().unwrap()).to_owned();
    // The same size and time: only who reads it can tell.
    let time = std::fs::metadata(&path).unwrap().modified().unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, b"X", 0).unwrap();
    file.set_modified(time).unwrap();
    assert_eq!((run().ok().out(), runs(&sandbox)), ("said\n", 2));
    assert_eq!((run().ok().out(), runs(&sandbox)), ("said\n", 2), "and it is whole again");
    // What is gone is told before it is needed.
    let path = Path::new(sandbox.run("cache ls --json --label run --status READY").json()["path"].as_str().unwrap())
        .to_owned();
    std::fs::remove_file(&path).unwrap();
    let digest =
        sandbox.run("cache ls --json --label run --status READY").json()["sha256"].as_str().unwrap().to_owned();
    let blob = sandbox.cache().join(format!("blobs/sha256/{}/{}", &digest[..2], &digest[2..]));
    std::fs::remove_file(blob).unwrap();
    assert_eq!(reason(&script(&sandbox, "--check --json", "echo said").run()).0, "never-run");
}
