//! Zip: what is unpacked, and each way for its two headers to disagree.

use crate::archive::members::MemberKind;
use crate::archive::tests::build::{Part, Zip, bzip2, xz, zstd};
use crate::archive::tests::{cat, expected, extract, members, open, refused, refused_whole, tree};
use crate::clock::Timestamp;

#[test]
fn a_zip_is_unpacked_by_every_method() {
    let content = b"some content, some content, some content";
    let packed = |data: Vec<u8>, method, name| Part { data, method, ..Part::new(name, content) };
    let zip = Zip::new()
        .folder("d/")
        .part(&Part::mode("d/run", content, 0o104_755))
        .part(&Part::deflated("d/deflated", content))
        .part(&packed(bzip2(content), 12, "bzip2"))
        .part(&packed(zstd(content), 93, "zstd"))
        .part(&packed(xz(content), 95, "xz"))
        .part(&Part { made_by: 0, attributes: 0x20, ..Part::new("\u{fc}ml\u{e4}ut", b"") })
        .symlink("d/l", "../xz")
        .end();
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("o");
    let extracted = extract(&open(&zip, "x.zip"), &dir).unwrap();
    let text = std::str::from_utf8(content).unwrap();
    let run = format!("{text}*");
    let entries = [
        ("d", "dir"),
        ("d/run", &*run),
        ("d/deflated", text),
        ("bzip2", text),
        ("zstd", text),
        ("xz", text),
        ("\u{fc}ml\u{e4}ut", ""),
        ("d/l", "-> ../xz"),
    ];
    assert_eq!(tree(&dir), expected(&entries));
    assert_eq!((extracted.files, extracted.bytes), (7, 5 * content.len() as u64));
    assert_eq!(cat(&open(&zip, "x"), Some("d/l")).unwrap(), content);
    let listed = members(&open(&zip, "x")).unwrap();
    assert_eq!((&*listed[0].name, listed[0].kind), ("d/", MemberKind::Dir));
    assert_eq!(listed[0].mtime, Some(Timestamp::from_seconds(1_577_836_800)));
    assert_eq!((listed[7].kind, listed[7].target.as_deref()), (MemberKind::Link, Some("../xz")));
    assert!(members(&open(&Zip::new().end(), "x")).unwrap().is_empty());
    let comment = Zip { comment: b"made by hand".to_vec(), ..Zip::new().file("a", b"a") }.end();
    assert_eq!(members(&open(&comment, "x")).unwrap().len(), 1);
}

#[test]
fn names_and_links_that_lead_out_are_refused() {
    for name in ["/etc/x", "../x", "a/../../x", "a/..", "a\\b", "C:/x", "a\nb", "a\0b", ".", ""] {
        refused_whole(&Zip::new().file("fine", b"x").file(name, b"evil").end(), "x.zip", "unsafe_archive");
    }
    for target in ["/etc/passwd", "..", "a/../b", "a\\b", "a\0", ""] {
        refused_whole(&Zip::new().symlink("l", target).end(), "x.zip", "unsafe_archive");
    }
    refused_whole(&Zip::new().symlink("l", &"a/".repeat(3000)).end(), "x.zip", "unsafe_archive");
    refused(&Zip::new().symlink("l", ".").file("l/x", b"evil").end(), "x.zip", "unsafe_archive");
    refused(&Zip::new().file("f", b"").file("f/x", b"").end(), "x.zip", "unsafe_archive");
    refused(&Zip::new().file("f/x", b"").file("f", b"").end(), "x.zip", "unsafe_archive");
    let latin = Part { name: b"caf\xe9".to_vec(), ..Part::new("", b"") };
    refused_whole(&Zip::new().part(&latin).end(), "x.zip", "unsafe_archive");
    // Bytes of UTF-8 that are not said to be: on Unix they are, from DOS they would be code page 437.
    let unmarked = Part { flags: 0, ..Part::new("\u{e9}", b"") };
    assert_eq!(members(&open(&Zip::new().part(&unmarked).end(), "x")).unwrap()[0].name, "\u{e9}");
    refused_whole(&Zip::new().part(&Part { made_by: 20, attributes: 0, ..unmarked }).end(), "x", "unsafe_archive");
}

#[test]
fn a_name_that_comes_twice_is_refused() {
    for other in ["a", "./a", "a/"] {
        let other = if other.ends_with('/') { Part::mode(other, b"", 0o040_755) } else { Part::new(other, b"2") };
        refused_whole(&Zip::new().file("a", b"1").file("b", b"").part(&other).end(), "x.zip", "unsafe_archive");
    }
    // Two names that become one by leaving folders out.
    let zip = Zip::new().file("a/x", b"1").file("b/x", b"2").end();
    let options = crate::archive::Extract { strip: 1, ..Default::default() };
    let folder = tempfile::tempdir().unwrap();
    let error = open(&zip, "x").extract(&folder.path().join("o"), &options, &mut |_, _| {}).unwrap_err();
    assert_eq!(error.code(), "unsafe_archive");
}

