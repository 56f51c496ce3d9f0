//! Agendas: what a processor does next, decided from the queue's history and what it sees.

use super::{
    batch::{Batch, Known, Standing},
    entry::EntryId,
    history::Queue,
    processor::Processor,
};
use crate::model::{
    fact::{entries_returned::Reason as Returned, entry_held, landing_started::Args as Landing},
    oid::Oid,
};

/// What a processor sees beside the history.
///
/// It must look in this order: whether the holder is alive, then the target. The other way round, a holder could move the target
/// and die in between, and what it landed would be taken for not landed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// Who looks.
    pub me: Processor,
    /// Whether the processor that has the open batch is alive.
    pub is_holder_alive: bool,
    /// The target's commit.
    pub target: Oid,
    /// Whether the target contains the commit of the open landing.
    pub has_landed: bool,
    /// The most stacks that may be gated at once.
    pub jobs: usize,
}

/// What is to be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// These entries are taken, in this order.
    Start(Vec<EntryId>),
    /// These stacks on the tip are to be in their gates, the most wanted first; what else is in a gate is wanted no more.
    ///
    /// A stack in its gate is known by its commit: when its lowest entry lands, it goes on as the stack of the others.
    Gate(Vec<Vec<EntryId>>),
    /// The intent to land is written.
    Intend(Landing),
    /// The target moves, only from the commit that the landing says to the one that it says.
    Move(Landing),
    /// That it has landed is written.
    Settle(Landing),
    /// An entry waits for a person.
    Hold(EntryId, entry_held::Outcome),
    /// Entries wait again.
    Return(Vec<EntryId>, Returned),
    /// Nothing: nobody waits, or another processor is at it.
    Rest,
}

/// Decides what is to be done next.
#[must_use]
pub fn next(queue: &Queue, sight: &Sight) -> Step {
    let jobs = sight.jobs.max(1);
    let Some(batch) = queue.batch() else { return start(queue, jobs) };
    let is_mine = batch.processor == sight.me;
    if !is_mine && sight.is_holder_alive {
        return Step::Rest;
    }
    let give_back = |reason| Step::Return(batch.open.clone(), reason);
    match batch.landing {
        Some(landing) if sight.has_landed => Step::Settle(landing),
        _ if !is_mine => give_back(Returned::ProcessorDied),
        _ if sight.target != batch.tip => give_back(Returned::TargetMoved),
        Some(landing) => Step::Move(landing),
        None => test(queue, batch, jobs),
    }
}

fn start(queue: &Queue, most: usize) -> Step {
    let entries: Vec<EntryId> = queue.waiting().into_iter().take(most).collect();
    if entries.is_empty() { Step::Rest } else { Step::Start(entries) }
}

/// Settles the lowest entry where enough is known of it, else finds out more.
fn test(queue: &Queue, batch: &Batch, jobs: usize) -> Step {
    let Some(lowest) = batch.open.first() else { return Step::Rest };
    let known = batch.known(&[*lowest]);
    if let Some(step) = known.and_then(|known| settle(queue, batch, known)) {
        return step;
    }
    match start(queue, jobs.saturating_sub(batch.open.len())) {
        // Nobody is blamed for what the target may be itself.
        Step::Rest => Step::Gate(queue.wanted(batch, known.is_some(), jobs)),
        step => step,
    }
}

/// Lands the lowest entry or holds it; none where it is not known whether the target itself is to blame.
fn settle(queue: &Queue, batch: &Batch, known: &Known) -> Option<Step> {
    let entry = *known.stack.last()?;
    if queue.standing(known) == Standing::Green {
        let (commit, tree) = known.outcome.commit.zip(known.outcome.tree)?;
        return Some(Step::Intend(Landing { entry, onto: batch.tip, commit, tree }));
    }
    let reason = queue.found(entry)?;
    let paths = known.outcome.conflict.as_ref().map_or(Vec::new(), |conflict| conflict.paths.clone());
    let (log, with) = (known.outcome.log.clone(), known.below().to_vec());
    Some(Step::Hold(entry, entry_held::Outcome { reason, onto: batch.tip, paths, log, with }))
}
