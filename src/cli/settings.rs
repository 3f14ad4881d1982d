//! Where settings come from, and the one function that folds them: flag, environment, host section, config file.
//!
//! There is one parser for everything: a setting is an option that was typed elsewhere. What stands in a variable or
//! a file becomes `--key=value` for the same parser, for options that were not given nearer by; each is checked alone
//! first, so that an error names its source.

#[cfg(test)]
mod tests;

use super::args::Fetch;
use super::context::{Context, RENEWAL, option_variable, plain};
use super::{hints, parse};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, CommandFactory as _};
use dl::cache::clean::Limits;
use dl::clock::{parse_duration, parse_size};
use dl::config::{self, Entry, Given};
use dl::error::{Error, Result};
use dl::secret::{Secret, Secrets};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use url::Url;

/// Options about one file: they are typed, or stand in a list or descriptor, but are no settings.
pub(crate) const ONE_FILE: &[&str] =
    &["output", "checksum", "sha256", "size", "mirror", "key-uri", "filename", "descriptor", "dump-header"];
/// Options that are flags only: no variable or file may change what a script reads.
const FLAGS_ONLY: &[&str] = &["json", "explain", "help", "location", "fail", "show-error"];
/// Options that choose the config file: variables, but no keys of it.
const NOT_IN_FILE: &[&str] = &["config", "no-config"];
/// Keys of a host section.
pub(crate) const HOST_KEYS: &[&str] = &[
    "header",
    "header-env",
    "auth-id",
    "netrc",
    "cacert",
    "cert",
    "key",
    "proxy",
    "max-age",
    "freshness",
    "connections",
    "mirror",
];
/// Options that answer the same question: one given nearer by outdoes all of its family farther off.
const FAMILIES: &[&[&str]] = &[
    &["max-age", "freshness", "refresh", "force"],
    &["output", "dir", "remote-name", "remote-header-name", "extract"],
    &["max-redirs", "no-follow"],
    &["user", "netrc", "netrc-file"],
    &["ipv4", "ipv6"],
    &["shared", "no-shared"],
    &["data", "data-urlencode", "data-json", "form", "form-string"],
];
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
const SHARED_SECRET: &str = "DL_SHARED_SECRET";
/// Keys of `[shared]` that are no options: nobody types a secret.
const SHARED_KEYS: [&str; 2] = ["secret", "private"];

/// Where a setting came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A variable.
    Variable(String),
    /// A file and a line (0: not known).
    File(PathBuf, usize),
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Variable(name) => f.write_str(name),
            Self::File(path, 0) => write!(f, "{}", path.display()),
            Self::File(path, line) => write!(f, "{}:{line}", path.display()),
        }
    }
}

/// An option that was typed elsewhere.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    /// The option's long name.
    pub(crate) option: String,
    /// Its values, one for each time it is given.
    pub(crate) values: Vec<OsString>,
    /// Where it stands.
    pub(crate) origin: Origin,
}

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
    secret_names: (Vec<String>, Vec<String>),
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

/// The options that may stand in variables or in the config file.
pub(crate) fn settable() -> Vec<Arg> {
    Fetch::command().get_arguments().filter(|a| a.get_long().is_some_and(is_settable)).cloned().collect()
}

fn is_settable(long: &str) -> bool {
    !ONE_FILE.contains(&long) && !FLAGS_ONLY.contains(&long)
}

