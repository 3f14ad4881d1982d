//! Conditions as SQL. The text is put together from fixed pieces; every value is a bound parameter.

use crate::cache::condition::{Condition, Field, Operator, Subject};
use crate::cache::folder::Folder;
use crate::cache::item::{AttributeValue, Status};
use crate::digest::{Algorithm, Digest};
use rusqlite::types::Value;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// The parameters of a question, as it grows.
#[derive(Debug, Default)]
pub(crate) struct Bound(pub(crate) Vec<Value>);

impl Bound {
    /// A parameter; its mark is given back.
    pub(crate) fn bind(&mut self, value: impl Into<Value>) -> String {
        self.0.push(value.into());
        format!("?{}", self.0.len())
    }

    /// `column IN (…)`.
    pub(crate) fn one_of(&mut self, column: &str, values: impl IntoIterator<Item = Value>) -> String {
        let marks: Vec<String> = values.into_iter().map(|value| self.bind(value)).collect();
        format!("{column} IN ({})", marks.join(", "))
    }

    /// A pattern, with the range of its literal beginning, which an index can find.
    pub(crate) fn glob(&mut self, column: &str, pattern: &str) -> String {
        let literal = &pattern[..pattern.find(['*', '?', '[']).unwrap_or(pattern.len())];
        let mark = self.bind(pattern.to_owned());
        let mut condition = format!("({column} GLOB {mark}");
        if !literal.is_empty() {
            let mark = self.bind(literal.to_owned());
            condition.extend([" AND ", column, " >= ", &mark]);
            if let Some(end) = after(literal) {
                let mark = self.bind(end);
                condition.extend([" AND ", column, " < ", &mark]);
            }
        }
        condition + ")"
    }
}

/// The least text that is greater than all that begin with `prefix`; `None` if there is none.
pub(crate) fn after(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        // UTF-8 sorts like code points; the surrogates between are no characters.
        let next = (u32::from(last) + 1..=u32::from(char::MAX)).find_map(char::from_u32);
        if let Some(next) = next {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

/// How a condition is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// An index gives the items.
    ByValue,
    /// Items are read in their order and each is looked at: better where most have what is wanted.
    ByItem,
}

/// The condition as SQL over `items i`.
pub(crate) fn sql(bound: &mut Bound, folder: &Folder, condition: &Condition, way: Way) -> String {
    match &condition.subject {
        Subject::Field(field) => of_field(bound, folder, *field, condition, way),
        Subject::Attribute(namespace, name) => {
            let all = of_attribute(bound, namespace.as_deref(), name, condition, way);
            match (all.is_empty(), way) {
                (true, _) => "0".to_owned(),
                (_, Way::ByValue) => format!("i.id IN ({})", all.join(" UNION ALL ")),
                (_, Way::ByItem) => {
                    let all: Vec<String> = all.iter().map(|one| format!("EXISTS ({one})")).collect();
                    format!("({})", all.join(" OR "))
                }
            }
        }
    }
}

/// The items that a condition means, each at least once, for counting.
pub(crate) fn candidates(bound: &mut Bound, folder: &Folder, condition: &Condition) -> String {
    match &condition.subject {
        Subject::Field(field) => {
            let text = of_field(bound, folder, *field, condition, Way::ByValue);
            format!("SELECT 1 FROM items i WHERE {text}")
        }
        Subject::Attribute(namespace, name) => {
            let all = of_attribute(bound, namespace.as_deref(), name, condition, Way::ByValue);
            if all.is_empty() { "SELECT 1 WHERE 0".to_owned() } else { all.join(" UNION ALL ") }
        }
    }
}

/// Whether an index can find what a condition means. The others are: what is not something, counters, a text that may begin with
/// anything, and what no index has.
pub(crate) fn is_indexed(condition: &Condition) -> bool {
    let Subject::Field(field) = condition.subject else { return true };
    let (operator, is_equality) = (condition.operator, matches!(condition.operator, Operator::Equal | Operator::In));
    match field {
        Field::Status => true,
        Field::Version | Field::ReadCount | Field::LastSearch | Field::SearchCount => false,
        Field::VersionId => is_equality,
        Field::Label => (is_equality && !condition.values.iter().any(is_empty)) || has_beginning(condition),
        Field::Path | Field::Uri | Field::Key | Field::Filename | Field::Ext if operator == Operator::Glob => {
            has_beginning(condition)
        }
        Field::Path => is_equality,
        Field::Sha256 if operator == Operator::Glob => false,
        _ => operator != Operator::NotEqual,
    }
}

fn is_empty(value: &AttributeValue) -> bool {
    matches!(value, AttributeValue::Varchar(text) if text.is_empty())
}

/// Whether a pattern begins with something.
fn has_beginning(condition: &Condition) -> bool {
    let first = condition.values.first();
    condition.operator == Operator::Glob
        && matches!(first, Some(AttributeValue::Varchar(text)) if !text.is_empty() && !text.starts_with(['*', '?', '[']))
}

const fn sign(operator: Operator) -> &'static str {
    match operator {
        Operator::Equal | Operator::In => "=",
        Operator::NotEqual => "<>",
        Operator::Less => "<",
        Operator::AtMost => "<=",
        Operator::Greater => ">",
        Operator::AtLeast => ">=",
        Operator::Glob => "GLOB",
    }
}

