//! Moving an unpacked tree to where it is wanted: all of it, or nothing.
//!
//! The tree stands in a private folder: in the destination if that exists, else in the nearest folder above that does. So
//! every move is a rename within one file system. A destination that does not exist appears by one rename. Into one that
//! exists the tree is merged: first a list of moves is made, which finds whatever stands in the way before anything
//! is touched; then each is done, a new file or a whole new folder by a rename that replaces nothing, a file for a file
//! by an exchange of both, so that the name is never missing. If one fails, those done are undone.

use crate::archive::IfExists;
use crate::archive::extract::{FOLDER, Folders, split};
use crate::archive::journal::Journal;
use crate::disk::{self, TemporaryFolder};
use crate::error::{Error, Kind, Result};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, RenameFlags};
use rustix::io::Errno;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::fd::{BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The tree in the private folder.
const TREE: &str = "tree";
/// A file by which those that merge into one folder take turns. Dead ones go like other temporaries.
const TURN: &str = ".dl-extract.part";
/// How long is waited for another's merge.
const TURN_WAIT: Duration = Duration::from_secs(30);

/// Moves of the list.
const NEW: u8 = b'N';
const REPLACE: u8 = b'R';

/// A private folder for a tree that is to be moved to a destination.
#[derive(Debug)]
pub(crate) struct Staging {
    folder: TemporaryFolder,
    dir: PathBuf,
}

fn failed(dir: &Path, source: &io::Error) -> Error {
    Error::disk(format!("cannot unpack into `{}`", dir.display()), source)
}

fn in_the_way(dir: &Path, path: &str, code: &'static str, what: &str) -> Error {
    Error::new(Kind::Disk, code, format!("`{}` is {what}", dir.join(path).display()))
}

impl Staging {
    /// A private folder on the file system of `dir`, which need not exist.
    pub(crate) fn new(dir: &Path) -> Result<Self> {
        // A relative path has a folder above it too.
        let dir = std::path::absolute(dir).map_err(|e| failed(dir, &e))?;
        let beside = match std::fs::metadata(&dir) {
            Ok(metadata) if metadata.is_dir() => &dir,
            Ok(_) => return Err(in_the_way(&dir, "", "not_a_folder", "no folder")),
            Err(e) if e.kind() == ErrorKind::NotFound && std::fs::symlink_metadata(&dir).is_err() => {
                dir.ancestors().skip(1).find(|above| above.exists()).unwrap_or(&dir)
            }
            Err(e) => return Err(failed(&dir, &e)),
        };
        disk::remove_dead_temporaries(beside);
        let folder = TemporaryFolder::new_in(beside)?;
        std::fs::create_dir(folder.path().join(TREE)).map_err(|e| failed(&dir, &e))?;
        Ok(Self { folder, dir })
    }

    fn tree(&self) -> PathBuf {
        self.folder.path().join(TREE)
    }

    pub(crate) fn open_tree(&self) -> Result<OwnedFd> {
        rustix::fs::open(self.tree(), FOLDER, Mode::empty()).map_err(|e| failed(&self.dir, &e.into()))
    }

    /// An empty file for a list.
    pub(crate) fn list(&self, name: &str) -> Result<File> {
        let mut options = File::options();
        options.read(true).write(true).create_new(true);
        options.open(self.folder.path().join(name)).map_err(|e| failed(&self.dir, &e))
    }

    /// Whether the file system takes names for one that differ in case, or in how an accent is written.
    pub(crate) fn folds_names(&self) -> bool {
        let at = |name: &str| self.folder.path().join(name);
        let probe = at("dl-Probe-\u{e9}");
        std::fs::write(&probe, b"").is_ok() && (at("DL-pROBE-\u{e9}").exists() || at("dl-Probe-e\u{301}").exists())
    }

    /// Moves the tree in; says for how many files an existing one was kept.
    pub(crate) fn place(self, if_exists: IfExists) -> Result<u64> {
        let missing = std::fs::metadata(&self.dir).is_err_and(|e| e.kind() == ErrorKind::NotFound);
        if missing && self.appear()? {
            return Ok(0);
        }
        self.merge(if_exists, &mut || ())
    }

    /// Moves the tree into a folder that changes after the moves were listed.
    #[cfg(test)]
    pub(crate) fn place_disturbed(self, if_exists: IfExists, disturb: &mut dyn FnMut()) -> Result<u64> {
        self.merge(if_exists, disturb)
    }

    /// Gives the whole tree its name; false if there is a folder of that name by now.
    fn appear(&self) -> Result<bool> {
        let above: Vec<&Path> = self.dir.ancestors().skip(1).take_while(|above| !above.exists()).collect();
        let mut made = Vec::new();
        let mut result = above.iter().rev().try_for_each(|folder| match std::fs::create_dir(folder) {
            Ok(()) => {
                made.push(*folder);
                Ok(())
            }
            Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(()),
            Err(e) => Err(e),
        });
        if result.is_ok() {
            let cwd = rustix::fs::CWD;
            result = rename_new(cwd, &self.tree(), cwd, &self.dir).map_err(Into::into);
        }
        let Err(e) = result else { return Ok(true) };
        if e.kind() == ErrorKind::AlreadyExists && self.dir.is_dir() {
            return Ok(false);
        }
        for folder in made.iter().rev() {
            let _ = std::fs::remove_dir(folder);
        }
        Err(failed(&self.dir, &e))
    }

    fn merge(self, if_exists: IfExists, planned: &mut dyn FnMut()) -> Result<u64> {
        let open = || {
            let flags = FOLDER.difference(OFlags::NOFOLLOW);
            rustix::fs::open(&self.dir, flags, Mode::empty()).map_err(|e| failed(&self.dir, &e.into()))
        };
        let turn_path = self.dir.join(TURN);
        let turn = match disk::Lock::take(&turn_path, TURN_WAIT) {
            Ok(lock) => Some(lock),
            Err(e) if e.kind() == Kind::Cache => return Err(e),
            // Where there are no locks, the moves still replace nothing that the list does not name.
            Err(_) => None,
        };
        let mut moves = Moves {
            dir: &self.dir,
            from: Folders::new(self.open_tree()?),
            to: Folders::new(open()?),
            list: Journal::new(self.list("moves")?),
            kept: 0,
        };
        let result = moves.plan(Journal::new(self.list("folders")?), if_exists).and_then(|()| {
            planned();
            moves.run()
        });
        let kept = moves.kept;
        if turn.is_some() {
            let _ = std::fs::remove_file(&turn_path);
        }
        match result {
            Ok(()) => Ok(kept),
            Err(Failure::Whole(e)) => Err(e),
            Err(Failure::Torn(e)) => {
                let rescued = self.folder.keep();
                Err(e.hint(format!("what was replaced is in `{}`", rescued.display())))
            }
        }
    }
}

/// How a merge failed.
enum Failure {
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

struct Moves<'a> {
    dir: &'a Path,
    from: Folders,
    to: Folders,
    list: Journal,
    kept: u64,
}

impl Moves<'_> {
    /// Lists the moves, folder by folder; fails if something is in the way.
    fn plan(&mut self, mut folders: Journal, if_exists: IfExists) -> Result<(), Failure> {
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
                let kind = |folder| {
                    rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)
                        .map(|s| FileType::from_raw_mode(s.st_mode))
                };
                let ours = kind(from).map_err(|e| problem(&e.into()))?;
                match (ours, kind(to)) {
                    (_, Err(Errno::NOENT)) => self.list.push(NEW, &whole)?,
                    (_, Err(e)) => return Err(problem(&e.into()).into()),
                    (FileType::Directory, Ok(FileType::Directory)) => folders.push(0, &whole)?,
                    (FileType::Directory, Ok(_)) => {
                        return Err(in_the_way(self.dir, &whole, "not_a_folder", "no folder, as a member needs").into());
                    }
                    (_, Ok(_)) if if_exists == IfExists::Keep => self.kept += 1,
                    (_, Ok(_)) if if_exists == IfExists::Error => {
                        return Err(disk::exists(&self.dir.join(&whole)).into());
                    }
                    (_, Ok(FileType::Directory)) => {
                        return Err(
                            in_the_way(self.dir, &whole, "is_a_folder", "a folder, and a file in the archive").into()
                        );
                    }
                    (_, Ok(_)) => self.list.push(REPLACE, &whole)?,
                }
            }
        }
        self.list.flush()?;
        Ok(())
    }

    /// Does the moves; on failure undoes those that were done.
    fn run(&mut self) -> Result<(), Failure> {
        let mut done: u64 = 0;
        let (dir, from, to) = (self.dir, &mut self.from, &mut self.to);
        let result = self.list.each(&mut |mark, path| {
            one_move(dir, mark, path, from, to)?;
            done += 1;
            Ok(())
        });
        let Err(error) = result else { return Ok(()) };
        let mut torn = false;
        let undone = self.list.each(&mut |mark, path| {
            if done > 0 {
                done -= 1;
                // An exchange undoes itself; what is new goes back where it came from.
                torn |= match mark {
                    NEW => one_move(dir, mark, path, to, from),
                    _ => one_move(dir, mark, path, from, to),
                }
                .is_err();
            }
            Ok(())
        });
        if torn || undone.is_err() { Err(Failure::Torn(error)) } else { Err(Failure::Whole(error)) }
    }
}

fn one_move(dir: &Path, mark: u8, path: &str, from: &mut Folders, to: &mut Folders) -> Result<()> {
    let (above, name) = split(path);
    let problem = |e: &io::Error| failed(dir, e).context(format!("cannot put `{}` in place", dir.join(path).display()));
    let from = from.open(above, None)?.map_err(|e| problem(&e))?;
    let to = to.open(above, None)?.map_err(|e| problem(&e))?;
    if mark == NEW { rename_new(from, name.as_ref(), to, name.as_ref()) } else { exchange(from, to, name) }
        .map_err(|e| problem(&e.into()))
}

fn lacks_flags(e: Errno) -> bool {
    matches!(e, Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP)
}

/// Renames to a name that nothing has; what has it meanwhile is not replaced where the file system can promise that.
fn rename_new(from: BorrowedFd<'_>, name: &Path, to: BorrowedFd<'_>, new_name: &Path) -> rustix::io::Result<()> {
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
