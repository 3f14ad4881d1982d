//! What a bad origin does over HTTP/2, in frames by hand: the same promises as over HTTP/1.1, on both backends.

use crate::support::h2::{
    CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, Origin, PADDED, PING, PUSH_PROMISE, SETTINGS, Stream,
    WINDOW_UPDATE, block, length,
};
use crate::support::sandbox::{Sandbox, both, bytes, tell};
use crate::support::tls::Authority;
use std::cell::RefCell;
use std::time::Duration;

/// Fits the window of a new connection.
const SIZE: usize = 40_000;
const HALF: usize = SIZE / 2;
/// Errors of RFC 9113, section 7.
const NO_ERROR: u32 = 0;
const INTERNAL_ERROR: u32 = 2;
const REFUSED_STREAM: u32 = 7;
const CANCEL: u32 = 8;
const ENHANCE_YOUR_CALM: u32 = 11;
/// No test needs more than so much data (KiB), and a leak of a flood would.
const DATA_LIMIT: &str = "ulimit -d 200000;";

fn body() -> Vec<u8> {
    bytes(SIZE)
}

struct Case {
    name: &'static str,
    origin: fn(usize, &mut Stream),
    arguments: &'static str,
    /// The exit codes that are right: some troubles may be seen as one or the other.
    codes: &'static [i32],
    /// How much of the body is the result when the code is 0.
    bytes: usize,
}

const fn fails(name: &'static str, codes: &'static [i32], origin: fn(usize, &mut Stream)) -> Case {
    Case { name, origin, arguments: "", codes, bytes: 0 }
}

const fn gives(name: &'static str, bytes: usize, origin: fn(usize, &mut Stream)) -> Case {
    Case { name, origin, arguments: "", codes: &[0], bytes }
}

impl Case {
    const fn with(mut self, arguments: &'static str) -> Self {
        self.arguments = arguments;
        self
    }
}

/// The head and half of the body.
fn half(stream: &mut Stream) {
    stream.begin("200", SIZE);
    stream.data(&body()[..HALF]);
}

/// So many frames, one after the other, as long as somebody takes them.
fn flood(stream: &mut Stream, times: usize, mut frame: impl FnMut(&mut Stream)) {
    for _ in 0..times {
        if !stream.is_open() {
            return;
        }
        frame(stream);
    }
}

