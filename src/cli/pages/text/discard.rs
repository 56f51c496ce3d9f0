//! The manual of `git par discard`.

use crate::cli::pages::manual::{CANNOT, Manual, USAGE};

/// The text of `git-par-discard.1`.
pub(super) const MANUAL: Manual = Manual {
    verb: Some("discard"),
    description: &[
        "Takes candidates out of the running and removes their worktrees. Without `-w` it takes every worker of the run that began. A discarded candidate is not ranked or gated any more.",
        "Nothing that git would keep is lost: the candidate stays reachable from `refs/par/<run>/discarded/w<n>`, and what was changed in the worktree after the candidate was made becomes a commit on top of it, under `refs/par/<run>/leftover/w<n>.<k>`. Both stay until git-par-prune(1) drops them. Files that are ignored go with the worktree.",
        "Where a candidate is neither merged nor in any branch, or a worktree holds more than its candidate, it asks first. Without a terminal it needs `-y`.",
        "A worker that is running is refused, and so is one that was interrupted, whose work is not committed yet. So is a worktree that is locked (git-worktree(1)) or that some process has as its current folder.",
        "After a crash between the record and the removal, the same command removes what is left.",
    ],
    sections: &[],
    statuses: &[
        ("0", "The candidates are discarded, or were before."),
        ("1", "Work is in no branch, and nobody agreed. Nothing was discarded."),
        USAGE,
        ("3", "A worker is running, its candidate is being checked, or a process is in its worktree."),
        CANNOT,
    ],
    examples: &[
        ("Discard every candidate of the newest run, after a question:", "git par discard"),
        ("Discard two of them without one:", "git par discard fix-parse -w 2 -w 3 -y"),
        ("See what was discarded:", "git for-each-ref 'refs/par/*/discarded/*'"),
    ],
    refs: &[
        ("refs/par/<run>/w<n>", "Written: it moves to the next one."),
        ("refs/par/<run>/discarded/w<n>", "Written: the discarded candidate."),
        ("refs/par/<run>/leftover/w<n>.<k>", "Written: what the worktree of attempt k held beside its candidate."),
        ("refs/notes/par/<run>", "Written: that it is discarded."),
    ],
    settings: &[],
    also: &["git-par-prune(1)", "git-par-list(1)", "git-worktree(1)"],
};
