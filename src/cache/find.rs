//! What an ITEM on the command line means (CONTRACT, section 3).

use crate::cache::item::Item;
use crate::cache::query::Purpose;
use crate::cache::registry::connection::Outcome;
use crate::cache::registry::item::Named;
use crate::cache::registry::{Registry, item, search};
use crate::descriptor::Key;
use crate::digest::{Algorithm, Digest};
use crate::error::{Error, Kind, Result};
use crate::secret::Secrets;
use rusqlite::Connection;
use std::path::Path;
use url::Url;

/// The shortest prefix of a key.
const SHORTEST_PREFIX_DIGITS: usize = 8;
/// How many candidates an ambiguous prefix names.
const CANDIDATES: u8 = 10;

/// Finds the item that a text means: a digest, an id, a version id, a URI, a path, a key or its unique prefix.
pub(crate) fn find(registry: &Registry, text: &str, secrets: &Secrets, purpose: Purpose) -> Result<Item> {
    if let Some(hex) = text.strip_prefix("sha256:") {
        let digest = Digest::from_hex(Algorithm::Sha256, hex).ok_or_else(|| unknown(text))?;
        let all = registry.read(|c| search::by_digest(c, registry.folder(), &digest))?;
        return choose(text, all, purpose);
    }
    if let Ok(id) = text.parse::<i64>()
        && let Some(item) = registry.read(|c| item::by_id(c, registry.folder(), id))?
    {
        return Ok(item);
    }
    if let Some((key, version)) = text.rsplit_once('-')
        && let Ok(version) = version.parse::<i64>()
        && let Some(item) = registry.read(|c| by_version(registry, c, &Key(key.to_ascii_lowercase()), version))?
    {
        return Ok(item);
    }
    for uri in spellings(text, secrets) {
        let all = registry.read(|c| search::by_uri(c, registry.folder(), &uri))?;
        if !all.is_empty() {
            return choose(text, all, purpose);
        }
    }
    if text.contains('/')
        && let Some(item) = by_path(registry, Path::new(text))?
    {
        return Ok(item);
    }
    by_prefix(registry, text, purpose)
}

fn unknown(text: &str) -> Error {
    let shown = Secrets::default().redact_references(text);
    Error::new(Kind::NotFound, "not_found", format!("no item is known as `{shown}`"))
        .hint("an item is an id, KEY-VERSION, a URI, a path, sha256:HEX, or a key (8 digits or more)")
}

/// The first that the purpose takes.
fn choose(text: &str, all: Vec<Item>, purpose: Purpose) -> Result<Item> {
    let statuses: Vec<&str> = all.iter().map(|item| item.status.name()).collect();
    let wanted = purpose.wanted();
    let Some(newest) = statuses.first() else { return Err(unknown(text)) };
    let error = Error::new(Kind::NotFound, "not_found", format!("no version of `{text}` is {wanted}"))
        .cause(format!("{} known, the newest is {newest}", statuses.len()));
    all.into_iter().find(|item| purpose.takes(item.status)).ok_or(error)
}

fn by_version(registry: &Registry, connection: &Connection, key: &Key, version: i64) -> Outcome<Option<Item>> {
    item::first_named(connection, registry.folder(), Named::Version(key, version), "")
}

/// How a URI may be stored: as it was given, as it stands in a key, or redacted.
fn spellings(text: &str, secrets: &Secrets) -> Vec<String> {
    let mut all = vec![text.to_owned()];
    if let Ok(url) = Url::parse(text) {
        all.push(secrets.identity_url(&url));
        all.push(secrets.redact_url(&url));
    }
    let mut seen = std::collections::HashSet::new();
    all.retain(|spelling| seen.insert(spelling.clone()));
    all
}

/// The item whose file has that path; the file itself may be gone.
fn by_path(registry: &Registry, path: &Path) -> Result<Option<Item>> {
    let canonical = match (path.parent().map(std::fs::canonicalize), path.file_name()) {
        (Some(Ok(parent)), Some(name)) => parent.join(name),
        _ => path.to_owned(),
    };
    for path in [path, &canonical] {
        let Some((key, version)) = registry.folder().item_of(path) else { continue };
        let found = registry.read(|c| by_version(registry, c, &key, version))?;
        if let Some(item) = found.filter(|item| item.path.file_name() == path.file_name()) {
            return Ok(Some(item));
        }
    }
    Ok(None)
}

fn by_prefix(registry: &Registry, text: &str, purpose: Purpose) -> Result<Item> {
    let prefix = text.to_ascii_lowercase();
    if prefix.len() < SHORTEST_PREFIX_DIGITS || !prefix.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(unknown(text));
    }
    let mut keys = registry.read(|c| search::keys(c, &prefix, i64::from(CANDIDATES) + 1))?;
    if keys.len() > 1 && keys[0].0 != prefix {
        let more = if keys.len() > usize::from(CANDIDATES) { " and more" } else { "" };
        let names: Vec<&str> = keys.iter().take(CANDIDATES.into()).map(|key| key.0.as_str()).collect();
        return Err(Error::new(Kind::Usage, "ambiguous", format!("`{text}` begins more than one key"))
            .cause(format!("candidates: {}{more}", names.join(", "))));
    }
    if keys.is_empty() {
        return Err(unknown(text));
    }
    let key = keys.swap_remove(0);
    let all = registry.read(|c| search::by_key(c, registry.folder(), &key))?;
    choose(text, all, purpose)
}
