//! Types of Rust as classes of manifests.
//!
//! A [`Class`] is a type that is written as the value of a manifest. A [`Format`] is a class that stores something else: a table, a
//! model, a folder. [`Classes`] loads a hash as one of several, so that the code that reads data need not know how they were stored:
//!
//! ```
//! use dl::cache::{Cache, Options};
//! use dl::error::{Error, Result};
//! use dl::manifest::artifacts::Artifacts;
//! use dl::manifest::class::{Class, Classes, Format, Ref};
//! use serde::{Deserialize, Serialize};
//!
//! /// What a program works with.
//! #[derive(Debug, PartialEq)]
//! struct Table(Vec<Vec<String>>);
//!
//! fn text(artifacts: &Artifacts<'_>, file: &Ref) -> Result<String> {
//!     let path = artifacts.get(&file.0)?.path;
//!     std::fs::read_to_string(&path).map_err(|e| Error::disk("cannot read the table", &e))
//! }
//!
//! fn rows(text: &str, separator: char) -> Table {
//!     Table(text.lines().map(|line| line.split(separator).map(str::to_owned).collect()).collect())
//! }
//!
//! /// Tables were stored with commas once …
//! #[derive(Serialize, Deserialize)]
//! struct CsvDataset {
//!     path: Ref,
//!     column_names: Vec<String>,
//! }
//! impl Class for CsvDataset {
//!     const NAME: &'static str = "CSVDataset";
//! }
//! impl Format<Table> for CsvDataset {
//!     fn pack(table: &Table, artifacts: &Artifacts<'_>) -> Result<Self> {
//!         let text: String = table.0.iter().map(|row| row.join(",") + "\n").collect();
//!         Ok(Self { path: Ref::put(artifacts, text.as_bytes())?, column_names: vec!["a".into(), "b".into()] })
//!     }
//!     fn unpack(&self, artifacts: &Artifacts<'_>) -> Result<Table> {
//!         Ok(rows(&text(artifacts, &self.path)?, ','))
//!     }
//! }
//!
//! /// … and with tabs later. What is stored in either way is read.
//! #[derive(Serialize, Deserialize)]
//! struct TsvDataset {
//!     path: Ref,
//!     has_header: bool,
//! }
//! impl Class for TsvDataset {
//!     const NAME: &'static str = "TSVDataset";
//! }
//! impl Format<Table> for TsvDataset {
//!     fn pack(table: &Table, artifacts: &Artifacts<'_>) -> Result<Self> {
//!         let text: String = table.0.iter().map(|row| row.join("\t") + "\n").collect();
//!         Ok(Self { path: Ref::put(artifacts, text.as_bytes())?, has_header: false })
//!     }
//!     fn unpack(&self, artifacts: &Artifacts<'_>) -> Result<Table> {
//!         Ok(rows(&text(artifacts, &self.path)?, '\t'))
//!     }
//! }
//!
//! # let folder = tempfile::tempdir().unwrap();
//! let cache = Cache::open(&Options::new(folder.path().join("cache")), &dl::event::Silent)?;
//! let artifacts = Artifacts::new(&cache);
//! let table = rows("1,2\n3,4\n", ',');
//! let old = CsvDataset::dump(&table, &artifacts)?.content.digest;
//! let new = TsvDataset::dump(&table, &artifacts)?.content.digest;
//!
//! let tables: Classes<'_, Table> = Classes::new(&artifacts).format::<CsvDataset>().format::<TsvDataset>();
//! assert_eq!(tables.load(&old)?, table);
//! assert_eq!(tables.load(&new)?, table);
//!
//! // A registry that does not know a class says so, and which it knows.
//! let only_new: Classes<'_, Table> = Classes::new(&artifacts).format::<TsvDataset>();
//! let error = only_new.load(&old).unwrap_err();
//! assert_eq!(error.code(), "unknown_class");
//! assert!(error.message().contains("TSVDataset"));
//! # Ok::<(), dl::error::Error>(())
//! ```

use crate::cache::content::spelled;
use crate::digest::{Algorithm, Digest};
use crate::error::{Error, Kind, Result};
use crate::manifest::artifacts::{Artifacts, Put, unknown_class};
use crate::manifest::{Manifest, reference};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

/// A type that is stored as a manifest of its class.
pub trait Class: Serialize + DeserializeOwned {
    /// The name of the class. It stands in every manifest: once something is stored, it stays.
    const NAME: &'static str;

    /// Stores it; the same value has the same hash.
    ///
    /// # Errors
    /// Usage: it is not written as an object, or breaks the schema of its class. Kind disk or cache.
    fn store(&self, artifacts: &Artifacts<'_>) -> Result<Put> {
        let value = serde_json::to_value(self).map_err(|e| unwritable(Self::NAME, &e.to_string()))?;
        let Value::Object(value) = value else { return Err(unwritable(Self::NAME, "it is no object")) };
        artifacts.put_manifest(&Manifest { class: Self::NAME.to_owned(), value }, &[])
    }
}

