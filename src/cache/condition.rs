//! One `--where`: a field or attribute, an operator, and the values it is compared with, in their types.

use crate::attribute_text::{parse_value, split_name};
use crate::cache::item::{AttributeValue, Status};
use crate::clock::{Timestamp, parse_date, parse_size};
use crate::descriptor::address::identity_uri;
use crate::error::{Error, Result};
use crate::secret::Secrets;
use serde_json::Value;

/// What must hold of an item.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// What is compared.
    pub subject: Subject,
    /// How.
    pub operator: Operator,
    /// With what: several values for [`Operator::In`], else one. Numbers and statuses are ints, moments datetimes, other fields texts.
    pub values: Vec<AttributeValue>,
}

/// What a condition speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A field of the item.
    Field(Field),
    /// An attribute of that name; in that namespace, or in any.
    Attribute(Option<String>, String),
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `=`
    Equal,
    /// `!=`: is there, and is another.
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `~`: a text that matches a pattern of `*`, `?` and `[…]`.
    Glob,
    /// ` in `: is one of several.
    In,
}

/// The fields of an item that can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are those of `Item`")]
pub enum Field {
    Id,
    Key,
    Version,
    VersionId,
    Uri,
    Status,
    Filename,
    Ext,
    Label,
    Size,
    Sha256,
    Path,
    CreatedAt,
    ModifiedAt,
    ValidatedAt,
    LastRead,
    ReadCount,
    LastSearch,
    SearchCount,
}

/// In which type a field is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Number,
    Size,
    Time,
    Status,
    Text,
}

const FIELDS: [(&str, Field, Type); 19] = [
    ("id", Field::Id, Type::Number),
    ("key", Field::Key, Type::Text),
    ("version", Field::Version, Type::Number),
    ("version_id", Field::VersionId, Type::Text),
    ("uri", Field::Uri, Type::Text),
    ("status", Field::Status, Type::Status),
    ("filename", Field::Filename, Type::Text),
    ("ext", Field::Ext, Type::Text),
    ("label", Field::Label, Type::Text),
    ("size", Field::Size, Type::Size),
    ("sha256", Field::Sha256, Type::Text),
    ("path", Field::Path, Type::Text),
    ("created_at", Field::CreatedAt, Type::Time),
    ("modified_at", Field::ModifiedAt, Type::Time),
    ("validated_at", Field::ValidatedAt, Type::Time),
    ("last_read", Field::LastRead, Type::Time),
    ("read_count", Field::ReadCount, Type::Number),
    ("last_search", Field::LastSearch, Type::Time),
    ("search_count", Field::SearchCount, Type::Number),
];

/// Fields of an item's JSON that are no single value.
const COMPOSITE: [&str; 5] = ["params", "attrs", "attr_types", "error", "download"];

/// Longest first where one begins with another.
const OPERATORS: [(&str, Operator); 8] = [
    ("!=", Operator::NotEqual),
    ("<=", Operator::AtMost),
    (">=", Operator::AtLeast),
    ("=", Operator::Equal),
    ("<", Operator::Less),
    (">", Operator::Greater),
    ("~", Operator::Glob),
    (" in ", Operator::In),
];

