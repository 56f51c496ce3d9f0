//! Finishes: how an attempt ended, on its way into the journal.

use std::{fs, time::Duration};

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
        fact::{
            WorkerFinished,
            worker_finished::{self, Refused},
        },
        log_digest::LogDigest,
        ref_name::RefName,
        worker::Worker,
    },
    process::plain,
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
    /// What it hands over to those after it.
    pub product: Option<(LogDigest, LogEntry)>,
    /// How often its agent healed what the gate said.
    pub heals: Option<u32>,
}

impl Finish {
    /// Tells of an attempt of which nothing more is known.
    #[must_use]
    pub fn of((worker, attempt): (Worker, u32)) -> Self {
        let (reading, checkout_changed) = Default::default();
        Self { worker, attempt, reading, iterations: None, checkout_changed, product: None, heals: None }
    }

    /// Records how an attempt ended, with its candidate.
    pub fn record(self, site: &Site<'_>, went: &Went, kept: Kept) -> Result<(), journal::Error> {
        let provider_error = self.reading.provider_error.clone();
        let refused = refused(site, self.worker, &kept);
        let (product, output) = self.product.unzip();
        let logs = refused.iter().map(|(_, entry)| entry.clone()).chain(output).chain(went.log.clone()).collect();
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
            escapes: kept.escapes,
            refused: refused.map(|(refused, _)| refused),
            product,
            heals: self.heals,
        };
        let args = worker_finished::Args { worker: self.worker, attempt: self.attempt };
        append(site, &WorkerFinished { args, result }, (went.took, logs))?;
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

/// Keeps what a worker tried to change though it may only read.
fn refused(site: &Site<'_>, worker: Worker, kept: &Kept) -> Option<(Refused, LogEntry)> {
    let (diff, tree) = kept.refused.clone()?;
    let file = site.scratch_of(Some(worker)).join("refused.patch");
    let patch = site.repository.patch((site.base_tree, tree), &["--binary"]).unwrap_or_default();
    let written = plain::make_room(&file).and_then(|()| fs::write(&file, patch));
    let stored = written.ok().and_then(|()| site.store((Some(worker), "refused.patch"), &file).ok());
    let (patch, entry) = stored?;
    Some((Refused { diff, patch }, entry))
}

fn append(
    site: &Site<'_>,
    fact: &WorkerFinished,
    (took, logs): (Duration, Vec<LogEntry>),
) -> Result<(), journal::Error> {
    let worker = fact.args.worker;
    let name = RefName::candidate(&site.journal.run, worker);
    let before = site.repository.ref_target(&name)?;
    site.journal.append(|history| {
        let deed = Deed::of(fact).causes(history.lane(worker).and_then(journal::started));
        deed.took(took).logging(logs.clone()).moving(name.clone(), before, fact.result.candidate)
    })?;
    Ok(())
}
