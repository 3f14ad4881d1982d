//! Contents that users keep by digest: put in, found by a hash, given out, given a name, removed, verified.
//!
//! What is kept is a *root*: nothing but its removal by hand drops it, nor what it refers to. References are told by whoever
//! keeps a content and stand in a table, so that cleaning reads none of them.

use crate::cache::blobs::{self, Found, link};
use crate::cache::commit::hold;
use crate::cache::folder::is_file_name;
use crate::cache::intake::{self, Way};
use crate::cache::item::{Record, Status};
use crate::cache::registry::connection::{Failure, Outcome};
use crate::cache::registry::{Registry, blob, root, search};
use crate::cache::remove::{self, Removal};
use crate::cache::verify::Damage;
use crate::cache::{Cache, change, stand};
use crate::clock::Timestamp;
use crate::digest::{Algorithm, Digest};
use crate::disk::Signature;
use crate::error::{Error, Kind, Result};
use crate::partial::Partial;
use rusqlite::Connection;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

/// The shortest prefix of a hash.
const SHORTEST_PREFIX_DIGITS: usize = 8;
/// How many candidates an ambiguous prefix names, and how many users a refusal.
const NAMED: usize = 10;
/// How many contents are read from the registry at a time.
const PAGE: usize = 512;

/// A content that is stored here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Its SHA-256.
    pub digest: Digest,
    /// Its size in bytes.
    pub size: u64,
    /// Its file, absolute and read-only.
    pub path: PathBuf,
}

/// Bytes that have their place among the blobs, and that nothing protects until they are kept.
#[derive(Debug)]
pub struct Interned {
    /// The content.
    pub content: Content,
    origin: Origin,
}

#[derive(Debug)]
enum Origin {
    File(PathBuf),
    Spool(Box<Partial>),
}

/// What keeping a content came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Whether it was known before.
    pub existed: bool,
    /// What it refers to and is not here.
    pub missing: Vec<Digest>,
}

/// What needs a content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Uses {
    /// Whether a user keeps it.
    pub root: bool,
    /// The items that have it: id and URI.
    pub items: Vec<(i64, String)>,
    /// The contents that refer to it.
    pub referrers: Vec<Digest>,
}

/// A content that is damaged, apart from the items that have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedContent {
    /// Its SHA-256.
    pub digest: Digest,
    /// Where it should be.
    pub path: PathBuf,
    /// What is wrong.
    pub damage: Damage,
}

impl Interned {
    /// What was spooled and has its place.
    pub(crate) fn of_spool(content: Content, spool: Partial) -> Self {
        Self { content, origin: Origin::Spool(Box::new(spool)) }
    }

    /// Takes the spool away; for one whose row is written, or that is not wanted.
    pub fn discard(self) {
        if let Origin::Spool(partial) = self.origin {
            partial.discard();
        }
    }
}

impl Cache {
    /// Makes a blob of a file, which stays its user's. Nothing keeps the blob until [`Cache::keep`] does.
    ///
    /// # Errors
    /// Not found: no such file. Usage: no regular file. Kind disk or cache.
    pub fn intern(&self, file: &Path) -> Result<Interned> {
        let taken = intake::take_in(&self.registry, file, Way::Copy)?;
        Ok(Interned { content: self.placed(taken.digest, taken.size), origin: Origin::File(file.to_owned()) })
    }

    /// Makes a blob of what a stream gives.
    ///
    /// # Errors
    /// Kind disk or cache.
    pub fn intern_from(&self, reader: &mut dyn Read) -> Result<Interned> {
        self.intern_spool(intake::spool_from(self.registry.folder(), reader)?)
    }

    /// Makes a blob of a copy of a file; what becomes of the file later is nothing to it.
    ///
    /// # Errors
    /// Not found (`no_file`); usage, if it is no regular file; `changed`, if it is being written; disk.
    pub fn intern_copy(&self, file: &Path) -> Result<Interned> {
        self.intern_spool(intake::spool_file(self.registry.folder(), file)?)
    }

