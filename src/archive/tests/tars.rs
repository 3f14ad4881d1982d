//! Tar: what is unpacked, and each way to lie.

use crate::archive::Extract;
use crate::archive::format::Format;
use crate::archive::members::MemberKind;
use crate::archive::tests::build::{Head, Tar, gzip};
use crate::archive::tests::{cat, expected, extract, members, open, refused, refused_whole, tree};
use crate::clock::Timestamp;

#[test]
fn a_tar_is_unpacked_with_its_links_and_x_bits() {
    let long = format!("deep/{}/{}", "n".repeat(150), "m".repeat(150));
    let tar = Tar::new()
        .folder("./")
        .folder("d/")
        .executable("d/run", b"#!", "0004755\0")
        .file("d/text", b"old")
        .file("d/text", b"new")
        .hard_link("d/same", "./d/text")
        .symlink("d/up", "../top")
        .symlink("dangling", "nowhere")
        .long(b'L', long.as_bytes())
        .file("cut", b"gnu")
        .pax(b'g', &[("comment", "of git")])
        .pax(b'x', &[("path", "p\u{e4}x"), ("mtime", "1.25"), ("size", "3"), ("SCHILY.xattr.user.x", "\u{1}\n")])
        .file("cut", b"pax")
        .head(Head::new(b'0', b"in", 0).set(345, b"prefix/of"), b"")
        .head(Head::new(0, b"v7/", 0).set(257, &[0; 8]), b"")
        .head(Head::new(0, b"v7/file", 1).set(257, &[0; 8]), b"7")
        .end();
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("out");
    let mut placed = Vec::new();
    let extracted = open(&tar, "x.tar")
        .extract(&dir, &Extract::default(), &mut |path, signature| placed.push((path.to_owned(), signature.size)))
        .unwrap();
    let deep = long.rsplit_once('/').unwrap().0;
    let entries = [
        ("d", "dir"),
        ("d/run", "#!*"),
        ("d/text", "new"),
        ("d/same", "new"),
        ("d/up", "-> ../top"),
        ("dangling", "-> nowhere"),
        ("deep", "dir"),
        (deep, "dir"),
        (&long, "gnu"),
        ("p\u{e4}x", "pax"),
        ("prefix", "dir"),
        ("prefix/of", "dir"),
        ("prefix/of/in", ""),
        ("v7", "dir"),
        ("v7/file", "7"),
    ];
    assert_eq!(tree(&dir), expected(&entries));
    assert_eq!((extracted.files, extracted.kept), (10, 0));
    assert_eq!(placed.len(), 10);
    assert!(placed.iter().any(|(path, size)| path == std::path::Path::new(&long) && *size == 3));
    let mode = |name: &str| {
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(dir.join(name)).unwrap().permissions()) & 0o7777
    };
    assert_eq!(mode("d/run"), 0o777 & !crate::disk::umask());
    assert_eq!(mode("d/text"), 0o666 & !crate::disk::umask());
    assert_eq!(mode("d"), 0o777 & !crate::disk::umask());
    let listed = members(&open(&tar, "x.tar")).unwrap();
    assert_eq!(listed.len(), 13);
    let pax = listed.iter().find(|m| m.name == "p\u{e4}x").unwrap();
    assert_eq!((pax.size, pax.kind, pax.mtime), (3, MemberKind::File, Some(Timestamp(1_250_000))));
    assert_eq!((&*listed[0].name, &*listed[1].name), (".", "d"));
    assert_eq!(listed[5].target.as_deref(), Some("./d/text"));
}

#[test]
fn times_are_kept_on_request() {
    let tar = Tar::new().pax(b'x', &[("mtime", "1000000000.5")]).file("a", b"").end();
    let folder = tempfile::tempdir().unwrap();
    let time = |keep_times, dir: &str| {
        let dir = folder.path().join(dir);
        let options = Extract { keep_times, ..Extract::default() };
        open(&tar, "x").extract(&dir, &options, &mut |_, _| {}).unwrap();
        Timestamp::from_system(std::fs::metadata(dir.join("a")).unwrap().modified().unwrap())
    };
    assert_eq!(time(true, "1"), Timestamp(1_000_000_000_500_000));
    assert!(time(false, "2").seconds() > 1_500_000_000);
}

