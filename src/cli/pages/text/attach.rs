//! The manual of `git par attach`.

use crate::cli::pages::manual::{Manual, Section};

/// The text of `git-par-attach.1`.
pub(super) const MANUAL: Manual = Manual {
    verb: Some("attach"),
    description: &[
        "Opens the shell of `$SHELL`, or runs the command after `--`, in a worker's worktree, with this terminal, and with the environment that agents have: see ENVIRONMENT OF CHILDREN in git-par(1). Only prompts of git are on.",
        "A worktree that is gone is made again, at its place, from the worker's candidate, with a detached HEAD and the files that `.worktreeinclude` names; the setup command is not run.",
        "While a worker runs, what is changed becomes part of what it leaves. Once it has finished, its candidate stays what it is: at the end a warning says where the worktree holds something else, with the commands that keep it on a branch.",
    ],
    sections: &[Section {
        title: "SIGNALS",
        text: &[
            "The keys of the terminal reach the shell: SIGINT and SIGQUIT end the command and not this program, which waits for it. SIGTERM and SIGHUP are handed on to it.",
            "With `--json` what the command prints on standard output goes to standard error, and the answer comes when it has ended.",
        ],
        items: &[],
    }],
    statuses: &[
        ("0-255", "That of the shell or command; 128 and the number of the signal where one ended it."),
        ("2", "Also: the command was not understood, or the run has no such worker."),
        ("128", "Also: there is no such run, no worktree and no candidate to make it from, or no such program."),
    ],
    examples: &[
        ("Look around where the second worker worked:", "git par attach -w 2"),
        ("Run one test there:", "git par attach -w 2 -- cargo test parse_range"),
        ("The same in a run that is named:", "git par attach 20261120-1425 -w 1"),
    ],
    refs: &[("refs/notes/par/<run>", "Read: the run, its workers and their candidates.")],
    settings: &["par.worktreeRoot"],
    also: &["git-par-diff(1)", "git-par-log(1)", "git-worktree(1)"],
};
