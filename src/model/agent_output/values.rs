//! Values: the JSON objects and arrays in a text that may hold anything else as well.

use serde_json::{Deserializer, Value};

/// How often a text may be read again for values that go wrong; then only single lines are tried, so that hostile
/// nesting costs no more than that.
const REREADS: usize = 4;

/// Lists the objects and arrays that start a line of the text, whole, in order; what is inside one is not listed again.
pub(super) fn values(text: &str) -> impl Iterator<Item = Value> {
    Values { rest: text, budget: text.len() * REREADS }
}

struct Values<'a> {
    rest: &'a str,
    /// How many more bytes may be read in vain.
    budget: usize,
}

impl<'a> Values<'a> {
    /// Parses the value that starts here, and goes past it.
    fn value(&mut self) -> Option<Value> {
        let is_patient = self.budget > 0;
        let scope = if is_patient { self.rest } else { self.line() };
        let mut stream = Deserializer::from_str(scope).into_iter::<Value>();
        match stream.next()? {
            Ok(value) => {
                self.rest = &self.rest[stream.byte_offset()..];
                // A line is looked at once from here on, or a long one of many values would be looked at for each.
                if !is_patient {
                    self.skip_line();
                }
                Some(value)
            }
            Err(error) => {
                let tried: usize = scope.lines().take(error.line()).map(str::len).sum();
                self.budget = self.budget.saturating_sub(tried);
                None
            }
        }
    }

    fn line(&self) -> &'a str {
        self.rest.lines().next().unwrap_or_default()
    }

    fn skip_line(&mut self) {
        self.rest = self.rest.split_once('\n').map_or("", |(_, rest)| rest);
    }
}

impl Iterator for Values<'_> {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        while !self.rest.is_empty() {
            self.rest = self.rest.trim_start();
            if self.rest.starts_with(['{', '['])
                && let Some(value) = self.value()
            {
                return Some(value);
            }
            self.skip_line();
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> String {
        values(text).map(|value| value.to_string()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn values_are_found_among_noise_over_lines_and_side_by_side() {
        assert_eq!(
            found("warn\n{\"a\":\n 1}\n[WARN] x\n{\"b\":2}{\"c\":3} tail\n[4]"),
            r#"{"a":1} {"b":2} {"c":3} [4]"#
        );
    }

    #[test]
    fn a_broken_value_hides_only_itself() {
        assert_eq!(found("\"x\":1}\n{\"a\":\n{\"b\":2}\n{\"c\":3}"), r#"{"b":2} {"c":3}"#);
    }

    #[test]
    fn a_console_dump_is_no_json_and_does_not_hide_what_follows() {
        let text = "{\n  status: 401,\n  headers: [\n  {\n".repeat(100) + "{\n  \"a\": 1\n}";
        assert_eq!(found(&text), r#"{"a":1}"#);
    }

    #[test]
    fn hostile_nesting_ends_the_search_for_values_over_lines() {
        let text = "[\n".repeat(100) + &"1,\n".repeat(1000) + "!\n{\"b\":2}{}\n{\"c\":\n3}";
        assert_eq!(found(&text), r#"{"b":2}"#);
    }
}
