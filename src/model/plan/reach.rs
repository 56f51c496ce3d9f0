//! Reach: which task comes after which, however many others are between them.

/// What comes after each of so many tasks, and what before.
#[derive(Clone, Debug)]
pub(super) struct Reach {
    /// For each task a bit for each that comes after it.
    after: Vec<Vec<u64>>,
    /// For each task a bit for each that comes before it.
    before: Vec<Vec<u64>>,
}

impl Reach {
    /// Makes the reach of this many tasks in no order.
    pub(super) fn new(tasks: usize) -> Self {
        let none = vec![vec![0; tasks.div_ceil(64)]; tasks];
        Self { after: none.clone(), before: none }
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
        let (first, last) = (with(&self.before[before], before), with(&self.after[after], after));
        // What is before the other already is before all that is after it, and the other way round.
        let sources = without(&first, &self.before[after]);
        let goals = without(&last, &self.after[before]);
        members(&sources).for_each(|task| join(&mut self.after[task], &last));
        members(&goals).for_each(|task| join(&mut self.before[task], &first));
    }
}

fn with(bits: &[u64], task: usize) -> Vec<u64> {
    let mut bits = bits.to_vec();
    bits[task / 64] |= 1 << (task % 64);
    bits
}

fn without(bits: &[u64], others: &[u64]) -> Vec<u64> {
    bits.iter().zip(others).map(|(bits, others)| bits & !others).collect()
}

fn join(bits: &mut [u64], more: &[u64]) {
    bits.iter_mut().zip(more).for_each(|(bits, more)| *bits |= more);
}

fn members(bits: &[u64]) -> impl Iterator<Item = usize> {
    let set = |(at, word): (usize, &u64)| {
        let word = *word;
        (0..64).filter(move |bit| word & (1 << bit) != 0).map(move |bit| at * 64 + bit)
    };
    bits.iter().enumerate().filter(|(_, word)| **word != 0).flat_map(set)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_reached_is_what_a_walk_along_the_edges_reaches() {
        const TASKS: usize = 70;
        let (mut reach, mut walked) = (Reach::new(TASKS), vec![[false; TASKS]; TASKS]);
        let mut seed = 1_u64;
        for _ in 0..400 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let (one, other) = ((seed >> 33) as usize % TASKS, (seed >> 43) as usize % TASKS);
            if one == other || reach.has(other, one) {
                continue;
            }
            reach.add(one, other);
            for from in 0..TASKS {
                for to in 0..TASKS {
                    let is_joined = (from == one || walked[from][one]) && (to == other || walked[other][to]);
                    walked[from][to] |= is_joined;
                }
            }
        }
        assert!((0..TASKS).all(|one| (0..TASKS).all(|other| reach.has(one, other) == walked[one][other])));
    }
}
