//! Steps: how much comparing may still take, so that no plan keeps anybody waiting.

/// What all comparing of one plan may take: a step is a pair of paths that is told apart at a glance.
const MOST: u64 = 200_000_000;

/// The steps that are left.
#[derive(Clone, Debug)]
pub struct Steps(u64);

impl Steps {
    /// Returns what one plan may take.
    #[must_use]
    pub fn new() -> Self {
        Self(MOST)
    }

    /// Tells whether none are left: what is compared from now on is taken to have something in common.
    #[must_use]
    pub fn are_spent(&self) -> bool {
        self.0 == 0
    }

    /// Takes some.
    pub(in crate::model::plan) fn take(&mut self, steps: u64) {
        self.0 = self.0.saturating_sub(steps);
    }
}

impl Default for Steps {
    fn default() -> Self {
        Self::new()
    }
}
