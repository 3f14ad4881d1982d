//! Cached command runs: a command is run once, and replayed while nothing that it depends on has changed.
//!
//! | room | lives there |
//! |---|---|
//! | `terms` | what a run depends on, what it makes, how old its record may be |
//! | `command` | a command as it is meant, what was found of it, and the key that follows |
//! | `verdict` | whether a record answers: a pure decision |
//! | `job` | a job under its terms: look, wait for the turn, keep |
//! | `files`, `sight`, `inputs` | which files a dependency means, what a file looked like, whether dependencies changed |
//! | `outputs` | the files that a run makes: kept, looked at, restored |
//! | `exec`, `streams` | running: streams in their order, signals, the end of the process group |
//! | `record` | what a command wrote, as one file |
//!
//! A recorded run is an item (label `run`): its content is what the command wrote, beside it stands a note of what it depended on, and
//! the files that it made are blobs that the item needs. How a run goes: [`Job`] looks at its record (one question, one `stat` a
//! dependency); `verdict` decides; a *hit* restores what is missing and replays. Otherwise whoever gets the lock (that of the
//! partial of the key, which is the record in the making) reads the dependencies, runs the command, looks whether a
//! dependency changed meanwhile, and commits. A command that is killed, or whose dl is, leaves nothing.

pub mod command;
mod exec;
mod files;
mod inputs;
pub mod job;
mod outputs;
pub mod record;
mod share;
mod sight;
mod streams;
pub mod terms;
mod text;
pub mod verdict;
mod work;

pub use text::quoted;
pub use work::{cached, out_of_date};

use crate::cache::item::Item;
use crate::clock::Timestamp;
use crate::digest::Digest;
use crate::error::{Error, Result};
use crate::event::{Event, Listener, Silent};
use command::{Capture, Command};
use job::{Done, Job, Known, Turn};
use record::{Sink, Stream};
use std::fs::File;
use std::path::PathBuf;
use std::time::Duration;
use verdict::{Reason, Verdict};

/// Where an answer came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The command was run.
    Run,
    /// A record was replayed.
    Hit,
    /// A record was replayed that is to be renewed.
    Stale,
}

impl Source {
    /// Its name, as it stands in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Hit => "hit",
            Self::Stale => "stale",
        }
    }
}

/// What came of a run.
#[derive(Debug, Clone)]
pub struct Report {
    /// Where the answer came from.
    pub source: Source,
    /// The command's exit code, or 128 and the signal that ended it.
    pub exit_code: u8,
    /// When the command was started: this time, or when it was recorded.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Timestamp,
    /// Why it was run; `None`: it was not, or what was restored.
    pub reason: Option<Reason>,
    /// The record; `None`: there is none.
    pub item: Option<Item>,
    /// The files that the record keeps and that were asked for: path as typed, digest, size in bytes.
    pub outputs: Vec<(PathBuf, Digest, u64)>,
    /// Whether this made the first record of the key.
    pub is_first: bool,
    /// The signal that ended the run; nothing is stored then.
    pub signal: Option<i32>,
}

/// What a run is done with.
pub struct Way<'a> {
    /// What the command reads; `None`: nothing.
    pub stdin: Option<File>,
    /// How long another that does the same is waited for; `None`: while it lives.
    pub join: Option<Duration>,
    /// Whether this renews a record in the background: if another does so already, nothing is done.
    pub renews: bool,
    /// What hears warnings and decisions.
    pub listener: &'a dyn Listener,
}

/// Replays the record of a command, or runs it and records it. While it runs, `SIGHUP`, `SIGINT`, `SIGQUIT` and `SIGTERM` go to
/// its process group.
///
/// # Errors
/// `command_not_found`, `not_executable`; kind disk or cache; `join_timeout`. The command's own failure is no error.
pub fn run(job: &Job<'_>, command: &Command, capture: &Capture, way: Way<'_>, sink: &mut dyn Sink) -> Result<Report> {
    let since = Timestamp::now();
    job.refuse_outputs_in_cache()?;
    let (verdict, mut known) = share::look(job, way.listener)?;
    if matches!(verdict, Verdict::Run(_)) {
        way.listener.event(Event::Decision(told(&verdict)));
    } else if let Some(known) = &mut known {
        if let Some(report) = replay(job, known, &verdict, way.listener, sink)? {
            return Ok(report);
        }
        way.listener.event(Event::Decision("run: what was recorded is gone, or damaged".to_owned()));
    }
    // Otherwise the bytes of the record, or of an output, are gone: only a record that is made from now on will do.
    let (reason, is_gone) = match verdict {
        Verdict::Run(reason) => (reason, false),
        Verdict::Replay(restore) | Verdict::Stale(restore) => (restore.unwrap_or(Reason::NeverRun), true),
    };
    if job.terms.disabled {
        return unrecorded(command, capture, way, sink, reason);
    }
    if job.cache.is_read_only() {
        way.listener.event(Event::Warning("the cache cannot be written: the run is not recorded".to_owned()));
        return unrecorded(command, capture, way, sink, reason);
    }
    let newer = (job.terms.refresh || is_gone).then_some(since);
    if let Some(report) = recorded(job, command, capture, way, sink, (newer, reason, known.as_ref()))? {
        return Ok(report);
    }
    // Another recorded it while we waited.
    Ok(Report { source: Source::Hit, ..nothing(since) })
}

const fn nothing(at: Timestamp) -> Report {
    Report {
        source: Source::Run,
        exit_code: 0,
        started_at: at,
        finished_at: at,
        reason: None,
        item: None,
        outputs: Vec::new(),
        is_first: false,
        signal: None,
    }
}

