//! Attributes as people type them: `rows=1200`, `seen=date:2026-01-31`, `group.name=json:["a"]` (CONTRACT, section 3).

use crate::cache::item::{Attribute, AttributeValue};
use crate::clock::{Timestamp, parse_date};
use crate::error::{Error, Result};
use serde_json::{Map, Value};

/// How deep `--attrs-json` may nest namespaces.
const DEEPEST_NAMESPACE_LEVELS: usize = 16;

/// Parses `NAME=VALUE`. `date:`, `json:` and `str:` before the value say its type; otherwise a whole number is an
/// int, a decimal number a float, and anything else a text.
///
/// # Errors
/// Usage: no `=`, an empty name, a date or JSON that is none.
pub fn parse(text: &str, now: Timestamp) -> Result<Attribute> {
    let hint = "an attribute is `name=value`, or `group.name=value`; `date:`, `json:` and `str:` name its type";
    let (name, value) = split_pair(text)
        .ok_or_else(|| Error::usage(format!("`{text}` is no attribute: expected `NAME=VALUE`")).hint(hint))?;
    let (namespace, name) = split_name(name).map_err(|e| e.hint(hint))?;
    Ok(Attribute { namespace, name, value: parse_value(value, now)? })
}

/// Splits at the first `=`; `None` if there is none or nothing stands before it.
fn split_pair(text: &str) -> Option<(&str, &str)> {
    text.split_once('=').filter(|(name, _)| !name.is_empty())
}

/// Splits `a.b.name` into namespace `a.b` and `name`. `\.` is a dot inside a name: it stays escaped in the namespace,
/// whose levels are joined by dots, and becomes plain in the name.
///
/// # Errors
/// Usage, where a level is empty.
pub fn split_name(text: &str) -> Result<(String, String)> {
    let levels = split_levels(text);
    if levels.iter().any(String::is_empty) {
        return Err(Error::usage(format!("`{text}` is no attribute name: a level between dots is empty")));
    }
    let (name, namespace) = levels.split_last().ok_or_else(|| Error::usage("an attribute's name is empty"))?;
    Ok((join_levels(namespace), name.clone()))
}

/// The levels of a dotted name, unescaped.
#[must_use]
pub fn split_levels(text: &str) -> Vec<String> {
    let mut levels = vec![String::new()];
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.peek() == Some(&'.') => {
                chars.next();
                if let Some(level) = levels.last_mut() {
                    level.push('.');
                }
            }
            '.' => levels.push(String::new()),
            c => {
                if let Some(level) = levels.last_mut() {
                    level.push(c);
                }
            }
        }
    }
    levels
}

/// Joins levels by dots; dots inside a level are escaped.
#[must_use]
pub fn join_levels(levels: &[String]) -> String {
    levels.iter().map(|level| level.replace('.', "\\.")).collect::<Vec<_>>().join(".")
}

/// Parses a value with its type.
///
/// # Errors
/// Usage: a date or JSON that is none.
pub fn parse_value(text: &str, now: Timestamp) -> Result<AttributeValue> {
    if let Some(date) = text.strip_prefix("date:") {
        return parse_date(date, now).map(AttributeValue::Datetime);
    }
    if let Some(json) = text.strip_prefix("json:") {
        let value = serde_json::from_str(json)
            .map_err(|e| Error::usage("the value after `json:` is no JSON").cause(e.to_string()))?;
        return Ok(AttributeValue::Text(value));
    }
    if let Some(text) = text.strip_prefix("str:") {
        return Ok(AttributeValue::Varchar(text.to_owned()));
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
        // A number that no int holds stays as it was typed: a float would lose digits.
        return Ok(text.parse().map_or_else(|_| AttributeValue::Varchar(text.to_owned()), AttributeValue::Int));
    }
    if digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && let Ok(number) = text.parse::<f64>()
        && number.is_finite()
    {
        return Ok(AttributeValue::Float(number));
    }
    Ok(AttributeValue::Varchar(text.to_owned()))
}

/// The attributes of a whole JSON object (`--attrs-json`): objects in it are namespaces, lists and what else has no
/// type of its own are kept as JSON.
///
/// # Errors
/// Usage: no object, an empty name, nested too deep.
pub fn from_json(text: &str) -> Result<Vec<Attribute>> {
    let mut all = Vec::new();
    flatten(&object_of(text)?, &mut Vec::new(), &mut all)?;
    Ok(all)
}

/// Reads a JSON object.
///
/// # Errors
/// Usage, where the text is none.
pub fn object_of(text: &str) -> Result<Map<String, Value>> {
    match serde_json::from_str(text) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Error::usage("expected a JSON object such as `{\"rows\": 1200}`")),
        Err(e) => Err(Error::usage("expected a JSON object such as `{\"rows\": 1200}`").cause(e.to_string())),
    }
}

