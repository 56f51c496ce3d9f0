//! `entry_held`: an entry cannot land as it is, and waits for a person.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::{log_digest::LogDigest, oid::Oid, queue::entry::EntryId};

/// An entry waits for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryHeld {
    /// Which.
    pub args: Args,
    /// Why.
    pub result: Outcome,
}

/// Which entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Args {
    /// The entry.
    pub entry: EntryId,
}

/// Why an entry cannot land.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It conflicts with the target.
    Conflict,
    /// The gate passes on the target, and not with it.
    Gate,
    /// The gate does not pass on the target itself, and with it neither.
    Target,
    /// The target is checked out with changes in the way.
    Dirty,
    /// Its commit is there no more.
    Gone,
}

impl Reason {
    /// Tells whether it was found by testing, and not by looking around.
    #[must_use]
    pub fn is_tested(self) -> bool {
        matches!(self, Self::Conflict | Self::Gate | Self::Target)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Conflict => "it conflicts with the target",
            Self::Gate => "the gate does not pass with it",
            Self::Target => "the gate does not pass on the target itself",
            Self::Dirty => "the target is checked out with changes in the way",
            Self::Gone => "its commit is there no more",
        })
    }
}

/// Why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// In a word.
    pub reason: Reason,
    /// The target's commit that it was tested on.
    pub onto: Oid,
    /// The paths in conflict, or in the way, quoted as git quotes, in path order.
    pub paths: Vec<String>,
    /// What the gate printed.
    pub log: Option<LogDigest>,
    /// The entries that it was tested on top of, which have landed since.
    pub with: Vec<EntryId>,
}

super::payload!(EntryHeld, "entry_held", |_| false);
