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
        ("history", "Each event may stand where it stands, and says nothing there that cannot be so."),
        ("objects", "Each commit and tree that the journal names exists."),
        ("base", "The run's base is in the history of a branch here; told where it is not, and no failure."),
        ("refs", "Each ref of the run is where the journal says."),
        ("descent", "Each candidate descends from base."),
        ("diff", "Each measured diff, measured again."),
        ("gated-tree", "Each tree that was gated is the candidate's, protected paths excepted."),
        ("winner", "Each pick, computed again from the facts before it."),
        ("tasks", "Each outcome of a task of the plan, computed again from the facts before it."),
        ("escapes", "What each candidate changed that its task did not declare, looked for again."),
        ("unions", "Each union of candidates, and each part of one that was probed, integrated again."),
        ("blame", "The search for what makes a union fail, gone through again by its recorded answers."),
        ("goal", "What the plan came to, and each session that took over, computed again from the facts before it."),
        ("merge", "Each merge, computed again and found in the history of its target."),
        ("notes", "Each note for people, made again from the journal."),
        ("logs", "Each log, where the logs are here."),
        ("certificate", "The certificate, made again from the journal."),
        ("seal", "The seal holds the journal of this run."),
        ("signature", "The signature of the seal."),
        ("regate", "Each recorded verdict, gated again; only with `--regate`."),
    ],
};

/// The text of `git-par-verify.1`.
pub(super) const MANUAL: Manual = Manual {
    verb: Some("verify"),
    description: &[
        "Checks a run from refs and objects alone, without trusting whoever ran it, and names each thing that does not hold. It works in any clone that has fetched the run's refs, on a git bundle (`git par seal --bundle`) and, for the chain alone, on a journal file.",
        "A signature is judged by the verifier's own means: `gpg.ssh.allowedSignersFile`, or the trust of the GPG keys. Nothing that came with the run is asked. An unsigned run that is whole is `ok-unsigned`: it says what it says, and anyone could have written it. So is a run that went on after it was signed, until it is sealed again: a signature is worth nothing for what came later.",
        "`--regate` runs commands that the journal names. It is for runs of people whose code the verifier would run anyway.",
        "`--foreign` takes a journal in any JSON, as another program of the korg-ledger@v1 format wrote it.",
    ],
    sections: &[VERDICTS, FINDINGS],
    statuses: &[
        ("0", "Every run is `ok` or, where no signature was asked for, `ok-unsigned`."),
        ("1", "Some run is `broken`, `incomplete` or `untrusted-signer`, or has not the signature that was asked for."),
        ("2", "The command was not understood: an option does not go with what is to be checked."),
        CANNOT,
        INTERRUPTED,
    ],
    examples: &[
        ("Fetch the runs of a clone, and check the newest one:", "git par fetch\ngit par verify"),
        (
            "Check every run, and ask for a signature of a known person:",
            "git par verify --all --signer alice@example.com",
        ),
        ("Check a bundle, which must be signed by somebody trusted:", "git par verify --require-signature run.bundle"),
        ("Run the recorded checks again, and compare the verdicts:", "git par verify --regate"),
        ("Check the chain of a journal that another program wrote:", "git par verify --foreign journal.jsonl"),
    ],
    refs: &[
        ("refs/par/<run>/", "Read: all of the run's refs. None is written."),
        ("refs/notes/par/<run>", "Read: the journal and the notes for people."),
        ("refs/heads/<branch>", "Read: the branch that was merged into, where it is here."),
    ],
    settings: &[],
    also: &["git-par-fetch(1)", "git-par-seal(1)", "git-verify-tag(1)", "git-bundle(1)", "ssh-keygen(1)"],
};
