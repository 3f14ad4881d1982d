//! What was unpacked where: the archive's digest, the way it was unpacked, and what each file looked like then.
//!
//! While all of them stand, unpacking the same once more would change nothing, and a `stat` a file is all that it costs to know.

use crate::digest::Digest;
use crate::disk::Signature;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

/// One unpacking of one file into one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extraction {
    /// The digest of what was unpacked.
    pub source: Digest,
    /// How: whatever changes what comes out, as a text that is compared and never read.
    pub how: String,
    /// How many bytes came out.
    pub bytes: u64,
    /// What was placed.
    pub files: Files,
}

impl Extraction {
    /// Whether everything that was placed below `root` still looks as it did then. Nothing is read.
    #[must_use]
    pub fn stands(&self, root: &Path) -> bool {
        root.exists()
            && self
                .files
                .iter()
                .all(|(path, signature)| Signature::of(&at(root, path)).is_ok_and(|found| found == signature))
    }
}

/// The place of a file below a root; the root itself for the empty path.
#[must_use]
pub fn at(root: &Path, path: &Path) -> PathBuf {
    if path.as_os_str().is_empty() { root.to_owned() } else { root.join(path) }
}

/// Paths with their signatures, packed: an archive may hold a million.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files(Vec<u8>);

/// The numbers in front of a path: its length, size, mtime, ctime, inode.
const HEAD_BYTES: usize = 4 + 4 * 8;

impl Files {
    /// Adds a path below the root; the empty one is the root itself.
    pub fn push(&mut self, path: &Path, signature: &Signature) {
        let path = path.as_os_str().as_bytes();
        self.0.extend((path.len() as u32).to_le_bytes());
        self.0.extend(signature.size.to_le_bytes());
        self.0.extend(signature.mtime.to_le_bytes());
        self.0.extend(signature.ctime.to_le_bytes());
        self.0.extend(signature.inode.to_le_bytes());
        self.0.extend(path);
    }

    /// Each path with its signature.
    pub fn iter(&self) -> impl Iterator<Item = (&Path, Signature)> {
        let mut rest = self.0.as_slice();
        std::iter::from_fn(move || {
            let (head, tail) = rest.split_at_checked(HEAD_BYTES)?;
            let length = u32::from_le_bytes(head[..4].try_into().ok()?) as usize;
            let number = |at: usize| head[at..at + 8].try_into().map(u64::from_le_bytes).unwrap_or_default();
            let (path, after) = tail.split_at_checked(length)?;
            rest = after;
            let signature = Signature {
                size: number(4),
                mtime: number(12).cast_signed(),
                ctime: number(20).cast_signed(),
                inode: number(28),
            };
            Some((Path::new(OsStr::from_bytes(path)), signature))
        })
    }

    /// The packed form, for the registry.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Reads the packed form; `None` where it is cut short.
    pub(crate) fn parse(bytes: Vec<u8>) -> Option<Self> {
        let files = Self(bytes);
        let length: usize = files.iter().map(|(path, _)| HEAD_BYTES + path.as_os_str().len()).sum();
        (length == files.0.len()).then_some(files)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_packed_and_read_again() {
        let mut files = Files::default();
        let signature = |n: u64| Signature { size: n, mtime: -(n.cast_signed()), ctime: 7, inode: u64::MAX - n };
        files.push(Path::new(""), &signature(1));
        files.push(Path::new(OsStr::from_bytes(b"a/\xff")), &signature(2));
        let read = Files::parse(files.bytes().to_vec()).unwrap();
        let all: Vec<_> = read.iter().collect();
        assert_eq!(all, [(Path::new(""), signature(1)), (Path::new(OsStr::from_bytes(b"a/\xff")), signature(2))]);
        for cut in 1..files.bytes().len() {
            let whole = Files::parse(files.bytes()[..cut].to_vec());
            assert!(whole.is_none_or(|files| files.iter().count() == 1), "{cut}");
        }
    }

    #[test]
    fn it_stands_until_a_file_changes() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        std::fs::write(&file, b"x").unwrap();
        let mut files = Files::default();
        files.push(Path::new("a"), &Signature::of(&file).unwrap());
        let source = Digest::sha256(b"");
        let extraction = Extraction { source, how: String::new(), bytes: 1, files };
        assert!(extraction.stands(folder.path()));
        std::fs::write(&file, b"y!").unwrap();
        assert!(!extraction.stands(folder.path()));
        std::fs::remove_file(&file).unwrap();
        assert!(!extraction.stands(folder.path()));
        let empty = Extraction { files: Files::default(), ..extraction };
        assert!(empty.stands(folder.path()) && !empty.stands(&file), "nothing was placed, but into a folder");
    }
}
