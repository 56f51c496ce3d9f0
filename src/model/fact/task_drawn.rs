//! `task_drawn`: a task was taken from the stream that a run works off.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::fact::run_started::Lane;

/// A task was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskDrawn {
    /// Which, and who tries it.
    pub args: Args,
    /// Nothing yet.
    pub result: Outcome,
}

/// Which task, and who tries it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Args {
    /// The task, as a plan has it.
    pub task: Value,
    /// Its workers, by number.
    pub workers: Vec<Lane>,
}

/// Nothing: nobody has begun yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {}

super::payload!(TaskDrawn, "task_drawn", |_| true);
