//! `dl blob`: contents by their hash.

use crate::cli::args::artifact::{BlobLs, BlobPath, BlobPut, BlobRm, OfHashes};
use crate::cli::commands::cache_set::many;
use crate::cli::meaning::sharing::shared;
use crate::cli::output::escape_field;
use crate::cli::progress::Spoken;
use crate::cli::{Session, report};
use dl::cache::Cache;
use dl::cache::content::{Content, Uses, damaged, spelled};
use dl::clock::show_size;
use dl::digest::Digest;
use dl::error::{Error, Kind, Result};
use dl::manager::report::path_to_json;
use dl::manifest::artifacts::{Artifacts, Bytes, Put};
use serde_json::{Value, json};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// Does the same to each argument, in order; the exit code is that of the first failure.
pub(crate) fn each<T>(
    session: &Session<'_>,
    as_json: bool,
    all: &[T],
    mut work: impl FnMut(&T) -> Result<()>,
) -> Result<u8> {
    let mut first = 0;
    for one in all {
        if let Err(error) = work(one) {
            report::failure(&session.output, &error, as_json)?;
            if first == 0 {
                first = error.kind().exit_code();
            }
        }
    }
    Ok(first)
}

/// An error unless hashes are named.
pub(crate) fn some_hash(hashes: &[String]) -> Result<()> {
    if hashes.is_empty() {
        return Err(Error::usage("a HASH is missing: `sha256:HEX`, hex, or its first 8 digits").hint("dl blob ls"));
    }
    Ok(())
}

/// What was put, as JSON.
pub(crate) fn put_json(put: &Put) -> Value {
    json!({
        "schema": 1,
        "hash": spelled(&put.content.digest),
        "size": put.content.size,
        "path": path_to_json(&put.content.path),
        "existed": put.existed,
    })
}

/// Says what a manifest that was put refers to and is not here.
pub(crate) fn warn_missing(session: &Session<'_>, put: &Put) {
    for digest in &put.missing {
        session.output.warn(&format!(
            "`{}` refers to `{}`, which is not here",
            spelled(&put.content.digest),
            spelled(digest)
        ));
    }
}

/// Stores files, and prints their hashes.
///
/// # Errors
/// Usage, disk, cache.
pub(crate) fn put(session: &Session<'_>) -> Result<u8> {
    let (global, _) = session.settle()?;
    let args: BlobPut = session.args()?;
    let is_stdin = |file: &Path| file.as_os_str() == "-";
    match args.file.iter().filter(|file| is_stdin(file)).count() {
        _ if args.file.is_empty() => return Err(Error::usage("a FILE is missing (- is stdin)").hint("dl blob put -h")),
        0 | 1 => {}
        _ => return Err(Error::usage("stdin may be named once")),
    }
    let cache = Cache::open(&session.cache_options(&global)?, &Spoken::new(&session.output))?;
    let artifacts = Artifacts::new(&cache);
    each(session, global.json, &args.file, |file| {
        let put = if is_stdin(file) {
            artifacts.put_reader(&mut std::io::stdin().lock())?
        } else {
            artifacts.put_file(file).map_err(of_user)?
        };
        warn_missing(session, &put);
        if global.json {
            session.output.json(&put_json(&put))
        } else {
            session.output.result(spelled(&put.content.digest).as_bytes())
        }
    })
}

/// A file that the user named and that is not there is a wrong argument.
pub(crate) fn of_user(error: Error) -> Error {
    match error.code() {
        "no_file" => Error::usage(error.message()),
        _ => error,
    }
}

