//! `worker_finished`: how an agent ended, and what it left.

use serde::{Deserialize, Serialize};

use crate::model::{
    cut::Cut, diff_stat::DiffStat, ending::Ending, escaped::Escaped, log_digest::LogDigest, oid::Oid, usage::Usage,
    worker::Worker,
};

/// A worker ended and its candidate is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerFinished {
    /// Which worker.
    pub args: Args,
    /// What it left.
    pub result: Outcome,
}

/// Which execution ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Args {
    /// The worker.
    pub worker: Worker,
    /// Which of its executions, from 1.
    pub attempt: u32,
}

/// What was measured of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// How the agent ended; with `failed_in`, how that step ended.
    pub ending: Ending,
    /// The step before the agent that failed, so that the agent never ran: `worktree`, `include` or `setup`.
    pub failed_in: Option<String>,
    /// The candidate; base itself where nothing changed.
    pub candidate: Oid,
    /// The candidate's tree.
    pub tree: Oid,
    /// How much it changed against base.
    pub diff: DiffStat,
    /// What the agent printed.
    pub log: Option<LogDigest>,
    /// What the agent said that it spent.
    pub usage: Option<Usage>,
    /// A provider's error in the agent's output, in one line.
    pub provider_error: Option<String>,
    /// Paths that could not be read and are not in the candidate, quoted as git quotes.
    #[serde(default)]
    pub skipped: Vec<String>,
    /// Why the agent was ended by us, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut: Option<Cut>,
    /// How often the agent ran in the worktree, where it could have run several times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iterations: Option<u32>,
    /// Tracked paths of the main checkout that changed while the worker ran, quoted as git quotes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checkout_changed: Vec<String>,
    /// What it changed that its task did not declare.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub escapes: Vec<Escaped>,
    /// What it tried to change though its task may only read: none of it is in the candidate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refused>,
    /// The text that it hands over to the tasks after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<LogDigest>,
    /// How often the agent ran again to heal what its gate said and changed something by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heals: Option<u32>,
}

/// Changes that were not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// How much it is.
    pub diff: DiffStat,
    /// The changes as a patch.
    pub patch: LogDigest,
}

super::payload!(WorkerFinished, "worker_finished", |fact| fact.result.ending.is_success());
