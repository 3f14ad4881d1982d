//! The registry: what is known of every item, in SQLite. One connection that threads share, and heals itself.
//!
//! A question that meets damage has the registry mended (`recover`) and is asked again; what was found out on the way is kept as a
//! warning until somebody listens. Writes are immediate transactions. The log (WAL) is played back by each process that comes
//! alone, so it is kept short: whoever wrote checks it back into the file once it is longer than a few hundred kilobytes. A hit
//! only reads, but for its counter.

pub(crate) mod attribute;
pub(crate) mod blob;
pub(crate) mod connection;
pub(crate) mod delivery;
pub(crate) mod download;
pub(crate) mod item;
pub(crate) mod schema;
pub(crate) mod search;

use crate::cache::folder::Folder;
use crate::cache::recover;
use crate::clock::Timestamp;
use crate::error::{Error, Kind, Result};
use connection::{Failure, Opened, Outcome};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

/// How long the log may be when a process that wrote ends, in pages of 4 KiB.
const LOG_LIMIT_PAGES: i64 = 100;
/// How often a question is asked again after the registry was mended.
const ATTEMPTS: usize = 3;

/// The registry of one folder.
#[derive(Debug)]
pub(crate) struct Registry {
    folder: Folder,
    lock_timeout: Duration,
    state: Mutex<State>,
    boot: OnceLock<Option<String>>,
    warnings: Mutex<Vec<String>>,
}

#[derive(Debug)]
struct State {
    /// `None` only while it is opened again, and after that failed.
    opened: Option<Opened>,
    wrote: bool,
}

fn enter<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Registry {
    /// Opens or makes it; a damaged one is mended.
    pub(crate) fn open(folder: Folder, lock_timeout: Duration) -> Result<Self> {
        let registry = Self {
            folder,
            lock_timeout,
            state: Mutex::new(State { opened: None, wrote: false }),
            boot: OnceLock::new(),
            warnings: Mutex::new(Vec::new()),
        };
        registry.read(|_| Ok(()))?;
        Ok(registry)
    }

    pub(crate) fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The boot that is running; read once, and only if somebody asks.
    pub(crate) fn boot(&self) -> Option<&str> {
        self.boot.get_or_init(crate::disk::boot_id).as_deref()
    }

    /// For tests: as if the machine had been started anew.
    #[cfg(test)]
    pub(crate) fn set_boot(&self, boot: &str) {
        assert!(self.boot.set(Some(boot.to_owned())).is_ok(), "asked already");
    }

    /// Keeps a warning until somebody listens.
    pub(crate) fn warn(&self, warning: String) {
        enter(&self.warnings).push(warning);
    }

    /// Takes the warnings that nobody has heard.
    pub(crate) fn take_warnings(&self) -> Vec<String> {
        std::mem::take(&mut *enter(&self.warnings))
    }

    /// Asks something. Asked again if the registry had to be mended.
    pub(crate) fn read<T>(&self, ask: impl Fn(&Connection) -> Outcome<T>) -> Result<T> {
        said(self.attempt(|state| ask(connected(state)?)))
    }

    /// Changes something in one transaction. Done again if the registry had to be mended.
    pub(crate) fn write<T>(&self, change: impl Fn(&Connection) -> Outcome<T>) -> Result<T> {
        said(self.try_write(change))
    }

    /// As `write`, for a change that may find that it needs a copy made first.
    pub(crate) fn try_write<T>(&self, change: impl Fn(&Connection) -> Outcome<T>) -> Outcome<T> {
        self.folder.check_writable()?;
        self.attempt(|state| {
            if state.opened.as_ref().map(|o| o.inode) != Some(connection::inode(&self.folder)) {
                // Removed or mended meanwhile: a row in a file without a name would be lost.
                return Err(Failure::Replaced);
            }
            let connection = connected(state)?;
            if !state.wrote {
                prepare_to_write(connection)?;
            }
            let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
            let value = change(&transaction)?;
            transaction.commit()?;
            state.wrote = true;
            Ok(value)
        })
    }

    /// Adds one to a counter of each, unless the registry is busy or cannot be written: then nobody waits for it.
    pub(crate) fn count(&self, statement: &str, ids: &[i64]) {
        if ids.is_empty() || !self.folder.is_writable() {
            return;
        }
        let mut state = enter(&self.state);
        let Ok(connection) = connected(&state) else { return };
        let now = Timestamp::now().0;
        let add = || -> Outcome<()> {
            prepare_to_write(connection)?;
            connection.busy_timeout(Duration::ZERO)?;
            let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
            for id in ids {
                transaction.prepare_cached(statement)?.execute([*id, now])?;
            }
            Ok(transaction.commit()?)
        };
        // Damage is for the next question to find.
        let counted = add().is_ok();
        let _ = connection.busy_timeout(self.lock_timeout);
        state.wrote |= counted;
    }

    fn attempt<T>(&self, work: impl Fn(&mut State) -> Outcome<T>) -> Outcome<T> {
        let mut state = enter(&self.state);
        let mut damage = String::new();
        for _ in 0..ATTEMPTS {
            let seen = state.opened.as_ref().map(|o| o.inode);
            let inode = seen.unwrap_or_else(|| connection::inode(&self.folder));
            let outcome = match seen {
                Some(_) => work(&mut state),
                None => connection::open(&self.folder, self.lock_timeout).and_then(|opened| {
                    state.opened = Some(opened);
                    work(&mut state)
                }),
            };
            match outcome {
                Err(Failure::Damaged(why)) => {
                    state.opened = None;
                    state.wrote = false;
                    self.mend(inode, &why)?;
                    damage = why;
                }
                Err(Failure::Replaced) => {
                    state.opened = None;
                    state.wrote = false;
                    "it was replaced".clone_into(&mut damage);
                }
                other => return other,
            }
        }
        Err(unusable(&self.folder, &damage).into())
    }

    fn mend(&self, inode: u64, why: &str) -> Outcome<()> {
        if !self.folder.is_writable() {
            return Err(unusable(&self.folder, why).into());
        }
        if let Some(warning) = recover::recover(&self.folder, inode, self.lock_timeout, why)? {
            self.warn(warning);
        }
        Ok(())
    }
}

