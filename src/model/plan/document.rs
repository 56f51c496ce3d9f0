//! Documents: the text of a plan read as values, before anything is known of what they mean.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

use super::finding::named;

/// How the text of a plan is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// JSON, as in RFC 8259.
    Json,
    /// TOML.
    Toml,
}

/// Reads a text as values, or tells why it is none.
pub(super) fn read(text: &str, form: Form) -> Result<Value, String> {
    let read = match form {
        // How deep values stand in each other is bounded by both.
        Form::Json => serde_json::from_str(text).map_err(|error| error.to_string()),
        Form::Toml => toml::from_str(text).map_err(|error: toml::de::Error| error.to_string()),
    };
    let told = |error: String| {
        let lines: Vec<&str> = error.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        lines.join(" ").chars().take(LONGEST_REASON).collect()
    };
    read.map(|Document(value)| value).map_err(told)
}

/// The longest reason of why a text cannot be read, in characters.
const LONGEST_REASON: usize = 400;

/// Values of which no object has a key twice: other readers take the first or the last of them, as they like.
struct Document(Value);

struct Reader;

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
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

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Document(value)) = list.next_element()? {
            values.push(value);
        }
        Ok(values.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((key, Document(value))) = entries.next_entry::<String, Document>()? {
            if object.contains_key(&key) {
                return Err(de::Error::custom(format!("the key {} stands twice in one object", named(&key))));
            }
            object.insert(key, value);
        }
        Ok(object.into())
    }
}
