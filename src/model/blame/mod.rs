//! Blame: which of the candidates that are brought together make their union fail its gate.
//!
//! Candidates are the numbers from 0, in the order in which they are integrated. Whether some of them fail together is asked of
//! whoever can build and gate that union, which is dear. What is asked follows from the answers alone, so that an auditor who
//! has the answers on record comes to the same questions and the same end.

mod mention;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, fmt};

use serde::{Deserialize, Serialize};

pub use mention::hint;

/// What came of gating the union of some candidates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The gate let it pass.
    Passes,
    /// The gate let it fail.
    Fails,
    /// It could not be told: the candidates conflict without the others, or the gate ran out of time or did not run.
    Unknown,
    /// Nothing was gated: no more may be asked.
    Spent,
}

/// How much a [`Blame`] explains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Explanation {
    /// Base fails by itself, so that no candidate is to blame; the set is empty.
    Base,
    /// Some of the candidates fail together, and whichever one is left out of them, the rest passes.
    Minimal,
    /// It takes all of them, one where there is but one: whichever is left out, the rest passes.
    Whole,
    /// Nothing more could be asked before the set was shown to be minimal.
    Spent,
    /// Some of the sets that are one smaller could not be told to pass or fail.
    Unsure,
}

impl fmt::Display for Explanation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Base => "the gate fails without any of them",
            Self::Minimal => "they fail together, and pass without any one of them",
            Self::Whole => "no part of them explains it",
            Self::Spent => "the budget was spent before it was known which of them could be left out",
            Self::Unsure => "they fail together; what happens without some of them could not be told",
        })
    }
}

/// What makes a union fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blame {
    /// The smallest set of candidates that was seen to fail, ascending; all of them where no smaller one was.
    pub set: Vec<usize>,
    /// How much it explains.
    pub verdict: Explanation,
}

/// Finds a smallest set that fails among this many candidates, of which all together are known to fail.
///
/// `ask` is given ascending sets, none of them twice and never the set of all. Base comes first, then the `hint` where it names
/// some and not all, then what delta debugging asks (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing
/// Input", 2002): parts, beginning with halves, then what is left without a part, then smaller parts. A single culprit among n
/// takes at most 2 log n + 1 questions, and anything at all no more than grows with the square of n.
///
/// Minimal means that no single one can be left out. Where candidates fail by themselves and pass with others added, a subset
/// that was never asked may fail all the same.
pub fn search(count: usize, hint: &[usize], ask: &mut dyn FnMut(&[usize]) -> Answer) -> Blame {
    let all: Vec<usize> = (0..count).collect();
    let mut search = Search { ask, answers: HashMap::from([(all.clone(), Answer::Fails)]), is_spent: false };
    if search.fails(&[]) {
        return Blame { set: Vec::new(), verdict: Explanation::Base };
    }
    let hint: Vec<usize> = all.iter().copied().filter(|candidate| hint.contains(candidate)).collect();
    let start = if !hint.is_empty() && search.fails(&hint) { hint } else { all };
    let set = search.reduced(&start);
    let verdict = search.verdict(&set, count);
    Blame { set, verdict }
}

struct Search<'a> {
    ask: &'a mut dyn FnMut(&[usize]) -> Answer,
    /// What is known of each set that was asked.
    answers: HashMap<Vec<usize>, Answer>,
    is_spent: bool,
}

impl Search<'_> {
    /// Tells whether a set is known to fail, now that it was asked at the latest.
    fn fails(&mut self, set: &[usize]) -> bool {
        if let Some(answer) = self.answers.get(set) {
            return *answer == Answer::Fails;
        }
        let answer = if self.is_spent { Answer::Spent } else { (self.ask)(set) };
        if answer == Answer::Spent {
            self.is_spent = true;
        } else {
            self.answers.insert(set.to_vec(), answer);
        }
        answer == Answer::Fails
    }

    /// Leaves out of a set that fails what can be left out.
    fn reduced(&mut self, set: &[usize]) -> Vec<usize> {
        let mut parts = halves(set);
        loop {
            if let Some(part) = parts.iter().position(|part| self.fails(part)).filter(|_| parts.len() > 1) {
                parts = halves(&parts[part]);
            } else if let Some(part) = (0..parts.len()).find(|part| self.fails(&without(&parts, *part))) {
                parts.remove(part);
            } else if parts.iter().any(|part| part.len() > 1) {
                parts = parts.iter().flat_map(|part| halves(part)).collect();
            } else {
                return parts.concat();
            }
        }
    }

    /// Tells how much a set that fails explains, by what is known of those that are one smaller.
    fn verdict(&self, set: &[usize], count: usize) -> Explanation {
        let rests = (0..set.len()).map(|left_out| [&set[..left_out], &set[left_out + 1..]].concat());
        let is_minimal = rests.map(|rest| self.answers.get(&rest)).all(|answer| answer == Some(&Answer::Passes));
        match (is_minimal, self.is_spent) {
            (true, _) if set.len() == count => Explanation::Whole,
            (true, _) => Explanation::Minimal,
            (false, true) => Explanation::Spent,
            (false, false) => Explanation::Unsure,
        }
    }
}

/// Parts a set in two, the first the larger by one where they cannot be equal; one candidate stays one part.
fn halves(set: &[usize]) -> Vec<Vec<usize>> {
    set.chunks(set.len().div_ceil(2).max(1)).map(<[usize]>::to_vec).collect()
}

/// Returns what is left without one part.
fn without(parts: &[Vec<usize>], left_out: usize) -> Vec<usize> {
    [&parts[..left_out], &parts[left_out + 1..]].concat().concat()
}
