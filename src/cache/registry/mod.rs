//! The registry: what is known of every item, in `SQLite`. One connection that threads share, and heals itself.
//!
//! A question that meets damage has the registry mended (`recover`) and is asked again; what was found out on the way is kept as a
//! warning until somebody listens.
//!
//! Writes are immediate transactions. Threads that write at about the same time share one: each does its work, hands the open
//! transaction on if others are at work that will write too, and one commits for all (a group commit, as databases call it). There
//! are no savepoints, which would cost a copy of each page that is changed: if one fails the transaction is lost, and the others do
//! their work again, each alone. The log (WAL) is played back by each process that comes
//! alone, so it is kept short: whoever wrote checks it back into the file once it is longer than a few hundred kilobytes. A hit
//! only reads, but for its counter.

pub(crate) mod attribute;
pub(crate) mod blob;
pub(crate) mod change;
pub(crate) mod compare;
pub(crate) mod connection;
pub(crate) mod delivery;
pub(crate) mod download;
pub(crate) mod extraction;
pub(crate) mod item;
pub(crate) mod item_blob;
pub(crate) mod params;
pub(crate) mod response;
pub(crate) mod root;
pub(crate) mod run;
pub(crate) mod schema;
pub(crate) mod search;

use crate::cache::folder::Folder;
use crate::cache::recover;
use crate::clock::Timestamp;
use crate::error::{Error, Kind, Result};
use connection::{Failure, Opened, Outcome};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// How long the log may be when a process that wrote ends, in pages of 4 KiB.
const LOG_LIMIT_PAGES: i64 = 100;
/// How many writes share a transaction at most.
const GROUP_LIMIT: u32 = 64;
/// How long the log may grow, in pages, before it is checked back amid the work: each time costs syncs, while all who write wait.
const LOG_GROWTH_PAGES: i64 = 8000;
/// How long a transaction stays open for those who are at work.
const GATHER_WAIT: Duration = Duration::from_millis(3);
/// How often a question is asked again after the registry was mended.
const ATTEMPTS: usize = 3;

/// The registry of one folder.
#[derive(Debug)]
pub(crate) struct Registry {
    folder: Folder,
    lock_timeout: Duration,
    state: Mutex<State>,
    /// Wakes the members of a group when it was committed or lost.
    ended: Condvar,
    /// How many threads are waiting for their turn to write.
    writers: AtomicU32,
    /// How many threads are at work on what they will write.
    at_work: AtomicU32,
    boot: OnceLock<Option<String>>,
    warnings: Mutex<Vec<String>>,
}

#[derive(Debug, Default)]
struct State {
    /// `None` only while it is opened again, and after that failed.
    opened: Option<Opened>,
    wrote: bool,
    group: Group,
    /// How many are looking for several things, see [`Registry::look`].
    looks: u32,
}

/// The writes that share a transaction.
#[derive(Debug, Default)]
struct Group {
    /// Counts the transactions; the open one has this number.
    number: u64,
    /// How many writes are in the open one; 0: none is open.
    members: u32,
    /// When the open one began.
    begun: Option<Instant>,
    /// Transactions that were not committed, and why, for the members that have not heard it: number, members, error.
    lost: Vec<(u64, u32, Error)>,
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
            state: Mutex::default(),
            ended: Condvar::new(),
            writers: AtomicU32::new(0),
            at_work: AtomicU32::new(0),
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
    pub(crate) fn read<T>(&self, mut ask: impl FnMut(&Connection) -> Outcome<T>) -> Result<T> {
        said(self.attempt(&mut enter(&self.state), |state| {
            let connection = connected(state)?;
            if state.looks > 0 && connection.is_autocommit() {
                connection.execute_batch("BEGIN")?;
            }
            ask(connection)
        }))
    }

