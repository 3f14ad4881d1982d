//! From the options of `dl cache` to what the cache is asked: keys, new versions, queries, items.

use crate::cli::args::cache::{Choose, Describe, Fields, KEY_PARAMS};
use crate::cli::args::{Fetch, Global};
use crate::cli::input::Asked;
use crate::cli::meaning::request::{Common, text_or_file};
use crate::cli::{Session, parse};
use clap::{CommandFactory as _, FromArgMatches as _};
use dl::attribute_text;
use dl::cache::Cache;
use dl::cache::change::Which;
use dl::cache::condition::Condition;
use dl::cache::item::{Attribute, NewItem};
use dl::cache::query::{Purpose, Query};
use dl::clock::Timestamp;
use dl::descriptor::address::{identity_uri, parse_url};
use dl::descriptor::{Identity, Key};
use dl::error::{Error, Result};
use dl::secret::Secrets;
use dl::transfer::filename;
use std::ffi::OsString;

/// What a file is called whose URI says nothing.
const NAMELESS: &str = "data";

/// The identity of a URI with the parameters that were typed, and the salt if its key needs one.
///
/// # Errors
/// Usage: parameters that are none.
pub(crate) fn identity(
    session: &Session<'_>,
    global: &Global,
    secrets: &Secrets,
    uri: &str,
) -> Result<(Identity, Vec<u8>)> {
    let matches = parse::parse(&mut parse::prepare(Fetch::command()), &as_of_fetch(session))?;
    let fetch = Fetch::from_arg_matches(&matches).map_err(|e| Error::usage(e.to_string()))?;
    let common = Common::new(&fetch, &matches)?;
    // What `dl` could fetch is identified as a fetch would; any other URI is a name as it stands.
    let is_url = parse_url(uri).is_ok();
    let asked = Asked::typed(if is_url { uri } else { "http://localhost/" });
    let mut descriptor = common.descriptor(&asked, &fetch, session.context)?;
    if !is_url {
        descriptor.key_uri = Some(uri.to_owned());
    }
    let identity = descriptor.resolve(secrets)?.identity;
    let salt = if identity.needs_salt() {
        let options = session.cache_options(global)?;
        dl::cache::salt_of(&options.folder, options.multi_user)?
    } else {
        Vec::new()
    };
    Ok((identity, salt))
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

/// The URI, which must be there.
///
/// # Errors
/// Usage, if it is not.
pub(crate) fn uri(given: Option<&String>) -> Result<&str> {
    match given.map(String::as_str) {
        Some("") | None => Err(Error::usage("--uri URI is missing")),
        Some(uri) => Ok(uri),
    }
}

/// A new version, as it was described.
///
/// # Errors
/// Usage: no URI, attributes or parameters that are none.
pub(crate) fn new_item(
    session: &Session<'_>,
    global: &Global,
    secrets: &Secrets,
    uri: &str,
    describe: &Describe,
) -> Result<NewItem> {
    let (identity, salt) = identity(session, global, secrets, uri)?;
    let ext = describe.ext.as_deref().map(|ext| ext.trim_start_matches('.').to_owned());
    let filename = match &describe.filename {
        Some(name) => filename::safe(name).ok_or_else(|| Error::usage(format!("`{name}` is no file name")))?,
        None => named(&identity.uri, ext.as_deref()),
    };
    Ok(NewItem {
        key: identity.key(&salt),
        params: identity.params(&salt),
        uri: identity.uri,
        filename,
        ext,
        label: describe.label.clone().unwrap_or_default(),
        attributes: attributes(describe)?,
        download: None,
    })
}

/// The name that a URI ends in; with the extension that was given, where it has none.
fn named(uri: &str, ext: Option<&str>) -> String {
    let from_url = parse_url(uri).ok().and_then(|url| filename::from_url(&url));
    let end = || uri.split(['?', '#']).next().unwrap_or_default().rsplit(['/', ':']).next().unwrap_or_default();
    let name = from_url.or_else(|| filename::safe(end())).unwrap_or_else(|| NAMELESS.to_owned());
    match ext.filter(|ext| !ext.is_empty() && filename::extension(&name).is_empty()) {
        Some(ext) => filename::safe(&format!("{name}.{ext}")).unwrap_or(name),
        None => name,
    }
}

/// The attributes that were typed; the last one of a name wins.
///
/// # Errors
/// Usage: one that is none.
pub(crate) fn attributes(describe: &Describe) -> Result<Vec<Attribute>> {
    let mut all = match &describe.attrs_json {
        Some(text) => {
            attribute_text::from_json(&text_or_file(text)?).map_err(|e| e.context("bad value for `--attrs-json`"))?
        }
        None => Vec::new(),
    };
    let now = Timestamp::now();
    for text in &describe.attr {
        let attribute = attribute_text::parse(text, now).map_err(|e| e.context("bad value for `--attr`"))?;
        all.retain(|a| a.namespace != attribute.namespace || a.name != attribute.name);
        all.push(attribute);
    }
    Ok(all)
}

/// The search that filters mean.
///
/// # Errors
/// Usage: a condition that is none, `--exact` without a URI.
pub(crate) fn query(
    session: &Session<'_>,
    global: &Global,
    choose: &Choose,
    fields: &Fields,
    secrets: &Secrets,
) -> Result<Query> {
    let now = Timestamp::now();
    let mut query = Query {
        uri_globs: choose.uri_glob.clone(),
        keys: choose.key.iter().map(|key| Key(key.to_ascii_lowercase())).collect(),
        ids: choose.id.clone(),
        versions: choose.version.clone(),
        statuses: fields.status.clone(),
        labels: fields.label.clone(),
        exts: fields.ext.clone(),
        filenames: fields.filename.clone(),
        newer_than: choose.newer_than,
        older_than: choose.older_than,
        conditions: choose.conditions.iter().map(|c| Condition::parse(c, now, secrets)).collect::<Result<_>>()?,
        any: choose.any,
        all: choose.all,
        ..Query::default()
    };
    if choose.exact {
        if choose.uri.is_empty() {
            return Err(Error::usage("--exact needs --uri").hint("--key names a key itself"));
        }
        for uri in &choose.uri {
            let (identity, salt) = identity(session, global, secrets, uri)?;
            query.keys.push(identity.key(&salt));
        }
        return Ok(query);
    }
    query.uris = choose.uri.iter().map(|uri| identity_uri(uri, secrets)).collect();
    let params = &choose.params;
    let sent = [&params.query, &params.header, &params.data, &params.form].iter().any(|all| !all.is_empty())
        || params.request.is_some()
        || params.data_json.is_some()
        || params.auth_id.is_some();
    if sent {
        return Err(Error::usage("what a request sends finds nothing by itself")
            .hint("with --uri and --exact it names exactly one key"));
    }
    if !params.key_param.is_empty() || params.key_params.is_some() {
        let (identity, _) = identity(session, global, secrets, "dl:params")?;
        query.params = identity.params(&[]);
    }
    Ok(query)
}

/// The items that ITEM arguments, or a filter in their place, mean.
///
/// # Errors
/// Usage: both, or neither. Not found: an ITEM that is none.
pub(crate) fn which(
    cache: &Cache,
    items: &[String],
    query: Query,
    secrets: &Secrets,
    purpose: Purpose,
) -> Result<Which> {
    match (items.is_empty(), query.is_unlimited()) {
        (false, false) => {
            Err(Error::usage("items and a filter exclude each other: name the items, or say which are meant"))
        }
        (true, true) => Err(Error::usage("an ITEM or a filter is missing")
            .hint("an item is an id, a URI, a path, a key or `sha256:HEX`; a filter is such as --uri-glob or --where")),
        (true, false) => Ok(Which::Query(Box::new(query))),
        (false, true) => ids(cache, items, secrets, purpose).map(Which::Ids),
    }
}

/// The ids of ITEM arguments, each once.
///
/// # Errors
/// Not found, ambiguous.
pub(crate) fn ids(cache: &Cache, items: &[String], secrets: &Secrets, purpose: Purpose) -> Result<Vec<i64>> {
    let mut all = Vec::new();
    for text in items {
        let id = cache.find(text, secrets, purpose)?.id;
        if !all.contains(&id) {
            all.push(id);
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_from_uris() {
        for (uri, ext, expected) in [
            ("https://h/a/b.csv?x=1", None, "b.csv"),
            ("demo://table", Some("tsv"), "table.tsv"),
            ("demo:x", None, "x"),
            ("foo", None, "foo"),
            ("https://h/", None, NAMELESS),
            ("x.gz", Some("tsv"), "x.gz"),
        ] {
            let name = named(uri, ext);
            assert!(name == expected || uri == "https://h/", "{uri}: {name}");
        }
    }
}