const BODIES: &[Case] = &[
    gives("correct", SIZE, |_, s| s.reply("200", &[], &body())),
    gives("no length, ended", SIZE, |_, s| {
        s.head(&[(":status", "200")], 0);
        s.data(&body());
        s.end();
    }),
    gives("empty, ended by its head", 0, |_, s| s.head(&[(":status", "200")], END_STREAM)),
    gives("padded", SIZE, |_, s| {
        s.begin("200", SIZE);
        for piece in body().chunks(5000) {
            s.frame(DATA, PADDED, s.id(), &[&[200], piece, &[0; 200]].concat());
        }
        s.end();
    }),
    gives("trailers", SIZE, |_, s| {
        s.begin("200", SIZE);
        s.data(&body());
        s.head(&[("x-end", "yes")], END_STREAM);
    }),
    gives("frames of unknown types between", SIZE, |_, s| {
        half(s);
        s.frame(0xbe, 0xff, s.id(), b"what?");
        s.data(&body()[HALF..]);
        s.end();
    }),
    fails("half, then the stream is reset: internal error", &[8], |_, s| {
        half(s);
        s.reset(INTERNAL_ERROR);
    }),
    fails("half, then the stream is reset: cancel", &[8], |_, s| {
        half(s);
        s.reset(CANCEL);
    }),
    fails("half, then the stream is reset: no error", &[8], |_, s| {
        half(s);
        s.reset(NO_ERROR);
    }),
    // libcurl cannot tell this end from a good one, so it is an end that proves nothing.
    fails("half without a length, then the stream is reset: no error", &[8], |_, s| {
        s.head(&[(":status", "200")], 0);
        s.data(&body()[..HALF]);
        s.reset(NO_ERROR);
    })
    .with("--strict-length"),
    fails("half without a length, then the stream is reset: cancel", &[8], |_, s| {
        s.head(&[(":status", "200")], 0);
        s.data(&body()[..HALF]);
        s.reset(CANCEL);
    }),
    fails("half without a length, then the connection is closed", &[8], |_, s| {
        s.head(&[(":status", "200")], 0);
        s.data(&body()[..HALF]);
        s.cut();
    }),
    fails("half, then GOAWAY and closed", &[8], |_, s| {
        half(s);
        s.goaway(s.id(), NO_ERROR);
        s.cut();
    }),
    fails("half, then GOAWAY that denies the stream", &[8], |_, s| {
        half(s);
        s.goaway(0, ENHANCE_YOUR_CALM);
        s.cut();
    }),
    gives("GOAWAY, and the rest all the same", SIZE, |_, s| {
        half(s);
        s.goaway(s.id(), NO_ERROR);
        s.data(&body()[HALF..]);
        s.end();
    }),
    fails("half, then closed", &[8], |_, s| {
        half(s);
        s.cut();
    }),
    fails("half, then the connection is reset", &[8], |_, s| {
        half(s);
        s.reset_connection();
    }),
    fails("half, then ended", &[8], |_, s| {
        half(s);
        s.end();
    }),
    fails("a length, and ended by its head", &[4, 8], |_, s| {
        s.head(&[(":status", "200"), ("content-length", "40000")], END_STREAM);
    }),
    fails("longer than its length", &[4, 8], |_, s| {
        s.begin("200", HALF);
        s.data(&body());
        s.end();
    }),
    fails("half, then data of no stream", &[4, 8], |_, s| {
        half(s);
        s.frame(DATA, 0, 0, b"stray");
    }),
    fails("half, then more padding than data", &[4, 8], |_, s| {
        half(s);
        s.frame(DATA, PADDED, s.id(), &[255, 1, 2, 3]);
    }),
    fails("half, then a window beyond 2^31", &[4, 8], |_, s| {
        half(s);
        s.frame(WINDOW_UPDATE, 0, s.id(), &0x7fff_ffff_u32.to_be_bytes());
        s.frame(WINDOW_UPDATE, 0, 0, &0x7fff_ffff_u32.to_be_bytes());
        s.frame(WINDOW_UPDATE, 0, 0, &0x7fff_ffff_u32.to_be_bytes());
    }),
    fails("half, then a frame that is larger than allowed", &[4, 8], |_, s| {
        half(s);
        s.frame(DATA, 0, s.id(), &vec![1; 10_000_000]);
    }),
    fails("half, then another final head", &[4, 8], |_, s| {
        half(s);
        s.head(&[(":status", "200")], 0);
        s.data(&body()[HALF..]);
        s.end();
    }),
    fails("half, then silence", &[5], |_, s| half(s)).with("--stall-timeout 1s"),
    fails("half, then pings only", &[5], |_, s| {
        half(s);
        flood(s, 40, |s| {
            s.frame(PING, 0, 0, b"01234567");
            std::thread::sleep(Duration::from_millis(50));
        });
    })
    .with("--stall-timeout 1s"),
    fails("half, then empty data only", &[5], |_, s| {
        half(s);
        flood(s, 60, |s| {
            s.frame(DATA, 0, s.id(), b"");
            std::thread::sleep(Duration::from_millis(50));
        });
    })
    .with("--stall-timeout 1s"),
    fails("a byte a while, beyond --timeout", &[5], |_, s| {
        s.begin("200", SIZE);
        let mut rest = body().into_iter();
        flood(s, 60, |s| {
            s.data(&[rest.next().unwrap()]);
            std::thread::sleep(Duration::from_millis(50));
        });
    })
    .with("--timeout 2s"),
    fails("larger than --max-size", &[8], |_, s| {
        s.head(&[(":status", "200")], 0);
        s.data(&body());
        s.end();
    })
    .with("--max-size 1k"),
];

