//! `dl kv get`, `get-many`, `has`, `stat`, `ls`, `count`, `ping`: what a store holds.

use crate::cli::Session;
use crate::cli::args::kv::{Keys, Ls, OfKey, OfKeys, Whole};
use crate::cli::context::read_named_up_to;
use crate::cli::meaning::store;
use crate::cli::output::{escape, escape_field};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dl::error::{Error, Kind, Result};
use dl::kv::store::{LARGEST_VALUE_BYTES, Stat};
use serde_json::{Map, Value, json};
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};

/// The code of a question that was answered "no".
pub(super) const NO: u8 = 11;
/// How many values are held at once.
const BATCH: usize = 64;

/// The bytes of a key that must be there.
pub(super) fn key(typed: Option<&OsString>) -> Result<&[u8]> {
    typed.map(|key| key.as_bytes()).ok_or_else(|| Error::usage("a KEY is missing"))
}

/// The keys that were typed, or that stand in a file.
pub(super) fn keys(typed: &Keys) -> Result<Vec<Vec<u8>>> {
    let Some(path) = &typed.keys_from else {
        if typed.key.is_empty() {
            return Err(Error::usage("a KEY is missing").hint("KEY…, or --keys-from FILE"));
        }
        return Ok(typed.key.iter().map(|key| key.as_bytes().to_vec()).collect());
    };
    if !typed.key.is_empty() {
        return Err(Error::usage("KEY and --keys-from exclude each other"));
    }
    let bytes = read_named_up_to(path, LARGEST_VALUE_BYTES as u64)?;
    let end = if typed.null { 0 } else { b'\n' };
    let keys = bytes.split_inclusive(|b| *b == end).map(|key| key.strip_suffix(&[end]).unwrap_or(key).to_vec());
    // Between lines nothing is meant; an empty key can be given with -0.
    Ok(keys.filter(|key| typed.null || !key.is_empty()).collect())
}

/// A JSON object about a key; `name_base64` in place of `name` where the bytes are not UTF-8.
pub(super) fn object(key: &[u8]) -> Map<String, Value> {
    let mut object = Map::new();
    object.insert("schema".to_owned(), json!(1));
    put_bytes(&mut object, "key", key);
    object
}

fn put_bytes(object: &mut Map<String, Value>, name: &str, bytes: &[u8]) {
    match std::str::from_utf8(bytes) {
        Ok(text) => object.insert(name.to_owned(), text.into()),
        Err(_) => object.insert(format!("{name}_base64"), STANDARD.encode(bytes).into()),
    };
}

/// The error for a key that is not there.
pub(super) fn not_there(key: &[u8]) -> Error {
    Error::new(Kind::NotFound, "no_key", format!("there is no key `{}`", String::from_utf8_lossy(key)))
}

/// Prints the bytes of a value.
///
/// # Errors
/// Not found; those of the store.
pub(crate) fn get(session: &Session<'_>) -> Result<u8> {
    let args: OfKey = store::args(session)?;
    if args.global.json {
        return Err(Error::usage("--json and the value's bytes cannot both go to standard output")
            .hint("dl kv get-many KEY gives it as JSON, dl kv stat KEY tells about it, as --meta does of a fetch"));
    }
    let key = key(args.key.as_ref())?;
    let store = store::store(session, &args.which, &args.global)?;
    let value = store.get(key)?.ok_or_else(|| not_there(key))?;
    session.output.value(&value).map(|()| 0)
}

/// Prints a JSON object for each key, in order.
///
/// # Errors
/// Those of the store.
pub(crate) fn get_many(session: &Session<'_>) -> Result<u8> {
    let args: OfKeys = store::args(session)?;
    let keys = keys(&args.keys)?;
    let store = store::store(session, &args.which, &args.global)?;
    for batch in keys.chunks(BATCH) {
        let asked: Vec<&[u8]> = batch.iter().map(Vec::as_slice).collect();
        for (key, value) in asked.iter().zip(store.get_many(&asked)?) {
            let mut object = object(key);
            object.insert("found".to_owned(), value.is_some().into());
            if let Some(value) = value {
                put_bytes(&mut object, "value", &value);
            }
            session.output.json(&object.into())?;
        }
    }
    Ok(0)
}

