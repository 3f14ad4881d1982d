//! One item on its way to another machine: what it is and how it was got, without what its own machine did with it.

use crate::cache::Cache;
use crate::cache::content::Interned;
use crate::cache::item::{Item, Status, Trust};
use crate::cache::registry::{Registry, params};
use crate::cache::transport::import;
use crate::cache::transport::rows::{self, damaged};
use crate::descriptor::Key;
use crate::digest::Digest;
use crate::error::{Error, Kind, Result};
use serde_json::{Map, Value, json};
use std::io::Read;

/// A READY item as others may have it. Made by [`Cache::line`], taken in by [`Cache::adopt`].
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    value: Value,
    sha256: Digest,
    size: u64,
}

impl Line {
    /// Takes what came from elsewhere, if it is such an item.
    ///
    /// # Errors
    /// Integrity: something in it makes no sense.
    pub fn from_json(value: Value) -> Result<Self> {
        let sha256 = import::digest_of(&value)?.ok_or_else(|| damaged("an item has no content"))?;
        let size = value["item"]["size"].as_u64().ok_or_else(|| damaged("a size is none"))?;
        if value["item"]["status"] != Status::Ready.number() {
            return Err(damaged("an item is not READY"));
        }
        Ok(Self { value, sha256, size })
    }

    /// As it is sent.
    #[must_use]
    pub const fn to_json(&self) -> &Value {
        &self.value
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &str {
        self.value["item"]["key"].as_str().unwrap_or_default()
    }

    /// What identifies it, redacted.
    #[must_use]
    pub fn uri(&self) -> &str {
        self.value["item"]["uri"].as_str().unwrap_or_default()
    }

    /// The parameters that join its key.
    #[must_use]
    pub fn params(&self) -> Map<String, Value> {
        let text = self.value["item"]["params"].as_str().unwrap_or_default();
        serde_json::from_str(text).unwrap_or_default()
    }

    /// The SHA-256 of its content.
    #[must_use]
    pub const fn sha256(&self) -> &Digest {
        &self.sha256
    }

    /// The size of its content in bytes.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Under which trust it was fetched.
    #[must_use]
    pub fn trust(&self) -> Trust {
        let download = &self.value["downloads"][0];
        Trust {
            insecure: !matches!(download["insecure"].as_i64(), None | Some(0)),
            special: download["special_trust"].as_str().map(str::to_owned),
        }
    }

    /// The blobs that it needs beside its content.
    ///
    /// # Errors
    /// Integrity: one of them is no digest.
    pub fn parts(&self) -> Result<Vec<Digest>> {
        import::parts_of(&self.value)
    }

    /// The same item under another key, with the parameters that join it.
    #[must_use]
    pub fn under(mut self, key: &Key, params: &Map<String, Value>) -> Self {
        let leaves = params::leaves(params).into_iter();
        self.value["item"]["key"] = key.0.clone().into();
        self.value["item"]["params"] = Value::Object(params.clone()).to_string().into();
        self.value["params"] = leaves.map(|(name, value)| json!({ "name": name, "value": value })).collect();
        self
    }
}

impl Cache {
    /// A READY item as others may have it.
    ///
    /// # Errors
    /// Not found: the row is gone, or not READY. Kind disk or cache.
    pub fn line(&self, item: &Item) -> Result<Line> {
        let line = read(&self.registry, item)?;
        Line::from_json(line).map_err(|_| {
            Error::new(Kind::NotFound, "not_ready", format!("item {} is not READY: it has nothing to give", item.id))
        })
    }

    /// Takes in an item of another machine as a version of its key, with its content, which is hashed as it comes; what it needs
    /// beside that has arrived before. One that is here already is given as it is.
    ///
    /// # Errors
    /// Integrity: the line makes no sense, the content is another or ends early, a part is missing. Network (`store`): reading
    /// the content failed. Kind disk or cache.
    pub fn adopt(&self, line: &Line, content: &mut dyn Read, parts: &[Interned]) -> Result<Item> {
        let again = || parts.iter().try_for_each(|part| self.again(part));
        let sizes = parts.iter().map(|part| (part.content.digest.clone(), part.content.size)).collect();
        import::adopt(&self.registry, &line.value, content, sizes, &again)
    }
}

fn read(registry: &Registry, item: &Item) -> Result<Value> {
    let mut line = registry.read(|connection| rows::read(connection, item.id))?;
    if let Some(row) = line["item"].as_object_mut() {
        row.retain(|column, _| !rows::ITEM_MORE.contains(&column.as_str()));
        for column in ["last_read", "last_search", "error"] {
            row.insert(column.to_owned(), Value::Null);
        }
        for column in ["read_count", "search_count"] {
            row.insert(column.to_owned(), 0.into());
        }
        // Each machine counts its own versions.
        row.insert("version".to_owned(), 1.into());
    }
    Ok(line)
}
