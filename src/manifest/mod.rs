//! Self-describing artifacts, stored under the hash of their content.
//!
//! A *manifest* is a blob: RFC 8785 JSON `{"class": NAME, "value": {…}}`. Its class says how the value is to be understood; the value
//! may hold *references*, objects with a member `"$ref": "sha256:HEX"`, to blobs and to other manifests. So a hash alone leads to
//! the data, to what describes it, and to the code that reads it, and none of them can change behind the other's back.
//!
//! | room | lives there |
//! |---|---|
//! | this | the form of a manifest: reading and writing it, its references |
//! | `artifacts` | manifests and blobs in a cache: put, found, read; the one place where "not here" is decided |
//! | `draft` | a manifest that is put together: fields, files, folders, items |
//! | `class` | types of Rust as classes: write a value, load a hash as one of several |
//! | `walk` | all that a manifest refers to, each once |
//! | `checkout` | the files of a manifest in a folder, all or none |
//! | `schema` | JSON Schemas of classes |
//! | `share` | to and from a shared store, with all that is referred to |
//!
//! What comes from outside is limited: 16 MiB and 128 levels a manifest, a million files and 256 folders deep a checkout.

pub mod artifacts;
pub mod checkout;
pub mod class;
pub mod draft;
pub mod schema;
pub mod share;
pub mod walk;

#[cfg(test)]
mod tests;

use crate::cache::content::spelled;
use crate::digest::{Algorithm, Digest};
use crate::error::{Error, Kind, Result};
use crate::json;
use serde_json::{Map, Value, json};

/// The longest manifest, in bytes.
pub const BYTES_MAX: usize = 16 << 20;
/// The member that makes an object a reference.
pub const REFERENCE: &str = "$ref";
/// The member of a reference to a file that its owner may execute.
const EXECUTABLE: &str = "executable";
/// The member of a reference to a file that looks like a manifest and is to stay a file.
const IS_FILE: &str = "file";
/// The largest integer that every JSON reader keeps exactly.
const GREATEST_EXACT_INTEGER: u64 = 1 << 53;

/// A manifest: what it is, and what it says.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// Its class.
    pub class: String,
    /// Its value.
    pub value: Map<String, Value>,
}

/// A reference in the value of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Where it stands: the names (or places in a list) that lead to it.
    pub keys: Vec<String>,
    /// What it refers to.
    pub digest: Digest,
    /// Whether the file may be executed.
    pub executable: bool,
    /// Whether it is a file, whatever it looks like.
    pub is_file: bool,
}

impl Reference {
    /// The names that lead to it, joined by `/`.
    #[must_use]
    pub fn path(&self) -> String {
        self.keys.join("/")
    }
}

/// Why bytes are no manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// They are something else.
    Other(String),
    /// They are, but leave doubt or are beyond a limit.
    Unsound(String),
}

impl Manifest {
    /// Reads a manifest in any spelling of its JSON.
    ///
    /// # Errors
    /// Why it is none, or none that can be relied upon.
    pub fn read(bytes: &[u8]) -> Result<Self, Unfit> {
        let begins = bytes.iter().find(|b| !b.is_ascii_whitespace());
        if begins != Some(&b'{') {
            return Err(Unfit::Other("it is no JSON object".to_owned()));
        }
        if bytes.len() > BYTES_MAX {
            return Err(Unfit::Unsound(format!("it is longer than {} MiB", BYTES_MAX >> 20)));
        }
        let value = json::read_strict(bytes).map_err(|e| {
            if json::breaks_a_rule(bytes, &e) { Unfit::Unsound(e.to_string()) } else { Unfit::Other(e.to_string()) }
        })?;
        let other = |why: &str| Err(Unfit::Other(why.to_owned()));
        let Value::Object(mut members) = value else { return other("it is no JSON object") };
        let manifest = match (members.remove("class"), members.remove("value"), members.keys().next()) {
            (Some(Value::String(class)), Some(Value::Object(value)), None) if !class.is_empty() => {
                Self { class, value }
            }
            (Some(Value::String(_)), Some(Value::Object(_)), Some(name)) => {
                return Err(Unfit::Other(format!("it has a member `{name}` beside `class` and `value`")));
            }
            (Some(Value::String(_)), _, _) => return other("its `value` is no object"),
            _ => return other("it has no `class`"),
        };
        manifest.sound()?;
        Ok(manifest)
    }

