//! `dl cache key` and `dl cache dir`: the name of something, and where the cache is. Neither opens the registry.

use crate::cli::Session;
use crate::cli::args::cache::Key;
use crate::cli::meaning::cached;
use dl::error::{Error, Result};
use serde_json::json;
use std::os::unix::ffi::OsStrExt as _;

/// Prints the key.
///
/// # Errors
/// Usage: no URI, or parameters that are none.
pub(crate) fn run(session: &Session<'_>) -> Result<u8> {
    let (global, layers) = session.settle()?;
    let args: Key = session.args()?;
    let uri = args.uri.ok_or_else(|| Error::usage("--uri URI is missing"))?;
    let (identity, salt) = cached::identity(session, &global, &layers.secrets(), &uri)?;
    let key = identity.key(&salt);
    if global.json {
        let params = identity.params(&salt);
        session.output.json(&json!({ "schema": 1, "key": key.0, "uri": identity.uri, "params": params }))?;
    } else {
        session.output.result(key.0.as_bytes())?;
    }
    Ok(0)
}

/// Prints the cache's folder, whether it exists or not.
///
/// # Errors
/// Usage: no folder is known.
pub(crate) fn dir(session: &Session<'_>) -> Result<u8> {
    let (global, _) = session.settle()?;
    let folder = session.cache_options(&global)?.folder;
    if global.json {
        let path = dl::manager::report::path_to_json(&folder);
        session.output.json(&json!({ "schema": 1, "path": path, "exists": folder.exists() }))?;
    } else {
        session.output.result(folder.as_os_str().as_bytes())?;
    }
    Ok(0)
}