    /// Makes a blob of what a partial holds.
    ///
    /// # Errors
    /// A disk error.
    pub fn intern_spool(&self, partial: Partial) -> Result<Interned> {
        let (digest, size) = intake::keep(&self.registry, &partial, None)?;
        Ok(Interned::of_spool(self.placed(digest, size), partial))
    }

    pub(crate) fn placed(&self, digest: Digest, size: u64) -> Content {
        Content { path: self.registry.folder().blob(&digest), digest, size }
    }

    /// Keeps a content until it is removed by hand, with what it refers to: `parts`, which were just put in, and `others`, which may
    /// be here or not. All in one transaction.
    ///
    /// # Errors
    /// Kind disk or cache; `changed` if a part's file was changed meanwhile.
    ///
    /// ```
    /// # use dl::cache::{Cache, Options};
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let cache = Cache::open(&Options::new(folder.path().join("cache")), &dl::event::Silent)?;
    /// let content = cache.intern_from(&mut &b"bytes"[..])?;
    /// assert!(!cache.keep(&content, &[], &[])?.existed);
    /// let found = cache.content(&cache.hash(&content.content.digest.hex()[..8])?)?.unwrap();
    /// assert_eq!(std::fs::read(found.path).unwrap(), b"bytes");
    /// # Ok::<(), dl::error::Error>(())
    /// ```
    pub fn keep(&self, root: &Interned, parts: &[Interned], others: &[Digest]) -> Result<Kept> {
        loop {
            match self.registry.try_write(|connection| self.note(connection, root, parts, others)) {
                Ok(kept) => return Ok(kept),
                // Nothing protected them yet, and they were cleaned away.
                Err(Failure::NeedsBlob) => {
                    for part in std::iter::once(root).chain(parts) {
                        if !part.content.path.exists() {
                            self.again(part)?;
                        }
                    }
                }
                Err(Failure::Said(error)) => return Err(error),
                Err(other) => return Err(Error::new(Kind::Cache, "registry", format!("cannot commit: {other:?}"))),
            }
        }
    }

    fn note(&self, connection: &Connection, root: &Interned, parts: &[Interned], others: &[Digest]) -> Outcome<Kept> {
        let digest = &root.content.digest;
        let existed = root::is_root(connection, digest)? || blob::record(connection, digest)?.is_some();
        let size = hold(&self.registry, connection, digest)?.size;
        root::keep(connection, digest, size, Timestamp::now())?;
        for part in parts {
            hold(&self.registry, connection, &part.content.digest)?;
            root::refer(connection, digest, &part.content.digest)?;
        }
        let mut missing = Vec::new();
        for other in others {
            root::refer(connection, digest, other)?;
            if !self.registry.folder().blob(other).is_file() {
                missing.push(other.clone());
            }
        }
        Ok(Kept { existed, missing })
    }

    /// Makes a blob anew that was cleaned away before it was kept.
    ///
    /// # Errors
    /// Kind disk or cache; `changed` if its file was changed meanwhile.
    pub fn again(&self, part: &Interned) -> Result<()> {
        let digest = &part.content.digest;
        match &part.origin {
            Origin::Spool(partial) => intake::keep(&self.registry, partial, Some(digest)).map(|_| ()),
            Origin::File(path) if intake::take_in(&self.registry, path, Way::Copy)?.digest == *digest => Ok(()),
            Origin::File(path) => {
                Err(Error::new(Kind::Other, "changed", format!("`{}` changed while it was read", path.display())))
            }
        }
    }

