//! Writing: from a JSON value to its canonical text.

use serde_json::{Map, Number, Value};

use super::{DEEPEST, Error, LARGEST, text};

/// Writes the canonical form of a value; refuses fractions, integers beyond [`LARGEST`] and more than [`DEEPEST`] levels.
pub fn to_string(value: &Value) -> Result<String, Error> {
    let mut writer = Writer { out: String::new(), depth: 0 };
    writer.value(value)?;
    Ok(writer.out)
}

struct Writer {
    out: String,
    depth: usize,
}

impl Writer {
    fn value(&mut self, value: &Value) -> Result<(), Error> {
        match value {
            Value::Null => self.out.push_str("null"),
            Value::Bool(true) => self.out.push_str("true"),
            Value::Bool(false) => self.out.push_str("false"),
            Value::Number(number) => self.number(number)?,
            Value::String(string) => text::write(&mut self.out, string),
            Value::Array(items) => self.array(items)?,
            Value::Object(members) => self.object(members)?,
        }
        Ok(())
    }

    fn number(&mut self, number: &Number) -> Result<(), Error> {
        let magnitude = number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs));
        if magnitude.is_none_or(|magnitude| magnitude > LARGEST) {
            return Err(Error::Number(number.clone()));
        }
        self.out.push_str(&number.to_string());
        Ok(())
    }

    fn array(&mut self, items: &[Value]) -> Result<(), Error> {
        self.open('[')?;
        for (at, item) in items.iter().enumerate() {
            self.comma(at);
            self.value(item)?;
        }
        self.close(']');
        Ok(())
    }

    fn object(&mut self, members: &Map<String, Value>) -> Result<(), Error> {
        self.open('{')?;
        // The map's own order depends on a feature of serde_json that any dependency may switch on.
        let mut members: Vec<_> = members.iter().collect();
        members.sort_unstable_by_key(|(key, _)| *key);
        for (at, (key, value)) in members.into_iter().enumerate() {
            self.comma(at);
            text::write(&mut self.out, key);
            self.out.push(':');
            self.value(value)?;
        }
        self.close('}');
        Ok(())
    }

    fn open(&mut self, bracket: char) -> Result<(), Error> {
        self.depth += 1;
        self.out.push(bracket);
        if self.depth > DEEPEST { Err(Error::TooDeep) } else { Ok(()) }
    }

    fn close(&mut self, bracket: char) {
        self.depth -= 1;
        self.out.push(bracket);
    }

    fn comma(&mut self, at: usize) {
        if at > 0 {
            self.out.push(',');
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn nested(levels: usize) -> Value {
        (0..levels).fold(json!(0), |inner, _| json!([inner]))
    }

    #[test]
    fn keys_are_in_the_order_of_their_code_points() {
        let value = json!({"z": [3, 2], "\u{ffff}": 1, "😀": 2, "é": {}, "a": {"y": null, "x": true}, "\"": -1});
        let text = r#"{"\"":-1,"a":{"x":true,"y":null},"z":[3,2],"\u00e9":{},"\uffff":1,"\ud83d\ude00":2}"#;
        assert_eq!(to_string(&value).unwrap(), text);
    }

    #[test]
    fn numbers_that_some_reader_would_round_are_refused() {
        let largest = i64::try_from(LARGEST).unwrap();
        assert_eq!(to_string(&json!([largest, -largest])).unwrap(), "[9007199254740991,-9007199254740991]");
        for number in
            [json!(largest + 1), json!(-largest - 1), json!(u64::MAX), json!(i64::MIN), json!(1.0), json!(0.5)]
        {
            assert!(matches!(to_string(&number), Err(Error::Number(_))), "{number}");
        }
    }

    #[test]
    fn the_deepest_level_passes_and_the_next_is_refused() {
        assert!(to_string(&nested(DEEPEST)).is_ok());
        assert!(matches!(to_string(&nested(DEEPEST + 1)), Err(Error::TooDeep)));
    }
}
