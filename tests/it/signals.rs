//! Ctrl-C, TERM and a closed stdout: at once, quietly, and nothing but the partial is left.

use crate::support::origin::Origin;
use crate::support::reply::{File, Reply};
use crate::support::sandbox::{both, bytes, until};
use rustix::process::Signal;
use std::process::Stdio;

#[test]
fn interrupted_it_keeps_the_partial_and_no_other_trace() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        both(|sandbox| {
            let file = File::new(bytes(200_000)).etag("\"v\"");
            let origin = Origin::new(move |request, conn| {
                if request.number == 0 {
                    conn.begin(&file.reply(request), 100_000);
                    conn.stall();
                } else {
                    conn.file(request, &file);
                }
            });
            sandbox.write("out", "older");
            let running = sandbox.dl(["fetch", "-o", "out", &origin.url("/a")]).spawn();
            let partial = || {
                sandbox.cache_tree().into_iter().filter(|n| n.starts_with("partial/")).map(|n| sandbox.cache().join(n))
            };
            until("the partial to grow", || {
                partial().any(|p| p.metadata().is_ok_and(|m| m.is_file() && m.len() > 50_000))
            });
            running.signal(signal);
            let run = running.wait();
            run.fails(code).never_says("panic");
            assert!(run.stdout.is_empty());
            assert_eq!(sandbox.work_tree(), ["out"]);
            assert_eq!(sandbox.read("out"), b"older");
            assert!(sandbox.items().is_empty(), "an interrupted fetch leaves no row");
            assert!(partial().any(|p| p.is_file()), "the partial is kept");
            sandbox.dl(["fetch", "-o", "out", &origin.url("/a")]).run().ok();
            assert!(origin.last().header("range").is_some(), "and gone on with");
        });
    }
}

#[test]
fn interrupted_without_a_cache_it_leaves_nothing() {
    both(|sandbox| {
        let origin = Origin::new(|_, conn| {
            conn.begin(&Reply::ok(bytes(200_000)), 100_000);
            conn.stall();
        });
        let running = sandbox.dl(["fetch", "--no-cache", "-o", "out", &origin.url("/a")]).spawn();
        until("the request", || origin.count() == 1);
        running.signal(Signal::INT);
        running.wait().fails(130);
        assert!(sandbox.work_tree().is_empty(), "{:?}", sandbox.work_tree());
    });
}

#[test]
fn interrupted_json_tells_so() {
    both(|sandbox| {
        let origin = Origin::new(|_, conn| conn.stall());
        let running = sandbox.dl(["fetch", "--json", "--meta", "meta.json", &origin.url("/a")]).spawn();
        until("the request", || origin.count() == 1);
        running.signal(Signal::INT);
        running.wait().fails(130);
    });
}

#[test]
fn a_closed_stdout_is_quiet() {
    both(|sandbox| {
        let origin = Origin::of(bytes(500_000));
        let url = origin.url("/a");
        for (number, words) in [["fetch", "-o", "-"], ["fetch", "--refresh", "--json"]].iter().enumerate() {
            let (reader, writer) = std::io::pipe().unwrap();
            drop(reader);
            let run = sandbox.dl(*words).arg("-q").arg(&url).spawn_with(Stdio::from(writer)).wait();
            assert_eq!(run.fails(141).stderr, "");
            assert_eq!(sandbox.items().len(), 1, "stored all the same");
            assert_eq!(origin.count(), number + 1);
        }
    });
}

#[test]
fn a_kill_at_any_moment_leaves_nothing_wrong() {
    both(|sandbox| {
        let file = File::new(bytes(3_000_000)).etag("\"v\"");
        let origin = Origin::serving(file);
        let url = origin.url("/a");
        for moment in 0..12_u64 {
            let running = sandbox.dl(["fetch", "--force", "-o", "out", &url]).spawn();
            std::thread::sleep(std::time::Duration::from_millis(moment * 4));
            running.kill();
            running.wait();
            // Old, new or none, but whole; the oracle looks at the rest.
            assert!(!sandbox.path("out").exists() || sandbox.read("out") == bytes(3_000_000));
            sandbox.check_ready();
        }
        let run = sandbox.dl(["fetch", "-o", "out", &url]).run();
        run.ok();
        assert!(sandbox.read("out") == bytes(3_000_000));
    });
}
