//! A file that a user wrote becomes a blob: its own inode where that is safe, else a copy.
//!
//! An inode is taken only if this is its one name, it is ours, and nobody has it open for writing: otherwise what was hashed could
//! still change. It is made read-only first, so that nobody opens it for writing while it is looked at.

use crate::cache::blobs::{self, Found};
use crate::cache::folder::Folder;
use crate::cache::registry::{Registry, blob};
use crate::digest::{Digest, Hasher, hash_reader};
use crate::disk::{self, Access, Signature};
use crate::error::{Error, Kind, Result};
use crate::partial::Partial;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

/// How much of a stream is taken at once.
const RECEIVED_AT_ONCE_BYTES: usize = 256 << 10;

/// Bytes that have their place among the blobs.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    pub(crate) digest: Digest,
    pub(crate) size: u64,
    /// What the source looked like when it was read.
    pub(crate) source: Signature,
}

/// Whether the source may give its inode away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// It may, if that is safe.
    Take,
    /// It stays the user's.
    Copy,
}

/// Makes a blob of a file.
///
/// # Errors
/// Kind not found (`no_file`), if there is none; usage, if it is no regular file; disk.
pub(crate) fn take_in(registry: &Registry, path: &Path, way: Way) -> Result<Taken> {
    let folder = registry.folder();
    folder.check_writable()?;
    let file = open(path)?;
    let metadata = file.metadata().map_err(|e| cannot_read(path, &e))?;
    if way == Way::Take
        && let Some(taken) = take(registry, path, &file, &metadata)?
    {
        return Ok(taken);
    }
    copy(registry, path, &file)
}

fn cannot_read(path: &Path, source: &io::Error) -> Error {
    Error::disk(format!("cannot read `{}`", path.display()), source)
}

/// Opens what a path names; a symbolic link is followed, a folder or device refused.
fn open(path: &Path) -> Result<File> {
    let flags = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(|e| match e.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => {
            Error::new(Kind::NotFound, "no_file", format!("there is no file `{}`", path.display()))
        }
        _ => cannot_read(path, &e),
    })?;
    if !file.metadata().map_err(|e| cannot_read(path, &e))?.is_file() {
        return Err(Error::usage(format!("`{}` is no regular file", path.display())));
    }
    Ok(file)
}

/// Takes the file's inode, if that is safe.
fn take(registry: &Registry, path: &Path, file: &File, metadata: &std::fs::Metadata) -> Result<Option<Taken>> {
    let folder = registry.folder();
    let me = rustix::process::geteuid().as_raw();
    let is_ours = metadata.uid() == me && metadata.nlink() == 1 && disk::names(path, file);
    if !is_ours {
        return Ok(None);
    }
    let mode = metadata.mode() & 0o7777;
    let restore = || {
        let _ = file.set_permissions(std::fs::Permissions::from_mode(mode));
    };
    if folder.access().apply(file, folder.blob_mode()).is_err() || disk::may_have_writers(file) {
        restore();
        return Ok(None);
    }
    let Ok((digest, source)) = blobs::hash(path) else {
        restore();
        return Ok(None);
    };
    if registry.boot().is_none() {
        file.sync_all().map_err(|e| cannot_read(path, &e))?;
    }
    match link(registry, path, &digest, &source) {
        Ok(true) => Ok(Some(Taken { digest, size: source.size, source })),
        other => {
            restore();
            other.map(|_| None)
        }
    }
}

/// Gives the file the blob's name, unless a right blob has it; false where there can be no link.
fn link(registry: &Registry, path: &Path, digest: &Digest, source: &Signature) -> Result<bool> {
    let folder = registry.folder();
    let blob_path = folder.blob(digest);
    if is_there(registry, digest)? {
        return Ok(true);
    }
    folder.make(blob_path.parent().unwrap_or(folder.path())).map_err(|e| cannot_write(&blob_path, &e))?;
    match (folder.linker)(path, &blob_path) {
        Err(e) if e.kind() == ErrorKind::AlreadyExists => is_there(registry, digest),
        Err(_) => Ok(false),
        Ok(()) => Ok(Signature::of(&blob_path).is_ok_and(|s| s.inode == source.inode)),
    }
}

fn cannot_write(path: &Path, source: &io::Error) -> Error {
    Error::disk(format!("cannot write `{}`", path.display()), source)
}

/// Whether the blob is there, with its bytes. A wrong one is set aside.
fn is_there(registry: &Registry, digest: &Digest) -> Result<bool> {
    let path = registry.folder().blob(digest);
    let known = registry.read(|c| blob::record(c, digest))?;
    match blobs::check(&path, digest, known.as_ref(), registry.boot())? {
        Found::Standing(_) | Found::Right(_) => Ok(true),
        Found::Missing => Ok(false),
        Found::Wrong(inode) => {
            registry.folder().set_aside(&path, inode).map_err(|e| cannot_write(&path, &e))?;
            Ok(false)
        }
    }
}

