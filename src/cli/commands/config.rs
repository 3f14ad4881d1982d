//! `dl config`: the settings that hold, where they came from, and whether the file is right.

use crate::cli::args::Fetch;
use crate::cli::settings::{self, Layers, SHARED_SECRET, Setting, Typed, fold};
use crate::cli::{Session, parse};
use clap::{Arg, CommandFactory as _};
use dl::error::{Error, Result};
use dl::secret::Secrets;
use serde_json::{Value, json};
use std::ffi::OsString;
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt as _;

/// The defaults of options that have one; what is not here is not set. A test compares them with the program's.
pub(crate) const DEFAULTS: &[(&str, &str)] = &[
    ("backend", "auto"),
    ("check-method", "auto"),
    ("color", "auto"),
    ("connect-timeout", "30s"),
    ("connections", "auto"),
    ("freshness", "any"),
    ("http-version", "auto"),
    ("if-exists", "replace"),
    ("jobs", "8"),
    ("lock-timeout", "30s"),
    ("max-redirs", "10"),
    ("progress", "auto"),
    ("resume", "auto"),
    ("retry", "5"),
    ("retry-delay", "500ms"),
    ("retry-max-wait", "2m"),
    ("stall-timeout", "60s"),
    ("tls-min", "1.2"),
];

/// The default of an option; a flag's is `false`.
fn default_of(option: &Arg) -> Option<&'static str> {
    let long = option.get_long()?;
    let known = DEFAULTS.iter().find(|(name, _)| *name == long).map(|(_, value)| *value);
    known.or_else(|| parse::is_flag(option).then_some(if long == "verbose" { "0" } else { "false" }))
}

/// One line of `dl config show`.
struct Row {
    name: String,
    value: Value,
    /// Where it came from: a flag, a variable, `FILE:LINE`, or `default`.
    source: String,
}

/// Prints every setting with its source, then the host sections.
///
/// # Errors
/// Usage: a setting or the config file is wrong.
pub(crate) fn show(session: &Session<'_>) -> Result<u8> {
    let (global, layers) = session.settle()?;
    let fetch = of_fetch(session, &layers)?;
    check_hosts(&layers)?;
    let rows = rows(&fetch, session, &layers);
    if global.json {
        let settings: serde_json::Map<String, Value> =
            rows.into_iter().map(|row| (row.name, json!({ "value": row.value, "source": row.source }))).collect();
        let hosts: serde_json::Map<String, Value> = layers
            .hosts
            .iter()
            .map(|host| {
                let mut all: serde_json::Map<String, Value> =
                    host.settings.iter().map(|s| (s.option.clone(), shown(&s.option, &s.values, true))).collect();
                if !host.mirrors.is_empty() {
                    all.insert("mirror".to_owned(), host.mirrors.clone().into());
                }
                (host.pattern.clone(), all.into())
            })
            .collect();
        let file = layers.path.as_deref().map(dl::manager::report::path_to_json);
        session.output.json(&json!({ "schema": 1, "file": file, "settings": settings, "hosts": hosts }))?;
        return Ok(0);
    }
    let mut text = String::new();
    for row in rows {
        let value = if row.value.is_null() { "(not set)".to_owned() } else { row.value.to_string() };
        let _ = writeln!(text, "{} = {value}  # {}", row.name, row.source);
    }
    for host in &layers.hosts {
        let _ = writeln!(text, "\n[host.{}]", Value::from(host.pattern.clone()));
        for setting in &host.settings {
            let value = shown(&setting.option, &setting.values, true);
            let _ = writeln!(text, "{} = {value}  # {}", setting.option, setting.origin);
        }
        if !host.mirrors.is_empty() {
            let _ = writeln!(text, "mirror = {}", Value::from(host.mirrors.clone()));
        }
    }
    session.output.bytes(text.as_bytes()).map(|()| 0)
}

/// The folded settings as `fetch` would see them, which has every option.
fn of_fetch(session: &Session<'_>, layers: &Layers) -> Result<settings::Folded> {
    let typed = Typed::new(parse::prepare(Fetch::command()), session.typed.arguments.clone())?;
    let environment = settings::environment(session.context, &typed.command.borrow());
    let all: [&[Setting]; 2] = [&environment, &layers.file];
    fold(&typed, &all)
}