    /// The digest that a text means: `sha256:HEX`, bare hex, or a prefix that only one content here has.
    ///
    /// # Errors
    /// `not_found`: what cannot be a hash, or a prefix that no content has; `ambiguous` (usage) with the candidates.
    pub fn hash(&self, text: &str) -> Result<Digest> {
        let hex = text.strip_prefix("sha256:").unwrap_or(text).to_ascii_lowercase();
        if let Some(digest) = Digest::from_hex(Algorithm::Sha256, &hex) {
            return Ok(digest);
        }
        let whole = Digest::sha256(b"").hex().len();
        if !(SHORTEST_PREFIX_DIGITS..whole).contains(&hex.len()) || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(not_here(text).hint("a hash is `sha256:HEX`, 64 hex digits, or at least the first 8 of them"));
        }
        let bound = |digit: &str| {
            let padded = hex.clone() + &digit.repeat(whole - hex.len());
            Digest::from_hex(Algorithm::Sha256, &padded).map(|d| d.bytes().to_vec()).unwrap_or_default()
        };
        let mut found = self.registry.read(|c| root::known(c, &bound("0"), &bound("f"), NAMED + 1))?;
        if found.len() > 1 {
            let more = if found.len() > NAMED { " and more" } else { "" };
            let names: Vec<String> = found.iter().take(NAMED).map(spelled).collect();
            return Err(Error::new(Kind::Usage, "ambiguous", format!("`{text}` begins more than one hash"))
                .cause(format!("candidates: {}{more}", names.join(", "))));
        }
        found.pop().ok_or_else(|| not_here(text))
    }

    /// A content, if it is here, judged as a hit is: it looks as it did when it was hashed, or is hashed again. A blob whose file is
    /// gone is made anew from an item that has its bytes.
    ///
    /// # Errors
    /// `damaged` (integrity): its bytes are not those that were hashed. Kind disk or cache.
    pub fn content(&self, digest: &Digest) -> Result<Option<Content>> {
        let found = self.judged(digest)?;
        if found.is_some() || self.is_read_only() {
            return Ok(found);
        }
        let items = self.registry.read(|c| search::by_digest(c, self.registry.folder(), digest))?;
        for item in items.iter().filter(|item| item.status == Status::Ready) {
            if stand::mend(&self.registry, item, digest)? {
                return self.judged(digest);
            }
        }
        Ok(None)
    }

    fn judged(&self, digest: &Digest) -> Result<Option<Content>> {
        let path = self.registry.folder().blob(digest);
        let known = self.registry.read(|c| blob::record(c, digest))?;
        let record = match blobs::check(&path, digest, known.as_ref(), self.registry.boot())? {
            Found::Standing(record) => record,
            Found::Right(record) => {
                if !self.is_read_only() {
                    self.registry.write(|c| blob::note(c, digest, &record))?;
                }
                record
            }
            Found::Wrong(_) => return Err(damaged(digest, &path)),
            Found::Missing => return Ok(None),
        };
        Ok(Some(Content { digest: digest.clone(), size: record.size, path }))
    }

    /// A path that ends in `name` and has the bytes of a content: a link of the blob, or a copy where there can be none.
    ///
    /// # Errors
    /// Usage: `name` is no file name. Kind disk.
    pub fn content_named(&self, content: &Content, name: &str) -> Result<PathBuf> {
        if !is_file_name(name) {
            return Err(Error::usage(format!("`{name}` is no file name")));
        }
        let folder = self.registry.folder();
        folder.check_writable()?;
        let path = folder.names(&content.digest).join(name);
        let inode = |path: &Path| Signature::of(path).map(|s| s.inode).ok();
        let is_link = inode(&path).is_some() && inode(&path) == inode(&content.path);
        if is_link || matches!(blobs::check(&path, &content.digest, None, None)?, Found::Right(_)) {
            return Ok(path);
        }
        match link::place(folder, &content.path, &path, None) {
            Ok(_) => Ok(path),
            Err(Failure::NeedsCopy) => {
                link::copy(folder, &content.path)?.publish(&path, folder.blob_mode(), crate::disk::Replace::Allowed)?;
                Ok(path)
            }
            Err(Failure::Said(error)) => Err(error),
            Err(other) => Err(Error::new(Kind::Disk, "io", format!("cannot make `{}`: {other:?}", path.display()))),
        }
    }

    /// What needs a content.
    ///
    /// # Errors
    /// Kind disk or cache.
    pub fn uses(&self, digest: &Digest) -> Result<Uses> {
        self.registry.read(|connection| uses(connection, digest))
    }

    /// Gives every content whose file is here, in the order of the digests. `take` may call the cache.
    ///
    /// # Errors
    /// Those of `take`; kind disk or cache.
    pub fn each_content(&self, take: &mut dyn FnMut(Content) -> Result<()>) -> Result<()> {
        each_known(&self.registry, &mut |digest| {
            let path = self.registry.folder().blob(&digest);
            match Signature::of(&path) {
                Ok(signature) => take(Content { digest, size: signature.size, path }),
                Err(_) => Ok(()),
            }
        })
    }

    /// Removes a content; gives how many bytes were freed. With `force` also one that is used: items that have it become DELETED, and
    /// what refers to it refers to nothing.
    ///
    /// # Errors
    /// `not_found`; `in_use` (other), naming who uses it. Kind disk or cache.
    pub fn remove_content(&self, digest: &Digest, force: bool) -> Result<u64> {
        let registry = &self.registry;
        let is_known = registry.read(|c| Ok(root::is_root(c, digest)? || blob::record(c, digest)?.is_some()))?;
        if !is_known && !registry.folder().blob(digest).exists() {
            return Err(not_here(&spelled(digest)));
        }
        let mut freed = 0;
        if force {
            let items = registry.read(|c| root::items(c, digest))?;
            let ids = items.into_iter().map(|(id, _)| id).collect();
            freed += remove::remove(registry, &change::Which::Ids(ids), Removal::KeepRecord)?.freed_bytes;
        }
        let refuse = |connection: &Connection| {
            if force {
                return Ok(());
            }
            refuse_used(&uses(connection, digest)?, digest).map_err(Into::into)
        };
        Ok(freed + remove::drop_content(registry, digest, &refuse)?)
    }

    /// Hashes a content; `None` if it is right.
    ///
    /// # Errors
    /// Kind disk or cache.
    pub fn verify_content(&self, digest: &Digest) -> Result<Option<Damage>> {
        verify_one(&self.registry, digest)
    }

    /// Hashes every content that is kept, referred to, or has a file, each once. Gives how many there are, how many bytes they have,
    /// and which are damaged.
    ///
    /// # Errors
    /// Kind disk or cache.
    pub fn verify_contents(&self) -> Result<(u64, u64, Vec<DamagedContent>)> {
        verify_all(&self.registry, &|_, _| Ok(true), false)
    }
}

