//! Kernel locks: released when dropped, or when the process dies.

use crate::error::{Error, Kind, Result};
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::{Duration, Instant};

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
        wait_for(path, wait, || Self::try_take(path))
    }

    /// The locked file.
    #[must_use]
    pub fn file(&self) -> &File {
        &self.file
    }
}

/// Tries in short steps for at most `wait`.
pub(super) fn wait_for<T>(path: &Path, wait: Duration, mut try_take: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let end = Instant::now() + wait;
    loop {
        if let Some(lock) = try_take()? {
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

/// Whether the path names this open file.
#[must_use]
pub fn names(path: &Path, file: &File) -> bool {
    still_names(path, file).unwrap_or(false)
}

/// The same where another attempt depends on it: that it cannot be told must not look like "not any more", or the attempts
/// would never end.
pub(super) fn still_names(path: &Path, file: &File) -> io::Result<bool> {
    let named = match std::fs::symlink_metadata(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(false),
        other => other?,
    };
    let opened = file.metadata()?;
    Ok(named.dev() == opened.dev() && named.ino() == opened.ino())
}
