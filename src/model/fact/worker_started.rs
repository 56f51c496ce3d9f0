//! `worker_started`: the intent to run an agent, written before it runs.

use serde::{Deserialize, Serialize};

use crate::model::{oid::Oid, worker::Worker};

/// A worker is about to start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerStarted {
    /// What was asked.
    pub args: Args,
    /// Nothing yet.
    pub result: Outcome,
}

/// What was asked of the worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Args {
    /// The worker.
    pub worker: Worker,
    /// Which of its executions this is, from 1.
    pub attempt: u32,
    /// The agent's name.
    pub agent: String,
    /// The agent's command line.
    pub argv: Vec<String>,
    /// The commit that its worktree starts at.
    pub base: Oid,
}

/// Nothing: it has not run yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {}

super::payload!(WorkerStarted, "worker_started", |_| true);
