//! `dl manifest`: self-describing artifacts.

use crate::cli::Session;
use crate::cli::args::Global;
use crate::cli::args::artifact::{ManifestCheckout, ManifestPut, ManifestShow, OfHashes};
use crate::cli::commands::blob::{each, of_user, put_json, some_hash, warn_missing};
use crate::cli::commands::cache_set::many;
use crate::cli::context::read_named;
use crate::cli::meaning::request::text_or_file;
use crate::cli::meaning::sharing::shared;
use crate::cli::output::escape_field;
use crate::cli::progress::Spoken;
use crate::cli::settings::Layers;
use dl::archive;
use dl::cache::Cache;
use dl::cache::content::spelled;
use dl::cache::query::Purpose;
use dl::clock::show_size;
use dl::digest::Digest;
use dl::error::{Error, Kind, Result};
use dl::manager::report::path_to_json;
use dl::manager::task;
use dl::manifest::Manifest;
use dl::manifest::artifacts::{Artifacts, Put, unknown_class};
use dl::manifest::checkout::checkout as check_out;
use dl::manifest::draft::Draft;
use dl::manifest::schema::Schemas;
use dl::manifest::walk::{Behind, Look, walk};
use serde_json::json;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

fn open(session: &Session<'_>, global: &Global) -> Result<Cache> {
    Cache::open(&session.cache_options(global)?, &Spoken::new(&session.output))
}

fn with_schemas<'c>(cache: &'c Cache, layers: &Layers) -> Artifacts<'c> {
    Artifacts::with_schemas(cache, Schemas::new(layers.schemas.clone()))
}

/// Stores a manifest, and prints its hash.
///
/// # Errors
/// Usage, not found, integrity, disk, cache.
pub(crate) fn put(session: &Session<'_>) -> Result<u8> {
    let (global, layers) = session.settle()?;
    let args: ManifestPut = session.args()?;
    let has_parts = args.class.is_some()
        || !args.dir.is_empty()
        || [&args.set, &args.set_json, &args.file, &args.reference, &args.item].iter().any(|all| !all.is_empty());
    let cache = open(session, &global)?;
    let artifacts = with_schemas(&cache, &layers);
    let put = match (&args.whole, &args.class) {
        (Some(_), _) if has_parts => {
            return Err(Error::usage("a whole manifest and the options that make one exclude each other"));
        }
        (Some(file), _) => artifacts.put_manifest(&Manifest::of_user(&read_named(file)?)?, &[])?,
        (None, Some(class)) if !class.is_empty() => compose(session, &args, &layers, &artifacts, class)?,
        _ => {
            return Err(Error::usage("a manifest needs a class")
                .hint("dl manifest put --class NAME --file K=PATH …; or a whole one: dl manifest put FILE"));
        }
    };
    warn_missing(session, &put);
    if global.json {
        session.output.json(&put_json(&put))?;
    } else {
        session.output.result(spelled(&put.content.digest).as_bytes())?;
    }
    Ok(0)
}

fn compose(
    session: &Session<'_>,
    args: &ManifestPut,
    layers: &Layers,
    artifacts: &Artifacts<'_>,
    class: &str,
) -> Result<Put> {
    let mut draft = Draft::new(artifacts, class);
    for (name, text) in &args.set {
        draft.set(name, text.as_str().into())?;
    }
    for (name, text) in &args.set_json {
        let wrong = |why: String| Error::usage(format!("bad value for `--set-json {name}`")).cause(why);
        let text = text_or_file(text)?;
        draft.set(name, dl::json::read_strict(text.as_bytes()).map_err(|e| wrong(e.to_string()))?)?;
    }
    for (name, hash) in &args.reference {
        let digest = artifacts.get(&artifacts.cache().hash(hash)?)?.digest;
        draft.reference(name, &digest)?;
    }
    let listener = Spoken::new(&session.output);
    for (name, text) in &args.item {
        draft.item(name, &artifacts.cache().find(text, &layers.secrets(), Purpose::Read)?, &listener)?;
    }
    for (name, file) in &args.file {
        draft.file(name, Path::new(file)).map_err(of_user)?;
    }
    for folder in &args.dir {
        draft.folder(folder)?;
    }
    draft.put()
}

/// Prints manifests as they are stored.
///
/// # Errors
/// Not found (`not_found`, `not_a_manifest`, `unknown_class`); usage, integrity, disk, cache.
pub(crate) fn show(session: &Session<'_>) -> Result<u8> {
    let (global, layers) = session.settle()?;
    let args: ManifestShow = session.args()?;
    some_hash(&args.hash)?;
    let cache = open(session, &global)?;
    let shared = shared(session, &global, &layers)?;
    let artifacts = with_schemas(&cache, &layers).asking(shared.as_deref());
    let configured: Vec<&str> = artifacts.known_classes().collect();
    each(session, global.json, &args.hash, |text| {
        let digest = cache.hash(text)?;
        let (manifest, bytes) = artifacts.manifest(&digest)?;
        let known: Vec<&str> = match args.class.as_slice() {
            [] => configured.clone(),
            named => named.iter().map(String::as_str).collect(),
        };
        if !known.is_empty() && !known.contains(&manifest.class.as_str()) {
            let error = unknown_class(&manifest.class, known);
            let hint = format!("--class {} shows it all the same", manifest.class);
            return Err(if args.class.is_empty() {
                error.cause("those with a schema are known").hint(hint)
            } else {
                error
            });
        }
        if global.json {
            return session.output.json(&json!({
                "schema": 1,
                "hash": spelled(&digest),
                "size": bytes.len(),
                "class": manifest.class,
                "value": manifest.value,
            }));
        }
        // As it is stored, but for a terminal, which foreign text must not drive.
        if session.output.manner().stdout_is_terminal {
            session.output.result(&bytes)
        } else {
            session.output.bytes(&bytes)
        }
    })
}

