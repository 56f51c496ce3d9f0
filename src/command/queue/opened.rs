//! Opened queues: which one the user means, and its journal.

use crate::{
    command::{Context, Error, Kind},
    engine::{
        journal::{self, Journal},
        queue::desk::{Desk, QueueJournal, QueueState},
        site,
    },
    model::{
        journal_name::{JournalName, QueueName},
        queue::entry::EntryId,
        ref_name::RefName,
    },
    repo::{open::Repository, settings::Settings},
};

/// Chooses the queue that the user means: that of a branch, of the branch that is checked out here, or the only one there is.
pub(in crate::command) fn choose(
    context: &Context<'_>,
    repository: &Repository,
    into: Option<&str>,
) -> Result<QueueName, Error> {
    if let Some(branch) = into {
        return name(repository, branch);
    }
    let here = repository.current_branch()?.and_then(|branch| QueueName::of(branch.as_str()));
    let queues: Vec<QueueName> = repository.noted()?.iter().filter_map(JournalName::queue).collect();
    match (here, queues.as_slice()) {
        (Some(here), [only]) if here != *only => {
            context.warn(format!("no queue into '{here}': taking the one into '{only}'"));
            Ok(only.clone())
        }
        (Some(here), _) => Ok(here),
        (None, [only]) => Ok(only.clone()),
        (None, _) => {
            Err(Error::new(Kind::Cannot, "HEAD is detached: there is no branch to land on").hint("--into BRANCH"))
        }
    }
}

/// Names the queue into a branch that is there.
pub(in crate::command) fn name(repository: &Repository, branch: &str) -> Result<QueueName, Error> {
    let real = repository.real_branch(RefName::branch(branch))?;
    QueueName::of(real.as_str()).ok_or_else(|| {
        Error::usage(format!("'{branch}' is no branch that a queue can be named after")).hint("git branch --list")
    })
}

/// Reads the journal of a queue that is here.
pub(in crate::command) fn read(repository: &Repository, queue: &QueueName) -> Result<QueueState, Error> {
    match QueueState::load_of(repository, queue) {
        Err(journal::Error::Unknown(_)) => Err(none(queue)),
        read => Ok(read?),
    }
}

fn none(queue: &QueueName) -> Error {
    let message = format!("there is no queue into '{queue}'");
    Error::new(Kind::Cannot, message).hint(format!("git par queue add --into {queue} RUN"))
}

/// Opens the journal of a queue that is here, with the user's hooks.
pub(super) fn open<'a>(
    context: &'a Context<'_>,
    repository: &'a Repository,
    queue: QueueName,
) -> Result<QueueJournal<'a>, Error> {
    let journal = Journal::new(repository, queue, repository.require_identity()?);
    match journal.refresh() {
        Err(journal::Error::Unknown(_)) => Err(none(&journal.run)),
        read => Ok(read.map(|()| journal)?.hooked(context.listener)?),
    }
}

/// Makes the desk at which a queue is worked on, as the user's settings are.
pub(super) fn desk<'a>(
    context: &'a Context<'_>,
    repository: &'a Repository,
    journal: &'a QueueJournal<'a>,
) -> Result<Desk<'a>, Error> {
    let settings: Settings = repository.shared_settings()?;
    let root = repository.path_setting("par.worktreeRoot")?;
    Ok(Desk {
        repository,
        journal,
        listener: context.listener,
        stop: context.stop.clone(),
        root: repository.worktree_root(root.as_deref(), &journal.run),
        scratch: repository.scratch_dir().join(journal.run.as_str()),
        setup: settings.get("par.setup").map(str::to_owned),
        included: repository.included_files()?,
        grace: site::grace(&settings),
    })
}

/// Tells that a queue has no entry of this number.
pub(super) fn no_entry(queue: &QueueName, number: u32) -> Error {
    let message = format!("the queue into '{queue}' has no entry {number}");
    Error::new(Kind::Cannot, message).hint(format!("git par queue list --all --into {queue}"))
}

/// Holds numbers to being those of entries.
pub(super) fn require_entries(journal: &QueueJournal<'_>, entries: &[u32]) -> Result<Vec<EntryId>, Error> {
    let known = |id: EntryId| journal.ask(|queue| queue.entry(id).is_some());
    match entries.iter().find(|number| !known(EntryId(**number))) {
        Some(number) => Err(no_entry(&journal.run, *number)),
        None => Ok(entries.iter().map(|number| EntryId(*number)).collect()),
    }
}
