//! What one machine has, others need not fetch: items and blobs over a key-value store.
//!
//! ```text
//! shared/item/KEY    a record: the newest READY version of that key, signed where a secret is given
//! shared/lease/KEY   who fetches it now; expires by itself
//! sha256/HEX         blobs
//! ```
//!
//! Every blob is hashed as it arrives, so a store can only say *which* digest a key has; with a secret it cannot even
//! do that, since a record with a wrong signature, or none, is then a miss. The calls here fail like any others;
//! [`Shared::forgive`] makes of a failing store one warning and misses from there on.

pub mod lease;
mod record;
#[cfg(test)]
mod tests;

use crate::cache::Cache;
use crate::cache::content::{Interned, spelled};
use crate::cache::item::{Item, Trust};
use crate::cache::transport::line::Line;
use crate::descriptor::Key;
use crate::digest::Digest;
use crate::error::{Error, Kind, Result};
use crate::event::{Event, Listener};
use crate::kv;
use crate::kv::store::Store;
use crate::kv::store::blob::blob_key;
use crate::secret::Secret;
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::fs::File;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

/// How long a store over the network may take to a question, connecting included.
const ANSWER_LIMIT: Duration = Duration::from_secs(2);

/// What a shared store is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// It is asked.
    #[default]
    Read,
    /// It is offered what was fetched.
    Write,
    /// Both.
    ReadWrite,
}

impl Mode {
    /// Whether it is asked.
    #[must_use]
    pub const fn reads(self) -> bool {
        matches!(self, Self::Read | Self::ReadWrite)
    }

    /// Whether it is offered what was fetched.
    #[must_use]
    pub const fn writes(self) -> bool {
        matches!(self, Self::Write | Self::ReadWrite)
    }
}

/// How a shared store is used.
#[derive(Debug, Clone)]
pub struct Options {
    /// The store's URL, with `?ttl=DURATION` where entries are to expire.
    pub url: Secret,
    /// What it is used for.
    pub mode: Mode,
    /// Signs records, and takes the place of the cache's salt in the keys sent there; the same on all machines.
    pub secret: Option<Secret>,
    /// Items fetched with a credential are shared too. Needs a secret.
    pub private: bool,
    /// What the driver needs of the world around.
    pub store: kv::open::Options,
}

/// What was sent or taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moved {
    /// How many blobs went over.
    pub sent: u64,
    /// How many were on the other side already.
    pub present: u64,
    /// How many bytes went over.
    pub bytes: u64,
}

impl std::ops::AddAssign for Moved {
    fn add_assign(&mut self, other: Self) {
        self.sent += other.sent;
        self.present += other.present;
        self.bytes += other.bytes;
    }
}

/// A shared store.
pub struct Shared {
    store: Store,
    mode: Mode,
    secret: Option<Secret>,
    private: bool,
    ttl: Option<Duration>,
    listener: Arc<dyn Listener>,
    /// It failed: nobody waits for it again.
    lost: AtomicBool,
    /// It was asked for a blob: whether it answers at all is known.
    asked: AtomicBool,
    /// A record was refused, and that was told.
    told_of_signature: AtomicBool,
    /// Warnings that were given: each is told once.
    told: Mutex<HashSet<String>>,
    /// Blobs whose bytes there turned out to be wrong: they are sent again.
    wrong: Mutex<HashSet<Digest>>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("store", &self.store.shown()).field("mode", &self.mode).finish_non_exhaustive()
    }
}

impl Shared {
    /// Opens it; nothing is connected before it is first asked. `None`: it is over the network, and there is to be none.
    ///
    /// # Errors
    /// Usage: a URL that no driver takes, `private` without a secret.
    ///
    /// ```
    /// use dl::shared::{Mode, Options, Shared};
    ///
    /// let folder = tempfile::tempdir().unwrap();
    /// let options = Options {
    ///     url: dl::secret::Secret::new(format!("sqlite:{}", folder.path().join("shared.db").display())),
    ///     mode: Mode::ReadWrite,
    ///     secret: None,
    ///     private: false,
    ///     store: dl::kv::open::Options::default(),
    /// };
    /// let shared = Shared::open(&options)?.expect("it needs no network");
    /// assert!(shared.find(&dl::descriptor::Key("0".repeat(64)))?.is_none());
    /// # Ok::<(), dl::error::Error>(())
    /// ```
    pub fn open(options: &Options) -> Result<Option<Self>> {
        if options.private && options.secret.is_none() {
            return Err(Error::usage("`[shared] private` needs `[shared] secret`: without it anyone who reads the store could tell credentials")
                .hint("set DL_SHARED_SECRET, the same on all machines"));
        }
        let (url, ttl) = without_ttl(options.url.expose())?;
        let store = kv::open::Options {
            connect_timeout: options.store.connect_timeout.min(ANSWER_LIMIT),
            answer_timeout: options.store.answer_timeout.min(ANSWER_LIMIT),
            threshold: None,
            ..options.store.clone()
        };
        let listener = Arc::clone(&store.listener);
        let store = match kv::open::open(&url, &store) {
            Err(error) if error.code() == "offline" => return Ok(None),
            opened => opened?,
        };
        Ok(Some(Self {
            store,
            mode: options.mode,
            secret: options.secret.clone(),
            private: options.private,
            ttl,
            listener,
            lost: AtomicBool::new(false),
            asked: AtomicBool::new(false),
            told_of_signature: AtomicBool::new(false),
            told: Mutex::default(),
            wrong: Mutex::default(),
        }))
    }

