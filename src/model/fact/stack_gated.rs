//! `stack_gated`: what the gate says of the target with some entries on it.

use serde::{Deserialize, Serialize};

use crate::model::{ending::Ending, log_digest::LogDigest, oid::Oid, queue::entry::EntryId, verdict::Verdict};

/// A stack was gated, or could not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackGated {
    /// What was asked.
    pub args: Args,
    /// What was found.
    pub result: Outcome,
}

/// Which entries, on which commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Args {
    /// The target's commit.
    pub onto: Oid,
    /// The entries, from the lowest up; none of them where the target itself was gated.
    pub entries: Vec<EntryId>,
}

/// Why a stack could not be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// The lowest entry that conflicts with what is below it.
    pub entry: EntryId,
    /// The paths in conflict, quoted as git quotes, in path order.
    pub paths: Vec<String>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The stack's uppermost commit, to which the target moves when that entry lands; null where it conflicts.
    pub commit: Option<Oid>,
    /// Its tree: the one that was gated.
    pub tree: Option<Oid>,
    /// Why there is none.
    pub conflict: Option<Conflict>,
    /// What the gate said; `none` where it was not run.
    pub verdict: Verdict,
    /// How the check ended; null where it was not run.
    pub ending: Option<Ending>,
    /// What it printed.
    pub log: Option<LogDigest>,
    /// Whether the verdict is that of an earlier run of the same check on the same tree.
    pub cached: bool,
}

impl Outcome {
    /// Tells of a stack that was made and not checked.
    #[must_use]
    pub fn made(commit: Oid, tree: Oid) -> Self {
        Self { commit: Some(commit), tree: Some(tree), ..Self::unchecked() }
    }

    /// Tells of a stack that could not be made.
    #[must_use]
    pub fn conflicting(conflict: Conflict) -> Self {
        Self { conflict: Some(conflict), ..Self::unchecked() }
    }

    const fn unchecked() -> Self {
        let (commit, tree, conflict, verdict) = (None, None, None, Verdict::None);
        Self { commit, tree, conflict, verdict, ending: None, log: None, cached: false }
    }
}

super::payload!(StackGated, "stack_gated", |fact| fact.result.verdict == Verdict::Pass);
