//! Archives made in the test, by hand where they must be wrong, against all that opens them.

mod build;
mod codecs;
mod peers;
mod placing;
mod tars;
mod zips;

use crate::archive::members::{Member, MemberKind};
use crate::archive::{Archive, Extract, Extracted, Limits};
use crate::error::{Error, Result};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

fn open_limited(bytes: &[u8], name: &str, limits: Limits) -> Archive {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    Archive::open(file, name, limits).unwrap()
}

fn open(bytes: &[u8], name: &str) -> Archive {
    open_limited(bytes, name, Limits::default())
}

fn members(archive: &Archive) -> Result<Vec<Member>> {
    let mut all = Vec::new();
    archive.members(&mut |member| {
        all.push(member);
        Ok(())
    })?;
    Ok(all)
}

fn cat(archive: &Archive, member: Option<&str>) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let count = archive.cat(member, false, &mut out)?;
    assert_eq!(count, out.len() as u64);
    Ok(out)
}

fn extract(archive: &Archive, dir: &Path) -> Result<Extracted> {
    archive.extract(dir, &Extract::default(), &mut |_, _| {})
}

/// All below a folder: path to what it is.
fn tree(dir: &Path) -> BTreeMap<String, String> {
    fn walk(root: &Path, at: &Path, found: &mut BTreeMap<String, String>) {
        for entry in std::fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            let metadata = std::fs::symlink_metadata(&path).unwrap();
            if metadata.is_symlink() {
                found.insert(name, format!("-> {}", std::fs::read_link(&path).unwrap().display()));
            } else if metadata.is_dir() {
                found.insert(name, "dir".to_owned());
                walk(root, &path, found);
            } else {
                let x = if metadata.permissions().mode() & 0o100 != 0 { "*" } else { "" };
                found.insert(name, format!("{}{x}", String::from_utf8_lossy(&std::fs::read(&path).unwrap())));
            }
        }
    }
    let mut found = BTreeMap::new();
    if dir.exists() {
        walk(dir, dir, &mut found);
    }
    found
}

fn expected(entries: &[(&str, &str)]) -> BTreeMap<String, String> {
    entries.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

/// Refused with that code by extraction, which leaves both an existing and a missing folder as they were.
#[track_caller]
fn refused(bytes: &[u8], name: &str, code: &str) -> Error {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("there");
    std::fs::create_dir(&dir).unwrap();
    std::fs::write(dir.join("mine"), b"mine").unwrap();
    let archive = open(bytes, name);
    let error = extract(&archive, &dir).expect_err("the archive must be refused");
    assert_eq!(error.code(), code, "{error}");
    assert_eq!(error.kind().exit_code(), 8, "{error}");
    let error = extract(&archive, &folder.path().join("new/er")).expect_err("the archive must be refused");
    assert_eq!(tree(folder.path()), expected(&[("there", "dir"), ("there/mine", "mine")]));
    error
}

/// Refused by extraction and by listing.
#[track_caller]
fn refused_whole(bytes: &[u8], name: &str, code: &str) {
    refused(bytes, name, code);
    let error = members(&open(bytes, name)).expect_err("the archive must not be listed");
    assert_eq!(error.code(), code, "{error}");
}

#[test]
fn a_plain_file_is_no_archive_but_can_be_read() {
    for (bytes, name) in
        [(&b"just text"[..], "x.txt"), (b"", "x.gz"), (b"<html>", "x.zip"), (b"BZh9 is how", "x"), (&[7; 600], "x.tar")]
    {
        let archive = open(bytes, name);
        assert_eq!(cat(&archive, None).unwrap(), bytes);
        assert_eq!(cat(&archive, Some("x")).unwrap_err().code(), "not_an_archive");
        assert_eq!(archive.unpack(&mut Vec::new()).unwrap_err().code(), "not_an_archive");
        refused_whole(bytes, name, "not_an_archive");
    }
    let folder = File::open("/").unwrap();
    assert_eq!(Archive::open(folder, "x", Limits::default()).unwrap_err().kind().exit_code(), 2);
}

#[test]
fn a_member_is_found_by_any_spelling_and_through_links() {
    use build::{Tar, gzip};
    let tar = Tar::new()
        .file("./a/one", b"1")
        .file("a/two", b"old")
        .file("a/two", b"new")
        .symlink("l", "a/m")
        .symlink("a/m", "../a/./two")
        .hard_link("h", "a/one")
        .symlink("r1", "r2")
        .symlink("r2", "r1")
        .symlink("d", "a")
        .end();
    for (bytes, name) in [(tar.clone(), "x.tar"), (gzip(&tar), "x.tgz")] {
        let archive = open(&bytes, name);
        for (member, content) in [("a/one", "1"), ("./a//one", "1"), ("a/two", "new"), ("l", "new"), ("h", "1")] {
            assert_eq!(cat(&archive, Some(member)).unwrap(), content.as_bytes(), "{member}");
        }
        for (member, code) in
            [("no", 3), ("../a/one", 3), ("a", 2), ("d", 2), (".", 2), ("r1", 8), ("A/one", 3), ("a/one/", 0)]
        {
            let found = cat(&archive, Some(member)).map_or_else(|e| e.kind().exit_code(), |_| 0);
            assert_eq!(found, code, "{member}");
        }
        let error = cat(&archive, None).unwrap_err();
        assert_eq!((error.code(), error.kind().exit_code()), ("member_needed", 2));
        assert!(error.message().contains("2 files: `./a/one`, `a/two`"), "{error}");
        let mut raw = Vec::new();
        assert_eq!(archive.cat(None, true, &mut raw).unwrap(), bytes.len() as u64);
        assert_eq!(raw, bytes);
    }
    let mut unpacked = Vec::new();
    open(&gzip(&tar), "x").unpack(&mut unpacked).unwrap();
    assert_eq!(unpacked, tar);
}

#[test]
fn an_archive_of_one_file_is_that_file() {
    let tar = build::Tar::new().folder("d").file("d/only", b"text").symlink("l", "d/only").end();
    assert_eq!(cat(&open(&tar, "x.tar"), None).unwrap(), b"text");
    let zip = build::Zip::new().folder("d/").file("d/only", b"text").end();
    let archive = open(&zip, "x.zip");
    assert_eq!(cat(&archive, None).unwrap(), b"text");
    let mut unpacked = Vec::new();
    archive.unpack(&mut unpacked).unwrap();
    assert_eq!(unpacked, b"text");
    let empty = build::Tar::new().folder("d").end();
    assert_eq!(cat(&open(&empty, "x.tar"), None).unwrap_err().kind().exit_code(), 3);
    let kinds: Vec<MemberKind> = members(&open(&tar, "x.tar")).unwrap().iter().map(|m| m.kind).collect();
    assert_eq!(kinds, [MemberKind::Dir, MemberKind::File, MemberKind::Link]);
}
