//! The manual of `git par spawn`.

use crate::cli::pages::manual::{CANNOT, INTERRUPTED, Manual, Section};

const PLANS: Section = Section {
    title: "PLANS",
    text: &[
        "With `--plan` the run carries out a plan (see git-par-plan(1)): each task has as many workers as it has attempts, and the tasks of a wave run side by side. Each wave starts from what the waves before it came to, integrated, so that a task sees what those before it changed. What a task may change is what it declares under `writes`; a candidate that changed anything else is not accepted (`--on-escape record` only records it). Of several attempts at a task the plan's rule picks one, as git-par-pick(1) would.",
        "A task that may only read changes nothing, whatever its agent did: that is recorded as refused, and kept as a patch among the logs. What it hands over is the file that `PAR_OUTPUT` names, else what it printed; the tasks that need it are given that under a heading each, up to `par.upstreamLimit` characters. A task that came to nothing blocks those that need it, and no other. Where no check looks at a task, its agent must have ended well.",
        "What was accepted is integrated wave by wave, in the plan's order, by three-way merges. Two tasks that conflict are named with their paths, and the later one is left out. Then the goal's gate runs on the union, in a clean worktree. Where it fails, the smallest set of tasks that fails together is searched for by gating parts of the union, at most `--blame-budget` times. With `--recover` one session then takes over: first from the union of what is not to blame, then, where that does not do, from the start; it meets the same gate.",
        "The goal is delivered where every task did its part (one that changed nothing only with `may_be_empty`), all of it could be integrated, and the goal's gate passed on exactly the tree that git-par-merge(1) then lands. A plan needs no git-par-pick(1).",
        "With `--tasks` the tasks come one by one from a file, from standard input or from a command, and each begins when a slot is free. A line is an object of a task's keys, or what is to be done in words. A command is asked again whenever a slot is free, and the first of the tasks that it prints which was not taken yet is taken (by name, or, of words, by what they say); where it prints nothing, or fails, it is asked again when a worker has ended, and the stream is at its end when nobody is at work any more. With `par.claim` a task is taken where that command succeeds. A line that is no task, or has the name of another one, is recorded, and then nothing is delivered. At the end all is integrated as the tasks of one wave are.",
        "`--heal K` runs an agent whose gate fails up to K times more in its worktree, told what the gate printed. A pass that changes nothing is recorded as such and does not count; after two of them it ends.",
    ],
    items: &[],
};

const LANDING: Section = Section {
    title: "LANDING",
    text: &[
        "With `--auto-merge`, or where `par.autoMerge` says so, what the run wins is added to the queue of a branch when the run ends (see git-par-queue(1)): of the branch that is checked out when it begins, or of the one that is named. The winner is picked by the run's rule, as git-par-pick(1) would, where nobody picked; a plan's is what it offers for merging. Nothing lands by that: `git par queue process` does it.",
        "That is recorded with the run, so that whoever ends it adds its winner: this command, the process that a detached run goes on in, git-par-resume(1) or git-par-retry(1). A run that a person stopped adds nothing, and none adds twice: what a person dropped from the queue, or merged, is left alone. Where nothing is added the reason is told, and the exit status is what it would be without the option.",
        "A queue that is not there yet begins then, with `par.gate` as its check or else the run's own; where there is neither the run does not start.",
    ],
    items: &[],
};

