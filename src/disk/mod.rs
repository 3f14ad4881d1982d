//! Files that appear whole or not at all, kernel locks, and cheap copies.

mod lock;
mod temporary;
#[cfg(test)]
mod tests;

pub use lock::{Lock, names};
pub use temporary::{
    Replace, Temporary, TemporaryFolder, exists, is_abandoned, is_temporary, remove_dead_temporaries,
    remove_temporaries,
};
pub(crate) use temporary::{TemporaryLock, UNDO, hold_signals, rename_new};

use crate::error::{Error, Result};
use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

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

/// Makes a folder and its parents.
///
/// # Errors
/// A disk error naming the folder.
pub fn make_folder(folder: &Path) -> Result<()> {
    if folder.is_dir() || folder.as_os_str().is_empty() {
        return Ok(());
    }
    std::fs::create_dir_all(folder)
        .map_err(|e| Error::disk(format!("cannot make the folder `{}`", folder.display()), &e))
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
