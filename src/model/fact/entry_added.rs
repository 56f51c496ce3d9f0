//! `entry_added`: something is to land when its turn comes.

use serde::{Deserialize, Serialize};

use crate::model::{oid::Oid, queue::entry::EntryId, run_id::RunId};

/// An entry waits from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryAdded {
    /// What was asked.
    pub args: Args,
    /// Nothing yet.
    pub result: Outcome,
}

/// Where a commit came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// It is the winner of a run.
    Run(RunId),
    /// A branch was at it; the full ref name.
    Branch(String),
    /// It was named itself.
    Commit(Oid),
}

impl Source {
    /// Returns the run, where it is one.
    #[must_use]
    pub fn run(&self) -> Option<&RunId> {
        if let Self::Run(run) = self { Some(run) } else { None }
    }
}

/// What is to land.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Args {
    /// Its number in the queue, from 1, without a gap.
    pub entry: EntryId,
    /// Where it came from.
    pub source: Source,
    /// The commit that is to land.
    pub commit: Oid,
    /// What it is for, in a line: the run's task, or the commit's subject.
    pub title: String,
    /// What is higher goes first; equals go in the order in which they were added.
    pub priority: i32,
}

/// Nothing yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {}

super::payload!(EntryAdded, "entry_added", |_| true);
