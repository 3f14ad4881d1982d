//! A content, with all it refers to, to and from a shared store.
//!
//! What is referred to is sent before what refers to it, so that whoever finds a manifest there finds the rest. What is taken is
//! kept in one transaction, once all of it is here; what arrived before something failed need not come again.

use crate::cache::Cache;
use crate::cache::content::{Content, damaged, not_here, spelled};
use crate::digest::Digest;
use crate::error::{Error, Kind, Result};
use crate::manifest::Reference;
use crate::manifest::artifacts::Artifacts;
use crate::manifest::walk::{Behind, Look, Node, bottom_up, load};
use crate::shared::{Moved, Shared};
use std::collections::{HashMap, HashSet};

/// How often is fetched what a `clean` elsewhere takes away before it is kept.
const ATTEMPTS: u32 = 10;

/// What a hash is to name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Any content.
    Any,
    /// A manifest.
    Manifest,
}

impl Artifacts<'_> {
    /// Sends a content, and all it refers to, unless it is there. Each is hashed on the way out.
    ///
    /// # Errors
    /// `not_found`: it, or what it refers to, is neither here nor there; `not_a_manifest`; `private` (usage): only a credential got
    /// it; `damaged`, `digest_mismatch` (integrity). Those of the store.
    pub fn push(&self, shared: &Shared, top: &Digest, wanted: Wanted) -> Result<Moved> {
        let content = self.get(top)?;
        let mut sizes = HashMap::from([(top.clone(), content.size)]);
        let order = bottom_up(top, self.below(&content, wanted)?, &mut |reference| {
            let node = load(self, reference, Look::Judge)?;
            match node.behind {
                Behind::Damaged => return Err(not_whole(self.cache(), &reference.digest)),
                Behind::Missing => {}
                Behind::Manifest(_) | Behind::Blob => drop(sizes.insert(reference.digest.clone(), node.size)),
            }
            Ok(node)
        })?;
        for digest in &order {
            if !sizes.contains_key(digest) && !shared.has_blob(digest, None)? {
                let missing = not_here(&spelled(digest));
                return Err(missing.cause(format!("`{}` leads to it, and it is not in the shared store", spelled(top))));
            }
            if !shared.takes_private() && self.cache().is_private_content(digest)? {
                return Err(private(digest));
            }
        }
        let mut moved = Moved::default();
        for digest in &order {
            moved += match sizes.get(digest) {
                Some(size) => shared.send_blob(self.cache(), digest, *size)?,
                None => Moved { present: 1, ..Moved::default() },
            };
        }
        Ok(moved)
    }

    /// Takes a content, and all it refers to, and keeps it until it is removed by hand. Each is hashed as it arrives, what is here
    /// does not come again, and what is damaged here comes anew.
    ///
    /// # Errors
    /// `not_found`: it, or what it refers to, is neither here nor there; `not_a_manifest`; `digest_mismatch` (integrity): the store
    /// gives something else. Those of the store; kind disk or cache. Then nothing is kept.
    pub fn pull(&self, shared: &Shared, top: &Digest, wanted: Wanted) -> Result<Moved> {
        let mut taking = Taking { artifacts: self, shared, moved: Moved::default(), counted: HashSet::new() };
        for _ in 0..ATTEMPTS {
            let content = taking.bring(top)?;
            let references = self.below(&content, wanted)?;
            let mut whole = HashMap::from([(top.clone(), digests(&references))]);
            bottom_up(top, references, &mut |reference| {
                let node = taking.node(reference)?;
                whole.entry(reference.digest.clone()).or_default().extend(digests(&node.references));
                Ok(node)
            })?;
            if self.cache().keep_whole(top, &whole)? {
                return Ok(taking.moved);
            }
        }
        Err(cleaned(top))
    }

    /// What a content refers to.
    fn below(&self, content: &Content, wanted: Wanted) -> Result<Vec<Reference>> {
        if wanted == Wanted::Manifest || self.as_manifest(content)?.is_some() {
            return Ok(self.manifest(&content.digest)?.0.references().unwrap_or_default());
        }
        Ok(Vec::new())
    }
}

/// Contents on their way in.
struct Taking<'a> {
    artifacts: &'a Artifacts<'a>,
    shared: &'a Shared,
    moved: Moved,
    counted: HashSet<Digest>,
}

impl Taking<'_> {
    /// A content, from there if it is not here.
    fn bring(&mut self, digest: &Digest) -> Result<Content> {
        let cache = self.artifacts.cache();
        let is_new = self.counted.insert(digest.clone());
        match cache.content(digest) {
            Ok(Some(content)) => {
                self.moved.present += u64::from(is_new);
                return Ok(content);
            }
            Err(error) if error.kind() != Kind::Integrity => return Err(error),
            Ok(None) | Err(_) => {}
        }
        let arrived = self.shared.bring(cache, digest)?.ok_or_else(|| {
            let (store, hash) = (self.shared.shown(), spelled(digest));
            Error::new(Kind::NotFound, "not_found", format!("the shared store `{store}` does not have `{hash}`"))
        })?;
        self.moved += Moved { sent: 1, present: 0, bytes: arrived.content.size };
        Ok(arrived.content)
    }

    /// What stands behind a reference, once it is here.
    fn node(&mut self, reference: &Reference) -> Result<Node> {
        for _ in 0..ATTEMPTS {
            let content = self.bring(&reference.digest)?;
            match self.look(reference, &content) {
                // Nothing protects it yet.
                Err(_) if !content.path.exists() => {}
                other => return other,
            }
        }
        Err(cleaned(&reference.digest))
    }

    fn look(&self, reference: &Reference, content: &Content) -> Result<Node> {
        if reference.is_file || self.artifacts.as_manifest(content)?.is_none() {
            return Ok(Node { behind: Behind::Blob, size: content.size, references: Vec::new() });
        }
        let (manifest, _) = self.artifacts.manifest(&content.digest)?;
        let references = manifest.references().unwrap_or_default();
        Ok(Node { behind: Behind::Manifest(manifest.class), size: content.size, references })
    }
}

fn digests(references: &[Reference]) -> Vec<Digest> {
    references.iter().map(|reference| reference.digest.clone()).collect()
}

fn not_whole(cache: &Cache, digest: &Digest) -> Error {
    damaged(digest, &cache.blob_path(digest).unwrap_or_default())
}

fn private(digest: &Digest) -> Error {
    Error::new(Kind::Usage, "private", format!("`{}` is not shared: it was fetched with a credential", spelled(digest)))
        .hint("set `[shared] private` and a secret; or `dl blob put` the file, if everyone who reads the store may have it")
}

fn cleaned(digest: &Digest) -> Error {
    Error::new(Kind::Cache, "cleaned", format!("`{}` was cleaned away while it came in", spelled(digest)))
        .hint("try again when no `dl cache clean` runs")
}
