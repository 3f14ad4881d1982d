//! The connection to the registry: how it is opened and made, and what `SQLite`'s errors mean.
//!
//! A hit is a process that opens the registry, asks one question and ends, so opening does as little as can be: no pragma but the
//! schema's version, no check-point at the end (four syncs), no journal mode (it stands in the file). The registry is made aside and
//! appears by a rename, under a lock, so that nobody ever sees half of one, and a WAL that a deleted registry left is never
//! played into a new one.

use crate::cache::folder::Folder;
use crate::cache::recover;
use crate::cache::registry::schema::{self, Age};
use crate::disk::{Lock, random_name};
use crate::error::{Error, Kind};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Why something with the registry did not work.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The file is no registry, or a broken one: it is set aside and what can be read is kept.
    Damaged(String),
    /// The file is no longer that of the name: it is opened again.
    Replaced,
    /// A hard link could not be made: a copy must be prepared, outside the transaction.
    NeedsCopy,
    /// The blob is not there (any more): it must be put again.
    NeedsBlob,
    /// Anything else.
    Said(Error),
}

/// The result of something with the registry.
pub(crate) type Outcome<T> = std::result::Result<T, Failure>;

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Said(error)
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ffi;
        let disk = |code, error: &rusqlite::Error| {
            Self::Said(Error::new(Kind::Disk, code, "cannot use the registry of the cache").cause(error.to_string()))
        };
        let rusqlite::Error::SqliteFailure(failure, _) = &error else {
            // What stands in a column is not what the schema says.
            return Self::Damaged(error.to_string());
        };
        match failure.code {
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::TypeMismatch => {
                Self::Damaged(error.to_string())
            }
            ErrorCode::ReadOnly if failure.extended_code == ffi::SQLITE_READONLY_DBMOVED => Self::Replaced,
            ErrorCode::SystemIoFailure if failure.extended_code == ffi::SQLITE_IOERR_CORRUPTFS => {
                Self::Damaged(error.to_string())
            }
            // Our statements are fixed: one that cannot be prepared misses a table or a column.
            ErrorCode::Unknown if failure.extended_code == ffi::SQLITE_ERROR => Self::Damaged(error.to_string()),
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed => Self::Said(
                Error::new(Kind::Cache, "lock_timeout", "another process held the registry of the cache for too long")
                    .hint("try again, or raise --lock-timeout"),
            ),
            ErrorCode::ReadOnly => disk("read_only", &error),
            ErrorCode::DiskFull => disk("disk_full", &error),
            ErrorCode::PermissionDenied => disk("permission_denied", &error),
            _ => disk("io", &error),
        }
    }
}

/// An open registry.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) connection: Connection,
    /// The file that was opened; after a recovery its name belongs to another.
    pub(crate) inode: u64,
    /// How many contents nobody knew any more when it was made.
    pub(crate) adopted: u64,
}

/// The inode that has the registry's name now; 0 for none.
pub(crate) fn inode(folder: &Folder) -> u64 {
    std::fs::symlink_metadata(folder.registry()).map_or(0, |m| m.ino())
}

/// How many statements are kept prepared: all that a commit needs.
const STATEMENTS: usize = 48;

/// The lock under which the registry is made or mended.
pub(crate) fn lock(folder: &Folder, wait: Duration) -> Outcome<Lock> {
    let lock = Lock::take(&folder.lock(), wait)?;
    let access = folder.access();
    access
        .apply(lock.file(), access.file_mode)
        .map_err(|e| Error::disk(format!("cannot use `{}`", folder.lock().display()), &e))?;
    Ok(lock)
}

/// Opens the registry; makes it if it is missing, brings it up if it is older.
pub(crate) fn open(folder: &Folder, lock_timeout: Duration) -> Outcome<Opened> {
    if !folder.is_writable() {
        return open_read_only(folder);
    }
    let path = folder.registry();
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut adopted = 0;
    let connection = match Connection::open_with_flags(&path, flags) {
        Err(_) => {
            if inode(folder) == 0 {
                let _lock = lock(folder, lock_timeout)?;
                if inode(folder) == 0 {
                    adopted = make(folder)?;
                }
            }
            // Also where another process has just made it.
            Connection::open_with_flags(&path, flags)?
        }
        Ok(connection) => connection,
    };
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    // Plans do not depend on the values bound: otherwise a statement with a partial index in sight is prepared anew for each.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.busy_timeout(lock_timeout)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    if folder.is_remote() {
        // It may have been made elsewhere, as a WAL.
        connection.query_row("PRAGMA journal_mode=DELETE", [], |_| Ok(()))?;
    }
    if schema::judge(&connection)? == Age::Older {
        if std::fs::metadata(&path).is_ok_and(|found| found.len() == 0) {
            // It appeared whole: somebody emptied it.
            return Err(Failure::Damaged("it is empty".to_owned()));
        }
        if !folder.is_remote() {
            connection.query_row("PRAGMA journal_mode=WAL", [], |_| Ok(()))?;
        }
        schema::migrate(&connection)?;
        // Every process plays back the log, and a migration's is as long as what it changed.
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    }
    Ok(Opened { connection, inode: inode(folder), adopted })
}

