//! Merging a tree into a folder that exists: a list of moves, made before anything is touched, done, and undone on failure.
//!
//! The list finds whatever stands in the way first. Then a new file or a whole new folder comes by a rename that replaces
//! nothing, a file for a file by an exchange of both, so that the name is never missing; what stands there already as the
//! tree has it is left alone. If a move fails, those done are undone. A signal waits for the end; after a death that nothing can
//! wait for, the list stays beside what was replaced, and the next to unpack into the folder undoes what was begun.

use crate::archive::extract::{FOLDER, Folders, split};
use crate::archive::journal::Journal;
use crate::archive::place::{Placed, TREE};
use crate::archive::{Extract, IfExists};
use crate::disk;
use crate::error::{Error, Kind, Result};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, RenameFlags, Stat};
use rustix::io::Errno;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::BorrowedFd;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// Moves of the list.
const NEW: u8 = b'N';
const REPLACE: u8 = b'R';
/// What is compared at once.
const BUFFER_BYTES: usize = 64 << 10;

pub(crate) fn failed(dir: &Path, source: &io::Error) -> Error {
    Error::disk(format!("cannot unpack into `{}`", dir.display()), source)
}

pub(crate) fn in_the_way(dir: &Path, path: &str, code: &'static str, what: &str) -> Error {
    Error::new(Kind::Disk, code, format!("`{}` is {what}", dir.join(path).display()))
}

/// How a merge failed.
pub(crate) enum Failure {
    /// The destination is as it was.
    Whole(Error),
    /// Something could not be put back.
    Torn(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Whole(error)
    }
}

/// One line of the list: which path, and what of the tree goes there, so that it is known again after the move.
struct Line<'a> {
    mark: u8,
    inode: u64,
    mtime: i64,
    path: &'a str,
}

impl<'a> Line<'a> {
    fn text(&self) -> String {
        format!("{}:{}:{}", self.inode, self.mtime, self.path)
    }

    fn parse(mark: u8, text: &'a str) -> Option<Self> {
        let (inode, rest) = text.split_once(':')?;
        let (mtime, path) = rest.split_once(':')?;
        Some(Self { mark, inode: inode.parse().ok()?, mtime: mtime.parse().ok()?, path })
    }
}

pub(crate) struct Moves<'a> {
    dir: &'a Path,
    from: Folders,
    to: Folders,
    list: Journal,
    count: u64,
    kept: u64,
}

impl<'a> Moves<'a> {
    /// Moves from a tree into a folder; `list` is an empty file in the private folder.
    pub(crate) const fn new(dir: &'a Path, from: Folders, to: Folders, list: File) -> Self {
        Self { dir, from, to, list: Journal::new(list), count: 0, kept: 0 }
    }

    pub(crate) const fn done(&self) -> Placed {
        Placed { kept: self.kept, changed: self.count > 0 }
    }

    /// Lists the moves, folder by folder; fails if something is in the way.
    pub(crate) fn plan(&mut self, mut folders: Journal, options: &Extract) -> Result<(), Failure> {
        folders.push(0, "")?;
        while let Some((_, path)) = folders.take()? {
            let problem = |e: &io::Error| failed(self.dir, e);
            let from = self.from.open(&path, None)?.map_err(|e| problem(&e))?;
            let to = self.to.open(&path, None)?.map_err(|e| problem(&e))?;
            for entry in rustix::fs::Dir::read_from(from).map_err(|e| problem(&e.into()))? {
                let entry = entry.map_err(|e| problem(&e.into()))?;
                let Ok(name) = entry.file_name().to_str() else { continue };
                if matches!(name, "." | "..") {
                    continue;
                }
                let whole = if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
                let look = |folder| rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW);
                let ours = look(from).map_err(|e| problem(&e.into()))?;
                let theirs = match look(to) {
                    Ok(theirs) => Some(theirs),
                    Err(Errno::NOENT) => None,
                    Err(e) => return Err(problem(&e.into()).into()),
                };
                let mark = match theirs {
                    None => NEW,
                    Some(theirs) => match judge(self.dir, &whole, (&ours, from), (&theirs, to), name, options)? {
                        Judged::Enter => {
                            folders.push(0, &whole)?;
                            continue;
                        }
                        Judged::Keep => {
                            self.kept += 1;
                            continue;
                        }
                        Judged::Leave => continue,
                        Judged::Replace => REPLACE,
                    },
                };
                let line = Line { mark, inode: ours.st_ino, mtime: mtime(&ours), path: &whole };
                self.list.push(mark, &line.text())?;
                self.count += 1;
            }
        }
        self.list.flush()?;
        Ok(())
    }

    /// Does the moves; on failure undoes those that were done. `private` is the folder that holds the list and the tree.
    pub(crate) fn run(&mut self, private: &Path) -> Result<(), Failure> {
        if self.count == 0 {
            return Ok(());
        }
        let _uninterrupted = disk::hold_signals();
        std::fs::rename(private.join("moves"), private.join(disk::UNDO)).map_err(|e| failed(self.dir, &e))?;
        let mut done: u64 = 0;
        let (dir, from, to) = (self.dir, &mut self.from, &mut self.to);
        let result = self.list.each(&mut |mark, text| {
            let Some(line) = Line::parse(mark, text) else { return Ok(()) };
            one_move(dir, mark, line.path, from, to)?;
            done += 1;
            Ok(())
        });
        let mut torn = false;
        if let Err(error) = result {
            let undone = self.list.each(&mut |mark, text| {
                if let (true, Some(line)) = (done > 0, Line::parse(mark, text)) {
                    done -= 1;
                    torn |= undo_move(dir, &line, from, to).is_err();
                }
                Ok(())
            });
            return Err(if torn || undone.is_err() { Failure::Torn(error) } else { Failure::Whole(error) });
        }
        // From here on all is in place: what was replaced may go.
        let _ = std::fs::remove_file(private.join(disk::UNDO));
        Ok(())
    }
}

