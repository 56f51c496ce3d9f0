//! `score_finished`: a number that the user's command printed of one candidate.

use serde::{Deserialize, Serialize};

use crate::model::{ending::Ending, log_digest::LogDigest, oid::Oid, worker::Worker};

/// A score was measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoreFinished {
    /// What was asked.
    pub args: Args,
    /// What was found.
    pub result: Outcome,
}

/// What was scored, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Args {
    /// The worker whose candidate was scored.
    pub worker: Worker,
    /// Which of its executions.
    pub attempt: u32,
    /// The command line.
    pub argv: Vec<String>,
}

/// What the command said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The candidate's tree.
    pub tree: Oid,
    /// How the command ended.
    pub ending: Ending,
    /// The number on the last line that it printed, in millionths; null where there was none.
    pub score_micro: Option<i64>,
    /// What it printed.
    pub log: Option<LogDigest>,
}

super::payload!(ScoreFinished, "score_finished", |fact| fact.result.score_micro.is_some());
