//! Workers: from an empty folder to a recorded and gated candidate; the one place where a worker is started.

use std::time::Duration;

use super::{
    agent::Agent,
    finish::{Finish, Went},
    gate::{self, Gate, Subject},
    held_file::HeldFile,
    journal::{self, Deed},
    keep::{self, Kept, index_file},
    prepared, product,
    progress::Progress,
    reading,
    site::{self, Errand, Outcome, Site},
};
use crate::{
    failpoint,
    model::{
        agent_output::Reading,
        ending::Ending,
        fact::{IterationFinished, WorkerStarted, iteration_finished, worker_started},
        feedback::{self, CheckWords},
        goal,
        history::History,
        preset,
        usage::Usage,
        verdict::Verdict,
        worker::Worker,
    },
    process::log::Tail,
    repo::{log_store::LogEntry, main_checkout::MainCheckout, worktree::Worktree},
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
    Worktree(#[from] prepared::Error),
    /// What it left.
    #[error(transparent)]
    Keep(#[from] keep::Error),
    /// The task.
    #[error(transparent)]
    Task(#[from] preset::Error),
    /// The gate.
    #[error(transparent)]
    Gate(#[from] gate::Error),
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
    /// The whole text that the agent gets: the task, and what it is told beside that.
    pub task: String,
    /// The most time for the agent, in all its passes.
    pub timeout: Option<Duration>,
    /// The most time in which the agent may print nothing.
    pub idle: Option<Duration>,
    /// What its candidate is put to.
    pub gate: Option<Gate>,
    /// How often the agent runs at most until the gate passes.
    pub iterations: u32,
    /// Whether a pass that changes nothing counts for none.
    pub heals: bool,
}

/// One attempt while it goes on.
struct Attempt<'a> {
    site: &'a Site<'a>,
    assignment: &'a Assignment,
    worktree: Worktree,
    before: Option<MainCheckout>,
    /// How long the agent ran, in all its passes.
    took: Duration,
    iteration: u32,
    /// How many passes changed nothing and count for none.
    unchanged: u32,
    /// What the pass before left, and what the gate said of it.
    before_this: Option<(Kept, gate::Said)>,
    usages: Vec<Option<Usage>>,
}

/// Runs one worker: worktree, agent, candidate, record, gate. Tells what the gate said.
pub fn run(site: &Site<'_>, assignment: &Assignment) -> Result<Verdict, Error> {
    start(site, assignment)?;
    (site.listener)(Progress::Preparing(assignment.worker));
    let worktree = match site.prepared.take(site, assignment.worker) {
        Ok(worktree) => worktree,
        Err(error) => return never_ran(site, assignment, &error.into()),
    };
    failpoint::pass("worktree made");
    let before = site.repository.main_checkout().ok();
    let attempt = Attempt {
        site,
        assignment,
        worktree,
        before,
        took: Duration::ZERO,
        iteration: 1,
        unchanged: 0,
        before_this: None,
        usages: Vec::new(),
    };
    attempt.run()
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
    site.journal.append(|history| {
        let retried = history.lane(assignment.worker).and_then(|lane| lane.retried.as_ref()).map(|placed| placed.seq);
        Deed::of(&fact).causes(retried.into_iter().chain([1]))
    })?;
    Ok(())
}

fn never_ran(site: &Site<'_>, assignment: &Assignment, error: &Error) -> Result<Verdict, Error> {
    site.warn(assignment.worker, error);
    let ending = if site.stop.is_set() { Ending::Stopped } else { Ending::Failure { code: 128 } };
    let went = Went::failed_in("worktree", ending);
    Finish::of((assignment.worker, assignment.attempt)).record(site, &went, keep::nothing(site)?)?;
    Ok(Verdict::None)
}

impl Attempt<'_> {
    fn run(mut self) -> Result<Verdict, Error> {
        let index = index_file(self.site, self.assignment.worker);
        let failed = |source| site::Error::File { path: index.clone(), source };
        self.worktree.save_index(&index).map_err(failed)?;
        failpoint::pass("index saved");
        let held = HeldFile::open(&index).map_err(failed)?;
        product::clear(self.site, self.assignment.worker);
        let mut text = self.assignment.task.clone();
        loop {
            let went = self.pass(&text);
            held.put_back().map_err(failed)?;
            let kept = keep::keep(self.site, self.lane(), &self.worktree)?;
            let same = self.before_this.take().filter(|(before, _)| self.assignment.heals && before.tree == kept.tree);
            self.unchanged += u32::from(same.is_some());
            let Some(gate) = self.assignment.gate.as_ref().filter(|_| self.may_go_on(&went)) else {
                return self.finish(&went, kept);
            };
            let is_same = same.is_some();
            let (kept, said) = if let Some(same) = same {
                same
            } else {
                let said = gate::ask(self.site, gate, Subject::pass(self.lane(), kept.candidate))?;
                (kept, said)
            };
            // Whoever changed nothing twice is not asked a third time.
            let gives_up = is_same && self.unchanged > 1;
            if gives_up || said.fact.result.verdict == Verdict::Pass || self.site.stop.is_set() {
                return self.finish_with(&went, kept, &said);
            }
            text = self.next(&went, (&kept, gate), (&said, is_same))?;
            self.before_this = Some((kept, said));
        }
    }

    /// Names the agent for people, behind the task of a plan that it works on.
    fn doing(&self) -> String {
        let worker = self.assignment.worker;
        let task = |history: &History| history.pursuit()?.goal.task_of(worker).map(|task| format!("{}: ", task.id));
        format!("{}{}", self.site.journal.ask(task).unwrap_or_default(), self.assignment.agent.name())
    }

    /// Tells whether what the agent prints is what it hands over: a well-known one says that among other things.
    fn is_heard(&self) -> bool {
        let worker = self.assignment.worker;
        let is_preset = matches!(self.assignment.agent, Agent::Preset(_));
        !is_preset && self.site.journal.ask(|history| history.is_reader(worker))
    }

    fn lane(&self) -> (Worker, u32) {
        (self.assignment.worker, self.assignment.attempt)
    }

    /// Tells whether another pass may follow this one.
    fn may_go_on(&self, went: &Went) -> bool {
        let last = self.iteration - self.unchanged >= self.assignment.iterations;
        !last && went.failed_in.is_none() && went.cut.is_none() && !self.site.stop.is_set()
    }

    fn pass(&mut self, text: &str) -> Went {
        if self.site.is_faulty("agent", Some(self.assignment.worker)) {
            return Went::failed_in(goal::FAULT, Ending::Failure { code: 1 });
        }
        match self.work(text) {
            Ok(went) => went,
            Err(error) => {
                self.site.warn(self.assignment.worker, &error);
                Went::failed_in("agent", Ending::Failure { code: 127 })
            }
        }
    }

    fn work(&mut self, text: &str) -> Result<Went, Error> {
        let (site, Assignment { worker, agent, .. }) = (self.site, self.assignment);
        let task_file = site.task_file(Some(*worker));
        site.write_scratch(&task_file, &agent.task_text(text))?;
        if self.iteration == 1
            && let Some(Outcome { exit, entry, .. }) = site.prepare(&self.worktree.path, Some(*worker))?
        {
            return Ok(Went { log: Some(entry), cut: exit.cut, ..Went::failed_in("setup", exit.ending) });
        }
        (site.listener)(Progress::Running { worker: *worker, agent: self.doing() });
        let errand = Errand {
            argv: agent.argv(&task_file, text)?,
            cwd: &self.worktree.path,
            worker: Some(*worker),
            attempt: self.assignment.attempt,
            log: "agent.log",
            is_heard: self.is_heard(),
            stdin: agent.reads_task().then(|| task_file.clone()),
            timeout: self.assignment.timeout.map(|timeout| timeout.saturating_sub(self.took)),
            idle: self.assignment.idle,
        };
        let outcome = site.run(&errand, agent.environment())?;
        self.took += outcome.exit.elapsed;
        Ok(Went {
            ending: outcome.exit.ending,
            cut: outcome.exit.cut,
            failed_in: None,
            took: self.took,
            log: Some(outcome.entry.clone()),
            agent: Some(outcome),
        })
    }

    /// Records a pass that the gate did not let through, and writes the text of the next one.
    fn next(
        &mut self,
        went: &Went,
        (kept, gate): (&Kept, &Gate),
        (said, unchanged): (&gate::Said, bool),
    ) -> Result<String, Error> {
        let reading = reading::read(self.site, self.assignment, went.agent.as_ref());
        let result = iteration_finished::Outcome {
            ending: went.ending,
            tree: kept.tree,
            diff: kept.diff.clone(),
            verdict: said.fact.result.verdict,
            log: went.agent.as_ref().map(|outcome| outcome.digest.clone()),
            usage: reading.usage.clone(),
            unchanged,
        };
        let (worker, attempt) = self.lane();
        let args = iteration_finished::Args { worker, attempt, iteration: self.iteration };
        self.usages.push(reading.usage);
        let fact = IterationFinished { args, result };
        let log = went.log.clone().map(|log| LogEntry { name: format!("agent.{}.log", self.iteration), ..log });
        self.site.journal.append(|history| {
            Deed::of(&fact).causes(history.lane(worker).and_then(super::journal::started)).logging(log.clone())
        })?;
        self.iteration += 1;
        (self.site.listener)(Progress::Again { worker, iteration: self.iteration });
        let words = CheckWords {
            command: super::command_line::shown(&gate.plan.argv),
            verdict: said.fact.result.verdict,
            output: self.gate_output(),
        };
        Ok(feedback::added(&self.assignment.task, &[words.text()]))
    }

    fn gate_output(&self) -> String {
        let file = self.site.scratch_of(Some(self.assignment.worker)).join("gate.log");
        Tail::load(&file, feedback::LONGEST_OUTPUT as u64).map(|tail| tail.text).unwrap_or_default()
    }

    fn finish(mut self, went: &Went, kept: Kept) -> Result<Verdict, Error> {
        self.record(went, kept)?;
        let (site, worker) = (self.site, self.assignment.worker);
        let subject = site.journal.ask(|history| Subject::candidate(history, worker));
        match (&self.assignment.gate, subject) {
            (Some(gate), Some(subject)) if !site.stop.is_set() => Ok(gate::run(site, gate, subject)?),
            _ => Ok(Verdict::None),
        }
    }

    /// Records the end with what the gate said of it already.
    fn finish_with(mut self, went: &Went, kept: Kept, said: &gate::Said) -> Result<Verdict, Error> {
        self.record(went, kept)?;
        Ok(gate::record(self.site, said)?)
    }

    fn record(&mut self, went: &Went, kept: Kept) -> Result<(), Error> {
        let reading = reading::read(self.site, self.assignment, went.agent.as_ref());
        let after = self.before.as_ref().and_then(|_| self.site.repository.main_checkout().ok());
        let changed = after.zip(self.before.as_ref()).map(|(after, before)| after.changed_since(before));
        let (worker, attempt) = self.lane();
        self.usages.push(reading.usage);
        let usage = Usage::total(&self.usages);
        let product = product::keep(self.site, worker, reading.said.as_deref())?;
        let finish = Finish {
            worker,
            attempt,
            reading: Reading { usage, ..reading },
            iterations: (self.assignment.iterations > 1).then_some(self.iteration),
            checkout_changed: changed.unwrap_or_default(),
            product,
            heals: self.assignment.heals.then(|| self.iteration - 1 - self.unchanged),
        };
        let candidate = kept.candidate;
        finish.record(self.site, went, kept)?;
        // For whoever looks around there later; what is recorded does not depend on it.
        let _ = self.worktree.stand_at(candidate, &index_file(self.site, worker));
        Ok(())
    }
}