#[test]
fn names_that_lead_out_are_refused() {
    for name in ["/etc/x", "../x", "a/../../x", "a/..", "a\\b", "C:/x", "a\nb", "a\u{7f}", "."] {
        refused_whole(&Tar::new().file("fine", b"x").file(name, b"evil").end(), "x.tar", "unsafe_archive");
    }
    for name in ["a/..", "/", "../"] {
        refused_whole(&Tar::new().folder(name).end(), "x.tar", "unsafe_archive");
    }
    refused_whole(&Tar::new().head(Head::new(b'0', b"caf\xe9", 0), b"").end(), "x", "unsafe_archive");
    refused_whole(&Tar::new().head(Head::new(b'0', b"", 0), b"").end(), "x", "unsafe_archive");
    refused_whole(&Tar::new().long(b'L', b"../x").file("fine", b"").end(), "x", "unsafe_archive");
    refused_whole(&Tar::new().pax(b'x', &[("path", "/x")]).file("fine", b"").end(), "x", "unsafe_archive");
    refused_whole(&Tar::new().pax(b'x', &[("path", "a\0b")]).file("fine", b"").end(), "x", "unsafe_archive");
    refused_whole(&Tar::new().head(Head::new(b'0', b"x", 0).set(345, b"/etc"), b"").end(), "x", "unsafe_archive");
    let too_deep = "d/".repeat(257) + "x";
    refused_whole(&Tar::new().long(b'L', too_deep.as_bytes()).file("x", b"").end(), "x", "unsafe_archive");
    let too_long = "d".repeat(4097);
    refused_whole(&Tar::new().pax(b'x', &[("path", &too_long)]).file("x", b"").end(), "x", "unsafe_archive");
    refused_whole(&Tar::new().long(b'L', too_long.as_bytes()).file("x", b"").end(), "x", "unsafe_archive");
    let deepest = "d/".repeat(255) + "x";
    let folder = tempfile::tempdir().unwrap();
    extract(&open(&Tar::new().long(b'L', deepest.as_bytes()).file("x", b"").end(), "x"), &folder.path().join("o"))
        .unwrap();
}

#[test]
fn links_that_lead_out_are_refused() {
    for target in ["/etc/passwd", "..", "../x", "a/../../x", "a/../b", "a\\b", ""] {
        refused_whole(&Tar::new().symlink("l", target).end(), "x.tar", "unsafe_archive");
    }
    for target in ["/etc/passwd", "../x", ".", ""] {
        refused_whole(&Tar::new().hard_link("l", target).end(), "x.tar", "unsafe_archive");
    }
    // A chain of links, each of which looks as if it stayed inside.
    let chain = Tar::new().symlink("a/b/c/s", "../../..").symlink("a/b/c/t", "s/..").end();
    refused_whole(&chain, "x.tar", "unsafe_archive");
    // A second name for a link, at another depth.
    refused(&Tar::new().symlink("a/b/s", "../..").hard_link("t", "a/b/s").end(), "x", "unsafe_archive");
    refused(&Tar::new().hard_link("t", "nowhere").end(), "x", "unsafe_archive");
    refused(&Tar::new().file("t", b"").hard_link("t", "t").end(), "x", "unsafe_archive");
    refused(&Tar::new().folder("d").hard_link("t", "d").end(), "x", "unsafe_archive");
    // Inside as it stands, outside when the folder above is left out.
    let tar = Tar::new().file("f", b"").symlink("a/l", "../f").end();
    let options = Extract { strip: 1, ..Extract::default() };
    let folder = tempfile::tempdir().unwrap();
    let error = open(&tar, "x").extract(&folder.path().join("o"), &options, &mut |_, _| {}).unwrap_err();
    assert_eq!(error.code(), "unsafe_archive");
    assert!(tree(folder.path()).is_empty());
}