fn rows(folded: &settings::Folded, session: &Session<'_>, layers: &Layers) -> Vec<Row> {
    let mut rows = Vec::new();
    for option in settings::file_keys() {
        let Some(long) = option.get_long() else { continue };
        let id = option.get_id().as_str();
        let values: Vec<OsString> = folded
            .matches
            .try_get_raw(id)
            .ok()
            .flatten()
            .filter(|_| folded.matches.value_source(id) == Some(clap::parser::ValueSource::CommandLine))
            .map(|raw| raw.map(std::ffi::OsStr::to_owned).collect())
            .unwrap_or_default();
        let origin = folded.origins.iter().rev().find(|(name, _)| name == long).map(|(_, origin)| origin.to_string());
        let row = if values.is_empty() {
            let value = default_value(&option, session);
            Row { name: long.to_owned(), value, source: "default".to_owned() }
        } else {
            let typed = session.typed.has(id).then(|| format!("--{long}"));
            Row {
                name: long.to_owned(),
                value: shown(long, &values, parse::is_list(&option)),
                source: typed.or(origin).unwrap_or_else(|| "default".to_owned()),
            }
        };
        rows.push(row);
    }
    let (headers, query) = layers.secret_names();
    let source = layers.path.as_ref().map_or("default".to_owned(), |p| p.display().to_string());
    for (name, names) in [("secrets.headers", headers), ("secrets.query", query)] {
        let source = if names.is_empty() { "default".to_owned() } else { source.clone() };
        rows.push(Row { name: name.to_owned(), value: names.to_vec().into(), source });
    }
    let secret = layers.agreed.secret.as_ref().map_or(Value::Null, |secret| secret.to_string().into());
    let limits = layers.limits;
    let of_file = [
        ("shared.private", layers.agreed.private.into()),
        ("cache.max-size", limits.max_size.map_or(Value::Null, Value::from)),
        ("cache.max-age", limits.max_age.map_or(Value::Null, |age| format!("{}s", age.as_secs()).into())),
    ];
    for (name, value) in of_file {
        let source = if value.is_null() || value == false { "default".to_owned() } else { source.clone() };
        rows.push(Row { name: name.to_owned(), value, source });
    }
    let variable = session.context.variable(SHARED_SECRET).map(|_| SHARED_SECRET.to_owned());
    let secret_source =
        variable.unwrap_or_else(|| if secret.is_null() { "default".to_owned() } else { source.clone() });
    rows.push(Row { name: "shared.secret".to_owned(), value: secret, source: secret_source });
    rows.push(store_row(session, layers));
    for (class, file) in &layers.schemas {
        let value = dl::manager::report::path_to_json(file);
        rows.push(Row { name: format!("manifest.schemas.{class}"), value, source: source.clone() });
    }
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    rows
}

/// `[kv] store`, without its credentials.
fn store_row(session: &Session<'_>, layers: &Layers) -> Row {
    let variable = session.context.variable("DL_KV_STORE").map(|url| (url.to_owned(), "DL_KV_STORE".to_owned()));
    let file = || {
        let setting = layers.file.iter().rev().find(|setting| setting.option == "store")?;
        Some((setting.values.last()?.clone(), setting.origin.to_string()))
    };
    let (value, source) = match variable.or_else(file) {
        Some((url, source)) => {
            let shown = dl::kv::address::Address::parse(&url.to_string_lossy());
            (shown.map_or("<no URL of a store>".into(), |address| address.shown().into()), source)
        }
        None => (Value::Null, "default".to_owned()),
    };
    Row { name: "kv.store".to_owned(), value, source }
}

fn default_value(option: &Arg, session: &Session<'_>) -> Value {
    let text = |path: Option<std::path::PathBuf>| path.map_or(Value::Null, |p| p.to_string_lossy().into_owned().into());
    match option.get_long() {
        Some("cache-dir") => text(session.context.cache_folder()),
        _ => default_of(option).map_or(Value::Null, scalar),
    }
}

/// A value as TOML and JSON write it: numbers and booleans bare, anything else quoted.
fn scalar(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(value @ (Value::Number(_) | Value::Bool(_))) => value,
        _ => text.into(),
    }
}

/// Values without their secrets.
fn shown(option: &str, values: &[OsString], is_list: bool) -> Value {
    let secrets = Secrets::default();
    let one = |value: &OsString| -> Value {
        let text = value.to_string_lossy();
        match option {
            "user" => dl::secret::REDACTED.into(),
            "header" => match text.split_once(':') {
                Some((name, value)) if secrets.is_secret_header(name) && !value.trim().starts_with("@env:") => {
                    format!("{name}: <redacted>").into()
                }
                _ => text.into_owned().into(),
            },
            "shared" => dl::kv::address::Address::parse(&text)
                .map_or_else(|_| dl::secret::REDACTED.to_owned().into(), |address| address.shown().to_owned().into()),
            "proxy" => secrets.redact_references(&text).into(),
            "query" | "data" | "data-urlencode" | "data-json" | "form" | "form-string" => "<redacted>".into(),
            _ => scalar(&text),
        }
    };
    match values {
        [value] if !is_list => one(value),
        // A flag or a number given in several layers: the nearest is the last.
        [.., value] if !is_list => one(value),
        values => values.iter().map(one).collect(),
    }
}

