//! Writing a tree into a private folder: every step from a folder handle, never through a link, counted as it goes.

use crate::archive::format::Format;
use crate::archive::journal::Journal;
use crate::archive::members::{self, Content, Entry, Link, MemberKind, too_many, unsafe_member};
use crate::archive::place::Staging;
use crate::archive::source::too_big;
use crate::archive::{Archive, Extract, Extracted};
use crate::disk;
use crate::error::{Error, Result};
use rustix::fs::{AtFlags, FileType, Mode, OFlags};
use rustix::io::Errno;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::path::Path;

/// What is copied at once.
const BUFFER_BYTES: usize = 128 << 10;

/// How folders are opened: neither through a link nor anything but a folder.
pub(crate) const FOLDER: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// Folders below a root, opened step by step. The last one stays open, as neighbours come one after the other.
#[derive(Debug)]
pub(crate) struct Folders {
    root: OwnedFd,
    last: Option<(String, OwnedFd)>,
}

impl Folders {
    pub(crate) const fn new(root: OwnedFd) -> Self {
        Self { root, last: None }
    }

    /// Opens a folder by its path below the root. `make` is asked before one that is missing is made; without it, a missing
    /// one is an error.
    pub(crate) fn open(
        &mut self,
        path: &str,
        mut make: Option<&mut dyn FnMut() -> Result<()>>,
    ) -> Result<io::Result<BorrowedFd<'_>>> {
        if path.is_empty() {
            return Ok(Ok(self.root.as_fd()));
        }
        if self.last.as_ref().is_none_or(|(last, _)| last != path) {
            let rest = match &self.last {
                Some((last, _)) => path.strip_prefix(last.as_str()).and_then(|rest| rest.strip_prefix('/')),
                None => None,
            };
            let mut folder = if rest.is_some() { self.last.take().map(|(_, folder)| folder) } else { None };
            for component in rest.unwrap_or(path).split('/') {
                let parent = folder.as_ref().unwrap_or(&self.root);
                let opened = match (rustix::fs::openat(parent, component, FOLDER, Mode::empty()), &mut make) {
                    (Err(Errno::NOENT), Some(make)) => {
                        make()?;
                        rustix::fs::mkdirat(parent, component, Mode::from_raw_mode(0o777))
                            .and_then(|()| rustix::fs::openat(parent, component, FOLDER, Mode::empty()))
                    }
                    (other, _) => other,
                };
                match opened {
                    Ok(opened) => folder = Some(opened),
                    Err(e) => return Ok(Err(e.into())),
                }
            }
            self.last = folder.map(|folder| (path.to_owned(), folder));
        }
        Ok(Ok(self.last.as_ref().map_or(self.root.as_fd(), |(_, folder)| folder.as_fd())))
    }
}

/// The path of the folder and the name in it.
pub(crate) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// What was written.
pub(crate) struct Written {
    /// Whether anything was, be it a folder.
    pub(crate) any: bool,
    /// The path of each file and link.
    pub(crate) files: Journal,
}

/// A tree that grows in a private folder.
pub(crate) struct Tree<'a> {
    staging: &'a Staging,
    folders: Folders,
    files: Journal,
    strip: usize,
    keep_times: bool,
    /// Whether a name may come twice, the last one counting, as in a tar.
    may_repeat: bool,
    /// Files and folders that may still be made.
    entries_left: u64,
    entries_max: u64,
    bytes_left: u64,
    limit: u64,
    extracted: Extracted,
    any: bool,
    buffer: Vec<u8>,
}

impl<'a> Tree<'a> {
    pub(crate) fn new(staging: &'a Staging, archive: &Archive, options: &Extract) -> Result<Self> {
        let limit = archive.limit();
        Ok(Self {
            staging,
            folders: Folders::new(staging.open_tree()?),
            files: Journal::new(staging.list("files")?),
            strip: options.strip,
            keep_times: options.keep_times,
            may_repeat: matches!(archive.format(), Format::Tar(_)),
            entries_left: archive.limits.entries,
            entries_max: archive.limits.entries,
            bytes_left: limit,
            limit,
            extracted: Extracted::default(),
            any: false,
            buffer: vec![0; BUFFER_BYTES],
        })
    }

    /// What was unpacked, when all was.
    pub(crate) fn finish(mut self) -> Result<(Extracted, Written)> {
        self.files.flush()?;
        Ok((self.extracted, Written { any: self.any, files: self.files }))
    }

    /// Unpacks one member.
    pub(crate) fn add(&mut self, entry: &Entry, content: &mut dyn Content) -> Result<()> {
        let Some(path) = stripped(&entry.path, self.strip) else { return Ok(()) };
        if disk::is_temporary(Path::new(path)) {
            let message = format!("the name `{path}` is one of those that dl gives to unfinished files");
            return Err(unsafe_member(message));
        }
        self.any = true;
        if entry.member.kind == MemberKind::Dir {
            return self.folder(path).map(|_| ());
        }
        match &entry.link {
            None => self.file(path, entry, content)?,
            Some(Link::Symbolic(target)) => {
                // Less folders above it may mean that it leads out now.
                members::link_target(path, target)?;
                self.make(path, &mut |folder, name| rustix::fs::symlinkat(target.as_str(), folder, name))?;
            }
            Some(Link::Hard(target)) => self.hard_link(path, target)?,
        }
        self.extracted.files += 1;
        self.files.push(b'F', path)
    }