/// A digest as hashes are written.
#[must_use]
pub fn spelled(digest: &Digest) -> String {
    format!("sha256:{}", digest.hex())
}

/// The error for a content that is not here.
#[must_use]
pub fn not_here(text: &str) -> Error {
    Error::new(Kind::NotFound, "not_found", format!("no blob here is `{text}`"))
}

/// The error for a content whose bytes are wrong.
#[must_use]
pub fn damaged(digest: &Digest, path: &Path) -> Error {
    Error::new(Kind::Integrity, "damaged", format!("`{}` is damaged", spelled(digest)))
        .cause(format!("the bytes of `{}` are not those that were hashed", path.display()))
        .hint("put it again; `dl blob verify` looks at all of them")
}

fn uses(connection: &Connection, digest: &Digest) -> Outcome<Uses> {
    Ok(Uses {
        root: root::is_root(connection, digest)?,
        items: root::items(connection, digest)?,
        referrers: root::referrers(connection, digest)?,
    })
}

fn refuse_used(uses: &Uses, digest: &Digest) -> Result<()> {
    let items = uses.items.iter().map(|(id, uri)| format!("item {id}, {uri}"));
    let users: Vec<String> = items.chain(uses.referrers.iter().map(|d| format!("manifest {}", spelled(d)))).collect();
    if users.is_empty() {
        return Ok(());
    }
    let mut error = Error::new(Kind::Other, "in_use", format!("`{}` is in use", spelled(digest)));
    for user in users.iter().take(NAMED) {
        error = error.cause(format!("used by {user}"));
    }
    if users.len() > NAMED {
        error = error.cause(format!("and by {} more", users.len() - NAMED));
    }
    Err(error.hint("remove what uses it first, or --force"))
}

