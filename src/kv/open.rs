//! From a URL to a store: the one place that knows all drivers, and what they are given of the world around.

use crate::error::{Error, Kind, Result};
use crate::event::{Listener, Silent};
use crate::kv::address::Address;
use crate::kv::driver::Driver;
#[cfg(feature = "dynamodb")]
use crate::kv::dynamodb;
#[cfg(feature = "memcached")]
use crate::kv::memcached;
#[cfg(feature = "mongodb")]
use crate::kv::mongodb;
#[cfg(feature = "redis")]
use crate::kv::redis;
#[cfg(feature = "s3")]
use crate::kv::s3;
use crate::kv::store::Store;
use crate::kv::{file, https, memory, null, sqlite};
use crate::secret::Secret;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// What a driver needs of the world around it.
#[derive(Clone)]
pub struct Options {
    /// Until a connection stands, TLS included.
    pub connect_timeout: Duration,
    /// Without a byte of an answer.
    pub answer_timeout: Duration,
    /// How long a lock of another process is waited for (file, sqlite).
    pub lock_timeout: Duration,
    /// No network: a store over it fails with `offline` before anything is asked.
    pub offline: bool,
    /// At most so many entries (memory, file, sqlite); 0 and `None`: no limit.
    pub threshold: Option<u64>,
    /// Variables of the services' own (`AWS_ACCESS_KEY_ID`, …), as far as they are set. See [`VARIABLES`].
    pub environment: BTreeMap<String, Secret>,
    /// The certificates that TLS trusts, as one PEM text; asked only when TLS is spoken.
    pub roots: Roots,
    /// Hears warnings.
    pub listener: Arc<dyn Listener>,
}

/// Gives the trusted certificates as PEM, when they are needed. Empty: those that are built in.
pub type Roots = Arc<dyn Fn() -> Result<Vec<u8>> + Send + Sync>;

/// The variables of services that drivers read, from [`Options::environment`].
pub const VARIABLES: &[&str] = &[
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "REDISCLI_AUTH",
];

impl Default for Options {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            answer_timeout: Duration::from_secs(30),
            lock_timeout: Duration::from_secs(30),
            offline: false,
            threshold: None,
            environment: BTreeMap::new(),
            roots: Arc::new(|| Ok(Vec::new())),
            listener: Arc::new(Silent),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("connect_timeout", &self.connect_timeout)
            .field("answer_timeout", &self.answer_timeout)
            .field("lock_timeout", &self.lock_timeout)
            .field("offline", &self.offline)
            .field("threshold", &self.threshold)
            .finish_non_exhaustive()
    }
}

/// A kind of store: its schemes, and the cargo feature that builds it in.
#[derive(Debug, Clone, Copy)]
pub struct Kept {
    /// The schemes of its URLs.
    pub schemes: &'static [&'static str],
    /// The feature; `None`: always there.
    pub feature: Option<&'static str>,
    /// Whether this build has it.
    pub built_in: bool,
    /// Whether it is reached over the network.
    pub network: bool,
}

/// All kinds of stores, also those that this build does not have.
pub const KINDS: &[Kept] = &[
    Kept { schemes: &["memory"], feature: None, built_in: true, network: false },
    Kept { schemes: &["null"], feature: None, built_in: true, network: false },
    Kept { schemes: &["file"], feature: None, built_in: true, network: false },
    Kept { schemes: &["sqlite"], feature: None, built_in: true, network: false },
    Kept {
        schemes: &["redis", "rediss", "valkey", "valkeys"],
        feature: Some("redis"),
        built_in: cfg!(feature = "redis"),
        network: true,
    },
    Kept { schemes: &["unix"], feature: Some("redis"), built_in: cfg!(feature = "redis"), network: false },
    Kept { schemes: &["memcached"], feature: Some("memcached"), built_in: cfg!(feature = "memcached"), network: true },
    Kept { schemes: &["dynamodb"], feature: Some("dynamodb"), built_in: cfg!(feature = "dynamodb"), network: true },
    Kept { schemes: &["s3"], feature: Some("s3"), built_in: cfg!(feature = "s3"), network: true },
    Kept {
        schemes: &["mongodb", "mongodb+srv"],
        feature: Some("mongodb"),
        built_in: cfg!(feature = "mongodb"),
        network: true,
    },
    Kept { schemes: &["https", "http"], feature: None, built_in: true, network: true },
];

