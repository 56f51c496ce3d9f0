//! Odds: how likely an entry lands, as those before it did.

/// How many ends are remembered.
const REMEMBERED: u64 = 32;
/// What is counted as if it had happened before anything did: nine that landed, one that did not.
const PRIOR: (u64, u64) = (9, 1);

/// How those before turned out, the newer ones with more weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Odds {
    landed: u64,
    held: u64,
}

impl Odds {
    /// Takes in how one more turned out.
    pub(super) fn count(&mut self, has_landed: bool) {
        let count = if has_landed { &mut self.landed } else { &mut self.held };
        *count += 1;
        if self.landed + self.held > REMEMBERED {
            self.landed /= 2;
            self.held /= 2;
        }
    }

    /// Parts a chance in two: that the next one lands, and that it does not.
    pub(super) fn split(self, chance: u64) -> (u64, u64) {
        let (landed, held) = (self.landed + PRIOR.0, self.held + PRIOR.1);
        let lands = chance / (landed + held) * landed;
        (lands, chance - lands)
    }
}