fn told(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Replay(None) => "nothing changed: replayed".to_owned(),
        Verdict::Replay(Some(reason)) => format!("replayed, and restored: {}", reason.tell()),
        Verdict::Stale(_) => "the record is too old: replayed, and renewed in the background".to_owned(),
        Verdict::Run(reason) => format!("run: {}", reason.tell()),
    }
}

/// Replays a record; `None` if it is not whole any more.
fn replay(
    job: &Job<'_>,
    known: &mut Known,
    verdict: &Verdict,
    listener: &dyn Listener,
    sink: &mut dyn Sink,
) -> Result<Option<Report>> {
    let (restore, source) = match verdict.clone() {
        Verdict::Stale(restore) => (restore, Source::Stale),
        Verdict::Replay(restore) => (restore, Source::Hit),
        Verdict::Run(_) => return Ok(None),
    };
    let Some(file) = job.reopen(known, restore.is_some(), listener)? else { return Ok(None) };
    listener.event(Event::Decision(told(verdict)));
    let mut heard = Heard { sink, something: false };
    if let Err(error) = record::replay(&file, &mut heard) {
        if error.code() != "damaged_record" {
            return Err(error);
        }
        job.cache.distrust(&known.item)?;
        let again = "say it again: the command is run then";
        return if heard.something { Err(error.hint(again)) } else { Ok(None) };
    }
    job.replayed(known);
    let (started_at, finished_at) = known.times();
    Ok(Some(Report {
        source,
        exit_code: known.exit_code(),
        finished_at,
        reason: restore,
        item: Some(known.item.clone()),
        outputs: job.kept(known),
        ..nothing(started_at)
    }))
}

/// Knows whether something was passed on.
struct Heard<'a> {
    sink: &'a mut dyn Sink,
    something: bool,
}

impl Sink for Heard<'_> {
    fn take(&mut self, stream: Stream, bytes: &[u8]) -> Result<bool> {
        self.something = true;
        self.sink.take(stream, bytes)
    }
}

/// Runs the command without a record.
///
/// # Errors
/// As [`run`].
pub fn unrecorded(
    command: &Command,
    capture: &Capture,
    way: Way<'_>,
    sink: &mut dyn Sink,
    reason: Reason,
) -> Result<Report> {
    let started_at = Timestamp::now();
    let ended = exec::run(command, capture, way.stdin, None, sink)?;
    Ok(Report {
        exit_code: ended.exit_code,
        signal: ended.signal,
        reason: Some(reason),
        finished_at: Timestamp::now(),
        ..nothing(started_at)
    })
}

/// Runs the command when it is its turn, and keeps what came of it. `None`: another renews the record already.
fn recorded(
    job: &Job<'_>,
    command: &Command,
    capture: &Capture,
    way: Way<'_>,
    sink: &mut dyn Sink,
    (since, reason, old): (Option<Timestamp>, Reason, Option<&Known>),
) -> Result<Option<Report>> {
    let join = if way.renews { Some(Duration::ZERO) } else { way.join };
    let partial = match job.hold(since, join, way.listener) {
        Err(e) if way.renews && e.code() == "join_timeout" => return Ok(None),
        Err(e) => return Err(e),
        Ok(Turn::Mine(partial)) => partial,
        Ok(Turn::Answered(mut known, restore)) => {
            way.listener.event(Event::Decision("another ran it meanwhile: replayed".to_owned()));
            return match replay(job, &mut known, &Verdict::Replay(restore), way.listener, sink)? {
                Some(report) => Ok(Some(report)),
                // Gone again: without a record, rather than for ever in turns.
                None => unrecorded(command, capture, way, sink, reason).map(Some),
            };
        }
    };
    let before = job.see(old)?;
    let started_at = Timestamp::now();
    let ended = match exec::run(command, capture, way.stdin, Some(partial.file()), sink) {
        Ok(ended) => ended,
        Err(error) => {
            partial.discard();
            return Err(error);
        }
    };
    let report = Report {
        exit_code: ended.exit_code,
        signal: ended.signal,
        reason: Some(reason),
        finished_at: Timestamp::now(),
        ..nothing(started_at)
    };
    if !ended.whole {
        partial.discard();
        if let Some(error) = ended.unrecorded {
            way.listener.event(not_stored(&error));
        }
        return Ok(Some(report));
    }
    let shown = quoted(&command.words);
    let done = Done { exit_code: report.exit_code, started_at, finished_at: report.finished_at, command: &shown };
    // The command has run: what dl cannot keep is no failure of it.
    let item = job.keep(done, before, *partial, way.listener).unwrap_or_else(|error| {
        way.listener.event(not_stored(&error));
        None
    });
    let outputs = match &item {
        Some(item) => job.known(item.clone())?.map(|known| job.kept(&known)).unwrap_or_default(),
        None => Vec::new(),
    };
    let is_first = item.is_some() && old.is_none();
    Ok(Some(Report { item, outputs, is_first, ..report }))
}

fn not_stored(error: &Error) -> Event {
    let causes = std::iter::once(error.message()).chain(error.causes().iter().map(String::as_str));
    Event::Warning(format!("{}: the result is not stored", causes.collect::<Vec<_>>().join(": ")))
}

/// Whether the record of a job answers as it stands: `None` if it does; otherwise why it would be run, or what would be restored.
///
/// # Errors
/// Kind disk or cache.
pub fn check(job: &Job<'_>) -> Result<Option<Reason>> {
    let (verdict, known) = share::look(job, &Silent)?;
    if let (Verdict::Replay(_) | Verdict::Stale(_), Some(known)) = (&verdict, &known)
        && !job.cache.stands(&known.item, &Silent)?
    {
        return Ok(Some(Reason::NeverRun));
    }
    Ok(match verdict {
        Verdict::Replay(reason) => reason,
        Verdict::Stale(_) => Some(Reason::Expired),
        Verdict::Run(reason) => Some(reason),
    })
}
