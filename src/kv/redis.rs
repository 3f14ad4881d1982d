//! Redis and Valkey: keys and values raw, so that other clients read them; expiry and counters are the server's own.
//!
//! `redis://[user:password@]host[:6379][/database]`, `rediss://` with TLS, `valkey://` and `valkeys://` alike,
//! `unix:/path/of/the/socket?db=1&user=…&password=…`. Without a password `REDISCLI_AUTH` is taken, as its own client does.
//! Values of other types (lists, hashes) are not ours: a miss, never listed, never cleared; a `set` replaces them.

use crate::clock::Timestamp;
use crate::error::{Error, Kind, Result};
use crate::kv::address::Address;
use crate::kv::driver::{
    Abilities, Condition, Content, Count, Driver, Entry, Listed, Record, Stat, Version, broken, refused, unreachable,
};
use crate::kv::open::{Options, Roots};
use crate::secret::Secret;
use redis::{Client, ConnectionAddr, ConnectionInfo, ConnectionLike as _, IntoConnectionInfo as _, Pipeline, Value};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const PORT: u16 = 6379;
const UNIT: Duration = Duration::from_millis(1);
/// The longest time to live that the server takes, with room for its own addition.
const LONGEST_TTL_MS: u64 = i64::MAX as u64 / 4;
/// How many keys one step of a listing looks at.
const SCANNED_KEYS: usize = 1000;
/// After this a connection may have been closed by the server.
const IDLE: Duration = Duration::from_secs(1);
/// How often an exchange of an entry that is not ours is tried anew.
const EXCHANGE_TRIES: u32 = 16;

/// A server.
#[derive(Debug)]
pub struct Redis {
    info: ConnectionInfo,
    roots: Option<Trust>,
    connect_timeout: Duration,
    answer_timeout: Duration,
    connection: Mutex<Option<Open>>,
}

/// Only asked when TLS is spoken.
struct Trust(Roots);

struct Open {
    connection: redis::Connection,
    used: Instant,
}

impl std::fmt::Debug for Trust {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Roots")
    }
}

impl std::fmt::Debug for Open {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Open")
    }
}

/// Whether a call may be repeated over a new connection when the old one turns out to be closed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Repeat {
    /// Twice is the same as once.
    Yes,
    /// Twice is not once.
    No,
}

impl Redis {
    /// The server of that address. Nothing is connected yet.
    ///
    /// # Errors
    /// Usage: no such database number, or an unknown option.
    pub fn new(address: &Address, options: &Options) -> Result<Self> {
        let tls = matches!(address.scheme(), "rediss" | "valkeys");
        address.only(if address.path().is_some() { &["db", "user", "password"] } else { &["db"] })?;
        let path = address.server().map_or("", |server| server.path.trim_matches('/'));
        let database = address.option("db").or((!path.is_empty()).then_some(path)).unwrap_or("0");
        let database: i64 = database
            .parse()
            .ok()
            .filter(|n| *n >= 0)
            .ok_or_else(|| Error::usage(format!("`{database}`: expected the number of a database")))?;
        let (place, user, password) = match (address.server(), address.path()) {
            (Some(server), _) => {
                let host = if server.host.is_empty() { "127.0.0.1".to_owned() } else { server.host.clone() };
                let port = server.port.unwrap_or(PORT);
                let place = if tls {
                    ConnectionAddr::TcpTls { host, port, insecure: false, tls_params: None }
                } else {
                    ConnectionAddr::Tcp(host, port)
                };
                (place, server.user.as_deref(), server.password.as_ref().map(Secret::expose))
            }
            (None, path) => {
                let path = path.filter(|path| !path.as_os_str().is_empty());
                let path = path.ok_or_else(|| Error::usage("`unix:` needs the path of a socket"))?;
                (ConnectionAddr::Unix(path.to_owned()), address.option("user"), address.option("password"))
            }
        };
        let own = options.environment.get("REDISCLI_AUTH").map(Secret::expose);
        let mut settings = redis::RedisConnectionInfo::default().set_skip_set_lib_name();
        settings = settings.set_db(database);
        if let Some(user) = user {
            settings = settings.set_username(user);
        }
        if let Some(password) = password.or(own) {
            settings = settings.set_password(password);
        }
        let info = place.into_connection_info().map_err(|e| Error::usage(e.to_string()))?.set_redis_settings(settings);
        Ok(Self {
            info,
            roots: tls.then(|| Trust(options.roots.clone())),
            connect_timeout: options.connect_timeout,
            answer_timeout: options.answer_timeout,
            connection: Mutex::new(None),
        })
    }

