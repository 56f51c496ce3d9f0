//! `run_finished`: nothing of a run is at work any more, and why.

use serde::{Deserialize, Serialize};

use crate::model::{run_end::RunEnd, worker::Worker};

/// The workers of a run were worked on until there was nothing left to do, or no more to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunFinished {
    /// Nothing.
    pub args: Args,
    /// Why.
    pub result: Outcome,
}

/// Nothing: it is the whole run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Args {}

/// Why the run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Why; the first of the list that holds.
    pub reason: RunEnd,
    /// The workers that were not started, by number.
    pub queued: Vec<Worker>,
}

super::payload!(RunFinished, "run_finished", |fact| fact.result.reason == RunEnd::Completed);
