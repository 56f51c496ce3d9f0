//! `entries_returned`: entries that were tested wait again, in their old places.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::queue::entry::EntryId;

/// Entries wait again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntriesReturned {
    /// Which.
    pub args: Args,
    /// Why.
    pub result: Outcome,
}

/// Which entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Args {
    /// The entries: the uppermost of the stack, in its order.
    pub entries: Vec<EntryId>,
}

/// Why entries are tested no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Whoever tested them is dead.
    ProcessorDied,
    /// The target is not what they were tested on.
    TargetMoved,
    /// Whoever tested them was told to end.
    Stopped,
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::ProcessorDied => "whoever tested them died",
            Self::TargetMoved => "the target moved",
            Self::Stopped => "whoever tested them was stopped",
        })
    }
}

/// Why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// In a word.
    pub reason: Reason,
}

super::payload!(EntriesReturned, "entries_returned", |_| true);
