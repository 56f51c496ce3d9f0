//! The manual of `git par pick`.

use crate::cli::pages::manual::{CANNOT, INTERRUPTED, Manual, Section};

/// The text of `git-par-pick.1`.
pub(super) const MANUAL: Manual = Manual {
    verb: Some("pick"),
    description: &[
        "Ranks the candidates of a run and picks the first. The order is total and follows from recorded facts alone, so that anyone can compute it again: verdict (`pass` first), then a diff that is not empty, then the keys of the rule, then the lowest worker number.",
        "A candidate without a diff never wins. Where a gate was asked, only a candidate that passed may win, unless `--allow-failing` is given. Without any gate the verdict of all is `none`, and the answer says that nothing was checked.",
        "A pick may be made again: the newest one counts. Where nobody may win, that is recorded too; but of a run that was cut short nobody knows that yet, and it is refused until the run is resumed.",
    ],
    sections: &[Section {
        title: "RULES",
        text: &[
            "A rule is a list of keys with commas between them. A `-` before a key turns its order round. What is unknown ranks behind what is known.",
        ],
        items: &[
            ("lines", "Changed lines: insertions plus deletions. Fewer first. This is the default."),
            ("files", "Changed files. Fewer first."),
            ("duration", "The time that the agent took. Shorter first."),
            ("cost", "What the agent said that it spent. Cheaper first."),
            ("consensus", "How many candidates have the same tree, then the same patch. More first."),
            (
                "score",
                "The number that the command of `--score` or `par.score` printed last, in a clean worktree of the candidate. Higher first.",
            ),
        ],
    }],
    statuses: &[
        ("0", "A winner was picked."),
        ("1", "Nobody may win; this is recorded, with the reason."),
        (
            "2",
            "The command was not understood: a key of the rule does not exist, or there is no command for the key `score`.",
        ),
        ("3", "A worker of the run is still running, or a ref of the run was moved by somebody else meanwhile."),
        CANNOT,
        INTERRUPTED,
    ],
    examples: &[
        ("Pick by the run's own rule:", "git par pick"),
        ("What most workers agree on first, then the smallest change:", "git par pick --by consensus,lines"),
        (
            "The highest score of a benchmark; the largest change breaks a tie:",
            "git par pick --by score,-lines --score './bench.sh'",
        ),
        ("Pick worker 2 in person; the record says so:", "git par pick -w 2"),
    ],
    refs: &[
        ("refs/par/<run>/winner", "Written: the picked candidate."),
        ("refs/par/<run>/w<n>", "Read: the candidates, where they are scored."),
        ("refs/par/<run>/logs", "Written: the output of score commands."),
        ("refs/notes/par/<run>", "Written: the rule, the whole ranking and the reason."),
    ],
    settings: &["par.grace", "par.score", "par.setup", "par.shared", "par.worktreeRoot"],
    also: &["git-par-gate(1)", "git-par-merge(1)", "git-patch-id(1)"],
};
