//! codex's events: `turn.completed` carries the running total of the whole session, so the last one is the sum.

use serde_json::Value;

use super::{Listen, Reading, complaint::complaint_of, number::count, said::said};
use crate::model::usage::Usage;

#[derive(Default)]
pub(super) struct Codex {
    usage: Option<Usage>,
    failure: Option<String>,
    /// An `error` event: often a lost connection that is made again, so it counts only where no turn ends after it.
    doubt: Option<String>,
    said: Option<String>,
}

impl Listen for Codex {
    fn hear(&mut self, event: &Value) {
        match event["type"].as_str() {
            Some("turn.completed") => {
                *self = Self { usage: Some(usage(&event["usage"])), said: self.said.take(), ..Self::default() };
            }
            Some("item.completed") if event["item"]["type"] == "agent_message" => {
                self.said = said(&event["item"]["text"]).or(self.said.take());
            }
            Some("turn.failed") => self.failure = Some(complaint_of(&event["error"])),
            Some("error") => self.doubt = Some(complaint_of(event)),
            _ => {}
        }
    }

    fn reading(&self) -> Reading {
        Reading {
            usage: self.usage.clone(),
            provider_error: self.failure.clone().or_else(|| self.doubt.clone()),
            said: self.said.clone(),
        }
    }
}

fn usage(usage: &Value) -> Usage {
    Usage {
        input_tokens: count(usage.get("input_tokens")),
        output_tokens: count(usage.get("output_tokens")),
        ..Usage::default()
    }
}
