//! What a file looked like when it was read, and what its bytes were.

use crate::digest::{Digest, hash_reader};
use crate::run::text;
use serde::{Deserialize, Serialize};
use std::fs::{File, Metadata};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// A file that was changed this short a time before it was read may change again within one tick of the file system's clock, and look
/// the same. Kernels tick every 10 ms at most.
const TICK_NANOS: u128 = 25_000_000;
/// The same where times are whole seconds (some network and removable file systems count in twos).
const COARSE_TICK_NANOS: u128 = 2_000_000_000;

/// A file as it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sight {
    size: u64,
    /// Nanoseconds since 1970.
    mtime: i64,
    inode: u64,
    /// Whether a change after this sight must show in the three above.
    settled: bool,
    #[serde(with = "text::sha256")]
    digest: Digest,
}

/// What a glance tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Glance {
    size: u64,
    mtime: i64,
    inode: u64,
}

impl Glance {
    /// One `stat`: of the file that a link leads to; of the link itself where it leads to a folder or nowhere.
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        Ok(Self::from(&metadata(path)?))
    }

    fn from(metadata: &Metadata) -> Self {
        let mtime = metadata.mtime().saturating_mul(1_000_000_000).saturating_add(metadata.mtime_nsec());
        Self { size: metadata.len(), mtime, inode: metadata.ino() }
    }

    fn is_settled(self) -> bool {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos());
        let age = u128::from(self.mtime.unsigned_abs()).abs_diff(now);
        age > if self.mtime % 1_000_000_000 == 0 { COARSE_TICK_NANOS } else { TICK_NANOS }
    }
}

fn metadata(path: &Path) -> io::Result<Metadata> {
    match std::fs::metadata(path) {
        Ok(metadata) if !metadata.is_dir() => Ok(metadata),
        _ => std::fs::symlink_metadata(path),
    }
}

impl Sight {
    /// Looks at a file, and reads it. What is no file has no bytes: a link to a folder counts as what it says, a device as nothing.
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        let before = metadata(path)?;
        let digest = if before.is_file() {
            let mut file = File::open(path)?;
            hash_reader(&mut file, [])?.1.sha256().clone()
        } else if before.is_symlink() {
            Digest::sha256(std::fs::read_link(path)?.as_os_str().as_bytes())
        } else {
            Digest::sha256(b"")
        };
        let glance = Glance::from(&before);
        // Settled only if nothing was written while it was read, either.
        let settled = glance.is_settled() && Glance::of(path)? == glance;
        Ok(Self { settled, ..Self::known(glance, digest) })
    }

    /// A file whose bytes are known.
    pub(crate) fn known(glance: Glance, digest: Digest) -> Self {
        let Glance { size, mtime, inode } = glance;
        Self { size, mtime, inode, settled: glance.is_settled(), digest }
    }

    /// The same for another machine: the bytes, without what this machine's files look like.
    pub(crate) fn elsewhere(self) -> Self {
        Self { mtime: 0, inode: 0, settled: false, ..self }
    }

    /// The digest of the bytes.
    pub(crate) const fn digest(&self) -> &Digest {
        &self.digest
    }

    /// How many bytes.
    pub(crate) const fn size(&self) -> u64 {
        self.size
    }

    /// Whether a file that looks so now has the bytes that were seen, for certain.
    pub(crate) fn is_still(&self, now: Glance) -> bool {
        self.settled && (now.size, now.mtime, now.inode) == (self.size, self.mtime, self.inode)
    }

    /// Whether size and time are those that were seen, whatever that proves.
    pub(crate) fn has_times_of(&self, now: Glance) -> bool {
        (now.size, now.mtime) == (self.size, self.mtime)
    }

    /// Whether a file that looks so now can have the bytes at all.
    pub(crate) fn may_be(&self, now: Glance) -> bool {
        now.size == self.size
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn age(path: &Path, seconds: u64) {
        let time = SystemTime::now() - std::time::Duration::from_secs(seconds);
        File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
    }

    #[test]
    fn what_was_just_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, "one").unwrap();
        age(&path, 60);
        let sight = Sight::of(&path).unwrap();
        assert!(sight.is_still(Glance::of(&path).unwrap()));
        std::fs::write(&path, "two").unwrap();
        let sight = Sight::of(&path).unwrap();
        assert!(!sight.is_still(Glance::of(&path).unwrap()), "it may change within the tick");
        assert!(sight.may_be(Glance::of(&path).unwrap()) && sight.has_times_of(Glance::of(&path).unwrap()));
    }

    #[test]
    fn links_count_as_what_they_lead_to() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link, lost) = (folder.path().join("f"), folder.path().join("l"), folder.path().join("x"));
        std::fs::write(&file, "bytes").unwrap();
        std::os::unix::fs::symlink("f", &link).unwrap();
        std::os::unix::fs::symlink("nowhere", &lost).unwrap();
        assert_eq!(Sight::of(&link).unwrap().digest(), &Digest::sha256(b"bytes"));
        assert_eq!(Sight::of(&lost).unwrap().digest(), &Digest::sha256(b"nowhere"));
        assert!(Sight::of(&folder.path().join("none")).is_err());
    }
}
