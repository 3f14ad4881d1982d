//! A damaged registry, from outside: a download more, never other bytes, and a content that is there still answers its digest.

use crate::support::sandbox::{Sandbox, bytes, sha256};

const ITEMS: usize = 6;

fn content(n: usize) -> String {
    format!("the bytes of {n}")
}

fn url(n: usize) -> String {
    format!("https://example.org/{n}.bin")
}

#[test]
fn nothing_crashes_lies_or_is_lost() {
    for seed in 0..10_usize {
        let sandbox = Sandbox::new();
        sandbox.unchecked();
        for n in 0..ITEMS {
            let file = sandbox.write("file", content(n));
            sandbox.dl(["cache", "put", file.to_str().unwrap(), "--uri", &url(n), "--attr", "n=1"]).run().ok();
        }
        let file = sandbox.cache().join(if seed % 5 == 4 { "registry.sqlite-wal" } else { "registry.sqlite" });
        let mut registry = std::fs::read(&file).unwrap();
        let noise = bytes(4096 + seed);
        let middle = registry.len() * (seed + 1) / 12;
        match seed % 5 {
            0 => registry.truncate(middle),
            1 => registry[middle..middle + 2048].copy_from_slice(&noise[..2048]),
            2 => registry[middle..middle + 4096].fill(0),
            3 => registry[..seed * 8].copy_from_slice(&noise[..seed * 8]),
            _ => registry.iter_mut().step_by(997).for_each(|byte| *byte ^= 0x10),
        }
        std::fs::write(&file, registry).unwrap();
        let mut warnings = 0;
        for n in 0..ITEMS {
            let run = sandbox.dl(["fetch", "--offline", &url(n)]).run();
            warnings += run.stderr.matches("set aside as").count();
            assert!([0, 3].contains(&run.code), "seed {seed}\n{}", run.tell());
            if run.code == 0 {
                assert_eq!(std::fs::read(run.path()).unwrap(), content(n).as_bytes(), "seed {seed}");
            }
            let digest = sha256(content(n).as_bytes());
            let out = format!("out-{n}");
            let run = sandbox.dl(["fetch", "--offline", "--sha256", &digest, "-o", &out, &url(n)]).run();
            warnings += run.stderr.matches("set aside as").count();
            run.ok();
            assert_eq!(sandbox.read(&out), content(n).as_bytes(), "seed {seed}");
        }
        assert!(warnings <= 1, "seed {seed}: it is told once");
        for command in
            ["cache ls --all", "cache stats", "cache clean --dry-run", "cache verify --repair", "cache verify"]
        {
            sandbox.run(command).ok();
        }
    }
}

#[test]
fn a_registry_that_is_gone_loses_no_bytes() {
    for damage in ["gone", "empty", "headless"] {
        let sandbox = Sandbox::new();
        sandbox.unchecked();
        let file = sandbox.write("file", "precious");
        sandbox.dl(["cache", "put", file.to_str().unwrap(), "--uri", &url(1)]).run().ok();
        let registry = sandbox.cache().join("registry.sqlite");
        if damage == "headless" {
            let mut bytes = std::fs::read(&registry).unwrap();
            bytes[0] = b'X';
            std::fs::write(&registry, bytes).unwrap();
        } else {
            for name in ["registry.sqlite", "registry.sqlite-wal", "registry.sqlite-shm"] {
                let _ = std::fs::remove_file(sandbox.cache().join(name));
            }
            if damage == "empty" {
                std::fs::write(&registry, "").unwrap();
            }
        }
        let run = sandbox.run("cache ls --count");
        assert!(run.ok().stderr.contains("registry of the cache was"), "{damage}: {}", run.tell());
        if damage == "headless" {
            assert_eq!(run.out().trim(), "1");
        }
        sandbox.run("cache clean --all --max-age 0").ok();
        let digest = format!("sha256:{}", sha256(b"precious"));
        assert_eq!(sandbox.dl(["blob", "cat", &digest]).run().ok().out(), "precious", "{damage}");
    }
}
