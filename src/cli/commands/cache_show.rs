//! `dl cache show` and `dl cache path`: what is known about an item, and where its file is.

use crate::cli::args::cache::OfItems;
use crate::cli::output::{escape, escape_field};
use crate::cli::progress::Spoken;
use crate::cli::{Session, report};
use dl::cache::Cache;
use dl::cache::item::{Item, Status};
use dl::cache::query::Purpose;
use dl::error::{Error, Kind, Result};
use dl::event::Listener;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt as _;

/// Shows items.
///
/// # Errors
/// Usage: no item named; the cache cannot be opened. An item that is not found is told, and is in the exit code.
pub(crate) fn show(session: &Session<'_>) -> Result<u8> {
    each(session, Purpose::Change, |_, item, json| {
        let value = json(item);
        match value {
            Shown::Json(value) => session.output.json(&value),
            Shown::Plain(value) => session.output.bytes(plain(&value).as_bytes()),
        }
    })
}

/// Prints the paths of items.
///
/// # Errors
/// As [`show`]; an item whose file is gone is not found.
pub(crate) fn path(session: &Session<'_>) -> Result<u8> {
    each(session, Purpose::Read, |cache, item, json| {
        if !is_usable(cache, item, &Spoken::new(&session.output))? {
            return Err(Error::new(
                Kind::NotFound,
                "no_file",
                format!("the file of item {} is not there, or not what it was: `{}`", item.id, item.path.display()),
            )
            .hint(format!("dl cache show {}", item.id)));
        }
        match json(item) {
            Shown::Json(value) => {
                session.output.json(&json!({ "schema": 1, "path": value["path"], "version_id": value["version_id"] }))
            }
            Shown::Plain(_) => session.output.result(item.path.as_os_str().as_bytes()),
        }
    })
}

/// Whether an item's path is one to use: what is READY has its bytes there, what is being written need not be there yet.
fn is_usable(cache: &Cache, item: &Item, listener: &dyn Listener) -> Result<bool> {
    match item.status {
        Status::Ready => cache.stands(item, listener),
        Status::Write | Status::Uninitialized => Ok(true),
        _ => Ok(item.path.exists()),
    }
}

/// An item, in the form that was asked for.
enum Shown {
    Json(Value),
    Plain(Value),
}

/// Does the same to each ITEM, in order; the exit code is that of the first failure.
fn each(
    session: &Session<'_>,
    purpose: Purpose,
    tell: impl Fn(&Cache, &Item, &dyn Fn(&Item) -> Shown) -> Result<()>,
) -> Result<u8> {
    let (global, layers) = session.settle()?;
    let args: OfItems = session.args()?;
    if args.item.is_empty() {
        return Err(Error::usage("an ITEM is missing: an id, a URI, a path, a key or `sha256:HEX`").hint("dl cache ls"));
    }
    let secrets = layers.secrets();
    let cache = Cache::open(&session.cache_options(&global)?, &Spoken::new(&session.output))?;
    let form = |item: &Item| {
        let value = item.to_json(&secrets);
        if global.json { Shown::Json(value) } else { Shown::Plain(value) }
    };
    let mut first = 0;
    for text in &args.item {
        let told = cache.find(text, &secrets, purpose).and_then(|item| tell(&cache, &item, &form));
        if let Err(error) = told {
            report::failure(&session.output, &error, global.json)?;
            if first == 0 {
                first = error.kind().exit_code();
            }
        }
    }
    Ok(first)
}

/// The fields for people: one a line, lists and objects as JSON, what is not known left out.
fn plain(value: &Value) -> String {
    let mut text = String::new();
    for (name, value) in value.as_object().into_iter().flatten().filter(|(name, _)| *name != "schema") {
        match value {
            Value::Null => {}
            Value::Object(inner) if name == "download" => {
                text.push_str("download:\n");
                for (name, value) in inner.iter().filter(|(_, v)| !v.is_null()) {
                    let _ = writeln!(text, "  {name:<14} {}", one(value));
                }
            }
            Value::Object(inner) if inner.is_empty() => {}
            Value::String(inner) if inner.is_empty() => {}
            value => {
                let _ = writeln!(text, "{name:<16} {}", one(value));
            }
        }
    }
    text.push('\n');
    text
}

fn one(value: &Value) -> String {
    match value {
        Value::String(text) => escape_field(text.as_bytes()),
        other => escape(&other.to_string()).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_read_one_field_a_line() {
        let value = json!({"schema":1,"id":3,"label":"","error":null,"uri":"https://h/\u{1b}[2J","attrs":{},
                           "download":{"http_code":200,"etag":null}});
        let text = plain(&value);
        assert_eq!(text.lines().count(), 5, "{text}");
        assert!(text.contains("download:\n  http_code      200\n") && !text.contains('\u{1b}'), "{text}");
    }
}
