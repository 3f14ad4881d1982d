//! Putting verified bytes where they are wanted: left alone where they are already, at once and whole otherwise.

use crate::cache::Cache;
use crate::clock::Timestamp;
use crate::digest::{Digest, hash_reader};
use crate::disk::{self, Replace, Signature, Temporary};
use crate::error::{Error, Kind, Result};
use crate::manager::task::{Delivery, IfExists};
use crate::partial::Partial;
use std::fs::File;
use std::io;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

/// What stands at a destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing.
    Nothing,
    /// A regular file, with its permission bits.
    File(u32),
    /// A symbolic link, which is replaced.
    Link,
    /// A device, FIFO or socket, which is written and never replaced.
    Stream,
}

/// Folders whose names are handles of processes and devices: nothing in them is ever replaced.
const HANDLE_FOLDERS: [&str; 2] = ["/dev", "/proc"];

/// Looks at a destination before anything is asked.
///
/// # Errors
/// Disk (`is_directory`) for a folder, usage for a place inside the cache.
pub(crate) fn look(path: &Path, cache_folder: Option<&Path>) -> Result<Found> {
    refuse_inside(path, path, cache_folder)?;
    if HANDLE_FOLDERS.iter().any(|f| path.starts_with(f)) && path.exists() {
        return Ok(Found::Stream);
    }
    let metadata = match std::fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(e) => return Err(Error::disk(format!("cannot write `{}`", path.display()), &e)),
    };
    let kind = metadata.file_type();
    if kind.is_dir() {
        let error = Error::new(Kind::Disk, "is_directory", format!("`{}` is a folder", path.display()));
        return Err(error.hint(format!("-P {} saves into it, under the name from the URL", path.display())));
    }
    Ok(if kind.is_symlink() {
        Found::Link
    } else if kind.is_char_device() || kind.is_block_device() || kind.is_fifo() || kind.is_socket() {
        Found::Stream
    } else {
        Found::File(metadata.permissions().mode() & 0o777)
    })
}

/// Looks at a folder that something is to be unpacked into.
///
/// # Errors
/// Disk (`not_a_folder`) for anything else, usage for a place inside the cache.
pub(crate) fn look_at_folder(folder: &Path, cache_folder: Option<&Path>) -> Result<()> {
    refuse_inside(folder, &folder.join("member"), cache_folder)?;
    match std::fs::metadata(folder) {
        Ok(metadata) if !metadata.is_dir() => {
            Err(Error::new(Kind::Disk, "not_a_folder", format!("`{}` is no folder", folder.display())))
        }
        _ => Ok(()),
    }
}

/// `path` is what would be written for the destination that the user named.
fn refuse_inside(named: &Path, path: &Path, cache_folder: Option<&Path>) -> Result<()> {
    if cache_folder.is_some_and(|folder| is_inside(path, folder)) {
        return Err(Error::usage(format!("the destination `{}` lies inside the cache", named.display())));
    }
    Ok(())
}

/// Whether a path lies below a folder, by what the names stand for now.
fn is_inside(path: &Path, folder: &Path) -> bool {
    let Ok(folder) = folder.canonicalize() else { return false };
    let mut ancestor = Some(path);
    while let Some(at) = ancestor {
        let at = if at.as_os_str().is_empty() { Path::new(".") } else { at };
        // The last name itself may be a link that is replaced: only its folder counts.
        if at != path
            && let Ok(real) = at.canonicalize()
        {
            return real.starts_with(&folder);
        }
        ancestor = at.parent();
    }
    false
}

/// The bytes that are wanted at a destination.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) size: u64,
    pub(crate) sha256: &'a Digest,
    /// `Last-Modified`, for `-R`.
    pub(crate) last_modified: Option<Timestamp>,
    /// Where they came from, redacted, for `--xattr`.
    pub(crate) origin: &'a str,
}

/// Where, and how it is written there.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) path: PathBuf,
    pub(crate) delivery: Delivery,
    /// Whether the name came from the server.
    pub(crate) named_by_server: bool,
}

