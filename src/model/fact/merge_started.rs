//! `merge_started`: the intent to move a branch, written before it moves.

use serde::{Deserialize, Serialize};

use crate::model::{merge_mode::MergeMode, oid::Oid, worker::Worker};

/// A branch is about to move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergeStarted {
    /// What was asked.
    pub args: Args,
    /// Nothing yet.
    pub result: Outcome,
}

/// What is to be merged, and where to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Args {
    /// The worker whose candidate is merged; null for the union of a plan.
    pub worker: Option<Worker>,
    /// The candidate: their side.
    pub candidate: Oid,
    /// The branch, as a full ref name.
    pub target: String,
    /// How.
    pub mode: MergeMode,
    /// The branch's commit before: our side.
    pub ours: Oid,
    /// The tree that the merge was computed to have.
    pub tree: Oid,
}

/// Nothing: the branch has not moved yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {}

super::payload!(MergeStarted, "merge_started", |_| true);
