//! Files that appear whole or not at all, kernel locks, and cheap copies.

#[cfg(test)]
mod tests;

use crate::error::{Error, Kind, Result};
use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// What tells that a file was not touched: while these stand it is not read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature {
    /// Size in bytes.
    pub size: u64,
    /// Modification time in nanoseconds since 1970.
    pub mtime: i64,
    /// Status change time in nanoseconds since 1970.
    pub ctime: i64,
    /// Inode number.
    pub inode: u64,
}

impl Signature {
    /// The signature of what a path names itself (a symbolic link is not followed).
    ///
    /// # Errors
    /// Those of `lstat`.
    pub fn of(path: &Path) -> io::Result<Self> {
        std::fs::symlink_metadata(path).map(|m| Self::from(&m))
    }
}

impl From<&std::fs::Metadata> for Signature {
    fn from(m: &std::fs::Metadata) -> Self {
        let nanos = |s: i64, n: i64| s.saturating_mul(1_000_000_000).saturating_add(n);
        Self {
            size: m.size(),
            mtime: nanos(m.mtime(), m.mtime_nsec()),
            ctime: nanos(m.ctime(), m.ctime_nsec()),
            inode: m.ino(),
        }
    }
}

/// The boot that is running; `None` where the system does not tell.
#[must_use]
pub fn boot_id() -> Option<String> {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned())
}

/// A random name of 16 hex digits.
///
/// # Panics
/// If the system has no randomness to give.
#[must_use]
pub fn random_name() -> String {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    crate::digest::encode_hex(&bytes)
}

/// Which mode and owner the files of one folder have, under any umask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// The mode of files.
    pub file_mode: u32,
    /// The mode of folders.
    pub folder_mode: u32,
    /// User and group, where they are not those of this process (root in another's folder).
    pub owner: Option<(u32, u32)>,
}

impl Access {
    /// For nobody else.
    pub const PRIVATE: Self = Self { file_mode: 0o600, folder_mode: 0o700, owner: None };

    /// Gives an open file its owner and `mode`, where they are not so already.
    ///
    /// # Errors
    /// Those of `fchown` and `fchmod`; that the file is another user's is none.
    pub fn apply(&self, file: &File, mode: u32) -> io::Result<()> {
        let metadata = file.metadata()?;
        let may_fail = |result: io::Result<()>| match result {
            Err(e) if e.kind() == ErrorKind::PermissionDenied => Ok(()),
            other => other,
        };
        if let Some((user, group)) = self.owner
            && (metadata.uid(), metadata.gid()) != (user, group)
        {
            may_fail(std::os::unix::fs::fchown(file, Some(user), Some(group)))?;
        }
        if metadata.mode() & 0o7777 != mode {
            may_fail(file.set_permissions(std::fs::Permissions::from_mode(mode)))?;
        }
        Ok(())
    }

    /// Makes one folder, whose parent is there. That it is there already is no error.
    ///
    /// # Errors
    /// Those of `mkdir`.
    pub fn make_folder(&self, folder: &Path) -> io::Result<()> {
        use std::os::unix::fs::DirBuilderExt as _;
        match std::fs::DirBuilder::new().mode(self.folder_mode & 0o777).create(folder) {
            Ok(()) => {}
            Err(e) if e.kind() == ErrorKind::AlreadyExists => return Ok(()),
            Err(e) => return Err(e),
        }
        if let Some((user, group)) = self.owner {
            std::os::unix::fs::chown(folder, Some(user), Some(group))?;
        }
        // The umask may have taken bits away, and `mkdir` gives no set-group-id.
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(self.folder_mode))
    }
}