impl Place {
    fn replace(&self) -> Replace {
        let refused = match self.delivery.if_exists {
            IfExists::Replace => self.named_by_server && !self.delivery.if_exists_said,
            IfExists::Keep | IfExists::Error => true,
        };
        if refused { Replace::Refused } else { Replace::Allowed }
    }

    pub(crate) fn folder(&self) -> &Path {
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }
}

/// Whether a regular file holds these bytes. It is read only if no delivery is recorded that still stands.
pub(crate) fn holds(cache: Option<&Cache>, path: &Path, size: u64, sha256: &Digest) -> Result<bool> {
    let Ok(found) = Signature::of(path) else { return Ok(false) };
    if found.size != size {
        return Ok(false);
    }
    if let Some(cache) = cache
        && let Some((signature, digest)) = cache.delivery(&absolute(path)).unwrap_or(None)
        && signature == found
    {
        return Ok(digest == *sha256);
    }
    let failed = |e: &io::Error| Error::disk(format!("cannot read `{}`", path.display()), e);
    let Ok(mut file) = File::open(path) else { return Ok(false) };
    let (_, digests) = hash_reader(&mut file, []).map_err(|e| failed(&e))?;
    let same = digests.sha256() == sha256;
    if same {
        record(cache, path, sha256);
    }
    Ok(same)
}

pub(crate) fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn record(cache: Option<&Cache>, path: &Path, sha256: &Digest) {
    // A record that cannot be made costs a later reading, nothing else.
    if let (Some(cache), Ok(signature)) = (cache, Signature::of(path)) {
        let _ = cache.record_delivery(&absolute(path), &signature, sha256);
    }
}

/// Delivers a file of the cache. Tells whether the destination was changed.
pub(crate) fn deliver(cache: Option<&Cache>, source: &Path, place: &Place, wanted: Wanted<'_>) -> Result<bool> {
    let found = look(&place.path, cache.map(Cache::folder))?;
    let failed = |e: &io::Error| Error::disk(format!("cannot write `{}`", place.path.display()), e);
    if let Some(done) = leave_alone(cache, found, place, wanted)? {
        return Ok(done);
    }
    let open = || File::open(source).map_err(|e| Error::disk(format!("cannot read `{}`", source.display()), &e));
    if found == Found::Stream {
        let mut stream = open_stream(&place.path).map_err(|e| failed(&e))?;
        io::copy(&mut open()?, &mut stream).map_err(|e| failed(&e))?;
        return Ok(true);
    }
    disk::make_folder(place.folder())?;
    disk::remove_dead_temporaries(place.folder());
    if place.delivery.link {
        link(source, place, found)?;
    } else {
        let temporary = Temporary::new_in(place.folder())?;
        disk::clone_or_copy(&open()?, temporary.file()).map_err(|e| failed(&e))?;
        let copied = temporary.file().metadata().map_err(|e| failed(&e))?.len();
        if copied != wanted.size {
            let error =
                Error::new(Kind::Integrity, "changed", format!("`{}` changed while it was copied", source.display()));
            return Err(error.cause(format!("expected {} bytes, found {copied}", wanted.size)));
        }
        temporary.publish(&place.path, mode(found), place.replace())?;
    }
    finish(cache, place, wanted);
    Ok(true)
}

/// Opens what is written and never replaced. A socket is spoken to: nothing can open it.
fn open_stream(path: &Path) -> io::Result<Box<dyn io::Write>> {
    Ok(if std::fs::metadata(path)?.file_type().is_socket() {
        Box::new(UnixStream::connect(path)?)
    } else {
        Box::new(File::options().write(true).open(path)?)
    })
}

