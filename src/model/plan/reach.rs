//! Reach: which task comes after which, however many others are between them.

/// What comes after each of so many tasks.
#[derive(Clone, Debug)]
pub(super) struct Reach {
    /// For each task a bit for each that comes after it.
    after: Vec<Vec<u64>>,
}

impl Reach {
    /// Makes the reach of this many tasks in no order.
    pub(super) fn new(tasks: usize) -> Self {
        Self { after: vec![vec![0; tasks.div_ceil(64)]; tasks] }
    }

    /// Tells whether the one comes before the other.
    pub(super) fn has(&self, before: usize, after: usize) -> bool {
        self.after[before][after / 64] & (1 << (after % 64)) != 0
    }

    /// Puts the one before the other, and with it whatever is before the one before whatever is after the other.
    pub(super) fn add(&mut self, before: usize, after: usize) {
        if self.has(before, after) {
            return;
        }
        let mut more = self.after[after].clone();
        more[after / 64] |= 1 << (after % 64);
        for task in 0..self.after.len() {
            if task == before || self.has(task, before) {
                self.after[task].iter_mut().zip(&more).for_each(|(bits, more)| *bits |= more);
            }
        }
    }
}
