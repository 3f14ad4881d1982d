//! One `SQLite` file as a store: a table of key, value and expiry, and a transaction where others need to compare.
//!
//! The table (`?table=`, else `kv`) has the columns `?key=` (`key`, a primary key), `?value=` (`value`) and `?expires=`
//! (`expires`: seconds since 1970 with a fraction, or NULL). Keys and values are BLOBs. What is written gets a new
//! row, so that the order of the rows is the order of writing.

use crate::clock::Timestamp;
use crate::error::{Error, Kind, Result};
use crate::kv::address::Address;
use crate::kv::driver::{
    Abilities, Condition, Content, Count, Driver, Entry, Listed, Record, Stat, Version, decimal, missing, refused,
};
use crate::kv::open::Options;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _, Row, TransactionBehavior, params};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A store in a file.
#[derive(Debug)]
pub struct Sqlite {
    path: PathBuf,
    may_create: bool,
    threshold: Option<u64>,
    patience: Duration,
    words: Words,
    connection: Mutex<Option<Connection>>,
}

/// The statements, with the names of this table.
#[derive(Debug)]
struct Words {
    make: String,
    get: String,
    stat: String,
    put: String,
    delete: String,
    list: String,
    clear: String,
    expired: String,
    count: String,
    oldest: String,
}

impl Words {
    fn new(address: &Address) -> Result<Self> {
        let name = |option: &str, default: &'static str| {
            let name = address.option(option).unwrap_or(default);
            let good = |c: char| c.is_ascii_alphanumeric() || c == '_';
            if name.is_empty() || !name.chars().all(good) {
                return Err(Error::usage(format!("`{option}={name}`: expected letters, digits and `_`")));
            }
            Ok(format!("\"{name}\""))
        };
        let (table, key) = (name("table", "kv")?, name("key", "key")?);
        let (value, expires) = (name("value", "value")?, name("expires", "expires")?);
        let lives = format!("({expires} IS NULL OR {expires} > ?2)");
        let below = format!("{key} >= ?1 AND (?3 IS NULL OR {key} < ?3)");
        Ok(Self {
            make: format!(
                "CREATE TABLE IF NOT EXISTS {table} ({key} BLOB PRIMARY KEY NOT NULL, {value} BLOB, {expires} REAL)"
            ),
            get: format!("SELECT {value}, {expires} FROM {table} WHERE {key} = ?1 AND {lives}"),
            stat: format!(
                "SELECT length({value}), {expires}, typeof({value}) FROM {table} WHERE {key} = ?1 AND {lives}"
            ),
            put: format!("INSERT OR REPLACE INTO {table} ({key}, {value}, {expires}) VALUES (?1, ?2, ?3)"),
            delete: format!("DELETE FROM {table} WHERE {key} = ?1 RETURNING {expires} IS NULL OR {expires} > ?2"),
            list: format!(
                "SELECT {key}, length({value}), {expires}, typeof({value}) FROM {table} WHERE {below} AND {lives}"
            ),
            clear: format!("DELETE FROM {table} WHERE {key} >= ?1 AND (?2 IS NULL OR {key} < ?2)"),
            expired: format!("DELETE FROM {table} WHERE {expires} <= ?1"),
            count: format!("SELECT count(*) FROM {table}"),
            oldest: format!("DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM {table} ORDER BY rowid LIMIT ?1)"),
        })
    }
}

impl Sqlite {
    /// The store of that address, which need not be there yet.
    ///
    /// # Errors
    /// Usage: no file is named, or an option is wrong.
    pub fn new(address: &Address, options: &Options) -> Result<Self> {
        address.only(&["create", "expires", "key", "table", "threshold", "value"])?;
        let path = address.path().filter(|path| !path.as_os_str().is_empty());
        let path = path.ok_or_else(|| Error::usage("`sqlite:` needs a file, such as `sqlite:/var/cache/app.db`"))?;
        Ok(Self {
            path: path.to_owned(),
            may_create: address.may_create()?,
            threshold: address.threshold(options)?,
            patience: options.lock_timeout,
            words: Words::new(address)?,
            connection: Mutex::new(None),
        })
    }

    /// Works on the file as it is; `None` if there is none.
    fn read<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<Option<T>> {
        let mut held = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        if held.is_none() {
            if !self.path.exists() {
                return Ok(None);
            }
            let writing = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let reading = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let opened = Connection::open_with_flags(&self.path, writing)
                .or_else(|_| Connection::open_with_flags(&self.path, reading))
                .and_then(|connection| self.prepared(connection));
            *held = Some(opened.map_err(|e| self.told(&e))?);
        }
        let Some(connection) = held.as_ref() else { return Ok(None) };
        match work(connection) {
            Ok(value) => Ok(Some(value)),
            Err(e) if is_no_table(&e) => Ok(None),
            Err(e) => Err(self.told(&e)),
        }
    }