/// A class that stores a `T`: how it is packed and unpacked. Temporary things that a `T` needs go when it is dropped.
pub trait Format<T>: Class {
    /// Stores the parts of a `T`, and says how they are to be read.
    ///
    /// # Errors
    /// Those of storing.
    fn pack(value: &T, artifacts: &Artifacts<'_>) -> Result<Self>;

    /// Makes the `T` from what is stored.
    ///
    /// # Errors
    /// Those of reading.
    fn unpack(&self, artifacts: &Artifacts<'_>) -> Result<T>;

    /// Packs a `T` and stores the manifest.
    ///
    /// # Errors
    /// Those of packing and storing.
    fn dump(value: &T, artifacts: &Artifacts<'_>) -> Result<Put> {
        Self::pack(value, artifacts)?.store(artifacts)
    }
}

/// A reference in a class: written `{"$ref": "sha256:HEX"}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Ref(pub Digest);

impl Ref {
    /// Stores what a stream gives, and refers to it.
    ///
    /// # Errors
    /// Kind disk or cache.
    pub fn put(artifacts: &Artifacts<'_>, mut reader: impl std::io::Read) -> Result<Self> {
        Ok(Self(artifacts.put_reader(&mut reader)?.content.digest))
    }
}

impl Serialize for Ref {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        reference(&self.0).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Ref {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map: Map<String, Value> = Map::deserialize(deserializer)?;
        let text = map.get(crate::manifest::REFERENCE).and_then(Value::as_str).unwrap_or_default();
        let digest = text.strip_prefix("sha256:").and_then(|hex| Digest::from_hex(Algorithm::Sha256, hex));
        digest.map(Self).ok_or_else(|| D::Error::custom("expected a reference `{\"$ref\": \"sha256:HEX\"}`"))
    }
}

type Load<T> = dyn Fn(Value, &Artifacts<'_>) -> Result<T>;

/// The classes that a hash may be of, each leading to a `T`.
pub struct Classes<'a, T> {
    artifacts: &'a Artifacts<'a>,
    known: Vec<(&'static str, Box<Load<T>>)>,
}

impl<'a, T> Classes<'a, T> {
    /// None yet.
    #[must_use]
    pub fn new(artifacts: &'a Artifacts<'a>) -> Self {
        Self { artifacts, known: Vec::new() }
    }

    /// A class whose value is (or becomes) a `T`.
    ///
    /// # Panics
    /// If a class of that name is known: which is meant could not be told.
    #[must_use]
    pub fn class<C: Class + Into<T>>(self) -> Self {
        self.with::<C>(Box::new(|value, _| read::<C>(value).map(Into::into)))
    }

    /// A class that stores a `T`, which is unpacked.
    ///
    /// # Panics
    /// As [`Self::class`].
    #[must_use]
    pub fn format<F: Format<T>>(self) -> Self {
        self.with::<F>(Box::new(|value, artifacts| read::<F>(value)?.unpack(artifacts)))
    }

    fn with<C: Class>(mut self, load: Box<Load<T>>) -> Self {
        assert!(self.names().all(|name| name != C::NAME), "two classes are called `{}`", C::NAME);
        self.known.push((C::NAME, load));
        self
    }

    /// The names of the classes.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.known.iter().map(|(name, _)| *name)
    }

    /// Loads a hash as the class that its manifest says.
    ///
    /// # Errors
    /// `not_found`, `not_a_manifest`, `unknown_class` (all not found). Integrity: `damaged`, `unsound_manifest`, or `bad_value`, if the
    /// value is none of its class. Those of unpacking.
    pub fn load(&self, digest: &Digest) -> Result<T> {
        let (manifest, _) = self.artifacts.manifest(digest)?;
        let Some((_, load)) = self.known.iter().find(|(name, _)| *name == manifest.class) else {
            return Err(unknown_class(&manifest.class, self.names()));
        };
        load(manifest.value.into(), self.artifacts).map_err(|e| {
            if e.code() == "bad_value" { e.context(format!("cannot load `{}`", spelled(digest))) } else { e }
        })
    }
}

impl<T> std::fmt::Debug for Classes<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

fn read<C: Class>(value: Value) -> Result<C> {
    serde_json::from_value(value).map_err(|e| {
        Error::new(Kind::Integrity, "bad_value", format!("the value is none of the class `{}`", C::NAME))
            .cause(e.to_string())
    })
}

fn unwritable(class: &str, why: &str) -> Error {
    Error::usage(format!("a value of the class `{class}` cannot be written as a manifest")).cause(why)
}
