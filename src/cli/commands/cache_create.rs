//! `dl cache create`, `dl cache put` and `dl cache best`: versions that a user makes, and the newest of a key.

use crate::cli::Session;
use crate::cli::args::cache::{Best, Create, Put};
use crate::cli::commands::fetch::keep_limits;
use crate::cli::meaning::cached;
use crate::cli::progress::Spoken;
use dl::cache::Cache;
use dl::cache::item::{Item, Status};
use dl::cache::query::Query;
use dl::error::{Error, Kind, Result};
use dl::secret::Secrets;
use serde_json::Value;
use std::os::unix::ffi::OsStrExt as _;

/// Prints the path of an item, or all of it.
fn tell(session: &Session<'_>, item: &Item, as_json: bool, secrets: &Secrets, created: Option<bool>) -> Result<()> {
    if !as_json {
        return session.output.result(item.path.as_os_str().as_bytes());
    }
    let mut value = item.to_json(secrets);
    if let (Some(created), Value::Object(object)) = (created, &mut value) {
        object.insert("created".to_owned(), created.into());
    }
    session.output.json(&value)
}

/// Makes a new version, and prints the path to write to.
///
/// # Errors
/// Usage, disk, cache.
pub(crate) fn create(session: &Session<'_>) -> Result<u8> {
    let (global, layers) = session.settle()?;
    let args: Create = session.args()?;
    let secrets = layers.secrets();
    let uri = cached::uri(args.uri.as_ref())?;
    let new = cached::new_item(session, &global, &secrets, uri, &args.describe)?;
    let cache = Cache::open(&session.cache_options(&global)?, &Spoken::new(&session.output))?;
    let item = cache.create(&new, args.status.unwrap_or(Status::Write))?;
    tell(session, &item, global.json, &secrets, None)?;
    Ok(0)
}

/// Stores a file, and prints the path that it has then.
///
/// # Errors
/// Usage, disk, cache.
pub(crate) fn put(session: &Session<'_>) -> Result<u8> {
    let (global, layers) = session.settle()?;
    let args: Put = session.args()?;
    let secrets = layers.secrets();
    let file = args.file.ok_or_else(|| Error::usage("the FILE to store is missing"))?;
    let uri = cached::uri(args.uri.as_ref())?;
    let new = cached::new_item(session, &global, &secrets, uri, &args.describe)?;
    let status = args.status.unwrap_or(Status::Ready);
    let is_stdin = file.as_os_str() == "-";
    if is_stdin && (args.moved || status != Status::Ready) {
        return Err(Error::usage("stdin is stored as READY, and cannot be moved"));
    }
    let cache = Cache::open(&session.cache_options(&global)?, &Spoken::new(&session.output))?;
    let item = if is_stdin {
        cache.put_from(&mut std::io::stdin().lock(), &new)?
    } else {
        // A file that the user named and that is not there is a wrong argument.
        cache.put(&file, &new, status, args.moved).map_err(|e| match e.code() {
            "no_file" => Error::usage(e.message()),
            _ => e,
        })?
    };
    tell(session, &item, global.json, &secrets, None)?;
    drop(cache);
    keep_limits(&layers, &session.cache_options(&global)?);
    Ok(0)
}

/// Prints the path of the newest version of a key, or of a new one.
///
/// # Errors
/// Not found; usage, disk, cache.
pub(crate) fn best(session: &Session<'_>) -> Result<u8> {
    let (global, layers) = session.settle()?;
    let args: Best = session.args()?;
    let secrets = layers.secrets();
    let uri = cached::uri(args.uri.as_ref())?;
    let new = cached::new_item(session, &global, &secrets, uri, &args.describe)?;
    let statuses = if args.status.is_empty() { vec![Status::Ready] } else { args.status.clone() };
    let query = Query { statuses, newer_than: args.newer_than, older_than: args.older_than, ..Query::ready(&new.key) };
    let cache = Cache::open(&session.cache_options(&global)?, &Spoken::new(&session.output))?;
    let (item, created) = if args.or_new {
        cache.best_or_new(&query, &new, args.new_status.unwrap_or(Status::Write))?
    } else {
        let names: Vec<&str> = query.statuses.iter().map(|s| s.name()).collect();
        let found = cache.best(&query)?.ok_or_else(|| {
            Error::new(Kind::NotFound, "not_found", format!("no version of `{}` is {}", new.uri, names.join(" or ")))
                .hint("--or-new makes one; the key is that of the URI with its parameters: dl cache key")
        })?;
        (found, false)
    };
    tell(session, &item, global.json, &secrets, Some(created))?;
    if !args.no_touch && !created {
        cache.count_searches(&[item.id]);
    }
    Ok(0)
}
