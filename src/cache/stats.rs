//! Numbers about a cache: how much, of what kind, how old, how often used.

use crate::cache::clean::{Choices, clean};
use crate::cache::item::Status;
use crate::cache::registry::Registry;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use std::collections::HashMap;
use std::time::Duration;

/// A part of the cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// What it is called.
    pub name: String,
    /// How many items.
    pub items: u64,
    /// How many bytes; a content that several items have counts for each.
    pub bytes: u64,
}

/// Numbers about a cache.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stats {
    /// How many items there are, whatever their status.
    pub items: u64,
    /// How many of each status.
    pub by_status: Vec<(Status, u64)>,
    /// How many bytes the contents have; each counts once.
    pub bytes: u64,
    /// How many bytes `clean` would free.
    pub reclaimable_bytes: u64,
    /// How many bytes are in TRASH.
    pub trash_bytes: u64,
    /// How many contents.
    pub blobs: u64,
    /// How many reads were answered by what was stored.
    pub hits: u64,
    /// How many reads, at least.
    pub reads: u64,
    /// How often a search found an item, at least.
    pub searches: u64,
    /// How many bytes are free on the disk.
    pub free_bytes: u64,
    /// READY items by host (or scheme, where a URI has none), the largest first.
    pub by_host: Vec<Share>,
    /// READY items by extension, the largest first.
    pub by_type: Vec<Share>,
    /// READY items by the time since they were last read or made, the newest first.
    pub by_age: Vec<Share>,
}

const DAY: Duration = Duration::from_hours(24);
/// The ages that are told apart, and what they are called.
const AGES: [(Duration, &str); 5] = [
    (DAY, "a day"),
    (Duration::from_hours(24 * 7), "a week"),
    (Duration::from_hours(24 * 30), "a month"),
    (Duration::from_hours(24 * 365), "a year"),
    (Duration::MAX, "older"),
];

/// How many bytes are free on the file system of a folder, for this user.
pub(crate) fn free_bytes(registry: &Registry) -> Result<u64> {
    let folder = registry.folder().path();
    let facts = rustix::fs::statvfs(folder)
        .map_err(|e| Error::disk(format!("cannot look at `{}`", folder.display()), &e.into()))?;
    Ok(facts.f_bavail.saturating_mul(facts.f_frsize))
}

/// Counts everything.
pub(crate) fn stats(registry: &Registry) -> Result<Stats> {
    let mut stats = registry.read(|connection| {
        let mut stats = Stats::default();
        let mut statuses: HashMap<i64, u64> = HashMap::new();
        let (mut hosts, mut types) = (HashMap::new(), HashMap::new());
        let mut ages: HashMap<&str, (u64, u64)> = HashMap::new();
        let now = Timestamp::now();
        let mut statement = connection.prepare(
            "SELECT status, uri, ext, ifnull(size, 0), ifnull(last_read, created_at), read_count, search_count, fetched FROM items",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let number: i64 = row.get(0)?;
            let (size, reads, searches): (u64, u64, u64) = (row.get(3)?, row.get(5)?, row.get(6)?);
            let fetched: bool = row.get(7)?;
            stats.items += 1;
            *statuses.entry(number).or_default() += 1;
            stats.reads += reads;
            stats.searches += searches;
            // The read of what was just downloaded is no hit.
            stats.hits += if fetched { reads.saturating_sub(1) } else { reads };
            if number == Status::Trash.number() {
                stats.trash_bytes += size;
            }
            if number == Status::Ready.number() {
                let uri: String = row.get(1)?;
                add(&mut hosts, host(&uri), size);
                let ext: String = row.get(2)?;
                add(&mut types, if ext.is_empty() { "(none)" } else { &ext }, size);
                let age = now.since(Timestamp(row.get(4)?));
                let (_, name) = AGES.iter().find(|(limit, _)| age < *limit).unwrap_or(&AGES[AGES.len() - 1]);
                let sum = ages.entry(name).or_default();
                *sum = (sum.0 + 1, sum.1 + size);
            }
        }
        stats.by_status = Status::ALL
            .into_iter()
            .filter_map(|status| statuses.get(&status.number()).map(|count| (status, *count)))
            .collect();
        stats.by_host = shares(hosts);
        stats.by_type = shares(types);
        let share = |name: &str| {
            ages.get(name).map(|(items, bytes)| Share { name: name.to_owned(), items: *items, bytes: *bytes })
        };
        stats.by_age = AGES.iter().filter_map(|(_, name)| share(name)).collect();
        let contents = "SELECT count(*), ifnull(sum(size), 0) FROM (SELECT max(size) AS size FROM (
                 SELECT sha256, size FROM items WHERE sha256 IS NOT NULL AND status <> -2
                 UNION ALL SELECT p.sha256, b.size FROM item_blobs p JOIN items i ON i.id = p.item
                     LEFT JOIN blobs b ON b.sha256 = p.sha256 WHERE i.status <> -2
                 UNION ALL SELECT sha256, size FROM roots
                 UNION ALL SELECT to_sha256, b.size FROM blob_references JOIN blobs b ON b.sha256 = to_sha256
             ) GROUP BY sha256)";
        (stats.blobs, stats.bytes) = connection.query_row(contents, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(stats)
    })?;
    stats.free_bytes = free_bytes(registry)?;
    stats.reclaimable_bytes = clean(registry, &Choices { trash: true, ..Choices::usual() }, true)?.bytes;
    Ok(stats)
}

fn add(all: &mut HashMap<String, (u64, u64)>, name: &str, size: u64) {
    match all.get_mut(name) {
        Some(sum) => *sum = (sum.0 + 1, sum.1 + size),
        None => {
            all.insert(name.to_owned(), (1, size));
        }
    }
}

fn shares(all: HashMap<String, (u64, u64)>) -> Vec<Share> {
    let mut all: Vec<Share> = all.into_iter().map(|(name, (items, bytes))| Share { name, items, bytes }).collect();
    all.sort_by(|a, b| (b.bytes, b.items, &a.name).cmp(&(a.bytes, a.items, &b.name)));
    all
}

/// The host of a URI, without its port; its scheme where it has no host; else what it is.
fn host(uri: &str) -> &str {
    let Some((scheme, rest)) = uri.split_once(':') else { return "(no scheme)" };
    let Some(rest) = rest.strip_prefix("//") else { return scheme };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    if host.is_empty() { scheme } else { host }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_uris() {
        for (uri, expected) in [
            ("https://example.org/a", "example.org"),
            ("https://example.org:8443?x", "example.org"),
            ("http://[::1]:80/", "[::1]"),
            ("file:///a", "file"),
            ("demo:x", "demo"),
            ("name", "(no scheme)"),
        ] {
            assert_eq!(host(uri), expected, "{uri}");
        }
    }
}
