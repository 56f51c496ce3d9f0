//! aider's text: the errors of its model library, which it exits 0 on, each at the start of a line of its own.

use super::{Listen, Reading, complaint::complaint};

#[derive(Default)]
pub(super) struct Aider {
    error: Option<String>,
}

impl Listen for Aider {
    fn hear_line(&mut self, line: &str) {
        if is_error(line) {
            self.error = Some(complaint(line));
        } else if is_answer(line) {
            self.error = None;
        }
    }

    fn reading(&self) -> Reading {
        Reading { usage: None, provider_error: self.error.clone(), said: None }
    }
}

/// Knows `litellm.RateLimitError: ...`, as aider prints what it caught.
fn is_error(line: &str) -> bool {
    let name = line.strip_prefix("litellm.").and_then(|rest| rest.split_once(": ")).map_or("", |(name, _)| name);
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_name && (name.ends_with("Error") || name.ends_with("Exception") || name == "Timeout")
}

/// Knows `Tokens: 2.1k sent, 85 received.`, which follows an answer: an error before it was tried again and overcome.
fn is_answer(line: &str) -> bool {
    line.starts_with("Tokens: ") && line.contains(" received")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_line_that_starts_as_the_library_writes_it_is_an_error() {
        assert!(is_error("litellm.Timeout: Connection timed out"));
        assert!(is_error("litellm.InternalServerError: InternalServerError: OpenAIException - 500"));
        for line in
            ["litellm.completion: x", "raise litellm.APIError: x", "> litellm.APIError: x", "litellm.APIError", "401"]
        {
            assert!(!is_error(line), "{line}");
        }
    }
}
