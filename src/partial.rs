//! An unfinished file with what is known of it and its lock: lent by the cache, filled by the transfer.

use crate::disk::{self, Access, Lock, Temporary};
use crate::error::{Error, Result};
use crate::message::Validators;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// What is known of the bytes that an unfinished file holds. Stored beside it, so that a later command can go on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// The boot under which the bytes were written: after a power loss a file's size proves nothing.
    pub boot: Option<String>,
    /// Where the bytes came from, redacted: validators of one URL say nothing of another's.
    pub url: String,
    /// The validators of the response that began it.
    pub validators: Validators,
    /// What `If-Range` may carry: the strong validator, decided when the response came.
    pub strong: Option<String>,
    /// The size of the whole, if it was told.
    pub total: Option<u64>,
    /// The parts that are there, as (first, end) offsets in order; empty: a prefix, as long as the file.
    pub ranges: Vec<(u64, u64)>,
}

/// An unfinished file. Its lock is the lock of the fetch.
#[derive(Debug)]
pub struct Partial {
    place: Place,
    state: State,
}

#[derive(Debug)]
enum Place {
    /// In the cache, under its key; goes on living when the process ends.
    Kept {
        path: PathBuf,
        sidecar: PathBuf,
        /// Whether the sidecar may be there: most files are too small to be noted.
        noted: bool,
        lock: Lock,
        access: Access,
    },
    /// Beside a destination or aside in the cache; goes when it is dropped.
    Unnamed(Temporary),
}

impl Place {
    /// Removes the sidecar, if one may be there.
    fn forget_state(&mut self) -> io::Result<()> {
        let Self::Kept { sidecar, noted, .. } = self else { return Ok(()) };
        if *noted {
            match std::fs::remove_file(sidecar) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
                _ => *noted = false,
            }
        }
        Ok(())
    }
}

impl Partial {
    /// Takes the unfinished file at `path` (made if missing), with its state in `path` + `.json`;
    /// `None` if another process has it.
    ///
    /// # Errors
    /// A disk error.
    pub fn try_take(path: &Path) -> Result<Option<Self>> {
        Self::try_take_as(path, Access::PRIVATE)
    }

    /// As `try_take`; new files get this mode and owner.
    ///
    /// # Errors
    /// A disk error.
    pub fn try_take_as(path: &Path, access: Access) -> Result<Option<Self>> {
        let failed = |e: &io::Error| Error::disk(format!("cannot write `{}`", path.display()), e);
        let lock = loop {
            let Some(lock) = Lock::try_take(path)? else { return Ok(None) };
            let metadata = lock.file().metadata().map_err(|e| failed(&e))?;
            // Read-only for all, as `name_also` makes it; a new one has fewer bits under any umask.
            let is_finished = metadata.nlink() > 1 || matches!(metadata.mode() & 0o666, 0o444 | 0o440);
            if !is_finished {
                break lock;
            }
            // Its process died while finishing it: the bytes have, or were to have, another name, and are not ours to write.
            std::fs::remove_file(path).map_err(|e| failed(&e))?;
        };
        access.apply(lock.file(), access.file_mode).map_err(|e| failed(&e))?;
        let mut sidecar = path.as_os_str().to_owned();
        sidecar.push(".json");
        let sidecar = PathBuf::from(sidecar);
        let bytes = std::fs::read(&sidecar);
        let noted = !bytes.as_ref().is_err_and(|e| e.kind() == io::ErrorKind::NotFound);
        let state = bytes.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let known = state.is_some();
        let place = Place::Kept { path: path.to_owned(), sidecar, noted, lock, access };
        let mut partial = Self { place, state: state.unwrap_or_default() };
        if !known {
            partial.restart()?;
        }
        Ok(Some(partial))
    }

    /// An unfinished file of no name, in `folder`, which no other command will find.
    ///
    /// # Errors
    /// A disk error.
    pub fn unnamed_in(folder: &Path) -> Result<Self> {
        Ok(Self { place: Place::Unnamed(Temporary::new_in(folder)?), state: State::default() })
    }

