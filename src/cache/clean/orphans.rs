//! Blobs that nothing needs, and what processes that were killed left behind.

use crate::cache::clean::survey::{Survey, names_in};
use crate::cache::clean::{Reason, What};
use crate::cache::registry::connection::Outcome;
use crate::cache::registry::{Registry, change, response, root};
use crate::digest::{Algorithm, Digest};
use crate::disk;
use crate::error::Result;
use rusqlite::{Connection, params};
use std::collections::HashSet;

/// Finds them.
pub(crate) fn survey(registry: &Registry, survey: &mut Survey) -> Result<()> {
    let deleted = registry.read(deleted_contents)?;
    for shard in 0..=u8::MAX {
        blobs(registry, shard, &deleted, survey)?;
    }
    referred(registry, survey)?;
    litter(registry, survey);
    Ok(())
}

fn deleted_contents(connection: &Connection) -> Outcome<HashSet<Vec<u8>>> {
    let mut statement = connection
        .prepare_cached(
            "SELECT sha256 FROM items WHERE status = -2 AND status <> 3 AND sha256 IS NOT NULL
             UNION SELECT b.sha256 FROM items i JOIN item_blobs b ON b.item = i.id WHERE i.status = -2 AND i.status <> 3",
        )?;
    let mut rows = statement.query([])?;
    let mut all = HashSet::new();
    while let Some(row) = rows.next()? {
        let bytes: Vec<u8> = row.get(0)?;
        if let Some(digest) = Digest::from_bytes(Algorithm::Sha256, &bytes)
            && !change::is_used(connection, &digest)?
        {
            all.insert(bytes);
        }
    }
    Ok(all)
}

/// The blobs whose digests begin with a byte.
fn blobs(registry: &Registry, shard: u8, deleted: &HashSet<Vec<u8>>, survey: &mut Survey) -> Result<()> {
    let prefix = format!("{shard:02x}");
    let Some(folder) = registry.folder().blob(&Digest::sha256(b"")).parent().map(|p| p.with_file_name(&prefix)) else {
        return Ok(());
    };
    let mut names = names_in(&folder);
    if names.is_empty() {
        return Ok(());
    }
    registry.read(|connection| {
        let end = shard.checked_add(1).map(|next| vec![next]);
        for (table, column) in [
            ("items", "sha256"),
            ("item_blobs", "sha256"),
            ("responses", "sha256"),
            ("roots", "sha256"),
            ("blob_references", "to_sha256"),
        ] {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {column} FROM {table} WHERE {column} >= ?1 AND (?2 IS NULL OR {column} < ?2)"
            ))?;
            let mut rows = statement.query(params![vec![shard], end])?;
            while let Some(row) = rows.next()? {
                let bytes: Vec<u8> = row.get(0)?;
                if table != "items" || !deleted.contains(&bytes) {
                    names.remove(&crate::digest::encode_hex(&bytes)[2..]);
                }
            }
        }
        Ok(())
    })?;
    for name in names {
        let path = folder.join(&name);
        let what = match Digest::from_hex(Algorithm::Sha256, &format!("{prefix}{name}")) {
            Some(digest) => What::Blob(digest),
            None if disk::is_temporary(&path) && !disk::is_abandoned(&path) => continue,
            None => What::Litter,
        };
        survey.add_file(path, Reason::Orphan, what);
    }
    Ok(())
}

/// What only orphans refer to goes with them, however deep.
fn referred(registry: &Registry, survey: &mut Survey) -> Result<()> {
    let orphans = || {
        survey.found.iter().filter_map(|found| if let What::Blob(digest) = &found.what { Some(digest) } else { None })
    };
    let going = registry.read(|connection| {
        let mut gone: HashSet<Digest> = orphans().cloned().collect();
        let mut open: Vec<Digest> = orphans().cloned().collect();
        let mut going = Vec::new();
        while let Some(from) = open.pop() {
            for to in root::references(connection, &from)? {
                let is_used = gone.contains(&to)
                    || root::is_root(connection, &to)?
                    || !root::items(connection, &to)?.is_empty()
                    || !response::of_content(connection, &to)?.is_empty()
                    || root::referrers(connection, &to)?.iter().any(|referrer| !gone.contains(referrer));
                if !is_used && registry.folder().blob(&to).exists() {
                    gone.insert(to.clone());
                    open.push(to.clone());
                    going.push(to);
                }
            }
        }
        Ok(going)
    })?;
    for digest in going {
        survey.add_file(registry.folder().blob(&digest), Reason::Orphan, What::Blob(digest));
    }
    Ok(())
}

/// What was set aside, and what a process that was killed left behind.
fn litter(registry: &Registry, survey: &mut Survey) {
    let aside = registry.folder().aside();
    for name in names_in(&aside) {
        survey.add_file(aside.join(name), Reason::Orphan, What::Litter);
    }
    let named = registry.folder().path().join("names");
    for shard in names_in(&named) {
        for name in names_in(&named.join(&shard)) {
            let digest = Digest::from_hex(Algorithm::Sha256, &format!("{shard}{name}"));
            // The names of a blob that goes go with it.
            if digest.is_none_or(|digest| !registry.folder().blob(&digest).exists()) {
                survey.add_file(named.join(&shard).join(name), Reason::Orphan, What::Litter);
            }
        }
    }
    let items = registry.folder().items();
    for name in names_in(&items) {
        let path = items.join(&name);
        let is_shard = name.len() == 2 && name.bytes().all(|b| b.is_ascii_hexdigit());
        if !is_shard && (!disk::is_temporary(&path) || disk::is_abandoned(&path)) {
            survey.add_file(path, Reason::Orphan, What::Litter);
        }
    }
}
