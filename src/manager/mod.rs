//! A descriptor in, a usable file out: look up, judge, fetch, verify, commit, deliver.
//!
//! The only room where the network and the cache meet. Everything that can be answered from what is there is answered
//! on the calling thread, without a runtime; only what must be asked gets threads.
//!
//! ```
//! use dl::descriptor::Descriptor;
//! use dl::event::Silent;
//! use dl::manager::task::{Destination, Task};
//! use dl::manager::{Manager, Options};
//!
//! # fn main() -> dl::error::Result<()> {
//! # let folder = tempfile::tempdir().unwrap();
//! # let source = folder.path().join("trips.csv");
//! # std::fs::write(&source, "from,to\n").unwrap();
//! # let url = format!("file://{}", source.display());
//! let manager = Manager::new(Options::with_cache(folder.path().join("cache")));
//!
//! // Into the cache: the path of a read-only file under its own name.
//! let task = Task::new(Descriptor::new(&url)?);
//! let report = manager.fetch(&task, &Silent)?;
//! let path = report.path.expect("what is in the cache has a path");
//! assert!(path.ends_with("trips.csv"));
//!
//! // Once more: nothing is asked.
//! assert_eq!(manager.fetch(&task, &Silent)?.source, Some(dl::manager::report::Source::Hit));
//!
//! // To a path, and into memory.
//! let copy = folder.path().join("copy.csv");
//! let to_path = Task { destination: Destination::Path(copy.clone()), ..task.clone() };
//! assert!(manager.fetch(&to_path, &Silent)?.written);
//! assert_eq!(manager.read(&task, &Silent)?, std::fs::read(copy).unwrap());
//! # Ok(())
//! # }
//! ```
//!
//! What was fetched may be opened on the way: a tree, one member, or the file without its compression.
//!
//! ```
//! use dl::descriptor::Descriptor;
//! use dl::event::Silent;
//! use dl::manager::task::{Content, Destination, Task};
//! use dl::manager::{Manager, Options};
//!
//! # fn main() -> dl::error::Result<()> {
//! # let folder = tempfile::tempdir().unwrap();
//! # let source = folder.path().join("rows.csv.gz");
//! # std::fs::write(&source, [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x4b, 4, 0, 0x43, 0xbe, 0xb7, 0xe8, 1, 0, 0, 0]).unwrap();
//! # let url = format!("file://{}", source.display());
//! let manager = Manager::new(Options::with_cache(folder.path().join("cache")));
//! let task = Task::new(Descriptor::new(&url)?);
//!
//! let dir = folder.path().join("unpacked");
//! let tree = Destination::Tree { folder: dir.clone(), strip: 0, members: Vec::new() };
//! let to_tree = Task { destination: tree, ..task.clone() };
//! assert!(manager.fetch(&to_tree, &Silent)?.written);
//! assert_eq!(std::fs::read(dir.join("rows.csv")).unwrap(), b"a");
//!
//! // Once more: what was unpacked stands, and is left alone.
//! assert!(!manager.fetch(&to_tree, &Silent)?.written);
//!
//! let decoded = Task { content: Content::Unpacked, ..task };
//! assert_eq!(manager.read(&decoded, &Silent)?, b"a");
//! # Ok(())
//! # }
//! ```

mod ask;
mod decide;
mod deliver;
mod flight;
mod give;
mod http;
mod judge;
mod record;
pub mod report;
mod share;
pub mod task;
mod turns;
mod unpack;

use crate::cache::{self, Cache};
use crate::error::{Error, Kind, Result};
use crate::event::{Event, Listener};
use crate::shared::Shared;
use crate::transfer::Transfer;
use crate::transfer::job;
use decide::{Ask, Next};
use report::Report;
use share::Offer;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, mpsc};
use std::time::{Duration, Instant};
use task::{Destination, Freshness, Task};
use turns::{Turn, Turns};

/// How long hits are looked up together before they are given out: with more of them, what is freed is far from the processor.
const LOOK_TIME: Duration = Duration::from_micros(250);

