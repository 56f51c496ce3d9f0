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
}

super::payload!(StreamFinished, "stream_finished", |_| true);
