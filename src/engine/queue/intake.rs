//! Intakes: what comes into a queue, and how one begins.

use std::fs;

use super::desk::Desk;
use crate::{
    engine::journal,
    model::{
        fact::{EntryAdded, EntryRetried, QueueFact, QueueStarted, entry_added, entry_retried, queue_started},
        oid::Oid,
        queue::entry::{Entry, EntryId},
        ref_name::RefName,
        resolution::Resolution,
    },
    repo::refs,
};

/// Why nothing came in.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The journal.
    #[error(transparent)]
    Journal(#[from] journal::Error),
    /// A ref.
    #[error(transparent)]
    Refs(#[from] refs::Error),
    /// The branch is not there.
    #[error("branch '{0}' does not exist")]
    NoTarget(RefName),
}

/// What is to come in.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Where it comes from.
    pub source: entry_added::Source,
    /// The commit that is to land.
    pub commit: Oid,
    /// What it is for, in a line.
    pub title: String,
    /// What is higher goes first.
    pub priority: i32,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It is a new entry.
    New(EntryId),
    /// This entry brought the same commit.
    Already(EntryId),
}

/// Reads the queue's journal; tells whether there is one.
pub fn is_here(desk: &Desk<'_>) -> Result<bool, Error> {
    match desk.journal.refresh() {
        Ok(()) => Ok(true),
        Err(journal::Error::Unknown(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Begins a queue; one that somebody else began in this moment is taken as it is.
pub fn begin(desk: &Desk<'_>, terms: queue_started::Terms) -> Result<(), Error> {
    let target = desk.target();
    let base = desk.tip()?.ok_or_else(|| Error::NoTarget(target.clone()))?;
    // Which events are one's own is noted there.
    let _ = fs::create_dir_all(&desk.scratch);
    let args = queue_started::Args { target: target.to_string(), base, terms };
    let fact = QueueFact::QueueStarted(QueueStarted { args, result: queue_started::Outcome {} });
    let name = RefName::base(&desk.journal.run);
    match desk.say_keeping(&fact, &name, base) {
        Err(journal::Error::Refs(refs::Error::Lost { .. })) if is_here(desk)? => Ok(()),
        said => Ok(said.map(drop)?),
    }
}

/// Adds an entry, unless one that was not dropped brought the same commit.
pub fn add(desk: &Desk<'_>, wanted: &Wanted) -> Result<Added, Error> {
    loop {
        if let Some(entry) = desk.journal.ask(|queue| queue.bringing(wanted.commit).next().map(|entry| entry.id)) {
            return Ok(Added::Already(entry));
        }
        let next = desk.journal.ask(|queue| u32::try_from(queue.entries().len()).unwrap_or(u32::MAX - 1) + 1);
        let args = entry_added::Args {
            entry: EntryId(next),
            source: wanted.source.clone(),
            commit: wanted.commit,
            title: wanted.title.clone(),
            priority: wanted.priority,
        };
        let fact = QueueFact::EntryAdded(EntryAdded { args, result: entry_added::Outcome {} });
        // It stays reachable whatever becomes of its branch.
        if desk.say_keeping(&fact, &RefName::entry(&desk.journal.run, EntryId(next), 1), wanted.commit)? {
            return Ok(Added::New(EntryId(next)));
        }
    }
}

/// Has an entry that waits for a person wait for its turn again, with this commit; tells whether it still waited.
pub fn retry(
    desk: &Desk<'_>,
    entry: &Entry,
    (commit, resolution): (Oid, Option<Resolution>),
) -> Result<bool, journal::Error> {
    let args = entry_retried::Args { entry: entry.id, commit, instead_of: Some(entry.commit), resolution };
    let fact = QueueFact::EntryRetried(EntryRetried { args, result: entry_retried::Outcome {} });
    if commit == entry.commit {
        return desk.say(&fact);
    }
    let number = entry.commits().count() + 1;
    desk.say_keeping(&fact, &RefName::entry(&desk.journal.run, entry.id, number), commit)
}
