//! Unions: what several candidates make together, integrated one after another by three-way merges of git's objects.

use super::site::Site;
use crate::{
    model::{
        candidate::{self, Candidate},
        fact::union_finished::{Conflict, Part},
        history::{History, Lane},
        oid::Oid,
    },
    repo::{
        git,
        merge::{self, Merged, NewCommit},
        objects,
        open::Repository,
    },
};

/// Why candidates could not be integrated.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The merge.
    #[error(transparent)]
    Merge(#[from] merge::Error),
    /// An object.
    #[error(transparent)]
    Objects(#[from] objects::Error),
    /// git could not be asked.
    #[error(transparent)]
    Git(#[from] git::Error),
}

/// One candidate as it is integrated: what it makes of which tree.
#[derive(Clone, Debug)]
pub struct Change {
    /// Whose it is.
    pub part: Part,
    /// The tree that its worker started from.
    pub from: Oid,
    /// The candidate's tree.
    pub to: Oid,
}

/// What candidates make together.
#[derive(Clone, Debug)]
pub struct Union {
    /// The tree of all that could be integrated.
    pub tree: Oid,
    /// What is in it, in order.
    pub merged: Vec<Change>,
    /// What is not.
    pub conflicts: Vec<Conflict>,
}

/// Looks up what each candidate changes.
pub fn changes(repository: &Repository, history: &History, parts: &[Part]) -> Result<Vec<Change>, Error> {
    let change = |part: &Part| {
        let base = history.lane(part.worker).and_then(Lane::base).unwrap_or(part.candidate);
        let (from, to) = (repository.commit(base)?.tree, repository.commit(part.candidate)?.tree);
        Ok(Change { part: part.clone(), from, to })
    };
    parts.iter().map(change).collect()
}

/// Integrates candidates onto a tree, in their order; one that conflicts with what is there by then is left out.
pub fn integrate(repository: &Repository, tree: Oid, changes: &[Change]) -> Result<Union, Error> {
    let mut union = Union { tree, merged: Vec::new(), conflicts: Vec::new() };
    for change in changes {
        // Where nothing else came in between, there is nothing to merge.
        let merged = if union.tree == change.from {
            Merged::Clean(change.to)
        } else {
            repository.merge_three(change.from, union.tree, change.to)?
        };
        match merged {
            Merged::Clean(tree) => {
                union.tree = tree;
                union.merged.push(change.clone());
            }
            Merged::Conflict(paths) => {
                let ours = other_side(repository, &union.merged, (change, &paths))?;
                union.conflicts.push(Conflict { ours, theirs: change.part.task.clone(), paths });
            }
        }
    }
    Ok(union)
}

/// Finds the candidate that another one conflicts with: the first that does so alone, else the last that came in.
fn other_side(
    repository: &Repository,
    within: &[Change],
    (change, paths): (&Change, &[String]),
) -> Result<Option<crate::model::plan::task::TaskId>, Error> {
    for other in within.iter().filter(|other| other.from == change.from) {
        let merged = repository.merge_three(change.from, other.to, change.to)?;
        if matches!(merged, Merged::Conflict(found) if found.iter().any(|path| paths.contains(path))) {
            return Ok(Some(other.part.task.clone()));
        }
    }
    Ok(within.last().map(|other| other.part.task.clone()))
}

/// Decides on the commit of a union: what it started from itself where nothing came in, the candidate where nothing else did.
pub fn shape(
    repository: &Repository,
    (base, base_tree): (Oid, Oid),
    union: &Union,
) -> Result<Candidate, objects::Error> {
    Ok(match union.merged.as_slice() {
        [] => Candidate::Existing(base),
        // One that goes on from other work has more in it than the union.
        [only]
            if (only.from, only.to) == (base_tree, union.tree)
                && repository.leads_by_first_parents(only.part.candidate, base)? =>
        {
            Candidate::Existing(only.part.candidate)
        }
        merged => Candidate::New(parents(base, merged)),
    })
}

/// Lists the parents of a union's commit. git names a parent once, also where two workers left the very same commit.
fn parents(base: Oid, merged: &[Change]) -> Vec<Oid> {
    let mut parents = vec![base];
    for candidate in merged.iter().map(|change| change.part.candidate) {
        if !parents.contains(&candidate) {
            parents.push(candidate);
        }
    }
    parents
}

/// Makes the commit of a union.
pub fn commit(site: &Site<'_>, base: (Oid, Oid), union: &Union) -> Result<Oid, Error> {
    let parents = match shape(site.repository, base, union)? {
        Candidate::Existing(commit) => return Ok(commit),
        Candidate::New(parents) => parents,
    };
    let names: Vec<&str> = union.merged.iter().map(|change| change.part.task.as_str()).collect();
    let trailers = [("Par-Run", site.journal.run.to_string())];
    let message = candidate::message(&format!("union of {}", names.join(", ")), &trailers);
    let commit = NewCommit { tree: union.tree, parents: &parents, message: &message, may_sign: false };
    let made = site.repository.commit_tree(&commit)?;
    site.repository.sync_objects(&site.repository.objects_between(base.0, made)?)?;
    Ok(made)
}
