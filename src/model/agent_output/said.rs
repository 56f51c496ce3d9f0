//! What was said: the text of an answer, where an agent tells it apart from everything else that it prints.

use serde_json::Value;

use super::complaint::text;
use crate::model::brief;

/// The longest that is kept, in characters.
const LONGEST: usize = 1 << 20;

/// Takes over a text that says something; a longer one is cut, and says so.
pub(super) fn said(value: &Value) -> Option<String> {
    text(value).map(|text| brief::cut(text, LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_a_text_of_some_length_and_no_more_than_that() {
        assert_eq!(said(&Value::from("a\nplan ")).as_deref(), Some("a\nplan "));
        for nothing in [Value::Null, Value::from(7), Value::from(" \n")] {
            assert_eq!(said(&nothing), None);
        }
        let long = said(&Value::from("é".repeat(LONGEST + 1))).unwrap();
        assert_eq!(long, "é".repeat(LONGEST) + brief::CUT);
    }
}
