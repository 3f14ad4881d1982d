//! Contents of other machines: each is hashed as it comes, and kept with what it refers to.

use crate::cache::Cache;
use crate::cache::commit::hold;
use crate::cache::content::Interned;
use crate::cache::intake;
use crate::cache::item::Status;
use crate::cache::registry::connection::Failure;
use crate::cache::registry::{root, search};
use crate::clock::Timestamp;
use crate::digest::Digest;
use crate::error::{Error, Kind, Result};
use std::collections::HashMap;
use std::io::Read;

impl Cache {
    /// Makes a blob of what another machine gives for a digest, hashed as it comes. Nothing keeps it yet:
    /// [`Cache::keep_arrived`] does, or [`Cache::keep_whole`] with others.
    ///
    /// # Errors
    /// `digest_mismatch` (integrity): it gave something else. Network (`store`): it failed. Kind disk or cache.
    pub fn arrive(&self, digest: &Digest, bytes: &mut dyn Read) -> Result<Interned> {
        let (spool, size) = intake::receive(&self.registry, bytes, digest, None)?;
        Ok(Interned::of_spool(self.placed(digest.clone(), size), spool))
    }

    /// Keeps what arrived: on behalf of what refers to it, or, where nothing here does, until it is removed by hand.
    ///
    /// # Errors
    /// Kind disk or cache.
    pub fn keep_arrived(&self, arrived: &Interned, references: &[Digest]) -> Result<()> {
        let digest = &arrived.content.digest;
        loop {
            let outcome = self.registry.try_write(|connection| {
                let size = hold(&self.registry, connection, digest)?.size;
                if root::referrers(connection, digest)?.is_empty() {
                    root::keep(connection, digest, size, Timestamp::now())?;
                }
                references.iter().try_for_each(|other| root::refer(connection, digest, other))
            });
            match outcome {
                // Nothing protected it yet, and it was cleaned away.
                Err(Failure::NeedsBlob) => self.again(arrived)?,
                other => return said(other),
            }
        }
    }

    /// Keeps a content until it is removed by hand, and with it `whole`: each content that it leads to, and itself, with what that
    /// refers to; all in one transaction. False, and nothing was noted: one of them was cleaned away meanwhile.
    ///
    /// # Errors
    /// Kind disk or cache.
    pub fn keep_whole(&self, top: &Digest, whole: &HashMap<Digest, Vec<Digest>>) -> Result<bool> {
        let outcome = self.registry.try_write(|connection| {
            for (digest, references) in whole {
                hold(&self.registry, connection, digest)?;
                references.iter().try_for_each(|other| root::refer(connection, digest, other))?;
            }
            let size = hold(&self.registry, connection, top)?.size;
            root::keep(connection, top, size, Timestamp::now())
        });
        match outcome {
            Err(Failure::NeedsBlob) => Ok(false),
            other => said(other).map(|()| true),
        }
    }

    /// Whether all that is known of a content is that a credential got it: items have it, each of them private, and no user
    /// keeps it by its hash.
    ///
    /// # Errors
    /// Kind disk or cache.
    pub fn is_private_content(&self, digest: &Digest) -> Result<bool> {
        self.registry.read(|connection| {
            let mut items = search::by_digest(connection, self.registry.folder(), digest)?;
            items.retain(|item| item.status != Status::Deleted);
            let is_private = !items.is_empty() && items.iter().all(crate::cache::item::Item::is_private);
            Ok(is_private && !root::is_root(connection, digest)?)
        })
    }
}

fn said<T>(outcome: Result<T, Failure>) -> Result<T> {
    outcome.map_err(|failure| match failure {
        Failure::Said(error) => error,
        other => Error::new(Kind::Cache, "registry", format!("cannot commit: {other:?}")),
    })
}
