//! `dl cache push` and `dl cache pull`: items to and from the shared store, whatever its mode.

use crate::cli::args::cache::OfItems;
use crate::cli::meaning::sharing::needed;
use crate::cli::progress::Spoken;
use crate::cli::{Session, report};
use dl::cache::Cache;
use dl::cache::item::{Item, Trust};
use dl::cache::query::Purpose;
use dl::clock::show_size;
use dl::descriptor::{Identity, Key};
use dl::error::{Error, Kind, Result};
use dl::secret::Secrets;
use dl::shared::{Moved, Shared};
use serde_json::{Map, json};
use std::os::unix::ffi::OsStrExt as _;

/// Offers items.
///
/// # Errors
/// Usage: no item or no store named; the cache cannot be opened. What fails for one item is told, and is in the exit code.
pub(crate) fn push(session: &Session<'_>) -> Result<u8> {
    each(session, |work, text| {
        let item = work.cache.find(text, &work.secrets, Purpose::Read)?;
        may_be_shared(&item)?;
        let moved = work.shared.offer(&work.cache, &item, &item.key, &item.params)?;
        work.told(&item, moved, "pushed")
    })
}

/// Takes items in, and prints their paths.
///
/// # Errors
/// As [`push`].
pub(crate) fn pull(session: &Session<'_>) -> Result<u8> {
    each(session, |work, text| {
        let key = key_of(text, &work.secrets)?;
        let missing = || {
            let message = format!("the shared store `{}` does not have `{text}`", work.shared.shown());
            Error::new(Kind::NotFound, "not_found", message)
        };
        let line = work.shared.find(&key)?.ok_or_else(missing)?;
        let size = line.size();
        let params = line.params();
        let item = work.shared.take(line, &work.cache, &key, &params)?.ok_or_else(missing)?;
        if !work.json {
            work.session.output.result(item.path.as_os_str().as_bytes())?;
        }
        work.told(&item, Moved { sent: 1, present: 0, bytes: size }, "pulled")
    })
}

/// What the commands work with.
struct Work<'a> {
    session: &'a Session<'a>,
    cache: Cache,
    shared: std::sync::Arc<Shared>,
    secrets: Secrets,
    json: bool,
}

impl Work<'_> {
    fn told(&self, item: &Item, moved: Moved, word: &str) -> Result<()> {
        let output = &self.session.output;
        if self.json {
            return output.json(&json!({
                "schema": 1, "key": item.key.0, "version_id": item.version_id(),
                "hash": item.sha256.as_ref().map(ToString::to_string),
                "path": dl::manager::report::path_to_json(&item.path),
                "sent": moved.sent, "present": moved.present, "bytes": moved.bytes,
            }));
        }
        let detail = if moved.present > 0 { "  its bytes were there" } else { "" };
        output.tell(word, &format!("  {}  {}{detail}", item.filename, show_size(item.size.unwrap_or(0))));
        Ok(())
    }
}

/// Does the same to each ITEM, in order; the exit code is that of the first failure.
fn each(session: &Session<'_>, act: impl Fn(&Work<'_>, &str) -> Result<()>) -> Result<u8> {
    let (global, layers) = session.settle()?;
    let args: OfItems = session.args()?;
    if args.item.is_empty() {
        return Err(Error::usage("an ITEM is missing: a URI, a key, an id, a path or `sha256:HEX`").hint("dl cache ls"));
    }
    let shared = needed(session, &global, &layers)?;
    let cache = Cache::open(&session.cache_options(&global)?, &Spoken::new(&session.output))?;
    let work = Work { session, cache, shared, secrets: layers.secrets(), json: global.json };
    let mut first = 0;
    for text in &args.item {
        if let Err(error) = act(&work, text) {
            report::failure(&session.output, &error, global.json)?;
            if first == 0 {
                first = error.kind().exit_code();
            }
        }
    }
    Ok(first)
}

/// Whether others may have an item: nothing that a credential got, nothing under a trust of one's own.
fn may_be_shared(item: &Item) -> Result<()> {
    let refused = |why: &str| Error::usage(format!("item {} is not shared: {why}", item.id));
    if item.is_private() {
        return Err(refused("it was fetched with a credential")
            .hint("with `[shared] private` and a secret, the fetch itself offers it (--shared-mode read-write)"));
    }
    let download = item.download.as_ref();
    if download.is_some_and(|d| d.trust != Trust::default() || d.tls_verified == Some(false)) {
        return Err(refused("it was fetched with --insecure, --resolve or a CA of the command line"));
    }
    if item.uri.starts_with("file:") {
        return Err(refused("a `file:` means another file on another machine"));
    }
    Ok(())
}

/// The key that is meant by what names an item that is not here.
fn key_of(text: &str, secrets: &Secrets) -> Result<Key> {
    let is_key = text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if is_key {
        return Ok(Key(text.to_owned()));
    }
    if !text.contains(':') {
        return Err(Error::usage(format!("`{text}` cannot be pulled: expected a URI or a whole key"))
            .hint("`dl cache key --uri URI` prints the key"));
    }
    Ok(Identity::of_uri(text, Map::new(), secrets)?.key(&[]))
}
