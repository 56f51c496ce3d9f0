//! `entry_merged`: an entry has landed; written only after the target moved.

use serde::{Deserialize, Serialize};

use crate::model::{oid::Oid, queue::entry::EntryId};

/// An entry has landed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryMerged {
    /// What was asked.
    pub args: Args,
    /// What came of it.
    pub result: Outcome,
}

/// Which entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Args {
    /// The entry.
    pub entry: EntryId,
    /// The target's commit before.
    pub onto: Oid,
}

/// Where the target moved to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The target's commit after.
    pub commit: Oid,
    /// Its tree.
    pub tree: Oid,
}

super::payload!(EntryMerged, "entry_merged", |_| true);
