//! `worker_retried`: a worker is to run again; what it left before is kept as a superseded attempt.

use serde::{Deserialize, Serialize};

use crate::model::{oid::Oid, worker::Worker};

/// A worker is queued again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerRetried {
    /// What was asked.
    pub args: Args,
    /// What gave way.
    pub result: Outcome,
}

/// What was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Args {
    /// The worker.
    pub worker: Worker,
    /// The attempt that is to come.
    pub attempt: u32,
    /// What its agent is told beside the task: the diff and the gate's words of the attempt before; none: nothing.
    pub feedback: Option<String>,
}

/// What gave way to the new attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The candidate of the attempt before; none where that never ran.
    pub superseded: Option<Oid>,
}

super::payload!(WorkerRetried, "worker_retried", |_| true);
