//! `iteration_finished`: one pass of an agent that is run until its gate passes.

use serde::{Deserialize, Serialize};

use crate::model::{
    diff_stat::DiffStat, ending::Ending, log_digest::LogDigest, oid::Oid, usage::Usage, verdict::Verdict,
    worker::Worker,
};

/// One pass ended, the gate did not pass, and another pass follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IterationFinished {
    /// Which.
    pub args: Args,
    /// What was measured.
    pub result: Outcome,
}

/// Which pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Args {
    /// The worker.
    pub worker: Worker,
    /// Which of its executions.
    pub attempt: u32,
    /// Which pass of that, from 1.
    pub iteration: u32,
}

/// What was measured after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// How the agent ended.
    pub ending: Ending,
    /// The tree that it left.
    pub tree: Oid,
    /// How much that differs from base.
    pub diff: DiffStat,
    /// What the gate said of it.
    pub verdict: Verdict,
    /// What the agent printed.
    pub log: Option<LogDigest>,
    /// What the agent said that it spent in this pass.
    pub usage: Option<Usage>,
    /// Whether it changed nothing against the pass before, so that it counts for none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unchanged: bool,
}

super::payload!(IterationFinished, "iteration_finished", |fact| fact.result.verdict == Verdict::Pass);