    /// An unfinished file whose name is gone from the start: nothing stays of it, however the process ends.
    ///
    /// # Errors
    /// A disk error.
    pub fn spooled_in(folder: &Path) -> Result<Self> {
        let spooled = Self::unnamed_in(folder)?;
        std::fs::remove_file(spooled.path()).map_err(|e| spooled.failed(&e))?;
        Ok(spooled)
    }

    /// The open file, for reading and writing at offsets.
    #[must_use]
    pub fn file(&self) -> &File {
        match &self.place {
            Place::Kept { lock, .. } => lock.file(),
            Place::Unnamed(temporary) => temporary.file(),
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        match &self.place {
            Place::Kept { path, .. } => path,
            Place::Unnamed(temporary) => temporary.path(),
        }
    }

    /// What is known of the bytes.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// How many bytes from the start are there for certain.
    #[must_use]
    pub fn prefix(&self) -> u64 {
        let length = self.file().metadata().map_or(0, |m| m.len());
        match self.state.ranges.first() {
            None => length,
            Some((0, end)) => (*end).min(length),
            Some(_) => 0,
        }
    }

    /// Whether the bytes were written under this boot, so that a file's size can be believed.
    #[must_use]
    pub fn is_of_this_boot(&self) -> bool {
        self.state.boot.is_some() && self.state.boot == disk::boot_id()
    }

    /// Empties the file and forgets what was known.
    ///
    /// # Errors
    /// A disk error.
    pub fn restart(&mut self) -> Result<()> {
        self.place.forget_state().map_err(|e| self.failed(&e))?;
        self.state = State::default();
        let is_empty = self.file().metadata().is_ok_and(|m| m.len() == 0);
        if is_empty { Ok(()) } else { self.file().set_len(0).map_err(|e| self.failed(&e)) }
    }

    /// Notes what is known, before the first byte of it is written. The boot is filled in here.
    ///
    /// # Errors
    /// A disk error.
    pub fn note(&mut self, state: State) -> Result<()> {
        self.state = State { boot: disk::boot_id(), ..state };
        if let Place::Kept { noted, .. } = &mut self.place {
            *noted = true;
        }
        if let Place::Kept { sidecar, path, access, .. } = &self.place {
            let folder = path.parent().unwrap_or(Path::new("."));
            let text = serde_json::to_vec(&self.state).unwrap_or_default();
            let temporary = Temporary::new_in(folder)?;
            temporary.file().write_all(&text).map_err(|e| self.failed(&e))?;
            access.apply(temporary.file(), access.file_mode).map_err(|e| self.failed(&e))?;
            temporary.publish(sidecar, access.file_mode, disk::Replace::Allowed)?;
        }
        Ok(())
    }

    /// A disk error about this file.
    #[must_use]
    pub fn failed(&self, source: &io::Error) -> Error {
        Error::disk(format!("cannot write `{}`", self.path().display()), source)
    }

    /// Moves the finished file to its name, in one step, with that mode; the state is forgotten.
    ///
    /// # Errors
    /// A disk error; `exists` where `replace` forbids it and something is there.
    pub fn finish(self, destination: &Path, mode: u32, replace: disk::Replace) -> Result<()> {
        match self.place {
            Place::Unnamed(temporary) => temporary.publish(destination, mode, replace),
            Place::Kept { path, sidecar, lock, .. } => {
                let failed = |e: &io::Error| Error::disk(format!("cannot write `{}`", destination.display()), e);
                let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
                lock.file().set_permissions(mode).map_err(|e| failed(&e))?;
                // The state goes first: bytes without it are begun anew, a state without bytes would lie.
                let _ = std::fs::remove_file(&sidecar);
                match replace {
                    disk::Replace::Allowed => std::fs::rename(&path, destination),
                    disk::Replace::Refused => disk::rename_new(&path, destination),
                }
                .map_err(|e| {
                    if e.kind() == io::ErrorKind::AlreadyExists { disk::exists(destination) } else { failed(&e) }
                })
            }
        }
    }

    /// Takes the file away if it holds nothing that a later command could go on with.
    pub fn discard_if_empty(self) {
        let empty = self.file().metadata().is_ok_and(|m| m.len() == 0);
        if empty {
            self.discard();
        }
    }

    /// Another handle of the file, at its start; its name goes with this partial if it had none that is kept.
    ///
    /// # Errors
    /// A disk error.
    pub fn into_open_file(self) -> Result<File> {
        let mut file = self.file().try_clone().map_err(|e| self.failed(&e))?;
        io::Seek::rewind(&mut file).map_err(|e| self.failed(&e))?;
        Ok(file)
    }

    /// Gives the finished file one more name, replacing what is there, and that mode. Its own name and its lock stay until
    /// `discard`, so that whoever waits for the lock sees what was made of it; the state is forgotten.
    /// Where the file system knows no hard links, the file is moved.
    ///
    /// # Errors
    /// Those of the file system; a missing folder among them.
    pub fn name_also(&self, name: &Path, access: Access, mode: u32) -> io::Result<()> {
        if let Place::Kept { sidecar, noted: true, .. } = &self.place {
            // The state goes first: bytes without it are begun anew, a state without bytes would lie.
            let _ = std::fs::remove_file(sidecar);
        }
        access.apply(self.file(), mode)?;
        match std::fs::hard_link(self.path(), name) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                let folder = name.parent().unwrap_or(Path::new("."));
                let aside = folder.join(format!(".dl-{}.part", disk::random_name()));
                std::fs::hard_link(self.path(), &aside)?;
                std::fs::rename(&aside, name).inspect_err(|_| {
                    let _ = std::fs::remove_file(&aside);
                })?;
                // Renaming one name of a file over another of the same does nothing at all.
                let _ = std::fs::remove_file(&aside);
                Ok(())
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => Err(e),
            Err(_) => std::fs::rename(self.path(), name),
            Ok(()) => Ok(()),
        }
    }

