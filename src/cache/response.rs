//! Responses as a cache of HTTP keeps them: found by URI and credential, apart from items, their contents among the blobs.
//!
//! As with items the blob is in place before its row, and rows go before their blobs: a process that is killed between the
//! two leaves a blob without a row, which `clean` finds.

use crate::cache::Cache;
use crate::cache::blobs::{self, Found};
use crate::cache::by_hand::seated;
use crate::cache::commit::hold;
use crate::cache::freshness::vary::Selecting;
use crate::cache::freshness::{Stored, age};
use crate::cache::item::{NewContent, Trust};
use crate::cache::registry::{Registry, blob, response};
use crate::cache::remove::{Unneeded, sweep};
use crate::clock::Timestamp;
use crate::digest::Digest;
use crate::disk::Signature;
use crate::error::{Error, Result};
use crate::event::Listener;
use crate::message::Fields;
use crate::partial::Partial;
use rusqlite::Connection;
use std::path::PathBuf;

/// How many responses are kept of one URI and credential: variants and parts; the least used go.
const MOST_OF_ONE_URI: usize = 64;

/// Who may have a response: what it is found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The URI, redacted.
    pub uri: String,
    /// The credential that was sent, as a digest; empty for none.
    pub credential: String,
    /// Under which trust it was got.
    pub trust: Trust,
}

/// A stored response and where its content is.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// Its row; 0: it has none yet.
    pub id: i64,
    /// Who may have it.
    pub holder: Holder,
    /// What the rules need.
    pub stored: Stored,
    /// `1.0`, `1.1`, `2`.
    pub http_version: String,
    /// The size of what is stored of its content.
    pub size: u64,
    /// Its SHA-256; `None`: only the head is stored.
    pub sha256: Option<Digest>,
    /// `reqwest`, `curl`.
    pub backend: String,
    /// Whether certificates were verified; `None` without TLS.
    pub tls_verified: Option<bool>,
    /// Whether the framing told the content's end.
    pub length_verified: bool,
}

impl Response {
    fn fresh_until(&self) -> Timestamp {
        let Stored { received_at, .. } = self.stored;
        match age::left(&self.stored, received_at) {
            Ok(left) => received_at.plus(left),
            Err(_) => received_at,
        }
    }
}

impl Cache {
    /// All responses that are stored for a URI and that its holder may have.
    ///
    /// # Errors
    /// Kind disk or cache.
    pub fn responses(&self, holder: &Holder) -> Result<Vec<Response>> {
        self.registry.read(|connection| response::of(connection, holder))
    }

    /// Stores a response in place of others. Its content is taken from `partial`, unless a blob has it: the partial stays.
    /// Gives the response with its id.
    ///
    /// # Errors
    /// Kind disk or cache.
    pub fn store_response(&self, new: Response, partial: Option<&Partial>, replaced: &[i64]) -> Result<Response> {
        let registry = &self.registry;
        let now = Timestamp::now();
        let change = |connection: &Connection| {
            if let Some(digest) = &new.sha256 {
                hold(registry, connection, digest)?;
            }
            let mut gone = response::remove(connection, replaced)?;
            let id = response::add(connection, &new, new.fresh_until(), now)?;
            let beyond = response::beyond(connection, &new.holder, MOST_OF_ONE_URI)?;
            gone.extend(response::remove(connection, &beyond)?);
            Ok((id, gone))
        };
        let (id, gone) = match &new.sha256 {
            None => registry.write(change)?,
            Some(digest) => {
                let again = || match partial {
                    Some(partial) => blobs::put(registry.folder(), partial, digest, registry.boot()),
                    None => Err(Error::new(crate::error::Kind::Cache, "no_blob", "the content of a response is gone")),
                };
                if !has_sound_blob(registry, digest)? {
                    again()?;
                }
                seated(registry, digest, &again, &|connection, _| change(connection))?
            }
        };
        sweep(registry, &Unneeded { versions: Vec::new(), blobs: gone })?;
        Ok(Response { id, ..new })
    }

