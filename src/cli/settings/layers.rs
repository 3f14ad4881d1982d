//! Everything below the command line: the environment, and the config file with its tables.

use super::{HOST_KEYS, Origin, Setting, environment, file_keys, header_env, known, list_of, setting};
use crate::cli::context::{Context, plain};
use crate::cli::settings::Typed;
use clap::Arg;
use dl::cache::clean::Limits;
use dl::clock::{parse_duration, parse_size};
use dl::config::{self, Entry, Given};
use dl::error::{Error, Result};
use dl::secret::{Secret, Secrets};
use std::path::{Path, PathBuf};
use url::Url;

/// Keys of `[cache]` that are no options: what a cache may hold is said once, for all commands.
const LIMIT_KEYS: [&str; 2] = ["max-size", "max-age"];
/// The tables of the config file.
const TABLES: [&str; 6] = ["host", "cache", "kv", "manifest", "secrets", "shared"];
/// Keys of tables, and the option that each is.
const TABLE_KEYS: &[(&str, &str, &str)] = &[
    ("cache", "multi-user", "cache-shared"),
    ("kv", "store", "store"),
    ("shared", "url", "shared"),
    ("shared", "mode", "shared-mode"),
];
/// The variable that holds the secret of `[shared]`.
pub(crate) const SHARED_SECRET: &str = "DL_SHARED_SECRET";
/// Keys of `[shared]` that are no options: nobody types a secret.
const SHARED_KEYS: [&str; 2] = ["secret", "private"];

/// A host section.
#[derive(Debug, Clone)]
pub(crate) struct Host {
    /// What it is for.
    pub(crate) pattern: String,
    /// Its settings.
    pub(crate) settings: Vec<Setting>,
    /// Where the same paths are served too.
    pub(crate) mirrors: Vec<String>,
}

/// Everything below the command line.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layers {
    /// The environment.
    pub(crate) environment: Vec<Setting>,
    /// Host sections.
    pub(crate) hosts: Vec<Host>,
    /// The config file.
    pub(crate) file: Vec<Setting>,
    /// Which file that is; `None`: none was read.
    pub(crate) path: Option<PathBuf>,
    /// What the cache may hold (`[cache] max-size, max-age`).
    pub(crate) limits: Limits,
    /// The classes that have a JSON Schema, and the file of each (`[manifest.schemas]`).
    pub(crate) schemas: Vec<(String, PathBuf)>,
    /// Names that the config file calls secret: headers, query parameters.
    pub(super) secret_names: (Vec<String>, Vec<String>),
    /// What machines that share a store agree on (`[shared] secret, private`).
    pub(crate) agreed: Agreed,
}

/// What machines that share a store agree on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Agreed {
    /// Signs what is shared.
    pub(crate) secret: Option<Secret>,
    /// What was fetched with a credential is shared too.
    pub(crate) private: bool,
}

