//! Key-value stores behind one interface: bytes by key, with expiry, counters and one winner for `add`.
//!
//! [`open`] turns a URL into a [`store::Store`], which is what everyone uses. Below it stands a [`driver::Driver`], one
//! file each, that knows a few primitives of one engine. What is the same everywhere is done once, in the store:
//!
//! * the prefix, and keys that an engine cannot take (under a digest, with the true key inside: `envelope`),
//! * values over the engine's limit (split into pieces, rejoined, their digest proved),
//! * counters where the engine has none (compare and swap), time to live as a moment of expiry,
//! * entries that cannot be read (a miss and one warning), errors that name the store without its password.
//!
//! This room knows nothing of the cache, of configuration or of the environment: what a driver needs of them stands in
//! [`open::Options`].
//!
//! ```
//! use dl::kv::open::{Options, open};
//!
//! let store = open("memory:", &Options::default())?;
//! store.set(b"answer", b"41", None)?;
//! assert_eq!(store.inc(b"answer", 1, None)?, 42);
//! assert_eq!(store.get(b"answer")?.as_deref(), Some(&b"42"[..]));
//! assert!(!store.add(b"answer", b"other", None)?);
//! # Ok::<(), dl::error::Error>(())
//! ```

pub mod address;
#[cfg(any(feature = "dynamodb", feature = "s3"))]
mod aws;
pub mod driver;
#[cfg(feature = "dynamodb")]
mod dynamodb;
pub mod entry_file;
mod envelope;
#[cfg(any(feature = "dynamodb", feature = "mongodb"))]
mod fields;
pub mod file;
mod https;
#[cfg(feature = "memcached")]
pub mod memcached;
pub mod memory;
#[cfg(feature = "mongodb")]
mod mongodb;
pub mod null;
pub mod open;
#[cfg(feature = "redis")]
pub mod redis;
#[cfg(feature = "s3")]
mod s3;
pub mod sqlite;
pub mod store;
mod tls;
mod wire;
