//! Walks: looking for the end in a graph whose places are numbers.

use super::steps::Steps;

/// How many steps it takes to look at a place.
const COST: u64 = 20;

/// Tells whether a walk from place 0 comes to an end; `look` tells whether a place is one, and else where it leads to.
///
/// Each place is looked at once. Where no steps are left, the end is taken to be near.
pub(super) fn finds(
    places: usize,
    steps: &mut Steps,
    mut look: impl FnMut(usize, &mut Vec<usize>, &mut Steps) -> bool,
) -> bool {
    let mut is_seen = vec![false; places];
    let (mut open, mut next) = (vec![0], Vec::new());
    is_seen[0] = true;
    while let Some(place) = open.pop() {
        steps.take(COST);
        if look(place, &mut next, steps) || steps.are_spent() {
            return true;
        }
        open.extend(next.drain(..).filter(|place| !std::mem::replace(&mut is_seen[*place], true)));
    }
    false
}
