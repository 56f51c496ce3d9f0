//! Putting aside: what an earlier attempt left at a worker's place gives way to the next one, and nothing is lost.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{keep::index_file, site::Site};
use crate::{
    failpoint,
    model::{oid::Oid, worker::Worker},
    process::{plain, suffix},
    repo::{snapshot, worktree::Worktree},
};

/// Why a worker's place could not be cleared.
#[derive(Debug, thiserror::Error)]
#[error("could not clear '{}'", path.display())]
pub struct Error {
    /// The folder.
    path: PathBuf,
    /// Why.
    source: io::Error,
}

/// Clears the place of a worker that is about to begin: a worktree that holds nothing but what is committed is removed,
/// any other moves aside.
pub fn clear(site: &Site<'_>, worker: Worker) -> Result<(), Error> {
    let path = site.root.join(worker.to_string());
    let failed = |source| Error { path: path.clone(), source };
    if let Some(half_made) = site.repository.half_made_at(&path) {
        site.repository.remove_worktree(&half_made).map_err(failed)?;
    } else if let Some(worktree) = site.repository.run_worktree(&site.journal.run, &worker.to_string()) {
        remove(site, worker, &worktree).map_err(failed)?;
    } else if let Some(owner) = site.repository.stranger_at(&path) {
        let message = format!("it is a worktree of '{}'", owner.display());
        return Err(failed(io::Error::new(io::ErrorKind::AlreadyExists, message)));
    } else if path.symlink_metadata().is_ok() {
        move_aside(site, worker, &path).map_err(failed)?;
    }
    failpoint::pass("place cleared");
    let scratch = site.scratch_of(Some(worker));
    plain::clear(&scratch);
    match fs::remove_dir_all(scratch) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(error)),
        _ => Ok(()),
    }
}

fn remove(site: &Site<'_>, worker: Worker, worktree: &Worktree) -> io::Result<()> {
    let committed = committed(site, worker);
    let half_made = !index_file(site, worker).exists() && !worktree.own_index().exists();
    let gone = worktree.path.symlink_metadata().is_err();
    if gone || half_made || tree(site, worker, worktree).is_some_and(|tree| Some(tree) == committed) {
        return site.repository.remove_worktree(worktree);
    }
    move_aside(site, worker, &worktree.path)
}

/// Returns the tree that an earlier attempt is kept with; where there was none, that of base.
fn committed(site: &Site<'_>, worker: Worker) -> Option<Oid> {
    let newest = |history: &crate::model::history::History| *history.lane(worker)?.superseded.last()?;
    let candidate = site.journal.ask(newest).unwrap_or(site.base);
    site.repository.commit(candidate).ok().map(|commit| commit.tree)
}

fn tree(site: &Site<'_>, worker: Worker, worktree: &Worktree) -> Option<Oid> {
    let (own_index, index) = (worktree.own_index(), index_file(site, worker));
    let source: snapshot::Source<'_> = worktree.source(&own_index, &index, site.base_tree);
    let snapshot = site.repository.snapshot(source).ok()?;
    snapshot.skipped.is_empty().then_some(snapshot.tree)
}

fn move_aside(site: &Site<'_>, worker: Worker, path: &Path) -> io::Result<()> {
    let to = path.with_file_name(format!("{worker}.{}", suffix::random(4)?));
    site.repository.move_worktree(path, &to)?;
    let text =
        format!("'{}' holds more than what was committed of it: it is at '{}' now", path.display(), to.display());
    (site.listener)(super::progress::Progress::Warning(text));
    Ok(())
}
