//! The manual of `git par demo`.

use crate::cli::pages::manual::{Manual, USAGE};

/// The text of `git-par-demo.1`.
pub(super) const MANUAL: Manual = Manual {
    verb: Some("demo"),
    description: &[
        "Makes a small repository with a bug in a temporary folder and does the whole job on it by the very commands that a user types: three workers, of which one fixes the bug the long way, one in a line and one not at all; a gate with its baseline; a pick; a merge; a seal; and the proof in a fresh clone. Each command is shown with its output.",
        "It needs git and a shell, no agent, no network and no identity, and touches nothing outside of its folder. The folder is kept, to look around in; it may be deleted at any time.",
    ],
    sections: &[],
    statuses: &[
        ("0", "Every step did what it should."),
        USAGE,
        ("128", "The folder could not be made, or a step failed; the message has its output."),
    ],
    examples: &[
        ("Show the whole job:", "git par demo"),
        ("In a folder of one's own, which must not exist yet:", "git par demo --dir try-git-par"),
    ],
    refs: &[("refs/par/demo/, refs/notes/par/demo", "Written in the demonstration's own repository.")],
    settings: &[],
    also: &["git-par-run(1)", "gittutorial(7)"],
};
