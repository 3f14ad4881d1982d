//! How the values of options are read: each parser says in its error what was expected.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use dl::clock::{Timestamp, parse_date, parse_duration, parse_size};
use dl::digest::Digest;
use dl::manager::task::{CheckMethod, IfExists};
use dl::shared::Mode;
use dl::transfer::job::{BackendChoice, Connections, HttpVersion, Resolve, Resume, Statuses};
use std::time::Duration;

/// The most connections that one file may take.
const MOST_CONNECTIONS: u8 = 64;
/// The most URLs that are fetched at once.
const MOST_JOBS: usize = 256;

fn told<T>(result: dl::error::Result<T>) -> Result<T, String> {
    result.map_err(|e| e.message().to_owned())
}

/// A parser of one of these words, each with what it means.
fn words<T: Copy + Send + Sync + 'static>(table: &'static [(&'static str, T)]) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(table.iter().map(|(word, _)| *word)).try_map(|word| {
        table.iter().find(|(known, _)| *known == word).map(|(_, value)| *value).ok_or("an unknown word")
    })
}

/// `--progress`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    Auto,
    Bar,
    Plain,
    None,
}

/// `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

/// `--freshness`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FreshnessWord {
    Any,
    Check,
    Http,
}

pub(crate) fn progress() -> impl TypedValueParser<Value = Progress> {
    words(&[("auto", Progress::Auto), ("bar", Progress::Bar), ("plain", Progress::Plain), ("none", Progress::None)])
}

pub(crate) fn color() -> impl TypedValueParser<Value = Color> {
    words(&[("auto", Color::Auto), ("always", Color::Always), ("never", Color::Never)])
}

pub(crate) fn shared_mode() -> impl TypedValueParser<Value = Mode> {
    words(&[("read", Mode::Read), ("write", Mode::Write), ("read-write", Mode::ReadWrite)])
}

pub(crate) fn freshness() -> impl TypedValueParser<Value = FreshnessWord> {
    words(&[("any", FreshnessWord::Any), ("check", FreshnessWord::Check), ("http", FreshnessWord::Http)])
}

pub(crate) fn check_method() -> impl TypedValueParser<Value = CheckMethod> {
    words(&[
        ("auto", CheckMethod::Auto),
        ("etag", CheckMethod::Etag),
        ("modified", CheckMethod::Modified),
        ("size", CheckMethod::Size),
        ("hash", CheckMethod::Hash),
    ])
}

pub(crate) fn if_exists() -> impl TypedValueParser<Value = IfExists> {
    words(&[("replace", IfExists::Replace), ("keep", IfExists::Keep), ("error", IfExists::Error)])
}

pub(crate) fn backend() -> impl TypedValueParser<Value = BackendChoice> {
    words(&[("auto", BackendChoice::Auto), ("reqwest", BackendChoice::Reqwest), ("curl", BackendChoice::Curl)])
}

pub(crate) fn http_version() -> impl TypedValueParser<Value = HttpVersion> {
    words(&[
        ("auto", HttpVersion::Auto),
        ("1.0", HttpVersion::Http10),
        ("1.1", HttpVersion::Http11),
        ("2", HttpVersion::Http2),
    ])
}

pub(crate) fn resume() -> impl TypedValueParser<Value = Resume> {
    words(&[("auto", Resume::Auto), ("always", Resume::Always), ("never", Resume::Never)])
}

pub(crate) fn method() -> impl TypedValueParser<Value = dl::run::terms::Method> {
    use dl::run::terms::Method;
    words(&[("hash", Method::Hash), ("mtime", Method::Mtime)])
}

/// Whether TLS 1.3 is the least that is spoken.
pub(crate) fn tls_min() -> impl TypedValueParser<Value = bool> {
    words(&[("1.2", false), ("1.3", true)])
}

pub(crate) fn shell() -> impl TypedValueParser<Value = clap_complete::Shell> {
    use clap_complete::Shell;
    words(&[
        ("bash", Shell::Bash),
        ("zsh", Shell::Zsh),
        ("fish", Shell::Fish),
        ("powershell", Shell::PowerShell),
        ("elvish", Shell::Elvish),
    ])
}

/// `1 true yes` and `0 false no`, as variables and `--flag=…` take them.
pub(crate) fn truth(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" => Ok(true),
        "0" | "false" | "no" => Ok(false),
        _ => Err("expected `true` or `false`".to_owned()),
    }
}

/// One `-v`, or a number of them; 0 takes back those before it.
pub(crate) fn loudness(text: &str) -> Result<u8, String> {
    match truth(text) {
        Ok(on) => Ok(u8::from(on)),
        Err(_) => text.parse().map_err(|_| "expected `true`, `false` or a number".to_owned()),
    }
}

pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    told(parse_duration(text))
}

/// A duration that ends something: none at all would end it before it began.
pub(crate) fn limit(text: &str) -> Result<Duration, String> {
    match duration(text)? {
        Duration::ZERO => Err("expected a time above zero".to_owned()),
        time => Ok(time),
    }
}

pub(crate) fn size(text: &str) -> Result<u64, String> {
    told(parse_size(text))
}

/// Bytes a second, with or without `/s`.
pub(crate) fn rate(text: &str) -> Result<u64, String> {
    match size(text.strip_suffix("/s").unwrap_or(text))? {
        0 => Err("expected a rate above zero, such as `500k` or `10MiB`".to_owned()),
        rate => Ok(rate),
    }
}

pub(crate) fn date(text: &str) -> Result<Timestamp, String> {
    told(parse_date(text, Timestamp::now()))
}

pub(crate) fn digest(text: &str) -> Result<Digest, String> {
    told(Digest::parse(text))
}

pub(crate) fn sha256(text: &str) -> Result<Digest, String> {
    let hex = text.trim();
    let hex = hex.strip_prefix("sha256:").unwrap_or(hex);
    Digest::from_hex(dl::digest::Algorithm::Sha256, hex)
        .ok_or_else(|| "expected the 64 hex digits of a SHA-256".to_owned())
}

pub(crate) fn statuses(text: &str) -> Result<Statuses, String> {
    told(Statuses::parse(text))
}

pub(crate) fn status(text: &str) -> Result<dl::cache::item::Status, String> {
    told(dl::cache::item::Status::parse(text))
}

pub(crate) fn sort(text: &str) -> Result<dl::cache::query::Sort, String> {
    told(dl::cache::query::Sort::parse(text))
}

pub(crate) fn connections(text: &str) -> Result<Connections, String> {
    match text {
        "auto" => Ok(Connections::Auto),
        text => match text.parse() {
            Ok(n @ 1..=MOST_CONNECTIONS) => Ok(Connections::Fixed(n)),
            _ => Err(format!("expected `auto` or a number from 1 to {MOST_CONNECTIONS}")),
        },
    }
}

pub(crate) fn jobs(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|n| (1..=MOST_JOBS).contains(n))
        .ok_or_else(|| format!("expected a number from 1 to {MOST_JOBS}"))
}

pub(crate) fn count(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| "expected a whole number".to_owned())
}

pub(crate) fn positive(text: &str) -> Result<u32, String> {
    count(text).and_then(|n| if n == 0 { Err("expected a number above zero".to_owned()) } else { Ok(n) })
}

/// `NAME=VALUE`; the name is not empty.
pub(crate) fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected `NAME=VALUE`".to_owned()),
    }
}

/// `HOST:PORT:ADDRESS[,ADDRESS]…`; an IPv6 address may stand in brackets.
pub(crate) fn resolve(text: &str) -> Result<Resolve, String> {
    let wrong = || "expected `HOST:PORT:ADDRESS`, such as `example.org:443:127.0.0.1`".to_owned();
    let mut parts = text.splitn(3, ':');
    let (Some(host), Some(port), Some(addresses)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(wrong());
    };
    let port = port.parse().map_err(|_| wrong())?;
    let bare = |a: &str| a.trim().trim_start_matches('[').trim_end_matches(']').parse().map_err(|_| wrong());
    let addresses = addresses.split(',').map(bare).collect::<Result<Vec<_>, _>>()?;
    if host.is_empty() {
        return Err(wrong());
    }
    Ok(Resolve { host: host.to_ascii_lowercase(), port, addresses })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_say_what_they_expect() {
        assert_eq!(truth("YES"), Ok(true));
        assert!(truth("maybe").is_err());
        assert_eq!(loudness("3"), Ok(3));
        assert_eq!(rate("1MiB/s"), Ok(1 << 20));
        assert!(rate("0").is_err() && limit("0").is_err());
        assert_eq!(connections("16"), Ok(Connections::Fixed(16)));
        assert!(connections("0").is_err() && connections("65").is_err());
        assert_eq!(pair("a=b=c"), Ok(("a".to_owned(), "b=c".to_owned())));
        assert!(pair("=b").is_err() && pair("a").is_err());
        let resolved = resolve("Example.org:443:[::1],127.0.0.1").unwrap();
        assert_eq!((resolved.host.as_str(), resolved.port, resolved.addresses.len()), ("example.org", 443, 2));
        for bad in ["", "h", "h:1", "h:x:127.0.0.1", ":1:127.0.0.1", "h:1:name"] {
            assert!(resolve(bad).is_err(), "{bad}");
        }
    }
}
