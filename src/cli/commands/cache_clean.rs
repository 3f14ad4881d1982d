//! `dl cache clean` and `dl cache verify`: keeping the cache in order.

use crate::cli::args::cache::{Clean, Verify};
use crate::cli::commands::cache_set::many;
use crate::cli::meaning::cached;
use crate::cli::output::escape_field;
use crate::cli::progress::Spoken;
use crate::cli::{Session, report};
use dl::cache::Cache;
use dl::cache::clean::{Choices, DEAD_AFTER, Doomed, GRACE};
use dl::cache::query::Purpose;
use dl::cache::verify::Verified;
use dl::clock::show_size;
use dl::error::{Error, Kind, Result};
use dl::manager::report::path_to_json;
use serde_json::json;
use std::os::unix::ffi::OsStrExt as _;
use std::time::Duration;

/// How much of a list is written at once.
const PIECE_BYTES: usize = 1 << 16;

/// What is meant by the choices that were typed.
fn choices(args: &Clean) -> Choices {
    let named = args.orphans || args.missing || args.versions || args.writes || args.trash || args.all;
    let no_grace = args.max_age == Some(Duration::ZERO);
    // Beside another choice it says only that what was just read may go too.
    let max_age = args.max_age.filter(|age| !age.is_zero() || !(named || args.max_size.is_some()));
    let is_usual = args.all || !(named || args.max_size.is_some() || max_age.is_some());
    Choices {
        orphans: args.orphans || is_usual,
        missing: args.missing || is_usual,
        versions: args.versions || is_usual,
        writes: args.writes || is_usual,
        partials: is_usual,
        trash: args.trash,
        keep: args.keep.unwrap_or(1),
        max_size: args.max_size,
        max_age,
        dead_after: args.dead_after.unwrap_or(DEAD_AFTER),
        grace: if no_grace { Duration::ZERO } else { GRACE },
    }
}

fn line(doomed: &Doomed) -> String {
    let uri = doomed.item.as_ref().map_or("", |(_, _, uri)| uri.as_str());
    let columns = [
        doomed.reason.name().to_owned(),
        doomed.item.as_ref().map_or_else(String::new, |(id, ..)| id.to_string()),
        doomed.bytes.to_string(),
        escape_field(uri.as_bytes()),
        escape_field(doomed.path.as_os_str().as_bytes()),
    ];
    columns.join("\t") + "\n"
}

/// Removes what nobody needs, or lists it.
///
/// # Errors
/// Usage, disk, cache.
pub(crate) fn clean(session: &Session<'_>) -> Result<u8> {
    let (global, _) = session.settle()?;
    let args: Clean = session.args()?;
    let cache = Cache::open(&session.cache_options(&global)?, &Spoken::new(&session.output))?;
    let cleaned = cache.clean(&choices(&args), args.dry_run)?;
    // There may be millions: they are written in large pieces.
    let mut lines = String::new();
    for doomed in &cleaned.doomed {
        if lines.len() > PIECE_BYTES {
            session.output.bytes(std::mem::take(&mut lines).as_bytes())?;
        }
        if global.json {
            let (id, version_id, uri) = doomed
                .item
                .clone()
                .map_or((None, None, None), |(id, version, uri)| (Some(id), Some(version), Some(uri)));
            let value = json!({
                "schema": 1,
                "reason": doomed.reason.name(),
                "id": id,
                "version_id": version_id,
                "uri": uri,
                "path": path_to_json(&doomed.path),
                "size": doomed.bytes,
                "removed": !args.dry_run,
            });
            lines += &(value.to_string() + "\n");
        } else if args.dry_run {
            lines += &line(doomed);
        }
    }
    session.output.bytes(lines.as_bytes())?;
    let items = many(usize::try_from(cleaned.items).unwrap_or(usize::MAX), "item");
    let files = match cleaned.files {
        0 => String::new(),
        count => format!(", {}", many(usize::try_from(count).unwrap_or(usize::MAX), "stray file")),
    };
    let responses = match cleaned.responses {
        0 => String::new(),
        count => format!(", {}", many(usize::try_from(count).unwrap_or(usize::MAX), "response")),
    };
    let word = if args.dry_run { "would remove" } else { "removed" };
    session.output.tell(word, &format!(" {items}{responses}{files}, {}", show_size(cleaned.bytes)));
    Ok(0)
}