const HEADS: &[Case] = &[
    fails("no head", &[5], |_, _| {}).with("--stall-timeout 1s"),
    fails("reset before the head", &[4], |_, s| s.reset(INTERNAL_ERROR)),
    fails("refused", &[4], |_, s| s.reset(REFUSED_STREAM)),
    fails("GOAWAY before the head", &[4], |_, s| {
        s.goaway(0, NO_ERROR);
        s.cut();
    }),
    fails("closed before the head", &[4], |_, s| s.cut()),
    fails("HTTP/1.1 in answer", &[4], |_, s| {
        for byte in *b"HTTP/1.1 200 OK\r\n\r\n" {
            s.frame(byte, byte, u32::from(byte), b"HTTP/1.1");
        }
        s.cut();
    }),
    fails("no status", &[4], |_, s| s.head(&[("x", "y")], END_STREAM)),
    fails("a status that is no number", &[4], |_, s| s.head(&[(":status", "2oo")], END_STREAM)),
    fails("a status of two digits", &[4], |_, s| s.head(&[(":status", "20")], END_STREAM)),
    fails("two statuses", &[4], |_, s| s.head(&[(":status", "200"), (":status", "404")], END_STREAM)),
    fails("a status after fields", &[4], |_, s| s.head(&[("x", "y"), (":status", "200")], END_STREAM)),
    // A field that cannot be is dropped, or refused with the whole head.
    fails("a field of a request", &[0, 4], |_, s| s.head(&[(":status", "200"), (":path", "/")], END_STREAM)),
    fails("a name in capitals", &[4], |_, s| s.head(&[(":status", "200"), ("X-Up", "y")], END_STREAM)),
    fails("an empty name", &[0, 4], |_, s| s.head(&[(":status", "200"), ("", "y")], END_STREAM)),
    fails("a line end in a value", &[0, 4], |_, s| s.head(&[(":status", "200"), ("x", "a\r\nb: c")], END_STREAM)),
    fails("a NUL in a value", &[0, 4], |_, s| s.head(&[(":status", "200"), ("x", "a\0b")], END_STREAM)),
    fails("two lengths", &[4], |_, s| {
        s.head(&[(":status", "200"), ("content-length", "40000"), ("content-length", "20000")], 0);
        s.data(&body());
        s.end();
    }),
    fails("a length that is no number", &[4], |_, s| {
        s.head(&[(":status", "200"), ("content-length", "-5")], 0);
        s.data(&body());
        s.end();
    }),
    fails("a length in two numbers", &[4], |_, s| {
        s.head(&[(":status", "200"), ("content-length", "40000, 20000")], 0);
        s.data(&body());
        s.end();
    }),
    fails("101", &[4, 5], |_, s| s.head(&[(":status", "101")], 0)).with("--stall-timeout 1s"),
    fails("a block that is none", &[4], |_, s| s.frame(HEADERS, END_HEADERS, s.id(), &[0xff; 200])),
    fails("a block that ends within a field", &[4], |_, s| s.frame(HEADERS, END_HEADERS, s.id(), &[0, 5, b'a'])),
    fails("a promise", &[4], |_, s| s.frame(PUSH_PROMISE, END_HEADERS, s.id(), &[0, 0, 0, 2, 0x88])),
    fails("1,001 fields", &[4], |_, s| {
        let mut fields = vec![(":status", "200")];
        fields.extend(vec![("x", "y"); 1001]);
        s.head(&fields, END_STREAM);
    }),
    fails("300 KiB of fields", &[4], |_, s| {
        let value = "y".repeat(1000);
        let mut fields = vec![(":status", "200")];
        fields.extend(vec![("x", value.as_str()); 300]);
        s.head(&fields, END_STREAM);
    }),
    fails("a field of 65 KiB", &[4], |_, s| {
        let value = "y".repeat(65 * 1024);
        s.head(&[(":status", "200"), ("x", &value)], END_STREAM);
    }),
    fails("endless continuations", &[4], |_, s| {
        s.frame(HEADERS, 0, s.id(), &block(&[(":status", "200")]));
        flood(s, 20_000, |s| s.frame(CONTINUATION, 0, s.id(), &block(&[("x-flood", &"y".repeat(4000))])));
    }),
    fails("endless empty continuations", &[4, 5], |_, s| {
        s.frame(HEADERS, 0, s.id(), &block(&[(":status", "200")]));
        flood(s, 100_000, |s| s.frame(CONTINUATION, 0, s.id(), b""));
    })
    .with("--stall-timeout 3s"),
    fails("a small block that unpacks to 80 MB", &[4], |_, s| {
        let mut bomb = block(&[(":status", "200")]);
        bomb.extend([0x40, 1, b'x']);
        length(&mut bomb, 3900);
        bomb.extend(vec![b'y'; 3900]);
        bomb.extend(vec![0xbe; 10_000]);
        s.frame(HEADERS, END_HEADERS | END_STREAM, s.id(), &bomb);
    }),
    gives("16 early hints", SIZE, |_, s| {
        flood(s, 16, |s| s.head(&[(":status", "103"), ("link", "</a>")], 0));
        s.reply("200", &[], &body());
    }),
    // Hyper hides them; there the wait for the final head has its limit.
    fails("endless early hints", &[4, 5], |_, s| {
        flood(s, 20_000, |s| s.head(&[(":status", "103"), ("link", "</a>")], 0));
    })
    .with("--stall-timeout 1s"),
    fails("10,000 pings and settings, then nothing", &[4, 5], |_, s| {
        flood(s, 10_000, |s| s.frame(PING, 0, 0, b"01234567"));
        flood(s, 10, |s| s.frame(SETTINGS, 0, 0, b""));
    })
    .with("--stall-timeout 1s"),
];

