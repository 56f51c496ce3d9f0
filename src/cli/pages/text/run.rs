//! The manual of `git par run`.

use crate::cli::pages::manual::{INTERRUPTED, Manual};

/// The text of `git-par-run.1`.
pub(super) const MANUAL: Manual = Manual {
    verb: Some("run"),
    description: &[
        "Does in one command what git-par-spawn(1), git-par-gate(1) and git-par-pick(1) do one after the other and, where asked, git-par-merge(1) and git-par-seal(1). Each step is exactly the verb of its name. It stops after the first step whose answer is no, and what was done until then is recorded.",
        "With `--continue` no workers are started: the candidates of the run that its own gate has not seen are gated, and the steps after that follow. A run that carries out a plan is resumed first, as git-par-resume(1) does it.",
        "The gate is the one of `--gate` or `par.gate`. With `--merge` the winner is merged into the branch that is checked out. With `--auto-merge`, or where `par.autoMerge` says so and `--merge` is not given, it is added to a queue instead, as git-par-spawn(1) does it.",
    ],
    sections: &[],
    statuses: &[
        ("0", "Every step that was asked for was done."),
        ("1", "The answer of a step is no: no candidate may win, or nobody was picked."),
        ("2", "The command was not understood."),
        ("3", "A race was lost, or the run is busy."),
        ("4", "The winner could not be merged: a conflict needs a person. The pick stands."),
        ("128", "It could not be done."),
        INTERRUPTED,
    ],
    examples: &[
        (
            "Four attempts, gated and picked:",
            "git par run -n 4 --gate 'cargo test' \"fix the off-by-one in parse_range\"",
        ),
        ("The same to the end:", "git par run --merge --seal --gate 'make test' -F task.md"),
        (
            "Go on with a run, where it was interrupted after its workers:",
            "git par run --continue 20261120-142501-fix --merge",
        ),
    ],
    refs: &[
        ("refs/par/<run>/", "Written: what the steps write."),
        ("refs/notes/par/<run>", "Written: the journal, and a note on each candidate."),
        ("refs/heads/<branch>", "Written with `--merge`: the branch that is checked out."),
    ],
    settings: &[
        "par.agent",
        "par.autoMerge",
        "par.gate",
        "par.gateTimeout",
        "par.grace",
        "par.jobs",
        "par.rule",
        "par.score",
        "par.setup",
        "par.shared",
        "par.timeout",
        "par.workers",
        "par.worktreeRoot",
    ],
    also: &["git-par-spawn(1)", "git-par-gate(1)", "git-par-pick(1)", "git-par-merge(1)", "git-par-seal(1)"],
};
