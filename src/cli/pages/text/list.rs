//! The manual of `git par list`.

use crate::cli::pages::manual::{Manual, Section, USAGE};

/// The text of `git-par-list.1`.
pub(super) const MANUAL: Manual = Manual {
    verb: Some("list"),
    description: &[
        "Lists the runs of this repository, newest first: where each one is, its workers by state, the verdicts of its gate, the winner, the merge, whether it is sealed, and how long ago it started. People are shown the newest 20 unless they ask for `--all`; `--json` always has all.",
        "With a run it lists that run's workers, what they come to together, and why they are at work no more.",
        "It reads refs alone, so that it says the same in every clone that has them, but for whether a run is worked on right now: that is known where the run was made. A run whose journal does not read well is listed with the reason.",
        "What a run won may wait in a queue (git-par-queue(1)): then that is told in the place of the merge, such as `queued (main, entry 3)`, and after it has landed the commit, such as `5f2c81e90a (main, entry 3)`.",
        "With `--watch` the list is redrawn in place each second and whenever a ref of the run moves. Where the output is no terminal, a list is written only when something changed, with an empty line between two; with `--json` that is one object a line.",
    ],
    sections: &[
        Section {
            title: "STATES OF A RUN",
            text: &["The first of these that holds:"],
            items: &[
                (
                    "running",
                    "A process works on it. Of a run that was made in another clone nobody here can know: one that has not come to its end stays `running`, with a note.",
                ),
                (
                    "interrupted",
                    "Nobody works on it any more, and some worker is unfinished, or waits though nothing was said of the run's end.",
                ),
                (
                    "sealed",
                    "It is sealed, and the seal holds all of it. Where events came after the seal, the column of the seal says `stale`, and this state does not hold.",
                ),
                (
                    "merged",
                    "A candidate of it was merged, or landed by a queue. Where the branch does not have the merge any more, that is said beside it: `merged (not in main)`.",
                ),
                (
                    "picked",
                    "It has a winner that was neither retried nor discarded since, and of which its gate says nothing else.",
                ),
                ("finished", "None of these: every worker came to its end, or is not to begin."),
            ],
        },
        Section {
            title: "STATES OF A WORKER",
            text: &["Of its newest attempt. The first of these that holds:"],
            items: &[
                ("discarded, merged, picked", "What became of its candidate."),
                (
                    "queued, running, interrupted",
                    "It waits for its turn; it runs; it began, and nobody works on it any more.",
                ),
                ("blocked", "It is not to begin: a task of the plan that its own needs did not come in."),
                (
                    "stopped, timeout, interrupted, failed",
                    "How its agent ended, where that was no success. Its candidate may pass a gate all the same.",
                ),
                ("empty", "It changed nothing."),
                ("gated", "A gate said something of its candidate."),
                ("finished", "It has a candidate, and nothing more was said."),
            ],
        },
    ],
    statuses: &[
        ("0", "The list was written; it may be empty."),
        USAGE,
        ("128", "There is no repository, there is no such run, its journal does not read well, or git failed."),
        ("130, 143", "Watching was interrupted by SIGINT or SIGTERM."),
    ],
    examples: &[
        ("The newest runs:", "git par list"),
        ("The workers of one run, named by the beginning of its id:", "git par list 20261120-1425"),
        ("The same, until the run is over:", "git par list --watch 20261120-1425"),
        ("The ids of all runs, by plain git:", "git for-each-ref --format='%(refname:lstrip=3)' refs/notes/par"),
        ("For a program:", "git par list --json"),
    ],
    refs: &[
        ("refs/notes/par/<run>", "Read: which runs there are, and their journals."),
        ("refs/notes/par/queue/<target>", "Read: what of runs waits in queues, or was landed by them."),
        ("refs/heads/<branch>", "Read: whether the branch that was merged into has the merge."),
        ("refs/par/<run>/seal", "Read: whether the run is sealed, and whether all of it is."),
    ],
    settings: &[],
    also: &["git-par-status(1)", "git-par-spawn(1)", "git-par-queue(1)", "git-par-verify(1)", "git-for-each-ref(1)"],
};