fn connected(state: &State) -> Outcome<&Connection> {
    state.opened.as_ref().map(|o| &o.connection).ok_or(Failure::Replaced)
}

fn unusable(folder: &Folder, why: &str) -> Error {
    Error::new(Kind::Cache, "damaged_registry", format!("the registry `{}` is damaged", folder.registry().display()))
        .cause(why.to_owned())
        .hint("remove it: the cache begins anew, and what was fetched is fetched again")
}

fn said<T>(outcome: Outcome<T>) -> Result<T> {
    outcome.map_err(|failure| match failure {
        Failure::Said(error) => error,
        Failure::Damaged(why) => Error::new(Kind::Cache, "damaged_registry", "the registry is damaged").cause(why),
        Failure::Replaced | Failure::NeedsCopy => Error::new(Kind::Cache, "registry", "the registry was replaced"),
    })
}

/// In a WAL, commits need no sync: a power loss takes the last rows, never the file. A rollback journal needs them.
fn prepare_to_write(connection: &Connection) -> Outcome<()> {
    let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
    if mode.eq_ignore_ascii_case("wal") {
        connection.execute_batch("PRAGMA synchronous=NORMAL")?;
    }
    Ok(())
}

impl Drop for Registry {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        let (true, Some(opened)) = (state.wrote, &state.opened) else { return };
        let connection = &opened.connection;
        let _ = connection.busy_timeout(Duration::ZERO);
        let log = connection
            .query_row("PRAGMA wal_checkpoint(NOOP)", [], |row| Ok((row.get::<_, i64>(1)?, row.get::<_, i64>(2)?)));
        if log.is_ok_and(|(pages, done)| pages > LOG_LIMIT_PAGES && done < pages) {
            let _ = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        }
    }
}
