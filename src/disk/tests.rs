//! Tests of `disk`.

use super::temporary::sweep;
use super::*;
use std::io::Write as _;
use std::time::Duration;

#[test]
fn a_temporary_appears_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("out");
    drop(Temporary::new_in(folder.path()).unwrap());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    let temporary = Temporary::new_in(folder.path()).unwrap();
    temporary.file().write_all(b"x").unwrap();
    temporary.publish(&target, 0o640, Replace::Refused).unwrap();
    assert_eq!(std::fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o640);
    let again = Temporary::new_in(folder.path()).unwrap().publish(&target, 0o600, Replace::Refused).unwrap_err();
    assert_eq!(again.code(), "exists");
    assert_eq!(std::fs::read(&target).unwrap(), b"x");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn only_dead_temporaries_are_removed() {
    let folder = tempfile::tempdir().unwrap();
    let living = Temporary::new_in(folder.path()).unwrap();
    let dead = folder.path().join(".dl-0123.part");
    std::fs::write(&dead, b"").unwrap();
    remove_dead_temporaries(folder.path());
    assert!(living.path().exists() && !dead.exists());
}

#[cfg(target_os = "linux")]
#[test]
fn writers_are_seen() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let writer = File::create(&path).unwrap();
    let file = File::open(&path).unwrap();
    assert!(may_have_writers(&file));
    drop(writer);
    assert!(!may_have_writers(&file));
}

#[test]
fn sweeping_never_takes_a_living_one() {
    let folder = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let folder = folder.path();
            scope.spawn(move || {
                for i in 0..100 {
                    sweep(folder);
                    let temporary = Temporary::new_in(folder).unwrap();
                    temporary.publish(&folder.join(format!("{writer}-{i}")), 0o600, Replace::Refused).unwrap();
                }
            });
        }
    });
}

#[test]
fn only_dead_temporary_folders_are_removed() {
    let folder = tempfile::tempdir().unwrap();
    let living = TemporaryFolder::new_in(folder.path()).unwrap();
    std::fs::write(living.path().join("x"), b"x").unwrap();
    assert_eq!(std::fs::metadata(living.path()).unwrap().permissions().mode() & 0o777, 0o700);
    let dead = folder.path().join(".dl-0123.part");
    std::fs::create_dir_all(dead.join("a/b")).unwrap();
    sweep(folder.path());
    assert!(living.path().join("x").exists() && !dead.exists());
    drop(living);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    let kept = TemporaryFolder::new_in(folder.path()).unwrap().keep();
    assert!(kept.is_dir());
}

#[test]
fn a_lock_excludes_and_follows_the_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lock");
    let held = Lock::try_take(&path).unwrap().unwrap();
    assert!(Lock::try_take(&path).unwrap().is_none());
    assert_eq!(Lock::take(&path, Duration::from_millis(20)).unwrap_err().code(), "lock_timeout");
    std::fs::remove_file(&path).unwrap();
    assert!(Lock::try_take(&path).unwrap().is_some());
    drop(held);
}
