//! Salvage: the workers of a run whose supervisor died are brought to a recorded end, with what is in their worktrees.

use std::{fs, path::PathBuf};

use super::{
    crew::Crew,
    finish::{Finish, Went},
    journal::Deed,
    keep::{self, Kept, index_file},
    reading,
    site::{self, Outcome, Site},
    worker,
};
use crate::{
    model::{
        agent_output::Reading,
        cut::Cut,
        ending::Ending,
        fact::{RunResumed, run_resumed},
        history::History,
        worker::Worker,
    },
    repo::worktree::Worktree,
};

/// What was found of a worker that died with its supervisor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The worker.
    pub worker: Worker,
    /// What it was doing, for people.
    pub doing: &'static str,
    /// How many processes of it were still there, and were ended.
    pub ended: usize,
    /// The paths that it had changed.
    pub files: u64,
}

/// Takes a run over that is held: ends what is left of its dead workers' processes, and commits what they left.
pub fn salvage(site: &Site<'_>, crew: &Crew<'_>) -> Result<Vec<Found>, worker::Error> {
    let running = site.journal.ask(running);
    if !running.is_empty() || site.journal.ask(was_at_work) {
        take_up(site)?;
    }
    for worker in site.journal.ask(at_rest) {
        end_orphans(site, worker);
    }
    running.into_iter().map(|lane| settle(site, crew, lane)).collect()
}

/// Lists the workers of which a check may be left; of a plan, none of them too: the union's.
fn at_rest(history: &History) -> Vec<Option<Worker>> {
    let lanes = history.lanes().filter(|(_, lane)| !lane.is_running()).map(|(worker, _)| Some(worker));
    lanes.chain(history.pursuit().map(|_| None)).collect()
}

/// Lists the workers that began and have not ended, each with its attempt.
fn running(history: &History) -> Vec<(Worker, u32)> {
    let running = history.lanes().filter(|(_, lane)| lane.is_running());
    running.map(|(worker, lane)| (worker, lane.attempt())).collect()
}

/// Tells whether anything of the run was begun and not ended in good order.
fn was_at_work(history: &History) -> bool {
    history.ended.is_none() && history.lanes().any(|(_, lane)| lane.started.is_some())
}

/// Records that the run is taken up again.
pub fn take_up(site: &Site<'_>) -> Result<(), super::journal::Error> {
    site.journal.append(|history| {
        let interrupted = running(history).into_iter().map(|(worker, _)| worker).collect();
        let queued = history.lanes().filter(|(_, lane)| lane.is_queued()).map(|(worker, _)| worker).collect();
        let result = run_resumed::Outcome { interrupted, queued };
        Deed::of(&RunResumed { args: run_resumed::Args {}, result }).causes([1])
    })?;
    Ok(())
}

fn settle(site: &Site<'_>, crew: &Crew<'_>, lane: (Worker, u32)) -> Result<Found, worker::Error> {
    let worker = lane.0;
    let site = &site.of_worker(worker).map_err(site::Error::from)?;
    let ended = end_orphans(site, Some(worker));
    let agent_log = site.scratch_of(Some(worker)).join("agent.log");
    let (doing, kept) = if let Some(worktree) = checked_out(site, worker) {
        let doing = if agent_log.exists() { "running its agent" } else { "getting ready" };
        (doing, keep::keep(site, lane, &worktree)?)
    } else {
        if !agent_log.exists() {
            remove_half_made(site, worker);
        }
        ("making its worktree", keep::nothing(site)?)
    };
    let outcome = agent_log.exists().then(|| site.outcome_of(worker, "agent.log")).transpose()?;
    let files = kept.diff.files;
    record(site, crew, (lane, outcome), kept)?;
    Ok(Found { worker, doing, ended, files })
}

/// Finds a worker's worktree where it was checked out to its end; half a checkout would pass for deleted files.
fn checked_out(site: &Site<'_>, worker: Worker) -> Option<Worktree> {
    let worktree = site.repository.run_worktree(&site.journal.run, &worker.to_string())?;
    // Both are written when every file is there, and an agent can hardly delete both.
    (index_file(site, worker).exists() || worktree.own_index().exists()).then_some(worktree)
}

/// Removes a worktree that never was whole: git itself stumbles over one whose HEAD is not written yet.
fn remove_half_made(site: &Site<'_>, worker: Worker) {
    let half_made = site.repository.run_worktree(&site.journal.run, &worker.to_string());
    let half_made = half_made.or_else(|| site.repository.half_made_at(&site.folder(worker)));
    if let Some(Err(error)) = half_made.map(|worktree| site.repository.remove_worktree(&worktree)) {
        site.warn(worker, &error);
    }
}

fn record(
    site: &Site<'_>,
    crew: &Crew<'_>,
    (lane, outcome): ((Worker, u32), Option<Outcome>),
    kept: Kept,
) -> Result<(), worker::Error> {
    let agent = crew.agent(lane.0);
    let reading = agent.zip(outcome.as_ref()).and_then(|(agent, outcome)| reading::of_file(&agent, &outcome.file).ok());
    let is_stopped = |history: &History| history.lane(lane.0).is_some_and(|lane| lane.stopped.is_some());
    let is_stopped = site.journal.ask(is_stopped);
    let went = Went {
        ending: if is_stopped { Ending::Stopped } else { Ending::Interrupted },
        cut: is_stopped.then_some(Cut::Stop),
        failed_in: None,
        took: outcome.as_ref().map(|outcome| outcome.exit.elapsed).unwrap_or_default(),
        log: outcome.as_ref().map(|outcome| outcome.entry.clone()),
        agent: outcome,
    };
    let reading = Reading { usage: reading.clone().and_then(|reading| reading.usage), ..reading.unwrap_or_default() };
    Ok(Finish { reading, ..Finish::of(lane) }.record(site, &went, kept)?)
}

/// Ends what is left of a worker's processes, by the records that were made of them; returns how many there were.
fn end_orphans(site: &Site<'_>, worker: Option<Worker>) -> usize {
    let entries = fs::read_dir(site.scratch_of(worker)).into_iter().flatten().flatten();
    let records = entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "process"));
    records.map(|record| end_one(site, worker, &record)).sum()
}

fn end_one(site: &Site<'_>, worker: Option<Worker>, record: &PathBuf) -> usize {
    let found = crate::process::orphan::end(record, site.grace, &site.stop);
    crate::failpoint::pass("orphans ended");
    let _ = fs::remove_file(record);
    match found {
        Ok(found) => found.len(),
        Err(error) => {
            if let Some(worker) = worker {
                site.warn(worker, &error);
            }
            0
        }
    }
}
