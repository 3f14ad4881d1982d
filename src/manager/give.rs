//! Giving out what is there: the file of a stored version, at the place where it is wanted, and the report of it.

use crate::cache::Cache;
use crate::cache::change::{Change, Which};
use crate::cache::item::Item;
use crate::clock::Timestamp;
use crate::digest::{Algorithm, Digests, hash_reader};
use crate::error::{Error, Kind, Result};
use crate::manager::deliver::{self, Place, Wanted};
use crate::manager::record;
use crate::manager::report::{Report, Source};
use crate::manager::task::{Destination, Naming, Task};
use crate::transfer::filename;
use std::fs::File;
use std::path::{Path, PathBuf};

/// Bytes that are proven by a digest given, whatever they were fetched as.
pub(crate) enum Proven {
    /// An item of another key.
    Item(Box<Item>),
    /// A blob without a row.
    Blob { path: PathBuf, size: u64, digests: Digests },
}

/// Marks the end of a task.
pub(crate) fn finished(mut report: Report) -> Report {
    report.finished_at = Some(Timestamp::now());
    report
}

/// The report of a failure, every secret masked in it.
pub(crate) fn failed(mut report: Report, error: Error) -> Report {
    let mask = report.mask.clone();
    report.error = Some(error.map_text(|text| mask.apply(text)));
    finished(report)
}

/// The destination, as far as it is known before anything is asked.
pub(crate) fn known_place(task: &Task) -> Result<Option<Place>> {
    Ok(task.output()?.map(|path| Place { path, delivery: task.delivery, named_by_server: false }))
}

/// The digests of a file.
pub(crate) fn hash_file(path: &Path, others: impl IntoIterator<Item = Algorithm>) -> Result<Digests> {
    let failed = |e: &std::io::Error| Error::disk(format!("cannot read `{}`", path.display()), e);
    let mut file = File::open(path).map_err(|e| failed(&e))?;
    Ok(hash_reader(&mut file, others).map_err(|e| failed(&e))?.1)
}

/// Delivers a stored version and tells of it.
pub(crate) fn give_item(
    cache: Option<&Cache>,
    task: &Task,
    item: Item,
    source: Source,
    report: &mut Report,
) -> Result<()> {
    give_stored(cache, task, describe(cache, task, item)?, source, report)
}

/// The same for an item of whatever key, which stays as it is.
fn give_stored(cache: Option<&Cache>, task: &Task, item: Item, source: Source, report: &mut Report) -> Result<()> {
    record::tell_item(report, &item);
    let given = hand_out(cache, task, &item, report);
    report.item = Some(item);
    given?;
    report.source = Some(source);
    Ok(())
}

/// Puts the file of a stored version where it is wanted.
fn hand_out(cache: Option<&Cache>, task: &Task, item: &Item, report: &mut Report) -> Result<()> {
    let sha256 = item.sha256.as_ref().ok_or_else(|| no_digest(item))?;
    if task.opens() {
        // Once it is here, `unpack` does the rest.
    } else if let Some(place) = final_place(task, report)? {
        let last_modified = report.headers.text("last-modified").and_then(|t| Timestamp::from_http_date(&t));
        let origin = report.resolved_url.as_ref().unwrap_or(&report.url);
        let wanted = Wanted { size: item.size.unwrap_or(0), sha256, last_modified, origin };
        report.output = Some(place.path.clone());
        report.written = deliver::deliver(cache, &item.path, &place, wanted)?;
    } else if matches!(task.destination, Destination::Open) {
        let open = File::open(&item.path);
        report.open = Some(open.map_err(|e| Error::disk(format!("cannot read `{}`", item.path.display()), &e))?);
    }
    Ok(())
}

/// Delivers bytes that a digest given has proven, whatever they were fetched as.
pub(crate) fn give_proven(cache: Option<&Cache>, task: &Task, proven: Proven, report: &mut Report) -> Result<()> {
    let (path, size, digests) = match proven {
        Proven::Item(item) => return give_stored(cache, task, *item, Source::Hit, report),
        Proven::Blob { path, size, digests } => (path, size, digests),
    };
    let origin = report.url.clone();
    let wanted = Wanted { size, sha256: digests.sha256(), last_modified: None, origin: &origin };
    if task.opens() {
        // As above.
    } else if let Some(place) = final_place(task, report)? {
        report.output = Some(place.path.clone());
        report.written = deliver::deliver(cache, &path, &place, wanted)?;
    } else if matches!(task.destination, Destination::Open) {
        let open = File::open(&path);
        report.open = Some(open.map_err(|e| Error::disk(format!("cannot read `{}`", path.display()), &e))?);
    }
    report.size = Some(size);
    report.digests = Some(digests);
    report.path = Some(path);
    report.source = Some(Source::Hit);
    Ok(())
}

fn no_digest(item: &Item) -> Error {
    Error::new(Kind::Cache, "no_digest", format!("the item {} has no digest", item.version_id()))
}

/// Attributes, label and name that were given with this command. A new name moves the file.
fn describe(cache: Option<&Cache>, task: &Task, item: Item) -> Result<Item> {
    let said = &task.description;
    let change = Change {
        label: said.label.clone().filter(|label| *label != item.label),
        filename: said.filename.as_deref().and_then(filename::safe).filter(|name| *name != item.filename),
        attributes: said.attributes.iter().filter(|a| !item.attributes.contains(a)).cloned().collect(),
        ..Change::default()
    };
    match cache {
        Some(cache) if change != Change::default() && !cache.is_read_only() => {
            let mut changed = cache.set(&Which::Ids(vec![item.id]), &change)?;
            Ok(changed.pop().unwrap_or(item))
        }
        _ => Ok(item),
    }
}

/// The destination, once the response's fields are known.
pub(crate) fn final_place(task: &Task, report: &Report) -> Result<Option<Place>> {
    let (path, named_by_server) = match &task.destination {
        Destination::Cache | Destination::Open | Destination::Tree { .. } => return Ok(None),
        Destination::Path(path) => (path.clone(), false),
        Destination::Folder { folder, naming } => match (naming, record::server_name(&report.headers, &report.mask)) {
            (Naming::Header, Some(name)) => (folder.join(task.name_of_content(name)), true),
            _ => (folder.join(task.url_name()?), false),
        },
    };
    Ok(Some(Place { path, delivery: task.delivery, named_by_server }))
}