/// A task that must ask: its number, who listens, and what asks.
type Asking<'a> = (usize, Box<dyn Listener>, Ask<'a>);

/// How the manager works.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the cache is and how it is opened; `None`: there is none.
    pub cache: Option<cache::Options>,
    /// What other machines have fetched; `None`: there is no shared store.
    pub shared: Option<Arc<Shared>>,
    /// How many tasks run at once.
    pub jobs: usize,
    /// How long another process's fetch of the same is waited for; `None`: as long as it grows.
    pub join_timeout: Option<Duration>,
    /// The first failure in time ends the others.
    pub fail_fast: bool,
    /// Decide and tell, but ask and write nothing.
    pub dry_run: bool,
    /// A folder for bodies that are neither cached nor delivered to a path.
    pub spool: PathBuf,
}

impl Options {
    /// A cache in this folder; for everything else the defaults of the command line.
    #[must_use]
    pub fn with_cache(folder: impl Into<PathBuf>) -> Self {
        Self { cache: Some(cache::Options::new(folder)), ..Self::default() }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            cache: None,
            shared: None,
            jobs: 8,
            join_timeout: None,
            fail_fast: false,
            dry_run: false,
            spool: PathBuf::from("/tmp"),
        }
    }
}

/// Takes tasks, gives reports.
#[derive(Debug)]
pub struct Manager {
    options: Options,
    cache: OnceLock<Result<Cache>>,
    transfers: Mutex<Vec<(Arc<job::Options>, Arc<Transfer>)>>,
    cancelled: AtomicBool,
}

