//! Runs: which are here, and which one a user means.

use super::{
    journal::{self, State},
    supervisor,
};
use crate::{
    model::{ref_name::RefName, run_id::RunId},
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
    #[error("'{prefix}' is the beginning of {} runs: {}", matches.len(), matches.iter().take(10).map(RunId::as_str).collect::<Vec<_>>().join(", "))]
    Ambiguous {
        /// What the user typed.
        prefix: String,
        /// What it could mean.
        matches: Vec<RunId>,
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
    let Some(run) = wanted.and_then(|wanted| wanted.parse().ok()) else { return Ok(None) };
    let is_here = repository.ref_target(&RefName::notes(&run)).map_err(journal_notes::Error::from)?.is_some();
    Ok(is_here.then_some(run))
}

/// Finds the run of this name, or the only one whose name begins so.
pub fn named(runs: Vec<RunId>, wanted: &str) -> Result<RunId, Error> {
    if let Some(exact) = runs.iter().find(|run| run.as_str() == wanted) {
        return Ok(exact.clone());
    }
    let mut matches: Vec<RunId> = runs.into_iter().filter(|run| run.as_str().starts_with(wanted)).collect();
    match matches.len() {
        0 => Err(Error::Unknown(wanted.to_owned())),
        1 => Ok(matches.remove(0)),
        _ => Err(Error::Ambiguous { prefix: wanted.to_owned(), matches }),
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
