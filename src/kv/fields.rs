//! The names of the fields in tables and collections, which other programs may share.

use crate::error::{Error, Kind, Result};
use crate::kv::address::Address;

/// The field that holds what only `dl` knows of an entry: whether it is wrapped, and a revision.
pub(super) const OWN: &str = "dl";
/// Its first byte.
const PLAIN: u8 = b'p';
const WRAPPED: u8 = b'w';
/// How long the revision behind it is.
const REVISION_BYTES: usize = 16;
/// The first byte of a version: what follows is the field `dl`, or what stands for the value of an entry that has none.
pub(super) const BY_REVISION: u8 = b'r';
pub(super) const BY_VALUE: u8 = b'v';

/// A new state of the field `dl`.
///
/// # Errors
/// `no_randomness` (other).
pub(super) fn revision(wrapped: bool) -> Result<[u8; 1 + REVISION_BYTES]> {
    let mut own = [0; 1 + REVISION_BYTES];
    getrandom::fill(&mut own).map_err(|e| Error::new(Kind::Other, "no_randomness", e.to_string()))?;
    own[0] = if wrapped { WRAPPED } else { PLAIN };
    Ok(own)
}

/// Whether the field `dl` says that the value is wrapped.
pub(super) fn is_wrapped(own: &[u8]) -> bool {
    own.first() == Some(&WRAPPED)
}

/// Where key, value and expiry stand.
#[derive(Debug, Clone)]
pub(super) struct Fields {
    pub(super) key: String,
    pub(super) value: String,
    pub(super) expires: String,
}

impl Fields {
    /// The URL's options `key`, `value` and `expires`.
    ///
    /// # Errors
    /// Usage: an empty name, or one name for two things.
    pub(super) fn of(address: &Address, default_key: &str, reserved: &[&str]) -> Result<Self> {
        let name = |option: &str, default: &str| address.option(option).unwrap_or(default).to_owned();
        let fields =
            Self { key: name("key", default_key), value: name("value", "value"), expires: name("expires", "expires") };
        let all = [&fields.key, &fields.value, &fields.expires];
        for (number, field) in all.iter().enumerate() {
            if field.is_empty() || field.starts_with('$') || field.contains('.') {
                return Err(Error::usage(format!("`{field}` is no name for a field")));
            }
            if reserved.contains(&field.as_str()) || all[..number].contains(field) {
                return Err(Error::usage(format!("the field `{field}` would hold two things")));
            }
        }
        Ok(fields)
    }
}