    /// The folder at a path, made with those above it where they are missing.
    fn folder(&mut self, path: &str) -> Result<BorrowedFd<'_>> {
        let (left, max) = (&mut self.entries_left, self.entries_max);
        let mut count = || {
            *left = left.checked_sub(1).ok_or_else(|| too_many(max))?;
            Ok(())
        };
        self.folders.open(path, Some(&mut count))?.map_err(|e| match e.raw_os_error().map(Errno::from_raw_os_error) {
            Some(Errno::NOTDIR | Errno::LOOP) => {
                unsafe_member(format!("`{path}` is a folder for one member, and a file or link for another"))
            }
            _ => Error::disk(format!("cannot make the folder `{path}`"), &e),
        })
    }

    /// Makes something new at a path by `create`.
    fn make<T>(
        &mut self,
        path: &str,
        create: &mut dyn FnMut(BorrowedFd<'_>, &str) -> rustix::io::Result<T>,
    ) -> Result<T> {
        self.entries_left = self.entries_left.checked_sub(1).ok_or_else(|| too_many(self.entries_max))?;
        let (staging, may_repeat) = (self.staging, self.may_repeat);
        let (above, name) = split(path);
        let folder = self.folder(above)?;
        let made = match create(folder, name) {
            Err(Errno::EXIST) => {
                let there = rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW);
                if there.is_ok_and(|s| FileType::from_raw_mode(s.st_mode) == FileType::Directory) {
                    let message = format!("`{path}` is a file for one member, and a folder for another");
                    return Err(unsafe_member(message));
                }
                if !may_repeat || staging.folds_names() {
                    return Err(unsafe_member(format!("two members of the archive would both be `{path}`")));
                }
                rustix::fs::unlinkat(folder, name, AtFlags::empty()).and_then(|()| create(folder, name))
            }
            other => other,
        };
        made.map_err(|e| Error::disk(format!("cannot write `{path}`"), &e.into()))
    }

    fn create(&mut self, path: &str, executable: bool) -> Result<File> {
        // The kernel takes the umask off.
        let mode = Mode::from_raw_mode(if executable { 0o777 } else { 0o666 });
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        self.make(path, &mut |folder, name| rustix::fs::openat(folder, name, flags, mode)).map(File::from)
    }

    fn count(&mut self, bytes: u64) -> Result<()> {
        self.bytes_left = self.bytes_left.checked_sub(bytes).ok_or_else(|| too_big(self.limit))?;
        self.extracted.bytes += bytes;
        Ok(())
    }

    fn file(&mut self, path: &str, entry: &Entry, content: &mut dyn Content) -> Result<()> {
        let mut file = self.create(path, entry.executable)?;
        let mut buffer = std::mem::take(&mut self.buffer);
        loop {
            let count = content.read(&mut buffer)?;
            if count == 0 {
                break;
            }
            self.count(count as u64)?;
            file.write_all(&buffer[..count]).map_err(|e| Error::disk(format!("cannot write `{path}`"), &e))?;
        }
        self.buffer = buffer;
        if let (true, Some(mtime)) = (self.keep_times, entry.member.mtime) {
            let time = rustix::fs::Timespec { tv_sec: mtime.seconds(), tv_nsec: mtime.0.rem_euclid(1_000_000) * 1000 };
            // A time that the file system cannot hold is no reason to fail.
            let _ = rustix::fs::futimens(&file, &rustix::fs::Timestamps { last_access: time, last_modification: time });
        }
        Ok(())
    }

    /// A second name for a regular file that was unpacked before; a copy where the file system has none, or no more.
    fn hard_link(&mut self, path: &str, target: &str) -> Result<()> {
        let missing = || {
            unsafe_member(format!("`{path}` is a hard link to `{target}`, which is no file unpacked before it"))
                .hint("--member and --strip must take both")
        };
        let target_path = stripped(target, self.strip).ok_or_else(missing)?;
        let (above, name) = split(target_path);
        if target_path == path {
            return Err(missing());
        }
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let folder = self.folders.open(above, None)?.map_err(|_| missing())?;
        let folder = rustix::io::dup(folder).map_err(|e| Error::disk(format!("cannot link `{path}`"), &e.into()))?;
        let there = rustix::fs::statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW).map_err(|_| missing())?;
        // A second name elsewhere for a symbolic link would lead elsewhere.
        if FileType::from_raw_mode(there.st_mode) != FileType::RegularFile {
            return Err(missing());
        }
        let linked = self.make(path, &mut |into, new_name| match rustix::fs::linkat(
            &folder,
            name,
            into,
            new_name,
            AtFlags::empty(),
        ) {
            Err(Errno::PERM | Errno::MLINK | Errno::OPNOTSUPP | Errno::NOSYS) => Ok(false),
            other => other.map(|()| true),
        })?;
        if linked {
            return Ok(());
        }
        let failed = |e: &io::Error| Error::disk(format!("cannot copy `{target_path}` to `{path}`"), e);
        let from = File::from(rustix::fs::openat(&folder, name, flags, Mode::empty()).map_err(|e| failed(&e.into()))?);
        let into = self.create(path, there.st_mode & 0o100 != 0)?;
        self.count(from.metadata().map_err(|e| failed(&e))?.len())?;
        disk::clone_or_copy(&from, &into).map_err(|e| failed(&e))
    }
}

/// The path without its first folders; `None` if nothing is left.
fn stripped(path: &str, strip: usize) -> Option<&str> {
    path.splitn(strip.checked_add(1)?, '/').nth(strip)
}

#[cfg(test)]
mod tests {
    use super::stripped;

    #[test]
    fn leading_folders_are_left_out() {
        assert_eq!(stripped("a/b/c", 0), Some("a/b/c"));
        assert_eq!(stripped("a/b/c", 2), Some("c"));
        assert_eq!(stripped("a/b/c", 3), None);
        assert_eq!(stripped("", 0), Some(""));
        assert_eq!(stripped("a", usize::MAX), None);
    }
}