/// Hashes what is stored.
///
/// # Errors
/// Integrity, if something is damaged (and was not repaired); usage, not found, disk, cache.
pub(crate) fn verify(session: &Session<'_>) -> Result<u8> {
    let (global, layers) = session.settle()?;
    let args: Verify = session.args()?;
    let secrets = layers.secrets();
    let cache = Cache::open(&session.cache_options(&global)?, &Spoken::new(&session.output))?;
    let ids = match args.item.as_slice() {
        [] => None,
        items => Some(cached::ids(&cache, items, &secrets, Purpose::Read)?),
    };
    let verified = cache.verify(ids.as_deref(), args.repair)?;
    cache.tell_warnings(&Spoken::new(&session.output));
    for finding in &verified.findings {
        let item = &finding.item;
        if global.json {
            session.output.json(&json!({
                "schema": 1,
                "damage": finding.damage.name(),
                "repaired": finding.repaired,
                "id": item.id,
                "version_id": item.version_id(),
                "uri": item.uri,
                "path": path_to_json(&item.path),
                "status": item.status.name(),
            }))?;
        } else {
            let state = match (args.repair, finding.repaired) {
                (false, _) => "",
                (true, true) => "repaired",
                (true, false) => "lost",
            };
            let columns = [
                finding.damage.name().to_owned(),
                state.to_owned(),
                item.id.to_string(),
                escape_field(item.uri.as_bytes()),
                escape_field(item.path.as_os_str().as_bytes()),
            ];
            session.output.bytes((columns.join("\t") + "\n").as_bytes())?;
        }
    }
    tell_others(session, &verified, global.json, args.repair)?;
    let count = usize::try_from(verified.items).unwrap_or(usize::MAX);
    session.output.tell("verified", &format!("  {}, {} hashed", many(count, "item"), show_size(verified.bytes)));
    if verified.is_whole(args.repair) {
        return Ok(0);
    }
    let mut error = Error::new(
        Kind::Integrity,
        "damaged",
        format!(
            "{} damaged",
            match (verified.findings.len(), verified.contents.len(), verified.responses.len()) {
                (0, 0, 0) => "the registry is".to_owned(),
                (0, 0, responses) => format!("{} are", many(responses, "stored response")),
                (0, contents, _) => format!("{} that no item has are", many(contents, "blob")),
                (items, ..) => format!("{items} of {} are", many(count, "item")),
            }
        ),
    );
    for line in &verified.registry {
        error = error.cause(line.clone());
    }
    report::failure(&session.output, &error.hint("dl cache verify --repair"), global.json)?;
    Ok(Kind::Integrity.exit_code())
}

/// Tells which contents are damaged that no item has.
fn tell_others(session: &Session<'_>, verified: &Verified, json: bool, is_repair: bool) -> Result<()> {
    for finding in &verified.responses {
        if json {
            session.output.json(&json!({
                "schema": 1,
                "damage": finding.damage.name(),
                "repaired": false,
                "id": null,
                "version_id": null,
                "uri": finding.uri,
                "path": path_to_json(&finding.path),
                "status": null,
            }))?;
        } else {
            let columns = [
                finding.damage.name().to_owned(),
                if is_repair { "removed" } else { "" }.to_owned(),
                "response".to_owned(),
                escape_field(finding.uri.as_bytes()),
                escape_field(finding.path.as_os_str().as_bytes()),
            ];
            session.output.bytes((columns.join("\t") + "\n").as_bytes())?;
        }
    }
    for content in &verified.contents {
        let (damage, path) = (content.damage.name(), &content.path);
        let hash = dl::cache::content::spelled(&content.digest);
        if json {
            let path = path_to_json(path);
            session
                .output
                .json(&json!({ "schema": 1, "damage": damage, "repaired": false, "hash": hash, "path": path }))?;
        } else {
            let state = if is_repair { "lost" } else { "" };
            let columns = [damage, state, "", &hash, &escape_field(path.as_os_str().as_bytes())];
            session.output.bytes((columns.join("\t") + "\n").as_bytes())?;
        }
    }
    Ok(())
}
