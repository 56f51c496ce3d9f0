//! Leavings: what a processor that died left behind: locks, checks that still run, and the worktrees that they ran in.

use std::{fs, io, path::PathBuf};

use super::desk::Desk;
use crate::{engine::progress::Progress, process::orphan};

/// Ends and removes what a dead processor left; it is for the caller to hold the queue.
pub(super) fn clear(desk: &Desk<'_>) -> io::Result<()> {
    desk.repository.settle_objects();
    desk.repository.clear_dead_locks(&desk.journal.run)?;
    for record in listed(&desk.scratch, |name| name.ends_with(".process")) {
        if let Err(error) = orphan::end(&record, desk.grace, &desk.stop) {
            (desk.listener)(Progress::Warning(error.to_string()));
        }
    }
    for folder in listed(&desk.root, |name| name.starts_with("gate-")) {
        // What cannot be removed holds nothing that is not in a commit.
        let _ = match desk.repository.worktree_at(&folder) {
            Some(worktree) => desk.repository.remove_worktree(&worktree),
            None => desk.repository.remove_folder(&folder),
        };
    }
    for file in listed(&desk.scratch, |name| name.starts_with("gate-")) {
        let _ = fs::remove_file(file);
    }
    Ok(())
}

fn listed(folder: &PathBuf, is_wanted: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_name().to_str().is_some_and(&is_wanted)).map(|entry| entry.path()).collect()
}
