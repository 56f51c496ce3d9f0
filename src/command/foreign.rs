//! Foreign runs: their journals came from elsewhere, and with them command lines that nobody here has written.

use super::{Error, Kind};
use crate::{
    engine::{
        command_line,
        journal::State,
        orders::Orders,
        own_events::{self, OwnEvents},
        supervisor::{self, Presence},
    },
    model::{
        chain,
        history::{History, Lane},
        run_id::RunId,
        worker::Worker,
    },
    repo::open::Repository,
};

/// Refuses to run what a journal says where others wrote it, unless the user trusts it.
///
/// Others wrote a run that was not begun in this repository, and what a remote added to one that was. What is trusted once
/// is like one's own.
pub(super) fn require_trust(repository: &Repository, state: &State, trust: bool) -> Result<(), Error> {
    let Some(args) = state.history.run().map(|run| &run.args) else { return Ok(()) };
    let folder = repository.scratch_dir().join(args.run.as_str());
    if trust {
        // Where there is no folder yet, the run is not begun here, and the next command asks again.
        let _ = own_events::note(&folder, chain::lines(&state.bytes).map_while(Result::ok));
        return Ok(());
    }
    let others = OwnEvents::load(&folder).others(&state.bytes);
    let message = match changed_by(&state.history, &others) {
        _ if !Orders::are_here(&folder) => {
            format!("run '{}' was not begun in this repository, and its record names commands to run", args.run)
        }
        Some(whose) => format!("run '{}' has events {whose} that were not written in this repository", args.run),
        None => return Ok(()),
    };
    let gate = args.gate.iter().map(|gate| command_line::shown(&gate.argv));
    let agents = args.workers.iter().map(|lane| command_line::shown(&lane.argv));
    let mut lines: Vec<String> = gate.chain(agents).collect();
    lines.dedup();
    Err(refused(&args.run, message, &lines))
}

/// Tells whose work rests on one of these events: a worker's, or a merge that was begun.
fn changed_by(history: &History, others: &[u64]) -> Option<String> {
    let is_others = |seq: u64| others.binary_search(&seq).is_ok();
    let changed = |(_, lane): &(Worker, &Lane)| {
        let retried = lane.retried.as_ref().map(|placed| placed.seq);
        let started = lane.started.as_ref().map(|placed| placed.seq);
        let finished = lane.finished.as_ref().map(|placed| placed.seq);
        [retried, started, finished].into_iter().flatten().any(is_others)
    };
    let worker = history.lanes().find(changed).map(|(worker, _)| format!("of {worker}"));
    let merging = history.merging.as_ref().is_some_and(|placed| is_others(placed.seq));
    let begun = history.start().is_some_and(|placed| is_others(placed.seq));
    worker.or(merging.then(|| "of a merge".to_owned())).or(begun.then(|| "of its beginning".to_owned()))
}

/// Refuses to end on paper what others may be at: a run that was neither begun nor gone on with in this repository.
pub(super) fn require_home(repository: &Repository, state: &State) -> Result<(), Error> {
    let Some(run) = state.history.run().map(|run| &run.args.run) else { return Ok(()) };
    let folder = repository.scratch_dir().join(run.as_str());
    let is_agreed = || OwnEvents::load(&folder).others(&state.bytes).first() != Some(&1);
    let has_worked = |(worker, _): (Worker, &Lane)| repository.run_worktree(run, &worker.to_string()).is_some();
    let is_known = Orders::are_here(&folder) || is_agreed() || state.history.lanes().any(has_worked);
    if is_known || supervisor::presence(repository, run)? == Presence::Held {
        return Ok(());
    }
    let message = format!("run '{run}' is running elsewhere, if at all: it was made in another clone");
    let error = Error::new(Kind::Cannot, message).hint(format!("in that clone: git par stop {run}"));
    Err(error.hint(format!("where nobody works on it there any more: git par resume {run} --trust")))
}

fn refused(run: &RunId, message: String, lines: &[String]) -> Error {
    let error = Error::new(Kind::Declined, message);
    let error = lines.iter().take(3).fold(error, |error, line| Error {
        messages: [error.messages, vec![format!("it would run {line}")]].concat(),
        ..error
    });
    error.hint("the same command with --trust, where you do").hint(format!("git par gate {run} -- CHECK"))
}
