//! Complaints: an error's text as one short line that is safe to show.

use serde_json::Value;

/// The longest complaint, in characters.
const LONGEST: usize = 300;

/// Makes the complaint of a text; one that says nothing is said to.
pub(super) fn complaint(text: &str) -> String {
    let visible: String =
        text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !steers(*c)).collect();
    let line: String = visible.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST).collect();
    if line.is_empty() { "an error without a message".to_owned() } else { line }
}

/// Makes the complaint of an error as JSON writes one: a text, or an object with a message or at least a name.
pub(super) fn complaint_of(error: &Value) -> String {
    let places = ["/data/message", "/message", "/error/message", "/name", "/type"];
    let inside = || places.iter().find_map(|place| text(error.pointer(place)?));
    complaint(text(error).or_else(inside).unwrap_or_default())
}

/// Returns the text of a value that is a text and says something.
pub(super) fn text(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.trim().is_empty())
}

/// Tells whether a character moves the cursor, turns the text around or is not seen.
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_is_one_short_line_of_what_can_be_seen() {
        assert_eq!(complaint(" 401\r\n\tno \u{1b}[31mkey\u{202e}\0 "), "401 no [31mkey");
        assert_eq!(complaint(&"é".repeat(301)), "é".repeat(300));
        assert_eq!(complaint("\u{7}\n"), "an error without a message");
    }

    #[test]
    fn an_error_object_complains_with_its_message_or_its_name() {
        let of = |json: &str| complaint_of(&serde_json::from_str(json).unwrap());
        assert_eq!(of(r#""plain""#), "plain");
        assert_eq!(of(r#"{"name":"APIError","data":{"message":"deep"}}"#), "deep");
        assert_eq!(of(r#"{"message":"","name":"APIError"}"#), "APIError");
        assert_eq!(of("[7]"), "an error without a message");
    }
}