/// Prints where the config file is, whether it exists or not.
///
/// # Errors
/// Usage: no folder for it is known.
pub(crate) fn path(session: &Session<'_>) -> Result<u8> {
    let global: crate::cli::args::Plain = session.args()?;
    let named = global.global.config.or_else(|| session.context.variable("DL_CONFIG").map(Into::into));
    let path = named
        .or_else(|| session.context.config_file())
        .ok_or_else(|| Error::usage("no folder for the config file is known: HOME is not set").hint("--config FILE"))?;
    if global.global.json {
        let exists = path.exists();
        let path = dl::manager::report::path_to_json(&path);
        return session.output.json(&json!({ "schema": 1, "path": path, "exists": exists })).map(|()| 0);
    }
    session.output.result(path.as_os_str().as_bytes()).map(|()| 0)
}

/// Reads the config file and the variables, and checks each setting.
///
/// # Errors
/// Usage, naming the first that is wrong.
pub(crate) fn check(session: &Session<'_>) -> Result<u8> {
    let (global, layers) = session.settle()?;
    of_fetch(session, &layers)?;
    check_hosts(&layers)?;
    dl::manifest::schema::Schemas::new(layers.schemas.clone()).check_files()?;
    for (name, near) in settings::unknown_variables(session.context) {
        let near = near.map_or(String::new(), |near| format!(": did you mean `{near}`?"));
        session.output.warn(&format!("the variable `{name}` is no option{near}"));
    }
    let file = layers.path.as_deref();
    if global.json {
        let file = file.map(dl::manager::report::path_to_json);
        session.output.json(&json!({ "schema": 1, "ok": true, "file": file }))?;
    } else if let Some(file) = file {
        session.output.tell("ok", &format!("  {}", file.display()));
    } else {
        session.output.tell("ok", "  there is no config file");
    }
    Ok(0)
}

/// Checks the settings of every host section.
fn check_hosts(layers: &Layers) -> Result<()> {
    let typed = Typed::new(parse::prepare(Fetch::command()), Vec::new())?;
    for host in &layers.hosts {
        fold(&typed, &[host.settings.as_slice()])?;
        for mirror in &host.mirrors {
            dl::descriptor::address::parse_url(mirror)
                .map_err(|e| e.context(format!("[host.\"{}\"]: bad mirror", host.pattern)))?;
        }
    }
    Ok(())
}

