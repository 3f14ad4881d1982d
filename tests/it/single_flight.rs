//! One URL, one download: many processes at once, a killed leader, time limits of those who wait.

use crate::support::origin::{Gate, Origin};
use crate::support::reply::{File, Reply};
use crate::support::sandbox::{Sandbox, both, bytes, until};

#[test]
fn sixty_four_processes_make_one_request() {
    both(|sandbox| {
        let file = File::new(bytes(300_000));
        let origin = Origin::serving(file);
        let url = origin.url("/a.bin");
        let running: Vec<_> = (0..64).map(|_| sandbox.dl(["fetch", "--json", &url]).spawn()).collect();
        let runs: Vec<_> = running.into_iter().map(crate::support::sandbox::Running::wait).collect();
        let path = runs[0].ok().field("path");
        for run in &runs {
            run.ok();
            assert_eq!(run.field("path"), path);
        }
        assert_eq!(origin.count(), 1);
        let fetched = runs.iter().filter(|r| r.field("source") == "network").count();
        assert!(fetched >= 1, "somebody fetched it");
        assert_eq!(sandbox.items().len(), 1);
    });
}

#[test]
fn others_wait_for_the_one_that_fetches() {
    both(|sandbox| {
        let gate = Gate::default();
        let wait = gate.clone();
        let origin = Origin::new(move |_, conn| {
            let reply = Reply::ok(bytes(10_000));
            conn.begin(&reply, 5_000);
            wait.wait();
            conn.send(&reply.body[5_000..]);
        });
        let url = origin.url("/a");
        let first = sandbox.dl(["fetch", &url]).spawn();
        until("the first request", || origin.count() == 1);
        let others: Vec<_> = (0..4).map(|n| sandbox.dl(["fetch", "-o", &format!("out{n}"), &url]).spawn()).collect();
        gate.open();
        first.wait().ok();
        for other in others {
            other.wait().ok();
        }
        assert_eq!(origin.count(), 1);
        assert_eq!(sandbox.read("out3"), bytes(10_000));
    });
}

#[test]
fn a_killed_leader_is_followed() {
    both(|sandbox| {
        let file = File::new(bytes(100_000)).etag("\"v\"");
        let origin = Origin::new(move |request, conn| {
            if request.number == 0 {
                conn.begin(&file.reply(request), 50_000);
                conn.stall();
            } else {
                conn.file(request, &file);
            }
        });
        let url = origin.url("/a");
        let leader = sandbox.dl(["fetch", &url]).spawn();
        until("the first request", || origin.count() == 1);
        let waiters: Vec<_> = (0..63).map(|_| sandbox.dl(["fetch", &url]).spawn()).collect();
        leader.kill();
        leader.wait();
        for waiter in waiters {
            assert_eq!(std::fs::read(waiter.wait().ok().path()).unwrap(), bytes(100_000));
        }
        assert_eq!(origin.count(), 2, "one of them took over");
    });
}

#[test]
fn a_final_failure_is_shared() {
    both(|sandbox| {
        let gate = Gate::default();
        let wait = gate.clone();
        let origin = Origin::new(move |_, conn| {
            wait.wait();
            conn.reply(&Reply::new(404));
        });
        let url = origin.url("/a");
        let first = sandbox.dl(["fetch", &url]).spawn();
        until("the first request", || origin.count() == 1);
        let mut second = sandbox.dl(["-v", "fetch", &url]).spawn();
        // The second has had its chance to ask; whether it waits already or comes late, it ends with 7.
        std::thread::sleep(std::time::Duration::from_millis(300));
        assert!(second.runs());
        assert_eq!(origin.count(), 1, "the second waits");
        gate.open();
        first.wait().fails(7);
        second.wait().fails(7).says("404");
        assert_eq!(origin.count(), 1, "and shares the failure");
    });
}

#[test]
fn the_wait_can_be_limited() {
    both(|sandbox| {
        let gate = Gate::default();
        let wait = gate.clone();
        let origin = Origin::new(move |_, conn| {
            wait.wait();
            conn.reply(&Reply::ok("late"));
        });
        let url = origin.url("/a");
        let first = sandbox.dl(["fetch", &url]).spawn();
        until("the first request", || origin.count() == 1);
        let run = sandbox.dl(["fetch", "--json", "--join-timeout", "100ms", &url]).run();
        run.fails(10).error("cache", "join_timeout");
        gate.open();
        first.wait().ok();
    });
}

#[test]
fn a_leader_that_stands_still_is_not_waited_for() {
    both(|sandbox| {
        let origin = Origin::new(|request, conn| match request.number {
            0 => {
                conn.begin(&Reply::ok("content"), 3);
                conn.stall();
            }
            _ => conn.reply(&Reply::ok("content")),
        });
        let url = origin.url("/a");
        let leader = sandbox.dl(["fetch", &url]).spawn();
        until("the first request", || origin.count() == 1);
        let run = sandbox.dl(["fetch", "--stall-timeout", "300ms", &url]).run();
        assert_eq!(std::fs::read(run.ok().path()).unwrap(), b"content");
        leader.kill();
    });
}

