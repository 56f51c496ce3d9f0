//! Speculation: which stacks are gated before it is known that they are the ones.
//!
//! The lowest entry lands or does not; then the next one stands on it or without it; and so on. What is gated is what most likely
//! comes to be: where most entries land, the longer and longer stacks of all of them; where many do not, also the stacks
//! without the one that may fail.

use super::{
    batch::{Batch, Standing},
    entry::EntryId,
    odds::Odds,
};

/// The chance of what is sure.
const SURE: u64 = 1 << 48;

/// The least chance of being needed that is worth a gate.
const WORTHWHILE: u64 = SURE / 8;

/// A way things may have turned out for the lowest entries.
struct Branch {
    chance: u64,
    /// How many entries are decided in it.
    decided: usize,
    /// Those of them that land.
    stack: Vec<EntryId>,
}

/// What is known of entries before they are tested.
pub(super) struct Outlook<'q> {
    /// How those before turned out.
    pub(super) odds: Odds,
    /// Whether an entry has failed before.
    pub(super) is_doubted: &'q dyn Fn(EntryId) -> bool,
    /// Whether anything is checked.
    pub(super) is_gated: bool,
}

impl Outlook<'_> {
    /// Parts a chance in two: that an entry lands, and that it does not.
    fn split(&self, entry: EntryId, chance: u64) -> (u64, u64) {
        if (self.is_doubted)(entry) { (chance / 2, chance - chance / 2) } else { self.odds.split(chance) }
    }
}

/// Lists up to so many stacks of which nothing is known: those that are likely to be needed. What has on top an entry that
/// failed before comes first, then the likeliest.
pub(super) fn wanted(batch: &Batch, outlook: &Outlook<'_>, most: usize) -> Vec<Vec<EntryId>> {
    let mut wanted = likely(batch, outlook, most);
    wanted.sort_by_key(|stack| !stack.last().is_some_and(|top| (outlook.is_doubted)(*top)));
    wanted
}

/// Lists up to so many stacks of which nothing is known, the likeliest to be needed first; the first one surely is.
fn likely(batch: &Batch, outlook: &Outlook<'_>, most: usize) -> Vec<Vec<EntryId>> {
    let mut wanted = Vec::new();
    let mut branches = vec![Branch { chance: SURE, decided: 0, stack: Vec::new() }];
    while let Some(branch) = take_likeliest(&mut branches).filter(|_| wanted.len() < most) {
        let Some(entry) = batch.open.get(branch.decided) else { continue };
        let with = [branch.stack.as_slice(), &[*entry]].concat();
        let standing = batch.known(&with).map(|known| known.standing(outlook.is_gated));
        let (lands, fails) = match standing {
            Some(Standing::Green) => (branch.chance, 0),
            Some(Standing::Red | Standing::Conflicting) => (0, branch.chance),
            None => outlook.split(*entry, branch.chance),
        };
        if standing.is_none() {
            wanted.push(with.clone());
        }
        let decided = branch.decided + 1;
        let next =
            [Branch { chance: lands, decided, stack: with }, Branch { chance: fails, decided, stack: branch.stack }];
        branches.extend(next.into_iter().filter(|branch| branch.chance >= WORTHWHILE));
    }
    wanted
}

/// Takes the likeliest branch out; the first of equals.
fn take_likeliest(branches: &mut Vec<Branch>) -> Option<Branch> {
    let likeliest = branches.iter().enumerate().min_by_key(|(_, branch)| std::cmp::Reverse(branch.chance))?.0;
    Some(branches.remove(likeliest))
}
