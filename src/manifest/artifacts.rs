//! Manifests and blobs in a cache: put, found by a hash, read.

use crate::cache::Cache;
use crate::cache::content::{Content, Interned, damaged, not_here, spelled};
use crate::digest::{Digest, hash_reader};
use crate::disk::Signature;
use crate::error::{Error, Kind, Result};
use crate::manifest::schema::Schemas;
use crate::manifest::{BYTES_MAX, Manifest, Unfit};
use crate::shared::Shared;
use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::path::Path;

/// Up to this size a content is hashed in memory, and what was hashed is what is given out.
const SMALL_BYTES: u64 = 1 << 20;

/// How often bytes are put again that are cleaned away before they are kept.
const ATTEMPTS: u32 = 100;

/// The artifacts of a cache.
#[derive(Debug)]
pub struct Artifacts<'a> {
    cache: &'a Cache,
    schemas: Schemas,
    shared: Option<&'a Shared>,
}

/// Something that was put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Put {
    /// What is stored.
    pub content: Content,
    /// Whether it was stored before.
    pub existed: bool,
    /// What it refers to and is not here.
    pub missing: Vec<Digest>,
}

/// The bytes of a content that were found to be right.
#[derive(Debug)]
pub enum Bytes {
    /// All of them.
    Small(Vec<u8>),
    /// An open file at its start, and what it looked like when it was hashed: whoever reads it looks again at the end.
    Large(File, Signature),
}

impl<'a> Artifacts<'a> {
    /// Those of a cache. Nobody checks values.
    #[must_use]
    pub fn new(cache: &'a Cache) -> Self {
        Self { cache, schemas: Schemas::default(), shared: None }
    }

    /// The same, with schemas that values of their classes must fit when they are put.
    #[must_use]
    pub fn with_schemas(cache: &'a Cache, schemas: Schemas) -> Self {
        Self { cache, schemas, shared: None }
    }

    /// The same, and the shared store is asked for what is not here; what it has is kept here.
    #[must_use]
    pub fn asking(self, shared: Option<&'a Shared>) -> Self {
        Self { shared, ..self }
    }

