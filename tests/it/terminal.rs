//! What a terminal on stdout gets: bytes that are no text only where `-o -` was typed.

use crate::support::origin::Origin;
use crate::support::sandbox::{Sandbox, both};
use std::fs::File;
use std::io::Read as _;
use std::os::fd::{FromRawFd as _, OwnedFd};
use std::process::Stdio;

/// A terminal: what is written to it can be read from the file.
fn terminal() -> (File, OwnedFd) {
    let (mut ours, mut theirs) = (-1, -1);
    let none = std::ptr::null_mut();
    // SAFETY: both places are ours and live; no name, settings or size is asked for; what it gives is owned from here on.
    #[expect(unsafe_code, reason = "the standard library has no call for it")]
    unsafe {
        assert_eq!(libc::openpty(&raw mut ours, &raw mut theirs, none, none.cast(), none.cast()), 0);
        (File::from_raw_fd(ours), OwnedFd::from_raw_fd(theirs))
    }
}

/// Runs it on a terminal: the exit code, and what the terminal got.
fn on_a_terminal(sandbox: &Sandbox, words: &[&str]) -> (i32, Vec<u8>) {
    let (mut ours, theirs) = terminal();
    let reader = std::thread::spawn(move || {
        let (mut got, mut part) = (Vec::new(), [0; 4096]);
        // Once nobody holds the other end, reading is an error.
        while let Ok(count @ 1..) = ours.read(&mut part) {
            got.extend_from_slice(&part[..count]);
        }
        got
    });
    let run = sandbox.dl(words.iter().copied()).colours().spawn_with(Stdio::from(theirs)).wait();
    (run.code, reader.join().unwrap())
}

#[test]
fn binary_bytes_come_only_where_they_were_asked_for() {
    both(|sandbox| {
        let binary = Origin::of(b"\x00\x1b[31m\xff".repeat(10));
        let text = Origin::of("plain text");
        let (code, got) = on_a_terminal(sandbox, &["fetch", "--no-cache", &binary.url("/a")]);
        assert_eq!((code, got), (2, Vec::new()));
        let (code, got) = on_a_terminal(sandbox, &["fetch", "-o", "-", &binary.url("/a")]);
        assert_eq!((code, got), (0, b"\x00\x1b[31m\xff".repeat(10)));
        let (code, got) = on_a_terminal(sandbox, &["fetch", "--no-cache", &text.url("/a")]);
        assert_eq!((code, got), (0, b"plain text".to_vec()));
    });
}
