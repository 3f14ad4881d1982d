//! Where settings come from, and the one function that folds them: flag, environment, host section, config file.
//!
//! There is one parser for everything: a setting is an option that was typed elsewhere. What stands in a variable or
//! a file becomes `--key=value` for the same parser, for options that were not given nearer by; each is checked alone
//! first, so that an error names its source.

mod layers;
#[cfg(test)]
mod tests;

pub(crate) use layers::SHARED_SECRET;
pub(crate) use layers::{Host, Layers};

use super::args::Fetch;
use super::context::{Context, RENEWAL, option_variable};
use super::{hints, parse};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, CommandFactory as _};
use dl::config::{Entry, Given};
use dl::error::{Error, Result};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::rc::Rc;

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
    pub(crate) matches: Rc<ArgMatches>,
}

impl Typed {
    /// Parses what was typed.
    ///
    /// # Errors
    /// Usage.
    pub(crate) fn new(mut command: Command, arguments: Vec<OsString>) -> Result<Self> {
        let matches = Rc::new(parse::parse(&mut command, &arguments)?);
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
    pub(crate) matches: Rc<ArgMatches>,
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
        return Ok(Folded { matches: Rc::clone(&typed.matches), origins: Vec::new() });
    }
    let (fragments, origins) = below(typed, layers)?;
    // The same command once more: a copy of all its options would cost as much as parsing them.
    let matches = Rc::new(parse::parse(&mut typed.command.borrow_mut(), &fragments)?);
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