fn flatten(object: &Map<String, Value>, levels: &mut Vec<String>, all: &mut Vec<Attribute>) -> Result<()> {
    if levels.len() > DEEPEST_NAMESPACE_LEVELS {
        return Err(Error::usage(format!("attributes are nested deeper than {DEEPEST_NAMESPACE_LEVELS} levels")));
    }
    for (name, value) in object {
        if name.is_empty() {
            return Err(Error::usage("an attribute's name is empty"));
        }
        let value = match value {
            Value::Object(inner) => {
                levels.push(name.clone());
                flatten(inner, levels, all)?;
                levels.pop();
                continue;
            }
            Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(int), _) => AttributeValue::Int(int),
                (None, Some(float)) if !number.is_u64() => AttributeValue::Float(float),
                _ => AttributeValue::Varchar(number.to_string()),
            },
            Value::String(text) => AttributeValue::Varchar(text.clone()),
            other => AttributeValue::Text(other.clone()),
        };
        all.push(Attribute { namespace: join_levels(levels), name: name.clone(), value });
    }
    Ok(())
}

/// Puts a typed `NAME=VALUE` among the parameters of a key, nested by its namespace.
///
/// # Errors
/// Usage, where a name is a value and a namespace at once.
pub fn put_param(params: &mut Map<String, Value>, attribute: &Attribute) -> Result<()> {
    let mut place = params;
    if !attribute.namespace.is_empty() {
        for level in split_levels(&attribute.namespace) {
            place = match place.entry(level.clone()).or_insert_with(|| Value::Object(Map::new())) {
                Value::Object(inner) => inner,
                _ => {
                    return Err(Error::usage(format!("the key parameter `{level}` is a value and a group at once")));
                }
            };
        }
    }
    place.insert(attribute.name.clone(), to_json(&attribute.value));
    Ok(())
}

/// The value as JSON; a date as RFC 3339 in UTC.
#[must_use]
pub fn to_json(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::Int(int) => (*int).into(),
        AttributeValue::Float(float) => (*float).into(),
        AttributeValue::Datetime(time) => time.to_string().into(),
        AttributeValue::Varchar(text) => text.clone().into(),
        AttributeValue::Text(json) => json.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn value(text: &str) -> AttributeValue {
        parse(text, Timestamp::from_seconds(0)).unwrap().value
    }

    #[test]
    fn values_have_the_type_they_look_like() {
        assert_eq!(value("rows=1200"), AttributeValue::Int(1200));
        assert_eq!(value("rows=-7"), AttributeValue::Int(-7));
        assert_eq!(value("score=0.95"), AttributeValue::Float(0.95));
        assert_eq!(value("score=1e3"), AttributeValue::Float(1000.0));
        assert_eq!(value("tags=json:[\"a\",\"b\"]"), AttributeValue::Text(json!(["a", "b"])));
        assert_eq!(value("code=str:007"), AttributeValue::Varchar("007".to_owned()));
        assert_eq!(value("seen=date:1970-01-01T00:00:10Z"), AttributeValue::Datetime(Timestamp::from_seconds(10)));
        for text in ["species=human", "on=true", "x=", "n=nan", "n=inf", "n=-", "n=1.2.3", "n=99999999999999999999"] {
            assert!(matches!(value(text), AttributeValue::Varchar(_)), "{text}");
        }
        for bad in ["", "x", "=1", "d=date:yesterday", "j=json:{", "a..b=1", ".a=1"] {
            assert!(parse(bad, Timestamp::from_seconds(0)).is_err(), "{bad}");
        }
    }

    #[test]
    fn names_lie_in_namespaces() {
        let of = |text: &str| {
            let a = parse(text, Timestamp::from_seconds(0)).unwrap();
            (a.namespace, a.name)
        };
        assert_eq!(of("group.name=1"), ("group".to_owned(), "name".to_owned()));
        assert_eq!(of("a\\.b=1"), (String::new(), "a.b".to_owned()));
        assert_eq!(of("x.a\\.b.c=1"), ("x.a\\.b".to_owned(), "c".to_owned()));
    }

    #[test]
    fn objects_become_attributes_and_params() {
        let all = from_json(r#"{"rows":3,"a.b":{"c":[1]},"t":"x","f":0.5,"n":null}"#).unwrap();
        assert_eq!(all.len(), 5);
        assert_eq!((all[1].namespace.as_str(), all[1].name.as_str()), ("a\\.b", "c"));
        let mut params = Map::new();
        for attribute in &all {
            put_param(&mut params, attribute).unwrap();
        }
        assert_eq!(Value::Object(params.clone()), json!({"rows":3,"a.b":{"c":[1]},"t":"x","f":0.5,"n":null}));
        let clash = parse("rows.x=1", Timestamp::from_seconds(0)).unwrap();
        assert!(put_param(&mut params, &clash).is_err());
        assert!(from_json("[1]").is_err() && from_json("{").is_err());
    }
}
