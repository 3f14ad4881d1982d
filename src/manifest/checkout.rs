//! The files that a manifest refers to, in a folder, under the names that they have in its value; the value itself stands beside
//! them as `value.json`. A manifest that it refers to becomes a folder of the same form.
//!
//! What will be written is planned first: names that would lead out, or that two files would have, are found before anything
//! is. Then all is written aside, each content hashed on the way, and moved in at once, or not at all.

use crate::archive::extract::{Folders, split};
use crate::archive::journal::Journal;
use crate::archive::members::{self, PATH_BYTES_MAX};
use crate::archive::place::Staging;
use crate::archive::{ENTRIES_MAX, Extract, IfExists};
use crate::digest::{Digest, hash_reader};
use crate::disk;
use crate::error::{Error, Kind, Result};
use crate::manifest::artifacts::{Artifacts, cannot_read};
use crate::manifest::walk::cycle;
use crate::manifest::{Manifest, Reference};
use rustix::fs::{Mode, OFlags};
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, Seek as _, Write as _};
use std::path::Path;
use std::rc::Rc;

/// The name of the file that holds the value.
pub const VALUE: &str = "value.json";
/// The longest name of a file, as file systems have it.
const NAME_BYTES_MAX: usize = 255;

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CheckedOut {
    /// How many files, those with values among them.
    pub files: u64,
    /// How many bytes.
    pub bytes: u64,
    /// How many existing files were kept.
    pub kept: u64,
}

/// What a file is made of.
enum Source {
    Content(Digest, bool),
    Value(Rc<Loaded>),
}

/// A manifest that is written.
struct Loaded {
    references: Vec<Reference>,
    value: String,
}

/// Writes the files of a manifest into `dir`, which is made if it is missing; into an existing one they are merged. New files are
/// 0666 or, where they may be executed, 0777, less the umask.
///
/// # Errors
/// `unsafe_name`, `damaged`, `cycle` (integrity): nothing was written. `not_found`: a content is not here. A disk error: `exists`,
/// `not_a_folder`, `is_a_folder` where something stands in the way; then `dir` is as it was.
pub fn checkout(artifacts: &Artifacts<'_>, top: &Digest, dir: &Path, if_exists: IfExists) -> Result<CheckedOut> {
    let (normal, cache) = (std::path::absolute(dir), artifacts.cache().folder());
    if normal.is_ok_and(|normal| normal.starts_with(cache)) {
        return Err(Error::usage(format!("the destination `{}` lies inside the cache", dir.display())));
    }
    let plan = plan(artifacts, top)?;
    let staging = Staging::new(dir)?;
    let mut folders = Folders::new(staging.open_tree()?);
    let mut left = ENTRIES_MAX;
    let mut done = CheckedOut::default();
    for (path, source) in &plan {
        let mut count = || {
            left = left.checked_sub(1).ok_or_else(too_many)?;
            Ok(())
        };
        count()?;
        let (above, name) = split(path);
        let failed = |e: &io::Error| Error::disk(format!("cannot write `{path}`"), e);
        let folder = folders.open(above, Some(&mut count))?.map_err(|e| failed(&e))?;
        let is_executable = matches!(source, Source::Content(_, true));
        // The kernel takes the umask off.
        let mode = Mode::from_raw_mode(if is_executable { 0o777 } else { 0o666 });
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut file = match rustix::fs::openat(folder, name, flags, mode) {
            // Names that differ, but not on this file system.
            Err(rustix::io::Errno::EXIST) => return Err(unsafe_name(path, "another file has that name here")),
            other => File::from(other.map_err(|e| failed(&e.into()))?),
        };
        done.files += 1;
        done.bytes += match source {
            Source::Value(loaded) => {
                file.write_all(loaded.value.as_bytes()).map_err(|e| failed(&e))?;
                loaded.value.len() as u64
            }
            Source::Content(digest, _) => {
                write(artifacts, digest, &mut file).map_err(|e| e.context(format!("cannot write `{path}`")))?
            }
        };
    }
    let options = Extract { if_exists, ..Extract::default() };
    let nobody_asks = Journal::new(staging.list("files")?);
    done.kept = staging.place(&options, &nobody_asks, &mut |_, _| ())?.kept;
    Ok(done)
}

/// Fills a file with a content, sharing its blocks where that can be, and looks whether the bytes are right.
fn write(artifacts: &Artifacts<'_>, digest: &Digest, file: &mut File) -> Result<u64> {
    let content = artifacts.get(digest)?;
    let from = File::open(&content.path).map_err(|e| cannot_read(&content.path, &e))?;
    disk::clone_or_copy(&from, file).map_err(|e| Error::disk("cannot copy a blob", &e))?;
    file.rewind().map_err(|e| Error::disk("cannot read what was written", &e))?;
    let (size, digests) = hash_reader(file, []).map_err(|e| Error::disk("cannot read what was written", &e))?;
    if digests.sha256() == digest { Ok(size) } else { Err(crate::cache::content::damaged(digest, &content.path)) }
}

