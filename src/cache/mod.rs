//! What we have: a row of the registry and its blob as one thing.
//!
//! | room | lives there |
//! |---|---|
//! | `folder` | CACHE: is it safe, modes, where things stand, the salt |
//! | `item`, `query`, `condition`, `json` | the types: items, searches, the object of the contract |
//! | `registry` | `SQLite`: schema, rows, searches, deliveries |
//! | `blobs` | content by digest, and the names that users are given |
//! | `commit` | how something fetched comes in |
//! | `by_hand`, `intake` | how something comes in that a user made |
//! | `recorded` | how a recorded run comes in, with the blobs that it needs beside its own |
//! | `change`, `remove` | what a user says of items, TRASH and what follows |
//! | `freshness`, `response` | a private cache of HTTP: its rules, pure; the responses it keeps, apart from items |
//! | `stand` | whether a file may be given out, and how it is healed |
//! | `library` | the calls of all that by hand |
//! | `content` | contents that users keep by digest, and what refers to them |
//! | `extraction` | what was unpacked where, while it stands |
//! | `clean`, `verify`, `stats` | keeping it in order |
//! | `transport` | export and import |
//! | `find` | what an ITEM means |
//! | `recover` | a damaged registry |
//!
//! Invariants: a row is READY only after its blob and its name are in place; what is given out stands as it was hashed; nothing
//! rests on locks but that work is not done twice; a broken entry is a miss, never a crash.

mod arrival;
mod blobs;
mod by_hand;
pub mod change;
pub mod clean;
mod commit;
pub mod condition;
pub mod content;
pub mod extraction;
mod find;
pub(crate) mod folder;
pub mod freshness;
mod intake;
pub mod item;
pub mod json;
mod library;
pub mod query;
pub mod recorded;
mod recover;
mod registry;
pub mod remove;
pub mod response;
mod stand;
pub mod stats;
pub mod transport;
pub mod verify;

#[cfg(test)]
mod tests;

use crate::descriptor::Key;
use crate::digest::Digest;
use crate::disk::Signature;
use crate::error::{Error, Result};
use crate::event::{Event, Listener};
use crate::partial::Partial;
use extraction::Extraction;
use folder::{Folder, check_key};
use item::{Attribute, Download, Item, NewContent, NewItem};
use query::{Purpose, Query};
use registry::Registry;
use registry::item::{COUNT_READ, COUNT_SEARCH};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How a cache is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder; made if it is missing.
    pub folder: PathBuf,
    /// Shared within the folder's group (`--cache-shared`): folders are 2770, files 0660.
    pub multi_user: bool,
    /// How long is waited for the registry and other short locks.
    pub lock_timeout: Duration,
    /// Whether one that cannot be written will do, for what is in it.
    pub read_only_ok: bool,
}

/// How long is waited for the registry unless something else is said.
pub const LOCK_TIMEOUT: Duration = Duration::from_secs(30);

impl Options {
    /// This folder, for one user.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), multi_user: false, lock_timeout: LOCK_TIMEOUT, read_only_ok: true }
    }
}

/// A cache. Threads share it; each call is short but where it hashes, and nothing is hashed while others wait.
#[derive(Debug)]
pub struct Cache {
    registry: Registry,
}

/// The salt of a cache folder, for the digests of credentials: 32 random bytes, made on first use. Needs no registry.
///
/// # Errors
/// As `Cache::open`, but for the registry.
pub fn salt_of(folder: &Path, multi_user: bool) -> Result<Vec<u8>> {
    Folder::open(folder, multi_user)?.salt()
}

impl Cache {
    /// Opens the cache; makes it if there is none. A damaged registry is set aside, with a warning; the rows that can be read are kept.
    ///
    /// # Errors
    /// Kind cache: `unsafe_cache` if others could have written into the folder, `newer_schema`, `lock_timeout`. Kind disk if
    /// the folder cannot be made or used, and if it cannot be written where `read_only_ok` is not said.
    pub fn open(options: &Options, listener: &dyn Listener) -> Result<Self> {
        let folder = Folder::open(&options.folder, options.multi_user)?;
        Self::open_folder(folder, options, listener)
    }

    fn open_folder(folder: Folder, options: &Options, listener: &dyn Listener) -> Result<Self> {
        if !options.read_only_ok {
            folder.check_writable()?;
        }
        let cache = Self { registry: Registry::open(folder, options.lock_timeout)? };
        cache.tell_warnings(listener);
        Ok(cache)
    }

