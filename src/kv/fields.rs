//! The names of the fields in tables and collections, which other programs may share.

use crate::error::{Error, Result};
use crate::kv::address::Address;

/// The field that holds what only `dl` knows of an entry: whether it is wrapped, and a revision.
pub(super) const OWN: &str = "dl";

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
