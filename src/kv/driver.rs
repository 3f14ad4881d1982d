//! The one interface of all stores: what a driver must do, and what it may leave out.
//!
//! A driver is a few primitives of one engine. It is blocking, shared between threads, connects when it is first used,
//! and connects anew by itself when a connection broke before an answer could matter (see [`Driver`], "Errors").

use crate::clock::Timestamp;
use crate::error::{Error, Kind, Result};
use std::io::Read;
use std::time::Duration;

/// What an engine can do by itself; the store above fills in the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abilities {
    /// Keys can be listed, and so be cleared by prefix.
    pub list: bool,
    /// [`Driver::count`] is there. Otherwise counters are made of [`Driver::get`] and a conditional [`Driver::put`].
    pub counters: bool,
    /// Entries can be written. A driver without this answers every write with [`read_only`].
    pub writes: bool,
    /// The largest content of one entry, in bytes, whatever its key; larger values are split above the driver.
    /// `None`: no limit that a value of a few hundred MiB would meet.
    pub largest_value: Option<usize>,
    /// Some keys cannot be taken: [`Driver::takes_key`] tells which.
    pub picks_keys: bool,
    /// How finely moments of expiry are kept; they are rounded up to it.
    pub expiry_unit: Duration,
}

impl Abilities {
    /// Lists and writes, counts by compare and swap, takes any key and value, keeps time to the microsecond.
    pub const PLAIN: Self = Self {
        list: true,
        counters: false,
        writes: true,
        largest_value: None,
        picks_keys: false,
        expiry_unit: Duration::from_micros(1),
    };

    /// Whether entries may stand in another form than key and value as they are given.
    #[must_use]
    pub fn wraps(&self) -> bool {
        self.largest_value.is_some() || self.picks_keys
    }
}

/// Which state of an entry this is: an opaque text that differs after every write (a revision, an `ETag`, a CAS number).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Version(pub Vec<u8>);

/// What is stored under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// The value.
    Plain(Vec<u8>),
    /// A value in the store's envelope; the driver keeps one bit beside the bytes to tell it from a plain one.
    Wrapped(Vec<u8>),
    /// Something is there that is not ours or damaged, with what is wrong about it. It is a miss; a write mends it.
    Unreadable(String),
}

/// An entry that has not expired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What is stored.
    pub content: Content,
    /// When it expires; `None`: never.
    pub expires: Option<Timestamp>,
    /// Its state, for [`Condition::Is`].
    pub version: Version,
}

impl Entry {
    /// What is known of it; one that cannot be read is `None`.
    #[must_use]
    pub fn stat(self) -> Option<Stat> {
        let (content, wrapped) = match self.content {
            Content::Plain(content) => (content, false),
            Content::Wrapped(content) => (content, true),
            Content::Unreadable(_) => return None,
        };
        Some(Stat { size: content.len() as u64, wrapped, expires: self.expires, version: self.version })
    }
}

/// What is known of an entry without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stat {
    /// The size of the content in bytes.
    pub size: u64,
    /// The content stands in the store's envelope.
    pub wrapped: bool,
    /// When it expires; `None`: never.
    pub expires: Option<Timestamp>,
    /// Its state, for [`Condition::Is`].
    pub version: Version,
}

/// What is to be stored.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// The bytes.
    pub content: &'a [u8],
    /// They stand in the store's envelope: one bit to be kept beside them.
    pub wrapped: bool,
    /// When it is to expire; `None`: never. An engine that takes durations is given [`Record::remaining`].
    pub expires: Option<Timestamp>,
}

impl Record<'_> {
    /// The time until expiry as a whole number of `unit`s, rounded up, at least one; `None`: never expires.
    #[must_use]
    pub fn remaining(&self, unit: Duration, now: Timestamp) -> Option<u64> {
        self.expires.map(|end| units_up(end.since(now), unit))
    }
}

/// A duration as a whole number of units, rounded up, at least one.
#[must_use]
pub fn units_up(duration: Duration, unit: Duration) -> u64 {
    let units = duration.as_nanos().div_ceil(unit.as_nanos().max(1)).max(1);
    u64::try_from(units).unwrap_or(u64::MAX)
}

