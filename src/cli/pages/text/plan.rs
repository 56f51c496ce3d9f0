//! The manual of `git par plan`.

use crate::cli::pages::manual::{INTERRUPTED, Manual, Section, USAGE};

const PLANS: Section = Section {
    title: "PLANS",
    text: &["A plan is an object of these keys. `git par plan schema` has them all with their types."],
    items: &[
        ("version", "1."),
        ("goal", "What all of it is for, in words."),
        (
            "gate, rule",
            "The check of every task that has none of its own, as a list of words; what decides between attempts at one task.",
        ),
        ("tasks", "The tasks: at least one, at most 1000."),
        (
            "roles",
            "Roles of the plan's own, by name, each with `permission`, `preamble`, `agent` and `output`; what one of a built-in name leaves out is as built in.",
        ),
    ],
};

const TASKS: Section = Section {
    title: "TASKS",
    text: &["A task has an `id`, which becomes a part of names of refs, and a `prompt`. It may have:"],
    items: &[
        (
            "role",
            "`planner`, `researcher` or `reviewer`, which may only read, `builder` or `synthesizer`, which may write, or one of the plan's own. A task without one is a builder. Under a role that is not known a task may only read.",
        ),
        ("permission", "`read` or `write`, in the place of what the role may."),
        ("needs", "The ids of tasks that must be done before."),
        (
            "reads, writes",
            "Lists of what it reads and writes: paths from the top of the repository, or objects of `file` and `symbol`. `*` and `?` stay within a name, `**` goes across, `[a-z]` and `{a,b}` are one of several, a backslash takes a character's meaning away. A path whose last name is without these is itself and, where it is a folder, all below it; one that ends in a slash is what is below it.",
        ),
        (
            "agent, attempts, gate, timeout",
            "Who works on it, how often it is tried (1 to 256), its own check, and its most time.",
        ),
        (
            "may_be_empty, output",
            "Whether it may end without a change, and what it is expected to hand over, in words.",
        ),
    ],
};

const ORDER: Section = Section {
    title: "ORDER",
    text: &[
        "First comes what `needs` says. Then a task that reads what another writes comes after it, unless it writes that too; two that write the same are in the plan's order. Paths overlap where some path can be in both, also one that does not exist; two symbols of one file do where they are the same or one is within the other. Symbols are understood in Rust, Python, TypeScript, JavaScript and Go.",
        "What paths ask for and would close a circle is turned round, with a warning. A task that may write, and of which it is not known what, runs alone: after those before it in the plan, and before the others. Everything else runs in the earliest wave that this allows. The same plan has the same order everywhere.",
    ],
    items: &[],
};

const FINDINGS: Section = Section {
    title: "FINDINGS",
    text: &[
        "Each finding has a place, such as `tasks[2].needs[0]`, and a code, which scripts may rely on. These are errors:",
    ],
    items: &[
        ("syntax", "It is no JSON or TOML, or an object has a key twice."),
        (
            "too-much",
            "There is more of something than is read: 4 MiB, 1000 tasks, 20000 paths, or paths that take too long to compare.",
        ),
        ("wrong-type, missing-key, unknown-key, unknown-version, empty-plan, empty", "It is not built as a plan is."),
        ("bad-id, duplicate-id", "An id cannot be a part of a ref's name, or stands twice."),
        ("unknown-need, self-need, cycle", "What is needed does not exist, is the task itself, or comes to a circle."),
        ("bad-duration, bad-rule, bad-attempts, bad-permission", "A value is none of its kind."),
        ("bad-path, bad-glob", "A path is not one of the repository's, or its wildcards are wrong."),
        ("read-only-writes", "A task that may only read declares that it writes."),
        ("unknown-role", "A warning: there is no such role."),
        ("unknown-language", "A warning: it is not known where a symbol ends."),
        (
            "matches-nothing",
            "A warning: no file of the commit that is checked out is in a path, and no other task writes it.",
        ),
        ("turned-order", "A warning: an order that paths ask for was turned round."),
    ],
};

const DRAFTS: Section = Section {
    title: "DRAFTS",
    text: &[
        "`git par plan draft` asks an agent for a plan and checks what it hands over as `git par plan check` does. Where that is not valid the agent is asked again, with what was found and with the text that was wrong, until it is or `--max-attempts` is reached, which is 3 where nothing else is said. The agent is that of `--agent` (`-a`), else of `GIT_PAR_AGENT`, else of `par.agent`. Each time is a run of its own in the role `planner`: the agent works in a worktree, its edits are refused, and what it was asked and what it handed over is recorded. The project's own check does not run.",
        "The plan is the whole of what was handed over, or the last fenced block of it, or what its outermost braces hold, in JSON or TOML. It is written as JSON, with the goal in the user's words. Where no wave of it has two tasks, nothing is gained by parting the work: then the plan is one task of a builder on the whole goal, with the gate that the agent named.",
        "The file is `plan.json` where the command is typed, unless `--output` (`-o`) names another. It appears whole or not at all, and one that is there stays unless `--force` is given. Without a valid plan none is written, unless `--keep-invalid` asks for the last answer as the agent gave it.",
    ],
    items: &[],
};

/// The text of `git-par-plan.1`.
pub(super) const MANUAL: Manual = Manual {
    verb: Some("plan"),
    description: &[
        "Reads a plan, a file that says which tasks there are, what each needs and which paths each reads and writes, and tells what is wrong with it and which tasks run side by side; or has an agent write one. No task of it is run: git-par-spawn(1) does that.",
        "Paths are compared with the files of the commit that is checked out. Outside of a repository that is left out, and said.",
    ],
    sections: &[PLANS, TASKS, ORDER, FINDINGS, DRAFTS],
    statuses: &[
        ("0", "The plan is valid, or was written, or the schema was printed."),
        ("1", "The plan is not valid, or no valid one came."),
        USAGE,
        ("128", "The file could not be read or written, or no agent could be run."),
        INTERRUPTED,
    ],
    examples: &[
        ("Is this plan valid?", "git par plan check plan.json"),
        ("What runs side by side, and why?", "git par plan show plan.toml"),
        ("Draw it, with Graphviz reading what is printed:", "git par plan show --graph dot plan.json"),
        (
            "Have an agent write one, look at it, and run it:",
            "git par plan draft -a claude \"a parser with tests and docs\"\ngit par plan show plan.json\ngit par spawn --plan plan.json",
        ),
        ("Tell an agent how to write one:", "git par plan schema"),
    ],
    refs: &[],
    settings: &["par.agent", "par.idleTimeout", "par.role.<name>.<key>", "par.timeout"],
    also: &["git-par-spawn(1)", "git-par-agents(1)"],
};
