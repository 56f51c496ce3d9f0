//! `run_resumed`: another process took a run over from one that died.

use serde::{Deserialize, Serialize};

use crate::model::worker::Worker;

/// A run whose supervisor died is worked on again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunResumed {
    /// Nothing.
    pub args: Args,
    /// What was found.
    pub result: Outcome,
}

/// Nothing: it is the whole run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Args {}

/// How the run was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The workers that were cut short, by number.
    pub interrupted: Vec<Worker>,
    /// The workers that were never started, by number.
    pub queued: Vec<Worker>,
}

super::payload!(RunResumed, "run_resumed", |_| true);
