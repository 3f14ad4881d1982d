//! `dl cache stats`: numbers about the cache, drawn for people.

use crate::cli::Session;
use crate::cli::args::Plain;
use crate::cli::commands::cache_set::many;
use crate::cli::output::{escape_field, fit};
use crate::cli::progress::Spoken;
use dl::cache::Cache;
use dl::cache::stats::{Share, Stats};
use dl::clock::show_size;
use dl::error::Result;
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// How many parts are shown of hosts and types.
const PARTS: usize = 8;
/// How wide a bar is at most, and a name.
const BAR_COLUMNS: usize = 30;
const NAME_COLUMNS: usize = 28;

/// Shows numbers about the cache.
///
/// # Errors
/// Disk, cache.
pub(crate) fn run(session: &Session<'_>) -> Result<u8> {
    let (global, _) = session.settle()?;
    let _: Plain = session.args()?;
    let cache = Cache::open(&session.cache_options(&global)?, &Spoken::new(&session.output))?;
    let stats = cache.stats()?;
    if global.json {
        session.output.json(&to_json(&stats))?;
    } else {
        session.output.bytes(drawn(&stats).as_bytes())?;
    }
    Ok(0)
}

fn to_json(stats: &Stats) -> Value {
    let by_status: Map<String, Value> =
        stats.by_status.iter().map(|(status, count)| (status.name().to_owned(), (*count).into())).collect();
    let shares = |all: &[Share]| -> Vec<Value> {
        all.iter().map(|s| json!({ "name": s.name, "items": s.items, "bytes": s.bytes })).collect()
    };
    json!({
        "schema": 1,
        "items": stats.items,
        "by_status": by_status,
        "bytes": stats.bytes,
        "reclaimable_bytes": stats.reclaimable_bytes,
        "trash_bytes": stats.trash_bytes,
        "blobs": stats.blobs,
        "hits": stats.hits,
        "reads": stats.reads,
        "searches": stats.searches,
        "free_bytes": stats.free_bytes,
        "by_host": shares(&stats.by_host),
        "by_type": shares(&stats.by_type),
        "by_age": shares(&stats.by_age),
    })
}

fn drawn(stats: &Stats) -> String {
    let count = |n: u64, noun| many(usize::try_from(n).unwrap_or(usize::MAX), noun);
    let statuses: Vec<String> = stats.by_status.iter().rev().map(|(s, n)| format!("{n} {}", s.name())).collect();
    let rate = stats
        .hits
        .saturating_mul(100)
        .checked_div(stats.reads)
        .map_or_else(String::new, |rate| format!(" ({rate} % hits)"));
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        let _ = writeln!(text, "{name:<14} {value}");
    };
    line("items", format!("{}  {}", stats.items, statuses.join(", ")));
    line("stored", format!("{} in {}", show_size(stats.bytes), count(stats.blobs, "file")));
    line("clean frees", show_size(stats.reclaimable_bytes));
    line("free on disk", show_size(stats.free_bytes));
    line("reads", format!("{}{rate}, {}", stats.reads, count(stats.searches, "search").replace("searchs", "searches")));
    for (title, shares) in
        [("by host", &stats.by_host), ("by type", &stats.by_type), ("last used within", &stats.by_age)]
    {
        if !shares.is_empty() {
            let _ = writeln!(text, "\n{title}");
            bars(&mut text, shares);
        }
    }
    text
}

fn bars(text: &mut String, shares: &[Share]) {
    let greatest = shares.iter().map(|s| s.bytes).max().unwrap_or(0).max(1);
    for share in shares.iter().take(PARTS) {
        let eighths = u128::from(share.bytes) * (BAR_COLUMNS as u128 * 8) / u128::from(greatest);
        let mut bar = "█".repeat((eighths / 8) as usize);
        if let Some(part) = "▏▎▍▌▋▊▉".chars().nth(((eighths % 8) as usize).wrapping_sub(1)) {
            bar.push(part);
        }
        if bar.is_empty() {
            bar.push('▏');
        }
        let name = fit(&escape_field(share.name.as_bytes()), NAME_COLUMNS);
        let size = show_size(share.bytes);
        let _ = writeln!(text, "  {name} {size:>9} {bar:<BAR_COLUMNS$} {}", share.items);
    }
    let (rest, bytes) =
        shares.iter().skip(PARTS).fold((0, 0_u64), |(count, sum), s| (count + 1, sum.saturating_add(s.bytes)));
    if rest > 0 {
        let name = format!("({rest} more)");
        let _ = writeln!(text, "  {name:<NAME_COLUMNS$} {:>9}", show_size(bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_fit_eighty_columns() {
        let share = |name: &str, bytes| Share { name: name.to_owned(), items: 123_456, bytes };
        let all: Vec<Share> =
            (0..12).map(|n| share(&["long.", "日本語."][n % 2].repeat(20), n as u64 * 1_000_000)).collect();
        let stats = Stats { by_host: all, ..Stats::default() };
        for line in drawn(&stats).lines() {
            assert!(crate::cli::output::columns(line) <= 80, "{line}");
        }
    }
}
