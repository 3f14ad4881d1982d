//! `dl kv set`, `add`, `set-many`, `del`, `inc`, `dec`, `clear`: what changes a store.

use super::kv_read::{NO, key, keys, not_there, object, value};
use crate::cli::Session;
use crate::cli::args::kv::{Count, OfKeys, Set, SetMany, Whole};
use crate::cli::context::read_named_up_to;
use crate::cli::meaning::store;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dl::error::{Error, Kind, Result};
use dl::kv::store::{LARGEST_VALUE_BYTES, Store};
use serde_json::{Value, json};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::time::Duration;

/// A key, its value and how long it lives.
type Entry = (Vec<u8>, Vec<u8>, Option<Duration>);

/// How a value is stored; whether it was.
type Put = fn(&Store, &[u8], &[u8], Option<Duration>) -> Result<bool>;

/// Stores a value.
///
/// # Errors
/// Those of the store.
pub(crate) fn set(session: &Session<'_>) -> Result<u8> {
    one(session, |store, key, value, ttl| store.set(key, value, ttl).map(|()| true))
}

/// Stores a value where none is: exit 11 if one is.
///
/// # Errors
/// Those of the store.
pub(crate) fn add(session: &Session<'_>) -> Result<u8> {
    one(session, Store::add)
}

fn one(session: &Session<'_>, put: Put) -> Result<u8> {
    let args: Set = store::args(session)?;
    let key = key(args.key.as_ref())?;
    let typed = args.value.ok_or_else(|| Error::usage("a VALUE is missing").hint("VALUE, @FILE, or - for stdin"))?;
    let store = store::store(session, &args.which, &args.global)?;
    let stored = put(&store, key, &value(typed, args.literal)?, args.live.ttl)?;
    if args.global.json {
        told(session, key, "stored", stored)?;
    }
    Ok(if stored { 0 } else { NO })
}

fn told(session: &Session<'_>, key: &[u8], what: &str, done: bool) -> Result<()> {
    let mut object = object(key);
    object.insert(what.to_owned(), done.into());
    session.output.json(&object.into())
}

/// Stores several values; prints each key that was.
///
/// # Errors
/// Usage: a bad pair or line, before anything is stored.
pub(crate) fn set_many(session: &Session<'_>) -> Result<u8> {
    let args: SetMany = store::args(session)?;
    let entries = entries(&args)?;
    let store = store::store(session, &args.which, &args.global)?;
    let mut first_failure = None;
    let mut rest = entries.as_slice();
    while !rest.is_empty() {
        let given: Vec<_> = rest.iter().map(|(key, value, ttl)| (key.as_slice(), value.as_slice(), *ttl)).collect();
        let failure = store.set_many(&given).err();
        let stored = failure.as_ref().map_or(rest.len(), |(done, _)| *done);
        report(session, &rest[..stored], true, args.global.json)?;
        rest = &rest[stored..];
        let Some((_, error)) = failure else { break };
        // What stopped a batch is found one by one; where nobody answers the rest is not tried.
        let hopeless = matches!(error.kind(), Kind::Network | Kind::Timeout | Kind::Tls);
        let tried = if hopeless { rest.len() } else { 1 };
        if hopeless {
            report(session, rest, false, args.global.json)?;
            first_failure.get_or_insert(error);
        } else {
            let (key, value, ttl) = &rest[0];
            let outcome = store.set(key, value, *ttl);
            report(session, &rest[..1], outcome.is_ok(), args.global.json)?;
            if let Err(error) = outcome {
                session.output.error(&error);
                first_failure.get_or_insert(error);
            }
        }
        rest = &rest[tried..];
    }
    match first_failure {
        None => Ok(0),
        Some(error) => {
            if matches!(error.kind(), Kind::Network | Kind::Timeout | Kind::Tls) {
                session.output.error(&error);
            }
            Ok(error.kind().exit_code())
        }
    }
}

fn report(session: &Session<'_>, entries: &[Entry], stored: bool, as_json: bool) -> Result<()> {
    entries.iter().try_for_each(|(key, ..)| match as_json {
        true => told(session, key, "stored", stored),
        false if stored => session.output.result(key),
        false => Ok(()),
    })
}

fn entries(args: &SetMany) -> Result<Vec<Entry>> {
    match args.pair.as_slice() {
        [] => Err(Error::usage("nothing to store").hint("K=V…, or - for JSON lines from stdin")),
        [only] if only == "-" => lines(&read_named_up_to(Path::new("-"), LARGEST_VALUE_BYTES as u64)?, args.live.ttl),
        pairs => pairs
            .iter()
            .map(|pair| {
                let bytes = pair.as_bytes();
                let at = bytes.iter().position(|b| *b == b'=').ok_or_else(|| {
                    Error::usage(format!("`{}` is no `K=V`", pair.to_string_lossy()))
                        .hint("dl kv set KEY VALUE; or `set-many -` for keys with `=`")
                })?;
                Ok((bytes[..at].to_vec(), bytes[at + 1..].to_vec(), args.live.ttl))
            })
            .collect(),
    }
}

/// Reads lines as `get-many` writes them, with `ttl` where it differs. Lines that say that a key was not found are
/// passed over.
fn lines(text: &[u8], ttl: Option<Duration>) -> Result<Vec<Entry>> {
    let mut all = Vec::new();
    for (number, line) in text.split(|b| *b == b'\n').enumerate() {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let entry = entry(line, ttl).map_err(|why| Error::usage(format!("line {}: {why}", number + 1)))?;
        all.extend(entry);
    }
    Ok(all)
}

