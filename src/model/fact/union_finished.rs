//! `union_finished`: what several accepted candidates make together.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::{oid::Oid, plan::task::TaskId, worker::Worker};

/// Candidates were integrated, one after another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnionFinished {
    /// What was asked.
    pub args: Args,
    /// What came of it.
    pub result: Outcome,
}

impl UnionFinished {
    /// Lists the candidates that are in it, in the order in which they were integrated.
    pub fn merged(&self) -> impl Iterator<Item = &Part> {
        let is_out = |part: &&Part| self.result.conflicts.iter().any(|conflict| conflict.theirs == part.task);
        self.args.parts.iter().filter(move |part| !is_out(part))
    }
}

/// One candidate that goes into a union.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The task that it is of.
    pub task: TaskId,
    /// Whose candidate.
    pub worker: Worker,
    /// The candidate.
    pub candidate: Oid,
}

/// What was to be integrated, and onto what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Args {
    /// The wave of the plan whose tasks these are, counted from 1; null where what is kept of all is put together anew.
    pub wave: Option<u32>,
    /// The commit that it starts from: the union before, or the run's base.
    pub base: Oid,
    /// The candidates, in the order in which they are integrated.
    pub parts: Vec<Part>,
}

/// Two tasks whose candidates cannot be integrated; the later one is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// The task in the union that it conflicts with; null where it is not with another task's work alone.
    pub ours: Option<TaskId>,
    /// The task that is left out of it.
    pub theirs: TaskId,
    /// The paths in conflict, quoted as git quotes, in path order.
    pub paths: Vec<String>,
}

impl fmt::Display for Conflict {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ours = self.ours.as_ref().map_or("what was there", TaskId::as_str);
        write!(out, "{} conflicts with {ours} in {}", self.theirs, self.paths.join(", "))
    }
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The union of all that could be integrated: a commit whose first parent is what it started from, and whose others are
    /// the candidates; what it started from itself where nothing was added.
    pub commit: Oid,
    /// Its tree.
    pub tree: Oid,
    /// What could not be integrated.
    pub conflicts: Vec<Conflict>,
}

super::payload!(UnionFinished, "union_finished", |fact| fact.result.conflicts.is_empty());
