//! Leavings: what a processor that died left behind: locks, checks that still run, and the worktrees that they ran in.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::desk::Desk;
use crate::{engine::progress::Progress, process::orphan, repo::worktree::Worktree};

/// Ends and removes what a dead processor left; it is for the caller to hold the queue.
pub(super) fn clear(desk: &Desk<'_>) -> io::Result<()> {
    desk.repository.settle_objects();
    desk.repository.clear_dead_locks(&desk.journal.run)?;
    for record in listed(&desk.scratch, |name| name.ends_with(".process")) {
        if let Err(error) = orphan::end(&record, desk.grace, &desk.stop) {
            (desk.listener)(Progress::Warning(error.to_string()));
        }
    }
    // What cannot be removed holds nothing that is not in a commit.
    for worktree in checked_in(desk) {
        let _ = desk.repository.remove_worktree(&worktree);
    }
    let is_left = |name: &str| name.starts_with("gate-") || desk.repository.is_remains(Path::new(name));
    for folder in listed(&desk.root, is_left) {
        let _ = desk.repository.remove_folder(&folder);
    }
    for file in listed(&desk.scratch, |name| name.starts_with("gate-")) {
        let _ = fs::remove_file(file);
    }
    Ok(())
}

/// Lists the worktrees for checks that git has on file, also where their folders are gone.
fn checked_in(desk: &Desk<'_>) -> Vec<Worktree> {
    let roots = [desk.root.clone(), desk.root.canonicalize().unwrap_or_default()];
    let is_check = |path: &Path| path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"gate-"));
    let is_in_root = |path: &Path| path.parent().is_some_and(|parent| roots.iter().any(|root| root == parent));
    let all = desk.repository.worktrees().into_iter();
    all.filter(|worktree| is_in_root(&worktree.path) && is_check(&worktree.path)).collect()
}

fn listed(folder: &PathBuf, is_wanted: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_name().to_str().is_some_and(&is_wanted)).map(|entry| entry.path()).collect()
}