/// One question a table in which such values stand.
fn of_attribute(
    bound: &mut Bound,
    namespace: Option<&str>,
    name: &str,
    condition: &Condition,
    way: Way,
) -> Vec<String> {
    let mut tables: Vec<(&str, Vec<Value>)> = Vec::new();
    for value in &condition.values {
        let (in_tables, value): (&[&'static str], Value) = match value {
            // Whole and broken numbers are one.
            AttributeValue::Int(number) => (&["attr_int", "attr_float"], Value::from(*number)),
            AttributeValue::Float(number) => (&["attr_int", "attr_float"], Value::from(*number)),
            AttributeValue::Datetime(time) => (&["attr_datetime"], time.0.into()),
            AttributeValue::Varchar(text) => (&["attr_varchar"], text.clone().into()),
            AttributeValue::Text(json) => (&["attr_text"], json.to_string().into()),
        };
        for table in in_tables {
            match tables.iter_mut().find(|(known, _)| known == table) {
                Some((_, values)) => values.push(value.clone()),
                None => tables.push((table, vec![value.clone()])),
            }
        }
    }
    let one = |(table, values): (&str, Vec<Value>)| {
        let mut text = match way {
            Way::ByValue => format!("SELECT item FROM {table} WHERE name = {}", bound.bind(name.to_owned())),
            Way::ByItem => {
                format!("SELECT 1 FROM {table} WHERE item = i.id AND +name = {}", bound.bind(name.to_owned()))
            }
        };
        let plus = if way == Way::ByItem { "+" } else { "" };
        if condition.operator == Operator::In {
            text += " AND ";
            text += &bound.one_of(&format!("{plus}value"), values);
        } else if let (Operator::Glob, Way::ByValue, Some(Value::Text(pattern))) =
            (condition.operator, way, values.first())
        {
            text += " AND ";
            text += &bound.glob("value", pattern.as_str());
        } else {
            for value in values {
                let mark = bound.bind(value);
                text.extend([" AND ", plus, "value ", sign(condition.operator), " ", &mark]);
                if (table, condition.operator) == ("attr_text", Operator::Equal) {
                    // Its index has the beginnings.
                    text.extend([" AND ", plus, "substr(value, 1, 64) = substr(", &mark, ", 1, 64)"]);
                }
            }
        }
        if let Some(namespace) = namespace {
            let mark = bound.bind(namespace.to_owned());
            text.extend([" AND namespace = ", &mark]);
        }
        text
    };
    tables.into_iter().map(one).collect()
}

fn of_field(bound: &mut Bound, folder: &Folder, field: Field, condition: &Condition, way: Way) -> String {
    if let (Field::Status, true) = (field, is_order(condition.operator)) {
        return of_field(bound, folder, field, &one_of_statuses(condition), way);
    }
    let values: Vec<Value> = condition
        .values
        .iter()
        .map(|value| match value {
            AttributeValue::Int(number) => Value::from(*number),
            AttributeValue::Float(number) => Value::from(*number),
            AttributeValue::Datetime(time) => time.0.into(),
            AttributeValue::Varchar(text) => text.clone().into(),
            AttributeValue::Text(json) => json.to_string().into(),
        })
        .collect();
    let is_equality = matches!(condition.operator, Operator::Equal | Operator::In);
    let texts = || values.iter().filter_map(|v| if let Value::Text(text) = v { Some(text.as_str()) } else { None });
    match field {
        Field::Path if is_equality => {
            let versions = texts().map(|path| folder.item_of(Path::new(path)).zip(Path::new(path).file_name()));
            let all = versions.flatten().map(|((key, version), name)| {
                let (key, version) = (bound.bind(key.0), bound.bind(version));
                let name = bound.bind(String::from_utf8_lossy(name.as_bytes()).into_owned());
                format!("(i.key = {key} AND i.version = {version} AND i.filename = {name})")
            });
            either(&all.collect::<Vec<_>>())
        }
        Field::VersionId if is_equality => {
            let versions = texts().filter_map(|text| text.rsplit_once('-'));
            let all = versions.filter_map(|(key, version)| Some((key, version.parse::<i64>().ok()?))).map(
                |(key, version)| {
                    format!("(i.key = {} AND i.version = {})", bound.bind(key.to_owned()), bound.bind(version))
                },
            );
            either(&all.collect::<Vec<_>>())
        }
        Field::Sha256 => {
            let digests = texts().filter_map(|hex| Digest::from_hex(Algorithm::Sha256, hex));
            let digests: Vec<Value> = digests.map(|digest| digest.bytes().to_vec().into()).collect();
            if condition.operator == Operator::Glob {
                let mark = bound.bind(values[0].clone());
                return format!("lower(hex(i.sha256)) GLOB {mark}");
            }
            compared(bound, &plus(way, "i.sha256"), condition.operator, digests)
        }
        Field::Path => {
            let folder = folder.items().to_string_lossy().into_owned();
            let range = match texts().next() {
                Some(pattern) if condition.operator == Operator::Glob => keys_of_paths(bound, &folder, pattern),
                _ => None,
            };
            let items = bound.bind(folder);
            let path = format!(
                "({items} || '/' || substr(i.key, 1, 2) || '/' || i.key || '-' || i.version || '/' || i.filename)"
            );
            let text = compared(bound, &path, condition.operator, values);
            format!("({text}{})", range.unwrap_or_default())
        }
        field => {
            let mut text = compared(bound, &plus(way, column(field)), condition.operator, values.clone());
            // Partial indexes are used only where it can be seen that they hold all that is wanted.
            if field == Field::Label && is_indexed(condition) {
                text += " AND i.label <> ''";
            }
            if field == Field::Status && is_equality && !values.contains(&Value::Integer(3)) {
                text += " AND i.status <> 3";
            }
            format!("({text})")
        }
    }
}

const fn is_order(operator: Operator) -> bool {
    !matches!(operator, Operator::Equal | Operator::In | Operator::Glob)
}

/// There are few statuses: what is less or more than one is one of those.
fn one_of_statuses(condition: &Condition) -> Condition {
    let number = condition.values.first().map_or(0, |v| if let AttributeValue::Int(number) = v { *number } else { 0 });
    let holds = |status: &i64| match condition.operator {
        Operator::Less => *status < number,
        Operator::AtMost => *status <= number,
        Operator::Greater => *status > number,
        Operator::AtLeast => *status >= number,
        _ => *status != number,
    };
    let values = Status::ALL.iter().map(|status| status.number()).filter(holds).map(AttributeValue::Int).collect();
    Condition { operator: Operator::In, values, ..condition.clone() }
}

/// The range of keys that a pattern for paths can mean.
fn keys_of_paths(bound: &mut Bound, items: &str, pattern: &str) -> Option<String> {
    let below = pattern.strip_prefix(items)?.strip_prefix('/')?.get(2..)?.strip_prefix('/')?;
    let literal = below.split(['*', '?', '[', '-']).next()?;
    let end = after(literal)?;
    Some(format!(" AND i.key >= {} AND i.key < {}", bound.bind(literal.to_owned()), bound.bind(end)))
}

fn either(all: &[String]) -> String {
    if all.is_empty() { "0".to_owned() } else { format!("({})", all.join(" OR ")) }
}

fn compared(bound: &mut Bound, column: &str, operator: Operator, mut values: Vec<Value>) -> String {
    match operator {
        Operator::In => bound.one_of(column, values),
        Operator::Glob => match values.pop() {
            Some(Value::Text(pattern)) => bound.glob(column, &pattern),
            _ => "0".to_owned(),
        },
        operator => match values.pop() {
            Some(value) => format!("{column} {} {}", sign(operator), bound.bind(value)),
            None => "0".to_owned(),
        },
    }
}

/// A column that no index is to be used for has a plus.
fn plus(way: Way, column: &str) -> String {
    if way == Way::ByItem { format!("+{column}") } else { column.to_owned() }
}

const fn column(field: Field) -> &'static str {
    match field {
        Field::Id => "i.id",
        Field::Key => "i.key",
        Field::Version => "i.version",
        Field::VersionId | Field::Path => "(i.key || '-' || i.version)",
        Field::Uri => "i.uri",
        Field::Status => "i.status",
        Field::Filename => "i.filename",
        Field::Ext => "i.ext",
        Field::Label => "i.label",
        Field::Size => "i.size",
        Field::Sha256 => "i.sha256",
        Field::CreatedAt => "i.created_at",
        Field::ModifiedAt => "i.modified_at",
        Field::ValidatedAt => "i.validated_at",
        Field::LastRead => "ifnull(i.last_read, i.created_at)",
        Field::ReadCount => "i.read_count",
        Field::LastSearch => "i.last_search",
        Field::SearchCount => "i.search_count",
    }
}