/// The keys that may stand in the config file, but for those of tables.
pub(crate) fn file_keys() -> Vec<Arg> {
    settable().into_iter().filter(|a| a.get_long().is_some_and(|l| !NOT_IN_FILE.contains(&l))).collect()
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
                Some(text) => super::args::values::truth(text)
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
                self.agreed.private = super::args::values::truth(&text).map_err(|why| {
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

/// An error with a suggestion, where a key is none of those known.
pub(crate) fn known<'a>(key: &str, names: impl IntoIterator<Item = &'a str>, path: &Path, line: usize) -> Result<()> {
    let names: Vec<&str> = names.into_iter().collect();
    if names.contains(&key) {
        return Ok(());
    }
    let place = Origin::File(path.to_owned(), line);
    let error = Error::usage(format!("{place}: unknown key `{key}`"));
    Err(if FLAGS_ONLY.contains(&key) || ONE_FILE.contains(&key) || NOT_IN_FILE.contains(&key) {
        error.hint(format!("--{key} is an option of the command line only"))
    } else if let Some(near) = hints::nearest(key, names) {
        error.hint(format!("did you mean `{near}`?"))
    } else {
        error.hint("`dl config show` lists the keys")
    })
}

fn list_of(given: &Given) -> Vec<String> {
    match given {
        Given::One(text) => vec![text.clone()],
        Given::Many(all) => all.clone(),
        Given::Pairs(pairs) => pairs.iter().map(|(k, v)| format!("{k}={v}")).collect(),
    }
}

/// An entry as the option of that name takes it.
///
/// # Errors
/// Usage: several values for an option that takes one.
pub(crate) fn setting(entry: &Entry, keys: &[Arg], path: &Path) -> Result<Setting> {
    let origin = Origin::File(path.to_owned(), entry.line);
    let arg = keys.iter().find(|a| a.get_long() == Some(&entry.key));
    let is_list = arg.is_some_and(parse::is_list);
    let (option, values) = match (&entry.value, entry.key.as_str()) {
        (Given::Pairs(pairs), "header") => {
            (entry.key.clone(), pairs.iter().map(|(k, v)| format!("{k}: {v}")).collect())
        }
        // Tables of typed values become JSON, which has their types.
        (Given::Pairs(pairs), "key-param" | "key-params") => ("key-params".to_owned(), vec![object(pairs)]),
        (Given::Pairs(pairs), "attr" | "attrs-json") => ("attrs-json".to_owned(), vec![object(pairs)]),
        (Given::Pairs(pairs), "data-json") => (entry.key.clone(), vec![object(pairs)]),
        (Given::Many(all), "noproxy" | "allow-status") => (entry.key.clone(), vec![all.join(",")]),
        (Given::Many(_) | Given::Pairs(_), _) if !is_list => {
            return Err(Error::usage(format!("{origin}: `{}` takes one value", entry.key)));
        }
        (value, _) => (entry.key.clone(), list_of(value)),
    };
    Ok(Setting { option, values: values.into_iter().map(OsString::from).collect(), origin })
}

/// Texts that are JSON stand as that, others as strings.
fn object(pairs: &[(String, String)]) -> String {
    let value = |text: &str| match serde_json::from_str(text) {
        Ok(value) => value,
        Err(_) => serde_json::Value::String(text.to_owned()),
    };
    serde_json::Value::Object(pairs.iter().map(|(k, v)| (k.clone(), value(v))).collect()).to_string()
}

/// `header-env = { Authorization = "VARIABLE" }`, or a list of `Name: VARIABLE`.
fn header_env(entry: &Entry, path: &Path) -> Result<Setting> {
    let origin = Origin::File(path.to_owned(), entry.line);
    let wrong =
        || Error::usage(format!("{origin}: `header-env` is a table such as `{{ Authorization = \"API_TOKEN\" }}`"));
    let pairs: Vec<(String, String)> = match &entry.value {
        Given::Pairs(pairs) => pairs.clone(),
        other => list_of(other)
            .iter()
            .map(|text| text.split_once([':', '=']).map(|(k, v)| (k.trim().to_owned(), v.trim().to_owned())))
            .collect::<Option<_>>()
            .ok_or_else(wrong)?,
    };
    let values = pairs.iter().map(|(name, variable)| format!("{name}: @env:{variable}").into()).collect();
    Ok(Setting { option: "header".to_owned(), values, origin })
}

/// The variables that stand for options of this command.
pub(crate) fn environment(context: &Context, command: &Command) -> Vec<Setting> {
    let options: Vec<&Arg> = command.get_arguments().filter(|a| a.get_long().is_some_and(is_settable)).collect();
    context
        .option_variables()
        .filter_map(|(name, value)| {
            let option = options.iter().find(|a| a.get_long().is_some_and(|long| option_variable(long) == name))?;
            let values = if parse::is_list(option) {
                let lines = value.as_bytes().split(|b| *b == b'\n').filter(|l| !l.is_empty());
                lines.map(|l| OsStr::from_bytes(l).to_owned()).collect()
            } else {
                vec![value.to_owned()]
            };
            let option = option.get_long()?.to_owned();
            Some(Setting { option, values, origin: Origin::Variable(name.to_owned()) })
        })
        .collect()
}

/// Variables that begin like options and are none, with what may have been meant.
pub(crate) fn unknown_variables(context: &Context) -> Vec<(String, Option<String>)> {
    let of_fetch = settable();
    let options = of_fetch.iter().filter_map(Arg::get_long).chain(["store"]);
    let names: Vec<String> = options.map(option_variable).chain([SHARED_SECRET.to_owned()]).collect();
    let foreign = |name: &str| name == RENEWAL || name.starts_with("DL_TEST_") || name.starts_with("DL_RUN_");
    context
        .option_variables()
        .filter(|(name, _)| !names.iter().any(|n| n == name) && !foreign(name))
        .map(|(name, _)| (name.to_owned(), hints::nearest(name, names.iter().map(String::as_str)).map(str::to_owned)))
        .collect()
}

/// A command line as it was typed, and how it was understood.
#[derive(Debug, Clone)]
pub(crate) struct Typed {
    /// The command.
    pub(crate) command: RefCell<Command>,
    /// Its arguments.
    pub(crate) arguments: Vec<OsString>,
    /// What the parser made of them.
    pub(crate) matches: ArgMatches,
}

impl Typed {
    /// Parses what was typed.
    ///
    /// # Errors
    /// Usage.
    pub(crate) fn new(mut command: Command, arguments: Vec<OsString>) -> Result<Self> {
        let matches = parse::parse(&mut command, &arguments)?;
        Ok(Self { command: RefCell::new(command), arguments, matches })
    }

    /// Whether an option (by its identifier) was typed.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.matches.try_contains_id(id).unwrap_or(false)
            && self.matches.value_source(id) == Some(ValueSource::CommandLine)
    }
}

/// What a fold came to.
#[derive(Debug, Clone)]
pub(crate) struct Folded {
    /// The options as if all of them had been typed.
    pub(crate) matches: ArgMatches,
    /// Which options came from where; those typed, and defaults, are not among them.
    pub(crate) origins: Vec<(String, Origin)>,
}

/// Folds the layers under what was typed: each option is taken from the nearest layer that has it or one of its
/// family; header fields are folded by name.
///
/// # Errors
/// Usage, naming the variable, or the file and line.
pub(crate) fn fold(typed: &Typed, layers: &[&[Setting]]) -> Result<Folded> {
    if layers.iter().all(|layer| layer.is_empty()) {
        return Ok(Folded { matches: typed.matches.clone(), origins: Vec::new() });
    }
    let (fragments, origins) = below(typed, layers)?;
    // The same command once more: a copy of all its options would cost as much as parsing them.
    let matches = parse::parse(&mut typed.command.borrow_mut(), &fragments)?;
    Ok(Folded { matches, origins })
}

/// Options by their long names, and where each came from.
type Origins = Vec<(String, Origin)>;

/// The settings that hold, as arguments in front of those that were typed, and where each came from.
fn below(typed: &Typed, layers: &[&[Setting]]) -> Result<(Vec<OsString>, Origins)> {
    let command = typed.command.borrow();
    let options: Vec<&Arg> = command.get_arguments().filter(|a| a.get_long().is_some()).collect();
    let mut given: BTreeSet<&str> =
        options.iter().filter(|a| typed.has(a.get_id().as_str())).filter_map(|a| a.get_long()).collect();
    let mut fields: BTreeSet<String> = typed
        .matches
        .try_get_many::<String>("header")
        .ok()
        .flatten()
        .map(|all| all.map(|h| field_name(h)).collect())
        .unwrap_or_default();
    let mut fragments: Vec<OsString> = Vec::new();
    let mut origins = Vec::new();
    for layer in layers {
        let mut nearer: BTreeSet<&str> = BTreeSet::new();
        let mut own_fields = Vec::new();
        for setting in *layer {
            let Some(option) = options.iter().find(|a| a.get_long() == Some(&setting.option)) else { continue };
            let Some(long) = option.get_long() else { continue };
            let family = FAMILIES.iter().find(|f| f.contains(&long)).copied().unwrap_or(&[]);
            let is_header = long == "header";
            let is_told = given.contains(long) || family.iter().any(|f| given.contains(f));
            // The rules of HTTP stay in force under a nearer `--refresh`, `--force` or `--max-age`.
            let stays = long == "freshness" && !given.contains(long) && setting.values.iter().any(|v| v == "http");
            if !is_header && is_told && !stays {
                continue;
            }
            for value in &setting.values {
                let name = field_name(&value.to_string_lossy());
                if is_header && fields.contains(&name) {
                    continue;
                }
                let fragment = fragment(long, value);
                parse::check_alone(option, &fragment)
                    .map_err(|why| Error::usage(format!("{}: {why}", setting.origin)))?;
                fragments.push(fragment);
                own_fields.push(name);
            }
            nearer.insert(long);
            origins.push((long.to_owned(), setting.origin.clone()));
        }
        given.extend(nearer);
        fields.extend(own_fields);
    }
    fragments.extend(typed.arguments.iter().cloned());
    Ok((fragments, origins))
}

fn fragment(long: &str, value: &OsStr) -> OsString {
    let mut bytes = format!("--{long}=").into_bytes();
    bytes.extend_from_slice(value.as_bytes());
    OsString::from_vec(bytes)
}

fn field_name(header: &str) -> String {
    header.split([':', ';']).next().unwrap_or_default().trim().to_ascii_lowercase()
}
