//! The manual of `git par agents`.

use crate::cli::pages::manual::{Manual, USAGE};

/// The text of `git-par-agents.1`.
pub(super) const MANUAL: Manual = Manual {
    verb: Some("agents"),
    description: &[
        "Lists the agents that are known by name: the program that each one needs, whether that is on PATH, the command line that is run, and what to know about it. A name is what `--agent` of git-par-spawn(1) and the setting `par.agent` take.",
        "Where no agent is chosen, the first of the list that is installed is taken. Every other program serves as an agent too: as a command for the shell with `--agent`, or as a command line after `--`.",
        "It looks at PATH alone and works outside of a repository. It starts none of the agents.",
    ],
    sections: &[],
    statuses: &[("0", "The list was written."), USAGE],
    examples: &[
        ("Which agents are there?", "git par agents"),
        ("Make one the default:", "git config --global par.agent codex"),
        (
            "Use one in two of three workers:",
            "git par spawn -a codex:2 -a ./my-agent.sh \"fix the off-by-one in parse_range\"",
        ),
    ],
    refs: &[],
    settings: &[],
    also: &["git-par-spawn(1)"],
};
