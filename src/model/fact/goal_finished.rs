//! `goal_finished`: whether what a plan is for was brought about, and what is offered for merging.

use serde::{Deserialize, Serialize};

use crate::model::{oid::Oid, plan::task::TaskId, verdict::Verdict, worker::Worker};

/// A plan was carried out, or could not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoalFinished {
    /// Nothing: it is the whole plan.
    pub args: Args,
    /// What came of it.
    pub result: Outcome,
}

/// Nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Args {}

/// How the goal was pursued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// By several tasks.
    Parallel,
    /// By one task, which is the whole plan.
    SingleSession,
    /// By several tasks, of which one session mended what was to blame.
    RegionalReplan,
    /// By several tasks, and then by one session from the start.
    ParallelThenSingleSession,
}

impl Mode {
    /// Returns the word that the record has for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Parallel => "parallel",
            Self::SingleSession => "single_session",
            Self::RegionalReplan => "regional_replan",
            Self::ParallelThenSingleSession => "parallel_then_single_session",
        }
    }
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// How the goal was pursued in the end.
    pub mode: Mode,
    /// Whether every task that must did its part, all of it could be integrated, and the goal's gate passed on the tree that
    /// is offered.
    pub delivered: bool,
    /// The commit that is offered for merging; null where there is none.
    pub commit: Option<Oid>,
    /// Its tree.
    pub tree: Option<Oid>,
    /// The worker whose candidate it is, where one session took over.
    pub worker: Option<Worker>,
    /// What the goal's gate said of it; `none` where it has none.
    pub verdict: Verdict,
    /// The tasks of which nothing is in it that had to be.
    pub missing: Vec<TaskId>,
    /// Why it was delivered, or why not.
    pub reason: String,
}

super::payload!(GoalFinished, "goal_finished", |fact| fact.result.delivered);
