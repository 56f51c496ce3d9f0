//! gemini's one object: tokens a model under `stats.models`, and an `error` where it failed.

use serde_json::{Map, Value};

use super::{
    Listen, Reading,
    complaint::complaint_of,
    number::{count, sum},
    said::said,
};
use crate::model::usage::Usage;

#[derive(Default)]
pub(super) struct Gemini(Reading);

impl Listen for Gemini {
    fn hear(&mut self, value: &Value) {
        let models = value.pointer("/stats/models").and_then(Value::as_object);
        // Other programs' log lines have an `error` too, without gemini's `message` in it.
        let error = value.get("error").filter(|error| error["message"].is_string());
        if models.is_some() || error.is_some() {
            let usage = models.map(usage).or(self.0.usage.take());
            self.0 = Reading { usage, provider_error: error.map(complaint_of), said: said(&value["response"]) };
        }
    }

    fn reading(&self) -> Reading {
        self.0.clone()
    }
}

fn usage(models: &Map<String, Value>) -> Usage {
    let total = |key: &str| {
        let counts = models.values().map(|model| count(model.pointer("/tokens")?.get(key)));
        counts.reduce(sum).flatten()
    };
    Usage { input_tokens: total("prompt"), output_tokens: total("candidates"), ..Usage::default() }
}
