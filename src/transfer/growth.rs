//! When it is worth to fill a file by more streams, and by how little. Pure: no clock, no socket.

use std::time::{Duration, Instant};

/// With `auto`, so much must be left to come before another stream is added.
pub(super) const LARGE_REST_BYTES: u64 = 16 * 1024 * 1024;
/// Streams to one origin with `auto`.
pub(super) const MOST_STREAMS: u32 = 8;
/// How often the sum is looked at.
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(20);
/// How long it may take for more streams to show that they bring more.
const PATIENCE: Duration = Duration::from_millis(300);
/// How many are added for each that there is.
const STEP: u32 = 3;
/// How much the sum must have grown for more streams to be added.
const WORTHWHILE_GROWTH: f64 = 1.15;
/// The share of the time that streams must have waited for bytes: where writing takes the rest, more of them only get into each
/// other's way.
const STARVED: f64 = 0.9;

/// The least span that is worth a request of its own, and the loss of the connection whose response it cuts short: what a stream
/// brings (`rate`: bytes a second) in the time that it takes to open one.
pub(super) fn least_span(rate: f64, opening: Duration) -> u64 {
    (rate * opening.as_secs_f64()) as u64
}

/// Whether more streams help: decided by how the sum of all grew since there are as many as there are. Pure.
#[derive(Debug)]
pub(super) struct Growth {
    /// Since when there are as many streams as now, and they wait for bytes; and what had come by then.
    since: (Instant, Sum),
    looked: (Instant, Sum),
    best: f64,
    /// Writing was what took the time: a moment without bytes tells little then.
    was_busy: bool,
    pub(super) over: bool,
}

/// What all streams did so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum {
    pub(super) received: u64,
    /// How long they were at work on what had come, and did not wait for more.
    pub(super) busy: Duration,
}

impl Growth {
    pub(super) fn new(now: Instant) -> Self {
        let none = (now, Sum::default());
        Self { since: none, looked: none, best: 0.0, was_busy: false, over: false }
    }

    /// What came up to now tells nothing: streams are starting, or do not wait for bytes.
    pub(super) const fn begin_anew(&mut self, now: Instant, sum: Sum) {
        self.since = (now, sum);
        self.looked = (now, sum);
    }

    /// How many streams to add, `streams` being at work and `rest` bytes being left.
    pub(super) fn look(&mut self, now: Instant, sum: Sum, rest: u64, streams: u32) -> u32 {
        let (last, then) = self.looked;
        let elapsed = now.saturating_duration_since(last);
        if self.over || elapsed < LOOK_EVERY {
            return 0;
        }
        self.looked = (now, sum);
        let busy = sum.busy.saturating_sub(then.busy).as_secs_f64() / elapsed.as_secs_f64() / f64::from(streams);
        if busy > 1.0 - STARVED {
            self.was_busy = true;
            self.begin_anew(now, sum);
            return 0;
        }
        let elapsed = now.saturating_duration_since(self.since.0);
        if self.was_busy && elapsed < PATIENCE {
            return 0;
        }
        let rate = sum.received.saturating_sub(self.since.1.received) as f64 / elapsed.as_secs_f64();
        if rate == 0.0 && self.best == 0.0 {
            return 0;
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    const LARGE: u64 = 1 << 40;

    fn idle(received: u64) -> Sum {
        Sum { received, busy: Duration::ZERO }
    }

    #[test]
    fn streams_are_added_while_the_sum_grows() {
        let start = Instant::now();
        let at = |n: u32| start + LOOK_EVERY * n;
        let mut growth = Growth::new(start);
        assert_eq!(growth.look(start, idle(0), LARGE, 1), 0);
        assert_eq!(growth.look(at(1), idle(0), LARGE, 1), 0, "nothing is known");
        growth.begin_anew(start, idle(0));
        assert_eq!(growth.look(at(1), idle(100), LARGE, 1), 3);
        growth.begin_anew(at(2), idle(200));
        assert_eq!(growth.look(at(3), idle(600), LARGE, 4), 4);
        growth.begin_anew(at(4), idle(1000));
        assert_eq!(growth.look(at(5), idle(1800), LARGE, 8), 0);
        assert!(growth.over);
        let mut growth = Growth::new(start);
        assert_eq!(growth.look(at(1), idle(100), LARGE_REST_BYTES - 1, 1), 0);
        assert!(growth.over);
    }

    #[test]
    fn none_is_added_once_more_of_them_brought_nothing() {
        let start = Instant::now();
        let at = |n: u32| start + LOOK_EVERY * n;
        let mut growth = Growth::new(start);
        assert_eq!(growth.look(at(1), idle(100), LARGE, 1), 3);
        // A burst may be late, but not for long.
        for (n, received) in [(2, 100), (3, 250), (4, 300), (5, 450)] {
            assert_eq!((growth.look(at(n), idle(received), LARGE, 4), growth.over), (0, false));
        }
        assert_eq!((growth.look(at(20), idle(2000), LARGE, 4), growth.over), (0, true));
        let mut growth = Growth::new(start);
        assert_eq!(growth.look(at(1), idle(100), LARGE, 1), 3);
        assert_eq!(growth.look(at(3), idle(100), LARGE, 4), 0);
        assert_eq!(growth.look(at(4), idle(900), LARGE, 4), 4, "it came late");
    }

    #[test]
    fn none_is_added_while_writing_is_what_takes_the_time() {
        let start = Instant::now();
        let mut growth = Growth::new(start);
        let busy = |looks: u32| LOOK_EVERY * looks / 2;
        assert_eq!(growth.look(start + LOOK_EVERY, Sum { received: 100, busy: busy(1) }, LARGE, 1), 0);
        assert_eq!(growth.look(start + LOOK_EVERY * 2, Sum { received: 900, busy: busy(2) }, LARGE, 1), 0);
        // A server may pause; once the link has become slow it helps.
        let paused = Sum { received: 950, busy: busy(2) };
        assert_eq!(growth.look(start + LOOK_EVERY * 3, paused, LARGE, 1), 0);
        assert_eq!(growth.look(start + LOOK_EVERY * 2 + PATIENCE, paused, LARGE, 1), 3);
    }
}
