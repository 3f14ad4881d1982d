//! Moving in: merging, what exists already, and nothing at all on failure.

use crate::archive::tests::build::{Tar, Zip};
use crate::archive::tests::{expected, extract, open, tree};
use crate::archive::{Extract, Extracted, IfExists};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

fn fill(dir: &Path) {
    std::fs::create_dir_all(dir.join("d/e")).unwrap();
    std::fs::write(dir.join("a"), b"mine").unwrap();
    std::fs::write(dir.join("d/b"), b"mine").unwrap();
    std::fs::write(dir.join("d/other"), b"mine").unwrap();
}

const MINE: [(&str, &str); 5] = [("a", "mine"), ("d", "dir"), ("d/b", "mine"), ("d/e", "dir"), ("d/other", "mine")];

fn archive() -> crate::archive::Archive {
    open(&Tar::new().file("a", b"new").file("d/b", b"new").file("d/e/f/g", b"new").symlink("l", "d/b").end(), "x.tar")
}

#[test]
fn a_tree_is_merged() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path());
    let other = std::fs::metadata(folder.path().join("d/other")).unwrap().ino();
    let mut placed = Vec::new();
    let extracted = archive()
        .extract(folder.path(), &Extract::default(), &mut |path, s| placed.push((path.to_owned(), s.size)))
        .unwrap();
    let merged = [
        ("a", "new"),
        ("d", "dir"),
        ("d/b", "new"),
        ("d/e", "dir"),
        ("d/e/f", "dir"),
        ("d/e/f/g", "new"),
        ("d/other", "mine"),
        ("l", "-> d/b"),
    ];
    assert_eq!(tree(folder.path()), expected(&merged));
    assert_eq!((extracted.files, extracted.bytes, extracted.kept, placed.len()), (4, 9, 0, 4));
    assert_eq!(std::fs::metadata(folder.path().join("d/other")).unwrap().ino(), other);
    // Once more over itself: all stands as it should.
    assert_eq!(extract(&archive(), folder.path()).unwrap(), Extracted { changed: false, ..extracted });
    assert_eq!(tree(folder.path()), expected(&merged));
}

#[test]
fn what_exists_is_kept_or_an_error() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path());
    let with = |if_exists| Extract { if_exists, ..Extract::default() };
    let error = archive().extract(folder.path(), &with(IfExists::Error), &mut |_, _| {}).unwrap_err();
    assert_eq!((error.code(), error.kind().exit_code()), ("exists", 9));
    assert_eq!(tree(folder.path()), expected(&MINE));
    let mut placed = 0;
    let extracted = archive().extract(folder.path(), &with(IfExists::Keep), &mut |_, _| placed += 1).unwrap();
    assert_eq!((extracted.files, extracted.kept, placed), (4, 2, 4));
    assert_eq!(std::fs::read(folder.path().join("a")).unwrap(), b"mine");
    assert_eq!(std::fs::read(folder.path().join("d/e/f/g")).unwrap(), b"new");
    let new = folder.path().join("new");
    archive().extract(&new, &with(IfExists::Error), &mut |_, _| {}).unwrap();
}

#[test]
fn kinds_that_do_not_fit_leave_all_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path());
    for (tar, code) in [
        (Tar::new().file("a", b"new").file("d", b"new"), "is_a_folder"),
        (Tar::new().file("0", b"new").file("a/x", b"new"), "not_a_folder"),
        (Tar::new().file("0", b"new").symlink("d", "a"), "is_a_folder"),
    ] {
        let error = extract(&open(&tar.end(), "x"), folder.path()).unwrap_err();
        assert_eq!((error.code(), error.kind().exit_code()), (code, 9));
        assert_eq!(tree(folder.path()), expected(&MINE));
    }
    let error = extract(&archive(), &folder.path().join("a")).unwrap_err();
    assert_eq!((error.code(), error.kind().exit_code()), ("not_a_folder", 9));
    std::os::unix::fs::symlink("nowhere", folder.path().join("l")).unwrap();
    assert_eq!(extract(&archive(), &folder.path().join("l")).unwrap_err().kind().exit_code(), 9);
    // A link to a folder is a folder for who names it.
    std::fs::remove_file(folder.path().join("l")).unwrap();
    std::os::unix::fs::symlink("d", folder.path().join("l")).unwrap();
    extract(&open(&Tar::new().file("x", b"new").end(), "x"), &folder.path().join("l")).unwrap();
    assert_eq!(std::fs::read(folder.path().join("d/x")).unwrap(), b"new");
}

