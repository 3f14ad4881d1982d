//! Blobs: content under its own digest, written aside, hashed, and given its name at the end.

pub(crate) mod link;

use crate::cache::folder::Folder;
use crate::cache::item::Record;
use crate::digest::{Digest, hash_reader};
use crate::disk::Signature;
use crate::error::{Error, Result};
use crate::partial::Partial;
use std::fs::OpenOptions;
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// What was found where a blob should be.
#[derive(Debug)]
pub(crate) enum Found {
    /// It is the one that was hashed, and no power loss can have touched it.
    Standing(Record),
    /// It was hashed again, and is right.
    Right(Record),
    /// Its bytes are wrong; the inode tells which file was read.
    Wrong(u64),
    /// There is none.
    Missing,
}

/// SHA-256 of a file and what it looked like, if it is a regular file that nobody changed meanwhile.
pub(crate) fn hash(path: &Path) -> io::Result<(Digest, Signature)> {
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let mut file = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)?;
    let before = file.metadata()?;
    if !before.is_file() {
        return Err(io::Error::new(ErrorKind::InvalidData, "not a regular file"));
    }
    let (_, digests) = hash_reader(&mut file, [])?;
    let (before, after) = (Signature::from(&before), Signature::from(&file.metadata()?));
    if (before.size, before.mtime) != (after.size, after.mtime) {
        return Err(io::Error::new(ErrorKind::InvalidData, "it changed while it was read"));
    }
    Ok((digests.sha256().clone(), after))
}

/// Looks whether a file has the bytes of that digest: by its record where that can be believed, else by hashing.
///
/// # Errors
/// A disk error if it cannot be read.
pub(crate) fn check(path: &Path, digest: &Digest, known: Option<&Record>, boot: Option<&str>) -> Result<Found> {
    let signature = match Signature::of(path) {
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(Found::Missing),
        other => other.map_err(|e| cannot_read(path, &e))?,
    };
    let known = known.filter(|record| record.is_of(&signature));
    if let Some(record) = known
        && is_durable(record, boot)
    {
        return Ok(Found::Standing(record.clone()));
    }
    match hash(path) {
        Ok((found, signature)) if found == *digest => {
            // What an earlier boot wrote and this one reads has survived. Anything else may still be in memory only.
            let boot = if known.is_some() { None } else { boot.map(str::to_owned) };
            Ok(Found::Right(Record::new(&signature, boot)))
        }
        Ok((_, signature)) => Ok(Found::Wrong(signature.inode)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(Found::Missing),
        Err(e) if e.kind() == ErrorKind::PermissionDenied => Err(cannot_read(path, &e)),
        // A folder, a link, a bad sector: nothing that can be given out.
        Err(_) => Ok(Found::Wrong(signature.inode)),
    }
}

/// Whether no power loss can have touched what was recorded.
pub(crate) fn is_durable(record: &Record, boot: Option<&str>) -> bool {
    record.boot.is_none() || record.boot.as_deref() == boot
}

fn cannot_read(path: &Path, source: &io::Error) -> Error {
    Error::disk(format!("cannot read `{}`", path.display()), source)
}

/// Gives verified bytes their place among the blobs, replacing what is there: that did not stand.
///
/// # Errors
/// A disk error.
pub(crate) fn put(folder: &Folder, partial: &Partial, digest: &Digest, boot: Option<&str>) -> Result<()> {
    let path = folder.blob(digest);
    let failed = |e: &io::Error| Error::disk(format!("cannot write `{}`", path.display()), e);
    if boot.is_none() {
        // No boot to tell whether the bytes were lost in a power loss: they must be durable before their row.
        partial.file().sync_all().map_err(|e| failed(&e))?;
    }
    match partial.name_also(&path, folder.access(), folder.blob_mode()) {
        Err(e) if e.kind() == ErrorKind::NotFound => {
            let parent = path.parent().unwrap_or(folder.path());
            folder.make(parent).map_err(|e| failed(&e))?;
            partial.name_also(&path, folder.access(), folder.blob_mode())
        }
        other => other,
    }
    .map_err(|e| failed(&e))
}
