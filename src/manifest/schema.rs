//! JSON Schemas of classes: a value that is put must fit the one of its class. A schema never makes a request.

use crate::error::{Error, Result};
use crate::manifest::Manifest;
use std::path::{Path, PathBuf};

/// How many offending fields an error names.
#[cfg(feature = "schemas")]
const SHOWN: usize = 10;

/// The schemas of classes, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schemas {
    files: Vec<(String, PathBuf)>,
}

impl Schemas {
    /// Classes, each with the file that holds its schema.
    #[must_use]
    pub fn new(files: Vec<(String, PathBuf)>) -> Self {
        Self { files }
    }

    /// The names of the classes.
    pub fn classes(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|(class, _)| class.as_str())
    }

    /// Whether a manifest fits the schema of its class; a class without one fits.
    ///
    /// # Errors
    /// `schema` (usage), naming the offending fields. Usage: a schema that cannot be read or is none.
    pub fn check(&self, manifest: &Manifest) -> Result<()> {
        let of_class = |(class, _): &&(String, PathBuf)| *class == manifest.class;
        match self.files.iter().find(of_class) {
            Some((_, file)) => Schema::read(file)?.check(manifest),
            None => Ok(()),
        }
    }

    /// Whether every schema can be read.
    ///
    /// # Errors
    /// Usage, naming the file.
    pub fn check_files(&self) -> Result<()> {
        self.files.iter().try_for_each(|(_, file)| Schema::read(file).map(|_| ()))
    }
}

fn wrong(file: &Path, why: impl Into<String>) -> Error {
    Error::usage(format!("`{}` is no JSON Schema that can be used", file.display())).cause(why)
}

#[cfg(feature = "schemas")]
struct Schema(jsonschema::Validator);

#[cfg(feature = "schemas")]
impl Schema {
    fn read(file: &Path) -> Result<Self> {
        let bytes = std::fs::read(file).map_err(|e| wrong(file, Error::disk("", &e).causes().join("")))?;
        let schema = crate::json::read_strict(&bytes).map_err(|e| wrong(file, e.to_string()))?;
        jsonschema::validator_for(&schema).map(Self).map_err(|e| wrong(file, e.to_string()))
    }

    fn check(&self, manifest: &Manifest) -> Result<()> {
        let value = manifest.value.clone().into();
        let mut errors = self.0.iter_errors(&value).peekable();
        if errors.peek().is_none() {
            return Ok(());
        }
        let message = format!("the value breaks the schema of the class `{}`", manifest.class);
        let told = Error::new(crate::error::Kind::Usage, "schema", message);
        Err(errors.take(SHOWN).fold(told, |told, e| {
            let place = e.instance_path().to_string();
            told.cause(format!("at `{}`: {e}", if place.is_empty() { "/" } else { &place }))
        }))
    }
}

#[cfg(not(feature = "schemas"))]
struct Schema;

#[cfg(not(feature = "schemas"))]
impl Schema {
    fn read(file: &Path) -> Result<Self> {
        Err(wrong(file, "this dl was built without the feature `schemas`"))
    }

    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "as with the feature; nothing is ever read here")]
    fn check(&self, _: &Manifest) -> Result<()> {
        Ok(())
    }
}
