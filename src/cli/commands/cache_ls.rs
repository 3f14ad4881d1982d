//! `dl cache ls`: the items that a filter means.

use crate::cli::Session;
use crate::cli::args::cache::Ls;
use crate::cli::meaning::cached;
use crate::cli::output::{columns, escape_field, fit_middle};
use crate::cli::progress::Spoken;
use dl::cache::Cache;
use dl::cache::item::Item;
use dl::cache::query::Query;
use dl::clock::{Timestamp, show_age, show_size};
use dl::error::Result;
use dl::secret::Secrets;
use serde_json::json;
use std::os::unix::ffi::OsStrExt as _;

/// Lists items. Nothing found is no failure.
///
/// # Errors
/// Usage, or the cache cannot be read.
pub(crate) fn run(session: &Session<'_>) -> Result<u8> {
    let (global, layers) = session.settle()?;
    let args: Ls = session.args()?;
    let secrets = layers.secrets();
    let cache = Cache::open(&session.cache_options(&global)?, &Spoken::new(&session.output))?;
    let query = Query {
        sort: args.sort.unwrap_or_default(),
        reverse: args.reverse,
        limit: args.limit,
        ..cached::query(session, &global, &args.filter.choose, &args.filter.fields, &secrets)?
    };
    if args.count {
        let count = cache.count(&query)?;
        if global.json {
            session.output.json(&json!({ "schema": 1, "count": count }))?;
        } else {
            session.output.result(count.to_string().as_bytes())?;
        }
        return Ok(0);
    }
    if global.json || !session.output.manner().stdout_is_terminal {
        return stream(session, &cache, &query, &args, global.json.then_some(&secrets));
    }
    let items = cache.search(&query)?;
    let wide = session.context.stdout_columns();
    session.output.bytes(table(&items, args.long, Timestamp::now(), wide).as_bytes())?;
    if !args.no_touch {
        let ids: Vec<i64> = items.iter().map(|item| item.id).collect();
        cache.count_searches(&ids);
    }
    Ok(0)
}

/// One line an item, as they are read: there may be millions.
fn stream(session: &Session<'_>, cache: &Cache, query: &Query, args: &Ls, secrets: Option<&Secrets>) -> Result<u8> {
    let mut ids = Vec::new();
    let mut written = Ok(());
    cache.search_each(query, &mut |item| {
        written = match secrets {
            Some(secrets) => session.output.json(&item.to_json(secrets)),
            None => session.output.bytes((fields(&item, args.long).join("\t") + "\n").as_bytes()),
        };
        ids.push(item.id);
        written.is_err()
    })?;
    written?;
    if !args.no_touch {
        cache.count_searches(&ids);
    }
    Ok(0)
}

/// The columns of tab-separated output; `--long` adds its own after them.
fn fields(item: &Item, long: bool) -> Vec<String> {
    let mut all = vec![
        item.id.to_string(),
        item.status.name().to_owned(),
        item.version.to_string(),
        item.size.map_or_else(String::new, |size| size.to_string()),
        item.created_at.to_string(),
        escape_field(item.uri.as_bytes()),
        escape_field(item.path.as_os_str().as_bytes()),
    ];
    if long {
        all.extend([
            item.key.to_string(),
            item.sha256.as_ref().map_or_else(String::new, dl::digest::Digest::hex),
            escape_field(item.label.as_bytes()),
            item.validated_at.map_or_else(String::new, |t| t.to_string()),
            item.last_read.map_or_else(String::new, |t| t.to_string()),
            item.read_count.to_string(),
        ]);
    }
    all
}

/// The last column keeps at least so many columns of the terminal.
const LEAST_COLUMNS: usize = 30;

/// A table for people: sizes and ages in words, numbers to the right. What `--long` shows is shown whole; URLs otherwise
/// lose their middle where a line would be wider than the terminal.
fn table(items: &[Item], long: bool, now: Timestamp, wide: Option<usize>) -> String {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut head: Vec<&str> = vec!["ID", "STATUS", "VERSION", "SIZE", "AGE", "URI"];
    if long {
        head.extend(["LABEL", "READS", "PATH"]);
    }
    rows.push(head.into_iter().map(str::to_owned).collect());
    for item in items {
        let mut row = vec![
            item.id.to_string(),
            item.status.name().to_owned(),
            item.version.to_string(),
            item.size.map_or_else(|| "-".to_owned(), show_size),
            show_age(now.since(item.created_at)),
            escape_field(item.uri.as_bytes()),
        ];
        if long {
            row.extend([
                escape_field(item.label.as_bytes()),
                item.read_count.to_string(),
                escape_field(item.path.as_os_str().as_bytes()),
            ]);
        }
        rows.push(row);
    }
    let count = rows.first().map_or(0, Vec::len);
    let width = |column: usize| rows.iter().map(|row| columns(&row[column])).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count).map(width).collect();
    if let (Some(wide), false) = (wide, long) {
        let before: usize = widths.iter().rev().skip(1).map(|width| width + 2).sum();
        let left = wide.saturating_sub(before).max(LEAST_COLUMNS);
        for uri in rows.iter_mut().filter_map(|row| row.last_mut()) {
            *uri = fit_middle(uri, left);
        }
    }
    let mut text = String::new();
    for row in &rows {
        for (column, cell) in row.iter().enumerate() {
            let space = " ".repeat(widths[column] - columns(cell));
            let is_number = matches!(column, 0 | 2 | 3 | 4 | 7);
            let is_last = column + 1 == count;
            match (is_number, is_last) {
                (true, _) => text.extend([space.as_str(), cell]),
                (false, true) => text.push_str(cell),
                (false, false) => text.extend([cell.as_str(), &space]),
            }
            text.push_str(if is_last { "\n" } else { "  " });
        }
    }
    text
}
