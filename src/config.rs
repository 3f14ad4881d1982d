//! The config file: TOML in, settings with the line they stand on out.
//!
//! A setting is an option that was typed elsewhere: its key is the option's long name, and its value is checked by
//! the parser of the command line. So this file knows the shape of the text (tables, lists, host sections) and no
//! option at all.

use crate::error::{Error, Result};
use toml::de::{DeTable, DeValue};

/// One key with the values given to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key: an option's long name without dashes in front.
    pub key: String,
    /// What was given.
    pub value: Given,
    /// The line it stands on, from 1; 0 where lines are not known.
    pub line: usize,
}

/// A value as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// A text, number, boolean or date, as text.
    One(String),
    /// A list of such.
    Many(Vec<String>),
    /// Names and texts: a table, or a list of lists of two.
    Pairs(Vec<(String, String)>),
}

/// `[host."…"]`: settings for one host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostSection {
    /// What it is for: `host`, `host:port`, `scheme://host`, `scheme://host:port`.
    pub pattern: String,
    /// Its settings.
    pub entries: Vec<Entry>,
    /// The line it begins on.
    pub line: usize,
}

/// What a config file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct File {
    /// Settings that hold everywhere.
    pub entries: Vec<Entry>,
    /// Tables other than `host`, each with its settings.
    pub tables: Vec<(String, Vec<Entry>)>,
    /// Settings for hosts.
    pub hosts: Vec<HostSection>,
}

/// Parses a config file.
///
/// # Errors
/// Usage, with the line: no TOML, or a value of a shape that no setting has.
pub fn parse(text: &str) -> Result<File> {
    let lines = Lines(text);
    let table = DeTable::parse(text).map_err(|e| {
        let line = e.span().map_or(1, |span| lines.of(span.start));
        Error::usage(format!("line {line}: not TOML")).cause(e.message().to_owned())
    })?;
    let mut file = File::default();
    for (key, value) in table.get_ref() {
        let line = lines.of(key.span().start);
        let name = key.get_ref().to_string();
        match value.get_ref() {
            DeValue::Table(hosts) if name == "host" => {
                for (pattern, section) in hosts {
                    let line = lines.of(pattern.span().start);
                    let DeValue::Table(section) = section.get_ref() else {
                        return Err(Error::usage(format!(
                            "line {line}: `[host.\"{}\"]` is a table",
                            pattern.get_ref()
                        )));
                    };
                    let entries = entries_of(section, &lines)?;
                    file.hosts.push(HostSection { pattern: pattern.get_ref().to_string(), entries, line });
                }
            }
            DeValue::Table(inner) if holds_tables_or_nothing_typed(&name) => {
                file.tables.push((name, entries_of(inner, &lines)?));
            }
            _ => file.entries.push(Entry { value: given(value.get_ref(), line, &name)?, key: name, line }),
        }
    }
    // TOML tables come sorted by name: messages and precedence follow the text.
    file.entries.sort_by_key(|e| e.line);
    file.hosts.sort_by_key(|h| h.line);
    Ok(file)
}

/// Tables that group settings under a name of their own; any other table is the value of an option (`query`, …).
fn holds_tables_or_nothing_typed(name: &str) -> bool {
    matches!(name, "cache" | "kv" | "manifest" | "secrets" | "shared")
}

/// Parses a flat TOML table, as descriptor files are.
///
/// # Errors
/// As [`parse`].
pub fn parse_flat(text: &str) -> Result<Vec<Entry>> {
    let lines = Lines(text);
    let table = DeTable::parse(text).map_err(|e| {
        let line = e.span().map_or(1, |span| lines.of(span.start));
        Error::usage(format!("line {line}: not TOML")).cause(e.message().to_owned())
    })?;
    let mut entries = entries_of(table.get_ref(), &lines)?;
    entries.sort_by_key(|e| e.line);
    Ok(entries)
}

