//! Pruning: what of runs is on this machine and of no use any more, and its removal.

mod deed;
mod look;
mod need;
mod traces;

use std::{path::PathBuf, time::Duration};

use serde::Serialize;

use super::{leavings, runs, supervisor, turn};
use crate::{
    model::{
        prune::{Kind, Stay, Wanted},
        run_id::RunId,
    },
    repo::{
        git, identity,
        open::Repository,
        refs::{self, Edit},
        worktree::Worktree,
    },
};
pub use deed::Done;
use look::Look;

/// Why it could not be told what may go, or why something did not.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The runs.
    #[error(transparent)]
    Runs(#[from] runs::Error),
    /// A ref.
    #[error(transparent)]
    Refs(#[from] refs::Error),
    /// A lock.
    #[error(transparent)]
    Supervisor(#[from] supervisor::Error),
    /// A lock of a check.
    #[error(transparent)]
    Turn(#[from] turn::Error),
    /// Who takes refs away.
    #[error(transparent)]
    Identity(#[from] identity::Error),
    /// git could not be asked.
    #[error(transparent)]
    Git(#[from] git::Error),
    /// A folder.
    #[error("could not remove '{}'", path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// What goes.
#[derive(Clone, Debug, Serialize)]
pub struct Item {
    /// What it is.
    pub kind: Kind,
    /// Whose.
    pub run: RunId,
    /// Its folder, as this machine knows it, or its refs; what is not UTF-8 is replaced.
    pub name: String,
    /// The bytes that it takes on disk; none for refs, whose objects others may share.
    pub bytes: Option<u64>,
    /// Why it goes.
    pub why: String,
    #[serde(skip)]
    target: Target,
}

/// What to do away with.
#[derive(Clone, Debug)]
enum Target {
    Worktree(Worktree),
    Folder(PathBuf),
    Refs(Vec<Edit>),
}

/// What stays.
#[derive(Clone, Debug, Serialize)]
pub struct Kept {
    /// What it is.
    pub kind: Kind,
    /// Whose.
    pub run: RunId,
    /// Its folder, as this machine knows it, or its refs; what is not UTF-8 is replaced.
    pub name: String,
    /// Why it stays.
    #[serde(flatten)]
    pub stay: Stay,
}

/// What goes, and what stays.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Plan {
    /// What goes, by run.
    pub goes: Vec<Item>,
    /// What stays though it is as old as asked, or would be pruned one day.
    pub stays: Vec<Kept>,
}

/// Says what may go; nothing is changed.
pub fn plan(repository: &Repository, wanted: &Wanted) -> Result<Plan, Error> {
    let look = Look::new(repository, wanted)?;
    let mut plan = Plan::default();
    for run in look.runs() {
        plan.extend(look.of(run, false)?);
    }
    Ok(plan)
}

/// Does away with one run's worktrees, as far as nothing would be lost by it.
pub fn tidy(repository: &Repository, run: &RunId) -> Result<Done, Error> {
    let wanted = Wanted { older_than: Duration::ZERO, keep: 0, refs: false, force: false };
    let plan = Look::new(repository, &wanted)?.of(run, false)?;
    carry_out(repository, &wanted, &plan)
}

/// Does away with what a plan says, each thing only if that is still right while its run is held.
pub fn carry_out(repository: &Repository, wanted: &Wanted, plan: &Plan) -> Result<Done, Error> {
    let mut runs: Vec<&RunId> = plan.goes.iter().map(|item| &item.run).collect();
    runs.dedup();
    let mut done = Done { stays: plan.stays.clone(), ..Done::default() };
    for run in runs {
        deed::carry_out(repository, wanted, (plan, run), &mut done)?;
    }
    Ok(done)
}

impl Plan {
    fn extend(&mut self, other: Self) {
        self.goes.extend(other.goes);
        self.stays.extend(other.stays);
    }

    fn of(&self, run: &RunId) -> impl Iterator<Item = &Item> {
        self.goes.iter().filter(move |item| item.run == *run)
    }
}

/// Tells an error in one line, its causes after it.
fn told(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let mut texts: Vec<String> = causes.map(ToString::to_string).collect();
    texts.dedup();
    texts.join(": ")
}

impl From<leavings::Error> for Stay {
    fn from(error: leavings::Error) -> Self {
        let stay = Self::because(told(&error));
        match error {
            leavings::Error::Locked(folder) => stay.hint(format!("git worktree unlock '{folder}'")),
            _ => stay,
        }
    }
}