impl Condition {
    /// Parses `NAME OP VALUE`, split at the first operator. NAME is a field, else an attribute in any namespace (`group.name`: in that
    /// one); `attr:NAME` is always an attribute. A value is read in the field's type, or typed as an attribute is.
    ///
    /// # Errors
    /// Usage: no operator, a value that is none of that type, an operator that the type does not have.
    ///
    /// ```
    /// use dl::cache::condition::{Condition, Field, Operator, Subject};
    /// use dl::cache::item::AttributeValue;
    /// use dl::{clock::Timestamp, secret::Secrets};
    ///
    /// let parse = |text| Condition::parse(text, Timestamp::now(), &Secrets::default());
    /// let large = parse("size > 1GB")?;
    /// assert_eq!((large.subject, large.operator), (Subject::Field(Field::Size), Operator::Greater));
    /// let human = parse("species in human,mouse")?;
    /// assert_eq!(human.values[1], AttributeValue::Varchar("mouse".to_owned()));
    /// assert!(parse("size > many").is_err());
    /// # Ok::<(), dl::error::Error>(())
    /// ```
    pub fn parse(text: &str, now: Timestamp, secrets: &Secrets) -> Result<Self> {
        let wrong = |why: &str| {
            Error::usage(format!("`{text}` is no condition: {why}"))
                .hint("NAME OP VALUE, such as `rows >= 1000`, `size > 1GB`, `species in human,mouse`; OP is one of = != < <= > >= ~ in")
        };
        let first = OPERATORS
            .iter()
            .filter_map(|(sign, operator)| text.find(sign).map(|at| (at, std::cmp::Reverse(sign.len()), *operator)))
            .min_by_key(|(at, length, _)| (*at, *length));
        let (at, std::cmp::Reverse(length), operator) = first.ok_or_else(|| wrong("it has no operator"))?;
        let (name, value) = (text[..at].trim(), text[at + length..].trim());
        if name.is_empty() {
            return Err(wrong("its name is empty"));
        }
        let pieces: Vec<Piece> = match operator {
            Operator::In => pieces(value)?,
            _ => vec![Piece::Typed(value.to_owned())],
        };
        let field = FIELDS.iter().find(|(known, ..)| *known == name.to_ascii_lowercase().replace('-', "_"));
        if let Some((_, field, kind)) = field {
            let values = pieces.iter().map(|p| read(*field, *kind, operator, &p.text(), now, secrets));
            return Ok(Self { subject: Subject::Field(*field), operator, values: values.collect::<Result<_>>()? });
        }
        if COMPOSITE.contains(&name) {
            return Err(wrong(&format!("`{name}` holds more than one value"))
                .hint(format!("`attr:{name}` is an attribute of that name; parameters are found by --key-param")));
        }
        let (namespace, name) = split_name(name.strip_prefix("attr:").unwrap_or(name))?;
        let values = pieces.into_iter().map(|piece| match piece {
            Piece::Json(value) => Ok(of_json(value)),
            Piece::Typed(text) if operator == Operator::Glob => Ok(AttributeValue::Varchar(text)),
            Piece::Typed(text) => parse_value(&text, now),
        });
        let values = values.collect::<Result<Vec<_>>>()?;
        let is_order = matches!(operator, Operator::Less | Operator::AtMost | Operator::Greater | Operator::AtLeast);
        if is_order && values.iter().any(|v| matches!(v, AttributeValue::Text(_))) {
            return Err(wrong("JSON has no order"));
        }
        Ok(Self { subject: Subject::Attribute(Some(namespace).filter(|n| !n.is_empty()), name), operator, values })
    }

    /// Whether it names statuses: then TRASH and DELETED are no longer left out.
    #[must_use]
    pub fn is_of_status(&self) -> bool {
        self.subject == Subject::Field(Field::Status)
    }
}

/// One value of a list.
enum Piece {
    /// As it was typed.
    Typed(String),
    /// From a JSON list, with its type.
    Json(Value),
}

impl Piece {
    fn text(&self) -> String {
        match self {
            Self::Typed(text) | Self::Json(Value::String(text)) => text.clone(),
            Self::Json(other) => other.to_string(),
        }
    }
}

fn pieces(text: &str) -> Result<Vec<Piece>> {
    let Some(json) = text.strip_prefix("json:") else {
        return Ok(text.split(',').map(|piece| Piece::Typed(piece.trim().to_owned())).collect());
    };
    match serde_json::from_str(json) {
        Ok(Value::Array(all)) => Ok(all.into_iter().map(Piece::Json).collect()),
        Ok(_) => Err(Error::usage(format!("`{json}` is no JSON list, as ` in ` expects"))),
        Err(e) => Err(Error::usage(format!("`{json}` is no JSON list, as ` in ` expects")).cause(e.to_string())),
    }
}

fn of_json(value: Value) -> AttributeValue {
    match value {
        Value::String(text) => AttributeValue::Varchar(text),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(int), _) => AttributeValue::Int(int),
            (None, float) => AttributeValue::Float(float.unwrap_or_default()),
        },
        other => AttributeValue::Text(other),
    }
}