#[test]
fn a_new_folder_appears_with_those_above_it() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("a/b/c");
    extract(&archive(), &dir).unwrap();
    assert_eq!(tree(&dir).len(), 7);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&dir).unwrap().permissions());
    assert_eq!(mode & 0o7777, 0o777 & !crate::disk::umask());
    let empty = folder.path().join("empty");
    extract(&open(&Zip::new().end(), "x"), &empty).unwrap();
    assert!(empty.is_dir());
}

#[test]
fn a_merge_that_fails_halfway_is_undone() {
    use crate::archive::place::Staging;
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path());
    let staging = Staging::new(folder.path()).unwrap();
    let tree_path = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|e| e.unwrap().path())
        .find(|p| p.to_string_lossy().ends_with(".part"))
        .unwrap()
        .join("tree");
    std::fs::create_dir_all(tree_path.join("d")).unwrap();
    for name in ["a", "d/b", "d/new", "z"] {
        std::fs::write(tree_path.join(name), b"new").unwrap();
    }
    // Between the plan and the moves somebody makes one of the names.
    let error = staging
        .place_disturbed(&Extract::default(), &mut || std::fs::write(folder.path().join("z"), b"theirs").unwrap());
    assert_eq!(error.unwrap_err().kind().exit_code(), 9);
    let mut mine = expected(&MINE);
    mine.insert("z".to_owned(), "theirs".to_owned());
    assert_eq!(tree(folder.path()), mine);
}

#[test]
fn a_merge_whose_process_died_is_undone_by_the_next() {
    use crate::archive::moves::die_after;
    use crate::archive::place::Staging;
    let begun = |moves: usize| {
        let folder = tempfile::tempdir().unwrap();
        fill(folder.path());
        let private = folder.path().join(".dl-0123456789abcdef.part");
        std::fs::create_dir_all(private.join("tree/d")).unwrap();
        std::fs::create_dir_all(private.join("tree/new/er")).unwrap();
        for name in ["a", "d/b", "d/c", "new/er/x"] {
            std::fs::write(private.join("tree").join(name), b"new").unwrap();
        }
        die_after(moves, folder.path(), &private);
        // Whoever only sweeps leaves it alone: it holds what was there before.
        crate::disk::remove_dead_temporaries(folder.path());
        assert!(private.exists());
        folder
    };
    for moves in 0..=4 {
        let folder = begun(moves);
        drop(Staging::new(folder.path()).unwrap());
        assert_eq!(tree(folder.path()), expected(&MINE), "after {moves} moves");
    }
    // What was changed since is the user's.
    let folder = begun(4);
    std::thread::sleep(std::time::Duration::from_millis(20));
    std::fs::write(folder.path().join("a"), b"edited").unwrap();
    std::fs::write(folder.path().join("new/er/mine"), b"mine").unwrap();
    drop(Staging::new(folder.path()).unwrap());
    let mut there = expected(&MINE);
    for (name, what) in
        [("a", "edited"), ("new", "dir"), ("new/er", "dir"), ("new/er/x", "new"), ("new/er/mine", "mine")]
    {
        there.insert(name.to_owned(), what.to_owned());
    }
    assert_eq!(tree(folder.path()), there);
}

