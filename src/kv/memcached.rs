//! Memcached, 1.6 or later, by its meta commands: keys and values raw, compare and swap by its own numbers.
//!
//! `memcached://[user:password@]host[:11211]`, `memcached:///path/of/the/socket`; `?limit=BYTES` where the server was
//! started with another `-I`. The server counts whole seconds on its own clock, so that what is kept for `n` seconds
//! ends between `n - 1` and `n`. It may drop anything earlier when it needs room.

mod wire;

use crate::clock::{Timestamp, parse_size};
use crate::error::{Error, Result};
use crate::kv::address::Address;
use crate::kv::driver::{
    Abilities, Condition, Content, Driver, Entry, Listed, Record, Stat, Version, refused, unreachable,
};
use crate::kv::memcached::wire::{Place, Wire};
use crate::kv::open::Options;
use crate::secret::Secret;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const PORT: u16 = 11211;
const UNIT: Duration = Duration::from_secs(1);
/// The server's limit of an item, as it is unless said otherwise.
const ITEM_BYTES: u64 = 1 << 20;
/// What of it is not the value: the key and the item's own head.
const ITEM_OVERHEAD_BYTES: u64 = 1024;
const LONGEST_KEY_BYTES: usize = 250;
/// Longer times are moments since 1970 to the server.
const LONGEST_DURATION_S: u64 = 30 * 86_400;
/// The client flag that tells an envelope from a value.
const WRAPPED: u32 = 0x646c_6b76;
/// After this a connection may have been closed by the server.
const IDLE: Duration = Duration::from_secs(1);

/// A server.
#[derive(Debug)]
pub struct Memcached {
    place: Place,
    login: Option<(String, Secret)>,
    limit: usize,
    connect_timeout: Duration,
    answer_timeout: Duration,
    connection: Mutex<Option<(Wire, Instant)>>,
}

/// Whether a call may be repeated over a new connection when the old one turns out to be closed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Repeat {
    /// Twice is the same as once.
    Yes,
    /// Twice is not once.
    No,
}

/// What the server answers to one command: two letters, flags, and a value behind some.
struct Answer {
    code: String,
    flags: Vec<String>,
    value: Option<Vec<u8>>,
}

impl Answer {
    fn flag(&self, letter: char) -> Option<&str> {
        self.flags.iter().find_map(|flag| flag.strip_prefix(letter))
    }

    fn expires(&self, now: Timestamp) -> Option<Timestamp> {
        let left: u64 = self.flag('t')?.parse().ok()?;
        Some(Timestamp(now.0.saturating_add(i64::try_from(left).unwrap_or(0).saturating_mul(1_000_000))))
    }

    fn version(&self) -> Version {
        Version(self.flag('c').unwrap_or_default().as_bytes().to_vec())
    }

    fn wrapped(&self) -> bool {
        self.flag('f').and_then(|flags| flags.parse().ok()) == Some(WRAPPED)
    }

    fn refusal(&self) -> Error {
        let words = [std::slice::from_ref(&self.code), self.flags.as_slice()].concat().join(" ");
        match self.code.as_str() {
            "ERROR" => refused("it does not know the meta commands").hint("memcached 1.6 or later"),
            "SERVER_ERROR" if words.contains("too large") => {
                refused(words).hint("`?limit=BYTES` says what the server was started with (`-I`)")
            }
            "SERVER_ERROR" | "CLIENT_ERROR" => refused(words),
            _ => unreachable("its answer is not one of memcached"),
        }
    }
}

impl Memcached {
    /// The server of that address. Nothing is connected yet.
    ///
    /// # Errors
    /// Usage: an unknown option, or a path beside a host.
    pub fn new(address: &Address, options: &Options) -> Result<Self> {
        address.only(&["limit"])?;
        let Some(server) = address.server() else { return Err(Error::usage("expected `memcached://host:port`")) };
        let place = match (server.host.as_str(), server.path.as_str()) {
            (host, "" | "/") if !host.is_empty() => Place::Tcp(host.to_owned(), server.port.unwrap_or(PORT)),
            ("", "" | "/") => Place::Tcp("127.0.0.1".to_owned(), PORT),
            ("", path) => Place::Unix(path.into()),
            _ => return Err(Error::usage("expected `memcached://host:port`, without a path")),
        };
        let limit = address.option("limit").map_or(Ok(ITEM_BYTES), parse_size)?;
        if limit < 2 * ITEM_OVERHEAD_BYTES {
            return Err(Error::usage(format!("`limit={limit}`: expected the server's `-I`, at least 2 KiB")));
        }
        let password = server.password.clone().unwrap_or_default();
        Ok(Self {
            place,
            login: server.user.clone().map(|user| (user, password)),
            limit: usize::try_from(limit - ITEM_OVERHEAD_BYTES).unwrap_or(usize::MAX),
            connect_timeout: options.connect_timeout,
            answer_timeout: options.answer_timeout,
            connection: Mutex::new(None),
        })
    }

