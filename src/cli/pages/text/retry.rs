//! The manual of `git par retry`.

use crate::cli::pages::manual::{CANNOT, INTERRUPTED, Manual};

/// The text of `git-par-retry.1`.
pub(super) const MANUAL: Manual = Manual {
    verb: Some("retry"),
    description: &[
        "Runs workers of a run again, each as its next attempt, in a fresh worktree of base. The gate of the run looks at what they leave.",
        "What an attempt left before is not lost: its candidate moves to `refs/par/<run>/attempt/w<n>.<k>` and its logs stay in the history of `refs/par/<run>/logs`. A worktree that holds more than was committed moves aside and is named.",
        "With `--with-feedback` the agent gets, after the task, the diff of its attempt before and the end of what the gate printed; what it is told is recorded.",
        "The agents and the gate of a run that was begun in another repository are commands of somebody else's: they run only with `--trust`. So it is where a worker was begun or sent again by events that a remote added to a run of your own; what you trusted once is not asked about again.",
        "A winner that is run again is the winner no more: pick again.",
        "Where the run was begun with `--auto-merge`, what it wins is added to the queue of its branch at the end, as git-par-spawn(1) explains it; of a run that was begun in another repository with `--trust` only.",
    ],
    sections: &[],
    statuses: &[
        ("0", "The run has a candidate that may win, or `--failed` found no worker that failed."),
        ("1", "It has none, or a worker could not be recorded."),
        ("2", "The command was not understood, or the worker has not ended yet."),
        ("3", "Another process works on the run."),
        CANNOT,
        INTERRUPTED,
    ],
    examples: &[
        ("Run whatever failed again, and tell the agents what went wrong:", "git par retry --failed --with-feedback"),
        ("Run one worker again:", "git par retry 20261120-142501-fix -w 2"),
        ("See what the attempt before had changed:", "git diff refs/par/RUN/base refs/par/RUN/attempt/w2.1"),
    ],
    refs: &[
        ("refs/par/<run>/w<n>", "Removed, and written when the new attempt ends."),
        ("refs/par/<run>/attempt/w<n>.<k>", "Written: the candidate of attempt k."),
        ("refs/notes/par/<run>", "Written: what happens."),
    ],
    settings: &["par.grace", "par.setup", "par.shared", "par.worktreeRoot"],
    also: &["git-par-spawn(1)", "git-par-resume(1)", "git-par-list(1)"],
};
