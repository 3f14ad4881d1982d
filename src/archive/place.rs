//! Moving an unpacked tree to where it is wanted: all of it, or nothing.
//!
//! The tree stands in a private folder: in the destination if that exists, else in the nearest folder above that does. So
//! every move is a rename within one file system. A destination that does not exist appears by one rename; into one that
//! exists the tree is merged, move by move (`moves`).

use crate::archive::Extract;
use crate::archive::extract::{FOLDER, Folders};
use crate::archive::journal::Journal;
use crate::archive::moves::{self, Failure, Moves, failed, in_the_way};
use crate::disk::{self, Signature, TemporaryFolder, TemporaryLock};
use crate::error::{Kind, Result};
use rustix::fs::{Mode, OFlags};
use std::fs::File;
use std::io::ErrorKind;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The tree in the private folder.
pub(crate) const TREE: &str = "tree";
/// A file by which those that merge into one folder take turns. Dead ones go like other temporaries.
const TURN: &str = ".dl-extract.part";
/// How long is waited for another's merge.
const TURN_WAIT: Duration = Duration::from_secs(30);

/// A private folder for a tree that is to be moved to a destination.
#[derive(Debug)]
pub(crate) struct Staging {
    folder: TemporaryFolder,
    dir: PathBuf,
}

/// What came of moving a tree in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Placed {
    /// For how many files an existing one was kept.
    pub(crate) kept: u64,
    /// Whether anything was moved.
    pub(crate) changed: bool,
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
        moves::undo_dead(beside);
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

    /// Moves the tree in. `placed` is told the signature of each of `files` as it then stands, before another `dl` may change it.
    pub(crate) fn place(
        self,
        options: &Extract,
        files: &Journal,
        placed: &mut dyn FnMut(&Path, &Signature),
    ) -> Result<Placed> {
        let missing = std::fs::metadata(&self.dir).is_err_and(|e| e.kind() == ErrorKind::NotFound);
        if missing && self.appear(files, placed)? {
            return Ok(Placed { kept: 0, changed: true });
        }
        self.merge(options, files, placed, &mut || ())
    }

    /// Moves the tree into a folder that changes after the moves were listed.
    #[cfg(test)]
    pub(crate) fn place_disturbed(self, options: &Extract, disturb: &mut dyn FnMut()) -> Result<Placed> {
        let files = Journal::new(self.list("files")?);
        self.merge(options, &files, &mut |_, _| {}, disturb)
    }

    /// Gives the whole tree its name; false if there is a folder of that name by now.
    fn appear(&self, files: &Journal, placed: &mut dyn FnMut(&Path, &Signature)) -> Result<bool> {
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
        // It appears with our turn taken: what another merges into it comes after we have looked at it.
        let mut turn = TemporaryLock::try_take(&self.tree().join(TURN)).ok().flatten();
        if result.is_ok() {
            let cwd = rustix::fs::CWD;
            let rename = || moves::rename_new(cwd, &self.tree(), cwd, &self.dir).map_err(Into::into);
            result = match &mut turn {
                Some(turn) => turn.follow(self.dir.join(TURN), rename),
                None => rename(),
            };
        }
        let Err(e) = result else {
            self.tell(files, placed)?;
            return Ok(true);
        };
        drop(turn);
        if e.kind() == ErrorKind::AlreadyExists && self.dir.is_dir() {
            return Ok(false);
        }
        for folder in made.iter().rev() {
            let _ = std::fs::remove_dir(folder);
        }
        Err(failed(&self.dir, &e))
    }

    fn tell(&self, files: &Journal, placed: &mut dyn FnMut(&Path, &Signature)) -> Result<()> {
        files.each(&mut |_, path| {
            if let Ok(signature) = Signature::of(&self.dir.join(path)) {
                placed(Path::new(path), &signature);
            }
            Ok(())
        })
    }

    fn merge(
        self,
        options: &Extract,
        files: &Journal,
        placed: &mut dyn FnMut(&Path, &Signature),
        planned: &mut dyn FnMut(),
    ) -> Result<Placed> {
        let open = || {
            let flags = FOLDER.difference(OFlags::NOFOLLOW);
            rustix::fs::open(&self.dir, flags, Mode::empty()).map_err(|e| failed(&self.dir, &e.into()))
        };
        let turn = match TemporaryLock::take(&self.dir.join(TURN), TURN_WAIT) {
            Ok(lock) => Some(lock),
            Err(e) if e.kind() == Kind::Cache => return Err(e),
            // Where there are no locks, the moves still replace nothing that the list does not name.
            Err(_) => None,
        };
        let mut moves =
            Moves::new(&self.dir, Folders::new(self.open_tree()?), Folders::new(open()?), self.list("moves")?);
        let result = moves.plan(Journal::new(self.list("folders")?), options).and_then(|()| {
            planned();
            moves.run(self.folder.path())
        });
        let done = moves.done();
        let told = if result.is_ok() { self.tell(files, placed) } else { Ok(()) };
        drop(turn);
        match result {
            Ok(()) => told.map(|()| done),
            Err(Failure::Whole(e)) => Err(e),
            Err(Failure::Torn(e)) => {
                let rescued = self.folder.keep();
                Err(e.hint(format!("what was replaced is in `{}`", rescued.display())))
            }
        }
    }
}
