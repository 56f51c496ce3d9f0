//! The manual of `git par gate`.

use crate::cli::pages::manual::{CANNOT, INTERRUPTED, Manual};

/// The text of `git-par-gate.1`.
pub(super) const MANUAL: Manual = Manual {
    verb: Some("gate"),
    description: &[
        "Runs the same check on each candidate of a run and records its verdict. The check passes when it exits with 0. It runs on a tree that was proven to be the candidate's.",
        "The check is the command line after `--`, else the run's own gate, else the setting `par.gate`. A command line after `--` runs as it stands, without a shell. The gate of a run that was begun in another repository is a command of somebody else's: it runs only with `--trust`.",
        "By default it runs in the worker's worktree where that still holds the candidate, and else in a clean worktree of the candidate, which is removed afterwards. With `--protect` it runs in a clean worktree in which the named paths are those of base; a candidate that touched them is marked.",
    ],
    sections: &[super::super::manual::Section {
        title: "VERDICTS",
        text: &[],
        items: &[
            ("pass", "The check exited with 0."),
            ("fail", "It exited with another status."),
            ("timeout", "It took longer than it may."),
            ("error", "It could not be run, or was ended by a signal; the reason is recorded."),
            ("none", "The candidate has not been gated."),
        ],
    }],
    statuses: &[
        ("0", "At least one of the gated candidates passed."),
        ("1", "None passed, or a verdict could not be recorded."),
        ("2", "The command was not understood, or there is no check to run."),
        ("3", "A ref of the run was moved by somebody else meanwhile."),
        CANNOT,
        INTERRUPTED,
    ],
    examples: &[
        ("Check every candidate of the newest run:", "git par gate -- cargo test"),
        (
            "In clean worktrees, two at a time, ten minutes for each:",
            "git par gate -j 2 --place clean --timeout 10m -- make test",
        ),
        (
            "Check base too: a check that base passes already cannot tell a fix from none:",
            "git par gate --baseline -- ./run-tests.sh",
        ),
        (
            "With the tests of base, whatever a candidate made of them:",
            "git par gate --protect tests -- sh -c 'make && make test'",
        ),
        ("Check one worker of a run again, with the run's own gate:", "git par gate 20261120-142501-fix -w 2"),
    ],
    refs: &[
        ("refs/par/<run>/w<n>", "Read: the candidates."),
        ("refs/par/<run>/logs", "Written: the output of each check."),
        ("refs/notes/par/<run>", "Written: the verdicts."),
    ],
    settings: &["par.gate", "par.gateTimeout", "par.grace", "par.jobs", "par.setup", "par.shared", "par.worktreeRoot"],
    also: &["git-par-spawn(1)", "git-par-pick(1)", "gitglossary(7)"],
};
