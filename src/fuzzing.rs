//! Doors for the fuzz targets into what is nobody else's business. Built with `--cfg fuzzing` only.

use crate::clock::Timestamp;
use std::time::Duration;

/// How long a `Retry-After` asks to wait.
#[must_use]
pub fn retry_after(value: &[u8], now: Timestamp) -> Option<Duration> {
    crate::transfer::retry::parse_retry_after(value, now)
}
