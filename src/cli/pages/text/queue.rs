//! The manual of `git par queue`.

use crate::cli::pages::manual::{INTERRUPTED, Manual, Section, USAGE};

const ENTRIES: Section = Section {
    title: "ENTRIES",
    text: &[
        "An entry is one commit that is to land: what a run offers, what a branch was at when it was added, or a commit by itself. It is in one of these states:",
    ],
    items: &[
        (
            "queued",
            "It waits for its turn: what has a higher priority goes first, and equals in the order in which they were added.",
        ),
        ("testing", "A processor has it. Where that dies, the next one gives the entry back."),
        ("merged", "It has landed, for good."),
        (
            "needs_review",
            "It cannot land as it is, and `git par queue show N` says why, with both sides of each conflict: it conflicts with the branch (`conflict`), the check passes on the branch and not with it (`gate`), the check does not pass on the branch itself (`target`), changes are in the way where the branch is checked out (`dirty`), or its commit is not here (`gone`). `git par queue retry` has it tested again.",
        ),
        ("dropped", "A person dropped it, for good; its commit stays reachable."),
    ],
};

const TESTING: Section = Section {
    title: "TESTING",
    text: &[
        "What is tested is what lands: the branch with the first entry on it, the branch with the first two, and so on, each made in memory as `git par merge` makes it, and checked in a fresh worktree that is proven to hold exactly that tree. Up to `--jobs` of these states are checked at once; where many entries failed lately, states without the next one are among them. An entry that failed before is as likely to fail again as not, and the states with it on top are begun first.",
        "An entry lands where its own state passed: the branch moves by compare-and-swap from the commit that was tested on to the one that was tested. So it passes the check at every commit that the queue puts there. Where somebody else moved the branch meanwhile, what was tested is tested again on top of that.",
        "An entry is held where its state fails and the state below it passes, which is known where that has landed, and else found out: nobody is held for what the branch does not pass itself. A state in which `par.setup` fails does not pass; where that fails on the branch alone too, nothing is held and the processing ends. What the check said of a tree is not asked again.",
        "The worktree that has the branch checked out moves with it, as far as git considers that safe; where changes are in the way the entry is held, as it is where two worktrees have the branch or a locked one that is away, or the branch alone moves where `--leave-files` says so.",
    ],
    items: &[],
};

const CONFLICTS: Section = Section {
    title: "CONFLICTS",
    text: &[
        "An entry that conflicts changes nothing: it is held, and those after it go on. `git par queue show` tells what each side has in the lines that conflict, and which run, task and entry that came from; the hook `merge-conflict` is given the same as JSON, and the worktree of the attempt stays for `git par attach`.",
        "`git par queue resolve`, or `git par queue process --resolve`, has agents resolve it, in a run of its own that starts from the conflict. A merger, who may change nothing, says what both sides intend; a resolver edits the files in conflict, hears what the check says, and goes on up to `--heal` times; the check of the queue is put to what comes of it. What touches another file, or leaves a conflict mark, is thrown away, whatever the agent says. What passes is a merge of both sides whose trailer `Par-Resolution` names the run; it takes its place in the queue again and is tested like any other. What was removed on the way, or is as one side had it, is told. While a run is at it `git par queue list` names that run. A run that was cut short is gone on with by git-par-resume(1), and taken up by the next `git par queue resolve`; nothing of it is merged by itself, since its base has conflict marks in it.",
        "Who resolves by hand merges in any checkout and says `git par queue retry N --with MERGE`.",
        "A resolution that landed is remembered: where the same lines conflict again, in this queue or in another one, whichever side is whose, it is merged into what stands there now and tested without asking anybody. What does not pass then is held.",
    ],
    items: &[],
};

const STYLES: Section = Section {
    title: "STYLES",
    text: &["What landing leaves in the history of the branch:"],
    items: &[
        ("merge", "A merge commit whose first parent is the branch. This is the default."),
        ("squash", "One commit."),
        (
            "rebase",
            "The entry's own commits, made anew with their authors and messages; only the last one is checked. Merges among them are left out, and an entry whose merges said more than its other commits is held as a conflict. One whose conflict was resolved lands as one commit.",
        ),
    ],
};

/// The text of `git-par-queue.1`.
pub(super) const MANUAL: Manual = Manual {
    verb: Some("queue"),
    description: &[
        "Lands many winners on one branch, one after another, and keeps that branch green. Each branch has a queue of its own, whose state is a hash-chained journal in the notes of the commit that the branch was at when the queue began; it is pushed, fetched and verified as a run's is, under the name `queue/<branch>`.",
        "What a run wins is added by `git par queue add`, or by the run itself when it ends, with `--auto-merge` of git-par-spawn(1) or the setting `par.autoMerge`.",
        "One process at a time processes a queue in a repository; others add, list, retry and drop meanwhile.",
    ],
    sections: &[ENTRIES, TESTING, CONFLICTS, STYLES],
    statuses: &[
        ("0", "Done: what waited has landed, or was listed, added, dropped or retried."),
        ("1", "Some entry needs review."),
        USAGE,
        ("3", "Somebody else processes the queue."),
        ("4", "Some entry conflicts with the branch."),
        ("128", "There is no such queue, branch or entry, or nothing says how to check what lands."),
        INTERRUPTED,
    ],
    examples: &[
        ("Land what the newest run won when its turn comes:", "git par queue add"),
        (
            "Land two branches on main, and squash them:",
            "git par queue add --into main --style squash fix-a fix-b\ngit par queue process --into main",
        ),
        ("Land whatever comes, for as long as this runs:", "git par queue process --watch"),
        ("Have what conflicts resolved on the way:", "git par queue process --resolve claude"),
        ("Why did entry 3 not land, and what did the check print?", "git par queue show 3\ngit par queue log 3 --gate"),
    ],
    refs: &[
        (
            "refs/notes/par/queue/<target>",
            "The note on the commit that the branch was at when the queue began is the journal. A slash in the branch's name is `%2F`.",
        ),
        ("refs/par/queue/<target>/base", "That commit."),
        ("refs/par/queue/<target>/entry/<n>.<k>", "The k-th commit that entry n brought."),
        ("refs/par/queue/<target>/landed/<n>", "The branch's commit with entry n."),
        ("refs/par/queue/<target>/logs", "A commit whose tree holds what the check printed, by entry and tree."),
    ],
    settings: &[
        "par.agent",
        "par.gate",
        "par.gateTimeout",
        "par.grace",
        "par.queueJobs",
        "par.queueStyle",
        "par.setup",
        "par.shared",
        "par.worktreeRoot",
    ],
    also: &["git-par-spawn(1)", "git-par-merge(1)", "git-par-conflicts(1)", "git-par-verify(1)"],
};
