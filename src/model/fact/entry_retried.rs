//! `entry_retried`: a person wants an entry that was held to be tested again.

use serde::{Deserialize, Serialize};

use crate::model::{oid::Oid, queue::entry::EntryId, resolution::Resolution};

/// An entry that was held waits again, in its old place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryRetried {
    /// Which.
    pub args: Args,
    /// Nothing yet.
    pub result: Outcome,
}

/// Which entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Args {
    /// The entry.
    pub entry: EntryId,
    /// The commit that is to land now: another one where its branch moved on, or its conflict was resolved.
    pub commit: Oid,
    /// The commit that it brought for whoever wrote this, where that is said: who knew another one is too late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<Oid>,
    /// How its conflict was resolved, where it was: the commit is a merge then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<Resolution>,
}

/// Nothing yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {}

super::payload!(EntryRetried, "entry_retried", |_| true);