/// Opens a store. Nothing is connected or made before it is first used.
///
/// # Errors
/// Usage: a URL that no driver takes, one whose driver is not built in, wrong options; `offline` (network): a store
/// over the network while there is to be none.
pub fn open(url: &str, options: &Options) -> Result<Store> {
    let address = Address::parse(url)?;
    let scheme = address.scheme();
    let Some(kind) = KINDS.iter().find(|kind| kind.schemes.contains(&scheme)) else {
        let all: Vec<&str> = KINDS.iter().flat_map(|kind| kind.schemes).copied().collect();
        return Err(Error::usage(format!("there is no store `{scheme}`: expected one of {}", all.join(", "))));
    };
    if !kind.built_in {
        let feature = kind.feature.unwrap_or_default();
        return Err(Error::new(Kind::Usage, "not_built_in", format!("stores `{scheme}` are not built into this dl"))
            .hint(format!("cargo install dl --features {feature}; `dl --version` tells what is built in")));
    }
    let is_socket = |server: &crate::kv::address::Server| server.host.is_empty() && server.path.len() > 1;
    let local = scheme == "memcached" && address.server().is_some_and(is_socket);
    if kind.network && !local && options.offline {
        let message = format!("the store `{}` is over the network, and --offline was said", address.shown());
        return Err(Error::new(Kind::Network, "offline", message));
    }
    if options.threshold.is_some_and(|n| n > 0) && !matches!(scheme, "memory" | "null" | "file" | "sqlite") {
        return Err(Error::usage(format!("stores `{scheme}` take no threshold: memory, file and sqlite do")));
    }
    let driver = driver(&address, options).map_err(|e| e.map_text(|text| address.mask().apply(text)))?;
    Ok(Store::new(driver, &address, options))
}

/// The one match.
fn driver(address: &Address, options: &Options) -> Result<Box<dyn Driver>> {
    Ok(match address.scheme() {
        "memory" => {
            address.only(&["threshold"])?;
            Box::new(memory::Memory::new(address.threshold(options)?))
        }
        "null" => {
            address.only(&[])?;
            Box::new(null::Null)
        }
        "file" => Box::new(file::Folder::new(address, options)?),
        "sqlite" => Box::new(sqlite::Sqlite::new(address, options)?),
        #[cfg(feature = "redis")]
        "redis" | "rediss" | "valkey" | "valkeys" | "unix" => Box::new(redis::Redis::new(address, options)?),
        #[cfg(feature = "memcached")]
        "memcached" => Box::new(memcached::Memcached::new(address, options)?),
        #[cfg(feature = "dynamodb")]
        "dynamodb" => Box::new(dynamodb::Dynamodb::new(address, options)?),
        #[cfg(feature = "s3")]
        "s3" => Box::new(s3::S3::new(address, options)?),
        #[cfg(feature = "mongodb")]
        "mongodb" | "mongodb+srv" => Box::new(mongodb::Mongodb::new(address, options)?),
        "https" | "http" => Box::new(https::Https::new(address, options)?),
        scheme => return Err(Error::usage(format!("there is no driver for `{scheme}`"))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_opened_is_a_usage_error() {
        for url in ["dir", "nostore:x", "memory:?x=1", "null:?create=no"] {
            let error = open(url, &Options::default()).unwrap_err();
            assert_eq!(error.kind(), Kind::Usage, "{url}: {error}");
        }
    }

    #[test]
    fn every_kind_that_is_built_in_has_its_driver() {
        for scheme in KINDS.iter().filter(|kind| kind.built_in).flat_map(|kind| kind.schemes) {
            for url in [format!("{scheme}:x"), format!("{scheme}://host/path/x")] {
                if let Err(error) = open(&url, &Options::default()) {
                    assert!(!error.message().contains("no driver"), "{url}: {error}");
                }
            }
        }
    }
}