    /// The URL without credentials.
    #[must_use]
    pub fn shown(&self) -> &str {
        self.store.shown()
    }

    /// What it is used for.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// Whether what was fetched with a credential is shared.
    #[must_use]
    pub const fn takes_private(&self) -> bool {
        self.private
    }

    /// Proves that it answers.
    ///
    /// # Errors
    /// Those of the store; `Timeout` where it takes longer than two seconds.
    pub fn ping(&self) -> Result<()> {
        within(&self.store, Store::ping)
    }

    /// What joins the keys sent there in place of the cache's salt, if there is something.
    #[must_use]
    pub fn salt(&self) -> Option<&[u8]> {
        self.secret.as_ref().map(|secret| secret.expose().as_bytes())
    }

    /// Makes of a failing store a miss and one warning; once it has failed it is not asked again.
    pub fn forgive<T>(&self, work: impl FnOnce(&Self) -> Result<T>) -> Option<T> {
        if self.lost.load(Ordering::Relaxed) {
            return None;
        }
        match work(self) {
            Ok(value) => Some(value),
            Err(error) => {
                // Wrong bytes are no reason to think that it would not answer, nor is that it cannot be written.
                let is_lost = !matches!(error.kind(), Kind::Integrity | Kind::Cache | Kind::Usage);
                if !is_lost || !self.lost.swap(true, Ordering::Relaxed) {
                    self.warn(format!("the shared store is passed by: {error}"));
                }
                None
            }
        }
    }

    fn warn(&self, text: String) {
        if self.told.lock().is_ok_and(|mut told| told.insert(text.clone())) {
            self.listener.event(Event::Warning(text));
        }
    }

    /// The record of a key; `None`: there is none, or not one that may be believed (and a warning was given).
    ///
    /// # Errors
    /// Those of the store; `Timeout` where it takes longer than two seconds.
    pub fn find(&self, key: &Key) -> Result<Option<Line>> {
        let name = record::name(key);
        let asked = name.clone();
        let Some(bytes) = within(&self.store, move |store| store.get(asked.as_bytes()))? else { return Ok(None) };
        let read = record::read(&bytes, &name, key, self.secret.as_ref()).and_then(|line| {
            if line.trust() == Trust::default() {
                Ok(line)
            } else {
                Err("it was fetched under another trust".to_owned())
            }
        });
        match read {
            Ok(line) => Ok(Some(line)),
            Err(why) => {
                if !self.told_of_signature.swap(true, Ordering::Relaxed) {
                    self.warn(format!(
                        "the shared store `{}` holds a record that is not believed: {why}",
                        self.shown()
                    ));
                }
                Ok(None)
            }
        }
    }

    /// Takes in what a record tells of, under a key of this cache; `None`: its bytes are not there.
    ///
    /// # Errors
    /// Those of the store, and of [`Cache::adopt`].
    pub fn take(&self, line: Line, cache: &Cache, key: &Key, params: &Map<String, Value>) -> Result<Option<Item>> {
        let mut parts = Vec::new();
        for digest in line.parts()? {
            let Some(part) = self.bring(cache, &digest)? else { return Ok(None) };
            parts.push(part);
        }
        let Some(mut content) = self.store.read_blob(&line.sha256().hex())? else { return Ok(None) };
        let digest = line.sha256().clone();
        let adopted = cache.adopt(&line.under(key, params), &mut content, &parts);
        if adopted.as_ref().is_err_and(|error| error.kind() == Kind::Integrity)
            && let Ok(mut wrong) = self.wrong.lock()
        {
            wrong.insert(digest);
        }
        adopted.map(Some)
    }

    /// Offers a READY item under a key: its bytes and those of its parts first, then the record.
    ///
    /// # Errors
    /// Those of the store; `not_ready`; a disk error, where its bytes cannot be read; `digest_mismatch` where they are others.
    pub fn offer(&self, cache: &Cache, item: &Item, key: &Key, params: &Map<String, Value>) -> Result<Moved> {
        let line = cache.line(item)?.under(key, params);
        let mut moved = self.send_blob(cache, line.sha256(), line.size())?;
        for part in line.parts()? {
            let size = cache.blob_path(&part).and_then(|path| path.metadata().ok()).map_or(0, |found| found.len());
            moved += self.send_blob(cache, &part, size)?;
        }
        let name = record::name(key);
        let text = record::write(&line, &name, self.secret.as_ref());
        let ttl = self.ttl;
        within(&self.store, move |store| store.set(name.as_bytes(), text.as_bytes(), ttl))?;
        Ok(moved)
    }

