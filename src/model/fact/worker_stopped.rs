//! `worker_stopped`: a person's wish that a worker end, or not begin; written before it is carried out.

use serde::{Deserialize, Serialize};

use crate::model::worker::Worker;

/// A worker is to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerStopped {
    /// Which.
    pub args: Args,
    /// Nothing yet: how it ended is told by its `worker_finished`.
    pub result: Outcome,
}

/// Which worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Args {
    /// The worker.
    pub worker: Worker,
    /// Which of its executions; 0 where it has not begun.
    pub attempt: u32,
}

/// Nothing yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {}

super::payload!(WorkerStopped, "worker_stopped", |_| true);
