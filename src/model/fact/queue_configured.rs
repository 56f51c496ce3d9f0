//! `queue_configured`: a person wants a queue's entries to land in another way from now on.

use serde::{Deserialize, Serialize};

use super::queue_started::Terms as Args;

/// A queue has other terms from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueConfigured {
    /// Which.
    pub args: Args,
    /// Nothing yet.
    pub result: Outcome,
}

/// Nothing yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {}

super::payload!(QueueConfigured, "queue_configured", |_| true);
