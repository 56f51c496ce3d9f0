//! `merge_finished`: that a branch moved, or why it did not.

use serde::{Deserialize, Serialize};

use crate::model::{merge_mode::MergeMode, oid::Oid, worker::Worker};

/// A branch moved, or did not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergeFinished {
    /// What was asked.
    pub args: Args,
    /// What came of it.
    pub result: Outcome,
}

/// What was to be merged, and where to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Args {
    /// The worker whose candidate was merged; null for the union of a plan.
    pub worker: Option<Worker>,
    /// The candidate: their side.
    pub candidate: Oid,
    /// The branch, as a full ref name.
    pub target: String,
    /// How.
    pub mode: MergeMode,
    /// The branch's commit before: our side.
    pub ours: Oid,
}

/// What came of the merge.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The commit that the branch is at; null where it did not move.
    pub commit: Option<Oid>,
    /// That commit's tree.
    pub tree: Option<Oid>,
    /// Paths that conflict, quoted as git quotes.
    pub conflicts: Vec<String>,
    /// Why the branch did not move, where no path conflicts.
    pub reason: Option<String>,
}

super::payload!(MergeFinished, "merge_finished", |fact| fact.result.commit.is_some());