    /// Takes the file and its state away.
    pub fn discard(self) {
        if let Place::Kept { path, sidecar, noted, lock, .. } = &self.place {
            if *noted {
                let _ = std::fs::remove_file(sidecar);
            }
            if disk::names(path, lock.file()) {
                let _ = std::fs::remove_file(path);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partial_is_found_again_with_its_state() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let mut partial = Partial::try_take(&path).unwrap().unwrap();
        assert!(Partial::try_take(&path).unwrap().is_none());
        partial
            .note(State { url: "http://h/".to_owned(), strong: Some("\"a\"".to_owned()), ..State::default() })
            .unwrap();
        partial.file().write_all(b"abc").unwrap();
        drop(partial);
        let partial = Partial::try_take(&path).unwrap().unwrap();
        assert_eq!(partial.prefix(), 3);
        assert_eq!(partial.state().strong.as_deref(), Some("\"a\""));
        partial.discard();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn bytes_without_a_state_are_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, b"who knows").unwrap();
        assert_eq!(Partial::try_take(&path).unwrap().unwrap().prefix(), 0);
    }

    #[test]
    fn a_file_that_has_another_name_is_never_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let (path, blob) = (folder.path().join("key"), folder.path().join("blob"));
        let partial = Partial::try_take(&path).unwrap().unwrap();
        partial.file().write_all(b"abc").unwrap();
        partial.name_also(&blob, Access::PRIVATE, 0o444).unwrap();
        assert!(Partial::try_take(&path).unwrap().is_none(), "the lock stays");
        drop(partial); // as if the process died here
        let again = Partial::try_take(&path).unwrap().unwrap();
        assert_eq!(again.prefix(), 0);
        again.file().write_all(b"other").unwrap();
        again.name_also(&blob, Access::PRIVATE, 0o444).unwrap();
        again.discard();
        assert_eq!(std::fs::read(&blob).unwrap(), b"other");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_finished_file_has_its_name_and_mode() {
        let folder = tempfile::tempdir().unwrap();
        let partial = Partial::unnamed_in(folder.path()).unwrap();
        partial.file().write_all(b"abc").unwrap();
        partial.finish(&folder.path().join("out"), 0o444, disk::Replace::Refused).unwrap();
        assert_eq!(std::fs::read(folder.path().join("out")).unwrap(), b"abc");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
