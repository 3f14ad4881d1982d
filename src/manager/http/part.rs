//! Parts of contents: cut out of what is stored, or put together.

use crate::cache::freshness::range::Joined;
use crate::digest::{Digests, hash_reader};
use crate::error::{Error, Kind, Result};
use crate::partial::Partial;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

/// Cuts bytes out of a file into an unfinished one.
pub(super) fn cut(partial: Partial, from: &Path, offset: u64, length: u64) -> Result<(Partial, Digests)> {
    append(&partial, from, offset, length)?;
    digested(partial)
}

/// Puts two contents together: `stored` was there, `new` came.
pub(super) fn join(partial: Partial, joined: &Joined, stored: &Path, new: &Path) -> Result<(Partial, Digests)> {
    let (one, other) = if joined.new_first { (new, stored) } else { (stored, new) };
    append(&partial, one, 0, joined.taken_of_first)?;
    append(&partial, other, joined.skipped_of_other, u64::MAX)?;
    digested(partial)
}

/// Adds bytes of a file: so many, or what there is where no end is told.
fn append(partial: &Partial, from: &Path, offset: u64, length: u64) -> Result<()> {
    let failed = |e: &std::io::Error| Error::disk(format!("cannot read `{}`", from.display()), e);
    let mut source = File::open(from).map_err(|e| failed(&e))?;
    source.seek(SeekFrom::Start(offset)).map_err(|e| failed(&e))?;
    let mut file = partial.file();
    let copied = std::io::copy(&mut source.take(length), &mut file).map_err(|e| partial.failed(&e))?;
    if copied < length && length != u64::MAX {
        let why = format!("`{}` is shorter than its record says", from.display());
        return Err(Error::new(Kind::Integrity, "changed", why));
    }
    file.flush().map_err(|e| partial.failed(&e))
}

fn digested(partial: Partial) -> Result<(Partial, Digests)> {
    let mut file = partial.file();
    file.rewind().map_err(|e| partial.failed(&e))?;
    let (_, digests) = hash_reader(&mut file, []).map_err(|e| partial.failed(&e))?;
    Ok((partial, digests))
}