/// Prints contents, hashed before.
///
/// # Errors
/// Usage, not found, integrity, disk, cache.
pub(crate) fn cat(session: &Session<'_>) -> Result<u8> {
    let (global, layers) = session.settle()?;
    let args: OfHashes = session.args()?;
    if global.json {
        return Err(Error::usage("--json and the blob's bytes cannot both go to standard output")
            .hint("dl blob stat --json HASH tells about it, as --meta does of a fetch"));
    }
    some_hash(&args.hash)?;
    let cache = Cache::open(&session.cache_options(&global)?, &Spoken::new(&session.output))?;
    let shared = shared(session, &global, &layers)?;
    let artifacts = Artifacts::new(&cache).asking(shared.as_deref());
    each(session, false, &args.hash, |text| {
        let digest = cache.hash(text)?;
        match artifacts.open(&digest)? {
            Bytes::Small(bytes) => session.output.bytes(&bytes),
            Bytes::Large(mut file, signature) => {
                session.output.body(&mut file, true)?;
                if Bytes::Large(file, signature).are_unchanged() {
                    return Ok(());
                }
                Err(damaged(&digest, &artifacts.get(&digest)?.path))
            }
        }
    })
}

/// Prints where contents are.
///
/// # Errors
/// As [`cat`].
pub(crate) fn path(session: &Session<'_>) -> Result<u8> {
    let (global, layers) = session.settle()?;
    let args: BlobPath = session.args()?;
    some_hash(&args.hash)?;
    if args.name.is_some() && args.hash.len() > 1 {
        return Err(Error::usage("--as names one blob"));
    }
    let cache = Cache::open(&session.cache_options(&global)?, &Spoken::new(&session.output))?;
    let shared = shared(session, &global, &layers)?;
    let artifacts = Artifacts::new(&cache).asking(shared.as_deref());
    each(session, global.json, &args.hash, |text| {
        let content = artifacts.get(&cache.hash(text)?)?;
        let path = match &args.name {
            Some(name) => cache.content_named(&content, name)?,
            None => content.path.clone(),
        };
        if global.json {
            let hash = spelled(&content.digest);
            return session.output.json(&json!({ "schema": 1, "hash": hash, "path": path_to_json(&path) }));
        }
        session.output.result(path.as_os_str().as_bytes())
    })
}

/// Tells about contents: size, path, who uses them.
///
/// # Errors
/// As [`cat`].
pub(crate) fn stat(session: &Session<'_>) -> Result<u8> {
    let (global, layers) = session.settle()?;
    let args: OfHashes = session.args()?;
    some_hash(&args.hash)?;
    let cache = Cache::open(&session.cache_options(&global)?, &Spoken::new(&session.output))?;
    let shared = shared(session, &global, &layers)?;
    let artifacts = Artifacts::new(&cache).asking(shared.as_deref());
    each(session, global.json, &args.hash, |text| {
        let content = artifacts.get(&cache.hash(text)?)?;
        let uses = cache.uses(&content.digest)?;
        let class = artifacts.as_manifest(&content)?.map(|manifest| manifest.class);
        if global.json {
            return session.output.json(&stat_json(&content, &uses, class.as_deref()));
        }
        let mut lines = vec![
            ("hash", spelled(&content.digest)),
            ("size", content.size.to_string()),
            ("path", escape_field(content.path.as_os_str().as_bytes())),
            ("kept", if uses.root { "yes" } else { "no" }.to_owned()),
        ];
        lines.extend(class.iter().map(|class| ("class", escape_field(class.as_bytes()))));
        lines.extend(uses.items.iter().map(|(id, uri)| ("item", format!("{id} {}", escape_field(uri.as_bytes())))));
        lines.extend(uses.referrers.iter().map(|digest| ("manifest", spelled(digest))));
        for (name, value) in lines {
            session.output.bytes(format!("{name:<16} {value}\n").as_bytes())?;
        }
        session.output.bytes(b"\n")
    })
}

fn stat_json(content: &Content, uses: &Uses, class: Option<&str>) -> Value {
    json!({
        "schema": 1,
        "hash": spelled(&content.digest),
        "size": content.size,
        "path": path_to_json(&content.path),
        "class": class,
        "root": uses.root,
        "items": uses.items.iter().map(|(id, uri)| json!({ "id": id, "uri": uri })).collect::<Vec<_>>(),
        "manifests": uses.referrers.iter().map(spelled).collect::<Vec<_>>(),
    })
}