/// A file of no name in the cache, for bytes on their way in.
pub(crate) fn spool(folder: &Folder) -> Result<Partial> {
    folder.check_writable()?;
    folder.make(&folder.partials()).map_err(|e| cannot_write(&folder.partials(), &e))?;
    let partial = Partial::unnamed_in(&folder.partials())?;
    let access = folder.access();
    access.apply(partial.file(), access.file_mode).map_err(|e| partial.failed(&e))?;
    Ok(partial)
}

fn copy(registry: &Registry, path: &Path, file: &File) -> Result<Taken> {
    let (partial, source) = spool_copy(registry.folder(), path, file)?;
    let (digest, size) = keep(registry, &partial, None)?;
    Ok(Taken { digest, size, source })
}

/// A copy of a file on its way in.
pub(crate) fn spool_file(folder: &Folder, path: &Path) -> Result<Partial> {
    let file = open(path)?;
    Ok(spool_copy(folder, path, &file)?.0)
}

fn spool_copy(folder: &Folder, path: &Path, file: &File) -> Result<(Partial, Signature)> {
    let before = Signature::from(&file.metadata().map_err(|e| cannot_read(path, &e))?);
    let partial = spool(folder)?;
    disk::clone_or_copy(file, partial.file()).map_err(|e| partial.failed(&e))?;
    let after = Signature::from(&file.metadata().map_err(|e| cannot_read(path, &e))?);
    if (before.size, before.mtime) != (after.size, after.mtime) {
        return Err(Error::new(Kind::Other, "changed", format!("`{}` changed while it was read", path.display()))
            .hint("close it where it is written, then try again"));
    }
    Ok((partial, after))
}

/// Makes a blob of a file of no name; its digest must be `expected`, if one is given.
///
/// # Errors
/// `digest_mismatch` (integrity); a disk error.
pub(crate) fn keep(registry: &Registry, partial: &Partial, expected: Option<&Digest>) -> Result<(Digest, u64)> {
    let mut file = partial.file();
    file.rewind().map_err(|e| partial.failed(&e))?;
    let (size, digests) = hash_reader(&mut file, []).map_err(|e| partial.failed(&e))?;
    let digest = digests.sha256().clone();
    if let Some(expected) = expected.filter(|expected| **expected != digest) {
        return Err(Error::new(Kind::Integrity, "digest_mismatch", "bytes are not those that their digest says")
            .cause(format!("expected sha256:{}, found sha256:{}", expected.hex(), digest.hex())));
    }
    if !is_there(registry, &digest)? {
        blobs::put(registry.folder(), partial, &digest, registry.boot())?;
    }
    Ok((digest, size))
}

/// Makes a blob of exactly so many bytes from a stream, or of all it gives, hashed as they are written. Gives the size too.
///
/// # Errors
/// `digest_mismatch`, `truncated` (integrity): it gave something else, or ended early; network (`store`): it failed; a disk error.
pub(crate) fn receive(
    registry: &Registry,
    reader: &mut dyn io::Read,
    expected: &Digest,
    size: Option<u64>,
) -> Result<(Partial, u64)> {
    let partial = spool(registry.folder())?;
    let mut hasher = Hasher::new([]);
    let mut buffer = vec![0; RECEIVED_AT_ONCE_BYTES];
    let (mut left, mut total) = (size.unwrap_or(u64::MAX), 0);
    while left > 0 {
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let count = match reader.read(&mut buffer[..wanted]) {
            Ok(0) if size.is_none() => break,
            Ok(0) => return Err(Error::new(Kind::Integrity, "truncated", format!("it ended {left} bytes early"))),
            Ok(count) => count,
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            Err(e) => return Err(Error::new(Kind::Network, "store", "it broke off").cause(e.to_string())),
        };
        hasher.update(&buffer[..count]);
        partial.file().write_all(&buffer[..count]).map_err(|e| partial.failed(&e))?;
        left -= count as u64;
        total += count as u64;
    }
    let digests = hasher.finish();
    if digests.sha256() != expected {
        return Err(Error::new(Kind::Integrity, "digest_mismatch", "bytes are not those that their digest says")
            .cause(format!("expected sha256:{}, found sha256:{}", expected.hex(), digests.sha256().hex())));
    }
    if !is_there(registry, expected)? {
        blobs::put(registry.folder(), &partial, expected, registry.boot())?;
    }
    Ok((partial, total))
}

/// A private copy of a file, which its user may write, ready to be given a name.
pub(crate) fn writable_copy(folder: &Folder, path: &Path) -> Result<disk::Temporary> {
    let file = open(path)?;
    folder.make(&folder.items()).map_err(|e| cannot_write(&folder.items(), &e))?;
    let temporary = disk::Temporary::new_in(&folder.items())?;
    disk::clone_or_copy(&file, temporary.file()).map_err(|e| cannot_read(path, &e))?;
    let access: Access = folder.access();
    access.apply(temporary.file(), access.file_mode).map_err(|e| cannot_write(path, &e))?;
    Ok(temporary)
}

/// Copies what comes from a stream into a file of no name.
pub(crate) fn spool_from(folder: &Folder, reader: &mut dyn io::Read) -> Result<Partial> {
    let partial = spool(folder)?;
    let mut writer = partial.file();
    io::copy(&mut reader.take(u64::MAX), &mut writer).map_err(|e| partial.failed(&e))?;
    Ok(partial)
}
