//! A store as everyone uses it: what all drivers share, done once above them.

pub mod blob;
mod count;
mod list;
mod pieces;

use crate::clock::Timestamp;
use crate::error::{Error, Kind, Result};
use crate::event::{Event, Listener};
use crate::kv::address::Address;
use crate::kv::driver::{Abilities, Condition, Content, Driver, Entry, Record, units_up};
use crate::kv::envelope::{Envelope, OVERHEAD_BYTES, OWN, Pieces, Value, hashed_name};
use crate::kv::open::Options;
use crate::kv::store::count::Pause;

use crate::secret::Mask;
use std::sync::Arc;
use std::time::Duration;

/// The longest key, in bytes, without the prefix.
pub const LARGEST_KEY_BYTES: usize = 64 << 10;
/// The largest value, in bytes.
pub const LARGEST_VALUE_BYTES: usize = 512 << 20;
/// How many keys are asked for at once.
const BATCH_KEYS: usize = 128;
/// How many tries an overwrite has to see which pieces it makes superfluous.
const OVERWRITE_TRIES: u32 = 16;

/// An open store. Clones share one connection.
#[derive(Debug, Clone)]
pub struct Store {
    driver: Arc<dyn Driver>,
    shown: String,
    mask: Mask,
    prefix: Vec<u8>,
    patience: Duration,
    listener: Arc<dyn Listener>,
}

/// What is known of an entry without its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stat {
    /// The size of the value in bytes.
    pub size: u64,
    /// When it expires; `None`: never.
    pub expires: Option<Timestamp>,
}

/// Where a key stands.
struct Slot {
    /// The key with the prefix.
    key: Vec<u8>,
    /// The key that the driver is given.
    name: Vec<u8>,
    /// It stands under its digest.
    hashed: bool,
}

/// What was found in a slot.
enum Found {
    Missing,
    /// A value.
    Value(Vec<u8>),
    /// A value in pieces.
    Split(Pieces),
    /// Not ours, or damaged.
    Unreadable(String),
}

impl std::fmt::Debug for dyn Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Listener")
    }
}

impl Store {
    /// A store over a driver.
    #[must_use]
    pub fn new(driver: Box<dyn Driver>, address: &Address, options: &Options) -> Self {
        Self {
            driver: Arc::from(driver),
            shown: address.shown().to_owned(),
            mask: address.mask().clone(),
            prefix: Vec::new(),
            patience: options.answer_timeout,
            listener: Arc::clone(&options.listener),
        }
    }

    /// The same store, with this in front of every key; other keys are neither seen nor touched.
    #[must_use]
    pub fn with_prefix(mut self, prefix: impl Into<Vec<u8>>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// The URL without credentials.
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// What the engine does by itself.
    #[must_use]
    pub fn abilities(&self) -> Abilities {
        self.driver.abilities()
    }

    /// Proves that the store answers.
    ///
    /// # Errors
    /// Those of [`Driver`], as everywhere below.
    pub fn ping(&self) -> Result<()> {
        self.told(self.driver.ping())
    }

    /// The value of a key; `None`: there is none, or it cannot be read (and a warning was given).
    ///
    /// # Errors
    /// Those of [`Driver`]; usage: the key is too long.
    pub fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let slot = self.slot(key)?;
        let entry = self.told(self.driver.get(&slot.name))?;
        self.value(&slot, entry)
    }

