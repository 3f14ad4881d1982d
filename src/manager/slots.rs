//! How many transfers run at once. Threads that look up, commit and deliver need no slot: what they write shares transactions.

use crate::error::{Error, Kind, Result};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// How often who waits looks whether all is over.
const LOOK_AROUND: Duration = Duration::from_millis(100);

/// A number of slots.
#[derive(Debug)]
pub(crate) struct Slots {
    free: Mutex<usize>,
    freed: Condvar,
}

/// One slot; free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Slot<'a>(&'a Slots);

impl Slots {
    /// So many, at least one.
    pub(crate) fn new(count: usize) -> Self {
        Self { free: Mutex::new(count.max(1)), freed: Condvar::new() }
    }

    /// Waits for one.
    ///
    /// # Errors
    /// `interrupted` once `cancelled` says so.
    pub(crate) fn take(&self, cancelled: &dyn Fn() -> bool) -> Result<Slot<'_>> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while *free == 0 {
            if cancelled() {
                return Err(Error::new(Kind::Interrupted, "interrupted", "ended by another failure"));
            }
            free = self.freed.wait_timeout(free, LOOK_AROUND).unwrap_or_else(PoisonError::into_inner).0;
        }
        *free -= 1;
        Ok(Slot(self))
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.freed.notify_one();
    }
}
