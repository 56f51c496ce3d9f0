//! Documents: the text of a plan read as values, before anything is known of what they mean.

use serde_json::Value;

use crate::model::unique::Unique;

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
    read.map(|Unique(value)| value).map_err(told)
}

/// The longest reason of why a text cannot be read, in characters.
const LONGEST_REASON: usize = 400;
