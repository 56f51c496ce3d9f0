//! `blame_finished`: which tasks make a union fail.

use serde::{Deserialize, Serialize};

use crate::model::{blame::Explanation, plan::task::TaskId};

/// A search ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlameFinished {
    /// Nothing: the search is the one that was begun.
    pub args: Args,
    /// What was found.
    pub result: Outcome,
}

/// Nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Args {}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The smallest set of tasks that was found to fail together, in the order of the union.
    pub tasks: Vec<TaskId>,
    /// What is known of it.
    pub explanation: Explanation,
}

super::payload!(BlameFinished, "blame_finished", |_| true);
