//! `dl cache set`, `ready`, `fail`, `touch`, `rm` and `restore`: what a user says of items.

use crate::cli::Session;
use crate::cli::args::cache::{Chosen, Fields, OfItems, Rm, Set};
use crate::cli::meaning::cached;
use crate::cli::progress::Spoken;
use dl::cache::Cache;
use dl::cache::change::{Change, Which};
use dl::cache::item::{Item, Status};
use dl::cache::query::Purpose;
use dl::cache::remove::Removal;
use dl::clock::show_size;
use dl::error::{Error, Result};
use dl::secret::Secrets;

/// Tells what was touched: how many on stderr, with `--json` the items as they are now.
fn tell(session: &Session<'_>, word: &str, items: &[Item], json: Option<&Secrets>) -> Result<()> {
    let bytes: u64 = items.iter().filter_map(|item| item.size).sum();
    session.output.tell(word, &format!("  {}, {}", many(items.len(), "item"), show_size(bytes)));
    if let Some(secrets) = json {
        for item in items {
            session.output.json(&item.to_json(secrets))?;
        }
    }
    Ok(())
}

/// `1 item`, `4,113 items`.
pub(crate) fn many(count: usize, noun: &str) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    format!("{text} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Changes items.
///
/// # Errors
/// Usage, not found, disk, cache.
pub(crate) fn set(session: &Session<'_>) -> Result<u8> {
    let (global, layers) = session.settle()?;
    let args: Set = session.args()?;
    let secrets = layers.secrets();
    let describe = &args.describe;
    let filename = match &describe.filename {
        Some(name) => {
            Some(dl::transfer::filename::safe(name).ok_or_else(|| Error::usage(format!("`{name}` is no file name")))?)
        }
        None => None,
    };
    let unset = args.unset.iter().map(|name| dl::attribute_text::split_name(name)).collect::<Result<Vec<_>>>()?;
    let what = Change {
        status: args.status,
        label: describe.label.clone(),
        filename,
        ext: describe.ext.clone(),
        created_at: args.created_at,
        last_read: args.last_read,
        last_search: args.last_search,
        attributes: cached::attributes(describe)?,
        unset,
        error: None,
    };
    if what == Change::default() {
        return Err(Error::usage("nothing is set").hint("--status, --label, --filename, --ext, --attr, --unset, …"));
    }
    let query = cached::query(session, &global, &args.choose, &Fields::default(), &secrets)?;
    let cache = Cache::open(&session.cache_options(&global)?, &Spoken::new(&session.output))?;
    let purpose = Purpose::Change;
    let which = cached::which(&cache, &args.item, query, &secrets, purpose)?;
    let items = cache.set(&which, &what)?;
    tell(session, "set", &items, global.json.then_some(&secrets))?;
    Ok(0)
}

/// Takes in what was written.
///
/// # Errors
/// Usage, not found, disk, cache.
pub(crate) fn ready(session: &Session<'_>) -> Result<u8> {
    chosen(session, "ready", |cache, which| {
        cache.set(which, &Change { status: Some(Status::Ready), ..Change::default() })
    })
}

/// Marks items as FAILED.
///
/// # Errors
/// Usage, not found, disk, cache.
pub(crate) fn fail(session: &Session<'_>) -> Result<u8> {
    chosen(session, "failed", |cache, which| cache.failed(which, None))
}

fn chosen(session: &Session<'_>, word: &str, change: fn(&Cache, &Which) -> Result<Vec<Item>>) -> Result<u8> {
    let (global, layers) = session.settle()?;
    let args: Chosen = session.args()?;
    let secrets = layers.secrets();
    let query = cached::query(session, &global, &args.filter.choose, &args.filter.fields, &secrets)?;
    let cache = Cache::open(&session.cache_options(&global)?, &Spoken::new(&session.output))?;
    let which = cached::which(&cache, &args.item, query, &secrets, Purpose::Finish)?;
    let items = change(&cache, &which)?;
    tell(session, word, &items, global.json.then_some(&secrets))?;
    Ok(0)
}

/// Counts a read of each item.
///
/// # Errors
/// Usage, not found, disk, cache.
pub(crate) fn touch(session: &Session<'_>) -> Result<u8> {
    named(session, "touched", Purpose::Read, |cache, ids| {
        cache.touch(&ids)?;
        ids.into_iter().filter_map(|id| cache.item(id).transpose()).collect()
    })
}

/// Brings items back from TRASH.
///
/// # Errors
/// Usage, not found, disk, cache.
pub(crate) fn restore(session: &Session<'_>) -> Result<u8> {
    named(session, "restored", Purpose::Restore, |cache, ids| cache.restore(&Which::Ids(ids)))
}

fn named(
    session: &Session<'_>,
    word: &str,
    purpose: Purpose,
    change: fn(&Cache, Vec<i64>) -> Result<Vec<Item>>,
) -> Result<u8> {
    let (global, layers) = session.settle()?;
    let args: OfItems = session.args()?;
    if args.item.is_empty() {
        return Err(Error::usage("an ITEM is missing: an id, a URI, a path, a key or `sha256:HEX`").hint("dl cache ls"));
    }
    let secrets = layers.secrets();
    let cache = Cache::open(&session.cache_options(&global)?, &Spoken::new(&session.output))?;
    let ids = cached::ids(&cache, &args.item, &secrets, purpose)?;
    let items = change(&cache, ids)?;
    tell(session, word, &items, global.json.then_some(&secrets))?;
    Ok(0)
}

/// Removes items: to TRASH, for good, or keeping the record.
///
/// # Errors
/// Usage, not found, disk, cache.
pub(crate) fn rm(session: &Session<'_>) -> Result<u8> {
    let (global, layers) = session.settle()?;
    let args: Rm = session.args()?;
    let secrets = layers.secrets();
    let removal = match (args.purge, args.keep_record) {
        (true, true) => return Err(Error::usage("--purge and --keep-record exclude each other")),
        (true, false) => Removal::Purge,
        (false, true) => Removal::KeepRecord,
        (false, false) => Removal::Trash,
    };
    let query = cached::query(session, &global, &args.filter.choose, &args.filter.fields, &secrets)?;
    let cache = Cache::open(&session.cache_options(&global)?, &Spoken::new(&session.output))?;
    let which = cached::which(&cache, &args.item, query, &secrets, Purpose::Change)?;
    let removed = cache.remove(&which, removal)?;
    let count = many(removed.items.len(), "item");
    let rest = match removal {
        Removal::Trash => format!(
            "  {count} to TRASH, {} still on disk (dl cache restore, dl cache clean --trash)",
            show_size(removed.kept_bytes)
        ),
        Removal::Purge | Removal::KeepRecord => format!("  {count}, {} freed", show_size(removed.freed_bytes)),
    };
    session.output.tell("removed", &rest);
    if global.json {
        for item in &removed.items {
            session.output.json(&item.to_json(&secrets))?;
        }
    }
    Ok(0)
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_are_grouped() {
        let many = super::many;
        assert_eq!((many(1, "item"), many(4113, "item")), ("1 item".to_owned(), "4,113 items".to_owned()));
        assert_eq!((many(0, "file"), many(1_234_567, "file")), ("0 files".to_owned(), "1,234,567 files".to_owned()));
    }
}
