//! `task_finished`: what the attempts at one task of a plan came to.

use serde::{Deserialize, Serialize};

use crate::model::{oid::Oid, plan::task::TaskId, ranking::Rank, worker::Worker};

/// A task of a plan is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskFinished {
    /// Which.
    pub args: Args,
    /// What it came to.
    pub result: Outcome,
}

/// Which task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Args {
    /// Its name in the plan.
    pub task: TaskId,
}

/// How a task ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// One of its candidates was accepted.
    Accepted,
    /// None of its candidates may be.
    Failed,
    /// It did not run, since a task that it needs came to nothing.
    Blocked,
}

impl End {
    /// Returns the word that the record has for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Failed => "failed",
            Self::Blocked => "blocked",
        }
    }
}

/// What the attempts came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// How it ended.
    pub end: End,
    /// Whose candidate was accepted.
    pub worker: Option<Worker>,
    /// That candidate.
    pub candidate: Option<Oid>,
    /// Why this one, or why none.
    pub reason: String,
    /// The candidates of the task, best first.
    pub ranking: Vec<Rank>,
}

super::payload!(TaskFinished, "task_finished", |fact| fact.result.end == End::Accepted);