    fn connect(&self) -> Result<Open> {
        let failed = |e: &redis::RedisError| match self.told(e) {
            error if error.kind() == Kind::Timeout => crate::kv::driver::silent(self.connect_timeout),
            error => error,
        };
        let client = match &self.roots {
            Some(roots) => {
                let root_cert = Some((roots.0)()?).filter(|pem| !pem.is_empty());
                let certificates = redis::TlsCertificates { client_tls: None, root_cert };
                Client::build_with_tls(self.info.clone(), certificates)
            }
            None => Client::open(self.info.clone()),
        };
        let client = client.map_err(|e| failed(&e))?;
        let connection = client.get_connection_with_timeout(self.connect_timeout).map_err(|e| failed(&e))?;
        let limit = Some(self.answer_timeout);
        connection
            .set_read_timeout(limit)
            .and_then(|()| connection.set_write_timeout(limit))
            .map_err(|e| failed(&e))?;
        Ok(Open { connection, used: Instant::now() })
    }

    /// Sends commands and gives their answers, an error of the server in an answer's place.
    fn ask(&self, commands: &Pipeline, repeat: Repeat) -> Result<Vec<Value>> {
        let count = commands.len();
        let bytes = commands.get_packed_pipeline();
        let send = |open: &mut Open| {
            open.used = Instant::now();
            open.connection.req_packed_commands(&bytes, 0, count)
        };
        let mut held = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(mut open) = held.take() {
            // What must not be sent twice is not sent over a connection that is perhaps closed.
            let asleep = repeat == Repeat::No && open.used.elapsed() > IDLE && !open.connection.check_connection();
            if !asleep {
                match send(&mut open) {
                    Ok(answers) => {
                        *held = Some(open);
                        return Ok(answers);
                    }
                    Err(e) if repeat == Repeat::No || e.is_timeout() || !e.is_connection_dropped() => {
                        return Err(self.told(&e));
                    }
                    Err(_) => {}
                }
            }
        }
        let mut open = self.connect()?;
        let answers = send(&mut open).map_err(|e| self.told(&e))?;
        *held = Some(open);
        Ok(answers)
    }

    /// One command, one answer.
    fn ask_one(&self, command: redis::Cmd, repeat: Repeat) -> Result<Value> {
        let mut pipeline = redis::pipe();
        pipeline.add_command(command);
        let mut answers = self.ask(&pipeline, repeat)?;
        answers.pop().ok_or_else(no_answer)
    }

    fn told(&self, error: &redis::RedisError) -> Error {
        let io = std::error::Error::source(error).and_then(|source| source.downcast_ref::<std::io::Error>());
        let tls = io
            .and_then(std::io::Error::get_ref)
            .is_some_and(<dyn std::error::Error + Send + Sync>::is::<rustls::Error>);
        if tls || error.to_string().contains("certificate") {
            return Error::new(Kind::Tls, "store_tls", "cannot be trusted").cause(error.to_string());
        }
        match error.kind() {
            redis::ErrorKind::Io if error.is_timeout() => crate::kv::driver::silent(self.answer_timeout),
            redis::ErrorKind::Io => {
                io.map_or_else(|| unreachable(error.to_string()), |e| broken(e, self.answer_timeout))
            }
            redis::ErrorKind::Parse => unreachable("it does not speak the protocol of Redis"),
            _ => refused(words(error)),
        }
    }

