//! Crews: the workers of a run, so many at once, each from its start to its verdict.

use std::io;

use super::{
    agent::Agent,
    gate::{self, Gate, Subject},
    journal::{self, Deed},
    limits,
    orders::Orders,
    oversight::Oversight,
    progress::Progress,
    site::Site,
    supervisor::Hold,
    worker::{self, Assignment},
};
use crate::model::{
    fact::{
        RunFinished, RunStarted, run_finished,
        run_started::{self, Limits},
    },
    feedback,
    history::{History, Lane},
    run_end::RunEnd,
    verdict::Verdict,
    worker::Worker,
};

/// Why a crew could not work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The journal.
    #[error(transparent)]
    Journal(#[from] journal::Error),
    /// The system.
    #[error("could not watch over the run")]
    Oversight(#[from] io::Error),
}

/// The workers of a run, as its journal and its orders have them.
pub struct Crew<'a> {
    site: &'a Site<'a>,
    hold: &'a Hold,
    agents: Vec<(Worker, Agent)>,
    gate: Option<Gate>,
    task: String,
    limits: Limits,
}

/// A worker that could not be brought to its end; its work is in its worktree.
pub type Failed = (Worker, worker::Error);

impl<'a> Crew<'a> {
    /// Gathers the crew of the run that is held.
    #[must_use]
    pub fn gather(site: &'a Site<'a>, hold: &'a Hold) -> Self {
        let orders = Orders::load(&site.scratch);
        let home = site.repository.home_dir();
        site.journal.ask(|history| {
            let args = history.run().map(|run: &RunStarted| run.args.clone());
            let args = args.expect("a run that is held has begun");
            let agent = |(at, lane): (usize, &run_started::Lane)| (lane.worker, orders.agent(at, lane, &home));
            Self {
                site,
                hold,
                agents: args.workers.iter().enumerate().map(agent).collect(),
                gate: args.gate.map(|plan| Gate { argv: orders.gate(&plan.argv, &home), plan }),
                task: args.task,
                limits: args.limits,
            }
        })
    }

    /// Returns what bounds the run from now on.
    pub fn limits_mut(&mut self) -> &mut Limits {
        &mut self.limits
    }

    /// Returns what a worker runs.
    #[must_use]
    pub fn agent(&self, worker: Worker) -> Option<&Agent> {
        self.agents.iter().find(|(known, _)| *known == worker).map(|(_, agent)| agent)
    }

    /// Works on every worker that is queued or has not met its gate, up to `jobs` at once, and records why there is no
    /// more to do; with `only`, on these alone.
    pub fn work(&self, only: Option<&[Worker]>, jobs: Option<u16>) -> Result<Vec<Failed>, Error> {
        let todo = match only {
            Some(only) => self.open().into_iter().filter(|worker| only.contains(worker)).collect(),
            None => self.todo(),
        };
        (self.site.listener)(Progress::Planned(todo.clone()));
        let is_queued =
            |worker: &Worker| self.site.journal.ask(|history| history.lane(*worker).is_some_and(Lane::is_queued));
        self.site.prepared.expect(todo.iter().copied().filter(is_queued));
        let oversight = Oversight::new(self.site, self.hold, &self.limits)?;
        if only.is_none() && self.is_enough() {
            oversight.end(RunEnd::FirstPassed);
        }
        let jobs = jobs.unwrap_or(self.limits.jobs);
        let failed = oversight.during(&self.agents, || {
            limits::in_parallel(&todo, jobs, |worker| self.work_one(*worker, &oversight).err())
        });
        let failed: Vec<Failed> = failed.into_iter().flatten().collect();
        for (worker, error) in &failed {
            self.site.warn(*worker, error);
        }
        let reason = oversight.reason();
        finish(self.site, reason)?;
        if reason != RunEnd::Completed {
            (self.site.listener)(Progress::Warning(format!("the run ended early: {reason}")));
        }
        Ok(failed)
    }

