//! Packed files and archives: limits hold, and nothing is ever written outside the folder.
#![no_main]

use dl::archive::{Archive, Extract, Limits};
use libfuzzer_sys::fuzz_target;
use std::fs::File;
use std::io::sink;

const UNPACKED_BYTES: u64 = 1 << 20;

fuzz_target!(|bytes: &[u8]| {
    let top = tempfile::tempdir().unwrap();
    let packed = top.path().join("packed");
    std::fs::write(&packed, bytes).unwrap();
    let limits = Limits { unpacked_bytes: Some(UNPACKED_BYTES), entries: 1000 };
    for name in ["packed", "packed.tar", "packed.gz", "packed.zip"] {
        let Ok(archive) = Archive::open(File::open(&packed).unwrap(), name, limits) else { continue };
        let _ = archive.members(&mut |_| Ok(()));
        let _ = archive.cat(None, false, &mut sink());
        let out = top.path().join("out");
        let unpacked = archive.extract(&out, &Extract::default(), &mut |_, _| {});
        if let Ok(unpacked) = &unpacked {
            assert!(unpacked.bytes <= UNPACKED_BYTES);
        }
        let mut names: Vec<_> = std::fs::read_dir(top.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        names.sort();
        let expected: &[&str] = if out.exists() { &["out", "packed"] } else { &["packed"] };
        assert_eq!(names, expected, "{unpacked:?}");
        assert_eq!(std::fs::read(&packed).unwrap(), bytes);
        let _ = std::fs::remove_dir_all(&out);
    }
});