/// Gives every digest that a row tells of, in order.
fn each_known(registry: &Registry, take: &mut dyn FnMut(Digest) -> Result<()>) -> Result<()> {
    let (mut from, end) = (vec![0_u8; 32], vec![0xff_u8; 32]);
    let mut last: Option<Digest> = None;
    loop {
        let page = registry.read(|c| root::known(c, &from, &end, PAGE))?;
        let is_whole = page.len() < PAGE;
        for digest in page {
            if last.as_ref() != Some(&digest) {
                digest.bytes().clone_into(&mut from);
                last = Some(digest.clone());
                take(digest)?;
            }
        }
        if is_whole {
            return Ok(());
        }
    }
}

/// Whether a content is to be looked at.
type Wanted<'a> = dyn Fn(&Connection, &Digest) -> Outcome<bool> + 'a;

/// Hashes the contents that are wanted; with `repair`, wrong files are set aside.
pub(crate) fn verify_all(
    registry: &Registry,
    wanted: &Wanted<'_>,
    repair: bool,
) -> Result<(u64, u64, Vec<DamagedContent>)> {
    let (mut count, mut bytes, mut all) = (0, 0, Vec::new());
    each_known(registry, &mut |digest| {
        if !registry.read(|c| wanted(c, &digest))? {
            return Ok(());
        }
        let path = registry.folder().blob(&digest);
        let signature = Signature::of(&path).ok();
        // A record without its file, of a content that nobody needs, is no damage.
        if signature.is_none() && !registry.read(|c| crate::cache::registry::change::is_used(c, &digest))? {
            return Ok(());
        }
        count += 1;
        bytes += signature.map_or(0, |s| s.size);
        if let Some(damage) = verify_one(registry, &digest)? {
            if let (true, Damage::Changed, Some(signature)) = (repair, damage, signature) {
                registry
                    .folder()
                    .set_aside(&path, signature.inode)
                    .map_err(|e| Error::disk(format!("cannot set `{}` aside", path.display()), &e))?;
            }
            all.push(DamagedContent { digest, path, damage });
        }
        Ok(())
    })?;
    Ok((count, bytes, all))
}

/// Those that no item has: items are verified with their contents.
pub(crate) fn without_item(connection: &Connection, digest: &Digest) -> Outcome<bool> {
    Ok(root::items(connection, digest)?.is_empty())
}

fn verify_one(registry: &Registry, digest: &Digest) -> Result<Option<Damage>> {
    let path = registry.folder().blob(digest);
    match blobs::hash(&path) {
        Ok((found, signature)) if found == *digest => {
            if registry.folder().is_writable() {
                let known = registry.read(|c| blob::record(c, digest))?;
                // What was read back need not be hashed again.
                if !known.is_some_and(|record| record.is_of(&signature)) {
                    let record = Record::new(&signature, registry.boot().map(str::to_owned));
                    registry.write(|c| blob::note(c, digest, &record))?;
                }
            }
            Ok(None)
        }
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(Some(Damage::Gone)),
        Ok(_) => {
            // What was recorded of it is not believed any more: whoever puts it again replaces it.
            if registry.folder().is_writable() {
                registry.write(|connection| blob::forget(connection, digest))?;
            }
            Ok(Some(Damage::Changed))
        }
        Err(e) if e.kind() == ErrorKind::PermissionDenied => {
            Err(Error::disk(format!("cannot read `{}`", path.display()), &e))
        }
        _ => Ok(Some(Damage::Changed)),
    }
}
