//! Several streams that fill one file, and when it is worth to add one.
//!
//! The stream that brought the head is never given up for the others. Extra ones ask for spans of the same state of
//! the same file; one that is refused, cut or answered with anything else is no error: what it left is filled by
//! those that go on.

use crate::error::{Error, Kind, Result};
use crate::event::Event;
use crate::message::{ContentRange, Validators};
use crate::partial::{Partial, State};
use crate::secret::Mask;
use crate::transfer::answer::{Answer, Course, Lane, Opened};
use crate::transfer::backend::{Arrival, Framing};
use crate::transfer::hashing::Hashing;
use crate::transfer::job::{Connections, Resume};
use crate::transfer::judge::Verdict;
use crate::transfer::map::{Claim, Map};
use crate::transfer::request::{Additions, Span};
use crate::transfer::retry::Setback;
use crate::transfer::{receive, resume};
use std::fs::File;
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use url::Url;

/// With `auto`, so much must be left to come before another stream is added.
const LARGE_REST_BYTES: u64 = 16 * 1024 * 1024;
/// No span is split below twice this.
const LEAST_SPAN_BYTES: u64 = 256 * 1024;
/// The same where the user gave a number.
const LEAST_FIXED_SPAN_BYTES: u64 = 128 * 1024;
/// Streams to one origin with `auto`.
const MOST_STREAMS: u32 = 8;
/// How often the sum is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How long it may take for more streams to show that they bring more.
const PATIENCE: Duration = Duration::from_millis(300);
/// How many are added for each that there is.
const STEP: u32 = 3;
/// How much the sum must have grown for more streams to be added.
const WORTHWHILE_GROWTH: f64 = 1.15;
/// The share of the time that streams must have waited for bytes: where writing takes the rest, more of them only get into each
/// other's way.
const STARVED: f64 = 0.9;
/// How often what is there is noted.
const NOTE_EVERY: Duration = Duration::from_secs(1);
/// The code of the error that says: another state of the file was served.
pub(super) const CHANGED: &str = "changed";

/// Whether more streams help: decided by how the sum of all grew since there are as many as there are. Pure.
#[derive(Debug)]
struct Growth {
    /// Since when there are as many streams as now, and they wait for bytes; and what had come by then.
    since: (Instant, Sum),
    looked: (Instant, Sum),
    best: f64,
    over: bool,
}

/// What all streams did so far.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    received: u64,
    /// How long they were at work on what had come, and did not wait for more.
    busy: Duration,
}

impl Growth {
    fn new(now: Instant) -> Self {
        let none = (now, Sum::default());
        Self { since: none, looked: none, best: 0.0, over: false }
    }

    /// What came up to now tells nothing: streams are starting, or do not wait for bytes.
    const fn begin_anew(&mut self, now: Instant, sum: Sum) {
        self.since = (now, sum);
        self.looked = (now, sum);
    }

    /// How many streams to add, `streams` being at work and `rest` bytes being left.
    fn look(&mut self, now: Instant, sum: Sum, rest: u64, streams: u32) -> u32 {
        let (last, then) = self.looked;
        let elapsed = now.saturating_duration_since(last);
        if self.over || elapsed < LOOK_EVERY {
            return 0;
        }
        self.looked = (now, sum);
        let busy = sum.busy.saturating_sub(then.busy).as_secs_f64() / elapsed.as_secs_f64() / f64::from(streams);
        if busy > 1.0 - STARVED {
            self.begin_anew(now, sum);
            return 0;
        }
        let elapsed = now.saturating_duration_since(self.since.0);
        let rate = sum.received.saturating_sub(self.since.1.received) as f64 / elapsed.as_secs_f64();
        if rate < self.best * WORTHWHILE_GROWTH {
            // Servers that hold connections to a rate send in bursts.
            self.over = elapsed >= PATIENCE;
            return 0;
        }
        self.over = rest < LARGE_REST_BYTES || streams >= MOST_STREAMS;
        if self.over {
            return 0;
        }
        self.best = rate;
        (STEP * streams).min(MOST_STREAMS - streams)
    }
}

