//! All that a manifest refers to: each reference is told, each content followed once, a cycle named.

use crate::cache::verify::Damage;
use crate::digest::Digest;
use crate::error::{Error, Kind, Result};
use crate::manifest::Reference;
use crate::manifest::artifacts::Artifacts;
use std::collections::{HashMap, HashSet};

/// What stands behind a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Behind {
    /// A manifest of this class.
    Manifest(String),
    /// Any other content.
    Blob,
    /// Nothing that is here.
    Missing,
    /// Bytes that are not those that were hashed.
    Damaged,
}

impl Behind {
    /// Its name in JSON.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Manifest(_) => "manifest",
            Self::Blob => "blob",
            Self::Missing => "missing",
            Self::Damaged => "damaged",
        }
    }
}

/// One reference that was come by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// How many manifests stand above it.
    pub depth: usize,
    /// Where it stands in the manifest above: names joined by `/`.
    pub key: String,
    /// The names from the manifest where the walk began.
    pub path: String,
    /// What it refers to.
    pub digest: Digest,
    /// Its size in bytes, where it is here.
    pub size: u64,
    /// What stands there.
    pub behind: Behind,
    /// Whether it was told before: what it refers to is not told again.
    pub seen: bool,
}

/// What was loaded.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) behind: Behind,
    pub(crate) size: u64,
    pub(crate) references: Vec<Reference>,
}

/// How contents are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// As a hit is judged; manifests are hashed.
    Judge,
    /// Everything is hashed.
    Hash,
}

/// Tells of every reference below a manifest, in the order of the names, a manifest before what it refers to.
///
/// # Errors
/// Those of [`Artifacts::manifest`] for the manifest itself; `cycle` (integrity); those of `visit`.
pub fn walk(
    artifacts: &Artifacts<'_>,
    top: &Digest,
    look: Look,
    visit: &mut dyn FnMut(&Step) -> Result<()>,
) -> Result<()> {
    let (manifest, _) = artifacts.manifest(top)?;
    let references = manifest.references().unwrap_or_default();
    walk_with(top, references, &mut |reference| load(artifacts, reference, look), visit, &mut |_| ())
}

/// All that a content leads to, each once and behind what it refers to; itself last.
pub(crate) fn bottom_up(
    top: &Digest,
    references: Vec<Reference>,
    load: &mut dyn FnMut(&Reference) -> Result<Node>,
) -> Result<Vec<Digest>> {
    let (mut order, mut known) = (Vec::new(), HashSet::new());
    walk_with(top, references, load, &mut |_| Ok(()), &mut |digest| {
        if known.insert(digest.clone()) {
            order.push(digest.clone());
        }
    })?;
    Ok(order)
}

pub(crate) fn load(artifacts: &Artifacts<'_>, reference: &Reference, look: Look) -> Result<Node> {
    let digest = &reference.digest;
    let bare = |behind, size| Ok(Node { behind, size, references: Vec::new() });
    let found = artifacts.get(digest).and_then(|content| {
        let is_manifest = !reference.is_file && artifacts.as_manifest(&content)?.is_some();
        let manifest = if is_manifest { Some(artifacts.manifest(digest)?.0) } else { None };
        Ok((content.size, manifest))
    });
    let (size, manifest) = match found {
        Ok(found) => found,
        Err(e) if e.kind() == Kind::NotFound => return bare(Behind::Missing, 0),
        Err(e) if e.kind() == Kind::Integrity => return bare(Behind::Damaged, 0),
        Err(e) => return Err(e),
    };
    if let Some(manifest) = manifest {
        let references = manifest.references().unwrap_or_default();
        return Ok(Node { behind: Behind::Manifest(manifest.class), size, references });
    }
    if look == Look::Judge {
        return bare(Behind::Blob, size);
    }
    match artifacts.cache().verify_content(digest)? {
        None => bare(Behind::Blob, size),
        Some(Damage::Gone) => bare(Behind::Missing, 0),
        Some(_) => bare(Behind::Damaged, size),
    }
}

struct Frame {
    digest: Digest,
    path: String,
    references: std::vec::IntoIter<Reference>,
}

/// The walk itself; a chain of manifests may be long, so that nothing recurs. `leave` is told of a content when all it refers to
/// was.
pub(crate) fn walk_with(
    top: &Digest,
    references: Vec<Reference>,
    load: &mut dyn FnMut(&Reference) -> Result<Node>,
    visit: &mut dyn FnMut(&Step) -> Result<()>,
    leave: &mut dyn FnMut(&Digest),
) -> Result<()> {
    let mut seen: HashMap<(Digest, bool), (Behind, u64)> = HashMap::new();
    let mut above: HashSet<Digest> = HashSet::from([top.clone()]);
    let mut frames = vec![Frame { digest: top.clone(), path: String::new(), references: references.into_iter() }];
    while let Some(frame) = frames.last_mut() {
        let Some(reference) = frame.references.next() else {
            above.remove(&frame.digest);
            leave(&frame.digest);
            frames.pop();
            continue;
        };
        let key = reference.path();
        let path = if frame.path.is_empty() { key.clone() } else { format!("{}/{key}", frame.path) };
        if !reference.is_file && above.contains(&reference.digest) {
            return Err(cycle(&path, &reference.digest));
        }
        let known = seen.get(&(reference.digest.clone(), reference.is_file)).cloned();
        let was_seen = known.is_some();
        let node = match known {
            Some((behind, size)) => Node { behind, size, references: Vec::new() },
            None => load(&reference)?,
        };
        let (depth, digest) = (frames.len(), reference.digest);
        let step = Step { depth, key, path, digest, size: node.size, behind: node.behind.clone(), seen: was_seen };
        visit(&step)?;
        if !was_seen {
            seen.insert((step.digest.clone(), reference.is_file), (node.behind, node.size));
            if node.references.is_empty() {
                leave(&step.digest);
            } else {
                above.insert(step.digest.clone());
                frames.push(Frame { digest: step.digest, path: step.path, references: node.references.into_iter() });
            }
        }
    }
    Ok(())
}

/// The error for a manifest that refers to itself in the end.
pub(crate) fn cycle(path: &str, digest: &Digest) -> Error {
    Error::new(Kind::Integrity, "cycle", "the references of the manifest go round in a circle")
        .cause(format!("`{path}` leads back to `{}`", crate::cache::content::spelled(digest)))
}
