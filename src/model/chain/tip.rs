//! Tips: where a chain ends, which is all that the next event must know of it.

use serde::{Deserialize, Serialize};

use crate::model::{event::Event, hash::Hash};

/// The end of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tip {
    /// How many events there are; the last one's `seq_id`.
    pub count: u64,
    /// The last event's `entry_hash`; [`Hash::GENESIS`] where there is none.
    pub hash: Hash,
}

impl Tip {
    /// The end of a chain that has no event yet.
    pub const GENESIS: Self = Self { count: 0, hash: Hash::GENESIS };
}

impl From<&Event<'_>> for Tip {
    fn from(event: &Event<'_>) -> Self {
        Self { count: event.seq_id(), hash: event.entry_hash() }
    }
}
