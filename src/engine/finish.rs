//! Finishes: how an attempt ended, on its way into the journal.

use std::time::Duration;

use super::{
    journal::{self, Deed},
    keep::Kept,
    progress::Progress,
    site::{Outcome, Site},
};
use crate::{
    model::{
        agent_output::Reading,
        cut::Cut,
        ending::Ending,
        fact::{WorkerFinished, worker_finished},
        ref_name::RefName,
        worker::Worker,
    },
    repo::log_store::LogEntry,
};

/// How the agent, or the step before it, went.
#[derive(Debug)]
pub struct Went {
    /// How it ended.
    pub ending: Ending,
    /// Why it was ended by us, where it was.
    pub cut: Option<Cut>,
    /// The step that failed, where the agent never ran.
    pub failed_in: Option<&'static str>,
    /// How long the agent ran, in all its passes.
    pub took: Duration,
    /// What was printed by the agent, or by the step before it that failed.
    pub log: Option<LogEntry>,
    /// What the agent came to.
    pub agent: Option<Outcome>,
}

impl Went {
    /// Tells of a step before the agent that failed.
    #[must_use]
    pub fn failed_in(step: &'static str, ending: Ending) -> Self {
        Self { ending, cut: None, failed_in: Some(step), took: Duration::ZERO, log: None, agent: None }
    }
}

/// The end of an attempt, to be recorded.
#[derive(Debug)]
pub struct Finish {
    /// The worker.
    pub worker: Worker,
    /// Which of its executions.
    pub attempt: u32,
    /// What the agent's output says.
    pub reading: Reading,
    /// How often the agent ran, where it could have run several times.
    pub iterations: Option<u32>,
    /// Tracked paths of the main checkout that changed meanwhile.
    pub checkout_changed: Vec<String>,
}

impl Finish {
    /// Tells of an attempt of which nothing more is known.
    #[must_use]
    pub fn of((worker, attempt): (Worker, u32)) -> Self {
        Self { worker, attempt, reading: Reading::default(), iterations: None, checkout_changed: Vec::new() }
    }

    /// Records how an attempt ended, with its candidate.
    pub fn record(self, site: &Site<'_>, went: &Went, kept: Kept) -> Result<(), journal::Error> {
        let provider_error = self.reading.provider_error.clone();
        let result = worker_finished::Outcome {
            ending: went.ending,
            failed_in: went.failed_in.or(kept.lost.then_some("snapshot")).map(str::to_owned),
            candidate: kept.candidate,
            tree: kept.tree,
            diff: kept.diff.clone(),
            log: went.agent.as_ref().map(|outcome| outcome.digest.clone()),
            usage: self.reading.usage,
            provider_error: self.reading.provider_error,
            skipped: kept.skipped,
            cut: went.cut.map(|cut| site.cut(cut)),
            iterations: self.iterations,
            checkout_changed: self.checkout_changed,
        };
        let args = worker_finished::Args { worker: self.worker, attempt: self.attempt };
        append(site, &WorkerFinished { args, result }, went)?;
        (site.listener)(Progress::Finished {
            worker: self.worker,
            ending: went.ending,
            diff: kept.diff,
            took: went.took,
            provider_error,
        });
        Ok(())
    }
}

fn append(site: &Site<'_>, fact: &WorkerFinished, went: &Went) -> Result<(), journal::Error> {
    let worker = fact.args.worker;
    let name = RefName::candidate(&site.journal.run, worker);
    let before = site.repository.ref_target(&name)?;
    site.journal.append(|history| {
        let deed = Deed::of(fact).causes(history.lane(worker).and_then(journal::started));
        deed.took(went.took).logging(went.log.clone()).moving(name.clone(), before, fact.result.candidate)
    })?;
    Ok(())
}
