//! A folder as a store: one file an entry, that appears whole or not at all. [`crate::kv::entry_file`] has the layout.
//!
//! Writes of one key stand under the lock of its folder (`entries/ab/.lock`), so that a condition and the write that
//! depends on it are one step; readers take no lock. Files have the mode that the umask leaves, or `?mode=0600`.

use crate::clock::Timestamp;
use crate::digest::Digest;
use crate::disk::{self, Lock, Replace, Temporary};
use crate::error::{Error, Result};
use crate::kv::address::Address;
use crate::kv::driver::{Abilities, Condition, Content, Driver, Entry, Listed, Record, Stat, Version, missing};
use crate::kv::entry_file::{self, BLOBS, ENTRIES, HEAD_BYTES, Head, blob_of_key};
use crate::kv::open::Options;
use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

const LOCK: &str = ".lock";
/// The version of a blob: its content never changes.
const BLOB: &[u8] = b"blob";

/// A store in a folder.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    may_create: bool,
    mode: u32,
    threshold: Option<u64>,
    patience: Duration,
}

/// A file that is there: its name says whose it is.
struct Seen {
    head: Head,
    key: Vec<u8>,
    path: PathBuf,
    metadata: Metadata,
}

impl Folder {
    /// The store of that address, which need not be there yet.
    ///
    /// # Errors
    /// Usage: no folder is named, or an option is wrong.
    pub fn new(address: &Address, options: &Options) -> Result<Self> {
        address.only(&["create", "mode", "threshold"])?;
        let folder = address.path().filter(|path| !path.as_os_str().is_empty());
        let folder = folder.ok_or_else(|| Error::usage("`file:` needs a folder, such as `file:/var/cache/app`"))?;
        let mode = match address.option("mode") {
            None => 0o666 & !disk::umask(),
            Some(text) => u32::from_str_radix(text, 8)
                .ok()
                .filter(|mode| *mode <= 0o777)
                .ok_or_else(|| Error::usage(format!("`mode={text}`: expected a file mode, such as 0600")))?,
        };
        Ok(Self {
            root: folder.to_owned(),
            may_create: address.may_create()?,
            mode,
            threshold: address.threshold(options)?,
            patience: options.lock_timeout,
        })
    }

    fn entry(&self, key: &[u8]) -> PathBuf {
        self.root.join(entry_file::path_of(key))
    }

    fn blob(&self, hex: &str) -> PathBuf {
        self.root.join(BLOBS).join(hex)
    }

    /// Makes the folder of a file, where the store may be made.
    fn make(&self, folder: &Path) -> Result<()> {
        if !self.may_create && !self.root.is_dir() {
            return Err(missing(&format!("the folder `{}`", self.root.display())));
        }
        disk::make_folder(folder)
    }

    /// The lock of a key's folder, made where it is to be.
    fn lock(&self, entry: &Path) -> Result<Lock> {
        let folder = entry.parent().unwrap_or(&self.root);
        self.make(folder)?;
        Lock::take(&folder.join(LOCK), self.patience)
    }

    fn publish(&self, path: &Path, parts: &[&[u8]]) -> Result<()> {
        let folder = path.parent().unwrap_or(&self.root);
        disk::remove_dead_temporaries(folder);
        let temporary = Temporary::new_in(folder)?;
        for part in parts {
            let written = temporary.file().write_all(part);
            written.map_err(|e| Error::disk(format!("cannot write `{}`", path.display()), &e))?;
        }
        temporary.publish(path, self.mode, Replace::Allowed)
    }

    /// The state of a key, without its content.
    fn state(&self, key: &[u8]) -> Result<State> {
        match read_head(&self.entry(key))? {
            AtPath::Missing => {}
            AtPath::Head(head, _) if head.is_over(Timestamp::now()) => return Ok(State::Absent),
            AtPath::Head(head, size) if head.file_size() == size => return Ok(State::There(stat_of(&head))),
            AtPath::Head(..) | AtPath::Unreadable => return Ok(State::Unreadable),
        }
        let blob = blob_of_key(key).and_then(|hex| std::fs::metadata(self.blob(hex)).ok()).filter(Metadata::is_file);
        Ok(blob.map_or(State::Absent, |metadata| {
            let version = Version(BLOB.to_vec());
            State::There(Stat { size: metadata.len(), wrapped: false, expires: None, version })
        }))
    }

