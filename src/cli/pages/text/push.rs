//! The manual of `git par push`.

use crate::cli::pages::manual::{Manual, Section, USAGE};

/// What becomes of a run, whichever way it goes.
pub(super) const ANSWERS: Section = Section {
    title: "ANSWERS",
    text: &["Each run and queue has a line. With `--json` its `state` is one of these:"],
    items: &[
        ("pushed, fetched", "It was carried. `refs` lists what moved."),
        ("up_to_date", "The other side has the same journal and lacks nothing."),
        ("behind", "The remote's journal goes on from the one here: fetch it first."),
        ("ahead", "The journal here goes on from the remote's: there is nothing to fetch."),
        (
            "forked",
            "Each side has events that the other has not; `forked_at` is the first that differs. The lines below it give up the history here and keep it in a file; what only a queue here had is to be added anew.",
        ),
        ("busy", "Somebody else moved it meanwhile, or a worker of it has not ended yet."),
        ("failed", "It could not be done; `error` says why. The other runs went on."),
    ],
};

/// How it is decided, whichever way a run goes.
pub(super) const COMPARED: Section = Section {
    title: "WHAT IS COMPARED",
    text: &[
        "What is carried follows from the journal of the side that gives: the refs that it calls for, with the values that it says, and logs and a seal of the run. Whatever else is below `refs/par/<run>/` stays where it is and is told in one line.",
        "Journals are compared byte by byte, and not the commits that hold them. Where the journal of the side that gives goes on from that of the other side, its refs move, also backwards, such as `winner` after another pick, and go where another name keeps what they held. Each moves only where it has the value that was seen before; all of a run's refs move, or none.",
        "Where both have the same journal, what the other side lacks is added, and where a ref differs the journal is asked which one is right.",
        "A seal takes the place only of one whose journal its own goes on from, and logs only of logs that they contain. Of two others nobody can say which is right: they are left as they are, named, and the exit status is 4.",
    ],
    items: &[],
};

/// The text of `git-par-push.1`.
pub(super) const MANUAL: Manual = Manual {
    verb: Some("push"),
    description: &[
        "Sends runs and queues to a remote: the refs of each, without its logs, and its journal, in one atomic push (`git push --atomic`). Nothing is overwritten that the run does not go on from, nothing is configured, and no branch or tag is sent.",
        "Without a remote it is the one that `git push` would choose: `branch.<name>.pushRemote`, `remote.pushDefault`, the branch's remote, the only remote, or `origin`. Its `push`, `mirror` and submodule settings do not count here.",
        "Logs are sent with `--logs`, and where the remote has logs of the run already, as an old log beside a new journal would not verify.",
        "A queue goes by the name of its branch, such as `queue/main`, and all that is said of runs here is true of it. Two clones that process one queue at the same time make two histories of it: whoever pushes second is told that they forked, with exit status 4, and nothing is overwritten.",
        "Your own `pre-push` hook runs, as with any `git push`: whoever guards what leaves a repository guards this too.",
    ],
    sections: &[ANSWERS, COMPARED],
    statuses: &[
        ("0", "The remote has all that there is of each run, or more."),
        ("1", "Some run could not be sent: the remote or a hook refused it, or its journal does not read well."),
        USAGE,
        ("3", "Somebody else moved a run there meanwhile, or a worker has not ended yet."),
        ("4", "The remote has a different history of some run, or a seal or logs that differ. They were left alone."),
        (
            "128",
            "It could not be done: there is no remote, no such run, the remote cannot be reached, or it has no atomic pushes.",
        ),
    ],
    examples: &[
        ("Seal the newest run, and send it where git pushes to:", "git par seal\ngit par push"),
        ("Two runs to another remote, with their logs:", "git par push upstream 20261120-1425 20261121 --logs"),
        (
            "The merge queue of a branch, with the branch that it landed on:",
            "git push origin main\ngit par push origin queue/main",
        ),
        ("Every run and every queue:", "git par push origin --all"),
        ("What a remote has of runs, by plain git:", "git ls-remote origin 'refs/par/*' 'refs/notes/par/*'"),
    ],
    refs: &[
        (
            "refs/par/<run>/, refs/par/queue/<target>/",
            "Read, and written at the remote: the refs that the journal calls for, logs and seal.",
        ),
        ("refs/notes/par/<run>, refs/notes/par/queue/<target>", "Read, and written at the remote: the journal."),
    ],
    settings: &[],
    also: &["git-par-fetch(1)", "git-par-queue(1)", "git-par-seal(1)", "git-push(1)", "githooks(5)"],
};
