//! The files that a run makes: kept with its record, looked at, and restored.

use crate::cache::Cache;
use crate::cache::content::Interned;
use crate::digest::Digest;
use crate::disk::{self, Replace, Temporary};
use crate::error::{Error, Result};
use crate::run::sight::{Glance, Sight};
use crate::run::text;
use crate::run::verdict::Reason;
use serde::{Deserialize, Serialize};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// The bits of a mode that are kept: who may read, write and run it.
const MODE_BITS: u32 = 0o777;

/// Something that a run made, by its path as typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Output {
    #[serde(with = "text::path")]
    pub(crate) path: PathBuf,
    pub(crate) what: What,
}

/// What it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum What {
    /// A file: its bytes are a blob.
    File { mode: u32, sight: Sight },
    /// A folder; what is in it follows.
    Folder { mode: u32 },
    /// A symbolic link within a folder.
    Link(#[serde(with = "text::path")] PathBuf),
}

/// How an output stands.
enum Stands {
    /// As it was made.
    Yes,
    /// As it was made, though it looks otherwise.
    Learned(Sight),
    No(Reason),
}

fn failed(doing: &str, path: &Path, e: &io::Error) -> Error {
    Error::disk(format!("cannot {doing} the output `{}`", path.display()), e)
}

/// Takes in what a run made. `None`: it is not there.
///
/// # Errors
/// It cannot be read, or is neither file nor folder.
pub(crate) fn capture(
    cache: &Cache,
    folder: &Path,
    typed: &Path,
    outputs: &mut Vec<Output>,
    contents: &mut Vec<Interned>,
) -> Result<Option<()>> {
    match std::fs::metadata(folder.join(typed)) {
        Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(e) => Err(failed("read", typed, &e)),
        Ok(metadata) if metadata.is_dir() => below(cache, folder, typed, outputs, contents).map(Some),
        Ok(_) => file(cache, folder, typed, outputs, contents).map(Some),
    }
}

fn file(
    cache: &Cache,
    folder: &Path,
    typed: &Path,
    outputs: &mut Vec<Output>,
    contents: &mut Vec<Interned>,
) -> Result<()> {
    let at = folder.join(typed);
    let before = Glance::of(&at).map_err(|e| failed("read", typed, &e))?;
    let mode = std::fs::metadata(&at).map_err(|e| failed("read", typed, &e))?.permissions().mode() & MODE_BITS;
    let content = cache.intern_copy(&at)?;
    outputs.push(Output {
        path: typed.to_owned(),
        what: What::File { mode, sight: Sight::known(before, content.content.digest.clone()) },
    });
    contents.push(content);
    Ok(())
}

fn below(
    cache: &Cache,
    folder: &Path,
    typed: &Path,
    outputs: &mut Vec<Output>,
    contents: &mut Vec<Interned>,
) -> Result<()> {
    let at = folder.join(typed);
    let mode = std::fs::metadata(&at).map_err(|e| failed("read", typed, &e))?.permissions().mode() & MODE_BITS;
    outputs.push(Output { path: typed.to_owned(), what: What::Folder { mode } });
    for entry in std::fs::read_dir(&at).map_err(|e| failed("read", typed, &e))? {
        let entry = entry.map_err(|e| failed("read", typed, &e))?;
        let path = typed.join(entry.file_name());
        let kind = entry.file_type().map_err(|e| failed("read", &path, &e))?;
        if kind.is_dir() {
            below(cache, folder, &path, outputs, contents)?;
        } else if kind.is_symlink() {
            let target = std::fs::read_link(folder.join(&path)).map_err(|e| failed("read", &path, &e))?;
            outputs.push(Output { path, what: What::Link(target) });
        } else {
            file(cache, folder, &path, outputs, contents)?;
        }
    }
    Ok(())
}

impl Output {
    /// The blob that holds its bytes.
    pub(crate) const fn digest(&self) -> Option<&Digest> {
        match &self.what {
            What::File { sight, .. } => Some(sight.digest()),
            _ => None,
        }
    }

