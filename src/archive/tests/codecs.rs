//! Packed files: told apart, decoded whole, refused when broken or too big.

use crate::archive::codec::Codec;
use crate::archive::format::Format;
use crate::archive::tests::build::{Tar, Zip, bzip2, gzip, xz, zstd};
use crate::archive::tests::{cat, expected, extract, members, open, open_limited, refused, refused_whole, tree};
use crate::archive::{Extract, Limits};

type Encode = fn(&[u8]) -> Vec<u8>;
const CODECS: [(Codec, Encode); 4] =
    [(Codec::Gzip, gzip), (Codec::Bzip2, bzip2), (Codec::Xz, xz), (Codec::Zstandard, zstd)];

#[test]
fn each_codec_is_told_by_content_and_decoded() {
    let data: Vec<u8> = (0..300_000_u32).flat_map(|i| (i / 7).to_le_bytes()).collect();
    for (codec, encode) in CODECS {
        let packed = encode(&data);
        let archive = open(&packed, "table.csv");
        assert_eq!(archive.format(), Format::Packed(codec));
        assert!(cat(&archive, None).unwrap() == data);
        let listed = members(&archive).unwrap();
        assert_eq!((listed.len(), &*listed[0].name, listed[0].size), (1, "table.csv", data.len() as u64));
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("out");
        let name = format!("some/table.csv.{}", codec.extension().to_uppercase());
        let extracted = extract(&open(&packed, &name), &dir).unwrap();
        assert_eq!((extracted.files, extracted.bytes), (1, data.len() as u64));
        assert!(std::fs::read(dir.join("table.csv")).unwrap() == data);
        assert_eq!(cat(&open(&packed, &name), Some("table.csv")).unwrap().len(), data.len());
        assert_eq!(cat(&open(&packed, &name), Some("other")).unwrap_err().kind().exit_code(), 3);
        let nothing = encode(b"");
        assert_eq!(cat(&open(&nothing, "x"), None).unwrap(), b"", "{codec:?}");
    }
}

#[test]
fn several_streams_are_one() {
    for (codec, encode) in CODECS {
        let both = [encode(b"one "), encode(b"two "), encode(b""), encode(b"three")].concat();
        assert_eq!(cat(&open(&both, "x"), None).unwrap(), b"one two three", "{codec:?}");
    }
    for encode in [gzip, bzip2, xz] {
        let padded = [encode(b"one"), vec![0; 1024]].concat();
        assert_eq!(cat(&open(&padded, "x"), None).unwrap(), b"one");
    }
    let skippable = [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3][..], &zstd(b"one")].concat();
    assert_eq!(cat(&open(&skippable, "x.zst"), None).unwrap(), b"one");
    assert_eq!(open(&skippable, "x.lz4").format(), Format::Plain);
}

