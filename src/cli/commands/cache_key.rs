//! `dl cache key` and `dl cache dir`: the name of something, and where the cache is. Neither opens the registry.

use crate::cli::args::Fetch;
use crate::cli::args::cache::{KEY_PARAMS, Key};
use crate::cli::input::Asked;
use crate::cli::meaning::request::Common;
use crate::cli::{Session, parse};
use clap::{CommandFactory as _, FromArgMatches as _};
use dl::error::{Error, Result};
use serde_json::json;
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;

/// Prints the key.
///
/// # Errors
/// Usage: no URI, or parameters that are none.
pub(crate) fn run(session: &Session<'_>) -> Result<u8> {
    let (global, layers) = session.settle()?;
    let args: Key = session.args()?;
    let uri = args.uri.ok_or_else(|| Error::usage("--uri URI is missing"))?;
    let secrets = layers.secrets();
    let matches = parse::parse(&mut parse::prepare(Fetch::command()), &as_of_fetch(session))?;
    let fetch = Fetch::from_arg_matches(&matches).map_err(|e| Error::usage(e.to_string()))?;
    let common = Common::new(&fetch, &matches)?;
    // What `dl` could fetch is identified as a fetch would; any other URI is a name as it stands.
    let is_url = dl::descriptor::address::parse_url(&uri).is_ok();
    let asked = Asked::typed(if is_url { &uri } else { "http://localhost/" });
    let mut descriptor = common.descriptor(&asked, &fetch, &[], session.context)?;
    if !is_url {
        descriptor.key_uri = Some(uri);
    }
    let identity = descriptor.resolve(&secrets)?.identity;
    let salt = if identity.needs_salt() {
        let options = session.cache_options(&global)?;
        dl::cache::salt_of(&options.folder, options.multi_user)?
    } else {
        Vec::new()
    };
    let key = identity.key(&salt);
    if global.json {
        let params = identity.params(&salt);
        session.output.json(&json!({ "schema": 1, "key": key.0, "uri": identity.uri, "params": params }))?;
    } else {
        session.output.result(key.0.as_bytes())?;
    }
    Ok(0)
}

/// The parameters as `fetch` takes them.
fn as_of_fetch(session: &Session<'_>) -> Vec<OsString> {
    let mut arguments = Vec::new();
    for id in KEY_PARAMS {
        for value in session.typed.matches.try_get_raw(id).ok().flatten().into_iter().flatten() {
            let mut argument = OsString::from(format!("--{}=", id.replace('_', "-")));
            argument.push(value);
            arguments.push(argument);
        }
    }
    arguments
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