    /// Works on the file in one transaction that writes; the file and its table are made where they are missing.
    fn write<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        let mut held = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        if held.is_none() {
            let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            if self.may_create {
                flags |= OpenFlags::SQLITE_OPEN_CREATE;
                if let Some(folder) = self.path.parent() {
                    crate::disk::make_folder(folder)?;
                }
            } else if !self.path.exists() {
                return Err(missing(&format!("the file `{}`", self.path.display())));
            }
            let opened = Connection::open_with_flags(&self.path, flags);
            *held = Some(opened.and_then(|c| self.prepared(c)).map_err(|e| self.told(&e))?);
        }
        let Some(connection) = held.as_mut() else { return Err(refused("it cannot be opened")) };
        let all = || -> rusqlite::Result<T> {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            if self.may_create {
                transaction.execute(&self.words.make, [])?;
            }
            let value = work(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        all().map_err(|e| self.told(&e))
    }

    fn prepared(&self, connection: Connection) -> rusqlite::Result<Connection> {
        connection.busy_timeout(self.patience)?;
        let start = Instant::now();
        // Two who turn a new file into a WAL at once: one is told that it is busy without being made to wait.
        while let Err(error) = connection.query_row("PRAGMA journal_mode=WAL", [], |_| Ok(())) {
            let busy = matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked));
            if !busy && matches!(error.sqlite_error_code(), Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen)) {
                break;
            }
            if !busy || start.elapsed() > self.patience {
                return Err(error);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        Ok(connection)
    }

    fn prune(&self, connection: &Connection, now: f64) -> rusqlite::Result<()> {
        let Some(threshold) = self.threshold.and_then(|n| i64::try_from(n).ok()) else { return Ok(()) };
        let count = || connection.query_row(&self.words.count, [], |row| row.get::<_, i64>(0));
        if count()? > threshold {
            connection.execute(&self.words.expired, [now])?;
            let beyond = count()? - threshold;
            if beyond > 0 {
                connection.execute(&self.words.oldest, [beyond])?;
            }
        }
        Ok(())
    }

    fn store(&self, connection: &Connection, key: &[u8], content: &[u8], expires: Option<f64>) -> rusqlite::Result<()> {
        connection.prepare_cached(&self.words.put)?.execute(params![key, content, expires])?;
        self.prune(connection, seconds(Timestamp::now()))
    }

    fn told(&self, error: &rusqlite::Error) -> Error {
        let words = error.to_string();
        let doing = format!("cannot use `{}`", self.path.display());
        let disk = |code| Error::new(Kind::Disk, code, doing.clone()).cause(words.clone());
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                let limit = self.patience.as_secs_f64();
                Error::new(Kind::Cache, "lock_timeout", format!("another process held it for {limit} s"))
                    .hint("try again, or raise --lock-timeout")
            }
            Some(ErrorCode::DiskFull) => disk("disk_full"),
            Some(ErrorCode::ReadOnly) => disk("read_only"),
            Some(ErrorCode::PermissionDenied) => disk("permission_denied"),
            Some(ErrorCode::CannotOpen | ErrorCode::SystemIoFailure) => disk("io"),
            _ if is_no_table(error) => missing("its table"),
            _ => refused(words),
        }
    }
}

fn is_no_table(error: &rusqlite::Error) -> bool {
    let text = match error {
        rusqlite::Error::SqliteFailure(_, Some(text)) => text,
        rusqlite::Error::SqlInputError { msg, .. } => msg,
        _ => return false,
    };
    text.starts_with("no such table")
}

/// A moment as it stands in the table.
fn seconds(time: Timestamp) -> f64 {
    time.0 as f64 / 1e6
}

fn moment(seconds: Option<f64>) -> Option<Timestamp> {
    seconds.map(|seconds| Timestamp((seconds * 1e6).round() as i64))
}

fn read_entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let content = match row.get_ref(0)? {
        ValueRef::Blob(bytes) | ValueRef::Text(bytes) => Content::Plain(bytes.to_vec()),
        other => Content::Unreadable(format!("it holds {} where bytes are expected", other.data_type())),
    };
    let expires = moment(row.get(1).ok().flatten());
    Ok(Entry { content, expires, version: Version::default() })
}

fn read_stat(row: &Row<'_>, first: usize) -> rusqlite::Result<Option<Stat>> {
    let readable = matches!(row.get_ref(first + 2)?, ValueRef::Text(b"blob" | b"text"));
    if !readable {
        return Ok(None);
    }
    let size = u64::try_from(row.get::<_, i64>(first)?).unwrap_or(0);
    let expires = moment(row.get(first + 1).ok().flatten());
    Ok(Some(Stat { size, wrapped: false, expires, version: Version::default() }))
}