#[test]
fn special_and_encrypted_members_are_refused() {
    for mode in [0o020_644, 0o060_644, 0o010_644, 0o140_644, 0o170_644] {
        refused_whole(&Zip::new().part(&Part::mode("x", b"", mode)).end(), "x", "unsafe_archive");
    }
    for flags in [1, 1 | 1 << 6, 1 << 13, 1 << 5] {
        refused_whole(&Zip::new().part(&Part { flags, ..Part::new("x", b"secret") }).end(), "x", "unsafe_archive");
    }
    refused_whole(&Zip::new().part(&Part { method: 99, ..Part::new("x", b"") }).end(), "x", "unsafe_archive");
    // What it is by its type and by its name.
    refused_whole(&Zip::new().part(&Part::mode("x", b"", 0o040_755)).end(), "x", "unsafe_archive");
    refused_whole(&Zip::new().part(&Part::mode("x/", b"", 0o100_644)).end(), "x", "unsafe_archive");
    refused_whole(
        &Zip::new().part(&Part { made_by: 0, attributes: 0x10, ..Part::new("x", b"") }).end(),
        "x",
        "unsafe_archive",
    );
    refused_whole(&Zip::new().part(&Part::mode("x/", b"content", 0o040_755)).end(), "x", "unsafe_archive");
    let unknown = Zip::new().part(&Part { method: 97, ..Part::new("x", b"") }).end();
    refused(&unknown, "x", "unsupported_archive");
    assert_eq!(members(&open(&unknown, "x")).unwrap().len(), 1);
}

#[test]
fn headers_that_disagree_are_refused() {
    let part = || Part::deflated("name", b"content");
    let packed = part().data.len() as u32;
    let cases = [
        Part { local_name: Some(b"nam2".to_vec()), ..part() },
        Part { local_name: Some(b"../x".to_vec()), ..part() },
        Part { local_name: Some(b"longer name".to_vec()), ..part() },
        Part { local_method: Some(0), ..part() },
        Part { local_flags: Some(1), ..part() },
        Part { local_flags: Some(8), ..part() },
        Part { local_crc: Some(1), ..part() },
        Part { local_crc: Some(0), ..part() },
        Part { local_size: Some(8), ..part() },
        Part { local_size: Some(0), ..part() },
        Part { local_packed: Some(packed - 1), ..part() },
        Part { local_packed: Some(0), local_size: Some(0), local_crc: Some(0), ..part() },
        // Another name in an extra field.
        Part { extra: [b"up\x0a\x00\x01abcd".to_vec(), b"other".to_vec()].concat(), ..part() },
        Part { local_extra: [b"up\x0a\x00\x01abcd".to_vec(), b"other".to_vec()].concat(), ..part() },
        // Two sets of sizes.
        Part { extra: [[1, 0, 0, 0], [1, 0, 0, 0]].concat(), ..part() },
        // Sizes that stand behind the data: others, or none although they are needed.
        Part { flags: 8, local_crc: Some(0), local_size: Some(0), local_packed: Some(0), ..part() },
        Part { flags: 8, local_size: Some(0), behind: descriptor(part().crc, packed, 8, true), ..part() },
        Part { flags: 8, local_size: Some(0), behind: descriptor(1, packed, 7, true), ..part() },
    ];
    for (at, case) in cases.iter().enumerate() {
        let zip = Zip::new().file("first", b"").part(case).file("last", b"").end();
        let error = members(&open(&zip, "x")).expect_err(&format!("case {at}"));
        assert_eq!(error.code(), "unsafe_archive", "case {at}: {error}");
        refused(&zip, "x", "unsafe_archive");
    }
    for case in [
        Part {
            flags: 8,
            local_size: Some(0),
            local_packed: Some(0),
            local_crc: Some(0),
            behind: descriptor(part().crc, packed, 7, true),
            ..part()
        },
        Part {
            flags: 8,
            local_size: Some(0),
            local_packed: Some(0),
            local_crc: Some(0),
            behind: descriptor(part().crc, packed, 7, false),
            ..part()
        },
        Part { flags: 8, ..part() },
    ] {
        let zip = Zip::new().file("first", b"").part(&case).file("last", b"").end();
        assert_eq!(cat(&open(&zip, "x"), Some("name")).unwrap(), b"content");
    }
}

fn descriptor(crc: u32, packed: u32, size: u32, signed: bool) -> Vec<u8> {
    let fields = [crc.to_le_bytes(), packed.to_le_bytes(), size.to_le_bytes()].concat();
    if signed { [b"PK\x07\x08".to_vec(), fields].concat() } else { fields }
}