/// Whether a key is there: exit 0 or 11.
///
/// # Errors
/// Those of the store.
pub(crate) fn has(session: &Session<'_>) -> Result<u8> {
    let args: OfKey = store::args(session)?;
    let key = key(args.key.as_ref())?;
    let found = store::store(session, &args.which, &args.global)?.has(key)?;
    if args.global.json {
        let mut object = object(key);
        object.insert("found".to_owned(), found.into());
        session.output.json(&object.into())?;
    }
    Ok(if found { 0 } else { NO })
}

fn described(key: &[u8], stat: Option<Stat>) -> Value {
    let mut object = object(key);
    if let Some(stat) = stat {
        object.insert("size".to_owned(), stat.size.into());
        object.insert("expires_at".to_owned(), stat.expires.map(|end| end.to_string()).into());
    }
    object.into()
}

/// Prints what is known of a value, as JSON.
///
/// # Errors
/// Not found; those of the store.
pub(crate) fn stat(session: &Session<'_>) -> Result<u8> {
    let args: OfKey = store::args(session)?;
    let key = key(args.key.as_ref())?;
    let stat = store::store(session, &args.which, &args.global)?.stat(key)?.ok_or_else(|| not_there(key))?;
    session.output.json(&described(key, Some(stat))).map(|()| 0)
}

/// Lists the keys.
///
/// # Errors
/// Those of the store; usage: it cannot list.
pub(crate) fn ls(session: &Session<'_>) -> Result<u8> {
    let args: Ls = store::args(session)?;
    let listed = store::store(session, &args.which, &args.global)?.list(args.long)?;
    let is_terminal = session.output.manner().stdout_is_terminal;
    let end = if args.null { 0 } else { b'\n' };
    let mut text = Vec::new();
    for (key, stat) in &listed {
        match stat {
            _ if args.global.json => text.extend_from_slice(described(key, *stat).to_string().as_bytes()),
            Some(stat) => {
                let expires = stat.expires.map_or("-".to_owned(), |end| end.to_string());
                text.extend_from_slice(format!("{}\t{}\t{expires}", escape_field(key), stat.size).as_bytes());
            }
            None if is_terminal => text.extend_from_slice(escape(&String::from_utf8_lossy(key)).as_bytes()),
            None => text.extend_from_slice(key),
        }
        text.push(end);
    }
    session.output.bytes(&text).map(|()| 0)
}

/// Prints how many keys there are.
///
/// # Errors
/// Those of the store; usage: it cannot list.
pub(crate) fn count(session: &Session<'_>) -> Result<u8> {
    let args: Whole = store::args(session)?;
    let count = store::store(session, &args.which, &args.global)?.list(false)?.len();
    if args.global.json {
        return session.output.json(&json!({ "schema": 1, "count": count })).map(|()| 0);
    }
    session.output.result(count.to_string().as_bytes()).map(|()| 0)
}

/// Whether the store answers.
///
/// # Errors
/// Those of the store.
pub(crate) fn ping(session: &Session<'_>) -> Result<u8> {
    let args: Whole = store::args(session)?;
    let store = store::store(session, &args.which, &args.global)?;
    store.ping()?;
    if args.global.json {
        return session.output.json(&json!({ "schema": 1, "store": store.shown(), "ok": true })).map(|()| 0);
    }
    session.output.tell("ok", &format!("  {}", store.shown()));
    Ok(0)
}

/// The bytes of an argument that is read: `@FILE`, `-`, or the text itself.
pub(super) fn value(typed: OsString, literal: bool) -> Result<Vec<u8>> {
    let path = match typed.as_bytes() {
        b"-" if !literal => "-".into(),
        [b'@', path @ ..] if !literal => std::path::PathBuf::from(OsString::from_vec(path.to_vec())),
        _ => return Ok(typed.into_vec()),
    };
    read_named_up_to(&path, LARGEST_VALUE_BYTES as u64)
}
