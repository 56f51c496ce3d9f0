//! Reading: from JSON in any byte form to its canonical text.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

use super::{Error, to_string};

/// Rewrites JSON that others laid out as canonical text; refuses what has no canonical form, and a key that comes twice.
pub fn from_json(json: &[u8]) -> Result<String, Error> {
    let Unique(value) = serde_json::from_slice(json)?;
    to_string(&value)
}

/// A value none of whose objects names a key twice; `Value` alone would keep the last and drop the others in silence.
struct Unique(Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UniqueVisitor).map(Self)
    }
}

struct UniqueVisitor;

impl<'de> Visitor<'de> for UniqueVisitor {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(Unique(item)) = items.next_element()? {
            array.push(item);
        }
        Ok(array.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((key, Unique(value))) = members.next_entry::<String, Unique>()? {
            if object.contains_key(&key) {
                return Err(de::Error::custom(format_args!("the key {key:?} comes twice")));
            }
            object.insert(key, value);
        }
        Ok(object.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_order_and_spelling_do_not_matter() {
        let json = r#" { "b" : [ 1, -2, true, null ], "a": "\u0041\/é" } "#;
        assert_eq!(from_json(json.as_bytes()).unwrap(), r#"{"a":"A/\u00e9","b":[1,-2,true,null]}"#);
    }

    #[test]
    fn what_has_no_canonical_form_is_refused() {
        for json in
            [r#"{"a":1,"a":1}"#, r#"[{"a":1,"\u0061":2}]"#, "1.0", "-0", "9007199254740992", r#""\ud83d""#, "", "[1]x"]
        {
            assert!(from_json(json.as_bytes()).is_err(), "{json}");
        }
    }
}