/// What becomes of a member where something of its name exists.
enum Judged {
    /// Both are folders.
    Enter,
    /// What exists stays, whatever it is.
    Keep,
    /// What exists is the same.
    Leave,
    Replace,
}

fn judge(
    dir: &Path,
    path: &str,
    (ours, from): (&Stat, BorrowedFd<'_>),
    (theirs, to): (&Stat, BorrowedFd<'_>),
    name: &str,
    options: &Extract,
) -> Result<Judged> {
    let kind = |stat: &Stat| FileType::from_raw_mode(stat.st_mode);
    Ok(match (kind(ours), kind(theirs)) {
        (FileType::Directory, FileType::Directory) => Judged::Enter,
        (FileType::Directory, _) => {
            return Err(in_the_way(dir, path, "not_a_folder", "no folder, as a member needs"));
        }
        _ if options.if_exists == IfExists::Keep => Judged::Keep,
        (_, FileType::Directory) => {
            return Err(in_the_way(dir, path, "is_a_folder", "a folder, and a file in the archive"));
        }
        // What cannot be read is replaced.
        _ if is_same((ours, from), (theirs, to), name, options).unwrap_or(false) => Judged::Leave,
        _ if options.if_exists == IfExists::Error => return Err(disk::exists(&dir.join(path))),
        _ => Judged::Replace,
    })
}

/// Whether two files of one name in two folders have the same content, and the time and the right to be run that are wanted.
fn is_same(
    (ours, from): (&Stat, BorrowedFd<'_>),
    (theirs, to): (&Stat, BorrowedFd<'_>),
    name: &str,
    options: &Extract,
) -> io::Result<bool> {
    if FileType::from_raw_mode(ours.st_mode) != FileType::from_raw_mode(theirs.st_mode) {
        return Ok(false);
    }
    if FileType::from_raw_mode(ours.st_mode) == FileType::Symlink {
        return Ok(rustix::fs::readlinkat(from, name, Vec::new())? == rustix::fs::readlinkat(to, name, Vec::new())?);
    }
    let is_late = options.keep_times && options.if_exists == IfExists::Replace && mtime(ours) != mtime(theirs);
    if is_late || ours.st_size != theirs.st_size || (ours.st_mode ^ theirs.st_mode) & 0o100 != 0 {
        return Ok(false);
    }
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let open = |folder| rustix::fs::openat(folder, name, flags, Mode::empty()).map(File::from);
    let (mut ours, mut theirs) = (open(from)?, open(to)?);
    let (mut one, mut other) = (vec![0; BUFFER_BYTES], vec![0; BUFFER_BYTES]);
    loop {
        let count = ours.read(&mut one)?;
        if count == 0 {
            return Ok(true);
        }
        theirs.read_exact(&mut other[..count])?;
        if one[..count] != other[..count] {
            return Ok(false);
        }
    }
}

#[expect(clippy::useless_conversion, reason = "the types of these fields differ between systems")]
fn mtime(stat: &Stat) -> i64 {
    i64::from(stat.st_mtime).saturating_mul(1_000_000_000).saturating_add(stat.st_mtime_nsec.cast_signed())
}

fn one_move(dir: &Path, mark: u8, path: &str, from: &mut Folders, to: &mut Folders) -> Result<()> {
    let (above, name) = split(path);
    let problem = |e: &io::Error| failed(dir, e).context(format!("cannot put `{}` in place", dir.join(path).display()));
    let from = from.open(above, None)?.map_err(|e| problem(&e))?;
    let to = to.open(above, None)?.map_err(|e| problem(&e))?;
    if mark == NEW { rename_new(from, name.as_ref(), to, name.as_ref()) } else { exchange(from, to, name) }
        .map_err(|e| problem(&e.into()))
}

/// An exchange undoes itself; what is new goes back where it came from.
fn undo_move(dir: &Path, line: &Line<'_>, from: &mut Folders, to: &mut Folders) -> Result<()> {
    if line.mark == NEW {
        one_move(dir, line.mark, line.path, to, from)
    } else {
        one_move(dir, line.mark, line.path, from, to)
    }
}

fn lacks_flags(e: Errno) -> bool {
    matches!(e, Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP)
}

/// Renames to a name that nothing has; what has it meanwhile is not replaced where the file system can promise that.
pub(crate) fn rename_new(
    from: BorrowedFd<'_>,
    name: &Path,
    to: BorrowedFd<'_>,
    new_name: &Path,
) -> rustix::io::Result<()> {
    match rustix::fs::renameat_with(from, name, to, new_name, RenameFlags::NOREPLACE) {
        Err(e) if lacks_flags(e) => rustix::fs::renameat(from, name, to, new_name),
        other => other,
    }
}

/// Two files of one name in two folders change places.
fn exchange(ours: BorrowedFd<'_>, theirs: BorrowedFd<'_>, name: &str) -> rustix::io::Result<()> {
    match rustix::fs::renameat_with(ours, name, theirs, name, RenameFlags::EXCHANGE) {
        Err(e) if lacks_flags(e) => {
            let aside = format!(".dl-{}", disk::random_name());
            rustix::fs::renameat(theirs, name, ours, &aside)?;
            if let Err(e) = rustix::fs::renameat(ours, name, theirs, name) {
                let _ = rustix::fs::renameat(ours, &aside, theirs, name);
                return Err(e);
            }
            rustix::fs::renameat(ours, &aside, ours, name)
        }
        other => other,
    }
}

/// Undoes the merges into a folder whose processes died in the midst of them. What could not be undone stays where it is.
pub(crate) fn undo_dead(dir: &Path) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        let private = entry.path();
        let undo = private.join(disk::UNDO);
        if !disk::is_temporary(&private) || !undo.is_file() {
            continue;
        }
        // The folder's lock is its life.
        if let Ok(handle) = File::open(&private)
            && handle.try_lock().is_ok()
            && disk::names(&private, &handle)
            && undo_one(dir, &private, &undo).is_ok_and(|whole| whole)
        {
            let _ = std::fs::remove_dir_all(&private);
        }
    }
}

/// Whether all that was moved is back.
fn undo_one(dir: &Path, private: &Path, undo: &Path) -> Result<bool> {
    let problem = |e: io::Error| failed(dir, &e);
    let list = File::open(undo).map_err(problem)?;
    let began = Began::of(&list.metadata().map_err(problem)?);
    let open = |path: &Path, flags| rustix::fs::open(path, flags, Mode::empty()).map_err(|e| problem(e.into()));
    let mut from = Folders::new(open(&private.join(TREE), FOLDER)?);
    let mut to = Folders::new(open(dir, FOLDER.difference(OFlags::NOFOLLOW))?);
    let mut whole = true;
    Journal::new(list).each(&mut |mark, text| {
        let Some(line) = Line::parse(mark, text) else { return Ok(()) };
        let at = dir.join(line.path);
        // A file that was changed since is the user's; one that is not ours was never moved, or not by us.
        let is_ours = std::fs::symlink_metadata(&at).is_ok_and(|m| {
            let mtime = disk::Signature::from(&m).mtime;
            m.ino() == line.inode && mtime == line.mtime && (!m.is_dir() || began.precedes_none_in(&at))
        });
        if is_ours {
            whole &= undo_move(dir, &line, &mut from, &mut to).is_ok();
        }
        Ok(())
    })?;
    Ok(whole)
}

/// When the moves began: the tree was whole by then.
struct Began(i64);

impl Began {
    fn of(list: &std::fs::Metadata) -> Self {
        Self(disk::Signature::from(list).ctime)
    }

    /// Whether nothing below a folder was changed since.
    fn precedes_none_in(&self, folder: &Path) -> bool {
        let Ok(entries) = std::fs::read_dir(folder) else { return false };
        entries.flatten().all(|entry| {
            entry.metadata().is_ok_and(|m| {
                disk::Signature::from(&m).ctime <= self.0 && (!m.is_dir() || self.precedes_none_in(&entry.path()))
            })
        })
    }
}

/// Dies in the midst of moving the tree of a private folder in: after so many moves.
#[cfg(test)]
pub(crate) fn die_after(moves: usize, dir: &Path, private: &Path) {
    let open = |path: &Path| Folders::new(rustix::fs::open(path, FOLDER, Mode::empty()).unwrap());
    let list = |name: &str| File::options().read(true).write(true).create_new(true).open(private.join(name)).unwrap();
    let mut merge = Moves::new(dir, open(&private.join(TREE)), open(dir), list("moves"));
    assert!(merge.plan(Journal::new(list("folders")), &Extract::default()).is_ok());
    assert!(merge.count as usize >= moves, "there are more to die between");
    std::fs::rename(private.join("moves"), private.join(disk::UNDO)).unwrap();
    let mut left = moves;
    let (from, to) = (&mut merge.from, &mut merge.to);
    let each = &mut |mark, text: &str| {
        if left > 0 {
            left -= 1;
            one_move(dir, mark, Line::parse(mark, text).unwrap().path, from, to).unwrap();
        }
        Ok(())
    };
    merge.list.each(each).unwrap();
}
