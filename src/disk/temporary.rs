//! Files and folders that appear whole or not at all, and what becomes of those whose process died.

use crate::disk::lock::{Lock, still_names, wait_for};
use crate::disk::{names, random_name};
use crate::error::{Error, Kind, Result};
use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Temporary files that live now, so that an interrupted process can take them away.
static LIVING: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn living() -> MutexGuard<'static, Vec<PathBuf>> {
    LIVING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How long a signal may take to remove one folder.
const SIGNAL_PATIENCE: Duration = Duration::from_secs(2);

/// Removes every temporary file of this process; for the moment before a signal ends it. None is made any more: whoever
/// tries waits for the end.
pub fn remove_temporaries() {
    let mut living = living();
    for path in living.drain(..) {
        // Other threads may go on writing into a folder for a moment.
        let end = Instant::now() + SIGNAL_PATIENCE;
        while std::fs::remove_file(&path).is_err()
            && std::fs::remove_dir_all(&path).is_err()
            && path.exists()
            && Instant::now() < end
        {}
    }
    std::mem::forget(living);
}

/// While this lives, a signal's [`remove_temporaries`] waits, and no temporary file is made or removed: for a change of many steps
/// that is not to end between two of them.
pub(crate) fn hold_signals() -> impl Drop {
    living()
}

/// How a destination takes a finished file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replace {
    /// What is there is replaced.
    Allowed,
    /// An existing file is an error (`exists`).
    Refused,
}

const PREFIX: &str = ".dl-";
const SUFFIX: &str = ".part";

/// A file under a name that nobody knows, beside the place where it is to appear. Removed unless published.
#[derive(Debug)]
pub struct Temporary {
    path: PathBuf,
    file: File,
    /// Its name is none of ours any more.
    published: bool,
}

impl Temporary {
    /// A new `.dl-<random>.part` (0600, locked while it lives) in `folder`.
    ///
    /// # Errors
    /// A disk error if the folder cannot be written.
    pub fn new_in(folder: &Path) -> Result<Self> {
        let failed = |e: &io::Error| Error::disk(format!("cannot write in `{}`", folder.display()), e);
        loop {
            let path = folder.join(format!("{PREFIX}{}{SUFFIX}", random_name()));
            // A signal never comes between the making of a file and the note that there is one.
            let mut living = living();
            match OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path) {
                Ok(file) => {
                    // Between making and locking, a sweep may have taken it for a dead one.
                    let swept = matches!(file.try_lock(), Err(std::fs::TryLockError::WouldBlock));
                    let stands = still_names(&path, &file).map_err(|e| {
                        let _ = std::fs::remove_file(&path);
                        failed(&e)
                    })?;
                    if swept || !stands {
                        continue;
                    }
                    living.push(path.clone());
                    return Ok(Self { path, file, published: false });
                }
                Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
                Err(e) => return Err(failed(&e)),
            }
        }
    }

    /// The open file.
    #[must_use]
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Where it is now.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the file its name, in one step. The mode is set before, from `mode`.
    ///
    /// # Errors
    /// `exists` (disk) if `replace` forbids it and something is there; otherwise a disk error.
    pub fn publish(mut self, destination: &Path, mode: u32, replace: Replace) -> Result<()> {
        let failed = |e: &io::Error| Error::disk(format!("cannot write `{}`", destination.display()), e);
        self.file.set_permissions(std::fs::Permissions::from_mode(mode)).map_err(|e| failed(&e))?;
        match replace {
            Replace::Allowed => std::fs::rename(&self.path, destination),
            Replace::Refused => rename_new(&self.path, destination),
        }
        .map_err(|e| match e.kind() {
            ErrorKind::AlreadyExists => exists(destination),
            _ => failed(&e),
        })?;
        self.published = true;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.published && names(&self.path, &self.file) {
            let _ = std::fs::remove_file(&self.path);
        }
        forget(&self.path);
    }
}

/// A file of this name in a temporary folder tells that the folder holds what was moved away: who made it clears it up, nobody else.
pub(crate) const UNDO: &str = "undo";

/// A private folder (0700) under a name that nobody knows. Removed with all that is in it.
#[derive(Debug)]
pub struct TemporaryFolder {
    path: PathBuf,
    /// The open folder holds the lock by which others see that it lives.
    handle: File,
    kept: bool,
}