struct Frame {
    digest: Digest,
    prefix: String,
    loaded: Rc<Loaded>,
    next: usize,
}

/// Every file with what it is made of, by its path.
fn plan(artifacts: &Artifacts<'_>, top: &Digest) -> Result<BTreeMap<String, Source>> {
    let mut plan = BTreeMap::new();
    // Each manifest is read once, however often it is referred to; `None` is what is none.
    let mut known: HashMap<Digest, Option<Rc<Loaded>>> = HashMap::new();
    let loaded = Rc::new(Loaded::new(&artifacts.manifest(top)?.0));
    let mut frames = Vec::new();
    enter(&mut plan, &mut frames, top, String::new(), loaded)?;
    while let Some(frame) = frames.last_mut() {
        let Some(reference) = frame.loaded.references.get(frame.next).cloned() else {
            frames.pop();
            continue;
        };
        frame.next += 1;
        let path = safe(&frame.prefix, &reference)?;
        let manifest = if reference.is_file {
            None
        } else if let Some(known) = known.get(&reference.digest) {
            known.clone()
        } else {
            let loaded = load(artifacts, &reference.digest, &path)?.map(Rc::new);
            known.insert(reference.digest.clone(), loaded.clone());
            loaded
        };
        match manifest {
            Some(_) if frames.iter().any(|frame| frame.digest == reference.digest) => {
                return Err(cycle(&path, &reference.digest));
            }
            Some(loaded) => enter(&mut plan, &mut frames, &reference.digest, path + "/", loaded)?,
            None => add(&mut plan, path, Source::Content(reference.digest, reference.executable))?,
        }
    }
    for path in plan.keys() {
        let folders = path.match_indices('/').map(|(at, _)| &path[..at]);
        if let Some(folder) = folders.into_iter().find(|folder| plan.contains_key(*folder)) {
            return Err(unsafe_name(folder, "it is a file, and a folder for another"));
        }
    }
    Ok(plan)
}

fn enter(
    plan: &mut BTreeMap<String, Source>,
    frames: &mut Vec<Frame>,
    digest: &Digest,
    prefix: String,
    loaded: Rc<Loaded>,
) -> Result<()> {
    add(plan, format!("{prefix}{VALUE}"), Source::Value(Rc::clone(&loaded)))?;
    frames.push(Frame { digest: digest.clone(), prefix, loaded, next: 0 });
    Ok(())
}

fn add(plan: &mut BTreeMap<String, Source>, path: String, source: Source) -> Result<()> {
    if plan.len() as u64 >= ENTRIES_MAX {
        return Err(too_many());
    }
    if plan.contains_key(&path) {
        return Err(unsafe_name(&path, "two files would have this name"));
    }
    plan.insert(path, source);
    Ok(())
}

impl Loaded {
    fn new(manifest: &Manifest) -> Self {
        Self {
            references: manifest.references().unwrap_or_default(),
            value: crate::descriptor::canonical(&manifest.value.clone().into()),
        }
    }
}

/// The manifest that a reference leads to; `None` if it leads to another content.
fn load(artifacts: &Artifacts<'_>, digest: &Digest, path: &str) -> Result<Option<Loaded>> {
    let context = |e: Error| e.context(format!("cannot write `{path}`"));
    let content = artifacts.get(digest).map_err(context)?;
    if artifacts.as_manifest(&content)?.is_none() {
        return Ok(None);
    }
    let (manifest, _) = artifacts.manifest(digest).map_err(context)?;
    Ok(Some(Loaded::new(&manifest)))
}

/// The path of a reference below the folder; refused if it could lead out, or is no name of a file.
fn safe(prefix: &str, reference: &Reference) -> Result<String> {
    let path = format!("{prefix}{}", reference.path());
    if path.len() > PATH_BYTES_MAX || path.split('/').any(|name| name.len() > NAME_BYTES_MAX) {
        return Err(unsafe_name(&path, "it is too long"));
    }
    if path.contains('\\') || path.chars().any(char::is_control) {
        return Err(unsafe_name(&path, "it holds a backslash or a control character"));
    }
    match members::inside(&path) {
        Ok(inside) if inside == path => Ok(path),
        Ok(_) => Err(unsafe_name(&path, "a part of it is empty or `.`")),
        Err(e) => Err(unsafe_name(&path, e.message())),
    }
}

fn unsafe_name(path: &str, why: &str) -> Error {
    Error::new(Kind::Integrity, "unsafe_name", format!("`{path}` in the manifest cannot be the name of a file"))
        .cause(why)
}

fn too_many() -> Error {
    Error::new(Kind::Integrity, "manifest_too_big", format!("the manifest has more than {ENTRIES_MAX} files"))
}
