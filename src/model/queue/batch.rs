//! Batches: the entries that one processor tests on one commit of the target, and what it knows of them.

use super::{entry::EntryId, processor::Processor};
use crate::model::{
    fact::{landing_started, stack_gated},
    oid::Oid,
    verdict::Verdict,
};

/// What was found of a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The entries of the stack when it was gated, from the lowest up.
    pub stack: Vec<EntryId>,
    /// How many of them have landed since, the lowest ones.
    pub landed: usize,
    /// What was found.
    pub outcome: stack_gated::Outcome,
    /// The event that says so.
    pub seq: u64,
}

/// How a stack turned out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its uppermost entry may land where all below have landed.
    Green,
    /// The gate does not let it pass.
    Red,
    /// It cannot be made.
    Conflicting,
}

impl Known {
    /// Tells how it turned out; where nothing is checked, nothing fails.
    #[must_use]
    pub fn standing(&self, is_gated: bool) -> Standing {
        match (&self.outcome.conflict, self.outcome.verdict) {
            (Some(_), _) => Standing::Conflicting,
            (None, Verdict::Pass) => Standing::Green,
            (None, Verdict::None) if !is_gated => Standing::Green,
            (None, _) => Standing::Red,
        }
    }

    /// Lists the entries that its uppermost one was on top of.
    #[must_use]
    pub fn below(&self) -> &[EntryId] {
        &self.stack[..self.stack.len().saturating_sub(1)]
    }

    fn rest(&self) -> &[EntryId] {
        &self.stack[self.landed..]
    }
}

/// The entries that one processor tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Who tests them.
    pub processor: Processor,
    /// The target's commit: that which it began with, or the last entry that it landed.
    pub tip: Oid,
    /// The entries that are still open, in the order in which they land.
    pub open: Vec<EntryId>,
    /// What was found of stacks on the tip.
    pub known: Vec<Known>,
    /// An intent to move the target that nothing has closed yet.
    pub landing: Option<landing_started::Args>,
}

impl Batch {
    /// Begins on a commit of the target, with no entry yet.
    pub(super) fn new(processor: Processor, tip: Oid) -> Self {
        Self { processor, tip, open: Vec::new(), known: Vec::new(), landing: None }
    }

    /// Returns what is known of a stack on the tip.
    #[must_use]
    pub fn known(&self, stack: &[EntryId]) -> Option<&Known> {
        self.known.iter().find(|known| known.rest() == stack)
    }

    /// Takes in that the lowest open entry has landed: what was found of stacks on it is known of what is above it.
    pub(super) fn advance(&mut self, landed: EntryId, tip: Oid) {
        self.tip = tip;
        self.landing = None;
        self.open.retain(|open| *open != landed);
        self.known.retain(|known| known.rest().first() == Some(&landed));
        self.known.iter_mut().for_each(|known| known.landed += 1);
    }
}
