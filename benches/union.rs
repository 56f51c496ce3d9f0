//! Integrates commits that all start from the first one named onto it, as the tasks of a plan are, and prints the tree. Commits are named by their ids.

use std::io::Write as _;

use git_par::{
    engine::union::{self, Change},
    model::{fact::union_finished::Part, oid::Oid, worker::Worker},
    repo::open::Repository,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let repository = Repository::discover(&std::env::current_dir()?)?;
    let commits: Vec<Oid> = std::env::args()
        .skip(1)
        .map(|id| id.parse().map_err(|_| format!("'{id}' is no id of a commit")))
        .collect::<Result<_, String>>()?;
    let (base, parts) = commits.split_first().ok_or("no commit is named")?;
    let from = repository.commit(*base)?.tree;
    let change = |(number, candidate): (u16, &Oid)| -> Result<Change, Box<dyn std::error::Error>> {
        let worker = Worker::new(number).ok_or("too many commits")?;
        let task = format!("t{number}").parse().map_err(|()| "no name")?;
        let part = Part { task, worker, candidate: *candidate };
        Ok(Change { part, from, to: repository.commit(*candidate)?.tree })
    };
    let changes = (1..).zip(parts).map(change).collect::<Result<Vec<_>, _>>()?;
    let union = union::integrate(&repository, from, &changes)?;
    Ok(writeln!(std::io::stdout(), "{} {}", union.tree, union.conflicts.len())?)
}