#[test]
fn what_stands_already_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = Tar::new().file("a", b"one").executable("x", b"run", "0000755").symlink("l", "a").end();
    let all = |options: &Extract| open(&bytes, "x.tar").extract(folder.path(), options, &mut |_, _| {}).unwrap();
    assert!(all(&Extract::default()).changed);
    let inode = |name: &str| std::fs::symlink_metadata(folder.path().join(name)).unwrap().ino();
    let before = (inode("a"), inode("x"), inode("l"));
    assert!(!all(&Extract::default()).changed);
    assert!(!all(&Extract { if_exists: IfExists::Error, ..Extract::default() }).changed);
    assert_eq!((inode("a"), inode("x"), inode("l")), before);
    // Other bytes of the same length, another right, another target: each is put right, and nothing else.
    std::fs::write(folder.path().join("a"), b"two").unwrap();
    assert!(all(&Extract::default()).changed);
    std::fs::set_permissions(folder.path().join("x"), std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    assert!(all(&Extract::default()).changed);
    std::fs::remove_file(folder.path().join("l")).unwrap();
    std::os::unix::fs::symlink("x", folder.path().join("l")).unwrap();
    assert!(all(&Extract::default()).changed);
    let merged = [("a", "one"), ("l", "-> a"), ("x", "run*")];
    assert_eq!(tree(folder.path()), expected(&merged));
    assert!(all(&Extract { keep_times: true, ..Extract::default() }).changed);
    assert!(!all(&Extract { keep_times: true, ..Extract::default() }).changed);
}

#[test]
fn members_are_selected_and_leading_folders_left_out() {
    let zip = Zip::new()
        .folder("p-1.0/")
        .file("p-1.0/README.md", b"r")
        .file("p-1.0/src/a.rs", b"a")
        .file("p-1.0/src/b.txt", b"b")
        .file("top", b"t")
        .end();
    let folder = tempfile::tempdir().unwrap();
    let run = |strip, member: Option<&str>, name: &str| {
        let options = Extract { strip, members: member.into_iter().map(str::to_owned).collect(), ..Extract::default() };
        let dir = folder.path().join(name);
        open(&zip, "x.zip").extract(&dir, &options, &mut |_, _| {}).map(|_| tree(&dir).into_keys().collect::<Vec<_>>())
    };
    assert_eq!(run(1, None, "1").unwrap(), ["README.md", "src", "src/a.rs", "src/b.txt"]);
    assert_eq!(run(2, None, "2").unwrap(), ["a.rs", "b.txt"]);
    assert_eq!(run(0, Some("*.rs"), "3").unwrap(), ["p-1.0", "p-1.0/src", "p-1.0/src/a.rs"]);
    assert_eq!(run(2, Some("p-*/src"), "4").unwrap(), ["a.rs", "b.txt"]);
    assert_eq!(run(0, Some("top"), "5").unwrap(), ["top"]);
    for (strip, member) in [(0, Some("*.md5")), (3, None), (1, Some("top"))] {
        let error = run(strip, member, "6").unwrap_err();
        assert_eq!((error.code(), error.kind().exit_code()), ("member_not_found", 3));
        assert!(!folder.path().join("6").exists());
    }
    let tar = Tar::new().file("a/x", b"1").hard_link("a/y", "a/x").file("b/x", b"2").end();
    let options = Extract { strip: 1, ..Extract::default() };
    let dir = folder.path().join("tar");
    open(&tar, "x").extract(&dir, &options, &mut |_, _| {}).unwrap();
    assert_eq!(tree(&dir), expected(&[("x", "2"), ("y", "1")]));
    let options = Extract { members: vec!["a/y".to_owned()], ..Extract::default() };
    let error = open(&tar, "x").extract(&folder.path().join("7"), &options, &mut |_, _| {}).unwrap_err();
    assert_eq!(error.kind().exit_code(), 8);
}

#[test]
fn several_at_once_into_one_folder_all_arrive() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("out");
    std::thread::scope(|scope| {
        for i in 0..6 {
            let dir = &dir;
            scope.spawn(move || {
                let tar = Tar::new().file(&format!("d/{i}"), b"x").file("d/same", b"y").end();
                extract(&open(&tar, "x"), dir).unwrap();
            });
        }
    });
    assert_eq!(tree(&dir).len(), 8);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_read_only_folder_is_a_disk_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, b"").unwrap();
    assert_eq!(extract(&archive(), &file.join("below")).unwrap_err().kind().exit_code(), 9);
    assert_eq!(tree(folder.path()).len(), 1);
}
