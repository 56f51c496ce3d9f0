//! The manual of `git par merge`.

use crate::cli::pages::manual::{CANNOT, Manual, USAGE};

/// The text of `git-par-merge.1`.
pub(super) const MANUAL: Manual = Manual {
    verb: Some("merge"),
    description: &[
        "Merges the winner of a run into a branch. The merge is computed first, without any worktree; then it is recorded as an intent; then the branch moves, only if it is still where it was. Where the branch is checked out, the files of that worktree move with it, both or neither.",
        "A winner whose gate says something else since it was picked is not merged: pick again first.",
        "Where paths conflict, or the worktree has changes that the merge would overwrite, nothing changes and the paths are named.",
        "The message of the commit is the task's first line, and it ends with the trailers `Par-Run`, `Par-Worker` and `Par-Journal`. A branch that has the candidate already is left as it is, so that the command may be given again.",
    ],
    sections: &[],
    statuses: &[
        ("0", "The branch has the candidate now, or had it already. With `--dry-run`: it would."),
        USAGE,
        ("3", "The branch moved meanwhile."),
        (
            "4",
            "Paths conflict, uncommitted changes are in the way, or a merge, a rebase or the like is in progress there.",
        ),
        CANNOT,
    ],
    examples: &[
        ("Merge the winner into the branch that is checked out:", "git par merge"),
        ("See whether it would work, and change nothing:", "git par merge --dry-run"),
        (
            "As one commit on another branch, with a message:",
            "git par merge --into release --squash -m 'parse_range: count the last number'",
        ),
        ("Move the branch to the candidate itself where that is possible:", "git par merge --ff"),
    ],
    refs: &[
        ("refs/par/<run>/winner", "Read: the candidate; what the journal says counts."),
        ("refs/heads/<branch>", "Written: the branch to merge into, if it is still where it was."),
        ("refs/par/<run>/merge", "Written: the commit that merging made."),
        ("refs/notes/par/<run>", "Written: the intent, and what came of it."),
    ],
    settings: &[],
    also: &["git-par-pick(1)", "git-par-seal(1)", "git-merge(1)", "git-merge-tree(1)"],
};
