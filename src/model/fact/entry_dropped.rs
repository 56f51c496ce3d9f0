//! `entry_dropped`: a person does not want an entry to land.

use serde::{Deserialize, Serialize};

use crate::model::queue::entry::EntryId;

/// An entry is out of the queue for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryDropped {
    /// Which.
    pub args: Args,
    /// Nothing more.
    pub result: Outcome,
}

/// Which entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Args {
    /// The entry.
    pub entry: EntryId,
}

/// Nothing more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {}

super::payload!(EntryDropped, "entry_dropped", |_| true);
