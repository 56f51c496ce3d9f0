//! `gate_finished`: what the project's own check said of one tree.

use serde::{Deserialize, Serialize};

use crate::model::{
    ending::Ending, gate_plan::Place, log_digest::LogDigest, oid::Oid, verdict::Verdict, worker::Worker,
};

/// A gate ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateFinished {
    /// What was asked.
    pub args: Args,
    /// What was found.
    pub result: Outcome,
}

/// What was gated, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Args {
    /// The worker whose candidate was gated; null for the base, and for a union.
    pub worker: Option<Worker>,
    /// Which of its executions.
    pub attempt: Option<u32>,
    /// The check's command line.
    pub argv: Vec<String>,
    /// Where it ran.
    pub place: Place,
    /// Its most time, in milliseconds.
    pub timeout_ms: Option<u64>,
    /// Pathspecs that were taken from base.
    pub protect: Vec<String>,
    /// Whether the union of a plan's tasks was gated.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub union: bool,
}

/// What the gate said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The candidate, or base.
    pub commit: Oid,
    /// The tree that was gated; with protected paths another than the commit's.
    pub tree: Oid,
    /// What it said.
    pub verdict: Verdict,
    /// The exit status, where there was one.
    pub exit_code: Option<i32>,
    /// How the command ended; null where it was not run.
    pub ending: Option<Ending>,
    /// Why it was not run, or could not be.
    pub reason: Option<String>,
    /// What it printed.
    pub log: Option<LogDigest>,
    /// Whether the answer was taken from an earlier run of the same check on the same tree.
    pub cached: bool,
    /// Protected paths that the candidate touched, quoted as git quotes.
    pub touched: Vec<String>,
}

super::payload!(GateFinished, "gate_finished", |fact| fact.result.verdict == Verdict::Pass);
