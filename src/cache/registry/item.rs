//! Items as rows: how they are read, added and changed.

use crate::cache::folder::{Folder, check_key, is_file_name};
use crate::cache::item::{Download, Item, NewItem, Record, Status};
use crate::cache::registry::connection::{Failure, Outcome};
use crate::cache::registry::{attribute, blob, download, params};
use crate::clock::Timestamp;
use crate::descriptor::Key;
use crate::digest::{Algorithm, Digest};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension as _, Params, Row, params, params_from_iter};
use serde_json::{Map, Value};

/// The beginning of every question for items, and what follows it. One table only: a hit is a process of its own, and preparing a
/// join would cost it more than asking three times.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT i.id, i.key, i.version, i.uri, i.params, i.status, i.filename, i.ext, i.label, i.size, i.sha256,
                i.created_at, i.modified_at, i.validated_at, i.last_read, i.read_count, i.last_search, i.search_count,
                i.error, i.fetched, i.attributes, i.copy_mtime, i.copy_inode, i.copy_boot FROM items i ",
            $rest
        )
    };
}
pub(crate) const SELECT: &str = select!("");

/// What else is known of an item, in other tables.
struct Elsewhere {
    download: bool,
    attributes: bool,
}

/// Reads the row of an item; `None` if it makes no sense: it is then as if it were not there.
fn from_row(folder: &Folder, row: &Row<'_>) -> rusqlite::Result<Option<(Item, Elsewhere)>> {
    let mut next = 0..;
    let mut column = || next.next().unwrap_or(usize::MAX);
    let time = |t: i64| Timestamp(t);
    let id = row.get(column())?;
    let key = Key(row.get(column())?);
    let version: i64 = row.get(column())?;
    let uri = row.get(column())?;
    let params = row.get_ref(column())?.as_str()?;
    let status = Status::from_number(row.get(column())?);
    let filename: String = row.get(column())?;
    let ext = row.get(column())?;
    let label = row.get(column())?;
    let size: Option<u64> = row.get(column())?;
    let sha256 = row.get_ref(column())?.as_blob_or_null()?;
    let created_at = time(row.get(column())?);
    let modified_at = time(row.get(column())?);
    let validated_at = row.get::<_, Option<i64>>(column())?.map(time);
    let last_read = row.get::<_, Option<i64>>(column())?.map(time);
    let read_count = row.get(column())?;
    let last_search = row.get::<_, Option<i64>>(column())?.map(time);
    let search_count = row.get(column())?;
    let error: Option<String> = row.get(column())?;
    let elsewhere = Elsewhere { download: row.get(column())?, attributes: row.get::<_, i64>(column())? > 0 };
    let copy: (Option<i64>, Option<i64>, Option<String>) = (row.get(column())?, row.get(column())?, row.get(column())?);

    let digest = sha256.map(|bytes| Digest::from_bytes(Algorithm::Sha256, bytes));
    let (Some(status), Ok(Value::Object(params)), true, false) = (
        status,
        parse_params(params),
        is_file_name(&filename) && check_key(&key).is_ok() && version > 0,
        digest == Some(None) || (status == Some(Status::Ready) && (digest.is_none() || size.is_none())),
    ) else {
        return Ok(None);
    };
    let record = match (size, copy) {
        (Some(size), (Some(mtime), Some(inode), boot)) => {
            Some(Record { size, mtime, inode: inode.cast_unsigned(), boot })
        }
        _ => None,
    };
    let item = Item {
        id,
        path: folder.item(&key, version, &filename),
        key,
        version,
        uri,
        params,
        status,
        filename,
        ext,
        label,
        size,
        sha256: digest.flatten(),
        created_at,
        modified_at,
        validated_at,
        last_read,
        read_count,
        last_search,
        search_count,
        error: error.map(|text| serde_json::from_str(&text).unwrap_or(Value::String(text))),
        download: None,
        attributes: Vec::new(),
        record,
    };
    Ok(Some((item, elsewhere)))
}

/// Most items have none.
fn parse_params(text: &str) -> serde_json::Result<Value> {
    if text == "{}" { Ok(Value::Object(Map::new())) } else { serde_json::from_str(text) }
}

/// Adds what other tables say of an item; `None` if its download cannot be read, which would tell who may have it.
fn complete(connection: &Connection, item: Item, elsewhere: &Elsewhere) -> Outcome<Option<Item>> {
    let mut item = item;
    if elsewhere.download {
        let Some(download) = download::of_item(connection, item.id)? else { return Ok(None) };
        item.download = Some(download);
    }
    if elsewhere.attributes {
        item.attributes = attribute::of_item(connection, item.id)?;
    }
    if let (None, Some(digest)) = (&item.record, &item.sha256) {
        item.record = blob::record(connection, digest)?;
    }
    Ok(Some(item))
}

