//! Reading: from JSON in any byte form to its canonical text.

use super::{Error, to_string};
use crate::model::unique::Unique;

/// Rewrites JSON that others laid out as canonical text; refuses what has no canonical form, and a key that comes twice.
pub fn from_json(json: &[u8]) -> Result<String, Error> {
    let Unique(value) = serde_json::from_slice(json)?;
    to_string(&value)
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
