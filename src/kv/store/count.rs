//! Counters: the engine's own, or compare and swap.

use super::{Found, Slot, Store, open_entry};
use crate::clock::Timestamp;
use crate::error::{Error, Kind, Result};
use crate::kv::driver::{Condition, Count, Record, decimal};
use crate::kv::envelope::{Envelope, Value};
use std::time::{Duration, Instant};

impl Store {
    /// Adds to a decimal number, in one atomic step against all others, and returns what it came to. A missing value
    /// counts from 0 and takes `ttl`; otherwise the expiry stays.
    ///
    /// # Errors
    /// Those of [`crate::kv::driver::Driver`]; usage (`not_a_number`, `overflow`): the value is left as it was.
    pub fn inc(&self, key: &[u8], by: i64, ttl: Option<Duration>) -> Result<i64> {
        let slot = self.slot(key)?;
        let expires = self.expiry(ttl);
        let count = if self.abilities().counters && !slot.hashed {
            self.told(self.driver.count(&slot.name, by, expires))?
        } else {
            Count::Unreadable
        };
        // Also where the engine's own counter finds something that is no value: it is replaced as it was seen.
        let count = if count == Count::Unreadable { self.count_by_comparing(&slot, by, expires)? } else { count };
        match count {
            Count::Is(value) => Ok(value),
            Count::NotANumber | Count::Unreadable => {
                Err(Error::new(Kind::Usage, "not_a_number", "the value is no decimal number of 64 bits"))
            }
            Count::Overflow => Err(Error::new(
                Kind::Usage,
                "overflow",
                format!("the value and {by} together do not fit into 64 bits; it stays as it was"),
            )),
        }
    }

    fn count_by_comparing(&self, slot: &Slot, by: i64, expires: Option<Timestamp>) -> Result<Count> {
        let mut pause = Pause::new(self.patience);
        let mut warned = false;
        loop {
            let entry = self.told(self.driver.get(&slot.name))?;
            let held = entry.as_ref().map(|entry| (entry.version.clone(), entry.expires));
            let number = match open_entry(slot, entry) {
                Found::Value(value) => decimal(&value),
                // No number is so long.
                Found::Split(_) => None,
                Found::Missing => Some(0),
                Found::Unreadable(why) => {
                    if !std::mem::replace(&mut warned, true) {
                        self.warn(&slot.key, &why);
                    }
                    Some(0)
                }
            };
            let Some(number) = number else { return Ok(Count::NotANumber) };
            let Some(sum) = number.checked_add(by) else { return Ok(Count::Overflow) };
            let text = sum.to_string();
            let is_new = held.is_none() || warned;
            let expires = if is_new { expires } else { held.as_ref().and_then(|(_, expires)| *expires) };
            let condition = held.as_ref().map_or(Condition::Absent, |(version, _)| Condition::Is(version));
            let put = |content: &[u8], wrapped| {
                self.told(self.driver.put(&slot.name, Record { content, wrapped, expires }, condition))
            };
            let done = if slot.hashed {
                put(&Envelope { key: &slot.key, value: Value::Inline(text.as_bytes()) }.to_bytes(), true)?
            } else {
                put(text.as_bytes(), false)?
            };
            if done {
                return Ok(Count::Is(sum));
            }
            self.told(pause.wait())?;
        }
    }
}

/// Waits between tries that others won, a little longer each time, at random, for so long in all.
pub(super) struct Pause {
    tries: u32,
    start: Instant,
    patience: Duration,
}

const FIRST_PAUSE: Duration = Duration::from_micros(100);
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

impl Pause {
    pub(super) fn new(patience: Duration) -> Self {
        Self { tries: 0, start: Instant::now(), patience }
    }

    pub(super) fn wait(&mut self) -> Result<()> {
        if self.start.elapsed() > self.patience {
            let message = format!("others changed the entry all the time for {} s", self.patience.as_secs_f64());
            return Err(Error::new(Kind::Timeout, "contended", message));
        }
        let longest = FIRST_PAUSE.saturating_mul(1 << self.tries.min(9)).min(LONGEST_PAUSE);
        self.tries += 1;
        let mut random = [0; 4];
        let _ = getrandom::fill(&mut random);
        let share = f64::from(u32::from_le_bytes(random)) / f64::from(u32::MAX);
        std::thread::sleep(longest.mul_f64(share));
        Ok(())
    }
}