    /// Replaces what is not a text by one, as long as it is none.
    fn exchange(&self, key: &[u8], record: Record<'_>) -> Result<bool> {
        let mut held = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let mut open = match held.take() {
            Some(open) => open,
            None => self.connect()?,
        };
        for _ in 0..EXCHANGE_TRIES {
            let mut watch = redis::pipe();
            watch.cmd("WATCH").arg(key).cmd("TYPE").arg(key);
            let looked = open.connection.req_packed_commands(&watch.get_packed_pipeline(), 0, 2);
            let kind = looked.map_err(|e| self.told(&e))?.pop();
            let foreign = matches!(&kind, Some(Value::SimpleString(kind)) if kind != "string" && kind != "none");
            let mut all = redis::pipe();
            if foreign {
                all.cmd("MULTI").add_command(set(key, record)).cmd("EXEC");
            } else {
                all.cmd("UNWATCH");
            }
            let answers = open.connection.req_packed_commands(&all.get_packed_pipeline(), 0, all.len());
            let last = answers.map_err(|e| self.told(&e))?.pop().ok_or_else(no_answer)?;
            if !foreign || !matches!(last, Value::Nil) {
                *held = Some(open);
                answer(last)?;
                return Ok(foreign);
            }
        }
        *held = Some(open);
        Ok(false)
    }

    /// Walks over the keys with a prefix that hold texts, page by page.
    fn scan(&self, prefix: &[u8], page: &mut dyn FnMut(Vec<Vec<u8>>) -> Result<()>) -> Result<()> {
        let pattern = [escaped(prefix), b"*".to_vec()].concat();
        let mut cursor = b"0".to_vec();
        loop {
            let mut scan = redis::cmd("SCAN");
            scan.arg(&cursor).arg("MATCH").arg(&pattern).arg("COUNT").arg(SCANNED_KEYS).arg("TYPE").arg("string");
            let Value::Array(mut parts) = answer(self.ask_one(scan, Repeat::Yes)?)? else { return Err(no_answer()) };
            let (Some(Value::Array(keys)), Some(Value::BulkString(next))) = (parts.pop(), parts.pop()) else {
                return Err(no_answer());
            };
            let keys =
                keys.into_iter().filter_map(|key| if let Value::BulkString(key) = key { Some(key) } else { None });
            page(keys.collect())?;
            if next == b"0" {
                return Ok(());
            }
            cursor = next;
        }
    }

    /// Sizes and expiries; `None` for what is not there or no text.
    fn stats(&self, keys: &[Vec<u8>]) -> Result<Vec<Option<Stat>>> {
        let mut commands = redis::pipe();
        for key in keys {
            commands.cmd("STRLEN").arg(key).cmd("PTTL").arg(key);
        }
        let now = Timestamp::now();
        let answers = if keys.is_empty() { Vec::new() } else { self.ask(&commands, Repeat::Yes)? };
        let stat = |pair: &[Value]| match pair {
            [_, Value::Int(-2)] => Ok(None),
            [Value::Int(size), Value::Int(left)] => {
                let size = u64::try_from(*size).unwrap_or(0);
                Ok(Some(Stat { size, wrapped: false, expires: end(*left, now), version: version() }))
            }
            [Value::ServerError(e), _] if e.code() == "WRONGTYPE" => Ok(None),
            other => other.iter().cloned().try_for_each(|value| answer(value).map(|_| ())).and(Err(no_answer())),
        };
        answers.chunks(2).map(stat).collect()
    }
}

/// All texts are in one state: the server counts by itself, and nobody compares.
fn version() -> Version {
    Version(b"string".to_vec())
}

fn words(error: &redis::RedisError) -> String {
    match (error.code(), error.detail()) {
        (Some(code), Some(detail)) => format!("{code} {detail}"),
        _ => error.to_string(),
    }
}