impl Manager {
    /// A manager. The cache is opened by the first task that needs it, the network by the first that asks.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self { options, cache: OnceLock::new(), transfers: Mutex::default(), cancelled: AtomicBool::new(false) }
    }

    /// Does one task.
    ///
    /// # Errors
    /// Why it failed, as one error; [`Manager::run`] gives the report of a failure too.
    pub fn fetch(&self, task: &Task, listener: &dyn Listener) -> Result<Report> {
        let report = match decide::decide(self, task, listener) {
            Next::Done(report) => report,
            Next::Ask(ask) => {
                let (report, offer) = ask(listener);
                offer.into_iter().for_each(Offer::make);
                report
            }
        };
        let report = unpack::unpack(self, task, &mut Turn::default(), report, listener);
        if let (Some(cache), Some(item), None) = (self.opened_cache(), &report.item, &report.error) {
            cache.count_reads(&[item.id]);
        }
        match report.error {
            Some(error) => Err(error),
            None => Ok(report),
        }
    }

    /// Does one task and writes the verified bytes to any writer, whatever destination the task names.
    ///
    /// # Errors
    /// Those of [`Manager::fetch`]; a disk error (`output`) where the writer fails.
    pub fn fetch_to(&self, task: &Task, writer: &mut dyn std::io::Write, listener: &dyn Listener) -> Result<Report> {
        let task = Task { destination: Destination::Open, ..task.clone() };
        let mut report = self.fetch(&task, listener)?;
        if let Some(mut file) = report.open.take() {
            std::io::copy(&mut file, writer).map_err(|e| Error::disk("cannot write the result", &e))?;
        }
        Ok(report)
    }

    /// Does one task and gives the verified bytes.
    ///
    /// # Errors
    /// Those of [`Manager::fetch`].
    pub fn read(&self, task: &Task, listener: &dyn Listener) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.fetch_to(task, &mut bytes, listener)?;
        Ok(bytes)
    }

    /// Does all tasks, at most `jobs` at once. `listener(i)` hears what happens to task `i`; `done(i, report)` is
    /// called in the order of the tasks, each as soon as it and all before it are done.
    pub fn run(
        &self,
        tasks: &[Task],
        listener: &(dyn Fn(usize) -> Box<dyn Listener> + Sync),
        done: &mut dyn FnMut(usize, Report),
    ) {
        let mut order = Order {
            manager: self,
            tasks,
            listener,
            turns: Turns::of(tasks),
            next: 0,
            early: HashMap::new(),
            read: Vec::new(),
            done,
        };
        let asking = self.decide_all(tasks, &mut order);
        if !asking.is_empty() {
            self.ask_all(asking, tasks, &mut order);
        }
        if let Some(cache) = self.opened_cache()
            && !self.options.dry_run
        {
            cache.count_reads(&order.read);
        }
    }

    /// Gives out what is answered by what is there; what must ask is left.
    ///
    /// Hits take microseconds: some are looked up together, and given out once nothing is held any more, as whoever takes them may
    /// be slow.
    fn decide_all<'a>(&'a self, tasks: &'a [Task], order: &mut Order<'_>) -> Vec<Asking<'a>> {
        let mut asking = Vec::new();
        let mut answered = Vec::new();
        let mut look = None;
        let mut begun = Instant::now();
        for (index, task) in tasks.iter().enumerate() {
            let ears = (order.listener)(index);
            let is_brief = self.is_brief(task) && !ears.tells_decisions();
            if look.is_none() || !is_brief || begun.elapsed() > LOOK_TIME {
                drop(look.take());
                answered.drain(..).for_each(|(index, report)| order.finish(index, report));
                look = self.opened_cache().filter(|_| is_brief).map(Cache::look);
                begun = Instant::now();
            }
            if self.is_cancelled() {
                answered.push((index, interrupted(task)));
                continue;
            }
            match decide::decide(self, task, ears.as_ref()) {
                Next::Done(mut report) => {
                    if task.opens() && !order.turns.has(task) {
                        report = unpack::unpack(self, task, &mut Turn::default(), report, ears.as_ref());
                    }
                    self.note_end(&report);
                    answered.push((index, report));
                }
                Next::Ask(ask) => asking.push((index, ears, ask)),
            }
        }
        drop(look);
        answered.drain(..).for_each(|(index, report)| order.finish(index, report));
        asking
    }

    /// Whether it takes but a moment to decide on a task and to give out a stored version: nothing is written, no file is hashed,
    /// nobody else is asked.
    fn is_brief(&self, task: &Task) -> bool {
        matches!(task.destination, Destination::Cache)
            && matches!(task.policy.freshness, Freshness::Any | Freshness::MaxAge(_))
            && task.proof.digests.is_empty()
            && self.options.shared.is_none()
    }

    fn ask_all<'a>(&'a self, asking: Vec<Asking<'a>>, tasks: &[Task], order: &mut Order<'_>) {
        let waits_for_turn: Vec<bool> = tasks.iter().map(|task| order.turns.has(task)).collect();
        let workers = asking.len().min(self.options.jobs.max(1));
        let queue: Vec<Mutex<Option<_>>> = asking.into_iter().map(|ask| Mutex::new(Some(ask))).collect();
        let next = AtomicUsize::new(0);
        let (sender, receiver) = mpsc::channel();
        std::thread::scope(|scope| {
            for _ in 0..workers {
                let sender = sender.clone();
                let (queue, next, waits_for_turn) = (&queue, &next, &waits_for_turn);
                scope.spawn(move || {
                    let _at_work = self.opened_cache().map(Cache::at_work);
                    while let Some(slot) = queue.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let Some((index, ears, ask)) = slot.lock().ok().and_then(|mut s| s.take()) else { continue };
                        let task = &tasks[index];
                        let (mut report, offer) =
                            if self.is_cancelled() { (interrupted(task), None) } else { ask(ears.as_ref()) };
                        if !waits_for_turn[index] {
                            report = unpack::unpack(self, task, &mut Turn::default(), report, ears.as_ref());
                        }
                        self.note_end(&report);
                        drop(ears);
                        if sender.send((index, report)).is_err() {
                            return;
                        }
                        // Nobody waits for what others are offered.
                        offer.into_iter().for_each(Offer::make);
                    }
                });
            }
            drop(sender);
            for (index, report) in receiver {
                order.finish(index, report);
            }
        });
    }

    /// With `fail_fast`, the first failure ends the others.
    fn note_end(&self, report: &Report) {
        let failed = report.error.as_ref().is_some_and(|e| e.kind() != Kind::Interrupted);
        if failed && self.options.fail_fast && !self.cancelled.swap(true, Ordering::Relaxed) {
            for (_, transfer) in self.transfers.lock().iter().flat_map(|t| t.iter()) {
                transfer.cancel();
            }
        }
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// The transfer for these options: tasks that share them share connections.
    fn transfer(&self, options: &Arc<job::Options>) -> Arc<Transfer> {
        let mut transfers = self.transfers.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some((_, transfer)) = transfers.iter().find(|(known, _)| Arc::ptr_eq(known, options)) {
            return Arc::clone(transfer);
        }
        let transfer = Arc::new(Transfer::new(job::Options::clone(options)));
        transfers.push((Arc::clone(options), Arc::clone(&transfer)));
        transfer
    }

    /// The cache for a task, opened on first use; `None`: the task goes on without, with a warning where it should
    /// have had one.
    fn cache_for(&self, task: &Task, listener: &dyn Listener) -> Result<Option<&Cache>> {
        let has_destination = !matches!(task.destination, Destination::Cache);
        if task.policy.no_cache {
            return Ok(None);
        }
        let Some(options) = &self.options.cache else {
            if has_destination {
                listener.event(Event::Warning("no usable cache folder: nothing is looked up or stored".to_owned()));
                return Ok(None);
            }
            return Err(Error::usage("there is no usable cache folder").hint("--cache-dir DIR names one"));
        };
        match self.cache.get_or_init(|| Cache::open(options, listener)) {
            Ok(cache) => Ok(Some(cache)),
            Err(error) => {
                let unsafe_folder = error.code() == "unsafe_cache";
                if has_destination && !unsafe_folder {
                    listener.event(Event::Warning(format!("the cache cannot be used, nothing is stored: {error}")));
                    return Ok(None);
                }
                Err(error.clone())
            }
        }
    }

    fn opened_cache(&self) -> Option<&Cache> {
        self.cache.get().and_then(|c| c.as_ref().ok())
    }

    fn cache_folder(&self) -> Option<&Path> {
        self.options.cache.as_ref().map(|c| c.folder.as_path())
    }
}

