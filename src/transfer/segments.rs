//! Several streams that fill one file.
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
use crate::transfer::growth::{self, Growth, LARGE_REST_BYTES, LOOK_EVERY, MOST_STREAMS, Sum};
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

/// No span is split below twice this.
const LEAST_SPAN_BYTES: u64 = 256 * 1024;
/// The same where the user gave a number.
const LEAST_FIXED_SPAN_BYTES: u64 = 128 * 1024;
/// How often what is there is noted.
const NOTE_EVERY: Duration = Duration::from_secs(1);
/// The code of the error that says: another state of the file was served.
pub(super) const CHANGED: &str = "changed";

/// The file as all its streams see it.
struct Filling<'a> {
    lane: Lane<'a>,
    url: &'a Url,
    shown: &'a str,
    state: State,
    file: File,
    path: PathBuf,
    least: u64,
    /// An extra stream is given one of so many shares of what the first still has to fill.
    shares: u64,
    inner: Mutex<Inner>,
    moved: Condvar,
    stop: AtomicBool,
}

struct Inner {
    map: Map,
    hashing: Hashing,
    sum: Sum,
    begun: Instant,
    /// How long it took to open the last extra stream.
    opening: Duration,
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
        let (least, shares) = match self.lane.options.connections {
            Connections::Fixed(count) => (LEAST_FIXED_SPAN_BYTES, u64::from(count)),
            Connections::Auto => (LEAST_SPAN_BYTES, u64::from(MOST_STREAMS)),
        };
        let filling = Filling {
            lane: self.lane,
            url: &answer.url,
            shown: &answer.shown,
            state,
            file: partial.file().try_clone().map_err(|e| partial.failed(&e))?,
            path: partial.path().to_owned(),
            least,
            shares,
            inner: Mutex::new(Inner {
                map,
                hashing,
                sum: Sum::default(),
                begun: Instant::now(),
                opening: Duration::ZERO,
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

    /// A span for a stream that has none.
    fn claim(&self, inner: &mut Inner) -> Option<Claim> {
        let one = inner.sum.received as f64 / inner.begun.elapsed().as_secs_f64() / f64::from(inner.streams.max(1));
        let least = self.least.max(growth::least_span(one, inner.opening));
        inner.map.claim(least, self.shares)
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
            let add = {
                let mut inner = self.lock();
                let most = (inner.map.rest() / self.least).saturating_sub(1);
                inner.starting = u32::from(count.saturating_sub(1)).min(u32::try_from(most).unwrap_or(u32::MAX));
                inner.starting
            };
            self.spawn(scope, add);
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
            self.spawn(scope, add);
            Ok(())
        };
        let own = self.fill(main, &answer.arrival, &mut every_piece);
        // What follows is for others to fetch, or is here: it would only take their share of the link.
        answer.arrival.stop();
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
                    (None, false) => self.claim(&mut inner),
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

    /// Starts so many extra streams. They are counted as starting.
    fn spawn<'scope, 'env>(&'env self, scope: &'scope std::thread::Scope<'scope, 'env>, add: u32) {
        if add > 0 {
            self.lane.tell(Event::Decision(format!("{add} more connections for `{}`", self.shown)));
        }
        for _ in 0..add {
            let thread = std::thread::Builder::new().name("segment".to_owned());
            if thread.spawn_scoped(scope, move || self.help()).is_err() {
                let mut inner = self.lock();
                inner.starting -= 1;
                inner.barred = true;
            }
        }
    }

    /// An extra stream: fills one span after the other until there is none, or it is refused.
    fn help(&self) {
        let auto = self.lane.options.connections == Connections::Auto;
        let seat = auto.then(|| self.lane.transfer.take_seat(self.url, MOST_STREAMS - 1));
        let mut starting = true;
        if !matches!(seat, Some(None)) {
            while !self.stop.load(Ordering::Relaxed) {
                let Some(claim) = self.claim(&mut self.lock()) else { break };
                let asked = Instant::now();
                let opened = self.open(claim);
                let part = {
                    let mut inner = self.lock();
                    inner.opening = asked.elapsed();
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
        self.lock().starting -= u32::from(starting);
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
            if bytes.is_empty() {
                every_piece()?;
                return Ok(ControlFlow::Continue(()));
            }
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
