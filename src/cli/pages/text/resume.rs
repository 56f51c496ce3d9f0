//! The manual of `git par resume`.

use crate::cli::pages::manual::{CANNOT, INTERRUPTED, Manual};

/// The text of `git-par-resume.1`.
pub(super) const MANUAL: Manual = Manual {
    verb: Some("resume"),
    description: &[
        "Goes on with a run that was cut short: by a crash, a kill, a reboot, an interrupt, or the end of a budget. It can be repeated until nothing is left to do.",
        "First it tells what each worker was doing whose process died, ends processes of it that are still there, and commits what is in its worktree, recorded as `interrupted`. Then it runs the workers that never began, and puts candidates that met no gate to the gate of the run.",
        "A worker that was interrupted does not run again by itself: see git-par-retry(1). Where the run carries out a plan it does, since the plan cannot go on without it; a worker that was stopped does not.",
        "Where the run was begun with `--auto-merge`, what it wins is added to the queue of its branch at the end, as git-par-spawn(1) explains it; of a run that was begun in another repository with `--trust` only.",
        "The command lines of agents and gate are those that were given, kept in the repository's `par` folder; where that was deleted, or the run was begun in another repository, those of the journal serve, with `--trust` only. A time budget counts anew; a budget that is spent can be raised with the options below.",
    ],
    sections: &[],
    statuses: &[
        ("0", "The run has a candidate that may win."),
        ("1", "It has none, or a worker could not be recorded."),
        ("2", "The command was not understood."),
        ("3", "Another process works on the run."),
        CANNOT,
        INTERRUPTED,
    ],
    examples: &[
        ("Go on with the newest run:", "git par resume"),
        ("Then run again what was interrupted:", "git par retry --failed"),
    ],
    refs: &[
        ("refs/par/<run>/w<n>", "Written: what the workers left."),
        ("refs/notes/par/<run>", "Written: what happens."),
    ],
    settings: &["par.grace", "par.setup", "par.shared", "par.worktreeRoot"],
    also: &["git-par-spawn(1)", "git-par-stop(1)", "git-par-retry(1)", "git-par-run(1)"],
};
