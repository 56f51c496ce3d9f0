//! The manual of `git par verify`.

use crate::cli::pages::manual::{CANNOT, INTERRUPTED, Manual, Section};

const VERDICTS: Section = Section {
    title: "VERDICTS",
    text: &["What the whole comes to:"],
    items: &[
        ("ok", "Everything holds, under a signature that the verifier trusts."),
        ("ok-unsigned", "Everything holds, and nobody signed it."),
        ("untrusted-signer", "Everything holds, under a signature that the verifier has no reason to trust."),
        ("broken", "Something does not hold."),
        ("incomplete", "Something could not be checked, because its objects are not here."),
    ],
};

const FINDINGS: Section = Section {
    title: "FINDINGS",
    text: &["Each finding has a code, which scripts may rely on:"],
    items: &[
        ("canonical", "Each line of the journal is in canonical bytes."),
        ("chain", "Each event names the hash of the one before and of itself."),
        ("numbering", "Events are numbered 1, 2, 3 and so on to the end."),
        ("causes", "Each event names only earlier events as its causes."),
        (
            "history",
            "Each event may stand where it stands, and says nothing there that cannot be so; in a queue: it is the turn of that entry, and what lands is what the gate let pass.",
        ),
        ("objects", "Each commit and tree that the journal names exists."),
        ("base", "The base is in the history of a branch here; told where it is not, and no failure."),
        ("refs", "Each ref of the run or the queue is where the journal says."),
        ("descent", "Each candidate descends from base."),
        ("diff", "Each measured diff, measured again."),
        (
            "gated-tree",
            "Each tree that was gated is the candidate's, protected paths excepted, or that of the commit that a queue made; each verdict is what the end of the check means.",
        ),
        ("winner", "Each pick, computed again from the facts before it."),
        ("tasks", "Each outcome of a task of the plan, computed again from the facts before it."),
        ("escapes", "What each candidate changed that its task did not declare, looked for again."),
        ("unions", "Each union of candidates, and each part of one that was probed, integrated again."),
        ("blame", "The search for what makes a union fail, gone through again by its recorded answers."),
        ("goal", "What the plan came to, and each session that took over, computed again from the facts before it."),
        (
            "merge",
            "Each merge, computed again and found in the history of its target. Of a queue: each commit that landed, made again from the entry and what it landed on, in the style of the queue; each conflict, looked for again.",
        ),
        (
            "resolution",
            "Each resolution of a conflict of a queue: of a conflict that there is, with no other file changed and no conflict mark left.",
        ),
        ("notes", "Each note for people, made again from the journal."),
        ("logs", "Each log, where the logs are here."),
        ("certificate", "The certificate, made again from the journal."),
        ("seal", "The seal holds the journal of this run or queue."),
        ("signature", "The signature of the seal."),
        ("regate", "Each recorded verdict, gated again; only with `--regate`."),
    ],
};

/// The text of `git-par-verify.1`.
pub(super) const MANUAL: Manual = Manual {
    verb: Some("verify"),
    description: &[
        "Checks a run, or a queue of git-par-queue(1), from refs and objects alone, without trusting whoever ran it, and names each thing that does not hold. It works in any clone that has fetched its refs, on a git bundle (`git par seal --bundle`) and, for the chain alone, on a journal file.",
        "A signature is judged by the verifier's own means: `gpg.ssh.allowedSignersFile`, or the trust of the GPG keys. Nothing that came with the run is asked. An unsigned run that is whole is `ok-unsigned`: it says what it says, and anyone could have written it. So is a run that went on after it was signed, until it is sealed again: a signature is worth nothing for what came later.",
        "A queue goes by the name of its branch, such as `queue/main` or `queue/release/1.0`, and never by that of a file; `./queue/main` is one. A queue that is being processed, or that nobody finished, is audited as far as it went. That its branch does not contain any more what landed there is told, and no failure.",
        "`--regate` runs commands that the journal names. It is for runs of people whose code the verifier would run anyway. The checks of queues are not run again: it is refused for a queue, and passes over those that `--all` or a bundle brings along.",
        "`--foreign` takes a journal in any JSON, as another program of the korg-ledger@v1 format wrote it.",
    ],
    sections: &[VERDICTS, FINDINGS],
    statuses: &[
        ("0", "Every run and queue is `ok` or, where no signature was asked for, `ok-unsigned`."),
        (
            "1",
            "Some run or queue is `broken`, `incomplete` or `untrusted-signer`, or has not the signature that was asked for.",
        ),
        ("2", "The command was not understood: an option does not go with what is to be checked."),
        CANNOT,
        INTERRUPTED,
    ],
    examples: &[
        ("Fetch the runs of a clone, and check the newest one:", "git par fetch\ngit par verify"),
        (
            "Check every run and queue, and ask for a signature of a known person:",
            "git par verify --all --signer alice@example.com",
        ),
        ("Check the merge queue of a branch:", "git par fetch\ngit par verify queue/main"),
        ("Check a bundle, which must be signed by somebody trusted:", "git par verify --require-signature run.bundle"),
        ("Run the recorded checks again, and compare the verdicts:", "git par verify --regate"),
        ("Check the chain of a journal that another program wrote:", "git par verify --foreign journal.jsonl"),
    ],
    refs: &[
        ("refs/par/<run>/, refs/par/queue/<target>/", "Read: all of its refs. None is written."),
        ("refs/notes/par/<run>, refs/notes/par/queue/<target>", "Read: the journal and the notes for people."),
        ("refs/heads/<branch>", "Read: the branch that was merged into, or that a queue lands on, where it is here."),
    ],
    settings: &[],
    also: &[
        "git-par-fetch(1)",
        "git-par-queue(1)",
        "git-par-seal(1)",
        "git-verify-tag(1)",
        "git-bundle(1)",
        "ssh-keygen(1)",
    ],
};