    /// The folder, absolute.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.registry.folder().path()
    }

    /// Whether the folder cannot be written: hits are served, all else is a disk error.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        !self.registry.folder().is_writable()
    }

    /// Until the guard is dropped, a thread is at work on something that it will commit: others that commit meanwhile share a
    /// transaction with it, which they wait for some milliseconds.
    #[must_use]
    pub(crate) fn at_work(&self) -> impl Drop + '_ {
        self.registry.at_work()
    }

    /// Until the guard is dropped, or something is written, all that is asked is answered as of one moment, for less. For a
    /// moment only: nothing slow may be done meanwhile.
    #[must_use]
    pub(crate) fn look(&self) -> impl Drop + '_ {
        self.registry.look()
    }

    /// Tells what was found out by calls that take no listener, such as that the registry was damaged. `stands` tells too.
    pub fn tell_warnings(&self, listener: &dyn Listener) {
        for warning in self.registry.take_warnings() {
            listener.event(Event::Warning(warning));
        }
    }

    /// 32 random bytes for the digests of credentials, made on first use. A cache that cannot be written and has none gives others
    /// each time: no stored key was made with them.
    ///
    /// # Errors
    /// A disk error.
    pub fn salt(&self) -> Result<Vec<u8>> {
        self.registry.folder().salt()
    }

    /// The newest READY version of the key that `accept` takes. `accept` must not call the cache.
    ///
    /// # Errors
    /// Kind cache or disk, if the registry cannot be read.
    pub fn newest(&self, key: &Key, accept: &dyn Fn(&Item) -> bool) -> Result<Option<Item>> {
        let folder = self.registry.folder();
        self.registry.read(|connection| registry::item::newest_of(connection, folder, key, &mut |item| accept(item)))
    }

    /// Whether the item's path may be given out. True if it looks as it did when it was hashed; a missing link is made anew, and what
    /// cannot be believed (a restored folder, rows of an earlier boot) is hashed once. Wrong bytes are set aside with a warning,
    /// the row becomes FAILED, and the answer is false.
    ///
    /// # Errors
    /// Kind disk or cache, if it cannot be found out or written down.
    pub fn stands(&self, item: &Item, listener: &dyn Listener) -> Result<bool> {
        let stands = stand::stands(&self.registry, item);
        self.tell_warnings(listener);
        stands
    }

    /// The unfinished file of this key, locked; `None` if another process has it.
    ///
    /// # Errors
    /// A disk error.
    pub fn partial(&self, key: &Key) -> Result<Option<Partial>> {
        check_key(key)?;
        let folder = self.registry.folder();
        folder.check_writable()?;
        self.in_partials(|| Partial::try_take_as(&folder.partial(key), folder.access()))
    }

    /// An unfinished file that no other command will find; for a fetch beside one that stalls.
    ///
    /// # Errors
    /// A disk error.
    pub fn unnamed_partial(&self) -> Result<Partial> {
        let folder = self.registry.folder();
        folder.check_writable()?;
        self.in_partials(|| {
            let partial = Partial::unnamed_in(&folder.partials())?;
            let access = folder.access();
            access.apply(partial.file(), access.file_mode).map_err(|e| partial.failed(&e))?;
            Ok(partial)
        })
    }

    /// Does something in the folder of the partials, which is made if it turns out to be missing.
    fn in_partials<T>(&self, make: impl Fn() -> Result<T>) -> Result<T> {
        let folder = self.registry.folder();
        let partials = folder.partials();
        // Tried again whatever it was: another thread may have made the folder since.
        make().or_else(|_| {
            folder
                .make(&partials)
                .map_err(|e| Error::disk(format!("cannot make the folder `{}`", partials.display()), &e))?;
            make()
        })
    }

    /// What the unfinished file of a key looks like, which another process fills; `None` if there is none.
    #[must_use]
    pub fn growth(&self, key: &Key) -> Option<Signature> {
        Signature::of(&self.registry.folder().partial(key)).ok()
    }

    /// Commits a finished and verified file: blob, name and row, in this order. Bytes equal to those of the newest READY version
    /// (under the same trust) refresh that, and the answer says `false`; otherwise they become a new version, which takes over the
    /// number of a FAILED one. READY versions beyond the newest `keep` go to TRASH.
    ///
    /// # Errors
    /// A disk error; `size_mismatch` (integrity) if the file is not as long as `content` says; kind cache.
    #[expect(clippy::needless_pass_by_value, reason = "what is committed is used up")]
    pub fn commit(
        &self,
        new: NewItem,
        content: NewContent,
        partial: Partial,
        keep: Option<u32>,
    ) -> Result<(Item, bool)> {
        commit::commit(&self.registry, &new, &content, partial, keep)
    }

    /// Notes that the origin confirmed the item (304, or found equal): it is validated now, and the new fields of the response
    /// stand over the stored ones.
    ///
    /// # Errors
    /// Kind disk or cache; `not_found` if the row is gone.
    pub fn revalidated(&self, item: &Item, download: Option<&Download>) -> Result<Item> {
        commit::revalidated(&self.registry, item, download)
    }

    /// Notes that a fetch failed: makes the one FAILED version of the key, or takes it over. `error` is the object of CONTRACT section 1.
    ///
    /// # Errors
    /// Kind disk or cache.
    #[expect(clippy::needless_pass_by_value, reason = "what is recorded is used up")]
    pub fn fail(&self, new: NewItem, error: serde_json::Value) -> Result<Item> {
        commit::fail(&self.registry, &new, &error)
    }

    /// The FAILED version of the key, if there is one.
    ///
    /// # Errors
    /// Kind disk or cache.
    pub fn failure(&self, key: &Key) -> Result<Option<Item>> {
        self.registry.read(|connection| registry::item::failed(connection, self.registry.folder(), key))
    }

    /// Whether there is any version of a key, failed ones and those in the trash among them.
    ///
    /// # Errors
    /// Kind disk or cache.
    pub fn is_known(&self, key: &Key) -> Result<bool> {
        self.registry.read(|connection| registry::item::is_known(connection, key))
    }

    /// Adds one read to each; dropped rather than waited for.
    pub fn count_reads(&self, ids: &[i64]) {
        if !self.registry.count(COUNT_READ, ids) {
            for id in ids {
                self.registry.folder().tell(*id);
            }
        }
    }

    /// Adds one search to each; dropped rather than waited for.
    pub fn count_searches(&self, ids: &[i64]) {
        self.registry.count(COUNT_SEARCH, ids);
    }

    /// What was last delivered to a path (absolute) since the machine was started, and what it looked like then.
    ///
    /// # Errors
    /// Kind disk or cache.
    pub fn delivery(&self, path: &Path) -> Result<Option<(Signature, Digest)>> {
        let boot = self.registry.boot();
        self.registry.read(|connection| registry::delivery::of_path(connection, path, boot))
    }

    /// Notes what was delivered to a path (absolute).
    ///
    /// # Errors
    /// Kind disk or cache.
    pub fn record_delivery(&self, path: &Path, signature: &Signature, digest: &Digest) -> Result<()> {
        let boot = self.registry.boot();
        self.registry.write(|connection| registry::delivery::note(connection, path, signature, digest, boot))
    }

    /// What was placed by unpacking this in this way at a path (absolute).
    ///
    /// # Errors
    /// Kind disk or cache.
    pub fn extraction(&self, path: &Path, source: &Digest, how: &str) -> Result<Option<Extraction>> {
        self.registry.read(|connection| registry::extraction::of(connection, path, source, how))
    }

    /// Notes what was unpacked at a path (absolute). Extractions whose files it replaced are forgotten; but of those that it was to
    /// come after (`before`, by source and way) the rest still stands.
    ///
    /// # Errors
    /// Kind disk or cache.
    pub fn record_extraction(&self, path: &Path, extraction: &Extraction, before: &[(Digest, String)]) -> Result<()> {
        self.registry.write(|connection| registry::extraction::note(connection, path, extraction, before))
    }

    /// Sets the label, if one is given, and these attributes of an item. Others stay.
    ///
    /// # Errors
    /// Kind disk or cache; `not_found` if the row is gone; usage, if an attribute is not a number.
    pub fn describe(&self, item: &Item, label: Option<&str>, attributes: &[Attribute]) -> Result<Item> {
        commit::describe(&self.registry, item, label, attributes)
    }

    /// The item that a text means: `sha256:HEX`, an id, a version id, a URI, a path, a key or its unique prefix. Which version of a URI,
    /// key or digest is meant follows from the purpose; an id, version id or path means that one, whatever its status.
    ///
    /// # Errors
    /// `not_found`; `ambiguous` (usage) with the candidates.
    pub fn find(&self, text: &str, secrets: &crate::secret::Secrets, purpose: Purpose) -> Result<Item> {
        find::find(&self.registry, text, secrets, purpose)
    }

    /// The items that a query means, in its order.
    ///
    /// # Errors
    /// Kind disk or cache.
    pub fn search(&self, query: &Query) -> Result<Vec<Item>> {
        self.registry.read(|connection| registry::search::search(connection, self.registry.folder(), query))
    }

    /// The file of a content, if it is there. Whether its bytes are right is for the caller to know (`stands`).
    #[must_use]
    pub fn blob_path(&self, digest: &Digest) -> Option<PathBuf> {
        let path = self.registry.folder().blob(digest);
        path.is_file().then_some(path)
    }

    /// Makes some blobs durable that were written more than a minute ago, so that they need not be hashed after the next boot.
    /// Meant for a thread of its own while something else is waited for; gives how many.
    ///
    /// # Errors
    /// Kind disk or cache; nobody needs to care.
    pub fn make_durable(&self) -> Result<usize> {
        stand::make_durable(&self.registry)
    }
}