/// Parses a flat JSON object, as descriptor files may be. Lines are not known.
///
/// # Errors
/// Usage: no JSON object.
pub fn parse_flat_json(text: &str) -> Result<Vec<Entry>> {
    let value = crate::json::read_strict(text.as_bytes())
        .map_err(|e| Error::usage(format!("line {}: not a JSON object", e.line())).cause(e.to_string()))?;
    let serde_json::Value::Object(object) = value else {
        return Err(Error::usage("line 1: not a JSON object"));
    };
    object.into_iter().map(|(key, value)| Ok(Entry { value: given_json(value)?, key, line: 0 })).collect()
}

fn given_json(value: serde_json::Value) -> Result<Given> {
    use serde_json::Value;
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    Ok(match value {
        Value::Array(list) if !list.is_empty() && list.iter().all(|v| v.as_array().is_some_and(|p| p.len() == 2)) => {
            let pair = |value: Value| match value {
                Value::Array(pair) => {
                    let mut pair = pair.into_iter().map(text);
                    (pair.next().unwrap_or_default(), pair.next().unwrap_or_default())
                }
                other => (text(other), String::new()),
            };
            Given::Pairs(list.into_iter().map(pair).collect())
        }
        Value::Array(list) => Given::Many(list.into_iter().map(text).collect()),
        Value::Object(object) => Given::Pairs(object.into_iter().map(|(k, v)| (k, text(v))).collect()),
        Value::Null => return Err(Error::usage("`null` sets nothing: leave the key out")),
        other => Given::One(text(other)),
    })
}

fn entries_of(table: &DeTable<'_>, lines: &Lines<'_>) -> Result<Vec<Entry>> {
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value)| {
            let line = lines.of(key.span().start);
            let name = key.get_ref().to_string();
            Ok(Entry { value: given(value.get_ref(), line, &name)?, key: name, line })
        })
        .collect::<Result<_>>()?;
    entries.sort_by_key(|e| e.line);
    Ok(entries)
}

fn given(value: &DeValue<'_>, line: usize, key: &str) -> Result<Given> {
    let wrong = || Error::usage(format!("line {line}: `{key}` holds a table where a single value is expected"));
    Ok(match value {
        DeValue::Array(list) if list.iter().any(|v| v.get_ref().is_array()) => {
            let pair = |value: &DeValue<'_>| match value.as_array()?.iter().collect::<Vec<_>>().as_slice() {
                [name, value] => Some((scalar(name.get_ref())?, scalar(value.get_ref())?)),
                _ => None,
            };
            Given::Pairs(list.iter().map(|v| pair(v.get_ref()).ok_or_else(wrong)).collect::<Result<_>>()?)
        }
        DeValue::Array(list) => {
            Given::Many(list.iter().map(|v| scalar(v.get_ref()).ok_or_else(wrong)).collect::<Result<_>>()?)
        }
        DeValue::Table(table) => {
            let mut pairs: Vec<(usize, String, String)> = table
                .iter()
                .map(|(k, v)| Ok((k.span().start, k.get_ref().to_string(), nested(v.get_ref()).ok_or_else(wrong)?)))
                .collect::<Result<_>>()?;
            pairs.sort_by_key(|(at, _, _)| *at);
            Given::Pairs(pairs.into_iter().map(|(_, k, v)| (k, v)).collect())
        }
        value => Given::One(scalar(value).ok_or_else(wrong)?),
    })
}

fn scalar(value: &DeValue<'_>) -> Option<String> {
    Some(match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => i128::from_str_radix(number.as_str(), number.radix()).ok()?.to_string(),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(value) => value.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        DeValue::Array(_) | DeValue::Table(_) => return None,
    })
}

/// A value inside a table: a text as it stands, anything else as JSON.
fn nested(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::Array(_) | DeValue::Table(_) => json_of(value).map(|json| json.to_string()),
        value => scalar(value),
    }
}

fn json_of(value: &DeValue<'_>) -> Option<serde_json::Value> {
    use serde_json::Value;
    Some(match value {
        DeValue::Array(list) => Value::Array(list.iter().map(|v| json_of(v.get_ref())).collect::<Option<_>>()?),
        DeValue::Table(table) => Value::Object(
            table.iter().map(|(k, v)| Some((k.get_ref().to_string(), json_of(v.get_ref())?))).collect::<Option<_>>()?,
        ),
        DeValue::Boolean(value) => Value::Bool(*value),
        DeValue::Integer(_) | DeValue::Float(_) => serde_json::from_str(&scalar(value)?).ok()?,
        value => Value::String(scalar(value)?),
    })
}

