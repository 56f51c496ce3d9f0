//! `landing_started`: the intent to move the target, written before it moves.

use serde::{Deserialize, Serialize};

use crate::model::{oid::Oid, queue::entry::EntryId};

/// The target is about to move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LandingStarted {
    /// What was asked.
    pub args: Args,
    /// Nothing yet.
    pub result: Outcome,
}

/// What lands, and where the target moves from and to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Args {
    /// The entry that lands.
    pub entry: EntryId,
    /// The target's commit before.
    pub onto: Oid,
    /// The target's commit after: the one that was gated.
    pub commit: Oid,
    /// Its tree.
    pub tree: Oid,
}

/// Nothing yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {}

super::payload!(LandingStarted, "landing_started", |_| true);