/// `config.example.toml`: every key with its default.
#[cfg(test)]
fn example() -> String {
    let mut text = String::from(
        "# Every key of dl's config file, with its default. `dl config path` says where the file is.\n\
         # A flag wins over the environment (DL_RETRY), that over this file. A key without a value here is not set.\n",
    );
    let mut heading = String::new();
    for option in settings::file_keys() {
        let Some(long) = option.get_long().filter(|_| !option.is_hide_set()) else { continue };
        let group = option.get_help_heading().unwrap_or_default();
        if group != heading {
            let _ = writeln!(text, "\n# ---- {group}");
            group.clone_into(&mut heading);
        }
        let about = option.get_help().map(ToString::to_string).unwrap_or_default();
        let value = match default_of(&option) {
            Some(value) => scalar(value).to_string(),
            None if parse::is_list(&option) => "[]".to_owned(),
            None => String::new(),
        };
        let _ = writeln!(text, "\n# {about}\n# {long} ={}{value}", if value.is_empty() { "" } else { " " });
    }
    text.push_str(
        "\n# ---- The cache\n\n[cache]\n# The same as cache-shared\n# multi-user = false\n\
         # Kept once a day: TRASH goes first, then what was not read for longest; never what put and create made\n\
         # max-size =\n# What was not read for so long goes, once a day\n# max-age =\n\
         \n# ---- dl kv\n\n[kv]\n# The store where --store is not said\n# store = \"redis://localhost:6379/0\"\n\
         \n# ---- The shared store\n\n[shared]\n# The same as shared\n# url = \"s3://team-cache/dl\"\n\
         # The same as shared-mode\n# mode = \"read\"\n\
         # Signs what is shared, the same on all machines; DL_SHARED_SECRET is nearer\n# secret =\n\
         # Share what was fetched with credentials too; needs a secret\n# private = false\n\
         \n# ---- Secrets\n\n[secrets]\n# More header fields whose values are secret\n# headers = []\n\
         # More query parameters whose values are secret\n# query = []\n\
         \n# ---- JSON Schemas of classes: a value that `dl manifest put` stores must fit that of its class\n\n\
         [manifest.schemas]\n# Dataset = \"dataset.schema.json\"\n\
         \n# ---- One host: scheme and port may be given, the longest match wins\n\n\
         [host.\"https://api.example.org:8443\"]\n\
         # header = [\"Accept: application/json\"]\n\
         # A header whose value is read from a variable\n\
         # header-env = { Authorization = \"API_AUTHORIZATION\" }\n\
         # auth-id = \"ci\"\n# netrc = false\n# cacert = \"ca.pem\"\n# cert = \"client.pem\"\n# key = \"client.key\"\n\
         # proxy = \"http://proxy:3128\"\n# max-age = \"1h\"\n# freshness = \"any\"\n# connections = \"auto\"\n\
         # The same paths below another address, tried when the host fails\n\
         # mirror = [\"https://mirror.example.net/api\"]\n",
    );
    text
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a variable says that the file is to be written anew")]
mod tests {
    use super::*;
    use dl::transfer::job::Options;
    use std::path::Path;

    /// Writes it anew with `DL_TEST_UPDATE=1 cargo test example`.
    #[test]
    fn the_example_lists_every_key() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config.example.toml");
        if std::env::var_os("DL_TEST_UPDATE").is_some() {
            std::fs::write(&path, example()).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == example(), "config.example.toml is stale: DL_TEST_UPDATE=1 cargo test example");
        for key in settings::HOST_KEYS {
            assert!(committed.contains(&format!("# {key} = ")), "{key}");
        }
        // With every comment sign taken away it is a config file that is read without complaint.
        let bare: String = committed
            .lines()
            .filter(|l| !l.ends_with(" ="))
            .filter(|l| l.starts_with('[') || l.split_once(" = ").is_some_and(|(k, _)| !k[2..].contains(' ')))
            .flat_map(|l| [l.strip_prefix("# ").unwrap_or(l), "\n"])
            .collect();
        let mut layers = Layers::default();
        layers.read(&bare, Path::new("config.example.toml")).unwrap();
        assert_eq!(layers.hosts.len(), 1);
        check_hosts(&layers).unwrap();
    }

    #[test]
    fn the_defaults_are_those_of_the_program() {
        let words: Vec<String> = DEFAULTS.iter().map(|(name, value)| format!("--{name}={value}")).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let args = Fetch::of_words(&words);
        let defaults = Options::default();
        let travel = &args.travel;
        assert_eq!(travel.retry, Some(defaults.retries));
        assert_eq!(travel.retry_delay, Some(defaults.retry_delay));
        assert_eq!(travel.retry_max_wait, Some(defaults.retry_max_wait));
        assert_eq!(travel.connect_timeout, Some(defaults.connect_timeout));
        assert_eq!(travel.stall_timeout, Some(defaults.stall_timeout));
        assert_eq!(travel.connections, Some(defaults.connections));
        assert_eq!(travel.resume, Some(defaults.resume));
        assert_eq!(args.ask.max_redirs, defaults.max_redirects);
        assert_eq!(args.ask.backend, Some(defaults.backend));
        assert_eq!(args.ask.http_version, Some(defaults.http_version));
        assert_eq!(args.ask.tls_min, Some(defaults.tls.only_tls13));
        assert_eq!(args.place.if_exists, Some(dl::manager::task::IfExists::default()));
        assert_eq!(args.age.check_method, Some(dl::manager::task::CheckMethod::default()));
        let manager = dl::manager::Options::with_cache("/c");
        assert_eq!(travel.jobs, Some(manager.jobs));
        assert_eq!(args.global.lock_timeout, manager.cache.map(|c| c.lock_timeout));
    }

    #[test]
    fn secrets_are_not_shown() {
        let of = |option: &str, value: &str| shown(option, &[OsString::from(value)], false).to_string();
        assert!(!of("user", "me:hush").contains("hush"));
        assert!(!of("header", "Authorization: Bearer hush").contains("hush"));
        assert!(of("header", "Authorization: @env:TOKEN").contains("@env:TOKEN"));
        assert!(!of("proxy", "http://me:hush@proxy:1").contains("hush"));
        assert_eq!(of("retry", "3"), "3");
    }
}