    /// Tells of every file of an entry that can be read, expired or not.
    fn walk(&self, each: &mut dyn FnMut(Seen) -> Result<()>) -> Result<()> {
        for folder in names(&self.root.join(ENTRIES))? {
            for path in names(&folder)? {
                let hidden = path.file_name().is_some_and(|name| name.as_bytes().starts_with(b"."));
                if hidden {
                    continue;
                }
                let Ok(mut file) = File::open(&path) else { continue };
                let Ok(metadata) = file.metadata() else { continue };
                let mut start = vec![0; HEAD_BYTES];
                let Some(head) = file.read_exact(&mut start).ok().and_then(|()| Head::parse(&start)) else { continue };
                if head.file_size() != metadata.len() {
                    continue;
                }
                let mut key = vec![0; head.key_size];
                if file.read_exact(&mut key).is_ok() && self.entry(&key) == path {
                    each(Seen { head, key, path, metadata })?;
                }
            }
        }
        Ok(())
    }

    /// Removes what is over the threshold: what has expired, then what was written longest ago.
    fn prune(&self) -> Result<()> {
        let Some(threshold) = self.threshold else { return Ok(()) };
        let _lock = Lock::take(&self.root.join(ENTRIES).join(LOCK), self.patience)?;
        let now = Timestamp::now();
        let mut alive = Vec::new();
        let mut expired = Vec::new();
        self.walk(&mut |seen| {
            let place = if seen.head.is_over(now) { &mut expired } else { &mut alive };
            place.push((disk::Signature::from(&seen.metadata).mtime, seen.path, seen.head.revision));
            Ok(())
        })?;
        for path in names(&self.root.join(BLOBS))? {
            if let Ok(metadata) = std::fs::metadata(&path) {
                alive.push((disk::Signature::from(&metadata).mtime, path, [0; 16]));
            }
        }
        let threshold = usize::try_from(threshold).unwrap_or(usize::MAX);
        if alive.len() + expired.len() <= threshold {
            return Ok(());
        }
        alive.sort();
        let beyond = alive.len().saturating_sub(threshold);
        for (_, path, revision) in expired.into_iter().chain(alive.into_iter().take(beyond)) {
            let _lock = Lock::take(&path.with_file_name(LOCK), self.patience)?;
            // Not what was written again meanwhile.
            if matches!(read_head(&path)?, AtPath::Head(head, _) if head.revision != revision) {
                continue;
            }
            remove(&path)?;
        }
        Ok(())
    }
}

/// What a key has.
enum State {
    /// Nothing, or what has expired.
    Absent,
    /// Something that is not ours, or damaged.
    Unreadable,
    /// A value.
    There(Stat),
}

/// What is found at a path.
enum AtPath {
    Missing,
    Unreadable,
    /// The head of an entry, and the size of its file.
    Head(Head, u64),
}

fn read_head(path: &Path) -> Result<AtPath> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(e) if is_nothing(&e) => return Ok(AtPath::Missing),
        Err(e) => return Err(Error::disk(format!("cannot read `{}`", path.display()), &e)),
    };
    let mut start = vec![0; HEAD_BYTES];
    let head = file.read_exact(&mut start).ok().and_then(|()| Head::parse(&start));
    Ok(match (head, file.metadata()) {
        (Some(head), Ok(metadata)) => AtPath::Head(head, metadata.len()),
        _ => AtPath::Unreadable,
    })
}

fn stat_of(head: &Head) -> Stat {
    let version = Version(head.revision.to_vec());
    Stat { size: head.value_size, wrapped: false, expires: head.expires, version }
}

