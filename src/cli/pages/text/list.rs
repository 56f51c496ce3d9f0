//! The manual of `git par list`.

use crate::cli::pages::manual::{Manual, USAGE};

/// The text of `git-par-list.1`.
pub(super) const MANUAL: Manual = Manual {
    verb: Some("list"),
    description: &[
        "Lists the runs of this repository, newest first: how many workers have a candidate, how many of those that were gated passed, the winner, the merge, and whether the run is sealed. With a run it lists that run's workers.",
        "It reads refs alone, so that it says the same in every clone that has them. A run whose journal does not read well is listed with the reason.",
    ],
    sections: &[],
    statuses: &[
        ("0", "The list was written; it may be empty."),
        USAGE,
        ("128", "There is no repository, there is no such run, its journal does not read well, or git failed."),
    ],
    examples: &[
        ("All runs:", "git par list"),
        ("The workers of one run, named by the beginning of its id:", "git par list 20261120-1425"),
        ("The ids of all runs, by plain git:", "git for-each-ref --format='%(refname:lstrip=3)' refs/notes/par"),
        ("For a program:", "git par list --json"),
    ],
    refs: &[
        ("refs/notes/par/<run>", "Read: which runs there are, and their journals."),
        ("refs/par/<run>/seal", "Read: whether the run is sealed."),
    ],
    settings: &[],
    also: &["git-par-spawn(1)", "git-par-verify(1)", "git-for-each-ref(1)"],
};