impl TemporaryFolder {
    /// A new `.dl-<random>.part` in `folder`, locked while it lives.
    ///
    /// # Errors
    /// A disk error if the folder cannot be written.
    pub fn new_in(folder: &Path) -> Result<Self> {
        use std::os::unix::fs::DirBuilderExt as _;
        let failed = |e: &io::Error| Error::disk(format!("cannot write in `{}`", folder.display()), e);
        loop {
            let path = folder.join(format!("{PREFIX}{}{SUFFIX}", random_name()));
            let mut living = living();
            match std::fs::DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => {}
                Err(e) if e.kind() == ErrorKind::AlreadyExists => continue,
                Err(e) => return Err(failed(&e)),
            }
            // Between the two steps another may have taken it for a dead one: then there is no such folder any more.
            let opened =
                File::open(&path).and_then(|handle| still_names(&path, &handle).map(|stands| (handle, stands)));
            let (handle, stands) = match opened {
                Err(e) if e.kind() == ErrorKind::NotFound => continue,
                Err(e) => {
                    let _ = std::fs::remove_dir(&path);
                    return Err(failed(&e));
                }
                Ok(opened) => opened,
            };
            if matches!(handle.try_lock(), Err(std::fs::TryLockError::WouldBlock)) || !stands {
                continue;
            }
            living.push(path.clone());
            return Ok(Self { path, handle, kept: false });
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Leaves it, under a name that is no temporary one where that can be had; returns where it is.
    #[must_use]
    pub fn keep(mut self) -> PathBuf {
        self.kept = true;
        let kept = self.path.with_file_name(format!("dl-{}", random_name()));
        if std::fs::rename(&self.path, &kept).is_ok() { kept } else { self.path.clone() }
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        if !self.kept && names(&self.path, &self.handle) {
            let _ = std::fs::remove_dir_all(&self.path);
        }
        forget(&self.path);
    }
}

/// A lock whose file stands only while it is held.
#[derive(Debug)]
pub(crate) struct TemporaryLock {
    path: PathBuf,
    _held: Lock,
}

impl TemporaryLock {
    /// As [`Lock::try_take`].
    pub(crate) fn try_take(path: &Path) -> Result<Option<Self>> {
        let mut living = living();
        let lock = Lock::try_take(path)?;
        Ok(lock.map(|held| {
            living.push(path.to_owned());
            Self { path: path.to_owned(), _held: held }
        }))
    }

    /// As [`Lock::take`].
    pub(crate) fn take(path: &Path, wait: Duration) -> Result<Self> {
        wait_for(path, wait, || Self::try_take(path))
    }

    /// The file stands at `to` once `rename` is done.
    pub(crate) fn follow<E>(&mut self, to: PathBuf, rename: impl FnOnce() -> Result<(), E>) -> Result<(), E> {
        let mut living = living();
        rename()?;
        living.retain(|p| *p != self.path);
        living.push(to.clone());
        self.path = to;
        Ok(())
    }
}

impl Drop for TemporaryLock {
    /// The name goes while the lock is held.
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
        forget(&self.path);
    }
}

fn forget(path: &Path) {
    living().retain(|p| p != path);
}

/// The error for a destination that exists and may not be replaced.
#[must_use]
pub fn exists(destination: &Path) -> Error {
    Error::new(Kind::Disk, "exists", format!("`{}` exists already", destination.display()))
        .hint("--if-exists replace writes over it, --if-exists keep takes it as it is")
}

/// Renames without ever replacing: where the system cannot, by a hard link and an unlink.
pub(crate) fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
            Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {}
            other => return other.map_err(Into::into),
        }
    }
    std::fs::hard_link(from, to)?;
    std::fs::remove_file(from)
}

/// Whether the name is one that [`Temporary`] gives.
#[must_use]
pub fn is_temporary(path: &Path) -> bool {
    let name = path.file_name().map(std::ffi::OsStr::as_bytes).unwrap_or_default();
    name.starts_with(PREFIX.as_bytes()) && name.ends_with(SUFFIX.as_bytes())
}

/// Whether no process holds the lock of a file.
#[must_use]
pub fn is_abandoned(path: &Path) -> bool {
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let opened = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path);
    opened.is_ok_and(|file| file.try_lock().is_ok())
}

/// Folders that this process has looked through for dead files: once is enough, and thousands of files into one folder
/// must not mean to read it thousands of times.
static SWEPT: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// How long another name of a file that is kept elsewhere (`--link`) is taken to live: nobody locks those.
const LINK_GRACE_SECONDS: i64 = 60;

/// Removes `.dl-*.part` files and folders whose process is gone; only the first call for a folder does. Failures are nobody's concern.
pub fn remove_dead_temporaries(folder: &Path) {
    let name = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    if SWEPT.lock().is_ok_and(|mut swept| !swept.insert(name)) {
        return;
    }
    sweep(folder);
}

pub(super) fn sweep(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.as_bytes();
        if !(name.starts_with(PREFIX.as_bytes()) && name.ends_with(SUFFIX.as_bytes())) {
            continue;
        }
        let path = entry.path();
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        let opened = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(&path);
        if let Ok(file) = opened
            && let Ok(metadata) = file.metadata()
            && (metadata.is_dir() && !path.join(UNDO).exists() || metadata.is_file() && !is_new_link(&metadata))
            && file.try_lock().is_ok()
            && names(&path, &file)
        {
            let _ = if metadata.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        }
    }
}

/// Whether it is one of several names of a file, and one was given or taken a moment ago.
fn is_new_link(metadata: &std::fs::Metadata) -> bool {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Realtime).tv_sec;
    metadata.nlink() > 1 && metadata.ctime() > now - LINK_GRACE_SECONDS
}
