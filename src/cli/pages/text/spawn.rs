//! The manual of `git par spawn`.

use crate::cli::pages::manual::{CANNOT, INTERRUPTED, Manual, Section};

/// The text of `git-par-spawn.1`.
pub(super) const MANUAL: Manual = Manual {
    verb: Some("spawn"),
    description: &[
        "Starts a run: makes a worktree with a detached HEAD for each worker, runs the agent in it, and commits what the agent left as the worker's candidate, whether the agent committed anything itself or not. An agent that fails or runs out of time has a candidate too.",
        "The agent is, in this order: the command line after `--`, which runs as it stands; each `--agent`; the setting `par.agent`; the first well-known agent that is installed (see git-par-agents(1)). A command line after `--` finds the task in the file that `PAR_TASK_FILE` names. A command given by `--agent` has the task on its standard input too. Without a task in words, the command line after `--` is the task.",
        "Where a gate is given by `--gate` or `par.gate`, each candidate is gated as soon as it is there, as git-par-gate(1) does.",
        "Ignored files that match `.worktreeinclude` are copied into each worktree, and the command `par.setup` runs there before the agent.",
    ],
    sections: &[Section {
        title: "LIMITS",
        text: &[
            "A worker ends when its agent ends, when its time is over (`--timeout`), or when the agent prints nothing for too long (`--idle-timeout`). The whole run ends early for one of these reasons, of which the first that holds is recorded: it was stopped (git-par-stop(1), an interrupt); a candidate passed and one was enough (`--first`); the agents spent the money (`--budget-cost`) or used the tokens (`--budget-tokens`) that were set, as far as they say so while they run, which only well-known agents do (git-par-agents(1)); the time for the whole run is over (`--budget-wall`). Whoever is ended gets SIGTERM and, after `par.grace`, SIGKILL; what it did is committed and recorded.",
            "With `--until gate` the agent runs again in its worktree, with the gate's output added to the task, until the gate passes or it ran `--max-iter` times; each pass is measured and recorded.",
            "An interrupt ends the run in good order; a second one, a second later or more, kills the agents at once; a third one ends git-par itself. What did not run can be run by git-par-resume(1).",
        ],
        items: &[],
    }],
    statuses: &[
        (
            "0",
            "At least one candidate may win, however its agent ended: it changes something and, where there is a gate, it passed.",
        ),
        ("1", "No candidate may win, or the work of some worker could not be recorded; the worktrees are kept."),
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
        ("Leave the terminal, and look at it later:", "git par spawn --detach -F task.md\ngit par list"),
        (
            "From another commit, with the tests taken from there when gating:",
            "git par spawn --base v1.2 --protect tests --gate 'make test' \"port the fix to 1.2\"",
        ),
    ],
    refs: &[
        ("refs/par/<run>/base", "Written: the commit that the run starts from."),
        ("refs/par/<run>/w<n>", "Written: the candidate of each worker."),
        ("refs/par/<run>/logs", "Written: the output of agents, setup commands and checks."),
        ("refs/notes/par/<run>", "Written: the journal, and a note on each candidate."),
    ],
    settings: &[
        "par.agent",
        "par.budgetCost",
        "par.budgetTokens",
        "par.budgetWall",
        "par.gate",
        "par.gateTimeout",
        "par.grace",
        "par.idleTimeout",
        "par.jobs",
        "par.rule",
        "par.setup",
        "par.shared",
        "par.timeout",
        "par.workers",
        "par.worktreeRoot",
    ],
    also: &["git-par-agents(1)", "git-par-gate(1)", "git-par-run(1)", "git-worktree(1)"],
};
