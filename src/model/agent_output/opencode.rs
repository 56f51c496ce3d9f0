//! opencode's events: a `step_finish` a step, each with its own tokens and cost, and `error`.

use serde_json::Value;

use super::{
    Listen, Reading,
    complaint::complaint_of,
    number::{count, micro_usd, sum},
    said::said,
};
use crate::model::usage::Usage;

#[derive(Default)]
pub(super) struct Opencode {
    spent: Option<Spent>,
    error: Option<String>,
    is_cut: bool,
    said: Option<String>,
}

/// What some steps spent; a column that one of them left out is null.
#[derive(Clone, Copy)]
struct Spent {
    input: Option<u64>,
    output: Option<u64>,
    /// Dollars: rounding each step to micro-dollars would add up to a wrong sum.
    cost: Option<f64>,
}

impl Listen for Opencode {
    fn hear(&mut self, event: &Value) {
        match event["type"].as_str() {
            Some("step_finish") => {
                let step = Spent::of(&event["part"]);
                self.spent = Some(self.spent.map_or(step, |spent| spent.plus(step)));
                self.error = None;
            }
            Some("text") => self.said = said(&event["part"]["text"]).or(self.said.take()),
            Some("error") => self.error = Some(complaint_of(&event["error"])),
            _ => {}
        }
    }

    fn hear_tail(&mut self, _text: &str) {
        self.is_cut = true;
    }

    fn reading(&self) -> Reading {
        let spent = self.spent.filter(|_| !self.is_cut);
        Reading { usage: spent.map(Spent::usage), provider_error: self.error.clone(), said: self.said.clone() }
    }
}

impl Spent {
    fn of(part: &Value) -> Self {
        let tokens = |key: &str| count(part["tokens"].get(key));
        Self { input: tokens("input"), output: tokens("output"), cost: part["cost"].as_f64() }
    }

    fn plus(self, step: Self) -> Self {
        Self {
            input: sum(self.input, step.input),
            output: sum(self.output, step.output),
            cost: self.cost.zip(step.cost).map(|(spent, step)| spent + step),
        }
    }

    fn usage(self) -> Usage {
        Usage {
            input_tokens: self.input,
            output_tokens: self.output,
            cost_micro_usd: self.cost.and_then(micro_usd),
            turns: None,
        }
    }
}