/// Reads a value in the type of its field.
fn read(
    field: Field,
    kind: Type,
    operator: Operator,
    text: &str,
    now: Timestamp,
    secrets: &Secrets,
) -> Result<AttributeValue> {
    let int = |number: u64| AttributeValue::Int(i64::try_from(number).unwrap_or(i64::MAX));
    if operator == Operator::Glob {
        return match kind {
            Type::Text => Ok(AttributeValue::Varchar(text.to_owned())),
            _ => Err(Error::usage(format!("`~` compares texts: `{text}` is compared with a field that is none"))),
        };
    }
    match kind {
        Type::Number => text
            .parse()
            .map(AttributeValue::Int)
            .map_err(|_| Error::usage(format!("`{text}` is no whole number, as the field expects"))),
        Type::Size => parse_size(text).map(int),
        Type::Time => parse_date(text, now).map(AttributeValue::Datetime),
        Type::Status => Status::parse(text).map(|status| AttributeValue::Int(status.number())),
        Type::Text => Ok(AttributeValue::Varchar(match field {
            Field::Uri => identity_uri(text, secrets),
            Field::Key => text.to_ascii_lowercase(),
            Field::Ext => text.trim_start_matches('.').to_owned(),
            Field::Sha256 => {
                let hex = text.strip_prefix("sha256:").unwrap_or(text).to_ascii_lowercase();
                if hex.len() != 64 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
                    return Err(Error::usage(format!("`{text}` is no SHA-256: expected 64 hex digits")));
                }
                hex
            }
            _ => text.to_owned(),
        })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Condition> {
        Condition::parse(text, Timestamp::from_seconds(1_000_000), &Secrets::default())
    }

    #[test]
    fn conditions_are_split_at_the_first_operator() {
        let of = |text: &str| parse(text).unwrap();
        let attribute = |name: &str| Subject::Attribute(None, name.to_owned());
        assert_eq!(of("rows>=1000").operator, Operator::AtLeast);
        assert_eq!(of("a != b<c").operator, Operator::NotEqual);
        assert_eq!(of("a=b in c").values, [AttributeValue::Varchar("b in c".to_owned())]);
        assert_eq!(of("n in 1, 2.5,x").values.len(), 3);
        let list = of(r#"tag in json:["a,b", 2, [1]]"#);
        assert_eq!(list.values[0], AttributeValue::Varchar("a,b".to_owned()));
        assert_eq!(list.values[2], AttributeValue::Text(serde_json::json!([1])));
        assert_eq!(of("attr:size=3").subject, attribute("size"));
        assert_eq!(of("g.n=3").subject, Subject::Attribute(Some("g".to_owned()), "n".to_owned()));
        assert_eq!(of("a\\.b=3").subject, attribute("a.b"));
        assert_eq!(of("code=str:007").values, [AttributeValue::Varchar("007".to_owned())]);
        assert_eq!(of("name ~ 12*").values, [AttributeValue::Varchar("12*".to_owned())]);
    }

    #[test]
    fn fields_are_read_in_their_types() {
        let value = |text: &str| parse(text).unwrap().values.remove(0);
        assert_eq!(value("size > 1kB"), AttributeValue::Int(1000));
        assert_eq!(value("last_read < 10s"), AttributeValue::Datetime(Timestamp::from_seconds(999_990)));
        assert_eq!(value("status = ready"), AttributeValue::Int(3));
        assert_eq!(value("status in TRASH,-2"), AttributeValue::Int(-1));
        assert_eq!(value("ext=.gz"), AttributeValue::Varchar("gz".to_owned()));
        assert!(parse("status=READY").unwrap().is_of_status());
        for bad in [
            "",
            "rows",
            "=3",
            "size > big",
            "id = x",
            "created_at < soon",
            "status = GOOD",
            "size ~ 1*",
            "params = 3",
            "sha256 = abc",
            "t < json:[1]",
            "a in json:{}",
            "d = date:soon",
            ". = 3",
        ] {
            assert_eq!(parse(bad).unwrap_err().kind(), crate::error::Kind::Usage, "{bad}");
        }
    }
}
