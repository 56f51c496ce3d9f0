//! Runs: which are here, and which one a user means.

use std::borrow::Borrow;

use super::{
    journal::{self, State},
    supervisor,
};
use crate::{
    model::{
        journal_name::{self, JournalName},
        ref_name::RefName,
        run_id::RunId,
    },
    repo::{journal_notes, open::Repository},
};

/// Why no run could be chosen.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is none at all.
    #[error("there is no run in this repository")]
    None,
    /// None of this name.
    #[error("no run is named '{0}', or begins so")]
    Unknown(String),
    /// Several of this prefix.
    #[error("'{prefix}' is the beginning of {} runs: {}", matches.len(), matches[..matches.len().min(10)].join(", "))]
    Ambiguous {
        /// What the user typed.
        prefix: String,
        /// What it could mean.
        matches: Vec<String>,
    },
    /// The notes.
    #[error(transparent)]
    Notes(#[from] journal_notes::Error),
}

/// Chooses the run that a user means: by its id, by a unique prefix, or else the newest.
pub fn choose(repository: &Repository, wanted: Option<&str>) -> Result<RunId, Error> {
    if let Some(exact) = exact(repository, wanted)? {
        return Ok(exact);
    }
    let runs = repository.noted_runs()?;
    match wanted {
        Some(wanted) => named(runs, wanted),
        None => newest(repository, runs).ok_or(Error::None),
    }
}

/// Finds the run of exactly this name without looking at others.
fn exact(repository: &Repository, wanted: Option<&str>) -> Result<Option<RunId>, Error> {
    let Some(run) = wanted.and_then(|wanted| wanted.parse::<RunId>().ok()) else { return Ok(None) };
    let is_here = repository.ref_target(&RefName::notes(&run)).map_err(journal_notes::Error::from)?.is_some();
    Ok(is_here.then_some(run))
}

/// Finds the run or queue of this name, or the only one whose name begins so; queues are called `queue/<branch>`.
pub fn named<N: Borrow<JournalName>>(mut names: Vec<N>, wanted: &str) -> Result<N, Error> {
    let is_exact = |name: &N| name.borrow().as_str() == wanted || name.borrow().spelled() == wanted;
    if let Some(exact) = names.iter().position(is_exact) {
        return Ok(names.swap_remove(exact));
    }
    let is_queue = journal_name::is_queue(wanted);
    names.retain(|name| name.borrow().as_str().starts_with(wanted) && name.borrow().queue().is_some() == is_queue);
    match names.len() {
        0 => Err(Error::Unknown(wanted.to_owned())),
        1 => Ok(names.remove(0)),
        _ => {
            let matches = names.iter().map(|name| name.borrow().spelled()).collect();
            Err(Error::Ambiguous { prefix: wanted.to_owned(), matches })
        }
    }
}

fn newest(repository: &Repository, runs: Vec<RunId>) -> Option<RunId> {
    if runs.len() == 1 {
        return runs.into_iter().next();
    }
    // A run that cannot be read is older than all: it can still be named.
    runs.into_iter().max_by_key(|run| (started(repository, run), run.clone()))
}

fn started(repository: &Repository, run: &RunId) -> Option<String> {
    State::load(repository, run).ok()?.history.start()?.time.clone()
}

/// Lists the runs that some process of this machine works on now.
pub fn at_work(repository: &Repository) -> Result<Vec<RunId>, supervisor::Error> {
    let entries = std::fs::read_dir(repository.scratch_dir()).into_iter().flatten().flatten();
    let mut runs: Vec<RunId> = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    runs.sort();
    let mut held = Vec::new();
    for run in runs {
        if supervisor::is_held(repository, &run)? {
            held.push(run);
        }
    }
    Ok(held)
}

/// A run with what its journal says, or why it cannot be read.
pub type Read = (RunId, Result<State, journal::Error>);

/// Lists every run with what its journal says, newest first.
pub fn all(repository: &Repository) -> Result<Vec<Read>, Error> {
    let load = |run: RunId| {
        let state = State::load(repository, &run);
        (run, state)
    };
    let mut runs: Vec<_> = repository.noted_runs()?.into_iter().map(load).collect();
    let time = |state: &Result<State, journal::Error>| {
        state.as_ref().ok().and_then(|state| state.history.start()?.time.clone())
    };
    runs.sort_by(|(a, x), (b, y)| (time(y), b).cmp(&(time(x), a)));
    Ok(runs)
}
