//! The manual of `git par log`.

use crate::cli::pages::manual::{Manual, Section};

/// The text of `git-par-log.1`.
pub(super) const MANUAL: Manual = Manual {
    verb: Some("log"),
    description: &[
        "Shows what happened in a run, an event a line, or what its workers printed. Times are in UTC. A kind of event that this version does not know is shown by its name.",
        "What was printed comes from the live log while the child runs and from the run's refs afterwards, so that any clone that fetched them can show it. Of the setup command it is kept only where that failed; the live log of this machine serves otherwise.",
        "With several workers each line stands behind its worker. With `--follow` it goes on with what comes until the worker, or the run, is finished, from any terminal, whichever process runs it; an interrupted worker ends it too. Another attempt is shown from its beginning. What an earlier attempt's agent and check printed is kept, and shown with `--attempt`. `--union` shows what the goal's check said of what a plan's tasks came to together, once it has ended.",
    ],
    sections: &[Section {
        title: "OUTPUT",
        text: &[
            "With `--json` each event is exactly its canonical line in the journal. Each line that a child printed is an object with the keys `version`, `worker` (null for the union) and `text`; a text ends with its line's end and has at most about 128 KiB, so that the texts of a worker joined are all that it printed. What is not UTF-8 is replaced there.",
            "What an agent or a check printed is not to be trusted. Where standard output is not a terminal, every byte goes through as it is, but for what stands before the lines of several workers. On a terminal only text, line ends, tabs and styles (SGR) get there; other control sequences are left out, a carriage return becomes a line end, since what follows it would hide what stands before it, and a style ends with its line.",
        ],
        items: &[],
    }],
    statuses: &[
        ("0", "All of it was shown, or whoever read it had enough."),
        ("2", "The command was not understood, or the run has no such worker."),
        ("128", "There is no such run, there is no such output, it is not in this repository, or git failed."),
        ("130, 143", "It was interrupted by SIGINT or SIGTERM."),
    ],
    examples: &[
        ("What happened in the newest run:", "git par log"),
        ("What each agent prints, as it comes:", "git par log --agent --follow"),
        ("Why the second worker failed the gate:", "git par log 20261120-1425 -w 2 --gate"),
        ("What the check said of that worker before it was run again:", "git par log -w 2 --gate --attempt 1"),
        ("Why the union of a plan's tasks failed its goal's check:", "git par log 20261120-1425 --union"),
        ("The events for a program, as they come:", "git par log --json -f"),
        (
            "What the agent of one worker printed, by plain git:",
            "git show refs/par/20261120-142501-fix/logs:w1/agent.log",
        ),
    ],
    refs: &[("refs/notes/par/<run>", "Read: the journal."), ("refs/par/<run>/logs", "Read: what children printed.")],
    settings: &[],
    also: &["git-par-list(1)", "git-par-diff(1)", "git-par-attach(1)"],
};