#[test]
fn content_that_is_not_as_announced_is_refused() {
    let part = || Part::deflated("name", b"content");
    let bomb = Part { size: 10, ..Part::deflated("name", &vec![0; 100_000]) };
    refused(&Zip::new().part(&bomb).end(), "x", "broken_archive");
    refused(
        &Zip::new().part(&Part { size: 0, crc: 0, ..Part::deflated("name", &vec![0; 100_000]) }).end(),
        "x",
        "broken_archive",
    );
    refused(&Zip::new().part(&Part { size: 8, ..part() }).end(), "x", "broken_archive");
    refused(&Zip::new().part(&Part { crc: 1, ..part() }).end(), "x", "broken_archive");
    refused(&Zip::new().part(&Part { size: u32::MAX - 1, ..part() }).end(), "x", "archive_too_big");
    let behind = Part { data: [part().data, b"hidden".to_vec()].concat(), ..part() };
    refused(&Zip::new().part(&behind).end(), "x", "broken_archive");
    let cut = Part { data: part().data[..4].to_vec(), ..part() };
    refused(&Zip::new().part(&cut).end(), "x", "truncated_archive");
    refused(&Zip::new().part(&Part { method: 8, ..Part::new("x", b"no deflate") }).end(), "x", "broken_archive");
}

#[test]
fn only_one_directory_is_believed() {
    let one = Zip::new().file("good", b"1").end();
    let two = Zip::new().file("evil", b"2").end();
    // One behind the other, one in the comment of the other, something behind the end.
    refused_whole(&[one.clone(), two.clone()].concat(), "x.zip", "unsafe_archive");
    refused_whole(&Zip { comment: two.clone(), ..Zip::new().file("good", b"1") }.end(), "x.zip", "unsafe_archive");
    refused_whole(&[&one[..], b"x"].concat(), "x.zip", "unsafe_archive");
    // Zeros fill a block up; not where there is anything that another reader could take for the end in their place.
    assert_eq!(cat(&open(&[&one[..], &[0; 500]].concat(), "x.zip"), None).unwrap(), b"1");
    let inner = [two, vec![0; 9]].concat();
    refused_whole(&Zip { comment: inner, ..Zip::new().file("good", b"1") }.end(), "x.zip", "unsafe_archive");
    // A member that the directory does not list, in front, between and at the end.
    let hidden = Part { hidden: true, ..Part::new("evil", b"2") };
    for zip in [
        Zip::new().part(&hidden).file("good", b"1"),
        Zip::new().file("good", b"1").part(&hidden).file("better", b"3"),
        Zip::new().file("good", b"1").part(&hidden),
    ] {
        refused_whole(&zip.end(), "x.zip", "unsafe_archive");
    }
    // Bytes that are no member are let be: a program in front, a signature before the directory.
    let mut front = Zip::new();
    front.bytes = b"#!/bin/sh\n".to_vec();
    let mut front = front.file("good", b"1");
    front.bytes.extend(vec![7; 100_000]);
    let front = front.end();
    assert_eq!(cat(&open(&front, "x.zip"), None).unwrap(), b"1");
    // Without the offsets made right, readers differ.
    refused_whole(&[b"#!/bin/sh\n".to_vec(), one.clone()].concat(), "x.zip", "unsafe_archive");
    // Two members of the same bytes.
    let mut overlapping = Zip::new().file("a", b"1").file("a", b"1").end();
    let second = overlapping.windows(4).rposition(|w| w == b"PK\x01\x02").unwrap();
    overlapping[second + 42..second + 46].copy_from_slice(&[0; 4]);
    refused_whole(&overlapping, "x.zip", "unsafe_archive");
    // The count says less or more than there is.
    for (count, code) in [(0, "unsafe_archive"), (2, "broken_archive")] {
        let mut wrong = one.clone();
        let end = wrong.len() - 22;
        wrong[end + 8] = count;
        wrong[end + 10] = count;
        refused_whole(&wrong, "x.zip", code);
    }
    for (at, value, code) in [
        (4, 1, "unsupported_archive"),
        (8, 2, "unsupported_archive"),
        (16, 1, "unsafe_archive"),
        (12, 1, "unsafe_archive"),
    ] {
        let mut wrong = one.clone();
        let end = wrong.len() - 22;
        wrong[end + at] = value;
        refused_whole(&wrong, "x.zip", code);
    }
}

#[test]
fn a_zip_that_is_cut_is_refused() {
    let zip = Zip::new().file("a", b"some text").folder("b/").end();
    for length in 4..zip.len() {
        let error = members(&open(&zip[..length], "x.zip")).unwrap_err();
        assert_eq!(error.kind().exit_code(), 8, "{length}: {error}");
    }
    refused_whole(&zip[..zip.len() - 1], "x.zip", "truncated_archive");
}

#[test]
fn changed_bytes_never_harm() {
    let zip = Zip::new().file("a", b"some text").folder("b/").symlink("c", "a").end();
    let tar = crate::archive::tests::build::Tar::new()
        .pax(b'x', &[("path", "a/b"), ("size", "4")])
        .file("x", b"text")
        .long(b'L', b"long/name")
        .symlink("l", "a")
        .end();
    for (bytes, name) in [(zip, "x.zip"), (tar, "x.tar")] {
        for at in 0..bytes.len() {
            for flip in [0xff, 1, 0x80] {
                let mut changed = bytes.clone();
                changed[at] ^= flip;
                let archive = open(&changed, name);
                if let Err(e) = archive.members(&mut |_| Ok(())) {
                    assert_eq!(e.kind().exit_code(), 8, "{e}");
                }
                let mut out = Vec::new();
                let _ = archive.cat(Some("a"), false, &mut out);
            }
        }
    }
}
