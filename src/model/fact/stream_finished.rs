//! `stream_finished`: no more tasks come from the stream that a run works off.

use serde::{Deserialize, Serialize};

/// The stream is at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamFinished {
    /// Nothing.
    pub args: Args,
    /// What came from it.
    pub result: Outcome,
}

/// Nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Args {}

/// What came from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// How many tasks were taken.
    pub drawn: u64,
    /// What was offered and could not be taken as a task.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
}

/// A line that could not be taken as a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The beginning of the line.
    pub line: String,
    /// Why it was left out.
    pub reason: String,
}

super::payload!(StreamFinished, "stream_finished", |fact| fact.result.left_out.is_empty());