    /// Gives bytes a place among the blobs that no row names: nothing but their digest finds them, until they are cleaned away.
    ///
    /// # Errors
    /// A disk error.
    pub fn keep_unnamed(&self, content: &NewContent, partial: &Partial) -> Result<PathBuf> {
        let (registry, digest) = (&self.registry, content.digests.sha256());
        if !has_sound_blob(registry, digest)? {
            blobs::put(registry.folder(), partial, digest, registry.boot())?;
        }
        Ok(registry.folder().blob(digest))
    }

    /// Where a content stands among the blobs, once it is there.
    #[must_use]
    pub fn blob_place(&self, digest: &Digest) -> PathBuf {
        self.registry.folder().blob(digest)
    }

    /// Writes down what a confirmation changed of responses (fields, times, what chose them).
    ///
    /// # Errors
    /// Kind disk or cache.
    pub fn update_responses(&self, changed: &[Response]) -> Result<()> {
        let now = Timestamp::now();
        self.registry.write(|connection| {
            changed.iter().try_for_each(|one| response::update(connection, one, one.fresh_until(), now))
        })
    }

    /// Marks all responses of these URIs (redacted), whoever may have them: they are validated before their next use.
    ///
    /// # Errors
    /// Kind disk or cache.
    pub fn invalidate_responses(&self, uris: &[String]) -> Result<()> {
        self.registry.write(|connection| uris.iter().try_for_each(|uri| response::invalidate(connection, uri)))
    }

    /// Removes responses, and the contents that nobody else needs.
    ///
    /// # Errors
    /// Kind disk or cache.
    pub fn remove_responses(&self, ids: &[i64]) -> Result<()> {
        let gone = self.registry.write(|connection| response::remove(connection, ids))?;
        sweep(&self.registry, &Unneeded { versions: Vec::new(), blobs: gone })?;
        Ok(())
    }

    /// Notes that a response was used; dropped rather than waited for.
    pub fn count_response(&self, id: i64) {
        self.registry.count(response::COUNT_USE, &[id]);
    }

    /// The file with a response's content, if its bytes are right; `None`: it is damaged or gone, and the row with it.
    ///
    /// # Errors
    /// Kind disk or cache.
    pub fn content_of_response(&self, response: &Response, listener: &dyn Listener) -> Result<Option<PathBuf>> {
        let Some(digest) = &response.sha256 else { return Ok(None) };
        let (registry, path) = (&self.registry, self.registry.folder().blob(digest));
        let known = registry.read(|connection| blob::record(connection, digest))?;
        match blobs::check(&path, digest, known.as_ref(), registry.boot())? {
            Found::Standing(_) => return Ok(Some(path)),
            Found::Right(record) => {
                if registry.folder().is_writable() {
                    registry.write(|connection| blob::note(connection, digest, &record))?;
                }
                return Ok(Some(path));
            }
            Found::Wrong(inode) => {
                registry.warn(format!("`{}` was damaged: it was set aside", path.display()));
                self.tell_warnings(listener);
                if registry.folder().is_writable() {
                    let aside = registry.folder().set_aside(&path, inode);
                    aside.map_err(|e| Error::disk(format!("cannot set `{}` aside", path.display()), &e))?;
                }
            }
            Found::Missing => {}
        }
        if registry.folder().is_writable() {
            self.remove_responses(&[response.id])?;
        }
        Ok(None)
    }
}

/// Whether a blob is there and known to be right, without hashing it.
fn has_sound_blob(registry: &Registry, digest: &Digest) -> Result<bool> {
    let path = registry.folder().blob(digest);
    let known = registry.read(|connection| blob::record(connection, digest))?;
    Ok(known.is_some_and(|record| {
        blobs::is_durable(&record, registry.boot()) && Signature::of(&path).is_ok_and(|s| record.is_of(&s))
    }))
}

/// What chose a response, computed anew for another request: for a variant that the origin says is also this one's.
#[must_use]
pub fn also_for(response: &Response, request: &Fields) -> Response {
    let selecting = Selecting::of(request, &response.stored.fields);
    Response { id: 0, stored: Stored { selecting, ..response.stored.clone() }, ..response.clone() }
}
