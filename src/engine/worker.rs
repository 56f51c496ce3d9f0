//! Workers: from an empty folder to a recorded candidate; the one place where a worker is started.

use std::{path::PathBuf, time::Duration};

use super::{
    agent::Agent,
    held_file::HeldFile,
    journal::{self, Deed},
    progress::Progress,
    site::{self, Errand, Outcome, Site},
};
use crate::{
    model::{
        agent_output,
        candidate::{self, Candidate, Head, Left},
        ending::Ending,
        fact::{WorkerFinished, WorkerStarted, worker_finished, worker_started},
        oid::Oid,
        preset, quote,
        ref_name::RefName,
        worker::Worker,
    },
    process::log::Tail,
    repo::{
        checkout,
        log_store::LogEntry,
        measure,
        merge::{self, NewCommit},
        objects, snapshot,
        worktree::Worktree,
    },
};

/// Why a worker could not be brought to its end; what it left is still in its worktree.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The journal.
    #[error(transparent)]
    Journal(#[from] journal::Error),
    /// The site.
    #[error(transparent)]
    Site(#[from] site::Error),
    /// The worktree.
    #[error(transparent)]
    Checkout(#[from] checkout::Error),
    /// The snapshot.
    #[error(transparent)]
    Snapshot(#[from] snapshot::Error),
    /// The measure.
    #[error(transparent)]
    Measure(#[from] measure::Error),
    /// The commit.
    #[error(transparent)]
    Commit(#[from] merge::Error),
    /// An object.
    #[error(transparent)]
    Objects(#[from] objects::Error),
    /// The task.
    #[error(transparent)]
    Task(#[from] preset::Error),
}

/// One worker's work.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// The worker.
    pub worker: Worker,
    /// Which of its executions.
    pub attempt: u32,
    /// What it runs.
    pub agent: Agent,
    /// The whole task text.
    pub task: String,
    /// The most time for the agent.
    pub timeout: Option<Duration>,
}

/// How the agent, or the step before it, went.
struct Went {
    ending: Ending,
    failed_in: Option<&'static str>,
    took: Duration,
    /// What was printed by the agent, or by the step before it that failed.
    log: Option<LogEntry>,
    agent: Option<Outcome>,
}

impl Went {
    fn failed_in(step: &'static str, ending: Ending) -> Self {
        Self { ending, failed_in: Some(step), took: Duration::ZERO, log: None, agent: None }
    }
}

/// Runs one worker: worktree, agent, candidate, record.
pub fn run(site: &Site<'_>, assignment: &Assignment) -> Result<Oid, Error> {
    start(site, assignment)?;
    (site.listener)(Progress::Preparing(assignment.worker));
    let path = site.root.join(assignment.worker.to_string());
    let worktree = match site.repository.add_worktree(&path, site.base) {
        Ok(worktree) => worktree,
        Err(error) => return never_ran(site, assignment, &error.into()),
    };
    let index = index_file(site, assignment.worker);
    let failed = |source| site::Error::File { path: index.clone(), source };
    worktree.save_index(&index).map_err(failed)?;
    let held = HeldFile::open(&index).map_err(failed)?;
    let went = match work(site, assignment, &worktree) {
        Ok(went) => went,
        Err(error) => {
            warn(site, assignment.worker, &error);
            Went::failed_in("agent", Ending::Failure { code: 127 })
        }
    };
    held.put_back().map_err(failed)?;
    let left = keep(site, assignment, &worktree)?;
    finish(site, assignment, &went, left)
}

/// Returns the index of our own that knows a worker's files as they were checked out.
#[must_use]
pub fn index_file(site: &Site<'_>, worker: Worker) -> PathBuf {
    site.scratch_of(Some(worker)).join("index")
}

fn warn(site: &Site<'_>, worker: Worker, error: &dyn std::error::Error) {
    let mut text = format!("{worker}: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    (site.listener)(Progress::Warning(text));
}

fn start(site: &Site<'_>, assignment: &Assignment) -> Result<(), Error> {
    let home = site.repository.home_dir();
    let args = worker_started::Args {
        worker: assignment.worker,
        attempt: assignment.attempt,
        agent: assignment.agent.name().to_owned(),
        argv: assignment.agent.recorded_argv(&home),
        base: site.base,
    };
    let fact = WorkerStarted { args, result: worker_started::Outcome {} };
    site.journal.append(|_| Deed::of(&fact).causes([1]))?;
    Ok(())
}

fn work(site: &Site<'_>, assignment: &Assignment, worktree: &Worktree) -> Result<Went, Error> {
    let Assignment { worker, agent, task, .. } = assignment;
    let task_file = site.task_file(Some(*worker));
    site.write_scratch(&task_file, &agent.task_text(task))?;
    if let Some(Outcome { exit, entry, .. }) = site.prepare(&worktree.path, Some(*worker))? {
        return Ok(Went { log: Some(entry), ..Went::failed_in("setup", exit.ending) });
    }
    (site.listener)(Progress::Running { worker: *worker, agent: agent.name().to_owned() });
    let errand = Errand {
        argv: agent.argv(&task_file, task)?,
        cwd: &worktree.path,
        worker: Some(*worker),
        attempt: assignment.attempt,
        log: "agent.log",
        stdin: agent.reads_task().then(|| task_file.clone()),
        timeout: assignment.timeout,
    };
    let outcome = site.run(&errand, agent.environment())?;
    let Outcome { exit, .. } = outcome;
    let log = Some(outcome.entry.clone());
    Ok(Went { ending: exit.ending, failed_in: None, took: exit.elapsed, log, agent: Some(outcome) })
}

/// What a worker left, kept as a commit and measured.
struct Kept {
    candidate: Oid,
    tree: Oid,
    diff: crate::model::diff_stat::DiffStat,
    skipped: Vec<String>,
    lost: bool,
}

fn keep(site: &Site<'_>, assignment: &Assignment, worktree: &Worktree) -> Result<Kept, Error> {
    let index = index_file(site, assignment.worker);
    let own_index = worktree.own_index();
    let snapshot = match site.repository.snapshot(worktree.source(&own_index, &index, site.base_tree)) {
        // The agent removed its worktree: its commits are all that is left.
        Err(snapshot::Error::Gone(_)) => None,
        other => Some(other?),
    };
    let head = head(site, worktree)?;
    let tree = snapshot.as_ref().map(|snapshot| snapshot.tree).or(head.map(|head| head.tree)).unwrap_or(site.base_tree);
    let left = Left { base: site.base, base_tree: site.base_tree, tree, head };
    let candidate = commit(site, assignment, &left)?;
    let diff = measure::measure(&site.repository.local(), site.base_tree, tree)?;
    let skipped = snapshot.iter().flat_map(|snapshot| &snapshot.skipped).map(|path| quote::path(path)).collect();
    Ok(Kept { candidate, tree, diff, skipped, lost: snapshot.is_none() })
}

fn head(site: &Site<'_>, worktree: &Worktree) -> Result<Option<Head>, Error> {
    let Some(commit) = worktree.head() else { return Ok(None) };
    let tree = site.repository.commit(commit)?.tree;
    let leads_to_base = site.repository.leads_by_first_parents(commit, site.base).unwrap_or(false);
    Ok(Some(Head { commit, tree, leads_to_base }))
}

fn commit(site: &Site<'_>, assignment: &Assignment, left: &Left) -> Result<Oid, Error> {
    let parents = match left.candidate() {
        Candidate::Existing(commit) => return Ok(commit),
        Candidate::New(parents) => parents,
    };
    let trailers = [
        ("Par-Run", site.journal.run.to_string()),
        ("Par-Worker", assignment.worker.to_string()),
        ("Par-Attempt", assignment.attempt.to_string()),
    ];
    let message = candidate::message(&assignment.task, &trailers);
    let commit = NewCommit { tree: left.tree, parents: &parents, message: &message, may_sign: false };
    Ok(site.repository.commit_tree(&commit)?)
}

fn finish(site: &Site<'_>, assignment: &Assignment, went: &Went, kept: Kept) -> Result<Oid, Error> {
    let reading = read_output(site, assignment, went.agent.as_ref());
    let failed_in = went.failed_in.or(kept.lost.then_some("snapshot")).map(str::to_owned);
    let result = worker_finished::Outcome {
        ending: went.ending,
        failed_in,
        candidate: kept.candidate,
        tree: kept.tree,
        diff: kept.diff.clone(),
        log: went.agent.as_ref().map(|outcome| outcome.digest.clone()),
        usage: reading.usage,
        provider_error: reading.provider_error.clone(),
        skipped: kept.skipped,
        cut: None,
        iterations: None,
        checkout_changed: Vec::new(),
    };
    let args = worker_finished::Args { worker: assignment.worker, attempt: assignment.attempt };
    record(site, &WorkerFinished { args, result }, went)?;
    (site.listener)(Progress::Finished {
        worker: assignment.worker,
        ending: went.ending,
        diff: kept.diff,
        took: went.took,
        provider_error: reading.provider_error,
    });
    Ok(kept.candidate)
}

fn record(site: &Site<'_>, fact: &WorkerFinished, went: &Went) -> Result<(), Error> {
    let worker = fact.args.worker;
    let name = RefName::candidate(&site.journal.run, worker);
    let before = site.repository.ref_target(&name).map_err(journal::Error::from)?;
    site.journal.append(|history| {
        let started = history.lane(worker).and_then(|lane| lane.started.as_ref()).map(|placed| placed.seq);
        let deed = Deed::of(fact).causes(started).took(went.took).logging(went.log.clone());
        deed.moving(name.clone(), before, fact.result.candidate)
    })?;
    Ok(())
}

fn read_output(site: &Site<'_>, assignment: &Assignment, outcome: Option<&Outcome>) -> agent_output::Reading {
    let (Agent::Preset(preset), Some(outcome)) = (&assignment.agent, outcome) else {
        return agent_output::Reading::default();
    };
    match Tail::load(&outcome.file, agent_output::TAIL as u64) {
        Ok(tail) => {
            if tail.is_cut {
                agent_output::read_tail(preset.dialect, &tail.text)
            } else {
                agent_output::read(preset.dialect, &tail.text)
            }
        }
        Err(error) => {
            warn(site, assignment.worker, &error);
            agent_output::Reading::default()
        }
    }
}

fn never_ran(site: &Site<'_>, assignment: &Assignment, error: &Error) -> Result<Oid, Error> {
    warn(site, assignment.worker, error);
    let went = Went::failed_in("worktree", Ending::Failure { code: 128 });
    let diff = measure::measure(&site.repository.local(), site.base_tree, site.base_tree)?;
    let kept = Kept { candidate: site.base, tree: site.base_tree, diff, skipped: Vec::new(), lost: false };
    finish(site, assignment, &went, kept)
}
