//! The manual of the whole suite.

use crate::cli::pages::manual::{Manual, Section};

/// The text of `git-par.1`.
pub(super) const MANUAL: Manual = Manual {
    verb: None,
    description: &[
        "`git par` runs several attempts at a piece of work at once, each in its own git worktree, with any command as the worker: a coding agent, a script, a codemod. It commits what each one left, runs the project's own check on each commit, picks one by a written rule, merges it, and keeps a record in the repository itself that anyone with a clone can check.",
        "A run is one such fan-out. It has workers `w1`, `w2` and so on. What a worker left becomes a commit, its candidate. The check is called the gate; its verdict on a candidate is `pass`, `fail`, `timeout`, `error` or `none`. The rule ranks the candidates, and the first is the winner.",
        "Everything that lasts is in refs below `refs/par/` and `refs/notes/par/`, and plain git shows it. Branches, the index, uncommitted changes, stashes, hooks and configuration of the user are left alone; only git-par-merge(1) moves a branch, and only the one that it is told to.",
        "A verb that takes a run means the newest one where none is named, and says which on standard error. A run is named by its id or by a unique beginning of it.",
        "A verb that is not listed here is looked for as the program `git-par-<verb>` on PATH.",
    ],
    sections: &[
        Section {
            title: "OUTPUT",
            text: &[
                "Standard output is the answer and standard error the narration. Colours and live progress appear on a terminal only; `NO_COLOR`, `-q` and `--color` are honoured.",
                "With `--json` the answer is one JSON object with `\"version\": 1`, also where it is an error, which then has the keys `error` and `hints`. Keys are added and never removed. Only git-par-log(1) answers with JSON Lines, since what it shows may be long, or still to come.",
            ],
            items: &[],
        },
        Section {
            title: "NOTES",
            text: &[
                "Each run has a notes ref of its own, `refs/notes/par/<run>`. The note on the base commit is the run's journal: JSON Lines, each event chained to the one before by its SHA-256. The note on each candidate is a short text for people, made from the journal.",
            ],
            items: &[],
        },
        Section {
            title: "ENVIRONMENT OF CHILDREN",
            text: &[
                "Variables that point git at a repository are removed from the environment of agents, checks and setup commands. These are added:",
            ],
            items: &[
                ("PAR_RUN", "The run's id."),
                ("PAR_WORKER", "The worker's number, or `base` where the base commit is checked."),
                ("PAR_ATTEMPT", "Which execution of the worker this is, from 1."),
                ("PAR_BASE", "The id of the base commit."),
                ("PAR_TASK_FILE", "A file with the whole text of the task."),
                ("PAR_CHILD", "A mark by which every process that a child started is found again when it is ended."),
            ],
        },
        Section {
            title: "HOOKS",
            text: &["Each kind of event has a hook, `par.hook.` and one of these names (see CONFIGURATION):"],
            items: &[
                ("run-started", "A run began."),
                ("worker-started", "A worker is about to run."),
                ("iteration-finished", "An agent that runs until its gate passes is about to run once more."),
                ("worker-finished", "A worker ended, and what it left is a candidate."),
                ("gate-finished", "A check of a candidate, or of base, came to its end."),
                ("worker-stopped", "A worker is to end, or not to begin."),
                ("run-finished", "The workers of a run are at work no more."),
                ("run-resumed", "A run that was cut short goes on."),
                ("worker-retried", "A worker is to run again."),
                ("score-finished", "A candidate has its score."),
                ("winner-selected", "A winner was picked, or it was found that there is none."),
                ("worker-discarded", "A candidate is out of the running."),
                ("merge-started", "A branch is about to move."),
                ("merge-finished", "A branch moved."),
                ("merge-conflict", "A merge moved nothing."),
            ],
        },
        Section {
            title: "FILES",
            text: &[],
            items: &[
                (
                    "../<repository>.par/<run>/w<n>",
                    "The worktree of a worker, with a detached HEAD. The setting `par.worktreeRoot` moves it.",
                ),
                (
                    "<git-dir>/par/",
                    "Locks, live logs and task files. Deleting this folder loses no record of anything that is finished.",
                ),
                (
                    ".worktreeinclude",
                    "Patterns, as in gitignore(5), of ignored files that are copied into each worktree, such as `.env`.",
                ),
            ],
        },
    ],
    statuses: &[
        ("0", "Yes, or done."),
        ("1", "The answer is no: no candidate passed, there is nothing to pick, or a run did not verify."),
        ("2", "The command was not understood."),
        ("3", "A race was lost or something is busy: the same command may work in a moment."),
        ("4", "A conflict needs a person."),
        ("128", "It could not be done."),
        ("130, 143", "It was interrupted by SIGINT or SIGTERM."),
    ],
    examples: &[
        (
            "Four attempts at a task, each by the first agent that is installed:",
            "git par spawn -n 4 \"fix the off-by-one in parse_range\"",
        ),
        ("The same check on each candidate:", "git par gate -- cargo test"),
        ("Pick by the rule, and merge the winner into the branch that is checked out:", "git par pick\ngit par merge"),
        ("Seal the record, and send it with the run:", "git par seal\ngit par push"),
        ("In any clone, by anybody: fetch the runs and check the newest one:", "git par fetch\ngit par verify"),
        ("See all of it on a small repository in a temporary folder:", "git par demo"),
    ],
    refs: &[
        ("refs/par/<run>/base", "The commit that the run starts from."),
        ("refs/par/<run>/w<n>", "The candidate of a worker."),
        ("refs/par/<run>/discarded/w<n>", "The candidate of a worker that was discarded, until it is pruned."),
        (
            "refs/par/<run>/leftover/w<n>.<k>",
            "What was in the worktree of a discarded worker's attempt beside its candidate, on top of that.",
        ),
        ("refs/par/<run>/winner", "The picked candidate."),
        ("refs/par/<run>/merge", "The commit that merging made."),
        ("refs/par/<run>/logs", "A commit whose tree holds the logs, such as `w1/agent.log` and `w1/gate.log`."),
        (
            "refs/par/<run>/seal",
            "The annotated tag that carries the whole run: its target holds `certificate.json` and `journal.jsonl`, and has base, every candidate and the merge as parents.",
        ),
        ("refs/notes/par/<run>", "The journal, as the note on base, and a note for people on each candidate."),
    ],
    settings: &[
        "par.agent",
        "par.budgetCost",
        "par.budgetTokens",
        "par.budgetWall",
        "par.gate",
        "par.gateTimeout",
        "par.grace",
        "par.hook.<event>",
        "par.hookTimeout",
        "par.idleTimeout",
        "par.jobs",
        "par.rule",
        "par.score",
        "par.setup",
        "par.shared",
        "par.timeout",
        "par.workers",
        "par.worktreeRoot",
    ],
    also: &["git-worktree(1)", "git-notes(1)", "git-for-each-ref(1)"],
};