#[test]
fn nothing_is_written_through_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let outside = folder.path().join("outside");
    std::fs::write(&outside, b"mine").unwrap();
    refused(&Tar::new().folder("d").symlink("l", "d").file("l/x", b"evil").end(), "x", "unsafe_archive");
    refused(&Tar::new().symlink("l", ".").folder("l").end(), "x", "unsafe_archive");
    refused(&Tar::new().folder("d").symlink("d", ".").end(), "x", "unsafe_archive");
    refused(&Tar::new().file("f", b"").file("f/x", b"").end(), "x", "unsafe_archive");
    refused(&Tar::new().file("f/x", b"").file("f", b"").end(), "x", "unsafe_archive");
    // A file in place of a link or of a second name changes neither what it led to nor the other.
    let tar = Tar::new()
        .file("a", b"first")
        .symlink("l", "a")
        .file("l", b"second")
        .hard_link("h", "a")
        .file("h", b"third")
        .end();
    let dir = folder.path().join("out");
    extract(&open(&tar, "x"), &dir).unwrap();
    assert_eq!(tree(&dir), expected(&[("a", "first"), ("l", "second"), ("h", "third")]));
    // Nor is a link in the destination followed.
    std::fs::remove_dir_all(&dir).unwrap();
    std::fs::create_dir(&dir).unwrap();
    std::os::unix::fs::symlink(&outside, dir.join("f")).unwrap();
    std::os::unix::fs::symlink(folder.path(), dir.join("d")).unwrap();
    extract(&open(&Tar::new().file("f", b"new").end(), "x"), &dir).unwrap();
    assert_eq!(std::fs::read(&outside).unwrap(), b"mine");
    assert_eq!(std::fs::read(dir.join("f")).unwrap(), b"new");
    let error = extract(&open(&Tar::new().file("d/outside", b"evil").end(), "x"), &dir).unwrap_err();
    assert_eq!((error.code(), error.kind().exit_code()), ("not_a_folder", 9));
    assert_eq!(std::fs::read(&outside).unwrap(), b"mine");
}

