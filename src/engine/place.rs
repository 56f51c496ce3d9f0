//! Places: a folder that is proven to hold one tree, for a gate to run in.

use std::path::{Path, PathBuf};

use super::site::{self, Site};
use crate::{
    failpoint,
    model::{ending::Ending, gate_plan::Place, oid::Oid, worker::Worker},
    process::suffix,
    repo::{checkout, git, index_copy, open::Repository, snapshot, worktree::Worktree},
};

/// Why no place could be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The worktree is gone.
    #[error("the worktree of {0} is gone")]
    NoWorktree(Worker),
    /// The worktree holds something else than the candidate.
    #[error("the worktree of {worker} no longer holds its candidate: its tree is {found}")]
    Changed {
        /// The worker.
        worker: Worker,
        /// The tree that it holds.
        found: Oid,
    },
    /// The worktree has not all files of the candidate.
    #[error("the worktree of {0} is a sparse checkout: it does not hold all of its candidate")]
    Sparse(Worker),
    /// A fresh worktree holds something else than what was checked out.
    #[error("a fresh worktree of {expected} holds {found}: a filter or an attribute changes files on the way")]
    Unfaithful {
        /// The tree that was checked out.
        expected: Oid,
        /// The tree that it holds.
        found: Oid,
    },
    /// The setup command failed there.
    #[error("setup failed in the fresh worktree: {0}")]
    Setup(Ending),
    /// The fresh worktree.
    #[error(transparent)]
    Checkout(#[from] checkout::Error),
    /// The proof.
    #[error(transparent)]
    Snapshot(#[from] snapshot::Error),
    /// The site.
    #[error(transparent)]
    Site(#[from] site::Error),
    /// git could not do it.
    #[error(transparent)]
    Git(#[from] git::Error),
    /// A name for the folder could not be made.
    #[error("could not make a name for a folder")]
    Name(#[source] std::io::Error),
}

/// What is wanted of a place.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Whose candidate it is; none for base.
    pub worker: Option<Worker>,
    /// The commit.
    pub commit: Oid,
    /// The tree that the place must hold.
    pub tree: Oid,
    /// Whether that is the commit's own tree.
    pub is_whole: bool,
    /// Which kind of place; none: the worktree where it serves, else a fresh one.
    pub place: Option<Place>,
}

/// A folder that held the tree when it was looked at; a fresh one is removed when this is dropped.
pub struct Found<'a> {
    /// The folder.
    pub folder: PathBuf,
    /// Which kind it is.
    pub place: Place,
    fresh: Option<(&'a Repository, Worktree)>,
}

impl Drop for Found<'_> {
    fn drop(&mut self) {
        if let Some((repository, worktree)) = &self.fresh {
            // What cannot be removed is left for a person: it holds nothing that is not in the candidate.
            let _ = repository.remove_worktree(worktree);
        }
    }
}

/// Finds or makes a folder that holds the tree.
pub fn find<'a>(site: &'a Site<'_>, wanted: Wanted) -> Result<Found<'a>, Error> {
    match (wanted.worker.filter(|_| wanted.is_whole), wanted.place) {
        (Some(worker), Some(Place::Worktree)) => existing(site, wanted, worker),
        (Some(worker), None) => existing(site, wanted, worker).or_else(|_| fresh(site, wanted)),
        _ => fresh(site, wanted),
    }
}

fn existing<'a>(site: &'a Site<'_>, wanted: Wanted, worker: Worker) -> Result<Found<'a>, Error> {
    let worktree = site.repository.run_worktree(&site.journal.run, &worker.to_string());
    let worktree = worktree.ok_or(Error::NoWorktree(worker))?;
    let index = site.scratch_of(Some(worker)).join("proof");
    let known = super::keep::index_file(site, worker);
    let found = held(site.repository, source(&worktree.path, &index, wanted.tree), &known)?;
    if found != wanted.tree {
        return Err(Error::Changed { worker, found });
    }
    // What is not checked out passes for unchanged.
    if site.repository.leaves_files_out(&index) {
        return Err(Error::Sparse(worker));
    }
    Ok(Found { folder: worktree.path, place: Place::Worktree, fresh: None })
}

/// Names a folder that is looked at with an index of our own alone.
pub(super) fn source<'a>(folder: &'a Path, index: &'a Path, base: Oid) -> snapshot::Source<'a> {
    snapshot::Source { folder, index, base, own_index: None }
}

/// Reads which tree a folder holds, with a copy of the index that knows it.
pub fn held(repository: &Repository, source: snapshot::Source<'_>, known: &Path) -> Result<Oid, snapshot::Error> {
    Ok(look(repository, source, known)?.tree)
}

/// Looks at what a folder holds, with a copy of the index that knows it in place of the one named.
pub(super) fn look(
    repository: &Repository,
    source: snapshot::Source<'_>,
    known: &Path,
) -> Result<snapshot::Snapshot, snapshot::Error> {
    let _ = std::fs::remove_file(source.index);
    let _ = index_copy::copy(known, source.index);
    repository.snapshot(source)
}

fn fresh<'a>(site: &'a Site<'_>, wanted: Wanted) -> Result<Found<'a>, Error> {
    let whose = wanted.worker.map_or("base".to_owned(), |worker| worker.to_string());
    let name = format!("gate-{whose}-{}", suffix::random(6).map_err(Error::Name)?);
    let found = make(site.repository, (&site.root.join(&name), &site.scratch.join(&name)), wanted)?;
    match site.prepare(&found.folder, wanted.worker)? {
        Some(outcome) => Err(Error::Setup(outcome.exit.ending)),
        None => Ok(found),
    }
}

/// Makes a worktree in a folder, and proves with an index file of our own that it holds the tree.
pub(super) fn make<'a>(
    repository: &'a Repository,
    (folder, index): (&Path, &Path),
    wanted: Wanted,
) -> Result<Found<'a>, Error> {
    let worktree = repository.add_whole_worktree(folder, wanted.commit)?;
    let found =
        Found { folder: worktree.path.clone(), place: Place::Clean, fresh: Some((repository, worktree.clone())) };
    failpoint::pass("gate worktree made");
    if !wanted.is_whole {
        let (commit, tree) = (wanted.commit.to_string(), wanted.tree.to_string());
        worktree
            .git()
            .call(checkout::WHOLE)
            .args(["read-tree", "-m", "-u", "--no-recurse-submodules", &commit, &tree])
            .work_tree(&worktree.path)
            .bytes()?;
    }
    let held = held(repository, source(&worktree.path, index, wanted.tree), &worktree.own_index())?;
    let _ = std::fs::remove_file(index);
    if held == wanted.tree { Ok(found) } else { Err(Error::Unfaithful { expected: wanted.tree, found: held }) }
}