struct Lines<'a>(&'a str);

impl Lines<'_> {
    fn of(&self, offset: usize) -> usize {
        self.0.as_bytes().iter().take(offset).filter(|b| **b == b'\n').count() + 1
    }
}

/// How well a host section fits a URL: `None` if it does not; otherwise the longest match is the greatest.
#[must_use]
pub fn fits(pattern: &str, url: &url::Url) -> Option<usize> {
    let (scheme, rest) = match pattern.split_once("://") {
        Some((scheme, rest)) => (Some(scheme), rest.trim_end_matches('/')),
        None => (None, pattern),
    };
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => {
            (host, Some(port.parse::<u16>().ok()?))
        }
        _ => (rest, None),
    };
    let fits = scheme.is_none_or(|s| s.eq_ignore_ascii_case(url.scheme()))
        && url.host_str().is_some_and(|h| h.eq_ignore_ascii_case(host))
        && port.is_none_or(|p| url.port_or_known_default() == Some(p));
    fits.then_some(pattern.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_come_with_their_lines() {
        let text = "retry = 3\nbackend = \"curl\"\n# comment\nheader = [\"A: 1\", \"B: 2\"]\nquery = { a = 1, b = \"x\" }\n\
                    [cache]\nmulti-user = true\n[host.\"api.example.org\"]\nmax-age = \"1h\"\n\
                    header-env = { Authorization = \"TOKEN\" }\n";
        let file = parse(text).unwrap();
        let keys: Vec<(&str, usize)> = file.entries.iter().map(|e| (e.key.as_str(), e.line)).collect();
        assert_eq!(keys, [("retry", 1), ("backend", 2), ("header", 4), ("query", 5)]);
        assert_eq!(file.entries[0].value, Given::One("3".to_owned()));
        assert_eq!(file.entries[2].value, Given::Many(vec!["A: 1".to_owned(), "B: 2".to_owned()]));
        let pairs = [("a", "1"), ("b", "x")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        assert_eq!(file.entries[3].value, Given::Pairs(pairs.to_vec()));
        assert_eq!(file.tables[0].0, "cache");
        assert_eq!((file.hosts[0].pattern.as_str(), file.hosts[0].line), ("api.example.org", 8));
        assert_eq!(file.hosts[0].entries.len(), 2);
    }

    #[test]
    fn what_is_no_config_names_its_line() {
        for (bad, line) in [("a = ", "line 1"), ("a = 1\nb = = 2\n", "line 2"), ("a = [[1]]", "line 1")] {
            let error = parse(bad).unwrap_err();
            assert!(error.message().contains(line), "{bad}: {error}");
        }
        assert!(parse("[host]\nx = 1").is_err());
    }

    #[test]
    fn descriptors_may_be_json() {
        let entries =
            parse_flat_json(r#"{"url":"https://h/","header":["A: 1"],"query":{"n":1},"compressed":true}"#).unwrap();
        assert_eq!(entries[2].value, Given::Pairs(vec![("n".to_owned(), "1".to_owned())]));
        assert_eq!(entries[3].value, Given::One("true".to_owned()));
        assert!(parse_flat_json("[]").is_err() && parse_flat_json("{").is_err());
    }

    #[test]
    fn the_longest_host_section_fits_best() {
        let url = url::Url::parse("https://api.example.org:8443/x").unwrap();
        let rank = |pattern| fits(pattern, &url);
        assert!(rank("api.example.org") < rank("api.example.org:8443"));
        assert!(rank("api.example.org:8443") < rank("https://api.example.org:8443"));
        assert!(rank("API.example.org").is_some());
        for other in ["example.org", "http://api.example.org", "api.example.org:443", ""] {
            assert_eq!(rank(other), None, "{other}");
        }
    }
}
