//! A manifest that is put together from fields, files, folders, items and references, and then stored at once.

use crate::archive::members;
use crate::cache::content::Interned;
use crate::cache::item::{Item, Status};
use crate::digest::Digest;
use crate::disk;
use crate::error::{Error, Kind, Result};
use crate::event::Listener;
use crate::manifest::artifacts::{Artifacts, Put};
use crate::manifest::{EXECUTABLE, IS_FILE, Manifest, checkout, reference};
use serde_json::{Map, Value};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// A manifest that is not stored yet. Nothing keeps what was put in for it until it is.
///
/// ```
/// # use dl::cache::{Cache, Options};
/// # use dl::manifest::{artifacts::Artifacts, draft::Draft};
/// # let folder = tempfile::tempdir().unwrap();
/// # let cache = Cache::open(&Options::new(folder.path().join("cache")), &dl::event::Silent)?;
/// let artifacts = Artifacts::new(&cache);
/// std::fs::create_dir_all(folder.path().join("data/raw")).unwrap();
/// std::fs::write(folder.path().join("data/raw/a.csv"), "1,2\n").unwrap();
/// let mut draft = Draft::new(&artifacts, "Dataset");
/// draft.set("rows", 1.into())?;
/// draft.folder(&folder.path().join("data"))?;
/// let put = draft.put()?;
/// let out = folder.path().join("out");
/// dl::manifest::checkout::checkout(&artifacts, &put.content.digest, &out, Default::default())?;
/// assert_eq!(std::fs::read(out.join("raw/a.csv")).unwrap(), b"1,2\n");
/// # Ok::<(), dl::error::Error>(())
/// ```
#[derive(Debug)]
pub struct Draft<'a> {
    artifacts: &'a Artifacts<'a>,
    manifest: Manifest,
    parts: Vec<Interned>,
}

impl<'a> Draft<'a> {
    /// An empty one of that class.
    #[must_use]
    pub fn new(artifacts: &'a Artifacts<'a>, class: impl Into<String>) -> Self {
        Self { artifacts, manifest: Manifest { class: class.into(), value: Map::new() }, parts: Vec::new() }
    }

    /// Sets a field.
    ///
    /// # Errors
    /// Usage: the name is set already.
    pub fn set(&mut self, name: impl Into<String>, value: Value) -> Result<()> {
        let name = name.into();
        if self.manifest.value.contains_key(&name) {
            return Err(Error::usage(format!("`{name}` is given twice")));
        }
        self.manifest.value.insert(name, value);
        Ok(())
    }

    /// Sets a reference under a name that is a file's at checkout.
    fn refer(&mut self, name: &str, value: Map<String, Value>) -> Result<()> {
        if name == checkout::VALUE {
            return Err(Error::usage(format!(
                "`{name}` cannot be the name of a file: `checkout` writes the value there"
            ))
            .hint("give the file another name"));
        }
        self.set(name, value.into())
    }

    /// Puts a file in.
    ///
    /// # Errors
    /// As [`Artifacts::put_file`]; usage: the name is set already.
    pub fn file(&mut self, name: &str, file: &Path) -> Result<()> {
        let interned = self.artifacts.cache().intern(file)?;
        let mut value = reference(&interned.content.digest);
        let metadata = std::fs::metadata(file);
        if metadata.is_ok_and(|metadata| metadata.permissions().mode() & 0o100 != 0) {
            value.insert(EXECUTABLE.to_owned(), true.into());
        }
        // What only looks like a manifest is given back as the file that it was.
        if self.artifacts.looks_like(&interned)?.is_some() {
            value.insert(IS_FILE.to_owned(), true.into());
        }
        self.refer(name, value)?;
        self.parts.push(interned);
        Ok(())
    }

    /// Puts every file below a folder in, under its path from there. Links to files are followed; empty folders are left out.
    ///
    /// # Errors
    /// Usage: no folder; what is neither file nor folder; a name that no checkout could make; a name that is set already.
    pub fn folder(&mut self, folder: &Path) -> Result<()> {
        self.below(folder, "")
    }

    fn below(&mut self, folder: &Path, prefix: &str) -> Result<()> {
        let failed = |e: &std::io::Error| {
            Error::usage(format!("cannot read the folder `{}`", folder.display()))
                .cause(Error::disk("", e).causes().join(""))
        };
        let entries = std::fs::read_dir(folder).and_then(Iterator::collect::<std::io::Result<Vec<_>>>);
        let mut entries = entries.map_err(|e| failed(&e))?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            if disk::is_temporary(&path) {
                continue;
            }
            let name = members::text("name", entry.file_name().as_encoded_bytes())
                .and_then(|name| members::inside(&format!("{prefix}{name}")))
                .map_err(|e| Error::usage(format!("`{}` cannot be put", path.display())).cause(e.message()))?;
            let kind = entry.file_type().map_err(|e| failed(&e))?;
            if kind.is_dir() {
                self.below(&path, &format!("{name}/"))?;
            } else if path.is_file() {
                self.file(&name, &path)?;
            } else {
                return Err(Error::usage(format!("`{}` is neither a file nor a folder", path.display()))
                    .hint("a link to a folder, a pipe or a device cannot be put"));
            }
        }
        Ok(())
    }

    /// Refers to a content.
    ///
    /// # Errors
    /// Usage: the name is set already.
    pub fn reference(&mut self, name: &str, digest: &Digest) -> Result<()> {
        self.refer(name, reference(digest))
    }

    /// Refers to a cached item, and tells where it came from: URI, digests, size.
    ///
    /// # Errors
    /// Not found: the item is not READY. Integrity: its file is damaged. Usage: the name is set already.
    pub fn item(&mut self, name: &str, item: &Item, listener: &dyn Listener) -> Result<()> {
        let (Status::Ready, Some(digest), Some(size)) = (item.status, &item.sha256, item.size) else {
            let message = format!("item {} is not READY: it is {}", item.id, item.status.name());
            return Err(Error::new(Kind::NotFound, "not_ready", message));
        };
        if !self.artifacts.cache().stands(item, listener)? {
            return Err(Error::new(Kind::Integrity, "damaged", format!("the file of item {} is damaged", item.id))
                .hint("a fetch of its URI makes it anew"));
        }
        let mut digests = Map::from_iter([(digest.algorithm().name().to_owned(), digest.hex().into())]);
        for other in item.download.iter().flat_map(|download| &download.checksums) {
            digests.insert(other.algorithm().name().to_owned(), other.hex().into());
        }
        let mut value = reference(digest);
        value.insert("uri".to_owned(), item.uri.clone().into());
        value.insert("filename".to_owned(), item.filename.clone().into());
        value.insert("size".to_owned(), size.into());
        value.insert("digests".to_owned(), digests.into());
        self.refer(name, value)
    }

    /// Stores it.
    ///
    /// # Errors
    /// As [`Artifacts::put_manifest`].
    pub fn put(self) -> Result<Put> {
        self.artifacts.put_manifest(&self.manifest, &self.parts)
    }
}
