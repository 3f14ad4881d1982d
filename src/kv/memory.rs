//! The store in memory: lives as long as its process.

use crate::clock::Timestamp;
use crate::error::Result;
use crate::kv::driver::{Abilities, Condition, Content, Driver, Entry, Listed, Record, Stat, Version};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Keeps entries by key, and by age where their number is bounded.
#[derive(Debug, Default)]
pub struct Memory {
    entries: Mutex<Entries>,
    threshold: Option<u64>,
}

#[derive(Debug, Default)]
struct Entries {
    by_key: BTreeMap<Vec<u8>, Kept>,
    /// The number of the last write.
    written: u64,
}

#[derive(Debug, Clone)]
struct Kept {
    content: Vec<u8>,
    wrapped: bool,
    expires: Option<Timestamp>,
    written: u64,
}

impl Kept {
    fn lives(&self, now: Timestamp) -> bool {
        self.expires.is_none_or(|end| end > now)
    }

    fn version(&self) -> Version {
        Version(self.written.to_be_bytes().to_vec())
    }

    fn stat(&self) -> Stat {
        let size = self.content.len() as u64;
        Stat { size, wrapped: self.wrapped, expires: self.expires, version: self.version() }
    }
}

impl Memory {
    /// An empty store of at most so many entries; those that expired go first, then those written longest ago.
    #[must_use]
    pub fn new(threshold: Option<u64>) -> Self {
        Self { entries: Mutex::default(), threshold }
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries {
    fn live(&self, key: &[u8], now: Timestamp) -> Option<&Kept> {
        self.by_key.get(key).filter(|kept| kept.lives(now))
    }

    fn below<'a>(&'a self, prefix: &'a [u8]) -> impl Iterator<Item = (&'a Vec<u8>, &'a Kept)> {
        self.by_key.range(prefix.to_vec()..).take_while(move |(key, _)| key.starts_with(prefix))
    }

    fn prune(&mut self, threshold: u64, now: Timestamp) {
        let threshold = usize::try_from(threshold).unwrap_or(usize::MAX);
        if self.by_key.len() <= threshold {
            return;
        }
        self.by_key.retain(|_, kept| kept.lives(now));
        while self.by_key.len() > threshold {
            let Some(oldest) = self.by_key.iter().min_by_key(|(_, kept)| kept.written).map(|(key, _)| key.clone())
            else {
                return;
            };
            self.by_key.remove(&oldest);
        }
    }
}

impl Driver for Memory {
    fn abilities(&self) -> Abilities {
        Abilities::PLAIN
    }

    fn ping(&self) -> Result<()> {
        Ok(())
    }

    fn get(&self, key: &[u8]) -> Result<Option<Entry>> {
        let entries = self.entries();
        Ok(entries.live(key, Timestamp::now()).map(|kept| {
            let content = kept.content.clone();
            let content = if kept.wrapped { Content::Wrapped(content) } else { Content::Plain(content) };
            Entry { content, expires: kept.expires, version: kept.version() }
        }))
    }

    fn stat(&self, key: &[u8]) -> Result<Option<Stat>> {
        Ok(self.entries().live(key, Timestamp::now()).map(Kept::stat))
    }

    fn put(&self, key: &[u8], record: Record<'_>, condition: Condition<'_>) -> Result<bool> {
        let now = Timestamp::now();
        let mut entries = self.entries();
        let held = entries.live(key, now);
        let may = match condition {
            Condition::Always => true,
            Condition::Absent => held.is_none(),
            Condition::Is(version) => held.is_some_and(|kept| kept.version() == *version),
        };
        if !may {
            return Ok(false);
        }
        entries.written += 1;
        let written = entries.written;
        let Record { content, wrapped, expires } = record;
        entries.by_key.insert(key.to_vec(), Kept { content: content.to_vec(), wrapped, expires, written });
        if let Some(threshold) = self.threshold {
            entries.prune(threshold, now);
        }
        Ok(true)
    }

    fn delete(&self, key: &[u8]) -> Result<bool> {
        Ok(self.entries().by_key.remove(key).is_some_and(|kept| kept.lives(Timestamp::now())))
    }

    fn list(&self, prefix: &[u8], detail: bool, each: &mut dyn FnMut(Listed) -> Result<()>) -> Result<()> {
        let now = Timestamp::now();
        let told = |(key, kept): (&Vec<u8>, &Kept)| Listed { key: key.clone(), stat: detail.then(|| kept.stat()) };
        let all: Vec<Listed> = self.entries().below(prefix).filter(|(_, kept)| kept.lives(now)).map(told).collect();
        all.into_iter().try_for_each(each)
    }

    fn clear(&self, prefix: &[u8]) -> Result<bool> {
        self.entries().by_key.retain(|key, _| !key.starts_with(prefix));
        Ok(true)
    }
}
