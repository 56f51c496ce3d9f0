//! Crews: the workers of a run, so many at once, each from its start to its verdict.

use std::{
    io,
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{
    agent::Agent,
    brief,
    draw::{self, Stream},
    gate::{self, Gate, Subject},
    journal::{self, Deed},
    limits,
    orders::Orders,
    oversight::Oversight,
    progress::Progress,
    pursue::{self, Means},
    site::{self, Site},
    source::Source,
    supervisor::Hold,
    worker::{self, Assignment},
};
use crate::model::{
    agenda::{self, Step},
    fact::{
        RunFinished, RunStarted, run_finished,
        run_started::{self, Limits},
    },
    feedback,
    gate_plan::GatePlan,
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
    /// The plan.
    #[error(transparent)]
    Pursue(#[from] pursue::Error),
    /// The system.
    #[error("could not watch over the run")]
    Oversight(#[from] io::Error),
}

/// The workers of a run, as its journal and its orders have them.
pub struct Crew<'a> {
    site: &'a Site<'a>,
    hold: &'a Hold,
    orders: Mutex<Orders>,
    home: PathBuf,
    limits: Limits,
}

/// A worker that could not be brought to its end; its work is in its worktree.
pub type Failed = (Worker, worker::Error);

impl<'a> Crew<'a> {
    /// Gathers the crew of the run that is held.
    #[must_use]
    pub fn gather(site: &'a Site<'a>, hold: &'a Hold) -> Self {
        let limits = site.journal.ask(|history| history.run().map(|run: &RunStarted| run.args.limits.clone()));
        Self {
            site,
            hold,
            orders: Mutex::new(Orders::load(&site.scratch)),
            home: site.repository.home_dir(),
            limits: limits.expect("a run that is held has begun"),
        }
    }

    /// Returns what bounds the run from now on.
    pub fn limits_mut(&mut self) -> &mut Limits {
        &mut self.limits
    }

    /// Returns what a worker runs.
    #[must_use]
    pub fn agent(&self, worker: Worker) -> Option<Agent> {
        let (at, lane) = self.site.journal.ask(|history| {
            let found = history.planned().enumerate().find(|(_, lane)| lane.worker == worker);
            found.map(|(at, lane)| (at, lane.clone()))
        })?;
        Some(self.orders().agent(at, &lane, &self.home))
    }

    fn agents(&self) -> Vec<(Worker, Agent)> {
        let lanes: Vec<_> = self.site.journal.ask(|history| history.planned().cloned().collect());
        let orders = self.orders();
        let agent = |(at, lane): (usize, &run_started::Lane)| (lane.worker, orders.agent(at, lane, &self.home));
        lanes.iter().enumerate().map(agent).collect()
    }

    /// Works on every worker that is queued or has not met its gate, up to `jobs` at once, and records why there is no
    /// more to do; with `only`, on these alone. A run that carries out a plan goes on with that.
    pub fn work(&self, only: Option<&[Worker]>, jobs: Option<u16>) -> Result<Vec<Failed>, Error> {
        let todo = match only {
            Some(only) => self.open().into_iter().filter(|worker| only.contains(worker)).collect(),
            None => self.todo(),
        };
        let is_plan = self.site.journal.ask(|history| history.pursuit().is_some());
        if !is_plan {
            (self.site.listener)(Progress::Planned(todo.clone()));
        }
        let oversight = Oversight::new(self.site, self.hold, &self.limits)?;
        if only.is_none() && self.is_enough() {
            oversight.end(RunEnd::FirstPassed);
        }
        let jobs = jobs.unwrap_or(self.limits.jobs);
        let failed = oversight.during(&|| self.agents(), || {
            if is_plan { self.pursue(&oversight, jobs) } else { Ok(self.side_by_side(&todo, jobs, &oversight)) }
        })?;
        let reason = oversight.reason();
        finish(self.site, reason)?;
        if reason != RunEnd::Completed {
            (self.site.listener)(Progress::Warning(format!("the run ended early: {reason}")));
        }
        Ok(failed)
    }

    /// Works on these workers, up to `jobs` at once, and tells who could not be brought to the end.
    fn side_by_side(&self, todo: &[Worker], jobs: u16, oversight: &Oversight<'_>) -> Vec<Failed> {
        let is_queued =
            |worker: &Worker| self.site.journal.ask(|history| history.lane(*worker).is_some_and(Lane::is_queued));
        self.site.prepared.expect(todo.iter().copied().filter(is_queued));
        let failed = limits::in_parallel(todo, jobs, |worker| self.work_one(*worker, oversight).err());
        let failed: Vec<Failed> = failed.into_iter().flatten().collect();
        for (worker, error) in &failed {
            self.site.warn(*worker, error);
        }
        failed
    }

    fn pursue(&self, oversight: &Oversight<'_>, jobs: u16) -> Result<Vec<Failed>, Error> {
        let all = Mutex::new(Vec::new());
        let work = |workers: &[Worker]| {
            (self.site.listener)(Progress::Planned(workers.to_vec()));
            let failed = self.side_by_side(workers, jobs, oversight);
            all.lock().unwrap_or_else(PoisonError::into_inner).extend(failed);
        };
        let gate = self.site.journal.ask(|history| history.run().and_then(|run| run.args.gate.clone()));
        let site = Site { stop: oversight.halt(), ..self.site.clone() };
        let means = Means {
            site: &site,
            gate: gate.map(|plan| self.gate(plan)),
            work: &work,
            draw: &|| self.draw((&all, jobs), oversight),
            is_halted: &|| site.stop.is_set(),
        };
        pursue::pursue(&means)?;
        Ok(all.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    fn orders(&self) -> MutexGuard<'_, Orders> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes tasks as they come, and works on them, up to `jobs` at once.
    fn draw(&self, (failed, jobs): (&Mutex<Vec<Failed>>, u16), oversight: &Oversight<'_>) -> Result<(), draw::Error> {
        let site = Site { stop: oversight.halt(), ..self.site.clone() };
        let (source, agent, claim) = self.orders().stream();
        let here = self.site.repository.home_dir();
        let source = source.and_then(|source| match Source::open(&source, &here) {
            Ok(source) => Some(source),
            Err(error) => {
                (site.listener)(Progress::Warning(format!("no more tasks can be read from '{source}': {error}")));
                None
            }
        });
        let order = |agents: &[Agent]| {
            let mut orders = self.orders();
            orders.add(agents);
            // What cannot be kept is run as the journal has it, where the run is taken up again.
            let _ = orders.save(&self.site.scratch);
        };
        let work = |worker: Worker| {
            if let Err(one) = self.work_one(worker, oversight) {
                self.site.warn(one.0, &one.1);
                failed.lock().unwrap_or_else(PoisonError::into_inner).push(one);
            }
        };
        let waiting = self.site.journal.ask(agenda::open);
        draw::draw(Stream { site: &site, source, agent, claim, order: &order, work: &work }, (&waiting, jobs))
    }

    fn gate(&self, plan: GatePlan) -> Gate {
        Gate { argv: self.orders().gate(&plan.argv, &self.home), plan }
    }

    /// Returns the check that a worker's candidate is put to.
    fn gate_of(&self, worker: Worker) -> Option<Gate> {
        let (argv, planned) = self.site.journal.ask(|history| {
            Some((history.gate_of(worker)?.clone(), history.run().and_then(|run| run.args.gate.clone())))
        })?;
        Some(self.gate(GatePlan { argv, ..planned.unwrap_or_default() }))
    }

    /// Lists the workers for whom something is left to do; none where one that passed is enough and there is one.
    #[must_use]
    pub fn todo(&self) -> Vec<Worker> {
        if self.is_enough() { Vec::new() } else { self.open() }
    }

    /// Tells whether a plan that the run carries out is not at its end.
    #[must_use]
    pub fn is_pursuing(&self) -> bool {
        self.site.journal.ask(agenda::next) != Step::Rest
    }

    fn is_enough(&self) -> bool {
        let passed = |lane: &Lane| lane.verdict() == Verdict::Pass && lane.discarded.is_none();
        self.limits.first && self.site.journal.ask(|history| history.lanes().any(|(_, lane)| passed(lane)))
    }

    fn open(&self) -> Vec<Worker> {
        self.site.journal.ask(|history| match agenda::next(history) {
            Step::Work(workers) => workers,
            _ if history.pursuit().is_some() => Vec::new(),
            _ => agenda::open(history),
        })
    }

    fn work_one(&self, worker: Worker, oversight: &Oversight<'_>) -> Result<(), Failed> {
        let Some(stop) = oversight.begin(worker) else { return Ok(()) };
        let cut = || oversight.cut();
        let site = self.site.of_worker(worker).map_err(|error| (worker, site::Error::from(error).into()))?;
        let site = Site { stop, reason: Some(&cut), ..site };
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
        match (is_queued, subject, self.gate_of(worker), self.assignment(worker)) {
            (true, _, _, Some(assignment)) => worker::run(site, &assignment),
            (false, Some(subject), Some(gate), _) => Ok(gate::run(site, &gate, subject)?),
            _ => Ok(Verdict::None),
        }
    }

    fn assignment(&self, worker: Worker) -> Option<Assignment> {
        let time = |milliseconds: Option<u64>| milliseconds.map(Duration::from_millis);
        let (attempt, told, own) = self.site.journal.ask(|history| {
            let lane = history.lane(worker)?;
            let told = lane.retried.as_ref().and_then(|placed| placed.fact.args.feedback.clone());
            let task = history.pursuit().and_then(|pursuit| pursuit.goal.task_of(worker));
            Some((lane.attempt() + 1, told, task.and_then(|task| task.timeout)))
        })?;
        let parts: Vec<String> = told.into_iter().collect();
        let task = brief::text(self.site, worker);
        let passes = self.limits.heal.map(|heal| heal.saturating_add(1)).or(self.limits.max_iterations);
        Some(Assignment {
            worker,
            attempt,
            agent: self.agent(worker)?,
            task: if parts.is_empty() { task } else { feedback::added(&task, &parts) },
            timeout: own.or(time(self.limits.timeout_ms)),
            idle: time(self.limits.idle_timeout_ms),
            gate: self.gate_of(worker),
            iterations: passes.unwrap_or(1),
            heals: self.limits.heal.is_some(),
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