#[test]
fn what_is_cut_or_changed_is_refused() {
    let noise: Vec<u8> = (0..20_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for (codec, encode) in CODECS {
        let packed = encode(&noise);
        for length in [8, 20, packed.len() / 2, packed.len() - 1] {
            // What is too short to be told is a plain file.
            if open(&packed[..length], "x").format() == Format::Plain {
                assert!(length <= 8, "{codec:?} {length}");
                continue;
            }
            refused(&packed[..length], "x", "truncated_archive");
        }
        let mut changed = packed.clone();
        let at = changed.len() - 6;
        changed[at] ^= 0x40;
        refused_whole(&changed, "x", "broken_archive");
        let behind = [&packed[..], b"something else"].concat();
        let error = cat(&open(&behind, "x"), None).unwrap_err();
        assert_eq!(error.kind().exit_code(), 8, "{codec:?} {error}");
    }
}

#[test]
fn bombs_are_stopped() {
    let limits = Limits { unpacked_bytes: Some(1 << 20), ..Limits::default() };
    let zeros = vec![0; 3 << 20];
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("out");
    for (codec, encode) in CODECS {
        for (bytes, name) in [
            (encode(&zeros), "x"),
            (encode(&Tar::new().file("x", &zeros).end()), "x"),
            (Zip::new().file("x", &zeros).end(), "x"),
        ] {
            let archive = open_limited(&bytes, name, limits);
            for error in [cat(&archive, None).unwrap_err(), extract(&archive, &dir).unwrap_err()] {
                assert_eq!((error.code(), error.kind().exit_code()), ("archive_too_big", 8), "{codec:?} {error}");
            }
        }
    }
    // Together too big, and a member that is small enough by itself.
    let half = vec![0; 700 << 10];
    for bytes in
        [Zip::new().file("a", &half).file("b", &half).end(), gzip(&Tar::new().file("a", &half).file("b", &half).end())]
    {
        let archive = open_limited(&bytes, "x", limits);
        assert_eq!(extract(&archive, &dir).unwrap_err().code(), "archive_too_big");
        assert_eq!(cat(&archive, Some("b")).unwrap().len(), half.len());
        assert_eq!(tree(folder.path()), expected(&[]));
        let options = Extract { members: vec!["b".to_owned()], ..Extract::default() };
        let extracted = archive.extract(&folder.path().join("b"), &options, &mut |_, _| {}).unwrap();
        assert_eq!(extracted.bytes, half.len() as u64);
        std::fs::remove_dir_all(folder.path().join("b")).unwrap();
    }
    let limits = Limits { entries: 5, ..Limits::default() };
    let many = Tar::new().file("1", b"").file("2", b"").file("3", b"").file("4", b"").file("5", b"");
    assert_eq!(members(&open_limited(&many.clone().end(), "x", limits)).unwrap().len(), 5);
    let error = members(&open_limited(&many.file("6", b"").end(), "x", limits)).unwrap_err();
    assert_eq!(error.code(), "archive_too_big");
    // Folders that are only made because of a long name count too.
    let deep = Tar::new().file("a/b/c/d/e", b"").end();
    assert!(extract(&open_limited(&deep, "x", limits), &dir).is_ok());
    let error =
        extract(&open_limited(&Tar::new().file("a/b/c/d/e/f", b"").end(), "x", limits), &dir.join("2")).unwrap_err();
    assert_eq!(error.code(), "archive_too_big");
    let zip = (0..6).fold(Zip::new(), |zip, i| zip.file(&i.to_string(), b"")).end();
    assert_eq!(members(&open_limited(&zip, "x", limits)).unwrap_err().code(), "archive_too_big");
}

#[test]
fn windows_and_dictionaries_have_a_limit() {
    // A frame that asks for a window of 256 MiB, and one block of zeros.
    let window = [0x28, 0xb5, 0x2f, 0xfd, 0x00, (28 - 10) << 3, 0x03, 0x00, 0x00, 0x00];
    let error = cat(&open(&window, "x.zst"), None).unwrap_err();
    assert_eq!(error.code(), "archive_too_big", "{error}");
    let allowed = [0x28, 0xb5, 0x2f, 0xfd, 0x00, (27 - 10) << 3, 0x03, 0x00, 0x00, 0x00];
    assert_eq!(cat(&open(&allowed, "x.zst"), None).unwrap(), b"");
    let mut big = xz(b"abc");
    // Block header: size, flags, filter 0x21, one property byte: the dictionary's size. 4 GiB - 1.
    assert_eq!(&big[14..16], &[0x21, 1]);
    big[16] = 40;
    let mut crc = flate2::Crc::new();
    let end = 12 + (usize::from(big[12]) + 1) * 4;
    crc.update(&big[12..end - 4]);
    big[end - 4..end].copy_from_slice(&crc.sum().to_le_bytes());
    let error = cat(&open(&big, "x.xz"), None).unwrap_err();
    assert_eq!(error.code(), "archive_too_big", "{error}");
}
