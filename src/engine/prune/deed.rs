//! Deeds: one run's part of a plan, carried out while the run is held and nobody checks its candidates.

use serde::Serialize;

use super::{Error, Item, Kept, Plan, Target, look::Look, told};
use crate::{
    engine::{supervisor, turn},
    model::{
        prune::{Kind, Stay, Wanted},
        run_id::RunId,
        worker::Worker,
    },
    repo::open::Repository,
};

/// What came of a plan.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Done {
    /// What is gone.
    pub goes: Vec<Item>,
    /// What stays.
    pub stays: Vec<Kept>,
    /// What should be gone and is not, with the reason.
    pub errors: Vec<String>,
}

pub(super) fn carry_out(
    repository: &Repository,
    wanted: &Wanted,
    (plan, run): (&Plan, &RunId),
    done: &mut Done,
) -> Result<(), Error> {
    let _hold = match supervisor::hold(repository, run) {
        Ok(hold) => hold,
        Err(supervisor::Error::Held(_)) => {
            done.leave(plan, run);
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    let look = Look::new(repository, wanted)?;
    let fresh = look.of(run, true)?;
    let Some(_turns) = turns(repository, &fresh)? else {
        done.leave(plan, run);
        return Ok(());
    };
    let planned = |item: &Item| plan.of(run).any(|known| (known.kind, &known.name) == (item.kind, &item.name));
    for item in fresh.goes.into_iter().filter(planned) {
        done.remove(repository, item)?;
    }
    drop_empty_folders(repository, plan, run);
    // Where nothing is left of the run, the lock that was made for this is litter too.
    if Look::new(repository, wanted)?.is_gone(run) {
        let folder = repository.scratch_dir().join(run.as_str());
        repository.remove_folder(&folder).map_err(|source| Error::Folder { path: folder, source })?;
    }
    Ok(())
}

/// Takes the turn of each worker whose worktree goes; none where somebody checks one of them.
fn turns(repository: &Repository, plan: &Plan) -> Result<Option<Vec<turn::Turn>>, Error> {
    let mut turns = Vec::new();
    for item in plan.goes.iter().filter(|item| item.kind == Kind::Worktree) {
        let name = std::path::Path::new(&item.name).file_name().and_then(|name| name.to_str());
        let Some(worker) = name.and_then(|name| name.parse::<Worker>().ok()) else { continue };
        let folder = repository.scratch_dir().join(item.run.as_str()).join(worker.to_string());
        match turn::try_take(&folder)? {
            Some(turn) => turns.push(turn),
            None => return Ok(None),
        }
    }
    Ok(Some(turns))
}

/// Removes the folders that held the run's worktrees, where nothing is in them any more.
fn drop_empty_folders(repository: &Repository, plan: &Plan, run: &RunId) {
    for item in plan.of(run) {
        let folder = match &item.target {
            Target::Worktree(worktree) => worktree.path.parent(),
            Target::Folder(path) => path.parent(),
            Target::Refs(_) => None,
        };
        let folder = folder.filter(|folder| **folder != repository.scratch_dir());
        // Not empty: then somebody needs it.
        folder.map(std::fs::remove_dir);
    }
}

impl Done {
    /// Leaves what a plan says of a run that somebody works on now.
    fn leave(&mut self, plan: &Plan, run: &RunId) {
        let stay = Stay::because(format!("run {run} is being worked on"));
        let kept =
            |item: &Item| Kept { kind: item.kind, run: run.clone(), name: item.name.clone(), stay: stay.clone() };
        self.stays.extend(plan.of(run).map(kept));
    }

    fn remove(&mut self, repository: &Repository, item: Item) -> Result<(), Error> {
        let is_short = self.errors.iter().any(|error| error.starts_with(&format!("run {}: ", item.run)));
        // Refs that say what a folder was are of use as long as it is there.
        if is_short && matches!(item.kind, Kind::Refs | Kind::Scratch) {
            return Ok(());
        }
        let removed = match &item.target {
            Target::Worktree(worktree) => repository.remove_worktree(worktree).map_err(|error| (&worktree.path, error)),
            Target::Folder(path) => repository.remove_folder(path).map_err(|error| (path, error)),
            Target::Refs(edits) => {
                repository.write_refs(edits, &repository.require_identity()?)?;
                Ok(())
            }
        };
        match removed {
            Ok(()) => self.goes.push(item),
            Err((path, source)) => {
                let error = Error::Folder { path: path.clone(), source };
                self.errors.push(format!("run {}: {}", item.run, told(&error)));
            }
        }
        Ok(())
    }
}