/// The file as all its streams see it.
struct Filling<'a> {
    lane: Lane<'a>,
    url: &'a Url,
    shown: &'a str,
    state: State,
    file: File,
    path: PathBuf,
    least: u64,
    inner: Mutex<Inner>,
    moved: Condvar,
    stop: AtomicBool,
}

struct Inner {
    map: Map,
    hashing: Hashing,
    sum: Sum,
    /// Streams at work, and the most there were.
    streams: u32,
    most: u32,
    /// Extra streams that have been started and are not at work yet.
    starting: u32,
    /// An extra stream was refused: no more of them.
    barred: bool,
}

impl Course<'_> {
    /// Whether the rest of this body may be filled by several streams.
    pub(super) fn may_segment(&self, answer: &Answer, offset: u64, state: &State) -> bool {
        let (options, request) = (self.lane.options, &self.lane.job.request);
        let fields = &answer.head.fields;
        let ranges = answer.head.status == 206
            || fields.all("accept-ranges").any(|v| v.trim_ascii().eq_ignore_ascii_case(b"bytes"));
        let plain = request.method == "GET" && request.body.is_none() && !request.fields.contains("range");
        let Some(total) = state.total.filter(|_| plain && ranges && state.strong.is_some()) else { return false };
        if self.alone {
            return false;
        }
        if state.ranges.len() > 1 {
            return true;
        }
        match options.connections {
            Connections::Fixed(count) => count > 1 && total.saturating_sub(offset) >= 2 * LEAST_FIXED_SPAN_BYTES,
            Connections::Auto => {
                let secrets = &options.secrets;
                let credentials = request.credentials.is_some()
                    || request.fields.iter().any(|(name, _)| secrets.is_secret_header(name))
                    || !secrets.secret_query(&request.url).is_empty();
                total.saturating_sub(offset) >= LARGE_REST_BYTES
                    && !credentials
                    && options.limit_rate.is_none()
                    && options.resume != Resume::Never
                    && answer.head.version != "2"
            }
        }
    }

    /// Fills the file from the body of `answer`, which begins at the first gap, and from extra streams. Gives the
    /// size.
    pub(super) fn receive_segments(
        &mut self,
        answer: &Answer,
        partial: &mut Partial,
        state: State,
    ) -> Result<u64, Setback> {
        let total = state.total.unwrap_or_default();
        let Some(hashing) = self.hashing.take() else {
            return Err(Error::new(Kind::Other, "hashing", "nothing is hashed").into());
        };
        let (map, main) = Map::new(&state.ranges, total);
        // From now on the file's length says nothing: what is there stands in the ranges.
        partial.note(State { ranges: noted(&map), ..state.clone() })?;
        let fixed = matches!(self.lane.options.connections, Connections::Fixed(_));
        let filling = Filling {
            lane: self.lane,
            url: &answer.url,
            shown: &answer.shown,
            state,
            file: partial.file().try_clone().map_err(|e| partial.failed(&e))?,
            path: partial.path().to_owned(),
            least: if fixed { LEAST_FIXED_SPAN_BYTES } else { LEAST_SPAN_BYTES },
            inner: Mutex::new(Inner {
                map,
                hashing,
                sum: Sum::default(),
                streams: 1,
                most: 1,
                starting: 0,
                barred: false,
            }),
            moved: Condvar::new(),
            stop: AtomicBool::new(false),
        };
        let result = std::thread::scope(|scope| {
            let result = filling.lead(scope, answer, main, partial);
            filling.stop.store(true, Ordering::Relaxed);
            filling.moved.notify_all();
            result
        });
        let Inner { map, hashing, most, .. } = filling.inner.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.exchange.connections = self.exchange.connections.max(most);
        self.hashing = Some(hashing);
        if let Err(setback) = result {
            partial.note(State { ranges: noted(&map), ..filling.state })?;
            return Err(setback);
        }
        Ok(total)
    }
}

