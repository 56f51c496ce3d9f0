//! Run states: where a run is, in one word; a fixed, ordered list.

use serde::Serialize;

use crate::{engine::supervisor::Presence, model::history::History};

/// Where a run is: the first that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// A process works on it, or, of a run that was made elsewhere, may do so there.
    Running,
    /// Nobody works on it, and some worker has not come to its end.
    Interrupted,
    /// A seal holds all of it.
    Sealed,
    /// Its candidate, or an earlier one, is on a branch.
    Merged,
    /// It has a winner.
    Picked,
    /// Every worker came to its end, or is not to begin.
    Finished,
}

impl RunState {
    /// Tells where a run is; `is_sealed` where a seal holds all of it, `is_landed` where a queue
    /// landed what it won.
    #[must_use]
    pub fn of(history: &History, presence: Presence, (is_sealed, is_landed): (bool, bool)) -> Self {
        match presence {
            Presence::Held => Self::Running,
            Presence::Elsewhere if history.is_open() => Self::Running,
            Presence::Free if history.is_open() => Self::Interrupted,
            Presence::Free if history.pursuit().is_some_and(|pursuit| pursuit.end.is_none()) => Self::Interrupted,
            _ if is_sealed => Self::Sealed,
            _ if is_landed || !history.merged.is_empty() => Self::Merged,
            _ if history.winner().is_some() || history.offer().is_some() => Self::Picked,
            _ => Self::Finished,
        }
    }

    /// Says it in one word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Interrupted => "interrupted",
            Self::Sealed => "sealed",
            Self::Merged => "merged",
            Self::Picked => "picked",
            Self::Finished => "finished",
        }
    }
}
