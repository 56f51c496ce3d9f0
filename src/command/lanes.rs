//! Lanes: the workers that a user names, held against those that a run has.

use super::Error;
use crate::{
    model::{history::History, run_id::RunId, worker::Worker},
    repo::objects,
};

/// Returns the workers that were named, by number, or all of the run where none was; refuses one that the run does not have.
pub(super) fn named(history: &History, run: &RunId, workers: &[Worker]) -> Result<Vec<Worker>, Error> {
    let all: Vec<Worker> = history.lanes().map(|(worker, _)| worker).collect();
    if let Some(unknown) = workers.iter().find(|worker| !all.contains(worker)) {
        let list = all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        return Err(Error::usage(format!("run '{run}' has no worker {unknown}: it has {list}")));
    }
    Ok(all.into_iter().filter(|worker| workers.is_empty() || workers.contains(worker)).collect())
}

/// Returns the command that brings what other clones have of the runs.
pub(super) fn fetch() -> &'static str {
    "git fetch origin 'refs/par/*:refs/par/*' 'refs/notes/par/*:refs/notes/par/*'"
}

/// Names what is missing where an object is not here.
pub(super) fn absent(what: &str, error: objects::Error) -> Error {
    match error {
        objects::Error::Missing(id) => {
            let message = format!("{what} is not in this repository: {id} is missing");
            Error::new(super::Kind::Cannot, message).hint(fetch())
        }
        other => other.into(),
    }
}