fn is_nothing(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// The paths in a folder; one that is not there has none.
fn names(folder: &Path) -> Result<Vec<PathBuf>> {
    match std::fs::read_dir(folder) {
        Ok(entries) => Ok(entries.flatten().map(|entry| entry.path()).collect()),
        Err(e) if is_nothing(&e) => Ok(Vec::new()),
        Err(e) => Err(Error::disk(format!("cannot read the folder `{}`", folder.display()), &e)),
    }
}

fn remove(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(e) if !is_nothing(&e) => Err(Error::disk(format!("cannot remove `{}`", path.display()), &e)),
        _ => Ok(()),
    }
}

fn read_whole(path: &Path) -> Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if is_nothing(&e) => Ok(None),
        // A folder where a file should be.
        Err(e) if e.kind() == ErrorKind::IsADirectory => Ok(Some(Vec::new())),
        Err(e) => Err(Error::disk(format!("cannot read `{}`", path.display()), &e)),
    }
}

impl Driver for Folder {
    fn abilities(&self) -> Abilities {
        Abilities::PLAIN
    }

    fn ping(&self) -> Result<()> {
        match std::fs::metadata(&self.root) {
            Ok(metadata) if !metadata.is_dir() => {
                Err(Error::disk(format!("`{}` is no folder", self.root.display()), &ErrorKind::NotADirectory.into()))
            }
            Ok(_) => names(&self.root).map(|_| ()),
            Err(e) if e.kind() == ErrorKind::NotFound && self.may_create => Ok(()),
            Err(e) if e.kind() == ErrorKind::NotFound => Err(missing(&format!("the folder `{}`", self.root.display()))),
            Err(e) => Err(Error::disk(format!("cannot read the folder `{}`", self.root.display()), &e)),
        }
    }

    fn get(&self, key: &[u8]) -> Result<Option<Entry>> {
        if let Some(bytes) = read_whole(&self.entry(key))? {
            return Ok(match entry_file::open(bytes, key) {
                Ok((head, _)) if head.is_over(Timestamp::now()) => None,
                Ok((head, value)) => {
                    let version = Version(head.revision.to_vec());
                    Some(Entry { content: Content::Plain(value), expires: head.expires, version })
                }
                Err(why) => {
                    let version = Version::default();
                    Some(Entry { content: Content::Unreadable(why.to_owned()), expires: None, version })
                }
            });
        }
        let Some(hex) = blob_of_key(key) else { return Ok(None) };
        let Some(value) = read_whole(&self.blob(hex))? else { return Ok(None) };
        let damaged = Digest::sha256(&value).hex() != hex;
        let content =
            if damaged { Content::Unreadable("its digest is wrong".to_owned()) } else { Content::Plain(value) };
        let version = if damaged { Version::default() } else { Version(BLOB.to_vec()) };
        Ok(Some(Entry { content, expires: None, version }))
    }

    fn stat(&self, key: &[u8]) -> Result<Option<Stat>> {
        Ok(match self.state(key)? {
            State::There(stat) => Some(stat),
            State::Absent | State::Unreadable => None,
        })
    }

    fn put(&self, key: &[u8], record: Record<'_>, condition: Condition<'_>) -> Result<bool> {
        let path = self.entry(key);
        {
            let _lock = self.lock(&path)?;
            let may = match condition {
                Condition::Always => true,
                Condition::Absent => matches!(self.state(key)?, State::Absent),
                Condition::Is(version) => self.get(key)?.is_some_and(|held| held.version == *version),
            };
            if !may {
                return Ok(false);
            }
            let hex = blob_of_key(key);
            let as_blob = hex.filter(|hex| record.expires.is_none() && Digest::sha256(record.content).hex() == *hex);
            if let Some(hex) = as_blob {
                self.make(&self.root.join(BLOBS))?;
                self.publish(&self.blob(hex), &[record.content])?;
                remove(&path)?;
            } else {
                let mut revision = [0; 16];
                revision.copy_from_slice(disk::random_name().as_bytes());
                let head = Head::new(revision, record.expires, key, record.content);
                self.publish(&path, &[&head.to_bytes(), key, record.content])?;
                // What is there no more must not come to light when this one expires.
                hex.map_or(Ok(()), |hex| remove(&self.blob(hex)))?;
            }
        }
        self.prune()?;
        Ok(true)
    }