    /// The cache.
    #[must_use]
    pub fn cache(&self) -> &'a Cache {
        self.cache
    }

    /// The classes that have a schema.
    pub fn known_classes(&self) -> impl Iterator<Item = &str> {
        self.schemas.classes()
    }

    /// Stores a file, and keeps it until it is removed by hand.
    ///
    /// # Errors
    /// Not found: no such file. Usage: no regular file. Kind disk or cache.
    pub fn put_file(&self, file: &Path) -> Result<Put> {
        self.keep(self.cache.intern(file)?)
    }

    /// Stores what a stream gives.
    ///
    /// # Errors
    /// Kind disk or cache.
    pub fn put_reader(&self, reader: &mut dyn std::io::Read) -> Result<Put> {
        self.keep(self.cache.intern_from(reader)?)
    }

    /// A blob that is a manifest keeps what it refers to, however it came in.
    fn keep(&self, interned: Interned) -> Result<Put> {
        let references = match self.looks_like(&interned)? {
            Some(manifest) => digests(&manifest),
            None => Vec::new(),
        };
        let kept = self.cache.keep(&interned, &[], &references)?;
        Ok(Put { content: interned.content, existed: kept.existed, missing: kept.missing })
    }

    /// The manifest that bytes are which nothing keeps yet: where they are cleaned away meanwhile, they are put again.
    pub(crate) fn looks_like(&self, interned: &Interned) -> Result<Option<Manifest>> {
        let mut attempts = ATTEMPTS;
        loop {
            match self.as_manifest(&interned.content) {
                Err(_) if attempts > 0 && !interned.content.path.exists() => {
                    self.cache.again(interned)?;
                    attempts -= 1;
                }
                other => return other,
            }
        }
    }

    /// The manifest that a content is, if it looks like a sound one. Its bytes are not hashed: [`Self::manifest`] does that.
    ///
    /// # Errors
    /// Kind disk: it cannot be read.
    pub fn as_manifest(&self, content: &Content) -> Result<Option<Manifest>> {
        if content.size > BYTES_MAX as u64 {
            return Ok(None);
        }
        let mut file = File::open(&content.path).map_err(|e| cannot_read(&content.path, &e))?;
        let mut first = [0];
        let begins = file.read(&mut first).map_err(|e| cannot_read(&content.path, &e))? == 1
            && (first[0] == b'{' || first[0].is_ascii_whitespace());
        if !begins {
            return Ok(None);
        }
        let bytes = std::fs::read(&content.path).map_err(|e| cannot_read(&content.path, &e))?;
        Ok(Manifest::read(&bytes).ok())
    }

    /// Stores a manifest, and keeps it with what it refers to until it is removed by hand. `parts` were put in for it.
    ///
    /// # Errors
    /// Usage: it breaks its schema, or cannot be stored. Kind disk or cache.
    pub fn put_manifest(&self, manifest: &Manifest, parts: &[Interned]) -> Result<Put> {
        let bytes = manifest.to_bytes()?;
        self.schemas.check(manifest)?;
        let interned = self.cache.intern_from(&mut bytes.as_slice())?;
        let others: Vec<Digest> = digests(manifest)
            .into_iter()
            .filter(|digest| !parts.iter().any(|part| part.content.digest == *digest))
            .collect();
        let kept = self.cache.keep(&interned, parts, &others)?;
        Ok(Put { content: interned.content, existed: kept.existed, missing: kept.missing })
    }

    /// The content of a hash. Here, and only here, it is decided what becomes of one that this cache does not have.
    ///
    /// # Errors
    /// `not_found`; `damaged`, `digest_mismatch` (integrity). Kind disk or cache.
    pub fn get(&self, digest: &Digest) -> Result<Content> {
        if let Some(content) = self.cache.content(digest)? {
            return Ok(content);
        }
        let arrived = match self.shared {
            Some(shared) => shared.bring_if_it_answers(self.cache, digest)?,
            None => None,
        };
        let arrived = arrived.ok_or_else(|| not_here(&spelled(digest)))?;
        let references = self.looks_like(&arrived)?.as_ref().map(digests).unwrap_or_default();
        self.cache.keep_arrived(&arrived, &references)?;
        Ok(arrived.content)
    }

    /// The bytes of a hash, hashed now.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn open(&self, digest: &Digest) -> Result<Bytes> {
        let content = self.get(digest)?;
        let failed = |e: &std::io::Error| cannot_read(&content.path, e);
        let mut file = File::open(&content.path).map_err(|e| failed(&e))?;
        if content.size <= SMALL_BYTES {
            let mut bytes = Vec::new();
            file.take(SMALL_BYTES + 1).read_to_end(&mut bytes).map_err(|e| failed(&e))?;
            return if Digest::sha256(&bytes) == *digest {
                Ok(Bytes::Small(bytes))
            } else {
                Err(self.found_damaged(digest, &content.path))
            };
        }
        let before = Signature::from(&file.metadata().map_err(|e| failed(&e))?);
        let (_, digests) = hash_reader(&mut file, []).map_err(|e| failed(&e))?;
        file.rewind().map_err(|e| failed(&e))?;
        let bytes = Bytes::Large(file, before);
        if digests.sha256() == digest && bytes.are_unchanged() {
            Ok(bytes)
        } else {
            Err(self.found_damaged(digest, &content.path))
        }
    }

    /// The error for bytes that turned out to be wrong. What was recorded of them is not believed any more, so that they can be put
    /// again.
    fn found_damaged(&self, digest: &Digest, path: &Path) -> Error {
        let _ = self.cache.verify_content(digest);
        damaged(digest, path)
    }

    /// The manifest of a hash, with its bytes as they are stored.
    ///
    /// # Errors
    /// `not_found`, `not_a_manifest` (both not found); `unsound_manifest`, `damaged` (integrity).
    pub fn manifest(&self, digest: &Digest) -> Result<(Manifest, Vec<u8>)> {
        let content = self.get(digest)?;
        let mut bytes = Vec::new();
        let file = File::open(&content.path).map_err(|e| cannot_read(&content.path, &e))?;
        // One more than is allowed tells that it is too long.
        file.take(BYTES_MAX as u64 + 1).read_to_end(&mut bytes).map_err(|e| cannot_read(&content.path, &e))?;
        if bytes.len() <= BYTES_MAX && Digest::sha256(&bytes) != *digest {
            return Err(self.found_damaged(digest, &content.path));
        }
        match Manifest::read(&bytes) {
            Ok(manifest) => Ok((manifest, bytes)),
            Err(Unfit::Other(why)) => {
                Err(Error::new(Kind::NotFound, "not_a_manifest", format!("`{}` is no manifest", spelled(digest)))
                    .cause(why)
                    .hint("dl blob cat prints it, whatever it is"))
            }
            Err(Unfit::Unsound(why)) => Err(Error::new(
                Kind::Integrity,
                "unsound_manifest",
                format!("`{}` is no manifest that can be relied upon", spelled(digest)),
            )
            .cause(why)),
        }
    }
}

impl Bytes {
    /// Whether a file still looks as it did when it was hashed.
    #[must_use]
    pub fn are_unchanged(&self) -> bool {
        match self {
            Self::Small(_) => true,
            Self::Large(file, before) => file.metadata().is_ok_and(|metadata| {
                let now = Signature::from(&metadata);
                (now.size, now.mtime) == (before.size, before.mtime)
            }),
        }
    }
}

/// What a sound manifest refers to, each once.
fn digests(manifest: &Manifest) -> Vec<Digest> {
    let mut all: Vec<Digest> = manifest.references().unwrap_or_default().into_iter().map(|r| r.digest).collect();
    all.sort();
    all.dedup();
    all
}

pub(crate) fn cannot_read(path: &Path, source: &std::io::Error) -> Error {
    Error::disk(format!("cannot read `{}`", path.display()), source)
}

/// The error for a class that is none of those known.
#[must_use]
pub fn unknown_class<'n>(class: &str, known: impl IntoIterator<Item = &'n str>) -> Error {
    let known: Vec<&str> = known.into_iter().collect();
    let names = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    Error::new(Kind::NotFound, "unknown_class", format!("the class `{class}` is none of those known: {names}"))
}