/// When a write may happen. It is decided and done in one atomic step, also against other processes.
#[derive(Debug, Clone, Copy)]
pub enum Condition<'a> {
    /// Always.
    Always,
    /// Only if there is no entry; one that has expired is none, also if the engine still holds it. One that cannot be
    /// read is one: it is replaced under [`Condition::Is`].
    Absent,
    /// Only if the entry is still in this state.
    Is(&'a Version),
}

/// What an increment came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// The new value.
    Is(i64),
    /// The value is no decimal 64 bit number; it was left as it was.
    NotANumber,
    /// The result would not fit; the value was left as it was.
    Overflow,
    /// Nothing is there that the engine can add to, or it cannot be read; the store compares and swaps.
    Unreadable,
}

/// A number as `inc` writes it: no sign but `-`, no leading zeros, no spaces.
#[must_use]
pub fn decimal(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    let number: i64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// One listed entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its key.
    pub key: Vec<u8>,
    /// More about it, if it was asked for and came with the listing; the store asks by itself for what is missing.
    pub stat: Option<Stat>,
}

/// One engine.
///
/// Keys are bytes, with the prefix in front of them. Several threads and processes use one store at once. What has
/// expired does not exist: it is never returned, listed, or in a write's way, whatever the engine's own sweeper does.
/// A store that was not made yet (no folder, file, table) is empty to every read, and made by the first write unless
/// its URL says `create=no`.
///
/// # Errors
/// Every method fails with `Network` where the store cannot be reached or the connection broke, `Timeout` where it did
/// not answer in time, `Tls`, `Disk` for a local file, `Usage` for a wrong URL option, `Other` (code `store`) where it
/// answered with an error; messages do not name the store, which stands in front of them above ("store `X`: cannot be
/// reached").
/// After a broken connection the next call connects anew. A call is repeated by the driver itself only if nothing of
/// it can have been carried out (connecting failed), or if it reads, or if doing it twice is the same (an unconditional
/// put, a delete whose answer is not asked).
#[expect(clippy::missing_errors_doc, reason = "they are the same for all, and stand above")]
pub trait Driver: Send + Sync + std::fmt::Debug {
    /// What the engine can do by itself. Needs no connection.
    fn abilities(&self) -> Abilities;

    /// Whether a key can be stored as it is. Others are stored under a digest: `dl-kv/key/` and 64 hex digits, which
    /// every driver takes, like `dl-kv/part/` with hex digits and `/`.
    fn takes_key(&self, key: &[u8]) -> bool {
        let _ = key;
        true
    }

    /// Proves that the store answers, and is one that this driver understands.
    fn ping(&self) -> Result<()>;

    /// The entry of a key.
    fn get(&self, key: &[u8]) -> Result<Option<Entry>>;

    /// The entries of several keys, in their order.
    fn get_many(&self, keys: &[&[u8]]) -> Result<Vec<Option<Entry>>> {
        keys.iter().map(|key| self.get(key)).collect()
    }

    /// What is known of an entry without reading its content; one that cannot be read is `None`.
    fn stat(&self, key: &[u8]) -> Result<Option<Stat>>;

    /// Writes an entry whole: readers see the old or the new one. Returns whether the condition held; without it
    /// nothing was written. A driver with counters and without a limit to keys and values need not know
    /// [`Condition::Is`] for entries that can be read.
    fn put(&self, key: &[u8], record: Record<'_>, condition: Condition<'_>) -> Result<bool>;

