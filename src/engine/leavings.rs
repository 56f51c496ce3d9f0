//! Leavings: what stands in a worktree and is nowhere else, looked for before a worktree goes.

use std::path::Path;

use super::place as gate_place;
use crate::{
    model::{oid::Oid, quote, run_id::RunId, worker::Worker},
    process::presence,
    repo::{git, objects, open::Repository, snapshot, worktree::Worktree},
};

/// Why a worktree may not be touched, or could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Somebody locked it.
    #[error("worktree '{0}' is locked")]
    Locked(String),
    /// A process stands in it.
    #[error("process {process} is in '{folder}'")]
    Busy {
        /// The worktree.
        folder: String,
        /// The process's number.
        process: i32,
    },
    /// Something else stands in its place.
    #[error("'{0}' is no folder, or is behind a link")]
    Link(String),
    /// Its tree.
    #[error(transparent)]
    Snapshot(#[from] snapshot::Error),
    /// Its HEAD.
    #[error(transparent)]
    Git(#[from] git::Error),
    /// The candidate.
    #[error(transparent)]
    Objects(#[from] objects::Error),
    /// A folder for an index.
    #[error("could not make a folder for an index")]
    Scratch(#[source] std::io::Error),
}

/// What stands in a worktree and is nowhere else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leavings {
    /// The tree of its files, where it is another one than the candidate's.
    pub tree: Option<Oid>,
    /// The commit that its HEAD is at, where no ref leads to it.
    pub head: Option<Oid>,
    /// Paths that cannot be read and are in no tree, quoted.
    pub unread: Vec<String>,
}

impl Leavings {
    /// Tells whether all that it holds is kept elsewhere.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A folder to look at, with what git knows of it.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The folder.
    pub folder: &'a Path,
    /// The worktree that git has registered there; none where it has forgotten it.
    pub worktree: Option<&'a Worktree>,
}

impl<'a> Place<'a> {
    /// Takes a registered worktree.
    #[must_use]
    pub fn of(worktree: &'a Worktree) -> Self {
        Self { folder: &worktree.path, worktree: Some(worktree) }
    }

    /// Refuses one that somebody locked or works in, or that a link stands in place of, itself or the run's folder above.
    pub fn require_free(self) -> Result<(), Error> {
        let folder = self.folder.display().to_string();
        let is_folder = |path: &Path| path.symlink_metadata().map_or(true, |found| found.is_dir());
        if !is_folder(self.folder) || !self.folder.parent().is_none_or(is_folder) {
            return Err(Error::Link(folder));
        }
        if self.worktree.is_some_and(Worktree::is_locked) {
            return Err(Error::Locked(folder));
        }
        match presence::inside(self.folder) {
            Some(process) => Err(Error::Busy { folder, process }),
            None => Ok(()),
        }
    }
}

/// Looks for what a worker's worktree holds beside its candidate; nothing but objects is written.
pub fn beside(
    repository: &Repository,
    place: Place<'_>,
    (run, worker): (&RunId, Worker),
    candidate: Oid,
) -> Result<Leavings, Error> {
    let known = repository.scratch_dir().join(run.as_str()).join(worker.to_string()).join("index");
    let tree = repository.commit(candidate)?.tree;
    let mut leavings = files(repository, place.folder, (tree, &known))?;
    leavings.head = place.worktree.map_or(Ok(None), |worktree| loose_head(repository, worktree, candidate))?;
    Ok(leavings)
}

/// Looks for what a worktree holds whose run is gone: its files must be those of some commit that refs lead to.
///
/// A folder alone tells less than one whose HEAD git still knows.
pub fn anywhere(repository: &Repository, place: Place<'_>) -> Result<Leavings, Error> {
    let head = place.worktree.and_then(Worktree::head);
    let tree = match head {
        Some(head) => repository.commit(head)?.tree,
        None => repository.write_tree(&[])?,
    };
    // Its own index may say of files that they are to be taken as unchanged.
    let mut leavings = files(repository, place.folder, (tree, Path::new("")))?;
    if let Some(found) = leavings.tree
        && repository.is_tree_reachable(found)?
    {
        leavings.tree = None;
    }
    leavings.head = match head {
        Some(head) if !repository.is_reachable(head, &[])? => Some(head),
        _ => None,
    };
    Ok(leavings)
}

fn files(repository: &Repository, folder: &Path, (tree, known): (Oid, &Path)) -> Result<Leavings, Error> {
    if folder.symlink_metadata().is_err() {
        return Ok(Leavings::default());
    }
    let scratch = tempfile::tempdir().map_err(Error::Scratch)?;
    let index = scratch.path().join("index");
    let found = gate_place::look(repository, gate_place::source(folder, &index, tree), known)?;
    let unread = found.skipped.iter().map(|path| quote::path(path)).collect();
    Ok(Leavings { tree: Some(found.tree).filter(|found| *found != tree), head: None, unread })
}

fn loose_head(repository: &Repository, worktree: &Worktree, candidate: Oid) -> Result<Option<Oid>, Error> {
    let Some(head) = worktree.head().filter(|head| *head != candidate) else { return Ok(None) };
    let is_kept = repository.is_ancestor(head, candidate)? || repository.is_reachable(head, &[])?;
    Ok((!is_kept).then_some(head))
}