/// Delivers an unfinished file that is finished now and is not in the cache. Tells whether the destination was changed.
pub(crate) fn deliver_partial(
    cache: Option<&Cache>,
    partial: Partial,
    place: &Place,
    wanted: Wanted<'_>,
) -> Result<bool> {
    let found = look(&place.path, cache.map(Cache::folder))?;
    if let Some(done) = leave_alone(cache, found, place, wanted)? {
        partial.discard();
        return Ok(done);
    }
    if found == Found::Stream {
        let failed = |e: &io::Error| Error::disk(format!("cannot write `{}`", place.path.display()), e);
        let mut stream = open_stream(&place.path).map_err(|e| failed(&e))?;
        let mut from = partial.file();
        io::Seek::rewind(&mut from).map_err(|e| failed(&e))?;
        io::copy(&mut from, &mut stream).map_err(|e| failed(&e))?;
        return Ok(true);
    }
    partial.finish(&place.path, mode(found), place.replace())?;
    finish(cache, place, wanted);
    Ok(true)
}

/// `Some(false)` where the destination holds the bytes already; an error where it may not be touched.
fn leave_alone(cache: Option<&Cache>, found: Found, place: &Place, wanted: Wanted<'_>) -> Result<Option<bool>> {
    match found {
        Found::Nothing | Found::Stream => return Ok(None),
        Found::File(_) if holds(cache, &place.path, wanted.size, wanted.sha256)? => {
            let time = if place.delivery.remote_time {
                wanted.last_modified
            } else {
                place.delivery.touch.then(Timestamp::now)
            };
            if let Some(time) = time {
                set_time(&place.path, time);
                record(cache, &place.path, wanted.sha256);
            }
            return Ok(Some(false));
        }
        Found::File(_) | Found::Link => {}
    }
    match place.replace() {
        Replace::Allowed => Ok(None),
        Replace::Refused => Err(disk::exists(&place.path)),
    }
}

/// The permission bits of what is written: those of the file it replaces, else what the umask leaves.
fn mode(found: Found) -> u32 {
    match found {
        Found::File(mode) => mode,
        _ => 0o666 & !disk::umask(),
    }
}

/// Shares the cache's bytes: reflink, else read-only hard link, else symbolic link.
fn link(source: &Path, place: &Place, found: Found) -> Result<()> {
    let failed = |e: &io::Error| Error::disk(format!("cannot link `{}`", place.path.display()), e);
    let temporary = Temporary::new_in(place.folder())?;
    let file = File::open(source).map_err(|e| failed(&e))?;
    if disk::clone_blocks(&file, temporary.file()) {
        return temporary.publish(&place.path, mode(found), place.replace());
    }
    drop(temporary);
    let aside = place.folder().join(format!(".dl-{}.part", disk::random_name()));
    let made = std::fs::hard_link(source, &aside).or_else(|_| std::os::unix::fs::symlink(absolute(source), &aside));
    made.map_err(|e| failed(&e))?;
    let renamed = match place.replace() {
        Replace::Allowed => std::fs::rename(&aside, &place.path),
        Replace::Refused => disk::rename_new(&aside, &place.path),
    };
    // Renaming one link of an inode over another does nothing and leaves both.
    let _ = std::fs::remove_file(&aside);
    renamed.map_err(|e| failed(&e))
}

/// Times, extended attributes and the record of a delivery. Time and attributes are niceties: where the file
/// system has none of them, the bytes are there all the same.
fn finish(cache: Option<&Cache>, place: &Place, wanted: Wanted<'_>) {
    if !place.delivery.link {
        if place.delivery.xattr {
            let _ = xattr::set(&place.path, "user.xdg.origin.url", wanted.origin.as_bytes());
            let _ = xattr::set(&place.path, "user.dl.sha256", wanted.sha256.hex().as_bytes());
        }
        if let Some(time) = wanted.last_modified.filter(|_| place.delivery.remote_time) {
            set_time(&place.path, time);
        }
    }
    record(cache, &place.path, wanted.sha256);
}

fn set_time(path: &Path, time: Timestamp) {
    let micros = u64::try_from(time.0).unwrap_or(0);
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_micros(micros);
    let _ = File::options().read(true).open(path).and_then(|f| f.set_modified(time));
}