#[test]
fn a_passing_failure_is_not_shared() {
    both(|sandbox| {
        let gate = Gate::default();
        let wait = gate.clone();
        let origin = Origin::new(move |request, conn| {
            if request.number > 0 {
                return conn.reply(&Reply::ok("content"));
            }
            wait.wait();
            conn.reset();
        });
        let url = origin.url("/a");
        let first = sandbox.dl(["fetch", "--retry", "0", &url]).spawn();
        until("the first request", || origin.count() == 1);
        let waiters: Vec<_> = (0..3).map(|_| sandbox.dl(["fetch", "--retry", "0", &url]).spawn()).collect();
        gate.open();
        first.wait().fails(4);
        for waiter in waiters {
            assert_eq!(std::fs::read(waiter.wait().ok().path()).unwrap(), b"content");
        }
        assert_eq!(origin.count(), 2, "one of them tried next");
    });
}

#[test]
fn a_refresh_takes_only_what_began_after_it() {
    both(|sandbox| {
        let gate = Gate::default();
        let wait = gate.clone();
        let origin = Origin::new(move |request, conn| {
            if request.number == 0 {
                wait.wait();
            }
            conn.reply(&Reply::ok(request.number.to_string()));
        });
        let url = origin.url("/a");
        let early = sandbox.dl(["fetch", "--force", "-o", "early", &url]).spawn();
        until("the first request", || origin.count() == 1);
        let names: Vec<String> = (0..6).map(|n| format!("late{n}")).collect();
        let late: Vec<_> =
            names.iter().map(|name| sandbox.dl(["fetch", "--force", "-o", name, &url]).spawn()).collect();
        std::thread::sleep(std::time::Duration::from_millis(300));
        gate.open();
        early.wait().ok();
        assert_eq!(sandbox.read("early"), b"0");
        for (name, one) in names.iter().zip(late) {
            one.wait().ok();
            assert_ne!(sandbox.read(name), b"0", "what was asked before it began");
        }
        assert!((2..=7).contains(&origin.count()));
    });
}

#[test]
fn different_urls_do_not_wait_for_each_other() {
    let sandbox = Sandbox::new();
    let gate = Gate::default();
    let wait = gate.clone();
    let origin = Origin::new(move |request, conn| {
        if request.path() == "/slow" {
            wait.wait();
        }
        conn.reply(&Reply::ok(request.path()));
    });
    let slow = sandbox.dl(["fetch", &origin.url("/slow")]).spawn();
    until("the slow request", || origin.count() == 1);
    sandbox.dl(["fetch", &origin.url("/fast")]).run().ok();
    gate.open();
    slow.wait().ok();
}

#[test]
fn many_processes_write_one_registry() {
    let sandbox = Sandbox::new();
    let origin = Origin::new(|request, conn| conn.reply(&Reply::ok(request.path())));
    let running: Vec<_> = (0..32)
        .map(|n| sandbox.dl(["fetch", &origin.url(&format!("/{n}")), &origin.url(&format!("/x{n}"))]).spawn())
        .collect();
    for one in running {
        one.wait().ok();
    }
    assert_eq!(sandbox.items().len(), 64);
}

#[test]
fn a_stopped_leader_is_passed_by_and_does_no_harm_when_it_goes_on() {
    both(|sandbox| {
        let file = File::new(bytes(300_000)).etag("\"v\"");
        let origin = Origin::new(move |request, conn| {
            if request.number == 0 {
                conn.begin(&file.reply(request), 100_000);
                return conn.stall();
            }
            conn.file(request, &file);
        });
        let url = origin.url("/a");
        let leader = sandbox.dl(["fetch", "--stall-timeout", "3s", "-o", "first", &url]).spawn();
        until("the first request", || origin.count() == 1);
        leader.signal(rustix::process::Signal::STOP);
        let run = sandbox.dl(["fetch", "--stall-timeout", "300ms", "-o", "second", &url]).run();
        assert!(run.ok().code == 0 && sandbox.read("second") == bytes(300_000));
        leader.signal(rustix::process::Signal::CONT);
        assert!(leader.wait().ok().code == 0 && sandbox.read("first") == bytes(300_000));
    });
}

#[test]
fn of_many_that_would_resume_one_does() {
    both(|sandbox| {
        let file = File::new(bytes(300_000)).etag("\"v\"");
        let origin = Origin::new(move |request, conn| {
            if request.number == 0 {
                conn.begin(&file.reply(request), 150_000);
                return conn.cut();
            }
            conn.file(request, &file);
        });
        let url = origin.url("/a");
        sandbox.dl(["fetch", "--retry", "0", &url]).run().fails(8);
        let running: Vec<_> = (0..6).map(|n| sandbox.dl(["fetch", "-o", &format!("out{n}"), &url]).spawn()).collect();
        for (number, one) in running.into_iter().enumerate() {
            one.wait().ok();
            assert!(sandbox.read(format!("out{number}")) == bytes(300_000));
        }
        assert_eq!(origin.count(), 2, "the rest was asked for once");
        assert!(origin.last().header("range").is_some());
    });
}
