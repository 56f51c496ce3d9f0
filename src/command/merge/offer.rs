//! Offers: what of a run is to be merged, or why there is nothing.

use crate::model::{history::History, oid::Oid, run_id::RunId, worker::Worker};

/// Returns what is to be merged: what a plan offers, or the winner's candidate.
pub(in crate::command) fn find(history: &History) -> Option<(Option<Worker>, Oid)> {
    if resolves(history) {
        return None;
    }
    if history.pursuit().is_some() {
        return Some((None, history.offer()?));
    }
    let winner = history.winner()?;
    Some((Some(winner), history.lane(winner)?.candidate()?))
}

/// Tells whether a run starts from a conflict, whose marks are in its base: only the merge that is made of it may land.
pub(in crate::command) fn resolves(history: &History) -> bool {
    history.run().is_some_and(|run| run.args.resolves.is_some())
}

/// Returns the event that made it what is to be merged.
pub(in crate::command) fn cause(history: &History) -> Option<u64> {
    let end = history.pursuit().and_then(|pursuit| pursuit.end.as_ref()).map(|placed| placed.seq);
    end.or(history.selected.as_ref().map(|placed| placed.seq))
}

/// Says why there is nothing to merge.
pub(in crate::command) fn none(history: &History, run: &RunId) -> String {
    if resolves(history) {
        return format!("run '{run}' resolves a conflict: it is the queue that lands what comes of it");
    }
    if let Some(worker) = history.withdrawn() {
        return format!("run '{run}' offers nothing: {worker}, whose work is in the union, was discarded");
    }
    if let Some(pursuit) = history.pursuit() {
        let reason = pursuit.end.as_ref().map(|placed| placed.fact.result.reason.as_str());
        return format!("run '{run}' offers nothing: {}", reason.unwrap_or("its plan was not carried out to the end"));
    }
    if let Some(doubt) = history.doubt() {
        return format!("run '{run}' has no winner: {doubt}");
    }
    let picked = history.selected.as_ref().and_then(|placed| placed.fact.result.winner);
    match picked {
        Some(worker) => format!("run '{run}' has no winner: {worker} was retried or discarded since it was picked"),
        None => format!("run '{run}' has no winner"),
    }
}

/// Names the command after which there may be something.
pub(in crate::command) fn way_out(history: &History, run: &RunId) -> String {
    if resolves(history) {
        return "git par queue resolve".to_owned();
    }
    match history.pursuit().map(|pursuit| pursuit.end.is_some()) {
        None => format!("git par pick {run}"),
        Some(false) => format!("git par resume {run}"),
        Some(true) => format!("git par log {run}"),
    }
}