    /// Reads a manifest that a user names, such as a file to be put.
    ///
    /// # Errors
    /// Usage, saying what is wrong with it.
    pub fn of_user(bytes: &[u8]) -> Result<Self> {
        Self::read(bytes).map_err(bad)
    }

    /// What no reader could keep, or no two would read alike.
    fn sound(&self) -> Result<(), Unfit> {
        for value in self.value.values() {
            numbers(value)?;
        }
        self.references().map(|_| ())
    }

    /// The bytes that are stored: RFC 8785.
    ///
    /// # Errors
    /// Usage: what cannot be stored so that it is read again as it was.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        self.sound().map_err(bad)?;
        let whole = json!({ "class": self.class, "value": self.value });
        let bytes = crate::descriptor::canonical(&whole).into_bytes();
        // Whatever is stored can be read.
        Self::of_user(&bytes).map(|_| bytes)
    }

    /// All references in the value, in the order of their names.
    ///
    /// # Errors
    /// A reference that names no SHA-256.
    pub fn references(&self) -> Result<Vec<Reference>, Unfit> {
        let mut all = Vec::new();
        for (name, value) in &self.value {
            collect(value, &mut vec![name.clone()], &mut all)?;
        }
        all.sort_by(|a: &Reference, b| a.keys.cmp(&b.keys));
        Ok(all)
    }
}

fn bad(unfit: Unfit) -> Error {
    let (Unfit::Other(why) | Unfit::Unsound(why)) = unfit;
    Error::new(Kind::Usage, "bad_manifest", "this is no manifest that can be stored")
        .cause(why)
        .hint("a manifest is `{\"class\": NAME, \"value\": {…}}`, at most 16 MiB and 128 levels deep")
}

/// A reference as it stands in a value.
#[must_use]
pub fn reference(digest: &Digest) -> Map<String, Value> {
    Map::from_iter([(REFERENCE.to_owned(), spelled(digest).into())])
}

/// Integers that a double would silently change are refused.
fn numbers(value: &Value) -> Result<(), Unfit> {
    match value {
        Value::Number(number) => {
            let magnitude = number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs));
            match magnitude {
                Some(n) if n > GREATEST_EXACT_INTEGER && (n as f64) as u128 != u128::from(n) => {
                    Err(Unfit::Unsound(format!("the integer {number} cannot be kept exactly: write it as a string")))
                }
                _ => Ok(()),
            }
        }
        Value::Array(list) => list.iter().try_for_each(numbers),
        Value::Object(map) => map.values().try_for_each(numbers),
        _ => Ok(()),
    }
}

fn collect(value: &Value, keys: &mut Vec<String>, all: &mut Vec<Reference>) -> Result<(), Unfit> {
    match value {
        Value::Object(map) => {
            // JSON Schemas have members of that name too: only a hash makes one a reference.
            if let Some(text) = map.get(REFERENCE).and_then(Value::as_str).and_then(|t| t.strip_prefix("sha256:")) {
                let is_lower = text.bytes().all(|b| !b.is_ascii_uppercase());
                let digest = Digest::from_hex(Algorithm::Sha256, text).filter(|_| is_lower).ok_or_else(|| {
                    Unfit::Unsound(format!(
                        "the reference `{}` at `{}` is no SHA-256 in lower-case hex",
                        text,
                        keys.join("/")
                    ))
                })?;
                let says = |name: &str| map.get(name) == Some(&Value::Bool(true));
                let (executable, is_file) = (says(EXECUTABLE), says(IS_FILE));
                all.push(Reference { keys: keys.clone(), digest, executable, is_file });
            }
            for (name, value) in map {
                keys.push(name.clone());
                collect(value, keys, all)?;
                keys.pop();
            }
        }
        Value::Array(list) => {
            for (place, value) in list.iter().enumerate() {
                keys.push(place.to_string());
                collect(value, keys, all)?;
                keys.pop();
            }
        }
        _ => {}
    }
    Ok(())
}