/// Writes the files of a manifest into a folder, and prints it.
///
/// # Errors
/// Usage, not found, integrity, disk, cache.
pub(crate) fn checkout(session: &Session<'_>) -> Result<u8> {
    let (global, layers) = session.settle()?;
    let args: ManifestCheckout = session.args()?;
    let [hash, dir] = args.words.as_slice() else {
        return Err(Error::usage("expected HASH DIR").hint("dl manifest checkout -h"));
    };
    let cache = open(session, &global)?;
    let shared = shared(session, &global, &layers)?;
    let artifacts = Artifacts::new(&cache).asking(shared.as_deref());
    let if_exists = match args.if_exists {
        Some(task::IfExists::Keep) => archive::IfExists::Keep,
        Some(task::IfExists::Error) => archive::IfExists::Error,
        Some(task::IfExists::Replace) | None => archive::IfExists::Replace,
    };
    let done = check_out(&artifacts, &cache.hash(&hash.to_string_lossy())?, dir, if_exists)?;
    if global.json {
        session.output.json(&json!({
            "schema": 1, "path": path_to_json(dir), "files": done.files, "bytes": done.bytes, "kept": done.kept,
        }))?;
    } else {
        session.output.result(dir.as_os_str().as_bytes())?;
    }
    let files = usize::try_from(done.files).unwrap_or(usize::MAX);
    session.output.tell("checked out", &format!("  {}, {}", many(files, "file"), show_size(done.bytes)));
    Ok(0)
}

/// Does something with each hash that was named, in the cache, the shared store behind it.
fn each_of(session: &Session<'_>, work: impl Fn(&Artifacts<'_>, &Digest, bool) -> Result<()>) -> Result<u8> {
    let (global, layers) = session.settle()?;
    let args: OfHashes = session.args()?;
    some_hash(&args.hash)?;
    let cache = open(session, &global)?;
    let shared = shared(session, &global, &layers)?;
    let artifacts = Artifacts::new(&cache).asking(shared.as_deref());
    each(session, global.json, &args.hash, |text| work(&artifacts, &cache.hash(text)?, global.json))
}

/// Shows what manifests refer to.
///
/// # Errors
/// As [`show`]; integrity: a cycle.
pub(crate) fn tree(session: &Session<'_>) -> Result<u8> {
    each_of(session, |artifacts, digest, json| {
        let (manifest, bytes) = artifacts.manifest(digest)?;
        let hash = spelled(digest);
        if json {
            session.output.json(&json!({
                "schema": 1, "depth": 0, "path": "", "hash": hash, "size": bytes.len(), "type": "manifest",
                "class": manifest.class, "seen": false,
            }))?;
        } else {
            session.output.result(format!("{}  {hash}", escape_field(manifest.class.as_bytes())).as_bytes())?;
        }
        walk(artifacts, digest, Look::Judge, &mut |step| {
            let class = match &step.behind {
                Behind::Manifest(class) => Some(class.as_str()),
                _ => None,
            };
            if json {
                return session.output.json(&json!({
                    "schema": 1, "depth": step.depth, "path": step.path, "hash": spelled(&step.digest),
                    "size": step.size, "type": step.behind.name(), "class": class, "seen": step.seen,
                }));
            }
            let what = match &step.behind {
                Behind::Manifest(class) => escape_field(class.as_bytes()),
                Behind::Blob => show_size(step.size),
                other => other.name().to_owned(),
            };
            let again = if step.seen && class.is_some() { "  (as above)" } else { "" };
            let key = escape_field(step.key.as_bytes());
            let line = format!("{}{key}  {}  {what}{again}", "  ".repeat(step.depth), spelled(&step.digest));
            session.output.result(line.as_bytes())
        })
    })
}

/// Hashes manifests and all that they refer to.
///
/// # Errors
/// Integrity, if something is damaged or not here; not found: the manifest itself; usage, disk, cache.
pub(crate) fn verify(session: &Session<'_>) -> Result<u8> {
    each_of(session, |artifacts, digest, json| {
        let (mut count, mut bytes) = (1, artifacts.manifest(digest)?.1.len() as u64);
        let mut bad: Vec<String> = Vec::new();
        walk(artifacts, digest, Look::Hash, &mut |step| {
            if !step.seen {
                count += 1;
                bytes += step.size;
            }
            if matches!(step.behind, Behind::Missing | Behind::Damaged) {
                let what = step.behind.name();
                bad.push(format!("`{}` is {what}: `{}`", step.path, spelled(&step.digest)));
                if !json {
                    let columns = [what.to_owned(), spelled(&step.digest), escape_field(step.path.as_bytes())];
                    session.output.result(columns.join("\t").as_bytes())?;
                }
            }
            Ok(())
        })?;
        session.output.tell("verified", &format!("  {}, {} hashed", many(count, "blob"), show_size(bytes)));
        if !bad.is_empty() {
            let whole = spelled(digest);
            let error = Error::new(Kind::Integrity, "damaged", format!("`{whole}` is not whole"));
            return Err(bad.into_iter().fold(error, Error::cause));
        }
        if json {
            let hash = spelled(digest);
            return session.output.json(&json!({ "schema": 1, "hash": hash, "blobs": count, "bytes": bytes }));
        }
        Ok(())
    })
}