    /// Sends a blob, unless it is there.
    ///
    /// # Errors
    /// As [`Shared::offer`].
    pub fn send_blob(&self, cache: &Cache, digest: &Digest, size: u64) -> Result<Moved> {
        let is_wrong = self.wrong.lock().is_ok_and(|mut wrong| wrong.remove(digest));
        if self.ttl.is_none() && !is_wrong && self.has_blob(digest, Some(size))? {
            return Ok(Moved { present: 1, ..Moved::default() });
        }
        let path = cache.blob_path(digest).ok_or_else(|| {
            Error::new(Kind::NotFound, "not_found", format!("the bytes of {digest} are not in the cache"))
        })?;
        let mut file = File::open(&path).map_err(|e| Error::disk(format!("cannot read `{}`", path.display()), &e))?;
        self.store.write_blob(&digest.hex(), size, &mut file, self.ttl)?;
        Ok(Moved { sent: 1, bytes: size, ..Moved::default() })
    }

    /// Takes a blob in by its digest, hashed as it arrives; `None`: it is not there. Nothing keeps it yet.
    ///
    /// # Errors
    /// Those of the store, and of [`Cache::arrive`].
    pub fn bring(&self, cache: &Cache, digest: &Digest) -> Result<Option<Interned>> {
        let Some(mut bytes) = self.store.read_blob(&digest.hex())? else { return Ok(None) };
        self.arrived(cache, digest, &mut bytes).map(Some)
    }

    /// The same where the store is a help and no more, and is to be read: one that fails is a miss and a warning.
    ///
    /// # Errors
    /// `digest_mismatch` (integrity): it gives something else, and nobody else has what was asked for. Kind disk or cache.
    pub fn bring_if_it_answers(&self, cache: &Cache, digest: &Digest) -> Result<Option<Interned>> {
        if !self.mode.reads() {
            return Ok(None);
        }
        let found = self.forgive(|_| {
            if !self.asked.swap(true, Ordering::Relaxed) {
                let key = blob_key(&digest.hex());
                within(&self.store, move |store| store.stat(&key))?;
            }
            self.store.read_blob(&digest.hex())
        });
        let Some(mut bytes) = found.flatten() else { return Ok(None) };
        match self.arrived(cache, digest, &mut bytes) {
            Err(error) if error.kind() == Kind::Network => Ok(self.forgive(|_| Err(error))),
            arrived => arrived.map(Some),
        }
    }

    fn arrived(&self, cache: &Cache, digest: &Digest, bytes: &mut dyn std::io::Read) -> Result<Interned> {
        cache.arrive(digest, bytes).map_err(|error| match error.kind() {
            Kind::Integrity => error.context(format!(
                "the shared store `{}` has other bytes under `{}`",
                self.shown(),
                spelled(digest)
            )),
            Kind::Network => error.context(format!("store `{}` failed to give `{}`", self.shown(), spelled(digest))),
            _ => error,
        })
    }

    /// Whether a blob is there, with the size that it has to have where that is known and the store can tell.
    ///
    /// # Errors
    /// Those of the store.
    pub fn has_blob(&self, digest: &Digest, size: Option<u64>) -> Result<bool> {
        let hex = digest.hex();
        let key = blob_key(&hex);
        match within(&self.store, move |store| store.stat(&key))? {
            Some(stat) => Ok(size.is_none_or(|size| stat.size == size)),
            None => Ok(self.store.read_blob(&hex)?.is_some()),
        }
    }
}

/// Takes `ttl` out of a store's URL: it is about what is shared, not about the driver.
fn without_ttl(url: &str) -> Result<(String, Option<Duration>)> {
    let Some((place, query)) = url.rsplit_once('?') else { return Ok((url.to_owned(), None)) };
    let (ours, others): (Vec<&str>, Vec<&str>) = query.split('&').partition(|pair| pair.starts_with("ttl="));
    let ttl = ours.last().map(|pair| crate::clock::parse_duration(&pair["ttl=".len()..])).transpose()?;
    let url = if others.is_empty() { place.to_owned() } else { format!("{place}?{}", others.join("&")) };
    Ok((url, ttl.filter(|ttl| !ttl.is_zero())))
}

/// Asks on a thread of its own, so that a store that hangs costs no more than the limit.
fn within<T: Send + 'static>(store: &Store, ask: impl FnOnce(&Store) -> Result<T> + Send + 'static) -> Result<T> {
    let (sender, receiver) = mpsc::channel();
    let asked = store.clone();
    std::thread::Builder::new()
        .name("shared".to_owned())
        .spawn(move || sender.send(ask(&asked)))
        .map_err(|e| Error::new(Kind::Other, "thread", "cannot start a thread").cause(e.to_string()))?;
    receiver.recv_timeout(ANSWER_LIMIT).unwrap_or_else(|_| {
        let limit = ANSWER_LIMIT.as_secs();
        Err(Error::new(
            Kind::Timeout,
            "store_timeout",
            format!("store `{}`: no answer within {limit} s", store.shown()),
        ))
    })
}
