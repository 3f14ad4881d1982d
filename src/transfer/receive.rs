//! The body on its way from the wire: time limits and rates, the same for every backend.

use crate::error::{Error, Kind, Result};
use crate::transfer::backend::{Arrival, Signal, Waited};
use crate::transfer::rate::Bucket;
use crate::transfer::retry::Setback;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How soon a stream for which nothing comes notices that its bytes are not wanted any more, or that others could help.
const WAIT_AT_MOST: Duration = Duration::from_millis(20);

/// Limits that no clock can hold are cut to this.
const LONGEST_WAIT: Duration = Duration::from_hours(24);

/// The limits under which a body is taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits<'a> {
    /// The longest time without a byte.
    pub(super) stall: Duration,
    /// The least bytes a second over the stall time.
    pub(super) min_rate: Option<u64>,
    /// When the whole must be over.
    pub(super) deadline: Option<Instant>,
    /// The rate that all transfers share.
    pub(super) bucket: Option<&'a Bucket>,
    /// Set by others when nobody wants the rest.
    pub(super) stop: Option<&'a AtomicBool>,
    /// Set when the whole command is to end.
    pub(super) cancelled: &'a AtomicBool,
}

impl Limits<'_> {
    /// What ran out, if nothing came until `until`.
    pub(super) fn exceeded(&self, what: &str) -> Setback {
        match self.deadline {
            Some(deadline) if Instant::now() >= deadline => Setback::lasting(total_timeout()),
            _ => Setback::passing(Error::new(
                Kind::Timeout,
                "stall_timeout",
                format!("{what} for {} s (`--stall-timeout`)", self.stall.as_secs_f64()),
            )),
        }
    }

    /// Until when the next signal is waited for, the last one having come at `last`.
    pub(super) fn until(&self, last: Instant) -> Instant {
        let stalled = last.checked_add(self.stall).unwrap_or_else(|| last + LONGEST_WAIT);
        let until = self.deadline.map_or(stalled, |d| d.min(stalled));
        until.min(Instant::now() + WAIT_AT_MOST)
    }

    /// Whether the last byte came too long ago, or the whole took too long.
    pub(super) fn is_over(&self, last: Instant) -> bool {
        let now = Instant::now();
        now.saturating_duration_since(last) >= self.stall || self.deadline.is_some_and(|d| now >= d)
    }

    /// An error once the whole command is to end.
    pub(super) fn check_cancelled(&self) -> Result<(), Setback> {
        if self.cancelled.load(Ordering::Relaxed) { Err(Setback::lasting(cancelled())) } else { Ok(()) }
    }

    /// Whether the rest is not wanted any more.
    pub(super) fn is_stopped(&self) -> bool {
        self.stop.is_some_and(|stop| stop.load(Ordering::Relaxed))
    }
}

/// The error when `--timeout` ran out.
pub(super) fn total_timeout() -> Error {
    Error::new(Kind::Timeout, "timeout", "the transfer took longer than `--timeout`")
}

/// The error when another failure ends this transfer.
pub(super) fn cancelled() -> Error {
    Error::new(Kind::Interrupted, "interrupted", "ended by another failure (`--fail-fast`)")
}

/// Takes a body from behind its head to its end, and gives its bytes to `take` in order, and none at all where it waits for them.
/// `Break` ends it early.
///
/// # Errors
/// A time limit, what the backend reports, or an error of `take`.
pub(super) fn pump(
    arrival: &Arrival,
    limits: Limits<'_>,
    mut take: impl FnMut(&[u8]) -> Result<ControlFlow<()>, Setback>,
) -> Result<ControlFlow<()>, Setback> {
    let mut last = Instant::now();
    let mut window = Window::new(last);
    loop {
        limits.check_cancelled()?;
        if limits.is_stopped() {
            return Ok(ControlFlow::Break(()));
        }
        let mut until = limits.until(last);
        if limits.min_rate.is_some() {
            until = until.min(window.end(limits.stall));
        }
        match arrival.next(until) {
            Ok(Signal::Data(bytes)) => {
                let piece = limits.bucket.map_or(bytes.len(), Bucket::piece).max(1);
                for piece in bytes.chunks(piece) {
                    throttle(limits, piece.len())?;
                    window.bytes += piece.len() as u64;
                    if take(piece)?.is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                }
                last = Instant::now();
            }
            Ok(Signal::End) => return Ok(ControlFlow::Continue(())),
            Ok(Signal::Failed(wire)) => return Err(wire.into()),
            Ok(Signal::Interim(_) | Signal::Head { .. }) => {
                return Err(Error::new(Kind::Other, "backend", "the backend sent a head inside a body").into());
            }
            Err(Waited::TooLong) => {
                if limits.is_over(last) {
                    return Err(limits.exceeded("no byte arrived"));
                }
                if take(&[])?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
        if let Some(least) = limits.min_rate {
            window.check(least, limits.stall)?;
        }
        if limits.deadline.is_some_and(|d| Instant::now() >= d) {
            return Err(Setback::lasting(total_timeout()));
        }
    }
}

fn throttle(limits: Limits<'_>, bytes: usize) -> Result<(), Setback> {
    let Some(bucket) = limits.bucket else { return Ok(()) };
    let now = Instant::now();
    let wait = bucket.take(bytes, now);
    match limits.deadline {
        Some(deadline) if now + wait >= deadline => {
            std::thread::sleep(deadline.saturating_duration_since(now));
            Err(Setback::lasting(total_timeout()))
        }
        _ => {
            std::thread::sleep(wait);
            Ok(())
        }
    }
}

/// What came within the present stall time.
struct Window {
    begun: Instant,
    bytes: u64,
}

impl Window {
    const fn new(begun: Instant) -> Self {
        Self { begun, bytes: 0 }
    }

    fn end(&self, length: Duration) -> Instant {
        self.begun.checked_add(length).unwrap_or_else(|| self.begun + LONGEST_WAIT)
    }

    fn check(&mut self, least: u64, length: Duration) -> Result<(), Setback> {
        let now = Instant::now();
        if now < self.end(length) {
            return Ok(());
        }
        let seconds = (now - self.begun).as_secs_f64().max(0.001);
        let rate = self.bytes as f64 / seconds;
        if rate < least as f64 {
            let why = format!("{rate:.0} bytes a second over {seconds:.0} s, less than {least} (`--min-rate`)");
            return Err(Setback::passing(Error::new(Kind::Timeout, "too_slow", why)));
        }
        *self = Self::new(now);
        Ok(())
    }
}