/// Asks for items; the first that `accept` takes, if it takes one, is the last that is read.
/// Rows that make no sense are passed over.
pub(crate) fn ask(
    connection: &Connection,
    folder: &Folder,
    question: &str,
    parameters: impl Params,
    accept: &mut dyn FnMut(Item) -> bool,
) -> Outcome<()> {
    let mut statement = connection.prepare_cached(question)?;
    let mut rows = statement.query(parameters)?;
    while let Some(row) = rows.next()? {
        let Some((item, elsewhere)) = from_row(folder, row).ok().flatten() else { continue };
        if let Some(item) = complete(connection, item, &elsewhere)?
            && accept(item)
        {
            break;
        }
    }
    Ok(())
}

/// The first item of an answer.
pub(crate) fn first(
    connection: &Connection,
    folder: &Folder,
    question: &str,
    parameters: impl Params,
) -> Outcome<Option<Item>> {
    let mut found = None;
    ask(connection, folder, question, parameters, &mut |item| {
        found = Some(item);
        true
    })?;
    Ok(found)
}

/// What items are named by. An index gives the numbers of their rows, and each row is looked at again: an index that is damaged
/// without breaking a rule of its own would otherwise give one the bytes of another.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Named<'a> {
    /// All versions of a key.
    Key(&'a Key),
    /// One of them.
    Version(&'a Key, i64),
    /// All of a URI, as stored.
    Uri(&'a str),
    /// All of a content.
    Digest(&'a Digest),
}

impl Named<'_> {
    /// The question for those items, to which more may be added. Rows are found by number, because a column that an index has would
    /// be read from the index.
    pub(crate) fn question(self, more: &str) -> String {
        let column = match self {
            Self::Key(_) => "key = ?1",
            Self::Version(..) => "key = ?1 AND version = ?2",
            Self::Uri(_) => "uri = ?1",
            Self::Digest(_) => "sha256 = ?1",
        };
        format!("{SELECT}WHERE i.id IN (SELECT id FROM items WHERE {column}) {more}")
    }

    fn parameters(self) -> Vec<Sql> {
        match self {
            Self::Key(key) => vec![key.0.clone().into()],
            Self::Version(key, version) => vec![key.0.clone().into(), version.into()],
            Self::Uri(uri) => vec![uri.to_owned().into()],
            Self::Digest(digest) => vec![digest.bytes().to_vec().into()],
        }
    }

    fn is_of(self, item: &Item) -> bool {
        match self {
            Self::Key(key) => item.key == *key,
            Self::Version(key, version) => item.key == *key && item.version == version,
            Self::Uri(uri) => item.uri == uri,
            Self::Digest(digest) => item.sha256.as_ref() == Some(digest),
        }
    }
}

/// The items of a name; `more` is what else must hold, and the order.
pub(crate) fn named(
    connection: &Connection,
    folder: &Folder,
    name: Named<'_>,
    more: &str,
    take: &mut dyn FnMut(Item) -> bool,
) -> Outcome<()> {
    let mut is_foreign = false;
    ask(connection, folder, &name.question(more), params_from_iter(name.parameters()), &mut |item| {
        is_foreign = !name.is_of(&item);
        is_foreign || take(item)
    })?;
    if is_foreign { Err(misled()) } else { Ok(()) }
}

/// An index that names another row than it says.
pub(crate) fn misled() -> Failure {
    Failure::Damaged("an index names another row".to_owned())
}

/// The rows of a key, newest version first. Naming the index spares the planner all others.
pub(crate) const ROWS_OF_KEY: &str =
    "SELECT id FROM items INDEXED BY items_by_key WHERE key = ?1 ORDER BY version DESC";
/// A row, if it is a READY version.
const READY: &str = select!("WHERE i.id = ?1 AND i.status = 3");

/// The READY versions of a key, newest first; the first that `accept` takes.
///
/// As [`named`], in two questions: a hit prepares both for less than the one with its inner query, whose answer would be kept in a
/// table of its own and sorted. The first is still being answered while the second is asked, so that both see the same moment.
pub(crate) fn newest_of(
    connection: &Connection,
    folder: &Folder,
    key: &Key,
    accept: &mut dyn FnMut(&Item) -> bool,
) -> Outcome<Option<Item>> {
    let mut statement = connection.prepare_cached(ROWS_OF_KEY)?;
    let mut numbers = statement.query([&key.0])?;
    while let Some(number) = numbers.next()? {
        let Some(item) = first(connection, folder, READY, [number.get::<_, i64>(0)?])? else { continue };
        if item.key != *key {
            return Err(misled());
        }
        if accept(&item) {
            return Ok(Some(item));
        }
    }
    Ok(None)
}

/// Whether there is any version of a key: most that are asked for before a download have none.
pub(crate) fn is_known(connection: &Connection, key: &Key) -> Outcome<bool> {
    Ok(connection.prepare_cached("SELECT 1 FROM items WHERE key = ?1 LIMIT 1")?.exists([&key.0])?)
}

/// The newest READY version of a key.
pub(crate) fn newest(connection: &Connection, folder: &Folder, key: &Key) -> Outcome<Option<Item>> {
    newest_of(connection, folder, key, &mut |_| true)
}

/// The first item of a name.
pub(crate) fn first_named(
    connection: &Connection,
    folder: &Folder,
    name: Named<'_>,
    more: &str,
) -> Outcome<Option<Item>> {
    let mut found = None;
    named(connection, folder, name, more, &mut |item| {
        found = Some(item);
        true
    })?;
    Ok(found)
}

/// The FAILED version of a key.
pub(crate) fn failed(connection: &Connection, folder: &Folder, key: &Key) -> Outcome<Option<Item>> {
    first_named(connection, folder, Named::Key(key), "AND i.status = 2")
}

/// The item of that id.
pub(crate) fn by_id(connection: &Connection, folder: &Folder, id: i64) -> Outcome<Option<Item>> {
    first(connection, folder, select!("WHERE i.id = ?1"), [id])
}

/// The path of a new version, and whether it takes over the row of a failed one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) version: i64,
    pub(crate) failed: Option<i64>,
}

/// The number of the next version of a key. That of a failed one is taken over, unless a whole one has come after it.
pub(crate) fn next_slot(connection: &Connection, key: &Key) -> Outcome<Slot> {
    let mut statement = connection
        .prepare_cached("SELECT max(version), max(CASE WHEN status = 3 THEN version END) FROM items WHERE key = ?1")?;
    let (last, ready): (Option<i64>, Option<i64>) =
        statement.query_row([&key.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let Some(last) = last else { return Ok(Slot { version: 1, failed: None }) };
    let mut statement = connection
        .prepare_cached("SELECT id, version FROM items WHERE key = ?1 AND status = 2 ORDER BY version DESC LIMIT 1")?;
    let failed: Option<(i64, i64)> = statement.query_row([&key.0], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let next = last.saturating_add(1);
    Ok(match failed {
        Some((id, version)) if ready.is_none_or(|ready| ready < version) => Slot { version, failed: Some(id) },
        Some((id, _)) => Slot { version: next, failed: Some(id) },
        None => Slot { version: next, failed: None },
    })
}

/// What a new row says of its content.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Told<'a> {
    /// READY, with size and digest; a record if its path is a copy.
    Ready(u64, &'a Digest, Option<&'a Record>),
    /// FAILED, and why.
    Failed(&'a Value),
    /// Made by a user: what is to be written, or was not to be had.
    Begun(Status),
}

/// Puts a version into its slot; gives its id.
pub(crate) fn put(connection: &Connection, slot: Slot, new: &NewItem, told: Told<'_>, now: Timestamp) -> Outcome<i64> {
    let (status, size, sha256, copy, error) = match told {
        Told::Ready(size, digest, copy) => (Status::Ready, Some(size), Some(digest.bytes()), copy, None),
        Told::Failed(error) => (Status::Failed, None, None, None, Some(error.to_string())),
        Told::Begun(status) => (status, None, None, None, None),
    };
    let values = params![
        slot.failed,
        new.key.0,
        slot.version,
        new.uri,
        Value::Object(new.params.clone()).to_string(),
        status.number(),
        new.filename,
        new.extension(),
        new.label,
        size,
        sha256,
        copy.map(|c| c.mtime),
        copy.map(|c| c.inode.cast_signed()),
        copy.and_then(|c| c.boot.as_deref()),
        now.0,
        error,
        new.download.is_some(),
    ];
    let id = if let Some(id) = slot.failed {
        connection
            .prepare_cached(
                "UPDATE items SET key = ?2, version = ?3, uri = ?4, params = ?5, status = ?6, filename = ?7, ext = ?8,
                     label = ?9, size = ?10, sha256 = ?11, copy_mtime = ?12, copy_inode = ?13, copy_boot = ?14,
                     created_at = ?15, modified_at = ?15, validated_at = NULL, error = ?16, fetched = ?17,
                     by_hand = 0, trashed_from = NULL
                 WHERE id = ?1",
            )?
            .execute(values)?;
        attribute::clear(connection, id)?;
        download::forget(connection, id)?;
        params::clear(connection, id)?;
        id
    } else {
        connection
            .prepare_cached(
                "INSERT INTO items (id, key, version, uri, params, status, filename, ext, label, size, sha256, copy_mtime,
                     copy_inode, copy_boot, created_at, modified_at, error, fetched, attributes)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?15, ?16, ?17, 0)",
            )?
            .execute(values)?;
        connection.last_insert_rowid()
    };
    attribute::set(connection, id, &new.attributes)?;
    params::set(connection, id, &new.params)?;
    if let Some(download) = &new.download {
        download::note(connection, id, download)?;
    }
    Ok(id)
}

/// Notes that the origin confirmed an item.
pub(crate) fn confirmed(connection: &Connection, id: i64, now: Timestamp) -> Outcome<()> {
    connection
        .prepare_cached("UPDATE items SET validated_at = ?2, modified_at = ?2 WHERE id = ?1")?
        .execute([id, now.0])?;
    Ok(())
}

/// Notes how an item was got, where that may not have been known.
pub(crate) fn fetched(connection: &Connection, id: i64, how: &Download) -> Outcome<()> {
    download::note(connection, id, how)?;
    connection.prepare_cached("UPDATE items SET fetched = 1 WHERE id = ?1 AND fetched = 0")?.execute([id])?;
    Ok(())
}

/// Changes what the user says of an item.
pub(crate) fn describe(connection: &Connection, id: i64, label: Option<&str>, now: Timestamp) -> Outcome<()> {
    connection
        .prepare_cached("UPDATE items SET label = ifnull(?2, label), modified_at = ?3 WHERE id = ?1")?
        .execute(params![id, label, now.0])?;
    Ok(())
}

/// Notes the record of an item's own copy; `None`: its path is a link of the blob.
pub(crate) fn note_copy(connection: &Connection, id: i64, copy: Option<&Record>) -> Outcome<()> {
    connection
        .prepare_cached(
            "UPDATE items SET copy_mtime = ?2, copy_inode = ?3, copy_boot = ?4
             WHERE id = ?1 AND ((copy_mtime, copy_inode) IS NOT (?2, ?3) OR copy_boot IS NOT ?4)",
        )?
        .execute(params![
            id,
            copy.map(|c| c.mtime),
            copy.map(|c| c.inode.cast_signed()),
            copy.and_then(|c| c.boot.as_deref())
        ])?;
    Ok(())
}

/// Makes a READY item whose bytes are wrong the failed version of its key. False if it is not READY with them any more.
pub(crate) fn spoil(connection: &Connection, item: &Item, error: &Value, now: Timestamp) -> Outcome<bool> {
    let changed = connection
        .prepare_cached(
            "UPDATE items SET status = 2, error = ?3, size = NULL, sha256 = NULL, copy_mtime = NULL, copy_inode = NULL,
                 copy_boot = NULL, modified_at = ?4
             WHERE id = ?1 AND status = 3 AND sha256 IS ?2",
        )?
        .execute(params![item.id, item.sha256.as_ref().map(Digest::bytes), error.to_string(), now.0])?;
    connection
        .prepare_cached("DELETE FROM items WHERE key = ?1 AND status = 2 AND id <> ?2 AND ?3")?
        .execute(params![item.key.0, item.id, changed > 0])?;
    Ok(changed > 0)
}

/// Sends the READY versions of a key beyond the newest `keep` to TRASH.
pub(crate) fn trash_older(connection: &Connection, key: &Key, keep: u32, now: Timestamp) -> Outcome<()> {
    connection
        .prepare_cached(
            "UPDATE items SET trashed_from = status, status = -1, modified_at = ?3 WHERE id IN (
                 SELECT id FROM items WHERE key = ?1 AND status = 3 ORDER BY version DESC LIMIT -1 OFFSET ?2)",
        )?
        .execute(params![key.0, keep.max(1), now.0])?;
    Ok(())
}

/// Adds one read to each.
pub(crate) const COUNT_READ: &str = "UPDATE items SET read_count = read_count + 1, last_read = ?2 WHERE id = ?1";
/// Adds one search to each.
pub(crate) const COUNT_SEARCH: &str =
    "UPDATE items SET search_count = search_count + 1, last_search = ?2 WHERE id = ?1";