#[test]
fn special_files_are_refused() {
    for kind in [b'3', b'4', b'6', b'S', b'V', b'M', b'D', b'N', b'A', b'X'] {
        let code = if kind == b'S' { "unsupported_archive" } else { "unsafe_archive" };
        refused_whole(&Tar::new().head(Head::new(kind, b"x", 0), b"").end(), "x", code);
    }
    let sparse = [("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "x")];
    refused_whole(&Tar::new().pax(b'x', &sparse).file("x", b"").end(), "x", "unsupported_archive");
}

#[test]
fn headers_that_readers_understand_differently_are_refused() {
    let data = [0; 512];
    let hidden = Tar::new().file("hidden", b"x");
    // The extended size skips less or more than the header's: another reader sees other members.
    for size in ["0", "511", "513", "1024", "8589934592"] {
        let tar = Tar::new().pax(b'x', &[("size", size)]).file("a", &data).file("b", b"").end();
        refused_whole(&tar, "x", "unsafe_archive");
    }
    refused_whole(&Tar::new().pax(b'x', &[("size", "-1")]).file("a", &data).end(), "x", "broken_archive");
    refused_whole(&Tar::new().pax(b'g', &[("size", "0")]).file("a", &data).end(), "x", "unsafe_archive");
    refused_whole(&Tar::new().pax(b'g', &[("path", "b")]).file("a", &data).end(), "x", "unsafe_archive");
    refused_whole(&Tar::new().pax(b'x', &[("path", "b")]).long(b'L', b"c").file("a", b"").end(), "x", "unsafe_archive");
    refused_whole(
        &Tar::new().pax(b'x', &[("path", "b")]).pax(b'x', &[("path", "c")]).file("a", b"").end(),
        "x",
        "broken_archive",
    );
    refused_whole(&Tar::new().long(b'L', b"b").long(b'L', b"c").file("a", b"").end(), "x", "broken_archive");
    refused_whole(&Tar::new().pax(b'x', &[("path", "b")]).end(), "x", "broken_archive");
    refused_whole(&Tar::new().pax(b'x', &[("path", "b"), ("path", "c")]).file("a", b"").end(), "x", "unsafe_archive");
    // A size on what has no content: some readers pass over it, some do not.
    for kind in [b'1', b'2', b'5'] {
        let head = Head::new(kind, b"x", 512).set(157, b"a");
        refused_whole(&Tar::new().file("a", b"").head(head, &hidden.0[..512]).end(), "x", "unsafe_archive");
    }
    // A file with a folder's name, and the oldest type with a long name that changes what it is.
    refused_whole(&Tar::new().file("a/", b"").end(), "x", "unsafe_archive");
    refused_whole(&Tar::new().long(b'L', b"long").head(Head::new(0, b"a/", 0), b"").end(), "x", "unsafe_archive");
    refused_whole(&Tar::new().long(b'L', b"long/").head(Head::new(0, b"a", 0), b"").end(), "x", "unsafe_archive");
    // GNU keeps times where ustar has the prefix of the name.
    let gnu = Head::new(b'0', b"x", 0).set(257, b"ustar  \0").set(345, b"14000000000");
    refused_whole(&Tar::new().head(gnu, b"").end(), "x", "unsafe_archive");
    // Members behind one block of zeros are seen by some.
    let mut zeros = Tar::new().file("a", b"");
    zeros.0.resize(zeros.0.len() + 512, 0);
    refused_whole(&zeros.file("b", b"").end(), "x", "broken_archive");
    // Behind two, by none.
    let both = [Tar::new().file("a", b"").end(), Tar::new().file("b", b"").end()].concat();
    assert_eq!(members(&open(&both, "x")).unwrap().len(), 1);
    // A checksum that does not hold, and numbers that are none.
    let mut wrong = Tar::new().file("a", b"").file("b", b"").end();
    wrong[512] ^= 1;
    refused_whole(&wrong, "x.tar", "broken_archive");
    for size in [
        &b"0000000000z\0"[..],
        b"-0000000001\0",
        b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
    ] {
        let head = Head::new(b'0', b"b", 0).set(124, size);
        refused_whole(&Tar::new().file("a", b"").head(head, b"").end(), "x.tar", "broken_archive");
    }
    let huge = Head::new(b'x', b"b", 1 << 30);
    refused_whole(&Tar::new().file("a", b"").head(huge, b"").end(), "x.tar", "unsafe_archive");
}

#[test]
fn numbers_of_gnu_are_read() {
    let head = Head::new(b'0', b"a", 0)
        .set(124, b"\x80\0\0\0\0\0\0\0\0\0\0\x02")
        .set(136, b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff");
    let tar = Tar::new().head(head, b"hi").end();
    let listed = members(&open(&tar, "x")).unwrap();
    assert_eq!((listed[0].size, listed[0].mtime), (2, Some(Timestamp::from_seconds(-1))));
    assert_eq!(cat(&open(&tar, "x"), None).unwrap(), b"hi");
}

#[test]
fn a_tar_that_is_cut_is_refused() {
    let tar = Tar::new().file("a", &[1; 700]).file("b", &[2; 700]).end();
    assert_eq!(tar.len(), 512 * 8);
    for length in [512, 600, 1024, 1212, 1536, 1600, 2048, 3071, 3072] {
        refused_whole(&tar[..length], "x.tar", "truncated_archive");
    }
    // The end mark may lack its second half, and a compression shows by itself that nothing is missing.
    assert_eq!(members(&open(&tar[..3584], "x")).unwrap().len(), 2);
    assert_eq!(members(&open(&gzip(&tar[..3072]), "x")).unwrap().len(), 2);
    refused_whole(&gzip(&tar[..2600]), "x", "truncated_archive");
    // What is wrong behind the end mark is found too: the archive's own checksum is there.
    let mut packed = gzip(&tar);
    let at = packed.len() - 7;
    packed[at] ^= 1;
    refused_whole(&packed, "x", "broken_archive");
    let empty = vec![0; 10240];
    assert_eq!(open(&empty, "x.tar").format(), Format::Tar(None));
    assert!(members(&open(&empty, "x.tar")).unwrap().is_empty());
    assert_eq!(open(&empty, "x").format(), Format::Plain);
    assert!(members(&open(&gzip(&empty), "x.tgz")).unwrap().is_empty());
    // A name that promises a tar is no licence to unpack something else.
    refused_whole(&gzip(b"hello"), "x.tar.gz", "truncated_archive");
}

#[test]
fn names_that_differ_in_case_are_two_where_the_disk_says_so() {
    let tar = Tar::new().file("a", b"1").file("A", b"2").file("\u{e9}", b"3").file("e\u{301}", b"4").end();
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("o");
    match extract(&open(&tar, "x"), &dir) {
        Ok(_) => assert_eq!(tree(&dir).len(), 4),
        Err(e) => assert_eq!(e.code(), "unsafe_archive"),
    }
}