/// The first key that is beyond all those with this prefix; `None`: there is none.
fn beyond(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != 0xff)?;
    let mut end = prefix[..=last].to_vec();
    end[last] += 1;
    Some(end)
}

impl Driver for Sqlite {
    fn abilities(&self) -> Abilities {
        Abilities { counters: true, ..Abilities::PLAIN }
    }

    fn ping(&self) -> Result<()> {
        if !self.may_create && !self.path.exists() {
            return Err(missing(&format!("the file `{}`", self.path.display())));
        }
        self.read(|c| c.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))).map(|_| ())
    }

    fn get(&self, key: &[u8]) -> Result<Option<Entry>> {
        let now = seconds(Timestamp::now());
        let found =
            self.read(|c| c.prepare_cached(&self.words.get)?.query_row(params![key, now], read_entry).optional());
        Ok(found?.flatten())
    }

    fn stat(&self, key: &[u8]) -> Result<Option<Stat>> {
        let now = seconds(Timestamp::now());
        let read = |row: &Row<'_>| read_stat(row, 0);
        let found = self.read(|c| c.prepare_cached(&self.words.stat)?.query_row(params![key, now], read).optional());
        Ok(found?.flatten().flatten())
    }

    fn put(&self, key: &[u8], record: Record<'_>, condition: Condition<'_>) -> Result<bool> {
        let expires = record.expires.map(seconds);
        self.write(|c| {
            let held = || {
                let now = seconds(Timestamp::now());
                c.prepare_cached(&self.words.get)?.query_row(params![key, now], read_entry).optional()
            };
            let may = match condition {
                Condition::Always => true,
                Condition::Absent => held()?.is_none(),
                Condition::Is(_) => matches!(held()?, Some(Entry { content: Content::Unreadable(_), .. })),
            };
            if may {
                self.store(c, key, record.content, expires)?;
            }
            Ok(may)
        })
    }

    fn put_many(&self, entries: &[(&[u8], Record<'_>)]) -> Result<()> {
        self.write(|c| {
            entries.iter().try_for_each(|(key, record)| self.store(c, key, record.content, record.expires.map(seconds)))
        })
    }

    fn delete(&self, key: &[u8]) -> Result<bool> {
        Ok(self.delete_many(&[key])?.first() == Some(&true))
    }

    fn delete_many(&self, keys: &[&[u8]]) -> Result<Vec<bool>> {
        if !self.path.exists() {
            return Ok(vec![false; keys.len()]);
        }
        let now = seconds(Timestamp::now());
        self.write(|c| {
            let mut delete = c.prepare_cached(&self.words.delete)?;
            keys.iter()
                .map(|key| {
                    let lived = delete.query_map(params![key, now], |row| row.get::<_, bool>(0))?;
                    lived.collect::<rusqlite::Result<Vec<bool>>>().map(|all| all.contains(&true))
                })
                .collect()
        })
    }

    fn count(&self, key: &[u8], by: i64, expires: Option<Timestamp>) -> Result<Count> {
        self.write(|c| {
            let now = seconds(Timestamp::now());
            let held = c.prepare_cached(&self.words.get)?.query_row(params![key, now], read_entry).optional()?;
            let (number, expires) = match held {
                None => (Some(0), expires),
                Some(Entry { content: Content::Plain(value), expires, .. }) => (decimal(&value), expires),
                Some(_) => return Ok(Count::Unreadable),
            };
            let Some(number) = number else { return Ok(Count::NotANumber) };
            let Some(sum) = number.checked_add(by) else { return Ok(Count::Overflow) };
            self.store(c, key, sum.to_string().as_bytes(), expires.map(seconds))?;
            Ok(Count::Is(sum))
        })
    }

    fn list(&self, prefix: &[u8], detail: bool, each: &mut dyn FnMut(Listed) -> Result<()>) -> Result<()> {
        let now = seconds(Timestamp::now());
        let mut failed = Ok(());
        self.read(|c| {
            let mut list = c.prepare_cached(&self.words.list)?;
            let mut rows = list.query(params![prefix, now, beyond(prefix)])?;
            while let Some(row) = rows.next()? {
                let ValueRef::Blob(key) = row.get_ref(0)? else { continue };
                let Some(stat) = read_stat(row, 1)? else { continue };
                failed = each(Listed { key: key.to_vec(), stat: detail.then_some(stat) });
                if failed.is_err() {
                    break;
                }
            }
            Ok(())
        })?;
        failed
    }

    fn clear(&self, prefix: &[u8]) -> Result<bool> {
        if self.path.exists() {
            self.write(|c| c.execute(&self.words.clear, params![prefix, beyond(prefix)]))?;
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_prefix() {
        assert_eq!(beyond(b"ab").unwrap(), b"ac");
        assert_eq!(beyond(b"a\xff\xff").unwrap(), b"b");
        assert_eq!((beyond(b""), beyond(b"\xff")), (None, None));
    }
}