    fn connect(&self) -> Result<Wire> {
        let mut wire = Wire::connect(&self.place, self.connect_timeout, self.answer_timeout)?;
        if let Some((user, password)) = &self.login {
            let login = format!("{user} {}", password.expose());
            wire.send(format!("set login 0 0 {}\r\n{login}\r\n", login.len()).as_bytes())?;
            let line = wire.line()?;
            if line != "STORED" {
                return Err(refused(line));
            }
        }
        Ok(wire)
    }

    /// Sends commands and reads so many answers.
    fn ask(&self, commands: &[u8], count: usize, repeat: Repeat) -> Result<Vec<Answer>> {
        let exchange = |wire: &mut Wire| -> Result<Vec<Answer>> {
            wire.send(commands)?;
            (0..count).map(|_| read(wire)).collect()
        };
        let mut held = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((mut wire, used)) = held.take() {
            let asleep = repeat == Repeat::No && used.elapsed() > IDLE && !wire.is_open();
            if !asleep {
                match exchange(&mut wire) {
                    Ok(answers) => {
                        *held = Some((wire, Instant::now()));
                        return Ok(answers);
                    }
                    Err(e) if repeat == Repeat::No || e.code() != "store_unreachable" => return Err(e),
                    Err(_) => {}
                }
            }
        }
        let mut wire = self.connect()?;
        let answers = exchange(&mut wire)?;
        *held = Some((wire, Instant::now()));
        Ok(answers)
    }

    fn ask_one(&self, command: &[u8], repeat: Repeat) -> Result<Answer> {
        self.ask(command, 1, repeat)?.pop().ok_or_else(|| unreachable("no answer"))
    }
}

fn read(wire: &mut Wire) -> Result<Answer> {
    let line = wire.line()?;
    let mut words = line.split(' ').map(str::to_owned);
    let code = words.next().unwrap_or_default();
    let mut flags: Vec<String> = words.collect();
    let mut value = None;
    if code == "VA" {
        let size = flags.first().and_then(|size| size.parse().ok());
        let size = size.ok_or_else(|| unreachable("its answer is not one of memcached"))?;
        flags.remove(0);
        value = Some(wire.value(size)?);
    }
    Ok(Answer { code, flags, value })
}

/// `mg`, a key and what is wanted of it.
fn meta_get(key: &[u8], wanted: &str) -> Vec<u8> {
    [b"mg ", key, b" ", wanted.as_bytes(), b"\r\n"].concat()
}

/// The time to live as the server takes it; 0: never.
fn ttl(record: &Record<'_>, now: Timestamp) -> u64 {
    match record.remaining(UNIT, now) {
        None => 0,
        Some(left) if left <= LONGEST_DURATION_S => left,
        Some(left) => {
            let end = left.saturating_add(u64::try_from(now.seconds()).unwrap_or(0));
            // The server's moments end with 32 bits.
            if end > i32::MAX as u64 { 0 } else { end }
        }
    }
}

impl Driver for Memcached {
    fn abilities(&self) -> Abilities {
        Abilities {
            list: false,
            largest_value: Some(self.limit),
            picks_keys: true,
            expiry_unit: UNIT,
            ..Abilities::PLAIN
        }
    }

    fn takes_key(&self, key: &[u8]) -> bool {
        (1..=LONGEST_KEY_BYTES).contains(&key.len()) && key.iter().all(|b| *b > b' ' && *b != 0x7f)
    }

    fn ping(&self) -> Result<()> {
        let answer = self.ask_one(b"mn\r\n", Repeat::Yes)?;
        if answer.code == "MN" { Ok(()) } else { Err(answer.refusal()) }
    }

    fn get(&self, key: &[u8]) -> Result<Option<Entry>> {
        Ok(self.get_many(&[key])?.pop().flatten())
    }

