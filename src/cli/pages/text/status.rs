//! The manual of `git par status`.

use crate::cli::pages::manual::{Manual, USAGE};

/// The text of `git-par-status.1`.
pub(super) const MANUAL: Manual = Manual {
    verb: Some("status"),
    description: &[
        "Shows how a run stands: where it is, each worker with its state, time, diff, verdict and what its agent said that it spent, and why its workers are at work no more. It is `git par list RUN` under another name; git-par-list(1) explains the states.",
        "With `--watch` it shows this anew until the run is over.",
    ],
    sections: &[],
    statuses: &[
        ("0", "It was shown."),
        USAGE,
        ("128", "There is no repository, there is no such run, its journal does not read well, or git failed."),
        ("130, 143", "Watching was interrupted by SIGINT or SIGTERM."),
    ],
    examples: &[
        ("The newest run:", "git par status"),
        ("A run that another terminal works on, until it is over:", "git par status --watch"),
        ("The states of its workers, for a program:", "git par status --json"),
    ],
    refs: &[
        ("refs/notes/par/<run>", "Read: the journal."),
        ("refs/notes/par/queue/<target>", "Read: whether what the run won waits in a queue, or was landed by one."),
        ("refs/par/<run>/seal", "Read: whether the run is sealed, and whether all of it is."),
    ],
    settings: &[],
    also: &["git-par-list(1)", "git-par-verify(1)"],
};