const STATUSES: &[Case] = &[
    fails("an unasked 206", &[8], |_, s| {
        let range = format!("bytes 0-{}/{SIZE}", HALF - 1);
        s.reply("206", &[("content-range", &range)], &body()[..HALF]);
    }),
    fails("an unasked 304", &[7], |_, s| s.head(&[(":status", "304")], END_STREAM)),
    fails("204", &[7], |_, s| s.head(&[(":status", "204")], END_STREAM)),
    fails("205", &[7], |_, s| s.head(&[(":status", "205")], END_STREAM)),
    fails("404 with a page", &[7], |_, s| s.reply("404", &[], b"<html>no</html>")),
    fails("302 without Location", &[7], |_, s| s.reply("302", &[], b"hello")),
    fails("302 to itself", &[7], |_, s| s.reply("302", &[("location", "")], b"hello")),
    fails("ever another place", &[7], |number, s| s.reply("302", &[("location", &format!("/{number}"))], b"")),
    fails("302 to http", &[7], |_, s| s.reply("302", &[("location", "http://127.0.0.1:1/")], b"")),
    gives("302, then the file", SIZE, |number, s| match number {
        0 => s.reply("302", &[("location", "/b")], b"moved"),
        _ => s.reply("200", &[], &body()),
    }),
    fails("another Repr-Digest", &[8], |_, s| {
        s.reply("200", &[("repr-digest", "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:")], &body());
    }),
    fails("a page in place of the file", &[8], |_, s| s.reply("200", &[], b"<!doctype html><title>Log in</title>")),
    gives("refused once", SIZE, |number, s| match number {
        0 => s.reset(REFUSED_STREAM),
        _ => s.reply("200", &[], &body()),
    })
    .with("--retry 2"),
    gives("GOAWAY once", SIZE, |number, s| match number {
        0 => {
            s.goaway(0, NO_ERROR);
            s.cut();
        }
        _ => s.reply("200", &[], &body()),
    })
    .with("--retry 2"),
    gives("cut once, then the rest", SIZE, |number, s| {
        if number == 0 {
            s.head(&[(":status", "200"), ("etag", "\"e\""), ("content-length", "40000")], 0);
            s.data(&body()[..HALF]);
            // What was sent is to be taken before the end is told.
            std::thread::sleep(Duration::from_millis(100));
            s.reset(INTERNAL_ERROR);
        } else {
            let fields = [("etag", "\"e\""), ("content-range", "bytes 20000-39999/40000")];
            s.reply("206", &fields, &body()[HALF..]);
        }
    })
    .with("--retry 1"),
    gives("cut once, then the rest of another file, then all", SIZE, |number, s| match number {
        0 => {
            s.head(&[(":status", "200"), ("etag", "\"old\""), ("content-length", "40000")], 0);
            s.data(&[7; HALF]);
            std::thread::sleep(Duration::from_millis(100));
            s.cut();
        }
        1 => {
            let fields = [("etag", "\"new\""), ("content-range", "bytes 20000-39999/40000")];
            s.reply("206", &fields, &body()[HALF..]);
        }
        _ => s.reply("200", &[("etag", "\"new\"")], &body()),
    })
    .with("--retry 3"),
];