/// An exclusive lock on an open file, released when dropped or when the process dies.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Lock {
    /// Takes the lock of the file at `path` (made if missing) without waiting; `None` if another has it.
    ///
    /// Whoever gets a lock holds that of the file that has the name now: if it was replaced meanwhile, it tries anew.
    ///
    /// # Errors
    /// A disk error if the file cannot be made or locked.
    pub fn try_take(path: &Path) -> Result<Option<Self>> {
        let failed = |e: &io::Error| Error::disk(format!("cannot lock `{}`", path.display()), e);
        let no_follow = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed();
        loop {
            let opened = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .mode(0o600)
                .custom_flags(no_follow)
                .open(path);
            let file = match opened {
                // A file that was made read-only while it is being finished can still be locked.
                Err(e) if e.kind() == ErrorKind::PermissionDenied => {
                    match OpenOptions::new().read(true).custom_flags(no_follow).open(path) {
                        Ok(file) => file,
                        Err(e2)
                            if e2.kind() == ErrorKind::NotFound
                                && path
                                    .parent()
                                    .is_some_and(|p| rustix::fs::access(p, rustix::fs::Access::WRITE_OK).is_ok()) =>
                        {
                            continue;
                        }
                        Err(_) => return Err(failed(&e)),
                    }
                }
                other => other.map_err(|e| failed(&e))?,
            };
            match file.try_lock() {
                Ok(()) if still_names(path, &file).map_err(|e| failed(&e))? => return Ok(Some(Self { file })),
                Ok(()) => {}
                Err(std::fs::TryLockError::WouldBlock) => return Ok(None),
                Err(std::fs::TryLockError::Error(e)) => return Err(failed(&e)),
            }
        }
    }

    /// Takes the lock, trying again in short steps for at most `wait`.
    ///
    /// # Errors
    /// `lock_timeout` (cache) if it was not had in time, or a disk error.
    pub fn take(path: &Path, wait: Duration) -> Result<Self> {
        let end = Instant::now() + wait;
        loop {
            if let Some(lock) = Self::try_take(path)? {
                return Ok(lock);
            }
            if Instant::now() >= end {
                return Err(Error::new(
                    Kind::Cache,
                    "lock_timeout",
                    format!("another process held `{}` for {}", path.display(), crate::clock::show_age(wait)),
                )
                .hint("try again, or raise --lock-timeout"));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The locked file.
    #[must_use]
    pub fn file(&self) -> &File {
        &self.file
    }
}

/// Whether the path names this open file.
#[must_use]
pub fn names(path: &Path, file: &File) -> bool {
    still_names(path, file).unwrap_or(false)
}

/// The same where another attempt depends on it: that it cannot be told must not look like "not any more", or the attempts
/// would never end.
fn still_names(path: &Path, file: &File) -> io::Result<bool> {
    let named = match std::fs::symlink_metadata(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(false),
        other => other?,
    };
    let opened = file.metadata()?;
    Ok(named.dev() == opened.dev() && named.ino() == opened.ino())
}

/// Temporary files that live now, so that an interrupted process can take them away.
static LIVING: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Removes every temporary file of this process; for the moment before a signal ends it. None is made any more: whoever
/// tries waits for the end.
pub fn remove_temporaries() {
    if let Ok(mut living) = LIVING.lock() {
        for path in living.drain(..) {
            if std::fs::remove_file(&path).is_err() {
                let _ = std::fs::remove_dir_all(&path);
            }
        }
        std::mem::forget(living);
    }
}

/// While this lives, a signal's [`remove_temporaries`] waits, and no temporary file is made or removed: for a change of many steps
/// that is not to end between two of them.
pub(crate) fn hold_signals() -> impl Drop {
    LIVING.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
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
                    if let Ok(mut living) = LIVING.lock() {
                        living.push(path.clone());
                    }
                    return Ok(Self { path, file });
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
    pub fn publish(self, destination: &Path, mode: u32, replace: Replace) -> Result<()> {
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
        forget(&self.path);
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // After `publish` the name is gone and nothing happens here.
        if names(&self.path, &self.file) {
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
            if let Ok(mut living) = LIVING.lock() {
                living.push(path.clone());
            }
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

fn forget(path: &Path) {
    if let Ok(mut living) = LIVING.lock() {
        living.retain(|p| p != path);
    }
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

fn sweep(folder: &Path) {
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

/// Makes a folder and its parents; `mode` is that of new ones, exact under any umask where `exact` is said.
///
/// # Errors
/// A disk error naming the folder.
pub fn make_folder(folder: &Path, exact: Option<u32>) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    let failed = |e: &io::Error| Error::disk(format!("cannot make the folder `{}`", folder.display()), e);
    if folder.is_dir() || folder.as_os_str().is_empty() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    if let Some(mode) = exact {
        builder.mode(mode);
    }
    builder.create(folder).map_err(|e| failed(&e))?;
    if let Some(mode) = exact {
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(mode)).map_err(|e| failed(&e))?;
    }
    Ok(())
}

/// Makes an empty file share another's blocks; false where the file system cannot.
#[must_use]
pub fn clone_blocks(from: &File, to: &File) -> bool {
    #[cfg(target_os = "linux")]
    return rustix::fs::ioctl_ficlone(to, from).is_ok();
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (from, to);
        false
    }
}

/// Fills an empty file with another's bytes: sharing blocks where the file system can, else by the kernel's copy.
///
/// # Errors
/// Those of the copy.
pub fn clone_or_copy(from: &File, to: &File) -> io::Result<()> {
    if clone_blocks(from, to) {
        return Ok(());
    }
    let (mut from, mut to) = (from, to);
    io::Seek::rewind(&mut from)?;
    io::copy(&mut from, &mut to).map(|_| ())
}

/// Whether anybody may have the file open for writing, also by a memory map: asked by a lease, which the kernel gives only
/// where nobody does. What cannot be found out counts as yes. The file must be open for reading only.
#[must_use]
pub fn may_have_writers(file: &File) -> bool {
    #[cfg(target_os = "linux")]
    {
        use std::os::fd::AsRawFd as _;
        // A writer who comes while the lease stands is told by a signal: this one is ignored by default, SIGIO would end us.
        // SAFETY: fcntl on a descriptor that is open, with plain integers.
        #[expect(unsafe_code, reason = "no safe binding knows leases")]
        unsafe {
            let fd = file.as_raw_fd();
            if libc::fcntl(fd, F_SETSIG, libc::SIGURG) != 0 || libc::fcntl(fd, libc::F_SETLEASE, libc::F_RDLCK) != 0 {
                return true;
            }
            libc::fcntl(fd, libc::F_SETLEASE, libc::F_UNLCK);
        }
        false
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = file;
        true
    }
}

/// `F_SETSIG` (fcntl(2), `asm-generic/fcntl.h`), which not every `libc` names.
#[cfg(target_os = "linux")]
const F_SETSIG: i32 = 10;

/// The process's file mode creation mask.
#[must_use]
pub fn umask() -> u32 {
    static MASK: std::sync::OnceLock<u32> = std::sync::OnceLock::new();
    *MASK.get_or_init(|| {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let told = status.lines().find_map(|l| l.strip_prefix("Umask:"));
        told.and_then(|t| u32::from_str_radix(t.trim(), 8).ok()).unwrap_or_else(|| {
            // The mask can only be read by setting it.
            let mask = rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
            rustix::process::umask(mask);
            mask.as_raw_mode()
        })
    })
}
