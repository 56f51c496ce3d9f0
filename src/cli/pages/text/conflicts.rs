//! The manual of `git par conflicts`.

use crate::cli::pages::manual::{Manual, Section};

/// The text of `git-par-conflicts.1`.
pub(super) const MANUAL: Manual = Manual {
    verb: Some("conflicts"),
    description: &[
        "Merges each candidate with each other and with the branch as it is now, in memory, with the settings that `git par merge` holds fixed, and shows which pairs conflict and on which paths. No branch, index or file is touched; what the merges write are objects that nothing refers to.",
        "Of one run it is every candidate that is in the running. Of several it is the winner of each, where one was picked, else all of its candidates. With `--queue` it is every entry of the branch's queue that has neither landed nor been dropped.",
        "Two candidates that merge cleanly may still break each other: only a check tells that.",
    ],
    sections: &[Section {
        title: "JSON",
        text: &[
            "`sides` lists what was merged, the target first: `name`, `run`, `worker`, `entry`, `commit`. `pairs` is how many pairs were merged. `conflicts` lists those that conflict: `ours` and `theirs` name two sides, `paths` are quoted as git quotes; where one side has a file and the other a folder, git names the file `<path>~<commit>`.",
        ],
        items: &[],
    }],
    statuses: &[
        ("0", "No pair conflicts."),
        ("1", "Some pair does."),
        ("2", "The command was not understood, or a run has no such worker, or the target is not a commit."),
        ("128", "There is no such run, no candidate, or a commit is not in this repository."),
    ],
    examples: &[
        ("Would the candidates of the newest run get on with main?", "git par conflicts --into main"),
        ("Would the winners of two runs get on with each other?", "git par conflicts fix-parser fix-lexer"),
        (
            "Would what waits to land on main get on with it, and with each other?",
            "git par conflicts --queue --into main",
        ),
        ("The pairs that would not, for a program:", "git par conflicts --json"),
    ],
    refs: &[
        ("refs/notes/par/<run>", "Read: the candidates and the winner."),
        ("refs/notes/par/queue/<target>", "Read with `--queue`: the entries."),
    ],
    settings: &["par.jobs"],
    also: &["git-par-merge(1)", "git-par-diff(1)", "git-merge-tree(1)"],
};
