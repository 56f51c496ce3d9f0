//! `worker_discarded`: a candidate is out of the running; it stays reachable until it is pruned.

use serde::{Deserialize, Serialize};

use crate::model::{oid::Oid, worker::Worker};

/// A worker's candidate is out of the running.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerDiscarded {
    /// Which.
    pub args: Args,
    /// What it was.
    pub result: Outcome,
}

/// Which worker's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Args {
    /// The worker.
    pub worker: Worker,
    /// Which of its executions.
    pub attempt: u32,
}

/// What was discarded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The candidate.
    pub candidate: Oid,
}

super::payload!(WorkerDiscarded, "worker_discarded", |_| true);