    /// Writes several entries unconditionally; each is whole, all together are not one step.
    fn put_many(&self, entries: &[(&[u8], Record<'_>)]) -> Result<()> {
        entries.iter().try_for_each(|(key, record)| self.put(key, *record, Condition::Always).map(|_| ()))
    }

    /// Removes an entry; whether one was there that had not expired.
    fn delete(&self, key: &[u8]) -> Result<bool>;

    /// Removes several; for each whether it was there. A key that stands twice was there once.
    fn delete_many(&self, keys: &[&[u8]]) -> Result<Vec<bool>> {
        keys.iter().map(|key| self.delete(key)).collect()
    }

    /// Adds to a decimal number in one atomic step, for engines that can. A missing or expired entry counts from 0 and
    /// takes `expires` (or is left to the store, as `Unreadable`); otherwise the expiry stays.
    fn count(&self, key: &[u8], by: i64, expires: Option<Timestamp>) -> Result<Count> {
        let _ = (key, by, expires);
        Err(Error::new(Kind::Other, "unsupported", "has no counters of its own"))
    }

    /// Tells every entry whose key begins with `prefix`, in any order, perhaps twice; with `detail` what is known of
    /// it, where that costs less than asking for each. Entries that come or go meanwhile may or may not be told.
    /// `each` does not call the driver. An error of `each` ends it and is returned.
    fn list(&self, prefix: &[u8], detail: bool, each: &mut dyn FnMut(Listed) -> Result<()>) -> Result<()>;

    /// Removes every entry whose key begins with `prefix` (empty: all that is ours), and nothing else. `Ok(false)`:
    /// this engine has no way to do so.
    fn clear(&self, prefix: &[u8]) -> Result<bool>;

    /// What the user is told before [`Driver::clear`] without a prefix, where it removes more than what `dl` wrote.
    fn clear_warning(&self) -> Option<&'static str> {
        None
    }

    /// The stored blob of that SHA-256 (64 lower-case hex digits), for stores that keep blobs as files of their own
    /// (under `sha256/HEX`); it never expires. `None`: not there, or kept like any entry. The bytes are not proved here.
    fn read_blob(&self, sha256: &str) -> Result<Option<Box<dyn Read + Send>>> {
        let _ = sha256;
        Ok(None)
    }

    /// Stores a blob of that SHA-256 and size, streaming, where [`Driver::read_blob`] finds it; what is read is proved
    /// by the caller's reader, whose error leaves nothing behind. `false`: this store keeps blobs like any entry, and
    /// nothing was read.
    fn write_blob(&self, sha256: &str, size: u64, content: &mut dyn Read) -> Result<bool> {
        let _ = (sha256, size, content);
        Ok(false)
    }
}

/// The answer of a store that takes no writes.
#[must_use]
pub fn read_only() -> Error {
    Error::usage("can only be read")
}

/// A folder, file, table or collection that is not there, and may not be made.
#[must_use]
pub fn missing(what: &str) -> Error {
    Error::new(Kind::NotFound, "store_missing", format!("{what} is not there, and `create=no` forbids to make it"))
}

/// A store answered with an error, in its words.
pub fn refused(words: impl Into<String>) -> Error {
    Error::new(Kind::Other, "store", "answered with an error").cause(words)
}

/// Nobody answers there, or the connection broke.
pub fn unreachable(why: impl Into<String>) -> Error {
    Error::new(Kind::Network, "store_unreachable", "cannot be reached").cause(why)
}

/// No answer within the time limit.
#[must_use]
pub fn silent(limit: Duration) -> Error {
    let limit = limit.as_secs_f64();
    Error::new(Kind::Timeout, "store_timeout", format!("did not answer within {limit} s"))
}

/// What ended reading from or writing to a connection.
#[must_use]
pub fn broken(error: &std::io::Error, limit: Duration) -> Error {
    match error.kind() {
        std::io::ErrorKind::TimedOut | std::io::ErrorKind::WouldBlock => silent(limit),
        std::io::ErrorKind::UnexpectedEof => unreachable("the connection was closed"),
        _ => unreachable(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_form() {
        for (text, number) in
            [("0", 0), ("-7", -7), ("9223372036854775807", i64::MAX), ("-9223372036854775808", i64::MIN)]
        {
            assert_eq!(decimal(text.as_bytes()), Some(number));
        }
        for bad in ["", "+1", "01", "-0", " 1", "1\n", "1.0", "9223372036854775808", "x", "\u{661}"] {
            assert_eq!(decimal(bad.as_bytes()), None, "{bad}");
        }
        assert_eq!(decimal(b"\xff"), None);
    }

    #[test]
    fn time_to_live_is_rounded_up() {
        let unit = Duration::from_secs(1);
        for (given, units) in [(0, 1), (1, 1), (999, 1), (1000, 1), (1001, 2)] {
            assert_eq!(units_up(Duration::from_millis(given), unit), units, "{given}");
        }
        let record = |expires| Record { content: b"", wrapped: false, expires };
        let now = Timestamp(5_000_000);
        assert_eq!(record(None).remaining(unit, now), None);
        assert_eq!(record(Some(Timestamp(6_000_001))).remaining(unit, now), Some(2));
        assert_eq!(record(Some(Timestamp(1))).remaining(unit, now), Some(1), "what is past ends at once");
        assert_eq!(record(Some(Timestamp(i64::MAX))).remaining(Duration::from_nanos(1), now), Some(u64::MAX));
    }
}
