//! The manual of `git par fetch`.

use super::push::{ANSWERS, COMPARED};
use crate::cli::pages::manual::{Manual, USAGE};

/// The text of `git-par-fetch.1`.
pub(super) const MANUAL: Manual = Manual {
    verb: Some("fetch"),
    description: &[
        "Gets runs and queues from a remote: the refs of each and its journal. Nothing is overwritten that the remote's run does not go on from, nothing is configured, and no tag, branch or `FETCH_HEAD` is written.",
        "Without a remote it is the one that `git fetch` would choose: the branch's remote, the only remote, or `origin`. Without a run or a queue, such as `queue/main`, it is every one that the remote has.",
        "What comes from a remote is somebody else's. Its names and journals are read with bounds, and a run that does not read well is named and left there. Whether a run is what it says, git-par-verify(1) tells. What processes a fetched queue runs its check only where that is trusted: git-par-queue(1).",
    ],
    sections: &[ANSWERS, COMPARED],
    statuses: &[
        ("0", "All that the remote has of each run is here."),
        ("1", "Some run could not be taken: its journal does not read well, or its objects are missing there."),
        USAGE,
        ("3", "A run was moved here meanwhile, or is being worked on here."),
        (
            "4",
            "The remote has a different history of some run, or a seal or logs that differ. Those here were left alone.",
        ),
        (
            "128",
            "It could not be done: there is no repository, no remote, no such run there, or the remote cannot be reached.",
        ),
    ],
    examples: &[
        ("Fetch the runs of a clone, and check the newest one:", "git par fetch\ngit par verify"),
        ("One run from somewhere else, named by the beginning of its id:", "git par fetch ../other.git 20261120-1425"),
    ],
    refs: &[
        (
            "refs/par/<run>/, refs/par/queue/<target>/",
            "Read at the remote, and written: the refs that the journal calls for, logs and seal.",
        ),
        ("refs/notes/par/<run>, refs/notes/par/queue/<target>", "Read at the remote, and written: the journal."),
    ],
    settings: &[],
    also: &["git-par-push(1)", "git-par-queue(1)", "git-par-verify(1)", "git-fetch(1)"],
};
