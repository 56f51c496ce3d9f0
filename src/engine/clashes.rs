//! Clashes: which of several commits could not be merged with each other, found without touching anything.

use super::limits;
use crate::{
    model::oid::Oid,
    repo::{
        merge::{Error, Merged},
        open::Repository,
    },
};

/// Two commits that conflict, by their places in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// The earlier one.
    pub ours: usize,
    /// The later one.
    pub theirs: usize,
    /// The paths in conflict, quoted as git quotes, in path order.
    pub paths: Vec<String>,
}

/// Merges each commit with each later one, in memory, up to `jobs` at once; lists the pairs that conflict, in order.
pub fn among(repository: &Repository, commits: &[Oid], jobs: u16) -> Result<Vec<Clash>, Error> {
    let places: Vec<usize> = (0..commits.len()).collect();
    let found = limits::in_parallel(&places, jobs, |ours| of_one(repository, commits, *ours));
    Ok(found.into_iter().collect::<Result<Vec<_>, _>>()?.concat())
}

fn of_one(repository: &Repository, commits: &[Oid], ours: usize) -> Result<Vec<Clash>, Error> {
    let later = &commits[ours + 1..];
    if later.is_empty() {
        return Ok(Vec::new());
    }
    let merged = repository.merge_each(commits[ours], later)?;
    let clash = |(theirs, merged): (usize, Merged)| match merged {
        Merged::Clean(_) => None,
        Merged::Conflict(paths) => Some(Clash { ours, theirs, paths }),
    };
    Ok((ours + 1..).zip(merged).filter_map(clash).collect())
}
