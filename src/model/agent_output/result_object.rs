//! Result objects: `type: "result"` with `is_error`, `usage`, `num_turns` and `total_cost_usd`; the last one counts.

use serde_json::{Deserializer, Value};

use super::{
    Listen, Reading,
    complaint::{complaint, complaint_of, text},
    number::{count, micro_usd},
    said::said,
};
use crate::model::usage::Usage;

/// How a result starts where it is written without blanks: inside a JSON text the quotes would be escaped.
const START: &str = r#"{"type":"result""#;
/// How many of the last such starts are tried.
const TRIES: usize = 16;

#[derive(Default)]
pub(super) struct ResultObject(Reading);

impl Listen for ResultObject {
    fn hear(&mut self, value: &Value) {
        if let Some(result) = result_of(value) {
            self.0 = reading(result);
        }
    }

    /// Finds the result in an array whose start is missing: a line that is no JSON value any more.
    fn hear_tail(&mut self, text: &str) {
        let starts = text.rmatch_indices(START).take(TRIES);
        let mut results = starts.filter_map(|(at, _)| {
            let mut stream = Deserializer::from_str(&text[at..]).into_iter::<Value>();
            stream.next()?.ok().filter(is_result)
        });
        self.0 = results.next().as_ref().map(reading).unwrap_or_default();
    }

    fn reading(&self) -> Reading {
        self.0.clone()
    }
}

/// Finds the result that a value is or, as an array, has: at least the last element where that one has a `usage`.
fn result_of(value: &Value) -> Option<&Value> {
    let Value::Array(elements) = value else {
        return Some(value).filter(|value| is_result(value));
    };
    let last = || elements.last().filter(|last| last["usage"].is_object());
    elements.iter().rfind(|element| is_result(element)).or_else(last)
}

fn is_result(value: &Value) -> bool {
    value["type"] == "result"
}

fn reading(result: &Value) -> Reading {
    let usage = Usage {
        input_tokens: count(result.pointer("/usage/input_tokens")),
        output_tokens: count(result.pointer("/usage/output_tokens")),
        cost_micro_usd: result["total_cost_usd"].as_f64().and_then(micro_usd),
        turns: count(result.get("num_turns")),
    };
    let provider_error = (result["is_error"] == true).then(|| why(result));
    Reading { usage: Some(usage), provider_error, said: said(&result["result"]) }
}

/// Says why a result is an error; its `subtype` may say `success` even then.
fn why(result: &Value) -> String {
    if let error @ (Value::String(_) | Value::Object(_)) = &result["error"] {
        return complaint_of(error);
    }
    let mut said = ["/result", "/errors/0", "/subtype"].iter().filter_map(|place| text(result.pointer(place)?));
    complaint(said.find(|said| *said != "success").unwrap_or_default())
}
