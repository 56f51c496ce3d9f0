//! `union_probed`: what the gate says of some of the candidates of a union that fails.

use serde::{Deserialize, Serialize};

use crate::model::{
    blame::Answer, ending::Ending, log_digest::LogDigest, oid::Oid, plan::task::TaskId, verdict::Verdict,
};

/// Some candidates alone were put to the gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnionProbed {
    /// Which.
    pub args: Args,
    /// What was found.
    pub result: Outcome,
}

/// Which candidates, by what check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Args {
    /// The tasks whose candidates these are, in the order of the union.
    pub tasks: Vec<TaskId>,
    /// The check's command line.
    pub argv: Vec<String>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The tree that they make; null where they conflict without the others.
    pub tree: Option<Oid>,
    /// What the gate said of it; `none` where they conflict.
    pub verdict: Verdict,
    /// The exit status, where there was one.
    pub exit_code: Option<i32>,
    /// How the check ended; null where it was not run.
    pub ending: Option<Ending>,
    /// What it printed.
    pub log: Option<LogDigest>,
    /// Whether the verdict is that of an earlier run of the same check on the same tree.
    pub cached: bool,
}

impl From<Verdict> for Answer {
    /// Tells the search what a verdict on some of the candidates says.
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Pass => Self::Passes,
            Verdict::Fail => Self::Fails,
            Verdict::Timeout | Verdict::Error | Verdict::None => Self::Unknown,
        }
    }
}

super::payload!(UnionProbed, "union_probed", |fact| fact.result.verdict == Verdict::Pass);
