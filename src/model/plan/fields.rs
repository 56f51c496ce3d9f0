//! Fields: the values of one object, each held to its type, with whatever is wrong gathered.

use serde_json::{Map, Value};

use super::finding::{Code, Findings, Place, named};

/// An object that is read.
#[derive(Clone, Debug)]
pub(super) struct Fields<'v> {
    object: &'v Map<String, Value>,
    /// Where it stands.
    pub(super) place: Place,
    /// Where what is wrong goes.
    pub(super) findings: &'v Findings,
}

impl<'v> Fields<'v> {
    /// Takes a value that must be an object with no keys but the known ones.
    pub(super) fn of(value: &'v Value, place: Place, findings: &'v Findings, known: &[&str]) -> Option<Self> {
        let Value::Object(object) = value else {
            wrong_type(findings, &place, ("an object", value));
            return None;
        };
        for key in object.keys().filter(|key| !known.contains(&key.as_str())) {
            let meant = findings.did_you_mean(key, known.iter().copied());
            findings.error(Code::UnknownKey, &place.key(key), format!("there is no key {}{meant}", named(key)));
        }
        Some(Self { object, place, findings })
    }

    /// Returns the value of a key as it stands.
    pub(super) fn value(&self, key: &str) -> Option<&'v Value> {
        self.object.get(key)
    }

    /// Adds an error about the value of a key.
    pub(super) fn error(&self, code: Code, key: &str, message: impl Into<String>) {
        self.findings.error(code, &self.place.key(key), message);
    }

    /// Adds an error where a key is not there.
    pub(super) fn require(&self, key: &str) {
        if !self.object.contains_key(key) {
            self.error(Code::MissingKey, key, format!("the key {} is missing", named(key)));
        }
    }

    /// Returns a text that holds something.
    pub(super) fn text(&self, key: &str) -> Option<&'v str> {
        filled(self.object.get(key)?, &self.place.key(key), self.findings)
    }

    /// Returns what a text is read as, or gathers why it is not.
    pub(super) fn parsed<T>(&self, key: &str, parse: impl FnOnce(&str) -> Result<T, (Code, String)>) -> Option<T> {
        match parse(self.text(key)?) {
            Ok(value) => Some(value),
            Err((code, message)) => {
                self.error(code, key, message);
                None
            }
        }
    }

    /// Returns yes or no; no where it is not said.
    pub(super) fn truth(&self, key: &str) -> bool {
        match self.object.get(key) {
            None | Some(Value::Bool(false)) => false,
            Some(Value::Bool(true)) => true,
            Some(value) => {
                wrong_type(self.findings, &self.place.key(key), ("true or false", value));
                false
            }
        }
    }

    /// Returns the values of a list, each with its place; none where there is no list.
    pub(super) fn list(&self, key: &str) -> Vec<(Place, &'v Value)> {
        let place = self.place.key(key);
        match self.object.get(key) {
            None => Vec::new(),
            Some(Value::Array(values)) => values.iter().enumerate().map(|(at, value)| (place.at(at), value)).collect(),
            Some(value) => {
                wrong_type(self.findings, &place, ("a list", value));
                Vec::new()
            }
        }
    }

    /// Returns the words of a command line; none where there is none.
    pub(super) fn command_line(&self, key: &str) -> Option<Vec<String>> {
        if self.object.get(key)?.as_array().is_some_and(Vec::is_empty) {
            self.error(Code::Empty, key, "the command line has no words");
        }
        let words = self.list(key).into_iter().enumerate().filter_map(|(at, (place, value))| {
            // Arguments may be empty; a program has a name.
            let word = if at == 0 { filled(value, &place, self.findings) } else { text(value, &place, self.findings) };
            let word = word.filter(|word| !word.contains('\0') || nul(self.findings, &place));
            word.map(str::to_owned)
        });
        Some(words.collect())
    }

    /// Returns the values of an object, each by its key with its place; none where there is no object.
    pub(super) fn entries(&self, key: &str) -> Vec<(&'v str, Place, &'v Value)> {
        let place = self.place.key(key);
        match self.object.get(key) {
            None => Vec::new(),
            Some(Value::Object(object)) => {
                object.iter().map(|(name, value)| (name.as_str(), place.key(name), value)).collect()
            }
            Some(value) => {
                wrong_type(self.findings, &place, ("an object", value));
                Vec::new()
            }
        }
    }
}

/// Returns the text that a value is.
pub(super) fn text<'v>(value: &'v Value, place: &Place, findings: &Findings) -> Option<&'v str> {
    let text = value.as_str();
    if text.is_none() {
        wrong_type(findings, place, ("a text", value));
    }
    text
}

/// Returns the text that a value is, which must hold something.
pub(super) fn filled<'v>(value: &'v Value, place: &Place, findings: &Findings) -> Option<&'v str> {
    let text = text(value, place, findings)?;
    if text.trim().is_empty() {
        findings.error(Code::Empty, place, "the text is empty");
        return None;
    }
    Some(text)
}

fn nul(findings: &Findings, place: &Place) -> bool {
    findings.error(Code::WrongType, place, "a word of a command line cannot hold a NUL character");
    false
}

/// Adds an error about a value that is of another type.
pub(super) fn wrong_type(findings: &Findings, place: &Place, (wanted, value): (&str, &Value)) {
    let is = match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    findings.error(Code::WrongType, place, format!("it must be {wanted} and is {is}"));
}
