//! The names that users are given: a hard link of the blob, else a reflink or copy with a record of its own.
//!
//! Links fail where an inode has its fill of them (65,000 on ext4), where the blob is another user's, and on file systems
//! without them.

use crate::cache::folder::Folder;
use crate::cache::registry::connection::{Failure, Outcome};
use crate::disk::{self, Signature, Temporary, random_name};
use crate::error::{Error, Result};
use std::io::{self, ErrorKind};
use std::path::Path;

/// What a name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Placed {
    /// The blob itself.
    Link,
    /// A copy, which looks so.
    Copy(Signature),
}

/// Whether the error says that there can be no link here, rather than that nothing can be written.
fn forbids_links(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::TooManyLinks
            | ErrorKind::PermissionDenied
            | ErrorKind::CrossesDevices
            | ErrorKind::Unsupported
            | ErrorKind::InvalidInput
    )
}

/// Makes `path` a name of the blob, in place of what is there. Its folder is made. `copy` is used where a link cannot be made; without
/// one that is `NeedsCopy`, because copies are not made within a transaction.
pub(crate) fn place(folder: &Folder, blob: &Path, path: &Path, copy: Option<Temporary>) -> Outcome<Placed> {
    let failed = |e: &io::Error| Error::disk(format!("cannot write `{}`", path.display()), e);
    let parent = path.parent().unwrap_or(folder.path());
    folder.make(parent).map_err(|e| failed(&e))?;
    match (folder.linker)(blob, path) {
        Ok(()) => return Ok(Placed::Link),
        Err(e) if e.kind() == ErrorKind::AlreadyExists => match relink(folder, blob, path) {
            Ok(()) => return Ok(Placed::Link),
            Err(e) if forbids_links(&e) => {}
            Err(e) => return Err(failed(&e).into()),
        },
        Err(e) if forbids_links(&e) => {}
        Err(e) => return Err(failed(&e).into()),
    }
    let copy = copy.ok_or(Failure::NeedsCopy)?;
    copy.publish(path, folder.blob_mode(), disk::Replace::Allowed)?;
    Ok(Placed::Copy(Signature::of(path).map_err(|e| failed(&e))?))
}

fn relink(folder: &Folder, blob: &Path, path: &Path) -> io::Result<()> {
    if Signature::of(blob)?.inode == Signature::of(path)?.inode {
        return Ok(());
    }
    let aside = path.with_file_name(format!(".dl-{}.part", random_name()));
    (folder.linker)(blob, &aside)?;
    let renamed = std::fs::rename(&aside, path);
    // Where both were names of one file, the rename did nothing.
    let _ = std::fs::remove_file(&aside);
    renamed
}

/// Prepares a copy of the blob, sharing its blocks where the file system can.
///
/// # Errors
/// A disk error.
pub(crate) fn copy(folder: &Folder, blob: &Path) -> Result<Temporary> {
    let failed = |e: &io::Error| Error::disk(format!("cannot copy `{}`", blob.display()), e);
    folder.make(&folder.items()).map_err(|e| failed(&e))?;
    let temporary = Temporary::new_in(&folder.items())?;
    let from = std::fs::File::open(blob).map_err(|e| failed(&e))?;
    disk::clone_or_copy(&from, temporary.file()).map_err(|e| failed(&e))?;
    folder.access().apply(temporary.file(), folder.blob_mode()).map_err(|e| failed(&e))?;
    Ok(temporary)
}