impl Layers {
    /// Reads them. `typed` is what the command line says about the config file.
    ///
    /// # Errors
    /// Usage: a config file that was named and cannot be read, or is wrong.
    pub(crate) fn load(context: &Context, typed: &Typed) -> Result<Self> {
        let config = typed.matches.try_get_one::<PathBuf>("config").ok().flatten().map(PathBuf::as_path);
        let no_config = if typed.has("no_config") {
            typed.matches.try_get_one::<bool>("no_config").ok().flatten().copied()
        } else {
            None
        };
        let mut layers = Self { environment: environment(context, &typed.command.borrow()), ..Self::default() };
        layers.agreed.secret = context.text(SHARED_SECRET)?.map(Secret::new);
        let no_config = match no_config {
            Some(said) => said,
            None => match context.text("DL_NO_CONFIG")? {
                Some(text) => crate::cli::args::values::truth(text)
                    .map_err(|why| Error::usage(format!("DL_NO_CONFIG: bad value `{text}`")).cause(why))?,
                None => false,
            },
        };
        let named = config.map(Path::to_owned).or_else(|| context.variable("DL_CONFIG").map(PathBuf::from));
        if no_config && config.is_none() {
            return Ok(layers);
        }
        let Some(path) = named.clone().or_else(|| context.config_file()) else { return Ok(layers) };
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e)
                if named.is_none()
                    && matches!(e.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) =>
            {
                return Ok(layers);
            }
            Err(e) => {
                return Err(Error::usage(format!("cannot read the config file `{}`", path.display())).cause(plain(&e)));
            }
        };
        layers.read(&text, &path)?;
        Ok(layers)
    }

    /// Takes in the text of a config file.
    ///
    /// # Errors
    /// Usage: no TOML, unknown keys, values of a wrong shape.
    pub(crate) fn read(&mut self, text: &str, path: &Path) -> Result<()> {
        let file = config::parse(text).map_err(|e| e.context(format!("bad config file `{}`", path.display())))?;
        self.path = Some(path.to_owned());
        let keys = file_keys();
        for entry in &file.entries {
            if TABLES.contains(&entry.key.as_str()) {
                let place = Origin::File(path.to_owned(), entry.line);
                return Err(Error::usage(format!("{place}: `{0}` is a table: `[{0}]`", entry.key)));
            }
            let names = keys.iter().filter_map(Arg::get_long).chain(TABLES);
            known(&entry.key, names, path, entry.line)?;
            self.file.push(setting(entry, &keys, path)?);
        }
        for (table, entries) in &file.tables {
            for entry in entries {
                self.read_table(table, entry, &keys, path)?;
            }
        }
        for section in &file.hosts {
            let mut host = Host { pattern: section.pattern.clone(), settings: Vec::new(), mirrors: Vec::new() };
            for entry in &section.entries {
                known(&entry.key, HOST_KEYS.iter().copied(), path, entry.line)?;
                match entry.key.as_str() {
                    "mirror" => host.mirrors = list_of(&entry.value),
                    "header-env" => host.settings.push(header_env(entry, path)?),
                    _ => host.settings.push(setting(entry, &keys, path)?),
                }
            }
            self.hosts.push(host);
        }
        Ok(())
    }

    fn read_table(&mut self, table: &str, entry: &Entry, keys: &[Arg], path: &Path) -> Result<()> {
        if table == "secrets" {
            known(&entry.key, ["headers", "query"], path, entry.line)?;
            let place = if entry.key == "headers" { &mut self.secret_names.0 } else { &mut self.secret_names.1 };
            *place = list_of(&entry.value);
            return Ok(());
        }
        if table == "manifest" {
            known(&entry.key, ["schemas"], path, entry.line)?;
            let Given::Pairs(pairs) = &entry.value else {
                let place = Origin::File(path.to_owned(), entry.line);
                return Err(Error::usage(format!("{place}: `[manifest.schemas]` is a table of classes and files")));
            };
            // A file is meant from where the config file is.
            let folder = path.parent().unwrap_or(Path::new("."));
            self.schemas = pairs.iter().map(|(class, file)| (class.clone(), folder.join(file))).collect();
            return Ok(());
        }
        let names = TABLE_KEYS.iter().filter(|(t, _, _)| *t == table).map(|(_, key, _)| *key);
        let limits = if table == "cache" { &LIMIT_KEYS[..] } else { &[] };
        let agreed = if table == "shared" { &SHARED_KEYS[..] } else { &[] };
        known(&entry.key, names.chain(limits.iter().chain(agreed).copied()), path, entry.line)?;
        if agreed.contains(&entry.key.as_str()) {
            let text = list_of(&entry.value).pop().unwrap_or_default();
            if entry.key == "secret" {
                // The variable is nearer.
                let said = Some(Secret::new(text)).filter(|secret| !secret.expose().is_empty());
                self.agreed.secret = self.agreed.secret.take().or(said);
            } else {
                self.agreed.private = crate::cli::args::values::truth(&text).map_err(|why| {
                    Error::usage(format!("bad value for `private` in {}:{}", path.display(), entry.line)).cause(why)
                })?;
            }
            return Ok(());
        }
        if limits.contains(&entry.key.as_str()) {
            let text = list_of(&entry.value).pop().unwrap_or_default();
            let wrong =
                |e: Error| e.context(format!("bad value for `{}` in {}:{}", entry.key, path.display(), entry.line));
            if entry.key == "max-size" {
                self.limits.max_size = Some(parse_size(&text).map_err(wrong)?);
            } else {
                self.limits.max_age = Some(parse_duration(&text).map_err(wrong)?);
            }
            return Ok(());
        }
        for (_, _, option) in TABLE_KEYS.iter().filter(|(t, key, _)| *t == table && *key == entry.key) {
            let entry = Entry { key: (*option).to_owned(), ..entry.clone() };
            self.file.push(setting(&entry, keys, path)?);
        }
        Ok(())
    }

    /// The names that the config file calls secret: headers, query parameters.
    pub(crate) fn secret_names(&self) -> (&[String], &[String]) {
        (&self.secret_names.0, &self.secret_names.1)
    }

    /// What is secret here.
    pub(crate) fn secrets(&self) -> Secrets {
        Secrets::with(&self.secret_names.0, &self.secret_names.1)
    }

    /// The host section for a URL: the longest match, and no other.
    pub(crate) fn host_for(&self, url: &Url) -> Option<&Host> {
        let fitting = self.hosts.iter().filter_map(|host| Some((config::fits(&host.pattern, url)?, host)));
        fitting.max_by_key(|(length, _)| *length).map(|(_, host)| host)
    }
}