    /// Lists the workers for whom something is left to do; none where one that passed is enough and there is one.
    #[must_use]
    pub fn todo(&self) -> Vec<Worker> {
        if self.is_enough() { Vec::new() } else { self.open() }
    }

    fn is_enough(&self) -> bool {
        let passed = |lane: &Lane| lane.verdict() == Verdict::Pass && lane.discarded.is_none();
        self.limits.first && self.site.journal.ask(|history| history.lanes().any(|(_, lane)| passed(lane)))
    }

    fn open(&self) -> Vec<Worker> {
        let is_open = |lane: &Lane| lane.is_queued() || (self.gate.is_some() && lane.is_ungated());
        self.site
            .journal
            .ask(|history| history.lanes().filter(|(_, lane)| is_open(lane)).map(|(worker, _)| worker).collect())
    }

    fn work_one(&self, worker: Worker, oversight: &Oversight<'_>) -> Result<(), Failed> {
        let Some(stop) = oversight.begin(worker) else { return Ok(()) };
        let cut = || oversight.cut();
        let site = Site { stop, reason: Some(&cut), ..self.site.clone() };
        let verdict = self.advance(&site, worker);
        oversight.end_of(worker);
        match verdict {
            // Somebody stopped it in the moment in which it was to begin.
            Err(_) if self.site.journal.ask(|history| is_stopped(history, worker)) => Ok(()),
            Err(error) => Err((worker, error)),
            Ok(Verdict::Pass) if self.limits.first => {
                oversight.end(RunEnd::FirstPassed);
                Ok(())
            }
            Ok(_) => Ok(()),
        }
    }

    /// Runs a worker that is queued, or else puts what it left to the gate.
    fn advance(&self, site: &Site<'_>, worker: Worker) -> Result<Verdict, worker::Error> {
        let (is_queued, subject) = site
            .journal
            .ask(|history| (history.lane(worker).is_some_and(Lane::is_queued), Subject::candidate(history, worker)));
        match (is_queued, subject, &self.gate, self.assignment(worker)) {
            (true, _, _, Some(assignment)) => worker::run(site, &assignment),
            (false, Some(subject), Some(gate), _) => Ok(gate::run(site, gate, subject)?),
            _ => Ok(Verdict::None),
        }
    }

    fn assignment(&self, worker: Worker) -> Option<Assignment> {
        let time = |milliseconds: Option<u64>| milliseconds.map(std::time::Duration::from_millis);
        let (attempt, told) = self.site.journal.ask(|history| {
            let lane = history.lane(worker)?;
            let told = lane.retried.as_ref().and_then(|placed| placed.fact.args.feedback.clone());
            Some((lane.attempt() + 1, told))
        })?;
        let parts: Vec<String> = told.into_iter().collect();
        Some(Assignment {
            worker,
            attempt,
            agent: self.agent(worker)?.clone(),
            task: if parts.is_empty() { self.task.clone() } else { feedback::added(&self.task, &parts) },
            timeout: time(self.limits.timeout_ms),
            idle: time(self.limits.idle_timeout_ms),
            gate: self.gate.clone(),
            iterations: self.limits.max_iterations.unwrap_or(1),
        })
    }
}

/// Records why there is no more to do, unless that is recorded already.
pub fn finish(site: &Site<'_>, reason: RunEnd) -> Result<(), journal::Error> {
    if site.journal.ask(|history| history.ended.is_some()) {
        return Ok(());
    }
    site.journal.append(|history| {
        let result = run_finished::Outcome { reason, queued: queued(history) };
        Deed::of(&RunFinished { args: run_finished::Args {}, result }).causes([1])
    })?;
    site.repository.settle_objects();
    Ok(())
}

fn queued(history: &History) -> Vec<Worker> {
    history.lanes().filter(|(_, lane)| lane.is_queued()).map(|(worker, _)| worker).collect()
}

fn is_stopped(history: &History, worker: Worker) -> bool {
    history.lane(worker).is_some_and(|lane| lane.started.is_none() && lane.stopped.is_some())
}
