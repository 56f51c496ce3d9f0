//! Unions: what several candidates make together, integrated one after another by three-way merges of git's objects.

use std::slice;

use super::site::Site;
use crate::{
    model::{
        candidate::{self, Candidate},
        fact::union_finished::{Conflict, Part},
        history::{History, Lane},
        oid::Oid,
        plan::task::{TaskId, names},
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
///
/// Those that start from one tree are brought together first, neighbours with neighbours, so that many merges take few
/// processes of git; where some conflict, one is integrated after another, so that it is known which.
pub fn integrate(repository: &Repository, tree: Oid, changes: &[Change]) -> Result<Union, Error> {
    let mut union = Union { tree, merged: Vec::new(), conflicts: Vec::new() };
    for wave in changes.chunk_by(|a, b| a.from == b.from) {
        let from = wave[0].from;
        match together(repository, from, wave)? {
            Some(to) if union.tree == from => take(&mut union, wave, to),
            Some(to) => match repository.merge_three(from, union.tree, to)? {
                Merged::Clean(tree) => take(&mut union, wave, tree),
                Merged::Conflict(_) => one_by_one(repository, &mut union, wave)?,
            },
            None => one_by_one(repository, &mut union, wave)?,
        }
    }
    Ok(union)
}

fn take(union: &mut Union, changes: &[Change], tree: Oid) {
    union.tree = tree;
    union.merged.extend(changes.iter().cloned());
}

/// Merges what starts from one tree, level by level; none where something conflicts.
fn together(repository: &Repository, from: Oid, changes: &[Change]) -> Result<Option<Oid>, Error> {
    let mut trees: Vec<Oid> = changes.iter().map(|change| change.to).collect();
    while trees.len() > 1 {
        let pairs = trees.chunks_exact(2);
        let last = pairs.remainder().first().copied();
        let pairs: Vec<(Oid, Oid)> = pairs.map(|pair| (pair[0], pair[1])).collect();
        let merged = repository.merge_pairs(from, &pairs)?.into_iter().map(|merged| match merged {
            Merged::Clean(tree) => Some(tree),
            Merged::Conflict(_) => None,
        });
        let Some(next) = merged.collect::<Option<Vec<Oid>>>() else { return Ok(None) };
        trees = next.into_iter().chain(last).collect();
    }
    Ok(trees.first().copied())
}

fn one_by_one(repository: &Repository, union: &mut Union, changes: &[Change]) -> Result<(), Error> {
    for change in changes {
        // Where nothing else came in between, there is nothing to merge.
        let merged = if union.tree == change.from {
            Merged::Clean(change.to)
        } else {
            repository.merge_three(change.from, union.tree, change.to)?
        };
        match merged {
            Merged::Clean(tree) => take(union, slice::from_ref(change), tree),
            Merged::Conflict(paths) => {
                let ours = other_side(repository, &union.merged, (change, &paths))?;
                union.conflicts.push(Conflict { ours, theirs: change.part.task.clone(), paths });
            }
        }
    }
    Ok(())
}

/// Finds the candidate that another one conflicts with: the first that does so alone, else the last that came in.
fn other_side(
    repository: &Repository,
    within: &[Change],
    (change, paths): (&Change, &[String]),
) -> Result<Option<TaskId>, Error> {
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
    let names = names(union.merged.iter().map(|change| &change.part.task));
    let trailers = [("Par-Run", site.journal.run.to_string())];
    let message = candidate::message(&format!("union of {names}"), &trailers);
    let commit = NewCommit { tree: union.tree, parents: &parents, message: &message, may_sign: false };
    let made = site.repository.commit_tree(&commit)?;
    site.repository.sync_objects(&site.repository.objects_beyond(&[base.0], made)?)?;
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::worker::Worker, repo::objects::TreeEntry};

    #[test]
    fn what_is_brought_together_level_by_level_is_what_comes_of_one_after_another() {
        let folder = tempfile::tempdir().unwrap();
        gix::init_bare(folder.path()).unwrap();
        let repository = Repository::open_own(folder.path()).unwrap();
        let tree = |changed: &[u16], new: Option<u16>| {
            let line =
                |number: u16| if changed.contains(&number) { format!("new {number}\n") } else { format!("{number}\n") };
            let text: String = (0..60).map(line).collect();
            let mut files = vec![TreeEntry::file("shared", repository.write_blob(text.as_bytes()).unwrap())];
            files.extend(new.map(|new| TreeEntry::file(format!("z{new:02}"), repository.write_blob(b"x").unwrap())));
            repository.write_tree(&files).unwrap()
        };
        let from = tree(&[], None);
        let change = |number: u16| {
            let worker = Worker::new(number).unwrap();
            let part = Part { task: format!("t{number}").parse().unwrap(), worker, candidate: from };
            Change { part, from, to: tree(&[number * 5], Some(number)) }
        };
        for count in 1..=7 {
            let changes: Vec<Change> = (1..=count).map(change).collect();
            let together = integrate(&repository, from, &changes).unwrap();
            let mut one_after_another = Union { tree: from, merged: Vec::new(), conflicts: Vec::new() };
            one_by_one(&repository, &mut one_after_another, &changes).unwrap();
            assert_eq!(together.tree, one_after_another.tree, "{count}");
            assert_eq!(together.merged.len(), usize::from(count));
        }
        // One more that changes what the third one changes: it alone is left out.
        let again = Change { to: tree(&[15, 16], None), ..change(8) };
        let changes: Vec<Change> = (1..=7).map(change).chain([again]).collect();
        let union = integrate(&repository, from, &changes).unwrap();
        let conflicts: Vec<String> = union.conflicts.iter().map(ToString::to_string).collect();
        assert_eq!((union.merged.len(), conflicts), (7, vec!["t8 conflicts with t3 in shared".to_owned()]));
    }
}