    fn delete(&self, key: &[u8]) -> Result<bool> {
        let path = self.entry(key);
        if !path.parent().is_some_and(Path::exists) && blob_of_key(key).is_none_or(|hex| !self.blob(hex).exists()) {
            return Ok(false);
        }
        let _lock = self.lock(&path)?;
        let was_there = matches!(self.state(key)?, State::There(_));
        remove(&path)?;
        blob_of_key(key).map_or(Ok(()), |hex| remove(&self.blob(hex)))?;
        Ok(was_there)
    }

    fn list(&self, prefix: &[u8], detail: bool, each: &mut dyn FnMut(Listed) -> Result<()>) -> Result<()> {
        let now = Timestamp::now();
        self.walk(&mut |Seen { head, key, .. }| {
            if head.is_over(now) || !key.starts_with(prefix) {
                return Ok(());
            }
            each(Listed { key, stat: detail.then(|| stat_of(&head)) })
        })?;
        for path in names(&self.root.join(BLOBS))? {
            let name = path.file_name().map(|name| name.as_bytes().to_vec()).unwrap_or_default();
            let key = [b"sha256/", name.as_slice()].concat();
            if blob_of_key(&key).is_some() && key.starts_with(prefix) {
                each(Listed { key, stat: None })?;
            }
        }
        Ok(())
    }

    fn clear(&self, prefix: &[u8]) -> Result<bool> {
        if !prefix.is_empty() {
            let mut keys = Vec::new();
            self.walk(&mut |seen| {
                keys.extend(Some(seen.key).filter(|key| key.starts_with(prefix)));
                Ok(())
            })?;
            self.list(prefix, false, &mut |listed| {
                keys.push(listed.key);
                Ok(())
            })?;
            keys.iter().try_for_each(|key| self.delete(key).map(|_| ()))?;
            return Ok(true);
        }
        // All, also what cannot be read; locks stay, since others may wait for them.
        for folder in names(&self.root.join(ENTRIES))? {
            let paths = names(&folder)?;
            if paths.is_empty() {
                continue;
            }
            let _lock = Lock::take(&folder.join(LOCK), self.patience)?;
            for path in paths.iter().filter(|path| !path.ends_with(LOCK) && !disk::is_temporary(path)) {
                remove(path)?;
            }
            disk::remove_dead_temporaries(&folder);
        }
        for path in names(&self.root.join(BLOBS))? {
            if !disk::is_temporary(&path) {
                remove(&path)?;
            }
        }
        Ok(true)
    }

    fn read_blob(&self, sha256: &str) -> Result<Option<Box<dyn Read + Send>>> {
        match File::open(self.blob(sha256)) {
            Ok(file) => Ok(Some(Box::new(file))),
            Err(e) if is_nothing(&e) => Ok(None),
            Err(e) => Err(Error::disk(format!("cannot read `{}`", self.blob(sha256).display()), &e)),
        }
    }

    fn write_blob(&self, sha256: &str, _: u64, content: &mut dyn Read) -> Result<bool> {
        let (path, folder) = (self.blob(sha256), self.root.join(BLOBS));
        self.make(&folder)?;
        disk::remove_dead_temporaries(&folder);
        let temporary = Temporary::new_in(&folder)?;
        let mut file = temporary.file();
        if let Err(e) = std::io::copy(content, &mut file) {
            return Err(Error::disk(format!("cannot write `{}`", path.display()), &e));
        }
        temporary.publish(&path, self.mode, Replace::Allowed)?;
        remove(&self.entry(format!("sha256/{sha256}").as_bytes()))?;
        self.prune()?;
        Ok(true)
    }
}
