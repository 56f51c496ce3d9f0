//! The manual of `git par diff`.

use crate::cli::pages::manual::{Manual, Section};

/// The text of `git-par-diff.1`.
pub(super) const MANUAL: Manual = Manual {
    verb: Some("diff"),
    description: &[
        "Shows what a worker changed, from base to its candidate. git itself shows it, with the user's own pager, colours, text conversions and external diff. Options and paths for git-diff(1) follow after `--`; a second `--` stands before paths that are not in the worktree.",
        "Without a choice it is the winner; where there is none, the only worker that changed anything; else a summary of each, as `--stat` makes it. Several workers are shown one after another in one pager, each below a heading.",
        "Of a worker that is still running it shows what its worktree holds now, and says so; the index of that worktree is left alone.",
    ],
    sections: &[Section {
        title: "TRUST",
        text: &[
            "Two trees are compared from where the user stands: git reads attributes from the user's own worktree, and only programs that the user configured can run. What a candidate says in its `.gitattributes` runs nothing. Replacements (git-replace(1)) are not followed.",
            "With `--json` nothing of that is asked: `diffs` has, for each pair, `from` and `worker`, the ids `old_tree` and `new_tree`, and `diff`, measured on these trees without attributes, as it is recorded.",
        ],
        items: &[],
    }],
    statuses: &[
        ("0", "It was shown. With `--exit-code` or `--quiet` after `--`: there is no difference."),
        ("1", "With `--exit-code` or `--quiet` after `--`: there is one."),
        ("2", "The command was not understood, or the run has no such worker."),
        ("3", "The worker has nothing to show yet, and the run is being worked on."),
        (
            "128",
            "There is no such run, or no such candidate in this repository, or git failed. Other statuses are git's own.",
        ),
    ],
    examples: &[
        ("What the winner changed:", "git par diff"),
        ("What the second worker changed in one folder, word by word:", "git par diff -w 2 -- --word-diff -- src"),
        ("How much each one changed:", "git par diff --all --stat"),
        ("What tells the third candidate from the first:", "git par diff --between 1 3"),
        ("The paths that a candidate changed, for a program:", "git par diff -w 1 -- --name-only -z"),
        ("The first attempt of a worker that was retried:", "git par diff -w 2 --attempt 1"),
    ],
    refs: &[
        ("refs/notes/par/<run>", "Read: which commits these are."),
        ("refs/par/<run>/attempt/w<n>.<k>", "Read: with `--attempt`."),
    ],
    settings: &[],
    also: &["git-par-log(1)", "git-par-list(1)", "git-diff(1)"],
};