fn no_answer() -> Error {
    unreachable("its answer is not one of Redis")
}

/// An answer, unless it is an error.
fn answer(value: Value) -> Result<Value> {
    match value {
        Value::ServerError(e) => Err(refused(format!("{} {}", e.code(), e.details().unwrap_or_default()))),
        value => Ok(value),
    }
}

/// The moment of expiry from the milliseconds that are left; negative: never.
fn end(left_ms: i64, now: Timestamp) -> Option<Timestamp> {
    (left_ms >= 0).then(|| Timestamp(now.0.saturating_add(left_ms.saturating_mul(1000))))
}

fn set(key: &[u8], record: Record<'_>) -> redis::Cmd {
    let mut set = redis::cmd("SET");
    set.arg(key).arg(record.content);
    if let Some(left) = record.remaining(UNIT, Timestamp::now()) {
        set.arg("PX").arg(left.min(LONGEST_TTL_MS));
    }
    set
}

/// A prefix as a pattern that means itself.
fn escaped(prefix: &[u8]) -> Vec<u8> {
    let mut pattern = Vec::with_capacity(prefix.len());
    for byte in prefix {
        if b"*?[]^-\\".contains(byte) {
            pattern.push(b'\\');
        }
        pattern.push(*byte);
    }
    pattern
}

impl Driver for Redis {
    fn abilities(&self) -> Abilities {
        Abilities { counters: true, expiry_unit: UNIT, ..Abilities::PLAIN }
    }

    fn ping(&self) -> Result<()> {
        answer(self.ask_one(redis::cmd("PING"), Repeat::Yes)?).map(|_| ())
    }

    fn get(&self, key: &[u8]) -> Result<Option<Entry>> {
        Ok(self.get_many(&[key])?.pop().flatten())
    }