/// Lists what is stored.
///
/// # Errors
/// Usage, disk, cache.
pub(crate) fn ls(session: &Session<'_>) -> Result<u8> {
    let (global, _) = session.settle()?;
    let args: BlobLs = session.args()?;
    let cache = Cache::open(&session.cache_options(&global)?, &Spoken::new(&session.output))?;
    cache.each_content(&mut |content| {
        let hash = spelled(&content.digest);
        if !global.json && !args.long {
            return session.output.result(hash.as_bytes());
        }
        let uses = cache.uses(&content.digest)?;
        if global.json {
            return session.output.json(&json!({
                "schema": 1,
                "hash": hash,
                "size": content.size,
                "path": path_to_json(&content.path),
                "root": uses.root,
                "items": uses.items.len(),
                "manifests": uses.referrers.len(),
            }));
        }
        let kept = if uses.root { "kept" } else { "" };
        let columns = [
            hash,
            content.size.to_string(),
            kept.to_owned(),
            uses.items.len().to_string(),
            uses.referrers.len().to_string(),
        ];
        session.output.result(columns.join("\t").as_bytes())
    })?;
    Ok(0)
}

/// Removes contents.
///
/// # Errors
/// Usage, not found, in use, disk, cache.
pub(crate) fn rm(session: &Session<'_>) -> Result<u8> {
    let (global, _) = session.settle()?;
    let args: BlobRm = session.args()?;
    some_hash(&args.hash)?;
    let cache = Cache::open(&session.cache_options(&global)?, &Spoken::new(&session.output))?;
    let (mut count, mut freed) = (0, 0);
    let code = each(session, global.json, &args.hash, |text| {
        let digest = cache.hash(text)?;
        let bytes = cache.remove_content(&digest, args.force)?;
        count += 1;
        freed += bytes;
        if global.json {
            session.output.json(&json!({ "schema": 1, "hash": spelled(&digest), "freed_bytes": bytes }))?;
        }
        Ok(())
    })?;
    if count > 0 {
        session.output.tell("removed", &format!("  {}, {}", many(count, "blob"), show_size(freed)));
    }
    Ok(code)
}

/// Hashes contents: those that are named, or all.
///
/// # Errors
/// Integrity, if one is damaged; usage, not found, disk, cache.
pub(crate) fn verify(session: &Session<'_>) -> Result<u8> {
    let (global, _) = session.settle()?;
    let args: OfHashes = session.args()?;
    let cache = Cache::open(&session.cache_options(&global)?, &Spoken::new(&session.output))?;
    let artifacts = Artifacts::new(&cache);
    let tell = |digest: &Digest, damage: &str, path: &Path| {
        if global.json {
            return session.output.json(&json!({
                "schema": 1, "hash": spelled(digest), "damage": damage, "path": path_to_json(path),
            }));
        }
        let columns = [damage.to_owned(), spelled(digest), escape_field(path.as_os_str().as_bytes())];
        session.output.result(columns.join("\t").as_bytes())
    };
    let (mut count, mut bytes, mut bad) = (0, 0, 0);
    let mut code = 0;
    if args.hash.is_empty() {
        let all;
        (count, bytes, all) = cache.verify_contents()?;
        bad = all.len();
        for found in all {
            tell(&found.digest, found.damage.name(), &found.path)?;
        }
    } else {
        code = each(session, global.json, &args.hash, |text| {
            let digest = cache.hash(text)?;
            let found = artifacts.open(&digest).and_then(|_| artifacts.get(&digest));
            count += 1;
            match found {
                Ok(content) => bytes += content.size,
                Err(e) if e.kind() == Kind::Integrity => {
                    bad += 1;
                    tell(&digest, "changed", &cache.blob_path(&digest).unwrap_or_default())?;
                }
                Err(e) => return Err(e),
            }
            Ok(())
        })?;
    }
    let blobs = many(usize::try_from(count).unwrap_or(usize::MAX), "blob");
    session.output.tell("verified", &format!("  {blobs}, {} hashed", show_size(bytes)));
    if bad == 0 {
        return Ok(code);
    }
    let error = Error::new(Kind::Integrity, "damaged", format!("{bad} of {blobs} are damaged"));
    report::failure(
        &session.output,
        &error.hint("put them again: a blob that is right again replaces them"),
        global.json,
    )?;
    Ok(if code == 0 { Kind::Integrity.exit_code() } else { code })
}
