//! `entries_started`: a processor takes the next entries and tests them.

use serde::{Deserialize, Serialize};

use crate::model::{
    oid::Oid,
    queue::{entry::EntryId, processor::Processor},
};

/// Entries are tested from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntriesStarted {
    /// What was asked.
    pub args: Args,
    /// Nothing yet.
    pub result: Outcome,
}

/// Which entries, by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Args {
    /// Who takes them.
    pub processor: Processor,
    /// The entries, in the order in which they are stacked, above those that it has already.
    pub entries: Vec<EntryId>,
    /// The target's commit.
    pub onto: Oid,
}

/// Nothing yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {}

super::payload!(EntriesStarted, "entries_started", |_| true);
