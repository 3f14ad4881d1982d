//! `--limit-rate`: a bucket of tokens that all transfers of a command share.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Pieces are a twentieth of a second long, so that a slow transfer looks even.
const PIECES_PER_SECOND: u64 = 20;

/// The most that is let through at once.
const LARGEST_PIECE_BYTES: u64 = 256 * 1024;

/// Lets so many bytes through a second.
#[derive(Debug)]
pub(super) struct Bucket {
    bytes_per_second: u64,
    /// When the next byte may pass.
    next: Mutex<Instant>,
}

impl Bucket {
    /// A bucket for this rate; zero counts as one.
    pub(super) fn new(bytes_per_second: u64) -> Self {
        Self { bytes_per_second: bytes_per_second.max(1), next: Mutex::new(Instant::now()) }
    }

    /// How many bytes are to be taken at once.
    pub(super) fn piece(&self) -> usize {
        (self.bytes_per_second / PIECES_PER_SECOND).clamp(1, LARGEST_PIECE_BYTES) as usize
    }

    /// Takes so many bytes, and tells how long to wait before they may pass.
    pub(super) fn take(&self, bytes: usize, now: Instant) -> Duration {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        // Time that nobody used is not saved up: the limit holds at any moment.
        let start = (*next).max(now);
        *next = start + Duration::from_secs_f64(bytes as f64 / self.bytes_per_second as f64);
        start - now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_add_up_to_the_rate() {
        let bucket = Bucket::new(1000);
        assert_eq!(bucket.piece(), 50);
        let start = Instant::now() + Duration::from_secs(1);
        assert_eq!(bucket.take(500, start), Duration::ZERO);
        assert_eq!(bucket.take(500, start), Duration::from_millis(500));
        assert_eq!(bucket.take(1, start), Duration::from_secs(1));
        assert_eq!(bucket.take(1, start + Duration::from_mins(1)), Duration::ZERO);
        assert_eq!(Bucket::new(0).piece(), 1);
        assert_eq!(Bucket::new(u64::MAX).piece() as u64, LARGEST_PIECE_BYTES);
    }
}
