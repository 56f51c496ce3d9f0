//! Stacks: the target with entries on it, each made once, so that what is gated is what lands.

use std::{cell::RefCell, collections::HashMap};

use super::landing;
use crate::{
    engine::queue::desk::Desk,
    model::{
        fact::stack_gated::Conflict,
        oid::Oid,
        queue::{
            entry::{Entry, EntryId},
            style::Style,
        },
    },
    repo::{
        git, measure,
        merge::{self, Merged, NewCommit},
        objects,
        replay::{self, Replayed},
    },
};

/// Why a stack could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The merge.
    #[error(transparent)]
    Merge(#[from] merge::Error),
    /// The replay.
    #[error(transparent)]
    Replay(#[from] replay::Error),
    /// An object.
    #[error(transparent)]
    Objects(#[from] objects::Error),
    /// The paths in which two trees differ.
    #[error(transparent)]
    Measure(#[from] measure::Error),
    /// git could not be asked.
    #[error(transparent)]
    Git(#[from] git::Error),
    /// The commit of an entry is not here.
    #[error("the commit of entry {0} is not here")]
    Gone(EntryId),
}

/// One entry put on top of a commit, or why it cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Layer {
    /// The commit, and its tree.
    Made(Oid, Oid),
    /// What conflicts, quoted as git quotes, in path order.
    Conflict(Vec<String>),
}

/// What a stack comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stack {
    /// Its uppermost commit, and that one's tree.
    Made(Oid, Oid),
    /// Its lowest entry that conflicts with what is below.
    Conflict(Conflict),
}

/// The stacks that were made so far.
pub(super) struct Stacks<'a> {
    desk: &'a Desk<'a>,
    style: Style,
    /// What came of an entry's commit on top of another commit.
    made: RefCell<HashMap<(Oid, Oid), Layer>>,
}

impl<'a> Stacks<'a> {
    /// Begins with none.
    #[must_use]
    pub(super) fn new(desk: &'a Desk<'a>, style: Style) -> Self {
        Self { desk, style, made: RefCell::default() }
    }

    /// Makes the stack of these entries on a commit.
    pub(super) fn make(&self, onto: Oid, entries: &[EntryId]) -> Result<Stack, Error> {
        let mut tip = (onto, self.desk.repository.commit(onto)?.tree);
        for id in entries {
            let entry = self.desk.journal.ask(|queue| queue.entry(*id).cloned()).ok_or(Error::Gone(*id))?;
            match self.layer(tip, &entry)? {
                Layer::Made(commit, tree) => tip = (commit, tree),
                Layer::Conflict(paths) => return Ok(Stack::Conflict(Conflict { entry: *id, paths })),
            }
        }
        Ok(Stack::Made(tip.0, tip.1))
    }

    /// Puts one entry on a commit, as it was put there before.
    fn layer(&self, below: (Oid, Oid), entry: &Entry) -> Result<Layer, Error> {
        let key = (below.0, entry.commit);
        if let Some(layer) = self.made.borrow().get(&key) {
            return Ok(layer.clone());
        }
        let layer = self.put(below, entry)?;
        self.made.borrow_mut().insert(key, layer.clone());
        Ok(layer)
    }

    fn put(&self, (commit, tree): (Oid, Oid), entry: &Entry) -> Result<Layer, Error> {
        let repository = self.desk.repository;
        if !repository.has(entry.commit) {
            return Err(Error::Gone(entry.id));
        }
        if repository.is_ancestor(entry.commit, commit)? {
            return Ok(Layer::Made(commit, tree));
        }
        let merged = match repository.merge_trees(commit, entry.commit) {
            // Whoever moves the target to another history meanwhile leaves nothing to merge.
            Err(_) if !repository.is_related(commit, entry.commit)? => return Ok(Layer::Conflict(Vec::new())),
            Err(error) => return Err(error.into()),
            Ok(Merged::Conflict(paths)) => return Ok(Layer::Conflict(paths)),
            Ok(Merged::Clean(merged)) => merged,
        };
        let is_resolved = entry.resolution.is_some();
        match self.style {
            // It is the merge already.
            Style::Merge if is_resolved && repository.commit(entry.commit)?.parents.first() == Some(&commit) => {
                Ok(Layer::Made(entry.commit, merged))
            }
            Style::Merge => self.commit(merged, &[commit, entry.commit], entry),
            // What is there already leaves nothing in a history that says nothing of it.
            Style::Squash | Style::Rebase if merged == tree => Ok(Layer::Made(commit, tree)),
            // There is no line of commits that says what the merge says.
            Style::Rebase if is_resolved => self.commit(merged, &[commit], entry),
            Style::Squash => self.commit(merged, &[commit], entry),
            Style::Rebase => self.replay(commit, merged, entry),
        }
    }

    fn commit(&self, tree: Oid, parents: &[Oid], entry: &Entry) -> Result<Layer, Error> {
        let message = landing::message(self.desk, entry, self.style)?;
        let commit = NewCommit { tree, parents, message: &message, may_sign: true };
        let repository = self.desk.repository;
        let made = repository.commit_tree(&commit)?;
        // No ref leads there before it lands.
        let known = [parents, &[entry.commit]].concat();
        repository.sync_objects(&repository.objects_beyond(&known, made)?)?;
        Ok(Layer::Made(made, tree))
    }

    /// Makes an entry's commits anew; what they come to must be what merging comes to, or a merge among them said more than
    /// they do.
    fn replay(&self, onto: Oid, merged: Oid, entry: &Entry) -> Result<Layer, Error> {
        let repository = self.desk.repository;
        Ok(match repository.replay(entry.commit, onto)? {
            Replayed::Conflict(paths) => Layer::Conflict(paths),
            Replayed::Made(commit, tree) if tree == merged => Layer::Made(commit, tree),
            Replayed::Made(_, tree) => Layer::Conflict(repository.changed_paths(tree, merged)?),
        })
    }
}