fn interrupted(task: &Task) -> Report {
    let error = Error::new(Kind::Interrupted, "interrupted", "ended by another failure (--fail-fast)");
    Report { url: task.travel.secrets.redact_url(&task.descriptor.url), error: Some(error), ..Report::default() }
}

/// Gives reports out in the order of the tasks, in which trees come into one folder too, and remembers which items were read.
struct Order<'a> {
    manager: &'a Manager,
    tasks: &'a [Task],
    listener: &'a (dyn Fn(usize) -> Box<dyn Listener> + Sync),
    turns: Turns,
    next: usize,
    /// Those that came before their turn.
    early: HashMap<usize, Report>,
    read: Vec<i64>,
    done: &'a mut dyn FnMut(usize, Report),
}

impl Order<'_> {
    fn finish(&mut self, index: usize, report: Report) {
        if index != self.next {
            self.early.insert(index, report);
            return;
        }
        self.give(report);
        while let Some(report) = self.early.remove(&self.next) {
            self.give(report);
        }
    }

    /// Gives out the report whose turn it is.
    fn give(&mut self, mut report: Report) {
        let task = &self.tasks[self.next];
        if let Some(turn) = self.turns.of_task(task) {
            report = unpack::unpack(self.manager, task, turn, report, (self.listener)(self.next).as_ref());
            self.manager.note_end(&report);
        }
        if report.error.is_none() {
            self.read.extend(report.item.as_ref().map(|item| item.id));
        }
        (self.done)(self.next, report);
        self.next += 1;
    }
}