/// A folder that cannot be written still answers. With a WAL that holds rows, `SQLite` needs its index, or builds one in memory;
/// without, the file is taken as one that nobody changes.
fn open_read_only(folder: &Folder) -> Outcome<Opened> {
    let path = folder.registry();
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let wal = beside(&path, "-wal");
    if std::fs::metadata(&wal).is_ok_and(|m| m.len() > 0)
        && let Ok(connection) = Connection::open_with_flags(&path, flags)
        && schema::version(&connection).is_ok()
    {
        return judged_read_only(folder, connection);
    }
    if inode(folder) == 0 {
        // An empty one, so that every question is a miss.
        let connection = Connection::open_in_memory()?;
        schema::migrate(&connection)?;
        return Ok(Opened { connection, inode: 0, adopted: 0 });
    }
    let address = format!("file:{}?immutable=1", escape(&path));
    let connection = Connection::open_with_flags(address, flags | OpenFlags::SQLITE_OPEN_URI)?;
    judged_read_only(folder, connection)
}

fn judged_read_only(folder: &Folder, connection: Connection) -> Outcome<Opened> {
    match schema::judge(&connection)? {
        Age::Current => Ok(Opened { connection, inode: inode(folder), adopted: 0 }),
        Age::Older => Err(Failure::Said(Error::new(
            Kind::Cache,
            "older_schema",
            "the registry of the cache is of an older dl, and its folder cannot be written to bring it up",
        ))),
    }
}

/// Makes an empty registry, which then has its name. The lock is held. Contents that are there are kept until they are removed by
/// hand: somebody may have lost what knew them. Gives how many.
fn make(folder: &Folder) -> Outcome<u64> {
    remove_remains(folder);
    let aside = Aside::new(folder)?;
    let connection = aside.open()?;
    schema::migrate(&connection)?;
    let adopted = recover::adopt_blobs(folder, &connection)?;
    aside.finish(connection, !folder.is_remote())?;
    for suffix in ["-wal", "-shm", "-journal"] {
        let _ = std::fs::remove_file(beside(&folder.registry(), suffix));
    }
    aside.publish(folder)?;
    Ok(adopted)
}

/// Removes unfinished registries. The lock is held, so their makers are dead.
fn remove_remains(folder: &Folder) {
    let Ok(entries) = std::fs::read_dir(folder.path()) else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(ASIDE_PREFIX) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

const ASIDE_PREFIX: &str = "registry.sqlite.new-";

/// A registry that is being made under a name that nobody knows.
pub(crate) struct Aside {
    path: PathBuf,
}

impl Aside {
    pub(crate) fn new(folder: &Folder) -> Outcome<Self> {
        let path = folder.path().join(format!("{ASIDE_PREFIX}{}", random_name()));
        let failed = |e: &std::io::Error| Error::disk(format!("cannot write in `{}`", folder.path().display()), e);
        std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(|e| failed(&e))?;
        let aside = Self { path };
        folder.own(&aside.path).map_err(|e| failed(&e))?;
        Ok(aside)
    }

    /// A connection for one that fills it: nobody else knows the file, and it is synced once, at the end.
    pub(crate) fn open(&self) -> Outcome<Connection> {
        let connection = Connection::open(&self.path)?;
        connection.execute_batch("PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE")?;
        connection.query_row("PRAGMA journal_mode=MEMORY", [], |_| Ok(()))?;
        Ok(connection)
    }

    /// Sets the journal mode, closes and syncs.
    pub(crate) fn finish(&self, connection: Connection, wal: bool) -> Outcome<()> {
        let mode = if wal { "PRAGMA journal_mode=WAL" } else { "PRAGMA journal_mode=DELETE" };
        connection.query_row(mode, [], |_| Ok(()))?;
        // The first write after the change takes the mode into the file.
        connection.pragma_update(None, "user_version", schema::VERSION)?;
        connection.close().map_err(|(_, e)| e)?;
        let failed = |e: &std::io::Error| Error::disk(format!("cannot write `{}`", self.path.display()), e);
        Ok(std::fs::File::open(&self.path).and_then(|f| f.sync_all()).map_err(|e| failed(&e))?)
    }

    /// Gives it the registry's name, which must be free.
    pub(crate) fn publish(self, folder: &Folder) -> Outcome<()> {
        match crate::disk::rename_new(&self.path, &folder.registry()) {
            Err(e) if e.kind() != ErrorKind::AlreadyExists => {
                Err(Error::disk(format!("cannot write `{}`", folder.registry().display()), &e).into())
            }
            _ => Ok(()),
        }
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm", "-journal"] {
            let _ = std::fs::remove_file(beside(&self.path, suffix));
        }
    }
}

/// The path with a suffix to its name.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// A path within a `file:` address of `SQLite`.
fn escape(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt as _;
    percent_encoding::percent_encode(path.as_os_str().as_bytes(), percent_encoding::NON_ALPHANUMERIC)
        .to_string()
        .replace("%2F", "/")
}
