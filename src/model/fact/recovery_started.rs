//! `recovery_started`: one session takes over what the tasks of a plan did not bring about together.

use serde::{Deserialize, Serialize};

use crate::model::{fact::run_started::Lane, oid::Oid, plan::task::TaskId};

/// A session is to begin, as a worker of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveryStarted {
    /// What is planned.
    pub args: Args,
    /// Nothing yet.
    pub result: Outcome,
}

/// How a session takes over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// It starts from what is not to blame.
    Regional,
    /// It starts from the run's base and does the whole goal.
    Single,
}

/// What is planned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Args {
    /// How it takes over.
    pub scope: Scope,
    /// The worker that runs it.
    pub lane: Lane,
    /// The commit that it starts from.
    pub base: Oid,
    /// The tasks whose candidates are in that commit.
    pub kept: Vec<TaskId>,
    /// The tasks of whose work nothing is in it.
    pub dropped: Vec<TaskId>,
}

/// Nothing: it has not run yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {}

super::payload!(RecoveryStarted, "recovery_started", |_| true);
