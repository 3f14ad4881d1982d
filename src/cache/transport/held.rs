//! Contents on their way in or out, under a second name each: a `clean` elsewhere may take the first one.

use crate::cache::intake;
use crate::cache::registry::Registry;
use crate::digest::Digest;
use crate::disk::TemporaryFolder;
use crate::error::{Error, Kind, Result};
use crate::partial::Partial;
use std::io::{self, ErrorKind};
use std::path::PathBuf;

/// How often a content is taken in that others clean away.
const ATTEMPTS: usize = 10;

/// A folder of second names, gone when this is. Where there are no links nothing is held, and only a `clean` at the same time is felt.
pub(crate) struct Held<'a> {
    registry: &'a Registry,
    folder: TemporaryFolder,
}

impl<'a> Held<'a> {
    /// Nothing yet.
    ///
    /// # Errors
    /// A disk error.
    pub(crate) fn new(registry: &'a Registry) -> Result<Self> {
        let partials = registry.folder().partials();
        registry
            .folder()
            .make(&partials)
            .map_err(|e| Error::disk(format!("cannot make the folder `{}`", partials.display()), &e))?;
        Ok(Self { registry, folder: TemporaryFolder::new_in(&partials)? })
    }

    pub(crate) fn registry(&self) -> &'a Registry {
        self.registry
    }

    /// The second name of a content.
    pub(crate) fn path(&self, digest: &Digest) -> PathBuf {
        self.folder.path().join(digest.hex())
    }

    /// Holds a blob; false if there is none.
    pub(crate) fn hold(&self, digest: &Digest) -> bool {
        let held = (self.registry.folder().linker)(&self.registry.folder().blob(digest), &self.path(digest));
        held.err().is_none_or(|e| e.kind() != ErrorKind::NotFound)
    }

    /// Makes a blob of what was spooled, and holds it; gives its size.
    ///
    /// # Errors
    /// `digest_mismatch` (integrity); a disk error.
    pub(crate) fn take(&self, partial: &Partial, digest: &Digest) -> Result<u64> {
        for _ in 0..ATTEMPTS {
            let (_, size) = intake::keep(self.registry, partial, Some(digest))?;
            if self.hold(digest) {
                return Ok(size);
            }
        }
        Err(cleaned(digest))
    }

    /// Gives a blob its name again.
    ///
    /// # Errors
    /// Kind cache (`cleaned`), if it was not held; a disk error.
    pub(crate) fn give_back(&self, digest: &Digest) -> Result<()> {
        let (folder, blob) = (self.registry.folder(), self.registry.folder().blob(digest));
        let failed = |e: &io::Error| Error::disk(format!("cannot write `{}`", blob.display()), e);
        folder.make(blob.parent().unwrap_or(folder.path())).map_err(|e| failed(&e))?;
        match (folder.linker)(&self.path(digest), &blob) {
            Err(e) if e.kind() != ErrorKind::AlreadyExists => Err(cleaned(digest)),
            _ => Ok(()),
        }
    }
}

fn cleaned(digest: &Digest) -> Error {
    let hex = digest.hex();
    Error::new(Kind::Cache, "cleaned", format!("the content sha256:{hex} was cleaned away while it came in"))
        .hint("try again when no `dl cache clean` runs")
}