/// The text of `git-par-spawn.1`.
pub(super) const MANUAL: Manual = Manual {
    verb: Some("spawn"),
    description: &[
        "Starts a run: makes a worktree with a detached HEAD for each worker, runs the agent in it, and commits what the agent left as the worker's candidate, whether the agent committed anything itself or not. An agent that fails or runs out of time has a candidate too.",
        "The agent is, in this order: the command line after `--`, which runs as it stands; each `--agent`; the setting `par.agent`; the first well-known agent that is installed (see git-par-agents(1)). A command line after `--` finds the task in the file that `PAR_TASK_FILE` names. A command given by `--agent` has the task on its standard input too. Without a task in words, the command line after `--` is the task.",
        "Where a gate is given by `--gate` or `par.gate`, each candidate is gated as soon as it is there, as git-par-gate(1) does.",
        "Ignored files that match `.worktreeinclude` are copied into each worktree, and the command `par.setup` runs there before the agent.",
    ],
    sections: &[
        PLANS,
        LANDING,
        Section {
            title: "LIMITS",
            text: &[
                "A worker ends when its agent ends, when its time is over (`--timeout`), or when the agent prints nothing for too long (`--idle-timeout`). The whole run ends early for one of these reasons, of which the first that holds is recorded: it was stopped (git-par-stop(1), an interrupt); a candidate passed and one was enough (`--first`); the agents spent the money (`--budget-cost`) or used the tokens (`--budget-tokens`) that were set, as far as they say so while they run, which only well-known agents do (git-par-agents(1)); the time for the whole run is over (`--budget-wall`). Whoever is ended gets SIGTERM and, after `par.grace`, SIGKILL; what it did is committed and recorded.",
                "With `--until gate` the agent runs again in its worktree, with the gate's output added to the task, until the gate passes or it ran `--max-iter` times; each pass is measured and recorded.",
                "An interrupt ends the run in good order; a second one, a second later or more, kills the agents at once; a third one ends git-par itself. What did not run can be run by git-par-resume(1).",
            ],
            items: &[],
        },
    ],
    statuses: &[
        (
            "0",
            "At least one candidate may win, however its agent ended: it changes something and, where there is a gate, it passed.",
        ),
        (
            "1",
            "No candidate may win, or a plan has nothing to offer for merging, or the work of some worker could not be recorded; the worktrees are kept.",
        ),
        ("2", "The command was not understood: there is no task, or a run of this name is here already."),
        (
            "3",
            "A ref of the run was moved by somebody else meanwhile, or with `--exclusive` other runs were at work for too long.",
        ),
        CANNOT,
        INTERRUPTED,
    ],
    examples: &[
        (
            "Three attempts by the agent that is configured or installed:",
            "git par spawn \"fix the off-by-one in parse_range\"",
        ),
        (
            "Two attempts by one agent and one by another, each gated at once:",
            "git par spawn -a claude:2 -a codex --gate 'cargo test' \"fix the off-by-one in parse_range\"",
        ),
        (
            "A task from a file, four workers, two at a time, ten minutes for each:",
            "git par spawn -n 4 -j 2 --timeout 10m -F task.md",
        ),
        (
            "A script as the agent; its worker's number makes the difference:",
            "git par spawn -n 5 --name seeds \"try five seeds\" -- sh -c './tune --seed \"$PAR_WORKER\"'",
        ),
        (
            "Until the check passes, at most five passes a worker; the first that passes ends the run; at most $5:",
            "git par spawn --gate 'make test' --until gate --max-iter 5 --first --budget-cost 5 -F task.md",
        ),
        ("Carry out a plan, and land what it comes to:", "git par spawn --plan plan.json --recover\ngit par merge"),
        (
            "Work off what an issue tracker has ready, four at a time:",
            "git par spawn --tasks '!tracker ready --json' -j 4 --agent claude --gate 'make test'",
        ),
        (
            "Leave it to the queue of main to land the winner:",
            "git par spawn --auto-merge=main -F task.md\ngit par queue process --into main",
        ),
        ("Leave the terminal, and look at it later:", "git par spawn --detach -F task.md\ngit par list"),
        (
            "From another commit, with the tests taken from there when gating:",
            "git par spawn --base v1.2 --protect tests --gate 'make test' \"port the fix to 1.2\"",
        ),
    ],
    refs: &[
        ("refs/par/<run>/base", "Written: the commit that the run starts from."),
        ("refs/par/<run>/w<n>", "Written: the candidate of each worker."),
        ("refs/par/<run>/union/<k>", "Written: the k-th union of a plan's tasks."),
        (
            "refs/par/<run>/winner",
            "Written: what a plan comes to and offers for merging; with `--auto-merge` the picked candidate.",
        ),
        ("refs/par/<run>/logs", "Written: the output of agents, setup commands and checks."),
        ("refs/notes/par/<run>", "Written: the journal, and a note on each candidate."),
        (
            "refs/par/queue/<target>/, refs/notes/par/queue/<target>",
            "Written with `--auto-merge`: the entry that brings the winner.",
        ),
    ],
    settings: &[
        "par.agent",
        "par.autoMerge",
        "par.blameBudget",
        "par.budgetCost",
        "par.budgetTokens",
        "par.budgetWall",
        "par.claim",
        "par.gate",
        "par.gateTimeout",
        "par.grace",
        "par.idleTimeout",
        "par.jobs",
        "par.role.<name>.<key>",
        "par.rule",
        "par.setup",
        "par.shared",
        "par.testFault",
        "par.timeout",
        "par.upstreamLimit",
        "par.workers",
        "par.worktreeRoot",
    ],
    also: &[
        "git-par-agents(1)",
        "git-par-gate(1)",
        "git-par-plan(1)",
        "git-par-queue(1)",
        "git-par-run(1)",
        "git-worktree(1)",
    ],
};