    /// Until this is dropped, or something is written, all questions see the same moment: the locks of a question cost more than
    /// its answer. Nothing that takes long may be done meanwhile: with a rollback journal others could not write.
    pub(crate) fn look(&self) -> Look<'_> {
        enter(&self.state).looks += 1;
        Look(self)
    }

    /// Lets others write before something that takes long.
    pub(crate) fn pause_look(&self) {
        end_look(&enter(&self.state));
    }

    /// Changes something in one transaction. Done again if the registry had to be mended.
    pub(crate) fn write<T>(&self, change: impl Fn(&Connection) -> Outcome<T>) -> Result<T> {
        said(self.try_write(change))
    }

    /// As `write`, for a change that may find that it needs a copy made first.
    pub(crate) fn try_write<T>(&self, change: impl Fn(&Connection) -> Outcome<T>) -> Outcome<T> {
        self.folder.check_writable()?;
        let mut lost = None;
        for attempt in 0..ATTEMPTS {
            self.writers.fetch_add(1, Ordering::SeqCst);
            let mut state = enter(&self.state);
            self.writers.fetch_sub(1, Ordering::SeqCst);
            let is_alone = attempt > 0;
            if is_alone {
                self.end_group(&mut state);
            }
            let value = self.attempt(&mut state, |state| {
                if state.group.members > 0 {
                    return join(state, &change);
                }
                if state.opened.as_ref().map(|o| o.inode) != Some(connection::inode(&self.folder)) {
                    // Removed or mended meanwhile: a row in a file without a name would be lost.
                    return Err(Failure::Replaced);
                }
                begin(state)?;
                join(state, &change)
            });
            let Ok(value) = value else {
                // The transaction has ended for all.
                self.ended.notify_all();
                return value;
            };
            let number = state.group.number;
            if !is_alone {
                state = self.gather(state);
            }
            if state.group.number == number && state.group.members > 0 {
                let inode = state.opened.as_ref().map_or(0, |o| o.inode);
                let committed = commit(&mut state, true);
                self.ended.notify_all();
                if let Err(Failure::Damaged(why)) = &committed {
                    state.close();
                    self.mend(inode, why)?;
                    continue;
                }
                return committed.map(|()| value);
            }
            match state.group.hear(number) {
                None => return Ok(value),
                error => lost = error,
            }
        }
        Err(Failure::Said(lost.unwrap_or_else(|| unusable(&self.folder, "transactions were lost"))))
    }

    /// Hands the open transaction on while others are about to write. Comes back when it has ended, or is to be committed.
    fn gather<'a>(&self, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let number = state.group.number;
        let end = state.group.begun.map(|begun| begun + GATHER_WAIT);
        loop {
            let (members, now) = (state.group.members, Instant::now());
            let is_open = members > 0 && state.group.number == number;
            let others = self.writers.load(Ordering::SeqCst) > 0 || self.at_work.load(Ordering::SeqCst) > members;
            match end {
                Some(end) if is_open && others && members < GROUP_LIMIT && now < end => {
                    let waited = self.ended.wait_timeout(state, end - now);
                    state = waited.unwrap_or_else(PoisonError::into_inner).0;
                }
                _ => return state,
            }
        }
    }

    /// Until this is dropped, a thread is at work on something that it will write.
    pub(crate) fn at_work(&self) -> AtWork<'_> {
        self.at_work.fetch_add(1, Ordering::SeqCst);
        AtWork(&self.at_work)
    }

    /// Adds one to a counter of each, unless the registry is busy or cannot be written: then nobody waits for it, and the answer is false.
    pub(crate) fn count(&self, statement: &str, ids: &[i64]) -> bool {
        if ids.is_empty() || !self.folder.is_writable() {
            return true;
        }
        let mut state = enter(&self.state);
        // Nobody else's failure is to undo it.
        self.end_group(&mut state);
        end_look(&state);
        let Ok(connection) = connected(&state) else { return false };
        let now = Timestamp::now().0;
        let add = || -> Outcome<()> {
            prepare_to_write(connection)?;
            connection.busy_timeout(Duration::ZERO)?;
            let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
            let mut statement = connection.prepare_cached(statement)?;
            for id in ids {
                statement.execute([*id, now])?;
            }
            Ok(transaction.commit()?)
        };
        // Damage is for the next question to find.
        let counted = add();
        let _ = connection.busy_timeout(self.lock_timeout);
        state.wrote |= counted.is_ok();
        counted.is_ok()
    }

    /// Commits the open transaction, if there is one; its members hear of it if that fails.
    fn end_group(&self, state: &mut State) {
        if state.group.members > 0 {
            let _ = commit(state, false);
            self.ended.notify_all();
        }
    }

    /// Works with the registry, which is opened if it is not, and mended if it turns out to be damaged.
    fn attempt<T>(&self, state: &mut State, mut work: impl FnMut(&mut State) -> Outcome<T>) -> Outcome<T> {
        let mut damage = String::new();
        for _ in 0..ATTEMPTS {
            let seen = state.opened.as_ref().map(|o| o.inode);
            let inode = seen.unwrap_or_else(|| connection::inode(&self.folder));
            let outcome = match seen {
                Some(_) => work(state),
                None => connection::open(&self.folder, self.lock_timeout).and_then(|opened| {
                    if opened.adopted > 0 {
                        self.warn(format!(
                            "the registry of the cache was gone: {} contents are kept that nothing names (dl blob ls)",
                            opened.adopted
                        ));
                    }
                    state.opened = Some(opened);
                    work(state)
                }),
            };
            match outcome {
                Err(Failure::Damaged(why)) => {
                    state.close();
                    self.ended.notify_all();
                    self.mend(inode, &why)?;
                    damage = why;
                }
                Err(Failure::Replaced) => {
                    state.close();
                    self.ended.notify_all();
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

/// See [`Registry::look`].
#[derive(Debug)]
pub(crate) struct Look<'a>(&'a Registry);

impl Drop for Look<'_> {
    fn drop(&mut self) {
        let mut state = enter(&self.0.state);
        state.looks -= 1;
        end_look(&state);
    }
}

/// See [`Registry::at_work`].
#[derive(Debug)]
pub(crate) struct AtWork<'a>(&'a AtomicU32);

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl State {
    /// Closes the registry, so that it is opened anew. A transaction that is open is lost.
    fn close(&mut self) {
        self.group.lose(None, false);
        self.opened = None;
        self.wrote = false;
    }
}

impl Group {
    /// Ends the open transaction without a commit; its members will hear why. `told`: one of them knows already.
    fn lose(&mut self, why: Option<&Failure>, told: bool) {
        let others = self.members.saturating_sub(u32::from(told));
        if others > 0 {
            let error = match why {
                Some(Failure::Said(error)) => error.clone(),
                _ => Error::new(Kind::Cache, "registry", "a transaction of the registry was lost"),
            };
            self.lost.push((self.number, others, error));
        }
        self.members = 0;
    }

    /// Whether a transaction was lost, and why. Each member asks once.
    fn hear(&mut self, number: u64) -> Option<Error> {
        let index = self.lost.iter().position(|(lost, ..)| *lost == number)?;
        self.lost[index].1 -= 1;
        let error = self.lost[index].2.clone();
        if self.lost[index].1 == 0 {
            self.lost.swap_remove(index);
        }
        Some(error)
    }
}

/// Opens a transaction for a group.
fn begin(state: &mut State) -> Outcome<()> {
    end_look(state);
    let connection = connected(state)?;
    if !state.wrote {
        prepare_to_write(connection)?;
    }
    connection.execute_batch("BEGIN IMMEDIATE")?;
    state.group.number += 1;
    state.group.begun = Some(Instant::now());
    Ok(())
}

/// Ends the transaction of those who look; the next question begins another.
fn end_look(state: &State) {
    if let Some(opened) = &state.opened
        && state.group.members == 0
        && !opened.connection.is_autocommit()
    {
        // It has read only: there is nothing to lose.
        let _ = opened.connection.execute_batch("COMMIT");
    }
}

/// Makes a change within the open transaction. If it fails, the transaction is lost for all.
fn join<T>(state: &mut State, change: &impl Fn(&Connection) -> Outcome<T>) -> Outcome<T> {
    let connection = connected(state)?;
    match change(connection) {
        Ok(value) => {
            state.group.members += 1;
            Ok(value)
        }
        Err(failure) => {
            let _ = connection.execute_batch("ROLLBACK");
            state.group.lose(Some(&failure), false);
            Err(failure)
        }
    }
}

/// Commits the open transaction for all its members. `is_member`: the caller is one of them.
fn commit(state: &mut State, is_member: bool) -> Outcome<()> {
    let connection = connected(state)?;
    match connection.execute_batch("COMMIT").map_err(Failure::from) {
        Ok(()) => {
            state.group.members = 0;
            state.wrote = true;
            Ok(())
        }
        Err(failure) => {
            let _ = connection.execute_batch("ROLLBACK");
            state.group.lose(Some(&failure), is_member);
            Err(failure)
        }
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
        Failure::Replaced | Failure::NeedsCopy | Failure::NeedsBlob => {
            Error::new(Kind::Cache, "registry", "the registry was replaced")
        }
    })
}

/// In a WAL, commits need no sync: a power loss takes the last rows, never the file. A rollback journal needs them.
fn prepare_to_write(connection: &Connection) -> Outcome<()> {
    let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
    if mode.eq_ignore_ascii_case("wal") {
        connection.execute_batch("PRAGMA synchronous=NORMAL")?;
        connection.pragma_update(None, "wal_autocheckpoint", LOG_GROWTH_PAGES)?;
    }
    Ok(())
}

impl Drop for Registry {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        let (true, Some(opened)) = (state.wrote, &state.opened) else { return };
        let connection = &opened.connection;
        let _ = connection.busy_timeout(Duration::ZERO);
        let log = connection.query_row("PRAGMA wal_checkpoint(NOOP)", [], |row| row.get::<_, i64>(1));
        if log.is_ok_and(|pages| pages > LOG_LIMIT_PAGES) {
            // Truncated, because a log that was only checked back is still played back by whoever comes next.
            let _ = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        }
    }
}
