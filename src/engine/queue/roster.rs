//! Rosters: which entries of which queues bring what runs won, and which runs resolve what conflicts.

use std::collections::BTreeMap;

use super::desk::QueueState;
use crate::{
    engine::{journal::State, runs, supervisor},
    model::{
        journal_name::QueueName,
        oid::Oid,
        queue::entry::Entry,
        ref_name,
        run_id::{QUEUES, RunId},
    },
    repo::{open::Repository, refs},
};

/// An entry, and the queue that it is in.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The queue.
    pub queue: QueueName,
    /// The entry.
    pub entry: Entry,
}

/// Which entries of which queues bring what runs won.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    by_run: BTreeMap<RunId, Vec<Listed>>,
    /// The queues whose journals do not read well: they may need any run.
    pub unreadable: Vec<QueueName>,
}

impl Roster {
    /// Reads the journals of all queues that are here.
    pub fn load(repository: &Repository) -> Result<Self, refs::Error> {
        let mut roster = Self::default();
        if !repository.may_have_below(&format!("{}{QUEUES}/", ref_name::NOTES)) {
            return Ok(roster);
        }
        for (name, _) in repository.refs_below(&format!("{}{QUEUES}/", ref_name::NOTES))? {
            let Some(queue) = name.noted().and_then(|noted| noted.queue()) else { continue };
            match QueueState::load_of(repository, &queue) {
                Ok(state) => roster.add(&queue, state.history.entries()),
                Err(_) => roster.unreadable.push(queue),
            }
        }
        Ok(roster)
    }

    fn add(&mut self, queue: &QueueName, entries: &[Entry]) {
        for entry in entries {
            if let Some(run) = entry.source.run() {
                let listed = Listed { queue: queue.clone(), entry: entry.clone() };
                self.by_run.entry(run.clone()).or_default().push(listed);
            }
        }
    }

    /// Lists the entries that a run brought, by queue and number.
    #[must_use]
    pub fn of(&self, run: &RunId) -> &[Listed] {
        self.by_run.get(run).map_or(&[], Vec::as_slice)
    }
}

/// Finds the run that is at work on the conflict of a commit, for each commit that has one.
pub fn resolving(repository: &Repository) -> Result<BTreeMap<Oid, RunId>, supervisor::Error> {
    let theirs = |run: &RunId| {
        let [_, theirs] = State::load(repository, run).ok()?.history.run()?.args.resolves?;
        Some(theirs)
    };
    Ok(runs::at_work(repository)?.into_iter().filter_map(|run| Some((theirs(&run)?, run))).collect())
}