    fn get_many(&self, keys: &[&[u8]]) -> Result<Vec<Option<Entry>>> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let mut commands = redis::pipe();
        for key in keys {
            commands.cmd("GET").arg(key).cmd("PTTL").arg(key);
        }
        let now = Timestamp::now();
        let mut answers = self.ask(&commands, Repeat::Yes)?.into_iter();
        let mut entries = Vec::with_capacity(keys.len());
        while let (Some(value), Some(left)) = (answers.next(), answers.next()) {
            let expires = if let Value::Int(left) = left { end(left, now) } else { None };
            entries.push(match value {
                Value::Nil => None,
                Value::BulkString(value) => Some(Entry { content: Content::Plain(value), expires, version: version() }),
                Value::ServerError(e) if e.code() == "WRONGTYPE" => {
                    let content = Content::Unreadable("it holds another type than a text".to_owned());
                    Some(Entry { content, expires, version: Version::default() })
                }
                other => return answer(other).and_then(|_| Err(no_answer())),
            });
        }
        Ok(entries)
    }

    fn stat(&self, key: &[u8]) -> Result<Option<Stat>> {
        Ok(self.stats(&[key.to_vec()])?.pop().flatten())
    }

    fn put(&self, key: &[u8], record: Record<'_>, condition: Condition<'_>) -> Result<bool> {
        let mut set = set(key, record);
        let repeat = match condition {
            Condition::Always => Repeat::Yes,
            Condition::Absent => {
                set.arg("NX");
                Repeat::No
            }
            Condition::Is(_) => return self.exchange(key, record),
        };
        Ok(!matches!(answer(self.ask_one(set, repeat)?)?, Value::Nil))
    }

    fn put_many(&self, entries: &[(&[u8], Record<'_>)]) -> Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        let mut commands = redis::pipe();
        for (key, record) in entries {
            commands.add_command(set(key, *record));
        }
        self.ask(&commands, Repeat::Yes)?.into_iter().try_for_each(|value| answer(value).map(|_| ()))
    }

    fn delete(&self, key: &[u8]) -> Result<bool> {
        Ok(self.delete_many(&[key])? == [true])
    }

    fn delete_many(&self, keys: &[&[u8]]) -> Result<Vec<bool>> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let mut commands = redis::pipe();
        for key in keys {
            commands.cmd("DEL").arg(key);
        }
        let answers = self.ask(&commands, Repeat::No)?;
        answers.into_iter().map(|value| Ok(matches!(answer(value)?, Value::Int(1)))).collect()
    }

    fn count(&self, key: &[u8], by: i64, expires: Option<Timestamp>) -> Result<Count> {
        let mut commands = redis::pipe();
        commands.cmd("MULTI");
        if expires.is_some() {
            let mut first = set(key, Record { content: b"0", wrapped: false, expires });
            first.arg("NX");
            commands.add_command(first);
        }
        commands.cmd("INCRBY").arg(key).arg(by).cmd("EXEC");
        let last = self.ask(&commands, Repeat::No)?.pop().ok_or_else(no_answer)?;
        let Value::Array(mut answers) = answer(last)? else { return Err(no_answer()) };
        match answers.pop() {
            Some(Value::Int(value)) => Ok(Count::Is(value)),
            Some(Value::ServerError(e)) if e.code() == "WRONGTYPE" => Ok(Count::Unreadable),
            Some(Value::ServerError(e)) if e.details().is_some_and(|d| d.contains("not an integer")) => {
                Ok(Count::NotANumber)
            }
            Some(Value::ServerError(e)) if e.details().is_some_and(|d| d.contains("overflow")) => Ok(Count::Overflow),
            Some(other) => answer(other).and_then(|_| Err(no_answer())),
            None => Err(no_answer()),
        }
    }

    fn list(&self, prefix: &[u8], detail: bool, each: &mut dyn FnMut(Listed) -> Result<()>) -> Result<()> {
        self.scan(prefix, &mut |keys| {
            if !detail {
                return keys.into_iter().try_for_each(|key| each(Listed { key, stat: None }));
            }
            let stats = self.stats(&keys)?;
            let known = keys.into_iter().zip(stats).filter(|(_, stat)| stat.is_some());
            known.into_iter().try_for_each(|(key, stat)| each(Listed { key, stat }))
        })
    }

    fn clear(&self, prefix: &[u8]) -> Result<bool> {
        self.scan(prefix, &mut |keys| {
            if keys.is_empty() {
                return Ok(());
            }
            let mut unlink = redis::cmd("UNLINK");
            unlink.arg(keys);
            answer(self.ask_one(unlink, Repeat::Yes)?).map(|_| ())
        })?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_mean_themselves() {
        assert_eq!(escaped(b"a*b?[x-y]^\\\xff"), b"a\\*b\\?\\[x\\-y\\]\\^\\\\\xff");
    }

    #[test]
    fn addresses() {
        let new = |url: &str| Redis::new(&Address::parse(url).unwrap(), &Options::default());
        let shown = |url: &str| new(url).unwrap().info.addr().to_string();
        assert_eq!(shown("redis://"), "127.0.0.1:6379");
        assert_eq!(shown("valkey://host:1/3"), "host:1");
        assert_eq!(shown("unix:/run/redis.sock?db=2"), "/run/redis.sock");
        assert_eq!(new("redis://h/3").unwrap().info.redis_settings().db(), 3);
        assert_eq!(new("unix:/s?db=4&password=x").unwrap().info.redis_settings().password(), Some("x"));
        for bad in ["redis://h/x", "redis://h/-1", "redis://h?x=1", "unix:", "redis://h?password=x"] {
            assert_eq!(new(bad).unwrap_err().kind(), Kind::Usage, "{bad}");
        }
        let secret = format!("{:?}", new("redis://u:hunter22@h").unwrap());
        assert!(!secret.contains("hunter22"), "{secret}");
    }
}
