//! Settings: every key of git config that the program reads, explained once.

use super::manual::Item;

/// Each `par.*` key with its meaning.
pub(super) const ALL: &[Item] = &[
    (
        "par.agent",
        "The agent of a worker where no `--agent` is given: the name of a preset or a command for the shell.",
    ),
    (
        "par.autoMerge",
        "Whether the winner of a run is added to a queue when the run ends, where neither `--auto-merge` nor `--no-auto-merge` is given: `true` for the queue of the branch that is checked out, or a branch. The default is `false`.",
    ),
    (
        "par.blameBudget",
        "How often the goal's gate may run to find the tasks that make a union fail. The default is 32; 0 does not look for them.",
    ),
    ("par.budgetCost", "The most dollars that the agents of a run may say they cost, all together, such as `2.50`."),
    (
        "par.budgetTokens",
        "The most tokens that the agents of a run may say they used, in and out, all together, such as `200k`.",
    ),
    ("par.budgetWall", "The most time for a whole run, such as `2h`."),
    (
        "par.claim",
        "A command for the shell that claims a task of a stream (`--tasks` of git-par-spawn(1)): it has the task as JSON on its standard input and its name in `PAR_TASK_ID`, and the task is taken where it succeeds.",
    ),
    ("par.gate", "The check, as a command for the shell, where the command line gives none."),
    ("par.gateTimeout", "The most time for one check that comes from `par.gate`, such as `10m`."),
    (
        "par.grace",
        "How long a child that is told to end (SIGTERM) may take before it is killed. The default is 10 seconds.",
    ),
    (
        "par.hook.<event>",
        "A command for the shell that is run behind each event of that kind, such as `par.hook.run-finished`: the kind of the event with `-` for `_`; a merge that moved nothing has `par.hook.merge-conflict`. It has the event's line of the journal on its standard input, `PAR_RUN`, `PAR_EVENT` and, where they are known, `PAR_BASE`, `PAR_WORKER` and `PAR_ATTEMPT` in its environment, and runs in the repository's main folder. Hooks run one after another, beside the workers; one that fails or takes too long is told of and changes nothing. What it leaves running is ended with it. A command that wrote events ends once their hooks have, or twice `par.hookTimeout` later; those that did not come to run by then are named.",
    ),
    ("par.hookTimeout", "The most time for one hook, such as `2m`. The default is 30 seconds."),
    (
        "par.idleTimeout",
        "The most time in which an agent may print nothing, such as `5m`. Without it there is no limit.",
    ),
    ("par.jobs", "How many children run at once. The default is the number of cores."),
    ("par.queueJobs", "How many states of a queue are checked at once. The default is the number of cores."),
    (
        "par.queueStyle",
        "What landing from a queue leaves in the branch's history where the queue begins: `merge`, `squash` or `rebase`. The default is `merge`.",
    ),
    (
        "par.role.<name>.<key>",
        "What a role of that name is like where a plan does not say: `permission`, `preamble`, `agent` and `output`, as the plan's own `roles` have them.",
    ),
    (
        "par.rule",
        "The keys that rank candidates, as `--by` of git-par-pick(1) takes them. It is recorded when the run begins. The default is `lines`.",
    ),
    ("par.score", "The command for the shell that prints a candidate's score on its last line."),
    (
        "par.setup",
        "A command for the shell that makes a fresh worktree ready, such as `npm ci`. It runs before each agent, and before each check in a clean worktree.",
    ),
    (
        "par.shared",
        "A path relative to the repository, such as `.agent/memories.md`, or a folder, such as `.agent/notes/`, that each worktree has a symbolic link to, so that runs learn from each other. It may be set several times. What is missing is made in the main checkout; in a bare repository in the folder `shared` beside the folders of runs. It is never part of a candidate: that has at this path what base has there.",
    ),
    (
        "par.testFault",
        "What is made to fail, to see what becomes of it: `agent:TASK`, `gate:TASK` or `union:goal`. It is recorded with the run.",
    ),
    ("par.timeout", "The most time for one worker, such as `30m`. Without it there is no limit."),
    (
        "par.upstreamLimit",
        "How many characters of what the tasks before it handed over a task of a plan is given at most, all together. The default is 8000.",
    ),
    ("par.workers", "How many workers a run has where neither `-n` nor several agents say so. The default is 3."),
    (
        "par.worktreeRoot",
        "The folder that holds the worktrees, one folder a run below it; a relative path starts at the repository. The default is `../<repository>.par`, and where that cannot be written, git-par's folder in the user's state directory.",
    ),
];

/// Returns the meaning of a key; none where the program reads no such key.
pub(super) fn find(key: &str) -> Option<&'static Item> {
    ALL.iter().find(|(known, _)| *known == key)
}
