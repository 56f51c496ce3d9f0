//! Processings: how a queue is processed, and what came of it.

use crate::model::{fact::entry_held, oid::Oid, queue::entry::EntryId};

/// How a queue is processed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The most checks at once.
    pub jobs: usize,
    /// Whether to wait for what comes.
    pub watch: bool,
    /// Whether to come back, in place of waiting for what comes, where an entry conflicts.
    pub yields: bool,
    /// Whether the branch moves though changes are in the way of its worktree, whose files stay as they are then.
    pub leave_files: bool,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Processed {
    /// What landed, in order, with the commit.
    pub landed: Vec<(EntryId, Oid)>,
    /// What waits for a person, in order.
    pub held: Vec<(EntryId, entry_held::Outcome)>,
    /// How many checks were begun.
    pub checks: u64,
    /// Whether it was ended before there was nothing left to do.
    pub interrupted: bool,
}

impl Processed {
    /// Joins what came of going on.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.landed.extend(other.landed);
        self.held.extend(other.held);
        self.checks += other.checks;
        self.interrupted |= other.interrupted;
        self
    }
}
