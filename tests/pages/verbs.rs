//! The verbs, in the order in which the help lists them; for the tests of the program, too.

/// Each of them.
pub(crate) const VERBS: [&str; 24] = [
    "spawn",
    "gate",
    "pick",
    "merge",
    "seal",
    "verify",
    "push",
    "fetch",
    "run",
    "retry",
    "stop",
    "resume",
    "list",
    "status",
    "log",
    "diff",
    "conflicts",
    "attach",
    "discard",
    "prune",
    "plan",
    "queue",
    "agents",
    "demo",
];
