//! `push` and `pull` of `dl blob` and `dl manifest`: contents, with all they refer to, to and from the shared store, whatever its mode.

use crate::cli::Session;
use crate::cli::args::artifact::OfHashes;
use crate::cli::commands::blob::{each, some_hash};
use crate::cli::commands::cache_set::many;
use crate::cli::meaning::sharing::needed;
use crate::cli::progress::Spoken;
use dl::cache::Cache;
use dl::cache::content::spelled;
use dl::clock::show_size;
use dl::digest::Digest;
use dl::error::{Kind, Result};
use dl::manifest::artifacts::Artifacts;
use dl::manifest::share::Wanted;
use dl::shared::{Moved, Shared};
use serde_json::json;

/// Sends blobs, and prints their hashes.
///
/// # Errors
/// Usage: no hash or no store is named; the cache cannot be opened. What fails for one is told, and is in the exit code.
pub(crate) fn push_blob(session: &Session<'_>) -> Result<u8> {
    push(session, Wanted::Any)
}

/// Sends manifests, and prints their hashes.
///
/// # Errors
/// As [`push_blob`].
pub(crate) fn push_manifest(session: &Session<'_>) -> Result<u8> {
    push(session, Wanted::Manifest)
}

/// Takes blobs in, and prints their hashes.
///
/// # Errors
/// As [`push_blob`].
pub(crate) fn pull_blob(session: &Session<'_>) -> Result<u8> {
    pull(session, Wanted::Any)
}

/// Takes manifests in, and prints their hashes.
///
/// # Errors
/// As [`push_blob`].
pub(crate) fn pull_manifest(session: &Session<'_>) -> Result<u8> {
    pull(session, Wanted::Manifest)
}

fn push(session: &Session<'_>, wanted: Wanted) -> Result<u8> {
    move_each(session, "pushed", |cache, shared, text| {
        let digest = cache.hash(text)?;
        let moved = Artifacts::new(cache).push(shared, &digest, wanted)?;
        Ok((digest, moved))
    })
}

fn pull(session: &Session<'_>, wanted: Wanted) -> Result<u8> {
    move_each(session, "pulled", |cache, shared, text| {
        let digest = cache.hash(text).map_err(|error| match error.kind() {
            Kind::NotFound => error.hint("the shared store is asked for whole hashes: `sha256:` and 64 hex digits"),
            _ => error,
        })?;
        let moved = Artifacts::new(cache).pull(shared, &digest, wanted)?;
        Ok((digest, moved))
    })
}

/// Moves each HASH, in order; the exit code is that of the first failure.
fn move_each(
    session: &Session<'_>,
    word: &str,
    act: impl Fn(&Cache, &Shared, &str) -> Result<(Digest, Moved)>,
) -> Result<u8> {
    let (global, layers) = session.settle()?;
    let args: OfHashes = session.args()?;
    some_hash(&args.hash)?;
    let shared = needed(session, &global, &layers)?;
    let cache = Cache::open(&session.cache_options(&global)?, &Spoken::new(&session.output))?;
    each(session, global.json, &args.hash, |text| {
        let (digest, moved) = act(&cache, &shared, text)?;
        let hash = spelled(&digest);
        let output = &session.output;
        if global.json {
            let Moved { sent, present, bytes } = moved;
            return output
                .json(&json!({ "schema": 1, "hash": hash, "sent": sent, "present": present, "bytes": bytes }));
        }
        output.result(hash.as_bytes())?;
        let sent = many(usize::try_from(moved.sent).unwrap_or(usize::MAX), "blob");
        let detail = if moved.present > 0 { format!("  present: {}", moved.present) } else { String::new() };
        output.tell(word, &format!("  {sent}, {}{detail}", show_size(moved.bytes)));
        Ok(())
    })
}
