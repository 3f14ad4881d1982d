//! What is drawn while it runs: nothing but lines where nobody looks, bars and colours only on request.

use crate::support::origin::Origin;
use crate::support::sandbox::{Sandbox, both, bytes};

#[test]
fn piped_there_are_no_bars_and_no_colours() {
    both(|sandbox| {
        let origin = Origin::of(bytes(500_000));
        // The sandbox itself refuses control bytes.
        for more in ["", "--progress auto", "--progress plain", "--progress none", "--color auto", "--color never"] {
            let run = sandbox.dl(["fetch", "--force", &origin.url("/a.bin")]).args(more).run();
            assert_eq!(run.ok().stderr.lines().count(), 1, "{}", run.tell());
        }
        let run = sandbox
            .dl(["fetch", "--force", &origin.url("/a.bin")])
            .env("CLICOLOR_FORCE", "1")
            .env("NO_COLOR", "1")
            .run();
        run.ok();
    });
}

#[test]
fn bars_and_colours_on_request() {
    let sandbox = Sandbox::new();
    let origin = Origin::of(bytes(500_000));
    let run = sandbox
        .dl(["fetch", "--color", "always", "--progress", "bar", "-o", "-", &origin.url("/a.bin")])
        .colours()
        .run();
    assert_eq!(run.ok().stdout, bytes(500_000), "stdout carries results only");
    let run = sandbox.dl(["fetch", "--color", "always", "--retry", "0", "http://127.0.0.1:1/a"]).colours().run();
    assert!(run.fails(4).stderr.contains('\u{1b}'), "{}", run.tell());
    sandbox.dl(["fetch", "--progress", "fancy", &origin.url("/a")]).run().fails(2).says("fancy");
}

#[test]
fn several_files_have_a_sum_line() {
    let sandbox = Sandbox::new();
    let origin = Origin::of(bytes(1000));
    let run = sandbox.dl(["fetch", &origin.url("/a"), &origin.url("/b"), &origin.url("/c")]).run();
    assert_eq!(run.ok().stderr.lines().count(), 4, "{}", run.tell());
}

#[test]
fn relative_paths_are_those_of_the_working_folder() {
    let sandbox = Sandbox::new();
    let origin = Origin::of("x");
    std::fs::create_dir(sandbox.path("sub")).unwrap();
    sandbox.dl(["fetch", "-o", "../out", &origin.url("/a")]).in_folder(sandbox.path("sub")).run().ok();
    assert_eq!(sandbox.read("out"), b"x");
}
