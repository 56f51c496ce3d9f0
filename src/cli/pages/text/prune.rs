//! The manual of `git par prune`.

use crate::cli::pages::manual::{CANNOT, Manual, Section, USAGE};

const GOES: Section = Section {
    title: "WHAT GOES",
    text: &[
        "Each line has what it is, its size on disk as du(1) counts it, where it is as seen from the repository's folder (with `--json`, in full), and why it may go:",
    ],
    items: &[
        (
            "worktree",
            "The worktree of a worker whose run ended at least `--older-than` ago, or whose candidate is discarded, or whose run is gone.",
        ),
        ("place", "The worktree of a check that did not end."),
        ("entry", "What git keeps of a worktree of ours whose folder is gone."),
        ("remains", "What an earlier removal left half done."),
        ("scratch", "Locks, logs and task files of a run that is gone."),
        (
            "refs",
            "What a run left that never got its first event. With `--refs`: discarded candidates, superseded attempts and leftovers; and everything of a run whose winner, if any, is in a branch, by a merge or by a queue, and whose seal holds its whole journal.",
        ),
    ],
};

const STAYS: Section = Section {
    title: "WHAT STAYS",
    text: &[
        "What is locked (git-worktree(1)); what a process works on or has as its current folder; what is behind a symbolic link; worktrees that this program did not make, and those of other repositories below the same `par.worktreeRoot`; the work of a worker that was interrupted; everything of a run whose winner waits in a queue, or needs review there (git-par-queue(1)); and a worktree whose files, or whose HEAD, are not in its candidate or any commit that is kept. Each is told with the reason. Files that are ignored are not looked at: they go with a worktree.",
        "Nothing of a queue itself is pruned.",
        "`--force` lifts only this: that a run must be merged and sealed before all of its refs go.",
    ],
    items: &[],
};

/// The text of `git-par-prune.1`.
pub(super) const MANUAL: Manual = Manual {
    verb: Some("prune"),
    description: &[
        "Tells what of all runs is of no use any more on this machine. Nothing is changed without `--apply`, which holds each run while it removes its things, and looks again before it does.",
        "The age of a run is the time since its last event. The default of `--older-than`, 14 days, is what git itself gives objects that nothing leads to (`gc.pruneExpire` of git-gc(1)).",
        "A folder is renamed before it is deleted. What a crash leaves is found by that name the next time. git-worktree(1) is not asked to prune: it would take other worktrees too.",
        "Objects that nothing leads to any more go with git-gc(1), not before.",
    ],
    sections: &[GOES, STAYS],
    statuses: &[
        ("0", "It was told, or done; there may have been nothing to do."),
        ("1", "Something could not be removed."),
        USAGE,
        ("3", "A ref moved meanwhile."),
        CANNOT,
    ],
    examples: &[
        ("See what may go:", "git par prune"),
        ("Remove it:", "git par prune --apply"),
        (
            "Remove the worktrees of all runs that are over but for the newest:",
            "git par prune --older-than 0 --keep 1 --apply",
        ),
        ("Drop the refs of old runs that are merged and sealed, too:", "git par prune --refs --older-than 30d --apply"),
    ],
    refs: &[
        ("refs/par/<run>/discarded/w<n>", "Removed with `--refs`."),
        ("refs/par/<run>/attempt/w<n>.<k>", "Removed with `--refs`."),
        ("refs/par/<run>/leftover/w<n>.<k>", "Removed with `--refs`."),
        ("refs/par/<run>/, refs/notes/par/<run>", "Removed with `--refs`, all at once, where the run is spent."),
    ],
    settings: &["par.worktreeRoot"],
    also: &["git-par-discard(1)", "git-par-queue(1)", "git-worktree(1)", "git-gc(1)"],
};
