//! Doubts: what was found of a winner after it was picked, which the pick did not know.

use std::fmt;

use serde::Serialize;

use super::History;
use crate::model::{verdict::Verdict, worker::Worker};

/// That the gate says something else of a winner now than when it was picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Doubt {
    /// The worker that was picked.
    pub worker: Worker,
    /// What the gate says now.
    pub verdict: Verdict,
}

impl History {
    /// Returns what the gate said of the picked candidate since, where that is not what it was ranked by.
    #[must_use]
    pub fn doubt(&self) -> Option<Doubt> {
        let selected = self.selected.as_ref()?;
        let worker = self.picked()?;
        let gate = self.lane(worker)?.gate.as_ref().filter(|gate| gate.seq > selected.seq)?;
        let verdict = gate.fact.result.verdict;
        let ranked = selected.fact.result.ranking.iter().find(|rank| rank.worker == worker)?;
        (ranked.verdict != verdict).then_some(Doubt { worker, verdict })
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} was picked before its gate said {}", self.worker, self.verdict)
    }
}
