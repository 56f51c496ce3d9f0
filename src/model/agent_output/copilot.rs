//! copilot's events: the last has an `exitCode`; a `session.error` before it says why it is not zero.

use serde_json::Value;

use super::{Listen, Reading, complaint::complaint_of};

#[derive(Default)]
pub(super) struct Copilot {
    error: Option<String>,
}

impl Listen for Copilot {
    fn hear(&mut self, event: &Value) {
        match event.get("exitCode").and_then(Value::as_i64) {
            Some(0) => self.error = None,
            Some(code) => _ = self.error.get_or_insert_with(|| format!("exit code {code}")),
            None if event["type"] == "session.error" => self.error = Some(complaint_of(event)),
            None => {}
        }
    }

    fn reading(&self) -> Reading {
        Reading { usage: None, provider_error: self.error.clone(), said: None }
    }
}
