//! `queue_started`: a queue's first event, which says where to and by what check its entries land.

use serde::{Deserialize, Serialize};

use crate::model::{gate_plan::GatePlan, oid::Oid, queue::style::Style};

/// A queue began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueStarted {
    /// What was asked.
    pub args: Args,
    /// Nothing yet.
    pub result: Outcome,
}

/// Where to, how, and by what check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Args {
    /// The branch, as a full ref name.
    pub target: String,
    /// The branch's commit at that moment, which the journal is noted on.
    pub base: Oid,
    /// How, and by what check.
    #[serde(flatten)]
    pub terms: Terms,
}

/// How entries land, and by what check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// What landing leaves in the branch's history.
    pub style: Style,
    /// The check that each commit passes before the branch moves to it; null where nothing is checked.
    pub gate: Option<GatePlan>,
    /// How many states are gated at once, where a processor is told nothing else.
    pub jobs: usize,
}

/// Nothing yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {}

super::payload!(QueueStarted, "queue_started", |_| true);
