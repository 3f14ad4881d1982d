//! `dl cache export` and `dl cache import`: a cache moves to another machine.

use crate::cli::Session;
use crate::cli::args::cache::{Export, Import};
use crate::cli::commands::cache_set::many;
use crate::cli::meaning::cached;
use crate::cli::meaning::place::refuse_in_cache;
use crate::cli::progress::Spoken;
use dl::cache::Cache;
use dl::cache::query::Query;
use dl::clock::show_size;
use dl::disk::{Replace, Temporary, remove_dead_temporaries};
use dl::error::{Error, Result};
use serde_json::json;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::Path;

/// The mode of an export; one that holds a salt is nobody else's.
const MODE: u32 = 0o666;
const SECRET_MODE: u32 = 0o600;

fn count(number: u64, noun: &str) -> String {
    many(usize::try_from(number).unwrap_or(usize::MAX), noun)
}

/// Writes items into one file.
///
/// # Errors
/// Usage, integrity, disk, cache.
pub(crate) fn export(session: &Session<'_>) -> Result<u8> {
    let (global, layers) = session.settle()?;
    let args: Export = session.args()?;
    let file = args.file.ok_or_else(|| Error::usage("the FILE to write is missing"))?;
    let secrets = layers.secrets();
    let mut query = cached::query(session, &global, &args.filter.choose, &args.filter.fields, &secrets)?;
    if query.is_unlimited() {
        // A whole cache is all that is in it.
        query = Query { all: true, ..query };
    }
    let to_stdout = file.as_os_str() == "-";
    if to_stdout && global.json {
        return Err(Error::usage("--json and an export to stdout exclude each other").hint("name a file"));
    }
    let options = session.cache_options(&global)?;
    if !to_stdout {
        refuse_in_cache(&file, &options.folder)?;
    }
    let cache = Cache::open(&options, &Spoken::new(&session.output))?;
    let exported = if to_stdout {
        cache.export(&mut std::io::stdout().lock(), &query, args.with_salt)?
    } else {
        let folder = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if file.is_dir() {
            return Err(Error::disk(
                format!("`{}` is a folder", file.display()),
                &std::io::ErrorKind::IsADirectory.into(),
            ));
        }
        remove_dead_temporaries(folder);
        let temporary = Temporary::new_in(folder)?;
        let mut writer = BufWriter::with_capacity(1 << 20, temporary.file());
        let exported = cache.export(&mut writer, &query, args.with_salt)?;
        let failed = |e: &std::io::Error| Error::disk(format!("cannot write `{}`", file.display()), e);
        writer.flush().map_err(|e| failed(&e))?;
        drop(writer);
        temporary.file().sync_all().map_err(|e| failed(&e))?;
        let mode = if args.with_salt { SECRET_MODE } else { MODE & !dl::disk::umask() };
        temporary.publish(&file, mode, Replace::Allowed)?;
        exported
    };
    if global.json {
        session.output.json(&json!({
            "schema": 1, "file": dl::manager::report::path_to_json(&file), "items": exported.items, "blobs": exported.blobs, "bytes": exported.bytes,
            "left_out": { "private": exported.private, "unfinished": exported.unfinished },
        }))?;
    }
    session.output.tell("exported", &format!("  {}, {}", count(exported.items, "item"), show_size(exported.bytes)));
    if exported.private > 0 {
        let text = format!("{} fetched with credentials left out (--with-salt)", count(exported.private, "item"));
        session.output.note(&text);
    }
    if exported.unfinished > 0 {
        session.output.note(&format!("{} being written left out", count(exported.unfinished, "item")));
    }
    Ok(0)
}

/// Takes over what was exported.
///
/// # Errors
/// Integrity: damaged; usage: no export; disk, cache.
pub(crate) fn import(session: &Session<'_>) -> Result<u8> {
    let (global, _) = session.settle()?;
    let args: Import = session.args()?;
    let file = args.file.ok_or_else(|| Error::usage("the FILE to read is missing"))?;
    let open = || std::fs::File::open(&file);
    let mut reader: Box<dyn std::io::Read> = if file.as_os_str() == "-" {
        Box::new(std::io::stdin().lock())
    } else {
        let opened =
            open().map_err(|e| Error::usage(format!("cannot read `{}`", file.display())).cause(e.to_string()))?;
        Box::new(BufReader::with_capacity(1 << 20, opened))
    };
    let cache = Cache::open(&session.cache_options(&global)?, &Spoken::new(&session.output))?;
    let imported = cache.import(&mut reader)?;
    if global.json {
        session.output.json(&json!({
            "schema": 1, "items": imported.items, "known": imported.known, "blobs": imported.blobs, "bytes": imported.bytes,
        }))?;
    }
    let known = if imported.known > 0 { format!(", {} known already", imported.known) } else { String::new() };
    let text = format!("  {}{known}, {}", count(imported.items, "item"), show_size(imported.bytes));
    session.output.tell("imported", &text);
    Ok(0)
}
