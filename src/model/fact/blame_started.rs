//! `blame_started`: the search for the tasks that make a union fail begins.

use serde::{Deserialize, Serialize};

use crate::model::{fact::union_finished::Part, plan::task::TaskId};

/// A search begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlameStarted {
    /// What is searched.
    pub args: Args,
    /// Nothing yet.
    pub result: Outcome,
}

/// What is searched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Args {
    /// The candidates of the union that fails, in the order in which they are integrated.
    pub parts: Vec<Part>,
    /// The tasks whose paths the gate's output names: asked about first, and no more than that.
    pub hint: Vec<TaskId>,
    /// How often the gate may run for it.
    pub budget: u32,
}

/// Nothing: nothing was looked at yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {}

super::payload!(BlameStarted, "blame_started", |_| true);