    /// The values of several keys, in their order.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn get_many(&self, keys: &[&[u8]]) -> Result<Vec<Option<Vec<u8>>>> {
        let mut values = Vec::with_capacity(keys.len());
        for batch in keys.chunks(BATCH_KEYS) {
            let slots: Vec<Slot> = batch.iter().map(|key| self.slot(key)).collect::<Result<_>>()?;
            let names: Vec<&[u8]> = slots.iter().map(|slot| slot.name.as_slice()).collect();
            let entries = self.told(self.driver.get_many(&names))?;
            for (slot, entry) in slots.iter().zip(entries) {
                values.push(self.value(slot, entry)?);
            }
        }
        Ok(values)
    }

    /// Whether there is a value, without reading it.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn has(&self, key: &[u8]) -> Result<bool> {
        Ok(self.stat(key)?.is_some())
    }

    /// Size and expiry of a value, without reading it.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn stat(&self, key: &[u8]) -> Result<Option<Stat>> {
        let slot = self.slot(key)?;
        self.stat_slot(&slot)
    }

    fn stat_slot(&self, slot: &Slot) -> Result<Option<Stat>> {
        let Some(stat) = self.told(self.driver.stat(&slot.name))? else { return Ok(None) };
        if !stat.wrapped && !slot.hashed {
            return Ok(Some(Stat { size: stat.size, expires: stat.expires }));
        }
        let Some(entry) = self.told(self.driver.get(&slot.name))? else { return Ok(None) };
        let expires = entry.expires;
        Ok(match open_entry(slot, Some(entry)) {
            Found::Value(value) => Some(Stat { size: value.len() as u64, expires }),
            Found::Split(pieces) => Some(Stat { size: pieces.size, expires }),
            Found::Missing | Found::Unreadable(_) => None,
        })
    }

    /// Stores a value, over any that is there. `None` and zero never expire.
    ///
    /// # Errors
    /// Those of [`Driver`]; usage: key or value are too large.
    pub fn set(&self, key: &[u8], value: &[u8], ttl: Option<Duration>) -> Result<()> {
        let slot = self.slot(key)?;
        let expires = self.expiry(ttl);
        self.with_record(&slot, value, expires, &mut |record| {
            self.overwrite(&slot, record)?;
            Ok(true)
        })
        .map(|_| ())
    }

    /// Stores several; the keys may repeat, the last value holds. Fails at the first that cannot be stored, with how
    /// many before it certainly were.
    ///
    /// # Errors
    /// As [`Self::set`].
    pub fn set_many(&self, entries: &[(&[u8], &[u8], Option<Duration>)]) -> Result<(), (usize, Error)> {
        if self.abilities().wraps() {
            for (done, (key, value, ttl)) in entries.iter().enumerate() {
                self.set(key, value, *ttl).map_err(|e| (done, e))?;
            }
            return Ok(());
        }
        for (number, batch) in entries.chunks(BATCH_KEYS).enumerate() {
            self.put_batch(batch).map_err(|e| (number * BATCH_KEYS, e))?;
        }
        Ok(())
    }

    fn put_batch(&self, batch: &[(&[u8], &[u8], Option<Duration>)]) -> Result<()> {
        let mut names = Vec::with_capacity(batch.len());
        for (key, value, _) in batch {
            check_value(value)?;
            names.push(self.slot(key)?.name);
        }
        let records: Vec<(&[u8], Record<'_>)> = names
            .iter()
            .zip(batch)
            .map(|(name, (_, content, ttl))| {
                (name.as_slice(), Record { content, wrapped: false, expires: self.expiry(*ttl) })
            })
            .collect();
        self.told(self.driver.put_many(&records))
    }

    /// Stores a value only where none is; whether it did. Of many at once one wins.
    ///
    /// # Errors
    /// As [`Self::set`].
    pub fn add(&self, key: &[u8], value: &[u8], ttl: Option<Duration>) -> Result<bool> {
        let slot = self.slot(key)?;
        let expires = self.expiry(ttl);
        // A large value is not sent only to be refused.
        if self.abilities().wraps() && self.stat_slot(&slot)?.is_some() {
            return Ok(false);
        }
        self.with_record(&slot, value, expires, &mut |record| {
            let mut pause = Pause::new(self.patience);
            loop {
                if self.told(self.driver.put(&slot.name, record, Condition::Absent))? {
                    return Ok(true);
                }
                if self.stat_slot(&slot)?.is_some() {
                    return Ok(false);
                }
                // Something is there that is no value: it is in nobody's way.
                if let Some(entry) = self.told(self.driver.get(&slot.name))? {
                    let version = entry.version.clone();
                    let unreadable = matches!(open_entry(&slot, Some(entry)), Found::Unreadable(_));
                    if !unreadable {
                        return Ok(false);
                    }
                    if self.told(self.driver.put(&slot.name, record, Condition::Is(&version)))? {
                        return Ok(true);
                    }
                }
                self.told(pause.wait())?;
            }
        })
    }

    /// Removes a key; whether there was a value.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn delete(&self, key: &[u8]) -> Result<bool> {
        let slot = self.slot(key)?;
        self.delete_slot(&slot)
    }

    fn delete_slot(&self, slot: &Slot) -> Result<bool> {
        let pieces = if self.abilities().wraps() { self.pieces_of(slot)? } else { None };
        let was_there = self.told(self.driver.delete(&slot.name))?;
        self.drop_pieces(pieces);
        Ok(was_there)
    }

    /// Removes several; for each whether there was a value.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn delete_many(&self, keys: &[&[u8]]) -> Result<Vec<bool>> {
        if self.abilities().wraps() {
            return keys.iter().map(|key| self.delete(key)).collect();
        }
        let mut all = Vec::with_capacity(keys.len());
        for batch in keys.chunks(BATCH_KEYS) {
            let slots: Vec<Slot> = batch.iter().map(|key| self.slot(key)).collect::<Result<_>>()?;
            let names: Vec<&[u8]> = slots.iter().map(|slot| slot.name.as_slice()).collect();
            all.extend(self.told(self.driver.delete_many(&names))?);
        }
        Ok(all)
    }

    // ---- keys, values, records

    fn slot(&self, key: &[u8]) -> Result<Slot> {
        if key.len() > LARGEST_KEY_BYTES {
            return Err(Error::usage(format!(
                "the key has {} bytes: at most {LARGEST_KEY_BYTES} are taken",
                key.len()
            )));
        }
        let key = [&self.prefix, key].concat();
        let abilities = self.abilities();
        let own = abilities.wraps() && key.starts_with(OWN);
        let hashed = own || abilities.picks_keys && !self.driver.takes_key(&key);
        let name = if hashed { hashed_name(&key) } else { key.clone() };
        Ok(Slot { key, name, hashed })
    }

    /// The moment of expiry, rounded up to what the engine can keep.
    fn expiry(&self, ttl: Option<Duration>) -> Option<Timestamp> {
        let ttl = ttl.filter(|ttl| !ttl.is_zero())?;
        let unit = self.abilities().expiry_unit;
        let micros = u128::from(units_up(ttl, unit)) * unit.as_micros();
        let micros = i64::try_from(micros).unwrap_or(i64::MAX);
        Some(Timestamp(Timestamp::now().0.saturating_add(micros)))
    }

    fn value(&self, slot: &Slot, entry: Option<Entry>) -> Result<Option<Vec<u8>>> {
        let version = entry.as_ref().map(|entry| entry.version.clone());
        match open_entry(slot, entry) {
            Found::Missing => Ok(None),
            Found::Value(value) => Ok(Some(value)),
            Found::Split(pieces) => self.join(slot, pieces, version.unwrap_or_default()),
            Found::Unreadable(why) => {
                self.warn(&slot.key, &why);
                Ok(None)
            }
        }
    }

    /// Gives `write` the value as it is to be stored: as it is, in an envelope, or as the head of pieces that were
    /// written before. If it does not write, its pieces go again.
    fn with_record(
        &self,
        slot: &Slot,
        value: &[u8],
        expires: Option<Timestamp>,
        write: &mut dyn FnMut(Record<'_>) -> Result<bool>,
    ) -> Result<bool> {
        check_value(value)?;
        let limit = self.abilities().largest_value.unwrap_or(usize::MAX);
        if !slot.hashed && value.len() <= limit {
            return write(Record { content: value, wrapped: false, expires });
        }
        if slot.hashed && value.len().saturating_add(slot.key.len() + OVERHEAD_BYTES) <= limit {
            let content = Envelope { key: &slot.key, value: Value::Inline(value) }.to_bytes();
            return write(Record { content: &content, wrapped: true, expires });
        }
        let pieces = self.split(&mut &value[..], value.len() as u64, limit, expires)?;
        let content = Envelope { key: &slot.key, value: Value::Split(pieces) }.to_bytes();
        let written = write(Record { content: &content, wrapped: true, expires });
        if !matches!(written, Ok(true)) {
            self.drop_pieces(Some(pieces));
        }
        written
    }

    /// Writes unconditionally. The pieces of what was there are removed: it is replaced only as it was seen.
    fn overwrite(&self, slot: &Slot, record: Record<'_>) -> Result<()> {
        if !self.abilities().wraps() {
            return self.told(self.driver.put(&slot.name, record, Condition::Always)).map(|_| ());
        }
        for _ in 0..OVERWRITE_TRIES {
            let held = self.told(self.driver.stat(&slot.name))?;
            let pieces = match &held {
                Some(stat) if stat.wrapped => self.pieces_of(slot)?,
                _ => None,
            };
            let condition = held.as_ref().map_or(Condition::Absent, |stat| Condition::Is(&stat.version));
            if self.told(self.driver.put(&slot.name, record, condition))? {
                self.drop_pieces(pieces);
                return Ok(());
            }
        }
        self.told(self.driver.put(&slot.name, record, Condition::Always)).map(|_| ())
    }

    // ---- talk

    /// One warning for an entry that counts as a miss.
    fn warn(&self, key: &[u8], why: &str) {
        let key = String::from_utf8_lossy(key);
        let text = format!("store `{}`: the entry `{key}` cannot be read and counts as missing: {why}", self.shown);
        self.listener.event(Event::Warning(self.mask.apply(&text)));
    }

    fn cannot(&self, code: &'static str, what: &str) -> Error {
        Error::new(Kind::Usage, code, format!("store `{}`: {what}", self.shown))
    }

    /// Puts the name of the store in front of what a driver says, and takes credentials out.
    fn told<T>(&self, result: Result<T>) -> Result<T> {
        result.map_err(|e| {
            let message = format!("store `{}`: {}", self.shown, e.message());
            let mut named = Error::new(e.kind(), e.code(), message);
            for cause in e.causes() {
                named = named.cause(cause);
            }
            if let Some(hint) = e.hint_text() {
                named = named.hint(hint);
            }
            named.map_text(|text| self.mask.apply(text))
        })
    }
}

fn check_value(value: &[u8]) -> Result<()> {
    if value.len() <= LARGEST_VALUE_BYTES {
        return Ok(());
    }
    let largest = crate::clock::show_size(LARGEST_VALUE_BYTES as u64);
    Err(Error::usage(format!("the value has {} bytes: at most {largest} are taken", value.len())))
}

/// What an entry holds for this key.
fn open_entry(slot: &Slot, entry: Option<Entry>) -> Found {
    let content = match entry.map(|entry| entry.content) {
        None => return Found::Missing,
        Some(Content::Unreadable(why)) => return Found::Unreadable(why),
        Some(Content::Plain(_)) if slot.hashed => return Found::Unreadable("its key is not inside".to_owned()),
        Some(Content::Plain(value)) => return Found::Value(value),
        Some(Content::Wrapped(content)) => content,
    };
    match Envelope::parse(&content) {
        None => Found::Unreadable("its envelope is damaged or of a later version".to_owned()),
        Some(envelope) if envelope.key != slot.key => Found::Unreadable("it belongs to another key".to_owned()),
        Some(Envelope { value: Value::Inline(value), .. }) => Found::Value(value.to_vec()),
        Some(Envelope { value: Value::Split(pieces), .. }) => Found::Split(pieces),
    }
}