fn entry(line: &[u8], ttl: Option<Duration>) -> Result<Option<Entry>, String> {
    let value = dl::json::read_strict(line).map_err(|e| e.to_string())?;
    let Value::Object(object) = value else { return Err("expected an object".to_owned()) };
    let known = ["schema", "key", "key_base64", "value", "value_base64", "ttl", "found"];
    if let Some(name) = object.keys().find(|name| !known.contains(&name.as_str())) {
        return Err(format!("unknown member `{name}`: expected key, value and ttl"));
    }
    if object.get("found") == Some(&Value::Bool(false)) {
        return Ok(None);
    }
    let bytes = |name: &str| match (object.get(name), object.get(&format!("{name}_base64"))) {
        (Some(Value::String(text)), None) => Ok(text.clone().into_bytes()),
        (None, Some(Value::String(text))) => STANDARD.decode(text).map_err(|_| format!("`{name}_base64` is no base64")),
        (None, None) => Err(format!("`{name}` is missing")),
        (Some(_), Some(_)) => Err(format!("`{name}` stands twice")),
        _ => Err(format!("`{name}` is no text")),
    };
    let ttl = match object.get("ttl") {
        None | Some(Value::Null) => ttl,
        Some(Value::String(text)) => Some(dl::clock::parse_duration(text).map_err(|e| e.message().to_owned())?),
        Some(number) => {
            let seconds = number.as_f64().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
            Some(seconds.ok_or("`ttl` is no duration: expected seconds, or a text such as `10m`")?)
        }
    };
    Ok(Some((bytes("key")?, bytes("value")?, ttl)))
}

/// Removes keys: exit 3, after all were tried, if one was not there.
///
/// # Errors
/// Those of the store.
pub(crate) fn del(session: &Session<'_>) -> Result<u8> {
    let args: OfKeys = store::args(session)?;
    let keys = keys(&args.keys)?;
    let store = store::store(session, &args.which, &args.global)?;
    let asked: Vec<&[u8]> = keys.iter().map(Vec::as_slice).collect();
    let deleted = store.delete_many(&asked)?;
    let mut code = 0;
    for (key, deleted) in asked.iter().zip(deleted) {
        if args.global.json {
            told(session, key, "deleted", deleted)?;
        }
        if !deleted {
            code = Kind::NotFound.exit_code();
            session.output.error(&not_there(key));
        }
    }
    Ok(code)
}

/// Adds to a number, and prints what it came to.
///
/// # Errors
/// Usage: the value is no number, or would not fit; those of the store.
pub(crate) fn inc(session: &Session<'_>) -> Result<u8> {
    counted(session, Some)
}

/// Subtracts from a number, and prints what it came to.
///
/// # Errors
/// As [`inc`].
pub(crate) fn dec(session: &Session<'_>) -> Result<u8> {
    counted(session, i64::checked_neg)
}

fn counted(session: &Session<'_>, sign: fn(i64) -> Option<i64>) -> Result<u8> {
    let args: Count = store::args(session)?;
    let key = key(args.key.as_ref())?;
    let by = args.by.unwrap_or(1);
    let by = sign(by).ok_or_else(|| Error::new(Kind::Usage, "overflow", format!("{by} cannot be subtracted")))?;
    let value = store::store(session, &args.which, &args.global)?.inc(key, by, args.live.ttl)?;
    if args.global.json {
        let mut object = object(key);
        object.insert("value".to_owned(), value.into());
        return session.output.json(&object.into()).map(|()| 0);
    }
    session.output.result(value.to_string().as_bytes()).map(|()| 0)
}

/// Removes every key below the prefix, or all that is `dl`'s to see.
///
/// # Errors
/// Those of the store; usage: it cannot do so.
pub(crate) fn clear(session: &Session<'_>) -> Result<u8> {
    let args: Whole = store::args(session)?;
    store::store(session, &args.which, &args.global)?.clear()?;
    if args.global.json {
        session.output.json(&json!({ "schema": 1, "cleared": true }))?;
    }
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_they_are_written() {
        let text = b"{\"schema\":1,\"key\":\"a\",\"found\":true,\"value\":\"1\"}\n\n{\"key\":\"b\",\"found\":false}\n\
            {\"key_base64\":\"/w==\",\"value_base64\":\"AA==\",\"ttl\":1.5}\r\n{\"key\":\"c\",\"value\":\"\",\"ttl\":\"2m\"}";
        let default = Some(Duration::from_secs(9));
        let read = lines(text, default).unwrap();
        assert_eq!(
            read,
            [
                (b"a".to_vec(), b"1".to_vec(), default),
                (vec![0xff], vec![0], Some(Duration::from_millis(1500))),
                (b"c".to_vec(), Vec::new(), Some(Duration::from_mins(2))),
            ]
        );
        for bad in [
            "[]",
            "x",
            r#"{"key":"a"}"#,
            r#"{"value":"a"}"#,
            r#"{"key":"a","value":1}"#,
            r#"{"key":"a","key":"b","value":""}"#,
            r#"{"key":"a","key_base64":"YQ==","value":""}"#,
            r#"{"key":"a","value_base64":"%"}"#,
            r#"{"key":"a","value":"","ttl":-1}"#,
            r#"{"key":"a","value":"","tll":1}"#,
        ] {
            let error = lines(format!("{{\"key\":\"k\",\"value\":\"\"}}\n{bad}").as_bytes(), None).unwrap_err();
            assert!(error.message().starts_with("line 2: "), "{bad}: {error}");
        }
    }
}
