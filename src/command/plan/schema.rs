//! `git par plan schema`: the shape of plans, for programs that write or check them.

use serde::Serialize;
use serde_json::Value;

use crate::command::{Report, report};

/// The JSON Schema, as it is shipped.
pub const TEXT: &str = include_str!("../../../schema/plan.schema.json");

/// Print the JSON Schema of plans, such as for an agent that is to write one
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub struct Args {}

/// The schema.
#[derive(Debug, Serialize)]
pub struct Schema {
    schema: Value,
}

/// Returns the schema.
#[must_use]
pub fn run(_args: &Args) -> Schema {
    Schema { schema: serde_json::from_str(TEXT).expect("the shipped schema is JSON") }
}

impl Report for Schema {
    fn text(&self) -> String {
        TEXT.to_owned()
    }

    fn json(&self) -> Value {
        report::object(self)
    }
}
