//! Selections: what a pick comes to, recomputable by anyone from the facts before it.

use super::{
    fact::winner_selected::{Args, By, Outcome},
    history::History,
    ranking::{self, Rank, Terms},
    worker::Worker,
};

/// Why a person's choice cannot stand.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The run has no such worker, or it has not finished.
    #[error("{0} has no candidate in this run")]
    NoCandidate(Worker),
    /// The candidate changed nothing.
    #[error("{0}'s candidate is empty: an empty candidate never wins")]
    Empty(Worker),
}

/// Decides what a pick with these arguments comes to.
pub fn decide(history: &History, args: &Args) -> Result<Outcome, Error> {
    let terms = Terms { gated: history.is_gated(), allow_failing: args.allow_failing, allow_empty: false };
    let ranking = ranking::rank(&history.contenders(), &args.rule, terms);
    match (args.by, args.worker) {
        (By::Person, Some(worker)) => by_person(ranking, worker),
        _ => Ok(by_rule(ranking, terms)),
    }
}

fn by_rule(ranking: Vec<Rank>, terms: Terms) -> Outcome {
    let first = ranking.first().filter(|rank| rank.eligible);
    Outcome {
        winner: first.map(|rank| rank.worker),
        candidate: first.map(|rank| rank.candidate),
        reason: ranking::reason(&ranking, terms),
        ranking,
    }
}

fn by_person(ranking: Vec<Rank>, worker: Worker) -> Result<Outcome, Error> {
    let rank = ranking.iter().find(|rank| rank.worker == worker).ok_or(Error::NoCandidate(worker))?;
    if rank.empty {
        return Err(Error::Empty(worker));
    }
    let reason = format!("a person picked {worker} (verdict: {})", rank.verdict);
    Ok(Outcome { winner: Some(worker), candidate: Some(rank.candidate), reason, ranking })
}
