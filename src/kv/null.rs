//! The store that forgets: every read is a miss, every write is taken.

use crate::clock::Timestamp;
use crate::error::Result;
use crate::kv::driver::{Abilities, Condition, Count, Driver, Entry, Listed, Record, Stat};

/// Keeps nothing.
#[derive(Debug, Clone, Copy)]
pub struct Null;

impl Driver for Null {
    fn abilities(&self) -> Abilities {
        Abilities { counters: true, ..Abilities::PLAIN }
    }

    fn ping(&self) -> Result<()> {
        Ok(())
    }

    fn get(&self, _: &[u8]) -> Result<Option<Entry>> {
        Ok(None)
    }

    fn stat(&self, _: &[u8]) -> Result<Option<Stat>> {
        Ok(None)
    }

    fn put(&self, _: &[u8], _: Record<'_>, condition: Condition<'_>) -> Result<bool> {
        Ok(!matches!(condition, Condition::Is(_)))
    }

    fn delete(&self, _: &[u8]) -> Result<bool> {
        Ok(false)
    }

    fn count(&self, _: &[u8], by: i64, _: Option<Timestamp>) -> Result<Count> {
        Ok(Count::Is(by))
    }

    fn list(&self, _: &[u8], _: bool, _: &mut dyn FnMut(Listed) -> Result<()>) -> Result<()> {
        Ok(())
    }

    fn clear(&self, _: &[u8]) -> Result<bool> {
        Ok(true)
    }
}