/// What is written, in the form in which the partial keeps it: never empty, which would mean all of the file.
fn noted(map: &Map) -> Vec<(u64, u64)> {
    let done = map.done();
    if done.is_empty() { vec![(0, 0)] } else { done }
}

impl Filling<'_> {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first stream: fills its part, adds others while that helps, and fills what they leave.
    fn lead<'scope, 'env>(
        &'env self,
        scope: &'scope std::thread::Scope<'scope, 'env>,
        answer: &Answer,
        main: usize,
        partial: &mut Partial,
    ) -> Result<(), Setback> {
        let mut growth = Growth::new(Instant::now());
        let mut noted_at = Instant::now();
        if let Connections::Fixed(count) = self.lane.options.connections {
            growth.over = true;
            let claims = {
                let mut inner = self.lock();
                let claims = inner.map.divide(main, u32::from(count).saturating_sub(1), self.least);
                inner.starting += claims.len() as u32;
                claims
            };
            self.spawn(scope, claims.into_iter().map(Some));
        }
        let mut every_piece = || -> Result<()> {
            let now = Instant::now();
            let (add, note) = {
                let mut inner = self.lock();
                let idle = inner.starting == 0 && !inner.barred;
                let add = if idle { growth.look(now, inner.sum, inner.map.rest(), inner.streams) } else { 0 };
                if !idle {
                    growth.begin_anew(now, inner.sum);
                }
                let note = now.saturating_duration_since(noted_at) >= NOTE_EVERY;
                inner.starting += add;
                (add, note.then(|| noted(&inner.map)))
            };
            if let Some(ranges) = note {
                noted_at = now;
                partial.note(State { ranges, ..self.state.clone() })?;
            }
            self.spawn(scope, (0..add).map(|_| None));
            Ok(())
        };
        let own = self.fill(main, &answer.arrival, &mut every_piece);
        self.release(main);
        own?;
        let mut failed = None;
        loop {
            every_piece()?;
            let claim = {
                let mut inner = self.lock();
                if inner.map.is_complete() {
                    return Ok(());
                }
                match failed {
                    // Nobody is left who could fill the rest: the next try does.
                    Some(setback) if inner.streams <= 1 => return Err(setback),
                    _ => {}
                }
                let claim = match (&failed, inner.barred) {
                    (Some(_), _) => None,
                    (None, true) => inner.map.claim_hole(),
                    (None, false) => inner.map.claim(self.least),
                };
                if claim.is_none() {
                    let _ = self.moved.wait_timeout(inner, LOOK_EVERY);
                }
                claim
            };
            if let Some(claim) = claim {
                failed = self.lead_further(claim, &mut every_piece)?;
            }
            if self.lane.deadline.is_some_and(|d| Instant::now() >= d) {
                return Err(Setback::lasting(receive::total_timeout()));
            }
        }
    }

    /// The first stream fills another span. That it is refused is an error only where nobody else fills it.
    fn lead_further(
        &self,
        claim: Claim,
        every_piece: &mut dyn FnMut() -> Result<()>,
    ) -> Result<Option<Setback>, Setback> {
        let opened = match self.open(claim) {
            Ok(opened) => opened,
            Err(setback) => {
                let mut inner = self.lock();
                inner.map.refuse(claim);
                inner.barred = true;
                return Ok(Some(setback));
            }
        };
        let Some(part) = self.lock().map.accept(claim) else { return Ok(None) };
        let filled = self.fill(part, &opened.arrival, every_piece);
        self.release(part);
        filled.map(|()| None)
    }

    /// Starts extra streams, each with its first claim if it has one already. They are counted as starting.
    fn spawn<'scope, 'env>(
        &'env self,
        scope: &'scope std::thread::Scope<'scope, 'env>,
        claims: impl ExactSizeIterator<Item = Option<Claim>>,
    ) {
        if claims.len() > 0 {
            self.lane.tell(Event::Decision(format!("{} more connections for `{}`", claims.len(), self.shown)));
        }
        for claim in claims {
            let thread = std::thread::Builder::new().name("segment".to_owned());
            if thread.spawn_scoped(scope, move || self.help(claim)).is_err() {
                let mut inner = self.lock();
                if let Some(claim) = claim {
                    inner.map.refuse(claim);
                }
                inner.starting -= 1;
                inner.barred = true;
            }
        }
    }

    /// An extra stream: fills one span after the other until there is none, or it is refused.
    fn help(&self, first: Option<Claim>) {
        let auto = self.lane.options.connections == Connections::Auto;
        let seat = auto.then(|| self.lane.transfer.take_seat(self.url, MOST_STREAMS - 1));
        let (mut starting, mut first) = (true, first);
        if !matches!(seat, Some(None)) {
            while !self.stop.load(Ordering::Relaxed) {
                let Some(claim) = first.take().or_else(|| self.lock().map.claim(self.least)) else { break };
                let opened = self.open(claim);
                let part = {
                    let mut inner = self.lock();
                    if opened.is_err() {
                        inner.map.refuse(claim);
                        None
                    } else {
                        inner.map.accept(claim)
                    }
                };
                let filled = match (opened, part) {
                    (Ok(opened), Some(part)) => {
                        self.count_in(&mut starting);
                        let filled = self.fill(part, &opened.arrival, &mut || Ok(()));
                        self.release(part);
                        self.lock().streams -= 1;
                        filled
                    }
                    (Ok(_), None) => continue,
                    (Err(setback), _) => Err(setback),
                };
                if let Err(setback) = filled {
                    self.lock().barred = true;
                    self.lane.tell(Event::Detail(format!("an extra connection is of no use: {}", setback.error)));
                    break;
                }
            }
        }
        let mut inner = self.lock();
        if let Some(claim) = first {
            inner.map.refuse(claim);
        }
        inner.starting -= u32::from(starting);
        drop(inner);
        self.moved.notify_all();
    }

    /// An extra stream is at work.
    fn count_in(&self, starting: &mut bool) {
        let mut inner = self.lock();
        inner.starting -= u32::from(std::mem::take(starting));
        inner.streams += 1;
        inner.most = inner.most.max(inner.streams);
    }

    /// The stream of that part ended, wherever it got to.
    fn release(&self, part: usize) {
        self.lock().map.release(part);
        self.moved.notify_all();
    }

    /// Asks for a span. Anything but exactly that span of the same state of the file is an error.
    fn open(&self, claim: Claim) -> Result<Opened, Setback> {
        let span = Span { first: claim.first, last: Some(claim.end - 1), if_range: self.state.strong.clone() };
        let additions = Additions { span: Some(&span), ..Additions::default() };
        let opened = self.lane.open(self.url, "GET", additions, &mut Vec::new(), Some(&self.stop))?;
        let changed =
            |why: String| Error::new(Kind::Integrity, CHANGED, format!("`{}` is another file now: {why}", self.shown));
        match self.lane.judge(&opened.head, "GET", self.shown, additions)? {
            Verdict::Part(range @ ContentRange::Part { .. }) if opened.framing != Framing::Unframed => {
                resume::fits(&self.state, &span, range, &opened.head, self.shown).map_err(changed)?;
                Ok(opened)
            }
            _ => Err(changed("it does not give a part of what it gave before".to_owned()).into()),
        }
    }

    /// Takes bytes into a part until it is full or the stream ends.
    fn fill(&self, part: usize, arrival: &Arrival, every_piece: &mut dyn FnMut() -> Result<()>) -> Result<(), Setback> {
        let limits = receive::Limits { stop: Some(&self.stop), ..self.lane.limits() };
        let ended = receive::pump(arrival, limits, |bytes| {
            let came = Instant::now();
            let (at, wanted) = self.lock().map.reserve(part, bytes.len() as u64);
            let bytes = &bytes[..wanted as usize];
            self.file
                .write_all_at(bytes, at)
                .map_err(|e| Error::disk(format!("cannot write `{}`", self.path.display()), &e))?;
            let full = {
                let mut inner = self.lock();
                let full = inner.map.advance(part, wanted);
                inner.sum.received += wanted;
                inner.sum.busy += came.elapsed();
                let frontier = inner.map.frontier();
                inner.hashing.reached(frontier);
                full
            };
            self.lane.tell(Event::Received(wanted));
            every_piece()?;
            Ok(if full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        if ended.is_continue() && !self.lock().map.is_full(part) {
            return Err(Setback::passing(Error::new(Kind::Integrity, "truncated", "the body ended early")));
        }
        Ok(())
    }
}

/// What `State` must say of a body that begins now.
pub(super) fn fresh_state(answer: &Answer, total: Option<u64>, coded: bool, mask: &Mask) -> State {
    let validators: Validators = answer.head.validators().without(mask);
    let strong = validators.strong().filter(|_| !coded).map(str::to_owned);
    State { boot: None, url: answer.shown.clone(), validators, strong, total, ranges: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_added_while_the_sum_grows() {
        let start = Instant::now();
        let at = |n: u32| start + LOOK_EVERY * n;
        let idle = |received| Sum { received, busy: Duration::ZERO };
        let large = 1 << 40;
        let mut growth = Growth::new(start);
        assert_eq!(growth.look(start, idle(0), large, 1), 0);
        assert_eq!(growth.look(at(1), idle(100), large, 1), 3);
        growth.begin_anew(at(2), idle(200));
        assert_eq!(growth.look(at(3), idle(600), large, 4), 4);
        growth.begin_anew(at(4), idle(1000));
        assert_eq!(growth.look(at(5), idle(1800), large, 8), 0);
        assert!(growth.over);
        let mut growth = Growth::new(start);
        assert_eq!(growth.look(at(1), idle(100), LARGE_REST_BYTES - 1, 1), 0);
        assert!(growth.over);
    }

    #[test]
    fn none_is_added_once_more_of_them_brought_nothing() {
        let start = Instant::now();
        let at = |n: u32| start + LOOK_EVERY * n;
        let idle = |received| Sum { received, busy: Duration::ZERO };
        let large = 1 << 40;
        let mut growth = Growth::new(start);
        assert_eq!(growth.look(at(1), idle(100), large, 1), 3);
        // A burst may be late, but not for long.
        for (n, received) in [(2, 100), (3, 250), (4, 300), (5, 450)] {
            assert_eq!((growth.look(at(n), idle(received), large, 4), growth.over), (0, false));
        }
        assert_eq!((growth.look(at(7), idle(800), large, 4), growth.over), (0, true));
        let mut growth = Growth::new(start);
        assert_eq!(growth.look(at(1), idle(100), large, 1), 3);
        assert_eq!(growth.look(at(3), idle(100), large, 4), 0);
        assert_eq!(growth.look(at(4), idle(900), large, 4), 4, "it came late");
    }

    #[test]
    fn none_is_added_while_writing_is_what_takes_the_time() {
        let start = Instant::now();
        let large = 1 << 40;
        let mut growth = Growth::new(start);
        let busy = |looks: u32| LOOK_EVERY * looks / 2;
        assert_eq!(growth.look(start + LOOK_EVERY, Sum { received: 100, busy: busy(1) }, large, 1), 0);
        assert_eq!(growth.look(start + LOOK_EVERY * 2, Sum { received: 900, busy: busy(2) }, large, 1), 0);
        // The link became slow: now it helps.
        assert_eq!(growth.look(start + LOOK_EVERY * 3, Sum { received: 950, busy: busy(2) }, large, 1), 3);
    }
}
