//! The manual of `git par stop`.

use crate::cli::pages::manual::{CANNOT, INTERRUPTED, Manual};

/// The text of `git-par-stop.1`.
pub(super) const MANUAL: Manual = Manual {
    verb: Some("stop"),
    description: &[
        "Ends workers of a run that is at work, in this terminal or another. Each agent's process group, and every other process that came from it, gets SIGTERM, and after `par.grace` (10 seconds where it is not set) SIGKILL. What the worker did is committed and recorded as `stopped`. A worker that has not begun will not begin.",
        "The process that works on the run does this itself: no number of a process is believed. Where that process is dead, what is left of its workers is ended by the records that were made of them (a random mark in the environment, process number, start time and boot), and what is in their worktrees is kept, recorded as `interrupted`.",
        "Without `-w` the whole run ends.",
        "A run that was made in another clone, and that nobody works on here, is not stopped here: whether anybody works on it there, nobody here can tell.",
    ],
    sections: &[],
    statuses: &[
        ("0", "The workers have ended, and that is recorded."),
        ("2", "The command was not understood, or the run has no such worker."),
        ("3", "The end was not recorded within a minute after the grace."),
        CANNOT,
        INTERRUPTED,
    ],
    examples: &[
        ("Stop the newest run:", "git par stop"),
        ("Stop one worker and let the others go on:", "git par stop -w 2"),
        ("Run the stopped ones again:", "git par retry --failed"),
    ],
    refs: &[
        ("refs/notes/par/<run>", "Written: the wish, and how each worker ended."),
        ("refs/par/<run>/w<n>", "Written: what a stopped worker left."),
    ],
    settings: &["par.grace"],
    also: &["git-par-spawn(1)", "git-par-resume(1)", "git-par-retry(1)"],
};