    fn get_many(&self, keys: &[&[u8]]) -> Result<Vec<Option<Entry>>> {
        let commands: Vec<Vec<u8>> = keys.iter().map(|key| meta_get(key, "v f t c")).collect();
        let now = Timestamp::now();
        let entry = |mut answer: Answer| match (answer.code.as_str(), answer.value.take()) {
            ("EN", _) => Ok(None),
            ("VA", Some(value)) => {
                let content = if answer.wrapped() { Content::Wrapped(value) } else { Content::Plain(value) };
                Ok(Some(Entry { content, expires: answer.expires(now), version: answer.version() }))
            }
            _ => Err(answer.refusal()),
        };
        self.ask(&commands.concat(), keys.len(), Repeat::Yes)?.into_iter().map(entry).collect()
    }

    fn stat(&self, key: &[u8]) -> Result<Option<Stat>> {
        let answer = self.ask_one(&meta_get(key, "s f t c"), Repeat::Yes)?;
        match (answer.code.as_str(), answer.flag('s').and_then(|size| size.parse().ok())) {
            ("EN", _) => Ok(None),
            ("HD", Some(size)) => {
                let (expires, version) = (answer.expires(Timestamp::now()), answer.version());
                Ok(Some(Stat { size, wrapped: answer.wrapped(), expires, version }))
            }
            _ => Err(answer.refusal()),
        }
    }

    fn put(&self, key: &[u8], record: Record<'_>, condition: Condition<'_>) -> Result<bool> {
        let flags = if record.wrapped { WRAPPED } else { 0 };
        let head = format!(" {} T{} F{flags}", record.content.len(), ttl(&record, Timestamp::now()));
        let (only, repeat) = match condition {
            Condition::Always => (String::new(), Repeat::Yes),
            Condition::Absent => (" ME".to_owned(), Repeat::No),
            Condition::Is(version) => (format!(" C{}", String::from_utf8_lossy(&version.0)), Repeat::No),
        };
        let command = [b"ms ", key, head.as_bytes(), only.as_bytes(), b"\r\n", record.content, b"\r\n"].concat();
        let answer = self.ask_one(&command, repeat)?;
        match answer.code.as_str() {
            "HD" => Ok(true),
            "NS" | "EX" | "NF" => Ok(false),
            _ => Err(answer.refusal()),
        }
    }

    fn delete(&self, key: &[u8]) -> Result<bool> {
        let answer = self.ask_one(&[b"md ", key, b"\r\n"].concat(), Repeat::No)?;
        match answer.code.as_str() {
            "HD" => Ok(true),
            "NF" => Ok(false),
            _ => Err(answer.refusal()),
        }
    }

    fn list(&self, _: &[u8], _: bool, _: &mut dyn FnMut(Listed) -> Result<()>) -> Result<()> {
        Err(Error::usage("cannot list its keys"))
    }

    fn clear(&self, prefix: &[u8]) -> Result<bool> {
        if !prefix.is_empty() {
            return Ok(false);
        }
        let answer = self.ask_one(b"flush_all\r\n", Repeat::Yes)?;
        if answer.code == "OK" { Ok(true) } else { Err(answer.refusal()) }
    }

    fn clear_warning(&self) -> Option<&'static str> {
        Some("memcached can only be cleared whole (`flush_all`): also what others stored is gone")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_to_live_as_the_server_takes_it() {
        let now = Timestamp::from_seconds(1_700_000_000);
        let of = |seconds: i64| {
            let expires = Some(Timestamp(now.0 + seconds * 1_000_000));
            ttl(&Record { content: b"", wrapped: false, expires }, now)
        };
        assert_eq!((of(1), of(30 * 86_400)), (1, 2_592_000));
        assert_eq!(of(30 * 86_400 + 1), 1_702_592_001);
        assert_eq!(of(40 * 365 * 86_400), 0, "beyond what it can tell");
        assert_eq!(ttl(&Record { content: b"", wrapped: false, expires: None }, now), 0);
    }

    #[test]
    fn addresses() {
        let new = |url: &str| Memcached::new(&Address::parse(url).unwrap(), &Options::default());
        assert!(matches!(new("memcached://h").unwrap().place, Place::Tcp(host, PORT) if host == "h"));
        assert!(matches!(new("memcached:///run/m.sock").unwrap().place, Place::Unix(path) if path.ends_with("m.sock")));
        for bad in ["memcached://h/x", "memcached://h?x=1", "memcached://h?limit=1"] {
            assert!(new(bad).is_err(), "{bad}");
        }
        let store = new("memcached://h").unwrap();
        for (key, takes) in
            [(&b"key"[..], true), (b"\xff", true), (b"", false), (b"a b", false), (b"a\r", false), (b"\x7f", false)]
        {
            assert_eq!(store.takes_key(key), takes, "{key:?}");
        }
        assert!(store.takes_key(&[b'k'; 250]) && !store.takes_key(&[b'k'; 251]));
    }
}