    fn stands(&self, folder: &Path) -> Result<Stands> {
        let at = folder.join(&self.path);
        let metadata = match std::fs::symlink_metadata(&at) {
            Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(Stands::No(Reason::OutputMissing(self.path.clone())));
            }
            other => other.map_err(|e| failed("read", &self.path, &e))?,
        };
        let changed = || Ok(Stands::No(Reason::OutputChanged(self.path.clone())));
        match &self.what {
            What::Folder { .. } if std::fs::metadata(&at).is_ok_and(|m| m.is_dir()) => Ok(Stands::Yes),
            What::Link(target) if std::fs::read_link(&at).is_ok_and(|found| found == *target) => Ok(Stands::Yes),
            What::Folder { .. } | What::Link(_) => changed(),
            What::File { mode, sight } => {
                if metadata.is_dir() || (metadata.is_file() && metadata.permissions().mode() & MODE_BITS != *mode) {
                    return changed();
                }
                let glance = match Glance::of(&at) {
                    Err(e) if e.kind() == io::ErrorKind::NotFound => return changed(),
                    other => other.map_err(|e| failed("read", &self.path, &e))?,
                };
                if sight.is_still(glance) {
                    return Ok(Stands::Yes);
                }
                if !sight.may_be(glance) {
                    return changed();
                }
                let now = Sight::of(&at).map_err(|e| failed("read", &self.path, &e))?;
                if now.digest() == sight.digest() { Ok(Stands::Learned(now)) } else { changed() }
            }
        }
    }

    /// Makes it anew as it was. False: its bytes are gone from the cache.
    fn restore(&mut self, cache: &Cache, folder: &Path) -> Result<bool> {
        let at = folder.join(&self.path);
        let wrong = |e: &io::Error| failed("restore", &self.path, e);
        let parent = at.parent().unwrap_or(folder);
        disk::make_folder(parent)?;
        match &mut self.what {
            What::Folder { mode } => {
                if std::fs::symlink_metadata(&at).is_ok_and(|m| !m.is_dir()) {
                    std::fs::remove_file(&at).map_err(|e| wrong(&e))?;
                }
                disk::make_folder(&at)?;
                std::fs::set_permissions(&at, std::fs::Permissions::from_mode(*mode)).map_err(|e| wrong(&e))?;
            }
            What::Link(target) => {
                match std::fs::remove_file(&at) {
                    Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(wrong(&e)),
                    _ => {}
                }
                std::os::unix::fs::symlink(target, &at).map_err(|e| wrong(&e))?;
            }
            What::File { mode, sight } => {
                let Some(blob) = cache.open_blob(sight.digest())? else { return Ok(false) };
                disk::remove_dead_temporaries(parent);
                let temporary = Temporary::new_in(parent)?;
                disk::clone_or_copy(&blob, temporary.file()).map_err(|e| wrong(&e))?;
                temporary.publish(&at, *mode, Replace::Allowed)?;
                let glance = Glance::of(&at).map_err(|e| wrong(&e))?;
                *sight = Sight::known(glance, sight.digest().clone());
            }
        }
        Ok(true)
    }
}

/// How all outputs stand: the first that does not, and what was learned of the others.
pub(crate) fn look(outputs: &mut [Output], folder: &Path, learned: &mut bool) -> Result<Option<Reason>> {
    for output in outputs {
        match output.stands(folder)? {
            Stands::Yes => {}
            Stands::Learned(sight) => {
                if let What::File { sight: old, .. } = &mut output.what {
                    *old = sight;
                }
                *learned = true;
            }
            Stands::No(reason) => return Ok(Some(reason)),
        }
    }
    Ok(None)
}

/// Restores what is missing or changed. An answer names what cannot be restored.
///
/// # Errors
/// A disk error.
pub(crate) fn restore(cache: &Cache, outputs: &mut [Output], folder: &Path) -> Result<Option<Reason>> {
    for output in outputs {
        if let Stands::No(reason) = output.stands(folder)?
            && !output.restore(cache, folder)?
        {
            return Ok(Some(reason));
        }
    }
    Ok(None)
}