fn try_case(sandbox: &Sandbox, authority: &Authority, case: &Case, old: Option<&str>) -> Result<(), String> {
    let origin = Origin::new(authority.leaf().h2(), case.origin);
    match old {
        Some(old) => drop(sandbox.write("out.bin", old)),
        None => drop(std::fs::remove_file(sandbox.path("out.bin"))),
    }
    let url = origin.url("/file.bin");
    let words = ["fetch", "--json", "--retry", "0", "--cacert", "ca.pem", "-o", "out.bin", &url];
    let run = sandbox.dl(words).args(case.arguments).after_shell(DATA_LIMIT).run();
    let there = std::fs::read(sandbox.path("out.bin")).ok();
    let must = |so: bool, what: &str| if so { Ok(()) } else { Err(format!("{what}\n{}", run.tell())) };
    must(origin.count() > 0, "nobody asked over HTTP/2")?;
    must(case.codes.contains(&run.code), &format!("expected exit {:?}", case.codes))?;
    if run.code == 0 {
        must(run.field("http_version") == "2", "not over HTTP/2")?;
        let fields = run.field("headers");
        let smuggled = fields["b"].is_array() || fields[""].is_array() || fields.to_string().contains("\\u00");
        must(!smuggled, "a field that cannot be")?;
        return must(there.as_deref() == Some(&body()[..case.bytes]), "other bytes at the destination");
    }
    must(there.as_deref() == old.map(str::as_bytes), "the destination was touched")?;
    must(run.json()["error"]["exit_code"] == run.code, "the failure does not stand in the JSON")?;
    let ready = sandbox.items().iter().filter(|i| i["uri"] == url.as_str() && i["status"] == "READY").count();
    must(ready == 0, "a READY version of a failed fetch")
}

/// Runs every case of the table: with nothing there before, and with an older file there. `DL_TEST_CASE` picks some.
fn run(cases: &[Case]) {
    let wanted = std::env::var("DL_TEST_CASE").unwrap_or_default();
    let wrong = RefCell::new(Vec::new());
    let authority = Authority::new();
    for case in cases.iter().filter(|c| c.name.contains(&wanted)) {
        both(|sandbox| {
            tell(|| case.name.to_owned());
            authority.write(&sandbox.path(""));
            for old in [None, Some("the older file")] {
                if let Err(why) = try_case(sandbox, &authority, case, old) {
                    wrong.borrow_mut().push(format!("## {}\n{why}", case.name));
                }
            }
        });
    }
    let wrong = wrong.into_inner();
    assert!(wrong.is_empty(), "{} wrong:\n\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn bodies() {
    run(BODIES);
}

#[test]
fn heads() {
    run(HEADS);
}

#[test]
fn statuses() {
    run(STATUSES);
}

/// What both backends make of a stream that the server takes back without a word: never silently a whole file.
#[test]
fn a_reset_without_an_error_is_no_end() {
    let authority = Authority::new();
    both(|sandbox| {
        authority.write(&sandbox.path(""));
        let origin = Origin::new(authority.leaf().h2(), |_, s| {
            s.head(&[(":status", "200")], 0);
            s.data(&body()[..HALF]);
            s.reset(NO_ERROR);
        });
        let url = origin.url("/file.bin");
        let run = sandbox.dl(["fetch", "--json", "--retry", "0", "--cacert", "ca.pem", &url]).run();
        match sandbox.backend().as_str() {
            "reqwest" => drop(run.fails(8).error("integrity", "truncated")),
            _ => drop(run.ok().has("length_verified", false).says("warning:")),
        }
    });
}
