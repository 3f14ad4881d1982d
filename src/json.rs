//! JSON that leaves no doubt: a reader that refuses duplicate names (RFC 8785 wants I-JSON, RFC 7493).

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;

/// How deep lists and objects may stand in each other.
pub const DEPTH_MAX: usize = 128;

/// Reads JSON as [`serde_json`] does (numbers within a double, no lone surrogates), and refuses an object that names a member twice
/// and what is nested deeper than [`DEPTH_MAX`].
///
/// # Errors
/// What is wrong, with line and column.
pub fn read_strict(bytes: &[u8]) -> Result<Value, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    // Counted here, where the limit is exact.
    reader.disable_recursion_limit();
    let value = Strict { left: DEPTH_MAX }.deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// Whether what [`read_strict`] refused is JSON but for one of the rules that leave no doubt: a name twice, nested too deep, a number
/// beyond a double or none at all (`NaN`), a lone surrogate.
#[must_use]
pub fn breaks_a_rule(bytes: &[u8], error: &serde_json::Error) -> bool {
    // The reader tells what is wrong in words alone; a test holds them.
    let message = error.to_string();
    let rules = ["number out of range", "lone leading surrogate", "unexpected end of hex escape"];
    let line = bytes.split(|b| *b == b'\n').nth(error.line().saturating_sub(1)).unwrap_or_default();
    let at = line.get(error.column().saturating_sub(1)..).unwrap_or_default();
    error.is_data()
        || rules.iter().any(|rule| message.starts_with(rule))
        || [&b"NaN"[..], b"Infinity"].iter().any(|word| at.starts_with(word))
}

struct Strict {
    /// How many levels may still follow.
    left: usize,
}

impl Strict {
    fn deeper<E: serde::de::Error>(&self) -> Result<Self, E> {
        let left = self.left.checked_sub(1).ok_or_else(|| E::custom(format!("nested deeper than {DEPTH_MAX} levels")));
        left.map(|left| Self { left })
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        let inner = self.deeper()?;
        while let Some(item) = items.next_element_seed(Self { ..inner })? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        let inner = self.deeper()?;
        while let Some(name) = members.next_key::<String>()? {
            if map.contains_key(&name) {
                return Err(A::Error::custom(format!("the name `{name}` stands twice in an object")));
            }
            let value = members.next_value_seed(Self { ..inner })?;
            map.insert(name, value);
        }
        Ok(map.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strict_where_serde_json_is_not() {
        let text = br#"{"b":[1,-2,3.5,"x",null,true],"a":{"c":{}}}"#;
        assert_eq!(read_strict(text).unwrap(), serde_json::from_slice::<Value>(text).unwrap());
        for bad in [r#"{"a":1,"a":2}"#, r#"[{"x":{"y":1,"y":1}}]"#, "{} {}", "1e999", r#""\ud800""#, "NaN", ""] {
            assert!(read_strict(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(read_strict("[".repeat(200).as_bytes()).is_err(), "depth");
    }

    #[test]
    fn the_depth_is_counted_exactly() {
        let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read_strict(nested(DEPTH_MAX).as_bytes()).is_ok());
        assert!(read_strict(nested(DEPTH_MAX + 1).as_bytes()).is_err());
        // What is far too deep is refused before it can exhaust the stack.
        assert!(read_strict("[{\"a\":".repeat(1_000_000).as_bytes()).is_err());
    }

    #[test]
    fn broken_rules_are_told_from_what_is_no_json() {
        let breaks = |text: &str| breaks_a_rule(text.as_bytes(), &read_strict(text.as_bytes()).unwrap_err());
        let deep = "[".repeat(129);
        for text in [
            r#"{"a":1,"a":2}"#,
            "{\"a\":\n NaN}",
            r#"{"a":-Infinity}"#,
            "[1e999]",
            r#"["\ud800"]"#,
            r#"["\ud800\u0041"]"#,
            &deep,
        ] {
            assert!(breaks(text), "{text}");
        }
        for text in ["", "{", "{asdf}", "[1,]", "{} {}", "hello", "[N]", "\u{1}"] {
            assert!(!breaks(text), "{text}");
        }
    }
}
